//! Peer exchange: nodes of the room that this one is not linked with are greeted through it.
//!
//! Of a pair the larger says hello at once, and is dialled; the smaller says hello only if it hears nothing for a while. Who
//! does not answer, or cannot be linked with, is greeted more and more rarely. That it is asked at all is the mesh's word, on
//! which nothing else depends.

use paceline_mesh::replica::Millis;
use paceline_room::{NodeId, cost::LiteMap};

/// Nodes greeted through the room at a time: a member that makes nodes up costs a bounded number of relayed messages. The mesh
/// names those first that have written.
pub(super) const MAX_EXCHANGED: usize = 64;
/// How long the smaller of a pair waits for the larger's hello.
pub(super) const GREET_LATER: Millis = 1_500;
/// The first wait between hellos to one node; doubled each time.
pub(super) const GREET_AGAIN: Millis = 4_000;
/// The longest wait between hellos to one node.
pub(super) const GREET_MOST: Millis = 60_000;

/// Whom to greet, and when next.
#[derive(Debug, Default)]
pub(super) struct PeerExchange(pub(super) LiteMap<NodeId, Due>);

/// When somebody is greeted next, and how long after that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    pub(super) next: Millis,
    pub(super) wait: Millis,
}

impl PeerExchange {
    /// Whether the room knows that node, and this one is not linked with it.
    pub(super) fn knows(&self, node: &NodeId) -> bool {
        self.0.contains_key(node)
    }

    /// When somebody is to be greeted next.
    pub(super) fn next(&self) -> Option<Millis> {
        self.0.values().map(|due| due.next).min()
    }

    pub(super) fn linked(&mut self, node: &NodeId) {
        self.0.remove(node);
    }
}
