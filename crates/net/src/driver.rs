//! The one visible loop of a node that is online: swarm, lanes, rendezvous and requests of the app come in, one at a time, local
//! work first. Dropping its future closes every connection at once: the swarm runs its connections within it.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use futures::{
    FutureExt as _, StreamExt as _,
    channel::{mpsc, oneshot},
    future::LocalBoxFuture,
    stream::FuturesUnordered,
};
use futures_timer::Delay;
use libp2p_core::{ConnectedPoint, Multiaddr, multiaddr::Protocol, transport::TransportError};
use libp2p_identity::PeerId;
use libp2p_swarm::{
    Config, ConnectionError, ConnectionId, NetworkBehaviour, Swarm, SwarmEvent,
    dial_opts::{DialOpts, PeerCondition},
};
use libp2p_webrtc_browser::Signal;
use litemap::LiteMap;
use paceline_mesh::{Lane, replica::Millis};
use paceline_room::NodeId;

use crate::{
    broadcast,
    envelope::{self, Run},
    lanes::{self, LaneOpened, Report},
    links::{Action, Links},
    meeting::Meeting,
    out_of_band::{Codes, HandCode, OutOfBandError},
    peer_id::{node_id, peer_id},
    platform::{Platform, Transport},
    ports::Outgoing,
    rendezvous::Arrival,
    status::Status,
    switchboard::{Output, Via},
    types::Path,
};

/// The swarm's default closes idle connections after seconds; `Duration::MAX` overflows its timer.
const IDLE_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// A request of the app that takes time.
pub(crate) enum Command {
    /// Make an invite.
    Invite(oneshot::Sender<Result<String, OutOfBandError>>),
    /// Read an invite, make the reply.
    Reply(String, oneshot::Sender<Result<String, OutOfBandError>>),
    /// Read a reply.
    Accept(String, oneshot::Sender<Result<(), OutOfBandError>>),
    /// The shared state was changed from outside: look at it.
    Look,
}

/// What the driver shares with the app's handle.
#[derive(Clone)]
pub(crate) struct Common {
    pub(crate) me: NodeId,
    pub(crate) run: Run,
    pub(crate) links: Rc<RefCell<Links>>,
    pub(crate) meeting: Rc<RefCell<Meeting>>,
    pub(crate) status: Rc<Status>,
    pub(crate) platform: Rc<dyn Platform>,
    /// What the names of signs of life start with.
    pub(crate) life_prefix: String,
}

/// What comes in while online.
pub(crate) struct Sources {
    pub(crate) commands: mpsc::UnboundedReceiver<Command>,
    pub(crate) signals: mpsc::UnboundedReceiver<Outgoing>,
    pub(crate) refusals: mpsc::UnboundedReceiver<(&'static str, NodeId)>,
    /// Where the transports get their signals.
    pub(crate) ports: LiteMap<Path, mpsc::Sender<(PeerId, Signal)>>,
}

#[derive(NetworkBehaviour)]
#[behaviour(prelude = "libp2p_swarm::derive_prelude")]
struct Behaviours {
    lanes: lanes::Behaviour,
    ping: libp2p_ping::Behaviour,
}

enum Stimulus {
    Command(Command),
    Link(Action),
    Report(ConnectionId, Lane, Report),
    Signal(Outgoing),
    Refusal(&'static str, NodeId),
    Died(NodeId, Run),
    Arrival(Via, Arrival),
    Swarm(SwarmEvent<BehavioursEvent>),
    Closed(ConnectionId, bool),
    Tick,
}

/// From the driver's own tasks to its loop; each puts in few.
type Queue<T> = (mpsc::UnboundedSender<T>, mpsc::UnboundedReceiver<T>);

pub(crate) struct Driver {
    common: Common,
    sources: Sources,
    swarm: Swarm<Behaviours>,
    /// Lane tasks and watches; they live and die with the driver.
    tasks: FuturesUnordered<LocalBoxFuture<'static, ()>>,
    reports: Queue<(ConnectionId, Lane, Report)>,
    deaths: Queue<(NodeId, Run)>,
    /// Connections that ended, and whether in order: looked at when their lanes have read what was still there.
    closed: VecDeque<(ConnectionId, bool)>,
    timer: Option<(Millis, Delay)>,
    dials: LiteMap<ConnectionId, (Option<NodeId>, Path)>,
    /// Dials that led to a connection, for as long as it lasts.
    dialled: LiteMap<ConnectionId, (NodeId, Path)>,
    codes: Codes,
    /// That no server works has been said.
    servers_failed: bool,
    invites: VecDeque<oneshot::Sender<Result<String, OutOfBandError>>>,
    replies: LiteMap<[u8; 16], oneshot::Sender<Result<String, OutOfBandError>>>,
}

impl Driver {
    pub(crate) fn new(common: Common, sources: Sources, transport: Transport, listen: Vec<Multiaddr>) -> Self {
        let behaviours = Behaviours { lanes: lanes::Behaviour::default(), ping: libp2p_ping::Behaviour::default() };
        // Streams are negotiated in full before they are used: a lazily negotiated one whose connection breaks meanwhile
        // panics when it is polled again (multistream-select 0.14, "Negotiated: Invalid state").
        let config = Config::without_executor().with_idle_connection_timeout(IDLE_TIMEOUT);
        let mut swarm = Swarm::new(transport, behaviours, peer_id(&common.me), config);
        for address in listen {
            if let Err(error) = swarm.listen_on(address) {
                // Without the address, which is one of ours: what writes addresses of all kinds would come with the page.
                let why = match error {
                    TransportError::Other(error) => error.to_string(),
                    TransportError::MultiaddrNotSupported(_) => "no transport listens there".to_owned(),
                };
                common.status.failed("cannot-listen", format!("Other tabs cannot connect to this one: {why}"));
            }
        }
        Self {
            common,
            sources,
            swarm,
            tasks: FuturesUnordered::new(),
            reports: mpsc::unbounded(),
            deaths: mpsc::unbounded(),
            closed: VecDeque::new(),
            timer: None,
            dials: LiteMap::new(),
            dialled: LiteMap::new(),
            codes: Codes::default(),
            servers_failed: false,
            invites: VecDeque::new(),
            replies: LiteMap::new(),
        }
    }

    /// Runs until it is dropped. What it calls stays out of line (`inline(never)`): browsers compile a function as a whole when it is
    /// called first, and the first link needs little of all this.
    pub(crate) async fn run(mut self) {
        loop {
            self.carry_out();
            match poll_fn(|cx| self.poll_next(cx)).await {
                Stimulus::Command(command) => self.on_command(command),
                Stimulus::Link(action) => self.on_action(action),
                Stimulus::Report(id, lane, report) => self.on_report(id, lane, report),
                Stimulus::Signal(Outgoing::Signal(path, to, signal)) => self.on_outgoing(path, to, signal),
                Stimulus::Signal(Outgoing::Gathered(peer, session)) => {
                    if let Some(node) = node_id(&peer) {
                        let now = self.common.status.now();
                        self.common.meeting.borrow_mut().switchboard.gathered(node, session, now);
                    }
                }
                Stimulus::Refusal(code, peer) => self.common.status.refused(code, Some(peer)),
                Stimulus::Died(node, run) => self.on_death(node, run),
                Stimulus::Arrival(via, Arrival::Envelope(envelope)) => {
                    let now = self.common.status.now();
                    self.common.meeting.borrow_mut().received(via, &envelope, now);
                }
                Stimulus::Arrival(_, Arrival::Changed) => self.on_rendezvous_changed(),
                Stimulus::Closed(id, orderly) => self.on_closed(id, orderly),
                Stimulus::Swarm(event) => self.on_swarm_event(event),
                Stimulus::Tick => {
                    let now = self.common.status.now();
                    self.common.links.borrow_mut().tick(now);
                    self.common.meeting.borrow_mut().tick(now);
                }
            }
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Stimulus> {
        if let Poll::Ready(Some(command)) = self.sources.commands.poll_next_unpin(cx) {
            return Poll::Ready(Stimulus::Command(command));
        }
        if let Poll::Ready(action) = self.common.links.borrow_mut().poll_action(cx) {
            return Poll::Ready(Stimulus::Link(action));
        }
        if let Poll::Ready(Some((id, lane, report))) = self.reports.1.poll_next_unpin(cx) {
            return Poll::Ready(Stimulus::Report(id, lane, report));
        }
        if let Poll::Ready(Some(signal)) = self.sources.signals.poll_next_unpin(cx) {
            return Poll::Ready(Stimulus::Signal(signal));
        }
        if let Poll::Ready(Some((code, peer))) = self.sources.refusals.poll_next_unpin(cx) {
            return Poll::Ready(Stimulus::Refusal(code, peer));
        }
        if let Poll::Ready(Some((node, run))) = self.deaths.1.poll_next_unpin(cx) {
            return Poll::Ready(Stimulus::Died(node, run));
        }
        if let Poll::Ready(Some(event)) = self.swarm.poll_next_unpin(cx) {
            return Poll::Ready(Stimulus::Swarm(event));
        }
        if let Poll::Ready((via, arrival)) = self.common.meeting.borrow_mut().poll_next(cx) {
            return Poll::Ready(Stimulus::Arrival(via, arrival));
        }
        while let Poll::Ready(Some(())) = self.tasks.poll_next_unpin(cx) {}
        if let Poll::Ready(Some((id, lane, report))) = self.reports.1.poll_next_unpin(cx) {
            return Poll::Ready(Stimulus::Report(id, lane, report));
        }
        if let Some((id, orderly)) = self.closed.pop_front() {
            return Poll::Ready(Stimulus::Closed(id, orderly));
        }
        self.poll_timer(cx)
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<Stimulus> {
        let now = self.common.status.now();
        let wake_at = self.common.meeting.borrow().wake_at();
        let wake_at = self.common.links.borrow().deadline().map_or(wake_at, |deadline| deadline.min(wake_at));
        if wake_at <= now {
            return Poll::Ready(Stimulus::Tick);
        }
        if self.timer.as_ref().is_none_or(|(set, _)| *set != wake_at) {
            self.timer = Some((wake_at, Delay::new(Duration::from_millis(wake_at - now))));
        }
        let Some((_, delay)) = &mut self.timer else { return Poll::Pending };
        if delay.poll_unpin(cx).is_ready() {
            self.timer = None;
            return Poll::Ready(Stimulus::Tick);
        }
        Poll::Pending
    }

    /// Does what the switchboard wants done.
    #[inline(never)]
    fn carry_out(&mut self) {
        let outputs = self.common.meeting.borrow_mut().switchboard.outputs();
        for output in outputs {
            match output {
                Output::Send { through, to, envelope } => {
                    self.common.meeting.borrow_mut().send(through, to.as_ref(), &envelope);
                }
                Output::Signal { path, from, signal } => {
                    if let Some(port) = self.sources.ports.get_mut(&path) {
                        // A transport that is behind loses signals, as it may on any way.
                        let _ = port.try_send((peer_id(&from), signal));
                    }
                }
                Output::Dial { peer, path } => self.dial(Some(peer), path),
                Output::Invite { envelope, .. } => {
                    let code = self.codes.write(HandCode::Invite, &envelope);
                    self.common.meeting.borrow_mut().code_sent();
                    if let Some(waiting) = self.invites.pop_front() {
                        let _ = waiting.send(Ok(code));
                    }
                }
                Output::Reply { session, envelope } => {
                    let code = self.codes.write(HandCode::Reply, &envelope);
                    self.common.meeting.borrow_mut().code_sent();
                    if let Some(waiting) = self.replies.remove(&session) {
                        let _ = waiting.send(Ok(code));
                    }
                }
                Output::HandEnded { session } => {
                    if let Some(waiting) = self.replies.remove(&session) {
                        let _ = waiting.send(Err(OutOfBandError::Unavailable));
                    }
                }
                Output::Left(node) => self.drop_link(node, true),
                Output::Refused { code, peer } => self.common.status.refused(code, peer),
            }
        }
    }

    fn dial(&mut self, peer: Option<NodeId>, path: Path) {
        let opts = match (peer, path) {
            (Some(node), _) => {
                let peer = peer_id(&node);
                DialOpts::peer_id(peer)
                    .condition(PeerCondition::Always)
                    .addresses(vec![address(path, Some(peer))])
                    .build()
            }
            (None, _) => DialOpts::unknown_peer_id().address(address(path, None)).build(),
        };
        let id = opts.connection_id();
        self.dials.insert(id, (peer, path));
        if self.swarm.dial(opts).is_err() {
            self.dial_failed(id);
        }
    }

    #[inline(never)]
    fn dial_failed(&mut self, id: ConnectionId) {
        let Some((peer, path)) = self.dials.remove(&id) else { return };
        match peer {
            Some(peer) => {
                let now = self.common.status.now();
                self.common.meeting.borrow_mut().switchboard.dial_failed(peer, path, now);
            }
            None => match self.invites.pop_front() {
                Some(waiting) => {
                    let _ = waiting.send(Err(OutOfBandError::Unavailable));
                }
                None => {
                    let text = "The connection by hand did not come up. Make a new invite.".to_owned();
                    self.common.status.failed("by-hand-failed", text);
                }
            },
        }
    }

    #[inline(never)]
    fn drop_link(&mut self, peer: NodeId, goodbye: bool) {
        let now = self.common.status.now();
        self.common.links.borrow_mut().drop_link(peer, goodbye, now);
    }

    #[inline(never)]
    fn on_death(&mut self, node: NodeId, run: Run) {
        let same_run = self.common.links.borrow().run(&node) == Some(run);
        if same_run {
            self.drop_link(node, true);
        }
    }

    #[inline(never)]
    fn on_outgoing(&mut self, path: Path, to: Option<PeerId>, signal: Signal) {
        let to = match to {
            None => None,
            Some(peer) => match node_id(&peer) {
                Some(node) => Some(node),
                None => return,
            },
        };
        let now = self.common.status.now();
        self.common.meeting.borrow_mut().switchboard.send_signal(path, to, signal, now);
    }

    #[inline(never)]
    fn on_action(&mut self, action: Action) {
        let now = self.common.status.now();
        match action {
            Action::Close(id) => {
                self.swarm.close_connection(id);
            }
            Action::Linked { peer, path, run, new } => {
                self.common.meeting.borrow_mut().switchboard.linked(peer, path, run, now);
                if new && self.common.meeting.borrow().same_browser(&peer) {
                    self.watch(peer, run);
                }
            }
            Action::Unlinked { peer, goodbye } => {
                self.common.meeting.borrow_mut().switchboard.unlinked(peer, goodbye, now);
            }
            Action::Refused { code, peer } => self.common.status.refused(code, Some(peer)),
        }
    }

    /// Learns of a peer's death at once, where the browser says so.
    fn watch(&mut self, peer: NodeId, run: Run) {
        let name = format!("{}{peer}", self.common.life_prefix);
        let Some(watching) = self.common.platform.watch_life(&name) else { return };
        let deaths = self.deaths.0.clone();
        self.tasks.push(Box::pin(async move {
            if watching.await {
                let _ = deaths.unbounded_send((peer, run));
            }
        }));
    }

    #[inline(never)]
    fn on_report(&mut self, id: ConnectionId, lane: Lane, report: Report) {
        let meeting = self.common.meeting.borrow();
        self.common.links.borrow_mut().report(id, lane, report, |node| meeting.via(node));
    }

    fn on_lane(&mut self, LaneOpened { connection, lane, older, stream }: LaneOpened) {
        let Some(open) = self.common.links.borrow_mut().open_lane(connection, lane, older) else { return };
        let reports = self.reports.0.clone();
        let report = move |report| {
            let _ = reports.unbounded_send((connection, lane, report));
        };
        for task in lanes::tasks(stream, self.common.run, open.queue, open.reader, report) {
            self.tasks.push(task);
        }
    }

    #[inline(never)]
    fn on_swarm_event(&mut self, event: SwarmEvent<BehavioursEvent>) {
        match event {
            SwarmEvent::Behaviour(BehavioursEvent::Lanes(opened)) => self.on_lane(opened),
            SwarmEvent::Behaviour(BehavioursEvent::Ping(ping)) => self.on_ping(&ping),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                self.on_established(peer_id, connection_id, &endpoint);
            }
            SwarmEvent::ConnectionClosed { connection_id, cause, .. } => {
                self.closed.push_back((connection_id, is_orderly(cause)));
            }
            SwarmEvent::OutgoingConnectionError { connection_id, .. } => self.dial_failed(connection_id),
            _ => {}
        }
    }

    fn on_established(&mut self, peer: PeerId, id: ConnectionId, endpoint: &ConnectedPoint) {
        let path = path_of(endpoint.get_remote_address());
        let dialled = self.dials.remove(&id);
        let Some(node) = node_id(&peer) else {
            self.swarm.close_connection(id);
            return;
        };
        let now = self.common.status.now();
        if dialled.is_some() {
            self.dialled.insert(id, (node, path));
        }
        if self.common.status.is_refused(&node) || node == self.common.me {
            self.swarm.close_connection(id);
            return;
        }
        let smaller = self.common.me < node;
        self.common.links.borrow_mut().established(id, node, path, endpoint.is_dialer() == smaller, now);
    }

    #[inline(never)]
    fn on_closed(&mut self, id: ConnectionId, orderly: bool) {
        let was_ready = self.common.links.borrow_mut().closed(id, orderly);
        let Some((peer, path)) = self.dialled.remove(&id) else { return };
        let now = self.common.status.now();
        let switchboard = &mut self.common.meeting.borrow_mut().switchboard;
        if was_ready {
            switchboard.dial_done(peer, path);
        } else {
            switchboard.dial_failed(peer, path, now);
        }
    }

    fn on_ping(&mut self, ping: &libp2p_ping::Event) {
        match &ping.result {
            Ok(rtt) => {
                let millis = u32::try_from(rtt.as_micros().div_ceil(1000)).unwrap_or(u32::MAX);
                self.common.links.borrow_mut().set_rtt(ping.connection, millis);
            }
            Err(libp2p_ping::Failure::Timeout) => {
                self.swarm.close_connection(ping.connection);
            }
            // The connection's own end says more.
            Err(_) => {}
        }
    }

    /// A server that fails is shown and no more; that none works, while nobody is linked, is worth a word. Once.
    #[inline(never)]
    fn on_rendezvous_changed(&mut self) {
        self.common.status.rendezvous_changed();
        let fail = self.common.meeting.borrow().servers_fail();
        if !fail {
            self.servers_failed = false;
        } else if !self.servers_failed && self.common.links.borrow().peers().is_empty() {
            self.servers_failed = true;
            let text = "None of the relays through which others are found works. Tabs of this browser still find each other, and others \
                        can be invited by hand; the relays are tried again.";
            self.common.status.failed("no-relay", text.to_owned());
        }
    }

    #[inline(never)]
    fn on_command(&mut self, command: Command) {
        match command {
            Command::Look => {}
            Command::Invite(answer) if self.sources.ports.contains_key(&Path::Webrtc) => {
                self.invites.push_back(answer);
                self.dial(None, Path::Webrtc);
            }
            Command::Invite(answer) => {
                let _ = answer.send(Err(OutOfBandError::Unavailable));
            }
            Command::Reply(text, answer) => match self.read_invite(&text) {
                Ok(session) => {
                    self.replies.insert(session, answer);
                }
                Err(error) => {
                    let _ = answer.send(Err(error));
                }
            },
            Command::Accept(text, answer) => {
                let _ = answer.send(self.read_reply(&text));
            }
        }
    }

    fn open_code(&mut self, wanted: HandCode, text: &str) -> Result<envelope::Opened, OutOfBandError> {
        let bytes = self.codes.read(wanted, text)?;
        let opened = match wanted {
            HandCode::Invite => self.common.meeting.borrow().switchboard.open_invite(&bytes)?,
            HandCode::Reply => self.common.meeting.borrow().switchboard.open_reply(&bytes)?,
        };
        if opened.content.from == self.common.me {
            return Err(OutOfBandError::OwnCode);
        }
        if !self.sources.ports.contains_key(&Path::Webrtc) {
            return Err(OutOfBandError::Unavailable);
        }
        if self.common.links.borrow().run(&opened.content.from).is_some() {
            return Err(OutOfBandError::AlreadyLinked);
        }
        self.common.meeting.borrow_mut().code_received();
        Ok(opened)
    }

    fn read_invite(&mut self, text: &str) -> Result<[u8; 16], OutOfBandError> {
        let opened = self.open_code(HandCode::Invite, text)?;
        let now = self.common.status.now();
        Ok(self.common.meeting.borrow_mut().switchboard.read_invite(&opened, now)?)
    }

    fn read_reply(&mut self, text: &str) -> Result<(), OutOfBandError> {
        let opened = self.open_code(HandCode::Reply, text)?;
        let now = self.common.status.now();
        Ok(self.common.meeting.borrow_mut().switchboard.read_reply(&opened, now)?)
    }
}

fn address(path: Path, peer: Option<PeerId>) -> Multiaddr {
    match (path, peer) {
        (Path::Broadcast, Some(peer)) => broadcast::peer_address(peer),
        (_, Some(peer)) => libp2p_webrtc_browser::peer_address(peer),
        (_, None) => libp2p_webrtc_browser::anyone_address(),
    }
}

fn path_of(address: &Multiaddr) -> Path {
    match address.iter().next() {
        Some(Protocol::Unix(_)) => Path::Broadcast,
        _ => Path::Webrtc,
    }
}

/// Whether the other side closed the connection, rather than losing it. Then yamux says `Closed`, which becomes an error of no
/// particular kind, or writing finds nobody there; what was lost keeps its own kind.
fn is_orderly(cause: Option<ConnectionError>) -> bool {
    use std::io::{Error, ErrorKind};
    let Some(ConnectionError::IO(error)) = cause else { return false };
    let yamux = error.into_inner().and_then(|inner| inner.downcast::<libp2p_yamux::Error>().ok());
    yamux.is_some_and(|error| matches!(Error::from(*error).kind(), ErrorKind::Other | ErrorKind::BrokenPipe))
}
