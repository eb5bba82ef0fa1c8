//! What every storage must do, whatever is behind it. Each case gets an empty one.

use std::{collections::BTreeMap, sync::Arc};

use paceline_room::{Cid, Stored, limits, testing::World};
use paceline_store::{Counts, Durability, MemoryStore, Store, StoreError, adopt};

/// Calls the macro named with the names of all cases.
macro_rules! all_cases {
    ($with:ident) => {
        $with! {
            what_is_committed_is_loaded_in_order_with_its_words
            pages_end_where_the_next_begins
            committing_twice_changes_nothing
            words_that_come_later_are_loaded_with_their_event
            words_committed_with_a_known_event_are_added
            dropped_words_are_gone_and_their_events_stay
            dropping_words_before_anything_was_loaded_drops_them_too
            every_copy_of_dropped_words_goes
            one_event_is_found_by_its_name
            clearing_leaves_nothing_and_goes_on
            unsent_words_are_records_that_come_back
            an_event_is_stored_and_its_intent_gone_or_neither
            an_oversized_block_is_refused_with_all_that_came_along
            overlapping_writes_are_all_kept
            a_write_goes_on_when_nobody_waits_for_it
            adopting_copies_events_and_words
            many_events_come_back_page_by_page
            whatever_is_done_in_whatever_order_it_holds_what_memory_holds
        }
    };
}
pub(crate) use all_cases;

/// A room of three authors, with posts, a retraction to come, and a baton.
pub fn room() -> World {
    let mut world = World::new(7);
    world.introduce(1, "one");
    world.post(1, "first words");
    world.post(2, "second words");
    world.sync_all();
    world.open_baton(0, "a baton");
    world.post(0, "third words");
    world
}

/// Posts enough for several records.
pub fn many(posts: usize) -> Vec<Stored> {
    let mut world = World::new(8);
    for n in 0..posts {
        world.post(n % 3, &format!("post number {n} {}", "and so on ".repeat(20)));
    }
    world.blocks()
}

/// Everything, read in pages.
pub async fn all(store: &dyn Store, most: usize) -> Vec<Stored> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.load_page(after, most).await.expect("a page");
        assert!(page.len() <= most);
        let end = page.len() < most;
        after = page.last().map(|last| (last.depth, last.cid)).or(after);
        all.extend(page);
        if end {
            return all;
        }
    }
}

pub fn bare(event: &Stored) -> Stored {
    Stored { words: None, ..event.clone() }
}

fn words_of(blocks: &[Stored]) -> Vec<(Cid, Arc<[u8]>)> {
    blocks.iter().filter_map(|event| event.words.clone()).collect()
}

pub async fn what_is_committed_is_loaded_in_order_with_its_words(store: &dyn Store) {
    let world = room();
    store.commit(world.shuffled(3), Durability::Strict).await.expect("commits");
    assert_eq!(all(store, 100).await, world.blocks());
    let bytes = world.blocks().iter().map(|it| it.block.len() + it.words.as_ref().map_or(0, |it| it.1.len())).sum();
    assert_eq!(store.counts().events, world.blocks().len());
    assert!((bytes..2 * bytes).contains(&store.counts().bytes), "{:?}, blocks alone {bytes}", store.counts());
    assert_eq!(store.damaged(), []);
}

pub async fn pages_end_where_the_next_begins(store: &dyn Store) {
    let blocks = room().blocks();
    for event in room().shuffled(4) {
        store.commit(vec![event], Durability::Relaxed).await.expect("commits");
    }
    for most in [1, 2, 3, blocks.len(), blocks.len() + 1] {
        assert_eq!(all(store, most).await, blocks, "pages of {most}");
    }
    let third = blocks.get(2).expect("more than three");
    assert_eq!(store.load_page(Some((third.depth, third.cid)), 100).await.expect("a page"), blocks[3..]);
}

pub async fn committing_twice_changes_nothing(store: &dyn Store) {
    let blocks = room().blocks();
    let twice: Vec<_> = blocks.iter().chain(&blocks).cloned().collect();
    store.commit(twice, Durability::Relaxed).await.expect("commits");
    let counts = store.counts();
    store.commit(blocks.clone(), Durability::Strict).await.expect("commits");
    store.put_words(words_of(&blocks)).await.expect("puts");
    store.commit(Vec::new(), Durability::Strict).await.expect("commits nothing");
    assert_eq!(store.counts(), counts);
    assert_eq!(all(store, 100).await, blocks);
}

pub async fn words_that_come_later_are_loaded_with_their_event(store: &dyn Store) {
    let blocks = room().blocks();
    store.commit(blocks.iter().map(bare).collect(), Durability::Relaxed).await.expect("commits");
    assert_eq!(all(store, 100).await, blocks.iter().map(bare).collect::<Vec<_>>());
    store.put_words(words_of(&blocks)).await.expect("puts");
    assert_eq!(all(store, 2).await, blocks);
}

pub async fn words_committed_with_a_known_event_are_added(store: &dyn Store) {
    let blocks = room().blocks();
    store.commit(blocks.iter().map(bare).collect(), Durability::Relaxed).await.expect("commits");
    store.commit(blocks.clone(), Durability::Relaxed).await.expect("commits");
    assert_eq!(all(store, 100).await, blocks);
}

pub async fn dropped_words_are_gone_and_their_events_stay(store: &dyn Store) {
    let blocks = room().blocks();
    let words = words_of(&blocks);
    store.commit(blocks.clone(), Durability::Relaxed).await.expect("commits");
    all(store, 100).await;
    let before = store.counts();
    let dropped = words[0].0;
    store.drop_words(vec![dropped, Cid::of(b"never heard of")]).await.expect("drops");
    let left = all(store, 100).await;
    let is_dropped = |event: &Stored| event.words.as_ref().is_some_and(|(cid, _)| *cid == dropped);
    let expected = blocks.iter().map(|event| if is_dropped(event) { bare(event) } else { event.clone() });
    assert_eq!(left, expected.collect::<Vec<_>>());
    assert_eq!(store.counts().events, before.events);
    assert!(store.counts().bytes < before.bytes);
}

pub async fn dropping_words_before_anything_was_loaded_drops_them_too(store: &dyn Store) {
    let blocks = room().blocks();
    store.commit(blocks.clone(), Durability::Relaxed).await.expect("commits");
    store.drop_words(words_of(&blocks).into_iter().map(|(cid, _)| cid).collect()).await.expect("drops");
    assert_eq!(all(store, 3).await, blocks.iter().map(bare).collect::<Vec<_>>());
}

pub async fn every_copy_of_dropped_words_goes(store: &dyn Store) {
    let blocks = room().blocks();
    let words = words_of(&blocks);
    // Three ways in, unfinished when the next begins.
    let late = store.put_words(words.clone());
    let first = store.commit(blocks.clone(), Durability::Relaxed);
    let again = store.commit(blocks.clone(), Durability::Strict);
    let (late, first, again) = futures::join!(late, first, again);
    late.and(first).and(again).expect("all written");
    store.drop_words(words.iter().map(|(cid, _)| *cid).collect()).await.expect("drops");
    assert!(all(store, 100).await.iter().all(|event| event.words.is_none()));
}

pub async fn one_event_is_found_by_its_name(store: &dyn Store) {
    let blocks = room().blocks();
    store.commit(blocks.clone(), Durability::Relaxed).await.expect("commits");
    for event in &blocks {
        assert_eq!(store.get(&event.cid).await.expect("reads").as_ref(), Some(event));
    }
    assert_eq!(store.get(&Cid::of(b"never heard of")).await, Ok(None));
}

pub async fn clearing_leaves_nothing_and_goes_on(store: &dyn Store) {
    let blocks = room().blocks();
    store.commit(blocks.clone(), Durability::Relaxed).await.expect("commits");
    store.clear().await.expect("clears");
    assert_eq!(store.counts(), Counts::default());
    assert_eq!(all(store, 100).await, []);
    store.commit(blocks.clone(), Durability::Strict).await.expect("commits");
    assert_eq!(all(store, 100).await, blocks);
}

fn put(key: &str, value: &str) -> (String, Option<String>) {
    (key.into(), Some(value.into()))
}

pub async fn unsent_words_are_records_that_come_back(store: &dyn Store) {
    assert_eq!(store.unsent().await, Ok(Vec::new()));
    let write = |changes| store.commit_with(Vec::new(), changes, Durability::Relaxed);
    write(vec![put("draft/composer", "one"), put("intent/1", "two")]).await.expect("writes");
    write(vec![put("draft/composer", "other"), ("intent/1".into(), None), ("intent/9".into(), None)])
        .await
        .expect("writes");
    assert_eq!(store.unsent().await, Ok(vec![("draft/composer".into(), "other".into())]));
    assert_eq!(store.counts(), Counts::default(), "they are no events");
    let into = MemoryStore::new();
    adopt(store, &into).await.expect("copies");
    assert_eq!(into.unsent().await, Ok(Vec::new()), "and are not copied like these");
    store.clear().await.expect("clears");
    assert_eq!(store.unsent().await, Ok(Vec::new()));
}

pub async fn an_event_is_stored_and_its_intent_gone_or_neither(store: &dyn Store) {
    let mut blocks = room().blocks();
    store.commit_with(Vec::new(), vec![put("intent/1", "words")], Durability::Strict).await.expect("writes");
    let block: Arc<[u8]> = vec![0; limits::BLOCK_BYTES + 1].into();
    let oversized = Stored { cid: Cid::of(&block), depth: 9, block, words: None };
    let gone = vec![("intent/1".to_owned(), None), put("rev", "1")];
    let refused = store.commit_with([blocks.clone(), vec![oversized]].concat(), gone.clone(), Durability::Strict).await;
    assert_eq!(refused, Err(StoreError::TooLarge));
    assert_eq!(store.unsent().await, Ok(vec![("intent/1".into(), "words".into())]));
    let known = blocks.split_off(2);
    store.commit(known.clone(), Durability::Relaxed).await.expect("commits");
    store.commit_with(blocks.clone(), gone, Durability::Strict).await.expect("commits");
    assert_eq!(store.unsent().await, Ok(vec![("rev".into(), "1".into())]));
    store.commit_with(known, vec![put("rev", "2")], Durability::Strict).await.expect("commits what is known");
    assert_eq!(store.unsent().await, Ok(vec![("rev".into(), "2".into())]));
    assert_eq!(all(store, 100).await, room().blocks());
}

pub async fn an_oversized_block_is_refused_with_all_that_came_along(store: &dyn Store) {
    let mut blocks = room().blocks();
    let block: Arc<[u8]> = vec![0; limits::BLOCK_BYTES + 1].into();
    blocks.push(Stored { cid: Cid::of(&block), depth: 9, block, words: None });
    assert_eq!(store.commit(blocks, Durability::Strict).await, Err(StoreError::TooLarge));
    assert_eq!(store.counts(), Counts::default());
}

pub async fn overlapping_writes_are_all_kept(store: &dyn Store) {
    let blocks = many(60);
    let writes = blocks.chunks(7).map(|some| store.commit(some.to_vec(), Durability::Relaxed));
    for outcome in futures::future::join_all(writes).await {
        outcome.expect("commits");
    }
    assert_eq!(all(store, 100).await, blocks);
}

pub async fn a_write_goes_on_when_nobody_waits_for_it(store: &dyn Store) {
    let blocks = room().blocks();
    let (first, rest) = blocks.split_at(2);
    {
        let mut write = std::pin::pin!(store.commit(first.to_vec(), Durability::Relaxed));
        let _ = futures::poll!(&mut write);
    }
    store.commit(rest.to_vec(), Durability::Relaxed).await.expect("commits");
    assert_eq!(all(store, 100).await, blocks);
}

pub async fn adopting_copies_events_and_words(store: &dyn Store) {
    let blocks = many(600);
    let old = MemoryStore::new();
    old.commit(blocks.clone(), Durability::Relaxed).await.expect("commits");
    let adopted = adopt(&old, store).await.expect("copies");
    assert_eq!((adopted.events, adopted.damaged), (blocks.len(), 0));
    assert_eq!(all(store, 1_000).await, blocks);
}

pub async fn many_events_come_back_page_by_page(store: &dyn Store) {
    let blocks = many(800);
    let by_name: BTreeMap<Cid, &Stored> = blocks.iter().map(|event| (event.cid, event)).collect();
    let unordered: Vec<Stored> = by_name.values().map(|event| (*event).clone()).collect();
    for some in unordered.chunks(150) {
        store.commit(some.to_vec(), Durability::Relaxed).await.expect("commits");
    }
    assert_eq!(all(store, 97).await, blocks);
}

pub async fn whatever_is_done_in_whatever_order_it_holds_what_memory_holds(store: &dyn Store) {
    let (model, blocks) = (MemoryStore::new(), many(120));
    // Xorshift (Marsaglia 2003): the same run every time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % most as u64) as usize
    };
    for step in 0..150 {
        let from = below(blocks.len());
        let some = &blocks[from..blocks.len().min(from + 1 + below(20))];
        match below(6) {
            0 | 1 => for_both(&model, store, |it| it.commit(some.to_vec(), Durability::Relaxed)).await,
            2 => for_both(&model, store, |it| it.commit(some.iter().map(bare).collect(), Durability::Relaxed)).await,
            3 => for_both(&model, store, |it| it.put_words(words_of(some))).await,
            4 => {
                let names: Vec<_> = words_of(some).into_iter().map(|(cid, _)| cid).collect();
                for_both(&model, store, |it| it.drop_words(names.clone())).await;
            }
            _ if step % 40 == 0 => for_both(&model, store, |it| it.clear()).await,
            _ => assert_eq!(all(store, 1 + below(50)).await, all(&model, 1_000).await, "step {step}"),
        }
        assert_eq!(store.counts().events, model.counts().events, "step {step}");
    }
    assert_eq!(all(store, 7).await, all(&model, 1_000).await);
}

async fn for_both<'a, F: Future<Output = Result<(), StoreError>> + 'a>(
    one: &'a MemoryStore,
    other: &'a dyn Store,
    write: impl Fn(&'a dyn Store) -> F,
) {
    write(one).await.expect("writes");
    write(other).await.expect("writes");
}
