//! Somebody who means no harm: a page with a whole node in it, on a machine with a disk and a wall clock of its own.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use futures::executor::block_on;
use paceline_mesh::{Input, Lane};
use paceline_node::{
    Key as _, Links, Node, NodeError, Parts, Ready, Surroundings,
    testing::{Disk, Place, TestKey, express},
};
use paceline_room::{Cid, Keypair, NodeId, command::Command};
use paceline_store::{Desk, Place as Field, Store};

/// What wall clocks would show at the beginning if they were right.
pub const EPOCH: u64 = 1_800_000_000_000;

/// What a node wants of its links.
pub enum Out {
    Send(NodeId, Lane, Vec<u8>),
    Disconnect(NodeId),
    Rest(bool),
    Goodbye,
    Online,
}

/// What was asked of the links, in order.
#[derive(Default)]
pub struct Wire(RefCell<VecDeque<Out>>);

impl Wire {
    fn put(&self, out: Out) {
        self.0.borrow_mut().push_back(out);
    }

    /// The next of it.
    pub fn take(&self) -> Option<Out> {
        self.0.borrow_mut().pop_front()
    }
}

impl Links for Wire {
    fn send(&self, peer: NodeId, lane: Lane, bytes: Vec<u8>) {
        self.put(Out::Send(peer, lane, bytes));
    }

    fn disconnect(&self, peer: NodeId) {
        self.put(Out::Disconnect(peer));
    }

    // Who is not linked stays so until the network has it otherwise: nobody is introduced here.
    fn carried(&self, _: Vec<u8>) {}

    fn acquainted(&self, _: &[NodeId]) {}

    fn rest(&self, rest: bool) {
        self.put(Out::Rest(rest));
    }

    fn goodbye(&self) {
        self.put(Out::Goodbye);
    }

    fn online(&self) {
        self.put(Out::Online);
    }

    fn network_changed(&self) {}
}

/// A page that is open.
pub struct Page {
    pub place: Place,
    pub node: Rc<Node>,
    pub wire: Rc<Wire>,
    /// When it was opened, on the world's clock; its own begins there.
    pub born: u64,
    /// The earliest time at which it will be woken.
    pub waking: Option<u64>,
    /// Writes whose end is fixed.
    pub ending: usize,
    /// What comes while it is frozen.
    pub frozen: Option<Vec<Input>>,
    /// What was held against others so far.
    pub blamed: BTreeMap<(NodeId, &'static str), u64>,
}

/// Somebody who is in the room, or was.
pub struct Seat {
    pub keypair: Keypair,
    pub disk: Disk,
    pub key: Rc<TestKey>,
    /// By how much its wall clock is wrong, in milliseconds.
    pub skew: i64,
    /// Counts its pages: what was meant for an earlier one is void.
    pub life: u64,
    pub page: Option<Page>,
    /// Writes are slow until then.
    pub slow_until: u64,
    /// Own events that were said to be stored.
    pub acknowledged: Rc<RefCell<BTreeSet<Cid>>>,
    /// Texts that were said to be sent.
    pub sent: Rc<RefCell<BTreeSet<String>>>,
}

impl Seat {
    /// Somebody who was never here.
    pub fn new(keypair: Keypair, skew: i64) -> Self {
        Self {
            keypair,
            disk: Disk::default(),
            key: Rc::default(),
            skew,
            life: 0,
            page: None,
            slow_until: 0,
            acknowledged: Rc::default(),
            sent: Rc::default(),
        }
    }

    /// What its wall clock shows.
    pub fn wall(&self, now: u64) -> u64 {
        (EPOCH + now).saturating_add_signed(self.skew)
    }

    /// Opens a page, as a tab does. Says what is wrong with what the disk held.
    pub fn open(&mut self, room: Cid, now: u64) -> Result<(), String> {
        let place = Place::at(self.wall(now)).drawing_from(self.life << 32);
        let ready = block_on(Ready::load(room, &self.keypair, &self.disk, &place)).map_err(|it| it.to_string())?;
        if ready.damaged > 0 || !ready.is_whole(self.key.mark.get()) {
            return Err(format!("{} records are damaged, or some are missing", ready.damaged));
        }
        if let Some(seq) = ready.unnoted(self.key.mark.get()) {
            block_on(self.key.note_written(seq));
        }
        let note = self.key.note.borrow().clone();
        let unsent = block_on(self.disk.unsent()).map_err(|it| it.to_string())?;
        let wire = Rc::new(Wire::default());
        let parts = Parts {
            keypair: self.keypair.clone(),
            key: self.key.clone(),
            store: Rc::new(self.disk.clone()),
            desk: Desk::open(unsent, note.as_deref()),
            left: note.is_some(),
            express,
            links: wire.clone(),
            around: Rc::new(place.clone()),
            away: false,
            tell: Box::new(|_| ()),
        };
        let node = Node::open(parts, ready);
        node.leave_unsaved();
        node.keep_desk();
        node.held("").into_iter().for_each(|id| self.deliver(&place, &node, id));
        self.page =
            Some(Page { place, node, wire, born: now, waking: None, ending: 0, frozen: None, blamed: BTreeMap::new() });
        Ok(())
    }

    /// The page is gone, with all that it had begun.
    pub fn end(&mut self) {
        self.life += 1;
        if let Some(page) = self.page.take() {
            page.place.end();
        }
    }

    /// Does something, as a script would.
    pub fn act(&self, command: Command) {
        let Some(page) = &self.page else { return };
        let (node, acknowledged) = (page.node.clone(), self.acknowledged.clone());
        page.place.spawn(Box::pin(async move {
            if let Ok(cid) = node.act(command).await {
                acknowledged.borrow_mut().insert(cid);
            }
        }));
    }

    /// Writes something and sends it, as a person would.
    pub fn send(&self, text: &str) -> Result<(), NodeError> {
        let Some(page) = &self.page else { return Ok(()) };
        page.node.set_draft(&Field::Composer, |it| it.text = text.to_owned());
        let id = page.node.submit(&Field::Composer, "")?;
        self.deliver(&page.place, &page.node, id);
        Ok(())
    }

    fn deliver(&self, place: &Place, node: &Rc<Node>, id: String) {
        let text = node.desk().find(&id).map(|it| it.draft.text.clone());
        let (node, sent) = (node.clone(), self.sent.clone());
        place.spawn(Box::pin(async move {
            if node.deliver(id).await.is_ok() && !node.is_closed() {
                sent.borrow_mut().extend(text);
            }
        }));
    }
}

impl Page {
    /// Its own clock goes on to the world's.
    pub fn catch_up(&self, now: u64) {
        self.place.go_on_to(now - self.born);
    }

    /// All that can go on goes on.
    pub fn run(&self) {
        while self.place.has_task() {
            self.place.run_task();
        }
    }
}
