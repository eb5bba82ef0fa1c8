//! What a card is, and what it is made of. The table of them is `cards`.

use std::sync::Arc;

use paceline_room::{
    Cid, NodeId, Tree,
    fold::{Key, List},
    limits,
    state::{Baton, DecisionLists, Item, Person, PromiseLists, UnknownEvent},
};
use yew::prelude::*;

use crate::{
    components::decision::Decisions,
    people,
    session::{Here, People, RoomView},
};

/// A kind of card.
pub struct Kind {
    /// What of its moments is not as it was between two states of a room; looks at what changed alone.
    pub changed: fn(&Sources, &Sources) -> Vec<Change>,
}

/// A moment on the road: what draws it.
pub type Moment = Box<dyn Fn(&Around) -> Html>;

/// Where in the log a moment stands, and what it is now; none if it is not there any more.
pub type Change = (Key, Option<Moment>);

/// What of a room cards are made of: the same as long as none of them changed.
#[derive(Clone, Default, PartialEq)]
pub struct Sources {
    /// In order of opening.
    pub batons: List<Baton>,
    /// Proposals.
    pub decisions: DecisionLists,
    /// Asks and promises.
    pub promises: PromiseLists,
    /// What is kept for later or is on an agenda, and is about posts.
    pub about: Tree<(Cid, Key), Item>,
    /// Meetings that go on, and those that they go on with.
    pub going: Vec<Cid>,
    /// What a newer version wrote.
    pub unknown: List<UnknownEvent>,
}

impl Sources {
    /// Takes it from a snapshot.
    pub fn of(room: &RoomView) -> Self {
        let meetings = &room.meetings;
        let open = meetings.open.iter().take(limits::MEETINGS_AT_ONCE);
        Self {
            batons: room.batons.clone(),
            decisions: room.decisions.clone(),
            promises: room.promises.clone(),
            about: meetings.about.clone(),
            going: open.flat_map(|it| meetings.line(it)).map(|it| it.cid).collect(),
            unknown: room.unknown.clone(),
        }
    }

    /// What is about a post, in the order in which it was put off.
    pub fn put_off(&self, post: Cid) -> impl Iterator<Item = &Arc<Item>> {
        let all = self.about.from(&(post, (0, Cid::from_digest([0; 32]))));
        all.take_while(move |((of, _), _)| *of == post).map(|(_, it)| it)
    }
}

/// What cards need to know of the room around them.
pub struct Around {
    people: People,
    doubtful: List<()>,
    /// What proposals are drawn from.
    pub decisions: Decisions,
}

impl Around {
    /// Gathers it from a snapshot.
    pub fn new(room: &RoomView) -> Self {
        Self { people: room.people.clone(), doubtful: room.doubtful.clone(), decisions: Decisions::of(room) }
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
