//! What an event has seen, as one number for each chain of the log. Knows nothing of events.
//!
//! A tree over the chains, sixteen wide, whose chunks are shared with the clocks it grew from (path copying: Driscoll, Sarnak,
//! Sleator and Tarjan, 1989): an event makes as many chunks as the tree is high, and of chains that it has not seen there are none.
//! Rooms of up to sixteen chains have one chunk.

use std::sync::Arc;

use crate::{cost::look, ix::ChainIx};

/// How many chains a chunk holds, or chunks below it.
const CHUNK: usize = 16;
/// Bits of a chain's number that one chunk decides.
const BITS: u32 = CHUNK.ilog2();

/// For each chain, how many of its events are in the past of an event.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock {
    /// How many chunks lie above those that hold numbers.
    height: u32,
    root: Below,
}

/// Nothing: of none of these chains is any event in the past.
type Below = Option<Arc<Chunk>>;

#[derive(Debug, Clone)]
enum Chunk {
    Counts([u32; CHUNK]),
    Fork([Below; CHUNK]),
}

impl Clock {
    /// How many events of that chain.
    pub(crate) fn get(&self, chain: ChainIx) -> u32 {
        let (mut below, mut height) = (&self.root, self.height);
        if height < needed(chain) {
            return 0;
        }
        while let Some(chunk) = below {
            match &**chunk {
                Chunk::Counts(counts) => return counts[place(chain, 0)],
                Chunk::Fork(forks) => below = &forks[place(chain, height)],
            }
            height -= 1;
        }
        0
    }

    /// Notes that so many events of that chain are in the past.
    pub(crate) fn set(&mut self, chain: ChainIx, count: u32) {
        self.rise(needed(chain));
        let (mut below, mut height) = (&mut self.root, self.height);
        loop {
            look(1);
            let empty =
                || Arc::new(if height == 0 { Chunk::Counts([0; CHUNK]) } else { Chunk::Fork(Default::default()) });
            match Arc::make_mut(below.get_or_insert_with(empty)) {
                Chunk::Counts(counts) => {
                    counts[place(chain, 0)] = count;
                    return;
                }
                Chunk::Fork(forks) => below = &mut forks[place(chain, height)],
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

    /// Makes room for more chains.
    fn rise(&mut self, height: u32) {
        while self.height < height {
            if let Some(root) = self.root.take() {
                let mut forks: [Below; CHUNK] = Default::default();
                forks[0] = Some(root);
                self.root = Some(Arc::new(Chunk::Fork(forks)));
            }
            self.height += 1;
        }
    }
}

/// How high a clock must be to hold that chain.
fn needed(chain: ChainIx) -> u32 {
    chain.0.checked_ilog2().unwrap_or(0) / BITS
}

/// Where a chain is in a chunk of that height.
fn place(chain: ChainIx, height: u32) -> usize {
    (chain.0 >> (BITS * height)) as usize % CHUNK
}

/// The greater of each pair; where one chunk has it all, that one is shared rather than copied.
fn joined(ours: &Arc<Chunk>, theirs: &Arc<Chunk>) -> Arc<Chunk> {
    if Arc::ptr_eq(ours, theirs) {
        return ours.clone();
    }
    look(1);
    let (is_ours, is_theirs, both) = match (&**ours, &**theirs) {
        (Chunk::Counts(one), Chunk::Counts(other)) => {
            let both: [u32; CHUNK] = std::array::from_fn(|at| one[at].max(other[at]));
            (both == *one, both == *other, Chunk::Counts(both))
        }
        (Chunk::Fork(one), Chunk::Fork(other)) => {
            let both: [Below; CHUNK] = std::array::from_fn(|at| match (&one[at], &other[at]) {
                (Some(one), Some(other)) => Some(joined(one, other)),
                (one, other) => one.as_ref().or(other.as_ref()).cloned(),
            });
            (is_same(&both, one), is_same(&both, other), Chunk::Fork(both))
        }
        // Chunks of one height are of one kind.
        _ => return ours.clone(),
    };
    match (is_ours, is_theirs) {
        (true, _) => ours.clone(),
        (_, true) => theirs.clone(),
        _ => Arc::new(both),
    }
}

/// See [`Clock::beyond`]; `first` is the first chain below. Returns whether to go on.
fn beyond(ours: &Below, theirs: &Below, height: u32, first: u32, each: &mut dyn FnMut(ChainIx) -> bool) -> bool {
    let Some(chunk) = ours else { return true };
    if theirs.as_ref().is_some_and(|it| Arc::ptr_eq(chunk, it)) {
        return true;
    }
    look(1);
    let chain = |at: usize| first | ((at as u32) << (BITS * height));
    match &**chunk {
        Chunk::Counts(counts) => counts.iter().enumerate().all(|(at, count)| {
            let other = match theirs.as_deref() {
                Some(Chunk::Counts(others)) => others[at],
                _ => 0,
            };
            *count <= other || each(ChainIx(chain(at)))
        }),
        Chunk::Fork(forks) => forks.iter().enumerate().all(|(at, fork)| {
            let other = match theirs.as_deref() {
                Some(Chunk::Fork(others)) => &others[at],
                _ => &None,
            };
            beyond(fork, other, height - 1, chain(at), each)
        }),
    }
}

/// Whether the same chunks lie below.
fn is_same(one: &[Below; CHUNK], other: &[Below; CHUNK]) -> bool {
    one.iter().zip(other).all(|(one, other)| one.as_ref().map(Arc::as_ptr) == other.as_ref().map(Arc::as_ptr))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

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
        for chain in [15, 16, 255, 256, 4_095, 65_535, u32::MAX] {
            let before = clock(&[(chain, 1)]);
            let mut after = before.clone();
            after.set(ChainIx(chain), 2);
            assert_eq!(own_chunks(&after, &before), own_chunks(&before, &Clock::default()));
            assert_eq!(own_chunks(&after, &before), 1 + needed(ChainIx(chain)) as usize);
            assert_eq!(after.get(ChainIx(chain)), 2);
        }
    }

    proptest! {
        #[test]
        fn a_clock_is_a_map_of_lanes_whatever_is_set_and_joined(
            one in prop::collection::vec((0..600_u32, 1..9_u32), 0..40),
            other in prop::collection::vec((0..70_000_u32, 1..9_u32), 0..40),
        ) {
            let map = |of: &[(u32, u32)]| of.iter().copied().collect::<BTreeMap<u32, u32>>();
            let (mut both, left, right) = (clock(&one), map(&one), map(&other));
            let mut reverse = clock(&other);
            both.join(&clock(&other));
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
        }
    }
}
