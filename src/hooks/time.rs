//! The passing of time, for what is shown in minutes.

use yew::prelude::*;

use super::seen::use_while_seen;
use crate::browser;

/// How often what is shown in minutes is redrawn.
const EVERY_MS: u32 = 20_000;

/// Now, Unix milliseconds; redraws the caller every 20 seconds as long as somebody looks, and when somebody does again.
#[hook]
pub fn use_now() -> u64 {
    let draw = use_force_update();
    use_while_seen(EVERY_MS, (), move |()| draw.force_update());
    browser::now()
}
