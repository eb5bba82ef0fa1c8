//! Storage in memory: for tests, and for tabs whose browser refuses to store anything. Gone with the tab.

use std::{
    cell::RefCell,
    ops::Bound::{Excluded, Unbounded},
    sync::Arc,
};

use async_trait::async_trait;
use paceline_room::{
    Cid, Stored,
    cost::{self, BTreeMap},
};

use crate::{
    Counts, Damage, Durability, Store, StoreError,
    store::{check_sizes, linked_words},
    unsent::Change,
};

/// Storage that lives as long as this value.
#[derive(Debug, Default)]
pub struct MemoryStore {
    inner: RefCell<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Events without words.
    events: BTreeMap<(u64, Cid), Stored>,
    words: BTreeMap<Cid, Arc<[u8]>>,
    unsent: BTreeMap<String, String>,
    /// Of all blocks.
    bytes: usize,
    #[cfg(feature = "test-utils")]
    faults: Faults,
}

/// What a test wants to go wrong.
#[cfg(feature = "test-utils")]
#[derive(Debug, Default)]
struct Faults {
    next_write: Option<StoreError>,
    quota: Option<usize>,
}

impl MemoryStore {
    /// Empty storage.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next write fails with this error.
    #[cfg(feature = "test-utils")]
    pub fn fail_next_write(&self, error: StoreError) {
        self.inner.borrow_mut().faults.next_write = Some(error);
    }

    /// Writes beyond this many bytes fail with [`StoreError::Full`].
    #[cfg(feature = "test-utils")]
    pub fn set_quota(&self, bytes: Option<usize>) {
        self.inner.borrow_mut().faults.quota = bytes;
    }
}

impl Inner {
    /// Whether a write may go on that would add so many bytes.
    #[cfg(feature = "test-utils")]
    fn admit(&mut self, bytes: usize) -> Result<(), StoreError> {
        let full = self.faults.quota.is_some_and(|quota| self.bytes + bytes > quota);
        match self.faults.next_write.take() {
            Some(error) => Err(error),
            None if full => Err(StoreError::Full),
            None => Ok(()),
        }
    }

    #[cfg(not(feature = "test-utils"))]
    fn admit(&mut self, _bytes: usize) -> Result<(), StoreError> {
        Ok(())
    }

    /// Where a test plants its walk over all that is here.
    fn ground(&self) {
        cost::ground(|| self.events.keys());
    }

    fn add_words(&mut self, (cid, block): (Cid, Arc<[u8]>)) {
        self.bytes += block.len();
        let before = self.words.insert(cid, block);
        self.bytes -= before.map_or(0, |block| block.len());
    }

    fn with_words(&self, event: &Stored) -> Stored {
        let held = |cid: Cid| self.words.get(&cid).map(|block| (cid, block.clone()));
        Stored { words: linked_words(event).and_then(held), ..event.clone() }
    }
}

#[async_trait(?Send)]
impl Store for MemoryStore {
    async fn commit_with(&self, events: Vec<Stored>, unsent: Vec<Change>, _: Durability) -> Result<(), StoreError> {
        events.iter().try_for_each(check_sizes)?;
        let inner = &mut *self.inner.borrow_mut();
        inner.ground();
        inner.admit(events.iter().map(|it| it.block.len() + it.words.as_ref().map_or(0, |it| it.1.len())).sum())?;
        for mut event in events {
            if let Some(words) = event.words.take() {
                inner.add_words(words);
            }
            inner.bytes += event.block.len();
            let before = inner.events.insert((event.depth, event.cid), event);
            inner.bytes -= before.map_or(0, |event| event.block.len());
        }
        for (key, value) in unsent {
            match value {
                Some(value) => inner.unsent.insert(key, value),
                None => inner.unsent.remove(&key),
            };
        }
        Ok(())
    }

    async fn unsent(&self) -> Result<Vec<(String, String)>, StoreError> {
        Ok(self.inner.borrow().unsent.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    async fn put_words(&self, words: Vec<(Cid, Arc<[u8]>)>) -> Result<(), StoreError> {
        let inner = &mut *self.inner.borrow_mut();
        inner.ground();
        inner.admit(words.iter().map(|(_, block)| block.len()).sum())?;
        words.into_iter().for_each(|words| inner.add_words(words));
        Ok(())
    }

    async fn drop_words(&self, words: Vec<Cid>) -> Result<(), StoreError> {
        let inner = &mut *self.inner.borrow_mut();
        inner.ground();
        inner.admit(0)?;
        for cid in words {
            inner.bytes -= inner.words.remove(&cid).map_or(0, |block| block.len());
        }
        Ok(())
    }

    async fn load_page(&self, after: Option<(u64, Cid)>, most: usize) -> Result<Vec<Stored>, StoreError> {
        let inner = self.inner.borrow();
        inner.ground();
        let from = after.map_or(Unbounded, Excluded);
        Ok(inner.events.range((from, Unbounded)).take(most).map(|(_, event)| inner.with_words(event)).collect())
    }

    async fn get(&self, cid: &Cid) -> Result<Option<Stored>, StoreError> {
        let inner = self.inner.borrow();
        inner.ground();
        Ok(inner.events.values().find(|event| event.cid == *cid).map(|event| inner.with_words(event)))
    }

    async fn clear(&self) -> Result<(), StoreError> {
        let inner = &mut *self.inner.borrow_mut();
        inner.admit(0)?;
        inner.events.clear();
        inner.words.clear();
        inner.unsent.clear();
        inner.bytes = 0;
        Ok(())
    }

    fn counts(&self) -> Counts {
        let inner = self.inner.borrow();
        Counts { events: inner.events.len(), bytes: inner.bytes }
    }

    fn damaged(&self) -> Vec<Damage> {
        Vec::new()
    }
}
