//! What somebody says to a proposal: two presses that weigh the same, what is said less often behind one more, and what the others said.

use std::sync::Arc;

use paceline_room::{
    Cid,
    body::decisions::Ballot,
    state::{Cast, Proposal, WordsState},
};
use yew::prelude::*;

use super::Decisions;
use crate::{
    components::{
        fields::{closes_on_escape, focus_on, submits_on_control_enter},
        icons::{Icon, sign},
        more::{NODES_WITHIN, SHOWN, WITHIN, Which, use_shown},
        written::Written,
    },
    hooks::{Drafting, use_commands, use_draft},
    session::Place,
    texts::{changing, t},
};

/// What was said to a proposal.
const BALLOTS: &str = "ballots";
/// The field of a draft with what is said, and that with what would fix it.
const STANCE: &str = "stance";
const FIX: &str = "fix";
/// That with the version that was read.
const VERSION: &str = "version";

/// Properties of [`BallotBox`].
#[derive(PartialEq, Properties)]
pub struct BallotBoxProps {
    /// The proposal.
    pub proposal: Arc<Proposal>,
    /// What the person here said to its latest version.
    pub own: Option<Ballot>,
    /// One of those who decide: others can object, and no more.
    pub decides: bool,
    /// To say it is the next press, once its words are written.
    pub primary: bool,
}

/// The question, and the answers to choose from. None is the one that is expected: neither is filled.
#[component]
pub fn BallotBox(props: &BallotBoxProps) -> Html {
    let BallotBoxProps { proposal, own, decides, primary } = props;
    let drafting = use_draft(Place::Ballot(proposal.cid));
    let commands = use_commands(format!("ballot {}", proposal.cid));
    let more = use_state(|| false);
    let stance = drafting.draft.field(STANCE).to_owned();
    let busy = commands.busy.or(drafting.sending.then_some("true"));
    let say = |stance: Ballot| {
        let (commands, proposal, version) = (commands.clone(), proposal.cid, proposal.version.cid);
        Callback::from(move |_: MouseEvent| {
            commands.run(|session| async move { session.answer_proposal(proposal, version, stance).await });
        })
    };
    let write = |stance: &'static str| {
        let drafting = drafting.clone();
        Callback::from(move |_: MouseEvent| {
            drafting.write(|draft| {
                let is_open = draft.field(STANCE) == stance;
                draft.set_field(STANCE, if is_open { "" } else { stance });
                draft.set_field(VERSION, "");
            });
        })
    };
    let toggle = {
        let more = more.clone();
        Callback::from(move |_: MouseEvent| more.set(!*more))
    };
    let pressed = |it: Ballot| (*own == Some(it)).to_string();
    html! {
        <div class="ballot-box" role="group" aria-label={t!("ballot-question")} data-testid="ballot-box">
            <p class="ballot-question">{ changing(if *decides { t!("ballot-question") } else { t!("ballot-came-later") }) }</p>
            <div class="row">
                if *decides {
                    <button key="consent" type="button" class="button plain" data-testid="ballot-consent" aria-pressed={pressed(Ballot::Consent)}
                        aria-disabled={busy} onclick={say(Ballot::Consent)}>{ t!("ballot-consent") }</button>
                }
                <button key="object" type="button" class="button plain" data-testid="ballot-object" aria-pressed={pressed(Ballot::Object)}
                    aria-expanded={(stance == "object").to_string()} onclick={write("object")}>{ t!("ballot-object") }</button>
                if *decides {
                    <button key="more" type="button" class="quiet-button" data-testid="ballot-more" aria-expanded={more.to_string()} onclick={toggle}>
                        { sign(Icon::More) }<span>{ t!("ballot-more") }</span>
                    </button>
                }
            </div>
            <div class="row">
                if *decides && *more {
                    <button key="concern" type="button" class="quiet-button" data-testid="ballot-concern" aria-pressed={pressed(Ballot::Concern)}
                        aria-expanded={(stance == "concern").to_string()} onclick={write("concern")}>{ t!("ballot-concern") }</button>
                    <button key="aside" type="button" class="quiet-button" data-testid="ballot-stand-aside" aria-pressed={pressed(Ballot::StandAside)}
                        aria-disabled={busy} onclick={say(Ballot::StandAside)}>{ t!("ballot-stand-aside") }</button>
                }
            </div>
            <div>if !stance.is_empty() { <Why key={stance.clone()} {drafting} version={proposal.version.cid} objects={stance == "object"} primary={*primary} /> }</div>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct WhyProps {
    drafting: Drafting,
    version: Cid,
    objects: bool,
    primary: bool,
}

/// What would go wrong, and what would fix it; or what one worries about.
#[component]
fn Why(props: &WhyProps) -> Html {
    let WhyProps { drafting, version, objects, primary } = props;
    let (field, version, objects) = (use_node_ref(), *version, *objects);
    {
        let field = field.clone();
        use_effect_with((), move |()| focus_on(&field));
    }
    let close = {
        let drafting = drafting.clone();
        let fields = [STANCE, VERSION];
        Callback::from(move |()| drafting.write(|draft| fields.iter().for_each(|it| draft.set_field(it, ""))))
    };
    let onsubmit = {
        let (drafting, field) = (drafting.clone(), field.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if drafting.now().text.trim().is_empty() {
                return focus_on(&field);
            }
            drafting.note(VERSION, &version.to_string());
            drafting.send(if objects { "object" } else { "concern" }, || ());
        })
    };
    html! {
        <form class="inline-form" {onsubmit} onkeydown={closes_on_escape(&close)}>
            <label class="field">
                <span>{ if objects { t!("ballot-wrong") } else { t!("ballot-worry") } }</span>
                <textarea ref={field} rows="2" dir="auto" required=true data-testid="ballot-reason" onkeydown={submits_on_control_enter()}
                    value={drafting.draft.text.clone()} oninput={drafting.on_text()} readonly={drafting.sending} />
            </label>
            if objects {
                <label class="field">
                    <span>{ t!("ballot-fix") }</span>
                    <textarea rows="2" dir="auto" data-testid="ballot-fix" onkeydown={submits_on_control_enter()}
                        value={drafting.draft.field(FIX).to_owned()} oninput={drafting.on_field(FIX)} readonly={drafting.sending} />
                </label>
            }
            <div class="row">
                <button type="submit" class={classes!("button", (!primary).then_some("plain"))} data-testid="ballot-submit" data-primary={primary.then_some("true")}
                    aria-disabled={drafting.sending.then_some("true")}>{ if objects { t!("ballot-object") } else { t!("ballot-say") } }</button>
                <button type="button" class="quiet-button" onclick={close.reform(|_: MouseEvent| ())}>{ t!("cancel") }</button>
            </div>
        </form>
    }
}

/// Properties of [`Ballots`].
#[derive(PartialEq, Properties)]
pub struct BallotsProps {
    /// All.
    pub all: Decisions,
    /// The proposal.
    pub proposal: Arc<Proposal>,
    /// Takes a fix up: of who may change the text.
    pub on_fix: Option<Callback<Cid>>,
    /// To take a fix up is the next press.
    pub primary: bool,
}

/// What was said: with words one by one, without in one line.
#[component]
pub fn Ballots(props: &BallotsProps) -> Html {
    let BallotsProps { all, proposal, on_fix, primary } = props;
    let much = use_shown();
    let which: Which = (BALLOTS, Some(proposal.cid));
    let latest: Vec<_> = all.lists.ballots_of(proposal.cid).filter(|it| is_told(proposal, it)).cloned().collect();
    let (worded, plain): (Vec<_>, Vec<_>) = latest.into_iter().partition(|it| it.words.is_some());
    let first = worded.iter().find(|it| takes(it)).map(|it| it.cid);
    let count = worded.len();
    html! {
        <>
            <ul class="plain-list ballots">{ for worded.iter().take(much.of(which, WITHIN)).map(|it| html! {
                <Said key={it.cid.to_string()} all={all.clone()} cast={it.clone()} on_fix={on_fix.clone().filter(|_| takes(it))}
                    primary={*primary && first == Some(it.cid)} />
            }) }</ul>
            { much.more(which, WITHIN, count) }
            { plain_line(all, &plain) }
        </>
    }
}

/// What is of an earlier version, or was said anew, is told no more, but for objections that stand and what came too late.
fn is_told(proposal: &Proposal, it: &Cast) -> bool {
    let stands = it.counts && (it.version == proposal.version.cid || it.stance == Ballot::Object);
    stands || it.late
}

/// An objection that says what would fix it.
fn takes(it: &Cast) -> bool {
    it.stance == Ballot::Object && it.counts && it.fix.is_some()
}

/// Those who had nothing to add, each once.
fn plain_line(all: &Decisions, plain: &[Arc<Cast>]) -> Html {
    let who = |stance: Ballot| {
        let names: Vec<_> =
            plain.iter().filter(|it| it.stance == stance).take(SHOWN).map(|it| all.called(it.node)).collect();
        (!names.is_empty()).then(|| crate::components::more::names(names.iter()))
    };
    let consents = who(Ballot::Consent).map(|names| t!("ballots-consent", names = names));
    let aside = who(Ballot::StandAside).map(|names| t!("ballots-aside", names = names));
    html! {
        <div class="hint">
            if let Some(it) = consents { <p key="consent" data-testid="ballots-consent">{ changing(it) }</p> }
            if let Some(it) = aside { <p key="aside">{ changing(it) }</p> }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct SaidProps {
    all: Decisions,
    cast: Arc<Cast>,
    on_fix: Option<Callback<Cid>>,
    primary: bool,
}

/// What somebody said in words.
#[component]
fn Said(props: &SaidProps) -> Html {
    let SaidProps { all, cast, on_fix, primary } = props;
    let name = all.called(cast.node);
    let who = match cast.stance {
        Ballot::Object if cast.late => t!("ballot-late", name = name),
        Ballot::Object => t!("ballot-objects", name = name),
        Ballot::Concern => t!("ballot-worries", name = name),
        Ballot::Consent => t!("ballots-consent", names = name),
        Ballot::StandAside => t!("ballots-aside", names = name),
    };
    let words = |text: &Option<Arc<str>>| match (cast.words, text) {
        (Some(WordsState::Retracted), _) => html! { <p class="trace">{ t!("retracted") }</p> },
        (_, Some(text)) => html! { <Written text={text.clone()} nodes={NODES_WITHIN} /> },
        (_, None) => html! { <p class="trace">{ t!("words-missing") }</p> },
    };
    let onclick = on_fix.as_ref().map(|it| {
        let cid = cast.cid;
        it.reform(move |_: MouseEvent| cid)
    });
    html! {
        <li class={classes!("ballot", (cast.stance == Ballot::Object).then_some("objects"))} data-testid="ballot" data-node={cast.node.to_string()}
            data-stance={stance_value(cast.stance)} data-counts={cast.counts.to_string()} data-late={cast.late.to_string()}>
            <strong>{ changing(who) }</strong>
            <div class="said">{ words(&cast.reason) }</div>
            if cast.fix.is_some() {
                <div class="fix"><span class="hint">{ t!("ballot-fixed-by") }</span>{ words(&cast.fix) }</div>
            }
            if onclick.is_some() {
                <button type="button" class={classes!("button", (!primary).then_some("plain"))} data-testid="fix-use" data-primary={primary.then_some("true")} {onclick}>
                    { t!("fix-use") }
                </button>
            }
        </li>
    }
}

/// As in `data-stance`.
const fn stance_value(stance: Ballot) -> &'static str {
    match stance {
        Ballot::Consent => "consent",
        Ballot::Concern => "concern",
        Ballot::Object => "object",
        Ballot::StandAside => "stand-aside",
    }
}
