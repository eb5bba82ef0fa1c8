//! One node in a room whose other members the test plays: what they write, say and report.

use std::{rc::Rc, sync::Arc};

use paceline_mesh::{
    Input, Lane, Output, Replica,
    replica::Millis,
    wire::{Beacon, Behind, Cids, Hello, Live, ShortIds, Signed, State, short_node},
};
use paceline_node::{Naming, Snapshot, Snapshots, When};
use paceline_room::{
    Admission, Body, Cid, Keypair, Log, NodeId, Stored, Words,
    body::{PostKind, Posted},
    testing::{World, founding},
};
use serde_bytes::ByteArray;

/// Names as they are; capitals make no difference.
pub const NAMING: Naming = Naming {
    called: |_, given| if given.is_empty() { "somebody".into() } else { given.to_owned() },
    likeness: |called| called.to_lowercase(),
    mark: |node| node.to_string().chars().rev().take(4).collect(),
};

/// Everything a test needs to know of the wall clock.
pub const NOON: u64 = 1_800_000_000_000;

pub struct Hall {
    /// Everything that was written.
    pub log: Log,
    pub written: Vec<Stored>,
    pub replica: Replica,
    pub snapshots: Snapshots,
    pub now: Millis,
    /// What this node's clock said when it began.
    pub clock: u64,
    /// What the clocks of those who write say, where it is not the time.
    pub at: Option<u64>,
    keys: Vec<Keypair>,
    counter: u64,
    /// What the node stores is confirmed at once.
    pub stores: bool,
    pub unstored: Vec<Cid>,
}

/// The number of the node itself.
pub const ME: usize = 0;

impl Hall {
    /// A founded room with so many people to be; the node of the snapshots is [`ME`].
    pub fn new(people: usize) -> Self {
        let key = |at: usize| Keypair::from_secret(*Cid::of(&at.to_le_bytes()).digest());
        let keys: Vec<_> = (0..people).map(key).collect();
        let draft = Log::founding_draft(keys[ME].node(), NOON, founding("A room", [0; 16]).into());
        let (cid, event, block) = draft.sign(&keys[ME]).expect("a founding event");
        let block: Arc<[u8]> = block.into();
        let mut log = Log::new(cid);
        log.admit_verified(cid, event, block.clone()).expect("admitted");
        Self {
            log,
            written: vec![Stored { cid, depth: 1, block, words: None }],
            replica: Replica::new(cid, key(ME)),
            snapshots: Snapshots::new(keys[ME].node(), NAMING),
            now: 1_000,
            clock: NOON,
            at: None,
            keys,
            counter: 0,
            stores: true,
            unstored: Vec::new(),
        }
    }

    /// A node of a world that others wrote in, holding nothing yet; two more people than write may be heard of.
    pub fn of(world: &World, people: usize) -> Self {
        let keys: Vec<_> = (0..people + 3).map(|it| world.keypair(it)).collect();
        Self {
            log: world.whole(),
            written: world.blocks(),
            replica: Replica::new(world.room(), world.keypair(ME)),
            snapshots: Snapshots::new(world.author(ME), NAMING),
            now: 1_000,
            clock: NOON,
            at: None,
            keys,
            counter: 0,
            stores: true,
            unstored: Vec::new(),
        }
    }

    pub fn key(&self, who: usize) -> &Keypair {
        &self.keys[who]
    }

    pub fn node(&self, who: usize) -> NodeId {
        self.keys[who].node()
    }

    /// Somebody writes on all there is; it comes to the node only when it is brought there.
    pub fn write(&mut self, who: usize, body: impl Into<Body>) -> Stored {
        self.keep(who, body.into(), None)
    }

    /// The same with words.
    pub fn say(&mut self, who: usize, text: &str, body: impl FnOnce(Cid) -> Body) -> Stored {
        let node = self.node(who);
        let seq = self
            .log
            .draft(node, 0, Body::from(paceline_room::body::Retracted { post: self.log.room(), alone: false }))
            .seq;
        let salt = ByteArray::new(*b"salt for a test.");
        let (name, block) = Words(self.log.room(), node, seq, salt, text.to_owned().into()).encode().expect("words");
        self.keep(who, body(name), Some((name, block.into())))
    }

    pub fn post(&mut self, who: usize, text: &str) -> Stored {
        self.say(who, text, |words| {
            Posted {
                kind: PostKind::Update,
                words,
                reply_to: None,
                tags: Default::default(),
                mentions: Default::default(),
            }
            .into()
        })
    }

    fn keep(&mut self, who: usize, body: Body, words: Option<(Cid, Arc<[u8]>)>) -> Stored {
        let at = self.at.unwrap_or(self.clock + self.written.len() as u64 * 1_000);
        let draft = self.log.draft(self.node(who), at, body);
        let (cid, event, block) = draft.sign(&self.keys[who]).expect("a valid event");
        let (depth, block): (u64, Arc<[u8]>) = (event.depth, block.into());
        let admission = self.log.admit_verified(cid, event, block.clone()).expect("a valid event");
        assert!(matches!(admission, Admission::Admitted(_)));
        let stored = Stored { cid, depth, block, words };
        self.written.push(stored.clone());
        stored
    }

    /// The node finds all that was written in its storage.
    pub fn load(&mut self) {
        assert_eq!(self.replica.load(self.written.clone()), vec![]);
        self.input(Input::Tick);
    }

    pub fn input(&mut self, input: Input) {
        let outputs = self.replica.handle(input, self.now);
        self.take_out(outputs);
        while self.replica.has_work() {
            let outputs = self.replica.work(16, self.now);
            self.take_out(outputs);
        }
    }

    fn take_out(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Changed(changed) => self.snapshots.note(changed),
                Output::Store(blocks) => {
                    self.unstored
                        .extend(blocks.into_iter().flat_map(|it| [Some(it.cid), it.words.map(|it| it.0)]).flatten());
                }
                Output::StoreWords(words) => self.unstored.extend(words.into_iter().map(|it| it.0)),
                _ => {}
            }
        }
        if self.stores && !self.unstored.is_empty() {
            self.store();
        }
    }

    /// Storage has what it was given.
    pub fn store(&mut self) {
        let stored = std::mem::take(&mut self.unstored);
        self.input(Input::Stored(stored));
    }

    /// An event comes, with its words.
    pub fn bring(&mut self, stored: &Stored) {
        let blocks = std::iter::once(stored.block.clone()).chain(stored.words.as_ref().map(|it| it.1.clone()));
        self.input(Input::Import(blocks.collect()));
    }

    /// The tab is closed and opened again: it has what is stored, and nobody has told it anything yet.
    pub fn reload(&mut self) {
        self.replica = Replica::new(self.log.room(), self.keys[ME].clone());
        self.snapshots = Snapshots::new(self.node(ME), NAMING);
        self.load();
    }

    /// A link comes up, and who is at its other end says hello.
    pub fn link(&mut self, who: usize) {
        let peer = self.node(who);
        self.input(Input::LinkUp(peer));
        let tips = self.tips();
        self.live(who, &Live::Hello(Hello(self.log.len() as u64, Cids(tips), None, Behind::default())));
    }

    pub fn live(&mut self, from: usize, message: &Live) {
        let peer = self.node(from);
        self.input(Input::Received { peer, lane: Lane::Live, bytes: message.encode() });
    }

    /// The tips of all that was written.
    pub fn tips(&self) -> Vec<Cid> {
        self.log.tips().iter().map(|ix| self.log.entry(ix).cid).take(paceline_mesh::wire::TIPS).collect()
    }

    /// A beacon of `who`, brought by `through`, which says that it is linked with it.
    pub fn beacon(&mut self, who: usize, through: usize, change: impl FnOnce(&mut Beacon)) {
        self.counter += 1;
        let mut beacon = Beacon {
            room: ByteArray::new(*self.log.room().digest()),
            node: self.node(who),
            counter: self.counter,
            state: State::Here,
            tips: Cids(self.tips()),
            events: self.log.len() as u64,
            missing_words: ShortIds::default(),
            more_missing: false,
            links: ShortIds(vec![short_node(&self.node(ME)), short_node(&self.node(through))]),
            listens: false,
            floor: None,
            behind: Behind::default(),
        };
        change(&mut beacon);
        let signed = Signed::new(&beacon, &self.keys[who]);
        self.live(through, &Live::Beacon(signed));
        // No more of them than one link may bring.
        self.now += 10;
    }

    pub fn when(&self) -> When {
        let clock = self.clock + self.written.len() as u64 * 1_000 + self.now;
        When { now: self.now, clock, known: clock, cut_off: false }
    }

    pub fn take(&mut self) -> Rc<Snapshot> {
        let when = self.when();
        self.snapshots.note(self.replica.take_changed());
        self.snapshots.take(&self.replica, when)
    }
}
