//! Whose events go ahead when this node catches up: authors whose key has been known here for a while. A key costs nothing and its
//! age cannot be made, so new keys, however many, share what one class gets.
//!
//! Local, and it decides nothing but an order: which events are asked for, checked and folded first, never which are taken in.
//! Time is that of this node since it started; what storage held counts as known, since it was known before.

use std::collections::VecDeque;

use paceline_room::{Ix, Log, NodeId, cost::BTreeSet};

use crate::{
    time::Millis,
    wire::{SINCE_AUTHORS, ShortIds, Since, short_node},
};

/// After this time an author is known here. Guess: longer than any burst, shorter than a meeting.
const KNOWN_AFTER: Millis = 60_000;
/// How exactly that is kept.
const STEP: Millis = 10_000;
/// How often that is remembered, for what came of new keys: more than an hour of it.
const STEPS: usize = 512;
/// Events from which on an author goes before those who were here earlier and have given less: a guess.
const GIVEN: usize = 8;

/// See the module.
#[derive(Debug, Default)]
pub struct Regulars {
    /// So many events were here long enough ago.
    known: usize,
    /// How many there were at which time since, at most one a [`STEP`].
    marks: VecDeque<(Millis, usize)>,
    /// The first event of each author, in the order in which they came: of those who gave more, first (`false`).
    first: BTreeSet<(bool, Ix)>,
    /// Of so many events that is noted.
    noted: usize,
    /// Whose first event is among so many was here when there was nobody yet to tell them from.
    before: Option<usize>,
    /// With how many events here (the second) all those became known whose first event is among so many (the first).
    steps: VecDeque<(usize, usize)>,
}

impl Regulars {
    /// All that is here came from storage.
    pub fn loaded(&mut self, log: &Log) {
        self.known = log.len();
        self.note_authors(log);
        self.before = None;
        self.meet(log);
    }

    /// Once two are known here who came before others, there is somebody to tell new keys from.
    fn meet(&mut self, log: &Log) {
        let second = log.chains().nth(1).and_then(|(_, chain)| chain.events.first());
        if self.before.is_none() && second.is_some_and(|ix| self.holds(*ix)) {
            self.before = Some(log.len());
        }
    }

    /// What is here now. To be told every few seconds.
    pub fn note(&mut self, log: &Log, now: Millis) {
        self.note_authors(log);
        let mut knows = false;
        while let Some((at, events)) = self.marks.front().copied()
            && at + KNOWN_AFTER <= now
        {
            self.known = events;
            self.marks.pop_front();
            knows = events > 0;
        }
        if knows {
            if self.steps.len() >= STEPS {
                self.steps.pop_front();
            }
            self.steps.push_back((self.known, log.len()));
        }
        if self.marks.back().is_none_or(|(at, _)| at + STEP <= now) {
            self.marks.push_back((now, log.len()));
        }
        self.meet(log);
    }

    fn note_authors(&mut self, log: &Log) {
        for (ix, entry) in log.entries_after(self.noted) {
            let Some((_, of)) = log.chains_of(&entry.event.author).next().filter(|it| it.0 == entry.chain) else {
                continue;
            };
            let Some(first) = of.events.first() else { continue };
            match entry.place as usize {
                1 => _ = self.first.insert((true, ix)),
                GIVEN => {
                    self.first.remove(&(true, *first));
                    self.first.insert((false, *first));
                }
                _ => {}
            }
        }
        self.noted = log.len();
    }

    /// Whether an event came while its author's key was new here. Who was here before anybody was known is new to nobody, and after an hour
    /// or so it is forgotten.
    pub fn came_new(&self, log: &Log, ix: Ix) -> bool {
        let author = log.entry(ix).event.author;
        let first = log.chains_of(&author).next().and_then(|(_, chain)| chain.events.first());
        let Some(first) = first.map(|it| it.0 as usize).filter(|it| self.before.is_some_and(|before| *it >= before))
        else {
            return false;
        };
        if first >= self.known {
            return true;
        }
        let step = self.steps.get(self.steps.partition_point(|(known, _)| *known <= first));
        step.is_some_and(|(_, here)| (ix.0 as usize) < *here)
    }

    /// Whether this author's first event was here long enough ago.
    pub fn is_one(&self, log: &Log, author: &NodeId) -> bool {
        let first = log.chains_of(author).next().and_then(|(_, chain)| chain.events.first());
        first.is_some_and(|ix| self.holds(*ix))
    }

    const fn holds(&self, ix: Ix) -> bool {
        (ix.0 as usize) < self.known
    }

    /// How far the chains of those who were here first are here; of those who gave more, first.
    pub fn since(&self, log: &Log) -> Since {
        let mut since = Since::default();
        let held = |less| self.first.range((less, Ix(0))..(less, Ix(u32::MAX))).take_while(|it| self.holds(it.1));
        for (_, first) in held(false).chain(held(true)).take(SINCE_AUTHORS) {
            let author = log.entry(*first).event.author;
            let last = log.chains_of(&author).next().and_then(|(_, chain)| chain.events.last());
            push(&mut since, &author, last.map_or(0, |ix| log.entry(*ix).event.seq + 1));
        }
        since
    }
}

fn push(since: &mut Since, author: &NodeId, seq: u64) {
    let Since(ShortIds(authors), seqs) = since;
    authors.push(short_node(author));
    seqs.push(seq);
}

#[cfg(test)]
mod tests {
    use paceline_room::{
        cost,
        testing::{
            World,
            growth::{Grows, Law, assert_kept},
            hostile::Scene,
        },
    };

    use super::*;

    fn since(mut scene: Scene, write: impl FnOnce(&mut Scene)) -> u64 {
        write(&mut scene);
        let mut regulars = Regulars::default();
        regulars.loaded(&scene.log);
        cost::of(|| regulars.since(&scene.log)).1
    }

    const SINCE: &[Law] = &[
        Law::new("the version vector of authors one of whom has n chains", Grows::Never, |n| {
            since(Scene::new(), |it| _ = it.twins(1, n))
        }),
        Law::new("the version vector of more authors than it can name", Grows::Never, |n| {
            since(Scene::new(), |it| it.people(n))
        })
        .at(SINCE_AUTHORS),
        Law::new("events that are noted after n", Grows::Never, |n| {
            let mut scene = Scene::new();
            scene.people(n);
            let mut regulars = Regulars::default();
            regulars.note(&scene.log, 0);
            scene.post(1);
            cost::of(|| regulars.note(&scene.log, 1)).1
        }),
    ];

    #[test]
    fn to_name_who_is_known_costs_the_same_however_many_chains_they_have() {
        assert_kept(SINCE);
    }

    #[test]
    fn what_came_of_a_key_while_it_was_new_here_is_known_afterwards_and_who_was_here_first_is_new_to_nobody() {
        let mut world = World::new(62);
        let mut write = |author: usize, events: usize| {
            (0..events).for_each(|_| _ = world.introduce(author, "somebody"));
            world.sync_all();
            world.log(0).clone()
        };
        let (early, mut regulars) = (write(1, 3), Regulars::default());
        regulars.note(&early, 0);
        // Somebody comes with the rest of the room, before this node knows anybody.
        let joined = write(2, 3);
        regulars.note(&joined, 60_000);
        let flood = write(3, 5);
        let new = |log: &Log, it: &Regulars| log.entries().filter(|(ix, _)| it.came_new(log, *ix)).count();
        assert_eq!((new(&joined, &regulars), new(&flood, &regulars)), (0, 5));
        regulars.note(&flood, 70_000);
        regulars.note(&flood, 130_000);
        // It is known by now: what it says from now on came of nobody new.
        let later = write(3, 4);
        regulars.note(&later, 140_000);
        assert_eq!((new(&later, &regulars), later.len() - flood.len()), (5, 4));
        let mut again = Regulars::default();
        again.loaded(&joined);
        again.loaded(&flood);
        assert_eq!((new(&flood, &again), new(&write(4, 2), &again)), (0, 2));
    }

    #[test]
    fn an_author_is_known_after_a_while_and_who_gave_more_goes_first() {
        let mut world = World::new(61);
        world.introduce(1, "early");
        world.sync_all();
        (0..GIVEN).for_each(|_| _ = world.introduce(2, "often"));
        world.sync_all();
        let log = world.log(0).clone();
        let mut known = Log::new(log.room());
        for (_, entry) in log.entries().take(2) {
            known.admit(&entry.block).expect("in order");
        }
        let mut regulars = Regulars::default();
        let [early, often] = [1, 2].map(|it| world.author(it));
        regulars.note(&known, 5_000);
        regulars.note(&log, 15_000);
        assert!(!regulars.is_one(&log, &early) && regulars.since(&log).1.is_empty());
        regulars.note(&log, 65_000);
        assert!(regulars.is_one(&log, &early) && !regulars.is_one(&log, &often));
        regulars.note(&log, 75_000);
        assert!(regulars.is_one(&log, &often));
        let Since(ShortIds(authors), seqs) = regulars.since(&log);
        let named = [often, world.author(0), early].map(|it| short_node(&it));
        assert_eq!((authors, seqs), (named.to_vec(), vec![GIVEN as u64, 1, 1]));
        let mut loaded = Regulars::default();
        loaded.loaded(&log);
        assert!(loaded.is_one(&log, &often) && !loaded.is_one(&log, &world.author(3)));
    }
}
