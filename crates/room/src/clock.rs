//! What an event has seen, as one number for each lane of the log. Knows nothing of events.

use std::sync::Arc;

use crate::{cost::look, log::LaneIx};

/// How many lanes one shared chunk of a clock holds.
const CHUNK: usize = 16;

/// For each lane, how many of its events are in the past of an event. Chunks are shared with the clocks it grew from.
#[derive(Debug, Default)]
pub(crate) struct Clock(Vec<Arc<[u32; CHUNK]>>);

impl Clone for Clock {
    fn clone(&self) -> Self {
        look(self.0.len());
        Self(self.0.clone())
    }
}

impl Clock {
    /// How many events of that lane.
    pub(crate) fn get(&self, lane: LaneIx) -> u32 {
        self.0.get(lane.0 as usize / CHUNK).map_or(0, |chunk| chunk[lane.0 as usize % CHUNK])
    }

    /// Notes that so many events of that lane are in the past.
    pub(crate) fn set(&mut self, lane: LaneIx, count: u32) {
        let (at, within) = (lane.0 as usize / CHUNK, lane.0 as usize % CHUNK);
        while self.0.len() <= at {
            look(1);
            self.0.push(Arc::new([0; CHUNK]));
        }
        Arc::make_mut(&mut self.0[at])[within] = count;
    }

    /// Sees what the other has seen, too.
    pub(crate) fn join(&mut self, other: &Self) {
        look(other.0.len());
        let common = self.0.len().min(other.0.len());
        for (ours, theirs) in self.0.iter_mut().zip(&other.0) {
            join_chunk(ours, theirs);
        }
        self.0.extend(other.0.iter().skip(common).cloned());
    }
}

/// The greater of each pair; where one chunk has it all, that one is shared rather than copied.
fn join_chunk(ours: &mut Arc<[u32; CHUNK]>, theirs: &Arc<[u32; CHUNK]>) {
    if Arc::ptr_eq(ours, theirs) || ours.iter().zip(theirs.iter()).all(|(a, b)| a >= b) {
        return;
    }
    if ours.iter().zip(theirs.iter()).all(|(a, b)| a <= b) {
        *ours = theirs.clone();
    } else {
        Arc::make_mut(ours).iter_mut().zip(theirs.iter()).for_each(|(a, b)| *a = (*a).max(*b));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(counts: &[(u32, u32)]) -> Clock {
        let mut clock = Clock::default();
        counts.iter().for_each(|(lane, count)| clock.set(LaneIx(*lane), *count));
        clock
    }

    #[test]
    fn a_joined_clock_has_the_greater_of_each_lane() {
        let mut one = clock(&[(0, 3), (1, 1), (40, 2)]);
        let other = clock(&[(0, 2), (1, 5), (17, 4), (90, 1)]);
        one.join(&other);
        let seen = |lane| one.get(LaneIx(lane));
        assert_eq!([0, 1, 17, 40, 90, 91, 5_000].map(seen), [3, 5, 4, 2, 1, 0, 0]);
    }

    #[test]
    fn setting_a_lane_leaves_the_clock_it_grew_from_alone() {
        let before = clock(&[(2, 7)]);
        let mut after = before.clone();
        after.set(LaneIx(2), 8);
        assert_eq!((before.get(LaneIx(2)), after.get(LaneIx(2))), (7, 8));
    }

    #[test]
    fn a_clock_that_has_seen_less_takes_over_the_chunk_of_the_other() {
        let greater = clock(&[(1, 5), (3, 2)]);
        let mut lesser = clock(&[(1, 4)]);
        lesser.join(&greater);
        assert!(Arc::ptr_eq(&lesser.0[0], &greater.0[0]));
    }
}
