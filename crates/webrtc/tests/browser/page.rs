//! Gets at the connections of the page from behind, and compares what no test may assume.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::RtcPeerConnection;

/// From now on the page remembers every connection it makes.
pub fn watch_connections() {
    let script = "if (!window.made) {
        const Original = window.RTCPeerConnection;
        window.RTCPeerConnection = class extends Original {
            constructor(...args) { super(...args); window.made.push(this); }
        };
    }
    window.made = [];";
    js_sys::eval(script).unwrap();
}

/// The connections made since, oldest first.
pub fn connections() -> Vec<RtcPeerConnection> {
    let made = Reflect::get(&js_sys::global(), &JsValue::from_str("made")).unwrap();
    Array::from(&made).iter().map(|made| made.unchecked_into()).collect()
}
