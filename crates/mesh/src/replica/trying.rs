//! Whether links carry words now: each neighbour is asked for nothing, which every build answers at once, and a frozen page does not.

use paceline_room::NodeId;

use super::{Replica, link::Trial};
use crate::wire::{Blocks, Bulk, Cids, Want};

/// Numbers of these questions begin here: requests for blocks count up from 1 and come nowhere near.
const FIRST: u64 = 1 << 52;

impl Replica {
    /// Asks each neighbour; what it was asked before is forgotten.
    pub(super) fn try_links(&mut self) {
        self.trials += 1;
        let number = FIRST + self.trials;
        let asked = self.now;
        let all: Vec<NodeId> = self.links.keys().copied().collect();
        for peer in all {
            if let Some(link) = self.links.get_mut(&peer) {
                link.trial = Some(Trial { asked, answered: None, number });
            }
            self.send_bulk(peer, &Bulk::Want(Want(number, Cids::default(), Cids::default())));
        }
        self.changed = true;
    }

    /// Notes an answer, if it is one; the first counts.
    pub(super) fn note_trial(&mut self, peer: &NodeId, answer: &Blocks) {
        let (now, trial) = (self.now, self.links.get_mut(peer).and_then(|it| it.trial.as_mut()));
        if let Some(trial) = trial.filter(|it| it.number == answer.0) {
            trial.answered.get_or_insert(now);
        }
    }

    /// What became of the last question to each neighbour; of those linked since then nothing.
    pub fn trials(&self) -> impl Iterator<Item = (NodeId, Trial)> {
        self.links.iter().filter_map(|(peer, link)| Some((*peer, link.trial?)))
    }
}
