//! What we do now.

use std::{rc::Rc, sync::Arc};

use yew::prelude::*;

use super::{
    agenda::{Agenda, goes_on},
    apart::apart,
    asked::{AskAll, Asked, AskedLast},
    deciding::Deciding,
    incident::Incident,
    lobby::Lobby,
    named::own_name,
    notes::{LastTime, NotesCard, is_last},
    now::{Step, asked_in, asked_last, called, next_time, notes_in, others_in, turns_of, was_left},
    over::Over,
    turns::Turns,
    writing::Writing,
};
use crate::{
    components::{
        decision::stage::{decides, is_done},
        undo::Undo,
        written::Written,
    },
    hooks::{use_commands, use_wake_lock, use_writing_in},
    people,
    session::RoomView,
    texts::{changing, t},
};
use paceline_room::{
    body::meetings,
    state::{Meeting, Round},
};

/// Properties of [`Card`].
#[derive(PartialEq, Properties)]
pub struct CardProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// Nothing stands in front of it.
    pub primary: bool,
    /// Shows the talk.
    pub talk: Callback<()>,
    /// Opens another view.
    pub open: Callback<&'static str>,
    /// The settings stand beside it.
    pub settings: bool,
    /// What is for later stands beside it.
    pub beside_later: bool,
}

/// Draws it.
#[component]
pub fn Card(props: &CardProps) -> Html {
    let CardProps { room, primary, talk, open, settings, beside_later } = props;
    // The last one's notes, until another begins: of the meeting that ended while this was drawn.
    let seen = use_mut_ref(|| None);
    let again = use_state(|| false);
    // One that was left open stands back for the next, unless it is gone back to.
    let back_to = use_state(|| None);
    let meeting = room.meeting.as_ref().filter(|it| !was_left(it) || *back_to == Some(it.cid));
    if let Some(meeting) = meeting {
        *seen.borrow_mut() = Some(meeting.cid);
    }
    let over = seen.borrow().and_then(|cid| room.meetings.all.iter().rev().find(|it| it.cid == cid).cloned());
    let over = over.filter(|_| room.meeting.is_none());
    let decided = |it: &Meeting| room.decisions.of_meeting(it.cid).next().is_some();
    let is_held = |it: &Arc<Meeting>| decided(it) || !room.rounds.is_mistake(&room.meetings, it);
    let back = room.meeting.as_ref().map(|it| {
        let (back_to, cid) = (back_to.setter(), it.cid);
        Callback::from(move |()| back_to.set(Some(cid)))
    });
    let another = {
        let again = again.setter();
        Callback::from(move |()| again.set(true))
    };
    let card = match (meeting, &over) {
        (Some(it), _) if it.is_incident() => {
            html! { <Incident key={it.cid.to_string()} room={room.clone()} meeting={(**it).clone()} primary={*primary} settings={*settings} /> }
        }
        (Some(meeting), _) => {
            html! { <Going key={meeting.cid.to_string()} room={room.clone()} meeting={(**meeting).clone()} primary={*primary} beside_later={*beside_later} settings={*settings} /> }
        }
        (None, Some(over)) if !*again && is_held(over) => {
            html! { <Over room={room.clone()} meeting={(**over).clone()} primary={*primary} talk={talk.clone()} {another} /> }
        }
        _ => html! { <Lobby room={room.clone()} primary={*primary} open={open.clone()} settings={*settings} {back} /> },
    };
    html! {
        <>
            <Ended room={room.clone()} meeting={over} />
            { card }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct EndedProps {
    room: Rc<RoomView>,
    meeting: Option<Arc<Meeting>>,
}

/// Who ended it, and for a while the way back.
#[component]
fn Ended(props: &EndedProps) -> Html {
    let EndedProps { room, meeting } = props;
    let commands = use_commands("meeting");
    let ended = meeting.as_ref().and_then(|it| Some((it.cid, it.ended.as_ref()?)));
    let undo = {
        let meeting = ended.map(|(it, _)| it);
        Callback::from(move |()| {
            if let Some(meeting) = meeting {
                commands.run(|session| async move { session.go_on_with(meeting).await });
            }
        })
    };
    let text = ended.map(|(_, it)| t!("meeting-ended-by", by = called(room, &it.by))).unwrap_or_default();
    html! { <Undo of={ended.map(|(_, it)| AttrValue::from(it.cid.to_string()))} {text} {undo} /> }
}

#[derive(PartialEq, Properties)]
struct GoingProps {
    room: Rc<RoomView>,
    meeting: Meeting,
    primary: bool,
    beside_later: bool,
    settings: bool,
}

#[component]
fn Going(props: &GoingProps) -> Html {
    let GoingProps { room, meeting, primary, beside_later, settings } = props;
    let (place, name) = (use_node_ref(), use_node_ref());
    let writes = use_writing_in(&place);
    use_wake_lock(writes);
    let commands = use_commands("meeting");
    let turns = turns_of(room, meeting);
    let asked = asked_in(room, meeting);
    let notes = notes_in(room, meeting);
    let due = next_time(meeting);
    // What is asked last is where somebody is stuck.
    let helps = |round: &Round| meeting.prompts.last().is_some_and(|it| **it == *round.question);
    let all_spoken = turns.as_ref().is_none_or(|it| it.now.is_none());
    // What a stand-up leaves to talk about is told at its end, and keeps nobody.
    let is_over = all_spoken
        && (turns.is_some() || !goes_on(room, meeting))
        && notes.iter().all(|it| is_last(room, meeting, it))
        && is_done(room, meeting);
    // What was promised before comes first, until notes are shown.
    let begins = notes.first().is_none_or(|it| it.step() == Step::Write);
    let leads = all_spoken && notes.is_empty() && !decides(meeting);
    let deciding = all_spoken && notes.is_empty() && !goes_on(room, meeting);
    let end = {
        let meeting = meeting.cid;
        Callback::from(move |_: MouseEvent| commands.act(meetings::Command::Close { meeting, note: String::new() }))
    };
    let call = (!meeting.call_link.is_empty()).then(|| Arc::from(meeting.call_link.as_str()));
    html! {
        <section ref={place} class="meeting" data-testid="meeting" data-cid={meeting.cid.to_string()} data-state="open" aria-labelledby="meeting-heading">
            <h2 id="meeting-heading" dir="auto">{ changing(people::titled(&meeting.title)) }</h2>
            if let Some(text) = call { <Written {text} /> }
            { own_name(room, *settings, &name, "round-answer") }
            { apart(room) }
            if let Some(turns) = turns { <Turns room={room.clone()} meeting={meeting.clone()} round={(*turns).clone()} {primary} /> }
            <Agenda room={room.clone()} meeting={meeting.clone()} {leads} primary={*primary && leads} beside_later={*beside_later} />
            <div>if begins { <LastTime room={room.clone()} meeting={meeting.clone()} /> }</div>
            <div class="all-notes">{ for notes.into_iter().enumerate().map(|(at, notes)| html! {
                // Only one of what is done has the next press.
                <NotesCard key={notes.round.cid.to_string()} room={room.clone()} meeting={meeting.clone()} notes={notes.clone()}
                    primary={*primary && all_spoken && at == 0} />
            }) }</div>
            <div class="asked">
                { for asked.iter().map(|round| html! { <Writing key={round.cid.to_string()} room={room.clone()} round={(**round).clone()} {due} helps={helps(round)} /> }) }
                { for others_in(room, meeting).into_iter().map(|round| html! { <Asked key={round.cid.to_string()} room={room.clone()} round={round.clone()} /> }) }
            </div>
            <Deciding room={room.clone()} meeting={meeting.clone()} primary={*primary && deciding} />
            <AskAll meeting={meeting.cid} />
            <AskedLast room={room.clone()} last={asked_last(room, meeting)} />
            <div class="row">
                <button type="button" class={classes!("button", (!is_over).then_some("plain"))} data-testid="meeting-close" data-primary={(is_over && *primary).then_some("true")} onclick={end}>
                    { t!("meeting-end") }
                </button>
            </div>
        </section>
    }
}
