//! Laws of growth of the pool, with n relays, and of what it remembers of peers, where no more than n may be. What waits at one
//! relay is bounded by a few dozen, in lists ([`super::super::relay::limits`]).

use paceline_room::{
    cost,
    testing::growth::{Grows, Law, assert_kept, assert_measured, assert_sighted},
};

use super::*;
use crate::{
    nostr::simulation::{random, room},
    types::MAX_RELAYS,
};

/// What is called from outside, by name.
const HANDLERS: &[(&str, &[Law])] = &[
    ("tick", TICK),
    ("time_learned", TIME_LEARNED),
    ("opened", OPENED),
    ("closed", CLOSED),
    ("read", READ),
    ("read_too_long", READ_TOO_LONG),
    ("send", SEND),
    ("written_by", WRITTEN_BY),
    ("rest", REST),
    ("retry", RETRY),
    ("sending", SENDING),
    ("came", CAME),
];
/// What looks at nothing that grows.
const TABLELESS: &[&str] = &["outputs"];

/// Relays: some of one's own, most of a list.
const RELAYS: usize = MAX_RELAYS / 4;

const TICK: &[Law] =
    &[Law::new("time, with n relays", Grows::Each(4), |n| pool(n).costs(|it| it.tick(LATER))).at(RELAYS)];

const TIME_LEARNED: &[Law] =
    &[Law::new("another time, with n relays", Grows::Each(3), |n| pool(n).costs(|it| it.time_learned(LATER)))
        .at(RELAYS)];

const OPENED: &[Law] =
    &[Law::new("a socket open beside n relays", Grows::Each(3), |n| pool(n).costs(|it| it.opened(0, NOW))).at(RELAYS)];

const CLOSED: &[Law] = &[Law::new("a socket closed beside n relays", Grows::Each(3), |n| {
    pool(n).costs(|it| it.closed(0, SocketError::BadAddress, NOW))
})
.at(RELAYS)];

const READ: &[Law] =
    &[Law::new("a text beside n relays", Grows::Each(3), |n| pool(n).costs(|it| it.read(0, "[]", NOW))).at(RELAYS)];

const READ_TOO_LONG: &[Law] =
    &[Law::new("a text too long beside n relays", Grows::Each(3), |n| pool(n).costs(|it| it.read_too_long(0, NOW)))
        .at(RELAYS)];

const SEND: &[Law] =
    &[Law::new("an envelope for all, with n relays", Grows::Each(2), |n| pool(n).costs(|it| it.send(None, b"x", NOW)))
        .at(RELAYS)];

const REST: &[Law] =
    &[Law::new("rest, with n relays", Grows::Each(4), |n| pool(n).costs(|it| it.rest(true, NOW))).at(RELAYS)];

const RETRY: &[Law] =
    &[Law::new("all tried again, with n relays", Grows::Each(4), |n| pool(n).costs(|it| it.retry(LATER))).at(RELAYS)];

const SENDING: &[Law] = &[Law::new("an own envelope where n are remembered, and no more may be", Grows::Never, |n| {
    let mut peers = peers(n);
    cost::of(|| peers.sending(&envelope(n))).1
})];

const CAME: &[Law] = &[
    Law::new("an envelope where n are remembered, and no more may be", Grows::Never, |n| {
        let mut peers = peers(n);
        cost::of(|| assert_eq!(peers.came(&envelope(n), DATED), Came::First)).1
    }),
    Law::new("an envelope that comes again another way, of one of n peers", Grows::Never, |n| {
        let mut peers = peers(n);
        cost::of(|| assert_eq!(peers.came(&envelope(0), DATED), Came::Again)).1
    }),
];

const WRITTEN_BY: &[Law] = &[
    Law::new("a new peer where n are remembered, and no more may be", Grows::Each(1), |n| {
        let mut peers = peers(n);
        peers.came(&envelope(n), DATED);
        cost::of(|| assert!(peers.written_by(&envelope(n), node(n)).is_some())).1
    }),
    Law::new("one of n peers heard again", Grows::Never, |n| {
        let mut peers = peers(n);
        peers.came(&envelope(n), DATED);
        cost::of(|| assert!(peers.written_by(&envelope(n), node(1)).is_some())).1
    }),
];

const NOW: Time = Time { now: 1_000, wall: 1_800_000_000_000 };
const LATER: Time = Time { now: 61_000, wall: 1_800_000_060_000 };
const DATED: Dated = Dated { relay: 1, written: 1_000, came: 1_200 };

fn node(n: usize) -> NodeId {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&(n as u64).to_be_bytes());
    NodeId::from_bytes(key)
}

fn envelope(n: usize) -> [u8; 8] {
    (n as u64).to_be_bytes()
}

/// The first peer in order came first: it goes first, and the others move.
fn peers(n: usize) -> Peers {
    let mut peers = Peers::remembering(n, n);
    for at in 0..n {
        peers.came(&envelope(at), DATED);
        peers.written_by(&envelope(at), node(at));
    }
    peers
}

fn pool(n: usize) -> Pool {
    let urls: Vec<String> = (0..n).map(|at| format!("wss://relay{at}.example")).collect();
    let (own, listed) = urls.split_at(n * MAX_OWN_RELAYS / MAX_RELAYS);
    let mut pool = Pool::new("nostr", (own, listed), RoomKeys::new(&room("a room")), random, NOW);
    assert_eq!(pool.relays.len(), n);
    (0..pool.own).for_each(|at| pool.opened(at, NOW));
    pool
}

impl Pool {
    fn costs(&mut self, act: impl FnOnce(&mut Self)) -> u64 {
        cost::of(|| act(self)).1
    }
}

fn laws() -> impl Iterator<Item = &'static Law> {
    HANDLERS.iter().flat_map(|(_, laws)| *laws)
}

#[test]
fn every_handler_of_the_pool_has_a_law_and_every_map_counts() {
    let sources = [include_str!("../pool.rs"), include_str!("../peers.rs")];
    assert_measured(&sources, &["&mut self"], HANDLERS, TABLELESS);
}

#[test]
fn every_law_of_growth_of_the_pool_is_kept_or_known_to_be_broken() {
    assert_kept(laws());
}

#[test]
fn a_planted_walk_breaks_every_law_of_growth_of_the_pool() {
    assert_sighted(laws());
}
