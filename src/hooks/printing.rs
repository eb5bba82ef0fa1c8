//! Whether the page is being printed: what is drawn only near the window is then drawn everywhere.

use gloo::events::EventListener;
use yew::prelude::*;

use crate::browser;

/// True from the moment before a print until the moment after it.
#[hook]
pub fn use_printing() -> bool {
    let printing = use_state(|| false);
    let setter = printing.setter();
    use_effect_with((), move |()| {
        let mut listeners = Vec::new();
        if let Some(window) = browser::window() {
            for (name, now) in [("beforeprint", true), ("afterprint", false)] {
                let setter = setter.clone();
                listeners.push(EventListener::new(&window, name, move |_| setter.set(now)));
            }
            // Some browsers print without these events, and then change only what media queries see.
            if let Ok(Some(media)) = window.match_media("print") {
                let seen = media.clone();
                listeners.push(EventListener::new(&media, "change", move |_| setter.set(seen.matches())));
            }
        }
        move || drop(listeners)
    });
    *printing
}
