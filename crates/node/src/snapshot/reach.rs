//! How many nodes hold the newest posts. What somebody has reported is compared with a post once: of each node it is kept
//! which of these posts it holds, and only those whose reports changed are looked at again. A post that has just come
//! needs no look at anybody: whoever reported it before has been told as changed when it came.

use std::sync::Arc;

use paceline_mesh::{
    Replica,
    replica::{Changed, Reach},
};
use paceline_room::{Cid, Ix, NodeId, Tree, cost::BTreeMap, fold::Key, state::Post};

/// Of how many of the newest posts the reach is shown.
const SHOWN: usize = 200;
/// Bits of the posts that a node holds.
type Bits = [u64; SHOWN.div_ceil(64)];

/// How many nodes hold the newest posts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reaches {
    of: usize,
    stored: Tree<Key, usize>,
}

impl Reaches {
    /// Of a post, if it is one of the newest.
    pub fn get(&self, post: &Post) -> Option<Reach> {
        let stored = **self.stored.get(&(post.depth, post.cid))?;
        Some(Reach { stored, of: self.of })
    }

    /// Of each, in display order.
    pub fn iter(&self) -> impl Iterator<Item = (Cid, Reach)> {
        self.stored.entries().map(|((_, cid), stored)| (*cid, Reach { stored: **stored, of: self.of }))
    }
}

#[derive(Debug)]
struct Slot {
    key: Key,
    ix: Ix,
    words: Option<Cid>,
    /// In which turn it was taken: what nodes are known to hold from before is about another post.
    since: u64,
    /// Stored here.
    mine: bool,
    others: usize,
    /// How many are shown to hold it.
    shown: Option<usize>,
}

#[derive(Debug, Default)]
struct Known {
    /// When it was looked at.
    turn: u64,
    holds: Bits,
    /// ... and has the words of.
    counts: Bits,
}

/// The newest posts.
#[derive(Debug, Default)]
pub(super) struct Window {
    turn: u64,
    slots: Vec<Slot>,
    places: BTreeMap<Key, usize>,
    /// Those present.
    nodes: BTreeMap<NodeId, Known>,
    stored: Tree<Key, usize>,
}

impl Window {
    pub(super) fn shown(&self) -> Reaches {
        Reaches { of: self.nodes.len() + 1, stored: self.stored.clone() }
    }

    pub(super) fn follow(
        &mut self,
        replica: &Replica,
        before: &Tree<Key, Post>,
        now: &Tree<Key, Post>,
        changed: &Changed,
    ) {
        self.turn += 1;
        if before.is_empty() {
            now.entries().rev().take(SHOWN).for_each(|(key, _)| self.enter(replica, *key));
        } else {
            let came = now.since(before);
            let came = came.iter().rev().filter(|it| it.before.is_none());
            came.take(SHOWN).for_each(|it| self.enter(replica, *it.key));
        }
        if changed.all {
            let known: Vec<NodeId> = self.nodes.keys().copied().collect();
            known.into_iter().chain(replica.everybody()).for_each(|it| self.look_at(replica, it));
        } else {
            changed.nodes.iter().for_each(|it| self.look_at(replica, *it));
        }
        for slot in &mut self.slots {
            if !slot.mine || changed.all || slot.words.is_some_and(|it| changed.words.contains(&it)) {
                slot.mine = replica.has_stored(slot.ix);
            }
            let stored = slot.others + usize::from(slot.mine);
            if slot.shown.replace(stored) != Some(stored) {
                self.stored.insert(slot.key, Arc::new(stored));
            }
        }
    }

    fn enter(&mut self, replica: &Replica, key: Key) {
        let Some(ix) = replica.log().find(&key.1) else { return };
        let words = replica.log().entry(ix).event.body.words();
        let slot = Slot { key, ix, words, since: self.turn, mine: false, others: 0, shown: None };
        let at = match self.places.first_key_value().map(|(first, at)| (*first, *at)) {
            Some((first, at)) if self.slots.len() == SHOWN => {
                if key < first {
                    return;
                }
                self.places.remove(&first);
                self.stored.remove(&first);
                at
            }
            _ => self.slots.len(),
        };
        self.places.insert(key, at);
        match self.slots.get_mut(at) {
            Some(old) => *old = slot,
            None => self.slots.push(slot),
        }
    }

    /// Looks at what a node reports by now; who is not here counts for nothing.
    fn look_at(&mut self, replica: &Replica, node: NodeId) {
        let report = replica.report_of(&node);
        let before = self.nodes.remove(&node).unwrap_or_default();
        let mut known = Known { turn: self.turn, ..Known::default() };
        for (at, slot) in self.slots.iter_mut().enumerate() {
            let is_same = slot.since <= before.turn;
            let counted = is_same && bit(&before.counts, at);
            let holds = report.filter(|it| (is_same && bit(&before.holds, at)) || it.holds(replica.log(), slot.ix));
            let counts = holds.is_some_and(|it| slot.words.is_none_or(|words| !it.lacks(&words)));
            set(&mut known.holds, at, holds.is_some());
            set(&mut known.counts, at, counts);
            slot.others = slot.others + usize::from(counts) - usize::from(counted);
        }
        if report.is_some() {
            self.nodes.insert(node, known);
        }
    }
}

fn bit(bits: &Bits, at: usize) -> bool {
    bits.get(at / 64).is_some_and(|it| it >> (at % 64) & 1 == 1)
}

fn set(bits: &mut Bits, at: usize, on: bool) {
    if let Some(it) = bits.get_mut(at / 64) {
        *it |= u64::from(on) << (at % 64);
    }
}
