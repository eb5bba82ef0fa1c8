//! Forks: where valid transfers from one tip happened side by side, the network decides by what it did next.
//!
//! **Who votes.** Electors of a pair are the authors with an event in both branches' pasts, the branches' own authors
//! apart; that is fixed as soon as both are here. Each votes with its first event that has exactly one of the two in
//! its past. Along one chain that is fixed too; an author with several chains votes with each, and when they disagree
//! its vote cancels for good, whichever twin came first.
//!
//! **How it stays cheap.** Who has met which branch, that is, has it in the past of one of its events, and since when, is in `met`; what
//! that makes of two of them, in `pair`. Both are asked once for many events: an event only marks what it may change. Branches go on
//! against one another in the order of their keys; those that won over whoever went on
//! before them are kept, and the last of these wins. Comparing is not transitive, so what is compared cannot be put in one order; but
//! - two that nobody has met but their authors have no votes, and *are* in one order: by what breaks ties;
//! - beside one that others have met, one that nobody has met has no votes, and loses by the first that counts;
//! - an event only speaks for what it meets: who went on before it and is not met may fall, all others stand as they stood;
//! - a branch that comes is compared with the one that goes on at its place; if it loses, no other is looked at, and if it wins, then those
//!   after it until one goes on that went on before. Those that nobody has met are passed over where the order above says that they lose.
//!
//! **When it is settled.** A pair is settled when the lead exceeds the electors none of whose events has either branch
//! yet. A fork is settled when its winner leads every other branch so: then no order of comparison and no late voter
//! changes it. (An author may still cancel its own vote by equivocation; that moves one vote, its own.) So the first that is not
//! settled is remembered, and those before it are looked at again only after such a twin, or when another wins.

mod met;
mod pair;

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap as Sorted, BTreeSet},
    mem,
    ops::{Bound, RangeInclusive},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use self::{
    met::{By, Met, Together, UNMET, WhoMet},
    pair::{Count, Pair, Said},
};
use super::NodeKind;
use crate::{
    Cid, Ix, Log, NodeId,
    cost::{BTreeMap, HashMap},
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

    /// What comes after it in its chain.
    const fn later(self) -> (Bound<Self>, Bound<Self>) {
        let end = Self { chain: self.chain, place: u32::MAX, ix: Ix(u32::MAX) };
        (Bound::Excluded(self), Bound::Included(end))
    }
}

/// A branch that is compared with others.
#[derive(Debug, Clone)]
struct Compared {
    branch: Branch,
    place: Place,
    /// A lot that nobody can shift by writing a different event.
    lot: [u8; 32],
    /// Who has met it is kept.
    is_apart: bool,
    /// What was counted beside the one that went on before it, and beside the winner.
    pairs: Vec<Pair>,
}

/// One that is compared, and who has met it.
type Side<'a> = (&'a Compared, &'a Met);

/// How two stand that have as many votes, or as many who built on them.
fn drawn(it: &Compared, other: &Compared) -> Ordering {
    let draw = |it: &Compared| Reverse((it.lot, it.branch.key.1));
    draw(it).cmp(&draw(other))
}

/// Whether one wins over one that nobody has met, whoever could vote: others than that one's author have met it, or it has the
/// higher rank.
fn leads((it, met): Side, unmet: &Compared) -> bool {
    let built = match met.by {
        By::Nobody => false,
        By::One(author) => author != unmet.branch.author,
        By::Many => true,
    };
    match it.branch.rank().cmp(&unmet.branch.rank()) {
        Ordering::Less => false,
        Ordering::Equal => built,
        Ordering::Greater => true,
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
    /// Somebody has met some of them and not all, or all before another came. Until then nobody speaks for any.
    told_apart: bool,
    /// Somebody has met all of them: first with this event.
    seen: Option<Ix>,
    /// No branch has a higher rank.
    highest: u8,
    /// How many there are.
    many: usize,
    verdict: Option<Verdict>,
    /// The first that is not settled beside the winner.
    open: Option<Key>,
    /// What was counted, as long as there are two.
    pair: Option<Pair>,
}

/// What has come to a fork since votes were counted.
#[derive(Debug, Clone, Default)]
struct News {
    /// Branches.
    came: Vec<Key>,
    /// Branches for which somebody has spoken; where they stand, if for the first time.
    met: Vec<(Key, Option<Place>)>,
    /// An author that is split has.
    by_twins: bool,
}

/// The branches of all forks.
#[derive(Debug, Clone, Default)]
struct Branches {
    of: BTreeMap<Place, Compared>,
    who: WhoMet,
    /// So many events have been taken in: the log may know more.
    known: usize,
    /// What was counted last, for pairs that stand alike.
    said: Vec<Arc<Said>>,
}

/// The forks that decide the current paths.
#[derive(Debug, Clone, Default)]
pub(super) struct Forks {
    branches: Branches,
    of_tip: HashMap<Ix, Fork>,
    /// Branches that have come since votes were counted, with the tips of their forks.
    came: Vec<(Ix, Key)>,
}

impl Forks {
    /// An event may speak for branches that it meets.
    pub(super) fn note(&mut self, step: &Step) {
        self.branches.known = step.ix.0 as usize + 1;
        if self.branches.of.is_empty() {
            return;
        }
        let before = step.event().prev.filter(|_| step.entry.place > 1).and_then(|it| step.look.log.find(&it));
        let before = before.map(|it| step.look.entry(it).clock().clone()).unwrap_or_default();
        let now = step.entry.clock();
        for (tip, places) in self.branches.who.meets_alone(step, &before) {
            let Some(fork) = self.of_tip.get_mut(&tip) else { continue };
            // Beside those that were found it may have met one in its own chain, and all that others have met with these.
            let may_be_whole = !fork.told_apart && (fork.seen.is_some() || places.len() + 1 >= fork.many);
            if may_be_whole && fork.all.values().all(|it| now.get(it.chain) >= it.place) {
                fork.seen.get_or_insert(step.ix);
            } else {
                self.branches.tell_apart(step, tip, fork, &places);
            }
        }
        self.branches.who.meet(step, &before);
    }

    /// The event is one more branch at `tip`, where there are others.
    pub(super) fn branch(
        &mut self,
        step: &Step,
        tip: (Ix, Cid),
        children: &BTreeMap<Key, Ix>,
        branch: &dyn Fn(Ix) -> Option<Branch>,
    ) {
        let (log, Self { branches, of_tip, came }) = (step.look.log, self);
        let fork = of_tip.entry(tip.0).or_default();
        if fork.many == 0 {
            let before = children.values().filter(|ix| **ix != step.ix);
            for branch in before.filter_map(|ix| branch(*ix)) {
                came.push((tip.0, branch.key));
                branches.enter(log, tip, fork, branch);
            }
        }
        let Some(branch) = branch(step.ix) else { return };
        // Who has met all others has not met this one.
        branches.tell_apart(step, tip.0, fork, &Sorted::new());
        branches.put(log, tip, fork, branch);
        came.push((tip.0, branch.key));
    }

    /// Counts votes where any may have changed. Returns the tips of the forks of which that changed what the network makes of them.
    pub(super) fn settle(&mut self, log: &Log) -> BTreeSet<Ix> {
        let Self { branches, of_tip, came } = self;
        let mut news: Sorted<Ix, News> = Sorted::new();
        for (tip, key) in mem::take(came) {
            news.entry(tip).or_default().came.push(key);
        }
        branches.who.take_stirred(&mut |(place, (tip, key)), is_first, by_twin| {
            let news = news.entry(tip).or_default();
            news.met.push((key, Some(place).filter(|_| is_first)));
            news.by_twins |= by_twin;
        });
        let mut changed = BTreeSet::new();
        for (tip, news) in news {
            let Some(fork) = of_tip.get_mut(&tip) else { continue };
            let before = fork.verdict;
            branches.settle(log, fork, news);
            if fork.verdict != before {
                changed.insert(tip);
            }
        }
        changed
    }

    /// Which branch of the fork at `tip` the network follows, of these.
    pub(super) fn decide(
        &mut self,
        log: &Log,
        tip: (Ix, Cid),
        children: &BTreeMap<Key, Ix>,
        branch: &dyn Fn(Ix) -> Option<Branch>,
    ) -> Option<Verdict> {
        let Self { branches, of_tip, .. } = self;
        let fork = of_tip.entry(tip.0).or_default();
        if fork.many == 0 {
            let mut news = News::default();
            for branch in children.values().filter_map(|ix| branch(*ix)) {
                news.came.push(branch.key);
                branches.enter(log, tip, fork, branch);
            }
            branches.settle(log, fork, news);
        }
        fork.verdict
    }

    /// Drops what was counted for the fork at `tip`: the path does not lead over it any more.
    pub(super) fn forget(&mut self, tip: Ix) {
        for (_, place) in self.of_tip.remove(&tip).into_iter().flat_map(|fork| fork.all) {
            self.branches.of.remove(&place);
            self.branches.who.remove(place);
        }
    }
}

impl Branches {
    /// A branch that may have been here for long goes on against the others.
    fn enter(&mut self, log: &Log, tip: (Ix, Cid), fork: &mut Fork, branch: Branch) {
        let place = self.put(log, tip, fork, branch);
        let (met, by_others) = met::who_met(log, branch, self.known);
        if by_others {
            fork.told_apart = true;
            self.tell_one_apart((tip.0, branch.key), fork, place, &mut |_| met.clone());
        }
    }

    /// One more branch, that nobody has met.
    fn put(&mut self, log: &Log, tip: (Ix, Cid), fork: &mut Fork, branch: Branch) -> Place {
        let entry = log.entry(branch.ix);
        let place = Place { chain: entry.chain, place: entry.place, ix: branch.ix };
        fork.highest = fork.highest.max(branch.rank());
        fork.all.insert(branch.key, place);
        fork.many += 1;
        fork.pair = None;
        let lot = draw(tip.1, branch.author);
        self.of.insert(place, Compared { branch, place, lot, is_apart: false, pairs: Vec::new() });
        self.who.wait(place, (tip.0, branch.key));
        place
    }

    /// From now on it is known of each chain which of these branches it has met, and since when; if somebody has met all of the fork
    /// at once, of all.
    fn tell_apart(&mut self, step: &Step, tip: Ix, fork: &mut Fork, places: &Sorted<Key, Place>) {
        if let Some(seen) = fork.seen.filter(|_| !fork.told_apart) {
            let all: Vec<(Key, Place)> = fork.all.iter().map(|(key, place)| (*key, *place)).collect();
            if let [(_, one), (_, other), ..] = *all {
                let together = Together::of(met::who_met_all(step.look.log, [one.ix, other.ix], seen, step.ix));
                for (key, place) in all {
                    self.tell_one_apart((tip, key), fork, place, &mut |branch| together.met(branch.author));
                }
            }
        } else {
            for (key, place) in places {
                self.tell_one_apart((tip, *key), fork, *place, &mut |_| Met::default());
            }
        }
        fork.told_apart |= fork.seen.is_some() || !places.is_empty();
    }

    fn tell_one_apart(&mut self, of: (Ix, Key), fork: &mut Fork, place: Place, met: &mut dyn FnMut(Branch) -> Met) {
        let Some(it) = self.of.get_mut(&place) else { return };
        it.is_apart = true;
        let met = met(it.branch);
        if met.by != By::Nobody {
            fork.met.insert(of.1, place);
        }
        self.who.tell_apart(place, of, met);
    }

    /// Looks again who goes on, and says who wins.
    #[inline(never)]
    fn settle(&mut self, log: &Log, fork: &mut Fork, news: News) {
        for (key, place) in &news.met {
            if let Some(place) = place {
                fork.met.insert(*key, *place);
            }
        }
        if fork.many == 2 {
            return self.settle_two(log, fork);
        }
        let mut again = sorted::set(news.came.iter().copied());
        // What is spoken for may win, and what follows one that is spoken for may fall.
        for (key, _) in news.met {
            if !fork.won.contains_key(&key) {
                again.insert(key);
            } else if let Some((next, _)) = fork.won.range(after(&key)).next() {
                again.insert(*next);
            }
        }
        self.go_on(log, fork, again);
        let Some(winner) = fork.won.iter().next_back().map(|(_, place)| *place) else { return };
        let before = fork.verdict.filter(|it| it.winner == winner && !news.by_twins);
        // Those before the first that is not settled are, but for those that have just come.
        let came = sorted::set(
            news.came.into_iter().filter(|key| before.is_some() && fork.open.is_none_or(|open| *key < open)),
        );
        let mut open = came.into_iter().find(|key| {
            fork.all.get(key).is_some_and(|place| *place != winner && !self.is_settled(log, winner, *place))
        });
        if open.is_none() && (before.is_none() || fork.open.is_some()) {
            let first = fork.open.filter(|_| before.is_some()).map_or(Bound::Unbounded, Bound::Included);
            let mut rest = fork.all.range((first, Bound::Unbounded)).filter(|(_, place)| **place != winner);
            open = rest.find(|(_, place)| !self.is_settled(log, winner, **place)).map(|(key, _)| *key);
        }
        fork.open = open;
        fork.verdict = Some(Verdict { winner, settled: open.is_none() });
    }

    /// The same where there is one comparison.
    #[inline(never)]
    fn settle_two(&mut self, log: &Log, fork: &mut Fork) {
        let mut all = fork.all.iter().map(|(key, place)| (*key, *place));
        let (Some(first), Some(second)) = (all.next(), all.next()) else { return };
        drop(all);
        let Self { of, who, said, .. } = self;
        let [Some(it), Some(other)] = [second, first].map(|(_, place)| side(of, who, place)) else { return };
        let kept = fork.pair.take();
        let mut duel = Duel { log, said, sides: [it, other], kept: kept.as_ref(), is_turned: false, new: None };
        let wins = duel.order() == Ordering::Greater;
        let settled = duel.is_settled(usize::from(!wins));
        fork.pair = duel.new.or(kept);
        let [winner, loser] = if wins { [second, first] } else { [first, second] };
        if fork.verdict.is_none_or(|it| it.winner != winner.1) {
            fork.won.insert(first.0, first.1);
            if winner == second {
                fork.won.insert(second.0, second.1);
            } else {
                fork.won.remove(&second.0);
            }
        }
        fork.open = Some(loser.0).filter(|_| !settled);
        fork.verdict = Some(Verdict { winner: winner.1, settled });
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
        let Some((now, met)) = side(&self.of, &self.who, now) else { return false };
        match met.by {
            By::Nobody => match before.map(|place| side(&self.of, &self.who, place)) {
                Some(Some((before, met))) => {
                    let order = now.branch.rank().cmp(&before.branch.rank()).then_with(|| drawn(now, before));
                    met.by == By::Nobody && order == Ordering::Greater
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
        self.duel(log, [place, over], |duel| duel.order() == Ordering::Greater)
    }

    /// Whether the winner leads this one by more than those could change who have met neither.
    fn is_settled(&mut self, log: &Log, winner: Place, place: Place) -> bool {
        self.duel(log, [winner, place], |duel| duel.is_settled(0))
    }

    /// Asks how two stand, and keeps what had to be counted for that with one of them.
    fn duel(&mut self, log: &Log, places: [Place; 2], ask: impl FnOnce(&mut Duel) -> bool) -> bool {
        let Self { of, who, said, .. } = self;
        let [Some(one), Some(other)] = places.map(|place| side(of, who, place)) else { return false };
        // Either of them may have been the one that was compared.
        let kept = |(it, _): Side, (other, _): Side| it.pairs.iter().position(|pair| pair.beside == other.branch.ix);
        let (at, is_turned) = match (kept(one, other), kept(other, one)) {
            (None, Some(at)) => (Some(at), true),
            (at, _) => (at, false),
        };
        let holder = if is_turned { other.0 } else { one.0 };
        let kept = at.and_then(|at| holder.pairs.get(at));
        let mut duel = Duel { log, said, sides: [one, other], kept, is_turned, new: None };
        let result = ask(&mut duel);
        let (new, place) = (duel.new, holder.place);
        if let Some((new, it)) = new.and_then(|new| Some((new, of.get_mut(&place)?))) {
            at.map(|at| it.pairs.remove(at));
            it.pairs.insert(0, new);
            it.pairs.truncate(2);
        }
        result
    }
}

/// Two that are compared: votes are counted if it comes to that.
struct Duel<'a> {
    log: &'a Log,
    said: &'a mut Vec<Arc<Said>>,
    sides: [Side<'a>; 2],
    /// What was counted earlier of the first beside the second, or the other way round.
    kept: Option<&'a Pair>,
    is_turned: bool,
    /// The same, as it is now.
    new: Option<Pair>,
}

impl Duel<'_> {
    fn count(&mut self) -> Count {
        let sides = if self.is_turned { [self.sides[1], self.sides[0]] } else { self.sides };
        if self.new.is_none() && !self.kept.is_some_and(|pair| pair.is_of(sides)) {
            self.new = Some(Pair::counted(self.log, self.kept, sides, self.said));
        }
        let count = self.new.as_ref().or(self.kept).map(|pair| pair.count).unwrap_or_default();
        if self.is_turned { count.turned() } else { count }
    }

    /// How the first stands to the second.
    fn order(&mut self) -> Ordering {
        let [it, other] = self.sides;
        let rank = it.0.branch.rank().cmp(&other.0.branch.rank());
        let drawn = drawn(it.0, other.0);
        match [it, other].map(|(_, met)| met.by == By::Nobody) {
            [true, true] => return rank.then(drawn),
            [false, true] if leads(it, other.0) => return Ordering::Greater,
            [true, false] if leads(other, it.0) => return Ordering::Less,
            _ => {}
        }
        let Count { votes, built, .. } = self.count();
        let order = |[ours, theirs]: [usize; 2]| ours.cmp(&theirs);
        order(votes).then(rank).then(order(built)).then(drawn)
    }

    /// Whether this one leads the other by more than those could change who have met neither.
    fn is_settled(&mut self, which: usize) -> bool {
        // What nobody has met has no votes, and leads nothing.
        self.sides[which].1.by != By::Nobody && self.count().is_settled(which)
    }
}

/// What is compared, and who has met it.
fn side<'a>(of: &'a BTreeMap<Place, Compared>, who: &'a WhoMet, place: Place) -> Option<Side<'a>> {
    let it = of.get(&place)?;
    Some((it, if it.is_apart { who.of(place) } else { &UNMET }))
}

/// So much of what was counted last is kept.
const LAST: usize = 4;

/// What comes after it.
const fn after(key: &Key) -> (Bound<Key>, Bound<Key>) {
    (Bound::Excluded(*key), Bound::Unbounded)
}

/// A lot that nobody can shift by writing a different event.
fn draw(tip: Cid, author: NodeId) -> [u8; 32] {
    Sha256::new().chain_update(tip.digest()).chain_update(author.as_bytes()).finalize().into()
}
