//! `WebSocket` as a [`Socket`].

use std::{
    cell::RefCell,
    collections::VecDeque,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use js_sys::{JsString, Reflect};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{DomException, Event, MessageEvent, WebSocket};

use crate::sockets::{MAX_TEXT, Socket, SocketError, SocketEvent, Sockets};

/// While so many bytes of texts wait to be read, further ones are dropped.
const MAX_WAITING: usize = 2 * 1024 * 1024;
/// Counted for each event beside its text.
const PER_EVENT: usize = 64;

/// The page's sockets.
#[derive(Debug)]
pub(super) struct WebSockets(());

impl WebSockets {
    pub(super) fn here() -> Option<Self> {
        Reflect::has(&js_sys::global(), &"WebSocket".into()).unwrap_or(false).then_some(Self(()))
    }
}

impl Sockets for WebSockets {
    fn open(&self, url: &str) -> Result<Box<dyn Socket>, SocketError> {
        let mixed = is_mixed_content(url);
        let error = if mixed { SocketError::MixedContent } else { SocketError::Unreachable };
        let socket = WebSocket::new(url).map_err(|thrown| match thrown.dyn_ref::<DomException>() {
            Some(thrown) if thrown.name() == "SyntaxError" => SocketError::BadAddress,
            _ => error,
        })?;
        let inbox = Rc::new(RefCell::new(Inbox::default()));
        let socket = Web { on_event: on_event(&inbox, error), on_message: on_message(&inbox), socket, inbox };
        socket.socket.set_onopen(Some(socket.on_event.as_ref().unchecked_ref()));
        socket.socket.set_onclose(Some(socket.on_event.as_ref().unchecked_ref()));
        socket.socket.set_onmessage(Some(socket.on_message.as_ref().unchecked_ref()));
        Ok(Box::new(socket))
    }
}

/// Some browsers throw for it, others let the connection fail.
fn is_mixed_content(url: &str) -> bool {
    let location = Reflect::get(&js_sys::global(), &"location".into());
    let protocol = location.and_then(|location| Reflect::get(&location, &"protocol".into()));
    url.starts_with("ws:") && protocol.is_ok_and(|protocol| protocol == "https:")
}

fn on_event(inbox: &Rc<RefCell<Inbox>>, error: SocketError) -> Closure<dyn FnMut(Event)> {
    let inbox = Rc::clone(inbox);
    Closure::new(move |event: Event| {
        let opened = event.type_() == "open";
        inbox.borrow_mut().push(if opened { SocketEvent::Open } else { SocketEvent::Closed(error) });
    })
}

fn on_message(inbox: &Rc<RefCell<Inbox>>) -> Closure<dyn FnMut(MessageEvent)> {
    let inbox = Rc::clone(inbox);
    Closure::new(move |event: MessageEvent| {
        // What is no text is no message of a relay: as good as too long.
        let text = event.data().dyn_into::<JsString>().ok().filter(|text| text.length() as usize <= MAX_TEXT);
        let event = text.map_or(SocketEvent::TooLong, |text| SocketEvent::Text(text.into()));
        inbox.borrow_mut().push(event);
    })
}

#[derive(Debug, Default)]
struct Inbox {
    events: VecDeque<SocketEvent>,
    bytes: usize,
    waker: Option<Waker>,
}

fn weight(event: &SocketEvent) -> usize {
    PER_EVENT + if let SocketEvent::Text(text) = event { text.len() } else { 0 }
}

impl Inbox {
    fn push(&mut self, event: SocketEvent) {
        let flood = matches!(event, SocketEvent::Text(_) | SocketEvent::TooLong);
        if !flood || self.bytes < MAX_WAITING {
            self.bytes += weight(&event);
            self.events.push_back(event);
        }
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

struct Web {
    socket: WebSocket,
    inbox: Rc<RefCell<Inbox>>,
    on_event: Closure<dyn FnMut(Event)>,
    on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Socket for Web {
    fn send(&mut self, text: &str) {
        // It throws only before the socket is open, and whoever sends then has not waited for that.
        let _: Result<(), JsValue> = self.socket.send_with_str(text);
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<SocketEvent> {
        let mut inbox = self.inbox.borrow_mut();
        let Some(event) = inbox.events.pop_front() else {
            inbox.waker = Some(cx.waker().clone());
            return Poll::Pending;
        };
        inbox.bytes -= weight(&event);
        Poll::Ready(event)
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onclose(None);
        self.socket.set_onmessage(None);
        // What was sent before still goes.
        let _ = self.socket.close();
    }
}
