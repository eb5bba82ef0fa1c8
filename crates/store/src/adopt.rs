//! Copying what one node's storage holds into another's: when a tab has to take a new key in a room that this browser
//! already knows, its history must not look lost.

use crate::{Durability, Store, StoreError};

/// Events read and committed at a time.
const PAGE: usize = 500;

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Adopted {
    /// Events in the storage that was read.
    pub events: usize,
    /// Records there that could not be read.
    pub damaged: usize,
}

/// Copies all events and words of `from` into `into`, in `(depth, CID)` order.
pub async fn adopt(from: &dyn Store, into: &dyn Store) -> Result<Adopted, StoreError> {
    let mut adopted = Adopted { events: 0, damaged: from.damaged().len() };
    let mut after = None;
    loop {
        let page = from.load_page(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(adopted) };
        after = Some((last.depth, last.cid));
        adopted.events += page.len();
        into.commit(page, Durability::Relaxed).await?;
    }
}
