//! The `Transport` itself: routes signals to attempts, and attempts to the swarm.

use std::{
    cell::RefCell,
    collections::VecDeque,
    fmt,
    future::Future,
    pin::Pin,
    rc::{Rc, Weak},
    task::{Context, Poll, Waker},
};

use futures::future::LocalBoxFuture;
use gloo_timers::future::TimeoutFuture;
use libp2p_core::{
    multiaddr::Multiaddr,
    muxing::StreamMuxerBox,
    transport::{DialOpts, ListenerId, TransportError, TransportEvent},
};
use libp2p_identity::PeerId;
use send_wrapper::SendWrapper;
use wasm_bindgen_futures::spawn_local;

use super::{
    attempt,
    channel::Channel,
    place::{self, Place, Shared},
    spare::Spare,
};
use crate::{
    address::{self, Target, listen_address, peer_address},
    config::Config,
    error::{Error, Refusal},
    link::LinkInfo,
    sessions::{Delivery, Sessions},
    signalling::{SessionId, Signal, Signalling},
};

/// Most signals handled in one go; then others get their turn.
const SIGNALS_PER_POLL: usize = 32;

type Upgrade = SendWrapper<LocalBoxFuture<'static, Result<(PeerId, StreamMuxerBox), Error>>>;
type OurEvent = TransportEvent<Upgrade, Error>;

/// A libp2p transport between two browsers. See the crate's documentation for what it promises.
pub struct Transport(SendWrapper<Inner>);

struct Inner {
    shared: Rc<Shared>,
    listener: Option<ListenerId>,
    signalling_ended: bool,
    pending: VecDeque<OurEvent>,
    waker: Option<Waker>,
}

impl Transport {
    /// A transport for the node `local`, whose signals `signalling` carries.
    pub fn new(local: PeerId, signalling: impl Signalling, config: Config) -> Self {
        let sessions = RefCell::new(Sessions::new(local, config.max_incoming));
        let shared = Rc::new(Shared {
            config,
            signalling: Rc::new(RefCell::new(signalling)),
            sessions,
            guard: RefCell::default(),
            spare: Spare::default(),
        });
        spawn_local(warm_up(Rc::downgrade(&shared)));
        Self(SendWrapper::new(Inner {
            shared,
            listener: None,
            signalling_ended: false,
            pending: VecDeque::new(),
            waker: None,
        }))
    }

    /// What still speaks to the transport once a swarm has it.
    pub fn control(&self) -> Control {
        Control(Rc::downgrade(&self.0.shared))
    }

    /// Lets `guard` look at every connection, in both directions, before it is used: it gets the raw channel and what is
    /// known about the link, may read and write as it likes, and gives the channel back, or refuses. Both sides of a
    /// connection need guards that understand each other, and neither may read beyond what its counterpart wrote.
    ///
    /// Call it before the transport is used; connections that have passed are not looked at again.
    #[must_use]
    pub fn with_guard<G, F>(self, guard: G) -> Self
    where
        G: Fn(Channel, LinkInfo) -> F + 'static,
        F: Future<Output = Result<Channel, Refusal>> + 'static,
    {
        let boxed = move |channel, link| -> place::Checked { Box::pin(guard(channel, link)) };
        *self.0.shared.guard.borrow_mut() = Some(Rc::new(boxed));
        self
    }
}

/// Speaks to a transport that a swarm has already taken.
#[derive(Clone)]
pub struct Control(Weak<Shared>);

impl Control {
    /// The network has changed, or the machine has slept: all open connections look for new paths (an ICE restart), whatever
    /// the browser still thinks of the old ones. Costs two signals and a few candidates a connection.
    pub fn network_changed(&self) {
        if let Some(shared) = self.0.upgrade() {
            shared.sessions.borrow_mut().network_changed();
        }
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}

/// Makes the spare connection once the page has said its first hello: making it holds the page up for a moment.
async fn warm_up(shared: Weak<Shared>) {
    TimeoutFuture::new(0).await;
    if let Some(shared) = shared.upgrade() {
        shared.spare.make(&shared.config);
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("listener", &self.0.listener).finish_non_exhaustive()
    }
}

impl Inner {
    fn push(&mut self, event: OurEvent) {
        self.pending.push_back(event);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn close_listener(&mut self, reason: Result<(), Error>) {
        if let Some(listener_id) = self.listener.take() {
            self.push(TransportEvent::ListenerClosed { listener_id, reason });
        }
    }

    /// Handles what came in, up to `SIGNALS_PER_POLL`.
    fn poll_signals(&mut self, cx: &mut Context<'_>) {
        for _ in 0..SIGNALS_PER_POLL {
            if self.signalling_ended {
                return;
            }
            let next = self.shared.signalling.borrow_mut().poll_next(cx);
            match next {
                Poll::Pending => return,
                Poll::Ready(Some((from, signal))) => self.on_signal(from, signal),
                Poll::Ready(None) => {
                    self.signalling_ended = true;
                    self.shared.sessions.borrow_mut().close();
                    self.close_listener(Err(Error::SignallingClosed));
                }
            }
        }
        cx.waker().wake_by_ref();
    }

    fn on_signal(&mut self, from: PeerId, signal: Signal) {
        if let Err(error) = signal.check() {
            tracing::debug!(%from, %error, "signal refused");
            return;
        }
        let session = *signal.session();
        let delivery = self.shared.sessions.borrow_mut().deliver(from, signal, self.listener.is_some());
        match delivery {
            Delivery::Routed => {}
            Delivery::Accepted { from, session, sdp, trickle } => self.on_offer(from, session, sdp, trickle),
            Delivery::Repeat { to, signals } => {
                let mut signalling = self.shared.signalling.borrow_mut();
                signals.into_iter().for_each(|signal| signalling.send(Some(to), signal));
            }
            Delivery::Gone => self.shared.signalling.borrow_mut().send(Some(from), Signal::Abort { session }),
            Delivery::Ignored(why) => tracing::debug!(%from, ?why, "signal ignored"),
        }
    }

    fn on_offer(&mut self, from: PeerId, session: SessionId, sdp: String, trickle: bool) {
        let shared = Rc::clone(&self.shared);
        // Made here and not in the upgrade, so that the place is given back even if that is never polled.
        let place = Place { shared: Rc::clone(&shared), session, with: Some(from), to: Some(from), ended: false };
        let Some(listener_id) = self.listener else { return };
        self.push(TransportEvent::Incoming {
            listener_id,
            upgrade: SendWrapper::new(Box::pin(attempt::accept(shared, place, sdp, trickle))),
            local_addr: listen_address(),
            send_back_addr: peer_address(from),
        });
    }
}

impl libp2p_core::Transport for Transport {
    type Output = (PeerId, StreamMuxerBox);
    type Error = Error;
    type ListenerUpgrade = Upgrade;
    type Dial = Upgrade;

    fn listen_on(&mut self, id: ListenerId, addr: Multiaddr) -> Result<(), TransportError<Error>> {
        if address::parse(&addr) != Some(Target::Anyone) {
            return Err(TransportError::MultiaddrNotSupported(addr));
        }
        if self.0.listener.is_some() {
            return Err(TransportError::Other(Error::AlreadyListening));
        }
        if self.0.signalling_ended {
            return Err(TransportError::Other(Error::SignallingClosed));
        }
        self.0.listener = Some(id);
        self.0.push(TransportEvent::NewAddress { listener_id: id, listen_addr: addr });
        Ok(())
    }

    fn remove_listener(&mut self, id: ListenerId) -> bool {
        let ours = self.0.listener == Some(id);
        if ours {
            self.0.close_listener(Ok(()));
        }
        ours
    }

    fn dial(&mut self, addr: Multiaddr, _: DialOpts) -> Result<Upgrade, TransportError<Error>> {
        let Some(target) = address::parse(&addr) else { return Err(TransportError::MultiaddrNotSupported(addr)) };
        if self.0.signalling_ended {
            return Err(TransportError::Other(Error::SignallingClosed));
        }
        let shared = Rc::clone(&self.0.shared);
        Ok(SendWrapper::new(Box::pin(attempt::dial(shared, target.peer()))))
    }

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<OurEvent> {
        let inner = &mut *self.0;
        inner.poll_signals(cx);
        if let Some(event) = inner.pending.pop_front() {
            return Poll::Ready(event);
        }
        inner.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
