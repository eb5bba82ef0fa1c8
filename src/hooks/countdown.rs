//! The seconds that are left of something that ends, redrawn as they pass.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::browser;

/// Whole seconds from now until then, both by [`browser::uptime`]: one that has begun counts.
pub fn seconds_left(ends: u64) -> u64 {
    ends.saturating_sub(browser::uptime() as u64).div_ceil(1_000)
}

/// The seconds that are left until then; redraws the caller with each that passes, and rests at zero.
#[hook]
pub fn use_seconds_left(ends: u64) -> u64 {
    let passed = use_state(|| 0_u32);
    let left = seconds_left(ends);
    use_effect_with((ends, *passed), move |_| {
        // How long the second lasts that is shown. A timer may come early by a little: then the same is shown once more.
        let shown = ends.saturating_sub(browser::uptime() as u64) % 1_000;
        let tick = (left > 0).then(|| Timeout::new(shown as u32 + 1, move || passed.set(passed.wrapping_add(1))));
        move || drop(tick)
    });
    left
}
