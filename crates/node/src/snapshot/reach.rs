//! How many members hold the newest posts, and who does not. What is known of somebody is compared with a post once: of each node it
//! is kept which of these posts it holds, and only those are looked at again who reported or wrote something since. A post that has
//! just come needs no look at anybody: who reported it before has been told as changed when it came.
//!
//! A node holds a post if it says so, or has built on it: what an own event builds on is stored with it. Both stay known: the second by
//! the log, the first as far as whoever runs this node keeps it.

use std::sync::Arc;

use paceline_mesh::{
    Replica,
    replica::{Changed, Report},
};
use paceline_room::{
    Cid, Fold, Ix, Log, NodeId, Tree,
    cost::{BTreeMap, BTreeSet},
    fold::Key,
    log::{ChainIx, Seen},
    state::Post,
};

use super::{
    members::{Change, Members, Moved},
    places::Places,
};

/// Of how many of the newest posts the reach is shown.
const SHOWN: usize = 200;
/// So many of those who lack a post are named.
const NAMED: usize = 3;
/// An own key that is used elsewhere, too, may split: so many of its chains are looked at.
const OWN_CHAINS: usize = 8;
/// Bits of the posts that a node holds.
type Bits = [u64; SHOWN.div_ceil(64)];

/// How many members hold a post.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Those that are known to hold it with its words.
    pub stored: usize,
    /// Members, the person at this node included.
    pub of: usize,
    /// It was written here, and no other node is known to have it.
    pub alone: bool,
    /// The homes of the first of those that are not known to hold it.
    pub lacking: Arc<[NodeId]>,
}

#[derive(Debug, Default, PartialEq)]
struct Held {
    stored: usize,
    alone: bool,
    lacking: Arc<[NodeId]>,
}

impl Held {
    fn of(&self, of: usize) -> Reach {
        Reach { stored: self.stored, of, alone: self.alone, lacking: self.lacking.clone() }
    }
}

/// How many members hold the newest posts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reaches {
    of: usize,
    held: Tree<Key, Held>,
}

impl Reaches {
    /// Of a post, if it is one of the newest.
    pub fn get(&self, post: &Post) -> Option<Reach> {
        Some(self.held.get(&(post.depth, post.cid))?.of(self.of))
    }

    /// Of each, in display order.
    pub fn iter(&self) -> impl Iterator<Item = (Cid, Reach)> {
        self.held.entries().map(|((_, cid), held)| (*cid, held.of(self.of)))
    }
}

#[derive(Debug)]
struct Slot {
    key: Key,
    ix: Ix,
    words: Option<Cid>,
    /// Its place in a chain of this node's own.
    own: Option<(ChainIx, u32)>,
    /// In which turn it was taken: what nodes are known to hold from before is about another post.
    since: u64,
    /// Stored here.
    mine: bool,
    /// Members that hold it.
    holders: Places,
    stored: usize,
    /// Another tab of the person here holds it.
    beside: bool,
    /// It is not from here, others have built on it, or somebody had it who is no member any more.
    elsewhere: bool,
    /// What is shown of it, and whether that may be otherwise now.
    shown: Option<Arc<Held>>,
    changed: bool,
}

#[derive(Debug, Default)]
struct Known {
    /// When it was looked at.
    turn: u64,
    holds: Bits,
    /// ... and has the words of.
    counts: Bits,
}

impl Known {
    fn counts(&self, slot: &Slot, at: usize) -> bool {
        slot.since <= self.turn && bit(&self.counts, at)
    }
}

/// What was written since the last look, by author: of what stands in a row in one chain the last.
type Wrote = BTreeMap<NodeId, Vec<(ChainIx, Ix)>>;

/// The newest posts.
#[derive(Debug)]
pub(super) struct Window {
    me: NodeId,
    turn: u64,
    /// How many events were looked at.
    events: usize,
    members: Members,
    slots: Vec<Slot>,
    places: BTreeMap<Key, usize>,
    /// The nodes of members, but for this one.
    nodes: BTreeMap<NodeId, Known>,
    /// How many events of its own chains others have built on.
    built_on: Vec<(ChainIx, u32)>,
    held: Tree<Key, Held>,
}

impl Window {
    pub(super) fn new(me: NodeId) -> Self {
        Self {
            me,
            turn: 0,
            events: 0,
            members: Members::new(me),
            slots: Vec::new(),
            places: BTreeMap::new(),
            nodes: BTreeMap::new(),
            built_on: Vec::new(),
            held: Tree::default(),
        }
    }

    pub(super) fn shown(&self) -> Reaches {
        Reaches { of: self.members.len(), held: self.held.clone() }
    }

    pub(super) fn follow(
        &mut self,
        replica: &Replica,
        before: &Tree<Key, Post>,
        now: &Tree<Key, Post>,
        changed: &Changed,
        clock: u64,
    ) {
        self.turn += 1;
        let wrote = self.read(replica.log());
        let mut again = BTreeSet::new();
        again.extend(changed.nodes.iter().copied());
        if changed.all {
            again.extend(self.members.nodes().into_iter().chain(replica.everybody()));
        }
        again.iter().for_each(|it| self.members.meet(replica, *it, clock));
        again.extend(wrote.keys().copied());
        let mut persons = self.settle(replica.fold(), clock, &mut again);
        if before.is_empty() {
            now.entries().rev().take(SHOWN).for_each(|(key, _)| self.enter(replica, *key));
        } else {
            let came = now.since(before);
            let came = came.iter().rev().filter(|it| it.before.is_none());
            came.take(SHOWN).for_each(|it| self.enter(replica, *it.key));
        }
        let home_of = |node| replica.fold().joined().home_of(node);
        for node in &again {
            if self.look_at(replica, *node, &wrote) {
                persons.insert(home_of(*node));
            }
        }
        if self.look_here(replica, changed) {
            persons.insert(home_of(self.me));
        }
        persons.iter().for_each(|home| self.gather(replica.fold(), home));
        self.show(replica.fold());
    }

    /// Reads what was written since.
    fn read(&mut self, log: &Log) -> Wrote {
        let mut wrote = Wrote::new();
        for (ix, entry) in log.entries_after(self.events) {
            let author = entry.event.author;
            if author == self.me {
                let is_new = self.built_on.iter().all(|(chain, _)| *chain != entry.chain);
                if is_new && self.built_on.len() < OWN_CHAINS {
                    self.built_on.push((entry.chain, 0));
                }
                continue;
            }
            for (chain, count) in &mut self.built_on {
                *count = (*count).max(log.seen_of_chain(ix, *chain));
            }
            self.members.wrote(author, entry.event.at);
            let of_author = wrote.entry(author).or_default();
            match of_author.last_mut() {
                Some((chain, last)) if *chain == entry.chain => *last = ix,
                _ => of_author.push((entry.chain, ix)),
            }
        }
        self.events = log.len();
        wrote
    }

    fn enter(&mut self, replica: &Replica, key: Key) {
        let Some(ix) = replica.log().find(&key.1) else { return };
        let entry = replica.log().entry(ix);
        let own = (entry.event.author == self.me).then_some((entry.chain, entry.place));
        let slot = Slot {
            key,
            ix,
            words: entry.event.body.words(),
            own,
            since: self.turn,
            mine: false,
            holders: Places::default(),
            stored: 0,
            beside: false,
            elsewhere: own.is_none() || replica.was_held(ix),
            shown: None,
            changed: true,
        };
        let at = match self.places.first_key_value().map(|(first, at)| (*first, *at)) {
            Some((first, at)) if self.slots.len() == SHOWN => {
                if key < first {
                    return;
                }
                self.places.remove(&first);
                self.held.remove(&first);
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

    /// Takes in who is a member by now; their nodes are looked at as well. Returns the persons of whom that may change something.
    fn settle(&mut self, fold: &Fold, clock: u64, again: &mut BTreeSet<NodeId>) -> BTreeSet<NodeId> {
        let mut persons = BTreeSet::new();
        for Moved { home, change } in self.members.settle(fold, clock) {
            persons.insert(home);
            again.insert(home);
            let Some(change) = change else { continue };
            again.extend(fold.joined().nodes_of(home));
            for slot in &mut self.slots {
                slot.changed = true;
                match change {
                    Change::Came(place) => slot.holders.insert(place),
                    Change::Went(place) => {
                        slot.stored -= usize::from(slot.holders.has(place));
                        slot.holders.remove(place);
                    }
                }
            }
        }
        persons
    }

    /// Looks at what is known of another node by now: only of members anything is kept. Returns whether something changed.
    fn look_at(&mut self, replica: &Replica, node: NodeId, wrote: &Wrote) -> bool {
        if node == self.me {
            return false;
        }
        let log = replica.log();
        let before = self.nodes.remove(&node);
        if self.members.place(&replica.fold().joined().home_of(node)).is_err() {
            let Some(before) = before else { return false };
            for (at, slot) in self.slots.iter_mut().enumerate() {
                slot.elsewhere |= before.counts(slot, at);
            }
            return true;
        }
        let mut seen = Seen::default();
        match &before {
            Some(_) => wrote.get(&node).into_iter().flatten().for_each(|(_, ix)| log.see(&mut seen, *ix)),
            None => {
                let last = log.chains_of(&node).filter_map(|(_, chain)| chain.events.last());
                last.for_each(|ix| log.see(&mut seen, *ix));
            }
        }
        let (report, before) = (replica.report_of(&node), before.unwrap_or_default());
        let says = |slot: &Slot| report.is_some_and(|it: Report| it.holds(log, slot.ix));
        let lacks = |words: &Cid| report.is_some_and(|it| it.lacks(words));
        let (mut known, mut changed) = (Known { turn: self.turn, ..Known::default() }, false);
        for (at, slot) in self.slots.iter().enumerate() {
            let held = slot.since <= before.turn && bit(&before.holds, at);
            let holds = held || log.is_seen(&seen, slot.ix) || says(slot);
            let counts = holds && slot.words.is_none_or(|words| !lacks(&words));
            set(&mut known.holds, at, holds);
            set(&mut known.counts, at, counts);
            changed |= counts != before.counts(slot, at);
        }
        self.nodes.insert(node, known);
        changed
    }

    /// Looks at what is stored here. Returns whether something changed.
    fn look_here(&mut self, replica: &Replica, changed: &Changed) -> bool {
        let mut other = false;
        for slot in &mut self.slots {
            if !slot.mine || changed.all || slot.words.is_some_and(|it| changed.words.contains(&it)) {
                let mine = replica.has_stored(slot.ix);
                other |= std::mem::replace(&mut slot.mine, mine) != mine;
            }
        }
        other
    }

    /// Counts a person for the posts that any of its nodes holds.
    fn gather(&mut self, fold: &Fold, home: &NodeId) {
        let Ok(place) = self.members.place(home) else { return };
        let nodes: Vec<NodeId> = fold.joined().nodes_of(*home).collect();
        let is_me = nodes.contains(&self.me);
        let known: Vec<&Known> = nodes.iter().filter_map(|it| self.nodes.get(it)).collect();
        for (at, slot) in self.slots.iter_mut().enumerate() {
            let others = known.iter().any(|it| it.counts(slot, at));
            let holds = others || is_me && slot.mine;
            if is_me {
                slot.beside = others;
            }
            if holds != slot.holders.has(place) {
                slot.holders.set(place, holds);
                slot.stored = slot.stored + usize::from(holds) - usize::from(!holds);
                slot.changed = true;
            }
        }
    }

    fn show(&mut self, fold: &Fold) {
        let me = self.members.place(&fold.joined().home_of(self.me));
        for slot in &mut self.slots {
            let is_built_on = |(chain, place)| {
                let built_on = self.built_on.iter().find(|(it, _)| *it == chain);
                built_on.is_none_or(|(_, count)| *count >= place)
            };
            slot.elsewhere = slot.elsewhere || slot.own.is_none_or(is_built_on);
            let others = slot.stored - usize::from(me.is_ok_and(|it| slot.holders.has(it)));
            let alone = others == 0 && !slot.beside && !slot.elsewhere;
            if !std::mem::take(&mut slot.changed) && slot.shown.as_ref().is_some_and(|it| it.alone == alone) {
                continue;
            }
            let lacking = slot.holders.lacking(self.members.len(), NAMED);
            let lacking = lacking.into_iter().filter_map(|it| self.members.at(it)).collect();
            let held = Held { stored: slot.stored, alone, lacking };
            if slot.shown.as_deref() != Some(&held) {
                let held = Arc::new(held);
                self.held.insert(slot.key, held.clone());
                slot.shown = Some(held);
            }
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
