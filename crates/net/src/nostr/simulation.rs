//! Relays, good and bad, with nodes at them, in virtual time. For tests.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use paceline_mesh::replica::Millis;
use paceline_room::{Cid, NodeId};
use serde_json::{Value, json};

use super::pool::{Output, Pool, Time};
use crate::{clock::Reckoning, keys::RoomKeys, link::RoomLink, sockets::SocketError};

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
    /// Takes no event that is more than a minute old or a quarter of an hour ahead, and says so: as strfry does.
    Dates,
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
    /// How late its clock is; less than nothing is ahead.
    late: i64,
    /// What it learned of the time.
    pub(super) clock: Reckoning,
    /// Which relay each of the pool's is, and the other way round.
    places: Vec<usize>,
    /// Relays that cannot be reached from here.
    pub(super) cut_off: BTreeSet<usize>,
}

impl SimNode {
    /// Its clock is late by so much more.
    pub(super) fn shift(&mut self, late: i64) {
        self.late += late;
    }
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
    pub(super) fn time(&mut self, node: usize) -> Time {
        let wall = self.wall + self.now;
        let Some(node) = self.nodes.get_mut(node) else { return Time { now: self.now, wall } };
        let wall = node.clock.time(self.now, i64::try_from(wall).unwrap() - node.late);
        Time { now: self.now, wall: u64::try_from(wall).unwrap() }
    }

    /// A node of that room at all relays.
    pub(super) fn join(&mut self, link: &RoomLink) -> usize {
        self.join_late(link, 0)
    }

    /// ... whose clock is late.
    pub(super) fn join_late(&mut self, link: &RoomLink, late: Millis) -> usize {
        let urls: Vec<String> = (0..self.relays.len()).map(url).collect();
        self.join_with(link, (&urls, &[]), late)
    }

    /// A node that takes from the list of all relays what it needs, of which some cannot be reached from there.
    pub(super) fn join_of_list(&mut self, link: &RoomLink, cut_off: &BTreeSet<usize>) -> usize {
        let urls: Vec<String> = (0..self.relays.len()).map(url).collect();
        let node = self.join_with(link, (&[], &urls), 0);
        self.nodes[node].cut_off = cut_off.clone();
        node
    }

    fn join_with(&mut self, link: &RoomLink, urls: (&[String], &[String]), late: Millis) -> usize {
        let time = Time { now: self.now, wall: self.wall + self.now - late };
        let pool = Pool::new("nostr", urls, RoomKeys::new(link), random, time);
        let place = |at: usize| (0..self.relays.len()).position(|relay| url(relay) == pool.url(at)).unwrap();
        let places: Vec<usize> = (0..self.relays.len()).map(place).collect();
        let connections = vec![None; self.relays.len()];
        let (heard, clock, cut_off) = (VecDeque::new(), Reckoning::default(), BTreeSet::new());
        let late = i64::try_from(late).unwrap();
        self.nodes.push(SimNode { pool, connections, heard, changes: 0, late, clock, places, cut_off });
        self.nodes.len() - 1
    }

    /// Which relay of the node's pool that is.
    fn place(&self, node: usize, relay: usize) -> usize {
        self.nodes[node].places.iter().position(|it| *it == relay).unwrap()
    }

    /// The relays that a node has open.
    pub(super) fn open(&self, node: usize) -> BTreeSet<usize> {
        let open = self.nodes[node].pool.statuses().into_iter().filter(|it| it.state.as_str() == "open");
        open.filter_map(|it| (0..self.relays.len()).find(|relay| it.url.as_ref() == Some(&url(*relay)))).collect()
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
        (status.state.as_str(), status.code)
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
                let relay = self.nodes[node].places[relay];
                self.connections += 1;
                let connection = self.connections;
                self.nodes[node].connections[relay] = Some(connection);
                self.relays[relay].tried.push(self.now);
                match self.relays[relay].manner {
                    Manner::Dead => {}
                    Manner::Gone => self.fly(node, relay, connection, Wire::Closed),
                    _ if self.nodes[node].cut_off.contains(&relay) => self.fly(node, relay, connection, Wire::Closed),
                    _ => self.fly(node, relay, connection, Wire::Open),
                }
            }
            Output::Close(relay) => self.disconnect(node, self.nodes[node].places[relay]),
            Output::Text(relay, text) => {
                let relay = self.nodes[node].places[relay];
                if let Some(connection) = self.nodes[node].connections[relay] {
                    self.fly(node, relay, connection, Wire::ToRelay(text));
                }
            }
            Output::Envelope(envelope) => self.nodes[node].heard.push_back((self.now, envelope)),
            Output::Changed => self.nodes[node].changes += 1,
            Output::Time { relay, author, said, thought } => {
                let learned = self.nodes[node].clock.said(author, relay, said, thought);
                self.learn(node, learned);
            }
            Output::WrongTime(relay) => {
                let learned = self.nodes[node].clock.refused(relay);
                self.learn(node, learned);
            }
        }
    }

    /// A node goes on by another time, if it learned one.
    pub(super) fn learn(&mut self, node: usize, learned: bool) {
        if learned {
            let time = self.time(node);
            self.nodes[node].pool.time_learned(time);
            self.carry_out();
        }
    }

    /// A node opened an envelope.
    pub(super) fn written_by(&mut self, node: usize, envelope: &[u8], author: NodeId) {
        let now = self.now;
        self.nodes[node].pool.written_by(envelope, author, now);
        self.carry_out();
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
        let (time, place) = (self.time(node), self.place(node, relay));
        match wire {
            Wire::Open => self.nodes[node].pool.opened(place, time),
            Wire::Closed => {
                self.disconnect(node, relay);
                self.nodes[node].pool.closed(place, SocketError::Unreachable, time);
            }
            Wire::ToNode(text) => self.nodes[node].pool.read(place, &text, time),
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
                let (written, now) = (message[1]["created_at"].as_u64().unwrap(), (self.wall + self.now) / 1_000);
                let refused = match manner {
                    Manner::Refuses(why) => Some(why),
                    Manner::Dates if written + 60 < now => Some("invalid: ephemeral event expired"),
                    Manner::Dates if written > now + 900 => Some("invalid: created_at too late"),
                    _ => None,
                };
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
