//! The worker: each message is a picture, each answer its text, or `null`. It says `ready` once.
#![forbid(unsafe_code)]

#[cfg(target_arch = "wasm32")]
fn main() {
    use js_sys::{Reflect, Uint8Array};
    use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
    use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

    let worker: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let answers = worker.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let picture = event.data();
        let field = |name: &str| Reflect::get(&picture, &name.into()).unwrap_or(JsValue::UNDEFINED);
        let side = |name: &str| field(name).as_f64().map_or(0, |side| side as usize);
        let rgba = Uint8Array::new(&field("rgba")).to_vec();
        let text = paceline_scan::read(side("width"), side("height"), &rgba);
        // The page may have closed the worker meanwhile; then nobody waits.
        let _ = answers.post_message(&text.map_or(JsValue::NULL, JsValue::from));
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let _ = worker.post_message(&"ready".into());
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("paceline-scan runs in a browser's worker only");
}
