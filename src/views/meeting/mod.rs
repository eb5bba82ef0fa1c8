//! The meeting that goes on: one line above the talk, and the card that says what we do now; where there is none, how to begin one.

mod bar;
mod card;
mod lobby;
mod over;
mod turns;
mod writing;

use std::sync::Arc;

use paceline_room::{
    body::rounds::Ask,
    state::{Baton, Meeting, Round},
};
use yew::prelude::*;

use self::{bar::Bar, card::Card};
use super::{Context, MainTab, PLAIN, Region, View};
use crate::session::RoomView;

/// Its line above the talk.
pub const BAR: View = View {
    region: Region::Bar,
    draw: |context: &Context| {
        let to = context.open.reform(|()| MainTab::Meeting.handle());
        html! { <Bar room={context.room.clone()} {to} /> }
    },
    ..PLAIN
};

/// Its card.
pub const CARD: View = View {
    region: Region::Card,
    comes: |room| room.meeting.as_ref().map(|it| it.cid),
    waiting: turns::waiting,
    draw: |context: &Context| {
        let talk = context.open.reform(|()| MainTab::Talk.handle());
        html! { <Card room={context.room.clone()} primary={!context.covered} {talk} /> }
    },
    ..PLAIN
};

/// The round in which each speaks in turn, if the meeting has one.
fn turns_of(room: &RoomView, meeting: &Meeting) -> Option<Arc<Round>> {
    room.rounds.of_meeting(meeting.cid).find(|it| matches!(it.ask, Ask::Spoken(_)) && it.closed.is_none()).cloned()
}

/// The rounds in which each writes.
fn asked_in(room: &RoomView, meeting: &Meeting) -> Vec<Arc<Round>> {
    room.rounds.of_meeting(meeting.cid).filter(|it| matches!(it.ask, Ask::Words(_))).cloned().collect()
}

/// The role of who runs it: the first that was tied to it.
fn runs(room: &RoomView, meeting: &Meeting) -> Option<Arc<Baton>> {
    let baton = room.meetings.roles_of(meeting.cid).next()?;
    room.batons.iter().find(|it| it.cid == baton).cloned()
}
