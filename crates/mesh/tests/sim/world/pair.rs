//! Two replicas with an instant, lossless link.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use paceline_mesh::{
    Input, Lane, Output, Replica,
    replica::{Amount, Millis, Takes},
    wire::Live,
};
use paceline_room::{
    Body, Cid, Keypair, Log, Stored, Words,
    body::{PostKind, Posted, Retracted},
    testing::founding,
};
use serde_bytes::ByteArray;

/// What is on its way: to whom, and on which stream.
type Sent = VecDeque<(usize, Lane, Vec<u8>)>;

pub struct Pair {
    keys: [Keypair; 2],
    replicas: [Replica; 2],
    wake: [Option<Millis>; 2],
    now: Millis,
    salt: u64,
    sent: Sent,
    /// What is sent to a page that is frozen waits, and nothing happens there.
    frozen: [Option<Sent>; 2],
    pub bytes: usize,
    pub beacon_bytes: usize,
    /// How long a slice takes.
    pub slice_time: Millis,
    /// Slices of checking and folding so far.
    pub slices: [usize; 2],
    /// In which of them an event was admitted.
    pub admitted: [BTreeMap<Cid, usize>; 2],
}

/// Events in a slice.
pub const SLICE: usize = 16;

impl Pair {
    /// Two nodes; the first has founded the room.
    pub fn new(seed: u8) -> Self {
        let keys = [Keypair::from_secret([seed; 32]), Keypair::from_secret([seed ^ 0x80; 32])];
        let founding = founding("Sim", [seed; 16]);
        let draft = Log::founding_draft(keys[0].node(), 0, founding.into());
        let (room, event, block) = draft.sign(&keys[0]).unwrap();
        let mut pair = Self::of(room, keys);
        pair.step(0, Input::Own { cid: room, event: event.into(), block: block.into(), words: None });
        pair
    }

    /// Two empty nodes of a room.
    pub fn of(room: Cid, keys: [Keypair; 2]) -> Self {
        let replicas = [0, 1].map(|at| Replica::new(room, keys[at].clone()));
        let (sent, wake) = (VecDeque::new(), [None; 2]);
        let (slice_time, slices, admitted) = (0, [0; 2], Default::default());
        let frozen = [None, None];
        Self {
            keys,
            replicas,
            wake,
            now: 0,
            salt: 0,
            sent,
            frozen,
            bytes: 0,
            beacon_bytes: 0,
            slice_time,
            slices,
            admitted,
        }
    }

    pub fn load(&mut self, at: usize, blocks: Vec<Stored>) {
        assert_eq!(self.replicas[at].load(blocks), vec![]);
    }

    /// How much a node takes in without asking.
    pub fn bound(&mut self, at: usize, most: Amount) {
        self.replicas[at].bound(most);
    }

    /// What the person at a node chooses to take.
    pub fn choose(&mut self, at: usize, takes: Takes) {
        self.step(at, Input::Take(takes));
    }

    /// The browser freezes a page, while its link stands; or lets it go on.
    pub fn freeze(&mut self, at: usize, is: bool) {
        let waiting = std::mem::replace(&mut self.frozen[at], is.then(VecDeque::new));
        self.sent.extend(waiting.into_iter().flatten());
    }

    /// The person at a node tries all links.
    pub fn try_links(&mut self, at: usize) {
        self.step(at, Input::Try);
    }

    pub fn replica(&self, at: usize) -> &Replica {
        &self.replicas[at]
    }

    pub fn events(&self, at: usize) -> BTreeSet<Cid> {
        self.replicas[at].log().entries().map(|(_, entry)| entry.cid).collect()
    }

    pub fn link(&mut self) {
        for at in 0..2 {
            let peer = self.keys[1 - at].node();
            self.step(at, Input::LinkUp(peer));
        }
    }

    pub fn unlink(&mut self) {
        for at in 0..2 {
            let peer = self.keys[1 - at].node();
            self.step(at, Input::LinkDown { peer, goodbye: false });
        }
    }

    pub fn post(&mut self, at: usize, text: &str) -> Cid {
        self.salt += 1;
        let replica = &self.replicas[at];
        let seq = replica.draft(0, Body::from(Retracted { post: replica.log().room(), alone: false })).seq;
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&self.salt.to_le_bytes());
        let words = Words(replica.log().room(), replica.node(), seq, ByteArray::new(salt), text.into());
        let (name, words) = words.encode().unwrap();
        let body = Posted {
            kind: PostKind::Update,
            words: name,
            reply_to: None,
            tags: Default::default(),
            mentions: Default::default(),
        };
        let (cid, event, block) = replica.draft(self.now, body.into()).sign(&self.keys[at]).unwrap();
        let words: Arc<[u8]> = words.into();
        self.step(at, Input::Own { cid, event: event.into(), block: block.into(), words: Some((name, words)) });
        cid
    }

    /// Lets virtual time pass.
    pub fn settle(&mut self, time: Millis) {
        let end = self.now + time;
        loop {
            while let Some((at, lane, bytes)) = self.sent.pop_front() {
                if let Some(waiting) = &mut self.frozen[at] {
                    waiting.push_back((at, lane, bytes));
                    continue;
                }
                let peer = self.keys[1 - at].node();
                self.step(at, Input::Received { peer, lane, bytes });
            }
            for at in 0..2 {
                // What is asked for meanwhile goes out, and is answered, between two slices.
                if self.replicas[at].has_work() {
                    self.slices[at] += 1;
                    self.now += self.slice_time;
                    let outputs = self.replicas[at].work(SLICE, self.now);
                    self.carry_out(at, outputs);
                    self.tick();
                }
            }
            if !self.sent.is_empty() || self.replicas.iter().any(Replica::has_work) {
                continue;
            }
            let awake = self.wake.iter().zip(&self.frozen).filter(|(_, frozen)| frozen.is_none());
            let next = awake.filter_map(|(wake, _)| *wake).min().unwrap_or(Millis::MAX);
            if next > end {
                break;
            }
            self.now = self.now.max(next);
            self.tick();
        }
        self.now = end;
    }

    fn tick(&mut self) {
        for at in 0..2 {
            if self.frozen[at].is_none() && self.wake[at].is_some_and(|wake| wake <= self.now) {
                self.wake[at] = None;
                self.step(at, Input::Tick);
            }
        }
    }

    fn step(&mut self, at: usize, input: Input) {
        let outputs = self.replicas[at].handle(input, self.now);
        self.carry_out(at, outputs);
    }

    fn carry_out(&mut self, at: usize, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Send { peer, lane, bytes } => {
                    assert_eq!(peer, self.keys[1 - at].node());
                    self.bytes += bytes.len();
                    if let Ok(Live::Beacon(_)) = Live::decode(&bytes) {
                        self.beacon_bytes += bytes.len();
                    }
                    self.sent.push_back((1 - at, lane, bytes));
                }
                Output::Store(blocks) => {
                    let events = blocks.iter().map(|stored| stored.cid);
                    let words = blocks.iter().filter_map(|stored| stored.words.as_ref().map(|(cid, _)| *cid));
                    let cids = events.chain(words).collect();
                    self.step(at, Input::Stored(cids));
                }
                Output::StoreWords(blocks) => {
                    let cids = blocks.iter().map(|(cid, _)| *cid).collect();
                    self.step(at, Input::Stored(cids));
                }
                Output::WakeAt(time) => self.wake[at] = Some(time),
                Output::Refused { code, .. } => panic!("refused: {code}"),
                Output::Disconnect(_) => panic!("disconnected"),
                Output::Admitted { cid, .. } => _ = self.admitted[at].insert(cid, self.slices[at]),
                Output::DropWords(_)
                | Output::Carried { .. }
                | Output::Acquainted(_)
                | Output::Rest(_)
                | Output::Changed(_) => {}
            }
        }
    }
}
