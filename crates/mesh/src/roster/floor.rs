//! What others say of the meeting that goes on, as their latest beacons have it.

use paceline_room::{Cid, Log, NodeId, limits};

use super::{Node, Roster};
use crate::{
    shown::Here,
    time::Millis,
    wire::{Beacon, Floor},
};

/// What is said to be left of a timer counts as no more than this, in milliseconds: as long as one may run.
const MOST_LEFT: Millis = limits::TIMER_SECONDS * 1_000;

impl Node {
    /// Takes in what it says of the meeting; `now`: it says so itself. What others pass on may have lain with them, and says nothing
    /// of time. Returns whether its hand or its wish to wait changed. To be called before its beacon is replaced.
    pub(super) fn hear_floor(&mut self, beacon: &Beacon, now: Option<Millis>) -> bool {
        let floor = beacon.floor.unwrap_or_default();
        let before = self.beacon.as_ref().and_then(|(_, it)| it.floor).unwrap_or_default();
        if let Some(now) = now {
            self.timer = floor.timer.map(|it| {
                let ends = now + it.left.min(MOST_LEFT);
                // A message comes late and never early.
                let earlier = self.timer.filter(|(set, _)| *set == it.set).map(|(_, ends)| ends);
                (it.set, earlier.map_or(ends, |earlier| earlier.min(ends)))
            });
        }
        (before.hand, before.waits) != (floor.hand, floor.waits)
    }
}

impl Roster {
    pub(super) fn note_voice(&mut self, node: NodeId) {
        let floor = self.nodes.get(&node).and_then(|it| it.beacon.as_ref()).and_then(|(_, it)| it.floor);
        if floor.is_some_and(|it| it.hand.is_some() || it.waits.is_some()) {
            self.voices.insert(node);
        } else {
            self.voices.remove(&node);
        }
    }

    /// Who of those who are here raises a hand or asks to wait.
    pub fn voices<'a>(&'a self, log: &'a Log) -> impl Iterator<Item = (NodeId, Floor)> + 'a {
        self.voices.iter().filter_map(|id| {
            let node = self.person(id, log).filter(|it| it.presence.here != Here::Gone)?;
            Some((*id, node.beacon.as_ref()?.1.floor?))
        })
    }

    /// When a timer ends, as each neighbour has it.
    pub fn endings<'a>(&'a self, timer: &'a Cid) -> impl Iterator<Item = Millis> + 'a {
        let said = self.greeted.iter().filter_map(|peer| self.nodes.get(peer)?.timer);
        said.filter(|(set, _)| **set == *timer.digest()).map(|(_, ends)| ends)
    }
}
