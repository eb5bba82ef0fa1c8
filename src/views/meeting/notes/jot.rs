//! Where one writes notes: one field, what sort of note it is, and what one has written so far.

use std::sync::Arc;

use paceline_room::{
    Cid,
    body::{rounds, taking_back},
};
use yew::prelude::*;

use super::{
    super::now::{Step, home},
    props::NotesProps,
};
use crate::{
    components::{fields::submits_on_control_enter, written::Written},
    hooks::{Drafting, Filled, use_commands, use_draft, use_filled, use_session},
    session::Place,
    texts::{changing, t},
};

/// The field of a draft with the sort of note.
const SORT: &str = "sort";

/// Draws it.
#[component]
pub fn Jot(props: &NotesProps) -> Html {
    let NotesProps { room, meeting, notes, primary } = props;
    let (round, step) = (&notes.round, notes.step());
    let drafting = use_draft(Place::Round(round.cid));
    let sort = use_filled(String::new);
    let commands = use_commands(round.cid);
    let onsubmit = adding(&drafting, &sort);
    let done = room.rounds.parts_in(round.cid).any(|it| it.node == home(room) && it.done);
    let on_done = {
        let (commands, round) = (commands.clone(), round.cid);
        Callback::from(move |_: MouseEvent| commands.act(rounds::Command::Done { round }))
    };
    let chip = |it: &String| {
        let (sort, chosen, it) = (sort.clone(), sort.now() == *it, it.clone());
        let text = it.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            sort.change(|sort| *sort = if chosen { String::new() } else { it.clone() })
        });
        html! { <button type="button" class="chip" data-testid="note-sort" aria-pressed={chosen.to_string()} {onclick} dir="auto">{ text }</button> }
    };
    // Once all is talked about a note is in the way, unless it is being written.
    if step == Step::Talk && drafting.draft.text.is_empty() {
        return html! {};
    }
    let label = if step == Step::Write { round.question.to_string() } else { t!("notes-late") };
    html! {
        <>
            <form class="inline-form jot" {onsubmit}>
                <div class="row" role="group" aria-label={t!("notes-sort")}>{ for meeting.prompts.iter().map(chip) }</div>
                <label class="field">
                    <span dir="auto">{ changing(label) }</span>
                    <textarea rows="2" dir="auto" data-testid="round-answer" onkeydown={submits_on_control_enter()}
                        value={drafting.draft.text.clone()} oninput={drafting.on_text()} readonly={drafting.sending} />
                </label>
                <div class="row">
                    <button type="submit" class="button plain" data-testid="round-answer-submit" aria-disabled={drafting.sending.then_some("true")}>
                        { t!("notes-add") }
                    </button>
                    if step == Step::Write && !done {
                        <button type="button" class="button" data-testid="round-done" data-primary={primary.then_some("true")}
                            aria-disabled={commands.busy} onclick={on_done}>{ t!("notes-done") }</button>
                    }
                </div>
            </form>
            if step == Step::Write { <Own ..props.clone() /> }
        </>
    }
}

/// What adds a note.
fn adding(drafting: &Drafting, sort: &Filled<String>) -> Callback<SubmitEvent> {
    let (drafting, sort) = (drafting.clone(), sort.clone());
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        if !drafting.now().text.trim().is_empty() {
            drafting.write(|draft| draft.set_field(SORT, &sort.now()));
            drafting.send("", || ());
        }
    })
}

/// What the person here has written: nobody else sees it yet.
#[component]
fn Own(props: &NotesProps) -> Html {
    let session = use_session();
    let round = props.notes.round.cid;
    // What is hidden changes nothing that is shown: they are opened again with each event.
    let own = use_memo((props.room.events, round), |_| session.own_answers(&round));
    html! {
        <ul class="plain-list own-notes" aria-label={t!("notes-own")}>
            { for own.iter().map(|(cid, text)| html! { <OwnNote key={cid.to_string()} cid={*cid} text={text.clone()} /> }) }
        </ul>
    }
}

#[derive(PartialEq, Properties)]
struct OwnNoteProps {
    cid: Cid,
    text: String,
}

#[component]
fn OwnNote(props: &OwnNoteProps) -> Html {
    let commands = use_commands(format!("note {}", props.cid));
    let post = props.cid;
    let busy = commands.busy;
    let remove = Callback::from(move |_: MouseEvent| commands.act(taking_back::Command::Retract { post }));
    html! {
        <li class="wrote" data-testid="note-own" data-cid={post.to_string()}>
            <Written text={Arc::<str>::from(props.text.as_str())} />
            <button type="button" class="quiet-button" data-testid="note-remove" aria-disabled={busy} onclick={remove}>{ t!("notes-remove") }</button>
        </li>
    }
}
