//! A node with a disk of its own and a link to others in the same process.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, VecDeque},
    future::{pending, poll_fn},
    rc::Rc,
    task::Poll,
};

use futures::{executor::block_on, future::LocalBoxFuture};
use paceline_mesh::{Input, Lane, Replica};
use paceline_node::{Key, Links, Node, NodeError, Parts, Ready, Told};
use paceline_room::{
    Cid, Keypair, NodeId, Words,
    body::{PostKind, posts, promises, taking_back},
    command::Command,
};
use paceline_store::{Desk, Place as Field, Store, Unsent};

use super::{Disk, Place};

/// What is noted beside a database: it survives the process.
#[derive(Default)]
pub struct TestKey {
    pub note: RefCell<Option<String>>,
    pub mark: Rc<Cell<Option<u64>>>,
    /// How often its place has something else to do before a mark is noted, once.
    pub slow: Cell<usize>,
    /// No mark can be noted.
    pub forgets: Cell<bool>,
    /// Whoever asks for a mark to be noted never hears of it.
    pub never: Cell<bool>,
    /// The note is refused.
    pub refuses: Cell<bool>,
}

impl Key for TestKey {
    fn leave_unsaved(&self, note: Option<&str>) -> bool {
        if !self.refuses.get() {
            *self.note.borrow_mut() = note.map(str::to_owned);
        }
        !self.refuses.get()
    }

    fn note_written(&self, seq: u64) -> LocalBoxFuture<'static, ()> {
        if self.never.get() {
            return Box::pin(pending());
        }
        let (mark, forgets, mut turns) = (self.mark.clone(), self.forgets.get(), self.slow.get() + 1);
        Box::pin(poll_fn(move |cx| {
            turns -= 1;
            if turns > 0 {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if !forgets {
                mark.set(mark.get().max(Some(seq)));
            }
            Poll::Ready(())
        }))
    }
}

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

/// What intents stand for, as a page has it for posts.
pub fn express(unsent: Unsent) -> Result<Command, NodeError> {
    let text = unsent.draft.text;
    let post =
        |text, reply_to| Command::from(posts::Command::Post { kind: PostKind::Update, text, reply_to, tags: vec![] });
    match unsent.place {
        Field::Composer => Ok(post(text, None)),
        Field::Reply(to) => Ok(post(text, Some(to))),
        Field::Edit(post) => Ok(posts::Command::Edit { post, text }.into()),
        Field::Retract(post) => Ok(taking_back::Command::Retract { post }.into()),
        Field::Promise => Ok(promises::Command::Make { text, due: None, from: None }.into()),
        _ => Err(NodeError::Refused("not-found")),
    }
}

/// The words of all events that a node has, edits too, each as often as it is there.
pub fn own_texts(replica: &Replica, author: NodeId) -> Vec<String> {
    let entries = replica.log().entries().filter(|(_, it)| it.event.author == author);
    let blocks = entries.filter_map(|(_, it)| replica.words(&it.event.body.words()?));
    blocks.map(|block| Words::decode(&block).expect("admitted words").text().into_owned()).collect()
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
