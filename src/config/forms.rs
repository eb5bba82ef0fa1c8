//! Fetches one file of a form from the page's own host: bounded in bytes and in time. What it says, `crate::forms` judges.

use gloo::timers::callback::Timeout;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, RequestInit, RequestMode, Response};

use crate::forms::{Read, What, read, reading::MAX_BYTES};

/// A file that takes longer is not waited for, in milliseconds.
const PATIENCE_MS: u32 = 15_000;

/// Fetches and reads a file.
pub async fn fetch(path: &str) -> Read {
    let Ok(abort) = AbortController::new() else { return Read::none(What::Absent) };
    let options = RequestInit::new();
    // What leads to another host is not followed.
    options.set_mode(RequestMode::SameOrigin);
    options.set_signal(Some(&abort.signal()));
    let _late = Timeout::new(PATIENCE_MS, move || abort.abort());
    match text(path, &options).await {
        Ok(text) => read(&text),
        Err(what) => Read::none(what),
    }
}

async fn text(path: &str, options: &RequestInit) -> Result<String, What> {
    let window = web_sys::window().ok_or(What::Absent)?;
    let fetched = JsFuture::from(window.fetch_with_str_and_init(path, options)).await;
    let response: Response = fetched.and_then(JsValue::dyn_into).map_err(|_| What::Absent)?;
    let body = response.body().filter(|_| response.status() == 200).ok_or(What::Absent)?;
    let reader: ReadableStreamDefaultReader = body.get_reader().dyn_into().map_err(|_| What::Absent)?;
    let mut bytes = Vec::new();
    loop {
        let read = JsFuture::from(reader.read()).await.map_err(|_| What::Absent)?;
        let value = Reflect::get(&read, &"value".into()).map_err(|_| What::Absent)?;
        // The end has no value.
        let Ok(piece) = value.dyn_into::<Uint8Array>() else { break };
        if bytes.len() + piece.length() as usize > MAX_BYTES {
            let _ = JsFuture::from(reader.cancel()).await;
            return Err(What::TooLong);
        }
        bytes.extend(piece.to_vec());
    }
    String::from_utf8(bytes).map_err(|_| What::Malformed)
}
