//! What outlives going offline and online: counts, whom to refuse, the clock.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use paceline_mesh::replica::Millis;
use paceline_room::NodeId;
use web_time::Instant;

use crate::{events::EventQueue, types::NetEvent};

#[derive(Debug)]
pub(crate) struct Status {
    started: Instant,
    events: Rc<EventQueue>,
    counts: RefCell<BTreeMap<&'static str, u64>>,
    refused: RefCell<BTreeSet<NodeId>>,
}

impl Status {
    pub(crate) fn new(events: Rc<EventQueue>) -> Self {
        Self { started: Instant::now(), events, counts: RefCell::default(), refused: RefCell::default() }
    }

    /// Where what happens is told.
    pub(crate) fn events(&self) -> Rc<EventQueue> {
        Rc::clone(&self.events)
    }

    /// Milliseconds since the node started.
    pub(crate) fn now(&self) -> Millis {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Counts something that was refused.
    pub(crate) fn refused(&self, code: &'static str, peer: Option<NodeId>) {
        *self.counts.borrow_mut().entry(code).or_default() += 1;
        self.events.push(NetEvent::Refused { code, peer });
    }

    pub(crate) fn failed(&self, code: &'static str, text: String) {
        self.events.push(NetEvent::Failed { code, text });
    }

    pub(crate) fn rendezvous_changed(&self) {
        self.events.push(NetEvent::Rendezvous);
    }

    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.counts.borrow().clone()
    }

    pub(crate) fn refuse(&self, node: NodeId) {
        self.refused.borrow_mut().insert(node);
    }

    pub(crate) fn allow(&self, node: &NodeId) {
        self.refused.borrow_mut().remove(node);
    }

    pub(crate) fn is_refused(&self, node: &NodeId) -> bool {
        self.refused.borrow().contains(node)
    }

    pub(crate) fn all_refused(&self) -> BTreeSet<NodeId> {
        self.refused.borrow().clone()
    }
}
