//! How one relay is treated: connected to, listened to, spoken to within limits, and backed off. Pure: time is passed in.
//!
//! Which state follows which: [`State`].

pub(crate) mod limits;
mod reading;
mod state;

use std::{collections::VecDeque, rc::Rc};

use paceline_mesh::{Bucket, replica::Millis};

use super::{
    context::Context,
    outgoing::Outgoing,
    subscriptions::Subscriptions,
    trouble::Trouble,
    unconfirmed::Unconfirmed,
    wire::{self, Stored},
};
use crate::{
    sockets::SocketError,
    types::{RendezvousState, RendezvousStatus},
    vary::vary,
};
use limits::{
    ANSWER_WITHIN, BACK_OFF, CONNECT_WITHIN, EVENT_COST, LINGER, MAX_BACK_OFF, MAX_REFUSED_FOR, MAX_WAITING,
    MISBEHAVED_FOR, MUTE_FOR, READING, REFUSED_FOR, SENDING, SLOW_AFTER, STEADY_AFTER, SUBSCRIBE_WITHIN, WAIT_AT_MOST,
};
use state::State;

/// What is to be done with the relay's socket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Connect,
    Close,
    Text(String),
    /// It takes our time for wrong, and perhaps names its own (Unix milliseconds).
    Clock(Option<u64>),
}

/// What holds for one connection.
struct Connection {
    subscriptions: Subscriptions,
    unconfirmed: Unconfirmed,
    reading: Bucket,
    dropped: u32,
    lies: u32,
    greeted: bool,
    /// Something was sent then, and nothing has been heard since.
    asked: Option<Millis>,
}

/// See the module.
pub(crate) struct Relay {
    url: String,
    state: State,
    connection: Connection,
    trouble: Option<Trouble>,
    /// What it said itself, last.
    said: Option<String>,
    failures: u32,
    /// How often it refused to serve, since it last took something.
    refusals: u32,
    sending: Bucket,
    muted_until: Millis,
    mutes: u32,
    /// Why nothing was sent to it until then.
    spared_for: Option<Trouble>,
    /// The newest envelope for everybody: sent once on each connection.
    greeting: Option<Rc<Outgoing>>,
    waiting: VecDeque<(Millis, Rc<Outgoing>)>,
    /// The last time that was looked at.
    looked: Millis,
    effects: Vec<Effect>,
    sent: u64,
    received: u64,
}

impl Connection {
    fn new(stored: Stored, now: Millis) -> Self {
        Self {
            subscriptions: Subscriptions::new(stored),
            unconfirmed: Unconfirmed::default(),
            reading: Bucket::new(READING, now),
            dropped: 0,
            lies: 0,
            greeted: false,
            asked: None,
        }
    }

    /// The one after this: what is known of the relay stays known.
    fn next(&self, now: Millis) -> Self {
        Self::new(self.subscriptions.stored(), now)
    }
}

impl Relay {
    pub(crate) fn new(url: String, now: Millis) -> Self {
        Self {
            url,
            state: State::Waiting { until: now },
            connection: Connection::new(Stored::default(), now),
            trouble: None,
            said: None,
            failures: 0,
            refusals: 0,
            sending: Bucket::new(SENDING, now),
            muted_until: 0,
            mutes: 0,
            spared_for: None,
            greeting: None,
            waiting: VecDeque::new(),
            looked: now,
            effects: Vec::new(),
            sent: 0,
            received: 0,
        }
    }

    /// One that is not used before it is needed.
    pub(crate) fn in_reserve(url: String, now: Millis) -> Self {
        Self { state: State::Reserve, ..Self::new(url, now) }
    }

    /// The one way from state to state.
    fn set(&mut self, to: State) {
        debug_assert!(self.state.may_become(to), "{:?} -> {to:?}", self.state);
        if cfg!(debug_assertions) {
            tracing::trace!(url = self.url, from = ?self.state, ?to, "relay");
        }
        self.state = to;
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is used at all.
    pub(crate) fn is_used(&self) -> bool {
        self.state != State::Reserve
    }

    /// Whether, as far as is known, others are met here or soon will be.
    pub(crate) fn promises(&self) -> bool {
        let unharmed = self.trouble.is_none_or(|trouble| trouble == Trouble::Clock);
        unharmed
            && match self.state {
                State::Connecting { since } | State::Subscribing { since } => self.looked < since + SLOW_AFTER,
                State::Waiting { .. } | State::Open { .. } | State::Lingering { .. } | State::Resting => true,
                State::Reserve | State::Hopeless => false,
            }
    }

    /// Whether it has served for so long, without a complaint.
    pub(crate) fn served_for(&self, long: Millis, now: Millis) -> bool {
        self.trouble.is_none() && matches!(self.state, State::Open { since } if now >= since + long)
    }

    /// It is needed from now on.
    pub(crate) fn engage(&mut self, now: Millis) {
        if self.state == State::Reserve {
            self.set(State::Waiting { until: now });
        }
    }

    /// Others serve: it is not needed any more.
    pub(crate) fn release(&mut self, cx: &Context<'_>) {
        if matches!(self.state, State::Reserve | State::Hopeless) {
            return;
        }
        if !matches!(self.state, State::Waiting { .. } | State::Resting) {
            self.effects.push(Effect::Close);
        }
        self.set(State::Reserve);
        self.connection = self.connection.next(cx.now);
        (self.trouble, self.said, self.failures) = (None, None, 0);
        self.waiting.clear();
    }

    pub(crate) fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Whether envelopes go to it now.
    pub(crate) const fn serves(&self) -> bool {
        self.hears() || matches!(self.state, State::Lingering { .. })
    }

    /// How it stands, in a word.
    const fn word(&self) -> RendezvousState {
        match (self.state, self.trouble) {
            (State::Waiting { .. }, None) => RendezvousState::Connecting,
            (State::Waiting { .. }, Some(trouble)) if trouble.is_refusal() => RendezvousState::Refused,
            (State::Waiting { .. }, Some(_)) => RendezvousState::BackedOff,
            (State::Connecting { since } | State::Subscribing { since }, _) if self.looked < since + SLOW_AFTER => {
                RendezvousState::Connecting
            }
            (State::Connecting { .. } | State::Subscribing { .. }, _) => RendezvousState::Slow,
            // It is heard, even while nothing is sent to it.
            (State::Open { .. }, _) => RendezvousState::Open,
            (State::Lingering { .. } | State::Resting | State::Reserve, _) => RendezvousState::Resting,
            (State::Hopeless, _) => RendezvousState::Refused,
        }
    }

    /// What people see of how it stands, without counts.
    pub(crate) fn standing(&self) -> (RendezvousState, Option<&'static str>) {
        (self.word(), self.trouble.map(Trouble::code))
    }

    pub(crate) fn status(&self, kind: &'static str) -> RendezvousStatus {
        let code = self.trouble.map(Trouble::code);
        let said = self.said.clone().filter(|_| code.is_some());
        let (url, sent, received) = (Some(self.url.clone()), self.sent, self.received);
        RendezvousStatus { url, code, said, sent, received, ..RendezvousStatus::new(kind, self.word()) }
    }

    /// When [`Self::tick`] is to be called.
    pub(crate) fn wake_at(&self) -> Option<Millis> {
        let asked = self.connection.asked.map(|asked| asked + ANSWER_WITHIN);
        let muted = self.is_spared().then_some(self.muted_until);
        let to_send = self.has_waiting().then(|| self.sending.ready_at(SENDING, EVENT_COST).max(self.muted_until));
        let (again, unconfirmed) = (self.connection.subscriptions.next(), self.connection.unconfirmed.next());
        // Then it only shows differently: that is done once somebody has looked.
        let slow = |since: Millis| Some(since + SLOW_AFTER).filter(|at| *at > self.looked);
        let first = |times: &[Option<Millis>]| times.iter().copied().flatten().min();
        match self.state {
            State::Waiting { until } | State::Lingering { until } => Some(until),
            State::Connecting { since } => first(&[slow(since), Some(since + CONNECT_WITHIN)]),
            State::Subscribing { since } => {
                first(&[slow(since), Some(since + SUBSCRIBE_WITHIN), asked, to_send, again, unconfirmed])
            }
            State::Open { .. } => first(&[asked, muted, to_send, again, unconfirmed]),
            State::Resting | State::Reserve | State::Hopeless => None,
        }
    }

    /// Time has come.
    pub(crate) fn tick(&mut self, cx: &Context<'_>) {
        self.looked = cx.now;
        let late = |since: Millis, limit: Millis| cx.now >= since + limit;
        match self.state {
            State::Waiting { until } if cx.now >= until => {
                self.set(State::Connecting { since: cx.now });
                self.effects.push(Effect::Connect);
            }
            State::Connecting { since } if late(since, CONNECT_WITHIN) => self.fail(Trouble::Unreachable, cx),
            State::Subscribing { since } if late(since, SUBSCRIBE_WITHIN) => self.fail(Trouble::Silent, cx),
            State::Subscribing { .. } | State::Open { .. }
                if self.connection.asked.is_some_and(|asked| late(asked, ANSWER_WITHIN)) =>
            {
                self.fail(Trouble::Silent, cx);
            }
            State::Lingering { until } if cx.now >= until => {
                self.effects.push(Effect::Close);
                self.set(State::Resting);
            }
            _ => {}
        }
        if cx.now >= self.muted_until && self.is_spared() && self.serves() {
            self.trouble = None;
        }
        self.waiting.retain(|(since, _)| cx.now < since + WAIT_AT_MOST);
        self.insist(cx);
        self.flush(cx);
    }

    /// Asks for and sends again what was not confirmed.
    fn insist(&mut self, cx: &Context<'_>) {
        if !self.hears() {
            return;
        }
        let texts = self.connection.subscriptions.ask_again(cx);
        self.ask(texts, cx);
        for envelope in self.connection.unconfirmed.due(cx) {
            // At a relay that gets as much as it may, what is new goes first.
            if cx.now >= self.muted_until && self.may_send(cx) {
                self.publish(&envelope, cx);
            }
        }
    }

    /// The socket is open.
    pub(crate) fn opened(&mut self, cx: &Context<'_>) {
        self.looked = cx.now;
        if !matches!(self.state, State::Connecting { .. }) {
            return;
        }
        self.set(State::Subscribing { since: cx.now });
        self.connection = self.connection.next(cx.now);
        self.said = None;
        self.subscribe(cx);
        // Relays take messages in order: what is said now is answered into the subscription.
        self.flush(cx);
    }

    /// The socket is closed, or could not be opened.
    pub(crate) fn closed(&mut self, error: SocketError, cx: &Context<'_>) {
        self.looked = cx.now;
        match (self.state, Trouble::from(error)) {
            (State::Lingering { .. }, _) => self.set(State::Resting),
            (_, trouble @ (Trouble::BadAddress | Trouble::MixedContent)) => {
                self.set(State::Hopeless);
                self.trouble = Some(trouble);
            }
            (State::Connecting { .. } | State::Subscribing { .. } | State::Open { .. }, trouble) => {
                self.back_off(trouble, cx);
            }
            (State::Waiting { .. } | State::Resting | State::Reserve | State::Hopeless, _) => {}
        }
    }

    /// Gives the connection up.
    fn fail(&mut self, trouble: Trouble, cx: &Context<'_>) {
        self.effects.push(Effect::Close);
        self.back_off(trouble, cx);
    }

    fn back_off(&mut self, trouble: Trouble, cx: &Context<'_>) {
        if matches!(self.state, State::Open { since } if cx.now >= since + STEADY_AFTER) {
            self.failures = 0;
        }
        let wait = match trouble {
            _ if trouble.is_for_good() => {
                self.refusals = self.refusals.saturating_add(1);
                REFUSED_FOR.saturating_mul(1 << (self.refusals - 1).min(8)).min(MAX_REFUSED_FOR)
            }
            Trouble::Misbehaves => MISBEHAVED_FOR,
            Trouble::Limits | Trouble::Fails => MUTE_FOR.saturating_mul(1 << self.failures.min(8)).min(REFUSED_FOR),
            _ => BACK_OFF.saturating_mul(1 << self.failures.min(16)).min(MAX_BACK_OFF),
        };
        self.failures = self.failures.saturating_add(1);
        self.trouble = Some(trouble);
        if trouble == Trouble::Unreachable {
            self.said = None;
        }
        self.set(State::Waiting { until: cx.now + vary(wait, cx.random) });
        self.connection = self.connection.next(cx.now);
    }

    /// Asks for the topics that count.
    pub(crate) fn subscribe(&mut self, cx: &Context<'_>) {
        if self.hears() {
            let texts = self.connection.subscriptions.follow(cx);
            self.ask(texts, cx);
        }
    }

    /// Sends requests, which are to be answered.
    fn ask(&mut self, texts: impl IntoIterator<Item = String>, cx: &Context<'_>) {
        for text in texts {
            self.effects.push(Effect::Text(text));
            self.connection.asked.get_or_insert(cx.now);
        }
    }

    const fn hears(&self) -> bool {
        matches!(self.state, State::Subscribing { .. } | State::Open { .. })
    }

    /// Whether nothing is sent to it for a while.
    fn is_spared(&self) -> bool {
        self.trouble.is_some_and(Trouble::is_for_now)
    }

    /// Another time counts, under other topics perhaps: what it refused is said again by that time.
    pub(crate) fn time_learned(&mut self, new_topics: bool, cx: &Context<'_>) {
        self.looked = cx.now;
        let refused = self.spared_for == Some(Trouble::Clock) && cx.now < self.muted_until;
        if refused {
            (self.muted_until, self.mutes, self.spared_for) = (cx.now, 0, None);
            self.trouble = self.trouble.filter(|it| *it != Trouble::Clock);
        }
        if new_topics {
            self.subscribe(cx);
        }
        // What is under way was written by the old time, and will be refused.
        let under_way = self.connection.unconfirmed.outdate();
        self.connection.greeted &= !(refused || new_topics || !under_way.is_empty());
        let greeting = self.greeting.clone();
        for envelope in under_way.iter().filter(|it| greeting.as_ref().is_none_or(|greeting| !greeting.is_same(it))) {
            self.send(envelope, cx);
        }
        self.flush(cx);
    }

    /// Sends an envelope to one node: now, or when it may.
    pub(crate) fn send(&mut self, envelope: &Rc<Outgoing>, cx: &Context<'_>) {
        self.looked = cx.now;
        if matches!(self.state, State::Resting | State::Reserve | State::Hopeless) {
            return;
        }
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back((cx.now, Rc::clone(envelope)));
        self.flush(cx);
    }

    /// Sends an envelope to everybody: now, and once more whenever the relay was away.
    pub(crate) fn greet(&mut self, envelope: &Rc<Outgoing>, cx: &Context<'_>) {
        self.looked = cx.now;
        if let Some(old) = self.greeting.replace(Rc::clone(envelope)) {
            self.connection.unconfirmed.forget(&old);
        }
        self.connection.greeted = false;
        self.flush(cx);
    }

    /// Takes what an event costs, if it is there.
    fn may_send(&mut self, cx: &Context<'_>) -> bool {
        self.sending.take(SENDING, EVENT_COST, cx.now)
    }

    fn has_waiting(&self) -> bool {
        !self.waiting.is_empty() || (self.greeting.is_some() && !self.connection.greeted)
    }

    fn flush(&mut self, cx: &Context<'_>) {
        while self.serves() && cx.now >= self.muted_until && self.has_waiting() && self.may_send(cx) {
            let greeting = self.greeting.as_ref().filter(|_| !self.connection.greeted).cloned();
            let envelope = match greeting {
                Some(envelope) => {
                    self.connection.greeted = true;
                    Some(envelope)
                }
                None => self.waiting.pop_front().map(|(_, envelope)| envelope),
            };
            let Some(envelope) = envelope else { continue };
            if let Some(id) = self.publish(&envelope, cx)
                && self.hears()
            {
                self.connection.unconfirmed.sent(id, envelope, cx);
            }
        }
    }

    /// Sends an envelope; returns the event's id.
    fn publish(&mut self, envelope: &Outgoing, cx: &Context<'_>) -> Option<String> {
        let event = envelope.event(cx.topics, cx.wall)?;
        self.sent += 1;
        self.ask([wire::publish(&event)], cx);
        Some(event.id.clone())
    }

    /// Hears nobody, and lets go of the socket after a while; or comes back.
    pub(crate) fn rest(&mut self, rest: bool, cx: &Context<'_>) {
        self.looked = cx.now;
        match self.state {
            State::Subscribing { .. } | State::Open { .. } if rest => {
                let texts = self.connection.subscriptions.end();
                self.effects.extend(texts.into_iter().map(Effect::Text));
                self.set(State::Lingering { until: cx.now + LINGER });
            }
            State::Connecting { .. } if rest => {
                self.effects.push(Effect::Close);
                self.set(State::Resting);
            }
            State::Waiting { .. } if rest => self.set(State::Resting),
            State::Lingering { .. } if !rest => {
                self.set(State::Subscribing { since: cx.now });
                self.subscribe(cx);
            }
            State::Resting if !rest => self.set(State::Waiting { until: cx.now }),
            _ => {}
        }
        if rest {
            self.greeting = None;
            self.waiting.clear();
            self.connection.unconfirmed.clear();
            self.connection.asked = None;
        }
    }

    /// The network may be another one now: connects anew at once. A socket of the old one stays open without carrying anything,
    /// and the browser says so only after minutes.
    pub(crate) fn retry(&mut self, now: Millis) {
        let next = match self.state {
            State::Waiting { .. } | State::Connecting { .. } | State::Subscribing { .. } | State::Open { .. } => {
                State::Waiting { until: now }
            }
            State::Lingering { .. } => State::Resting,
            State::Resting | State::Reserve | State::Hopeless => return,
        };
        if !matches!(self.state, State::Waiting { .. }) {
            self.effects.push(Effect::Close);
            self.connection = self.connection.next(now);
        }
        self.set(next);
    }
}
