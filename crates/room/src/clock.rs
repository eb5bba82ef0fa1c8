//! What an event has seen, as one number for each chain of the log. Knows nothing of events.
//!
//! A tree over the chains, sixteen wide above leaves of 256 chains, whose chunks are shared with the clocks it grew from (path
//! copying: Driscoll, Sarnak, Sleator and Tarjan, 1989): an event makes as many chunks as the tree is high, and of chains that it has
//! not seen there are none. Rooms of up to 256 chains have one chunk.
//!
//! **What cannot be shared.** An event that joins two sides, each of which saw every other chain, has a clock like no other: it
//! costs what it differs in, which is all. (That "is this in the past of that?" takes a comparison for any two events, and little
//! memory for each, cannot be had for all graphs of causes: Patrascu, *Unifying the landscape of cell-probe lower bounds*, 2011,
//! section 1.) So leaves hold their numbers bit by bit, as many bits as the greatest takes: a chain of one event, the cheapest to
//! make, costs each clock one bit, and 256 chains are joined or compared by a few operations on words.

use std::sync::Arc;

use crate::{cost::look, ix::ChainIx, sorted};

/// How many chunks lie right below a fork.
const FORK: usize = 16;
/// Bits of a chain's number that one fork decides.
const BITS: u32 = FORK.ilog2();
/// Bits of a chain's number that a leaf decides.
const LEAF_BITS: u32 = 8;
/// Words that hold one bit for each chain of a leaf.
const WORDS: usize = (1 << LEAF_BITS) / u64::BITS as usize;

/// For each chain, how many of its events are in the past of an event.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock {
    /// How many forks lie above the leaves.
    height: u32,
    root: Below,
}

/// Nothing: of none of these chains is any event in the past.
type Below = Option<Arc<Chunk>>;

#[derive(Debug, Clone)]
enum Chunk {
    Leaf(Leaf),
    Fork(Box<[Below; FORK]>),
}

/// One bit for each chain of a leaf.
pub(crate) type Mask = [u64; WORDS];

/// The numbers of 256 chains: first the lowest bit of each, then the next. Bits that none has, and words of chains that come after
/// the last, are not there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Leaf {
    /// For each bit so many.
    words: usize,
    bits: Vec<u64>,
}

impl Leaf {
    fn made(digits: usize, words: usize, word: impl Fn(usize, usize) -> u64) -> Self {
        let bits = (0..digits).flat_map(|digit| (0..words).map(move |at| (digit, at)));
        Self { words, bits: bits.map(|(digit, at)| word(digit, at)).collect() }
    }

    /// With these numbers, of chains that all lie in it.
    fn of(counts: &[(ChainIx, u32)]) -> Self {
        let digits = counts.iter().map(|(_, count)| digits_of(*count)).max().unwrap_or(0);
        let words = counts.iter().map(|(chain, _)| lane(*chain) / 64 + 1).max().unwrap_or(0);
        let mut bits = vec![0; digits * words];
        for (chain, count) in counts {
            let (at, bit) = (lane(*chain) / 64, lane(*chain) % 64);
            for (digit, words) in bits.chunks_mut(words).enumerate() {
                words[at] |= (u64::from(*count) >> digit & 1) << bit;
            }
        }
        Self { words, bits }
    }

    /// How many bits the numbers have.
    fn digits(&self) -> usize {
        self.bits.len().checked_div(self.words).unwrap_or(0)
    }

    fn word(&self, digit: usize, at: usize) -> u64 {
        if at < self.words { self.bits.get(digit * self.words + at).copied().unwrap_or(0) } else { 0 }
    }

    fn get(&self, lane: usize) -> u32 {
        let bit = |digit: usize| (self.word(digit, lane / 64) >> (lane % 64)) as u32 & 1;
        (0..self.digits()).map(|digit| bit(digit) << digit).sum()
    }

    fn set(&mut self, lane: usize, count: u32) {
        let (at, lane) = (lane / 64, 1 << (lane % 64));
        let digits = self.digits().max(digits_of(count));
        let set = |digit: usize| if count >> digit & 1 == 1 { lane } else { 0 };
        let word = |digit, of| if of == at { self.word(digit, of) & !lane | set(digit) } else { self.word(digit, of) };
        *self = Self::made(digits, self.words.max(at + 1), word);
    }

    /// Chains of which the number is greater than the other's: compared from the highest bit down.
    pub(crate) fn above(&self, other: &Self) -> Mask {
        let (mut above, mut equal) = ([0; WORDS], [u64::MAX; WORDS]);
        for digit in (0..self.digits().max(other.digits())).rev() {
            for (at, (above, equal)) in above.iter_mut().zip(&mut equal).enumerate() {
                let (ours, theirs) = (self.word(digit, at), other.word(digit, at));
                *above |= *equal & ours & !theirs;
                *equal &= !(ours ^ theirs);
            }
        }
        above
    }

    /// Chains of which the number has this bit, counted from the lowest.
    pub(crate) fn bit(&self, digit: usize) -> Mask {
        std::array::from_fn(|at| self.word(digit, at))
    }

    /// Chains of which there is any event.
    pub(crate) fn any(&self) -> Mask {
        std::array::from_fn(|at| (0..self.digits()).fold(0, |any, digit| any | self.word(digit, at)))
    }

    /// The greater of each pair; `above` is where that is the other's.
    fn joined(&self, other: &Self, above: &Mask) -> Self {
        let (digits, words) = (self.digits().max(other.digits()), self.words.max(other.words));
        Self::made(digits, words, |digit, at| {
            let theirs = above.get(at).copied().unwrap_or(0);
            self.word(digit, at) & !theirs | other.word(digit, at) & theirs
        })
    }

    /// Counted in words of a cache line.
    fn look(&self) {
        look(self.bits.len().div_ceil(8).max(1));
    }
}

/// Nothing of any chain.
static EMPTY: Leaf = Leaf { words: 0, bits: Vec::new() };

impl Clock {
    /// Has seen nothing.
    pub(crate) const NOTHING: Self = Self { height: 0, root: None };

    /// How many events of that chain.
    pub(crate) fn get(&self, chain: ChainIx) -> u32 {
        let (mut below, mut height) = (&self.root, self.height);
        if height < needed(chain) {
            return 0;
        }
        while let Some(chunk) = below {
            match &**chunk {
                Chunk::Leaf(leaf) => return leaf.get(lane(chain)),
                Chunk::Fork(forks) => below = &forks[place(chain, height)],
            }
            height -= 1;
        }
        0
    }

    /// Has seen so many events of these chains, each named once, and nothing else.
    pub(crate) fn of(mut counts: Vec<(ChainIx, u32)>) -> Self {
        sorted::short_list(&mut counts, |it| *it);
        let mut clock = Self::default();
        for counts in counts.chunk_by(|one, other| one.0.0 >> LEAF_BITS == other.0.0 >> LEAF_BITS) {
            if let Some((chain, _)) = counts.first() {
                clock.at(*chain, |leaf| {
                    *leaf = Leaf::of(counts);
                    leaf.look();
                });
            }
        }
        clock
    }

    /// Notes that so many events of that chain are in the past.
    pub(crate) fn set(&mut self, chain: ChainIx, count: u32) {
        self.at(chain, |leaf| {
            leaf.look();
            leaf.set(lane(chain), count);
        });
    }

    /// Changes the leaf of that chain.
    fn at(&mut self, chain: ChainIx, change: impl FnOnce(&mut Leaf)) {
        self.rise(needed(chain));
        let (mut below, mut height) = (&mut self.root, self.height);
        loop {
            let empty =
                || Arc::new(if height == 0 { Chunk::Leaf(EMPTY.clone()) } else { Chunk::Fork(Default::default()) });
            match Arc::make_mut(below.get_or_insert_with(empty)) {
                Chunk::Leaf(leaf) => return change(leaf),
                Chunk::Fork(forks) => {
                    look(1);
                    below = &mut forks[place(chain, height)];
                }
            }
            height -= 1;
        }
    }

    /// Sees what the other has seen, too.
    pub(crate) fn join(&mut self, other: &Self) {
        let mut other = other.clone();
        self.rise(other.height);
        other.rise(self.height);
        self.root = match (self.root.take(), other.root) {
            (Some(ours), Some(theirs)) => Some(joined(&ours, &theirs)),
            (ours, theirs) => ours.or(theirs),
        };
    }

    /// Calls back with each chain of which more is in this past than in the other's, in order, until that says `false`. Looks at
    /// what differs, and at nothing that both share.
    pub(crate) fn beyond(&self, other: &Self, each: &mut dyn FnMut(ChainIx) -> bool) {
        let (mut ours, mut theirs) = (self.clone(), other.clone());
        ours.rise(other.height);
        theirs.rise(self.height);
        beyond(&ours.root, &theirs.root, ours.height, 0, each);
    }

    /// Of the chains of the leaf that `first` begins: sets these bits of their numbers, lowest first.
    pub(crate) fn raise<const N: usize>(&mut self, first: ChainIx, bits: [Mask; N]) {
        let words = bits.iter().filter_map(|it| it.iter().rposition(|word| *word != 0)).max();
        let Some(words) = words.map(|at| at + 1) else { return };
        self.at(first, |leaf| {
            leaf.look();
            let more = |digit: usize, at: usize| bits.get(digit).and_then(|it| it.get(at)).copied().unwrap_or(0);
            *leaf = Leaf::made(leaf.digits().max(N), leaf.words.max(words), |digit, at| {
                leaf.word(digit, at) | more(digit, at)
            });
        });
    }

    /// Whether it is known without looking into them that two are equal.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.root, &other.root) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Whether of any chain at least as many are in this past as the other says, if it says any.
    pub(crate) fn reaches_any(&self, other: &Self) -> bool {
        let (mut ours, mut theirs) = (self.clone(), other.clone());
        ours.rise(other.height);
        theirs.rise(self.height);
        reaches_any(&ours.root, &theirs.root)
    }

    /// Makes room for more chains.
    fn rise(&mut self, height: u32) {
        while self.height < height {
            if let Some(root) = self.root.take() {
                let mut forks: [Below; FORK] = Default::default();
                forks[0] = Some(root);
                self.root = Some(Arc::new(Chunk::Fork(forks.into())));
            }
            self.height += 1;
        }
    }
}

/// What a clock has of some chains, if it has any: the same as long as that is shared.
pub(crate) type Id = Option<usize>;

/// Calls back with the leaves of several clocks that are of the same 256 chains, and with the first of these. `wanted`: by what each
/// has of some chains, whether these matter.
pub(crate) fn beside<const N: usize>(
    clocks: [&Clock; N],
    wanted: &dyn Fn([Id; N]) -> bool,
    each: &mut dyn FnMut(ChainIx, [&Leaf; N]),
) {
    let height = clocks.iter().map(|it| it.height).max().unwrap_or(0);
    let clocks = clocks.map(|it| {
        let mut clock = it.clone();
        clock.rise(height);
        clock
    });
    leaves(std::array::from_fn(|at| &clocks[at].root), height, 0, wanted, each);
}

fn leaves<const N: usize>(
    below: [&Below; N],
    height: u32,
    first: u32,
    wanted: &dyn Fn([Id; N]) -> bool,
    each: &mut dyn FnMut(ChainIx, [&Leaf; N]),
) {
    if !wanted(below.map(|it| it.as_ref().map(|it| Arc::as_ptr(it).addr()))) {
        return;
    }
    if height == 0 {
        let leaves = below.map(|it| match it.as_deref() {
            Some(Chunk::Leaf(leaf)) => leaf,
            _ => &EMPTY,
        });
        leaves.iter().filter(|leaf| leaf.words > 0).for_each(|leaf| leaf.look());
        return each(ChainIx(first), leaves);
    }
    look(below.iter().flat_map(|it| *it).count());
    for at in 0..FORK {
        let below = below.map(|it| match it.as_deref() {
            Some(Chunk::Fork(forks)) => &forks[at],
            _ => &None,
        });
        leaves(below, height - 1, first | ((at as u32) << first_bit(height)), wanted, each);
    }
}

/// How many bits a number has.
const fn digits_of(count: u32) -> usize {
    (u32::BITS - count.leading_zeros()) as usize
}

/// How many forks must lie above the leaf of that chain.
fn needed(chain: ChainIx) -> u32 {
    (chain.0 >> LEAF_BITS).checked_ilog2().map_or(0, |it| 1 + it / BITS)
}

/// Where a chain is below a fork of that height.
fn place(chain: ChainIx, height: u32) -> usize {
    (chain.0 >> first_bit(height)) as usize % FORK
}

/// The lowest bit of a chain's number that a fork of that height decides.
fn first_bit(height: u32) -> u32 {
    LEAF_BITS + BITS * height.saturating_sub(1)
}

/// Where a chain is in its leaf.
fn lane(chain: ChainIx) -> usize {
    (chain.0 % (1 << LEAF_BITS)) as usize
}

/// The greater of each pair; where one chunk has it all, that one is shared rather than copied.
fn joined(ours: &Arc<Chunk>, theirs: &Arc<Chunk>) -> Arc<Chunk> {
    if Arc::ptr_eq(ours, theirs) {
        return ours.clone();
    }
    let (is_ours, is_theirs, both) = match (&**ours, &**theirs) {
        (Chunk::Leaf(one), Chunk::Leaf(other)) => {
            one.look();
            let (above, below) = (other.above(one), one.above(other));
            if is_none(&above) {
                return ours.clone();
            }
            if is_none(&below) {
                return theirs.clone();
            }
            return Arc::new(Chunk::Leaf(one.joined(other, &above)));
        }
        (Chunk::Fork(one), Chunk::Fork(other)) => {
            look(1);
            let both: [Below; FORK] = std::array::from_fn(|at| match (&one[at], &other[at]) {
                (Some(one), Some(other)) => Some(joined(one, other)),
                (one, other) => one.as_ref().or(other.as_ref()).cloned(),
            });
            (is_same(&both, one), is_same(&both, other), both)
        }
        // Chunks of one height are of one kind.
        _ => return ours.clone(),
    };
    match (is_ours, is_theirs) {
        (true, _) => ours.clone(),
        (_, true) => theirs.clone(),
        _ => Arc::new(Chunk::Fork(both.into())),
    }
}

fn is_none(mask: &Mask) -> bool {
    mask.iter().all(|word| *word == 0)
}

/// See [`Clock::beyond`]; `first` is the first chain below. Returns whether to go on.
fn beyond(ours: &Below, theirs: &Below, height: u32, first: u32, each: &mut dyn FnMut(ChainIx) -> bool) -> bool {
    let Some(chunk) = ours else { return true };
    if theirs.as_ref().is_some_and(|it| Arc::ptr_eq(chunk, it)) {
        return true;
    }
    match &**chunk {
        Chunk::Leaf(leaf) => {
            leaf.look();
            let other = match theirs.as_deref() {
                Some(Chunk::Leaf(other)) => other,
                _ => &EMPTY,
            };
            (first..).step_by(64).zip(leaf.above(other)).all(|(first, mut word)| {
                while word != 0 {
                    if !each(ChainIx(first + word.trailing_zeros())) {
                        return false;
                    }
                    word &= word - 1;
                }
                true
            })
        }
        Chunk::Fork(forks) => {
            look(1);
            forks.iter().enumerate().all(|(at, fork)| {
                let other = match theirs.as_deref() {
                    Some(Chunk::Fork(others)) => &others[at],
                    _ => &None,
                };
                beyond(fork, other, height - 1, first | ((at as u32) << first_bit(height)), each)
            })
        }
    }
}

/// See [`Clock::reaches_any`].
fn reaches_any(ours: &Below, theirs: &Below) -> bool {
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return false };
    match (&**ours, &**theirs) {
        (Chunk::Leaf(one), Chunk::Leaf(other)) => {
            other.look();
            let (missed, said) = (other.above(one), other.above(&EMPTY));
            said.iter().zip(missed).any(|(said, missed)| said & !missed != 0)
        }
        (Chunk::Fork(one), Chunk::Fork(other)) => {
            look(1);
            one.iter().zip(other.iter()).any(|(one, other)| reaches_any(one, other))
        }
        // Chunks of one height are of one kind.
        _ => false,
    }
}

/// Whether the same chunks lie below.
fn is_same(one: &[Below; FORK], other: &[Below; FORK]) -> bool {
    one.iter().zip(other).all(|(one, other)| one.as_ref().map(Arc::as_ptr) == other.as_ref().map(Arc::as_ptr))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::cost;

    fn clock(counts: &[(u32, u32)]) -> Clock {
        let mut clock = Clock::default();
        counts.iter().for_each(|(chain, count)| clock.set(ChainIx(*chain), *count));
        clock
    }

    /// Chunks that are in one clock and not in the other.
    fn own_chunks(of: &Clock, other: &Clock) -> usize {
        fn all(below: &Below, into: &mut Vec<*const Chunk>) {
            let Some(chunk) = below else { return };
            into.push(Arc::as_ptr(chunk));
            if let Chunk::Fork(forks) = &**chunk {
                forks.iter().for_each(|it| all(it, into));
            }
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        all(&of.root, &mut ours);
        all(&other.root, &mut theirs);
        ours.iter().filter(|it| !theirs.contains(it)).count()
    }

    #[test]
    fn a_joined_clock_has_the_greater_of_each_lane() {
        let mut one = clock(&[(0, 3), (1, 1), (40, 2)]);
        let other = clock(&[(0, 2), (1, 5), (17, 4), (90, 1)]);
        one.join(&other);
        let seen = |chain| one.get(ChainIx(chain));
        assert_eq!([0, 1, 17, 40, 90, 91, 5_000].map(seen), [3, 5, 4, 2, 1, 0, 0]);
    }

    #[test]
    fn setting_a_lane_leaves_the_clock_it_grew_from_alone() {
        let before = clock(&[(2, 7)]);
        let mut after = before.clone();
        after.set(ChainIx(2), 8);
        assert_eq!((before.get(ChainIx(2)), after.get(ChainIx(2))), (7, 8));
    }

    #[test]
    fn a_clock_that_has_seen_less_takes_over_the_chunk_of_the_other() {
        let greater = clock(&[(1, 5), (3, 2), (300, 1)]);
        let mut lesser = clock(&[(1, 4)]);
        lesser.join(&greater);
        assert_eq!(own_chunks(&lesser, &greater), 0);
    }

    #[test]
    fn an_event_makes_as_many_chunks_as_the_tree_is_high_whatever_it_has_not_seen() {
        for chain in [15, 16, 255, 256, 4_095, 4_096, 65_535, u32::MAX] {
            let before = clock(&[(chain, 1)]);
            let mut after = before.clone();
            after.set(ChainIx(chain), 2);
            assert_eq!(own_chunks(&after, &before), own_chunks(&before, &Clock::default()));
            assert_eq!(own_chunks(&after, &before), 1 + needed(ChainIx(chain)) as usize);
            assert_eq!(after.get(ChainIx(chain)), 2);
        }
    }

    #[test]
    fn joining_two_sides_that_saw_every_other_chain_costs_one_look_for_256_chains() {
        for chains in [1_024, 2_048, 4_096] {
            let side = |odd| clock(&(odd..chains).step_by(2).map(|chain| (chain, 1)).collect::<Vec<_>>());
            let (mut one, other) = (side(0), side(1));
            let (_, cost) = cost::of(|| one.join(&other));
            assert_eq!(cost, u64::from(chains / 256) + 1, "and one for the fork above");
            assert!((0..chains).all(|chain| one.get(ChainIx(chain)) == 1));
        }
    }

    proptest! {
        #[test]
        fn a_clock_is_a_map_of_lanes_whatever_is_set_and_joined(
            one in prop::collection::vec((0..600_u32, 1..900_u32), 0..40),
            other in prop::collection::vec((0..70_000_u32, 1..900_u32), 0..40),
        ) {
            let map = |of: &[(u32, u32)]| of.iter().copied().collect::<BTreeMap<u32, u32>>();
            let (mut both, left, right) = (clock(&one), map(&one), map(&other));
            let mut reverse = clock(&other);
            both.join(&Clock::of(right.iter().map(|(chain, count)| (ChainIx(*chain), *count)).rev().collect()));
            reverse.join(&clock(&one));
            for chain in left.keys().chain(right.keys()).copied().chain([0, 69_999, 1 << 20]) {
                let most = left.get(&chain).max(right.get(&chain)).copied().unwrap_or(0);
                prop_assert_eq!((both.get(ChainIx(chain)), reverse.get(ChainIx(chain))), (most, most));
            }
            let mut news = Vec::new();
            clock(&other).beyond(&clock(&one), &mut |chain| {
                news.push(chain.0);
                true
            });
            let more = |(chain, count): (&u32, &u32)| (count > left.get(chain).unwrap_or(&0)).then_some(*chain);
            prop_assert_eq!(news, right.iter().filter_map(more).collect::<Vec<_>>());
            let reached = right.iter().any(|(chain, count)| left.get(chain).is_some_and(|it| it >= count));
            prop_assert_eq!(clock(&one).reaches_any(&clock(&other)), reached);
        }
    }
}
