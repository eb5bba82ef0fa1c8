//! The shell around the machine: hands it what happens, carries out what it wants, checks and folds in slices.

use std::{
    cell::{Cell, Ref, RefCell},
    rc::Rc,
    sync::Arc,
};

use futures::{
    channel::oneshot,
    future::{LocalBoxFuture, select},
};
use paceline_mesh::{
    Input, Output, Replica,
    replica::{Imported, Millis},
};
use paceline_room::{Cid, Keypair, NodeId, batch::Counts, body::rounds::OwnAnswer, command::Command};
use paceline_store::{Desk, Durability, Store, StoreError, Unsent};

use crate::{
    Acts, MOST_ACTS, NodeError, Ready, Snapshot, Snapshots, Storing, Told, When,
    acts::Act,
    machine::{Effect, For, Job, Machine},
    slice::Slice,
    surroundings::{Key, Links, Surroundings, Timer},
    verifying::Verifying,
    write::{MakeSaying, Outcome, Step, Write, ask},
};

/// When storing others' events is tried again after it failed (a full disk), in milliseconds: a guess.
const KEEP_AGAIN_MS: u32 = 10_000;
/// The longest that own events wait for their mark, in milliseconds: it takes a few, and a place that never answers must not stop
/// a node.
const NOTE_WITHIN_MS: u32 = 2_000;
/// The longest a node sleeps, in milliseconds: a clock that jumped is noticed by then.
const LONGEST_SLEEP_MS: u64 = 60_000;

/// The command that an intent stands for, or why it is none.
pub type Express = fn(Unsent) -> Result<Command, NodeError>;

/// What a node is made of.
pub struct Parts {
    /// Its key, which it alone writes with.
    pub keypair: Keypair,
    /// How the place keeps it.
    pub key: Rc<dyn Key>,
    /// Its database.
    pub store: Rc<dyn Store>,
    /// What it holds of drafts and intents.
    pub desk: Desk,
    /// The last page of this node left something behind.
    pub left: bool,
    /// What intents say.
    pub express: Express,
    /// The links.
    pub links: Rc<dyn Links>,
    /// Clock, executor and randomness.
    pub around: Rc<dyn Surroundings>,
    /// Whether somebody looks at it.
    pub away: bool,
    /// Told of what happens.
    pub tell: Box<dyn Fn(Told)>,
}

/// A node of a room, open. It goes on as long as it is not closed and somebody holds it.
pub struct Node {
    /// This node.
    pub me: NodeId,
    machine: RefCell<Machine>,
    pub(crate) express: Express,
    links: Rc<dyn Links>,
    pub(crate) around: Rc<dyn Surroundings>,
    /// This node's database; another one once it was stored anew.
    store: RefCell<Rc<dyn Store>>,
    key: Rc<dyn Key>,
    timer: RefCell<Option<Timer>>,
    keep_again: RefCell<Option<Timer>>,
    open_up: RefCell<Option<Timer>>,
    /// The machine will soon be advanced.
    soon: Cell<bool>,
    /// A write of the desk will soon be asked for.
    desk_soon: Cell<bool>,
    working: Cell<bool>,
    /// More came in than one slice holds.
    busy: Cell<bool>,
    verifying: Verifying,
    imports: RefCell<Vec<oneshot::Sender<Imported>>>,
    tell: Box<dyn Fn(Told)>,
}

impl Node {
    /// Goes on with what storage held.
    pub fn open(parts: Parts, ready: Ready) -> Rc<Self> {
        let Parts { keypair, key, store, desk, left, express, links, around, away, tell } = parts;
        let node = Rc::new(Self {
            me: keypair.node(),
            machine: RefCell::new(Machine::new(ready.replica, keypair, desk, left)),
            express,
            links,
            verifying: Verifying::new(&*around),
            around,
            store: RefCell::new(store),
            key,
            timer: RefCell::default(),
            keep_again: RefCell::default(),
            open_up: RefCell::default(),
            soon: Cell::new(false),
            desk_soon: Cell::new(false),
            working: Cell::new(false),
            busy: Cell::new(false),
            imports: RefCell::default(),
            tell,
        });
        node.input(Input::Away(away));
        node.input(Input::Tick);
        let now = node.now();
        node.change(|it| it.look_back(now));
        node
    }

    /// The room as this node has it.
    pub fn replica(&self) -> Ref<'_, Replica> {
        Ref::map(self.machine.borrow(), |it| &it.replica)
    }

    /// The same, unless it is at work.
    pub fn try_replica(&self) -> Option<Ref<'_, Replica>> {
        Some(Ref::map(self.machine.try_borrow().ok()?, |it| &it.replica))
    }

    /// The room as it is now, from the last snapshot and what changed since. `ahead`: by how much it is later than this machine's
    /// wall clock says, as far as that is known otherwise; `cut_off`: see [`When`].
    pub fn snapshot(&self, snapshots: &mut Snapshots, ahead: i64, cut_off: bool) -> Rc<Snapshot> {
        let machine = &mut *self.machine.borrow_mut();
        snapshots.note(std::mem::take(&mut machine.changed));
        snapshots.note(machine.replica.take_changed());
        let clock = self.around.wall_clock();
        let known = clock.saturating_add_signed(ahead);
        snapshots.take(&machine.replica, When { now: self.now(), clock, known, cut_off })
    }

    /// What this node sealed in a round, for whoever sealed it: nobody else sees that before all is shown.
    pub fn own_answers(&self, round: &Cid) -> Vec<(Cid, OwnAnswer)> {
        self.machine.borrow().own_answers(round)
    }

    /// Drafts and intents.
    pub fn desk(&self) -> Ref<'_, Desk> {
        Ref::map(self.machine.borrow(), |it| &it.desk)
    }

    /// Own posts on their way to storage.
    pub fn storing(&self) -> Vec<Storing> {
        self.machine.borrow().storing.clone()
    }

    /// Whether drafts or intents are kept only while the node is open.
    pub fn is_unkept(&self) -> bool {
        self.machine.borrow().unkept
    }

    /// Whether the database was deleted: what is here is in memory alone.
    pub fn is_gone(&self) -> bool {
        self.machine.borrow().gone
    }

    /// Whether much comes in at once.
    pub fn is_busy(&self) -> bool {
        self.busy.get()
    }

    /// Signatures of others that this node has checked since it was opened.
    pub const fn checked(&self) -> usize {
        self.signatures().all() as usize
    }

    /// The same, by how they were checked.
    pub const fn signatures(&self) -> Counts {
        self.verifying.counts()
    }

    /// How long that took, in milliseconds: hashing of what was signed included, decoding not.
    pub const fn verifying_took(&self) -> f64 {
        self.verifying.took()
    }

    /// Whether nothing is signed any more: [`Node::close`] was called, or [`Told::KeyTaken`] told.
    pub fn is_closed(&self) -> bool {
        self.machine.borrow().is_closed()
    }

    /// This node's database.
    pub fn store(&self) -> Rc<dyn Store> {
        self.store.borrow().clone()
    }

    /// Closes links and signs no more, since another may write with the key from now on: it was given up, or another holds it in
    /// spite of everything (a lease that was objected to late). What is being stored is stored; what was only asked for is refused.
    pub fn close(self: &Rc<Self>) {
        self.say_goodbye();
        self.machine.borrow_mut().close();
        self.timer.borrow_mut().take();
        self.keep_again.borrow_mut().take();
        self.open_up.borrow_mut().take();
        self.imports.borrow_mut().clear();
    }

    /// Tells everybody that this node leaves, and closes all links at once.
    pub fn say_goodbye(self: &Rc<Self>) {
        self.input(Input::Leave);
        self.links.goodbye();
    }

    /// After [`Node::say_goodbye`]: looks for the others again.
    pub fn come_back(self: &Rc<Self>, away: bool) {
        self.input(Input::Away(away));
        self.links.online();
    }

    /// The network may be another than before, or this machine has slept.
    pub fn network_changed(self: &Rc<Self>) {
        self.input(Input::Tick);
        self.links.network_changed();
    }

    /// Does what a person asks for; resolves once its event is durably stored, or says why not.
    pub async fn act(self: &Rc<Self>, command: Command) -> Result<Cid, NodeError> {
        self.write(command, None, |_| Ok(())).await
    }

    /// The same for what was kept as an intent, which goes with it; and something else may speak against it when its turn comes.
    pub(crate) async fn write(
        self: &Rc<Self>,
        command: Command,
        settles: Option<String>,
        may: impl FnOnce(&Replica) -> Result<(), NodeError> + 'static,
    ) -> Result<Cid, NodeError> {
        let (alone, around) = (!command.is_independent(), self.around.clone());
        let make: MakeSaying = Box::new(move |sight, _, keypair| {
            may(sight.replica)?;
            ask(sight, keypair, command, around.now() as Millis)
        });
        let mut names = self.wish(vec![Step { make, rests: false }], alone, settles).await?;
        names.pop().ok_or(NodeError::NotFound)
    }

    /// Does all of this in one step; resolves once all events are durably stored, with their names in this order, or says why none
    /// is.
    pub async fn act_all(self: &Rc<Self>, acts: Acts) -> Result<Vec<Cid>, NodeError> {
        match acts.0.len() {
            0 => return Ok(Vec::new()),
            many if many > MOST_ACTS => return Err(NodeError::TooLong),
            _ => {}
        }
        let step = |Act { say, rests }: Act| {
            let around = self.around.clone();
            let make: MakeSaying =
                Box::new(move |sight, named, keypair| ask(sight, keypair, say(named)?, around.now() as Millis));
            Step { make, rests }
        };
        self.wish(acts.0.into_iter().map(step).collect(), true, None).await
    }

    async fn wish(self: &Rc<Self>, steps: Vec<Step>, alone: bool, settles: Option<String>) -> Outcome {
        let (reply, stored) = oneshot::channel();
        self.change(|it| it.ask(Write { steps, alone, settles, reply }));
        stored.await.unwrap_or(Err(NodeError::Closed))
    }

    /// Admits the blocks of a CAR like the network's; resolves when all are worked off, and what they brought is stored, or could
    /// not be (which is told).
    pub async fn import(self: &Rc<Self>, blocks: Vec<Arc<[u8]>>) -> Result<Imported, NodeError> {
        if blocks.is_empty() {
            return Ok(Imported::default());
        }
        let (tell, told) = oneshot::channel();
        self.imports.borrow_mut().push(tell);
        self.input(Input::Import(blocks));
        if !self.working.get() {
            self.finish_work();
        }
        let imported = told.await.map_err(|_| NodeError::Closed)?;
        let (tell, kept) = oneshot::channel();
        self.change(|it| it.when_kept(tell));
        // A node that ends meanwhile keeps nothing more.
        let _ = kept.await;
        Ok(imported)
    }

    /// Something happened.
    pub fn input(self: &Rc<Self>, input: Input) {
        let now = self.now();
        self.machine.borrow_mut().input(input, now);
        self.carry_out();
        self.start_work();
    }

    /// Whether nothing is to be expected from another now (see [`Replica::is_still`]).
    pub fn is_still(&self, node: &NodeId) -> bool {
        self.machine.borrow().replica.is_still(node, self.now())
    }

    fn now(&self) -> Millis {
        self.around.now() as Millis
    }

    /// Changes the machine and carries out what follows.
    pub(crate) fn change<T>(self: &Rc<Self>, change: impl FnOnce(&mut Machine) -> T) -> T {
        let changed = change(&mut self.machine.borrow_mut());
        self.carry_out();
        changed
    }

    fn carry_out(self: &Rc<Self>) {
        loop {
            let effects = std::mem::take(&mut self.machine.borrow_mut().out);
            if effects.is_empty() {
                return;
            }
            effects.into_iter().for_each(|effect| self.carry_out_one(effect));
        }
    }

    fn carry_out_one(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Link(output) => self.pass_on(output),
            Effect::Store(job) => self.around.spawn(Box::pin(self.clone().store_job(job))),
            Effect::WakeAt(at) => {
                let wait = at.saturating_sub(self.now()).min(LONGEST_SLEEP_MS) as u32;
                *self.timer.borrow_mut() = Some(self.call_later(wait, |node| node.input(Input::Tick)));
            }
            Effect::Soon => {
                if !self.soon.replace(true) {
                    let node = self.clone();
                    self.around.spawn(Box::pin(async move {
                        node.soon.set(false);
                        node.advance();
                    }));
                }
            }
            Effect::KeepAgain => {
                let again = self.call_later(KEEP_AGAIN_MS, |node| node.change(Machine::keep_again));
                *self.keep_again.borrow_mut() = Some(again);
            }
            Effect::OpenUpAt(at) => {
                let wait = at.saturating_sub(self.now()).min(LONGEST_SLEEP_MS) as u32;
                let again = self.call_later(wait, |node| {
                    let now = node.now();
                    node.change(|it| it.open_up(now));
                });
                *self.open_up.borrow_mut() = Some(again);
            }
            Effect::LeaveUnsaved => self.leave_unsaved(),
            Effect::Note(seq) => self.around.spawn(Box::pin(self.clone().note(seq))),
            Effect::Tell(told) => (self.tell)(told),
        }
    }

    /// Calls back unless the node is closed or gone by then.
    fn call_later(self: &Rc<Self>, wait: u32, call: fn(&Rc<Self>)) -> Timer {
        let node = Rc::downgrade(self);
        self.around.after(
            wait,
            Box::new(move || {
                if let Some(node) = node.upgrade().filter(|it| !it.is_closed()) {
                    call(&node);
                }
            }),
        )
    }

    fn pass_on(&self, output: Output) {
        match output {
            Output::Send { peer, lane, bytes } => self.links.send(peer, lane, bytes),
            Output::Carried { bytes } => self.links.carried(bytes),
            Output::Acquainted(nodes) => self.links.acquainted(&nodes),
            Output::Rest(rest) => self.links.rest(rest),
            Output::Disconnect(peer) => self.links.disconnect(peer),
            // The machine keeps these for itself.
            Output::Store(_)
            | Output::StoreWords(_)
            | Output::DropWords(_)
            | Output::Admitted { .. }
            | Output::Changed(_)
            | Output::Refused { .. }
            | Output::WakeAt(_) => {}
        }
    }

    fn advance(self: &Rc<Self>) {
        let at = self.around.wall_clock();
        let around = &self.around;
        self.change(|it| {
            it.advance(at, &mut || {
                let mut salt = [0; 16];
                around.random(&mut salt);
                salt
            });
        });
    }

    async fn store_job(self: Rc<Self>, job: Job) {
        let of = job.of;
        let store = self.store();
        let outcome = run(&*store, job).await;
        // Whoever waits for the database to be let go of need not wait for what follows.
        drop(store);
        let now = self.now();
        self.change(|it| it.stored(of, &outcome, now));
        self.start_work();
    }

    async fn note(self: Rc<Self>, seq: u64) {
        let (tell, late) = oneshot::channel();
        // It may have been noted in time.
        let timer = self.around.after(NOTE_WITHIN_MS, Box::new(move || _ = tell.send(())));
        select(self.key.note_written(seq), late).await;
        drop(timer);
        let now = self.now();
        self.change(|it| it.noted(now));
        self.start_work();
    }

    /// What changed of drafts and intents is written: soon, so that all that changes in one turn is one write.
    pub fn keep_desk(self: &Rc<Self>) {
        if self.desk_soon.replace(true) {
            return;
        }
        let node = self.clone();
        self.around.spawn(Box::pin(async move {
            node.around.turn().await;
            node.desk_soon.set(false);
            node.change(|it| it.keep_desk(None));
        }));
    }

    /// The same at once; resolves when it is written, or refused ([`Node::is_unkept`]).
    pub async fn write_desk(self: &Rc<Self>) {
        let (tell, told) = oneshot::channel();
        self.change(|it| it.keep_desk(Some(tell)));
        // Its sender goes only with the node.
        let _ = told.await;
    }

    /// Leaves what is not stored yet for the next page of this node, at once; or takes away what an earlier page left.
    pub fn leave_unsaved(&self) {
        let machine = &mut *self.machine.borrow_mut();
        let note = machine.desk.note();
        if !machine.is_closed() && (note.is_some() || machine.left) {
            machine.left = self.key.leave_unsaved(note.as_deref()) && note.is_some();
        }
    }

    /// Writes all that this node holds into another database, which `open` opens once nothing else is being written: what it had was
    /// deleted.
    pub async fn store_anew(
        self: &Rc<Self>,
        open: impl FnOnce() -> LocalBoxFuture<'static, Result<Rc<dyn Store>, StoreError>>,
    ) -> Result<(), NodeError> {
        if self.is_closed() {
            return Err(NodeError::Closed);
        }
        let (tell, told) = oneshot::channel();
        self.change(|it| it.ask_anew(tell));
        let mut turn = AnewTurn { node: self, told, begun: false };
        turn.begin().await?;
        let store = match open().await {
            Ok(store) => store,
            Err(error) => return Err(error.into()),
        };
        let (all, unsent) = {
            let machine = &mut *self.machine.borrow_mut();
            machine.desk.write_all();
            (machine.everything(), machine.desk_changes(&[]))
        };
        let outcome = store.commit_with(all, unsent, Durability::Strict).await;
        if outcome.is_ok() {
            self.store.replace(store);
        }
        turn.end(&outcome);
        Ok(outcome?)
    }

    /// The first slice at once, since most often it is all; the rest in turns with others.
    fn start_work(self: &Rc<Self>) {
        if self.working.get() || !self.has_work() {
            return;
        }
        self.working.set(true);
        if self.work_slice() {
            self.busy.set(true);
            let node = self.clone();
            self.around.spawn(Box::pin(async move {
                loop {
                    node.around.turn().await;
                    if node.is_closed() || !node.work_slice() {
                        break;
                    }
                }
                node.finish_work();
            }));
        } else {
            self.finish_work();
        }
    }

    fn finish_work(self: &Rc<Self>) {
        self.working.set(false);
        if self.busy.replace(false) {
            (self.tell)(Told::Changed);
        }
        let imported = self.machine.borrow_mut().replica.imported();
        if let Some(imported) = imported {
            for tell in self.imports.borrow_mut().drain(..) {
                // Whoever asked may have gone.
                let _ = tell.send(imported.clone());
            }
        }
    }

    fn has_work(&self) -> bool {
        self.verifying.has_work() || self.machine.borrow().replica.has_work()
    }

    /// Works for at most a slice; whether there is more.
    fn work_slice(self: &Rc<Self>) -> bool {
        let slice = Slice::begin(&*self.around);
        loop {
            let now = self.now();
            let verified = self.verifying.next(&mut self.machine.borrow_mut().replica, &*self.around, now);
            self.change(|it| it.verified(verified, now));
            if !self.has_work() {
                return false;
            }
            if slice.is_over(&*self.around) {
                return true;
            }
        }
    }
}

/// All is being stored anew, or is about to be, and nothing else is written meanwhile; also if whoever asked for it does not wait
/// for the end, or not even for the beginning.
struct AnewTurn<'a> {
    node: &'a Rc<Node>,
    told: oneshot::Receiver<()>,
    begun: bool,
}

impl AnewTurn<'_> {
    /// Waits for the turn.
    async fn begin(&mut self) -> Result<(), NodeError> {
        (&mut self.told).await.map_err(|_| NodeError::Closed)?;
        self.begun = true;
        Ok(())
    }

    fn end(mut self, outcome: &Result<(), StoreError>) {
        self.begun = false;
        self.node.change(|it| it.end_anew(Some(outcome)));
    }
}

impl Drop for AnewTurn<'_> {
    fn drop(&mut self) {
        // The turn may have been given and not been taken yet.
        if self.begun || matches!(self.told.try_recv(), Ok(Some(()))) {
            self.node.change(|it| it.end_anew(None));
        }
    }
}

/// Own events go to disk together with everything they may build on that is not there yet, or not at all; and with them the
/// intents that they settle go from it. Others' words come after their events, and what was taken back goes last.
async fn run(store: &dyn Store, job: Job) -> Result<(), StoreError> {
    let Job { of, events, unsent, durability, words, drops } = job;
    if of == For::Own || !events.is_empty() || !unsent.is_empty() {
        store.commit_with(events, unsent, durability).await?;
    }
    if !words.is_empty() {
        store.put_words(words).await?;
    }
    if !drops.is_empty() {
        store.drop_words(drops).await?;
    }
    Ok(())
}
