//! The shape in which blocks are stored, sent in batches and read back.

use std::sync::Arc;

use crate::Cid;

/// A block as it is stored and sent: the event's, and its words' where the event links some and they are at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The event's name.
    pub cid: Cid,
    /// Its depth: with the CID the order of display and of reconciliation.
    pub depth: u64,
    /// The event block.
    pub block: Arc<[u8]>,
    /// The words' name and block.
    pub words: Option<(Cid, Arc<[u8]>)>,
}
