//! The seconds that are left of something that ends, redrawn as they pass.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::seen::use_look;
use crate::browser;

/// Whole seconds from now until then, both by [`browser::uptime`]: one that has begun counts.
pub fn seconds_left(ends: u64) -> u64 {
    ends.saturating_sub(browser::uptime() as u64).div_ceil(1_000)
}

/// The seconds that are left until then; redraws the caller with each that passes, or, while nobody looks, at the end alone, and rests at
/// zero.
#[hook]
pub fn use_seconds_left(ends: u64) -> u64 {
    let passed = use_state(|| 0_u32);
    use_look();
    let left = seconds_left(ends);
    use_effect_with((ends, *passed, browser::is_hidden()), move |(_, _, is_hidden)| {
        let ends_in = ends.saturating_sub(browser::uptime() as u64);
        // How long the second lasts that is shown. A timer may come early by a little: then the same is shown once more.
        let wait = if *is_hidden { ends_in } else { ends_in % 1_000 };
        let tick = (left > 0).then(|| Timeout::new(wait as u32 + 1, move || passed.set(passed.wrapping_add(1))));
        move || drop(tick)
    });
    left
}
