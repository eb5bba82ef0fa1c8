//! The attempts to link that are under way: which offer an answer belongs to. Whoever reads a rendezvous reads the names of all
//! attempts, so an attempt is its peer and that name together, and nobody's signals touch another's.
//!
//! **Who makes room for whom.** Own attempts are pushed out by own ones alone, and long after they failed: an answer that is
//! late is not a wrong one. Of others' offers each peer has [`MAX_A_PEER`], the oldest of which makes room for its next. All
//! that come one way have [`MAX_A_WAY`] together, and when these are taken a new one is refused rather than one pushed out that
//! is under way: keys are free, and a flood of them would push out everybody. So a flood fills the way it comes, for as long as
//! it lasts; what comes within this browser or through the room, where each link has its budget, finds its places free. A place
//! is free again once the link is up, the attempt was given up, or [`OVER_AFTER`]. What goes out of band has its own.

use paceline_mesh::replica::Millis;
use paceline_room::{
    NodeId,
    cost::{self, LiteMap, looking},
};

use super::io::{Session, Via};
use crate::types::Path;

/// Others' offers of one peer: a dial over each path, and one of each that hangs since its tab was reloaded.
pub(crate) const MAX_A_PEER: usize = 4;
/// Others' offers that came one way.
pub(crate) const MAX_A_WAY: usize = 16;
/// Others' offers in all: a room knows of three ways.
#[cfg(target_arch = "wasm32")]
pub(crate) const MAX_OFFERS: usize = 3 * MAX_A_WAY;
/// Own attempts: several times the dials that may be under way.
pub(super) const MAX_OURS: usize = 64;
/// Invites that wait for a reply, and invites that were read, each.
pub(super) const MAX_OUT_OF_BAND: usize = 64;
/// No attempt takes longer: the transports give each of its two parts, connecting and proving, half of that.
pub(crate) const OVER_AFTER: Millis = 30_000;

/// An attempt's name here.
pub(super) type Name = (NodeId, Session);

/// The offer of an attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offered {
    /// The hash of what it said, which an answer repeats.
    pub(super) hash: [u8; 32],
    pub(super) path: Path,
    pub(super) at: Millis,
}

/// An invite of this node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Invite {
    pub(super) hash: [u8; 32],
    /// Who replied.
    pub(super) by: Option<NodeId>,
    order: u64,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Sessions {
    a_way: usize,
    ours: LiteMap<Name, Offered>,
    theirs: LiteMap<Name, (Offered, Via)>,
    pub(super) invites: LiteMap<Session, Invite>,
    /// Invites of others that were read here.
    handed: LiteMap<Name, [u8; 32]>,
    invited: u64,
}

impl Sessions {
    /// `a_way`: others' offers that may be under way of those that came one way.
    pub(super) fn new(a_way: usize) -> Self {
        let (ours, theirs) = (LiteMap::new(), LiteMap::new());
        Self { a_way, ours, theirs, invites: LiteMap::new(), handed: LiteMap::new(), invited: 0 }
    }

    /// Where a test plants a walk over everything.
    pub(super) fn ground(&self) {
        cost::ground(|| self.theirs.keys());
    }

    /// This node offers.
    pub(super) fn offer(&mut self, name: Name, offered: Offered) {
        if self.ours.len() >= MAX_OURS && !self.ours.contains_key(&name) {
            let oldest = self.ours.iter().min_by_key(|(_, it)| it.at).map(|(name, _)| *name);
            oldest.map(|name| self.ours.remove(&name));
        }
        self.ours.insert(name, offered);
    }

    /// The peer that it names offers. `false`: there is no place for it.
    pub(super) fn take(&mut self, name: Name, offered: Offered, via: Via) -> bool {
        let over = |it: &Offered| it.at + OVER_AFTER <= offered.at;
        self.theirs.retain(|_, (it, _)| !over(it));
        let (mut of_peer, mut a_way, mut oldest) = (0, 0, None);
        for (other, (it, came)) in self.theirs.iter().filter(|(other, _)| **other != name) {
            a_way += usize::from(*came == via);
            if other.0 == name.0 {
                of_peer += 1;
                oldest = oldest.filter(|(at, _)| *at <= it.at).or(Some((it.at, *other)));
            }
        }
        if of_peer >= MAX_A_PEER {
            let freed = oldest.and_then(|(_, other)| self.theirs.remove(&other));
            a_way -= usize::from(freed.is_some_and(|(_, came)| came == via));
        }
        let has_place = a_way < self.a_way;
        if has_place {
            self.theirs.insert(name, (offered, via));
        }
        has_place
    }

    /// The hash of this node's offer.
    pub(super) fn offered(&self, name: &Name) -> Option<[u8; 32]> {
        self.ours.get(name).map(|it| it.hash)
    }

    /// The hash of the peer's offer or invite.
    pub(super) fn taken(&self, name: &Name) -> Option<[u8; 32]> {
        self.theirs.get(name).map(|(it, _)| it.hash).or_else(|| self.handed.get(name).copied())
    }

    /// Whether an attempt with that peer is under way that it began.
    pub(super) fn is_offered_by(&self, peer: &NodeId, now: Millis) -> bool {
        let (Ok(first) | Err(first)) = self.theirs.find_index(&(*peer, Session::default()));
        let of_peer = (first..).map_while(|at| self.theirs.get_indexed(at)).take_while(|((node, _), _)| node == peer);
        looking(of_peer).any(|(_, (it, _))| now < it.at + OVER_AFTER)
    }

    /// The attempt of the peer's is over.
    pub(super) fn give_up(&mut self, name: &Name) {
        self.theirs.remove(name);
    }

    /// A link with that peer is up.
    pub(super) fn linked(&mut self, peer: &NodeId, path: Path) {
        self.theirs.retain(|(node, _), (it, _)| node != peer || it.path != path);
    }

    /// An invite was made.
    pub(super) fn invite(&mut self, session: Session, hash: [u8; 32]) {
        if self.invites.len() >= MAX_OUT_OF_BAND {
            let oldest = self.invites.iter().min_by_key(|(_, it)| it.order).map(|(session, _)| *session);
            oldest.map(|session| self.invites.remove(&session));
        }
        self.invited += 1;
        self.invites.insert(session, Invite { hash, by: None, order: self.invited });
    }

    /// An invite of the peer's was read.
    pub(super) fn read(&mut self, name: Name, hash: [u8; 32]) {
        if self.handed.len() >= MAX_OUT_OF_BAND && !self.handed.contains_key(&name) {
            let first = self.handed.keys().next().copied();
            first.map(|name| self.handed.remove(&name));
        }
        self.handed.insert(name, hash);
    }

    /// Whether what is said of it goes out of band.
    pub(super) fn is_out_of_band(&self, to: Option<NodeId>, session: Session) -> bool {
        let invited = self.invites.get(&session).is_some_and(|it| it.by == to);
        invited || to.is_some_and(|to| self.handed.contains_key(&(to, session)))
    }
}
