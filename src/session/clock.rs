//! What time it is: asks the page's own host, and tells a person whose clock is wrong. Only what relays are told depends on it, see
//! [`paceline_net::Clock`]; in the log `at` stays what this machine's clock says.

use js_sys::Date;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{RequestCache, RequestInit, Response};

use super::{Session, browser, notices};

/// From so much on a person is told, in milliseconds: relays bear a minute.
const WORTH_TELLING: u64 = 60_000;
/// Of `Date`, which counts whole seconds, in milliseconds.
const SECOND: i64 = 1_000;
/// What this tab remembers of having told it.
const TOLD: &str = "clock-told";

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
}
