//! What all are asked about a proposal before anybody objects: what is not understood, and what each thinks of it. Nobody has to say
//! anything.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    body::rounds,
    state::{Answer, Round},
};
use yew::prelude::*;

use super::super::now::called;
use crate::{
    components::{
        decision::stage::Stage,
        fields::submits_on_control_enter,
        more::{SHOWN, Which, use_shown},
        written::Written,
    },
    hooks::{use_commands, use_draft},
    session::{Place, RoomView},
    texts::{changing, t},
};

/// What was said.
const ANSWERS: &str = "answers";

/// Properties of [`AskedAbout`].
#[derive(PartialEq, Properties)]
pub struct AskedAboutProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// What is asked.
    pub round: Arc<Round>,
    /// Which of the two it is.
    pub sort: Stage,
    /// The person here answers what others ask.
    pub answers: bool,
    /// It still can be said.
    pub open: bool,
    /// The person here is asked now.
    pub asks_me: bool,
    /// To say that there is nothing is the next press.
    pub primary: bool,
}

/// Draws what was said, and the field while one may say something.
#[component]
pub fn AskedAbout(props: &AskedAboutProps) -> Html {
    let AskedAboutProps { room, round, sort, answers, open, asks_me, primary } = props;
    let much = use_shown();
    let which: Which = (ANSWERS, Some(round.cid));
    let said: Vec<_> = room.rounds.answers_in(round.cid).take(much.of(which, SHOWN)).cloned().collect();
    let count = room.rounds.answers_in(round.cid).count();
    let writes = *open && (*asks_me || *answers && !said.is_empty());
    if said.is_empty() && !writes {
        return html! {};
    }
    let title = if *sort == Stage::Questions { t!("decide-asked-questions") } else { t!("decide-asked-reactions") };
    html! {
        <section class="round" data-testid="round" data-ask="words" data-cid={round.cid.to_string()} data-sort={sort.value()}
            data-answered={round.answered.to_string()}>
            <h3>{ title }</h3>
            <ul class="plain-list">{ for said.iter().map(|it| line(room, it)) }</ul>
            { much.more(which, SHOWN, count) }
            <div>if writes { <Field round={round.clone()} sort={*sort} answers={*answers} primary={*primary} /> }</div>
        </section>
    }
}

fn line(room: &RoomView, it: &Answer) -> Html {
    html! {
        <li class="wrote" key={it.cid.to_string()} data-testid="round-result" data-node={it.node.to_string()}>
            <strong>{ changing(called(room, &it.node)) }</strong>
            if let Some(text) = it.text.clone() { <Written {text} /> } else { <p class="trace">{ t!("words-missing") }</p> }
        </li>
    }
}

#[derive(PartialEq, Properties)]
struct FieldProps {
    round: Arc<Round>,
    sort: Stage,
    answers: bool,
    primary: bool,
}

/// One field, and the press by which one has nothing to say.
#[component]
fn Field(props: &FieldProps) -> Html {
    let FieldProps { round, sort, answers, primary } = props;
    let drafting = use_draft(Place::Round(round.cid));
    let (commands, cid) = (use_commands(format!("pass {}", round.cid)), round.cid);
    let onsubmit = {
        let drafting = drafting.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !drafting.now().text.trim().is_empty() {
                drafting.send("", || ());
            }
        })
    };
    let busy = commands.busy;
    let pass = Callback::from(move |_: MouseEvent| commands.act(rounds::Command::Pass { round: cid }));
    let (label, say, nothing) = match sort {
        _ if *answers => (t!("decide-answer-label"), t!("decide-answer"), None),
        Stage::Questions => (t!("decide-question-label"), t!("decide-question"), Some(t!("decide-no-questions"))),
        _ => (t!("decide-reaction-label"), t!("decide-reaction"), Some(t!("decide-no-reaction"))),
    };
    html! {
        <form class="inline-form" {onsubmit}>
            <label class="field">
                <span>{ changing(label) }</span>
                <textarea rows="2" dir="auto" data-testid="round-answer" onkeydown={submits_on_control_enter()}
                    value={drafting.draft.text.clone()} oninput={drafting.on_text()} readonly={drafting.sending} />
            </label>
            <div class="row">
                <button type="submit" class="button plain" data-testid="round-answer-submit" aria-disabled={drafting.sending.then_some("true")}>{ changing(say) }</button>
                if let Some(nothing) = nothing {
                    <button type="button" class={classes!("button", (!primary).then_some("plain"))} data-testid="round-pass" data-primary={primary.then_some("true")}
                        aria-disabled={busy} onclick={pass}>{ changing(nothing) }</button>
                }
            </div>
        </form>
    }
}
