//! *Show me*: a room in memory, with three whom the page plays, over the room that is open, which goes on beneath it.
//!
//! Each who practises is a session with a whole node of its own, the person at the tab as well: linked by a wire, stored in memory,
//! its key kept nowhere. Such a session has no `Places`, so nothing of the room reaches this browser's databases.

pub mod player;
pub mod wire;

use std::rc::Rc;

use futures::future::LocalBoxFuture;
use gloo::timers::callback::Interval;
use paceline_net::{Net, NetConfig, Paths, RoomLink};
use paceline_node::{Founding, Ready, UnkeptKey, friendly_name};
use paceline_room::{
    body::{
        meetings, people,
        rounds::{self, Said, Turn},
    },
    sorted,
};
use paceline_store::{Desk, MemoryStore, Store};

use self::{
    player::{Act, FOUNDER, PLAYED, Player},
    wire::Ether,
};
use super::{
    Session, browser,
    engine::{Engine, Holds, Parts},
    error::Outcome,
    notices::{self, storage},
    report::{PracticeReport, Practising},
    surroundings::ThisPage,
};
use crate::{
    browser::page_path,
    forms,
    parts::{Part, part},
    texts::t,
    when,
};

/// The form of the room and of its meeting.
const FORM: &str = "stand-up";
/// How often each who is played looks at the room, in milliseconds; times on the page move on as often.
const BEAT_MS: u32 = 1_000;
/// What is about the acts of who is played: one at a time.
const ACTS: &str = "practice";

/// Begins practice over the room of a session.
pub type Beginning = fn(Session) -> LocalBoxFuture<'static, Outcome<()>>;

/// What begins it: few practise, and once.
const BEGINNING: fn() -> &'static Part<Beginning> =
    part!(practice: Beginning = |session: Session| Box::pin(async move { session.begin_practice().await }));

/// The part of the page that begins it.
pub fn part_of_page() -> &'static Part<Beginning> {
    BEGINNING()
}

impl Session {
    /// Opens a room for practice over the one that is open.
    pub async fn practise(&self) -> Outcome<()> {
        let begin = BEGINNING().need().await.map_err(notices::part)?;
        begin(self.clone()).await
    }

    async fn begin_practice(&self) -> Outcome<()> {
        let _alone = self.0.changing.lock().await;
        let engine = self.engine()?;
        if self.practice().is_some() {
            return Ok(());
        }
        let form = forms::by_name(FORM).ok_or_else(|| notices::error("no-such-form"))?;
        let (title, purpose) = (t!("practice-title"), t!("practice-purpose"));
        let founding = Founding::draw(&ThisPage, &title, &purpose, &form.name, form.values).map_err(notices::node)?;
        let link = RoomLink::draw(founding.room, browser::random);
        let ether = Ether::default();
        let mut all = Vec::new();
        for number in 0..=PLAYED {
            let store = MemoryStore::new();
            let mut key = UnkeptKey::draw(&ThisPage);
            if number == FOUNDER {
                founding.keep(&store).await.map_err(storage)?;
                key = UnkeptKey { keypair: founding.keypair.clone() };
            }
            let session = Self::new(false, Some(ether.wire()), Player::new(number), Rc::downgrade(&self.0));
            session.sit_down(&link, &engine, key, Rc::new(store)).await?;
            all.push(session);
        }
        let name = engine.node.replica().fold().person(&engine.me).map(|it| it.name.clone());
        if let Some(me) = all.first() {
            let page = Rc::downgrade(&self.0);
            *me.0.watch.clock.borrow_mut() = Some(Interval::new(BEAT_MS, move || {
                if let Some(page) = page.upgrade() {
                    Self(page).beat_practice();
                }
            }));
            // Whoever has no name yet is not asked for one here: the meeting comes by itself, and not over a field that is being filled.
            let name = name.filter(|it| !it.is_empty()).unwrap_or_else(|| friendly_name(&engine.me));
            me.run(me.act(people::Command::Introduce { name, strengths: vec![], hue: None }));
        }
        *self.0.practice.borrow_mut() = all;
        self.publish_now();
        Ok(())
    }

    /// The session of the person at the tab in the room for practice.
    pub fn practice(&self) -> Option<Self> {
        self.0.practice.borrow().first().cloned()
    }

    /// Of practice: ends it, without a trace.
    pub fn leave_practice(&self) {
        if let Some(page) = self.0.page.upgrade() {
            Self(page).end_practice();
        }
    }

    /// Of practice: whoever is played and leads vanishes, without a goodbye. The others notice as they would of a tab that died.
    pub fn break_practice(&self) {
        let Some(page) = self.0.page.upgrade() else { return };
        let leads = |it: &Self| it.view().room.as_ref().is_some_and(|room| !room.led_by_me.is_empty());
        let gone = {
            let mut all = page.practice.borrow_mut();
            let place = all.iter().skip(1).position(leads);
            place.map(|place| all.remove(place + 1))
        };
        if let Some(gone) = gone {
            if let Some(wire) = &gone.0.wire {
                wire.cut();
            }
            gone.get_up();
        }
    }

    /// All who practise on this page.
    pub fn practice_report(&self) -> PracticeReport {
        let all = self.0.practice.borrow();
        let engines: Vec<_> = all.iter().filter_map(|it| it.engine().ok()).collect();
        let nodes = engines.iter().map(|it| {
            let replica = it.node.replica();
            let others = replica.log().entries().filter(|(_, entry)| entry.event.author != it.me).count();
            let refused = replica.refused().into_iter().map(|(code, count)| (code.to_owned(), count));
            Practising {
                node: it.me,
                digest: replica.fold().digest(),
                events: replica.log().len(),
                others,
                checked: it.node.checked(),
                refused: sorted::map(refused),
            }
        });
        PracticeReport { room: engines.first().map(|it| it.link.room), nodes: nodes.collect() }
    }

    /// Whether anything of what is open may be kept in this browser.
    pub(super) fn may_keep(&self) -> Outcome<()> {
        if self.0.wire.is_some() { Err(notices::error("practice")) } else { Ok(()) }
    }

    /// The room goes, with all who are in it.
    pub(super) fn end_practice(&self) {
        let all = std::mem::take(&mut *self.0.practice.borrow_mut());
        if all.is_empty() {
            return;
        }
        all.iter().for_each(Self::get_up);
        self.publish_now();
    }

    /// Opens the room for one who practises. Who is invited from there comes to the room beneath it.
    async fn sit_down(&self, link: &RoomLink, page: &Engine, key: UnkeptKey, store: Rc<dyn Store>) -> Outcome<()> {
        let Some(wire) = self.0.wire.clone() else { return Ok(()) };
        let paths = Paths { webrtc: false, broadcast: true };
        let config = NetConfig { paths, ..NetConfig::new(link.clone(), key.keypair.clone(), page_path()) };
        let (net, events) = Net::start_on(Rc::new(wire), config);
        let ready = Ready::load(link.room, &key.keypair, &*store, &ThisPage).await.map_err(storage)?;
        let session = self.clone();
        let parts = Parts {
            link: link.clone(),
            link_text: page.link_text.clone(),
            key: Holds::Unkept(key),
            ask_who: false,
            store,
            desk: Desk::default(),
            left: false,
            net,
            tell: Rc::new(move |told| session.on_happened(told)),
        };
        *self.0.engine.borrow_mut() = Some(Engine::open(parts, ready, events));
        self.publish_now();
        Ok(())
    }

    /// Leaves the room, which nobody opens again.
    fn get_up(&self) {
        self.0.watch.clock.borrow_mut().take();
        let engine = self.0.engine.borrow_mut().take();
        if let Some(engine) = engine {
            engine.close();
        }
        // What was to be drawn is not: somebody else looks at another room by then.
        self.0.pacing.take();
    }

    fn beat_practice(&self) {
        let all = self.0.practice.borrow().clone();
        let (me, played) = match all.split_first() {
            Some(it) => it,
            None => return,
        };
        me.publish();
        played.iter().for_each(Self::play);
    }

    /// Does what comes next for one who is played, once it is time.
    fn play(&self) {
        self.publish_now();
        let Some(room) = self.view().room.clone() else { return };
        if self.is_running(ACTS) {
            return;
        }
        let mut player = self.0.player.borrow_mut();
        let next = player.next(&room);
        let (ripe, number) = (player.beat(next), player.number);
        drop(player);
        let (session, me) = (self.clone(), room.me);
        match ripe {
            None => {}
            Some(Act::Introduce) => {
                let name = t!("practice-name", n = number);
                self.run_once(ACTS, self.act(people::Command::Introduce { name, strengths: vec![], hue: None }));
            }
            Some(Act::Begin) => {
                let here = room.people.iter().map(|it| it.person.node).collect();
                let title = t!("meeting-title", form = t!("practice-form"), day = when::day(crate::browser::now()));
                let begun = async move { session.begin_meeting(FORM.to_owned(), title, String::new(), here).await };
                self.run_once(ACTS, begun);
            }
            Some(Act::Write(round, place)) => {
                let answer = Said::Text(words(place, number));
                self.run_once(ACTS, self.act(rounds::Command::Answer { round, answer }));
            }
            Some(Act::Speak(round, seconds)) => {
                self.run_once(ACTS, async move { session.turn(round, me, Turn::Spoken, seconds).await });
            }
            Some(Act::End(meeting)) => {
                self.run_once(ACTS, self.act(meetings::Command::Close { meeting, note: String::new() }));
            }
        }
    }
}

/// What who is played answers to the questions of the form, by their places.
fn words(place: usize, number: usize) -> String {
    match place {
        0 => t!("practice-done", n = number),
        1 => t!("practice-next", n = number),
        _ => t!("practice-stuck"),
    }
}
