//! Whole joins in virtual time: switchboards with their pools, at relays of all manners. What a transport does is played: a dial
//! makes an offer and candidates, an offer an answer, and an answer the link.

use libp2p_webrtc_browser::Signal;
use paceline_mesh::replica::Millis;
use paceline_room::{Keypair, NodeId};

use crate::{
    changes::Changes,
    keys::RoomKeys,
    nostr::simulation::{Manner, World, random, room, seed},
    rendezvous::Reach,
    switchboard::{Bounds, Output, Setup, Switchboard, Through},
    types::{Path, Paths},
};

/// When a browser finds addresses, after a description was made: its own, and those that a server tells.
const CANDIDATES: [Millis; 4] = [8, 12, 70, 900];
/// When a transport gives an attempt up.
const ATTEMPT: Millis = 15_000;

type Session = [u8; 16];

struct Member {
    id: NodeId,
    run: [u8; 16],
    board: Switchboard,
    linked: bool,
    dialled: Option<(Session, Millis)>,
    /// Signals that its transport makes, and when.
    signals: Vec<(Millis, NodeId, Signal)>,
}

struct Meetup {
    world: World,
    members: Vec<Member>,
    linked_at: Option<Millis>,
}

impl Meetup {
    fn at(manners: &[Manner]) -> Self {
        Self { world: World::new(manners), members: Vec::new(), linked_at: None }
    }

    fn join(&mut self, key: u8) {
        self.world.join(&room("a room"));
        let keypair = Keypair::from_secret([key; 32]);
        let (id, run) = (keypair.node(), [key; 16]);
        let setup = Setup {
            keys: RoomKeys::new(&room("a room")),
            room: room("a room").room,
            keypair,
            run,
            paths: Paths { webrtc: true, broadcast: false },
            servers: true,
            random,
            reach: vec![Reach::World],
            bounds: Bounds::default(),
        };
        let mut board = Switchboard::new(setup, []);
        board.hello(self.world.now);
        self.members.push(Member { id, run, board, linked: false, dialled: None, signals: Vec::new() });
        self.carry_out();
    }

    fn run_until(&mut self, end: Millis) {
        while self.next() <= end {
            let next = self.next();
            self.world.run_until(next);
            self.hear();
            for at in 0..self.members.len() {
                self.run_transport(at);
                if self.members[at].board.wake_at() <= next {
                    self.members[at].board.tick(next);
                }
            }
            self.carry_out();
        }
        self.world.run_until(end);
    }

    fn next(&self) -> Millis {
        let member = |member: &Member| {
            let signals = member.signals.iter().map(|(at, ..)| *at);
            let dial = member.dialled.map(|(_, at)| at + ATTEMPT);
            signals.chain(dial).chain([member.board.wake_at()]).min().unwrap_or(Millis::MAX)
        };
        self.members.iter().map(member).chain([self.world.next()]).min().unwrap_or(Millis::MAX).max(self.world.now)
    }

    fn hear(&mut self) {
        for (at, member) in self.members.iter_mut().enumerate() {
            while let Some((now, envelope)) = self.world.nodes[at].heard.pop_front() {
                if let Some(author) = member.board.received(0, &envelope, now) {
                    self.world.written_by(at, &envelope, author);
                }
            }
        }
        self.carry_out();
    }

    fn run_transport(&mut self, at: usize) {
        let now = self.world.now;
        let member = &mut self.members[at];
        let (due, later) = std::mem::take(&mut member.signals).into_iter().partition(|(when, ..)| *when <= now);
        member.signals = later;
        let due: Vec<(Millis, NodeId, Signal)> = due;
        due.into_iter().for_each(|(_, to, signal)| member.board.send_signal(Path::Webrtc, Some(to), signal, now));
        if member.dialled.is_some_and(|(_, since)| since + ATTEMPT <= now) && !member.linked {
            member.dialled = None;
            let other = self.members[1 - at].id;
            self.members[at].signals.clear();
            self.members[at].board.dial_failed(other, Path::Webrtc, now);
        }
    }

    fn carry_out(&mut self) {
        for at in 0..self.members.len() {
            for output in self.members[at].board.outputs() {
                match output {
                    Output::Send { through: Through::Near, .. } => {}
                    Output::Send { to, envelope, .. } => self.world.send(at, to.as_ref(), &envelope),
                    Output::Dial { peer, .. } => self.dial(at, peer),
                    Output::Signal { from, signal, .. } => self.on_signal(at, from, &signal),
                    Output::Refused { code, .. } => panic!("{code}"),
                    _ => {}
                }
            }
        }
    }

    fn describe(&mut self, at: usize, to: NodeId, signal: Signal) {
        let now = self.world.now;
        let session = *signal.session();
        let signals = &mut self.members[at].signals;
        signals.push((now, to, signal));
        for wait in CANDIDATES {
            let candidate = format!("candidate:{wait} 1 udp 1 host.local 9 typ host");
            signals.push((now + wait, to, Signal::Candidate { session, candidate, mid: Some("0".into()) }));
        }
    }

    fn dial(&mut self, at: usize, peer: NodeId) {
        let mut session = [0; 16];
        random(&mut session);
        self.members[at].dialled = Some((session, self.world.now));
        self.describe(at, peer, Signal::Offer { session, sdp: "v=0\r\n".into(), trickle: true });
    }

    fn on_signal(&mut self, at: usize, from: NodeId, signal: &Signal) {
        match signal {
            Signal::Offer { session, .. } if !self.members[at].linked => {
                self.members[at].signals.clear();
                self.describe(at, from, Signal::Answer { session: *session, sdp: "v=0\r\n".into() });
            }
            Signal::Answer { session, .. } => {
                let waits = self.members[at].dialled.is_some_and(|(dialled, _)| dialled == *session);
                if waits && !self.members[at].linked {
                    self.link();
                }
            }
            _ => {}
        }
    }

    fn link(&mut self) {
        let now = self.world.now;
        self.linked_at.get_or_insert(now);
        let who: Vec<(NodeId, [u8; 16])> = self.members.iter().map(|member| (member.id, member.run)).collect();
        for (member, (id, run)) in self.members.iter_mut().zip(who.into_iter().rev()) {
            member.linked = true;
            member.dialled = None;
            member.signals.clear();
            member.board.linked(id, Path::Webrtc, run, now);
        }
    }

    /// Events that a relay saw of all nodes.
    fn events(&self, relay: usize) -> u64 {
        self.world.relays[relay].events.values().sum()
    }
}

/// Both keys in both orders: whoever comes second may be the one that dials, or not.
const ORDERS: [[u8; 2]; 2] = [[1, 2], [2, 1]];

#[test]
fn a_join_costs_each_relay_a_handful_of_messages() {
    for order in ORDERS {
        let mut meetup = Meetup::at(&[Manner::Good, Manner::Good, Manner::Good]);
        meetup.join(order[0]);
        meetup.run_until(200_000);
        let before: Vec<u64> = (0..3).map(|relay| meetup.events(relay)).collect();
        // After 0, 4, 12, 28 and 60 s, and then about every minute.
        assert!((7..=8).contains(&before[0]) && before == [before[0]; 3], "hellos of a node alone: {before:?}");
        meetup.join(order[1]);
        meetup.run_until(203_900);
        let took = meetup.linked_at.expect("they found each other") - 200_000;
        let cost: Vec<u64> = (0..3).map(|relay| meetup.events(relay) - before[relay]).collect();
        println!("a join through 3 relays, {order:?}: {cost:?} messages at each, linked after {took} ms");
        assert!(cost.iter().all(|cost| *cost <= 4), "hello, perhaps an answer to it, offer, answer: {cost:?}");
        assert!(took < 1_000, "{took}");
        let after: Vec<u64> = (0..3).map(|relay| meetup.events(relay)).collect();
        meetup.run_until(1_000_000);
        let hellos = (800 / 45 + 4) * 2;
        assert!((0..3).all(|relay| meetup.events(relay) - after[relay] <= hellos), "then nothing but rare hellos");
    }
}

#[test]
fn two_that_come_together_cost_no_more() {
    let mut meetup = Meetup::at(&[Manner::Good, Manner::Good]);
    meetup.join(1);
    meetup.join(2);
    meetup.run_until(3_900);
    assert!(meetup.linked_at.is_some());
    println!("two at once through 2 relays: {} messages at each", meetup.events(0));
    assert!(meetup.events(0) <= 5 && meetup.events(1) <= 5, "{} {}", meetup.events(0), meetup.events(1));
}

#[test]
fn they_meet_soon_though_one_relay_is_dead_one_drops_half_and_one_replays() {
    for (at, order) in (0..10).flat_map(|at| ORDERS.map(|order| (at, order))) {
        seed(at);
        let mut meetup = Meetup::at(&[Manner::Dead, Manner::DropsHalf, Manner::Replays]);
        meetup.join(order[0]);
        meetup.run_until(60_000);
        meetup.join(order[1]);
        meetup.run_until(70_000);
        let took = meetup.linked_at.unwrap_or_else(|| panic!("course {at}, {order:?}")) - 60_000;
        assert!(took < 2_000, "course {at}: {took} ms");
    }
}

/// How long it took until two met, in many courses of events, through one relay of that manner.
fn times_through_nothing_but(manner: Manner, within: Millis) {
    let mut times = Vec::new();
    for (at, order) in (0..25).flat_map(|at| ORDERS.map(|order| (at, order))) {
        seed(at);
        let mut meetup = Meetup::at(&[manner]);
        meetup.join(order[0]);
        meetup.run_until(60_000);
        meetup.join(order[1]);
        meetup.run_until(60_000 + within);
        times.push(meetup.linked_at.unwrap_or_else(|| panic!("course {at}, {order:?}")) - 60_000);
        assert!(meetup.events(0) < 200, "{} messages", meetup.events(0));
    }
    times.sort_unstable();
    let (median, last) = (times[times.len() / 2], times[times.len() - 1]);
    println!("through one that {manner:?}: median {median} ms, at most {last} ms");
}

#[test]
fn they_meet_through_nothing_but_a_relay_that_drops_half() {
    times_through_nothing_but(Manner::DropsHalf, 300_000);
}

#[test]
fn they_meet_through_nothing_but_a_relay_that_loses_half_of_all_requests_events_and_answers() {
    times_through_nothing_but(Manner::LosesHalf, 300_000);
}

#[test]
fn they_meet_though_the_network_of_both_changes_ten_times_a_second() {
    let mut meetup = Meetup::at(&[Manner::Good]);
    meetup.join(1);
    meetup.join(2);
    let mut changes = [Changes::default(), Changes::default()];
    for now in (0..60_000).step_by(100) {
        meetup.run_until(now);
        for (at, changes) in changes.iter_mut().enumerate() {
            if changes.changed(now) {
                let time = meetup.world.time(at);
                meetup.world.nodes[at].pool.retry(time);
                meetup.members[at].board.hello_again(now);
            }
        }
        meetup.carry_out();
    }
    assert!(meetup.linked_at.is_some_and(|at| at < 10_000), "{:?}", meetup.linked_at);
    assert!(meetup.world.relays[0].tried.len() < 20, "{:?}", meetup.world.relays[0].tried);
}

#[test]
fn they_meet_through_a_relay_that_comes_up_late() {
    let mut meetup = Meetup::at(&[Manner::Gone]);
    meetup.join(1);
    meetup.join(2);
    meetup.run_until(100_000);
    assert!(meetup.linked_at.is_none());
    meetup.world.relays[0].manner = Manner::Good;
    meetup.run_until(250_000);
    assert!(meetup.linked_at.is_some());
}
