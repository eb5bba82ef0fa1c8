//! What can be seen of a node from outside: who is here, how far it is, what an import did.

use std::collections::BTreeMap;

use paceline_room::{Cid, NodeId, body::PostKind};

use crate::time::Millis;

/// Who is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Here {
    /// Linked (or beaconed lately) and its tab is visible.
    Here,
    /// Linked, its tab hidden or silent for long.
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

/// Who is here and not linked with this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// Who.
    pub node: NodeId,
    /// The neighbour through which it is reached.
    pub through: NodeId,
    /// It has written nothing that is here and was never linked with this node: perhaps a newcomer, perhaps a made-up key.
    pub is_stranger: bool,
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
    /// Whether at least one reconciliation with a current peer has completed since its link came up, and whoever was linked at about
    /// that time has said what it has, and it is here.
    pub reconciled: bool,
    /// The same with nobody given up: neither was somebody waited for too long, nor is somebody still behind.
    pub certain: bool,
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

/// A post whose past is not here yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchecked {
    /// Its name.
    pub cid: Cid,
    /// Who signed it.
    pub author: NodeId,
    /// What it is.
    pub kind: PostKind,
    /// Its words, if they came along and are the ones it links.
    pub text: Option<String>,
    /// By its author's clock.
    pub at: u64,
    /// Where it says it belongs.
    pub depth: u64,
}

/// How many nodes have reported that they stored an event and its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Those that reported it, this node included.
    pub stored: usize,
    /// Nodes present, this one included.
    pub of: usize,
}
