//! How authors stand to two branches of one fork, counted as far as it was asked: each further event is looked at once.

use super::{Branch, Met, Voter};
use crate::{
    Log, NodeId,
    cost::{LiteMap, looking},
    ix::{ChainIx, Ix},
    log::Entry,
};

/// What is known of one author in one pair.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Ballot {
    elector: bool,
    /// A chain of it met the first, or the second, of the two alone.
    met_alone: [bool; 2],
}

impl Ballot {
    fn vote(self) -> Option<usize> {
        match self.met_alone {
            [true, false] => Some(0),
            [false, true] => Some(1),
            _ => None,
        }
    }
}

/// A branch beside another.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    /// The other.
    pub(super) beside: Ix,
    /// Of those that have met each, so many are counted.
    counted: [usize; 2],
    /// Of the authors that have met either.
    ballots: LiteMap<Voter, Ballot>,
    /// Electors' votes for each.
    pub(super) votes: [usize; 2],
    /// Authors, electors or not, who built on each alone.
    pub(super) built: [usize; 2],
    /// Electors that have met either.
    met: usize,
    /// All electors, once it was asked.
    electors: Option<usize>,
}

impl Pair {
    pub(super) fn new(beside: Ix) -> Self {
        let ballots = LiteMap::new();
        Self { beside, counted: [0; 2], ballots, votes: [0; 2], built: [0; 2], met: 0, electors: None }
    }

    /// Counts whoever has met one of the two since it was last asked.
    pub(super) fn count(&mut self, log: &Log, branches: [Branch; 2], met: [&[Met]; 2]) {
        let new = |which: usize, counted: [usize; 2]| met[which].get(counted[which]..).unwrap_or_default();
        if [0, 1].iter().all(|which| new(*which, self.counted).is_empty()) {
            return;
        }
        let entries = branches.map(|branch| log.entry(branch.ix));
        for which in [0, 1] {
            let (other, stands) = (branches[1 - which], entries[1 - which]);
            for (chain, place) in looking(new(which, self.counted).iter()) {
                let chain = log.chain(*chain);
                // One's own branch and the other's author have no vote in this.
                if chain.author == other.author {
                    continue;
                }
                let first = chain.events.get(*place as usize - 1);
                let alone = first.is_some_and(|ix| log.seen_of_chain(*ix, stands.chain) < stands.place);
                self.meet(log, entries, chain.author, alone.then_some(which));
            }
            self.counted[which] = met[which].len();
        }
    }

    /// The first event of a chain of `author` that met one of the two; `alone` if it met just that.
    fn meet(&mut self, log: &Log, entries: [&Entry; 2], author: NodeId, alone: Option<usize>) {
        let mut chains = log.chains_of(&author).map(|(chain, _)| chain);
        let Some(voter) = chains.next() else { return };
        let before = self.ballots.get(&voter).copied();
        let new = || Ballot {
            elector: elects(entries, voter) || chains.any(|it| elects(entries, it)),
            met_alone: [false; 2],
        };
        let mut after = before.unwrap_or_else(new);
        if let Some(which) = alone {
            after.met_alone[which] = true;
        }
        if let Some(vote) = before.and_then(Ballot::vote) {
            self.built[vote] -= 1;
            self.votes[vote] -= usize::from(after.elector);
        }
        if let Some(vote) = after.vote() {
            self.built[vote] += 1;
            self.votes[vote] += usize::from(after.elector);
        }
        self.met += usize::from(before.is_none() && after.elector);
        if before != Some(after) {
            self.ballots.insert(voter, after);
        }
    }

    /// By how many one of them leads, and whether that is beyond what those could change who have met neither.
    pub(super) fn lead(&mut self, log: &Log, branches: [Branch; 2], which: usize) -> (usize, bool) {
        let lead = self.votes[which].saturating_sub(self.votes[1 - which]);
        // Where nobody leads, nobody has to be asked who may vote still.
        (lead, lead > 0 && lead > self.electors(log, branches).saturating_sub(self.met))
    }

    /// How many could vote: fixed as soon as both branches are here.
    fn electors(&mut self, log: &Log, branches: [Branch; 2]) -> usize {
        let apart = branches.map(|branch| branch.author);
        let entries = branches.map(|branch| log.entry(branch.ix));
        let is_elector = |author: &NodeId| log.chains_of(author).any(|(chain, _)| elects(entries, chain));
        let all = || log.authors().filter(|it| !apart.contains(it) && is_elector(it)).count();
        *self.electors.get_or_insert_with(all)
    }
}

/// Whether a chain has an event in both branches' pasts.
fn elects(branches: [&Entry; 2], chain: ChainIx) -> bool {
    branches.iter().all(|it| it.clock().get(chain) > 0)
}
