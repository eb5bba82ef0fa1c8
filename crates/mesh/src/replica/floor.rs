//! The meeting that goes on, as far as it is said and not written: see [`crate::floor`].

use paceline_room::{Cid, NodeId, limits, state::Timer};
use serde_bytes::ByteArray;

use super::{Millis, Replica};
use crate::{
    floor::in_order,
    wire::{Floor, TimeLeft},
};

impl Replica {
    /// Who raises a hand, in their order, this node included.
    pub fn hands(&self) -> Vec<NodeId> {
        in_order(self.tickets().chain(self.floor.hand().map(|it| (it, self.node()))).collect())
    }

    fn tickets(&self) -> impl Iterator<Item = (u64, NodeId)> {
        let voices = self.roster.voices(&self.log);
        voices.filter_map(|(node, it)| Some((it.hand.filter(|it| *it > 0)?, node)))
    }

    /// Who asks to wait with the reveal of which round, this node included.
    pub fn waits(&self) -> Vec<(NodeId, Cid)> {
        let voices = self.roster.voices(&self.log);
        let others = voices.filter_map(|(node, it)| Some((node, Cid::from_digest(*it.waits?))));
        others.chain(self.floor.waits().map(|it| (self.node(), it))).collect()
    }

    /// When the time ends that a timer gave, by the clock of the inputs; `None`: nobody who is here knows.
    pub fn ends(&self, timer: &Timer) -> Option<Millis> {
        let ends = self.floor.ends(&timer.set.1, self.roster.endings(&timer.set.1))?;
        // Not even all together can make it longer than it was set.
        Some(ends.min(self.now + timer.seconds * 1_000))
    }

    pub(super) fn raise(&mut self, up: bool) {
        let others: Vec<u64> = self.tickets().map(|(ticket, _)| ticket).collect();
        if self.floor.raise(up, others.into_iter()) {
            self.tell_floor();
        }
    }

    pub(super) fn wait(&mut self, round: Cid) {
        self.floor.wait(round, self.now);
        self.tell_floor();
    }

    pub(super) fn expire_floor(&mut self) {
        if self.floor.expire(self.now) {
            self.tell_floor();
        }
    }

    fn tell_floor(&mut self) {
        self.roster.change(self.now);
        self.changed = true;
    }

    /// An event came as it was written: if it sets a timer, that runs from now.
    pub(super) fn see_live(&mut self, cid: Cid, seconds: Option<u64>) {
        if let Some(seconds) = seconds {
            self.floor.timer_set(cid, seconds, self.now);
            self.tell_floor();
        }
    }

    /// What the next beacon says of it.
    pub(super) fn told_floor(&self) -> Option<Floor> {
        let open = self.fold.meetings().open.iter().take(limits::MEETINGS_AT_ONCE);
        let running = open.filter_map(|it| it.timer.as_ref()).filter(|it| it.seconds > 0).max_by_key(|it| it.set);
        let timer = running.and_then(|timer| {
            let left = self.ends(timer)?.saturating_sub(self.now);
            Some(TimeLeft { set: ByteArray::new(*timer.set.1.digest()), left })
        });
        let waits = self.floor.waits().map(|it| ByteArray::new(*it.digest()));
        let floor = Floor { hand: self.floor.hand(), timer, waits };
        (floor != Floor::default()).then_some(floor)
    }
}
