//! Whose events go ahead when this node catches up: authors whose key has been known here for a while. A key costs nothing and its
//! age cannot be made, so new keys, however many, share what one class gets.
//!
//! Local, and it decides nothing but an order: which events are asked for, checked and folded first, never which are taken in.
//! Time is that of this node since it started; what storage held counts as known, since it was known before.

use std::collections::VecDeque;

use paceline_room::{Ix, Log, NodeId};

use crate::{
    time::Millis,
    wire::{SINCE_AUTHORS, ShortIds, Since, short_node},
};

/// After this time an author is known here. Guess: longer than any burst, shorter than a meeting.
const KNOWN_AFTER: Millis = 60_000;
/// How exactly that is kept.
const STEP: Millis = 10_000;
/// Events from which on an author goes before those who were here earlier and have given less: a guess.
const GIVEN: usize = 8;

/// See the module.
#[derive(Debug, Default)]
pub struct Regulars {
    /// So many events were here long enough ago.
    known: usize,
    /// How many there were at which time since, at most one a [`STEP`].
    marks: VecDeque<(Millis, usize)>,
}

impl Regulars {
    /// So many events came from storage.
    pub const fn loaded(&mut self, events: usize) {
        self.known = events;
    }

    /// So many events are here now. To be told every few seconds.
    pub fn note(&mut self, events: usize, now: Millis) {
        while let Some((at, events)) = self.marks.front().copied()
            && at + KNOWN_AFTER <= now
        {
            self.known = events;
            self.marks.pop_front();
        }
        if self.marks.back().is_none_or(|(at, _)| at + STEP <= now) {
            self.marks.push_back((now, events));
        }
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
        for gave in [true, false] {
            for (ix, chain) in log.chains() {
                if since.1.len() >= SINCE_AUTHORS || !chain.events.first().is_some_and(|ix| self.holds(*ix)) {
                    break;
                }
                let mut chains = log.chains_of(&chain.author);
                let Some((first, longest)) = chains.next() else { continue };
                if first != ix || (longest.events.len() >= GIVEN) != gave {
                    continue;
                }
                let last = longest.events.last().map_or(0, |ix| log.entry(*ix).event.seq + 1);
                push(&mut since, &chain.author, last);
            }
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
    use paceline_room::testing::World;

    use super::*;

    #[test]
    fn an_author_is_known_after_a_while_and_who_gave_more_goes_first() {
        let mut world = World::new(61);
        world.introduce(1, "early");
        world.sync_all();
        (0..GIVEN).for_each(|_| _ = world.introduce(2, "often"));
        world.sync_all();
        let log = world.log(0).clone();
        let mut regulars = Regulars::default();
        let [early, often] = [1, 2].map(|it| world.author(it));
        regulars.note(2, 5_000);
        regulars.note(log.len(), 15_000);
        assert!(!regulars.is_one(&log, &early) && regulars.since(&log).1.is_empty());
        regulars.note(log.len(), 65_000);
        assert!(regulars.is_one(&log, &early) && !regulars.is_one(&log, &often));
        regulars.note(log.len(), 75_000);
        assert!(regulars.is_one(&log, &often));
        let Since(ShortIds(authors), seqs) = regulars.since(&log);
        let named = [often, world.author(0), early].map(|it| short_node(&it));
        assert_eq!((authors, seqs), (named.to_vec(), vec![GIVEN as u64, 1, 1]));
        let mut loaded = Regulars::default();
        loaded.loaded(log.len());
        assert!(loaded.is_one(&log, &often) && !loaded.is_one(&log, &world.author(3)));
    }
}
