//! What somebody sees: behind another tab nothing is drawn anew but what calls its person back.

use std::rc::Rc;

use gloo::{events::EventListener, timers::callback::Interval};
use yew::prelude::*;

use crate::browser;

/// What is shown as it is now, or, while nobody looks at this tab, as it was when somebody last did. Drawn anew at once when somebody
/// does again: until then words that were taken back meanwhile stand in the page that nobody sees.
#[hook]
pub fn use_seen<T: 'static>(now: &Rc<T>) -> Rc<T> {
    let seen = use_mut_ref(|| now.clone());
    use_look();
    let mut seen = seen.borrow_mut();
    if !browser::is_hidden() {
        *seen = now.clone();
    }
    seen.clone()
}

/// Redraws the caller when somebody looks at this tab, and when nobody does any more.
#[hook]
pub fn use_look() {
    let draw = use_force_update();
    use_effect_with((), move |()| {
        let listener =
            browser::document().map(|it| EventListener::new(&it, "visibilitychange", move |_| draw.force_update()));
        move || drop(listener)
    });
}

/// Does something again and again as long as somebody looks.
#[hook]
pub fn use_while_seen<T: Clone + PartialEq + 'static>(every_ms: u32, of: T, again: impl Fn(&T) + 'static) {
    use_look();
    use_effect_with((of, browser::is_hidden()), move |(of, is_hidden)| {
        let of = of.clone();
        let interval = (!is_hidden).then(|| Interval::new(every_ms, move || again(&of)));
        move || drop(interval)
    });
}
