//! Those who want to hear of things as they happen: scripts (`paceline.on`) and the page's components.

use std::{cell::RefCell, rc::Rc};

use litemap::LiteMap;
use paceline_room::{Cid, NodeId};
use paceline_store::Place;
use serde::Serialize;

use super::view::View;

/// An event was admitted, own or other.
#[derive(Debug, Clone, Serialize)]
pub struct EventSeen {
    /// Its name.
    pub cid: Cid,
    /// Whose.
    pub author: NodeId,
    /// Of which kind.
    pub kind: String,
}

/// A link came up or went down.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PeerSeen {
    /// To whom.
    pub node: NodeId,
    /// Up, or down.
    pub up: bool,
}

/// The room's state is another.
#[derive(Debug, Clone, Serialize)]
pub struct StateSeen {
    /// Of the set of admitted events.
    pub digest: String,
}

/// What to call, and for what.
pub enum Listener {
    /// For every admitted event.
    Event(Box<dyn Fn(&EventSeen)>),
    /// For every link.
    Peer(Box<dyn Fn(&PeerSeen)>),
    /// For every new state, at most once a frame.
    State(Box<dyn Fn(&StateSeen)>),
    /// For every new snapshot, at most once a frame.
    View(Box<dyn Fn(Rc<View>)>),
    /// For what somebody writes at a place, and for commands that begin or end: what it is about.
    About(Box<dyn Fn(&str)>),
}

type Listeners = Rc<RefCell<LiteMap<u32, Rc<Listener>>>>;

/// Everybody who listens.
#[derive(Default, Clone)]
pub struct Board {
    listeners: Listeners,
    next: Rc<RefCell<u32>>,
}

/// Stops listening when dropped.
pub struct Subscription {
    listeners: Listeners,
    number: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.listeners.borrow_mut().remove(&self.number);
    }
}

impl Board {
    /// Adds a listener.
    pub fn listen(&self, listener: Listener) -> Subscription {
        let mut next = self.next.borrow_mut();
        *next += 1;
        self.listeners.borrow_mut().insert(*next, Rc::new(listener));
        Subscription { listeners: self.listeners.clone(), number: *next }
    }

    /// Calls everybody; a listener may itself start or stop listening.
    pub fn each(&self, call: impl Fn(&Listener)) {
        let all: Vec<_> = self.listeners.borrow().values().cloned().collect();
        for listener in all {
            call(&listener);
        }
    }
}

/// What is told when words come back into the form of a post that may be closed.
pub fn opens(place: &Place) -> String {
    format!("open {}", place.target().map(|it| it.to_string()).unwrap_or_default())
}
