//! How long a task may go on before others get a turn: by the clock that is passed in, since how long an event takes differs by
//! machine and by event.

use paceline_mesh::replica::Portion;
use paceline_room::batch;

use crate::Surroundings;

/// The longest a slice of checking and folding may take, in milliseconds: no task of a page may reach 100 ms, and drawing comes on
/// top.
const MOST_MS: f64 = 30.0;
/// Events that are folded between two looks at the clock.
pub(crate) const EVENTS: usize = 16;
/// What is verified between two looks at the clock, at first: a few milliseconds together, of which hashing the bytes is a part.
pub(crate) const TO_VERIFY: Portion = Portion { events: batch::LOT, folded: EVENTS, bytes: 512 * 1024 };

/// How many signatures are verified at once next time, if so many took so long: the more, the less each costs, as long as others get
/// their turn in time. Code that runs for the first time is slow, and so are phones.
pub(crate) fn next_lot(lot: usize, took: f64) -> usize {
    /// As many as are worth it.
    const FEWEST: usize = 64;
    match took {
        ..12.0 => (lot * 2).min(batch::MOST),
        MOST_MS.. => (lot / 2).max(FEWEST),
        _ => lot,
    }
}

/// A task that has others beside it.
pub(crate) struct Slice {
    began: f64,
}

impl Slice {
    /// It begins.
    pub(crate) fn begin(around: &dyn Surroundings) -> Self {
        Self { began: around.now() }
    }

    /// Whether it is the others' turn.
    pub(crate) fn is_over(&self, around: &dyn Surroundings) -> bool {
        around.now() - self.began > MOST_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_verified_at_once_as_leave_others_their_turn_in_time() {
        /// Lots until it stays as it is, where each signature takes so long, in milliseconds.
        fn settled(each: f64) -> usize {
            let mut lot = TO_VERIFY.events;
            (0..10).for_each(|_| lot = next_lot(lot, each * lot as f64));
            lot
        }
        assert_eq!(
            [0.0, 0.02, 0.04, 0.1, 0.2, 0.4, 9.0].map(settled),
            [batch::MOST, batch::MOST, 512, 256, 128, 64, 64]
        );
    }
}
