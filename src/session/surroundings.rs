//! This browser, as a node sees it: its clock, its tasks, its links, the key it holds. Decides nothing.

use std::{cell::RefCell, rc::Rc};

use futures::future::LocalBoxFuture;
use gloo::timers::callback::Timeout;
use paceline_mesh::Lane;
use paceline_net::Net;
use paceline_node::{Key, Links, Surroundings, Timer};
use paceline_room::NodeId;
use paceline_store::{HeldKey, Keys};
use wasm_bindgen_futures::spawn_local;

use super::browser;

/// Clock, executor and randomness of the page.
pub struct ThisPage;

impl Surroundings for ThisPage {
    fn now(&self) -> f64 {
        browser::fine_now()
    }

    fn wall_clock(&self) -> u64 {
        browser::wall_clock()
    }

    fn random(&self, bytes: &mut [u8]) {
        browser::fill_random(bytes);
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        spawn_local(task);
    }

    fn after(&self, millis: u32, call: Box<dyn FnOnce()>) -> Timer {
        Box::new(Timeout::new(millis, call))
    }

    fn turn(&self) -> LocalBoxFuture<'static, ()> {
        Box::pin(browser::take_turn())
    }
}

/// The links over WebRTC and `BroadcastChannel`.
pub struct Linked(pub Net);

impl Links for Linked {
    fn send(&self, peer: NodeId, lane: Lane, bytes: Vec<u8>) {
        self.0.send(peer, lane, bytes);
    }

    fn disconnect(&self, peer: NodeId) {
        self.0.disconnect(peer);
    }

    fn carried(&self, bytes: Vec<u8>) {
        self.0.carried(bytes);
    }

    fn acquainted(&self, nodes: &[NodeId]) {
        self.0.acquainted(nodes);
    }

    fn rest(&self, rest: bool) {
        self.0.rest(rest);
    }

    fn goodbye(&self) {
        self.0.goodbye();
    }

    fn online(&self) {
        self.0.online();
    }

    fn network_changed(&self) {
        self.0.network_changed();
    }
}

/// A key that this tab holds, until it lets go of it.
pub struct PageKey {
    keys: Keys,
    node: NodeId,
    held: RefCell<Option<Rc<HeldKey>>>,
}

impl PageKey {
    /// Of this browser's keys.
    pub fn new(keys: Keys, held: HeldKey) -> Rc<Self> {
        Rc::new(Self { keys, node: held.node, held: RefCell::new(Some(Rc::new(held))) })
    }

    /// The key, as long as it is held.
    pub fn held(&self) -> Option<Rc<HeldKey>> {
        self.held.borrow().clone()
    }

    /// Lets go of it; what is being written holds it until it is done.
    pub fn let_go(&self) {
        self.held.borrow_mut().take();
    }
}

impl Key for PageKey {
    fn leave_unsaved(&self, note: Option<&str>) -> bool {
        self.held.borrow().as_ref().is_some_and(|it| it.leave_unsaved(note))
    }

    fn note_written(&self, seq: u64) -> LocalBoxFuture<'static, ()> {
        let (keys, node) = (self.keys.clone(), self.node);
        // Without it a loss is noticed less.
        Box::pin(async move { _ = keys.note_used(node, None, Some(seq)).await })
    }
}
