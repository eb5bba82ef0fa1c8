//! What the page shows: snapshots that components receive as props. Cheap to clone and to compare; whatever did not
//! change keeps its `Rc` or `Arc`.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};

use paceline_mesh::replica::{Here, Reach, Unchecked};
use paceline_net::RendezvousStatus;
use paceline_node::Storing;
use paceline_room::{
    Cid, NodeId,
    body::FormValues,
    state::{Baton, Feedback, IgnoredTransfer, Person, Post, UnknownEvent},
};
use paceline_store::Unsent;
use serde::Serialize;

use crate::config::Finding;

/// How this node stands to the others. `data-state` of `connection-state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Connection {
    Connecting,
    Alone,
    CatchingUp,
    InSync,
    Offline,
}

/// A plain sentence for the person at the tab: what happened, what was kept, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Stable name, documented in `docs/notices.md`; `data-code`.
    pub code: &'static str,
    /// The sentence.
    pub text: String,
    /// The event it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<Cid>,
    /// Number for dismissing it.
    #[serde(skip)]
    pub id: u32,
}

/// One of "my rooms" on the start page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomCard {
    /// The room.
    pub room: Cid,
    /// Its link.
    pub link: String,
    /// What it is called.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Unix milliseconds.
    pub last_opened: u64,
    /// Events held when it was last left.
    pub events: usize,
    /// Events that came since it was last looked at (from another tab of this browser).
    pub new: usize,
}

/// A person and whether they are here.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonView {
    /// From the log; for somebody without events yet a placeholder with an empty name.
    pub person: Arc<Person>,
    /// What it is called here: told apart from others, and safe to show.
    pub name: Rc<str>,
    /// Presence; this node is always here.
    pub here: Here,
    /// Whether it is this node.
    pub me: bool,
    /// How it is reached, if linked: `webrtc`, `broadcast`.
    pub path: Option<&'static str>,
    /// It has gone for good (its tab said goodbye or died) or silent longer than the form's grace time: somebody may step in.
    pub may_be_replaced: bool,
    /// How long it has been silent or gone, in milliseconds.
    pub silent_ms: u64,
}

/// A room as this node sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct RoomView {
    /// The room.
    pub room: Cid,
    /// Its link.
    pub link: Rc<str>,
    /// This node.
    pub me: NodeId,
    /// Whether this node should be asked "go on as {name}, or as somebody new?" (last used by somebody long ago).
    pub ask_who: bool,
    /// What it is called; empty until the founding event is here.
    pub title: Rc<str>,
    /// What it is for.
    pub purpose: Rc<str>,
    /// Name of its form.
    pub form: Rc<str>,
    /// Founded by a version that this build does not know: only introductions, posts and feedback are written.
    pub newer: bool,
    /// The form's deciding values.
    pub values: Option<FormValues>,
    /// How this node stands to the others.
    pub connection: Connection,
    /// Nobody is linked, and the browser has no network: it is not for want of others.
    pub unplugged: bool,
    /// While catching up: (events here, events known to exist).
    pub progress: Option<(usize, usize)>,
    /// Nodes linked now.
    pub linked: usize,
    /// A friendly proposal for a name, until this node has introduced itself.
    pub proposed_name: Option<Rc<str>>,
    /// This node first, then those present, then those gone.
    pub people: Rc<[PersonView]>,
    /// In display order.
    pub posts: Rc<[Arc<Post>]>,
    /// The newest posts whose past is not here yet, in display order: to read, not to answer.
    pub unchecked: Rc<[Unchecked]>,
    /// Own posts being stored.
    pub storing: Rc<[Storing]>,
    /// What is to be sent and waits, the oldest first.
    pub unsent: Rc<[Unsent]>,
    /// What is being written is not kept: storage refuses it.
    pub unkept: bool,
    /// This browser's copy of the room was deleted: all of it is in this tab alone.
    pub gone: bool,
    /// In display order.
    pub feedback: Rc<[Arc<Feedback>]>,
    /// In order of opening.
    pub batons: Rc<[Arc<Baton>]>,
    /// Batons whose current term has lasted longer than meant, by this tab's own clock.
    pub overtime: Rc<[Cid]>,
    /// Events from a newer version, in display order.
    pub unknown: Rc<[Arc<UnknownEvent>]>,
    /// Transfers that did not count, in display order.
    pub ignored: Rc<[IgnoredTransfer]>,
    /// Events whose time cannot be.
    pub doubtful: Rc<BTreeSet<Cid>>,
    /// How many nodes hold recent events (the last few hundred posts).
    pub reach: Rc<BTreeMap<Cid, Reach>>,
    /// Bytes and events in this browser's database, and whether the browser promised to keep them.
    pub storage: StorageView,
    /// Peers and how they are reached.
    pub peers: Rc<[PeerView]>,
    /// How each way of finding others stands; none while offline.
    pub rendezvous: Rc<[RendezvousStatus]>,
    /// Who was found and is not linked, and how often a link failed.
    pub unlinked: Rc<[(NodeId, u32)]>,
}

/// What the room takes up in this browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct StorageView {
    /// Events stored.
    pub events: usize,
    /// Bytes of their blocks and words.
    pub bytes: u64,
    /// Whether the browser promised not to evict them.
    pub persisted: bool,
}

/// A node that is present: linked with this one, or reached through one that is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PeerView {
    /// Who.
    pub node: NodeId,
    /// What it calls itself.
    pub name: String,
    /// Linked to this node itself.
    pub direct: bool,
    /// Round trip, milliseconds.
    pub rtt_ms: Option<u32>,
    /// Which rendezvous found it; empty if it is not linked.
    pub via: String,
    /// `webrtc`, `broadcast`, `relayed` or `through`.
    pub path: &'static str,
    /// If it is not linked: the linked node through which it is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<NodeId>,
}

/// Everything the page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Rooms of this browser, last opened first.
    pub rooms: Rc<[RoomCard]>,
    /// The open room.
    pub room: Option<Rc<RoomView>>,
    /// Whether a room is being opened (storage is being read).
    pub opening: bool,
    /// What to tell the person.
    pub notices: Rc<[Notice]>,
    /// Whether the offline switch is on.
    pub offline: bool,
    /// The servers of the page and what was chosen of them.
    pub finding: Rc<Finding>,
}

/// The copy of the room that another node of this browser has.
#[derive(Debug, Clone, PartialEq)]
pub struct Leftover {
    /// The node.
    pub node: NodeId,
    /// The name last used with it, if any.
    pub name: String,
    /// When it was last used, Unix milliseconds.
    pub used: u64,
    /// What is in it; none while another tab writes to it.
    pub holds: Option<LeftoverSize>,
}

/// What is in a leftover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftoverSize {
    /// Events.
    pub events: usize,
    /// Bytes of events and words.
    pub bytes: u64,
    /// Whether this node has all of it, too.
    pub here: bool,
}

/// What the browser says about its storage, in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeviceView {
    /// In use by this site, which may hold more than rooms.
    pub used: u64,
    /// What it may use at most.
    pub quota: u64,
}
