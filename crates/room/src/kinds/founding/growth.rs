//! What the worst that claims to found or raise a room costs.

use super::{FoldRaised, RoomFounded};
use crate::{
    Cid,
    testing::{
        growth::{Grows, Law, Measured},
        hostile::Scene,
    },
};

impl Measured for RoomFounded {
    const LAWS: &'static [Law] = &[Law::new("what claims to found the room, after n that do", Grows::Never, |n| {
        let mut it = Scene::new();
        (0..=n).for_each(|_| _ = it.unknown(1, "room-founded"));
        it.last
    })];
}

impl Measured for FoldRaised {
    const LAWS: &'static [Law] = &[Law::new("a raise after n", Grows::Never, |n| {
        let mut it = Scene::new();
        (0..=n).for_each(|to| _ = it.write(1, FoldRaised { to: to as u32, closing: Cid::of(b"closing") }));
        it.last
    })];
}
