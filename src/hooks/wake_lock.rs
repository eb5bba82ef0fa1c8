//! A screen that stays on while its person is needed (Screen Wake Lock API). The browser takes that back when the page is hidden, so
//! it is asked for again when it is shown. Where it is missing or refused (low battery, plain http) the screen goes dark as always.

use std::{cell::RefCell, rc::Rc};

use gloo::events::EventListener;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

use crate::browser;

/// Keeps the screen on as long as this is true and the caller is drawn.
#[hook]
pub fn use_wake_lock(needed: bool) {
    use_effect_with(needed, |needed| {
        let awake = needed.then(Awake::new);
        move || drop(awake)
    });
}

/// Keeps the screen on as long as it lives.
struct Awake {
    held: Rc<RefCell<Held>>,
    _shown: Option<EventListener>,
}

/// What the browser gave.
enum Held {
    Nothing,
    Lock(JsValue),
    /// Not wanted any more.
    LetGo,
}

impl Awake {
    fn new() -> Self {
        let held = Rc::new(RefCell::new(Held::Nothing));
        ask(held.clone());
        let again = held.clone();
        let shown = browser::document()
            .map(|document| EventListener::new(&document, "visibilitychange", move |_| ask(again.clone())));
        Self { held, _shown: shown }
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        let_go(&self.held.replace(Held::LetGo));
    }
}

fn ask(held: Rc<RefCell<Held>>) {
    if !browser::is_shown() {
        return;
    }
    spawn_local(async move {
        let Some(lock) = request().await else { return };
        let wanted = !matches!(*held.borrow(), Held::LetGo);
        // The one of before the page was hidden is void.
        if wanted { let_go(&held.replace(Held::Lock(lock))) } else { let_go(&Held::Lock(lock)) }
    });
}

/// The binding of web-sys needs a flag for the whole build.
async fn request() -> Option<JsValue> {
    let navigator = browser::window()?.navigator();
    let locks = Reflect::get(&navigator, &"wakeLock".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let asked: Promise = request.call1(&locks, &"screen".into()).ok()?.dyn_into().ok()?;
    JsFuture::from(asked).await.ok()
}

fn let_go(held: &Held) {
    let Held::Lock(lock) = held else { return };
    if let Ok(release) = Reflect::get(lock, &"release".into())
        && let Some(release) = release.dyn_ref::<Function>()
    {
        let _ = release.call0(lock);
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn is_released(lock: &JsValue) -> Option<bool> {
        Reflect::get(lock, &"released".into()).ok()?.as_bool()
    }

    #[test]
    async fn a_lock_that_comes_when_nobody_wants_it_any_more_is_let_go_of() {
        let Some(lock) = request().await else { return };
        assert_eq!(is_released(&lock), Some(false));
        let awake = Awake { held: Rc::new(RefCell::new(Held::Lock(lock.clone()))), _shown: None };
        let held = awake.held.clone();
        drop(awake);
        assert!(matches!(*held.borrow(), Held::LetGo));
        // It is void once the browser's turn has come.
        while is_released(&lock) == Some(false) {
            gloo::timers::future::TimeoutFuture::new(0).await;
        }
        assert_eq!(is_released(&lock), Some(true));
    }
}
