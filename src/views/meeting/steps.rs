//! What all steps of a meeting have in common: nothing follows at once on what has just come, and for a while one can go back.

use std::collections::VecDeque;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// For so long nothing moves a meeting on after it has moved, in milliseconds: two who press at once move it on once.
const INERT_MS: u32 = 1_000;

/// Whether this has come this moment.
#[hook]
pub fn use_inert<T: Clone + PartialEq + 'static>(now: Option<T>) -> bool {
    let ready = use_state(|| now.clone());
    {
        let setter = ready.setter();
        use_effect_with(now.clone(), move |now| {
            let now = now.clone();
            let timeout = Timeout::new(INERT_MS, move || setter.set(now));
            move || drop(timeout)
        });
    }
    *ready != now
}

/// What was before this, as far as this page saw it.
#[hook]
pub fn use_before<T: Clone + PartialEq + 'static>(now: Option<T>) -> Option<T> {
    let seen = use_mut_ref(VecDeque::<Option<T>>::new);
    let mut seen = seen.borrow_mut();
    if seen.back() != Some(&now) {
        seen.push_back(now);
        if seen.len() > 2 {
            seen.pop_front();
        }
    }
    if seen.len() > 1 { seen.front().cloned().flatten() } else { None }
}
