//! Who comes while others speak in turn gets a place at the end, without a press: one had only to open the link.

use paceline_room::{body::rounds::Turn, state::Round};
use yew::prelude::*;

use super::now::{home, seconds_of};
use crate::{
    hooks::use_session,
    session::{Connection, RoomView},
};

/// Takes it, once all is here that the others have. If all have spoken, it is this person's turn at once, with its time.
#[hook]
pub fn use_place(room: &RoomView, round: &Round) {
    let session = use_session();
    let has_one = round.seats.iter().any(|it| room.joined.is_same(it.node, room.me));
    let may_write = room.connection == Connection::InSync && !room.newer && round.closed.is_none();
    let (me, seconds) = (home(room), seconds_of(round).filter(|_| round.now.is_none()));
    use_effect_with((round.cid, may_write && !has_one), move |(round, wanted)| {
        if *wanted {
            let (round, asking) = (*round, session.clone());
            session.run(async move { asking.turn(round, me, Turn::Joined, seconds).await });
        }
    });
}
