//! Notes: everybody writes for itself, all are shown at once, voted on, and talked about one after the other. The steps suggest, and
//! lock nothing.

mod board;
mod jot;
mod last_time;
mod note;
mod placed;
mod props;
mod talk;

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    body::meetings,
    state::{Meeting, Round},
};
use yew::prelude::*;

pub use self::last_time::LastTime;
use self::{
    board::Board,
    jot::Jot,
    props::NotesProps,
    talk::{Talk, talked_about},
};
use super::{
    asked::Reopen,
    now::{Notes, Step, home, is_mine},
    reveal::Reveal,
};
use crate::{
    components::timer::Timer,
    hooks::{seconds_left, use_commands},
    session::{Here, RoomView},
    texts::{changing, t},
};

/// Draws what is done now; what one has begun to write stays where it is.
#[component]
pub fn NotesCard(props: &NotesProps) -> Html {
    let NotesProps { room, notes, .. } = props;
    let (round, step) = (&notes.round, notes.step());
    let here = room.people.iter().filter(|it| it.here == Here::Here).count();
    let state = if step == Step::Write { "open" } else { "revealed" };
    html! {
        <section class="notes" data-testid="round" data-cid={round.cid.to_string()} data-ask="words" data-state={state}
            data-answered={round.answered.to_string()} data-of={here.to_string()}>
            <p class="notes-step" role="status">
                <strong>{ changing(name_of(step)) }</strong>
                <span>if let Some(timer) = room.timer { <Timer ends={timer.ends} /> }</span>
            </p>
            <div>if step == Step::Talk { <Talk ..props.clone() /> }</div>
            <div>if step == Step::Vote { <Board ..props.clone() /> }</div>
            <Jot ..props.clone() />
            <div>if let Some(vote) = &notes.vote { <Vote key={vote.cid.to_string()} room={room.clone()} vote={vote.clone()} /> }</div>
            <div>if step == Step::Write {
                <Reveal room={room.clone()} round={round.clone()} answered={written(round)} words={t!("notes-show")} filled={may_show(props)} />
            }</div>
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct VoteProps {
    room: Rc<RoomView>,
    vote: Arc<Round>,
}

/// The way back into a vote that was ended, with the time that it had still.
#[component]
fn Vote(props: &VoteProps) -> Html {
    let VoteProps { room, vote } = props;
    let commands = use_commands(format!("time of {}", vote.cid));
    let left = use_mut_ref(|| 0);
    if let Some(timer) = room.timer.filter(|it| it.about == Some(vote.cid) && vote.closed.is_none()) {
        *left.borrow_mut() = timer.ends;
    }
    let ended = use_mut_ref(|| None::<u64>);
    match &vote.closed {
        None => _ = ended.take(),
        Some(_) => _ = ended.borrow_mut().get_or_insert_with(|| seconds_left(*left.borrow())),
    }
    let then = {
        let about = Some(vote.cid);
        Callback::from(move |()| {
            let seconds = ended.borrow().unwrap_or(0);
            commands.act(meetings::Command::Timer { seconds, about });
        })
    };
    html! { <Reopen room={room.clone()} round={vote.clone()} {then} /> }
}

/// Whether all notes were talked about, but for the last, which is.
pub fn is_last(room: &Rc<RoomView>, meeting: &Meeting, notes: &Notes) -> bool {
    notes.step() == Step::Talk && {
        let (at, groups) = talked_about(room, meeting, notes);
        at + 1 >= groups.len()
    }
}

/// To show all is the next press of who runs it, once it has written.
fn may_show(props: &NotesProps) -> bool {
    let NotesProps { room, meeting, notes, primary } = props;
    let done = room.rounds.parts_in(notes.round.cid).any(|it| it.node == home(room) && it.done);
    *primary && done && is_mine(room, meeting)
}

/// How much was written, and by how many.
fn written(round: &Round) -> String {
    if round.said == 0 {
        return t!("notes-written-none");
    }
    let (notes, people) = (t!("notes-count", n = round.said), t!("notes-people", n = round.answered));
    t!("notes-written", notes = notes, people = people, done = round.done)
}

fn name_of(step: Step) -> String {
    match step {
        Step::Write => t!("notes-write"),
        Step::Vote => t!("notes-vote"),
        Step::Talk => t!("notes-talk"),
    }
}
