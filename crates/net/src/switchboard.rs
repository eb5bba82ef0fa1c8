//! Who is greeted, dialled and answered: between the rendezvous (envelopes), the transports (signals) and the driver. Pure:
//! time and randomness are passed in.
//!
//! **Rules.** The node with the smaller id dials; the other answers *hello* with *hello*. A hello for everybody proves
//! nothing (it may be a recording), so it only causes a greeting or a dial. An envelope to this node echoes its run, which
//! proves it fresh. WebRTC is dialled first; a link over `BroadcastChannel` follows when that failed, found no address within
//! [`FIRST_CANDIDATE`] or took [`WEBRTC_HEAD_START`], and WebRTC is tried again beside it. Failing dials back off; a peer whose
//! link went down is dialled again once it is heard again. Whom the room knows and this node is not linked with is greeted
//! through the room ([`introductions`]).

mod by_hand;
mod hellos;
mod introductions;
mod outbox;

pub(crate) use by_hand::Unreadable;
use hellos::Hellos;
use introductions::Introductions;
use libp2p_webrtc_browser::Signal;
use litemap::LiteMap;
use outbox::{Due, Outbox};
use paceline_mesh::replica::Millis;
use paceline_room::{Cid, Keypair, NodeId};
use serde_bytes::{ByteArray, ByteBuf};

use crate::{
    envelope::{self, Content, Opened, Run},
    freshness::{Freshness, Replayed},
    keys::RoomKeys,
    message::{Line, MAX_CANDIDATES, Message, Unread},
    rendezvous::Reach,
    types::{Path, Paths},
};

/// How long WebRTC has before a link over `BroadcastChannel` is tried too.
pub(crate) const WEBRTC_HEAD_START: Millis = 3_000;
/// How long WebRTC has to find its first address. Where there is none but loopback Chromium finds none and does not say so.
const FIRST_CANDIDATE: Millis = 400;
/// The first wait after a failed dial; doubled with each further one.
const BACK_OFF: Millis = 500;
/// The longest wait between dials.
const MAX_BACK_OFF: Millis = 60_000;
/// Dials under way at a time: a member that makes nodes up cannot make this one dial them all at once.
const MAX_DIALS: usize = 16;
/// Whoever was not heard for this long is not dialled again before it is.
const SILENT_FOR: Millis = 2 * hellos::FAR_MOST;
/// One peer's hellos are answered no more often than this.
const GREET_EVERY: Millis = 1_000;
/// Nodes remembered; of those not linked, the one unheard for longest goes first.
pub(crate) const MAX_KNOWN: usize = 512;
/// Attempts remembered, to match answers with offers; the oldest goes first.
const MAX_SESSIONS: usize = 256;

type Session = [u8; 16];
/// An index into the driver's list of rendezvous.
pub(crate) type Via = usize;

/// Through which rendezvous an envelope goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Through {
    /// Every one.
    All,
    /// Those that cost nothing.
    Near,
    /// This one.
    One(Via),
}

impl From<Option<Via>> for Through {
    fn from(via: Option<Via>) -> Self {
        via.map_or(Self::All, Self::One)
    }
}

/// What the switchboard wants done.
#[derive(Debug, PartialEq)]
pub(crate) enum Output {
    /// Send an envelope, for one node or for everybody.
    Send { through: Through, to: Option<NodeId>, envelope: Vec<u8> },
    /// Hand a signal to a transport.
    Signal { path: Path, from: NodeId, signal: Signal },
    /// Dial.
    Dial { peer: NodeId, path: Path },
    /// The invite that was asked for.
    Invite { session: Session, envelope: Vec<u8> },
    /// The reply to an invite that was read.
    Reply { session: Session, envelope: Vec<u8> },
    /// An attempt that began with an invite that was read is given up.
    HandEnded { session: Session },
    /// The node said that it leaves.
    Left(NodeId),
    /// Count this.
    Refused { code: &'static str, peer: Option<NodeId> },
}

/// Who this node is and what it may do.
pub(crate) struct Setup {
    pub(crate) keys: RoomKeys,
    pub(crate) room: Cid,
    pub(crate) keypair: Keypair,
    pub(crate) run: Run,
    pub(crate) paths: Paths,
    /// Servers tell this node of addresses it has elsewhere.
    pub(crate) servers: bool,
    /// Fills with random bytes.
    pub(crate) random: fn(&mut [u8]),
    /// Whom each rendezvous reaches.
    pub(crate) reach: Vec<Reach>,
}

#[derive(Debug)]
struct Known {
    run: Run,
    via: Option<Via>,
    /// Heard since its link went down.
    alive: bool,
    heard: Millis,
    greeted: Option<(Run, Millis)>,
    linked: Option<Path>,
    webrtc: Attempt,
    broadcast: Attempt,
    /// From when on a link over `BroadcastChannel` is tried.
    broadcast_from: Option<Millis>,
}

#[derive(Debug, Default)]
struct Attempt {
    under_way: bool,
    started: Millis,
    failures: u32,
    not_before: Millis,
}

#[derive(Debug)]
struct SessionNote {
    peer: Option<NodeId>,
    offer: Option<[u8; 32]>,
    by_hand: bool,
    order: u64,
}

/// See the module.
pub(crate) struct Switchboard {
    setup: Setup,
    me: NodeId,
    fresh: Freshness,
    known: LiteMap<NodeId, Known>,
    refused: std::collections::BTreeSet<NodeId>,
    sessions: LiteMap<Session, SessionNote>,
    sessions_made: u64,
    /// Hellos where they cost nothing.
    near: Hellos,
    /// Hellos through servers.
    far: Hellos,
    resting: bool,
    introductions: Introductions,
    outbox: Outbox,
    outputs: Vec<Output>,
}

impl Known {
    fn new(run: Run, now: Millis) -> Self {
        Self {
            run,
            via: None,
            alive: false,
            heard: now,
            greeted: None,
            linked: None,
            webrtc: Attempt::default(),
            broadcast: Attempt::default(),
            broadcast_from: None,
        }
    }

    /// WebRTC found an address to offer: it gets its whole head start.
    fn found_address(&mut self) {
        let head_start = self.webrtc.started + WEBRTC_HEAD_START;
        if self.webrtc.under_way && self.webrtc.failures == 0 {
            self.broadcast_from = self.broadcast_from.map(|from| from.max(head_start));
        }
    }

    fn attempt(&mut self, path: Path) -> &mut Attempt {
        if path == Path::Webrtc { &mut self.webrtc } else { &mut self.broadcast }
    }
}

impl Attempt {
    fn may_start(&self, now: Millis) -> bool {
        !self.under_way && self.not_before <= now
    }
}

impl Switchboard {
    /// `refused`: with whom there shall be no link.
    pub(crate) fn new(setup: Setup, refused: std::collections::BTreeSet<NodeId>) -> Self {
        let me = setup.keypair.node();
        let fresh = Freshness::new(setup.run);
        let outbox = Outbox::new(setup.servers);
        Self {
            setup,
            me,
            fresh,
            known: LiteMap::new(),
            refused,
            sessions: LiteMap::new(),
            sessions_made: 0,
            near: Hellos::near(),
            far: Hellos::far(0),
            resting: false,
            introductions: Introductions::default(),
            outbox,
            outputs: Vec::new(),
        }
    }

    /// What there is to do since the last call, in order.
    pub(crate) fn outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// When [`Self::tick`] is to be called.
    pub(crate) fn wake_at(&self) -> Millis {
        let hellos = if self.resting { self.near.due } else { self.near.due.min(self.far.due) };
        let hellos = self.introductions.next().map_or(hellos, |next| next.min(hellos));
        if self.dials_under_way() >= MAX_DIALS {
            return self.outbox.next().map_or(hellos, |next| next.min(hellos));
        }
        let dials = self.known.iter().filter(|(node, known)| self.dials(node, known)).filter_map(|(_, known)| {
            let webrtc = (self.setup.paths.webrtc && !known.webrtc.under_way).then_some(known.webrtc.not_before);
            let broadcast = match known.linked {
                None if self.may_broadcast(known) && !known.broadcast.under_way => {
                    let from = if self.setup.paths.webrtc { known.broadcast_from } else { Some(0) };
                    from.map(|from| from.max(known.broadcast.not_before))
                }
                _ => None,
            };
            webrtc.into_iter().chain(broadcast).min()
        });
        dials.chain(self.outbox.next()).chain([hellos]).min().unwrap_or(hellos)
    }

    /// Time has come.
    pub(crate) fn tick(&mut self, now: Millis) {
        if now >= self.far.due && !self.resting {
            self.hello(now);
        } else if now >= self.near.due {
            self.say_hello(Through::Near, now);
        }
        self.introduce(now);
        self.send_held(now);
        self.plan_all(now);
    }

    /// Says hello to everybody; at rest only where it costs nothing.
    pub(crate) fn hello(&mut self, now: Millis) {
        self.say_hello(if self.resting { Through::Near } else { Through::All }, now);
    }

    /// The network has changed: says hello, and soon again.
    pub(crate) fn hello_again(&mut self, now: Millis) {
        self.hello(now);
        self.near.soon(now);
        self.far.soon(now);
    }

    fn say_hello(&mut self, through: Through, now: Millis) {
        self.near.said(now, self.setup.random);
        if through == Through::All {
            self.far.said(now, self.setup.random);
        }
        let (envelope, _) = self.seal(None, None, &Message::Hello {});
        self.outputs.push(Output::Send { through, to: None, envelope });
    }

    /// Whether this node keeps away from servers. When it comes back it says hello there at once.
    pub(crate) fn rest(&mut self, rest: bool, now: Millis) {
        if self.resting && !rest {
            self.far = Hellos::far(now);
        }
        self.resting = rest;
    }

    /// The envelope that says that this node leaves.
    pub(crate) fn bye(&mut self) -> Vec<u8> {
        self.seal(None, None, &Message::Bye {}).0
    }

    /// An envelope came in through a rendezvous. Tells who wrote it, if it is to be believed.
    pub(crate) fn received(&mut self, via: Via, envelope: &[u8], now: Millis) -> Option<NodeId> {
        let opened = match envelope::open(&self.setup.keys, &self.setup.room, &self.me, envelope) {
            Ok(opened) => opened,
            Err(error) => {
                let code = error.code();
                self.outputs.extend(code.map(|code| Output::Refused { code, peer: None }));
                return None;
            }
        };
        let from = opened.content.from;
        if self.refused.contains(&from) {
            return None;
        }
        if self.fresh.accept(&opened.content).is_err() || from == self.me {
            self.refuse(Replayed::CODE, from);
            return None;
        }
        let message = match Message::decode(&opened.content.body) {
            Ok((message, newer)) => {
                if newer || opened.newer {
                    self.refuse("newer-signal-field", from);
                }
                Some(message)
            }
            // Whoever says what this build does not know is here all the same.
            Err(error @ Unread::Newer) => {
                self.refuse(error.code(), from);
                None
            }
            Err(error) => {
                self.refuse(error.code(), from);
                return None;
            }
        };
        self.heard(&opened.content, Some(via), now);
        if let Some(message) = message {
            self.on_message(message, &opened, now);
        }
        Some(from)
    }

    /// What this node wrote came in through that rendezvous, too.
    pub(crate) fn also_heard(&mut self, node: NodeId, via: Via) {
        let better = |old| self.better(&node, old, Some(via));
        let Some(via) = self.known.get(&node).map(|known| better(known.via)) else { return };
        if let Some(known) = self.known.get_mut(&node) {
            known.via = via;
        }
    }

    fn on_message(&mut self, message: Message, opened: &Opened, now: Millis) {
        let content = &opened.content;
        let from = content.from;
        let addressed = content.to.is_some();
        let session = content.session.map(ByteArray::into_array);
        match (message, session) {
            (Message::Hello {}, _) => self.on_hello(from, content.run.into_array(), now),
            (Message::Bye {}, _) => {
                if let Some(known) = self.known.get_mut(&from)
                    && known.run == content.run.into_array()
                {
                    known.alive = false;
                    self.outputs.push(Output::Left(from));
                }
            }
            (message, Some(session)) if addressed => self.on_signal(from, session, message, opened.hash),
            _ => self.refuse("malformed-envelope", from),
        }
    }

    fn on_hello(&mut self, from: NodeId, run: Run, now: Millis) {
        self.plan(from, now);
        let me = self.me;
        let Some(known) = self.known.get_mut(&from) else { return };
        let other_run = known.run != run;
        let settled = known.linked.is_some() && !other_run;
        let dialling = me < from && !other_run;
        let lately = known.greeted.is_some_and(|(greeted, at)| greeted == run && now < at + GREET_EVERY);
        if settled || dialling || lately {
            return;
        }
        known.greeted = Some((run, now));
        let via = known.via;
        let (envelope, _) = self.seal(Some((from, run)), None, &Message::Hello {});
        self.outputs.push(Output::Send { through: via.into(), to: Some(from), envelope });
    }

    /// Notes who wrote, and which run of theirs is the present one.
    fn heard(&mut self, content: &Content, via: Option<Via>, now: Millis) {
        let (from, run) = (content.from, content.run.into_array());
        let proved = content.to.is_some();
        self.make_room_for(from);
        let known = self.known.entry(from).or_insert_with(|| Known::new(run, now));
        // While linked, only an echo shows that a new run is no recording of an old one.
        if known.run != run && (proved || known.linked.is_none()) {
            *known = Known { greeted: known.greeted, ..Known::new(run, now) };
        }
        if known.run == run {
            known.alive = true;
            known.heard = now;
            let old = known.via;
            let better = self.better(&from, old, via);
            if let Some(known) = self.known.get_mut(&from) {
                known.via = better;
            }
        }
    }

    fn make_room_for(&mut self, node: NodeId) {
        if self.known.len() < MAX_KNOWN || self.known.contains_key(&node) {
            return;
        }
        let idle = self.known.iter().filter(|(_, known)| known.linked.is_none());
        let oldest = idle.min_by_key(|(_, known)| known.heard).map(|(node, _)| *node);
        oldest.map(|node| self.known.remove(&node));
    }

    fn on_signal(&mut self, from: NodeId, session: Session, message: Message, hash: [u8; 32]) {
        let (path, signal) = match message {
            Message::Offer { path, sdp, trickle } => {
                self.note(session, SessionNote { peer: Some(from), offer: Some(hash), by_hand: false, order: 0 });
                (path, Signal::Offer { session, sdp, trickle })
            }
            Message::Answer { path, sdp, offer } => {
                let asked = self.sessions.get(&session).filter(|note| note.peer == Some(from));
                if asked.is_none_or(|note| note.offer != Some(offer.into_array())) {
                    return self.refuse("wrong-answer", from);
                }
                self.outbox.answered(&session);
                (path, Signal::Answer { session, sdp })
            }
            Message::Candidates { path, candidates } => {
                let signals = candidates.into_iter().take(MAX_CANDIDATES).map(|Line { candidate, mid }| {
                    let signal = Signal::Candidate { session, candidate, mid };
                    Output::Signal { path, from, signal }
                });
                return self.outputs.extend(signals);
            }
            Message::Abort { path } => {
                self.outbox.forget(&session);
                (path, Signal::Abort { session })
            }
            Message::Restart { path, round, sdp } => (path, Signal::Restart { session, round, sdp }),
            Message::Restarted { path, round, sdp } => (path, Signal::Restarted { session, round, sdp }),
            Message::RestartWanted { path, round } => (path, Signal::RestartWanted { session, round }),
            Message::Hello {} | Message::Bye {} => return,
        };
        self.outputs.push(Output::Signal { path, from, signal });
    }

    /// A transport wants a signal sent.
    pub(crate) fn send_signal(&mut self, path: Path, to: Option<NodeId>, signal: Signal, now: Millis) {
        let session = *signal.session();
        let by_hand = self.sessions.get(&session).is_some_and(|note| note.by_hand);
        let Some(message) = self.outgoing_message(path, session, signal) else { return };
        // What began by hand goes on by whatever way there is now.
        let open = to.and_then(|to| self.known.get(&to)).is_some_and(|known| known.linked == Some(path));
        let by_hand = by_hand && !open && !message.is_restart();
        match to {
            None => {
                if let Message::Offer { sdp, .. } = message {
                    self.make_invite(session, &sdp);
                }
            }
            Some(to) => {
                let Some(known) = self.known.get_mut(&to) else { return };
                if message.has_candidate() {
                    known.found_address();
                }
                if by_hand {
                    return self.send_by_hand(session, &message);
                }
                let message =
                    if self.is_far(&to, path) { self.outbox.hold(session, to, message, now) } else { Some(message) };
                if let Some(message) = message {
                    self.send_message(to, session, &message, now);
                }
            }
        }
    }

    /// A transport has had all candidates of an attempt sent.
    pub(crate) fn gathered(&mut self, session: &Session, now: Millis) {
        self.outbox.gathered(session, now);
    }

    /// Whether what is sent to that node passes through servers.
    fn is_far(&self, to: &NodeId, path: Path) -> bool {
        let is_far = |via: Via| self.setup.reach.get(via) == Some(&Reach::World);
        self.way(to, path).map_or_else(|| self.setup.reach.contains(&Reach::World), is_far)
    }

    /// The way it was heard last; none when it is linked so: that way may be what has just broken.
    fn way(&self, to: &NodeId, path: Path) -> Option<Via> {
        let known = self.known.get(to)?;
        known.via.filter(|_| known.linked != Some(path))
    }

    fn send_message(&mut self, to: NodeId, session: Session, message: &Message, now: Millis) {
        let Some(run) = self.known.get(&to).map(|known| known.run) else { return };
        let (envelope, hash) = self.seal(Some((to, run)), Some(session), message);
        if matches!(message, Message::Offer { .. }) {
            self.note(session, SessionNote { peer: Some(to), offer: Some(hash), by_hand: false, order: 0 });
        }
        let path = message.path();
        if path.is_some_and(|path| self.is_far(&to, path)) {
            self.outbox.sent(&session, &envelope, now);
        }
        let via = path.and_then(|path| self.way(&to, path));
        self.outputs.push(Output::Send { through: via.into(), to: Some(to), envelope });
    }

    /// Sends what waited for company, or for an answer.
    fn send_held(&mut self, now: Millis) {
        for due in self.outbox.due(now) {
            match due {
                Due::Message { session, to, message } => self.send_message(to, session, &message, now),
                Due::Again { to, envelope } => {
                    let via = self.way(&to, Path::Webrtc);
                    self.outputs.push(Output::Send { through: via.into(), to: Some(to), envelope });
                }
            }
        }
    }

    fn outgoing_message(&self, path: Path, session: Session, signal: Signal) -> Option<Message> {
        Some(match signal {
            Signal::Offer { sdp, trickle, .. } => Message::Offer { path, sdp, trickle },
            Signal::Answer { sdp, .. } => {
                let offer = self.sessions.get(&session)?.offer?;
                Message::Answer { path, sdp, offer: ByteArray::new(offer) }
            }
            Signal::Candidate { candidate, mid, .. } => {
                Message::Candidates { path, candidates: vec![Line { candidate, mid }] }
            }
            Signal::Abort { .. } => Message::Abort { path },
            Signal::Restart { round, sdp, .. } => Message::Restart { path, round, sdp },
            Signal::Restarted { round, sdp, .. } => Message::Restarted { path, round, sdp },
            Signal::RestartWanted { round, .. } => Message::RestartWanted { path, round },
        })
    }

    /// A link is up.
    pub(crate) fn linked(&mut self, peer: NodeId, path: Path, run: Run, now: Millis) {
        self.make_room_for(peer);
        let known = self.known.entry(peer).or_insert_with(|| Known::new(run, now));
        known.run = run;
        known.alive = true;
        known.linked = Some(path);
        self.introductions.linked(&peer);
        *known.attempt(path) = Attempt::default();
        self.outbox.forget_peer(&peer, path);
        self.plan_all(now);
    }

    /// A link is down. `goodbye`: the node has left.
    pub(crate) fn unlinked(&mut self, peer: NodeId, goodbye: bool, now: Millis) {
        let Some(known) = self.known.get_mut(&peer) else { return };
        known.linked = None;
        known.alive = false;
        known.broadcast_from = None;
        self.forget_ways(&[peer]);
        if !goodbye {
            self.near.soon(now);
            self.far.soon(now);
        }
    }

    /// A dial came to nothing.
    pub(crate) fn dial_failed(&mut self, peer: NodeId, path: Path, now: Millis) {
        let Some(known) = self.known.get_mut(&peer) else { return };
        let attempt = known.attempt(path);
        attempt.under_way = false;
        let wait = BACK_OFF.saturating_mul(1 << attempt.failures.min(16)).min(MAX_BACK_OFF);
        attempt.failures = attempt.failures.saturating_add(1);
        attempt.not_before = now + wait;
        known.alive &= now < known.heard + SILENT_FOR;
        if path == Path::Webrtc {
            known.broadcast_from = Some(now);
        }
        self.outbox.forget_peer(&peer, path);
        self.plan_all(now);
    }

    /// A dial led to a connection that served, and has ended. Until then, or until the link is up, it counts as under way.
    pub(crate) fn dial_done(&mut self, peer: NodeId, path: Path) {
        if let Some(known) = self.known.get_mut(&peer) {
            known.attempt(path).under_way = false;
        }
    }

    /// No link with that node any more.
    pub(crate) fn refuse_node(&mut self, node: NodeId) {
        self.refused.insert(node);
    }

    /// Links with that node again.
    pub(crate) fn allow_node(&mut self, node: NodeId, now: Millis) {
        self.refused.remove(&node);
        self.hello(now);
        self.introduce(now);
        self.plan(node, now);
    }

    /// The rendezvous through which a node was heard last.
    pub(crate) fn via(&self, node: &NodeId) -> Option<Via> {
        self.known.get(node)?.via
    }

    /// Who was heard and is not linked, and how often dialling it came to nothing.
    pub(crate) fn unlinked_nodes(&self) -> Vec<(NodeId, u32)> {
        let waiting = self
            .known
            .iter()
            .filter(|(node, known)| known.alive && known.linked.is_none() && !self.refused.contains(node));
        waiting.map(|(node, known)| (*node, known.webrtc.failures)).collect()
    }

    fn dials(&self, node: &NodeId, known: &Known) -> bool {
        self.me < *node && known.alive && known.linked != Some(Path::Webrtc) && !self.refused.contains(node)
    }

    /// Of two ways to a node the one that costs less; else the later.
    fn better(&self, node: &NodeId, old: Option<Via>, new: Option<Via>) -> Option<Via> {
        let rank = |via: Option<Via>| match via.and_then(|via| self.setup.reach.get(via)) {
            Some(Reach::Browser) => 4,
            Some(Reach::Room) if self.introductions.knows(node) => 3,
            Some(Reach::World) => 2,
            // A letter may come from somebody whom the room does not see: perhaps it finds back.
            Some(Reach::Room) => 1,
            None => 0,
        };
        if rank(old) > rank(new) { old } else { new }
    }

    fn may_broadcast(&self, known: &Known) -> bool {
        let here = known.via.is_some_and(|via| self.setup.reach.get(via) == Some(&Reach::Browser));
        self.setup.paths.broadcast && here
    }

    fn dials_under_way(&self) -> usize {
        let under_way = |known: &Known| usize::from(known.webrtc.under_way) + usize::from(known.broadcast.under_way);
        self.known.values().map(under_way).sum()
    }

    fn plan_all(&mut self, now: Millis) {
        let nodes: Vec<NodeId> = self.known.keys().copied().collect();
        nodes.into_iter().for_each(|node| self.plan(node, now));
    }

    fn plan(&mut self, node: NodeId, now: Millis) {
        if self.dials_under_way() >= MAX_DIALS {
            return;
        }
        let Some(known) = self.known.get(&node) else { return };
        if !self.dials(&node, known) {
            return;
        }
        let may_broadcast = self.may_broadcast(known);
        let webrtc = self.setup.paths.webrtc;
        let Some(known) = self.known.get_mut(&node) else { return };
        if webrtc && known.webrtc.may_start(now) {
            known.webrtc.under_way = true;
            known.webrtc.started = now;
            known.broadcast_from.get_or_insert(now + FIRST_CANDIDATE);
            self.outputs.push(Output::Dial { peer: node, path: Path::Webrtc });
        }
        let due = !webrtc || known.broadcast_from.is_some_and(|from| from <= now);
        if may_broadcast && due && known.linked.is_none() && known.broadcast.may_start(now) {
            known.broadcast.under_way = true;
            self.outputs.push(Output::Dial { peer: node, path: Path::Broadcast });
        }
    }

    fn note(&mut self, session: Session, note: SessionNote) {
        self.sessions_made += 1;
        if self.sessions.len() >= MAX_SESSIONS && !self.sessions.contains_key(&session) {
            let oldest = self.sessions.iter().min_by_key(|(_, note)| note.order).map(|(session, _)| *session);
            oldest.map(|session| self.sessions.remove(&session));
        }
        self.sessions.insert(session, SessionNote { order: self.sessions_made, ..note });
    }

    fn refuse(&mut self, code: &'static str, peer: NodeId) {
        self.outputs.push(Output::Refused { code, peer: Some(peer) });
    }

    fn seal(&mut self, to: Option<(NodeId, Run)>, session: Option<Session>, message: &Message) -> (Vec<u8>, [u8; 32]) {
        let content = Content {
            room: self.setup.room,
            from: self.me,
            to: to.map(|(node, _)| node),
            session: session.map(ByteArray::new),
            run: ByteArray::new(self.fresh.run()),
            count: self.fresh.next_count(),
            echo: to.map(|(_, run)| ByteArray::new(run)),
            body: ByteBuf::from(message.encode()),
        };
        let mut nonce = [0; 24];
        (self.setup.random)(&mut nonce);
        envelope::seal(&self.setup.keys, &self.setup.keypair, &content, &nonce)
    }
}

#[cfg(test)]
mod tests;
