//! Keys without a modifier. They are not read while somebody types or a dialog is open, and can be turned off in
//! Settings (WCAG 2.1.4).

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::browser;

/// Name of the preference.
const PREFERENCE: &str = "single-keys";

/// Latin letters are up to here (Latin Extended-B), but for those of [`MORE_LATIN`] (Latin Extended Additional).
const LAST_LATIN: char = '\u{24f}';
const MORE_LATIN: std::ops::RangeInclusive<char> = '\u{1e00}'..='\u{1eff}';

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
                if pressed.emit(meant(&event.key(), &event.code(), event.shift_key())) {
                    event.prevent_default();
                }
            })
        });
        move || drop(listener)
    });
}

/// The key that was meant: on a keyboard of another script the one in the place of a Latin letter. A layout that has Latin
/// letters says itself which one it is, wherever it stands.
fn meant(key: &str, code: &str, shift: bool) -> String {
    let mut letters = key.chars();
    let another_script =
        letters.next().is_some_and(|it| it > LAST_LATIN && !MORE_LATIN.contains(&it)) && letters.next().is_none();
    match code.strip_prefix("Key").filter(|_| another_script) {
        Some(letter) if !shift => letter.to_ascii_lowercase(),
        Some(letter) => letter.to_owned(),
        None => key.to_owned(),
    }
}

fn is_busy() -> bool {
    browser::is_writing() || browser::find("dialog[open]").is_some()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_key_of_another_script_is_the_one_in_its_place() {
        for (key, code, meant_key) in [
            ("т", "KeyN", "n"),
            ("ν", "KeyN", "n"),
            ("מ", "KeyN", "n"),
            ("ى", "KeyN", "n"),
            ("ㅜ", "KeyN", "n"),
            ("?", "Digit7", "?"),
        ] {
            assert_eq!(meant(key, code, false), meant_key, "{key}");
        }
        assert_eq!(meant("Т", "KeyN", true), "N");
    }

    #[test]
    fn a_latin_layout_says_itself_what_is_meant() {
        // Dvorak, AZERTY, QWERTZ, Turkish F.
        for (key, code) in [
            ("n", "KeyL"),
            ("a", "KeyQ"),
            ("z", "KeyY"),
            ("ğ", "KeyE"),
            ("ı", "KeyI"),
            ("ạ", "KeyA"),
            ("Escape", "Escape"),
        ] {
            assert_eq!(meant(key, code, false), key, "{key}");
        }
    }
}
