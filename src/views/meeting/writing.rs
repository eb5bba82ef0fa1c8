//! What everybody is asked to write: the own field, and what the others have written.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Day,
    body::promises,
    state::{Answer, Meeting, Round},
};
use yew::prelude::*;

use super::now::asked_in;
use crate::{
    components::{
        fields::submits_on_control_enter,
        more::{SHOWN, Which, use_shown},
        written::Written,
    },
    hooks::{use_commands, use_draft},
    people,
    session::{Here, Place, RoomView},
    texts::{changing, t},
};

/// What was written.
const ANSWERS: &str = "answers";

/// Properties of [`Writing`].
#[derive(PartialEq, Properties)]
pub struct WritingProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The round.
    pub round: Round,
    /// When what is promised in it is due.
    pub due: Option<Day>,
    /// It asks for what others can help with.
    pub helps: bool,
}

/// Draws it.
#[component]
pub fn Writing(props: &WritingProps) -> Html {
    let WritingProps { room, round, due, helps } = props;
    let drafting = use_draft(Place::Round(round.cid));
    let much = use_shown();
    let which: Which = (ANSWERS, Some(round.cid));
    let answers: Vec<_> = room.rounds.answers_in(round.cid).take(much.of(which, SHOWN)).cloned().collect();
    let onsubmit = {
        let drafting = drafting.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !drafting.now().text.trim().is_empty() {
                drafting.send("", || ());
            }
        })
    };
    let here = room.people.iter().filter(|it| it.here == Here::Here).count();
    let wrote = room.rounds.answers_in(round.cid).any(|it| room.joined.is_same(it.node, room.me));
    html! {
        <section class="round" data-testid="round" data-cid={round.cid.to_string()} data-ask="words" data-state={if round.closed.is_some() { "revealed" } else { "open" }}
            data-answered={round.answered.to_string()} data-of={here.to_string()}>
            <form class="inline-form" {onsubmit}>
                <label class="field">
                    <span dir="auto">{ changing(people::titled(&round.question)) }</span>
                    <textarea rows="2" dir="auto" data-testid="round-answer" onkeydown={submits_on_control_enter()}
                        value={drafting.draft.text.clone()} oninput={drafting.on_text()} readonly={drafting.sending} />
                </label>
                <button type="submit" class="button plain" data-testid="round-answer-submit" aria-disabled={drafting.sending.then_some("true")}>
                    { changing(if wrote { t!("round-change") } else { t!("round-write") }) }
                </button>
            </form>
            <ul class="plain-list answers">{ for answers.iter().map(|it| html! { <Line key={it.cid.to_string()} room={room.clone()} answer={(**it).clone()} due={*due} helps={*helps} /> }) }</ul>
            { much.more(which, SHOWN, round.answered) }
        </section>
    }
}

/// Properties of [`Own`].
#[derive(PartialEq, Properties)]
pub struct OwnProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The meeting.
    pub meeting: Meeting,
}

/// What the person here wrote, before it while it speaks.
#[component]
pub fn Own(props: &OwnProps) -> Html {
    let OwnProps { room, meeting } = props;
    let line = |round: &Arc<Round>| {
        let mine = room.rounds.answers_in(round.cid).find(|it| room.joined.is_same(it.node, room.me))?;
        Some(html! {
            <div key={mine.cid.to_string()}>
                <dt dir="auto">{ changing(people::titled(&round.question)) }</dt>
                <dd><Written text={mine.text.clone()?} /></dd>
            </div>
        })
    };
    let lines: Vec<Html> = asked_in(room, meeting).iter().filter_map(line).collect();
    html! { <>if !lines.is_empty() { <dl class="own-lines" data-testid="own-lines">{ for lines }</dl> }</> }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    room: Rc<RoomView>,
    answer: Answer,
    due: Option<Day>,
    helps: bool,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let LineProps { room, answer, due, helps } = props;
    let commands = use_commands(format!("help {}", answer.cid));
    let mine = room.joined.is_same(answer.node, room.me);
    let name = people::name_in(&room.people, &answer.node);
    let text = answer.text.clone();
    let help = {
        let (name, text, due, from) = (name.clone(), text.clone(), *due, Some(answer.cid));
        Callback::from(move |_: MouseEvent| {
            let text = t!("help-promise", name = name.clone(), words = text.as_deref().unwrap_or_default().to_owned());
            commands.act(promises::Command::Make { text, due, from });
        })
    };
    html! {
        <li class="wrote" data-testid="round-result" data-node={answer.node.to_string()} data-opened={answer.opened.to_string()}>
            <strong translate="no"><bdi>{ if mine { t!("you-subject") } else { name } }</bdi></strong>
            if let Some(text) = text.clone() { <Written {text} /> }
            if *helps && !mine && text.is_some() { <button type="button" class="quiet-button" data-testid="do-this" onclick={help}>{ t!("help") }</button> }
        </li>
    }
}
