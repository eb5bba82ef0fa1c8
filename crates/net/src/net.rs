//! The app's handle on the network: goes online and offline, sends, tells what is there. It owns the driver; see there.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fmt,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use futures::{
    FutureExt as _, Stream,
    channel::{mpsc, oneshot},
    future::LocalBoxFuture,
};
use libp2p_core::{Transport as _, transport::OptionalTransport};
use litemap::LiteMap;
use paceline_mesh::Lane;
use paceline_room::NodeId;

use crate::{
    broadcast::{self, BroadcastTransport},
    channels::Channels,
    driver::{Command, Common, Driver, Sources},
    events::EventQueue,
    keys::RoomKeys,
    links::Links,
    meeting::Meeting,
    nostr::Relays,
    out_of_band::OutOfBandError,
    peer_id::peer_id,
    platform::{self, NetworkChanges, Platform, Prover, Transport, WebrtcSetup},
    ports::{Outgoing, port},
    rendezvous::{Rendezvous, SameBrowser},
    room::Room,
    status::Status,
    switchboard::{Bounds, Setup, Switchboard},
    types::{NetConfig, NetEvent, Path, PeerInfo, RendezvousState, RendezvousStatus},
};

/// A node's network. Clones are the same one; it ends when the last of them and the event stream are dropped, or by
/// [`Net::goodbye`].
#[derive(Clone)]
pub struct Net(Rc<Inner>);

struct Inner {
    /// Room and key never change.
    config: RefCell<Rc<NetConfig>>,
    keys: RoomKeys,
    node: NodeId,
    platform: Rc<dyn Platform>,
    links: Rc<RefCell<Links>>,
    status: Rc<Status>,
    online: RefCell<Option<Online>>,
}

/// What is there only while online.
struct Online {
    meeting: Rc<RefCell<Meeting>>,
    commands: mpsc::UnboundedSender<Command>,
    driver: Rc<RefCell<Running>>,
    relayed: mpsc::UnboundedSender<Vec<u8>>,
    out_of_band: RendezvousState,
    _life: Option<Box<dyn std::any::Any>>,
}

/// The driver's future, where it can be dropped from outside its task.
#[derive(Default)]
struct Running {
    future: Option<LocalBoxFuture<'static, ()>>,
    waker: Option<Waker>,
}

impl fmt::Debug for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Net").field("online", &self.is_online()).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(online) = self.online.get_mut().take() {
            online.stop();
        }
    }
}

impl Online {
    /// Drops the driver with all connections, at once.
    fn stop(self) {
        self.meeting.borrow_mut().say_bye();
        let mut running = self.driver.borrow_mut();
        let future = running.future.take();
        if let Some(waker) = running.waker.take() {
            waker.wake();
        }
        drop(running);
        drop(future);
    }
}

impl Net {
    /// Goes online in a room, and says hello at once. Events come in order; take them promptly: while many wait, nothing
    /// more is read from the links.
    pub fn start_on(
        platform: Rc<dyn Platform>,
        config: NetConfig,
    ) -> (Self, impl Stream<Item = NetEvent> + Unpin + 'static) {
        let events = Rc::new(EventQueue::default());
        let net = Self(Rc::new(Inner {
            keys: RoomKeys::new(&config.link),
            node: config.keypair.node(),
            config: RefCell::new(Rc::new(config)),
            platform,
            links: Rc::new(RefCell::new(Links::new(Rc::clone(&events)))),
            status: Rc::new(Status::new(Rc::clone(&events))),
            online: RefCell::new(None),
        }));
        net.online();
        (net, events.stream())
    }

    /// This node.
    pub fn node(&self) -> NodeId {
        self.0.node
    }

    /// Puts a message into a lane of the link with `peer`. Never blocks; without a link nothing happens. Messages arrive in
    /// order, once, for as long as the link is up; what was not read when it went down is lost. A lane has room for 2 MiB (live)
    /// or 8 MiB (bulk) that the peer has not read; a link whose lane overflows goes down, and its peer catches up on the
    /// next. At most [`crate::MAX_MESSAGE`] bytes.
    pub fn send(&self, peer: NodeId, lane: Lane, bytes: Vec<u8>) {
        let now = self.0.status.now();
        self.0.links.borrow_mut().send(peer, lane, bytes, now);
    }

    /// Ends the link with `peer`; it may come back.
    pub fn disconnect(&self, peer: NodeId) {
        let now = self.0.status.now();
        self.0.links.borrow_mut().drop_link(peer, false, now);
    }

    /// No direct link with that node, from now on.
    pub fn refuse(&self, node: NodeId) {
        self.0.status.refuse(node);
        if let Some(online) = &*self.0.online.borrow() {
            online.meeting.borrow_mut().switchboard.refuse_node(node);
        }
        self.disconnect(node);
    }

    /// Links with that node again.
    pub fn allow(&self, node: NodeId) {
        self.0.status.allow(&node);
        if let Some(online) = &*self.0.online.borrow() {
            online.meeting.borrow_mut().switchboard.allow_node(node, self.0.status.now());
            let _ = online.commands.unbounded_send(Command::Look);
        }
    }

    /// Drops all links, and is silent until [`Net::online`].
    pub fn offline(&self) {
        let Some(online) = self.0.online.borrow_mut().take() else { return };
        online.stop();
        self.0.links.borrow_mut().end();
        self.0.status.rendezvous_changed();
    }

    /// The page goes away (`pagehide`): says bye and closes all links before it returns. [`Net::online`] undoes it, for a page
    /// that comes back from the browser's cache.
    pub fn goodbye(&self) {
        self.offline();
    }

    /// Other servers from now on; the room, the key and the page's path stay as they are. While online all links drop, and
    /// come back: the transports are made with what they use.
    pub fn reconfigure(&self, change: impl FnOnce(&mut NetConfig)) {
        let online = self.is_online();
        self.offline();
        change(Rc::make_mut(&mut *self.0.config.borrow_mut()));
        if online {
            self.online();
        }
    }

    /// Whether this node looks for others.
    pub fn is_online(&self) -> bool {
        self.0.online.borrow().is_some()
    }

    /// The linked peers.
    pub fn peers(&self) -> Vec<PeerInfo> {
        self.0.links.borrow().peers()
    }

    /// Nodes that were heard and are not linked (yet), each with how often this one dialled it in vain. The node with the smaller
    /// id dials, so the other side counts nothing.
    pub fn unlinked(&self) -> Vec<(NodeId, u32)> {
        let online = self.0.online.borrow();
        online.as_ref().map(|online| online.meeting.borrow().switchboard.unlinked_nodes()).unwrap_or_default()
    }

    /// How each rendezvous stands; none while offline.
    pub fn rendezvous(&self) -> Vec<RendezvousStatus> {
        let online = self.0.online.borrow();
        online.as_ref().map(|online| online.meeting.borrow().status(online.out_of_band)).unwrap_or_default()
    }

    /// The network may be another than before, or this machine has slept: open links look for new paths, lost ones are found
    /// again, and hello is said. At once; when called again and again, the last call counts, some seconds later.
    pub fn network_changed(&self) {
        let Some(online) = &*self.0.online.borrow() else { return };
        online.meeting.borrow_mut().network_changed(self.0.status.now());
        let _ = online.commands.unbounded_send(Command::Look);
    }

    /// The clock of this node's configuration learned of another time: what relays refused is said again by that.
    pub fn time_learned(&self) {
        if let Some(online) = &*self.0.online.borrow() {
            online.meeting.borrow_mut().time_learned();
        }
    }

    /// A relayed message came through the room for this node: the other end of [`NetEvent::Carry`].
    pub fn carried(&self, bytes: Vec<u8>) {
        if let Some(online) = &*self.0.online.borrow() {
            let _ = online.relayed.unbounded_send(bytes);
        }
    }

    /// These are present and not linked with this node, as the mesh knows, the surest first: they are greeted through the room.
    /// Replaces what was said before.
    pub fn acquainted(&self, nodes: &[NodeId]) {
        if let Some(online) = &*self.0.online.borrow() {
            online.meeting.borrow_mut().switchboard.acquainted(nodes, self.0.status.now());
            let _ = online.commands.unbounded_send(Command::Look);
        }
    }

    /// Whether newcomers are heard here now: a server where they call is reached.
    pub fn hears(&self) -> bool {
        self.0.online.borrow().as_ref().is_some_and(|online| online.meeting.borrow().hears())
    }

    /// Whether servers may rest: a node in a room that finds newcomers by itself needs none to listen there. Undone by `false`,
    /// which says hello there at once. Each [`Net::online`] starts awake.
    pub fn rest(&self, rest: bool) {
        if let Some(online) = &*self.0.online.borrow() {
            online.meeting.borrow_mut().rest(rest, self.0.status.now());
            let _ = online.commands.unbounded_send(Command::Look);
        }
    }

    /// What was refused since the start, by code.
    pub fn refused(&self) -> BTreeMap<&'static str, u64> {
        self.0.status.counts()
    }

    /// The first of two codes to carry by hand: paste it in the other tab. It is good for one other node, for half an hour,
    /// while this tab stays open.
    pub async fn out_of_band_invite(&self) -> Result<String, OutOfBandError> {
        self.ask(Command::Invite).await
    }

    /// The second, made from the first.
    pub async fn out_of_band_reply(&self, invite: &str) -> Result<String, OutOfBandError> {
        let invite = invite.to_owned();
        self.ask(|answer| Command::Reply(invite, answer)).await
    }

    /// Takes the reply to an invite of this tab; the link comes up as an event.
    pub async fn out_of_band_accept(&self, reply: &str) -> Result<(), OutOfBandError> {
        let reply = reply.to_owned();
        self.ask(|answer| Command::Accept(reply, answer)).await
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, OutOfBandError>>) -> Command,
    ) -> Result<T, OutOfBandError> {
        let commands = self.0.online.borrow().as_ref().map(|online| online.commands.clone());
        let (answer, answered) = oneshot::channel();
        let sent = commands.map(|commands| commands.unbounded_send(command(answer)));
        if !matches!(sent, Some(Ok(()))) {
            return Err(OutOfBandError::Offline);
        }
        answered.await.unwrap_or(Err(OutOfBandError::Offline))
    }

    /// Looks for others again, after [`Net::offline`]: says hello at once. While online already: tries at once what was put off.
    pub fn online(&self) {
        if let Some(online) = &*self.0.online.borrow() {
            online.meeting.borrow_mut().network_changed(self.0.status.now());
            let _ = online.commands.unbounded_send(Command::Look);
            return;
        }
        let online = self.0.go_online();
        *self.0.online.borrow_mut() = Some(online);
        self.0.status.rendezvous_changed();
    }
}

impl Inner {
    fn config(&self) -> Rc<NetConfig> {
        self.config.borrow().clone()
    }

    fn go_online(&self) -> Online {
        let mut run = [0; 16];
        platform::random(&mut run);
        let (commands, command_source) = mpsc::unbounded();
        let (signals, signal_source) = mpsc::unbounded();
        let (refusals, refusal_source) = mpsc::unbounded();
        let prover = Prover { keys: self.keys.clone(), me: self.config().keypair.node(), refusals };

        let life_prefix = format!("paceline/1/node{}#{}#", self.config().page_path, self.keys.local_name());
        let life = self.platform.show_life(&format!("{life_prefix}{}", prover.me));

        let channels = self.platform.channels();
        let (relayed, relayed_source) = mpsc::unbounded();
        let network = NetworkChanges::default();
        let meeting = self.meeting(channels.as_deref(), relayed_source, run, network.clone());
        let meeting = Rc::new(RefCell::new(meeting));
        // Others should hear of this node before it spends time on anything else.
        meeting.borrow_mut().say_hello(self.status.now());

        let mut ports = LiteMap::new();
        let webrtc = self.webrtc(&prover, &signals, &mut ports, &network);
        let out_of_band = if webrtc.is_some() { RendezvousState::Open } else { RendezvousState::Unavailable };
        let broadcast =
            channels.filter(|_| self.config().paths.broadcast && self.config().same_browser).map(|channels| {
                let (near, sender) = port(Path::Broadcast, signals.clone());
                ports.insert(Path::Broadcast, sender);
                broadcast_transport(near, channels, &prover)
            });
        let mut listen = Vec::new();
        listen.extend(webrtc.as_ref().map(|_| libp2p_webrtc_browser::listen_address()));
        listen.extend(broadcast.as_ref().map(|_| broadcast::listen_address()));

        let common = Common {
            me: prover.me,
            run,
            links: Rc::clone(&self.links),
            meeting: Rc::clone(&meeting),
            status: Rc::clone(&self.status),
            platform: Rc::clone(&self.platform),
            life_prefix,
        };
        let sources = Sources { commands: command_source, signals: signal_source, refusals: refusal_source, ports };
        let driver = self.run_driver(Driver::new(common, sources, join(webrtc, broadcast), listen));
        Online { meeting, commands, driver, relayed, out_of_band, _life: life }
    }

    fn meeting(
        &self,
        channels: Option<&dyn Channels>,
        relayed: mpsc::UnboundedReceiver<Vec<u8>>,
        run: [u8; 16],
        network: NetworkChanges,
    ) -> Meeting {
        let mut rendezvous: Vec<Box<dyn Rendezvous>> = Vec::new();
        if let Some(channels) = channels.filter(|_| self.config().same_browser) {
            let name = SameBrowser::name(&self.config().page_path, &self.keys.local_name());
            match channels.open(&name) {
                Ok(channel) => rendezvous.push(Box::new(SameBrowser::new(channel))),
                Err(error) => {
                    let text = format!("Other tabs of this browser cannot be found: {error}");
                    self.status.failed("broadcast-channel-unavailable", text);
                }
            }
        }
        let config = self.config();
        let named = !config.relays.is_empty() || !config.listed_relays.is_empty();
        if let Some(sockets) = self.platform.sockets().filter(|_| named) {
            rendezvous.push(Box::new(Relays::new(&config, self.keys.clone(), sockets, self.status.events())));
        }
        rendezvous.push(Box::new(Room::new(self.status.events(), relayed)));
        let setup = Setup {
            keys: self.keys.clone(),
            room: self.config().link.room,
            keypair: self.config().keypair.clone(),
            run,
            paths: self.config().paths,
            servers: !self.config().ice_servers.is_empty(),
            random: platform::random,
            reach: rendezvous.iter().map(|rendezvous| rendezvous.reach()).collect(),
            bounds: Bounds::default(),
        };
        Meeting::new(Switchboard::new(setup, self.status.all_refused()), rendezvous, network)
    }

    fn webrtc(
        &self,
        prover: &Prover,
        signals: &mpsc::UnboundedSender<Outgoing>,
        ports: &mut LiteMap<Path, mpsc::Sender<(libp2p_identity::PeerId, libp2p_webrtc_browser::Signal)>>,
        network: &NetworkChanges,
    ) -> Option<Transport> {
        if !self.config().paths.webrtc {
            return None;
        }
        self.judge_ice_servers();
        let (near, sender) = port(Path::Webrtc, signals.clone());
        let transport = self.platform.webrtc(WebrtcSetup {
            local: peer_id(&prover.me),
            signalling: near,
            ice_servers: self.config().ice_servers.clone(),
            relay_only: self.config().relay_only,
            network: network.clone(),
            prover: prover.clone(),
        });
        match &transport {
            Some(_) => {
                ports.insert(Path::Webrtc, sender);
            }
            None => self.status.failed("webrtc-unavailable", "This browser offers no WebRTC.".to_owned()),
        }
        transport
    }

    /// Tells of servers that cannot be used. The others are.
    fn judge_ice_servers(&self) {
        let config = self.config();
        let servers: Vec<_> = config.ice_servers.iter().cloned().map(Into::into).collect();
        let (usable, faults) = libp2p_webrtc_browser::sift(&servers);
        for fault in faults {
            self.status.failed("bad-ice-server", fault.to_string());
        }
        if config.relay_only && !usable.iter().any(libp2p_webrtc_browser::IceServer::is_relay) {
            self.status.failed("relay-only-without-turn", "no usable TURN server is known".to_owned());
        }
    }

    fn run_driver(&self, driver: Driver) -> Rc<RefCell<Running>> {
        let running = Rc::new(RefCell::new(Running { future: Some(Box::pin(driver.run())), waker: None }));
        let task = Rc::clone(&running);
        self.platform.spawn(Box::pin(poll_fn(move |cx| {
            let mut running = task.borrow_mut();
            let Some(future) = &mut running.future else { return Poll::Ready(()) };
            let done = future.poll_unpin(cx);
            running.waker = Some(cx.waker().clone());
            done
        })));
        running
    }
}

fn broadcast_transport(near: crate::ports::Port, channels: Rc<dyn Channels>, prover: &Prover) -> Transport {
    let prover = prover.clone();
    let guard: broadcast::Guard = Rc::new(move |stream, peer, role, session| {
        let prover = prover.clone();
        // There are no fingerprints to bind to: the nonces do.
        Box::pin(async move { prover.check(stream, peer, role, session, (Vec::new(), Vec::new())).await.ok() })
    });
    BroadcastTransport::new(Box::new(near), channels, guard).boxed()
}

fn join(webrtc: Option<Transport>, broadcast: Option<Transport>) -> Transport {
    let optional =
        |transport: Option<Transport>| transport.map_or_else(OptionalTransport::none, OptionalTransport::some);
    optional(webrtc).or_transport(optional(broadcast)).map(|either, _| either.into_inner()).boxed()
}
