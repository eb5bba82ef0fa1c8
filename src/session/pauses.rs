//! How long this page held up whoever types or looks: how many long tasks it had, and the longest. The browser measures each task where
//! it can; elsewhere the page's clock says how late it came, so that of a pause a second may go unseen. Two numbers, no list.

use std::cell::Cell;

use js_sys::{Array, Function, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{PerformanceEntry, PerformanceObserver, PerformanceObserverEntryList};

use super::browser;

/// From here on a task is long, in milliseconds (W3C, Long Tasks).
const LONG_MS: f64 = 50.0;
/// So much later a clock may tick for reasons of the browser's own, in milliseconds.
const SLACK_MS: f64 = 200.0;
/// A clock that is later than this did not wait for the page: the machine slept. In milliseconds.
const SLEPT_MS: f64 = 60_000.0;
/// What browsers call long tasks.
const KIND: &str = "longtask";

thread_local! {
    static PAUSES: Cell<Pauses> = const { Cell::new(Pauses { many: 0, longest: 0.0, by: Meter::Clock }) };
    /// When the clock should tick next; 0 where nothing can be said of it.
    static DUE: Cell<f64> = const { Cell::new(0.0) };
}

/// Who measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Meter {
    /// The browser, each task.
    Browser,
    /// The page, by how late its clock ticks.
    Clock,
}

/// The long tasks since the page was opened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pauses {
    /// How many.
    pub many: u32,
    /// The longest, in milliseconds.
    pub longest: f64,
    /// Who measured.
    pub by: Meter,
}

impl Pauses {
    fn add(&mut self, millis: f64) {
        if millis >= LONG_MS {
            self.many = self.many.saturating_add(1);
            self.longest = self.longest.max(millis);
        }
    }
}

/// What was seen of them.
pub fn seen() -> Pauses {
    PAUSES.get()
}

fn add(millis: f64) {
    let mut pauses = PAUSES.get();
    pauses.add(millis);
    PAUSES.set(pauses);
}

/// Lets the browser measure, if it does; those before count, too.
pub fn follow() {
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let kinds = get(&get(&js_sys::global(), "PerformanceObserver"), "supportedEntryTypes");
    if !kinds.dyn_ref::<Array>().is_some_and(|it| it.includes(&KIND.into(), 0)) {
        return;
    }
    let told = Closure::<dyn Fn(PerformanceObserverEntryList)>::new(|list: PerformanceObserverEntryList| {
        for task in list.get_entries() {
            add(task.unchecked_into::<PerformanceEntry>().duration());
        }
    });
    let Ok(observer) = PerformanceObserver::new(told.as_ref().unchecked_ref::<Function>()) else { return };
    let what = Object::new();
    for (name, value) in [("type", JsValue::from(KIND)), ("buffered", JsValue::TRUE)] {
        // Fails only on frozen objects, and this one is ours.
        let _ = Reflect::set(&what, &name.into(), &value);
    }
    observer.observe(what.unchecked_ref());
    PAUSES.set(Pauses { by: Meter::Browser, ..PAUSES.get() });
    told.forget(); // lives as long as the page
}

/// The page's clock ticks, every so many milliseconds.
pub fn tick(every: u32) {
    let now = browser::fine_now();
    let late = now - DUE.replace(now + f64::from(every));
    if is_pause(late, now) && seen().by == Meter::Clock && !browser::is_hidden() {
        add(late);
    }
}

/// Whether a clock that is so late at that time waited for the page.
fn is_pause(late: f64, now: f64) -> bool {
    // Without a due time it would be as late as the page is old.
    late < now && (SLACK_MS..SLEPT_MS).contains(&late)
}

/// The page was hidden or shown: browsers slow down the clocks of pages that nobody sees.
pub fn interrupt() {
    DUE.set(0.0);
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn long_tasks_are_counted_and_the_longest_is_kept() {
        let mut pauses = Pauses { many: 0, longest: 0.0, by: Meter::Clock };
        for millis in [49.9, -3.0, 50.0, 812.5, 90.0] {
            pauses.add(millis);
        }
        assert_eq!((pauses.many, pauses.longest), (3, 812.5));
    }

    #[test]
    fn a_clock_that_nobody_waited_for_or_that_slept_tells_of_no_pause() {
        assert!(is_pause(1_500.0, 20_000.0));
        assert!(!is_pause(74.0, 20_000.0), "clocks are never exact");
        assert!(!is_pause(20_000.0, 20_000.0), "it was not due");
        assert!(!is_pause(3_600_000.0, 9_000_000.0), "the machine slept");
    }
}
