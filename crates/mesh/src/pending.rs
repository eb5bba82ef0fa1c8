//! Events in good order that wait for what they build on, with what came along: their words, and how they are to be
//! passed on. Bounded, with a quota per source, so that nobody's inventions push out what others sent. Who is over its
//! quota loses its own deepest events first: what is nearest to the log is wanted next. What is dropped is left to
//! catching up.
//!
//! It differs from `paceline_room::pending` in that it hands back what is free instead of admitting it: here an admission
//! also waits for its author's budget, and a long chain that comes free is worked off in slices.

use std::{collections::BTreeSet, sync::Arc};

use paceline_room::{
    Body, Cid, Event, NodeId,
    cost::{BTreeMap, LiteMap},
};

use crate::{plumtree::Origin, time::Millis, want_list::Turn};

/// Events one peer may have waiting: two requests under way, and a burst of live ones.
pub const PEER_QUOTA: usize = 2048;
/// Bytes of the blocks and words one peer may have waiting.
pub const PEER_QUOTA_BYTES: usize = 4 << 20;
/// Events that storage or an import may have waiting: a whole room read in the worst order.
pub const OWN_QUOTA: usize = 1 << 20;

/// How long an event that a peer sent may wait. What it builds on was asked for and did not come: it may not exist, and
/// what is known to exist and missing should come to an end. If it does exist, catching up brings both.
pub const PEER_TIME: Millis = 60_000;

/// Where an event came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// This peer forwarded it.
    Peer(NodeId),
    /// A peer forwarded it whose link is gone. All of them share one quota: keys are free.
    Gone,
    /// An imported file.
    Import,
    /// This node's own storage.
    Storage,
}

impl Source {
    /// Whether somebody else sent it.
    const fn is_outside(self) -> bool {
        matches!(self, Self::Peer(_) | Self::Gone)
    }
}

/// An event block on its way into the log.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Its name.
    pub cid: Cid,
    /// The block.
    pub block: Arc<[u8]>,
    /// The words that came with it.
    pub words: Option<Arc<[u8]>>,
    /// Who is answerable for it.
    pub source: Source,
    /// In which turn it goes on its way.
    pub turn: Turn,
    /// How it was pushed; none if it came by catching up, an import or from storage, and is not pushed on.
    pub live: Option<Origin>,
}

impl Arrival {
    /// What it takes while it waits.
    pub fn bytes(&self) -> usize {
        self.block.len() + self.words.as_ref().map_or(0, |words| words.len())
    }
}

/// An arrival whose encoding and signature were checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What came.
    pub arrival: Arrival,
    /// What it says.
    pub event: Event,
}

#[derive(Debug)]
struct Orphan {
    checked: Checked,
    missing: BTreeSet<Cid>,
    since: Millis,
}

/// The waiting events.
#[derive(Debug, Default)]
pub struct Pending {
    waiting: BTreeMap<Cid, Orphan>,
    children: BTreeMap<Cid, BTreeSet<Cid>>,
    by_source: LiteMap<Source, Share>,
    /// Who is over its quota loses its shallowest, not its deepest.
    keeps_newest: bool,
    /// The posts among them, in display order.
    posts: BTreeSet<(u64, Cid)>,
}

#[derive(Debug, Default)]
struct Share {
    events: BTreeSet<(u64, Cid)>,
    bytes: usize,
}

impl Pending {
    /// How many wait.
    pub fn count(&self) -> usize {
        self.waiting.len()
    }

    /// The newest so many posts among them, newest first.
    pub fn posts(&self, most: usize) -> Vec<&Checked> {
        let newest = self.posts.iter().rev().take(most);
        newest.filter_map(|(_, cid)| self.waiting.get(cid)).map(|it| &it.checked).collect()
    }

    /// Whether this event waits.
    pub fn contains(&self, cid: &Cid) -> bool {
        self.waiting.contains_key(cid)
    }

    /// Whether they are kept to be read: the newest, for as long as there is room.
    pub const fn keep_newest(&mut self, keep: bool) {
        self.keeps_newest = keep;
    }

    /// How full it is, with so many links.
    #[cfg(feature = "test-utils")]
    pub fn queues(&self, links: usize) -> [crate::queue::Queue; 3] {
        let peers = self.by_source.iter().filter(|(source, _)| matches!(source, Source::Peer(_)));
        let (events, bytes): (Vec<_>, Vec<_>) = peers.map(|(_, it)| (it.events.len(), it.bytes)).unzip();
        [
            crate::queue::Queue::new(
                "events of one peer that wait for their parents",
                events.into_iter().max().unwrap_or(0),
                PEER_QUOTA,
            ),
            // All who are gone are one.
            crate::queue::Queue::new("peers of which events wait", self.by_source.len(), links + 3),
            crate::queue::Queue::new("their bytes", bytes.into_iter().max().unwrap_or(0), PEER_QUOTA_BYTES),
        ]
    }

    /// How many of this source wait.
    pub fn of(&self, source: &Source) -> usize {
        self.by_source.get(source).map_or(0, |share| share.events.len())
    }

    /// Takes an event that lacks these. Returns what found no room.
    pub fn insert(&mut self, checked: Checked, missing: BTreeSet<Cid>, now: Millis) -> Vec<Cid> {
        let (cid, source, depth) = (checked.arrival.cid, checked.arrival.source, checked.event.depth);
        for parent in &missing {
            self.children.entry(*parent).or_default().insert(cid);
        }
        let share = self.by_source.entry(source).or_default();
        share.events.insert((depth, cid));
        share.bytes += checked.arrival.bytes();
        if matches!(checked.event.body, Body::Posted(_)) {
            self.posts.insert((depth, cid));
        }
        self.waiting.insert(cid, Orphan { checked, missing, since: now });
        self.drop_over_quota(&source)
    }

    /// This peer's link is gone: what it sent waits among that of all who are. Returns what found no room there.
    pub fn leave(&mut self, peer: &NodeId) -> Vec<Cid> {
        let Some(share) = self.by_source.remove(&Source::Peer(*peer)) else { return Vec::new() };
        let gone = self.by_source.entry(Source::Gone).or_default();
        gone.bytes += share.bytes;
        for key in share.events {
            if let Some(orphan) = self.waiting.get_mut(&key.1) {
                orphan.checked.arrival.source = Source::Gone;
            }
            gone.events.insert(key);
        }
        self.drop_over_quota(&Source::Gone)
    }

    fn drop_over_quota(&mut self, source: &Source) -> Vec<Cid> {
        let mut dropped = Vec::new();
        while let Some(deepest) = self.over_quota(source) {
            self.remove(&deepest);
            dropped.push(deepest);
        }
        dropped
    }

    /// What goes ahead builds on it: it goes ahead too. What it lacks, unless it goes ahead already or does not wait.
    pub fn hasten(&mut self, cid: &Cid) -> Vec<Cid> {
        match self.waiting.get_mut(cid).filter(|it| it.checked.arrival.turn != Turn::Ahead) {
            Some(waiting) => {
                waiting.checked.arrival.turn = Turn::Ahead;
                waiting.missing.iter().copied().collect()
            }
            None => Vec::new(),
        }
    }

    /// Drops what peers sent and what has waited too long. Returns its names.
    pub fn expire(&mut self, now: Millis) -> Vec<Cid> {
        let late = |it: &Orphan| it.checked.arrival.source.is_outside() && it.since + PEER_TIME <= now;
        let names: Vec<Cid> = self.waiting.iter().filter(|(_, it)| late(it)).map(|(cid, _)| *cid).collect();
        names.iter().for_each(|cid| _ = self.remove(cid));
        names
    }

    fn over_quota(&self, source: &Source) -> Option<Cid> {
        let (events, bytes) =
            if source.is_outside() { (PEER_QUOTA, PEER_QUOTA_BYTES) } else { (OWN_QUOTA, usize::MAX) };
        let share = self.by_source.get(source)?;
        let is_over = share.events.len() > events || share.bytes > bytes;
        let last = if self.keeps_newest { share.events.first() } else { share.events.last() };
        last.filter(|_| is_over).map(|(_, cid)| *cid)
    }

    /// This event is admitted: who has waited for it alone is free.
    pub fn admitted(&mut self, cid: &Cid) -> Vec<Checked> {
        let mut free = Vec::new();
        for child in self.children.remove(cid).into_iter().flatten() {
            let Some(waiting) = self.waiting.get_mut(&child) else { continue };
            waiting.missing.remove(cid);
            if waiting.missing.is_empty() {
                free.extend(self.remove(&child));
            }
        }
        free
    }

    /// This event is refused: so is everything that builds on it.
    pub fn refused(&mut self, cid: &Cid) -> Vec<Checked> {
        let (mut fallen, mut next) = (Vec::new(), vec![*cid]);
        while let Some(cid) = next.pop() {
            for child in self.children.remove(&cid).into_iter().flatten() {
                fallen.extend(self.remove(&child));
                next.push(child);
            }
        }
        fallen
    }

    fn remove(&mut self, cid: &Cid) -> Option<Checked> {
        let waiting = self.waiting.remove(cid)?;
        for parent in &waiting.missing {
            if let Some(children) = self.children.get_mut(parent) {
                children.remove(cid);
                if children.is_empty() {
                    self.children.remove(parent);
                }
            }
        }
        let Checked { arrival, event } = &waiting.checked;
        self.posts.remove(&(event.depth, *cid));
        if let Some(share) = self.by_source.get_mut(&arrival.source) {
            share.events.remove(&(event.depth, *cid));
            share.bytes -= arrival.bytes();
            if share.events.is_empty() {
                self.by_source.remove(&arrival.source);
            }
        }
        Some(waiting.checked)
    }
}

#[cfg(test)]
mod tests {
    use paceline_room::testing::World;

    use super::*;

    fn checked(world: &World, cid: &Cid, source: Source) -> Checked {
        let stored = world.blocks().into_iter().find(|it| it.cid == *cid).unwrap();
        let event = Event::decode(&stored.block).unwrap();
        Checked {
            arrival: Arrival { cid: *cid, block: stored.block, words: None, source, turn: Turn::InOrder, live: None },
            event,
        }
    }

    fn chain(length: usize) -> (World, Vec<Cid>) {
        let mut world = World::new(52);
        let cids = (0..length).map(|_| world.introduce(1, "somebody")).collect();
        (world, cids)
    }

    #[test]
    fn a_chain_comes_free_link_by_link() {
        let (world, cids) = chain(3);
        let mut pending = Pending::default();
        for pair in cids.windows(2) {
            let waiting = checked(&world, &pair[1], Source::Import);
            assert_eq!(pending.insert(waiting, BTreeSet::from([pair[0]]), 0), vec![]);
        }
        let names = |free: Vec<Checked>| free.into_iter().map(|it| it.arrival.cid).collect::<Vec<_>>();
        assert_eq!(names(pending.admitted(&cids[0])), vec![cids[1]]);
        assert_eq!(names(pending.admitted(&cids[1])), vec![cids[2]]);
        assert_eq!((pending.count(), pending.of(&Source::Import)), (0, 0));
    }

    #[test]
    fn with_a_refused_event_falls_all_that_waits_for_it() {
        let (world, cids) = chain(3);
        let mut pending = Pending::default();
        for pair in cids.windows(2) {
            pending.insert(checked(&world, &pair[1], Source::Import), BTreeSet::from([pair[0]]), 0);
        }
        assert_eq!(pending.refused(&cids[0]).len(), 2);
        assert_eq!(pending.count(), 0);
    }

    #[test]
    fn what_a_peer_sent_does_not_wait_for_ever_and_what_was_imported_does() {
        let (world, cids) = chain(3);
        let mut pending = Pending::default();
        let nowhere = BTreeSet::from([Cid::of(b"nowhere")]);
        pending.insert(checked(&world, &cids[1], Source::Peer(world.author(1))), nowhere.clone(), 5);
        pending.insert(checked(&world, &cids[2], Source::Import), nowhere, 5);
        assert_eq!(pending.expire(PEER_TIME + 4), vec![]);
        assert_eq!(pending.expire(PEER_TIME + 5), vec![cids[1]]);
        assert_eq!(pending.count(), 1);
    }

    #[test]
    fn who_is_over_its_quota_loses_its_own_deepest() {
        let (world, cids) = chain(4);
        let (one, two) = (Source::Peer(world.author(1)), Source::Peer(world.author(2)));
        let template = checked(&world, &cids[3], one);
        let mut pending = Pending::default();
        let nowhere = BTreeSet::from([Cid::of(b"nowhere")]);
        pending.insert(checked(&world, &cids[2], two), nowhere.clone(), 0);
        for number in 0..PEER_QUOTA as u64 {
            let mut filler = template.clone();
            filler.arrival.cid = Cid::of(&number.to_le_bytes());
            filler.event.depth = 1_000 + number;
            assert_eq!(pending.insert(filler, nowhere.clone(), 0), vec![]);
        }
        let deepest = Cid::of(&(PEER_QUOTA as u64 - 1).to_le_bytes());
        assert_eq!(pending.insert(checked(&world, &cids[1], one), nowhere, 0), vec![deepest]);
        assert!(pending.contains(&cids[1]) && pending.contains(&cids[2]));
        assert_eq!((pending.of(&one), pending.of(&two)), (PEER_QUOTA, 1));
    }
}
