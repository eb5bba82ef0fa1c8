//! One whole node of a room without its surroundings: log, fold, spreading, catching up, presence.
//!
//! **Contract.** The driver calls [`Replica::handle`] for each input and [`Replica::work`] as long as
//! [`Replica::has_work`] says so (yielding to the browser between calls), and carries out every [`Output`] in order.
//! Own events: [`Replica::draft`], sign, commit durably, and only then [`Input::Own`]; so nothing is sent before it is
//! stored. Others' events are admitted and forwarded at once, and reported as held (reach) after [`Input::Stored`].

use std::{collections::BTreeMap, sync::Arc};

use paceline_room::{Body, Cid, Draft, Event, Fold, Keypair, Log, NodeId, Stored};

/// Milliseconds on a clock that never goes back; its zero is the driver's choice.
pub type Millis = u64;

/// Which stream of a link carries a message: what is live does not wait behind what is bulk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Pushes, announcements, beacons: small and urgent.
    Live,
    /// Catching up: batches of blocks.
    Bulk,
}

/// What happens to a node.
#[derive(Debug, Clone)]
pub enum Input {
    /// A link to this node is up and its membership is proved.
    LinkUp(NodeId),
    /// The link is gone. `goodbye`: its tab closed on purpose or is known to be dead, rather than silent.
    LinkDown {
        /// Whose.
        peer: NodeId,
        /// Known to have left.
        goodbye: bool,
    },
    /// Bytes from a peer.
    Received {
        /// From whom.
        peer: NodeId,
        /// On which stream.
        lane: Lane,
        /// One whole message.
        bytes: Vec<u8>,
    },
    /// An own event, signed and durably stored.
    Own {
        /// Its name.
        cid: Cid,
        /// The event.
        event: Box<Event>,
        /// The event block.
        block: Arc<[u8]>,
        /// The words' name and block.
        words: Option<(Cid, Arc<[u8]>)>,
    },
    /// Blocks (events or words) that an [`Output::Store`] named are stored now.
    Stored(Vec<Cid>),
    /// Blocks from an imported CAR: checked like the network's.
    Import(Vec<Arc<[u8]>>),
    /// This tab is hidden or shown: `away` in the beacon.
    Away(bool),
    /// Time has come: the moment of the last [`Output::WakeAt`], or later.
    Tick,
}

/// What a node wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send one message.
    Send {
        /// To whom.
        peer: NodeId,
        /// On which stream.
        lane: Lane,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Keep these; answer with [`Input::Stored`].
    Store(Vec<Stored>),
    /// Keep these words, whose events are stored already; answer with [`Input::Stored`].
    StoreWords(Vec<(Cid, Arc<[u8]>)>),
    /// Words whose author took them back: delete them.
    DropWords(Vec<Cid>),
    /// An event was admitted, own or other.
    Admitted {
        /// Its name.
        cid: Cid,
        /// Whose.
        author: NodeId,
        /// Of which kind.
        kind: String,
    },
    /// Presence, reach or progress changed: worth a redraw.
    Changed,
    /// Something was refused and counted under this code (see [`Replica::refused`]).
    Refused {
        /// Why: `bad-signature`, `not-canonical`, `too-large`, `wrong-room`, `wrong-depth` ...
        code: &'static str,
        /// Who forwarded it.
        peer: Option<NodeId>,
    },
    /// The peer broke the protocol beyond forgiving: drop the link.
    Disconnect(NodeId),
    /// Call [`Input::Tick`] at this time; replaces earlier wishes.
    WakeAt(Millis),
}

/// Who is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Here {
    /// Linked (or beaconed lately) and its tab is visible.
    Here,
    /// Linked, its tab hidden.
    Away,
    /// Not any more.
    Gone,
}

/// What is known of a node's presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// Where it is.
    pub here: Here,
    /// Since when.
    pub since: Millis,
    /// Gone on purpose or known to be dead, rather than silent: step-in is offered at once.
    pub goodbye: bool,
}

/// How catching up stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Events known to exist that are not admitted yet.
    pub missing_events: usize,
    /// Words known to exist that are not here.
    pub missing_words: usize,
    /// Whether a reconciliation is under way with any peer.
    pub reconciling: bool,
    /// Whether at least one reconciliation with a current peer has completed since its link came up.
    pub reconciled: bool,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Newly admitted.
    pub admitted: usize,
    /// Here before.
    pub known: usize,
    /// Waiting for what they build on.
    pub pending: usize,
    /// Refused, by code.
    pub refused: BTreeMap<String, usize>,
}

/// How many nodes have reported that they stored an event and its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Those that reported it, this node included.
    pub stored: usize,
    /// Nodes present, this one included.
    pub of: usize,
}

/// A node of a room: everything but network, storage and clock.
#[derive(Debug)]
pub struct Replica {
    keypair: Keypair,
    log: Log,
    fold: Fold,
}

impl Replica {
    /// An empty replica; `seed` feeds whatever has to be random (peer choice, jitter).
    pub fn new(room: Cid, keypair: Keypair, seed: u64) -> Self {
        let _ = seed;
        Self { keypair, log: Log::new(room), fold: Fold::default() }
    }

    /// Takes what storage held, before anything else, in any order, in slices the caller chooses. Signatures were checked before
    /// it was stored; CIDs, encodings and places are checked again (a damaged database is noticed: returned with the code).
    pub fn load(&mut self, _blocks: Vec<Stored>) -> Vec<(Cid, &'static str)> {
        Vec::new()
    }

    /// This node.
    pub fn node(&self) -> NodeId {
        self.keypair.node()
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// What it means.
    pub fn fold(&self) -> &Fold {
        &self.fold
    }

    /// The words block of that name, if it is here and not taken back.
    pub fn words(&self, _cid: &Cid) -> Option<Arc<[u8]>> {
        None
    }

    /// The next own event; sign it, store it, and hand it back as [`Input::Own`] before drafting another.
    pub fn draft(&self, at: u64, body: Body) -> Draft {
        self.log.draft(self.node(), at, body)
    }

    /// Takes one input.
    pub fn handle(&mut self, _input: Input, _now: Millis) -> Vec<Output> {
        Vec::new()
    }

    /// Whether received events wait to be checked and folded.
    pub fn has_work(&self) -> bool {
        false
    }

    /// Checks and folds up to `most` waiting events, live ones first.
    pub fn work(&mut self, _most: usize, _now: Millis) -> Vec<Output> {
        Vec::new()
    }

    /// Who is here, this node not included.
    pub fn presence(&self) -> BTreeMap<NodeId, Presence> {
        BTreeMap::new()
    }

    /// How many nodes hold an event.
    pub fn reach(&self, _cid: &Cid) -> Reach {
        Reach::default()
    }

    /// How catching up stands.
    pub fn progress(&self) -> Progress {
        Progress::default()
    }

    /// How many events wait for what they build on.
    pub fn pending(&self) -> usize {
        0
    }

    /// What was refused since the start, by code.
    pub fn refused(&self) -> BTreeMap<&'static str, u64> {
        BTreeMap::new()
    }

    /// The counts of the last [`Input::Import`], once all of it was worked off.
    pub fn imported(&mut self) -> Option<Imported> {
        None
    }
}
