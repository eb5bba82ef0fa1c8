//! One line: what we do now, the time that is left, whose turn it is, who runs it.

use std::rc::Rc;

use paceline_room::{NodeId, body::meetings, state::Item};
use yew::prelude::*;

use super::{
    deciding::in_bar,
    incident::{Reminder, TakeLead},
    now::{Notes, Step, called, going, here_of, is_mine, notes_in, running, runs, timer_of, titled, turns_of},
    turns::use_my_turn,
};
use crate::{
    components::{timer::Timer, undo::Undo},
    hooks::{use_commands, use_seconds_left, use_wake_lock},
    people,
    session::RoomView,
    signals,
    texts::{changing, t},
};

/// Properties of [`Bar`].
#[derive(Clone, PartialEq, Properties)]
pub struct BarProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// Shows the card.
    pub to: Callback<()>,
    /// The card is not there.
    pub front: bool,
}

/// Draws it.
#[component]
pub fn Bar(props: &BarProps) -> Html {
    use_needed(&props.room);
    html! {
        <>
            <Line ..props.clone() />
            <Reminder room={props.room.clone()} />
            <Started room={props.room.clone()} />
        </>
    }
}

#[component]
fn Line(props: &BarProps) -> Html {
    let room = &props.room;
    let to = props.to.reform(|_: MouseEvent| ());
    let timer = going(room).and_then(|it| timer_of(room, it));
    let left = use_seconds_left(timer.map_or(0, |it| it.ends));
    let Some(meeting) = going(room) else {
        return html! {
            <div class="bar" data-testid="bar" data-step="none">
                <button type="button" class="quiet-button" data-testid="meeting-start" onclick={to}>{ t!("meeting-start") }</button>
            </div>
        };
    };
    let turns = turns_of(room, meeting);
    let now = turns.as_ref().and_then(|it| it.now);
    let name = |node| called(room, &node);
    let at = notes_in(room, meeting).first().map(Notes::step);
    let here = here_of(room, meeting);
    // The time is that of whose turn it is, of the step, or of what is on the agenda.
    let timed = if now.is_some() || at.is_some() { room.timer } else { running(room, meeting) };
    let incident = meeting.is_incident();
    let deciding = in_bar(room, meeting);
    let step = match (at, &turns, now) {
        (Some(Step::Write), ..) => t!("notes-write"),
        (Some(Step::Vote), ..) => t!("notes-vote"),
        (Some(Step::Talk), ..) => t!("notes-talk"),
        (None, Some(_), Some(now)) if room.joined.is_same(now, room.me) => t!("bar-your-turn"),
        (None, Some(_), Some(now)) => t!("bar-speaks", name = name(now)),
        (None, Some(_), None) => t!("bar-all-spoken"),
        (None, None, _) if incident && timed.is_some() && left == 0 => t!("incident-due"),
        (None, None, _) if incident && timed.is_some() => t!("incident-next"),
        (None, None, _) => deciding.as_ref().map_or_else(|| comes_to(room, here.as_deref()), |it| it.0.clone()),
    };
    let handle = at.map_or(
        match (&turns, &here) {
            (Some(_), _) => "turns",
            _ if incident => "incident",
            (None, here) => deciding.map_or(if here.is_some() { "agenda" } else { "talk" }, |(_, step)| step),
        },
        Step::value,
    );
    let runs = runs(room, meeting).and_then(|it| it.holder);
    html! {
        <div class="bar going" data-testid="bar" data-step={handle}
            data-runs={runs.map(|it| it.to_string())} data-left={timer.map(|_| left.to_string())}>
            <button type="button" class="quiet-button bar-to" onclick={to}>
                <strong dir="auto">{ changing(people::titled(&meeting.title)) }</strong>
                <span>{ changing(step) }</span>
            </button>
            // Of an incident who leads is reminded, and nobody else.
            if let Some(timer) = timed { <Timer ends={timer.ends} at_zero={Callback::from(move |()| if !incident { signals::ring() })} /> }
            if incident && props.front { <TakeLead room={room.clone()} meeting={(**meeting).clone()} /> }
            if let Some(runs) = runs { <span class="bar-runs">{ changing(runs_it(room, runs)) }</span> }
        </div>
    }
}

/// What on the agenda it has come to.
fn comes_to(room: &RoomView, here: Option<&Item>) -> String {
    here.map_or_else(|| t!("bar-goes-on"), |it| titled(room, it))
}

#[derive(PartialEq, Properties)]
struct StartedProps {
    room: Rc<RoomView>,
}

/// Who started the meeting, and for a while, until anything is done in it, the way back.
#[component]
fn Started(props: &StartedProps) -> Html {
    let room = &props.room;
    let commands = use_commands("undo start");
    let meeting = going(room).filter(|it| it.resumes.is_none());
    let undo = {
        let meeting = meeting.map(|it| it.cid);
        Callback::from(move |()| {
            let close = |meeting| meetings::Command::Close { meeting, note: String::new() };
            meeting.into_iter().for_each(|it| commands.act(close(it)));
        })
    };
    let text = meeting.map(|it| match it.is_incident() {
        true => t!("incident-declared-by", by = called(room, &it.author)),
        false => t!("meeting-started-by", by = called(room, &it.author)),
    });
    let told_only = meeting.is_some_and(|it| {
        room.rounds.is_touched(&room.meetings, it) || room.decisions.of_meeting(it.cid).next().is_some()
    });
    html! { <Undo of={meeting.map(|it| AttrValue::from(it.cid.to_string()))} text={text.unwrap_or_default()} {undo} {told_only} /> }
}

/// Who speaks or runs the meeting is needed, whatever else they look at: it stands here, since this line is always drawn.
#[hook]
fn use_needed(room: &RoomView) {
    let meeting = going(room);
    let speaks = meeting.and_then(|it| turns_of(room, it)).and_then(|it| it.now);
    let mine = speaks.is_some_and(|it| room.joined.is_same(it, room.me));
    use_my_turn(mine);
    use_wake_lock(mine || meeting.is_some_and(|it| is_mine(room, it)));
}

fn runs_it(room: &RoomView, node: NodeId) -> String {
    if room.joined.is_same(node, room.me) {
        t!("bar-runs-you")
    } else {
        t!("bar-runs", name = people::name_in(&room.people, &node))
    }
}
