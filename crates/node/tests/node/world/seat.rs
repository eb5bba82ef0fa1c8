//! A node with a disk of its own and a link to others in the same process.

use std::{
    cell::RefCell,
    collections::{BTreeSet, VecDeque},
    rc::Rc,
};

use futures::executor::block_on;
use paceline_mesh::{Input, Lane};
use paceline_node::{Key as _, Links, Node, Parts, Ready, Told, testing::express};
use paceline_room::{Cid, Keypair, NodeId};
use paceline_store::{Desk, Store};

use super::{Disk, Place, TestKey};

/// What was sent and has not arrived.
#[derive(Default)]
struct Wire {
    sent: RefCell<VecDeque<(NodeId, Lane, Vec<u8>)>>,
}

impl Links for Wire {
    fn send(&self, peer: NodeId, lane: Lane, bytes: Vec<u8>) {
        self.sent.borrow_mut().push_back((peer, lane, bytes));
    }

    fn disconnect(&self, peer: NodeId) {
        panic!("{peer} broke the protocol");
    }

    fn carried(&self, _: Vec<u8>) {}

    fn acquainted(&self, _: &[NodeId]) {}

    fn rest(&self, _: bool) {}

    fn goodbye(&self) {}

    fn online(&self) {}

    fn network_changed(&self) {}
}

/// An open node and what is around it.
pub struct Seat {
    pub node: Rc<Node>,
    pub disk: Disk,
    pub key: Rc<TestKey>,
    pub told: Rc<RefCell<Vec<Told>>>,
    /// Whether it might have written on with this key.
    pub whole: bool,
    wire: Rc<Wire>,
}

impl Seat {
    /// Opens what is on a disk, as a page does.
    pub fn open(place: &Place, room: Cid, keypair: Keypair, disk: Disk, key: Rc<TestKey>) -> Self {
        let ready = block_on(Ready::load(room, &keypair, &disk, place)).expect("a disk can be read");
        Self::of(ready, place, keypair, disk, key)
    }

    /// The same with a build that knows the versions of the fold up to this one.
    pub fn knowing(version: u32, place: &Place, room: Cid, keypair: Keypair, disk: Disk) -> Self {
        let ready = block_on(Ready::knowing(version, room, &keypair, &disk, place)).expect("a disk can be read");
        Self::of(ready, place, keypair, disk, Rc::default())
    }

    fn of(ready: Ready, place: &Place, keypair: Keypair, disk: Disk, key: Rc<TestKey>) -> Self {
        let whole = ready.is_whole(key.mark.get());
        assert_eq!(ready.damaged, 0, "nothing on it is damaged");
        if let Some(seq) = ready.unnoted(key.mark.get()) {
            block_on(key.note_written(seq));
        }
        let note = key.note.borrow().clone();
        let desk = Desk::open(block_on(disk.unsent()).expect("a disk can be read"), note.as_deref());
        let (wire, told) = (Rc::new(Wire::default()), Rc::<RefCell<Vec<Told>>>::default());
        let tell = told.clone();
        let parts = Parts {
            keypair,
            key: key.clone(),
            store: Rc::new(disk.clone()),
            desk,
            left: note.is_some(),
            express,
            links: wire.clone(),
            around: Rc::new(place.clone()),
            away: false,
            tell: Box::new(move |it| tell.borrow_mut().push(it)),
        };
        let node = Node::open(parts, ready);
        node.leave_unsaved();
        node.keep_desk();
        Self { node, disk, key, told, whole, wire }
    }

    /// Whether something that it sent has not arrived.
    pub fn has_message(&self) -> bool {
        !self.wire.sent.borrow().is_empty()
    }

    /// Brings one message to whom it is for, if that one is there.
    pub fn deliver_message(&self, to: &[&Self]) {
        let Some((peer, lane, bytes)) = self.wire.sent.borrow_mut().pop_front() else { return };
        if let Some(to) = to.iter().find(|it| it.node.me == peer) {
            to.node.input(Input::Received { peer: self.node.me, lane, bytes });
        }
    }

    /// Forgets what was sent: the link is gone.
    pub fn cut(&self) {
        self.wire.sent.borrow_mut().clear();
    }

    /// Both are linked from now on.
    pub fn link(&self, other: &Self) {
        self.node.input(Input::LinkUp(other.node.me));
        other.node.input(Input::LinkUp(self.node.me));
    }

    /// The names of this node's events that this one has.
    pub fn events_of(&self, author: NodeId) -> BTreeSet<Cid> {
        let replica = self.node.replica();
        replica.log().entries().filter(|(_, it)| it.event.author == author).map(|(_, it)| it.cid).collect()
    }

    /// How many events this one has.
    pub fn len(&self) -> usize {
        self.node.replica().log().len()
    }

    pub fn digest(&self) -> String {
        self.node.replica().fold().digest()
    }
}

/// Runs until nothing moves but timers, then some of these, until the condition holds.
///
/// # Panics
/// If it never does.
pub fn spread(place: &Place, seats: &[&Seat], until: impl Fn() -> bool) {
    for _ in 0..2_000 {
        loop {
            if place.has_task() {
                place.run_task();
            } else if let Some(seat) = seats.iter().find(|it| it.disk.begun() > 0) {
                seat.disk.end_write();
            } else if let Some(seat) = seats.iter().find(|it| it.has_message()) {
                seat.deliver_message(seats);
            } else {
                break;
            }
        }
        if until() {
            return;
        }
        assert!(place.fire_timer(), "nothing is left to wait for");
    }
    panic!("it never came to that");
}
