//! Collections that count what they hand out: one for each look-up, one for each entry that is walked over, one for each that
//! moves up or down to make room. Only in builds for tests; a page has the plain ones under the same names.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, btree_map, btree_set, hash_map},
    iter::Inspect,
    ops::{Deref, DerefMut, RangeBounds},
};

use litemap::LiteMap;

use super::{look, looking};

/// What is walked over, counted.
pub type Looked<I> = Inspect<I, fn(&<I as Iterator>::Item)>;

/// A collection whose every use counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted<C>(C);

impl<C: Default> Counted<C> {
    /// An empty one.
    pub fn new() -> Self {
        Self(C::default())
    }
}

impl<C> Deref for Counted<C> {
    type Target = C;

    fn deref(&self) -> &C {
        look(1);
        &self.0
    }
}

impl<C> DerefMut for Counted<C> {
    fn deref_mut(&mut self) -> &mut C {
        look(1);
        &mut self.0
    }
}

impl<T, C: FromIterator<T>> FromIterator<T> for Counted<C> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<C: IntoIterator> IntoIterator for Counted<C> {
    type Item = C::Item;
    type IntoIter = Looked<C::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        looking(self.0.into_iter())
    }
}

impl<'a, C> IntoIterator for &'a Counted<C>
where
    &'a C: IntoIterator,
{
    type Item = <&'a C as IntoIterator>::Item;
    type IntoIter = Looked<<&'a C as IntoIterator>::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        looking((&self.0).into_iter())
    }
}

impl<'a, C> IntoIterator for &'a mut Counted<C>
where
    &'a mut C: IntoIterator,
{
    type Item = <&'a mut C as IntoIterator>::Item;
    type IntoIter = Looked<<&'a mut C as IntoIterator>::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        looking((&mut self.0).into_iter())
    }
}

/// The walks of a map, named as the plain map names them.
macro_rules! walks {
    ($map:ident, $module:ident) => {
        #[allow(missing_docs)] // as the map's own
        impl<K, V> Counted<$map<K, V>> {
            pub fn iter(&self) -> Looked<$module::Iter<'_, K, V>> {
                looking(self.0.iter())
            }

            pub fn iter_mut(&mut self) -> Looked<$module::IterMut<'_, K, V>> {
                looking(self.0.iter_mut())
            }

            pub fn keys(&self) -> Looked<$module::Keys<'_, K, V>> {
                looking(self.0.keys())
            }

            pub fn values(&self) -> Looked<$module::Values<'_, K, V>> {
                looking(self.0.values())
            }

            pub fn values_mut(&mut self) -> Looked<$module::ValuesMut<'_, K, V>> {
                looking(self.0.values_mut())
            }
        }
    };
}

walks!(HashMap, hash_map);
walks!(BTreeMap, btree_map);

#[allow(missing_docs)] // as the map's own
impl<K: Eq + std::hash::Hash, V> Counted<HashMap<K, V>> {
    pub fn retain(&mut self, keep: impl FnMut(&K, &mut V) -> bool) {
        look(self.0.len());
        self.0.retain(keep);
    }
}

#[allow(missing_docs)] // as the map's own
impl<K: Ord, V> Counted<BTreeMap<K, V>> {
    pub fn range(&self, range: impl RangeBounds<K>) -> Looked<btree_map::Range<'_, K, V>> {
        looking(self.0.range(range))
    }

    pub fn range_mut(&mut self, range: impl RangeBounds<K>) -> Looked<btree_map::RangeMut<'_, K, V>> {
        looking(self.0.range_mut(range))
    }

    pub fn retain(&mut self, keep: impl FnMut(&K, &mut V) -> bool) {
        look(self.0.len());
        self.0.retain(keep);
    }
}

#[allow(missing_docs)] // as the set's own
impl<T: Ord> Counted<BTreeSet<T>> {
    pub fn iter(&self) -> Looked<btree_set::Iter<'_, T>> {
        looking(self.0.iter())
    }

    pub fn range(&self, range: impl RangeBounds<T>) -> Looked<btree_set::Range<'_, T>> {
        looking(self.0.range(range))
    }

    pub fn difference<'a>(&'a self, other: &'a Self) -> Looked<btree_set::Difference<'a, T>> {
        looking(self.0.difference(&other.0))
    }

    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        look(self.0.len());
        self.0.retain(keep);
    }
}

#[allow(missing_docs)] // as the map's own
impl<K: Ord, V> Counted<LiteMap<K, V>> {
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        looking(self.0.iter())
    }

    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> {
        looking(self.0.iter_mut())
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        looking(self.0.keys())
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        looking(self.0.values())
    }

    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.shift(&key);
        self.0.insert(key, value)
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.shift(key);
        self.0.remove(key)
    }

    pub fn retain(&mut self, keep: impl FnMut(&K, &V) -> bool) {
        look(self.0.len());
        self.0.retain(keep);
    }

    /// It is a sorted list: what comes after the key moves.
    fn shift(&self, key: &K) {
        let (Ok(at) | Err(at)) = self.0.find_index(key);
        look(1 + self.0.len() - at);
    }
}
