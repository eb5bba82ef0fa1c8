//! Choosing who leads by consent: who is named and why, a change of mind after hearing, and whether anybody objects. What is decided moves
//! nothing by itself: whom it names takes it.

use std::{cmp::Reverse, rc::Rc, sync::Arc};

use gloo::timers::callback::Timeout;
use paceline_room::{
    Cid, NodeId,
    body::{Policy, decisions::Effect},
    sorted,
    state::{Baton, BatonState, Nomination, ProposalState},
};
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::{
    browser,
    components::{
        fields::closes_on_escape,
        more::{CHOICES, LINES, Shown, WITHIN, Which, use_shown},
        opened::{Drawer, opened},
    },
    hooks::{use_chosen, use_commands, use_draft},
    parts::part,
    people,
    session::{Draft, Lets, People, PersonView, Place, RoomView},
    texts::{changing, t},
};

/// The list of those who are named for a baton.
const NOMINEES: &str = "nominees";
/// The list of those who can be.
const PEOPLE: Which = ("nominate", None);
/// So many proposals are looked at, the newest.
const LOOKED_AT: usize = 64;

/// What is said about who should lead one baton.
#[derive(Clone, Default, PartialEq)]
pub struct Choosing {
    /// Who is named, the most often first.
    nominees: Rc<[Nominee]>,
    /// Whom the person here names.
    mine: Option<NodeId>,
    /// What was decided and is not done.
    pub lets: Rc<[(Cid, Lets)]>,
}

/// Somebody who is named.
#[derive(PartialEq)]
struct Nominee {
    node: NodeId,
    /// By whom and why.
    by: Vec<Nomination>,
    /// That they lead is to be decided already.
    asked: bool,
}

impl Choosing {
    /// About this baton: of each person what they said last, and nothing that was said for an earlier turn.
    pub fn of(baton: &Baton, room: &RoomView) -> Self {
        let lets = room.mandates.iter().filter(|it| it.baton == baton.cid).map(|it| (it.closing, it.lets)).collect();
        if baton.nominations.is_empty() || baton.state == BatonState::Closed {
            return Self { lets, ..Self::default() };
        }
        let home = |node: NodeId| room.joined.home_of(node);
        let now = baton.nominations.iter().filter(|it| it.depth > baton.tip_depth);
        let last = sorted::map(now.map(|it| (home(it.author), it)));
        let mine = last.get(&home(room.me)).map(|it| it.node);
        let mut nominees: Vec<Nominee> = Vec::new();
        for it in last.values() {
            match nominees.iter_mut().find(|one| home(one.node) == home(it.node)) {
                Some(one) => one.by.push((*it).clone()),
                None => nominees.push(Nominee {
                    node: it.node,
                    by: vec![(*it).clone()],
                    asked: asked(baton, it.node, room),
                }),
            }
        }
        nominees.iter_mut().for_each(|it| it.by.sort_by_key(|it| (it.depth, it.cid)));
        nominees.sort_by_key(|it| (Reverse(it.by.len()), it.by.first().map(|it| (it.depth, it.cid))));
        Self { nominees: nominees.into(), mine, lets }
    }

    /// The decision that lets anybody end it.
    pub fn closes(&self) -> Option<Cid> {
        self.lets.iter().find(|(_, lets)| *lets == Lets::Close).map(|(closing, _)| *closing)
    }

    /// Whether somebody was chosen, who has not taken it.
    fn is_decided(&self) -> bool {
        self.lets.iter().any(|(_, lets)| matches!(lets, Lets::Lead(_)))
    }

    /// Whether the person here may take it back, since what was decided does not stand any more.
    pub fn is_back(&self, me: NodeId) -> bool {
        self.lets.iter().any(|(_, lets)| *lets == Lets::Back(me))
    }

    /// What the person here may take by a decision.
    pub fn mandate(&self, me: NodeId) -> Option<Cid> {
        self.lets.iter().find(|(_, lets)| *lets == Lets::Lead(me)).map(|(closing, _)| *closing)
    }
}

/// Whether it is being decided that this one leads.
fn asked(baton: &Baton, node: NodeId, room: &RoomView) -> bool {
    let open = room.decisions.all.iter().rev().take(LOOKED_AT).filter(|it| it.state == ProposalState::Open);
    let mut effects = open.filter_map(|it| it.version.effect.as_ref());
    effects.any(|it| matches!(it, Effect::HandBaton(it) if it.baton == baton.cid && room.joined.is_same(it.to, node)))
}

/// Properties of [`Choose`].
#[derive(PartialEq, Properties)]
pub struct ChooseProps {
    /// The baton.
    pub baton: Arc<Baton>,
    /// What is said about it.
    pub choosing: Choosing,
    /// Everybody.
    pub people: People,
    /// This node.
    pub me: NodeId,
    /// How the room decides.
    pub policy: Option<Policy>,
    /// How much of its lists is drawn.
    pub much: Shown,
}

impl ChooseProps {
    fn name(&self, node: NodeId) -> String {
        if node == self.me { t!("you-subject") } else { people::name_in(&self.people, &node) }
    }
}

/// Draws it: what was decided, who is named, and the form.
#[component]
pub fn Choose(props: &ChooseProps) -> Html {
    let ChooseProps { baton, choosing, me, much, .. } = props;
    let drafting = use_draft(Place::Nomination(baton.cid));
    let open = use_state(|| !drafting.draft.is_empty());
    let on_open = {
        let open = open.setter();
        Callback::from(move |_: MouseEvent| open.set(true))
    };
    let on_close = closing(baton.cid, &open);
    let label = if choosing.mine.is_some() { t!("nominate-again") } else { t!("nominate") };
    let shown = much.of((NOMINEES, Some(baton.cid)), WITHIN);
    let press = |words: Html| {
        html! {
            <button type="button" class="quiet-button" data-testid="nominate" onclick={on_open.clone()}>{ words }</button>
        }
    };
    // Most roles have no more than that, and there may be many of them.
    if choosing.lets.is_empty() && choosing.nominees.is_empty() && !*open {
        return press(t!("nominate").into());
    }
    html! {
        <div key="choosing" class="choosing">
            { for choosing.lets.iter().filter_map(|(closing, lets)| decided(props, *closing, *lets)) }
            if !choosing.nominees.is_empty() {
                <ul class="nominees" aria-label={t!("nominees")}>
                    { for choosing.nominees.iter().take(shown).map(|it| nominee(props, it)) }
                </ul>
                { much.more((NOMINEES, Some(baton.cid)), WITHIN, choosing.nominees.len()) }
            }
            if *open {
                { opened(NOMINATE, NominateProps { baton: baton.cid, people: props.people.clone(), me: *me, on_close }) }
            } else {
                { press(changing(label)) }
            }
        </div>
    }
}

/// The form goes, and the keyboard is where it was opened.
fn closing(baton: Cid, open: &UseStateHandle<bool>) -> Callback<()> {
    let open = open.setter();
    Callback::from(move |()| {
        open.set(false);
        Timeout::new(0, move || {
            let button = format!("[data-testid='baton'][data-cid='{baton}'] [data-testid='nominate']");
            browser::find(&button).filter(|_| browser::focus_is_lost()).iter().for_each(browser::focus);
        })
        .forget();
    })
}

/// What the room decided, until it is done.
fn decided(props: &ChooseProps, closing: Cid, lets: Lets) -> Option<Html> {
    let told = match lets {
        Lets::Lead(to) if to == props.me => t!("mandate-yours"),
        Lets::Lead(to) => t!("mandate-of", name = props.name(to)),
        Lets::Close => t!("mandate-closes"),
        Lets::Back(to) if to == props.me => t!("mandate-back-yours"),
        Lets::Back(to) => t!("mandate-back", name = props.name(to)),
    };
    Some(html! {
        <p key={closing.to_string()} class="mandate" data-testid="mandate" data-closing={closing.to_string()}>{ changing(told) }</p>
    })
}

/// Somebody who is named, by whom and why.
fn nominee(props: &ChooseProps, it: &Nominee) -> Html {
    let names = |all: &[Nomination]| {
        crate::components::more::names(all.iter().map(|it| props.name(it.author)).collect::<Vec<_>>().iter())
    };
    let (node, name) = (it.node, props.name(it.node));
    let why = it.by.iter().filter(|it| !it.why.is_empty() || it.before.is_some()).take(LINES).map(|said| {
        let by = props.name(said.author);
        let before = said.before.map(|it| t!("nominated-before", name = props.name(it))).unwrap_or_default();
        html! {
            <li key={said.cid.to_string()} data-testid="nomination" data-node={said.author.to_string()} data-changed={said.before.is_some().to_string()}>
                <span dir="auto">{ changing(if said.why.is_empty() { by } else { t!("nominated-why", name = by, why = said.why.to_string()) }) }</span>
                if !before.is_empty() { <span class="hint">{ changing(before) }</span> }
            </li>
        }
    });
    html! {
        <li key={node.to_string()} class="nominee" data-testid="nominee" data-node={node.to_string()} data-count={it.by.len().to_string()}>
            <strong>{ changing(name) }</strong>
            <span class="hint">{ changing(t!("nominated-by", names = names(&it.by))) }</span>
            <ul>{ for why }</ul>
            <Ask key={node.to_string()} baton={props.baton.clone()} {node} asked={it.asked} policy={props.policy} name={people::name_in(&props.people, &node)}
                mine={node == props.me}
                settled={props.baton.holder == Some(node) || props.choosing.is_decided()} why={reasons(props, it)} />
        </li>
    }
}

/// What was said for somebody, as lines of a proposal.
fn reasons(props: &ChooseProps, it: &Nominee) -> AttrValue {
    let said = it.by.iter().filter(|it| !it.why.is_empty()).take(LINES);
    let called = |node: NodeId| people::name_in(&props.people, &node);
    let lines: Vec<_> =
        said.map(|it| t!("nominated-why", name = called(it.author), why = it.why.to_string())).collect();
    lines.join("\n\n").into()
}

#[derive(PartialEq, Properties)]
struct AskProps {
    baton: Arc<Baton>,
    node: NodeId,
    /// It is asked already.
    asked: bool,
    /// They lead already, or somebody else was chosen.
    settled: bool,
    name: String,
    /// The person here.
    mine: bool,
    why: AttrValue,
    policy: Option<Policy>,
}

/// Asks all whether they object that this one leads.
#[component]
fn Ask(props: &AskProps) -> Html {
    let AskProps { baton, node, asked, settled, name, mine, why, policy } = props;
    let label = if *mine { t!("nominee-ask-me") } else { t!("nominee-ask", name = name.clone()) };
    let commands = use_commands(format!("lead {} {node}", baton.cid));
    if *settled {
        return html! {};
    }
    if *asked {
        return html! { <p class="hint" data-testid="nominee-asked">{ t!("nominee-asked") }</p> };
    }
    let onclick = {
        let (baton, node, commands, why, policy) = (baton.clone(), *node, commands.clone(), why.clone(), *policy);
        let name = name.clone();
        Callback::from(move |_: MouseEvent| {
            let title = t!("lead-proposal", name = name.clone(), title = people::titled(&baton.title));
            let (text, baton) = (if why.is_empty() { title.clone() } else { why.to_string() }, baton.cid);
            commands.run(|session| async move { session.propose_lead(baton, node, policy, title, text).await });
        })
    };
    html! {
        <button type="button" class="button plain" data-testid="nominee-ask" aria-disabled={commands.busy} {onclick}>{ changing(label) }</button>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct NominateProps {
    baton: Cid,
    people: People,
    me: NodeId,
    on_close: Callback<()>,
}

/// Draws it.
const NOMINATE: Drawer<NominateProps> =
    part!(forms: fn(&NominateProps) -> Html = |props: &NominateProps| html! { <Nominate ..props.clone() /> });

/// Whom, and why.
#[component]
fn Nominate(props: &NominateProps) -> Html {
    let drafting = use_draft(Place::Nomination(props.baton));
    let first =
        use_state(|| props.people.iter().map(|it| it.person.node).find(|node| *node != props.me).unwrap_or(props.me));
    let named = {
        let first = first.to_string();
        move |draft: &Draft| Some(draft.field("node")).filter(|it| !it.is_empty()).unwrap_or(&first).to_owned()
    };
    let chosen = named(&drafting.draft);
    let to = use_chosen(chosen.clone());
    {
        let to = to.clone();
        use_effect_with((), move |()| {
            if let Some(to) = to.cast::<HtmlElement>() {
                browser::focus(&to);
            }
        });
    }
    let much = use_shown();
    let others = much.people(PEOPLE, &props.people, props.me, &chosen);
    let onsubmit = {
        let (drafting, on_close) = (drafting.clone(), props.on_close.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let node = named(&drafting.now());
            drafting.write(|draft| draft.set_field("node", &node));
            let on_close = on_close.clone();
            drafting.send("", move || on_close.emit(()));
        })
    };
    let option =
        |it: &&Arc<PersonView>| html! { <option value={it.person.node.to_string()}>{ it.name.to_string() }</option> };
    html! {
        <form class="inline-form" {onsubmit} onkeydown={closes_on_escape(&props.on_close)}>
            <label class="field">
                <span>{ t!("nominate-who") }</span>
                <select ref={to} data-testid="nominate-node" oninput={drafting.on_field("node")}>
                    { for others.iter().map(option) }
                    <option value={props.me.to_string()}>{ t!("nominate-myself") }</option>
                </select>
            </label>
            { much.more(PEOPLE, CHOICES, props.people.len().saturating_sub(1)) }
            <label class="field">
                <span>{ t!("nominate-why") }</span>
                <input type="text" dir="auto" maxlength="200" value={drafting.draft.text.clone()} oninput={drafting.on_text()}
                    readonly={drafting.sending} data-testid="nominate-why" />
            </label>
            <div class="row">
                <button type="submit" class="button" data-testid="nominate-submit" aria-disabled={drafting.sending.then_some("true")}>{ t!("nominate-submit") }</button>
                <button type="button" class="quiet-button" onclick={props.on_close.reform(|_: MouseEvent| ())}>{ t!("cancel") }</button>
            </div>
        </form>
    }
}
