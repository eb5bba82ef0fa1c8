//! The trait: what any storage of one node in one room can do.

use std::sync::Arc;

use async_trait::async_trait;
use paceline_room::{Cid, Event, Stored, limits};

use crate::{StoreError, unsent::Change};

/// How sure a commit must be before it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// On disk, not merely with the operating system: for own events, which are sent only afterwards.
    Strict,
    /// With the operating system: for others' events, which can be fetched again.
    Relaxed,
}

/// How much is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Events.
    pub events: usize,
    /// Bytes of events, words and what stands around them.
    pub bytes: usize,
}

/// A record that could not be read. It was skipped and kept; what it held can be fetched from others and committed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The record's key.
    pub record: String,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Storage of one node in one room. Only one tab writes to it at a time (it holds the node's key).
///
/// Every write is all or nothing, and goes on even if the future that asked for it is dropped.
#[async_trait(?Send)]
pub trait Store {
    /// Stores events, with their words where these are at hand. What is stored already changes nothing, but for words that
    /// were missing.
    async fn commit(&self, events: Vec<Stored>, durability: Durability) -> Result<(), StoreError> {
        self.commit_with(events, Vec::new(), durability).await
    }

    /// The same, and in the same transaction changes to what is not sent yet ([`Store::unsent`]): an own event is stored and its
    /// intent is gone, or neither.
    async fn commit_with(
        &self,
        events: Vec<Stored>,
        unsent: Vec<Change>,
        durability: Durability,
    ) -> Result<(), StoreError>;

    /// Drafts and intents, as records by their keys (see [`crate::Desk`]).
    async fn unsent(&self) -> Result<Vec<(String, String)>, StoreError>;

    /// Stores words that came later than their events.
    async fn put_words(&self, words: Vec<(Cid, Arc<[u8]>)>) -> Result<(), StoreError>;

    /// Deletes words, in every record that holds them. Those not here are passed over.
    async fn drop_words(&self, words: Vec<Cid>) -> Result<(), StoreError>;

    /// Up to `most` events after `after` in `(depth, CID)` order, with their words. Fewer than `most`: that was the end.
    /// Reading from the start to the end once is the fast way (what opening read is handed out and let go).
    async fn load_page(&self, after: Option<(u64, Cid)>, most: usize) -> Result<Vec<Stored>, StoreError>;

    /// One event with its words.
    async fn get(&self, cid: &Cid) -> Result<Option<Stored>, StoreError>;

    /// Deletes all events and words, drafts and intents.
    async fn clear(&self) -> Result<(), StoreError>;

    /// How much is stored.
    fn counts(&self) -> Counts;

    /// Records that could not be read when the storage was opened.
    fn damaged(&self) -> Vec<Damage>;
}

/// Refuses what no room admits: the one check that storage makes of its own.
pub(crate) fn check_sizes(event: &Stored) -> Result<(), StoreError> {
    let words = event.words.as_ref().map_or(0, |(_, block)| block.len());
    let fine = event.block.len() <= limits::BLOCK_BYTES && words <= limits::WORDS_BLOCK_BYTES;
    if fine { Ok(()) } else { Err(StoreError::TooLarge) }
}

/// Which words an event links that was stored without any.
pub(crate) fn linked_words(event: &Stored) -> Option<Cid> {
    Event::decode(&event.block).ok()?.body.words()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_over_the_rooms_limit_is_refused() {
        let block: Arc<[u8]> = vec![0; limits::BLOCK_BYTES + 1].into();
        let event = Stored { cid: Cid::of(&block), depth: 1, block, words: None };
        assert_eq!(check_sizes(&event), Err(StoreError::TooLarge));
        let words = Some((Cid::of(b""), vec![0; limits::WORDS_BLOCK_BYTES + 1].into()));
        let event = Stored { block: b""[..].into(), words, ..event };
        assert_eq!(check_sizes(&event), Err(StoreError::TooLarge));
        assert_eq!(check_sizes(&Stored { words: None, ..event }), Ok(()));
    }
}
