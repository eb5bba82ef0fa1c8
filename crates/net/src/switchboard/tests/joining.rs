//! Whole rooms of switchboards, with the mesh between them and a relay beside: who meets whom through what, and what that costs
//! the relay. Transports are played: a dial is an offer, an answer and some candidates each way, and then there is a link.

use std::collections::{BTreeMap, BTreeSet};

use paceline_mesh::{Input, Lane, Output as Mesh, Replica};

use super::*;

/// Candidates of one side; a machine with an address or two and STUN has about so many.
const CANDIDATES: usize = 4;
/// What a message takes, on a link or through the relay.
const WAY: Millis = 20;
/// What a dial takes to fail.
const DIAL_FAILS: Millis = 15_000;
/// Of [`board`]'s rendezvous the relay.
const RELAY: Via = 1;

struct Node {
    board: Switchboard,
    replica: Replica,
    tick_at: Option<Millis>,
    relay: bool,
    resting: bool,
    links: BTreeSet<usize>,
    through_room: usize,
}

enum Event {
    Relay { from: usize, envelope: Vec<u8> },
    Mesh { from: usize, to: usize, lane: Lane, bytes: Vec<u8> },
    Relayed { to: usize, bytes: Vec<u8> },
    Up(usize, usize),
    Failed { at: usize, peer: usize },
}

#[derive(Default)]
struct Room {
    now: Millis,
    nodes: Vec<Node>,
    queue: BTreeMap<(Millis, u64), Event>,
    serial: u64,
    relayed: usize,
    cannot_link: BTreeSet<(usize, usize)>,
}

impl Room {
    fn join(&mut self, relay: bool) -> usize {
        let at = self.nodes.len();
        let n = u8::try_from(at + 1).unwrap();
        let board = board(n, n, Paths { webrtc: true, broadcast: false });
        let mut replica = Replica::new(room().room, Keypair::from_secret([n; 32]));
        replica.started(1_000);
        let node =
            Node { board, replica, tick_at: None, relay, resting: false, links: BTreeSet::new(), through_room: 0 };
        self.nodes.push(node);
        self.mesh(at, Input::Hears(relay));
        self.nodes[at].board.hello(self.now);
        self.carry_out(at);
        at
    }

    fn reach_relay(&mut self) {
        for at in 0..self.nodes.len() {
            self.nodes[at].relay = true;
            let hears = !self.nodes[at].resting;
            self.mesh(at, Input::Hears(hears));
            self.nodes[at].board.hello(self.now);
            self.carry_out(at);
        }
    }

    fn index(&self, id: &NodeId) -> usize {
        self.nodes.iter().position(|node| node.board.me == *id).unwrap()
    }

    fn later(&mut self, wait: Millis, event: Event) {
        self.serial += 1;
        self.queue.insert((self.now + wait, self.serial), event);
    }

    fn link(&mut self, a: usize, b: usize) {
        for (at, peer) in [(a, b), (b, a)] {
            if self.nodes[at].links.insert(peer) {
                let (id, run) = (self.nodes[peer].board.me, self.nodes[peer].board.fresh.run());
                let now = self.now;
                self.nodes[at].board.linked(id, Path::Webrtc, run, now);
                self.mesh(at, Input::LinkUp(id));
                self.carry_out(at);
            }
        }
    }

    fn leave(&mut self, gone: usize) {
        let id = self.nodes[gone].board.me;
        for at in std::mem::take(&mut self.nodes[gone].links) {
            self.nodes[at].links.remove(&gone);
            let now = self.now;
            self.nodes[at].board.unlinked(id, true, now);
            self.mesh(at, Input::LinkDown { peer: id, goodbye: true });
            self.carry_out(at);
        }
        self.nodes[gone].relay = false;
    }

    fn run_for(&mut self, time: Millis) {
        let end = self.now + time;
        while self.now < end {
            self.now += 10;
            while self.queue.first_key_value().is_some_and(|((at, _), _)| *at <= self.now) {
                let Some((_, event)) = self.queue.pop_first() else { break };
                self.happen(event);
            }
            for at in (0..self.nodes.len())
                .filter(|at| self.nodes[*at].relay || !self.nodes[*at].links.is_empty())
                .collect::<Vec<_>>()
            {
                if self.nodes[at].tick_at.is_some_and(|due| due <= self.now) {
                    self.nodes[at].tick_at = None;
                    self.mesh(at, Input::Tick);
                }
                if self.nodes[at].board.wake_at() <= self.now {
                    let now = self.now;
                    self.nodes[at].board.tick(now);
                }
                self.carry_out(at);
            }
        }
    }

    fn happen(&mut self, event: Event) {
        let now = self.now;
        match event {
            Event::Relay { from, envelope } => {
                for at in 0..self.nodes.len() {
                    if at != from && self.nodes[at].relay && !self.nodes[at].resting {
                        self.nodes[at].board.received(RELAY, &envelope, now);
                        self.carry_out(at);
                    }
                }
            }
            Event::Mesh { from, to, lane, bytes } => {
                if self.nodes[to].links.contains(&from) {
                    let peer = self.nodes[from].board.me;
                    self.mesh(to, Input::Received { peer, lane, bytes });
                }
            }
            Event::Relayed { to, bytes } => {
                self.nodes[to].board.received(ROOM, &bytes, now);
                self.carry_out(to);
            }
            Event::Up(a, b) => self.link(a, b),
            Event::Failed { at, peer } => {
                let peer = self.nodes[peer].board.me;
                self.nodes[at].board.dial_failed(peer, Path::Webrtc, now);
                self.carry_out(at);
            }
        }
    }

    fn mesh(&mut self, at: usize, input: Input) {
        let now = self.now;
        for output in self.nodes[at].replica.handle(input, now) {
            match output {
                Mesh::Send { peer, lane, bytes } => {
                    let to = self.index(&peer);
                    self.later(WAY, Event::Mesh { from: at, to, lane, bytes });
                }
                Mesh::Carried { bytes } => self.later(0, Event::Relayed { to: at, bytes }),
                Mesh::Acquainted(nodes) => self.nodes[at].board.acquainted(&nodes, now),
                Mesh::Rest(rest) => {
                    self.nodes[at].resting = rest;
                    self.nodes[at].board.rest(rest, now);
                    let hears = self.nodes[at].relay && !rest;
                    self.mesh(at, Input::Hears(hears));
                }
                Mesh::WakeAt(due) => self.nodes[at].tick_at = Some(due),
                Mesh::Refused { code, .. } => panic!("refused: {code}"),
                _ => {}
            }
        }
    }

    fn carry_out(&mut self, at: usize) {
        for output in self.nodes[at].board.outputs() {
            match output {
                Output::Send { through, to, envelope } => self.send(at, through, to, envelope),
                Output::Dial { peer, .. } => {
                    self.serial += 1;
                    let mut session = [0; 16];
                    session[..8].copy_from_slice(&self.serial.to_le_bytes());
                    let peer_at = self.index(&peer);
                    self.signal(at, peer, offer(session));
                    if self.cannot_link.contains(&(at.min(peer_at), at.max(peer_at))) {
                        self.later(DIAL_FAILS, Event::Failed { at, peer: peer_at });
                    }
                }
                Output::Signal { from, signal: Signal::Offer { session, .. }, .. } => {
                    self.signal(at, from, Signal::Answer { session, sdp: "v=0".into() });
                }
                Output::Signal { from, signal: Signal::Answer { .. }, .. } => {
                    let from = self.index(&from);
                    if !self.cannot_link.contains(&(at.min(from), at.max(from))) {
                        self.later(4 * WAY, Event::Up(at, from));
                    }
                }
                // What is not answered is sent again as it was.
                Output::Refused { code, .. } if code != Replayed::CODE => panic!("refused: {code}"),
                _ => {}
            }
        }
    }

    /// An offer or an answer, and the candidates after it.
    fn signal(&mut self, at: usize, to: NodeId, first: Signal) {
        let (session, now) = (*first.session(), self.now);
        self.nodes[at].board.send_signal(Path::Webrtc, Some(to), first, now);
        for number in 0..CANDIDATES {
            let candidate = Signal::Candidate { session, candidate: format!("candidate:{number}"), mid: None };
            self.nodes[at].board.send_signal(Path::Webrtc, Some(to), candidate, now);
        }
        self.carry_out(at);
    }

    fn send(&mut self, at: usize, through: Through, to: Option<NodeId>, envelope: Vec<u8>) {
        let relays = matches!(through, Through::All | Through::One(RELAY));
        if relays && self.nodes[at].relay {
            self.relayed += 1;
            self.later(WAY, Event::Relay { from: at, envelope: envelope.clone() });
        }
        if let (Some(to), Through::All | Through::One(ROOM)) = (to, through) {
            self.nodes[at].through_room += 1;
            self.mesh(at, Input::Carry { to, bytes: envelope });
        }
    }

    fn is_whole(&self) -> bool {
        self.nodes.iter().all(|node| node.links.len() == self.nodes.len() - 1)
    }

    /// What the relay has carried since the last look.
    fn relayed(&mut self) -> usize {
        std::mem::take(&mut self.relayed)
    }
}

#[test]
fn a_join_costs_the_relay_the_same_few_messages_however_large_the_room() {
    let mut room = Room::default();
    let mut costs = Vec::new();
    for _ in 0..12 {
        room.join(true);
        room.run_for(3_500);
        assert!(room.is_whole(), "{} nodes are linked", room.nodes.len());
        costs.push(room.relayed());
        room.run_for(56_500);
        room.relayed();
    }
    println!("messages on the relay by join: {costs:?}");
    // A hello; for each of the two who listen an answer to it, an offer and an answer; and a hello of theirs may fall in this time.
    assert!(costs.iter().all(|cost| *cost <= 1 + 2 * 3 + 2), "{costs:?}");
}

#[test]
fn a_quiet_room_costs_the_relay_four_hellos_a_minute() {
    let mut room = Room::default();
    (0..8).for_each(|_| _ = room.join(true));
    room.run_for(120_000);
    assert!(room.is_whole());
    assert_eq!(room.nodes.iter().filter(|node| !node.resting).count(), 2);
    room.relayed();
    room.run_for(10 * 60_000);
    let hellos = room.relayed();
    // And one of each who glances meanwhile: about two a minute.
    assert!((18..=22 + 30).contains(&hellos), "{hellos} messages in ten minutes");
}

#[test]
fn two_that_only_say_that_they_listen_keep_nobody_out_for_long() {
    let mut room = Room::default();
    (0..6).for_each(|_| _ = room.join(true));
    room.run_for(30_000);
    let liars: Vec<usize> = (0..6).filter(|at| !room.nodes[*at].resting).collect();
    assert_eq!(liars.len(), 2);
    // They hear nothing any more, and go on saying that they do.
    liars.iter().for_each(|at| room.nodes[*at].relay = false);
    let newcomer = room.join(true);
    let mut waited = 0;
    while room.nodes[newcomer].links.is_empty() && waited < 20 * 60_000 {
        room.run_for(1_000);
        waited += 1_000;
    }
    println!("linked after {} s", waited / 1_000);
    room.run_for(10_000);
    assert_eq!(room.nodes[newcomer].links.len(), 6, "one link is enough to meet all");
}

#[test]
fn two_groups_that_never_met_merge_once_they_reach_one_relay() {
    let mut room = Room::default();
    (0..6).for_each(|_| _ = room.join(false));
    for (a, b) in [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)] {
        room.link(a, b);
    }
    room.run_for(60_000);
    assert!(room.nodes.iter().all(|node| node.links.len() == 2));
    room.reach_relay();
    room.run_for(10_000);
    assert!(room.is_whole());
    println!("{} messages on the relay for two groups of three", room.relayed());
}

#[test]
fn with_one_link_a_newcomer_gets_all_others_without_any_relay() {
    let mut room = Room::default();
    (0..7).for_each(|_| _ = room.join(false));
    for at in 1..7 {
        room.link(at - 1, at);
        room.run_for(3_000);
        assert!(room.nodes[..=at].iter().all(|node| node.links.len() == at), "with node {at}");
    }
    let relayed: usize = room.nodes.iter().map(|node| node.through_room).sum();
    let introductions = 7 * 6 / 2 - 6;
    println!("{relayed} relayed messages for {introductions} introductions, {CANDIDATES} candidates a side");
    assert!(relayed <= introductions * (1 + 2 * (1 + CANDIDATES) + 1));
}

#[test]
fn a_room_without_its_listeners_is_found_by_the_next_who_comes() {
    let mut room = Room::default();
    (0..6).for_each(|_| _ = room.join(true));
    room.run_for(30_000);
    let listening: Vec<usize> = (0..6).filter(|at| !room.nodes[*at].resting).collect();
    assert_eq!(listening.len(), 2);
    listening.into_iter().for_each(|at| room.leave(at));
    room.run_for(10_000);
    let newcomer = room.join(true);
    room.run_for(10_000);
    assert_eq!(room.nodes[newcomer].links.len(), 4);
}

#[test]
fn a_pair_that_cannot_link_costs_the_relay_nothing() {
    let mut room = Room { cannot_link: BTreeSet::from([(2, 5)]), ..Room::default() };
    (0..6).for_each(|_| _ = room.join(true));
    room.run_for(120_000);
    assert!(room.nodes[2].links.len() == 4 && room.nodes[5].links.len() == 4);
    room.relayed();
    let before: usize = room.nodes.iter().map(|node| node.through_room).sum();
    room.run_for(10 * 60_000);
    let through_room = room.nodes.iter().map(|node| node.through_room).sum::<usize>() - before;
    let relayed = room.relayed();
    println!("{relayed} messages on the relay and {through_room} through the room in ten minutes");
    assert!(relayed <= 22 + 30, "hellos of the two who listen, and of those who glance");
    assert!(through_room <= 10 * (1 + 2 * (1 + CANDIDATES) + 1));
}
