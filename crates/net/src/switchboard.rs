//! Who is greeted, dialled and answered: between the rendezvous (envelopes), the transports (signals) and the driver. Pure:
//! time and randomness are passed in.
//!
//! **Rules.** The node with the smaller id dials; the other answers *hello* with *hello*. A hello for everybody proves
//! nothing (it may be a recording), so it only causes a greeting or a dial. An envelope to this node echoes its run, which
//! proves it fresh. WebRTC is dialled first; a link over `BroadcastChannel` follows when that failed, found no address within
//! [`FIRST_CANDIDATE`] or took [`WEBRTC_HEAD_START`], and WebRTC is tried again beside it. Failing dials back off; a peer whose
//! link went down is dialled again once it is heard again. Whom the room knows and this node is not linked with is greeted
//! through the room ([`peer_exchange`]).

mod dials;
mod exchanging;
mod hellos;
mod io;
mod known;
mod out_of_band;
mod outbox;
mod peer_exchange;
mod sessions;
mod signals;

use hellos::Hellos;
pub(crate) use io::{Output, Session, Through, Via};
use known::Known;
pub(crate) use out_of_band::Unreadable;
use outbox::Outbox;
use paceline_mesh::replica::Millis;
use paceline_room::{
    Cid, Keypair, NodeId,
    cost::{self, BTreeSet, LiteMap},
};
use peer_exchange::PeerExchange;
use serde_bytes::{ByteArray, ByteBuf};
#[cfg(target_arch = "wasm32")]
pub(crate) use sessions::MAX_OFFERS;
use sessions::Sessions;

use crate::{
    envelope::{self, Content, Opened, Run},
    freshness::{Freshness, Replayed},
    keys::RoomKeys,
    message::{Message, Unread},
    rendezvous::Reach,
    types::{Path, Paths},
};

/// One peer's hellos are answered no more often than this.
const GREET_EVERY: Millis = 1_000;
/// Nodes remembered. Of those that are neither linked nor being linked with, the one unheard for longest goes first; no other
/// goes, so that keys that are made up push out nobody.
const MAX_KNOWN: usize = 512;

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
    pub(crate) bounds: Bounds,
}

/// How much each table holds. Tests ask what a full one costs, at several sizes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    known: usize,
    held: usize,
    a_way: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { known: MAX_KNOWN, held: outbox::MAX_HELD, a_way: sessions::MAX_A_WAY }
    }
}

/// See the module.
pub(crate) struct Switchboard {
    setup: Setup,
    me: NodeId,
    fresh: Freshness,
    known: LiteMap<NodeId, Known>,
    refused: BTreeSet<NodeId>,
    sessions: Sessions,
    /// Hellos where they cost nothing.
    near: Hellos,
    /// Hellos through servers.
    far: Hellos,
    resting: bool,
    peer_exchange: PeerExchange,
    outbox: Outbox,
    outputs: Vec<Output>,
}

impl Switchboard {
    /// `refused`: with whom there shall be no link.
    pub(crate) fn new(setup: Setup, refused: impl IntoIterator<Item = NodeId>) -> Self {
        let me = setup.keypair.node();
        let fresh = Freshness::new(setup.run);
        let outbox = Outbox::new(setup.servers, setup.bounds.held);
        let sessions = Sessions::new(setup.bounds.a_way);
        Self {
            setup,
            me,
            fresh,
            known: LiteMap::new(),
            refused: refused.into_iter().collect(),
            sessions,
            near: Hellos::near(),
            far: Hellos::far(0),
            resting: false,
            peer_exchange: PeerExchange::default(),
            outbox,
            outputs: Vec::new(),
        }
    }

    /// Where a test plants a walk over everything.
    fn ground(&self) {
        cost::ground(|| self.known.keys());
        self.outbox.ground();
        self.sessions.ground();
    }

    /// What there is to do since the last call, in order.
    pub(crate) fn outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// When [`Self::tick`] is to be called.
    pub(crate) fn wake_at(&self) -> Millis {
        let hellos = if self.resting { self.near.due } else { self.near.due.min(self.far.due) };
        let hellos = self.peer_exchange.next().map_or(hellos, |next| next.min(hellos));
        let under_way = self.under_way();
        let may_dial =
            |node: &NodeId, known: &Known| under_way.leaves_room(self.is_far_off(known)) && self.dials(node, known);
        let dials = self.known.iter().filter(|(node, known)| may_dial(node, known)).filter_map(|(_, known)| {
            let webrtc = known.webrtc.not_before().filter(|_| self.setup.paths.webrtc);
            let broadcast = match known.linked {
                None if self.may_broadcast(known) => {
                    let from = if self.setup.paths.webrtc { known.broadcast_from } else { Some(0) };
                    from.zip(known.broadcast.not_before()).map(|(from, not_before)| from.max(not_before))
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
        self.exchange(now);
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
        self.ground();
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
            self.on_message(message, &opened, via, now);
        }
        Some(from)
    }

    /// What this node wrote came in through that rendezvous, too.
    pub(crate) fn also_heard(&mut self, node: NodeId, via: Via) {
        self.ground();
        let better = |old| self.better(&node, old, Some(via));
        let Some(via) = self.known.get(&node).map(|known| better(known.via)) else { return };
        if let Some(known) = self.known.get_mut(&node) {
            known.via = via;
        }
    }

    fn on_message(&mut self, message: Message, opened: &Opened, via: Via, now: Millis) {
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
            (message, Some(session)) if addressed => self.on_signal((from, session), message, opened.hash, via, now),
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
        self.ground();
        let (from, run) = (content.from, content.run.into_array());
        // What a person carried here is no recording.
        let proved = content.to.is_some() || via.is_none();
        self.make_room_for(from, now);
        let is_offered = self.sessions.is_offered_by(&from, now);
        let known = self.known.entry(from).or_insert_with(|| Known::new(run, now));
        // While it is linked or being linked with, only an echo shows that a new run is no recording of an old one.
        let is_idle = known.linked.is_none() && !known.is_dialled() && !is_offered;
        if known.run != run && (proved || is_idle) {
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

    fn make_room_for(&mut self, node: NodeId, now: Millis) {
        if self.known.len() < self.setup.bounds.known || self.known.contains_key(&node) {
            return;
        }
        let idle = self.known.iter().filter(|(node, known)| {
            known.linked.is_none() && !known.is_dialled() && !self.sessions.is_offered_by(node, now)
        });
        let oldest = idle.min_by_key(|(_, known)| known.heard).map(|(node, _)| *node);
        oldest.map(|node| self.known.remove(&node));
    }

    /// A link is up.
    pub(crate) fn linked(&mut self, peer: NodeId, path: Path, run: Run, now: Millis) {
        self.make_room_for(peer, now);
        let known = self.known.entry(peer).or_insert_with(|| Known::new(run, now));
        known.run = run;
        known.alive = true;
        known.linked = Some(path);
        self.peer_exchange.linked(&peer);
        known.attempt(path).succeed();
        self.sessions.linked(&peer, path);
        self.outbox.forget_peer(&peer, path);
        self.plan_all(now);
    }

    /// A link is down. `goodbye`: the node has left.
    pub(crate) fn unlinked(&mut self, peer: NodeId, goodbye: bool, now: Millis) {
        self.ground();
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

    /// No link with that node any more.
    pub(crate) fn refuse_node(&mut self, node: NodeId) {
        self.ground();
        self.refused.insert(node);
    }

    /// Links with that node again.
    pub(crate) fn allow_node(&mut self, node: NodeId, now: Millis) {
        self.refused.remove(&node);
        self.hello(now);
        self.exchange(now);
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

    /// Of two ways to a node the one that costs less; else the later.
    fn better(&self, node: &NodeId, old: Option<Via>, new: Option<Via>) -> Option<Via> {
        let rank = |via: Option<Via>| match via.and_then(|via| self.setup.reach.get(via)) {
            Some(Reach::Browser) => 4,
            Some(Reach::Room) if self.peer_exchange.knows(node) => 3,
            Some(Reach::World) => 2,
            // A relayed message may come from somebody whom the room does not see: perhaps it finds back.
            Some(Reach::Room) => 1,
            None => 0,
        };
        if rank(old) > rank(new) { old } else { new }
    }

    fn refuse(&mut self, code: &'static str, peer: NodeId) {
        self.outputs.push(Output::Refused { code, peer: Some(peer) });
    }

    fn seal(&mut self, to: Option<(NodeId, Run)>, session: Option<Session>, message: &Message) -> (Vec<u8>, [u8; 32]) {
        self.ground();
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
mod growth;
#[cfg(test)]
mod tests;
