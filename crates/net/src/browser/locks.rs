//! Web Locks as signs of life: a node holds the lock of its name while it is online; the browser frees it when the tab crashes,
//! which tells whoever queues for it within some 20 ms.

use std::{cell::RefCell, rc::Rc, time::Duration};

use futures::channel::oneshot;
use futures_timer::Delay;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use super::channel::call;

/// How often it is looked whether the other node holds its lock yet: it asks for it when it goes online.
const LOOKS: u32 = 5;
/// Between two looks; longer each time.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// `navigator.locks`, which web-sys counts as unstable. Missing on pages over plain http.
#[derive(Debug, Clone)]
pub(super) struct Locks(JsValue);

/// A lock held, or asked for; given back when dropped.
#[derive(Debug)]
pub(super) struct Held {
    release: Rc<RefCell<Option<Function>>>,
    abort: Option<AbortController>,
}

impl Drop for Held {
    fn drop(&mut self) {
        let release = self.release.borrow_mut().take();
        match (release, &self.abort) {
            (Some(release), _) => {
                let _ = release.call0(&JsValue::UNDEFINED);
            }
            (None, Some(abort)) => abort.abort(),
            (None, None) => {}
        }
    }
}

impl Locks {
    pub(super) fn here() -> Option<Self> {
        let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
        let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
        locks.is_object().then_some(Self(locks))
    }

    /// Asks for the lock, and holds it for as long as the result lives.
    pub(super) fn hold(&self, name: &str) -> Held {
        self.request(name, false).0
    }

    /// Waits in the queue for the lock of another. `false`: nobody holds it, or it cannot be known.
    pub(super) async fn wait_for_death(self, name: String) -> bool {
        for look in 1..=LOOKS {
            let (held, granted) = self.request(&name, true);
            let free = granted.await;
            drop(held);
            match free {
                Ok(true) => Delay::new(LOOK_AGAIN * look).await,
                Ok(false) => {
                    let (_held, granted) = self.request(&name, false);
                    return granted.await == Ok(true);
                }
                Err(_) => return false,
            }
        }
        false
    }

    /// Asks for a lock; the receiver says whether it was granted, and fails if the browser refuses to tell.
    fn request(&self, name: &str, if_available: bool) -> (Held, oneshot::Receiver<bool>) {
        let (tell, told) = oneshot::channel();
        let release = Rc::new(RefCell::new(None));
        let options = Object::new();
        let abort = (!if_available).then(|| AbortController::new().ok()).flatten();
        // A new plain object refuses no property.
        let _ = match &abort {
            Some(abort) => Reflect::set(&options, &"signal".into(), &abort.signal()),
            None => Reflect::set(&options, &"ifAvailable".into(), &if_available.into()),
        };
        let keep = Rc::clone(&release);
        let on_granted = Closure::once_into_js(move |lock: JsValue| {
            let granted = !lock.is_null();
            let until = granted.then(|| Promise::new(&mut |resolve, _| *keep.borrow_mut() = Some(resolve)));
            // Whoever asked has gone: the lock is not wanted any more.
            if tell.send(granted).is_err() && Rc::strong_count(&keep) == 1 {
                return JsValue::UNDEFINED;
            }
            until.map_or(JsValue::UNDEFINED, Into::into)
        });
        if let Ok(promise) = call(&self.0, "request", &[name.into(), options.into(), on_granted]) {
            wasm_bindgen_futures::spawn_local(async move {
                // It fails when the request is given up: nobody waits for that.
                let _ = JsFuture::from(Promise::from(promise)).await;
            });
        }
        (Held { release, abort }, told)
    }
}
