//! `BroadcastChannel` as a [`Channel`].

use std::{
    cell::RefCell,
    io,
    rc::Rc,
    task::{Context, Poll},
};

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

use crate::{
    channels::{Channel, Channels, Inbox},
    envelope::MAX_ENVELOPE,
};

/// Longer messages are not ours: pieces of links have 64 KiB, envelopes less.
const MAX_MESSAGE: u32 = 65 * 1024;
const _: () = assert!(MAX_ENVELOPE < MAX_MESSAGE as usize, "envelopes pass");

/// The page's channels.
#[derive(Debug)]
pub(super) struct BroadcastChannels(());

impl BroadcastChannels {
    pub(super) fn here() -> Option<Self> {
        Reflect::has(&js_sys::global(), &"BroadcastChannel".into()).unwrap_or(false).then_some(Self(()))
    }
}

impl Channels for BroadcastChannels {
    fn open(&self, name: &str) -> io::Result<Box<dyn Channel>> {
        let thrown = |error: JsValue| io::Error::other(format!("{error:?}"));
        let channel = BroadcastChannel::new(name).map_err(thrown)?;
        let inbox = Rc::new(RefCell::new(Inbox::default()));
        let filled = Rc::clone(&inbox);
        let on_message = Closure::new(move |event: MessageEvent| {
            let Ok(bytes) = event.data().dyn_into::<Uint8Array>() else { return };
            if bytes.length() <= MAX_MESSAGE {
                filled.borrow_mut().push(bytes.to_vec());
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Ok(Box::new(Broadcast { channel, inbox, _on_message: on_message }))
    }
}

struct Broadcast {
    channel: BroadcastChannel,
    inbox: Rc<RefCell<Inbox>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Channel for Broadcast {
    fn post(&mut self, bytes: &[u8]) {
        // It throws only when closed, which nobody but `drop` does.
        let _ = self.channel.post_message(&Uint8Array::from(bytes));
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        self.inbox.borrow_mut().poll_next(cx)
    }
}

impl Drop for Broadcast {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

/// Calls a method by its name, for what web-sys counts as unstable.
pub(super) fn call(object: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: js_sys::Function = Reflect::get(object, &method.into())?.dyn_into()?;
    method.apply(object, &arguments.iter().collect::<Array>())
}
