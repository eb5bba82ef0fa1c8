//! Transfers that did not count, offers and declined offers among them: shown beside the baton that they meant, with the reason.

use std::sync::Arc;

use crate::{Body, Cid, Fold, Log, NodeId, fold::IgnoredReason, sorted};

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
    /// What was done with batons and did not count, in display order.
    pub fn ignored_transfers(&self, log: &Log) -> Vec<IgnoredTransfer> {
        let transfer = |(cid, why): (&Cid, IgnoredReason)| {
            let entry = log.entry(log.find(cid)?);
            let event = &entry.event;
            let baton = match &event.body {
                Body::BatonOffered(it) => Some(it.baton),
                Body::BatonDeclined(it) => match &log.entry(log.find(&it.offer)?).event.body {
                    Body::BatonOffered(it) => Some(it.baton),
                    _ => None,
                },
                body => body.transfers(),
            };
            let said = event.body.note().map(Into::into);
            let shown = IgnoredTransfer { baton: baton?, cid: *cid, author: event.author, at: event.at, why, said };
            Some((entry.key(), shown))
        };
        let mut ignored: Vec<_> = self.ignored().filter_map(transfer).collect();
        sorted::short_list(&mut ignored, |(key, _)| *key);
        ignored.into_iter().map(|(_, it)| it).collect()
    }
}
