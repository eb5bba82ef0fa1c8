//! The few things the session needs of the browser besides storage and links: clocks, marks, turns of the event loop.

use futures::channel::oneshot;
use js_sys::Date;
use paceline_mesh::replica::Millis;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageChannel, Performance};

fn performance() -> Option<Performance> {
    web_sys::window()?.performance()
}

/// Milliseconds since the page was opened; never goes back.
pub fn now() -> Millis {
    fine_now() as Millis
}

/// The same with a fraction.
pub fn fine_now() -> f64 {
    performance().map_or(0.0, |it| it.now())
}

/// The wall clock, Unix milliseconds. Only ever shown.
pub fn wall_clock() -> u64 {
    Date::now() as u64
}

/// A User Timing mark.
pub fn mark(name: &str) {
    if let Some(performance) = performance() {
        // A mark that cannot be made is no reason to fail.
        let _ = performance.mark(name);
    }
}

/// 16 bytes nobody can guess.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Every browser that runs wasm has `crypto.getRandomValues`; without it no key could have been made either.
    getrandom::fill(&mut bytes).expect("crypto.getRandomValues exists wherever wasm runs");
    bytes
}

/// Whether somebody looks at this tab.
pub fn is_hidden() -> bool {
    web_sys::window().and_then(|it| it.document()).is_some_and(|it| it.hidden())
}

/// The page's path, so that pages under other paths of one origin keep apart.
pub fn page_path() -> String {
    web_sys::window().and_then(|it| it.location().pathname().ok()).unwrap_or_else(|| "/".into())
}

/// The page's address without its fragment.
pub fn page_url() -> String {
    let href = web_sys::window().and_then(|it| it.location().href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// Lets the event loop take a turn: input, painting and messages come first. Timers would be clamped to 4 ms (1 s when
/// hidden); messages between ports are not.
pub async fn take_turn() {
    let (tell, told) = oneshot::channel::<()>();
    let Ok(channel) = MessageChannel::new() else { return };
    let on_message = Closure::once(move |_: JsValue| {
        let _ = tell.send(());
    });
    channel.port1().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    if channel.port2().post_message(&JsValue::NULL).is_ok() {
        let _ = told.await;
    }
    channel.port1().set_onmessage(None);
    channel.port1().close();
}
