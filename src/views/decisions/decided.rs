//! A decision, told in a line beside what it has made of the room.

use paceline_room::Cid;

use crate::{due, excerpt, people, session::RoomView, texts::t, when};

/// The decision by which something is as it is: what it is called, when it was decided, and until when it is tried.
pub fn told(room: &RoomView, proposal: Cid) -> String {
    let Some(it) = room.decisions.all.iter().rev().find(|it| it.cid == proposal) else { return String::new() };
    let title = excerpt::excerpt(&people::titled(&it.version.title), excerpt::QUOTED);
    let day = it.carried.as_ref().map(|it| when::day(it.at)).unwrap_or_default();
    match it.review_on.filter(|_| it.trial) {
        Some(until) => t!("rule-trial", title = title, day = day, until = due::told(until)),
        None => t!("rule-decided", title = title, day = day),
    }
}
