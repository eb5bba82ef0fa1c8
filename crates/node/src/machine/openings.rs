//! What a machine does of it: see [`crate::openings`].

use paceline_mesh::replica::Millis;
use paceline_room::{Body, Cid, body::rounds::OwnAnswer};

use super::{Effect, Machine};
use crate::{openings::make, write::Write};

impl Machine {
    /// An event was admitted: a round may be shown by it, or something in one that is.
    pub(super) fn look_at(&mut self, cid: &Cid, now: Millis) {
        let log = self.replica.log();
        let Some(ix) = log.find(cid) else { return };
        let round = match &log.entry(ix).event.body {
            Body::RevealOpened(it) => it.round,
            // It may have come late, or be one's own after the reveal.
            Body::Sealed(it) => it.round,
            _ => return,
        };
        self.openings.look_at(&self.replica, round, now);
    }

    /// What this node left undone when it was closed: for who has just opened it.
    pub(crate) fn look_back(&mut self, now: Millis) {
        for round in self.replica.fold().rounds().all.iter() {
            self.openings.look_at(&self.replica, round.cid, now);
        }
        self.open_up(now);
    }

    /// In rounds that are shown, what this node is to open is asked for, when it is time.
    pub(crate) fn open_up(&mut self, now: Millis) {
        if self.is_closed() {
            return;
        }
        let Ok(wanted) = self.openings.wants(&self.replica, &self.keypair, now) else { return };
        if let Some(reply) = wanted {
            let due = self.openings.due(&self.replica, now);
            self.ask(Write::alone(Box::new(move |sight, _, keypair| make(due, sight, keypair)), reply));
        }
        self.out.extend(self.openings.wake.map(Effect::OpenUpAt));
    }

    /// See [`crate::Node::own_answers`].
    pub(crate) fn own_answers(&self, round: &Cid) -> Vec<(Cid, OwnAnswer)> {
        self.replica.fold().own_answers(self.replica.log(), &self.keypair, round)
    }
}
