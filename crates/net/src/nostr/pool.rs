//! All relays of a node at once, each on its own: what one does or fails to do delays no other. Of a list only so many are used as it
//! takes, see [`super::choice`]. Pure: time is passed in.

use paceline_mesh::replica::Millis;
use paceline_room::{
    NodeId,
    cost::{self, looking},
};

use super::{
    choice::{self, RELEASE_AFTER},
    context::Context,
    outgoing::{Outgoing, Received},
    peers::{Came, Dated, Peers},
    relay::{Effect, Relay},
    topics::Topics,
};
use crate::{
    keys::RoomKeys,
    sockets::SocketError,
    types::{MAX_LISTED_RELAYS, MAX_OWN_RELAYS, RendezvousState, RendezvousStatus},
};

/// Longer addresses are not looked at.
const MAX_URL: usize = 512;

/// What time it is: milliseconds of this node's own, and Unix milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time {
    pub(crate) now: Millis,
    pub(crate) wall: u64,
}

/// What the pool wants done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Open a socket for the relay; one that it has is gone.
    Connect(usize),
    /// Close its socket.
    Close(usize),
    /// Send on its socket.
    Text(usize, String),
    /// An envelope of somebody else that did not come before.
    Envelope(Vec<u8>),
    /// [`Pool::statuses`] says something else now.
    Changed,
    /// Somebody says what time it is: at a relay, an author or nobody but the relay, and what this node thought.
    Time { relay: usize, author: Option<NodeId>, said: u64, thought: u64 },
    /// A relay takes this node's time for wrong.
    WrongTime(usize),
}

/// See the module.
pub(crate) struct Pool {
    /// One's own, then those of the list in the room's order.
    relays: Vec<Relay>,
    own: usize,
    resting: bool,
    /// Since when nobody has been heard.
    lonely_since: Millis,
    topics: Topics,
    peers: Peers,
    random: fn(&mut [u8]),
    kind: &'static str,
    turn_at: Millis,
    outputs: Vec<Output>,
    reported: Vec<(RendezvousState, Option<&'static str>)>,
}

impl Pool {
    /// All of `own` are used, and of `listed` as many as it takes, in the room's order. `random` fills with random bytes.
    pub(crate) fn new(
        kind: &'static str,
        (own, listed): (&[String], &[String]),
        keys: RoomKeys,
        random: fn(&mut [u8]),
        time: Time,
    ) -> Self {
        let mut relays: Vec<Relay> = Vec::new();
        let is_new = |relays: &[Relay], url: &String| relays.iter().all(|relay| relay.url() != url);
        for url in own {
            if relays.len() < MAX_OWN_RELAYS && is_new(&relays, url) {
                relays.push(Relay::new(url.clone(), time.now));
            }
        }
        let own = relays.len();
        for url in keys.order_of(listed).into_iter().take(MAX_LISTED_RELAYS) {
            if is_new(&relays, &url) {
                relays.push(Relay::in_reserve(url, time.now));
            }
        }
        let mut pool = Self {
            relays,
            own,
            resting: false,
            lonely_since: time.now,
            topics: Topics::new(keys, random, time.wall),
            peers: Peers::default(),
            random,
            kind,
            turn_at: time.now + Topics::turns_in(time.wall),
            outputs: Vec::new(),
            reported: Vec::new(),
        };
        for relay in 0..own {
            pool.judge_address(relay, time);
        }
        pool.tick(time);
        pool
    }

    fn judge_address(&mut self, relay: usize, time: Time) {
        if !is_address(self.url(relay)) {
            self.one(relay, time, |relay, cx| relay.closed(SocketError::BadAddress, cx));
        }
    }

    /// What there is to do since the last call, in order.
    pub(crate) fn outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    pub(crate) fn statuses(&self) -> Vec<RendezvousStatus> {
        self.relays.iter().filter(|relay| relay.is_used()).map(|relay| relay.status(self.kind)).collect()
    }

    /// Where a relay is.
    pub(crate) fn url(&self, relay: usize) -> &str {
        self.relays.get(relay).map(Relay::url).unwrap_or_default()
    }

    /// When [`Self::tick`] is to be called.
    pub(crate) fn wake_at(&self) -> Millis {
        looking(self.relays.iter()).filter_map(Relay::wake_at).chain([self.turn_at]).min().unwrap_or(self.turn_at)
    }

    /// Time has come.
    pub(crate) fn tick(&mut self, time: Time) {
        self.turn(time);
        self.each(time, Relay::tick);
        self.review(time);
    }

    /// Uses as many of the list as it takes, and lets those go that came in others' place.
    fn review(&mut self, time: Time) {
        if self.resting {
            return;
        }
        let wanted = choice::wanted(time.now.saturating_sub(self.lonely_since));
        let (mut promising, mut serving) = (0, 0);
        for at in self.own..self.relays.len() {
            cost::look(1);
            let Some(relay) = self.relays.get(at) else { break };
            let used = relay.is_used();
            if serving >= wanted && used {
                self.quietly(at, time, Relay::release);
            } else if promising < wanted && !used {
                self.quietly(at, time, |relay, cx| relay.engage(cx.now));
                self.judge_address(at, time);
                self.quietly(at, time, Relay::tick);
            }
            let Some(relay) = self.relays.get(at) else { break };
            promising += usize::from(relay.promises());
            serving += usize::from(relay.served_for(RELEASE_AFTER, time.now));
        }
        self.report();
    }

    /// Another time counts now.
    pub(crate) fn time_learned(&mut self, time: Time) {
        self.turn_at = time.now + Topics::turns_in(time.wall);
        let new_topics = self.topics.turn(time.wall);
        self.each(time, |relay, cx| relay.time_learned(new_topics, cx));
    }

    /// A new day may have come at any time: this machine may have slept.
    fn turn(&mut self, time: Time) {
        self.turn_at = time.now + Topics::turns_in(time.wall);
        if self.topics.turn(time.wall) {
            self.each(time, Relay::subscribe);
        }
    }

    /// The relay's socket is open.
    pub(crate) fn opened(&mut self, relay: usize, time: Time) {
        self.turn(time);
        self.one(relay, time, Relay::opened);
        self.review(time);
    }

    /// The relay's socket is closed, or could not be opened.
    pub(crate) fn closed(&mut self, relay: usize, error: SocketError, time: Time) {
        self.one(relay, time, |relay, cx| relay.closed(error, cx));
        self.review(time);
    }

    /// A text came from the relay.
    pub(crate) fn read(&mut self, relay: usize, text: &str, time: Time) {
        let came = self.one(relay, time, |relay, cx| relay.read(text, cx)).flatten();
        self.review(time);
        let Some(Received { envelope, written }) = came else { return };
        // Relays send back what they were sent.
        let came = self.peers.came(&envelope, Dated { relay, written, came: time.wall });
        if let Some(relay) = self.relays.get_mut(relay).filter(|_| came != Came::Own) {
            relay.count_received();
        }
        if came == Came::First {
            self.outputs.push(Output::Envelope(envelope));
        }
    }

    /// A text came from the relay that was too long to be kept.
    pub(crate) fn read_too_long(&mut self, relay: usize, time: Time) {
        self.one(relay, time, Relay::read_too_long);
        self.review(time);
    }

    /// Sends an envelope to everybody through all relays, to one node through those on which it was heard, as far as they serve.
    pub(crate) fn send(&mut self, to: Option<&NodeId>, envelope: &[u8], time: Time) {
        self.turn(time);
        self.peers.sending(envelope);
        let outgoing = Outgoing::new(envelope);
        let Some(to) = to else { return self.each(time, |relay, cx| relay.greet(&outgoing, cx)) };
        let heard_on = self.peers.heard_on(to);
        let serving = |(at, relay): &(usize, &Relay)| relay.serves() && heard_on.contains(*at);
        let chosen: Vec<usize> = self.relays.iter().enumerate().filter(serving).map(|(at, _)| at).collect();
        if chosen.is_empty() {
            return self.each(time, |relay, cx| relay.send(&outgoing, cx));
        }
        for relay in chosen {
            self.one(relay, time, |relay, cx| relay.send(&outgoing, cx));
        }
    }

    /// An envelope that came is by that node.
    pub(crate) fn written_by(&mut self, envelope: &[u8], author: NodeId, now: Millis) {
        self.lonely_since = now;
        if let Some(Dated { relay, written, came }) = self.peers.written_by(envelope, author) {
            self.outputs.push(Output::Time { relay, author: Some(author), said: written, thought: came });
        }
    }

    /// At rest nobody is heard, and sockets close after a while.
    pub(crate) fn rest(&mut self, rest: bool, time: Time) {
        self.resting = rest;
        self.lonely_since = time.now;
        self.each(time, |relay, cx| relay.rest(rest, cx));
        self.each(time, Relay::tick);
        self.review(time);
    }

    /// Connects anew, at once, whatever was backed off.
    pub(crate) fn retry(&mut self, time: Time) {
        self.turn(time);
        self.each(time, |relay, cx| {
            relay.retry(cx.now);
            relay.tick(cx);
        });
        self.review(time);
    }

    fn one<T>(&mut self, at: usize, time: Time, act: impl FnOnce(&mut Relay, &Context<'_>) -> T) -> Option<T> {
        let result = self.quietly(at, time, act);
        self.report();
        result
    }

    /// Without a report: of many, one is enough.
    fn quietly<T>(&mut self, at: usize, time: Time, act: impl FnOnce(&mut Relay, &Context<'_>) -> T) -> Option<T> {
        cost::look(1);
        cost::ground(|| looking(self.relays.iter()));
        let cx = Context { now: time.now, wall: time.wall, topics: &self.topics, random: self.random };
        let relay = self.relays.get_mut(at)?;
        let result = act(relay, &cx);
        for effect in relay.effects() {
            match effect {
                Effect::Connect => self.outputs.push(Output::Connect(at)),
                Effect::Close => self.outputs.push(Output::Close(at)),
                Effect::Text(text) => self.outputs.push(Output::Text(at, text)),
                Effect::Clock(named) => {
                    let said = named.map(|said| Output::Time { relay: at, author: None, said, thought: time.wall });
                    self.outputs.extend(said);
                    self.outputs.push(Output::WrongTime(at));
                }
            }
        }
        Some(result)
    }

    fn each(&mut self, time: Time, act: impl Fn(&mut Relay, &Context<'_>)) {
        for at in 0..self.relays.len() {
            self.quietly(at, time, &act);
        }
        self.report();
    }

    /// Tells when a relay stands differently.
    fn report(&mut self) {
        let standing: Vec<_> = looking(self.relays.iter()).filter(|it| it.is_used()).map(Relay::standing).collect();
        if standing != self.reported {
            self.reported = standing;
            self.outputs.push(Output::Changed);
        }
    }
}

/// Whether that is an address of a WebSocket at some host.
fn is_address(url: &str) -> bool {
    let host = url.strip_prefix("wss://").or_else(|| url.strip_prefix("ws://"));
    let host = host.and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '@' | '\\' | '"' | '<' | '>');
    url.len() <= MAX_URL && url.chars().all(plain) && !host.is_empty() && !host.starts_with(':')
}

#[cfg(test)]
mod growth;
#[cfg(test)]
mod joins;
#[cfg(test)]
mod tests;
