//! The libp2p transport over channels: `/unix/paceline/p2p/<peer>`.
//!
//! The dialer opens the link's channel, then sends an offer that names it; the listener joins, answers, and both prove
//! membership. Offers and answers travel as the signals of [`Signalling`], with an empty description.

use std::{
    cell::RefCell,
    collections::VecDeque,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::{
    FutureExt as _,
    channel::oneshot,
    future::{BoxFuture, LocalBoxFuture, select},
    pin_mut,
};
use futures_timer::Delay;
use libp2p_core::{
    Multiaddr,
    multiaddr::Protocol,
    muxing::StreamMuxerBox,
    transport::{DialOpts, ListenerId, Transport, TransportError, TransportEvent},
    upgrade::{InboundConnectionUpgrade as _, OutboundConnectionUpgrade as _},
};
use libp2p_identity::PeerId;
use libp2p_webrtc_browser::{Signal, Signalling};
use litemap::LiteMap;
use send_wrapper::SendWrapper;

use super::ChannelStream;
use crate::{channels::Channels, keys::hex, membership::Role};

/// A link between two tabs of one browser that is not up by then will not come up.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Incoming links that may be on their way up at once.
const MAX_INCOMING: usize = 32;

type Session = [u8; 16];
type Output = (PeerId, StreamMuxerBox);

/// Why a link over a channel did not come up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BroadcastError {
    #[error("the other tab did not answer in time")]
    TimedOut,
    #[error("the other tab gave the attempt up")]
    Aborted,
    #[error("the channel could not be opened")]
    Channel(#[source] io::Error),
    #[error("the other tab is no member")]
    Refused,
}

/// Proves membership over the stream of a new link: peer, role, session.
pub(crate) type Guard =
    Rc<dyn Fn(ChannelStream, PeerId, Role, Session) -> LocalBoxFuture<'static, Option<ChannelStream>>>;

struct Inner {
    signalling: Box<dyn Signalling>,
    channels: Rc<dyn Channels>,
    guard: Guard,
    waiting: LiteMap<Session, (PeerId, oneshot::Sender<()>)>,
    incoming: Rc<()>,
    closed: bool,
}

/// See the module.
pub(crate) struct BroadcastTransport {
    inner: SendWrapper<Rc<RefCell<Inner>>>,
    listener: Option<ListenerId>,
    events: VecDeque<TransportEvent<BoxFuture<'static, Result<Output, BroadcastError>>, BroadcastError>>,
    waker: Option<Waker>,
}

/// Where a peer is dialled.
pub(crate) fn peer_address(peer: PeerId) -> Multiaddr {
    listen_address().with(Protocol::P2p(peer))
}

/// Where this transport listens.
pub(crate) fn listen_address() -> Multiaddr {
    Multiaddr::empty().with(Protocol::Unix("paceline".into()))
}

fn dialled_peer(address: &Multiaddr) -> Option<PeerId> {
    let mut parts = address.iter();
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Protocol::Unix(name)), Some(Protocol::P2p(peer)), None) if name == "paceline" => Some(peer),
        _ => None,
    }
}

fn channel_name(session: &Session) -> String {
    format!("paceline/1/link/{}", hex(session))
}

impl BroadcastTransport {
    pub(crate) fn new(signalling: Box<dyn Signalling>, channels: Rc<dyn Channels>, guard: Guard) -> Self {
        let inner =
            Inner { signalling, channels, guard, waiting: LiteMap::new(), incoming: Rc::new(()), closed: false };
        Self {
            inner: SendWrapper::new(Rc::new(RefCell::new(inner))),
            listener: None,
            events: VecDeque::new(),
            waker: None,
        }
    }

    fn on_signal(&mut self, from: PeerId, signal: Signal) {
        match signal {
            Signal::Offer { session, .. } => self.on_offer(from, session),
            Signal::Answer { session, .. } => {
                let mut inner = self.inner.borrow_mut();
                if inner.waiting.get(&session).is_some_and(|(peer, _)| *peer == from)
                    && let Some((_, answered)) = inner.waiting.remove(&session)
                {
                    let _ = answered.send(());
                }
            }
            Signal::Abort { session } => {
                let mut inner = self.inner.borrow_mut();
                if inner.waiting.get(&session).is_some_and(|(peer, _)| *peer == from) {
                    inner.waiting.remove(&session);
                }
            }
            // A channel has no paths to find.
            Signal::Candidate { .. }
            | Signal::Restart { .. }
            | Signal::Restarted { .. }
            | Signal::RestartWanted { .. } => {}
        }
    }

    fn on_offer(&mut self, from: PeerId, session: Session) {
        let Some(listener_id) = self.listener else { return };
        let mut inner = self.inner.borrow_mut();
        if Rc::strong_count(&inner.incoming) > MAX_INCOMING {
            return;
        }
        let place = Rc::clone(&inner.incoming);
        let opened = inner.channels.open(&channel_name(&session));
        let Ok(channel) = opened else {
            inner.signalling.send(Some(from), Signal::Abort { session });
            return;
        };
        inner.signalling.send(Some(from), Signal::Answer { session, sdp: String::new() });
        let up = bring_up(ChannelStream::new(channel), Rc::clone(&inner.guard), from, Role::Listener, session);
        let upgrade = within_time(async move {
            let output = up.await;
            drop(place);
            output
        });
        self.events.push_back(TransportEvent::Incoming {
            listener_id,
            upgrade,
            local_addr: listen_address(),
            send_back_addr: peer_address(from),
        });
    }
}

async fn bring_up(
    stream: ChannelStream,
    guard: Guard,
    peer: PeerId,
    role: Role,
    session: Session,
) -> Result<Output, BroadcastError> {
    let stream = guard(stream, peer, role, session).await.ok_or(BroadcastError::Refused)?;
    let config = libp2p_yamux::Config::default();
    let muxer = match role {
        Role::Dialer => config.upgrade_outbound(stream, "/yamux/1.0.0").await,
        Role::Listener => config.upgrade_inbound(stream, "/yamux/1.0.0").await,
    };
    match muxer {
        Ok(muxer) => Ok((peer, StreamMuxerBox::new(muxer))),
        Err(error) => Err(BroadcastError::Channel(error)),
    }
}

fn within_time(
    attempt: impl Future<Output = Result<Output, BroadcastError>> + 'static,
) -> BoxFuture<'static, Result<Output, BroadcastError>> {
    let limited = async move {
        pin_mut!(attempt);
        match select(attempt, Delay::new(TIME_LIMIT)).await {
            futures::future::Either::Left((output, _)) => output,
            futures::future::Either::Right(_) => Err(BroadcastError::TimedOut),
        }
    };
    SendWrapper::new(limited).boxed()
}

/// Keeps a dialled session in the table no longer than the dial lasts.
struct Dialled {
    inner: Rc<RefCell<Inner>>,
    session: Session,
}

impl Drop for Dialled {
    fn drop(&mut self) {
        self.inner.borrow_mut().waiting.remove(&self.session);
    }
}

impl Transport for BroadcastTransport {
    type Output = Output;
    type Error = BroadcastError;
    type ListenerUpgrade = BoxFuture<'static, Result<Output, BroadcastError>>;
    type Dial = BoxFuture<'static, Result<Output, BroadcastError>>;

    fn listen_on(&mut self, id: ListenerId, address: Multiaddr) -> Result<(), TransportError<BroadcastError>> {
        if address != listen_address() || self.listener.is_some() {
            return Err(TransportError::MultiaddrNotSupported(address));
        }
        self.listener = Some(id);
        self.events.push_back(TransportEvent::NewAddress { listener_id: id, listen_addr: address });
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
        Ok(())
    }

    fn remove_listener(&mut self, id: ListenerId) -> bool {
        let found = self.listener == Some(id);
        if found {
            self.listener = None;
        }
        found
    }

    fn dial(&mut self, address: Multiaddr, _: DialOpts) -> Result<Self::Dial, TransportError<BroadcastError>> {
        let peer = dialled_peer(&address).ok_or(TransportError::MultiaddrNotSupported(address))?;
        let mut session = Session::default();
        getrandom::fill(&mut session).map_err(|_| TransportError::Other(BroadcastError::Aborted))?;
        let mut inner = self.inner.borrow_mut();
        let channel = inner
            .channels
            .open(&channel_name(&session))
            .map_err(|error| TransportError::Other(BroadcastError::Channel(error)))?;
        let (answered, answer) = oneshot::channel();
        inner.waiting.insert(session, (peer, answered));
        inner.signalling.send(Some(peer), Signal::Offer { session, sdp: String::new(), trickle: false });
        let guard = Rc::clone(&inner.guard);
        let waiting = Dialled { inner: Rc::clone(&self.inner), session };
        Ok(within_time(async move {
            let waiting = waiting;
            answer.await.map_err(|_| BroadcastError::Aborted)?;
            drop(waiting);
            bring_up(ChannelStream::new(channel), guard, peer, Role::Dialer, session).await
        }))
    }

    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<TransportEvent<Self::ListenerUpgrade, BroadcastError>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Poll::Ready(event);
            }
            if self.inner.borrow().closed {
                break;
            }
            let next = self.inner.borrow_mut().signalling.poll_next(cx);
            match next {
                Poll::Ready(Some((from, signal))) => self.on_signal(from, signal),
                Poll::Ready(None) => self.inner.borrow_mut().closed = true,
                Poll::Pending => break,
            }
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
