//! The passing of time, for what is shown in minutes.

use gloo::timers::callback::Interval;
use yew::prelude::*;

use crate::browser;

/// How often what is shown in minutes is redrawn.
const EVERY_MS: u32 = 20_000;

/// Now, Unix milliseconds; redraws the caller every 20 seconds.
#[hook]
pub fn use_now() -> u64 {
    let now = use_state(browser::now);
    let setter = now.setter();
    use_effect_with((), move |()| {
        let interval = Interval::new(EVERY_MS, move || setter.set(browser::now()));
        move || drop(interval)
    });
    *now
}
