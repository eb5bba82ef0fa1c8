//! Where everything is: which record holds an event or words. Kept in memory (about 100 bytes an event), so that records stay opaque
//! to IndexedDB, which makes writing ten times cheaper.

use std::collections::BTreeSet as Set;

use paceline_room::{
    Cid,
    cost::{self, BTreeMap, BTreeSet, LiteMap},
};

use crate::segment::Entry;

/// A record's key.
pub(crate) type Record = u32;

/// What is stored, and in which record.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// By `(depth, CID)`: the order of loading.
    events: BTreeMap<(u64, Cid), Record>,
    /// Each copy of words.
    words: BTreeSet<(Cid, Record)>,
    /// Whether there are words that came later than their events, in records of their own.
    loose: bool,
    /// Bytes of each record.
    records: LiteMap<Record, usize>,
    bytes: usize,
}

impl Index {
    /// A record was written or read.
    pub(crate) fn add<'a>(&mut self, record: Record, bytes: usize, entries: impl IntoIterator<Item = &'a Entry>) {
        self.resize(record, bytes);
        for entry in entries {
            match entry {
                Entry::Event(event) => {
                    self.events.insert((event.depth, event.cid), record);
                    if let Some((cid, _)) = &event.words {
                        self.words.insert((*cid, record));
                    }
                }
                Entry::Words(cid, _) => {
                    self.loose = true;
                    self.words.insert((*cid, record));
                }
            }
        }
    }

    /// Words were dropped from a record, which has this size now.
    pub(crate) fn drop_words(&mut self, record: Record, bytes: usize, dropped: &Set<Cid>) {
        self.resize(record, bytes);
        for cid in dropped {
            self.words.remove(&(*cid, record));
        }
    }

    /// Where a test plants its walk over all that is here.
    fn ground(&self) {
        cost::ground(|| self.events.keys());
    }

    /// A record's size; 0: it is gone.
    fn resize(&mut self, record: Record, bytes: usize) {
        self.ground();
        let before = if bytes == 0 { self.records.remove(&record) } else { self.records.insert(record, bytes) };
        self.bytes = self.bytes + bytes - before.unwrap_or(0);
    }

    /// A key that no record has.
    pub(crate) fn free_record(&self) -> Record {
        self.records.last().map_or(0, |(last, _)| last + 1)
    }

    /// Events.
    pub(crate) fn events(&self) -> usize {
        self.events.len()
    }

    /// Bytes in all records.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether the event is here.
    pub(crate) fn holds_event(&self, depth: u64, cid: Cid) -> bool {
        self.ground();
        self.events.contains_key(&(depth, cid))
    }

    /// The record of an event whose depth is not known. Looks at each: who asks so wants one event, not many.
    pub(crate) fn find(&self, cid: &Cid) -> Option<((u64, Cid), Record)> {
        self.ground();
        self.events.iter().find(|((_, it), _)| it == cid).map(|(key, record)| (*key, *record))
    }

    /// Whether words may be in another record than their event.
    pub(crate) fn has_loose_words(&self) -> bool {
        self.loose
    }

    /// Whether the words are here.
    pub(crate) fn holds_words(&self, cid: Cid) -> bool {
        self.words_in(cid).next().is_some()
    }

    /// All records that hold a copy of the words.
    pub(crate) fn words_in(&self, cid: Cid) -> impl Iterator<Item = Record> {
        self.ground();
        self.words.range((cid, Record::MIN)..=(cid, Record::MAX)).map(|(_, record)| *record)
    }

    /// Up to `most` events after `after`.
    pub(crate) fn page(&self, after: Option<(u64, Cid)>, most: usize) -> Vec<((u64, Cid), Record)> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.ground();
        let from = after.map_or(Unbounded, Excluded);
        self.events.range((from, Unbounded)).take(most).map(|(key, record)| (*key, *record)).collect()
    }
}

#[cfg(test)]
mod tests {
    use paceline_room::Stored;

    use super::*;

    fn cid(n: u8) -> Cid {
        Cid::from_digest([n; 32])
    }

    fn event(n: u8, depth: u64, words: Option<u8>) -> Entry {
        let words = words.map(|n| (cid(n), b"words"[..].into()));
        Entry::Event(Stored { cid: cid(n), depth, block: b"block"[..].into(), words })
    }

    #[test]
    fn pages_go_on_after_the_last_one_in_order_of_depth_and_cid() {
        let mut index = Index::default();
        index.add(0, 10, &[event(3, 2, None), event(9, 1, None)]);
        index.add(1, 10, &[event(1, 2, None)]);
        assert_eq!(index.page(None, 2), [((1, cid(9)), 0), ((2, cid(1)), 1)]);
        assert_eq!(index.page(Some((2, cid(1))), 2), [((2, cid(3)), 0)]);
        assert_eq!(index.find(&cid(1)), Some(((2, cid(1)), 1)));
        assert_eq!(index.find(&cid(2)), None);
        assert_eq!(index.free_record(), 2);
    }

    #[test]
    fn every_copy_of_words_is_known_until_it_is_dropped() {
        let mut index = Index::default();
        index.add(4, 10, &[event(1, 1, Some(7))]);
        assert!(!index.has_loose_words());
        index.add(9, 20, &[Entry::Words(cid(7), b"words"[..].into())]);
        assert!(index.has_loose_words());
        assert_eq!(index.words_in(cid(7)).collect::<Vec<_>>(), [4, 9]);
        index.drop_words(9, 0, &[cid(7)].into());
        assert!(index.holds_words(cid(7)));
        index.drop_words(4, 6, &[cid(7)].into());
        assert!(!index.holds_words(cid(7)) && index.holds_event(1, cid(1)));
        assert_eq!((index.events(), index.bytes()), (1, 6));
    }
}
