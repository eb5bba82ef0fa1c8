//! What the page shows: snapshots that components receive as props. Cheap to clone and to compare; whatever did not
//! change keeps its `Rc` or `Arc`.

use std::{rc::Rc, sync::Arc};

use paceline_mesh::replica::{Reached, Takes, Unchecked};
use paceline_net::{Path, RendezvousStatus};
use paceline_node::{Countdown, Loops, Mandate, People, Poll, Reaches, Storing};
use paceline_room::{
    Cid, NodeId, Tree,
    body::FormValues,
    fold::{Key, List},
    state::{
        Baton, DecisionLists, Feedback, IgnoredTransfer, Meeting, MeetingLists, MeetingStep, PersonLists, Post,
        PostVersions, PromiseLists, Raised, RoundLists, UnknownEvent,
    },
};
use paceline_store::Unsent;
use serde::Serialize;

use super::own::Postponed;
use crate::config::Discovery;

/// How this node stands to the others. `data-state` of `connection-state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Connection {
    Connecting,
    Alone,
    CatchingUp,
    InSync,
    Partial,
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

/// A room as this node sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct RoomView {
    /// The room.
    pub room: Cid,
    /// Its link.
    pub link: Rc<str>,
    /// This node.
    pub me: NodeId,
    /// It is for practice: nothing of it is kept, and the page plays the others.
    pub practice: bool,
    /// Whether this node should be asked "go on as {name}, or as somebody new?" (last used by somebody long ago).
    pub ask_who: bool,
    /// What it is called; empty until the founding event is here.
    pub title: Rc<str>,
    /// What it is for.
    pub purpose: Rc<str>,
    /// Name of its form.
    pub form: Rc<str>,
    /// Of a version that this build does not know: only introductions, posts and feedback are written.
    pub newer: bool,
    /// By which version the room goes on, as far as this build can tell.
    pub version: u32,
    /// How it came to that, by version.
    pub raised: Tree<u32, Raised>,
    /// The form's deciding values.
    pub values: Option<FormValues>,
    /// How this node stands to the others.
    pub connection: Connection,
    /// What is taken of it, as the person here chose.
    pub takes: Takes,
    /// As much is here as is taken without asking.
    pub full: bool,
    /// Nobody is linked, and the browser has no network: it is not for want of others.
    pub unplugged: bool,
    /// While catching up: (events here, events known to exist).
    pub progress: Option<(usize, usize)>,
    /// Events here: what is hidden changes nothing else that is shown.
    pub events: usize,
    /// Nodes linked now.
    pub linked: usize,
    /// A friendly proposal for a name, until this node has introduced itself.
    pub proposed_name: Option<Rc<str>>,
    /// This node first, then those present, then those gone.
    pub people: People,
    /// Other tabs of this browser that are open here as somebody else, the last used first: one word joins them.
    pub other_tabs: Rc<[NodeId]>,
    /// Who is joined to whom, and who has said so of whom.
    pub joined: PersonLists,
    /// Who says to be the person at this tab, from elsewhere, and waits for an answer.
    pub claims: Rc<[NodeId]>,
    /// In display order.
    pub posts: List<Post>,
    /// Of those that were edited, what each has said.
    pub versions: PostVersions,
    /// Those that name the person at this tab and wait to be opened or answered, by their places, the newest first.
    pub mentions: Rc<[Key]>,
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
    /// By what it is about.
    pub feedback_on: Tree<(Cid, Key), Feedback>,
    /// The loops that feedback opened.
    pub loops: Loops,
    /// In order of opening.
    pub batons: List<Baton>,
    /// Meetings and their agendas.
    pub meetings: MeetingLists,
    /// Of the meetings that go on the one that most persons follow.
    pub meeting: Option<Arc<Meeting>>,
    /// What moved it on last by people who had not seen each other's step.
    pub apart: Rc<[MeetingStep]>,
    /// Rounds and what was answered in them.
    pub rounds: RoundLists,
    /// Proposals, and what was said to them.
    pub decisions: DecisionLists,
    /// What is to be decided.
    pub polls: Rc<[Poll]>,
    /// What the person at this tab waits with.
    pub postponed: Rc<[Postponed]>,
    /// What was decided about batons, and was not done.
    pub mandates: Rc<[Mandate]>,
    /// Asks and promises.
    pub promises: PromiseLists,
    /// Those of them that somebody leads.
    pub led: List<Baton>,
    /// ... that this node leads.
    pub led_by_me: List<Baton>,
    /// ... that nobody leads.
    pub free: List<Baton>,
    /// ... that are done.
    pub closed: List<Baton>,
    /// ... that are roles of meetings that are over.
    pub ended: List<Baton>,
    /// Those that are offered to this node, or that it may reclaim.
    pub for_me: List<Baton>,
    /// Who leads and has gone for good (its tab said goodbye or died), or is silent longer than the form's grace time: somebody may
    /// step in.
    pub vanished: Rc<[NodeId]>,
    /// Roles of incidents whose leader has said nothing for some seconds: somebody may step in.
    pub unheard: Rc<[Cid]>,
    /// Batons whose current term has lasted longer than meant, by this tab's own clock.
    pub overtime: Rc<[Cid]>,
    /// Events from a newer version, in display order.
    pub unknown: List<UnknownEvent>,
    /// Transfers that did not count, by baton.
    pub ignored: Tree<(Cid, Key), IgnoredTransfer>,
    /// Events whose time cannot be.
    pub doubtful: List<()>,
    /// Who raises a hand, in their order: each person once.
    pub hands: Rc<[NodeId]>,
    /// Who asks to wait with the reveal of which round.
    pub waits: Rc<[(NodeId, Cid)]>,
    /// The time that runs in the meeting that goes on, or has run out: the same in every tab to a second. Drawn by
    /// `components::timer`.
    pub timer: Option<Countdown>,
    /// How many members hold recent posts (the last few hundred), and who lacks them.
    pub reach: Reaches,
    /// Bytes and events in this browser's database, and whether the browser promised to keep them.
    pub storage: StorageView,
    /// Who is linked with this node.
    pub peers: Rc<[PeerView]>,
    /// Who is present and reached through one of them.
    pub reached: Arc<[Reached]>,
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
    /// What carries the link, or that there is none.
    pub path: Path,
    /// If it is not linked: the linked node through which it is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<NodeId>,
}

impl RoomView {
    /// The linked nodes, then those present that are reached through them.
    pub fn all_peers(&self) -> Vec<PeerView> {
        let mut all = self.peers.to_vec();
        all.extend(through(&self.peers, &self.reached));
        all
    }
}

/// Those present that are reached through linked nodes. Strangers (made-up keys, perhaps) are not among these.
pub fn through(linked: &[PeerView], reached: &[Reached]) -> Vec<PeerView> {
    let others = reached.iter().filter(|it| !it.is_stranger && !linked.iter().any(|peer| peer.node == it.node));
    let view = |it: &Reached| PeerView {
        node: it.node,
        name: String::new(),
        direct: false,
        rtt_ms: None,
        via: String::new(),
        path: Path::Through,
        through: Some(it.through),
    };
    others.map(view).collect()
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
    /// Whether somebody practises: the page shows that instead.
    pub practice: bool,
    /// What to tell the person.
    pub notices: Rc<[Notice]>,
    /// Whether the offline switch is on.
    pub offline: bool,
    /// The servers of the page and what was chosen of them.
    pub discovery: Rc<Discovery>,
    /// How many forms the page's host has added so far.
    pub hosted_forms: usize,
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
