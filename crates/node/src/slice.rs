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
/// What is verified between two looks at the clock: a few milliseconds together, of which hashing the bytes is a part.
pub(crate) const TO_VERIFY: Portion = Portion { events: batch::MOST, folded: EVENTS, bytes: 256 * 1024 };

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
