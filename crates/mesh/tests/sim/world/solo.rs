//! One replica, and a test that plays its peers by hand.

use std::collections::BTreeMap;

use paceline_mesh::{
    Input, Lane, Output, Replica,
    replica::Millis,
    wire::{Behind, Bulk, Cids, Hello, Item, Live, Push},
};
use paceline_room::{Cid, Keypair, NodeId, Stored, testing::World};
use serde_bytes::ByteBuf;

pub struct Solo {
    pub replica: Replica,
    pub now: Millis,
    /// Whether stores are confirmed at once.
    pub stores: bool,
    pub stored: Vec<Stored>,
    pub dropped: Vec<Cid>,
    pub disconnected: Vec<NodeId>,
    pub refused: Vec<(&'static str, Option<NodeId>)>,
    pub admitted: Vec<Cid>,
    pub relayed: Vec<Vec<u8>>,
    pub acquainted: Vec<NodeId>,
    pub wake: Option<Millis>,
    sent: Vec<(NodeId, Lane, Vec<u8>)>,
}

/// The number under which tests keep the key of the replica itself.
pub const ME: usize = 90;

impl Solo {
    /// A replica with the key of author [`ME`], which holds nothing yet.
    pub fn empty(world: &World) -> Self {
        Self::with_key(world, world.keypair(ME))
    }

    pub fn with_key(world: &World, key: Keypair) -> Self {
        Self::of(world.room(), key)
    }

    pub fn of(room: Cid, key: Keypair) -> Self {
        Self {
            replica: Replica::new(room, key),
            now: 1_000,
            stores: true,
            stored: Vec::new(),
            dropped: Vec::new(),
            disconnected: Vec::new(),
            refused: Vec::new(),
            admitted: Vec::new(),
            relayed: Vec::new(),
            acquainted: Vec::new(),
            wake: None,
            sent: Vec::new(),
        }
    }

    /// The same, holding everything that was written.
    pub fn holding(world: &World) -> Self {
        let mut solo = Self::empty(world);
        assert_eq!(solo.replica.load(world.blocks()), vec![]);
        solo
    }

    pub fn input(&mut self, input: Input) {
        let outputs = self.replica.handle(input, self.now);
        self.take(outputs);
        while self.replica.has_work() {
            let outputs = self.replica.work(16, self.now);
            self.take(outputs);
        }
    }

    pub fn live(&mut self, peer: NodeId, message: &Live) {
        self.input(Input::Received { peer, lane: Lane::Live, bytes: message.encode() });
    }

    pub fn bulk(&mut self, peer: NodeId, message: &Bulk) {
        self.input(Input::Received { peer, lane: Lane::Bulk, bytes: message.encode() });
    }

    /// A link on which the peer says that it holds what this replica holds.
    pub fn link(&mut self, peer: NodeId) {
        self.input(Input::LinkUp(peer));
        let log = self.replica.log();
        let tips = log.tips().iter().map(|ix| log.entry(ix).cid).collect();
        let hello = Hello(log.len() as u64, Cids(tips), None, Behind::default());
        self.live(peer, &Live::Hello(hello));
    }

    pub fn push(&mut self, peer: NodeId, block: &[u8], words: Option<&[u8]>) {
        let words = words.map(|words| ByteBuf::from(words.to_vec()));
        self.live(peer, &Live::Push(Push(ByteBuf::from(block.to_vec()), words, 0, false)));
    }

    /// Lets time pass, waking the replica whenever it asked for that.
    pub fn wait(&mut self, time: Millis) {
        let end = self.now + time;
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
            self.now = self.now.max(wake);
            self.wake = None;
            self.input(Input::Tick);
        }
        self.now = end;
    }

    /// What was sent to this peer since the last call, beacons apart.
    pub fn sent_live(&mut self, to: NodeId) -> Vec<Live> {
        let live = self.taken(to, Lane::Live).into_iter().map(|bytes| Live::decode(&bytes).unwrap());
        live.filter(|message| !matches!(message, Live::Beacon(_))).collect()
    }

    /// Beacons sent to this peer since the last call; other live messages are dropped.
    pub fn sent_beacons(&mut self, to: NodeId) -> Vec<Live> {
        let live = self.taken(to, Lane::Live).into_iter().map(|bytes| Live::decode(&bytes).unwrap());
        live.filter(|message| matches!(message, Live::Beacon(_))).collect()
    }

    pub fn sent_bulk(&mut self, to: NodeId) -> Vec<Bulk> {
        self.taken(to, Lane::Bulk).into_iter().map(|bytes| Bulk::decode(&bytes).unwrap()).collect()
    }

    /// The same, as bytes and on either lane.
    pub fn taken(&mut self, to: NodeId, on: Lane) -> Vec<Vec<u8>> {
        let (taken, kept) =
            std::mem::take(&mut self.sent).into_iter().partition(|(peer, lane, _)| (*peer, *lane) == (to, on));
        self.sent = kept;
        let taken: Vec<(NodeId, Lane, Vec<u8>)> = taken;
        taken.into_iter().map(|(_, _, bytes)| bytes).collect()
    }

    fn take(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Send { peer, lane, bytes } => self.sent.push((peer, lane, bytes)),
                Output::Store(blocks) => {
                    let words = blocks.iter().filter_map(|it| it.words.as_ref().map(|(name, _)| *name));
                    let cids = blocks.iter().map(|it| it.cid).chain(words).collect();
                    self.stored.extend(blocks);
                    self.confirm(cids);
                }
                Output::StoreWords(blocks) => self.confirm(blocks.iter().map(|(name, _)| *name).collect()),
                Output::DropWords(names) => self.dropped.extend(names),
                Output::Admitted { cid, .. } => self.admitted.push(cid),
                Output::Refused { code, peer } => self.refused.push((code, peer)),
                Output::Disconnect(peer) => self.disconnected.push(peer),
                Output::WakeAt(at) => self.wake = Some(at),
                Output::Carried { bytes } => self.relayed.push(bytes),
                Output::Acquainted(nodes) => self.acquainted = nodes,
                Output::Rest(_) | Output::Changed(_) => {}
            }
        }
    }

    fn confirm(&mut self, cids: Vec<Cid>) {
        if self.stores {
            let outputs = self.replica.handle(Input::Stored(cids), self.now);
            self.take(outputs);
        }
    }

    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.replica.refused()
    }
}

/// An event in the shape it travels in.
pub fn item(stored: &Stored) -> Item {
    let words = stored.words.as_ref().map(|(_, words)| ByteBuf::from(words.to_vec()));
    Item(ByteBuf::from(stored.block.to_vec()), words)
}
