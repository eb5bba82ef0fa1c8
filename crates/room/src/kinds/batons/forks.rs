//! Forks: where valid transfers from one tip happened side by side, the network decides by what it did next.
//!
//! **Who votes.** Electors of a pair are the authors with an event in both branches' pasts, the branches' own authors
//! apart; that is fixed as soon as both are here. Each votes with its first event that has exactly one of the two in
//! its past. Along one chain that is fixed too; an author with several chains votes with each, and when they disagree
//! its vote cancels for good, whichever twin came first.
//!
//! **How it stays cheap.** When a pair is first compared, the votes of all authors are found by binary search in their
//! lanes. After that an event concerns a pair only if it is the first of its chain to have either branch in its past;
//! each lane remembers the pairs it has not met yet, and the first pair it has not looked at. So an event looks at the
//! pairs that still wait for its own lane, and each lane waits for a pair once. The first event of a lane looks at all
//! live pairs: those on the current paths, not those of all times.
//!
//! **When it is settled.** A pair is settled when the lead exceeds the electors none of whose events has either branch
//! yet. A fork is settled when its winner leads every other branch so: then no order of comparison and no late voter
//! changes it. (An author may still cancel its own vote by equivocation; that moves one vote, its own.)

use std::{cmp::Ordering, collections::BTreeSet};

use sha2::{Digest, Sha256};

use super::NodeKind;
use crate::{
    Cid, Ix, Log, NodeId,
    cost::{self, BTreeMap, HashMap, LiteMap, look},
    fold::step::{Key, Step},
    log::LaneIx,
};

/// One of several valid transfers from a tip.
#[derive(Debug, Clone, Copy)]
pub(super) struct Branch {
    pub(super) ix: Ix,
    pub(super) key: Key,
    pub(super) author: NodeId,
    pub(super) kind: NodeKind,
}

/// What the network made of a fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) winner: Ix,
    pub(super) settled: bool,
}

/// What is known of one author in one pair.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Ballot {
    elector: bool,
    /// A chain of it met the first, or the second, of the two alone.
    met_alone: [bool; 2],
    /// A chain of it met either.
    met: bool,
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

/// Two branches of one fork, the smaller key first, and how authors stand to them.
#[derive(Debug, Clone)]
struct Pair {
    tip: Ix,
    branches: [Branch; 2],
    ballots: LiteMap<Voter, Ballot>,
    /// Electors' votes for each.
    votes: [usize; 2],
    /// Authors, electors or not, who built on each alone.
    built: [usize; 2],
    /// Electors that have not met either.
    open: usize,
}

type PairId = u64;

/// An author, named by its first lane: shorter than its key, and there may be a ballot for each author in each pair.
type Voter = LaneIx;

/// What a lane has still to look at.
#[derive(Debug, Clone, Default)]
struct Watch {
    /// Pairs from here on it has never looked at.
    next: PairId,
    /// Pairs it looked at and has met neither branch of.
    open: Vec<PairId>,
}

/// The pairs that decide the current paths.
#[derive(Debug, Clone, Default)]
pub(super) struct Forks {
    pairs: BTreeMap<PairId, Pair>,
    ids: HashMap<(Ix, Ix, Ix), PairId>,
    of_tip: HashMap<Ix, cost::BTreeSet<PairId>>,
    next: PairId,
    watches: HashMap<LaneIx, Watch>,
}

impl Forks {
    /// Lets the event vote. Returns the tips of the forks whose counts changed.
    pub(super) fn note(&mut self, step: &Step) -> BTreeSet<Ix> {
        let mut changed = BTreeSet::new();
        if self.pairs.is_empty() {
            return changed;
        }
        let watch = self.watches.entry(step.entry.lane).or_default();
        let mut waiting = std::mem::take(&mut watch.open);
        waiting.extend(self.pairs.range(watch.next..).map(|(id, _)| *id));
        watch.next = self.next;
        look(waiting.len());
        for id in waiting {
            let Some(pair) = self.pairs.get_mut(&id) else { continue };
            let [first, second] = pair.branches.map(|branch| branch.ix);
            let met = [step.saw(first), step.saw(second)];
            if met == [false, false] {
                watch.open.push(id);
                continue;
            }
            // If its predecessor had met one alone, or both, it says nothing new: what it met, it keeps.
            if pair.meet(step.look.log, step.event().author, met) {
                changed.insert(pair.tip);
            }
        }
        changed
    }

    /// Which branch of the fork at `tip` the network follows; `branches` in the order of their keys.
    pub(super) fn decide(&mut self, step: &Step, tip: Ix, branches: &[Branch]) -> Option<Verdict> {
        let mut used = BTreeSet::new();
        let (first, rest) = branches.split_first()?;
        let mut winner = *first;
        for branch in rest {
            let (id, verdict) = self.compare(step, tip, winner, *branch);
            used.insert(id);
            if verdict.winner == branch.ix {
                winner = *branch;
            }
        }
        let mut settled = true;
        for other in branches.iter().filter(|other| other.ix != winner.ix) {
            let (id, verdict) = self.compare(step, tip, winner, *other);
            used.insert(id);
            settled &= verdict == Verdict { winner: winner.ix, settled: true };
        }
        self.retain(tip, &used);
        Some(Verdict { winner: winner.ix, settled })
    }

    /// Drops what was counted for the fork at `tip`: the path does not lead over it any more.
    pub(super) fn forget(&mut self, tip: Ix) {
        self.retain(tip, &BTreeSet::new());
    }

    fn retain(&mut self, tip: Ix, used: &BTreeSet<PairId>) {
        let Some(ids) = self.of_tip.get_mut(&tip) else { return };
        for id in ids.iter().filter(|id| !used.contains(id)) {
            if let Some(pair) = self.pairs.remove(id) {
                self.ids.remove(&pair.name());
            }
        }
        ids.retain(|id| used.contains(id));
        if ids.is_empty() {
            self.of_tip.remove(&tip);
        }
    }

    fn compare(&mut self, step: &Step, tip: Ix, a: Branch, b: Branch) -> (PairId, Verdict) {
        let branches = if a.key < b.key { [a, b] } else { [b, a] };
        let name = (tip, branches[0].ix, branches[1].ix);
        let id = *self.ids.entry(name).or_insert(self.next);
        let pair = self.pairs.entry(id).or_insert_with(|| Pair::count(step, tip, branches));
        if id == self.next {
            self.next += 1;
            self.of_tip.entry(tip).or_default().insert(id);
        }
        (id, pair.verdict(step.look.log.entry(tip).cid))
    }
}

impl Pair {
    /// Finds the electors and everything that was voted so far.
    fn count(step: &Step, tip: Ix, branches: [Branch; 2]) -> Self {
        let ballots = LiteMap::new();
        let mut pair = Self { tip, branches, ballots, votes: [0; 2], built: [0; 2], open: 0 };
        let [first, second] = branches.map(|branch| branch.ix);
        let log = step.look.log;
        for author in log.authors() {
            for (lane, _) in log.lanes_of(&author) {
                if log.seen_of_lane(first, lane) > 0 && log.seen_of_lane(second, lane) > 0 {
                    pair.update(log, author, |ballot| ballot.elector = true);
                }
                let met = [first, second].map(|it| step.look.first_after(lane, it));
                let at = met.map(|it| it.map_or(u32::MAX, |ix| log.entry(ix).place));
                if met != [None, None] {
                    pair.meet(log, author, [at[0] <= at[1], at[1] <= at[0]]);
                }
            }
        }
        pair
    }

    /// The first event of a chain of `author` that met the first, the second, or both. Returns whether that counts.
    fn meet(&mut self, log: &Log, author: NodeId, met: [bool; 2]) -> bool {
        self.update(log, author, |ballot| {
            ballot.met = true;
            if met[0] != met[1] {
                ballot.met_alone = [ballot.met_alone[0] || met[0], ballot.met_alone[1] || met[1]];
            }
        })
    }

    fn update(&mut self, log: &Log, author: NodeId, change: impl FnOnce(&mut Ballot)) -> bool {
        if self.branches.iter().any(|branch| branch.author == author) {
            return false;
        }
        let Some((voter, _)) = log.lanes_of(&author).next() else { return false };
        let before = self.ballots.get(&voter).copied().unwrap_or_default();
        let mut after = before;
        change(&mut after);
        if let Some(vote) = before.vote() {
            self.built[vote] -= 1;
            self.votes[vote] -= usize::from(before.elector);
        }
        if let Some(vote) = after.vote() {
            self.built[vote] += 1;
            self.votes[vote] += usize::from(after.elector);
        }
        self.open -= usize::from(before.elector && !before.met);
        self.open += usize::from(after.elector && !after.met);
        self.ballots.insert(voter, after);
        before != after
    }

    fn verdict(&self, tip: Cid) -> Verdict {
        let [first, second] = self.branches;
        let lead = self.votes[0].abs_diff(self.votes[1]);
        let order = self.votes[0]
            .cmp(&self.votes[1])
            .then_with(|| (first.kind == NodeKind::Reclaimed).cmp(&(second.kind == NodeKind::Reclaimed)))
            .then_with(|| (second.kind == NodeKind::Closed).cmp(&(first.kind == NodeKind::Closed)))
            .then_with(|| self.built[0].cmp(&self.built[1]))
            .then_with(|| draw(tip, second.author).cmp(&draw(tip, first.author)))
            .then_with(|| second.key.1.cmp(&first.key.1));
        let winner = if order == Ordering::Greater { first.ix } else { second.ix };
        Verdict { winner, settled: lead > self.open }
    }

    fn name(&self) -> (Ix, Ix, Ix) {
        (self.tip, self.branches[0].ix, self.branches[1].ix)
    }
}

/// A lot that nobody can shift by writing a different event.
fn draw(tip: Cid, author: NodeId) -> [u8; 32] {
    Sha256::new().chain_update(tip.digest()).chain_update(author.as_bytes()).finalize().into()
}
