//! Spreading what is new: PlumTree (Leitao, Pereira, Rodrigues, "Epidemic Broadcast Trees", 2007) over the present links.
//!
//! An event goes out whole along *eager* links, which prune themselves to a tree (who gets a copy it has says so), and as
//! an announcement of its name along the *lazy* ones; whoever hears a name and does not get the event in time grafts the
//! link it heard it on. Departures from the paper:
//! - A node with few links ([`DIRECT_LINKS`]) pushes its own events to all of them and says so: one hop, one copy. Who gets
//!   such a push passes it only to those of its neighbours that the author is not linked with; two of the neighbours that
//!   they share with the author do so, chosen by a rule that all of them can work out ([`Cover`]).
//! - With more links only [`EAGER`] of them begin as eager, asked for with an empty graft so that both ends agree: in a full
//!   mesh the paper's "all eager" would send every node a copy per neighbour before the first prune.
//! - A link whose announcement beat the tree by [`SHORTCUT`] hops takes the place of the tree's (the paper's optimisation).
//!
//! Names are those of full blocks. It sends nothing itself and knows no content: every call returns [`Spread`]s.

use std::collections::VecDeque;

use paceline_room::{
    Cid, NodeId,
    cost::{BTreeMap, LiteMap},
};

use crate::{time::Millis, wire::LIVE_CIDS};

/// Up to so many links a node pushes its own events to all of them: the full mesh of eight nodes, and one to spare.
pub const DIRECT_LINKS: usize = 8;
/// Links that begin as eager; both ends count, so a node has about twice as many before the first prunes. With
/// independent choices 3 each leave a graph of any size here in question connected.
pub const EAGER: usize = 3;
/// How long announcements gather (guess: well under [`GRAFT_AFTER`]).
pub const ANNOUNCE_AFTER: Millis = 50;
/// How long an announced event may be on its way (guess: a few hops across the internet).
pub const GRAFT_AFTER: Millis = 250;
/// How long a grafted one may take before the next announcer is asked.
pub const GRAFT_AGAIN: Millis = 500;
/// Hops by which an announcement must beat the tree to change it.
pub const SHORTCUT: u8 = 3;
/// Events announced and not here; more are left to catching up.
const MAX_MISSING: usize = 4096;
/// Announcers remembered for one event.
const MAX_ANNOUNCERS: usize = 8;
/// Names in one graft, and pushes in answer to one: a small request never makes a large queue.
pub const GRAFT_CIDS: usize = 32;
/// Events whose way here is remembered, to find shortcuts.
const ARRIVALS: usize = 512;

/// What to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spread {
    /// The event, having crossed so many links; `direct`: its author pushes it to all.
    Push {
        /// To whom.
        to: NodeId,
        /// Which.
        cid: Cid,
        /// Links crossed.
        hops: u8,
        /// From its author to all.
        direct: bool,
    },
    /// Names, with the links they crossed.
    Announce(NodeId, Vec<(Cid, u8)>),
    /// A request for these and for eager pushes.
    Graft(NodeId, Vec<Cid>),
    /// A request for announcements only.
    Prune(NodeId),
}

/// Who brings a neighbour an event that its author pushed to all its own links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// The author.
    Author,
    /// This node.
    Me,
    /// Other neighbours of both.
    Others,
}

/// How an event came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Written here.
    Own,
    /// Pushed by this neighbour after so many hops.
    Pushed(NodeId, u8),
    /// Pushed by its author to all of the author's links.
    Direct(NodeId),
}

#[derive(Debug, Default)]
struct Link {
    eager: bool,
    outbox: Vec<(Cid, u8)>,
}

#[derive(Debug)]
struct Missing {
    at: Millis,
    announcers: VecDeque<NodeId>,
}

/// The tree as one node sees it.
#[derive(Debug, Default)]
pub struct PlumTree {
    links: LiteMap<NodeId, Link>,
    missing: BTreeMap<Cid, Missing>,
    flush_at: Option<Millis>,
    arrivals: BTreeMap<Cid, (NodeId, u8)>,
    arrived: VecDeque<Cid>,
}

impl PlumTree {
    /// How many links it knows.
    #[cfg(feature = "test-utils")]
    pub fn links(&self) -> usize {
        self.links.len()
    }

    /// How full it is.
    #[cfg(feature = "test-utils")]
    pub fn queues(&self) -> [crate::queue::Queue; 3] {
        let announcers = self.missing.values().map(|it| it.announcers.len()).max().unwrap_or(0);
        [
            crate::queue::Queue::new("events announced and not here", self.missing.len(), MAX_MISSING),
            crate::queue::Queue::new("who announced one of them", announcers, MAX_ANNOUNCERS),
            crate::queue::Queue::new("who brought the latest events", self.arrivals.len(), ARRIVALS + 1),
        ]
    }

    /// A link is up.
    pub fn link_up(&mut self, peer: NodeId) -> Option<Spread> {
        let eager = self.links.values().filter(|link| link.eager).count() < EAGER;
        self.links.insert(peer, Link { eager, outbox: Vec::new() });
        eager.then(|| Spread::Graft(peer, Vec::new()))
    }

    /// A link is gone.
    pub fn link_down(&mut self, peer: &NodeId) -> Option<Spread> {
        let gone = self.links.remove(peer);
        for missing in self.missing.values_mut() {
            missing.announcers.retain(|it| it != peer);
        }
        // The tree heals by announcements; a node left with no branch at all asks for one at once.
        if gone.is_none_or(|link| !link.eager) || self.links.values().any(|link| link.eager) {
            return None;
        }
        let (peer, link) = self.links.iter_mut().next()?;
        link.eager = true;
        Some(Spread::Graft(*peer, Vec::new()))
    }

    /// Whether pushes to this neighbour are eager.
    pub fn is_eager(&self, peer: &NodeId) -> bool {
        self.links.get(peer).is_some_and(|link| link.eager)
    }

    /// An event is admitted (an own one: stored): pass it on.
    pub fn spread(&mut self, cid: Cid, origin: Origin, cover: impl Fn(&NodeId) -> Cover, now: Millis) -> Vec<Spread> {
        let push = |to: &NodeId, hops, direct| Spread::Push { to: *to, cid, hops, direct };
        let (from, hops) = match origin {
            Origin::Own if self.links.len() <= DIRECT_LINKS => {
                return self.links.keys().map(|to| push(to, 0, true)).collect();
            }
            Origin::Direct(author) => {
                let mine = self.links.keys().filter(|to| **to != author && cover(to) == Cover::Me);
                return mine.map(|to| push(to, 1, false)).collect();
            }
            Origin::Own => (None, 0),
            Origin::Pushed(from, hops) => (Some(from), hops.saturating_add(1)),
        };
        let mut pushes = Vec::new();
        for (to, link) in &mut self.links {
            if Some(*to) == from {
                continue;
            }
            if link.eager {
                pushes.push(push(to, hops, false));
            } else if link.outbox.len() < LIVE_CIDS {
                link.outbox.push((cid, hops));
                self.flush_at.get_or_insert(now + ANNOUNCE_AFTER);
            }
        }
        pushes
    }

    /// A first copy came: its link is a branch of the tree.
    pub fn on_first(&mut self, cid: Cid, origin: Origin) {
        self.missing.remove(&cid);
        if let Origin::Pushed(from, hops) = origin {
            if let Some(link) = self.links.get_mut(&from) {
                link.eager = true;
            }
            if self.arrivals.insert(cid, (from, hops)).is_none() {
                self.arrived.push_back(cid);
            }
            if self.arrived.len() > ARRIVALS
                && let Some(oldest) = self.arrived.pop_front()
            {
                self.arrivals.remove(&oldest);
            }
        }
    }

    /// Another copy came along the tree: one branch too many.
    pub fn on_duplicate(&mut self, from: NodeId) -> Option<Spread> {
        let link = self.links.get_mut(&from)?;
        link.eager = false;
        Some(Spread::Prune(from))
    }

    /// The event came another way, or was refused.
    pub fn on_known(&mut self, cid: &Cid) {
        self.missing.remove(cid);
    }

    /// A neighbour wants announcements only.
    pub fn on_prune(&mut self, from: &NodeId) {
        if let Some(link) = self.links.get_mut(from) {
            link.eager = false;
        }
    }

    /// A neighbour wants pushes, these first. `held` says how many hops an event made to get here.
    pub fn on_graft(&mut self, from: NodeId, cids: &[Cid]) -> Vec<Spread> {
        let Some(link) = self.links.get_mut(&from) else { return Vec::new() };
        link.eager = true;
        let hops = |cid: &Cid| self.arrivals.get(cid).map_or(0, |(_, hops)| hops.saturating_add(1));
        let pushes = cids.iter().take(GRAFT_CIDS);
        pushes.map(|cid| Spread::Push { to: from, cid: *cid, hops: hops(cid), direct: false }).collect()
    }

    /// A neighbour announces an event; `known`: it is here.
    pub fn on_announce(&mut self, from: NodeId, cid: Cid, hops: u8, known: bool, now: Millis) -> Vec<Spread> {
        if known {
            return self.shortcut(from, &cid, hops);
        }
        if self.missing.len() >= MAX_MISSING && !self.missing.contains_key(&cid) {
            return Vec::new();
        }
        let fresh = || Missing { at: now + GRAFT_AFTER, announcers: VecDeque::new() };
        let missing = self.missing.entry(cid).or_insert_with(fresh);
        if missing.announcers.len() < MAX_ANNOUNCERS && !missing.announcers.contains(&from) {
            missing.announcers.push_back(from);
        }
        Vec::new()
    }

    fn shortcut(&mut self, from: NodeId, cid: &Cid, hops: u8) -> Vec<Spread> {
        let Some((parent, took)) = self.arrivals.get(cid).copied() else { return Vec::new() };
        let is_shorter = hops.saturating_add(SHORTCUT) <= took && parent != from && self.is_eager(&parent);
        if !is_shorter {
            return Vec::new();
        }
        // Once per event: the swap must not repeat for every neighbour that announces the same.
        self.arrivals.remove(cid);
        self.links.entry(from).and_modify(|link| link.eager = true);
        self.links.entry(parent).and_modify(|link| link.eager = false);
        vec![Spread::Graft(from, Vec::new()), Spread::Prune(parent)]
    }

    /// Sends announcements that have gathered, grafts for what is overdue.
    pub fn tick(&mut self, now: Millis) -> Vec<Spread> {
        let mut out = Vec::new();
        if self.flush_at.is_some_and(|at| at <= now) {
            self.flush_at = None;
            let full = self.links.iter_mut().filter(|(_, link)| !link.outbox.is_empty());
            out.extend(full.map(|(to, link)| Spread::Announce(*to, std::mem::take(&mut link.outbox))));
        }
        let mut grafts: LiteMap<NodeId, Vec<Cid>> = LiteMap::new();
        self.missing.retain(|cid, missing| {
            if missing.at > now {
                return true;
            }
            let Some(from) = missing.announcers.pop_front() else { return false };
            missing.at = now + GRAFT_AGAIN;
            grafts.entry(from).or_default().push(*cid);
            true
        });
        for (from, cids) in grafts {
            let Some(link) = self.links.get_mut(&from) else { continue };
            link.eager = true;
            out.extend(cids.chunks(GRAFT_CIDS).map(|cids| Spread::Graft(from, cids.to_vec())));
        }
        out
    }

    /// When [`PlumTree::tick`] has something to do.
    pub fn next_wake(&self) -> Option<Millis> {
        self.missing.values().map(|missing| missing.at).chain(self.flush_at).min()
    }
}

#[cfg(test)]
mod tests;
