//! A fold that takes in many events before anybody reads it.
//!
//! Whether an event counts is fixed by its own past; whom the network follows is not, and nothing is judged by that. So votes are
//! counted, and batons shown, once for all events between two readings. What it means in the end is what it means one by one.

use std::sync::Arc;

use super::{Changes, Fold};
use crate::{
    Cid, Ix, Log,
    cid::Named,
    state::{MeetingLists, Post},
};

/// See the module. Only what is settled is given to be read.
#[derive(Debug, Clone, Default)]
pub struct Folding {
    fold: Fold,
    is_owing: bool,
}

impl Folding {
    /// That of a build that knows the versions up to this one, as [`Fold::knowing`] has it.
    #[cfg(any(test, feature = "test-utils"))]
    pub fn knowing(version: u32) -> Self {
        Self { fold: Fold::knowing(version), is_owing: false }
    }

    /// Takes in the event just admitted as `ix`; each event once, in the order of admission.
    pub fn take(&mut self, log: &Log, ix: Ix) -> Changes {
        self.is_owing = true;
        self.fold.take(log, ix)
    }

    /// Takes in a words block, as [`Fold::named_words`] does.
    pub fn words(&mut self, log: &Log, block: Named<'_>) -> bool {
        self.fold.named_words(log, block)
    }

    /// As [`Fold::words_wanted`]; no vote changes this, nor what follows.
    pub fn words_wanted(&self, cid: &Cid) -> bool {
        self.fold.words_wanted(cid)
    }

    /// As [`Fold::words_bytes`].
    pub fn words_bytes(&self) -> usize {
        self.fold.words_bytes()
    }

    /// As [`Fold::posts`].
    pub fn posts(&self) -> impl DoubleEndedIterator<Item = &Arc<Post>> {
        self.fold.posts()
    }

    /// As [`Fold::meetings`].
    pub fn meetings(&self) -> &MeetingLists {
        self.fold.meetings()
    }

    /// Ends a slice of events.
    pub fn settle(&mut self, log: &Log) {
        if std::mem::take(&mut self.is_owing) {
            self.fold.settle(log);
        }
    }

    /// What all that was taken in means.
    ///
    /// # Panics
    /// In tests: if something was taken in since it was last settled.
    pub fn settled(&self) -> &Fold {
        debug_assert!(!self.is_owing, "to be settled before it is read");
        &self.fold
    }
}
