//! What is opened later is fetched before, while the page has nothing else to do: opening it then takes no time, and no network.

use gloo::timers::future::TimeoutFuture;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

use crate::{browser, parts::Comes};

/// How long a browser that does not say when it is idle is waited for, in milliseconds.
const PAUSE_MS: u32 = 200;

/// Fetches these one after the other, once it is time. What does not come is asked for when it is opened.
#[hook]
pub fn use_early(is_time: bool, parts: fn() -> Vec<&'static dyn Comes>) {
    use_effect_with(is_time, move |is_time| {
        if *is_time && !saves_data() {
            spawn_local(async move {
                for part in parts() {
                    idle().await;
                    // Where one does not come the next ones do not either.
                    if !browser::has_network() || part.come().await.is_err() {
                        break;
                    }
                }
            });
        }
    });
}

/// Whether the person asked for no more data than needed.
fn saves_data() -> bool {
    let of = |it: &JsValue, name: &str| Reflect::get(it, &name.into()).unwrap_or_default();
    let navigator = browser::window().map(|it| JsValue::from(it.navigator())).unwrap_or_default();
    of(&of(&navigator, "connection"), "saveData").is_truthy()
}

/// Waits until the page has nothing else to do.
async fn idle() {
    let window = browser::window().map(JsValue::from).unwrap_or_default();
    let ask = Reflect::get(&window, &"requestIdleCallback".into()).ok().and_then(|it| it.dyn_into::<Function>().ok());
    let Some(ask) = ask else { return TimeoutFuture::new(PAUSE_MS).await };
    let called = Promise::new(&mut |done, _| _ = ask.call1(&window, &done));
    // A promise that nobody rejects.
    _ = JsFuture::from(called).await;
}
