//! By which version of the fold each event is read: that of its own past, as the founding event has it and raises have changed it.
//!
//! What a raise counts for lies in its own past ([`FoldRaised`](crate::kinds::FoldRaised)), so an event's version never changes, and is the
//! largest of those that what it builds on has left behind. What is written beyond what this build knows means nothing to it, but for what
//! is the same in every version. It cannot tell how far beyond that is: raises there mean nothing to it either.
//!
//! Of events before the first raise nothing is kept, and most rooms have none. After it a look costs as many as an event has parents.

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
    /// The largest so far.
    pub(crate) highest: u32,
    /// The first event that raised it here, by its number.
    first: usize,
    /// What each event from that one on leaves behind.
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
        Self { known, founded: FOLD_VERSION, highest: FOLD_VERSION, first: 0, after: Vec::new() }
    }

    /// Whether that is beyond what this build knows.
    pub(crate) const fn is_beyond(&self, version: u32) -> bool {
        version > self.known
    }

    /// The room was founded by this: one beyond what is known, if this build cannot read it.
    pub(crate) fn found(&mut self, by: &Body) {
        let named = if let Body::RoomFounded(it) = by { u32::try_from(it.fold.get()).ok() } else { None };
        self.founded = named.unwrap_or(self.known.saturating_add(1));
        self.highest = self.founded;
    }

    /// Whether the room was ever raised.
    pub(crate) const fn are_there(&self) -> bool {
        !self.after.is_empty()
    }

    /// The largest version that these events leave behind: that of what builds on them.
    pub(crate) fn after(&self, events: impl Iterator<Item = Ix>) -> u32 {
        events.map(|ix| self.after_one(ix)).max().unwrap_or(self.founded)
    }

    fn after_one(&self, ix: Ix) -> u32 {
        look(1);
        let at = (ix.0 as usize).checked_sub(self.first);
        at.and_then(|at| self.after.get(at)).copied().unwrap_or(self.founded)
    }

    /// Takes note of what the next event leaves behind: the version by which it is read, or what it raises that to.
    pub(crate) fn note(&mut self, event: Ix, read_by: u32, raised_to: Option<u32>) {
        if !self.are_there() {
            if raised_to.is_none() {
                return;
            }
            self.first = event.0 as usize;
        }
        let version = raised_to.unwrap_or(read_by);
        self.highest = self.highest.max(version);
        self.after.push(version);
    }
}
