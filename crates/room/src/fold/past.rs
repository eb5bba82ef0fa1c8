//! What judging may look at: the room as it was for the author of an event, or is for somebody who is about to write one.
//!
//! A [`Past`] gives the whole fold to read, and says of each event whether it is in the past: a judge that asks for that
//! whenever it rests on an event says the same whatever else the fold has taken in.

use super::{Fold, IgnoredReason, subjects::Subject};
use crate::{Body, Cid, Ix, Log, NodeId, clock::Clock, ix::ChainIx, kinds::Fact, log::Entry};

/// The log, as judging and taking ask it.
pub(crate) struct Look<'a> {
    pub(crate) log: &'a Log,
}

impl<'a> Look<'a> {
    pub(crate) fn new(log: &'a Log) -> Self {
        Self { log }
    }

    pub(crate) fn entry(&self, ix: Ix) -> &'a Entry {
        self.log.entry(ix)
    }

    /// Whether `a` is `b` or in its past.
    pub(crate) fn is_ancestor(&self, a: Ix, b: Ix) -> bool {
        self.log.is_ancestor(a, b)
    }

    /// The first event of `chain` that has `a` in its past, by halving.
    pub(crate) fn first_after(&self, chain: ChainIx, a: Ix) -> Option<Ix> {
        self.log.first_in_chain_after(chain, a)
    }
}

/// See the module.
pub(crate) struct Past<'a> {
    pub(crate) fold: &'a Fold,
    pub(crate) look: &'a Look<'a>,
    clock: &'a Clock,
    /// The event itself, which its clock counts and its past has not; a draft is no event yet.
    itself: Option<Ix>,
    pub(crate) author: NodeId,
}

impl<'a> Past<'a> {
    /// Of an admitted event.
    pub(crate) fn of_event(fold: &'a Fold, look: &'a Look<'a>, ix: Ix) -> Self {
        let entry = look.entry(ix);
        Self { fold, look, clock: entry.clock(), itself: Some(ix), author: entry.event.author }
    }

    /// Of what `author` is about to write; the clock is that of [`Log::draft`].
    pub(crate) fn of_draft(fold: &'a Fold, look: &'a Look<'a>, clock: &'a Clock, author: NodeId) -> Self {
        Self { fold, look, clock, itself: None, author }
    }

    /// The version of the fold by which this is read: where the author's own chain stands.
    pub(crate) fn version(&self) -> u32 {
        let (raises, log) = (&self.fold.common.raises, self.look.log);
        match self.itself {
            _ if !raises.are_there() => raises.founded,
            Some(ix) => raises.after(self.look.entry(ix).event.prev.and_then(|cid| log.find(&cid))),
            None => raises.after(log.last_of(&self.author)),
        }
    }

    /// Whether this counts, and then what it comes to: by the author's version, and to a build that does not know that only what is the
    /// same in every version.
    pub(crate) fn judge(&self, body: &Body) -> Result<Fact, IgnoredReason> {
        self.judge_by(self.version(), body)
    }

    /// The same where the version is at hand.
    pub(crate) fn judge_by(&self, version: u32, body: &Body) -> Result<Fact, IgnoredReason> {
        if self.fold.common.raises.is_beyond(version) && !body.is_lasting() {
            return Ok(Fact::Unknowns(body.kind().into()));
        }
        body.judge(self)
    }

    /// Whether this event is in the past.
    pub(crate) fn has(&self, ix: Ix) -> bool {
        let entry = self.look.entry(ix);
        self.itself != Some(ix) && self.clock.get(entry.chain) >= entry.place
    }

    /// Whether any of these events is in the past: of each chain the first, named by its place.
    pub(crate) fn has_any(&self, first: &Clock) -> bool {
        let itself = self.itself.map(|ix| self.look.entry(ix)).filter(|it| first.get(it.chain) == it.place);
        let Some(itself) = itself else { return self.clock.reaches_any(first) };
        let mut others = first.clone();
        others.set(itself.chain, 0);
        self.clock.reaches_any(&others)
    }

    /// The event of that name, if it is in the past.
    pub(crate) fn seen(&self, cid: &Cid) -> Option<Ix> {
        self.look.log.find(cid).filter(|ix| self.has(*ix))
    }

    /// What can be pointed at by that name, if it is in the past.
    pub(crate) fn subject(&self, cid: &Cid) -> Option<&'a Subject> {
        self.fold.common.subjects.get(cid).filter(|it| self.has(it.ix))
    }

    /// Whether the author was the same person as that node.
    pub(crate) fn is_author(&self, node: NodeId) -> bool {
        self.fold.capabilities.persons.were_same(self.author, node, self)
    }

    /// The same room as it was for the author of an event in this past.
    pub(crate) fn of(&self, ix: Ix) -> Self {
        Self::of_event(self.fold, self.look, ix)
    }

    /// Whether that node had written anything, or is the author.
    pub(crate) fn was_there(&self, node: &NodeId) -> bool {
        *node == self.author || self.look.log.chains_of(node).any(|(chain, _)| self.clock.get(chain) > 0)
    }

    /// Whether all that was in the past of that event is in this one, too.
    pub(crate) fn covers(&self, ix: Ix) -> bool {
        let (entry, mut covers) = (self.look.entry(ix), true);
        entry.clock().beyond(self.clock, &mut |chain| {
            covers = chain == entry.chain && self.clock.get(chain) + 1 >= entry.place;
            covers
        });
        covers
    }

    /// How many events of a chain the author has seen; where it is an event, itself included.
    pub(crate) fn seen_of_chain(&self, chain: ChainIx) -> u32 {
        self.clock.get(chain)
    }

    /// How many events of a chain are in the past.
    pub(crate) fn before_in_chain(&self, chain: ChainIx) -> u32 {
        let is_own = self.itself.is_some_and(|ix| self.look.entry(ix).chain == chain);
        self.clock.get(chain) - u32::from(is_own)
    }

    /// Chains of which the author has seen more than the event `ix` had.
    pub(crate) fn chains_since(&self, ix: Ix) -> Vec<ChainIx> {
        let mut chains = Vec::new();
        self.clock.beyond(self.look.entry(ix).clock(), &mut |chain| {
            chains.push(chain);
            true
        });
        chains
    }
}
