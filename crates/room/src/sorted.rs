//! Sorted collections, filled one entry at a time.
//!
//! `collect` sorts everything first, which brings a copy of the library's stable sort into the page for each type of
//! entry (5 KB); inserting brings nothing that is not there already. Entries are the same, equal keys too: the last one stays.

use std::collections::{BTreeMap, BTreeSet};

/// A map of these entries.
pub fn map<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(entries);
    map
}

/// The set of these items.
pub fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    set.extend(items);
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_one_by_one_equals_what_is_collected() {
        let entries = [(3, 'a'), (1, 'b'), (3, 'c'), (2, 'd')];
        assert_eq!(map(entries), entries.into_iter().collect());
        assert_eq!(set(entries), entries.into_iter().collect());
    }
}
