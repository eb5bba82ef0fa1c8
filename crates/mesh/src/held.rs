//! What this node has durably stored: the tips it may report, since it holds all their ancestors.
//!
//! Admitted and stored are two things: an event is *held* once it and everything before it are stored.

use paceline_room::{
    Ix, Log,
    cost::{BTreeMap, BTreeSet},
    log::Tips,
};

/// Stored events of one log.
#[derive(Debug, Default)]
pub struct Held {
    /// By number: held.
    held: Vec<bool>,
    count: usize,
    /// Stored, but something before them is not.
    early: BTreeSet<Ix>,
    /// The same, each by one event before it that is not held, so that only that one's coming looks at it again.
    waiting: BTreeMap<Ix, Vec<Ix>>,
    tips: Tips,
}

impl Held {
    /// The event is stored. Returns whether the tips changed.
    pub fn store(&mut self, log: &Log, ix: Ix) -> bool {
        if self.holds(ix) || !self.early.insert(ix) {
            return false;
        }
        let before = self.count;
        let mut next = vec![ix];
        while let Some(ix) = next.pop() {
            let seen: Vec<Ix> = log.entry(ix).event.seen().filter_map(|cid| log.find(cid)).collect();
            if let Some(lacking) = seen.iter().find(|ix| !self.holds(**ix)) {
                self.waiting.entry(*lacking).or_default().push(ix);
            } else {
                self.early.remove(&ix);
                self.hold(log, ix, &seen);
                next.extend(self.waiting.remove(&ix).unwrap_or_default());
            }
        }
        self.count != before
    }

    fn hold(&mut self, log: &Log, ix: Ix, seen: &[Ix]) {
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
                self.tips.remove(&log.rank(ix));
            }
            self.tips.insert(log.rank(&ix), ix);
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
    pub fn tips(&self) -> &Tips {
        &self.tips
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
        assert_eq!(held.tips().iter().collect::<Vec<_>>(), vec![find(&world.room())]);
        assert!(held.store(&log, find(&first)));
        assert_eq!(held.tips().iter().collect::<Vec<_>>(), vec![find(&second)]);
        assert!(held.store(&log, find(&side)));
        assert!(!held.store(&log, find(&side)), "once is enough");
        assert_eq!((held.count(), held.tips().iter().count()), (4, 2));
        assert!(held.holds(find(&first)));
    }

    #[test]
    fn a_long_log_stored_backwards_is_held_when_its_first_event_is() {
        let mut world = World::new(52);
        for number in 0..60 {
            world.introduce(number % 3, "line");
            world.sync_all();
        }
        let log = world.whole();
        let mut held = Held::default();
        let mut all: Vec<Ix> = log.entries().map(|(ix, _)| ix).collect();
        all.reverse();
        let last = all.pop().unwrap();
        assert!(all.iter().all(|ix| !held.store(&log, *ix)) && held.count() == 0);
        assert!(held.store(&log, last));
        assert_eq!((held.count(), held.early.len(), held.waiting.len()), (61, 0, 0));
        assert_eq!(held.tips().iter().collect::<Vec<_>>(), log.tips().iter().collect::<Vec<_>>());
    }
}
