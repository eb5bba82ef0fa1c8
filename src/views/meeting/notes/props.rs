//! What each step of notes is drawn from.

use std::rc::Rc;

use paceline_room::state::Meeting;
use yew::prelude::*;

use super::super::now::Notes;
use crate::session::RoomView;

/// Properties of the card and of its steps.
#[derive(Clone, PartialEq, Properties)]
pub struct NotesProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The meeting.
    pub meeting: Meeting,
    /// Its notes.
    pub notes: Notes,
    /// Nothing stands in front of it.
    pub primary: bool,
}
