//! Forks: where valid transfers from one tip happened side by side, the network decides by what it did next.
//!
//! **Who votes.** Electors of a pair are the authors with an event in both branches' pasts, the branches' own authors
//! apart; that is fixed as soon as both are here. Each votes with its first event that has exactly one of the two in
//! its past. Along one chain that is fixed too; an author with several chains votes with each, and when they disagree
//! its vote cancels for good, whichever twin came first.
//!
//! **How it stays cheap.** Of each branch it is known which chains have met it, that is, have it in the past of one of their
//! events, and since when: found by binary search in all chains when the branch is first compared, unless it has just come, and
//! from then on as events come. So the votes on a pair are counted from the chains that met one of the two, and from no others;
//! who could vote and has met neither is counted once, and only where somebody leads at all. After that an event concerns a pair
//! only if it is the first of its chain to have either branch in its past. Live branches (those on the current paths, not those of
//! all times) are found by the chain they stand in, so an event looks at the chains of which it has seen more than the one before
//! it, or at all live branches if those are fewer, and then at those that it meets: each chain meets each branch once. A branch that
//! comes is compared with as many as came to its tip, at a few looks each: no pair of others is looked at again.
//!
//! **When it is settled.** A pair is settled when the lead exceeds the electors none of whose events has either branch
//! yet. A fork is settled when its winner leads every other branch so: then no order of comparison and no late voter
//! changes it. (An author may still cancel its own vote by equivocation; that moves one vote, its own.)

use std::{
    cmp::Ordering,
    collections::{BTreeMap as Sorted, BTreeSet},
};

use sha2::{Digest, Sha256};

use super::NodeKind;
use crate::{
    Cid, Ix, Log, NodeId,
    clock::Clock,
    cost::{self, BTreeMap, HashMap, LiteMap, looking},
    fold::step::{Key, Step},
    ix::ChainIx,
    sorted,
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
    branches: [Branch; 2],
    /// Of the authors that have met either.
    ballots: LiteMap<Voter, Ballot>,
    /// Electors' votes for each.
    votes: [usize; 2],
    /// Authors, electors or not, who built on each alone.
    built: [usize; 2],
    /// Electors that have met either.
    met: usize,
    /// All electors, once it was asked.
    electors: Option<usize>,
    /// What came of it when it was last asked.
    last: Option<Verdict>,
}

/// Branches are numbered as they are first compared.
type BranchId = u64;
/// The one with the smaller key first.
type PairId = (BranchId, BranchId);

/// An author, named by its first chain: shorter than its key, and there may be a ballot for each author in each pair.
type Voter = ChainIx;

/// A branch that is compared with others.
#[derive(Debug, Clone)]
struct Compared {
    tip: Ix,
    /// Its chain, and its place in that.
    stands: (ChainIx, u32),
    /// A lot that nobody can shift by writing a different event.
    lot: [u8; 32],
    /// Chains that have it in the past of one of their events, with the place of the first such.
    met: Vec<(ChainIx, u32)>,
}

/// What is compared at one tip.
#[derive(Debug, Clone, Default)]
struct Fork {
    branches: BTreeMap<Ix, BranchId>,
    pairs: cost::BTreeSet<PairId>,
}

/// The pairs that decide the current paths.
#[derive(Debug, Clone, Default)]
pub(super) struct Forks {
    branches: BTreeMap<BranchId, Compared>,
    pairs: HashMap<PairId, Pair>,
    of_tip: HashMap<Ix, Fork>,
    next: BranchId,
    /// All branches by where they stand: by chain, and by their place in it.
    places: cost::BTreeSet<(ChainIx, u32, BranchId)>,
}

impl Forks {
    /// Lets the event vote. Returns the tips of the forks whose counts changed.
    pub(super) fn note(&mut self, step: &Step) -> BTreeSet<Ix> {
        let mut changed = BTreeSet::new();
        if self.branches.is_empty() {
            return changed;
        }
        let before = step.event().prev.filter(|_| step.entry.place > 1).and_then(|it| step.look.log.find(&it));
        let met_before = |branch: Ix| before.is_some_and(|before| step.look.is_ancestor(branch, before));
        let mut forks = BTreeSet::new();
        let met = self.met_first(step, before);
        for id in looking(met.iter()) {
            let Some(branch) = self.branches.get_mut(id) else { continue };
            branch.met.push((step.entry.chain, step.entry.place));
            forks.insert(branch.tip);
        }
        // Who has written nothing before votes on no pair, and says nothing of one both of which it meets at once.
        let is_new = step.event().seq == 0 && step.look.log.chains_of(&step.event().author).count() == 1;
        for tip in forks {
            for (first, second) in self.of_tip.get(&tip).into_iter().flat_map(|fork| &fork.pairs) {
                let meets = [first, second].map(|id| met.contains(id));
                if meets == [false, false] || is_new && meets == [true, true] {
                    continue;
                }
                let Some(pair) = self.pairs.get_mut(&(*first, *second)) else { continue };
                // If its predecessor had met one alone, or both, it says nothing new: what it met, it keeps.
                let is_first = pair.branches.iter().zip(meets).all(|(branch, meets)| meets || !met_before(branch.ix));
                let before = pair.last;
                if is_first
                    && pair.meet(step.look.log, step.event().author, meets)
                    && let [Some(one), Some(other)] = [first, second].map(|id| self.branches.get(id))
                    && before != Some(pair.verdict(step.look.log, [one.lot, other.lot]))
                {
                    changed.insert(tip);
                }
            }
        }
        changed
    }

    /// Branches that this event has in its past, and the one before it in its chain has not.
    fn met_first(&self, step: &Step, before: Option<Ix>) -> BTreeSet<BranchId> {
        let (nothing, now) = (Clock::default(), step.entry.clock());
        let before = before.map_or(&nothing, |before| step.look.entry(before).clock());
        let (most, mut chains) = (self.branches.len(), Vec::new());
        now.beyond(before, &mut |chain| {
            chains.push(chain);
            chains.len() <= most
        });
        let is_new = |chain, place| before.get(chain) < place && place <= now.get(chain);
        if chains.len() > most {
            let all = self.places.iter().filter(|(chain, place, _)| is_new(*chain, *place));
            return sorted::set(all.map(|(_, _, id)| *id));
        }
        let new = |chain| (chain, before.get(chain).saturating_add(1), 0)..=(chain, now.get(chain), BranchId::MAX);
        sorted::set(chains.into_iter().flat_map(|chain| self.places.range(new(chain))).map(|(_, _, id)| *id))
    }

    /// Which branch of the fork at `tip` the network follows; `branches` in the order of their keys.
    pub(super) fn decide(&mut self, step: &Step, tip: Ix, branches: &[Branch]) -> Option<Verdict> {
        let mut used = BTreeSet::new();
        let (first, rest) = branches.split_first()?;
        let mut winner = *first;
        for branch in looking(rest.iter()) {
            if self.compare(step, tip, winner, *branch, &mut used).winner == branch.ix {
                winner = *branch;
            }
        }
        let mut others = looking(branches.iter()).filter(|other| other.ix != winner.ix);
        let settled = Verdict { winner: winner.ix, settled: true };
        let settled = others.all(|other| self.compare(step, tip, winner, *other, &mut used) == settled);
        self.retain(tip, &used);
        Some(Verdict { winner: winner.ix, settled })
    }

    /// Drops what was counted for the fork at `tip`: the path does not lead over it any more.
    pub(super) fn forget(&mut self, tip: Ix) {
        self.retain(tip, &BTreeSet::new());
        for id in self.of_tip.remove(&tip).into_iter().flat_map(|fork| fork.branches).map(|(_, id)| id) {
            if let Some(branch) = self.branches.remove(&id) {
                let (chain, place) = branch.stands;
                self.places.remove(&(chain, place, id));
            }
        }
    }

    /// Of the pairs at `tip` only these are asked.
    fn retain(&mut self, tip: Ix, used: &BTreeSet<PairId>) {
        let Self { of_tip, pairs, .. } = self;
        let Some(fork) = of_tip.get_mut(&tip) else { return };
        fork.pairs.retain(|id| {
            let stays = used.contains(id);
            if !stays {
                pairs.remove(id);
            }
            stays
        });
    }

    fn compare(&mut self, step: &Step, tip: Ix, a: Branch, b: Branch, used: &mut BTreeSet<PairId>) -> Verdict {
        let branches = if a.key < b.key { [a, b] } else { [b, a] };
        let [first, second] = branches.map(|branch| self.number(step, tip, branch));
        let id = (first, second);
        used.insert(id);
        let [Some(one), Some(other)] = [first, second].map(|id| self.branches.get(&id)) else {
            return Verdict { winner: a.ix, settled: false };
        };
        let lots = [one.lot, other.lot];
        let pair = self.pairs.entry(id).or_insert_with(|| Pair::count(step.look.log, branches, [&one.met, &other.met]));
        if let Some(fork) = self.of_tip.get_mut(&tip) {
            fork.pairs.insert(id);
        }
        pair.verdict(step.look.log, lots)
    }

    /// The number of a branch; if it has none, who has met it is found.
    fn number(&mut self, step: &Step, tip: Ix, branch: Branch) -> BranchId {
        let ids = &mut self.of_tip.entry(tip).or_default().branches;
        if let Some(id) = ids.get(&branch.ix) {
            return *id;
        }
        let (id, log) = (self.next, step.look.log);
        ids.insert(branch.ix, id);
        self.next += 1;
        let mut met = Vec::new();
        // What has just come was met by nobody.
        if branch.ix != step.ix {
            for (chain, _) in log.authors().flat_map(|author| log.chains_of(&author).collect::<Vec<_>>()) {
                met.extend(step.look.first_after(chain, branch.ix).map(|ix| (chain, log.entry(ix).place)));
            }
        }
        let lot = draw(log.entry(tip).cid, branch.author);
        let stands = log.entry(branch.ix);
        let stands = (stands.chain, stands.place);
        self.places.insert((stands.0, stands.1, id));
        self.branches.insert(id, Compared { tip, stands, lot, met });
        id
    }
}

impl Pair {
    /// Finds everything that was voted so far, by who has met either.
    fn count(log: &Log, branches: [Branch; 2], met: [&[(ChainIx, u32)]; 2]) -> Self {
        let ballots = LiteMap::new();
        let mut pair = Self { branches, ballots, votes: [0; 2], built: [0; 2], met: 0, electors: None, last: None };
        let mut places = Sorted::new();
        for (which, met) in met.into_iter().enumerate() {
            for (chain, place) in looking(met.iter()) {
                places.entry(*chain).or_insert([u32::MAX; 2])[which] = *place;
            }
        }
        for (chain, [first, second]) in places {
            pair.meet(log, log.chain(chain).author, [first <= second, second <= first]);
        }
        pair
    }

    /// The first event of a chain of `author` that met the first, the second, or both. Returns whether that may change the verdict.
    fn meet(&mut self, log: &Log, author: NodeId, met: [bool; 2]) -> bool {
        if self.is_of(author) {
            return false;
        }
        let Some((voter, _)) = log.chains_of(&author).next() else { return false };
        let before = self.ballots.get(&voter).copied();
        let mut after = before.unwrap_or_else(|| Ballot { elector: self.elects(log, author), met_alone: [false; 2] });
        if met[0] != met[1] {
            after.met_alone = [after.met_alone[0] || met[0], after.met_alone[1] || met[1]];
        }
        if let Some(vote) = before.and_then(Ballot::vote) {
            self.built[vote] -= 1;
            self.votes[vote] -= usize::from(after.elector);
        }
        if let Some(vote) = after.vote() {
            self.built[vote] += 1;
            self.votes[vote] += usize::from(after.elector);
        }
        let is_asked_no_more = before.is_none() && after.elector;
        self.met += usize::from(is_asked_no_more);
        self.ballots.insert(voter, after);
        // Who is still to be asked matters only where somebody leads.
        before.and_then(Ballot::vote) != after.vote() || is_asked_no_more && self.votes[0] != self.votes[1]
    }

    fn is_of(&self, author: NodeId) -> bool {
        self.branches.iter().any(|branch| branch.author == author)
    }

    /// Whether this author has an event in both branches' pasts.
    fn elects(&self, log: &Log, author: NodeId) -> bool {
        let [first, second] = self.branches.map(|branch| branch.ix);
        log.chains_of(&author)
            .any(|(chain, _)| log.seen_of_chain(first, chain) > 0 && log.seen_of_chain(second, chain) > 0)
    }

    fn verdict(&mut self, log: &Log, lots: [[u8; 32]; 2]) -> Verdict {
        let [first, second] = self.branches;
        let lead = self.votes[0].abs_diff(self.votes[1]);
        let order = self.votes[0]
            .cmp(&self.votes[1])
            .then_with(|| (first.kind == NodeKind::Reclaimed).cmp(&(second.kind == NodeKind::Reclaimed)))
            .then_with(|| (second.kind == NodeKind::Closed).cmp(&(first.kind == NodeKind::Closed)))
            .then_with(|| self.built[0].cmp(&self.built[1]))
            .then_with(|| lots[1].cmp(&lots[0]))
            .then_with(|| second.key.1.cmp(&first.key.1));
        let winner = if order == Ordering::Greater { first.ix } else { second.ix };
        // Where nobody leads, nobody has to be asked who may vote still.
        let verdict = Verdict { winner, settled: lead > 0 && lead > self.electors(log).saturating_sub(self.met) };
        self.last = Some(verdict);
        verdict
    }

    /// How many could vote: fixed as soon as both branches are here.
    fn electors(&mut self, log: &Log) -> usize {
        if let Some(electors) = self.electors {
            return electors;
        }
        let electors = log.authors().filter(|author| !self.is_of(*author) && self.elects(log, *author)).count();
        self.electors = Some(electors);
        electors
    }
}

/// A lot that nobody can shift by writing a different event.
fn draw(tip: Cid, author: NodeId) -> [u8; 32] {
    Sha256::new().chain_update(tip.digest()).chain_update(author.as_bytes()).finalize().into()
}
