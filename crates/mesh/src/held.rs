//! What this node has durably stored: the tips it may report, since it holds all their ancestors.
//!
//! Admitted and stored are two things: an event is *held* once it and everything before it are stored.

use std::collections::BTreeSet;

use paceline_room::{Ix, Log};

/// Stored events of one log.
#[derive(Debug, Default)]
pub struct Held {
    /// By number: held.
    held: Vec<bool>,
    count: usize,
    /// Stored, but something before them is not.
    early: BTreeSet<Ix>,
    tips: BTreeSet<Ix>,
}

impl Held {
    /// The event is stored. Returns whether the tips changed.
    pub fn store(&mut self, log: &Log, ix: Ix) -> bool {
        self.early.insert(ix);
        // Numbers ascend from parents to children, so one pass takes everything that has become held.
        let before = self.count;
        for ix in self.early.clone() {
            let seen: Vec<Ix> = log.entry(ix).event.seen().filter_map(|cid| log.find(cid)).collect();
            if seen.iter().all(|ix| self.holds(*ix)) {
                self.early.remove(&ix);
                self.hold(ix, &seen);
            }
        }
        self.count != before
    }

    fn hold(&mut self, ix: Ix, seen: &[Ix]) {
        let at = ix.0 as usize;
        if self.held.len() <= at {
            self.held.resize(at + 1, false);
        }
        if let Some(held) = self.held.get_mut(at)
            && !*held
        {
            *held = true;
            self.count += 1;
            for ix in seen {
                self.tips.remove(ix);
            }
            self.tips.insert(ix);
        }
    }

    /// Whether the event and all before it are stored.
    pub fn holds(&self, ix: Ix) -> bool {
        self.held.get(ix.0 as usize).is_some_and(|held| *held)
    }

    /// How many events are held.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Held events that no held event builds on.
    pub fn tips(&self) -> impl Iterator<Item = Ix> + '_ {
        self.tips.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use paceline_room::{Cid, testing::World};

    use super::*;

    #[test]
    fn an_event_is_held_once_all_before_it_are_stored_in_whatever_order() {
        let mut world = World::new(51);
        let first = world.introduce(1, "one");
        let second = world.introduce(1, "two");
        let side = world.introduce(2, "aside");
        let log = world.whole();
        let find = |cid: &Cid| log.find(cid).unwrap();
        let mut held = Held::default();
        assert!(!held.store(&log, find(&second)));
        assert!(held.store(&log, find(&world.room())));
        assert_eq!(held.tips().collect::<Vec<_>>(), vec![find(&world.room())]);
        assert!(held.store(&log, find(&first)));
        assert_eq!(held.tips().collect::<Vec<_>>(), vec![find(&second)]);
        assert!(held.store(&log, find(&side)));
        assert!(!held.store(&log, find(&side)), "once is enough");
        assert_eq!((held.count(), held.tips().count()), (4, 2));
        assert!(held.holds(find(&first)));
    }
}
