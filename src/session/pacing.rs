//! When snapshots are made: at most once a frame, later while much comes in, and only told where they differ.

use std::rc::Rc;

use futures::{
    channel::oneshot,
    future::{Either, select},
};
use gloo::timers::{callback::Timeout, future::TimeoutFuture};
use wasm_bindgen_futures::spawn_local;

use super::{
    Session, browser,
    due::{Pacing, Unseen},
    engine::Engine,
    error::SessionError,
    figures::Showing,
    listen::{Listener, StateSeen},
    publish,
    view::{Connection, View},
};
use crate::forms;

/// Nothing is drawn for so long when a room was just opened or somebody was just linked, in milliseconds: whoever is here is found, and
/// what both lack is asked for and answered first, since drawing holds that up. It takes a few messages.
const GREETING_FRAME_MS: f64 = 100.0;
/// Until then nothing at all is drawn for who opened a room's link, in milliseconds, unless there is something to show: drawing would
/// hold up what finds the others, and the page's shell stands there. More than a room takes to open, and once more than it takes to be
/// in sync: a slow CPU takes as much longer for the one as for the other, and longest for a drawing. With 100 instead, where a CPU is four
/// times slower a second tab is in sync after 8.0 and 7.3 times what a bare channel takes instead of 5.3 and 4.6 (five tabs each); at
/// full speed it is the same (30 tabs each): it is in sync by then.
const SHELL_MS: u32 = 500;
/// What nobody waits for waits so much longer while a room is caught up with, in milliseconds.
const CATCHING_UP_MS: u32 = 2_000;
/// While more is on its way, much comes in until nothing has come for so long, in milliseconds.
const STREAM_PAUSE_MS: f64 = 300.0;
/// While nothing is there to be drawn, it is looked for that often, in milliseconds.
const PAGE_FRAME_MS: f64 = 30.0;
/// What came is noted for "my rooms" at most this often, in milliseconds: it only has to survive the tab.
const NOTE_MS: u32 = 3_000;

impl Session {
    /// Makes a snapshot soon, once for all changes until then.
    pub(super) fn publish(&self) {
        self.plan(false);
    }

    /// The same of what others did: once they pause.
    pub(super) fn publish_calmly(&self) {
        self.plan(true);
    }

    fn plan(&self, calm: bool) {
        if self.0.drawing.borrow().is_some() && self.is_opening() && self.engine().is_err() {
            // Nothing to show, and nowhere: snapshots begin with the room.
            return;
        }
        let is_busy = self.is_busy();
        if calm && is_busy && self.0.paged.get() && self.0.pacing.borrow().waits_for_all() {
            // Of thousands of events each would be looked at; the last is told when no more is on the way.
            return;
        }
        let calm = calm && !self.mark_sync() && !self.is_first_page();
        let unseen = || match (is_busy, browser::is_hidden()) {
            (true, _) => Some(Unseen::Busy),
            (_, true) => Some(Unseen::Hidden),
            _ => None,
        };
        let (now, greeting_until) = (browser::fine_now(), self.0.greeting_until.get());
        let mut pacing = self.0.pacing.borrow_mut();
        pacing.plan(calm, now, unseen);
        pacing.due = pacing.due.max(greeting_until);
        if pacing.timer.is_none() || pacing.due < pacing.looks {
            self.look_at(&mut pacing, now);
        }
    }

    /// Whether much comes in: there is no slice's end to what is here, or more of it will be in a moment.
    fn is_busy(&self) -> bool {
        let engine = self.0.engine.borrow();
        let Some(node) = engine.as_ref().map(|it| &it.node) else { return false };
        let now = browser::fine_now();
        if node.is_busy() {
            self.0.busy_until.set(now + STREAM_PAUSE_MS);
            return true;
        }
        now < self.0.busy_until.get() && node.try_replica().is_none_or(|it| it.is_streaming())
    }

    /// Looks when the snapshot is due; what puts it off moves no timer.
    fn look_at(&self, pacing: &mut Pacing, now: f64) {
        let session = self.clone();
        pacing.looks = pacing.due;
        pacing.timer = Some(Timeout::new((pacing.due - now).max(0.0).ceil() as u32, move || session.look()));
    }

    fn look(&self) {
        let now = browser::fine_now();
        let mut pacing = self.0.pacing.borrow_mut();
        if self.awaits_page() {
            pacing.due = pacing.due.max(now + PAGE_FRAME_MS);
        }
        if pacing.due > now {
            return self.look_at(&mut pacing, now);
        }
        drop(pacing);
        self.publish_now();
    }

    /// Somebody looks at figures that change by themselves, until that is dropped.
    pub fn show_figures(&self) -> Showing {
        let showing = self.0.figures.show();
        self.publish();
        showing
    }

    /// Draws the page: at once, or for who opened a room's link as soon as that room can be shown.
    pub fn draw_when_shown(&self, draw: impl FnOnce() + 'static) {
        if !self.view().opening {
            return draw();
        }
        *self.0.drawing.borrow_mut() = Some((Box::new(draw), self.draw_late()));
    }

    /// What draws the page if nothing else has by then.
    fn draw_late(&self) -> Timeout {
        let session = self.clone();
        Timeout::new(SHELL_MS, move || {
            session.publish_now();
            session.draw_now();
        })
    }

    fn draw_now(&self) {
        let drawing = self.0.drawing.borrow_mut().take();
        if let Some((draw, _)) = drawing {
            draw();
            browser::mark("paceline:drawn");
        }
    }

    /// A room was opened: it is drawn as soon as it is in sync with others, or a moment later if there are none.
    pub(super) fn draw_first(&self) {
        self.greet();
        if let Some((_, late)) = &mut *self.0.drawing.borrow_mut() {
            *late = self.draw_late();
        }
        // What was to be drawn before then waits for it as well.
        self.0.pacing.take();
        self.publish();
    }

    /// Drawing waits a moment for what others have to say.
    pub(super) fn greet(&self) {
        self.0.greeting_until.set(browser::fine_now() + GREETING_FRAME_MS);
    }

    /// Nothing was drawn, nothing is here, and somebody was heard: a link comes, then what is newest, before all else, and then there
    /// is something to draw. [`SHELL_MS`] ends that.
    fn awaits_page(&self) -> bool {
        let engine = self.0.engine.borrow();
        let Some(engine) = engine.as_ref().filter(|_| self.0.drawing.borrow().is_some()) else { return false };
        if !self.0.met.get() && engine.net.unlinked().is_empty() {
            return false;
        }
        engine.node.try_replica().is_some_and(|it| it.log().is_empty() && it.pending() == 0)
    }

    /// The newest posts have come, before all others: they are shown as soon as may be.
    fn is_first_page(&self) -> bool {
        let engine = self.0.engine.borrow();
        let Some(engine) = engine.as_ref().filter(|_| !self.0.paged.get()) else { return false };
        let is_here = engine.node.try_replica().is_some_and(|it| it.pending() > 0);
        if is_here {
            self.0.paged.set(true);
            self.0.greeting_until.set(0.0);
        }
        is_here
    }

    /// Ends once the room was in sync and drawn, or a moment later where nobody is there to be in sync with: until then the page does
    /// nothing that can wait.
    pub(super) async fn after_first_sync(&self) {
        if self.0.synced.get() {
            return;
        }
        let (tell, mut told) = oneshot::channel();
        self.0.sync_waits.borrow_mut().push(tell);
        if let Either::Right(_) = select(&mut told, TimeoutFuture::new(SHELL_MS)).await
            && self.0.met.get()
        {
            select(told, TimeoutFuture::new(CATCHING_UP_MS)).await;
        }
    }

    /// Notes that the room is in sync, once; whether it became so now. Marked is only what is certain.
    fn mark_sync(&self) -> bool {
        if self.0.marked.get() || !self.0.met.get() {
            return false;
        }
        let engine = self.0.engine.borrow();
        // Told while the replica is at work: looked at again with the next change.
        let Some(engine) = engine.as_ref().filter(|it| it.node.try_replica().is_some()) else { return false };
        if publish::connection(engine, self.0.offline.get()) != Connection::InSync {
            return false;
        }
        let replica = engine.node.replica();
        if replica.progress().certain {
            self.0.marked.set(true);
            browser::mark_with("paceline:in-sync", replica.log().len());
        }
        if self.0.synced.replace(true) {
            return false;
        }
        self.0.greeting_until.set(0.0);
        true
    }

    pub(super) fn publish_now(&self) {
        self.0.pacing.take();
        self.mark_sync();
        let engine = self.0.engine.borrow().clone();
        let before = self.0.view.borrow().clone();
        let offline = self.0.offline.get();
        let ahead = self.0.clock.offset();
        let figures = self.0.figures.are_shown();
        let view = |engine: &Rc<Engine>| publish::room_view(engine, offline, figures, ahead, before.room.as_ref());
        let room = engine.as_ref().map(view);
        if let (Some(engine), Some(room)) = (&engine, &room) {
            let before = before.room.as_deref().filter(|it| it.room == room.room);
            for (SessionError { code, text }, about) in self.0.handoffs.borrow_mut().follow(engine.me, before, room) {
                self.notify_about(code, text, Some(about));
            }
            let others_ahead = engine.snapshots.borrow().others_ahead();
            if let Some(ahead) = others_ahead {
                self.tell_clock_off(ahead);
            }
            self.tell_state(engine);
            self.answer_own(engine);
            if !browser::is_hidden() {
                engine.look();
            }
            if before.is_some_and(|it| it.reach != room.reach) {
                self.note_soon();
            }
            if !room.title.is_empty() && before.is_none_or(|it| it.title != room.title) {
                // "My rooms" calls a room by its title, which comes with the founding event.
                let session = self.clone();
                spawn_local(async move { session.note_room().await });
            }
        }
        let view = Rc::new(View {
            rooms: self.0.rooms.borrow().clone(),
            room,
            opening: self.is_opening(),
            practice: self.practice().is_some(),
            notices: self.0.notices.borrow().clone().into(),
            offline,
            discovery: self.discovery(),
            hosted_forms: forms::count_hosted(),
        });
        if *view != *before {
            if let Some(engine) = &engine {
                engine.told.set(engine.told.get() + 1);
            }
            *self.0.view.borrow_mut() = view.clone();
            self.0.board.each(|it| {
                if let Listener::View(call) = it {
                    call(view.clone());
                }
            });
        }
        if view.room.is_some() || !view.opening {
            self.draw_now();
        }
        if self.0.synced.get() {
            self.0.sync_waits.take();
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
    pub(super) fn note_soon(&self) {
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
