//! Forks: where valid transfers from one tip happened side by side, the network decides by what it did next.
//!
//! **Who votes.** Electors of a pair are the authors with an event in both branches' pasts, the branches' own authors
//! apart; that is fixed as soon as both are here. Each votes with its first event that has exactly one of the two in
//! its past. Along one chain that is fixed too; an author with several chains votes with each, and when they disagree
//! its vote cancels for good, whichever twin came first.
//!
//! **How it stays cheap.** Of each branch it is known which chains have met it, that is, have it in the past of one of their
//! events, and since when. Branches go on against one another in the order of their keys; those that won over whoever went on
//! before them are kept, and the last of these wins. Comparing is not transitive, so what is compared cannot be put in one order; but
//! - two that nobody has met but their authors have no votes, and *are* in one order: by what breaks ties;
//! - beside one that others have met, one that nobody has met has no votes, and loses by the first that counts;
//! - an event only speaks for what it meets: who went on before it and is not met may fall, all others stand as they stood;
//! - a branch that comes is compared with the one that goes on at its place; if it loses, no other is looked at, and if it wins, then those
//!   after it until one goes on that went on before. Those that nobody has met are passed over where the order above says that they lose.
//!
//! Votes on a pair are counted when it is asked for, and from then on whoever has met one of the two since. Live branches (those on
//! the current paths, not those of all times) are found by the chain they stand in, so an event looks at the chains of which it has
//! seen more than the one before it, or at all live branches if those are fewer, and then at those that it meets: each chain meets
//! each branch once.
//!
//! **When it is settled.** A pair is settled when the lead exceeds the electors none of whose events has either branch
//! yet. A fork is settled when its winner leads every other branch so: then no order of comparison and no late voter
//! changes it. (An author may still cancel its own vote by equivocation; that moves one vote, its own.) So the first that is not
//! settled is remembered, and those before it are looked at again only after such a twin, or when another wins.

mod pair;

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap as Sorted, BTreeSet},
    ops::{Bound, RangeInclusive},
};

use sha2::{Digest, Sha256};

use self::pair::Pair;
use super::NodeKind;
use crate::{
    Cid, Ix, Log, NodeId,
    clock::Clock,
    cost::{BTreeMap, HashMap},
    fold::step::{Key, Step},
    ix::ChainIx,
};

/// One of several valid transfers from a tip.
#[derive(Debug, Clone, Copy)]
pub(super) struct Branch {
    pub(super) ix: Ix,
    pub(super) key: Key,
    pub(super) author: NodeId,
    pub(super) kind: NodeKind,
}

impl Branch {
    /// What weighs most where votes are equal.
    const fn rank(&self) -> u8 {
        match self.kind {
            NodeKind::Reclaimed => 2,
            NodeKind::Closed => 0,
            _ => 1,
        }
    }
}

/// What the network made of a fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) winner: Place,
    pub(super) settled: bool,
}

/// An author, named by its first chain: shorter than its key, and there may be a ballot for each author in each pair.
type Voter = ChainIx;
/// A chain that has met a branch, and the place of its first event that has.
type Met = (ChainIx, u32);
/// Branches of one fork in the order in which they are compared.
type InOrder = BTreeMap<Key, Place>;

/// Where an event stands: in this chain, at this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    chain: ChainIx,
    place: u32,
    pub(super) ix: Ix,
}

impl Place {
    /// All in a chain, from one place to another.
    const fn all(chain: ChainIx, from: u32, to: u32) -> RangeInclusive<Self> {
        Self { chain, place: from, ix: Ix(0) }..=Self { chain, place: to, ix: Ix(u32::MAX) }
    }
}

/// Who has met a branch, its author apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Nobody,
    One(NodeId),
    Many,
}

/// A branch that is compared with others.
#[derive(Debug, Clone)]
struct Compared {
    branch: Branch,
    tip: Ix,
    /// A lot that nobody can shift by writing a different event.
    lot: [u8; 32],
    /// Chains of others that have met it, in the order in which that was found.
    met: Vec<Met>,
    by: By,
}

impl Compared {
    /// An author has met it, with this chain.
    fn meet(&mut self, author: NodeId, met: Met) {
        if author == self.branch.author {
            return;
        }
        self.met.push(met);
        self.by = match self.by {
            By::Nobody => By::One(author),
            By::One(it) if it == author => self.by,
            _ => By::Many,
        };
    }

    /// How two stand that have as many votes, or as many who built on them.
    fn drawn(&self, other: &Self) -> Ordering {
        let draw = |it: &Self| Reverse((it.lot, it.branch.key.1));
        draw(self).cmp(&draw(other))
    }

    /// Whether it wins over one that nobody has met, whoever could vote: others than that one's author have met it, or it has the
    /// higher rank.
    fn leads(&self, unmet: &Self) -> bool {
        let built = match self.by {
            By::Nobody => false,
            By::One(author) => author != unmet.branch.author,
            By::Many => true,
        };
        match self.branch.rank().cmp(&unmet.branch.rank()) {
            Ordering::Less => false,
            Ordering::Equal => built,
            Ordering::Greater => true,
        }
    }
}

/// What is compared at one tip.
#[derive(Debug, Clone, Default)]
struct Fork {
    all: InOrder,
    /// Those that won over the one that went on before them.
    won: InOrder,
    /// Those that others than their authors have met.
    met: InOrder,
    /// No branch has a higher rank.
    highest: u8,
    /// How many there are.
    many: usize,
    verdict: Option<Verdict>,
    /// The first that is not settled beside the winner.
    open: Option<Key>,
    /// The winner has more votes than that, so that it may be settled by one who votes for neither.
    leads: bool,
}

/// The branches of all forks, by where they stand: who has met which is found by that.
#[derive(Debug, Clone, Default)]
struct Branches {
    of: BTreeMap<Place, Compared>,
    /// What was counted of a branch beside the one that went on before it, and beside the winner.
    pairs: HashMap<Ix, Vec<Pair>>,
}

/// The forks that decide the current paths.
#[derive(Debug, Clone, Default)]
pub(super) struct Forks {
    branches: Branches,
    of_tip: HashMap<Ix, Fork>,
}

impl Forks {
    /// Lets the event vote. Returns the tips of the forks of which it changed what the network makes of them.
    pub(super) fn note(&mut self, step: &Step) -> BTreeSet<Ix> {
        let mut changed = BTreeSet::new();
        if self.branches.of.is_empty() {
            return changed;
        }
        let (log, author, entry) = (step.look.log, step.event().author, step.entry);
        let mut met: Sorted<Ix, BTreeSet<Key>> = Sorted::new();
        for places in self.branches.met_first(step) {
            for (place, it) in self.branches.of.range_mut(places) {
                let is_first = it.by == By::Nobody;
                it.meet(author, (entry.chain, entry.place));
                if is_first
                    && it.by != By::Nobody
                    && let Some(fork) = self.of_tip.get_mut(&it.tip)
                {
                    fork.met.insert(it.branch.key, *place);
                }
                met.entry(it.tip).or_default().insert(it.branch.key);
            }
        }
        for (tip, keys) in met {
            let Some(fork) = self.of_tip.get_mut(&tip) else { continue };
            // All at once say nothing of any two, only that one more has met both.
            let says = keys.len() < fork.many;
            if !says && !fork.leads {
                continue;
            }
            let before = fork.verdict;
            if says {
                let again = Self::spoken_for(fork, &keys);
                self.branches.go_on(log, fork, again);
            }
            self.branches.settle(log, fork, says && log.is_split(&author));
            if fork.verdict != before {
                changed.insert(tip);
            }
        }
        changed
    }

    /// Where it has to be looked again who goes on, when an event has met these, and they were met by its chain for the first time:
    /// what is spoken for may win, and what follows one that is spoken for may fall.
    fn spoken_for(fork: &Fork, met: &BTreeSet<Key>) -> BTreeSet<Key> {
        let mut again = BTreeSet::new();
        for key in met {
            let other = if fork.won.contains_key(key) {
                fork.won.range(after(key)).next().map(|(other, _)| (other, other))
            } else {
                fork.won.range(..*key).next_back().map(|(other, _)| (other, key))
            };
            if let Some((other, from)) = other
                && !met.contains(other)
            {
                again.insert(*from);
            }
        }
        again
    }

    /// Which branch of the fork at `tip` the network follows, of these.
    pub(super) fn decide(
        &mut self,
        step: &Step,
        tip: (Ix, Cid),
        (children, many): (&BTreeMap<Key, Ix>, usize),
        branch: &dyn Fn(Ix) -> Option<Branch>,
    ) -> Option<Verdict> {
        let (log, branches) = (step.look.log, &mut self.branches);
        let fork = self.of_tip.entry(tip.0).or_default();
        if fork.many == many {
            return fork.verdict;
        }
        let is_made = fork.many > 0;
        let new = children.get(&step.key()).filter(|_| is_made && fork.many + 1 == many).copied();
        if let Some(branch) = new.and_then(branch) {
            let key = branch.key;
            let place = branches.enter(step, tip, fork, branch);
            let winner = fork.verdict.map(|it| it.winner);
            // Those before the first that is not settled are.
            let is_first = fork.open.is_none_or(|open| key < open);
            if is_first && winner.is_some_and(|it| it != place && !branches.lead(log, it, place).1) {
                fork.open = Some(key);
            }
            branches.settle(log, fork, false);
        } else {
            for branch in children.values().filter_map(|ix| branch(*ix)) {
                if !fork.all.contains_key(&branch.key) {
                    branches.enter(step, tip, fork, branch);
                }
            }
            branches.settle(log, fork, true);
        }
        fork.verdict
    }

    /// Drops what was counted for the fork at `tip`: the path does not lead over it any more.
    pub(super) fn forget(&mut self, tip: Ix) {
        for (_, place) in self.of_tip.remove(&tip).into_iter().flat_map(|fork| fork.all) {
            self.branches.of.remove(&place);
            self.branches.pairs.remove(&place.ix);
        }
    }
}

impl Branches {
    /// Where the branches stand that this event has in its past, and the one before it in its chain has not.
    fn met_first(&self, step: &Step) -> Vec<RangeInclusive<Place>> {
        let before = step.event().prev.filter(|_| step.entry.place > 1).and_then(|it| step.look.log.find(&it));
        let (nothing, now) = (Clock::default(), step.entry.clock());
        let before = before.map_or(&nothing, |before| step.look.entry(before).clock());
        let (most, mut chains) = (self.of.len(), Vec::new());
        now.beyond(before, &mut |chain| {
            chains.push(chain);
            chains.len() <= most
        });
        if chains.len() > most {
            let is_new = |it: &&Place| before.get(it.chain) < it.place && it.place <= now.get(it.chain);
            return self.of.keys().filter(is_new).map(|it| *it..=*it).collect();
        }
        let new = |chain| Place::all(chain, before.get(chain).saturating_add(1), now.get(chain));
        chains.into_iter().map(new).collect()
    }

    /// One more branch goes on against the others.
    fn enter(&mut self, step: &Step, tip: (Ix, Cid), fork: &mut Fork, branch: Branch) -> Place {
        let (log, key, ix) = (step.look.log, branch.key, branch.ix);
        // What has just come was met by nobody.
        let is_new = ix == step.ix;
        let entry = if is_new { step.entry } else { log.entry(ix) };
        let place = Place { chain: entry.chain, place: entry.place, ix };
        let lot = draw(tip.1, branch.author);
        let mut it = Compared { branch, tip: tip.0, lot, met: Vec::new(), by: By::Nobody };
        if !is_new {
            who_met(step, ix, &mut |author, met| it.meet(author, met));
        }
        fork.highest = fork.highest.max(branch.rank());
        fork.all.insert(key, place);
        fork.many += 1;
        if it.by != By::Nobody {
            fork.met.insert(key, place);
        }
        self.of.insert(place, it);
        self.go_on(log, fork, BTreeSet::from([key]));
        place
    }

    /// Looks again who goes on: at these, and after each until one goes on that went on there before.
    fn go_on(&mut self, log: &Log, fork: &mut Fork, mut again: BTreeSet<Key>) {
        while let Some(from) = again.pop_first() {
            let mut now = fork.won.range(..from).next_back().map(|(_, place)| *place);
            let (mut before, mut next) = (now, Some(from));
            while let Some(key) = next {
                again.remove(&key);
                let Some(place) = fork.all.get(&key).copied() else { break };
                let wins = now.is_none_or(|now| self.wins(log, place, now));
                let won = if wins { fork.won.insert(key, place) } else { fork.won.remove(&key) };
                before = won.or(before);
                now = if wins { Some(place) } else { now };
                if now == before {
                    break;
                }
                let next_of = |of: &InOrder| of.range(after(&key)).next().map(|it| *it.0);
                next = if now.is_some_and(|now| self.passes_over(log, fork, now, before)) {
                    [next_of(&fork.won), next_of(&fork.met)].into_iter().flatten().min()
                } else {
                    next_of(&fork.all)
                };
            }
        }
    }

    /// Whether `now`, which goes on where `before` went on before, wins over all that lost to that and that nobody has met.
    fn passes_over(&self, log: &Log, fork: &Fork, now: Place, before: Option<Place>) -> bool {
        let Some(now) = self.of.get(&now) else { return false };
        match now.by {
            By::Nobody => match before.map(|place| self.of.get(&place)) {
                Some(Some(before)) => {
                    let order = now.branch.rank().cmp(&before.branch.rank()).then_with(|| now.drawn(before));
                    before.by == By::Nobody && order == Ordering::Greater
                }
                Some(None) => false,
                None => true,
            },
            By::One(author) => {
                let mut chains = log.chains_of(&author).map(|(chain, _)| chain);
                let has_none = |chain| self.of.range(Place::all(chain, 0, u32::MAX)).next().is_none();
                now.branch.rank() >= fork.highest && chains.next().is_some_and(has_none) && chains.next().is_none()
            }
            By::Many => now.branch.rank() >= fork.highest,
        }
    }

    /// Whether a branch wins over another.
    fn wins(&mut self, log: &Log, place: Place, over: Place) -> bool {
        let [Some(it), Some(other)] = [place, over].map(|place| self.of.get(&place)) else { return false };
        let rank = it.branch.rank().cmp(&other.branch.rank());
        match [it.by, other.by].map(|by| by == By::Nobody) {
            [true, true] => return rank.then_with(|| it.drawn(other)) == Ordering::Greater,
            [false, true] if it.leads(other) => return true,
            [true, false] if other.leads(it) => return false,
            _ => {}
        }
        let order = beside(log, &mut self.pairs, [it, other], |pair, which, _| {
            let [votes, built] = [pair.votes, pair.built].map(|of| of[which].cmp(&of[1 - which]));
            votes.then(rank).then(built).then_with(|| it.drawn(other))
        });
        order == Ordering::Greater
    }

    /// By how many the winner leads this one, and whether that is beyond what those could change who have met neither.
    fn lead(&mut self, log: &Log, winner: Place, place: Place) -> (usize, bool) {
        // What nobody has met has no votes, and leads nothing.
        let Some(winner) = self.of.get(&winner).filter(|it| it.by != By::Nobody) else { return (0, false) };
        let Some(it) = self.of.get(&place) else { return (0, false) };
        beside(log, &mut self.pairs, [it, winner], |pair, which, branches| pair.lead(log, branches, 1 - which))
    }

    /// Says who wins, and looks whether that is settled: from the first on that was not, or from the beginning: if `anew`, or if
    /// another wins.
    fn settle(&mut self, log: &Log, fork: &mut Fork, anew: bool) {
        let Some(winner) = fork.won.iter().next_back().map(|(_, place)| *place) else { return };
        let before = fork.verdict.filter(|it| it.winner == winner && !anew);
        let first = if before.is_some() { fork.open.map(Bound::Included) } else { Some(Bound::Unbounded) };
        (fork.open, fork.leads) = (None, false);
        if let Some(first) = first {
            for (key, place) in fork.all.range((first, Bound::Unbounded)).filter(|(_, place)| **place != winner) {
                let (lead, settled) = self.lead(log, winner, *place);
                if !settled {
                    (fork.open, fork.leads) = (Some(*key), lead > 0);
                    break;
                }
            }
        }
        fork.verdict = Some(Verdict { winner, settled: fork.open.is_none() });
    }
}

/// What comes of a branch beside another, with all votes that are here, and which of the pair's two it is.
fn beside<T>(
    log: &Log,
    pairs: &mut HashMap<Ix, Vec<Pair>>,
    [one, other]: [&Compared; 2],
    of: impl FnOnce(&mut Pair, usize, [Branch; 2]) -> T,
) -> T {
    // Either of them may have been the one that was compared.
    let mut kept = |it: &Compared, other: &Compared| {
        let pairs = pairs.get_mut(&it.branch.ix)?;
        let at = pairs.iter().position(|pair| pair.beside == other.branch.ix)?;
        Some(pairs.remove(at))
    };
    let (which, [it, other], kept) = match kept(one, other) {
        Some(pair) => (0, [one, other], Some(pair)),
        None => match kept(other, one) {
            Some(pair) => (1, [other, one], Some(pair)),
            None => (0, [one, other], None),
        },
    };
    let mut pair = kept.unwrap_or_else(|| Pair::new(other.branch.ix));
    let branches = [it.branch, other.branch];
    pair.count(log, branches, [&it.met, &other.met]);
    let result = of(&mut pair, which, branches);
    let pairs = pairs.entry(it.branch.ix).or_default();
    pairs.insert(0, pair);
    pairs.truncate(2);
    result
}

/// What comes after it.
const fn after(key: &Key) -> (Bound<Key>, Bound<Key>) {
    (Bound::Excluded(*key), Bound::Unbounded)
}

/// Chains that have an event in the past of one of theirs, with the first such: found among what came after it, or by halving in each
/// chain, whichever is less.
fn who_met(step: &Step, ix: Ix, each: &mut dyn FnMut(NodeId, Met)) {
    let (look, log) = (step.look, step.look.log);
    let known = ix.0 as usize + 1;
    if log.len() - known < log.chains().len() {
        for (later, entry) in log.entries_after(known) {
            let before = entry.event.prev.filter(|_| entry.place > 1).and_then(|it| log.find(&it));
            if look.is_ancestor(ix, later) && !before.is_some_and(|before| look.is_ancestor(ix, before)) {
                each(entry.event.author, (entry.chain, entry.place));
            }
        }
    } else {
        for (chain, of) in log.chains() {
            if let Some(first) = look.first_after(chain, ix) {
                each(of.author, (chain, log.entry(first).place));
            }
        }
    }
}

/// A lot that nobody can shift by writing a different event.
fn draw(tip: Cid, author: NodeId) -> [u8; 32] {
    Sha256::new().chain_update(tip.digest()).chain_update(author.as_bytes()).finalize().into()
}
