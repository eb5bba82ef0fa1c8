//! By which version of the fold each event is read: that at which its author's chain stands there, as the founding event has it and raises
//! of that chain have changed it.
//!
//! A raise ([`FoldRaised`](crate::kinds::FoldRaised)) binds who writes it and nobody else: what an event builds on beside the author's own
//! chain changes nothing of how it is read, and an event's version never changes. What is written beyond what this build knows means nothing
//! to it, but for what is the same in every version. It cannot tell how far beyond that is: raises there mean nothing to it either.
//!
//! Of events before the first raise nothing is kept, and most rooms have none. After it a look costs the same for every event.

use crate::{
    Ix,
    cost::look,
    kinds::{Body, FOLD_VERSION},
};

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Raises {
    /// The latest version that this build knows.
    pub(crate) known: u32,
    /// That of the founding event.
    pub(crate) founded: u32,
    /// The first event that raised its chain here, by its number.
    first: usize,
    /// Where each event from that one on leaves its chain.
    after: Vec<u32>,
}

impl Default for Raises {
    fn default() -> Self {
        Self::knowing(FOLD_VERSION)
    }
}

impl Raises {
    /// Of a build that knows the versions up to this one.
    pub(crate) const fn knowing(known: u32) -> Self {
        Self { known, founded: FOLD_VERSION, first: 0, after: Vec::new() }
    }

    /// Whether that is beyond what this build knows.
    pub(crate) const fn is_beyond(&self, version: u32) -> bool {
        version > self.known
    }

    /// The room was founded by this: one beyond what is known, if this build cannot read it.
    pub(crate) fn found(&mut self, by: &Body) {
        let named = if let Body::RoomFounded(it) = by { u32::try_from(it.fold.get()).ok() } else { None };
        self.founded = named.unwrap_or(self.known.saturating_add(1));
    }

    /// Whether any chain was ever raised.
    pub(crate) const fn are_there(&self) -> bool {
        !self.after.is_empty()
    }

    /// Where this event leaves its chain; a chain begins as the room was founded.
    pub(crate) fn after(&self, prev: Option<Ix>) -> u32 {
        look(1);
        let at = prev.and_then(|ix| (ix.0 as usize).checked_sub(self.first));
        at.and_then(|at| self.after.get(at)).copied().unwrap_or(self.founded)
    }

    /// Takes note of where the next event leaves its chain: at the version by which it is read, or at what it raises that to.
    pub(crate) fn note(&mut self, event: Ix, read_by: u32, raised_to: Option<u32>) {
        if !self.are_there() {
            if raised_to.is_none() {
                return;
            }
            self.first = event.0 as usize;
        }
        self.after.push(raised_to.unwrap_or(read_by));
    }
}
