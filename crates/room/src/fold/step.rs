//! One event on its way through the fold: what the parts of the fold may ask about it, and what they report back.

use std::collections::BTreeSet;

use crate::{
    Cid, Event, Ix, Log,
    log::{Entry, LaneIx},
};

/// The order of display and of "latest wins": it respects causality and is the same everywhere.
pub(crate) type Key = (u64, Cid);

/// The event being folded, with the log it stands in.
pub(crate) struct Step<'a> {
    pub(crate) log: &'a Log,
    pub(crate) ix: Ix,
    pub(crate) entry: &'a Entry,
    /// Entries and records looked at so far.
    pub(crate) touched: usize,
    pub(crate) drop_words: BTreeSet<Cid>,
    pub(crate) batons: BTreeSet<Cid>,
}

impl<'a> Step<'a> {
    pub(crate) fn new(log: &'a Log, ix: Ix) -> Self {
        let entry = log.entry(ix);
        Self { log, ix, entry, touched: 1, drop_words: BTreeSet::new(), batons: BTreeSet::new() }
    }

    pub(crate) fn event(&self) -> &'a Event {
        &self.entry.event
    }

    pub(crate) fn key(&self) -> Key {
        (self.entry.event.depth, self.entry.cid)
    }

    /// Whether `other` is in this event's past.
    pub(crate) fn saw(&mut self, other: Ix) -> bool {
        self.is_ancestor(other, self.ix)
    }

    /// The event of that name, if it is in this event's past.
    pub(crate) fn seen(&mut self, cid: &Cid) -> Option<Ix> {
        self.touched += 1;
        self.log.find(cid).filter(|other| *other != self.ix && self.log.is_ancestor(*other, self.ix))
    }

    /// Whether `a` is `b` or in its past.
    pub(crate) fn is_ancestor(&mut self, a: Ix, b: Ix) -> bool {
        self.touched += 1;
        self.log.is_ancestor(a, b)
    }

    /// The first event of `lane`, which has `len` events, that has `a` in its past: one look per halving.
    pub(crate) fn first_after(&mut self, lane: LaneIx, len: usize, a: Ix) -> Option<Ix> {
        self.touched += (usize::BITS - len.leading_zeros()) as usize;
        self.log.first_in_lane_after(lane, a)
    }
}
