//! Ordered lists that are shared: a copy costs one pointer, and of two states of one list all that did not change is the
//! same memory. So a list can be handed to whoever draws it after every event, and what changed between two states is
//! found by looking at what differs alone.
//!
//! A B+ tree (Bayer and McCreight, 1972) whose pages are copied along the path where somebody else still holds them
//! (Driscoll, Sarnak, Sleator and Tarjan, 1989). A change costs pages in the order of log n, a comparison of two states
//! those pages that differ. Entries that come in order, as most events do, fill pages to the half.

use std::{cmp::Ordering, sync::Arc};

use crate::cost::look;

/// Entries of a page; one more, and it is two.
const PAGE: usize = 32;

/// A shared list of entries in the order of their keys. Equal is what is the *same* list: two that were filled alike are not.
pub struct Tree<K, T> {
    root: Option<Arc<Page<K, T>>>,
    len: usize,
}

enum Page<K, T> {
    Leaf(Vec<Entry<K, T>>),
    /// How many pages lie below it one in the other, how many entries, and the pages right below, each with a key that none in it
    /// comes before (but the first, which takes whatever comes before).
    Fork(u8, usize, Vec<(K, Arc<Page<K, T>>)>),
}

type Entry<K, T> = (K, Arc<T>);
/// What a page that grew too long lost to a new one after it.
type Right<K, T> = Option<(K, Arc<Page<K, T>>)>;

/// What became of an entry between two states.
#[derive(Debug)]
pub struct Changed<'a, K, T> {
    /// Its key.
    pub key: &'a K,
    /// What it was.
    pub before: Option<&'a Arc<T>>,
    /// What it is.
    pub now: Option<&'a Arc<T>>,
}

impl<K, T> Default for Tree<K, T> {
    fn default() -> Self {
        Self { root: None, len: 0 }
    }
}

impl<K, T> Clone for Tree<K, T> {
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), len: self.len }
    }
}

impl<K, T> PartialEq for Tree<K, T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.root, &other.root) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl<K: std::fmt::Debug, T: std::fmt::Debug> std::fmt::Debug for Tree<K, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.entries()).finish()
    }
}

impl<K: Clone, T> Clone for Page<K, T> {
    fn clone(&self) -> Self {
        look(self.len());
        match self {
            Self::Leaf(entries) => Self::Leaf(entries.clone()),
            Self::Fork(height, count, below) => Self::Fork(*height, *count, below.clone()),
        }
    }
}

impl<K, T> Page<K, T> {
    fn len(&self) -> usize {
        match self {
            Self::Leaf(entries) => entries.len(),
            Self::Fork(_, _, below) => below.len(),
        }
    }

    /// Entries in it and below.
    fn count(&self) -> usize {
        match self {
            Self::Leaf(entries) => entries.len(),
            Self::Fork(_, count, _) => *count,
        }
    }

    fn height(&self) -> u8 {
        match self {
            Self::Leaf(_) => 0,
            Self::Fork(height, ..) => *height,
        }
    }
}

impl<K, T> Tree<K, T> {
    /// How many entries.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All entries with their keys, in order.
    pub fn entries(&self) -> Entries<'_, K, T> {
        let whole = || self.root.iter().map(|root| Level::of(root)).collect();
        Entries { front: whole(), back: whole(), left: self.len }
    }

    /// All entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<T>> {
        self.entries().map(|(_, it)| it)
    }
}

impl<K: Ord + Clone, T> Tree<K, T> {
    /// The entry of a key.
    pub fn get(&self, key: &K) -> Option<&Arc<T>> {
        let mut page = self.root.as_ref()?;
        loop {
            look(1);
            page = match &**page {
                Page::Fork(_, _, below) => &below.get(below_for(below, key))?.1,
                Page::Leaf(entries) => {
                    return entries.binary_search_by(|it| it.0.cmp(key)).ok().and_then(|at| Some(&entries.get(at)?.1));
                }
            };
        }
    }

    /// Entries from this key on.
    pub fn from(&self, key: &K) -> Entries<'_, K, T> {
        let (mut front, mut page) = (Vec::new(), self.root.as_ref());
        while let Some(it) = page.take() {
            look(1);
            front.push(match &**it {
                Page::Fork(_, _, below) => {
                    let (at, after) = (below_for(below, key), below_for(below, key) + 1);
                    page = below.get(at).map(|it| &it.1);
                    Level::Fork(below.get(after..).unwrap_or_default().iter())
                }
                Page::Leaf(entries) => {
                    let at = entries.partition_point(|it| it.0 < *key);
                    Level::Leaf(entries.get(at..).unwrap_or_default().iter())
                }
            });
        }
        Entries { front, back: Vec::new(), left: self.len }
    }

    /// How many entries come before this key.
    pub fn rank(&self, key: &K) -> usize {
        let (mut rank, mut page) = (0, self.root.as_ref());
        while let Some(it) = page.take() {
            look(1);
            match &**it {
                Page::Fork(_, _, below) => {
                    let at = below_for(below, key);
                    look(at);
                    rank += below.iter().take(at).map(|it| it.1.count()).sum::<usize>();
                    page = below.get(at).map(|it| &it.1);
                }
                Page::Leaf(entries) => rank += entries.partition_point(|it| it.0 < *key),
            }
        }
        rank
    }

    /// Puts an entry in, or in the place of the one with its key.
    pub fn insert(&mut self, key: K, entry: Arc<T>) {
        let Some(root) = &mut self.root else {
            self.root = Some(Arc::new(Page::Leaf(vec![(key, entry)])));
            self.len = 1;
            return;
        };
        if let Some(right) = put(root, key, entry, &mut self.len) {
            let (height, left) = (root.height() + 1, root.clone());
            // Nothing ever comes before the first page: its own key is not asked for.
            let count = left.count() + right.1.count();
            *root = Arc::new(Page::Fork(height, count, vec![(right.0.clone(), left), right]));
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &K) -> Option<Arc<T>> {
        self.get(key)?;
        let root = self.root.as_mut()?;
        let taken = take(root, key);
        self.len -= usize::from(taken.is_some());
        if root.len() == 0 {
            self.root = None;
        }
        taken
    }

    /// An entry, to be changed: from here on it is another list than those that were copied from it.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut Arc<T>> {
        self.get(key)?;
        let mut page = self.root.as_mut()?;
        loop {
            look(1);
            page = match Arc::make_mut(page) {
                Page::Fork(_, _, below) => {
                    let at = below_for(below, key);
                    &mut below.get_mut(at)?.1
                }
                Page::Leaf(entries) => {
                    let at = entries.binary_search_by(|it| it.0.cmp(key)).ok()?;
                    return Some(&mut entries.get_mut(at)?.1);
                }
            };
        }
    }

    /// Changes an entry; where nothing differs it stays the same one, and so does the list. Returns whether something does.
    pub fn change(&mut self, key: &K, change: impl FnOnce(&mut T)) -> bool
    where
        T: Clone + PartialEq,
    {
        let Some(shown) = self.get(key) else { return false };
        let mut changed = T::clone(shown);
        change(&mut changed);
        let differs = changed != **shown;
        if differs && let Some(shown) = self.get_mut(key) {
            *shown = Arc::new(changed);
        }
        differs
    }

    /// What changed since an earlier state of this list, in order: looks at the pages that are not the same, and at no others.
    pub fn since<'a>(&'a self, before: &'a Self) -> Vec<Changed<'a, K, T>> {
        let (mut old, mut new) = (Heads::of(before), Heads::of(self));
        let mut changed = Vec::new();
        loop {
            let (was, is) = match (old.0.last(), new.0.last()) {
                (None, None) => return changed,
                (Some(Head::Page(one)), Some(Head::Page(other))) => {
                    if Arc::ptr_eq(one, other) {
                        old.0.pop();
                        new.0.pop();
                        continue;
                    }
                    let (one, other) = (one.height(), other.height());
                    if one >= other {
                        old.open();
                    }
                    if other >= one {
                        new.open();
                    }
                    continue;
                }
                (Some(Head::Page(_)), _) => {
                    old.open();
                    continue;
                }
                (_, Some(Head::Page(_))) => {
                    new.open();
                    continue;
                }
                (Some(Head::Entry(one)), Some(Head::Entry(other))) => match one.0.cmp(&other.0) {
                    Ordering::Less => (Some(*one), None),
                    Ordering::Equal => (Some(*one), Some(*other)),
                    Ordering::Greater => (None, Some(*other)),
                },
                (Some(Head::Entry(one)), None) => (Some(*one), None),
                (None, Some(Head::Entry(other))) => (None, Some(*other)),
            };
            if was.is_some() {
                old.0.pop();
            }
            if is.is_some() {
                new.0.pop();
            }
            let same = was.zip(is).is_some_and(|(was, is)| Arc::ptr_eq(&was.1, &is.1));
            if let Some(key) = was.or(is).map(|it| &it.0).filter(|_| !same) {
                changed.push(Changed { key, before: was.map(|it| &it.1), now: is.map(|it| &it.1) });
            }
        }
    }
}

/// In which page below a key belongs.
fn below_for<K: Ord, P>(below: &[(K, P)], key: &K) -> usize {
    below.get(1..).unwrap_or_default().partition_point(|it| it.0 <= *key)
}

fn put<K: Ord + Clone, T>(page: &mut Arc<Page<K, T>>, key: K, entry: Arc<T>, len: &mut usize) -> Right<K, T> {
    look(1);
    match Arc::make_mut(page) {
        Page::Leaf(entries) => {
            match entries.binary_search_by(|it| it.0.cmp(&key)) {
                Ok(at) => {
                    if let Some(it) = entries.get_mut(at) {
                        it.1 = entry;
                    }
                    return None;
                }
                Err(at) => entries.insert(at, (key, entry)),
            }
            *len += 1;
            halve(entries, Page::Leaf)
        }
        Page::Fork(height, count, below) => {
            let (at, before) = (below_for(below, &key), *len);
            let right = put(&mut below.get_mut(at)?.1, key, entry, len);
            *count += *len - before;
            below.insert(at + 1, right?);
            let height = *height;
            let right = halve(below, |it| Page::Fork(height, it.iter().map(|it| it.1.count()).sum(), it))?;
            *count -= right.1.count();
            Some(right)
        }
    }
}

/// The second half of a page that is too long.
fn halve<K: Clone, T, P>(page: &mut Vec<(K, P)>, make: impl FnOnce(Vec<(K, P)>) -> Page<K, T>) -> Right<K, T> {
    if page.len() <= PAGE {
        return None;
    }
    let right = page.split_off(page.len() / 2);
    let first = right.first()?.0.clone();
    Some((first, Arc::new(make(right))))
}

/// Takes an entry out, and pages that are left empty; others are left as short as they are, since hardly ever anything goes.
fn take<K: Ord + Clone, T>(page: &mut Arc<Page<K, T>>, key: &K) -> Option<Arc<T>> {
    match Arc::make_mut(page) {
        Page::Leaf(entries) => {
            let at = entries.binary_search_by(|it| it.0.cmp(key)).ok()?;
            Some(entries.remove(at).1)
        }
        Page::Fork(_, count, below) => {
            let at = below_for(below, key);
            let child = &mut below.get_mut(at)?.1;
            let taken = take(child, key);
            *count -= usize::from(taken.is_some());
            if child.len() == 0 {
                below.remove(at);
            }
            taken
        }
    }
}

/// What comes next in one of two states that are compared; the last is the head.
struct Heads<'a, K, T>(Vec<Head<'a, K, T>>);

enum Head<'a, K, T> {
    Page(&'a Arc<Page<K, T>>),
    Entry(&'a Entry<K, T>),
}

impl<'a, K, T> Heads<'a, K, T> {
    fn of(tree: &'a Tree<K, T>) -> Self {
        Self(tree.root.iter().map(Head::Page).collect())
    }

    /// Lays out what is in the page at the head.
    fn open(&mut self) {
        let Some(Head::Page(page)) = self.0.pop() else { return };
        look(page.len());
        match &**page {
            Page::Leaf(entries) => self.0.extend(entries.iter().rev().map(Head::Entry)),
            Page::Fork(_, _, below) => self.0.extend(below.iter().rev().map(|it| Head::Page(&it.1))),
        }
    }
}

/// Entries in order, from both ends.
pub struct Entries<'a, K, T> {
    front: Vec<Level<'a, K, T>>,
    back: Vec<Level<'a, K, T>>,
    /// At most so many are left.
    left: usize,
}

enum Level<'a, K, T> {
    Leaf(std::slice::Iter<'a, Entry<K, T>>),
    Fork(std::slice::Iter<'a, (K, Arc<Page<K, T>>)>),
}

impl<'a, K, T> Level<'a, K, T> {
    fn of(page: &'a Page<K, T>) -> Self {
        match page {
            Page::Leaf(entries) => Self::Leaf(entries.iter()),
            Page::Fork(_, _, below) => Self::Fork(below.iter()),
        }
    }
}

/// The next entry, from the front or from the back.
fn step<'a, K, T>(levels: &mut Vec<Level<'a, K, T>>, left: &mut usize, back: bool) -> Option<(&'a K, &'a Arc<T>)> {
    *left = left.checked_sub(1)?;
    loop {
        match levels.last_mut()? {
            Level::Leaf(entries) => match if back { entries.next_back() } else { entries.next() } {
                Some((key, entry)) => {
                    look(1);
                    return Some((key, entry));
                }
                None => _ = levels.pop(),
            },
            Level::Fork(below) => match if back { below.next_back() } else { below.next() } {
                Some((_, page)) => levels.push(Level::of(page)),
                None => _ = levels.pop(),
            },
        }
    }
}

impl<'a, K, T> Iterator for Entries<'a, K, T> {
    type Item = (&'a K, &'a Arc<T>);

    fn next(&mut self) -> Option<Self::Item> {
        step(&mut self.front, &mut self.left, false)
    }
}

impl<K, T> DoubleEndedIterator for Entries<'_, K, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        step(&mut self.back, &mut self.left, true)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::cost;

    type List = Tree<u16, u16>;

    fn list(entries: impl IntoIterator<Item = u16>) -> List {
        let mut list = List::default();
        entries.into_iter().for_each(|it| list.insert(it, Arc::new(it)));
        list
    }

    fn held(list: &List) -> Vec<(u16, u16)> {
        list.entries().map(|(key, entry)| (*key, **entry)).collect()
    }

    proptest! {
        #[test]
        fn a_list_holds_what_a_map_does_and_tells_what_changed_since_any_state(
            first in prop::collection::vec((0_u16..400, 0_u16..4), 0..600),
            then in prop::collection::vec((0_u16..400, prop::option::of(0_u16..4)), 0..120),
        ) {
            let (mut list, mut map) = (List::default(), BTreeMap::new());
            for (key, value) in first {
                list.insert(key, Arc::new(value));
                map.insert(key, value);
            }
            let (earlier, before) = (list.clone(), map.clone());
            for (key, value) in then {
                match value {
                    Some(value) if map.get(&key) == Some(&value) => prop_assert!(!list.change(&key, |it| *it = value)),
                    Some(value) if map.contains_key(&key) => prop_assert!(list.change(&key, |it| *it = value)),
                    Some(value) => list.insert(key, Arc::new(value)),
                    None => prop_assert_eq!(list.remove(&key).map(|it| *it), map.get(&key).copied()),
                }
                match value {
                    Some(value) => map.insert(key, value),
                    None => map.remove(&key),
                };
            }
            prop_assert_eq!(held(&list), map.iter().map(|(key, value)| (*key, *value)).collect::<Vec<_>>());
            prop_assert_eq!(held(&earlier), before.iter().map(|(key, value)| (*key, *value)).collect::<Vec<_>>());
            prop_assert_eq!((list.len(), list.is_empty()), (map.len(), map.is_empty()));
            let backwards: Vec<u16> = list.entries().rev().map(|(key, _)| *key).collect();
            prop_assert_eq!(backwards, map.keys().rev().copied().collect::<Vec<_>>());
            for key in 0..400 {
                prop_assert_eq!(list.get(&key).map(|it| **it), map.get(&key).copied());
                prop_assert_eq!(list.rank(&key), map.range(..key).count());
                prop_assert_eq!(earlier.rank(&key), before.range(..key).count());
            }
            let from: Vec<u16> = list.from(&200).map(|(key, _)| *key).collect();
            prop_assert_eq!(from, map.range(200..).map(|(key, _)| *key).collect::<Vec<_>>());
            let mut replayed = before;
            for Changed { key, now, .. } in list.since(&earlier) {
                match now {
                    Some(now) => replayed.insert(*key, **now),
                    None => replayed.remove(key),
                };
            }
            prop_assert_eq!(replayed, map);
        }

        #[test]
        fn from_both_ends_each_entry_comes_once(len in 0_u16..200, turns in prop::collection::vec(any::<bool>(), 0..260)) {
            let list = list(0..len);
            let (mut entries, mut plain) = (list.entries(), 0..len);
            for back in turns {
                let (one, other) =
                    if back { (entries.next_back(), plain.next_back()) } else { (entries.next(), plain.next()) };
                prop_assert_eq!(one.map(|(key, _)| *key), other);
            }
        }
    }

    #[test]
    fn a_change_and_telling_it_cost_pages_and_not_the_list() {
        let cost_of = |len: u16| {
            let mut list = list(0..len);
            let before = list.clone();
            let (_, change) = cost::of(|| list.insert(len / 2, Arc::new(7)));
            let (changed, told) = cost::of(|| list.since(&before).len());
            assert_eq!(changed, 1);
            assert_eq!(cost::of(|| before == list), (false, 0));
            (change, told)
        };
        let page = PAGE as u64;
        let levels = |len: u64| u64::from(len.ilog2() / (PAGE / 2).ilog2()) + 2;
        for len in [100, 10_000, 60_000] {
            let (change, told) = cost_of(len);
            assert!(change <= levels(len.into()) * (page + 1), "{len}: {change}");
            assert!(told <= 2 * levels(len.into()) * page, "{len}: {told}");
        }
    }

    #[test]
    fn a_list_nobody_else_holds_is_changed_in_place() {
        let mut list = list(0..1_000);
        let (_, alone) = cost::of(|| list.insert(500, Arc::new(7)));
        let held = list.clone();
        let (_, shared) = cost::of(|| list.get_mut(&500).map(|it| *it = Arc::new(8)));
        assert!(alone <= 4 && shared > 4 * alone, "{alone} {shared}");
        assert_eq!(held.get(&500).map(|it| **it), Some(7));
    }
}
