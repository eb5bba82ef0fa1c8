//! Events that nothing builds on yet, in the order in which they are named as parents.

use std::{cmp::Reverse, ops::Bound};

use crate::{Cid, Ix, cost::BTreeMap};

/// The order of parents.
pub type Rank = (Reverse<u64>, Cid);

/// Events that nothing builds on, in the order of parents: the deepest first, then by CID.
#[derive(Debug, Clone, Default)]
pub struct Tips(BTreeMap<Rank, Ix>);

impl Tips {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Ix> + '_ {
        self.0.values().copied()
    }

    /// As many of them as shall be named at once, and once around: the first after this one, or from the first on.
    pub fn after(&self, after: Option<&Rank>, most: usize) -> Vec<(Rank, Ix)> {
        let from = after.map_or(Bound::Unbounded, |it| Bound::Excluded(*it));
        let rest = self.0.range((from, Bound::Unbounded));
        let all = rest.chain(after.into_iter().flat_map(|it| self.0.range(..=*it)));
        all.take(most).map(|(rank, ix)| (*rank, *ix)).collect()
    }

    /// One more.
    pub fn insert(&mut self, rank: Rank, ix: Ix) {
        self.0.insert(rank, ix);
    }

    /// Something builds on it.
    pub fn remove(&mut self, rank: &Rank) {
        self.0.remove(rank);
    }
}
