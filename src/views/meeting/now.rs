//! What of a room the meeting's screens look at.

use std::sync::Arc;

use paceline_room::{
    body::rounds::Ask,
    state::{Baton, Meeting, Round},
};

use crate::session::RoomView;

/// The round in which each speaks in turn, if the meeting has one.
pub fn turns_of(room: &RoomView, meeting: &Meeting) -> Option<Arc<Round>> {
    room.rounds.of_meeting(meeting.cid).find(|it| matches!(it.ask, Ask::Spoken(_)) && it.closed.is_none()).cloned()
}

/// The rounds in which each writes.
pub fn asked_in(room: &RoomView, meeting: &Meeting) -> Vec<Arc<Round>> {
    room.rounds.of_meeting(meeting.cid).filter(|it| matches!(it.ask, Ask::Words(_))).cloned().collect()
}

/// The role of who runs it: the first that was tied to it.
pub fn runs(room: &RoomView, meeting: &Meeting) -> Option<Arc<Baton>> {
    let baton = room.meetings.roles_of(meeting.cid).next()?;
    room.batons.iter().find(|it| it.cid == baton).cloned()
}
