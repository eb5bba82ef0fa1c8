//! The one place that knows room, net and store: commands in, [`View`]s out.
//!
//! A person acts -> a method here -> `room` builds and signs an event -> `store` commits it -> `mesh` and `net` spread it
//! -> the view shows it as sent. Every method resolves once its event is durably stored, or rejects with a
//! [`SessionError`]; components and scripts call the same methods.

mod browser;
mod clock;
mod commands;
mod engine;
mod error;
mod finding;
mod going;
mod handoffs;
mod lifecycle;
mod listen;
mod notices;
mod opening;
mod publish;
mod report;
mod storage;
mod surroundings;
mod unsent;
mod view;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use futures::{future::LocalBoxFuture, lock::Mutex};
use gloo::timers::callback::Timeout;
use paceline_mesh::{Input, Replica};
use paceline_net::{Calls, Clock, RoomLink};
use paceline_node::{Intent, MakeIntent, NodeError};
use paceline_room::{
    Cid, NodeId,
    body::{Answer, PostKind, Stance},
    state::RoomState,
};
use serde::Serialize;
use wasm_bindgen_futures::spawn_local;

use engine::{Engine, Told};
use listen::{Board, EventSeen, PeerSeen, StateSeen};

use crate::{address, browser::page_path, config::Config, tags::tags_in};

pub use error::SessionError;
// What snapshots are made of: whoever draws them needs no other crate for it.
pub use paceline_mesh::replica::{Here, Reach, Unchecked};
pub use paceline_net::RendezvousStatus;
pub use paceline_store::{Draft, Place, Unsent};

pub use listen::{Listener, Subscription};
pub use paceline_node::Storing;
pub use report::{LocalState, Status};
pub use storage::{DeviceView, Leftover};
pub use unsent::opens;
pub use view::{Connection, IgnoredTransfer, Notice, PeerView, PersonView, RoomCard, RoomView, StorageView, View};

/// The outcome of a command.
pub type Outcome<T> = Result<T, SessionError>;

/// A new post.
#[derive(Debug, Clone)]
pub struct NewPost {
    /// Its words.
    pub text: String,
    /// What it is.
    pub kind: PostKind,
    /// The post it answers.
    pub reply_to: Option<Cid>,
    /// Tags.
    pub tags: Vec<String>,
}

/// New feedback.
#[derive(Debug, Clone)]
pub struct NewFeedback {
    /// A post, or the transfer that began a term.
    pub target: Cid,
    /// How it stands to it.
    pub stance: Stance,
    /// Its words, if any.
    pub text: Option<String>,
    /// Links that support it.
    pub sources: Vec<String>,
}

/// A new baton.
#[derive(Debug, Clone)]
pub struct NewBaton {
    /// What is led.
    pub title: String,
    /// The need it answers.
    pub need: Option<Cid>,
    /// Strengths it calls for.
    pub strengths: Vec<String>,
    /// Meant length of a term.
    pub minutes: Option<u32>,
}

/// What an import did, as `importCar` returns it.
#[derive(Debug, Clone, Serialize)]
pub struct ImportReport {
    /// Newly admitted.
    pub admitted: usize,
    /// Here before.
    pub known: usize,
    /// Waiting for what they build on.
    pub pending: usize,
    /// Refused, by code.
    pub refused: std::collections::BTreeMap<String, usize>,
}

/// Snapshots are made at most this often, in milliseconds: about once a frame.
const FRAME_MS: u32 = 16;
/// ... and while much comes in at once: drawing hundreds of posts anew costs more than checking them.
const BUSY_FRAME_MS: u32 = 500;
/// ... and when somebody was just linked, in milliseconds: what both lack is asked for and answered first, since drawing holds that
/// up. It takes a few messages.
const GREETING_FRAME_MS: f64 = 100.0;
/// What came is noted for "my rooms" at most this often, in milliseconds: it only has to survive the tab.
const NOTE_MS: u32 = 3_000;
/// Notices shown at once; older ones go.
const NOTICES: usize = 20;

/// A page's session. Clones are the same session.
#[derive(Clone)]
pub struct Session(Rc<Inner>);

struct Inner {
    board: Board,
    /// What the commands that run are about: none of them starts again meanwhile.
    running: RefCell<Vec<String>>,
    config: Config,
    engine: RefCell<Option<Rc<Engine>>>,
    view: RefCell<Rc<View>>,
    rooms: RefCell<Rc<[RoomCard]>>,
    notices: RefCell<Vec<Notice>>,
    next_notice: Cell<u32>,
    opening: Cell<u32>,
    /// The room that shall be open: what the address or a command said last.
    wanted: RefCell<Option<RoomLink>>,
    /// A later build added something to the link that is followed next.
    newer_link: Cell<bool>,
    /// Rooms are opened, left and forgotten one at a time.
    changing: Mutex<()>,
    offline: Cell<bool>,
    publishing: RefCell<Option<Timeout>>,
    /// The next snapshot waits long, since much comes in, or somebody was just linked.
    publishing_late: Cell<bool>,
    /// Until then somebody was just linked.
    greeting_until: Cell<f64>,
    noting: RefCell<Option<Timeout>>,
    handoffs: RefCell<handoffs::Handoffs>,
    places: Mutex<Option<opening::Places>>,
    /// Relays that were called for the room that is being opened.
    calls: RefCell<Calls>,
    /// What time it is, for relays.
    clock: Clock,
    asking: clock::Asking,
    digest: RefCell<String>,
    met: Cell<bool>,
    synced: Cell<bool>,
    lifecycle: lifecycle::Lifecycle,
}

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Session {
    /// The page has loaded: lists the rooms of this browser. A room is opened by [`Session::join`].
    pub fn start() -> Self {
        let config = Config::remembered(&address::page(), &page_path());
        let finding = config.finding();
        // Known before the first drawing: the start page need not be drawn for who opens a room's link.
        let opening = matches!(address::place(), address::Place::Room { .. });
        let view = View { rooms: [].into(), room: None, opening, notices: [].into(), offline: false, finding };
        let session = Self(Rc::new(Inner {
            board: Board::default(),
            running: RefCell::default(),
            config,
            engine: RefCell::default(),
            view: RefCell::new(Rc::new(view)),
            rooms: RefCell::new([].into()),
            notices: RefCell::default(),
            next_notice: Cell::new(0),
            opening: Cell::new(0),
            wanted: RefCell::default(),
            newer_link: Cell::new(false),
            changing: Mutex::default(),
            offline: Cell::new(false),
            publishing: RefCell::default(),
            publishing_late: Cell::new(false),
            greeting_until: Cell::new(0.0),
            noting: RefCell::default(),
            handoffs: RefCell::default(),
            places: Mutex::default(),
            calls: RefCell::default(),
            clock: Clock::default(),
            asking: clock::Asking::default(),
            digest: RefCell::default(),
            met: Cell::new(false),
            synced: Cell::new(false),
            lifecycle: lifecycle::Lifecycle::default(),
        }));
        session.follow_page();
        session.fetch_config();
        let listed = session.clone();
        spawn_local(async move {
            // Whoever opened a room's link looks at the room first.
            browser::take_turn().await;
            drop(listed.0.changing.lock().await);
            listed.list_rooms().await;
        });
        session
    }

    /// The latest snapshot.
    pub fn view(&self) -> Rc<View> {
        self.0.view.borrow().clone()
    }

    /// Calls back with each new snapshot, at most once a frame.
    pub fn subscribe(&self, listener: impl Fn(Rc<View>) + 'static) -> Subscription {
        self.listen(Listener::View(Box::new(listener)))
    }

    /// Listens to events, links or states as they come.
    pub fn listen(&self, listener: Listener) -> Subscription {
        self.0.board.listen(listener)
    }

    /// Tells the person something. The same thing twice is told once.
    pub fn notify(&self, code: &'static str, text: impl Into<String>) {
        self.notify_about(code, text, None);
    }

    fn notify_about(&self, code: &'static str, text: impl Into<String>, about: Option<Cid>) {
        if code == going::SUPERSEDED {
            // Who went elsewhere meanwhile knows.
            return;
        }
        let (text, id) = (text.into(), self.0.next_notice.get());
        self.0.next_notice.set(id + 1);
        let mut notices = self.0.notices.borrow_mut();
        if notices.iter().any(|it| it.code == code && it.text == text && it.about == about) {
            return;
        }
        notices.push(Notice { code, text, about, id });
        if notices.len() > NOTICES {
            notices.remove(0);
        }
        drop(notices);
        self.publish();
    }

    /// Takes a notice away.
    pub fn dismiss(&self, id: u32) {
        self.0.notices.borrow_mut().retain(|it| it.id != id);
        self.publish();
    }

    /// Runs a command a person asked for; an error becomes a notice.
    pub fn run<T: 'static>(&self, command: impl Future<Output = Outcome<T>> + 'static) {
        self.spawn(Box::pin(async move { command.await.map(drop) }));
    }

    /// The same, unless a command about the same thing runs already: two clicks do it once.
    pub fn run_once<T: 'static>(&self, about: &str, command: impl Future<Output = Outcome<T>> + 'static) {
        self.spawn_once(about.to_owned(), Box::pin(async move { command.await.map(drop) }));
    }

    fn spawn_once(&self, about: String, command: LocalBoxFuture<'static, Outcome<()>>) {
        if self.is_running(&about) {
            return;
        }
        self.0.running.borrow_mut().push(about.clone());
        self.told(&about);
        let session = self.clone();
        self.spawn(Box::pin(async move {
            let outcome = command.await;
            // What it did is on the screen before it can be started again.
            session.publish_now();
            session.0.running.borrow_mut().retain(|it| *it != about);
            session.told(&about);
            outcome
        }));
    }

    /// Whether a command about this runs.
    pub fn is_running(&self, about: &str) -> bool {
        self.0.running.borrow().iter().any(|it| it == about)
    }

    /// Boxed, so that what surrounds each command is in the page once.
    fn spawn(&self, command: LocalBoxFuture<'static, Outcome<()>>) {
        let session = self.clone();
        spawn_local(async move {
            if let Err(SessionError { code, text }) = command.await {
                session.notify(code, text);
            }
        });
    }

    fn engine(&self) -> Outcome<Rc<Engine>> {
        self.0.engine.borrow().clone().ok_or_else(|| notices::error("no-room"))
    }

    /// An own event that does not depend on others being asked for at the same moment.
    async fn write(&self, make: impl FnOnce(&Replica) -> Outcome<Intent> + 'static) -> Outcome<Cid> {
        self.ask(false, Box::new(|replica| make(replica).map_err(refused))).await
    }

    /// An own event that must see every own event before it.
    async fn write_alone(&self, make: impl FnOnce(&Replica) -> Outcome<Intent> + 'static) -> Outcome<Cid> {
        self.ask(true, Box::new(|replica| make(replica).map_err(refused))).await
    }

    /// Boxed, so that what surrounds each command is in the page once.
    async fn ask(&self, alone: bool, make: MakeIntent) -> Outcome<Cid> {
        let node = self.engine()?.node.clone();
        node.write(alone, None, make).await.map_err(notices::node)
    }

    /// Says who this node is.
    pub async fn introduce(&self, name: String, strengths: Vec<String>, hue: Option<u8>) -> Outcome<Cid> {
        let cid = self.write(move |replica| commands::introduce(replica, name, strengths, hue)).await?;
        self.note_name().await;
        Ok(cid)
    }

    /// Says something to everyone.
    pub async fn post(&self, post: NewPost) -> Outcome<Cid> {
        self.write(move |replica| commands::post(replica, post)).await
    }

    /// New words for an own post.
    pub async fn edit(&self, post: Cid, text: String) -> Outcome<Cid> {
        self.write_alone(move |replica| commands::edit(replica, post, text)).await
    }

    /// Takes an own post back: its words go everywhere, the trace stays.
    pub async fn retract(&self, post: Cid) -> Outcome<Cid> {
        self.write_alone(move |replica| commands::retract(replica, post)).await
    }

    /// A signal on a post or a term.
    pub async fn feedback(&self, feedback: NewFeedback) -> Outcome<Cid> {
        self.write(move |replica| commands::feedback(replica, feedback)).await
    }

    /// Closes a loop addressed to this node.
    pub async fn answer(&self, feedback: Cid, answer: Answer, text: String, by: Option<Cid>) -> Outcome<Cid> {
        self.write_alone(move |replica| commands::answer(replica, feedback, answer, text, by)).await
    }

    /// Takes own feedback back.
    pub async fn withdraw_feedback(&self, feedback: Cid) -> Outcome<Cid> {
        self.write_alone(move |replica| commands::withdraw_feedback(replica, feedback)).await
    }

    /// Opens a baton, free.
    pub async fn baton_open(&self, baton: NewBaton) -> Outcome<Cid> {
        self.write(move |replica| commands::baton_open(replica, baton)).await
    }

    /// Takes a free baton.
    pub async fn baton_take(&self, baton: Cid) -> Outcome<Cid> {
        self.write_alone(move |replica| commands::baton_take(replica, baton)).await
    }

    /// Offers a held baton.
    pub async fn baton_offer(&self, baton: Cid, to: NodeId, note: String) -> Outcome<Cid> {
        self.write_alone(move |replica| commands::baton_offer(replica, baton, to, note)).await
    }

    /// Takes an own offer back.
    pub async fn baton_withdraw(&self, offer: Cid) -> Outcome<Cid> {
        self.write_alone(move |replica| commands::baton_withdraw(replica, offer)).await
    }

    /// Accepts an offer.
    pub async fn baton_accept(&self, offer: Cid) -> Outcome<Cid> {
        self.write_alone(move |replica| commands::baton_accept(replica, offer)).await
    }

    /// Declines an offer.
    pub async fn baton_decline(&self, offer: Cid, why: String) -> Outcome<Cid> {
        self.write_alone(move |replica| commands::baton_decline(replica, offer, why)).await
    }

    /// Lets a held baton go.
    pub async fn baton_release(&self, baton: Cid, note: String) -> Outcome<Cid> {
        self.write_alone(move |replica| commands::baton_release(replica, baton, note)).await
    }

    /// Steps in for a holder who vanished, or whose time is over.
    pub async fn baton_step_in(&self, baton: Cid) -> Outcome<Cid> {
        self.publish_now();
        let view = self.view();
        let held = view.room.as_ref().and_then(|room| Some((room, room.batons.iter().find(|it| it.cid == baton)?)));
        if held.is_some_and(|(room, baton)| !handoffs::may_step_in(room, baton)) {
            return Err(notices::error("still-here"));
        }
        self.write_alone(move |replica| commands::baton_step_in(replica, baton)).await
    }

    /// Comes back to a baton somebody stepped in for.
    pub async fn baton_reclaim(&self, baton: Cid) -> Outcome<Cid> {
        self.write_alone(move |replica| commands::baton_reclaim(replica, baton)).await
    }

    /// Ends a baton: its work is done.
    pub async fn baton_close(&self, baton: Cid, outcome: String) -> Outcome<Cid> {
        self.write_alone(move |replica| commands::baton_close(replica, baton, outcome)).await
    }

    /// Drops all links and keeps working.
    pub async fn offline(&self) -> Outcome<()> {
        self.0.offline.set(true);
        if let Ok(engine) = self.engine() {
            engine.node.say_goodbye();
        }
        self.publish();
        Ok(())
    }

    /// Looks for the others again.
    pub async fn online(&self) -> Outcome<()> {
        self.0.offline.set(false);
        if let Ok(engine) = self.engine() {
            engine.come_back();
        }
        self.publish();
        Ok(())
    }

    /// No direct link with that node; a local choice.
    pub fn refuse(&self, node: NodeId) {
        if let Ok(engine) = self.engine() {
            engine.net.refuse(node);
        }
    }

    /// Takes [`Session::refuse`] back.
    pub fn allow(&self, node: NodeId) {
        if let Ok(engine) = self.engine() {
            engine.net.allow(node);
        }
    }

    /// The code to give to somebody who cannot be reached otherwise.
    pub async fn by_hand_invite(&self) -> Outcome<String> {
        self.engine()?.net.by_hand_invite().await.map_err(notices::by_hand)
    }

    /// The reply to a pasted invite.
    pub async fn by_hand_reply(&self, invite: String) -> Outcome<String> {
        self.engine()?.net.by_hand_reply(&invite).await.map_err(notices::by_hand)
    }

    /// The pasted reply to one's own invite.
    pub async fn by_hand_accept(&self, reply: String) -> Outcome<()> {
        self.engine()?.net.by_hand_accept(&reply).await.map_err(notices::by_hand)
    }

    /// The log and all words that are here, as CAR.
    pub async fn export_car(&self) -> Outcome<Vec<u8>> {
        let engine = self.engine()?;
        let replica = engine.node.replica();
        Ok(paceline_room::car::export(replica.log(), |cid| replica.words(cid)))
    }

    /// Takes in a CAR of this room, checked like what comes from the network.
    pub async fn import_car(&self, bytes: Vec<u8>) -> Outcome<ImportReport> {
        let engine = self.engine()?;
        let blocks = opening::read_car(&bytes, engine.link.room)?;
        let done = engine.node.import(blocks).await.map_err(notices::node)?;
        Ok(ImportReport { admitted: done.admitted, known: done.known, pending: done.pending, refused: done.refused })
    }

    /// Tells others whether this tab is looked at.
    pub fn away(&self, away: bool) {
        if let Ok(engine) = self.engine() {
            engine.node.input(Input::Away(away));
        }
    }

    /// This node, now.
    pub fn status(&self) -> Outcome<Status> {
        let offline = self.0.offline.get();
        Ok(self.engine().map_or_else(|_| Status::without_room(offline), |engine| publish::status(&engine, offline)))
    }

    /// The room's state, from the log alone.
    pub fn state(&self) -> Outcome<RoomState> {
        let engine = self.engine()?;
        let replica = engine.node.replica();
        let mut state = replica.fold().state(replica.log());
        // An edit carries words alone: its tags are those of these words, which every node has or will have.
        for post in state.posts.iter_mut().filter(|it| it.edited) {
            let post = Arc::make_mut(post);
            post.tags = post.text.as_deref().map(tags_in).unwrap_or_default();
        }
        Ok(state)
    }

    /// This node's own view.
    pub fn local(&self) -> Outcome<LocalState> {
        let mut local = publish::local(&*self.engine()?);
        local.notices = self.0.notices.borrow().clone();
        Ok(local)
    }

    /// Reacts to what the engine of the open room tells.
    fn on_told(&self, told: Told) {
        match told {
            Told::Admitted { cid, author, kind } => {
                let seen = EventSeen { cid, author, kind };
                self.0.board.each(|it| {
                    if let Listener::Event(call) = it {
                        call(&seen);
                    }
                });
                self.publish();
                self.note_soon();
            }
            Told::Peer { node, up } => {
                if up {
                    self.0.greeting_until.set(browser::fine_now() + GREETING_FRAME_MS);
                    if !self.0.met.replace(true) {
                        browser::mark("paceline:first-peer");
                    }
                }
                let seen = PeerSeen { node, up };
                self.0.board.each(|it| {
                    if let Listener::Peer(call) = it {
                        call(&seen);
                    }
                });
                self.publish();
            }
            Told::Changed => self.publish(),
            Told::TimeDoubted => self.ask_the_time(),
            Told::TimeLearned => self.tell_the_time(),
            // Without a network there is no relay: that is said in other words.
            Told::Notice(SessionError { code: "no-relay", .. }) if !browser::has_network() => {}
            Told::Notice(SessionError { code, text }) => self.notify(code, text),
        }
    }

    /// Makes a snapshot soon, once for all changes until then.
    fn publish(&self) {
        let busy = self.0.engine.borrow().as_ref().is_some_and(|it| it.node.is_busy());
        self.mark_sync();
        let greeting = self.0.greeting_until.get() - browser::fine_now();
        let late = busy || greeting > 0.0;
        let mut publishing = self.0.publishing.borrow_mut();
        let sooner = self.0.publishing_late.get() && !late;
        if publishing.is_some() && !sooner {
            return;
        }
        self.0.publishing_late.set(late);
        let wait = if busy { BUSY_FRAME_MS } else { FRAME_MS.max(greeting.max(0.0) as u32) };
        let session = self.clone();
        *publishing = Some(Timeout::new(wait, move || session.publish_now()));
    }

    fn mark_sync(&self) {
        if self.0.synced.get() || !self.0.met.get() {
            return;
        }
        let engine = self.0.engine.borrow();
        // Told while the replica is at work: looked at again with the next change.
        let Some(engine) = engine.as_ref().filter(|it| it.node.try_replica().is_some()) else { return };
        if publish::connection(engine, self.0.offline.get()) == Connection::InSync {
            self.0.synced.set(true);
            self.0.greeting_until.set(0.0);
            browser::mark("paceline:in-sync");
        }
    }

    fn publish_now(&self) {
        self.0.publishing.borrow_mut().take();
        self.mark_sync();
        let engine = self.0.engine.borrow().clone();
        let before = self.0.view.borrow().clone();
        let offline = self.0.offline.get();
        let now = browser::wall_clock().saturating_add_signed(self.0.clock.offset());
        let room =
            engine.as_ref().map(|engine| Rc::new(publish::room_view(engine, offline, now, before.room.as_deref())));
        if let (Some(engine), Some(room)) = (&engine, &room) {
            for (SessionError { code, text }, about) in self.0.handoffs.borrow_mut().follow(engine.me, room) {
                self.notify_about(code, text, Some(about));
            }
            if let Some(ahead) = engine.clocks.borrow().others() {
                self.tell_clock_off(ahead);
            }
            self.tell_state(engine);
            if !browser::is_hidden() {
                engine.look();
            }
            if !room.title.is_empty() && before.room.as_ref().is_none_or(|it| it.title != room.title) {
                // "My rooms" calls a room by its title, which comes with the founding event.
                let session = self.clone();
                wasm_bindgen_futures::spawn_local(async move { session.note_room().await });
            }
        }
        let view = Rc::new(View {
            rooms: self.0.rooms.borrow().clone(),
            room,
            opening: self.is_opening(),
            notices: self.0.notices.borrow().clone().into(),
            offline,
            finding: self.finding(),
        });
        if *view != *before {
            *self.0.view.borrow_mut() = view.clone();
            self.0.board.each(|it| {
                if let Listener::View(call) = it {
                    call(view.clone());
                }
            });
        }
    }

    fn tell_state(&self, engine: &Engine) {
        let digest = engine.node.replica().fold().digest();
        if self.0.digest.replace(digest.clone()) == digest {
            return;
        }
        let seen = StateSeen { digest };
        self.0.board.each(|it| {
            if let Listener::State(call) = it {
                call(&seen);
            }
        });
    }

    /// What came, and what of it somebody has seen, is noted for "my rooms" while the tab lives: it may die without a word.
    fn note_soon(&self) {
        let mut noting = self.0.noting.borrow_mut();
        if noting.is_some() {
            return;
        }
        let session = self.clone();
        *noting = Some(Timeout::new(NOTE_MS, move || {
            session.0.noting.borrow_mut().take();
            spawn_local(async move { session.note_news().await });
        }));
    }
}

/// A command's refusal, on its way through the node.
fn refused(error: SessionError) -> NodeError {
    NodeError::Refused(error.code)
}

#[cfg(test)]
mod tests;
