//! What `status()`, `local()` and `importCar()` of `window.paceline` return.

use std::collections::BTreeMap;

use paceline_mesh::replica::Here;
use paceline_net::RendezvousState;
use paceline_node::Reach;
use paceline_room::{Cid, NodeId, batch::Counts};
use serde::Serialize;

use super::{
    pauses::Meter,
    view::{Connection, Notice, PeerView, StorageView},
};

/// This node, now.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// The open room.
    pub room: Option<Cid>,
    /// This node; empty while no room is open.
    pub node: Option<NodeId>,
    /// How this node stands to the others.
    pub state: Connection,
    /// Linked peers.
    pub peers: Vec<PeerView>,
    /// Admitted events.
    pub events: usize,
    /// Events that wait for what they build on.
    pub pending: usize,
    /// Signatures of others that were checked since the room was opened.
    pub signatures: Signatures,
    /// What is taken of the room, as was chosen: `until-full`, `all`, `newest`, `nothing`.
    pub takes: &'static str,
    /// As much is here as is taken without asking.
    pub full: bool,
    /// What was refused, by reason.
    pub refused: BTreeMap<String, u64>,
    /// What was skipped since a later build wrote it, by what it was.
    pub newer: BTreeMap<String, u64>,
    /// Events and words known to exist, not here yet.
    pub missing: usize,
    /// What is stored in this browser.
    pub storage: StorageView,
    /// How others are looked for.
    pub rendezvous: Vec<Rendezvous>,
    /// How this page fares.
    pub page: PageReport,
}

/// Signatures that were checked, by how, and how long that took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Signatures {
    /// Multiplications of many points at once.
    pub multiplications: u64,
    /// Good by one of those.
    pub together: u64,
    /// Checked each for itself.
    pub alone: u64,
    /// Bad, so that others were checked once more.
    pub spoilt: u64,
    /// Milliseconds that all of it took.
    pub ms: f64,
}

impl Signatures {
    /// Of a node.
    pub const fn of(counts: Counts, ms: f64) -> Self {
        let Counts { multiplications, together, alone, spoilt } = counts;
        Self { multiplications, together, alone, spoilt, ms }
    }
}

impl Status {
    /// While no room is open.
    pub fn without_room(offline: bool, page: PageReport) -> Self {
        Self {
            room: None,
            node: None,
            state: if offline { Connection::Offline } else { Connection::Alone },
            peers: Vec::new(),
            events: 0,
            pending: 0,
            signatures: Signatures::default(),
            takes: "until-full",
            full: false,
            refused: BTreeMap::new(),
            newer: BTreeMap::new(),
            missing: 0,
            storage: StorageView::default(),
            rendezvous: Vec::new(),
            page,
        }
    }
}

/// How this page fares in this tab: how long it held people up, and what memory it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageReport {
    /// Tasks that held it up.
    pub long_tasks: u32,
    /// The longest of them, milliseconds; 0 if there was none.
    pub longest_task_ms: u32,
    /// Who measured them.
    pub measured_by: Meter,
    /// Bytes that its WebAssembly holds.
    pub memory_bytes: u64,
    /// ... of which the open room's events are.
    pub log_bytes: u64,
    /// ... and its words.
    pub words_bytes: u64,
    /// How often anything of the open room was drawn anew.
    pub drawings: u32,
}

/// One way of finding others.
#[derive(Debug, Clone, Serialize)]
pub struct Rendezvous {
    /// `broadcast-channel`, `by-hand` ...
    pub kind: String,
    /// Where, if anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// In a word.
    pub state: RendezvousState,
    /// Messages sent.
    pub sent: u64,
    /// Messages received.
    pub received: u64,
}

/// A room for practice: it is in this page alone.
#[derive(Debug, Clone, Serialize)]
pub struct PracticeReport {
    /// The room, if somebody practises.
    pub room: Option<Cid>,
    /// Its nodes, that of the person at the tab first; who vanished is none of them.
    pub nodes: Vec<Practising>,
}

/// A node of a room for practice.
#[derive(Debug, Clone, Serialize)]
pub struct Practising {
    /// Who.
    pub node: NodeId,
    /// Of the set of admitted events.
    pub digest: String,
    /// Admitted events.
    pub events: usize,
    /// ... of them by others.
    pub others: usize,
    /// Signatures of others that it has checked.
    pub checked: usize,
    /// What was refused, by reason.
    pub refused: BTreeMap<String, u64>,
}

/// This node's own view: presence, reach, notices.
#[derive(Debug, Clone, Serialize)]
pub struct LocalState {
    /// Who is here.
    pub present: Vec<Present>,
    /// How many members hold recent posts.
    pub reach: BTreeMap<String, ReachReport>,
    /// Who raises a hand, in their order.
    pub hands: Vec<NodeId>,
    /// Who asks to wait with a reveal.
    pub waits: Vec<Waiting>,
    /// The time that runs.
    pub timer: Option<TimeLeft>,
    /// What the person was told.
    pub notices: Vec<Notice>,
}

/// Who asks to wait with the reveal of a round.
#[derive(Debug, Clone, Serialize)]
pub struct Waiting {
    /// Who.
    pub node: NodeId,
    /// The round.
    pub round: Cid,
}

/// Time that was given, and what is left of it.
#[derive(Debug, Clone, Serialize)]
pub struct TimeLeft {
    /// The event that set it.
    pub set: Cid,
    /// What for.
    pub about: Option<Cid>,
    /// How long, in seconds.
    pub seconds: u64,
    /// Seconds that are left.
    pub left: u64,
}

/// One node's presence.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Present {
    /// Who.
    pub node: NodeId,
    /// `here`, `away` or `gone`.
    pub here: &'static str,
    /// For how long.
    pub since_ms: u64,
}

/// Reach of one event.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ReachReport {
    /// Members that are known to hold it, the person at this node included.
    pub stored: usize,
    /// Members.
    pub of: usize,
}

impl From<Reach> for ReachReport {
    fn from(reach: Reach) -> Self {
        Self { stored: reach.stored, of: reach.of }
    }
}

/// The word of a presence, as in `data-here`.
pub const fn here_word(here: Here) -> &'static str {
    match here {
        Here::Here => "here",
        Here::Away => "away",
        Here::Gone => "gone",
    }
}

/// What an import did, as `importCar` returns it.
#[derive(Debug, Clone, Serialize)]
pub struct ImportReport {
    /// Newly admitted.
    pub admitted: usize,
    /// Here before.
    pub known: usize,
    /// Waiting for what they build on.
    pub pending: usize,
    /// Refused, by code.
    pub refused: BTreeMap<String, usize>,
}
