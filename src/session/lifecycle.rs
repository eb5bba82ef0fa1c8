//! The page's own life: left and come back to, frozen and resumed, asleep and awake, without a network and with one again.
//! Whatever happened, the room is in sync again soon after. Knows no rooms beyond the open one.
//!
//! | what happens | what follows |
//! | --- | --- |
//! | the page is left (`pagehide`) or frozen | goodbye: the others know at once; what is not stored yet is left for the next page |
//! | it is shown again from the back-forward cache (`pageshow`), or resumed | it comes back as after a reload, without one |
//! | the network is gone (`offline`) | that is said, as long as nobody is linked all the same |
//! | the network is there again (`online`) or another one | open links look for new paths, lost ones are dialled, hello |
//! | the machine slept: a second took much longer | the same |
//! | the page is hidden or shown | *away* or *here*, for the others; work goes on either way |

use std::cell::RefCell;

use gloo::{events::EventListener, timers::callback::Interval};
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::EventTarget;

use super::{Session, browser, pauses};

/// How often durations on the page move on, in milliseconds; each time is a sign that the machine is awake.
const CLOCK_MS: u32 = 1_000;

impl Session {
    /// Follows the page's life from now on.
    pub(super) fn follow_page(&self) {
        let Some(window) = web_sys::window() else { return };
        if let Some(document) = window.document() {
            self.on(&document, "visibilitychange", |session| {
                pauses::interrupt();
                session.beat();
                session.away(browser::is_hidden());
                if browser::is_hidden() {
                    session.put_down();
                } else {
                    session.publish();
                }
                let session = session.clone();
                spawn_local(async move {
                    session.note_news().await;
                    if session.engine().is_err() && !browser::is_hidden() {
                        // Other tabs may have brought news meanwhile.
                        session.list_rooms().await;
                    }
                });
            });
            self.on(&document, "freeze", Session::step_out);
            self.on(&document, "resume", Session::step_in);
        }
        self.on(&window, "pagehide", Session::step_out);
        self.on(&window, "pageshow", Session::step_in);
        self.on(&window, "online", |session| {
            session.network_changed();
            session.publish();
        });
        self.on(&window, "offline", Session::publish);
        self.follow_connection(&window);
        let session = self.clone();
        *self.0.watch.clock.borrow_mut() = Some(Interval::new(CLOCK_MS, move || {
            pauses::tick(CLOCK_MS);
            session.beat();
            if session.0.engine.borrow().is_some() {
                session.publish_calmly();
            }
        }));
    }

    fn on(&self, target: &EventTarget, event: &'static str, act: impl Fn(&Session) + 'static) {
        let session = self.clone();
        let listener = EventListener::new(target, event, move |_| act(&session));
        self.0.watch.listeners.borrow_mut().push(listener);
    }

    /// Where the browser says so: from mobile data to a wireless network. The event comes for changes of speed, too.
    fn follow_connection(&self, window: &web_sys::Window) {
        let connection = get(&window.navigator(), "connection");
        let Some(target) = connection.dyn_ref::<EventTarget>().cloned() else { return };
        let kind = RefCell::new(get(&connection, "type"));
        self.on(&target, "change", move |session| {
            let now = get(&connection, "type");
            if kind.replace(now.clone()) != now {
                session.network_changed();
            }
        });
    }

    /// The page is about to stand still: the others know at once, rather than wonder.
    fn step_out(&self) {
        self.put_down();
        self.keep_holdings();
        if let Ok(engine) = self.engine() {
            engine.node.say_goodbye();
        }
    }

    /// The page goes on.
    fn step_in(&self) {
        if let Ok(engine) = self.engine()
            && !self.0.offline.get()
        {
            engine.come_back();
        }
    }

    /// The network may be another than before: open links look for new paths, lost ones are found again.
    pub fn network_changed(&self) {
        if let Ok(engine) = self.engine() {
            engine.node.network_changed();
        }
    }

    fn beat(&self) {
        let wall = browser::wall_clock() as f64;
        let slept = self.0.watch.pulse.borrow_mut().beat(wall, browser::fine_now(), browser::is_hidden());
        if slept {
            self.network_changed();
            // Or the clock was set.
            self.ask_the_time();
        }
    }
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
