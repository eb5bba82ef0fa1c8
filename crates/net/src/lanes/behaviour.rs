//! Opens the lanes of each connection and hands their streams out. Knows connections, not links: see [`crate::links`].
//!
//! The version in a lane's protocol is that of the messages in it: 2 in the named form of `paceline_mesh::wire`, 1 in the placed one,
//! which is spoken with tabs that still run a page from before the first release.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll, Waker},
};

use libp2p_core::upgrade::{InboundUpgrade, OutboundUpgrade};
use libp2p_core::{Endpoint, Multiaddr, transport::PortUse, upgrade::UpgradeInfo};
use libp2p_identity::PeerId;
use libp2p_swarm::{
    ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm, NetworkBehaviour, Stream,
    StreamProtocol, SubstreamProtocol, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
    handler::{ConnectionEvent, FullyNegotiatedInbound, FullyNegotiatedOutbound},
};
use paceline_mesh::Lane;

/// Of each lane what is spoken best, then what older pages speak.
const LIVE: [StreamProtocol; 2] = [StreamProtocol::new("/paceline/2/live"), StreamProtocol::new("/paceline/1/live")];
const BULK: [StreamProtocol; 2] = [StreamProtocol::new("/paceline/2/bulk"), StreamProtocol::new("/paceline/1/bulk")];

fn lane_of(protocol: &StreamProtocol) -> Lane {
    if LIVE.contains(protocol) { Lane::Live } else { Lane::Bulk }
}

fn is_older(protocol: &StreamProtocol) -> bool {
    [&LIVE, &BULK].into_iter().any(|[_, older]| older == protocol)
}

/// A lane of a connection is open.
#[derive(Debug)]
pub(crate) struct LaneOpened {
    pub(crate) connection: ConnectionId,
    pub(crate) lane: Lane,
    /// Messages go in the placed form.
    pub(crate) older: bool,
    pub(crate) stream: Stream,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Behaviour {
    opened: VecDeque<LaneOpened>,
    waker: Option<Waker>,
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = LaneOpened;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::new(VecDeque::new()))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::new([LIVE, BULK].into()))
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        connection: ConnectionId,
        (protocol, stream): THandlerOutEvent<Self>,
    ) {
        let (lane, older) = (lane_of(&protocol), is_older(&protocol));
        self.opened.push_back(LaneOpened { connection, lane, older, stream });
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<LaneOpened, THandlerInEvent<Self>>> {
        if let Some(opened) = self.opened.pop_front() {
            return Poll::Ready(ToSwarm::GenerateEvent(opened));
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

/// Of one connection. Takes one stream of each lane; more of them are dropped.
#[derive(Debug)]
pub(crate) struct Handler {
    to_open: VecDeque<[StreamProtocol; 2]>,
    opened: VecDeque<(StreamProtocol, Stream)>,
    seen: Vec<Lane>,
    waker: Option<Waker>,
}

impl Handler {
    fn new(to_open: VecDeque<[StreamProtocol; 2]>) -> Self {
        Self { to_open, opened: VecDeque::new(), seen: Vec::new(), waker: None }
    }

    fn on_stream(&mut self, (protocol, stream): (StreamProtocol, Stream)) {
        let lane = lane_of(&protocol);
        if self.seen.contains(&lane) {
            return;
        }
        self.seen.push(lane);
        self.opened.push_back((protocol, stream));
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Infallible;
    type ToBehaviour = (StreamProtocol, Stream);
    type InboundProtocol = LaneProtocols;
    type OutboundProtocol = LaneProtocols;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<LaneProtocols> {
        SubstreamProtocol::new(LaneProtocols([LIVE, BULK].concat()), ())
    }

    fn connection_keep_alive(&self) -> bool {
        true
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, (), Self::ToBehaviour>> {
        if let Some(protocols) = self.to_open.pop_front() {
            let protocol = SubstreamProtocol::new(LaneProtocols(protocols.into()), ());
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
        }
        if let Some(opened) = self.opened.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(opened));
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    fn on_behaviour_event(&mut self, event: Infallible) {
        match event {}
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Self::InboundProtocol, Self::OutboundProtocol>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, .. }) => {
                self.on_stream(protocol)
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol, .. }) => {
                self.on_stream(protocol)
            }
            // A connection whose lanes do not open in time is closed by the driver.
            _ => {}
        }
    }
}

/// The lanes' protocols; nothing is exchanged beyond their names.
#[derive(Debug, Clone)]
pub(crate) struct LaneProtocols(Vec<StreamProtocol>);

impl UpgradeInfo for LaneProtocols {
    type Info = StreamProtocol;
    type InfoIter = std::vec::IntoIter<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.clone().into_iter()
    }
}

impl InboundUpgrade<Stream> for LaneProtocols {
    type Output = (StreamProtocol, Stream);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((protocol, stream)))
    }
}

impl OutboundUpgrade<Stream> for LaneProtocols {
    type Output = (StreamProtocol, Stream);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_outbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((protocol, stream)))
    }
}
