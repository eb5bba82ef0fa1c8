//! Holding a key: a Web Lock named after it, or a lease where Web Locks are missing. The lease's channel is open in both cases:
//! a duplicated tab learns at once that the key it remembers is in use, and need not wait.

use std::{cell::RefCell, pin::pin, rc::Rc};

use futures::{
    channel::oneshot,
    future::{Either, select},
};
use js_sys::{Function, Promise};
use paceline_room::NodeId;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, BroadcastChannel, MessageEvent};

use crate::{
    js,
    lease::{Lease, Message, OBJECTION_MILLIS, Standing},
    names,
};

/// How long a reloaded tab waits for the page before it to let go of the key.
const RELOAD_MILLIS: i32 = 1_000;

/// How long to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Now or not at all.
    AtOnce,
    /// The page before may still be on its way out.
    Reload,
}

/// A key is held as long as this lives.
pub(crate) struct Holding {
    lock: Option<Lock>,
    channel: Option<Channel>,
}

impl Holding {
    /// Whether another tab says that it held the key all along; resolves with `false` once it is let go of.
    pub(crate) fn lost(&self) -> impl Future<Output = bool> + use<> {
        lost(self.channel.as_ref())
    }

    /// The tab is done with the key but for its last write: who asks is not turned away, but waits for the lock. A lease is
    /// all there is where locks are missing, so there it goes on objecting.
    fn end(&self) {
        if let (Some(_), Some(channel)) = (&self.lock, &self.channel) {
            channel.channel.set_onmessage(None);
        }
    }
}

/// The tab's own claim on what it holds; writes under way may hold it longer.
pub(crate) struct Claim(pub(crate) Rc<Holding>);

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Tries to hold a node's key.
pub(crate) async fn hold(page_path: &str, node: NodeId, patience: Patience) -> Option<Holding> {
    let channel = Channel::ask(page_path, node);
    let lost = lost(channel.as_ref());
    let taken = async {
        if !lost.await {
            std::future::pending::<()>().await;
        }
    };
    let lock = match Locks::here() {
        Some(locks) => locks.request(&names::lock(page_path, node), patience, taken).await,
        None => lease(taken).await,
    };
    let lock = match lock {
        Granted::Lock(lock) => Some(lock),
        Granted::Lease => None,
        Granted::No => return None,
    };
    if let Some(channel) = &channel {
        let lease = &mut *channel.lease.borrow_mut();
        match lock {
            Some(_) => lease.locked(),
            None => lease.hold(),
        }
        // Without a lock only the lease counts, and a rival may have won until just now.
        if lease.standing() == Standing::Lost {
            return None;
        }
    }
    Some(Holding { lock, channel })
}

/// Whether the claim is lost, once that is known; without a channel nobody can object.
fn lost(channel: Option<&Channel>) -> impl Future<Output = bool> + use<> {
    let lost = channel.map(Channel::lost);
    async move {
        match lost {
            Some(lost) => lost.await.is_ok(),
            None => false,
        }
    }
}

enum Granted {
    Lock(Lock),
    Lease,
    No,
}

async fn lease(taken: impl Future<Output = ()>) -> Granted {
    match select(pin!(taken), pin!(js::sleep(OBJECTION_MILLIS))).await {
        Either::Left(_) => Granted::No,
        Either::Right(_) => Granted::Lease,
    }
}

/// `navigator.locks`, which web-sys counts as unstable.
struct Locks(JsValue);

impl Locks {
    fn here() -> Option<Self> {
        let locks = js::get(&js::get(&js_sys::global(), "navigator"), "locks");
        locks.is_object().then_some(Self(locks))
    }

    async fn request(&self, name: &str, patience: Patience, taken: impl Future<Output = ()>) -> Granted {
        let abort = AbortController::new().ok();
        let options = match (patience, &abort) {
            (Patience::Reload, Some(abort)) => js::object(&[("signal", abort.signal().into())]),
            _ => js::object(&[("ifAvailable", true.into())]),
        };
        let mut answer = self.ask(name, options);
        let outcome = match patience {
            Patience::AtOnce => (&mut answer).await,
            Patience::Reload => {
                let give_up = async {
                    select(pin!(taken), pin!(js::sleep(RELOAD_MILLIS))).await;
                };
                match select(&mut answer, pin!(give_up)).await {
                    Either::Left((outcome, _)) => outcome,
                    Either::Right(_) => {
                        if let Some(abort) = abort {
                            abort.abort();
                        }
                        Ok(answer.try_recv().ok().flatten().unwrap_or(Granted::No))
                    }
                }
            }
        };
        match outcome {
            Ok(granted) => granted,
            // Refused altogether (an opaque origin, say): nobody else here can have one either.
            Err(_) => Granted::Lease,
        }
    }

    /// The receiver fails if the browser refuses.
    fn ask(&self, name: &str, options: JsValue) -> oneshot::Receiver<Granted> {
        let (send, receive) = oneshot::channel();
        let send = Rc::new(RefCell::new(Some(send)));
        let granted = {
            let send = send.clone();
            Closure::once_into_js(move |lock: JsValue| {
                let (lock, held) = if lock.is_null() {
                    (Granted::No, JsValue::UNDEFINED)
                } else {
                    let (lock, held) = Lock::new();
                    (Granted::Lock(lock), held.into())
                };
                // Nobody waits any more: what comes back is dropped, and so released.
                let _ = send.borrow_mut().take().map(|send| send.send(lock));
                held
            })
        };
        let request = js::call(&self.0, "request", &[name.into(), options, granted]);
        wasm_bindgen_futures::spawn_local(async move {
            if let Ok(Ok(promise)) = request.map(JsCast::dyn_into::<Promise>) {
                // Resolves when the lock is released. Rejects when it was given up or refused.
                let _ = JsFuture::from(promise).await;
            }
            send.borrow_mut().take();
        });
        receive
    }
}

/// A Web Lock, released when dropped.
struct Lock {
    release: Option<Function>,
}

impl Lock {
    /// The lock and the promise that the browser waits for.
    fn new() -> (Self, Promise) {
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        (Self { release }, held)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = self.release.take() {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Asks, listens and objects.
struct Channel {
    channel: BroadcastChannel,
    lease: Rc<RefCell<Lease>>,
    /// Those who wait for the claim to be lost: who asks for it, then who holds it.
    waiting: Rc<RefCell<Vec<oneshot::Sender<()>>>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Channel {
    /// Asks for a key.
    fn ask(page_path: &str, node: NodeId) -> Option<Self> {
        let channel = BroadcastChannel::new(&names::lease_channel(page_path)).ok()?;
        let mut tab = [0; 8];
        getrandom::fill(&mut tab).ok()?;
        let (lease, ask) = Lease::ask(node, u64::from_le_bytes(tab));
        let lease = Rc::new(RefCell::new(lease));
        let waiting = Rc::<RefCell<Vec<oneshot::Sender<()>>>>::default();
        let on_message = {
            let (lease, channel, waiting) = (lease.clone(), channel.clone(), waiting.clone());
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                let Some(message) = event.data().as_string().and_then(|it| serde_json::from_str(&it).ok()) else {
                    return;
                };
                if let Some(answer) = lease.borrow_mut().hear(message) {
                    say(&channel, &answer);
                }
                if lease.borrow().standing() == Standing::Lost {
                    waiting.borrow_mut().drain(..).for_each(|tell| _ = tell.send(()));
                }
            })
        };
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        say(&channel, &ask);
        Some(Self { channel, lease, waiting, _on_message: on_message })
    }

    /// Told when the claim is lost.
    fn lost(&self) -> oneshot::Receiver<()> {
        let (tell, told) = oneshot::channel();
        if self.lease.borrow().standing() == Standing::Lost {
            let _ = tell.send(());
        } else {
            self.waiting.borrow_mut().push(tell);
        }
        told
    }
}

fn say(channel: &BroadcastChannel, message: &Message) {
    if let Ok(json) = serde_json::to_string(message) {
        // A closed channel belongs to a tab that is going away.
        let _ = channel.post_message(&json.into());
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
