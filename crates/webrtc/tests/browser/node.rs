//! The two ways to stand up a node: a swarm, as users have it, and the bare transport, whose errors have types.

use std::{cell::RefCell, future::poll_fn, pin::Pin, rc::Rc, time::Duration};

use futures::{
    StreamExt,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
    future::{Either, select},
};
use libp2p_core::{
    Endpoint, Multiaddr, Transport as _,
    muxing::StreamMuxerBox,
    transport::{DialOpts, ListenerId, PortUse, TransportEvent},
};
use libp2p_identity::{Keypair, PeerId};
use libp2p_stream::Control;
use libp2p_swarm::{Config as SwarmConfig, Swarm, SwarmEvent};
use libp2p_webrtc_browser::{Channel, Config, Error, LinkInfo, Signal, Transport, listen_address, peer_address};
use wasm_bindgen_futures::spawn_local;

use crate::post::{Mail, Post, Way};

/// Two new peers, the lower one first.
pub fn two_peers() -> (PeerId, PeerId) {
    let new = || Keypair::generate_ed25519().public().to_peer_id();
    let (a, b) = (new(), new());
    if a < b { (a, b) } else { (b, a) }
}

/// What a swarm says that these tests ask about.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    Connected { peer: PeerId, dialed: bool, connections: u32 },
    Disconnected { peer: PeerId },
    DialFailed(String),
    IncomingFailed(String),
}

enum Order {
    Dial(PeerId),
    Disconnect(PeerId),
}

/// A node with a swarm that runs by itself.
pub struct Node {
    pub me: PeerId,
    pub streams: Control,
    pub said: UnboundedReceiver<Said>,
    orders: UnboundedSender<Order>,
}

impl Node {
    pub fn new(me: PeerId, post: &Post, way: Way) -> Self {
        let transport = Transport::new(me, Mail::new(me, post, way), Config::default()).boxed();
        let config = SwarmConfig::with_wasm_executor().with_idle_connection_timeout(Duration::from_secs(24 * 3600));
        let mut swarm = Swarm::new(transport, libp2p_stream::Behaviour::new(), me, config);
        swarm.listen_on(listen_address()).unwrap();
        let streams = swarm.behaviour().new_control();
        let (say, said) = unbounded();
        let (orders, ordered) = unbounded();
        spawn_local(run(swarm, say, ordered));
        Self { me, streams, said, orders }
    }

    pub fn dial(&self, peer: PeerId) {
        self.orders.unbounded_send(Order::Dial(peer)).unwrap();
    }

    pub fn disconnect(&self, peer: PeerId) {
        self.orders.unbounded_send(Order::Disconnect(peer)).unwrap();
    }

    pub async fn next(&mut self) -> Said {
        self.said.next().await.unwrap()
    }
}

async fn run(
    mut swarm: Swarm<libp2p_stream::Behaviour>,
    say: UnboundedSender<Said>,
    mut orders: UnboundedReceiver<Order>,
) {
    loop {
        let said = match select(swarm.next(), orders.next()).await {
            Either::Left((event, _)) => read(event.unwrap()),
            Either::Right((Some(Order::Dial(peer)), _)) => {
                let opts = libp2p_swarm::dial_opts::DialOpts::peer_id(peer).addresses(vec![peer_address(peer)]).build();
                swarm.dial(opts).unwrap();
                None
            }
            Either::Right((Some(Order::Disconnect(peer)), _)) => {
                swarm.disconnect_peer_id(peer).unwrap();
                None
            }
            Either::Right((None, _)) => return,
        };
        if let Some(said) = said
            && say.unbounded_send(said).is_err()
        {
            return;
        }
    }
}

fn read(event: SwarmEvent<()>) -> Option<Said> {
    match event {
        SwarmEvent::ConnectionEstablished { peer_id, endpoint, num_established, .. } => {
            Some(Said::Connected { peer: peer_id, dialed: endpoint.is_dialer(), connections: num_established.get() })
        }
        SwarmEvent::ConnectionClosed { peer_id, .. } => Some(Said::Disconnected { peer: peer_id }),
        SwarmEvent::OutgoingConnectionError { error, .. } => Some(Said::DialFailed(error.to_string())),
        SwarmEvent::IncomingConnectionError { error, .. } => Some(Said::IncomingFailed(format!("{error:?}"))),
        _ => None,
    }
}

/// Two connected swarms; the first one dialed.
pub async fn connected(post: &Post) -> (Node, Node) {
    let (a, b) = two_peers();
    let (mut a, mut b) = (Node::new(a, post, crate::post::faithful()), Node::new(b, post, crate::post::faithful()));
    a.dial(b.me);
    assert_eq!(a.next().await, Said::Connected { peer: b.me, dialed: true, connections: 1 });
    assert_eq!(b.next().await, Said::Connected { peer: a.me, dialed: false, connections: 1 });
    (a, b)
}

pub type Established = Result<(PeerId, StreamMuxerBox), Error>;

/// A transport that runs by itself, without a swarm.
pub struct Bare {
    pub me: PeerId,
    pub accepted: UnboundedReceiver<Established>,
    pub sent: Rc<RefCell<Vec<Signal>>>,
    transport: Rc<RefCell<Transport>>,
}

impl Bare {
    pub fn new(me: PeerId, post: &Post, way: Way, config: Config) -> Self {
        Self::customised(me, post, way, config, |transport| transport)
    }

    pub fn customised(
        me: PeerId,
        post: &Post,
        way: Way,
        config: Config,
        customise: impl FnOnce(Transport) -> Transport,
    ) -> Self {
        let mail = Mail::new(me, post, way);
        let sent = mail.sent();
        let mut transport = customise(Transport::new(me, mail, config));
        libp2p_core::Transport::listen_on(&mut transport, ListenerId::next(), listen_address()).unwrap();
        let transport = Rc::new(RefCell::new(transport));
        let (accept, accepted) = unbounded();
        spawn_local(drive(Rc::clone(&transport), accept));
        Self { me, accepted, sent, transport }
    }

    /// Like [`Bare::new`], but every raw channel is taken out before yamux gets it.
    pub fn raw(me: PeerId, post: &Post, way: Way) -> (Self, UnboundedReceiver<(Channel, LinkInfo)>) {
        let (taken, channels) = unbounded();
        let bare = Self::customised(me, post, way, Config::default(), |transport| {
            transport.with_guard(move |channel, link| {
                let given = taken.unbounded_send((channel, link));
                async move { Err(format!("taken: {}", given.is_ok()).into()) }
            })
        });
        (bare, channels)
    }

    pub fn network_changed(&self) {
        self.transport.borrow().control().network_changed();
    }

    pub fn dial(&self, address: Multiaddr) -> impl Future<Output = Established> + use<> {
        let opts = DialOpts { role: Endpoint::Dialer, port_use: PortUse::New };
        libp2p_core::Transport::dial(&mut *self.transport.borrow_mut(), address, opts).unwrap()
    }

    pub async fn accept(&mut self) -> Established {
        self.accepted.next().await.unwrap()
    }
}

async fn drive(transport: Rc<RefCell<Transport>>, accept: UnboundedSender<Established>) {
    loop {
        let next = poll_fn(|cx| libp2p_core::Transport::poll(Pin::new(&mut *transport.borrow_mut()), cx)).await;
        if let TransportEvent::Incoming { upgrade, .. } = next {
            let accept = accept.clone();
            spawn_local(async move {
                let _unheard = accept.unbounded_send(upgrade.await);
            });
        }
    }
}

/// The two ends of one raw channel, the dialer's first.
pub async fn raw_pair() -> ((Channel, LinkInfo), (Channel, LinkInfo)) {
    let (a, b) = raw_nodes(crate::post::faithful(), crate::post::faithful()).await;
    (a.1, b.1)
}

/// A node and its end of a raw channel.
pub type RawNode = (Bare, (Channel, LinkInfo));

/// Two nodes with one raw channel, the dialer's first, whose signals go these ways.
pub async fn raw_nodes(way_there: Way, way_back: Way) -> (RawNode, RawNode) {
    let post = Post::default();
    let (a, b) = two_peers();
    let (a, mut from_a) = Bare::raw(a, &post, way_there);
    let (b, mut from_b) = Bare::raw(b, &post, way_back);
    let dial = a.dial(peer_address(b.me));
    assert!(matches!(dial.await, Err(Error::Refused(_))));
    let (of_a, of_b) = (from_a.next().await.unwrap(), from_b.next().await.unwrap());
    ((a, of_a), (b, of_b))
}
