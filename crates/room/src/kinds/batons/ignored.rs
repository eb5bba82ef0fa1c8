//! Transfers that did not count, offers and declined offers among them: shown beside the baton that they meant, with the reason.

use std::sync::Arc;

use crate::{Body, Cid, Fold, Ix, Log, NodeId, fold::IgnoredReason, log::Entry};

/// Something done with a baton that did not count, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredTransfer {
    /// The baton.
    pub baton: Cid,
    /// The event.
    pub cid: Cid,
    /// Whose.
    pub author: NodeId,
    /// By its author's clock, Unix milliseconds.
    pub at: u64,
    /// The rule it does not meet.
    pub why: IgnoredReason,
    /// The word that came with it, if any.
    pub said: Option<Arc<str>>,
}

impl Fold {
    /// What was done with a baton by this event and did not count, if that is what it is. What declines an offer is known to be
    /// about a baton only once the offer is here.
    pub fn ignored_transfer(&self, log: &Log, ix: Ix) -> Option<IgnoredTransfer> {
        let Entry { cid, event, .. } = log.entry(ix);
        let why = self.why_ignored(cid)?;
        let baton = match &event.body {
            Body::BatonOffered(it) => Some(it.baton),
            Body::BatonDeclined(it) => match &log.entry(log.find(&it.offer)?).event.body {
                Body::BatonOffered(it) => Some(it.baton),
                _ => None,
            },
            body => body.transfers(),
        };
        let said = event.body.note().map(Into::into);
        Some(IgnoredTransfer { baton: baton?, cid: *cid, author: event.author, at: event.at, why, said })
    }
}
