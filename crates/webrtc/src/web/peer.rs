//! One `RTCPeerConnection` with its one data channel, and the handlers of their events.

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::{ArrayBuffer, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    Event, MessageEvent, RtcDataChannel, RtcDataChannelInit, RtcDataChannelType, RtcPeerConnection,
    RtcPeerConnectionIceEvent, RtcPeerConnectionState, RtcSdpType,
};

use super::{
    connection::{Connection, browser},
    events::{Closed, Events},
};
use crate::{
    config::{Config, IceTransportPolicy},
    error::Error,
    negotiation::Candidate,
    upkeep::Health,
};

/// The data channel's number. Both sides name it, so that neither waits to be told.
const CHANNEL_ID: u16 = 0;

/// Most bytes handed to the browser and not sent yet. With 1 MiB the first bulk transfer takes seconds: the browser's
/// congestion control starts badly with a long queue.
pub(super) const HIGH_MARK: usize = 128 * 1024;

/// When to hand over more.
const LOW_MARK: u32 = 32 * 1024;

/// Longest message. The browsers' common limit is 256 KiB, and 64 KiB is what every implementation takes.
pub(super) const MAX_MESSAGE: usize = 64 * 1024;

/// How long to wait for the first candidate of our own, in milliseconds. Chromium reports it after 3 to 20, and where there is
/// no network but loopback, neither a candidate nor an end: it waits for a network to appear.
const FIRST_CANDIDATE: u32 = 3_000;

/// The same when the browser says that it is offline.
const FIRST_CANDIDATE_OFFLINE: u32 = 200;

// A writer that waits must hear of it: the event only comes for an amount that was above the low mark.
const _: () = assert!(HIGH_MARK - MAX_MESSAGE > LOW_MARK as usize);

/// A connection under way or open. Dropping it closes it at once, without a word to the other side's application.
pub(super) struct Peer {
    pub(super) connection: Connection,
    channel: RtcDataChannel,
    policy: IceTransportPolicy,
    pub(super) events: Rc<Events>,
    _handlers: Handlers,
}

impl Peer {
    pub(super) fn new(config: &Config) -> Result<Self, Error> {
        let connection = Connection::new(config)?;
        let channel = match create_channel(&connection.0) {
            Ok(channel) => channel,
            Err(error) => {
                connection.0.close();
                return Err(error);
            }
        };
        let events = Events::new();
        let handlers = Handlers::attach(&connection.0, &channel, &events);
        Ok(Self { connection, channel, policy: config.ice_transport_policy, events, _handlers: handlers })
    }

    /// Takes our own description; the search for candidates begins.
    pub(super) async fn set_local(&self, kind: RtcSdpType, sdp: &str) -> Result<(), Error> {
        self.connection.set_local(kind, sdp).await?;
        self.expect_candidates();
        Ok(())
    }

    /// Takes the browser's lasting silence for the end of its search.
    fn expect_candidates(&self) {
        let patience = match (is_online(), self.policy) {
            (false, _) => FIRST_CANDIDATE_OFFLINE,
            (true, IceTransportPolicy::All) => FIRST_CANDIDATE,
            // A relay far away may take longer, and the browser does say when it has given up on it.
            (true, IceTransportPolicy::Relay) => return,
        };
        let events = Rc::downgrade(&self.events);
        spawn_local(async move {
            TimeoutFuture::new(patience).await;
            if let Some(events) = events.upgrade()
                && !events.has_candidates()
            {
                events.on_gathered();
            }
        });
    }

    pub(super) fn buffered(&self) -> usize {
        usize::try_from(self.channel.buffered_amount()).unwrap_or(usize::MAX)
    }

    /// Hands a message to the browser; `false` if the channel takes none any more.
    pub(super) fn send(&self, message: &[u8]) -> bool {
        self.channel.send_with_u8_array(message).is_ok()
    }

    /// Closes the channel in order: what was handed over is still sent, and the other side hears of it after that.
    pub(super) fn close_channel(&self) {
        self.channel.close();
    }

    /// Closes the connection itself, at once.
    pub(super) fn close_connection(&self) {
        self.connection.0.close();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The browser may still have events queued; their closures are about to go.
        self.connection.0.set_onicecandidate(None);
        self.connection.0.set_onconnectionstatechange(None);
        self.channel.set_onopen(None);
        self.channel.set_onmessage(None);
        self.channel.set_onbufferedamountlow(None);
        self.channel.set_onerror(None);
        self.channel.set_onclose(None);
        self.channel.close();
        self.connection.0.close();
        // Whoever still cares for the connection need not any more.
        self.events.on_closed(Closed::Orderly);
    }
}

/// The closures live exactly as long as the connection whose events they handle.
struct Handlers {
    _candidate: Closure<dyn FnMut(RtcPeerConnectionIceEvent)>,
    _state: Closure<dyn FnMut(Event)>,
    _open: Closure<dyn FnMut(Event)>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _low: Closure<dyn FnMut(Event)>,
    _error: Closure<dyn FnMut(Event)>,
    _close: Closure<dyn FnMut(Event)>,
}

impl Handlers {
    fn attach(connection: &RtcPeerConnection, channel: &RtcDataChannel, events: &Rc<Events>) -> Self {
        let candidate = handler(events, |events, event: RtcPeerConnectionIceEvent| on_candidate(events, &event));
        connection.set_onicecandidate(Some(candidate.as_ref().unchecked_ref()));

        let state = {
            let connection = connection.clone();
            handler(events, move |events, _: Event| {
                events.on_health(match connection.connection_state() {
                    RtcPeerConnectionState::Connected => Health::Connected,
                    RtcPeerConnectionState::Failed => Health::Failed,
                    _ => Health::Disconnected,
                });
            })
        };
        connection.set_onconnectionstatechange(Some(state.as_ref().unchecked_ref()));

        let open = handler(events, |events, _: Event| events.on_open());
        channel.set_onopen(Some(open.as_ref().unchecked_ref()));

        let message = {
            let connection = connection.clone();
            handler(events, move |events, event: MessageEvent| {
                if !on_message(events, &event) {
                    connection.close();
                }
            })
        };
        channel.set_onmessage(Some(message.as_ref().unchecked_ref()));

        let low = handler(events, |events, _: Event| events.on_low());
        channel.set_onbufferedamountlow(Some(low.as_ref().unchecked_ref()));

        let error = handler(events, |events, _: Event| events.on_closed(Closed::Lost));
        channel.set_onerror(Some(error.as_ref().unchecked_ref()));

        let close = handler(events, |events, _: Event| events.on_closed(Closed::Orderly));
        channel.set_onclose(Some(close.as_ref().unchecked_ref()));

        Self {
            _candidate: candidate,
            _state: state,
            _open: open,
            _message: message,
            _low: low,
            _error: error,
            _close: close,
        }
    }
}

fn handler<E: wasm_bindgen::convert::FromWasmAbi + 'static>(
    events: &Rc<Events>,
    mut handle: impl FnMut(&Events, E) + 'static,
) -> Closure<dyn FnMut(E)> {
    let events = Rc::clone(events);
    Closure::new(move |event: E| handle(&events, event))
}

fn on_candidate(events: &Events, event: &RtcPeerConnectionIceEvent) {
    match event.candidate() {
        None => events.on_gathered(),
        Some(candidate) => {
            let line = candidate.candidate();
            // Some browsers end each generation with an empty line before the null that ends them all.
            if !line.is_empty() {
                events.on_candidate(Candidate { line, mid: candidate.sdp_mid() });
            }
        }
    }
}

/// Returns whether the other side keeps to the rules.
fn on_message(events: &Events, event: &MessageEvent) -> bool {
    match event.data().dyn_into::<ArrayBuffer>() {
        Ok(buffer) => events.on_message(Uint8Array::new(&buffer).to_vec()),
        Err(_) => {
            events.on_closed(Closed::NotBinary);
            false
        }
    }
}

/// `createDataChannel` throws (too many channels, a closed connection), and the binding does not catch; so through `Reflect`.
fn create_channel(connection: &RtcPeerConnection) -> Result<RtcDataChannel, Error> {
    let options = RtcDataChannelInit::new();
    options.set_negotiated(true);
    options.set_id(CHANNEL_ID);
    options.set_ordered(true);
    let thrown = |thrown: JsValue| browser("create a data channel", &thrown);
    let create: Function = Reflect::get(connection, &JsValue::from_str("createDataChannel"))
        .and_then(|function| function.dyn_into())
        .map_err(thrown)?;
    let channel: RtcDataChannel = create
        .call2(connection, &JsValue::from_str(""), &options)
        .and_then(|channel| channel.dyn_into())
        .map_err(thrown)?;
    channel.set_binary_type(RtcDataChannelType::Arraybuffer);
    channel.set_buffered_amount_low_threshold(LOW_MARK);
    Ok(channel)
}

fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}
