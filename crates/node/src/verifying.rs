//! The stage in which signatures are verified: as many together as there are, and then folded few at a time.

use std::{cell::RefCell, vec::IntoIter};

use paceline_mesh::{
    Replica,
    replica::{Millis, Verified, verify_all},
};
use paceline_room::batch::{Batcher, Counts};

use crate::{Surroundings, slice};

/// See the module.
pub(crate) struct Verifying {
    batcher: Batcher,
    /// Verified together, and not folded yet.
    verified: RefCell<IntoIter<Verified>>,
}

impl Verifying {
    /// With a secret of its own.
    pub(crate) fn new(around: &dyn Surroundings) -> Self {
        let mut secret = [0; 32];
        around.random(&mut secret);
        Self { batcher: Batcher::new(secret), verified: RefCell::default() }
    }

    /// What was checked so far.
    pub(crate) const fn counts(&self) -> Counts {
        self.batcher.counts()
    }

    /// Whether something is verified and not folded.
    pub(crate) fn has_work(&self) -> bool {
        self.verified.borrow().len() > 0
    }

    /// What is to be folded next: of what was verified together, or else of what waits for that now.
    pub(crate) fn next(&self, replica: &mut Replica, now: Millis) -> Vec<Verified> {
        let mut verified = self.verified.borrow_mut();
        if verified.len() == 0 {
            // What costs most of the time needs nothing of the node: it could as well be done elsewhere, and awaited here.
            *verified = verify_all(replica.to_verify(slice::TO_VERIFY, now), &self.batcher).into_iter();
        }
        verified.by_ref().take(slice::EVENTS).collect()
    }
}
