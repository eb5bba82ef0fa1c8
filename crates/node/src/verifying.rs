//! The stage in which signatures are verified: as many together as there are, and then folded few at a time.

use std::{
    cell::{Cell, RefCell},
    vec::IntoIter,
};

use paceline_mesh::{
    Replica,
    replica::{Millis, Portion, Verified, verify_all},
};
use paceline_room::batch::{Batcher, Counts};

use crate::{Surroundings, slice};

/// See the module.
pub(crate) struct Verifying {
    batcher: Batcher,
    /// How many are verified at once.
    lot: Cell<usize>,
    /// How long that took, in milliseconds.
    took: Cell<f64>,
    /// Verified together, and not folded yet.
    verified: RefCell<IntoIter<Verified>>,
}

impl Verifying {
    /// With a secret of its own.
    pub(crate) fn new(around: &dyn Surroundings) -> Self {
        let mut secret = [0; 32];
        around.random(&mut secret);
        let lot = Cell::new(slice::TO_VERIFY.events);
        Self { batcher: Batcher::new(secret), lot, took: Cell::default(), verified: RefCell::default() }
    }

    /// What was checked so far.
    pub(crate) const fn counts(&self) -> Counts {
        self.batcher.counts()
    }

    /// How long that took, in milliseconds.
    pub(crate) const fn took(&self) -> f64 {
        self.took.get()
    }

    /// Whether something is verified and not folded.
    pub(crate) fn has_work(&self) -> bool {
        self.verified.borrow().len() > 0
    }

    /// What is to be folded next: of what was verified together, or else of what waits for that now.
    pub(crate) fn next(&self, replica: &mut Replica, around: &dyn Surroundings, now: Millis) -> Vec<Verified> {
        let mut verified = self.verified.borrow_mut();
        if verified.len() == 0 {
            // What costs most of the time needs nothing of the node: it could as well be done elsewhere, and awaited here.
            let lot = self.lot.get();
            let coming = replica.to_verify(Portion { events: lot, ..slice::TO_VERIFY }, now);
            let (many, began) = (coming.len(), around.now());
            *verified = verify_all(coming, &self.batcher).into_iter();
            let took = around.now() - began;
            self.took.set(self.took.get() + took);
            if many == lot {
                self.lot.set(slice::next_lot(lot, took));
            }
        }
        verified.by_ref().take(slice::EVENTS).collect()
    }
}
