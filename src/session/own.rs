//! What is remembered of this browser's nodes in the open room, as long as it is open.

use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

use paceline_room::{Cid, Day, NodeId};

/// A proposal, and the day until which somebody waits with it.
pub type Postponed = (Cid, Day);

/// What this browser knows of its own nodes in the open room.
#[derive(Default)]
pub struct Own {
    /// The others, the last used first.
    pub nodes: RefCell<Rc<[NodeId]>>,
    /// Whose word was answered by itself: once each, so that a *no* is not argued with.
    pub answered: RefCell<BTreeSet<NodeId>>,
    /// Whose word came before it was known that they are this browser's.
    pub unexpected: RefCell<BTreeSet<NodeId>>,
    /// What was opened of the posts that name the person at this tab; none before it was read.
    pub opened: RefCell<Option<BTreeSet<Cid>>>,
    /// What the person at this tab waits with; none before it was read.
    pub postponed: RefCell<Option<Vec<Postponed>>>,
}

impl Own {
    /// Whether a node is this browser's.
    pub fn has(&self, node: &NodeId) -> bool {
        self.nodes.borrow().contains(node)
    }
}
