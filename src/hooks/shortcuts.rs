//! Keys without a modifier. They are not read while somebody types or a dialog is open, and can be turned off in
//! Settings (WCAG 2.1.4).

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

use crate::browser;

/// Name of the preference.
const PREFERENCE: &str = "single-keys";

/// Whether single keys are read on this browser.
pub fn shortcuts_allowed() -> bool {
    browser::preference(PREFERENCE).as_deref() != Some("off")
}

/// Turns them on or off.
pub fn allow_shortcuts(allowed: bool) {
    browser::set_preference(PREFERENCE, if allowed { "on" } else { "off" });
}

/// Calls `pressed` with each such key; it says whether it used it.
#[hook]
pub fn use_keys(pressed: Callback<String, bool>) {
    use_effect_with(pressed, |pressed| {
        let pressed = pressed.clone();
        let listener = browser::document().map(|document| {
            let options = gloo::events::EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
                let modified = event.ctrl_key() || event.alt_key() || event.meta_key();
                if modified || event.is_composing() || event.default_prevented() || is_busy() || !shortcuts_allowed() {
                    return;
                }
                if pressed.emit(event.key()) {
                    event.prevent_default();
                }
            })
        });
        move || drop(listener)
    });
}

fn is_busy() -> bool {
    let typing = browser::focused().is_some_and(|element| is_typed_in(&element));
    typing || browser::find("dialog[open]").is_some()
}

fn is_typed_in(element: &HtmlElement) -> bool {
    matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") || element.is_content_editable()
}
