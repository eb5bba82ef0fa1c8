//! One baton: its capsule, and what this node may do with it now.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use paceline_room::{
    Cid, NodeId,
    body::{Policy, PostKind, batons, posts},
    command::Command,
    state::{Act, Baton, BatonState, IgnoredTransfer, Note, Term},
};
use web_sys::HtmlElement;
use yew::prelude::*;

use super::{
    choosing::{Choose, Choosing},
    history::{self, History, Said},
    offer::{OFFER, OfferFormProps},
    words,
};
use crate::{
    browser,
    components::{
        disc::disc_of,
        icons::{Icon, Sign},
        more::{Shown, WITHIN},
        opened::opened,
        told::loops,
    },
    hooks::{Commands, Drafting, use_commands, use_draft, use_now},
    people,
    session::{Here, People, Place},
    texts::{changing, t},
    when,
};

/// The list of loops on the current term.
pub const LOOPS: &str = "loops";

/// Properties of [`BatonView`].
#[derive(PartialEq, Properties)]
pub struct BatonProps {
    /// The baton.
    pub baton: Arc<Baton>,
    /// Everybody.
    pub people: People,
    /// This node.
    pub me: NodeId,
    /// Feedback on its terms.
    pub said: Rc<Said>,
    /// Transfers of it that did not count: the first of them, and how many there are.
    pub ignored: (Rc<[Arc<IgnoredTransfer>]>, usize),
    /// How much of its lists is drawn.
    pub much: Shown,
    /// What is said about who should lead it.
    pub choosing: Choosing,
    /// How the room decides.
    pub policy: Option<Policy>,
    /// Leaders for whom somebody may step in.
    pub vanished: Rc<[NodeId]>,
    /// It is of an incident, and its leader is not heard.
    pub unheard: bool,
    /// What may be done with it only a newer version knows.
    pub newer: bool,
    /// The minutes its term was meant to have are over, by this tab's own clock.
    pub overtime: bool,
    /// Whether loops carry their stable handles here.
    pub handles: bool,
    /// Its details are shown on a narrow screen.
    pub shown: bool,
    /// Shows or hides them.
    pub on_show: Callback<()>,
}

impl BatonProps {
    fn name(&self, node: NodeId) -> String {
        people::name_in(&self.people, &node)
    }

    fn is_gone(&self, node: NodeId) -> bool {
        self.people.find(&node).is_some_and(|it| it.here == Here::Gone)
    }

    fn mine(&self) -> bool {
        self.baton.holder == Some(self.me)
    }

    /// The word that came with what happened to it last: the offer that stands, or why it was declined, how it was let go, what
    /// came of it.
    fn said(&self) -> Option<&Note> {
        let Baton { offer, tip, notes, .. } = &*self.baton;
        let of_tip = |it: &&Note| it.cid == *tip || (it.act == Act::Declined && it.term == *tip);
        match offer {
            Some(offer) => notes.iter().find(|it| it.cid == *offer),
            None => notes.iter().rev().find(of_tip),
        }
    }

    fn current_term(&self) -> Option<&Term> {
        self.baton.terms.iter().rev().find(|term| !term.parallel && term.until.is_none())
    }

    fn led_for(&self, now: u64) -> Option<u64> {
        self.current_term().map(|term| now.saturating_sub(term.began))
    }

    fn may_step_in(&self) -> bool {
        let Some(holder) = self.baton.holder.filter(|holder| *holder != self.me) else { return false };
        let vacant = self.vanished.contains(&holder) || self.unheard || self.overtime;
        self.baton.state != BatonState::Closed && self.baton.may_reclaim != Some(self.me) && vacant
    }

    fn may_close(&self) -> bool {
        self.baton.state != BatonState::Closed
            && (self.baton.anyone_may_close || self.baton.may_close.contains(&self.me))
    }

    /// Whether anything is quietly possible.
    fn may_act(&self) -> bool {
        let is_offered = self.baton.offered_to == Some(self.me);
        self.mine() || self.may_close() || self.choosing.closes().is_some() || is_offered
    }

    /// A term of this node that the network did not follow, told about until it is put aside.
    fn overtaken(&self) -> Option<&Term> {
        let last = self.baton.terms.iter().rev().find(|term| term.holder == self.me)?;
        (last.parallel && !self.mine() && self.baton.state != BatonState::Closed).then_some(last)
    }
}

/// Draws a baton.
#[component]
pub fn BatonView(props: &BatonProps) -> Html {
    let now = use_now();
    let item = use_node_ref();
    let offering = use_state(|| false);
    let baton = &props.baton;
    let word = use_draft(match baton.offer.filter(|_| baton.offered_to == Some(props.me)) {
        Some(offer) => Place::BatonDecline(offer),
        None => Place::BatonWord(baton.cid),
    });
    let commands = use_commands(format!("baton {}", baton.cid));
    let run = Run { commands, refocus: use_refocus(&item, baton.clone(), *offering) };
    let state = words::baton_value(baton.state);
    let classes = classes!(
        "baton",
        state,
        props.mine().then_some("mine"),
        (!baton.settled).then_some("leaning"),
        props.shown.then_some("shown")
    );
    html! {
        <li ref={item} class={classes} tabindex="-1" data-testid="baton" data-cid={baton.cid.to_string()} data-state={state}
            data-holder={baton.holder.map(|it| it.to_string())}>
            <div class="capsule">
                { capsule_discs(props) }
                <span class="baton-words">
                    <strong class="baton-name" dir="auto">{ people::titled(&baton.title) }</strong>
                    <span class="baton-state">{ changing(status(props, now)) }</span>
                    if let Some(note) = props.said() {
                        <span class="baton-said">{ changing(history::noted(note, &props.people)) }</span>
                    }
                </span>
                if !props.newer { { primary(props, &run, &offering, run.with_word(&word, "decline")) } }
                <button type="button" class="icon-button baton-shows" aria-expanded={props.shown.to_string()}
                    aria-label={t!("baton-details", title = people::titled(&baton.title))}
                    onclick={props.on_show.reform(|_: MouseEvent| ())}><Sign icon={Icon::Down} /></button>
            </div>
            <div class="baton-more">{ more(props, &run, &word, &offering, now) }</div>
        </li>
    }
}

/// The button that was pressed goes with what it did; the keyboard stays at the baton. To be set when one is pressed.
#[hook]
fn use_refocus(item: &NodeRef, baton: Arc<Baton>, offering: bool) -> Rc<RefCell<bool>> {
    let refocus = use_mut_ref(|| false);
    let (item, asked) = (item.clone(), refocus.clone());
    use_effect_with((baton, offering), move |_| {
        if asked.replace(false)
            && browser::focus_is_lost()
            && let Some(item) = item.cast::<HtmlElement>()
        {
            browser::focus(&item);
        }
    });
    refocus
}

/// What is under the capsule.
fn more(props: &BatonProps, run: &Run, word: &Drafting, offering: &UseStateHandle<bool>, now: u64) -> Html {
    let baton = &props.baton;
    let stop = {
        let (offering, refocus) = (offering.clone(), run.refocus.clone());
        Callback::from(move |()| {
            *refocus.borrow_mut() = true;
            offering.set(false);
        })
    };
    let closed = baton.state == BatonState::Closed;
    html! {
        <>
            { overtaken(props, run) }
            if !baton.settled && !closed && props.overtaken().is_none() { <p class="leaning-words">{ t!("leaning-explained") }</p> }
            if **offering && props.mine() {
                { opened(OFFER, OfferFormProps { baton: baton.cid, people: props.people.clone(), me: props.me, on_close: stop }) }
            }
            if !closed && !props.newer && props.may_act() {
                { acts(props, run, word) }
            }
            if !closed && !props.newer {
                <Choose baton={baton.clone()} choosing={props.choosing.clone()} people={props.people.clone()} me={props.me} policy={props.policy}
                    much={props.much.clone()} />
            }
            <div>{ loops(&props.said.loops, props.handles) }</div>
            { props.much.more((LOOPS, Some(baton.cid)), WITHIN, props.said.open) }
            if !baton.terms.is_empty() || props.ignored.1 > 0 {
                <History baton={baton.clone()} people={props.people.clone()} me={props.me} said={props.said.clone()}
                    ignored={props.ignored.clone()} much={props.much.clone()} {now} />
            }
        </>
    }
}

/// What is quietly possible, and a word with it.
fn acts(props: &BatonProps, run: &Run, word: &Drafting) -> Html {
    let busy = run.busy().or(word.sending.then_some("true"));
    let act = |handle: &'static str, act: &'static str, words: String| {
        html! {
            <button type="button" class="quiet-button" data-testid={handle} onclick={run.with_word(word, act)} aria-disabled={busy}>
                { words }
            </button>
        }
    };
    html! {
        <div class="row tight">
            if props.baton.state == BatonState::Offered && props.mine() { { withdraw(props, run) } }
            if props.mine() { { act("baton-release", "release", t!("release")) } }
            if let Some(closing) = props.choosing.closes() { { close_by_mandate(props, run, closing) } }
            if props.may_close() { { act("baton-close", "close", t!("close-baton")) } }
            <details class="with-word" open={!word.draft.text.is_empty()}>
                <summary>{ t!("add-a-word") }</summary>
                <input type="text" dir="auto" maxlength="200" aria-label={t!("add-a-word")} value={word.draft.text.clone()}
                    oninput={word.on_text()} readonly={word.sending} data-testid="baton-word" />
            </details>
        </div>
    }
}

/// Runs commands of this baton and remembers to keep the keyboard here.
struct Run {
    commands: Commands,
    refocus: Rc<RefCell<bool>>,
}

impl Run {
    fn busy(&self) -> Option<&'static str> {
        self.commands.busy
    }

    fn click<C: Into<Command>>(&self, command: impl Fn() -> C + 'static) -> Callback<MouseEvent> {
        let (commands, refocus) = (self.commands.clone(), self.refocus.clone());
        Callback::from(move |_| {
            *refocus.borrow_mut() = true;
            commands.act(command());
        })
    }

    /// Sends the word that is written, with an act.
    fn with_word(&self, word: &Drafting, act: &'static str) -> Callback<MouseEvent> {
        let (word, refocus) = (word.clone(), self.refocus.clone());
        Callback::from(move |_| {
            *refocus.borrow_mut() = true;
            word.send(act, || ());
        })
    }
}

fn capsule_discs(props: &BatonProps) -> Html {
    let baton = &props.baton;
    let disc = |node: NodeId, leads: bool| match props.people.find(&node) {
        Some(it) => disc_of(&it.person, &it.name, it.here, leads),
        None => html! { <span class="disc gone" aria-hidden="true"></span> },
    };
    match (baton.holder, baton.offered_to) {
        // Keyed by the holder: a new holder's disc slides in.
        (Some(holder), to) => html! {
            <span class="baton-discs" key={holder.to_string()}>
                { disc(holder, true) }
                if let Some(to) = to { <span class="offered-to">{ disc(to, false) }</span> }
            </span>
        },
        _ => {
            html! { <span class="baton-discs" key="free"><span class="disc nobody" aria-hidden="true"><Sign icon={Icon::Baton} /></span></span> }
        }
    }
}

fn status(props: &BatonProps, now: u64) -> String {
    let baton = &props.baton;
    let span = || props.led_for(now).map(when::span).unwrap_or_default();
    let Some(holder) = baton.holder else {
        return if baton.state == BatonState::Closed { t!("baton-closed") } else { t!("baton-free") };
    };
    let mine = holder == props.me;
    let name = props.name(holder);
    match (baton.state, baton.offered_to) {
        (BatonState::Closed, _) => t!("baton-closed"),
        (BatonState::Offered, Some(to)) if to == props.me => t!("baton-offered-to-you", name = name),
        (BatonState::Offered, Some(to)) if mine => t!("baton-you-offer", name = props.name(to)),
        (BatonState::Offered, Some(to)) => t!("baton-offered", name = name, to = props.name(to)),
        _ if !baton.settled && mine => t!("baton-leans-to-you"),
        _ if !baton.settled => t!("baton-leans", name = name),
        _ if props.is_gone(holder) => t!("baton-led-gone", name = name, span = span()),
        _ if props.overtime && mine => t!("baton-you-overtime", span = span()),
        _ if props.overtime => t!("baton-overtime", name = name, span = span()),
        _ if mine => t!("baton-you-lead", span = span()),
        _ => t!("baton-led", name = name, span = span()),
    }
}

/// The one thing that is most likely wanted stands in the capsule.
fn primary(props: &BatonProps, run: &Run, offering: &UseStateHandle<bool>, decline: Callback<MouseEvent>) -> Html {
    let (baton, cid) = (&props.baton, props.baton.cid);
    let offer = baton.offer.filter(|_| baton.offered_to == Some(props.me));
    if let Some(offer) = offer {
        let accept = run.click(move || batons::Command::Accept { offer });
        return html! {
            <span class="baton-answer">
                <button type="button" class="button" data-testid="baton-accept" onclick={accept} aria-disabled={run.busy()}>{ t!("accept") }</button>
                <button type="button" class="quiet-button" data-testid="baton-decline" onclick={decline} aria-disabled={run.busy()}>{ t!("decline") }</button>
            </span>
        };
    }
    if let Some(closing) = props.choosing.mandate(props.me) {
        let accept = run.click(move || batons::Command::AcceptMandate { baton: cid, closing });
        return html! { <button type="button" class="button" data-testid="mandate-accept" onclick={accept} aria-disabled={run.busy()}>{ changing(t!("take")) }</button> };
    }
    if baton.may_reclaim == Some(props.me) || props.choosing.is_back(props.me) {
        let reclaim = run.click(move || batons::Command::Reclaim { baton: cid });
        return html! { <button type="button" class="button" data-testid="baton-reclaim" onclick={reclaim} aria-disabled={run.busy()}>{ changing(t!("reclaim")) }</button> };
    }
    match baton.state {
        BatonState::Free => {
            let take = run.click(move || batons::Command::Take { baton: cid });
            html! { <button type="button" class="button" data-testid="baton-take" onclick={take} aria-disabled={run.busy()}>{ changing(t!("take")) }</button> }
        }
        BatonState::Held if props.mine() => {
            let offering = offering.clone();
            let expanded = offering.to_string();
            let onclick = Callback::from(move |_: MouseEvent| offering.set(!*offering));
            html! {
                <button type="button" class="button pass" data-testid="baton-offer" aria-expanded={expanded} {onclick}>
                    { changing(t!("pass-baton")) }
                </button>
            }
        }
        _ if props.may_step_in() => {
            let step_in = run.click(move || batons::Command::StepIn { baton: cid });
            html! { <button type="button" class="button" data-testid="baton-step-in" onclick={step_in} aria-disabled={run.busy()}>{ changing(t!("step-in")) }</button> }
        }
        _ => Html::default(),
    }
}

fn close_by_mandate(props: &BatonProps, run: &Run, closing: Cid) -> Html {
    let baton = props.baton.cid;
    let onclick = run.click(move || batons::Command::CloseByMandate { baton, closing });
    html! {
        <button type="button" class="quiet-button" data-testid="mandate-close" {onclick} aria-disabled={run.busy()}>{ t!("mandate-close") }</button>
    }
}

fn withdraw(props: &BatonProps, run: &Run) -> Html {
    let Some(offer) = props.baton.offer else { return Html::default() };
    let onclick = run.click(move || batons::Command::Withdraw { offer });
    html! {
        <button type="button" class="quiet-button" data-testid="baton-offer-withdraw" {onclick} aria-disabled={run.busy()}>{ t!("withdraw-offer") }</button>
    }
}

/// What happened while this node was apart, in plain words, and one click to offer help.
fn overtaken(props: &BatonProps, run: &Run) -> Html {
    let Some(term) = props.overtaken() else { return Html::default() };
    let aside = format!("aside.{}", term.from);
    if browser::preference(&aside).is_some() {
        return Html::default();
    }
    let Some(holder) = props.baton.holder else {
        return html! { <p class="overtaken">{ t!("overtaken-free") }</p> };
    };
    let name = props.name(holder);
    let words = t!("help-words", name = name.clone(), title = people::titled(&props.baton.title));
    let put_aside = aside.clone();
    let help = run.click(move || {
        browser::set_preference(&put_aside, "1");
        posts::Command::Post {
            text: words.clone(),
            kind: PostKind::Update,
            reply_to: None,
            tags: vec![],
            mentions: vec![],
        }
    });
    html! {
        <div class="overtaken">
            <p>{ changing(t!("overtaken", name = name)) }</p>
            <button type="button" class="button plain" onclick={help} aria-disabled={run.busy()}>{ t!("offer-help") }</button>
        </div>
    }
}
