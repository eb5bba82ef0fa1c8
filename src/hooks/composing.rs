//! Keys that belong to an input method. While somebody composes (Japanese, Chinese, accents by dead keys), Enter and Escape
//! end the composition and mean nothing else. Safari tells that Enter after the composition has ended, with the key code 229.
//! So such keys are held back before anything on the page sees them, whatever field they are typed in.

use std::{cell::Cell, rc::Rc};

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use crate::browser;

/// The key code of a key that the input method has taken (UI Events, appendix on legacy key codes).
const TAKEN: u32 = 229;
/// A key this long after a composition may be the one that ended it, in milliseconds; with a pointer it ends without a key.
const SAME_KEY_MS: f64 = 100.0;

/// Holds them back for the life of the page.
pub fn guard_composition() {
    let Some(window) = browser::window() else { return };
    // Since the last key: when a composition ended.
    let ended = Rc::new(Cell::new(None::<f64>));
    let listen = |name: &'static str, call: Box<dyn Fn(&web_sys::Event)>| {
        let options = EventListenerOptions { passive: false, ..EventListenerOptions::run_in_capture_phase() };
        EventListener::new_with_options(&window, name, options, move |event| call(event)).forget();
    };
    let set = ended.clone();
    listen("compositionend", Box::new(move |event| set.set(Some(event.time_stamp()))));
    let forget = ended.clone();
    listen("keyup", Box::new(move |_| forget.set(None)));
    listen(
        "keydown",
        Box::new(move |event| {
            let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
            let since = ended.take().map(|at| event.time_stamp() - at);
            let ends = matches!(key.key().as_str(), "Enter" | "Escape") && since.is_some_and(|it| it < SAME_KEY_MS);
            if key.is_composing() || key.key_code() == TAKEN || ends {
                event.stop_immediate_propagation();
            }
            // A form would be sent, or a line begun, by a key that was meant for something else.
            if since.is_some() && key.key() == "Enter" && !key.is_composing() && (ends || key.key_code() == TAKEN) {
                event.prevent_default();
            }
        }),
    );
}
