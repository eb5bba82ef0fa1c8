//! The one place that knows room, net and store: commands in, [`View`]s out.
//!
//! A person acts -> [`Session::act`] -> the room's node says what to write or why not, signs, stores and spreads it -> the view
//! shows it as sent. What is asked for resolves once its event is durably stored, or rejects with a [`SessionError`];
//! components and scripts call the same methods. *Absent*: events, signing, transactions (`cargo xtask check` proves it).

mod asking;
mod beginning;
mod browser;
mod car;
mod clock;
mod commands;
mod deciding;
mod discovery;
mod due;
mod engine;
mod error;
mod express;
mod figures;
mod first_drawing;
mod floor;
mod going;
mod handoffs;
mod holdings;
mod hosted_forms;
mod incident;
mod intake;
mod lifecycle;
mod links;
mod listen;
mod meeting;
mod mentions;
mod minutes;
mod names;
mod notices;
mod opening;
mod own;
mod pacing;
mod pauses;
mod places;
mod postponing;
mod practice;
mod publish;
mod read;
mod report;
mod rooms;
mod same;
mod storage;
mod surroundings;
mod telling;
mod unsent;
mod view;
mod watch;

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use futures::{channel::oneshot, lock::Mutex};
use gloo::timers::callback::Timeout;
use paceline_net::{Clock, Preconnect, RoomLink};
use wasm_bindgen_futures::spawn_local;

use asking::Asking;
use due::Pacing;
use engine::Engine;
use figures::Figures;
use handoffs::Handoffs;
use listen::Board;
use places::{Opening, Places};
use practice::{player::Player, wire::Wire};
use watch::Watch;

use crate::{address, browser::page_path, config::Config};

pub use error::{Outcome, SessionError};
// What snapshots are made of: whoever draws them needs no other crate for it.
pub use paceline_mesh::replica::{Here, Takes, Unchecked};
pub use paceline_net::{Path, RendezvousState, RendezvousStatus};
pub use paceline_store::{Draft, Place, Unsent};

pub use browser::{random, take_turn};
pub use deciding::{Asked, Review};
pub use express::decisions::REVIEW_DAYS;
pub use handoffs::may_step_in;
pub use incident::lets_go_on;
pub use intake::{takes_of, takes_word};
pub use listen::{Listener, Subscription, opens};
pub use mentions::shows;
pub use minutes::{led, let_go_on, sort_name};
pub use names::{called, is_visible, name_in, nameless, titled};
pub use own::Postponed;
pub use paceline_node::{Countdown, Lets, People, PersonView, Poll, Reach, Reaches, Storing, Way, Ways};
pub use pauses::Meter;
pub use practice::part_of_page as practice_part;
pub use report::{ImportReport, LocalState, PageReport, PracticeReport, Status};
pub use view::{Connection, DeviceView, Leftover, Notice, PeerView, RoomCard, RoomView, StorageView, View};

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
    /// The room that is being founded is there for its meeting.
    to_meet: Cell<bool>,
    /// Rooms are opened, left and forgotten one at a time.
    changing: Mutex<()>,
    offline: Cell<bool>,
    pacing: RefCell<Pacing>,
    /// Whether somebody looks at what changes by itself.
    figures: Figures,
    /// Until then somebody was just linked.
    greeting_until: Cell<f64>,
    /// Draws the page for the first time; by itself after a while.
    drawing: RefCell<Option<first_drawing::FirstDrawing>>,
    noting: RefCell<Option<Timeout>>,
    handoffs: RefCell<Handoffs>,
    places: Mutex<Option<Places>>,
    /// They are being opened, since before anybody asked.
    opening_keys: RefCell<Option<Opening>>,
    /// Relays that were called for the room that is being opened.
    preconnect: RefCell<Preconnect>,
    /// What time it is, for relays.
    clock: Clock,
    asking: Asking,
    digest: RefCell<String>,
    met: Cell<bool>,
    synced: Cell<bool>,
    /// It was said for certain: nobody was given up.
    marked: Cell<bool>,
    /// Those who wait for that: let go of once it is drawn.
    sync_waits: RefCell<Vec<oneshot::Sender<()>>>,
    /// Something of the open room was shown, or was there when it was opened.
    paged: Cell<bool>,
    /// Until then much comes in, though it pauses: more is on its way.
    busy_until: Cell<f64>,
    watch: Watch,
    /// Of who practises: what links them.
    wire: Option<Wire>,
    /// ... whom the page plays.
    player: RefCell<Player>,
    /// ... the session of their page.
    page: Weak<Inner>,
    /// All who practise on this page: the person here, then whom it plays.
    practice: RefCell<Vec<Session>>,
}

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Session {
    /// The page has loaded: lists the rooms of this browser. A room is opened by [`Session::join`].
    pub fn start() -> Self {
        browser::mark("paceline:started");
        let opening_keys = places::begin();
        // Known before the first drawing: the start page need not be drawn for who opens a room's link.
        let opening = matches!(address::place(), address::Place::Room { .. });
        let session = Self::new(opening, None, Player::default(), Weak::new());
        session.0.opening_keys.replace(Some(opening_keys));
        pauses::follow();
        session.follow_page();
        session.fetch_config();
        let listed = session.clone();
        spawn_local(async move {
            // Whoever opened a room's link looks at the room first.
            browser::take_turn().await;
            drop(listed.0.changing.lock().await);
            if listed.engine().is_ok() {
                listed.after_first_sync().await;
            }
            listed.list_rooms().await;
        });
        session
    }

    /// No room is open.
    fn new(opening: bool, wire: Option<Wire>, player: Player, page: Weak<Inner>) -> Self {
        let config = Config::remembered(&address::page(), &page_path());
        let discovery = config.discovery();
        let view = View {
            rooms: [].into(),
            room: None,
            opening,
            practice: false,
            notices: [].into(),
            offline: false,
            discovery,
            hosted_forms: 0,
        };
        // The marks of this page's first link and sync are of rooms that are kept.
        let unmarked = wire.is_some();
        Self(Rc::new(Inner {
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
            to_meet: Cell::new(false),
            changing: Mutex::default(),
            offline: Cell::new(false),
            pacing: RefCell::default(),
            figures: Figures::default(),
            greeting_until: Cell::new(0.0),
            drawing: RefCell::default(),
            noting: RefCell::default(),
            handoffs: RefCell::default(),
            places: Mutex::default(),
            opening_keys: RefCell::default(),
            preconnect: RefCell::default(),
            clock: Clock::default(),
            asking: Asking::default(),
            digest: RefCell::default(),
            met: Cell::new(unmarked),
            synced: Cell::new(unmarked),
            marked: Cell::new(unmarked),
            paged: Cell::default(),
            busy_until: Cell::default(),
            sync_waits: RefCell::default(),
            watch: Watch::default(),
            wire,
            player: RefCell::new(player),
            page,
            practice: RefCell::default(),
        }))
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

    fn engine(&self) -> Outcome<Rc<Engine>> {
        self.0.engine.borrow().clone().ok_or_else(|| notices::error("no-room"))
    }
}

#[cfg(test)]
mod tests;
