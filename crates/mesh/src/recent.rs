//! The latest names seen, so many and no more.

use std::collections::VecDeque;

use paceline_room::{Cid, cost::BTreeSet};

/// How many are remembered.
const RECENT: usize = 4096;

/// See the module.
#[derive(Debug, Default)]
pub struct Recent {
    set: BTreeSet<Cid>,
    order: VecDeque<Cid>,
}

impl Recent {
    /// Whether it was put in, and not pushed out since.
    pub fn contains(&self, cid: &Cid) -> bool {
        self.set.contains(cid)
    }

    /// How full it is.
    #[cfg(feature = "test-utils")]
    pub fn queue(&self, name: &'static str) -> crate::queue::Queue {
        crate::queue::Queue::new(name, self.set.len().max(self.order.len()), RECENT)
    }

    /// Puts one in; the oldest goes.
    pub fn insert(&mut self, cid: Cid) {
        if self.set.insert(cid) {
            self.order.push_back(cid);
        }
        if self.order.len() > RECENT
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
    }
}

/// Names of blocks that were refused.
#[derive(Debug, Default)]
pub struct Refused {
    wrong: Recent,
    /// Of a newer format, or built on such a one: nobody is to blame.
    newer: Recent,
}

impl Refused {
    /// Whether this one was refused lately.
    pub fn contains(&self, cid: &Cid) -> bool {
        self.wrong.contains(cid) || self.is_newer(cid)
    }

    /// Whether it was refused for being newer.
    pub fn is_newer(&self, cid: &Cid) -> bool {
        self.newer.contains(cid)
    }

    /// How full it is.
    #[cfg(feature = "test-utils")]
    pub fn queues(&self) -> [crate::queue::Queue; 2] {
        [self.wrong.queue("names of what was refused"), self.newer.queue("names of what is only newer")]
    }

    /// Remembers one.
    pub fn insert(&mut self, cid: Cid, newer: bool) {
        if newer { self.newer.insert(cid) } else { self.wrong.insert(cid) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_remembered_and_no_more() {
        let mut recent = Recent::default();
        let cid = |number: usize| Cid::of(&number.to_le_bytes());
        for number in 0..=RECENT {
            recent.insert(cid(number));
            recent.insert(cid(number));
        }
        assert!(!recent.contains(&cid(0)) && recent.contains(&cid(1)) && recent.contains(&cid(RECENT)));
        assert_eq!((recent.set.len(), recent.order.len()), (RECENT, RECENT));
    }
}
