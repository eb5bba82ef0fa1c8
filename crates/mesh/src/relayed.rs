//! Relayed messages: small sealed bytes that cross a few links to a member who is not a neighbour, so that the room introduces
//! its own newcomers to one another. What is in them is nobody's business here, and nothing is kept.
//!
//! Every node a relayed message passes decides alone where it goes on: to its addressee if they are linked, else to neighbours
//! that are linked with the addressee by what beacons say, else to a few others. A relayed message crosses [`RELAYED_LINKS`]
//! links at most, may take two ways at once and is dropped where it has been before. It may be lost, doubled and overtaken, and
//! nobody says so: who sent it tries again, and then other neighbours carry it (one that lies about its links keeps nobody
//! apart for long).
//!
//! Budgets are per link. Of what a neighbour brings only so much is passed on, and over each link goes only so much: the rest is
//! left out, so a flood hurts neither those who pass it on nor those behind them. A neighbour that brings more than any honest
//! node sends is refused.

use paceline_room::{Cid, NodeId, cost::LiteMap};

use crate::{
    budgets::{Bucket, RELAYED_FOR_ONE, RELAYED_IN, RELAYED_LEAST, RELAYED_OUT},
    recent::Recent,
    roster::Roster,
    time::Millis,
    wire::{Carry, RELAYED_LINKS},
};

/// More relayed messages came over a link than any honest node sends.
pub const TOO_MANY_RELAYED: &str = "too-many-letters";
/// Neighbours that get a relayed message if none is known to be linked with its addressee. Guess: most of a small room; in a
/// large one the beacons know better.
const SCATTERED: usize = 3;
/// Neighbours linked with the addressee that get a relayed message: one and one to spare.
const BEARERS: usize = 2;
/// How long a node gives relayed messages for one addressee to the same neighbours: the first messages of one attempt to connect.
const TURN: Millis = 8_000;

// Honest nodes refuse nothing of one another.
const _: () = assert!(RELAYED_OUT.burst < RELAYED_IN.burst && RELAYED_OUT.per_second < RELAYED_IN.per_second);

/// What becomes of a relayed message.
#[derive(Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is for this node.
    Mine(Vec<u8>),
    /// It goes on to these; to none if nobody is left to try, if it has come far enough, was here before or is too much.
    GoesOn(Vec<NodeId>, Carry),
    /// Refused, with all that come after it for a while.
    TooMany,
}

/// What is remembered of relayed messages. See the module.
#[derive(Debug, Default)]
pub struct Relayed {
    seen: Recent,
    links: LiteMap<NodeId, Budget>,
}

#[derive(Debug)]
struct Budget {
    came: Bucket,
    passed_on: Bucket,
    went: Bucket,
}

impl Relayed {
    /// A link is up.
    pub fn link_up(&mut self, peer: NodeId, now: Millis) {
        let budget = Budget {
            came: Bucket::new(RELAYED_IN, now),
            passed_on: Bucket::new(RELAYED_FOR_ONE, now),
            went: Bucket::new(RELAYED_OUT, now),
        };
        self.links.insert(peer, budget);
    }

    /// How full it is.
    #[cfg(feature = "test-utils")]
    pub fn queues(&self, links: usize) -> [crate::queue::Queue; 2] {
        [
            self.seen.queue("relayed messages that were here"),
            crate::queue::Queue::new("budgets for relayed messages", self.links.len(), links),
        ]
    }

    /// A link is gone.
    pub fn link_down(&mut self, peer: &NodeId) {
        self.links.remove(peer);
    }

    /// This node sends a relayed message.
    pub fn send(&mut self, to: NodeId, bytes: Vec<u8>, roster: &Roster, now: Millis) -> Fate {
        let carry = Carry(to, RELAYED_LINKS, bytes.into());
        self.seen.insert(name(&carry));
        self.pass_on(None, carry, roster, now)
    }

    /// A relayed message came over the link with `peer`.
    pub fn on_carry(&mut self, peer: NodeId, carry: Carry, me: &NodeId, roster: &Roster, now: Millis) -> Fate {
        let cost = cost(&carry);
        let Some(link) = self.links.get_mut(&peer) else { return Fate::TooMany };
        if !link.came.take(RELAYED_IN, cost, now) {
            return Fate::TooMany;
        }
        let name = name(&carry);
        if self.seen.contains(&name) {
            return Fate::GoesOn(Vec::new(), carry);
        }
        if carry.0 == *me {
            self.seen.insert(name);
            return Fate::Mine(carry.2.into_vec());
        }
        // One that has come too far may still come by a shorter way.
        if carry.1 == 0 || !link.passed_on.take(RELAYED_FOR_ONE, cost, now) {
            return Fate::GoesOn(Vec::new(), carry);
        }
        self.seen.insert(name);
        self.pass_on(Some(&peer), carry, roster, now)
    }

    /// `carry` names the links it may cross from here.
    fn pass_on(&mut self, from: Option<&NodeId>, carry: Carry, roster: &Roster, now: Millis) -> Fate {
        let Carry(to, links, bytes) = carry;
        let carry = Carry(to, links.saturating_sub(1), bytes);
        let cost = cost(&carry);
        let mut next = ways(&to, from, links, roster, now);
        next.retain(|peer| self.links.get_mut(peer).is_some_and(|link| link.went.take(RELAYED_OUT, cost, now)));
        Fate::GoesOn(next, carry)
    }
}

/// The neighbours that get a relayed message which may cross so many links from here.
fn ways(to: &NodeId, from: Option<&NodeId>, links: u8, roster: &Roster, now: Millis) -> Vec<NodeId> {
    if links == 0 {
        return Vec::new();
    }
    let straight = roster.greeted().get(to);
    // Who writes to a neighbour may do so because their link fails: those relayed messages go around it as well.
    if let (Some(to), Some(_)) = (straight, from) {
        return vec![*to];
    }
    let mut others: Vec<&NodeId> =
        roster.greeted().iter().filter(|peer| Some(*peer) != from && Some(*peer) != straight).collect();
    // For a while the same ones, so that relayed messages seldom overtake one another; then others.
    let turn = now / TURN;
    others.sort_by_cached_key(|peer| Cid::of(&[peer.as_bytes(), to.as_bytes(), &turn.to_le_bytes()[..]].concat()));
    let (near, far): (Vec<&NodeId>, Vec<&NodeId>) = others.into_iter().partition(|peer| roster.are_linked(peer, to));
    let around = match (near.is_empty(), links) {
        (false, 2..) => near.into_iter().take(BEARERS),
        (true, 3..) if straight.is_none() => far.into_iter().take(SCATTERED),
        _ => Vec::new().into_iter().take(0),
    };
    straight.into_iter().chain(around).copied().collect()
}

fn name(Carry(to, _, bytes): &Carry) -> Cid {
    Cid::of(&[to.as_bytes(), &bytes[..]].concat())
}

fn cost(carry: &Carry) -> u64 {
    (carry.2.len() as u64).max(RELAYED_LEAST)
}

#[cfg(test)]
mod tests;
