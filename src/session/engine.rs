//! An open room: the replica, its links and its database, and the tasks that keep them going.
//!
//! | task | waits for | does |
//! | --- | --- | --- |
//! | links | what the network brings | hands it to the replica |
//! | worker | received events | checks and folds them in slices, letting the page take turns |
//! | writer | own intents | signs, stores durably, then sends |
//! | keeper | others' events | stores them, many at once |
//! | timer | the replica's wish | ticks it |

mod keeping;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    sync::Arc,
};

use futures::{
    Stream, StreamExt,
    channel::{mpsc, oneshot},
    future::{AbortHandle, abortable},
    lock::Mutex,
};
use gloo::timers::callback::Timeout;
use paceline_mesh::{Input, Output, Replica, replica::Imported};
use paceline_net::{Net, NetEvent, RoomKeys, RoomLink};
use paceline_node::{Clocks, Terms};
use paceline_room::{Cid, Keypair, NodeId, Stored};
use paceline_store::{Durability, HeldKey, Keys, Seen, Store};
use wasm_bindgen_futures::spawn_local;

use crate::people::Names;
use keeping::Waiting;

use super::{
    Outcome, SessionError, StorageView, Storing, browser,
    high_water::HighWater,
    notices,
    unsent::Drafts,
    write::{self, MakeIntent, Write, Written},
};

/// The longest a slice of checking and folding may take before the page gets a turn, in milliseconds. No task may reach
/// 100 ms; drawing comes on top.
const SLICE_MS: f64 = 30.0;
/// Received events checked between two looks at the clock.
const SLICE_EVENTS: usize = 16;
/// Events read from storage at a time when a room is opened.
const LOAD_PAGE: usize = 1_000;
/// Own events that share one transaction at most.
const BATCH: usize = 64;

/// What the engine tells the session.
pub enum Told {
    /// An event was admitted.
    Admitted { cid: Cid, author: NodeId, kind: String },
    /// A link came up or went down.
    Peer { node: NodeId, up: bool },
    /// Something visible changed.
    Changed,
    /// Others take it for another time than this node does.
    TimeDoubted,
    /// Another time counts now.
    TimeLearned,
    /// Something the person should know.
    Notice(SessionError),
}

/// An open room.
pub struct Engine {
    /// Room and secret.
    pub link: RoomLink,
    /// The link as people pass it on.
    pub link_text: Rc<str>,
    /// This node.
    pub me: NodeId,
    /// Whether this node's key was used by somebody long ago: ask who is at the tab.
    pub ask_who: Cell<bool>,
    /// The room as this node has it.
    pub replica: RefCell<Replica>,
    /// Links to others.
    pub net: Net,
    /// This node's database; another one once it was stored anew.
    store: RefCell<Rc<dyn Store>>,
    /// This browser's copy of the room was deleted: what is here is in memory alone.
    pub gone: Cell<bool>,
    /// What is being written, and what is to be sent and is not stored yet.
    pub drafts: Rc<Drafts>,
    /// Refusals on the way in that never reached the replica, by code.
    pub refused: RefCell<BTreeMap<&'static str, u64>>,
    /// Own posts on their way to storage.
    pub storing: RefCell<Vec<Storing>>,
    /// When the room was opened.
    pub opened_at: f64,
    /// When links were last lost: how many, and when.
    pub lost_links: Cell<Option<f64>>,
    /// How far into the room the person at this tab has looked.
    pub seen: Cell<Seen>,
    /// Since when the current terms are known here.
    pub terms: RefCell<Terms>,
    /// What people are called.
    pub names: RefCell<Names>,
    /// Whose clocks cannot be right.
    pub clocks: RefCell<Clocks>,
    /// Whether the browser promised to keep the database.
    pub persisted: Cell<bool>,
    keypair: Keypair,
    key: RefCell<Option<Rc<HeldKey>>>,
    high_water: Rc<HighWater>,
    writes: mpsc::UnboundedSender<Write>,
    waiting: RefCell<Waiting>,
    keep_soon: mpsc::UnboundedSender<()>,
    /// One commit at a time: an own event must not be on disk before what it builds on.
    committing: Mutex<()>,
    timer: RefCell<Option<Timeout>>,
    working: Cell<bool>,
    /// More came in than one slice holds.
    busy: Cell<bool>,
    closed: Cell<bool>,
    following: RefCell<Option<AbortHandle>>,
    /// Storing others' events failed: they wait until it is tried again, rather than for whatever comes in next.
    keep_failed: Cell<bool>,
    keep_again: RefCell<Option<Timeout>>,
    imports: RefCell<Vec<oneshot::Sender<Imported>>>,
    /// The writer, while it waits for the founding event.
    founding: RefCell<Option<oneshot::Sender<()>>>,
    tell: Box<dyn Fn(Told)>,
}

/// What an engine is made of.
pub struct Parts {
    /// Room and secret.
    pub link: RoomLink,
    /// The link as people pass it on.
    pub link_text: Rc<str>,
    /// The key, held for this tab alone.
    pub key: HeldKey,
    /// Where keys are kept.
    pub keys: Keys,
    /// Whether to ask who is at the tab.
    pub ask_who: bool,
    /// This node's database.
    pub store: Rc<dyn Store>,
    /// What it holds of drafts and intents.
    pub drafts: Rc<Drafts>,
    /// The links.
    pub net: Net,
    /// Told of what happens.
    pub tell: Box<dyn Fn(Told)>,
}

/// A replica with all that storage held.
pub struct Ready {
    replica: Replica,
    /// Records that could not be read.
    pub damaged: usize,
}

impl Ready {
    /// Reads a node's database in slices.
    pub async fn load(link: &RoomLink, key: &HeldKey, store: &dyn Store) -> Outcome<Self> {
        let mut replica = Replica::new(link.room, key.keypair.clone());
        replica.started(browser::wall_clock());
        let (mut after, mut damaged) = (None, 0);
        loop {
            let page = store.load_page(after, LOAD_PAGE).await.map_err(notices::storage)?;
            let Some(last) = page.last() else { return Ok(Self { replica, damaged }) };
            after = Some((last.depth, last.cid));
            damaged += replica.load(page).len();
            browser::take_turn().await;
        }
    }

    /// Whether storage held nothing.
    pub fn is_empty(&self) -> bool {
        self.replica.log().is_empty()
    }

    /// Whether storage held events whose past it did not hold: some may be this node's own.
    pub fn has_holes(&self) -> bool {
        self.replica.pending() > 0
    }

    /// Positions of this node's own events that are here.
    pub fn own_seqs(&self) -> Vec<u64> {
        let log = self.replica.log();
        log.lanes_of(&self.replica.node())
            .flat_map(|(_, lane)| &lane.events)
            .map(|ix| log.entry(*ix).event.seq)
            .collect()
    }
}

impl Engine {
    /// Goes online with what storage held.
    pub fn open(parts: Parts, ready: Ready, events: impl Stream<Item = NetEvent> + 'static) -> Rc<Self> {
        let Parts { link, link_text, key, keys, ask_who, store, drafts, net, tell } = parts;
        let Ready { replica, damaged } = ready;
        let keypair = key.keypair.clone();
        let high_water = HighWater::new(keys, keypair.node());
        let (writes, write_queue) = mpsc::unbounded();
        let (keep_soon, keep_calls) = mpsc::unbounded();
        let engine = Rc::new(Self {
            me: keypair.node(),
            link,
            link_text,
            ask_who: Cell::new(ask_who),
            replica: RefCell::new(replica),
            net,
            store: RefCell::new(store),
            gone: Cell::new(false),
            drafts,
            refused: RefCell::default(),
            storing: RefCell::default(),
            opened_at: browser::fine_now(),
            lost_links: Cell::new(None),
            seen: Cell::default(),
            terms: RefCell::default(),
            names: RefCell::default(),
            clocks: RefCell::default(),
            persisted: Cell::new(false),
            keypair,
            key: RefCell::new(Some(Rc::new(key))),
            high_water,
            writes,
            waiting: RefCell::default(),
            keep_soon,
            committing: Mutex::default(),
            timer: RefCell::default(),
            working: Cell::new(false),
            busy: Cell::new(false),
            closed: Cell::new(false),
            following: RefCell::default(),
            keep_failed: Cell::new(false),
            keep_again: RefCell::default(),
            imports: RefCell::default(),
            founding: RefCell::default(),
            tell,
        });
        if damaged > 0 {
            engine.notice("storage-damaged");
        }
        spawn_local(engine.clone().write_all(write_queue));
        spawn_local(engine.clone().keep_all(keep_calls));
        let (following, stop) = abortable(engine.clone().follow_links(events));
        *engine.following.borrow_mut() = Some(stop);
        spawn_local(async move {
            // Ends by being stopped, when the room is closed.
            let _ = following.await;
        });
        engine.input(Input::Away(browser::is_hidden()));
        engine.input(Input::Tick);
        engine
    }

    /// Closes links, frees the key. What is being stored is stored; what was only asked for is refused, since another tab
    /// may write with the key from now on.
    pub fn close(self: &Rc<Self>) {
        self.say_goodbye();
        self.closed.set(true);
        if let Some(following) = self.following.borrow_mut().take() {
            following.abort();
        }
        self.timer.borrow_mut().take();
        self.keep_again.borrow_mut().take();
        self.key.borrow_mut().take();
        self.writes.close_channel();
        self.keep_soon.close_channel();
        self.imports.borrow_mut().clear();
        self.founding.borrow_mut().take();
    }

    /// Tells everybody that this node leaves, and closes all links at once.
    pub fn say_goodbye(self: &Rc<Self>) {
        self.input(Input::Leave);
        self.net.goodbye();
    }

    /// After [`Engine::say_goodbye`]: looks for the others again.
    pub fn come_back(self: &Rc<Self>) {
        self.input(Input::Away(browser::is_hidden()));
        self.net.online();
    }

    /// The network may be another than before, or this machine has slept.
    pub fn network_changed(self: &Rc<Self>) {
        self.input(Input::Tick);
        self.net.network_changed();
    }

    /// Whether [`Engine::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// The person at this tab has seen all that is here.
    pub fn look(&self) {
        let replica = self.replica.borrow();
        let depth = replica.fold().posts().next_back().map_or(0, |post| post.depth);
        self.seen.set(Seen { depth, events: replica.log().len() });
    }

    /// Whether much comes in at once.
    pub fn is_busy(&self) -> bool {
        self.busy.get()
    }

    /// This node's database.
    pub fn store(&self) -> Rc<dyn Store> {
        self.store.borrow().clone()
    }

    /// The key, until the room is closed.
    pub fn key(&self) -> Option<Rc<HeldKey>> {
        self.key.borrow().clone()
    }

    /// Tells the session.
    pub fn tell(&self, told: Told) {
        (self.tell)(told);
    }

    /// Writes all that this tab holds into a database anew: the browser has deleted the one it had.
    pub async fn store_anew(self: &Rc<Self>, keys: &Keys) -> Outcome<()> {
        let key = self.key().ok_or_else(|| notices::error("no-room"))?;
        let _alone = self.committing.lock().await;
        let _one = self.drafts.writing.lock().await;
        let (all, name, seq) = {
            let replica = self.replica.borrow();
            let stored = |cid: Cid, depth, block: &Arc<[u8]>, words: Option<Cid>| Stored {
                cid,
                depth,
                block: block.clone(),
                words: words.and_then(|cid| Some((cid, replica.words(&cid)?))),
            };
            let entries = replica.log().entries().map(|(_, it)| it);
            let all: Vec<_> =
                entries.map(|it| stored(it.cid, it.event.depth, &it.block, it.event.body.words())).collect();
            let name = replica.fold().person(&self.me).map(|it| it.name.clone());
            let own = replica.log().entries().filter(|(_, it)| it.event.author == self.me);
            (all, name, own.map(|(_, it)| it.event.seq).max())
        };
        let db_key = RoomKeys::new(&self.link).storage_key();
        keys.restore(&key, db_key, name.as_deref(), seq).await.map_err(notices::storage)?;
        let store: Rc<dyn Store> = Rc::new(key.open_store().await.map_err(notices::storage)?);
        let drafts = {
            let mut desk = self.drafts.desk.borrow_mut();
            desk.write_all();
            desk.take(&[]).unwrap_or_default()
        };
        let outcome = store.commit_with(all, drafts, Durability::Strict).await;
        if outcome.is_ok() {
            self.store.replace(store);
            self.gone.set(false);
        }
        self.on_drafts_written(&outcome);
        outcome.map_err(notices::storage)?;
        // What waited to be stored is stored; the others are told.
        self.call_keeper();
        Ok(())
    }

    /// What the room takes up in this browser.
    pub fn storage(&self) -> StorageView {
        let counts = self.store().counts();
        StorageView { events: counts.events, bytes: counts.bytes as u64, persisted: self.persisted.get() }
    }

    /// Databases of other nodes of this browser in this room.
    pub async fn other_databases(&self, keys: &Keys) -> Vec<String> {
        let Some(key) = self.key.borrow().clone() else { return Vec::new() };
        keys.other_databases(&key, RoomKeys::new(&self.link).storage_key()).await.unwrap_or_default()
    }

    /// The person at the tab goes on with this key.
    pub async fn go_on(&self, keys: &Keys) {
        let Some(key) = self.key.borrow().clone() else { return };
        // Only a convenience: the next visit asks again if this is not noted.
        let _ = keys.go_on(&key).await;
    }

    /// Whether it is rather this tab that was cut off: it has lost its links, all of them, not long ago, and nobody said goodbye.
    pub fn is_cut_off(&self, grace_ms: u64) -> bool {
        let lately = |at: f64| browser::fine_now() - at < 2.0 * grace_ms as f64;
        self.net.peers().is_empty() && self.lost_links.get().is_some_and(lately)
    }

    /// Asks for an own event; resolves once it is durably stored. `settles`: the intent that goes with it, if it was kept as one.
    pub async fn write(&self, alone: bool, settles: Option<String>, make: MakeIntent) -> Outcome<Cid> {
        let (reply, stored) = oneshot::channel();
        if self.writes.unbounded_send(Write { make, alone, settles, reply }).is_err() {
            return Err(notices::error("no-room"));
        }
        stored.await.unwrap_or_else(|_| Err(notices::error("no-room")))
    }

    /// Admits the blocks of a CAR like the network's; resolves when all are worked off.
    pub async fn import(self: &Rc<Self>, blocks: Vec<Arc<[u8]>>) -> Outcome<Imported> {
        if blocks.is_empty() {
            return Ok(Imported::default());
        }
        let (tell, told) = oneshot::channel();
        self.imports.borrow_mut().push(tell);
        self.input(Input::Import(blocks));
        if !self.working.get() {
            self.finish_work();
        }
        told.await.map_err(|_| notices::error("no-room"))
    }

    /// Hands the replica one input and carries out what it wants.
    pub fn input(self: &Rc<Self>, input: Input) {
        let outputs = self.replica.borrow_mut().handle(input, browser::now());
        self.carry_out(outputs);
        self.start_work();
    }

    fn carry_out(self: &Rc<Self>, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Send { peer, lane, bytes } => self.net.send(peer, lane, bytes),
                Output::Store(blocks) => self.keep(|it| it.blocks.extend(blocks)),
                Output::StoreWords(words) => self.keep(|it| it.words.extend(words)),
                Output::DropWords(words) => self.keep(|it| it.drops.extend(words)),
                Output::Admitted { cid, author, kind } => {
                    // The first event of a log is the founding one. The writer is gone once the room is closed.
                    let _ = self.founding.borrow_mut().take().map(|tell| tell.send(()));
                    (self.tell)(Told::Admitted { cid, author, kind });
                }
                Output::Carried { bytes } => self.net.carried(bytes),
                Output::Acquainted(nodes) => self.net.acquainted(&nodes),
                Output::Rest(rest) => self.net.rest(rest),
                Output::Changed => (self.tell)(Told::Changed),
                Output::Refused { .. } => (self.tell)(Told::Changed),
                Output::Disconnect(peer) => self.net.disconnect(peer),
                Output::WakeAt(at) => self.wake_at(at),
            }
        }
    }

    fn keep(&self, add: impl FnOnce(&mut Waiting)) {
        add(&mut self.waiting.borrow_mut());
        if !self.keep_failed.get() {
            self.call_keeper();
        }
    }

    fn call_keeper(&self) {
        // Fails only once the room is closed, and then nothing is to be kept.
        let _ = self.keep_soon.unbounded_send(());
    }

    fn wake_at(self: &Rc<Self>, at: u64) {
        let wait = at.saturating_sub(browser::now()).min(60_000) as u32;
        let engine = Rc::downgrade(self);
        *self.timer.borrow_mut() = Some(Timeout::new(wait, move || {
            if let Some(engine) = engine.upgrade()
                && !engine.is_closed()
            {
                engine.input(Input::Tick);
            }
        }));
    }

    /// The first slice at once, since most often it is all; the rest in turns with the page.
    fn start_work(self: &Rc<Self>) {
        if self.working.get() || !self.replica.borrow().has_work() {
            return;
        }
        self.working.set(true);
        if self.work_slice() {
            self.busy.set(true);
            let engine = self.clone();
            spawn_local(async move {
                loop {
                    browser::take_turn().await;
                    if engine.is_closed() || !engine.work_slice() {
                        break;
                    }
                }
                engine.finish_work();
            });
        } else {
            self.finish_work();
        }
    }

    fn finish_work(self: &Rc<Self>) {
        self.working.set(false);
        if self.busy.replace(false) {
            (self.tell)(Told::Changed);
        }
        if let Some(imported) = self.replica.borrow_mut().imported() {
            for tell in self.imports.borrow_mut().drain(..) {
                let _ = tell.send(imported.clone());
            }
        }
    }

    /// Works for at most a slice; whether there is more.
    fn work_slice(self: &Rc<Self>) -> bool {
        let began = browser::fine_now();
        loop {
            let outputs = self.replica.borrow_mut().work(SLICE_EVENTS, browser::now());
            self.carry_out(outputs);
            if !self.replica.borrow().has_work() {
                return false;
            }
            if browser::fine_now() - began > SLICE_MS {
                return true;
            }
        }
    }

    async fn follow_links(self: Rc<Self>, events: impl Stream<Item = NetEvent> + 'static) {
        let mut events = Box::pin(events);
        while let Some(event) = events.next().await {
            if self.is_closed() {
                return;
            }
            self.on_net(event);
        }
    }

    fn on_net(self: &Rc<Self>, event: NetEvent) {
        match event {
            NetEvent::LinkUp { peer, older, .. } => {
                self.input(if older { Input::OlderLinkUp(peer) } else { Input::LinkUp(peer) });
                (self.tell)(Told::Peer { node: peer, up: true });
            }
            NetEvent::LinkDown { peer, goodbye } => {
                if !goodbye {
                    self.lost_links.set(Some(browser::fine_now()));
                }
                self.input(Input::LinkDown { peer, goodbye });
                (self.tell)(Told::Peer { node: peer, up: false });
            }
            NetEvent::Received { peer, lane, bytes } => self.input(Input::Received { peer, lane, bytes }),
            NetEvent::Carry { to, bytes } => self.input(Input::Carry { to, bytes }),
            NetEvent::Rendezvous => {
                self.input(Input::Hears(self.net.hears()));
                (self.tell)(Told::Changed);
            }
            NetEvent::Refused { code, .. } => {
                *self.refused.borrow_mut().entry(code).or_default() += 1;
                (self.tell)(Told::Changed);
            }
            NetEvent::TimeDoubted => (self.tell)(Told::TimeDoubted),
            NetEvent::TimeLearned => (self.tell)(Told::TimeLearned),
            // What it says besides its code is for programs without a person before them.
            NetEvent::Failed { code, text } => {
                (self.tell)(Told::Notice(notices::error_with(code, &[("why", text.into())])));
            }
            _ => (self.tell)(Told::Changed),
        }
    }

    async fn write_all(self: Rc<Self>, queue: mpsc::UnboundedReceiver<Write>) {
        let mut queue = queue.peekable();
        while let Some(first) = queue.next().await {
            if !self.is_founded().await || self.is_closed() {
                let _ = first.reply.send(Err(notices::error("no-room")));
                continue;
            }
            let mut batch = vec![first];
            while !batch[0].alone
                && batch.len() < BATCH
                && let Some(next) =
                    futures::FutureExt::now_or_never(std::pin::Pin::new(&mut queue).next_if(|it| !it.alone)).flatten()
            {
                batch.push(next);
            }
            self.write_batch(batch).await;
        }
    }

    /// Waits for the founding event, since everything builds on it: who has just come may write before it is here. `false`: the
    /// room was closed before it came.
    async fn is_founded(&self) -> bool {
        if !self.replica.borrow().log().is_empty() {
            return true;
        }
        let (tell, told) = oneshot::channel();
        *self.founding.borrow_mut() = Some(tell);
        told.await.is_ok()
    }

    async fn write_batch(self: &Rc<Self>, batch: Vec<Write>) {
        let alone = self.committing.lock().await;
        let mut signed: Vec<(Written, oneshot::Sender<Outcome<Cid>>)> = Vec::new();
        let mut settled = Vec::new();
        for Write { make, settles, reply, .. } in batch {
            if settles.as_ref().is_some_and(|id| !self.drafts.desk.borrow_mut().go(id)) {
                let _ = reply.send(Err(notices::error("not-found")));
                continue;
            }
            let written = {
                let replica = self.replica.borrow();
                make(&replica).and_then(|intent| {
                    write::sign(&replica, &self.keypair, intent, signed.last().map(|(written, _)| written))
                })
            };
            match written {
                Ok(written) => {
                    settled.extend(settles);
                    signed.push((written, reply));
                }
                Err(error) => {
                    settles.iter().for_each(|id| self.drafts.desk.borrow_mut().stay(id));
                    let _ = reply.send(Err(error));
                }
            }
        }
        if signed.is_empty() {
            return;
        }
        self.storing.borrow_mut().extend(signed.iter().filter_map(|(written, _)| written.shown.clone()));
        (self.tell)(Told::Changed);
        let own = signed.iter().map(|(written, _)| written.stored.clone()).collect();
        let before = Waiting { blocks: std::mem::take(&mut self.waiting.borrow_mut().blocks), ..Waiting::default() };
        let outcome = self.commit_own(own, &before, &settled).await;
        drop(alone);
        match &outcome {
            Ok(()) => self.on_kept(&before),
            Err(_) => self.waiting.borrow_mut().put_back(before),
        }
        self.storing.borrow_mut().retain(|it| !signed.iter().any(|(written, _)| written.stored.cid == it.cid));
        for (written, reply) in signed {
            let cid = written.stored.cid;
            let told = match &outcome {
                Ok(()) => {
                    let seq = written.event.seq;
                    self.input(written.into_input());
                    self.high_water.rise(seq);
                    Ok(cid)
                }
                Err(error) => Err(self.on_own_failed(error)),
            };
            let _ = reply.send(told);
        }
        (self.tell)(Told::Changed);
    }

    fn notice(&self, code: &'static str) {
        (self.tell)(Told::Notice(notices::error(code)));
    }
}
