//! What reaches a person who looks elsewhere: a soft sound, if it was asked for in Settings, a short shake of a phone, and a notification,
//! once the bell was asked for them.

use gloo::timers::callback::Timeout;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AudioContext, Notification, NotificationPermission, OscillatorType};

use crate::browser;

/// The preference of this browser.
const SOUND: &str = "sound";
/// How long it rings, in seconds.
const RINGS: f64 = 0.6;
/// How loud it begins: a fifth of what the device is set to.
const LOUD: f32 = 0.2;
/// The tone, in hertz (A5): high enough for a phone, and not shrill.
const TONE: f32 = 880.0;
/// How long a phone shakes, in milliseconds.
const SHAKE_MS: u32 = 200;

/// Whether the page may be heard. Not before somebody asked for it.
pub fn sound_allowed() -> bool {
    browser::preference(SOUND).as_deref() == Some("on")
}

/// Lets the page be heard, or silences it.
pub fn allow_sound(allowed: bool) {
    browser::set_preference(SOUND, if allowed { "on" } else { "off" });
}

/// Rings softly once, if that is allowed.
pub fn ring() {
    if sound_allowed() {
        // A page that nobody has touched yet stays silent: the browser's rule.
        let _ = play();
    }
}

/// Shakes the phone once, where there is one.
pub fn shake() {
    if let Some(window) = browser::window() {
        let navigator = window.navigator();
        if js_sys::Reflect::has(&navigator, &"vibrate".into()).unwrap_or(false) {
            let _ = navigator.vibrate_with_duration(SHAKE_MS);
        }
    }
}

/// Asks the browser to let the page notify. Only when somebody presses something: a page that asks on loading is refused for good.
pub fn ask_to_tell() {
    // Somewhere there are none.
    if knows_notifications() && Notification::permission() == NotificationPermission::Default {
        spawn_local(async {
            if let Ok(asked) = Notification::request_permission() {
                let _ = JsFuture::from(asked).await;
            }
        });
    }
}

/// Notifies who does not see the page, if that is allowed.
pub fn tell(words: &str) {
    if browser::is_hidden() && knows_notifications() && Notification::permission() == NotificationPermission::Granted {
        // On a phone only a service worker may: then the tab's title is all.
        let _ = Notification::new(words);
    }
}

fn knows_notifications() -> bool {
    js_sys::Reflect::has(&js_sys::global(), &"Notification".into()).unwrap_or(false)
}

fn play() -> Result<(), JsValue> {
    let audio = AudioContext::new()?;
    let (tone, loudness) = (audio.create_oscillator()?, audio.create_gain()?);
    let now = audio.current_time();
    tone.set_type(OscillatorType::Sine);
    tone.frequency().set_value(TONE);
    loudness.gain().set_value(LOUD);
    loudness.gain().exponential_ramp_to_value_at_time(0.001, now + RINGS)?;
    tone.connect_with_audio_node(&loudness)?;
    loudness.connect_with_audio_node(&audio.destination())?;
    tone.start()?;
    tone.stop_with_when(now + RINGS)?;
    // A page may hold only a few of these.
    Timeout::new((RINGS * 2e3) as u32, move || _ = audio.close()).forget();
    Ok(())
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn nothing_is_heard_before_somebody_asks_for_it() {
        allow_sound(false);
        assert!(!sound_allowed());
        allow_sound(true);
        assert!(sound_allowed());
        assert!(play().is_ok(), "the browser knows all that it takes");
        allow_sound(false);
        assert!(!sound_allowed());
    }
}
