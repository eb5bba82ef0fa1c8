//! Laws of growth of what is pure here: the index, segments, and the store in memory. The desk's stand with the node, which alone
//! drives it.

use std::collections::BTreeSet;

use futures::executor::block_on;
use paceline_room::{
    Cid, Stored, cost,
    testing::growth::{Grows, Law, assert_kept, assert_sighted},
};

use crate::{
    Durability, MemoryStore, Store,
    index::Index,
    segment::{self, Entry},
};

const LAWS: &[Law] = &[
    Law::new("an event for an index of n", Grows::Never, |n| {
        let mut index = index(n);
        cost::of(|| index.add(index.free_record(), 100, &[event(n)])).1
    }),
    Law::new("words that came later for an index of n", Grows::Never, |n| {
        let mut index = index(n);
        cost::of(|| index.add(index.free_record(), 100, &[loose(n)])).1
    }),
    Law::new("whether one of n events is here, and its words", Grows::Never, |n| {
        let index = index(n);
        let ask = || index.holds_event(n as u64 - 1, cid(n - 1)) && index.holds_words(words(n - 1));
        let (here, cost) = cost::of(ask);
        assert!(here);
        cost
    }),
    Law::new("whether words are here of which there are n copies", Grows::Never, |n| {
        let mut index = Index::default();
        (0..n).for_each(|at| index.add(at as u32, 100, &[loose(0), event(at)]));
        let (here, cost) = cost::of(|| index.holds_words(words(0)));
        assert!(here);
        cost
    }),
    Law::new("where n copies of words are", Grows::Each(1), |n| {
        let mut index = Index::default();
        (0..n).for_each(|at| index.add(at as u32, 100, &[loose(0), event(at)]));
        let (found, cost) = cost::of(|| index.words_in(words(0)).count());
        assert_eq!(found, n);
        cost
    }),
    Law::new("the last page of an index of n", Grows::Never, |n| {
        let index = index(n);
        let after = (n as u64 - 2, cid(n - 2));
        let (page, cost) = cost::of(|| index.page(Some(after), 8));
        assert_eq!(page.len(), 1);
        cost
    }),
    Law::new("the last of n events by its name alone", Grows::Each(1), |n| {
        let index = index(n);
        let (found, cost) = cost::of(|| index.find(&cid(n - 1)));
        assert!(found.is_some());
        cost
    }),
    Law::new("words dropped with the first of n records", Grows::Each(1), |n| {
        let mut index = index(n);
        cost::of(|| index.drop_words(0, 0, &[words(0)].into())).1
    }),
    Law::new("packing n events", Grows::Each(1), |n| cost::of(|| segments(&entries(n)).len()).1),
    Law::new("reading n events that were packed", Grows::Each(1), |n| {
        let segments = segments(&entries(n));
        let read = || segments.iter().map(|it| segment::read(it).entries.len()).sum::<usize>();
        let (read, cost) = cost::of(read);
        assert_eq!(read, n);
        cost
    }),
    Law::new("packing n small records into larger ones", Grows::Each(1), |n| {
        let small: Vec<Vec<u8>> = entries(n).iter().flat_map(|it| segments(std::slice::from_ref(it))).collect();
        cost::of(|| assert!(!segment::repack(small.iter().map(Vec::as_slice)).is_empty())).1
    }),
    Law::new("the words of one event dropped from a record of n", Grows::Each(1), |n| {
        let [record] = &segments(&entries(n))[..] else { panic!("one record") };
        let (left, cost) = cost::of(|| segment::without_words(record, &BTreeSet::from([words(0)])));
        assert!(left.expect("it fits").is_some());
        cost
    }),
    Law::new("an event for a memory of n", Grows::Never, |n| {
        let store = memory(n);
        cost::of(|| block_on(store.commit(vec![stored(n)], Durability::Strict)).expect("stored")).1
    }),
    Law::new("words put into a memory of n and dropped again", Grows::Never, |n| {
        let store = memory(n);
        let put_and_drop = async {
            store.put_words(vec![(words(n), block())]).await.expect("stored");
            store.drop_words(vec![words(n)]).await.expect("dropped");
        };
        cost::of(|| block_on(put_and_drop)).1
    }),
    Law::new("the last page of a memory of n", Grows::Never, |n| {
        let store = memory(n);
        let after = (n as u64 - 2, cid(n - 2));
        let (page, cost) = cost::of(|| block_on(store.load_page(Some(after), 8)).expect("read"));
        assert_eq!(page.len(), 1);
        cost
    }),
    Law::new("the last of n events in memory by its name alone", Grows::Each(1), |n| {
        let store = memory(n);
        let (found, cost) = cost::of(|| block_on(store.get(&cid(n - 1))).expect("read"));
        assert!(found.is_some());
        cost
    }),
];

fn cid(n: usize) -> Cid {
    Cid::of(&n.to_le_bytes())
}

fn words(n: usize) -> Cid {
    Cid::of(&[&b"words"[..], &n.to_le_bytes()].concat())
}

fn block() -> std::sync::Arc<[u8]> {
    b"block"[..].into()
}

/// The nth event, with words.
fn stored(n: usize) -> Stored {
    Stored { cid: cid(n), depth: n as u64, block: block(), words: Some((words(n), block())) }
}

fn event(n: usize) -> Entry {
    Entry::Event(stored(n))
}

fn loose(n: usize) -> Entry {
    Entry::Words(words(n), block())
}

fn entries(n: usize) -> Vec<Entry> {
    (0..n).map(event).collect()
}

/// Each event in a record of its own.
fn index(n: usize) -> Index {
    let mut index = Index::default();
    (0..n).for_each(|at| index.add(at as u32, 100, &[event(at)]));
    index
}

fn segments(entries: &[Entry]) -> Vec<Vec<u8>> {
    segment::pack(entries).expect("they fit").into_iter().map(|it| it.bytes).collect()
}

fn memory(n: usize) -> MemoryStore {
    let store = MemoryStore::default();
    block_on(store.commit((0..n).map(stored).collect(), Durability::Strict)).expect("stored");
    store
}

#[test]
fn every_law_of_growth_of_storage_is_kept_or_known_to_be_broken() {
    assert_kept(LAWS);
}

#[test]
fn a_planted_walk_breaks_every_law_of_growth_of_storage() {
    assert_sighted(LAWS);
}
