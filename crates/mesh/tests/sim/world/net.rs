//! A discrete-event network of replicas on virtual time: links that are reliable and ordered within a lane while they
//! are up (like yamux), with delay and limited bandwidth; that break and come back; partitions; disks that take a moment;
//! tabs that die.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use paceline_mesh::{
    Input, Lane, Output, Replica,
    replica::Millis,
    testing::{Liar, Lie, Line, Said},
};
use paceline_room::{
    Body, Cid, Keypair, Log, NodeId, Stored, Words,
    body::Retracted,
    testing::{Mask, founding},
};
use serde_bytes::ByteArray;

use super::{Bites, Rng, Stats};

/// What wall clocks show at the beginning, skew apart.
const EPOCH: i64 = 100_000_000;

#[derive(Debug, Default)]
pub struct Disk {
    pub events: BTreeMap<Cid, Stored>,
    pub words: BTreeMap<Cid, Arc<[u8]>>,
}

pub struct Node {
    pub key: Keypair,
    pub replica: Option<Replica>,
    pub lie: Option<Lie>,
    pub disk: Disk,
    /// What its build does not know.
    pub mask: Mask,
    /// Up to which version of the fold its build knows, if that is not today's.
    known: Option<u32>,
    /// What it made nothing of: the kind, with the field that hides it if it is one.
    pub hidden: BTreeMap<Cid, String>,
    /// Counts lives: what was scheduled for an earlier one is void.
    life: u64,
    pub skew: i64,
    /// Whom it would be introduced to.
    pub acquainted: Vec<NodeId>,
    /// Whether it has let go of the servers where newcomers call.
    pub resting: bool,
    /// Whether it reaches such servers, unless it rests.
    pub has_servers: bool,
    pub seen: BTreeSet<Cid>,
    working: bool,
}

enum Event {
    Deliver {
        from: usize,
        to: usize,
        epoch: u64,
        lane: Lane,
        bytes: Vec<u8>,
    },
    Stored {
        at: usize,
        life: u64,
        events: Vec<Stored>,
        words: Vec<(Cid, Arc<[u8]>)>,
    },
    Tick {
        at: usize,
        life: u64,
    },
    Work {
        at: usize,
        life: u64,
    },
    Hears {
        at: usize,
        life: u64,
        hears: bool,
    },
    Lie {
        at: usize,
    },
    /// What a liar says later.
    Later {
        at: usize,
        said: Said,
    },
    Reconnect {
        a: usize,
        b: usize,
    },
    Notice {
        at: usize,
        life: u64,
        peer: usize,
        goodbye: bool,
    },
}

pub struct Net {
    pub now: Millis,
    pub rng: Rng,
    pub nodes: Vec<Node>,
    pub room: Cid,
    pub stats: Stats,
    /// By what is hidden: the kind, with the field if it is one.
    pub bites: BTreeMap<String, Bites>,
    /// Links that honest nodes dropped for good reason, as they thought.
    pub dropped_links: usize,
    /// Relayed messages that honest nodes got.
    pub relayed: BTreeMap<usize, Vec<Vec<u8>>>,
    /// Which part of a partition a node is in.
    pub part: Vec<u8>,
    forbidden: BTreeSet<(usize, usize)>,
    pub(super) born: BTreeMap<Cid, Millis>,
    ids: BTreeMap<NodeId, usize>,
    links: BTreeMap<(usize, usize), Line>,
    queue: BTreeMap<(Millis, u64), Event>,
    serial: u64,
    salt: u64,
}

impl Net {
    /// A founder with a room, and nobody else yet.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let key = Keypair::from_secret(rng.bytes());
        let founding = founding("Simulation", rng.bytes());
        let (room, event, block) = Log::founding_draft(key.node(), 0, founding.into()).sign(&key).unwrap();
        let mut net = Self {
            now: 0,
            rng,
            nodes: Vec::new(),
            room,
            stats: Stats::default(),
            bites: BTreeMap::new(),
            dropped_links: 0,
            relayed: BTreeMap::new(),
            part: Vec::new(),
            forbidden: BTreeSet::new(),
            born: BTreeMap::new(),
            ids: BTreeMap::new(),
            links: BTreeMap::new(),
            queue: BTreeMap::new(),
            serial: 0,
            salt: 0,
        };
        net.add(key, None);
        let block: Arc<[u8]> = block.into();
        net.keep(0, Stored { cid: room, depth: 1, block: block.clone(), words: None });
        net.input(0, Input::Own { cid: room, event: event.into(), block, words: None });
        net
    }

    /// Another node, which links with all that are here.
    pub fn join(&mut self) -> usize {
        let key = Keypair::from_secret(self.rng.bytes());
        let at = self.add(key, None);
        self.connect(at);
        at
    }

    /// Another node, of an older build.
    pub fn join_masked(&mut self, mask: Mask) -> usize {
        let key = Keypair::from_secret(self.rng.bytes());
        let at = self.add(key, None);
        let node = &mut self.nodes[at];
        node.mask = mask;
        node.replica = Some(Replica::with_mask(self.room, node.key.clone(), mask));
        self.connect(at);
        at
    }

    /// The tab is closed, and opened again with the newest build.
    pub fn update(&mut self, at: usize) {
        self.crash(at, true);
        self.nodes[at].mask = Mask::default();
        self.nodes[at].hidden.clear();
        self.restart(at);
    }

    /// The tab is closed, and opened again with a build that knows the versions of the fold up to this one.
    pub fn learn(&mut self, at: usize, version: u32) {
        self.crash(at, true);
        self.nodes[at].known = Some(version);
        self.restart(at);
    }

    /// A node that does not keep to the protocol.
    pub fn join_liar(&mut self, lie: Lie) -> usize {
        let key = Keypair::from_secret(self.rng.bytes());
        let at = self.add(key, Some(lie));
        self.connect(at);
        self.schedule(10, Event::Lie { at });
        at
    }

    fn add(&mut self, key: Keypair, lie: Option<Lie>) -> usize {
        let at = self.nodes.len();
        self.ids.insert(key.node(), at);
        let skew = self.rng.range(0, 36_000_000) as i64 - 18_000_000;
        let replica = lie.is_none().then(|| {
            let mut replica = Replica::new(self.room, key.clone());
            replica.started((self.now as i64 + skew + EPOCH) as u64);
            replica
        });
        let (disk, seen) = (Disk::default(), BTreeSet::new());
        self.nodes.push(Node {
            key,
            replica,
            lie,
            disk,
            mask: Mask::default(),
            known: None,
            hidden: BTreeMap::new(),
            life: 0,
            skew,
            acquainted: Vec::new(),
            resting: false,
            has_servers: false,
            seen,
            working: false,
        });
        self.part.push(0);
        at
    }

    pub fn replica(&self, at: usize) -> Option<&Replica> {
        self.nodes[at].replica.as_ref()
    }

    pub fn alive(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|at| self.nodes[*at].replica.is_some()).collect()
    }

    fn is_up(&self, at: usize) -> bool {
        self.nodes[at].replica.is_some() || self.nodes[at].lie.is_some()
    }

    /// Links `at` with everybody it can reach, a moment from now.
    pub fn connect(&mut self, at: usize) {
        for other in 0..self.nodes.len() {
            if other != at {
                let wait = self.rng.range(20, 300);
                self.schedule(wait, Event::Reconnect { a: at.min(other), b: at.max(other) });
            }
        }
    }

    /// These two can never link (two NATs).
    pub fn forbid(&mut self, a: usize, b: usize) {
        self.forbidden.insert((a.min(b), a.max(b)));
    }

    /// Breaks a link; it comes back after a while if it can.
    pub fn break_link(&mut self, a: usize, b: usize, back: Option<Millis>) {
        let (a, b) = (a.min(b), a.max(b));
        if self.links.get_mut(&(a, b)).is_some_and(Line::close) {
            for (at, peer) in [(a, b), (b, a)] {
                let (life, wait) = (self.nodes[at].life, self.rng.range(1, 2_000));
                self.schedule(wait, Event::Notice { at, life, peer, goodbye: false });
            }
        }
        if let Some(back) = back {
            self.schedule(back, Event::Reconnect { a, b });
        }
    }

    pub fn up_links(&self) -> Vec<(usize, usize)> {
        self.links.iter().filter(|(_, link)| link.is_up()).map(|(pair, _)| *pair).collect()
    }

    /// Parts the nodes; links across break.
    pub fn partition(&mut self, part: impl Fn(usize) -> u8) {
        self.part = (0..self.nodes.len()).map(part).collect();
        for (a, b) in self.up_links() {
            if self.part[a] != self.part[b] {
                self.break_link(a, b, None);
            }
        }
    }

    pub fn heal(&mut self) {
        self.part.iter_mut().for_each(|part| *part = 0);
        for at in 0..self.nodes.len() {
            self.connect(at);
        }
    }

    /// The tab dies at once. What was not on disk is lost; without a disk, so is its key.
    pub fn crash(&mut self, at: usize, keep_disk: bool) {
        self.nodes[at].replica = None;
        self.nodes[at].life += 1;
        for (a, b) in self.up_links() {
            if a == at || b == at {
                self.break_link(a, b, None);
            }
        }
        if !keep_disk {
            self.nodes[at].disk = Disk::default();
            self.nodes[at].seen.clear();
            self.nodes[at].key = Keypair::from_secret(self.rng.bytes());
            self.ids.insert(self.nodes[at].key.node(), at);
        }
    }

    /// The tab is opened again.
    pub fn restart(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let mut replica = match node.known {
            Some(version) => Replica::knowing(self.room, node.key.clone(), version),
            None => Replica::with_mask(self.room, node.key.clone(), node.mask),
        };
        replica.started((self.now as i64 + node.skew + EPOCH) as u64);
        // Storage yields pages in an order of its own.
        let mut blocks: Vec<Stored> = node.disk.events.values().cloned().collect();
        for stored in &mut blocks {
            let name = stored.words.as_ref().map(|(name, _)| *name);
            stored.words = name.and_then(|name| Some((name, node.disk.words.get(&name)?.clone())));
        }
        for page in blocks.chunks(100) {
            let damaged = replica.load(page.to_vec());
            assert_eq!(damaged, vec![]);
        }
        node.replica = Some(replica);
        node.working = false;
        self.connect(at);
    }

    /// Writes, stores and sends an own event. Returns none if the founding event is not here yet, or if its build has no
    /// such kind.
    pub fn write(&mut self, at: usize, text: Option<&str>, body: impl FnOnce(Option<Cid>) -> Body) -> Option<Cid> {
        self.salt += 1;
        let node = &self.nodes[at];
        let replica = node.replica.as_ref()?;
        replica.log().find(&self.room)?;
        let clock = (self.now as i64 + node.skew + EPOCH) as u64;
        let seq = replica.draft(clock, Retracted { post: self.room, alone: false }.into()).seq;
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&self.salt.to_le_bytes());
        let words = text.map(|text| {
            let words = Words(self.room, replica.node(), seq, ByteArray::new(salt), text.into());
            let (name, block) = words.encode().unwrap();
            (name, Arc::<[u8]>::from(block))
        });
        let body = body(words.as_ref().map(|(name, _)| *name));
        let (cid, event, block) = replica.draft(clock, body).sign(&node.key).unwrap();
        if node.mask.hides(&event.body, &block) {
            return None;
        }
        for label in event.seen().filter_map(|cid| node.hidden.get(cid)) {
            self.bites.entry(label.clone()).or_default().built_on += 1;
        }
        let (depth, block) = (event.depth, Arc::<[u8]>::from(block));
        self.keep(at, Stored { cid, depth, block: block.clone(), words: words.clone() });
        self.nodes[at].seen.insert(cid);
        self.born.insert(cid, self.now);
        self.input(at, Input::Own { cid, event: event.into(), block, words });
        Some(cid)
    }

    fn keep(&mut self, at: usize, stored: Stored) {
        let disk = &mut self.nodes[at].disk;
        disk.words.extend(stored.words.clone());
        disk.events.insert(stored.cid, stored);
    }

    fn schedule(&mut self, wait: Millis, event: Event) {
        self.serial += 1;
        self.queue.insert((self.now + wait, self.serial), event);
    }

    /// Runs until this moment.
    pub fn run_until(&mut self, end: Millis) {
        while let Some(entry) = self.queue.first_entry() {
            if entry.key().0 > end {
                break;
            }
            let ((at, _), event) = entry.remove_entry();
            self.now = self.now.max(at);
            self.happen(event);
        }
        self.now = end;
    }

    pub fn run_for(&mut self, time: Millis) {
        self.run_until(self.now + time);
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Deliver { from, to, epoch, lane, bytes } => {
                let link = self.links.get(&(from.min(to), from.max(to)));
                if link.is_some_and(|link| link.carries(epoch)) {
                    self.deliver(from, to, lane, bytes);
                }
            }
            Event::Stored { at, life, events, words } if self.nodes[at].life == life => {
                let names = events.iter().filter_map(|stored| stored.words.as_ref().map(|(name, _)| *name));
                let cids: Vec<Cid> = events.iter().map(|stored| stored.cid).chain(names).collect();
                let names: Vec<Cid> = words.iter().map(|(name, _)| *name).collect();
                for stored in events {
                    self.keep(at, stored);
                }
                self.nodes[at].disk.words.extend(words);
                self.input(at, Input::Stored([cids, names].concat()));
            }
            Event::Tick { at, life } if self.nodes[at].life == life => self.input(at, Input::Tick),
            Event::Work { at, life } if self.nodes[at].life == life => {
                self.nodes[at].working = false;
                let now = self.now;
                let outputs = self.nodes[at].replica.as_mut().map(|replica| replica.work(128, now));
                self.carry_out(at, outputs.unwrap_or_default());
            }
            Event::Hears { at, life, hears } if self.nodes[at].life == life => self.input(at, Input::Hears(hears)),
            Event::Lie { at } => self.lie(at),
            Event::Later { at, said } => self.send(at, said.peer, said.lane, said.bytes),
            Event::Reconnect { a, b } => self.reconnect(a, b),
            Event::Notice { at, life, peer, goodbye } if self.nodes[at].life == life => {
                let up = self.links.get(&(at.min(peer), at.max(peer))).is_some_and(Line::is_up);
                if !up {
                    let peer = self.nodes[peer].key.node();
                    self.input(at, Input::LinkDown { peer, goodbye });
                }
            }
            Event::Stored { .. }
            | Event::Tick { .. }
            | Event::Work { .. }
            | Event::Hears { .. }
            | Event::Notice { .. } => {}
        }
    }

    fn reconnect(&mut self, a: usize, b: usize) {
        if self.forbidden.contains(&(a, b)) || self.part[a] != self.part[b] || !self.is_up(a) || !self.is_up(b) {
            return;
        }
        if !self.links.entry((a, b)).or_default().open(self.now) {
            return;
        }
        for (at, peer) in [(a, b), (b, a)] {
            let peer = self.nodes[peer].key.node();
            self.input(at, Input::LinkUp(peer));
        }
    }

    fn deliver(&mut self, from: usize, to: usize, lane: Lane, bytes: Vec<u8>) {
        if self.nodes[to].replica.is_some() && self.nodes[from].lie.is_none() {
            self.count(to, lane, &bytes);
        }
        let peer = self.nodes[from].key.node();
        self.input(to, Input::Received { peer, lane, bytes });
    }

    pub fn input(&mut self, at: usize, input: Input) {
        let now = self.now;
        let Some(replica) = &mut self.nodes[at].replica else {
            if let Input::Received { peer, lane, bytes } = input {
                self.let_lie(at, |liar, numbers| liar.answer(peer, lane, &bytes, numbers));
            }
            return;
        };
        let outputs = replica.handle(input, now);
        self.carry_out(at, outputs);
    }

    fn carry_out(&mut self, at: usize, outputs: Vec<Output>) {
        let life = self.nodes[at].life;
        for output in outputs {
            match output {
                Output::Send { peer, lane, bytes } => {
                    self.note_sent(at, lane, &bytes);
                    self.send(at, peer, lane, bytes);
                }
                Output::Store(events) => {
                    let wait = self.rng.range(2, 20);
                    self.schedule(wait, Event::Stored { at, life, events, words: Vec::new() });
                }
                Output::StoreWords(words) => {
                    let wait = self.rng.range(2, 20);
                    self.schedule(wait, Event::Stored { at, life, events: Vec::new(), words });
                }
                Output::DropWords(names) => {
                    names.iter().for_each(|name| drop(self.nodes[at].disk.words.remove(name)));
                }
                Output::Disconnect(peer) => {
                    self.dropped_links += 1;
                    let peer = self.ids[&peer];
                    self.break_link(at, peer, None);
                }
                Output::WakeAt(time) => {
                    self.schedule(time.saturating_sub(self.now), Event::Tick { at, life });
                }
                Output::Refused { code, peer } => {
                    let liar =
                        peer.and_then(|peer| self.ids.get(&peer)).is_some_and(|at| self.nodes[*at].lie.is_some());
                    assert!(liar, "an honest node's message was refused: {code}");
                }
                Output::Carried { bytes } => self.relayed.entry(at).or_default().push(bytes),
                Output::Acquainted(nodes) => self.nodes[at].acquainted = nodes,
                Output::Rest(rest) => self.rest(at, rest),
                Output::Admitted { cid, kind, .. } => self.note_hidden(at, cid, kind),
                Output::Changed(_) => {}
            }
        }
        let node = &mut self.nodes[at];
        if !node.working && node.replica.as_ref().is_some_and(Replica::has_work) {
            node.working = true;
            self.schedule(1, Event::Work { at, life });
        }
    }

    /// Whether the newest that this node has means nothing to its build.
    pub fn is_puzzled(&self, at: usize) -> bool {
        let node = &self.nodes[at];
        let log = node.replica.as_ref().map(Replica::log);
        log.is_some_and(|log| log.tips().iter().any(|tip| node.hidden.contains_key(&log.entry(tip).cid)))
    }

    pub fn send(&mut self, from: usize, peer: NodeId, lane: Lane, bytes: Vec<u8>) {
        let Some(to) = self.ids.get(&peer).copied() else { return };
        let jitter = self.rng.range(0, 20);
        let Some(link) = self.links.get_mut(&(from.min(to), from.max(to))).filter(|link| link.is_up()) else { return };
        let base = 5 + ((from * 31 + to * 17) % 60) as Millis;
        let at = link.arrival(from < to, lane, bytes.len(), self.now + base + jitter);
        let epoch = link.epoch();
        self.schedule(at - self.now, Event::Deliver { from, to, epoch, lane, bytes });
    }

    /// Gives a node servers where newcomers call, or takes them away.
    pub fn set_servers(&mut self, at: usize, has: bool) {
        self.nodes[at].has_servers = has;
        self.input(at, Input::Hears(has && !self.nodes[at].resting));
    }

    fn rest(&mut self, at: usize, rest: bool) {
        self.nodes[at].resting = rest;
        let (life, hears) = (self.nodes[at].life, self.nodes[at].has_servers && !rest);
        // A connection to a server takes a moment.
        let wait = self.rng.range(50, 500);
        self.schedule(wait, Event::Hears { at, life, hears });
    }

    /// What a liar does on its own.
    fn lie(&mut self, at: usize) {
        let peers: Vec<NodeId> = self.alive().into_iter().map(|at| self.nodes[at].key.node()).collect();
        self.let_lie(at, |liar, numbers| liar.speak(&peers, numbers));
        let wait = self.rng.range(500, 3_000);
        self.schedule(wait, Event::Lie { at });
    }

    fn let_lie(&mut self, at: usize, lie: impl FnOnce(&Liar, &mut dyn FnMut() -> u64) -> Vec<Said>) {
        let Some(kind) = self.nodes[at].lie else { return };
        let everybody: Vec<NodeId> = self.nodes.iter().map(|node| node.key.node()).collect();
        let known: Vec<Cid> = self.events(0).into_iter().collect();
        let (key, room) = (self.nodes[at].key.clone(), self.room);
        let founding = self.nodes[0].disk.events[&room].block.clone();
        let (founding, known, everybody) = (&*founding, &known[..], &everybody[..]);
        let liar = Liar { lie: kind, key: &key, room, founding, known, everybody, now: self.now };
        let said = lie(&liar, &mut || self.rng.next());
        for said in said {
            match said.wait {
                0 => self.send(at, said.peer, said.lane, said.bytes),
                wait => self.schedule(wait, Event::Later { at, said }),
            }
        }
    }

    /// Events an honest node has admitted.
    pub fn events(&self, at: usize) -> BTreeSet<Cid> {
        let replica = self.replica(at);
        replica.into_iter().flat_map(|replica| replica.log().entries().map(|(_, entry)| entry.cid)).collect()
    }
}
