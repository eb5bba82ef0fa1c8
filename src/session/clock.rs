//! What time it is: asks the page's own host, and tells a person whose clock is wrong. Only what relays are told depends on it, see
//! [`paceline_net::Clock`]; in the log `at` stays what this machine's clock says.

use std::cell::Cell;

use js_sys::Date;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{RequestCache, RequestInit, Response};

use super::{Session, browser, notices};

/// The host is asked again after this long at the earliest, in milliseconds; each time after twice as long, to [`LATEST`].
const EARLIEST: f64 = 30_000.0;
/// See [`EARLIEST`].
const LATEST: f64 = 60.0 * 60_000.0;
/// From so much on a person is told, in milliseconds: relays bear a minute.
const WORTH_TELLING: u64 = 60_000;
/// Of `Date`, which counts whole seconds, in milliseconds.
const SECOND: i64 = 1_000;
/// What this tab remembers of having told it.
const TOLD: &str = "clock-told";

/// When the host was asked.
#[derive(Default)]
pub struct Asking {
    not_before: Cell<f64>,
    wait: Cell<f64>,
    under_way: Cell<bool>,
}

impl Asking {
    /// Whether it is time to ask.
    fn begin(&self, now: f64) -> bool {
        if self.under_way.get() || now < self.not_before.get() {
            return false;
        }
        let wait = self.wait.get().clamp(EARLIEST, LATEST);
        self.not_before.set(now + wait);
        self.wait.set(wait * 2.0);
        self.under_way.set(true);
        true
    }
}

/// What the host said.
struct Reading {
    /// Unix milliseconds, from the first that it can have been to the last.
    said: (i64, i64),
    /// When it was asked and when it answered, by this machine's clock.
    when: (i64, i64),
}

impl Session {
    /// Asks the page's host, unless that was done not long ago.
    pub(super) fn ask_the_time(&self) {
        if self.0.offline.get() || !self.0.asking.begin(browser::fine_now()) {
            return;
        }
        let session = self.clone();
        spawn_local(async move {
            let reading = read().await;
            session.0.asking.under_way.set(false);
            let Some(Reading { said, when }) = reading else { return };
            if session.0.clock.host_said(said, when) {
                if let Ok(engine) = session.engine() {
                    engine.net.time_learned();
                }
                session.tell_the_time();
            }
        });
    }

    /// Tells the person at this tab, once, that their clock is wrong.
    pub(super) fn tell_the_time(&self) {
        self.tell_clock_off(self.0.clock.offset());
    }

    /// Tells that the clock is so many milliseconds behind the right time, or ahead of it: once, whoever found it out.
    pub(super) fn tell_clock_off(&self, offset: i64) {
        if offset.unsigned_abs() < WORTH_TELLING || crate::browser::tab_note(TOLD).is_some() {
            return;
        }
        crate::browser::set_tab_note(TOLD, "yes");
        let (size, unit) = in_units(offset.unsigned_abs());
        let which = if offset > 0 { "late" } else { "ahead" };
        let values = [("n", size.into()), ("unit", unit.into()), ("which", which.into())];
        let error = notices::error_with("clock-off", &values);
        self.notify(error.code, error.text);
    }
}

/// A duration in the largest unit of which it has two, and the unit's name in the texts.
fn in_units(millis: u64) -> (u64, &'static str) {
    let minutes = (millis + 30_000) / 60_000;
    match minutes {
        0..120 => (minutes, "minutes"),
        120..2_880 => ((minutes + 30) / 60, "hours"),
        _ => ((minutes + 720) / 1_440, "days"),
    }
}

/// One answer of the host that no cache of this browser gave; where another cache did, the true time is between its date and that
/// date with its age.
async fn read() -> Option<Reading> {
    let options = RequestInit::new();
    options.set_method("HEAD");
    options.set_cache(RequestCache::NoStore);
    let asked = browser::wall_clock() as i64;
    let fetched = web_sys::window()?.fetch_with_str_and_init(&crate::address::page(), &options);
    let response = JsFuture::from(fetched).await.and_then(JsValue::dyn_into::<Response>).ok()?;
    let answered = browser::wall_clock() as i64;
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let said = Date::parse(&header("date")?);
    if !said.is_finite() {
        return None;
    }
    let age = header("age").and_then(|age| age.trim().parse::<u32>().ok()).unwrap_or_default();
    let earliest = said as i64;
    Some(Reading { said: (earliest, earliest + SECOND + i64::from(age) * SECOND), when: (asked, answered) })
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn how_far_a_clock_is_off_is_told_in_fitting_units() {
        let minutes = |n: u64| n * 60_000;
        assert_eq!(in_units(minutes(2) - 700), (2, "minutes"));
        assert_eq!(in_units(minutes(119)), (119, "minutes"));
        assert_eq!(in_units(minutes(121)), (2, "hours"));
        assert_eq!(in_units(minutes(26 * 60)), (26, "hours"));
        assert_eq!(in_units(minutes(400 * 24 * 60)), (400, "days"));
    }

    #[test]
    fn the_host_is_not_asked_again_and_again() {
        let asking = Asking::default();
        assert!(asking.begin(1_000.0));
        asking.under_way.set(false);
        assert!(!asking.begin(1_000.0 + EARLIEST - 1.0));
        assert!(asking.begin(1_000.0 + EARLIEST));
        assert!(!asking.begin(1e12), "while one question is under way there is no other");
        asking.under_way.set(false);
        let mut now = 1_000.0 + EARLIEST;
        let mut asked = 0;
        for _ in 0..24 * 60 {
            now += 60_000.0;
            if asking.begin(now) {
                asking.under_way.set(false);
                asked += 1;
            }
        }
        assert!((20..=32).contains(&asked), "{asked} times a day");
    }
}
