//! The room as it can be shown, and what each snapshot costs: what changed since the last one, and no more.
//!
//! A [`Snapshot`] is a handful of pointers. What did not change is the same memory as in the one before, so that whoever draws
//! it compares pointers; what did is told by [`Tree::since`]. Of what is beside the log (presence, reports of what is stored)
//! [`Changed`] says whose. So a post, a beacon, a handoff and a second in which nothing happens cost the same in a small
//! room and in a large one, but for logarithms. Two things are looked at each time, since time alone changes them: the
//! batons that somebody leads, and the newest posts that are not stored here yet.
//!
//! *Absent*: the clock, links, sentences: what only a page knows is added there.

mod before;
mod floor;
mod handoffs;
mod mandates;
mod members;
mod people;
mod places;
mod polls;
mod reach;
mod when;

use std::rc::Rc;

use paceline_mesh::{
    Replica,
    replica::{Changed, Progress, Unchecked},
};
use paceline_room::{
    Cid, NodeId, Tree,
    fold::{Key, Lists},
    state::{Feedback, FeedbackState, IgnoredTransfer},
};

use before::Before;
pub use floor::{Countdown, Floor};
pub use handoffs::Batons;
use handoffs::{Ignoreds, Roles};
pub use mandates::{Lets, Mandate};
pub use people::{Crowd, Naming, People, PersonView};
pub use polls::Poll;
use reach::Window;
pub use reach::{Reach, Reaches};
use when::same;
pub use when::{When, grace};

use crate::{clocks::Clocks, terms::Terms};

/// How many posts are shown at most before their past is here: a page to read.
const UNCHECKED_SHOWN: usize = 30;
/// Loops, by where they stand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loops {
    /// Those that wait for an answer, in display order.
    pub open: Tree<Key, Feedback>,
    /// The others.
    pub closed: Tree<Key, Feedback>,
    /// Of the first, those that wait for this node's answer.
    pub mine: Tree<Key, Feedback>,
}

/// A room as one node has it. Cheap to copy and to compare: what did not change is the same.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// What was said and done.
    pub lists: Lists,
    /// Who is there.
    pub people: People,
    /// The loops of all feedback.
    pub loops: Loops,
    /// What is led, and what waits for this node.
    pub batons: Batons,
    /// What is said of the meeting that goes on.
    pub floor: Floor,
    /// What is to be decided.
    pub polls: Rc<[Poll]>,
    /// What was decided about batons, and was not done.
    pub mandates: Rc<[Mandate]>,
    /// What was done with batons and did not count.
    pub ignored: Tree<(Cid, Key), IgnoredTransfer>,
    /// Events whose time cannot be.
    pub doubtful: Tree<Key, ()>,
    /// How many members hold the newest posts.
    pub reach: Reaches,
    /// The newest posts whose past is not here yet, in display order: to read, not to answer.
    pub unchecked: Rc<[Unchecked]>,
    /// How many events are here.
    pub events: usize,
    /// What is missing.
    pub progress: Progress,
}

/// Takes snapshots of one replica, each from the one before.
pub struct Snapshots {
    me: NodeId,
    last: Rc<Snapshot>,
    crowd: Crowd,
    window: Window,
    ignored: Ignoreds,
    roles: Roles,
    terms: Terms,
    clocks: Clocks,
    changed: Changed,
}

impl Snapshots {
    /// Of nothing yet: the first one looks at all there is.
    pub fn new(me: NodeId, naming: Naming) -> Self {
        Self {
            me,
            last: Rc::default(),
            crowd: Crowd::new(me, naming),
            window: Window::new(me),
            ignored: Ignoreds::default(),
            roles: Roles::default(),
            terms: Terms::default(),
            clocks: Clocks::default(),
            changed: Changed::all(),
        }
    }

    /// What changed until the next snapshot, as the replica tells it.
    pub fn note(&mut self, changed: Changed) {
        self.changed.add(changed);
    }

    /// What makes names alike is known better than before.
    pub fn liken_anew(&mut self) {
        self.crowd.liken_anew();
    }

    /// By how much the others' clocks stand ahead of this node's, if that is clear.
    pub fn others_ahead(&self) -> Option<i64> {
        self.clocks.others()
    }

    /// The room as it is now. Everything that the replica told as changed was handed to [`Snapshots::note`] before.
    pub fn take(&mut self, replica: &Replica, when: When) -> Rc<Snapshot> {
        let changed = std::mem::take(&mut self.changed);
        let (fold, before) = (replica.fold(), self.last.clone());
        let lists = fold.lists();
        self.crowd.follow(replica, &before.lists.people, &lists.people, &changed);
        self.window.follow(replica, &before.lists.posts, &lists.posts, &changed, when.clock);
        let mut batons = before.batons.clone();
        batons.follow(&before.lists, &lists, &mut self.roles, replica.log(), self.me);
        batons.pass_time(replica, &self.roles, &mut self.terms, self.me, &when);
        let unchecked = match (replica.pending(), before.unchecked.is_empty()) {
            (0, true) => before.unchecked.clone(),
            _ => same(&before.unchecked, replica.unchecked_posts(UNCHECKED_SHOWN)),
        };
        let now = Snapshot {
            people: self.crowd.people().clone(),
            loops: before.loops.follow(&before.lists.feedback, &lists.feedback, self.me),
            batons,
            floor: before.floor.follow(replica),
            polls: polls::polls(before.beside(&before.polls), replica, &lists, self.me),
            mandates: mandates::mandates(before.beside(&before.mandates), replica, &lists, self.me),
            ignored: self.ignored.follow(replica).clone(),
            doubtful: self.clocks.look(replica.log(), self.me, when.known, when.clock),
            reach: self.window.shown(),
            unchecked,
            events: replica.log().len(),
            progress: replica.progress(),
            lists,
        };
        if now != *before {
            self.last = Rc::new(now);
        }
        self.last.clone()
    }
}

impl Snapshot {
    fn beside<'a, T>(&'a self, shown: &'a Rc<[T]>) -> Before<'a, T> {
        Before { events: self.events, lists: &self.lists, shown }
    }
}

impl Loops {
    fn follow(&self, before: &Tree<Key, Feedback>, now: &Tree<Key, Feedback>, me: NodeId) -> Self {
        let mut loops = self.clone();
        let is_open = |it: &Feedback| it.state == FeedbackState::Open;
        let is_mine = |it: &Feedback| is_open(it) && it.addressee == Some(me);
        for change in now.since(before) {
            if let Some(was) = change.before.filter(|it| it.stance.opens_loop()) {
                let list = if is_open(was) { &mut loops.open } else { &mut loops.closed };
                list.remove(change.key);
                loops.mine.remove(change.key);
            }
            if let Some(is) = change.now.filter(|it| it.stance.opens_loop()) {
                let list = if is_open(is) { &mut loops.open } else { &mut loops.closed };
                list.insert(*change.key, is.clone());
                if is_mine(is) {
                    loops.mine.insert(*change.key, is.clone());
                }
            }
        }
        loops
    }
}
