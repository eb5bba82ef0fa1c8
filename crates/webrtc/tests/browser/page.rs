//! Gets at the page's own objects from behind.

use js_sys::{Array, Function, Reflect};
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

/// Has a connection report that it failed, for good: what the browser finds afterwards changes nothing.
pub fn pretend_failure(connection: &RtcPeerConnection) {
    let script = "(made) => {
        Object.defineProperty(made, 'connectionState', { configurable: true, get: () => 'failed' });
        made.dispatchEvent(new Event('connectionstatechange'));
    }";
    let pretend: Function = js_sys::eval(script).unwrap().unchecked_into();
    pretend.call1(&JsValue::NULL, connection).unwrap();
}

/// Has a connection report that it failed; what the browser says of it afterwards is true again.
pub fn pretend_passing_failure(connection: &RtcPeerConnection) {
    pretend_failure(connection);
    assert!(Reflect::delete_property(connection, &JsValue::from_str("connectionState")).unwrap());
}

/// A page without a network, as Chromium has it with nothing but loopback: it says that it is offline, and no connection ever
/// reports a candidate or the end of them. Lasts until dropped.
pub struct NoNetwork;

impl NoNetwork {
    pub fn begin() -> Self {
        let script = "window.Online = window.RTCPeerConnection;
        window.RTCPeerConnection = class extends window.Online {
            set onicecandidate(_) {}
        };
        Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => false });";
        js_sys::eval(script).unwrap();
        Self
    }
}

impl Drop for NoNetwork {
    fn drop(&mut self) {
        js_sys::eval("window.RTCPeerConnection = window.Online; delete navigator.onLine;").unwrap();
    }
}
