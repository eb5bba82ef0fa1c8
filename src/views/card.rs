//! What a card is, and what it is made of. The table of them is `cards`.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid, NodeId,
    fold::List,
    state::{Baton, Person, PromiseLists, UnknownEvent},
};
use yew::prelude::*;

use crate::{
    people,
    session::{Here, People, RoomView},
};

/// A kind of card.
pub struct Kind {
    /// All of them, in whatever order.
    pub moments: fn(&Sources) -> Vec<Moment>,
}

/// A moment on the road: its place, and what draws it.
#[derive(Clone)]
pub struct Moment {
    pub(super) depth: u64,
    pub(super) cid: Cid,
    pub(super) draw: Rc<dyn Fn(&Around) -> Html>,
}

impl Moment {
    /// What an event means for the stream, and how deep in the log that is.
    pub fn new(depth: u64, cid: Cid, draw: impl Fn(&Around) -> Html + 'static) -> Self {
        Self { depth, cid, draw: Rc::new(draw) }
    }

    /// Where it stands in the log.
    pub fn key(&self) -> (u64, Cid) {
        (self.depth, self.cid)
    }
}

/// At the same place it is the same moment: whether what it draws changed, [`Sources`] say.
impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Moment {}

/// What of a room cards are made of: the same as long as none of them changed.
#[derive(Clone, PartialEq)]
pub struct Sources {
    /// In order of opening.
    pub batons: List<Baton>,
    /// Asks and promises.
    pub promises: PromiseLists,
    /// What a newer version wrote.
    pub unknown: List<UnknownEvent>,
}

impl Sources {
    /// Takes it from a snapshot.
    pub fn of(room: &RoomView) -> Self {
        Self { batons: room.batons.clone(), promises: room.promises.clone(), unknown: room.unknown.clone() }
    }
}

/// What cards need to know of the room around them.
pub struct Around {
    people: People,
    doubtful: List<()>,
}

impl Around {
    /// Gathers it from a snapshot.
    pub fn new(room: &RoomView) -> Self {
        Self { people: room.people.clone(), doubtful: room.doubtful.clone() }
    }

    /// Who somebody is, what they are called, and whether they are here.
    pub fn person(&self, node: &NodeId) -> (Arc<Person>, Arc<str>, Here) {
        match self.people.find(node) {
            Some(it) => (it.person.clone(), it.name.clone(), it.here),
            None => (Arc::new(people::stranger(*node)), people::nameless(node).into(), Here::Gone),
        }
    }

    /// Whether the time of an event, at this depth in the log, cannot be.
    pub fn is_doubtful(&self, depth: u64, event: Cid) -> bool {
        self.doubtful.get(&(depth, event)).is_some()
    }
}
