//! How much this browser lets the page keep, and whether it may throw it away.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::js;

/// What the browser says about storage. Browsers round these on purpose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Bytes in use by this origin (which may hold more than this page).
    pub usage: f64,
    /// Bytes it may use.
    pub quota: f64,
}

/// Asks the browser not to clear what this page stores when space gets short. Firefox asks the person.
pub async fn persist() -> bool {
    ask("persist").await.is_some_and(|answer| answer.is_truthy())
}

/// Whether the browser has agreed to that.
pub async fn persisted() -> bool {
    ask("persisted").await.is_some_and(|answer| answer.is_truthy())
}

/// How much is used and how much there is, where the browser tells.
pub async fn estimate() -> Option<Estimate> {
    let answer = ask("estimate").await?;
    Some(Estimate { usage: js::get(&answer, "usage").as_f64()?, quota: js::get(&answer, "quota").as_f64()? })
}

/// Missing on pages over plain http, hence by name.
async fn ask(what: &str) -> Option<JsValue> {
    let storage = js::get(&js::get(&js_sys::global(), "navigator"), "storage");
    let promise: Promise = js::call(&storage, what, &[]).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}
