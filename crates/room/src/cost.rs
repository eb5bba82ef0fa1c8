//! What a step costs, in entries looked at: counted where log, fold and indexes hand entries out, and only for tests. A
//! page and a host carry none of it.
//!
//! Counts, never times: equal on every machine, so that a law of growth can be asserted. What stands for bytes held is
//! counted as it is made. Collections of log, fold and mesh are named from here: in tests they count by themselves.

#[cfg(any(test, feature = "test-utils"))]
pub mod counted;

use std::sync::Arc;

#[cfg(any(test, feature = "test-utils"))]
use std::cell::Cell;

/// A hash map.
#[cfg(any(test, feature = "test-utils"))]
pub type HashMap<K, V> = counted::Counted<std::collections::HashMap<K, V>>;
/// A sorted map.
#[cfg(any(test, feature = "test-utils"))]
pub type BTreeMap<K, V> = counted::Counted<std::collections::BTreeMap<K, V>>;
/// A sorted set.
#[cfg(any(test, feature = "test-utils"))]
pub type BTreeSet<T> = counted::Counted<std::collections::BTreeSet<T>>;
/// A map of few entries.
#[cfg(any(test, feature = "test-utils"))]
pub type LiteMap<K, V> = counted::Counted<litemap::LiteMap<K, V>>;
#[cfg(not(any(test, feature = "test-utils")))]
pub use {
    litemap::LiteMap,
    std::collections::{BTreeMap, BTreeSet, HashMap},
};

#[cfg(any(test, feature = "test-utils"))]
thread_local! {
    static LOOKED_AT: Cell<u64> = const { Cell::new(0) };
    static PLANTED: Cell<bool> = const { Cell::new(false) };
}

/// So many entries are looked at.
#[inline(always)]
pub fn look(entries: usize) {
    #[cfg(any(test, feature = "test-utils"))]
    LOOKED_AT.with(|it| it.set(it.get().saturating_add(entries as u64)));
    let _ = entries;
}

/// Entries that count as looked at, one by one as they are drawn.
#[cfg(any(test, feature = "test-utils"))]
pub fn looking<I: Iterator>(entries: I) -> std::iter::Inspect<I, fn(&I::Item)> {
    entries.inspect(|_| look(1))
}

/// The entries.
#[cfg(not(any(test, feature = "test-utils")))]
#[inline(always)]
pub fn looking<I: Iterator>(entries: I) -> I {
    entries
}

/// What is shared is about to be changed: if others hold it, that copies so many entries.
#[inline(always)]
#[cfg_attr(not(any(test, feature = "test-utils")), expect(unused_variables))]
pub fn unshare<T>(shared: &Arc<T>, entries: impl FnOnce(&T) -> usize) {
    #[cfg(any(test, feature = "test-utils"))]
    if Arc::strong_count(shared) > 1 {
        look(entries(shared));
    }
}

/// Where a test may plant a walk over everything, to see that the laws of growth would find one.
#[inline(always)]
#[cfg_attr(not(any(test, feature = "test-utils")), expect(unused_variables))]
pub fn ground<I: Iterator>(everything: impl FnOnce() -> I) {
    #[cfg(any(test, feature = "test-utils"))]
    if PLANTED.with(Cell::get) {
        everything().for_each(drop);
    }
}

/// What an act gives while each step walks over the whole log.
#[cfg(any(test, feature = "test-utils"))]
pub fn planted<T>(act: impl FnOnce() -> T) -> T {
    let before = PLANTED.with(|it| it.replace(true));
    let result = act();
    PLANTED.with(|it| it.set(before));
    result
}

/// What an act gives, and how many entries it looked at (on this thread).
#[cfg(any(test, feature = "test-utils"))]
pub fn of<T>(act: impl FnOnce() -> T) -> (T, u64) {
    let before = so_far();
    let result = act();
    (result, so_far() - before)
}

/// How many entries were looked at on this thread so far.
#[cfg(any(test, feature = "test-utils"))]
pub fn so_far() -> u64 {
    LOOKED_AT.with(Cell::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_costs_what_it_looks_at_and_what_acts_within_it_do() {
        let (inner, outer) = of(|| {
            look(3);
            let (_, inner) = of(|| looking(0..10).take(4).count());
            inner
        });
        assert_eq!((inner, outer), (4, 7));
    }

    #[test]
    fn collections_count_look_ups_walks_and_what_moves() {
        let mut few = LiteMap::new();
        (0..10).for_each(|it| _ = few.insert(it, ()));
        assert_eq!(of(|| few.get(&3).is_some()).1, 1);
        assert_eq!(of(|| few.values().count()).1, 10);
        assert_eq!(of(|| few.remove(&0)).1, 11, "all others move");
        let set: BTreeSet<u8> = (0..10).collect();
        assert_eq!(of(|| set.range(..4).count()).1, 4);
        assert_eq!(of(|| (&set).into_iter().take(2).count()).1, 2);
        let mut map: HashMap<u8, u8> = HashMap::new();
        assert_eq!(of(|| *map.entry(1).or_default() += 1).1, 1);
        assert_eq!(of(|| map.keys().count()).1, 1);
    }

    #[test]
    fn what_is_shared_costs_its_copy_and_what_is_planted_is_walked() {
        let mut alone = Arc::new(vec![0; 7]);
        let write = |it: &mut Arc<Vec<i32>>| {
            unshare(it, Vec::len);
            Arc::make_mut(it).push(1);
        };
        assert_eq!(of(|| write(&mut alone)).1, 0);
        let shown = alone.clone();
        assert_eq!(of(|| write(&mut alone)).1, shown.len() as u64);
        let step = || ground(|| looking(0..5));
        assert_eq!((of(step).1, of(|| planted(step)).1, of(step).1), (0, 5, 0));
    }
}
