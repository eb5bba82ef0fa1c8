//! Sorted collections, filled one entry at a time, and short lists.
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

/// Sorts a list of some hundred items at most, stably: each in turn goes where it belongs among those before it. A list that is
/// in order already costs one comparison an item. The library's sorts are made for long lists and as heavy as `collect`.
pub fn short_list<T, K: Ord>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
    for at in 1..items.len() {
        let wanted = key(&items[at]);
        if key(&items[at - 1]) > wanted {
            let place = items[..at].partition_point(|it| key(it) <= wanted);
            let item = items.remove(at);
            items.insert(place, item);
        }
    }
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

    #[test]
    fn a_short_list_is_sorted_and_equal_keys_stay_in_order() {
        let number = |seed: u64| seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60;
        for length in 0..60 {
            let mut list: Vec<(u64, u64)> = (0..length).map(|it| (number(it + length), it)).collect();
            let mut expected = list.clone();
            expected.sort_by_key(|it| it.0);
            short_list(&mut list, |it| it.0);
            assert_eq!(list, expected);
        }
    }
}
