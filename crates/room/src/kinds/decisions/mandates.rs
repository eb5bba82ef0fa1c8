//! Mandates: what a decision lets somebody do with a baton.
//!
//! A decision moves no baton by itself. Who is named accepts, citing the closing; anybody closes, citing it. It counts once for each proposal, as
//! long as what was decided stands by all that this one has seen, and until the room has gone on without it: more than half of those who
//! balloted wrote after somebody had taken the baton over who had seen the closing.

use super::{Decisions, Effect, outcome::View};
use crate::{
    Body, Cid, Ix, Log, NodeId,
    cost::{BTreeMap, BTreeSet},
    fold::{IgnoredReason, past::Past},
    log::Entry,
};

/// A mandate that somebody made use of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mandate {
    /// The proposal: it gives one mandate, however often it is closed.
    pub(crate) proposal: Cid,
    /// The closing that was cited.
    pub(crate) closing: Ix,
    pub(crate) cid: Cid,
    /// Who held the baton before.
    pub(crate) displaced: Option<NodeId>,
}

impl Decisions {
    /// The proposal of a closing that stands for whoever writes, if that is what it says.
    pub(crate) fn mandate(
        &self,
        past: &Past,
        closing: &Cid,
        says: &dyn Fn(&Effect) -> bool,
    ) -> Result<(Cid, Ix), IgnoredReason> {
        let ix = past.seen(closing).ok_or(IgnoredReason::OfferNotSeen)?;
        let entry = past.look.entry(ix);
        let Body::DecisionClosed(body) = &entry.event.body else { return Err(IgnoredReason::OfferNotSeen) };
        let is_said = self.effect_of(entry).is_some_and(says);
        if is_said && self.is_carried_by(past, ix) { Ok((body.proposal, ix)) } else { Err(IgnoredReason::NoMandate) }
    }

    /// What a closing that held is about to change.
    fn effect_of(&self, closing: &Entry) -> Option<&Effect> {
        let Body::DecisionClosed(body) = &closing.event.body else { return None };
        let record = self.records.get(&body.proposal)?;
        let closed = record.closings.get(&closing.key())?;
        record.versions.get(&closed.version).and_then(|(_, it)| it.as_ref())
    }

    /// The same by its name.
    pub(crate) fn closed_with(&self, log: &Log, closing: &Cid) -> Option<&Effect> {
        self.effect_of(log.entry(log.find(closing)?))
    }

    /// Whether what this closing decides is what its proposal comes to, for whoever writes.
    pub(crate) fn is_carried_by(&self, past: &Past, closing: Ix) -> bool {
        let entry = past.look.entry(closing);
        let Body::DecisionClosed(body) = &entry.event.body else { return false };
        let persons = &past.fold.capabilities.persons;
        self.records.get(&body.proposal).is_some_and(|record| {
            let carried = self.carried(record, &View::Past(past), persons).map(|(version, _)| version);
            record.closings.get(&entry.key()).is_some_and(|it| Some(it.version) == carried)
        })
    }

    /// Whether more than half of those who had balloted, as the closing has it, wrote after that event.
    pub(crate) fn went_on_after(&self, past: &Past, closing: Ix, event: Ix) -> bool {
        let look = past.look;
        let Body::DecisionClosed(body) = &look.entry(closing).event.body else { return false };
        let Some(record) = self.records.get(&body.proposal) else { return false };
        let mut people: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
        for (person, chains) in &record.said {
            let said = chains.values().flatten().filter(|it| look.is_ancestor(it.ix, closing));
            for it in said {
                people.entry(*person).or_default().insert(look.entry(it.ix).event.author);
            }
        }
        let wrote = |nodes: &BTreeSet<NodeId>| {
            nodes.iter().flat_map(|it| look.log.chains_of(it)).any(|(chain, _)| {
                let first = look.first_after(chain, event);
                let place = first.map(|ix| look.entry(ix).place + u32::from(ix == event));
                place.is_some_and(|it| it <= past.before_in_chain(chain))
            })
        };
        2 * people.values().filter(|it| wrote(it)).count() > people.len()
    }
}
