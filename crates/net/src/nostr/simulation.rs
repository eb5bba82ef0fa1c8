//! Relays, good and bad, with nodes at them, in virtual time. For tests.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use paceline_mesh::replica::Millis;
use paceline_room::{Cid, NodeId};
use serde_json::{Value, json};

use super::pool::{Output, Pool, Time};
use crate::{keys::RoomKeys, link::RoomLink, sockets::SocketError};

/// Noon of some day, in Unix milliseconds.
pub(super) const NOON: u64 = 20_000 * crate::keys::DAY_MS + 12 * 60 * 60 * 1000;
/// From node to relay or back.
pub(super) const LATENCY: Millis = 40;

thread_local! {
    static RANDOM: Cell<u64> = const { Cell::new(1) };
}

/// Another course of events.
pub(super) fn seed(seed: u64) {
    RANDOM.set(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
}

/// Bytes that are the same in each run (xorshift64).
pub(super) fn random(bytes: &mut [u8]) {
    for byte in bytes {
        let mut x = RANDOM.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        RANDOM.set(x);
        *byte = x.to_be_bytes()[3];
    }
}

/// A coin.
fn flip() -> bool {
    let mut coin = [0];
    random(&mut coin);
    coin[0] & 1 == 0
}

pub(super) fn room(name: &str) -> RoomLink {
    RoomLink { room: Cid::of(name.as_bytes()), secret: [7; 32] }
}

/// What a relay does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Good,
    /// Never answers, not even the connection.
    Dead,
    /// Refuses the connection.
    Gone,
    /// Connects, and never says anything.
    Silent,
    /// So much later each way.
    Slow(Millis),
    /// Passes on a half of the events.
    DropsHalf,
    /// Loses a half of all that is sent, either way.
    LosesHalf,
    /// Takes no request that asks for so little of what it stored, and says so that way.
    Wants(u64, Says),
    /// Passes on each event, and again and again with all that came before.
    Replays,
    /// Subscriptions are served; events are neither answered nor passed on.
    Forgets,
    /// Takes no event, for that reason.
    Refuses(&'static str),
    /// Ends each subscription, for that reason.
    Ends(&'static str),
}

/// How a relay refuses a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    Closed(&'static str),
    Notice(&'static str),
    Nothing,
}

#[derive(Debug, Clone)]
enum Wire {
    Open,
    Closed,
    ToRelay(String),
    ToNode(String),
}

#[derive(Debug)]
struct Flight {
    at: Millis,
    node: usize,
    relay: usize,
    /// Of which connection: what belongs to one that is closed is lost.
    connection: u64,
    wire: Wire,
}

/// A relay and what it saw.
pub(super) struct SimRelay {
    pub(super) manner: Manner,
    subscriptions: BTreeMap<(usize, String), Value>,
    stored: Vec<Value>,
    /// Events that each node sent.
    pub(super) events: BTreeMap<usize, u64>,
    /// Connections that were tried, and when.
    pub(super) tried: Vec<Millis>,
    /// All texts that came.
    pub(super) texts: Vec<String>,
}

/// A node at the relays.
pub(super) struct SimNode {
    pub(super) pool: Pool,
    connections: Vec<Option<u64>>,
    /// Envelopes that came, and when.
    pub(super) heard: VecDeque<(Millis, Vec<u8>)>,
    pub(super) changes: usize,
    /// How late its clock is.
    late: Millis,
}

/// All of it.
pub(super) struct World {
    pub(super) now: Millis,
    pub(super) wall: u64,
    pub(super) nodes: Vec<SimNode>,
    pub(super) relays: Vec<SimRelay>,
    flights: Vec<Flight>,
    connections: u64,
}

pub(super) fn url(relay: usize) -> String {
    format!("wss://relay-{relay}.example/")
}

impl World {
    pub(super) fn new(manners: &[Manner]) -> Self {
        let relay = |manner: &Manner| SimRelay {
            manner: *manner,
            subscriptions: BTreeMap::new(),
            stored: Vec::new(),
            events: BTreeMap::new(),
            tried: Vec::new(),
            texts: Vec::new(),
        };
        let relays = manners.iter().map(relay).collect();
        Self { now: 0, wall: NOON, nodes: Vec::new(), relays, flights: Vec::new(), connections: 0 }
    }

    /// What a node's clock says.
    pub(super) fn time(&self, node: usize) -> Time {
        let late = self.nodes.get(node).map_or(0, |node| node.late);
        Time { now: self.now, wall: self.wall + self.now - late }
    }

    /// A node of that room at all relays.
    pub(super) fn join(&mut self, link: &RoomLink) -> usize {
        self.join_late(link, 0)
    }

    /// ... whose clock is late.
    pub(super) fn join_late(&mut self, link: &RoomLink, late: Millis) -> usize {
        let urls: Vec<String> = (0..self.relays.len()).map(url).collect();
        let time = Time { now: self.now, wall: self.wall + self.now - late };
        let pool = Pool::new("nostr", &urls, RoomKeys::new(link), random, time);
        let connections = vec![None; urls.len()];
        self.nodes.push(SimNode { pool, connections, heard: VecDeque::new(), changes: 0, late });
        self.nodes.len() - 1
    }

    pub(super) fn send(&mut self, node: usize, to: Option<&NodeId>, envelope: &[u8]) {
        let time = self.time(node);
        self.nodes[node].pool.send(to, envelope, time);
        self.carry_out();
    }

    /// Lets a relay say something to a node.
    pub(super) fn say(&mut self, relay: usize, node: usize, text: &str) {
        let connection = self.nodes[node].connections[relay].expect("it is connected");
        self.fly(node, relay, connection, Wire::ToNode(text.to_owned()));
    }

    /// Breaks all connections of a relay.
    pub(super) fn break_off(&mut self, relay: usize) {
        for node in 0..self.nodes.len() {
            if let Some(connection) = self.nodes[node].connections[relay] {
                self.fly(node, relay, connection, Wire::Closed);
            }
        }
    }

    /// The name of a node's subscription at a relay.
    pub(super) fn subscription(&self, relay: usize, node: usize) -> String {
        let mut names = self.relays[relay].subscriptions.keys().filter(|(of, _)| *of == node);
        names.next().expect("it has subscribed").1.clone()
    }

    pub(super) fn state(&self, node: usize, relay: usize) -> (&'static str, Option<&'static str>) {
        let status = &self.nodes[node].pool.statuses()[relay];
        (status.state, status.code)
    }

    pub(super) fn is_connected(&self, node: usize, relay: usize) -> bool {
        self.nodes[node].connections[relay].is_some()
    }

    /// When something happens next.
    pub(super) fn next(&self) -> Millis {
        let wakes = self.nodes.iter().map(|node| node.pool.wake_at());
        self.flights.iter().map(|flight| flight.at).chain(wakes).min().unwrap_or(Millis::MAX)
    }

    /// Runs until then, and no further.
    pub(super) fn run_until(&mut self, end: Millis) {
        self.carry_out();
        while self.next() <= end {
            self.step();
        }
        self.now = end;
    }

    /// Goes on to what happens next.
    pub(super) fn step(&mut self) {
        // A node may be late: it was not woken in time.
        let next = self.next().max(self.now);
        self.now = next;
        let (due, later) = std::mem::take(&mut self.flights).into_iter().partition(|flight| flight.at <= next);
        self.flights = later;
        let due: Vec<Flight> = due;
        due.into_iter().for_each(|flight| self.land(flight));
        for node in 0..self.nodes.len() {
            let time = self.time(node);
            let pool = &mut self.nodes[node].pool;
            if pool.wake_at() <= next {
                pool.tick(time);
                assert!(pool.wake_at() > next, "what was done is not due again");
            }
        }
        self.carry_out();
    }

    fn carry_out(&mut self) {
        for at in 0..self.nodes.len() {
            loop {
                let outputs = self.nodes[at].pool.outputs();
                if outputs.is_empty() {
                    break;
                }
                outputs.into_iter().for_each(|output| self.act(at, output));
            }
        }
    }

    fn act(&mut self, node: usize, output: Output) {
        match output {
            Output::Connect(relay) => {
                self.connections += 1;
                let connection = self.connections;
                self.nodes[node].connections[relay] = Some(connection);
                self.relays[relay].tried.push(self.now);
                match self.relays[relay].manner {
                    Manner::Dead => {}
                    Manner::Gone => self.fly(node, relay, connection, Wire::Closed),
                    _ => self.fly(node, relay, connection, Wire::Open),
                }
            }
            Output::Close(relay) => self.disconnect(node, relay),
            Output::Text(relay, text) => {
                if let Some(connection) = self.nodes[node].connections[relay] {
                    self.fly(node, relay, connection, Wire::ToRelay(text));
                }
            }
            Output::Envelope(envelope) => self.nodes[node].heard.push_back((self.now, envelope)),
            Output::Changed => self.nodes[node].changes += 1,
        }
    }

    fn disconnect(&mut self, node: usize, relay: usize) {
        self.nodes[node].connections[relay] = None;
        self.relays[relay].subscriptions.retain(|(of, _), _| *of != node);
    }

    /// Whether a relay loses a message, to it or from it.
    fn loses(&self, relay: usize) -> bool {
        self.relays[relay].manner == Manner::LosesHalf && flip()
    }

    fn fly(&mut self, node: usize, relay: usize, connection: u64, wire: Wire) {
        let lost = match wire {
            Wire::ToRelay(_) | Wire::ToNode(_) => self.loses(relay),
            Wire::Open | Wire::Closed => false,
        };
        if lost {
            return;
        }
        let slow = if let Manner::Slow(slow) = self.relays[relay].manner { slow } else { 0 };
        self.flights.push(Flight { at: self.now + LATENCY + slow, node, relay, connection, wire });
    }

    fn land(&mut self, Flight { node, relay, connection, wire, .. }: Flight) {
        if self.nodes[node].connections[relay] != Some(connection) {
            return;
        }
        let time = self.time(node);
        match wire {
            Wire::Open => self.nodes[node].pool.opened(relay, time),
            Wire::Closed => {
                self.disconnect(node, relay);
                self.nodes[node].pool.closed(relay, SocketError::Unreachable, time);
            }
            Wire::ToNode(text) => self.nodes[node].pool.read(relay, &text, time),
            Wire::ToRelay(text) => self.relay_reads(node, relay, connection, &text),
        }
        self.carry_out();
    }

    fn relay_reads(&mut self, node: usize, relay: usize, connection: u64, text: &str) {
        self.relays[relay].texts.push(text.to_owned());
        let message: Vec<Value> = serde_json::from_str(text).expect("nodes write JSON");
        let word = |at: usize| message[at].as_str().unwrap_or_default().to_owned();
        let answer = |world: &mut Self, text: Value| world.fly(node, relay, connection, Wire::ToNode(text.to_string()));
        let manner = self.relays[relay].manner;
        match (word(0).as_str(), manner) {
            (_, Manner::Silent) => {}
            ("REQ", Manner::Ends(why)) => answer(self, json!(["CLOSED", word(1), why])),
            ("REQ", Manner::Wants(least, says)) if message[2]["limit"].as_u64().is_none_or(|limit| limit < least) => {
                match says {
                    Says::Closed(why) => answer(self, json!(["CLOSED", word(1), why])),
                    Says::Notice(why) => answer(self, json!(["NOTICE", why])),
                    Says::Nothing => {}
                }
            }
            ("REQ", _) => {
                self.relays[relay].subscriptions.insert((node, word(1)), message[2].clone());
                answer(self, json!(["EOSE", word(1)]));
            }
            ("CLOSE", _) => {
                self.relays[relay].subscriptions.remove(&(node, word(1)));
            }
            ("EVENT", Manner::Forgets) => {}
            ("EVENT", _) => {
                *self.relays[relay].events.entry(node).or_default() += 1;
                let refused = if let Manner::Refuses(why) = manner { Some(why) } else { None };
                answer(self, json!(["OK", message[1]["id"], refused.is_none(), refused.unwrap_or_default()]));
                if refused.is_none() {
                    self.pass_on(relay, message[1].clone());
                }
            }
            other => panic!("nodes say nothing else: {other:?}"),
        }
    }

    fn pass_on(&mut self, relay: usize, event: Value) {
        let mut events = vec![event.clone()];
        match self.relays[relay].manner {
            Manner::DropsHalf if flip() => return,
            Manner::Replays => events.extend(self.relays[relay].stored.iter().cloned()),
            _ => {}
        }
        self.relays[relay].stored.push(event);
        for event in events {
            let topic = &event["tags"][0][1];
            let matching = |filter: &Value| filter["kinds"][0] == event["kind"] && filter["#x"][0] == *topic;
            let subscribers = self.relays[relay].subscriptions.iter().filter(|(_, filter)| matching(filter));
            let subscribers: Vec<(usize, String)> = subscribers.map(|(key, _)| key.clone()).collect();
            for (node, name) in subscribers {
                let connection = self.nodes[node].connections[relay].expect("who subscribes is connected");
                self.fly(node, relay, connection, Wire::ToNode(json!(["EVENT", name, event]).to_string()));
            }
        }
    }

    /// The envelopes that a node heard.
    pub(super) fn heard(&self, node: usize) -> Vec<&[u8]> {
        self.nodes[node].heard.iter().map(|(_, envelope)| envelope.as_slice()).collect()
    }

    /// All relays on which something of a node arrived.
    pub(super) fn spoken_on(&self, node: usize) -> BTreeSet<usize> {
        let spoken = |(_, relay): &(usize, &SimRelay)| relay.events.contains_key(&node);
        self.relays.iter().enumerate().filter(spoken).map(|(at, _)| at).collect()
    }
}
