//! How one relay is treated: connected to, listened to, spoken to within limits, and backed off. Pure: time is passed in.
//!
//! | state | until | then |
//! | --- | --- | --- |
//! | `Waiting` | its time has come | `Connecting` |
//! | `Connecting` | the socket is open | `Subscribing` |
//! | | it fails, or takes [`CONNECT_WITHIN`] | `Waiting` |
//! | `Subscribing` | a subscription is confirmed | `Open` |
//! | | it takes [`SUBSCRIBE_WITHIN`] | `Waiting` |
//! | `Subscribing`, `Open` | the socket closes, the relay refuses, lies, floods, or says nothing for [`ANSWER_WITHIN`] to what was sent | `Waiting` |
//! | the last three | the node rests | `Lingering`, or `Resting` where there is no socket yet |
//! | `Lingering`, where it is still spoken to | [`LINGER`] have passed | `Resting` |
//! | `Resting`, `Lingering` | the node wakes | `Waiting`, `Subscribing` |
//! | any | its address cannot be used | `Hopeless` |
//! | any but `Hopeless` | it is one of the list and others serve | `Reserve`, from where it is called to `Waiting` |

use std::{collections::VecDeque, rc::Rc};

use paceline_mesh::{Bucket, Rate, replica::Millis};

use super::{
    event::Event,
    letter::{Letter, Received},
    refusal::{self, Refusal},
    subscriptions::{Asked, Subscriptions},
    topics::Topics,
    trouble::Trouble,
    unconfirmed::Unconfirmed,
    wire::{self, RelayMessage, Stored, Unread},
};
use crate::{sockets::SocketError, types::RendezvousStatus, vary::vary};

/// A socket that is not open by then is given up.
pub(crate) const CONNECT_WITHIN: Millis = 10_000;
/// A relay that answers, and has confirmed no subscription by then though each was asked for eight times, is given up.
pub(crate) const SUBSCRIBE_WITHIN: Millis = 60_000;
/// From when on a relay that connects or subscribes is called slow.
pub(crate) const SLOW_AFTER: Millis = 3_000;
/// A relay that says nothing at all for so long after something was sent is given up: requests and events are answered (NIP-01),
/// and were sent four times by then. Sockets that are open and dead are found so: something is said at least every minute (a
/// hello), and at once when the browser or the clock tells of another network or of sleep.
pub(crate) const ANSWER_WITHIN: Millis = 15_000;
/// The first wait after a connection failed; doubled with each further failure. All waits vary by a quarter.
pub(crate) const BACK_OFF: Millis = 2_000;
/// The longest such wait.
pub(crate) const MAX_BACK_OFF: Millis = 5 * 60_000;
/// A connection that served so long forgives the failures before it.
pub(crate) const STEADY_AFTER: Millis = ANSWER_WITHIN;
/// How long a relay that refuses to serve us (`blocked:`, `restricted:`, `auth-required:`, `pow:` ...) is left alone; doubled each
/// time, until it takes something.
pub(crate) const REFUSED_FOR: Millis = 10 * 60_000;
/// The longest such wait.
pub(crate) const MAX_REFUSED_FOR: Millis = 3 * 60 * 60_000;
/// How long a relay that lies or floods is left alone.
pub(crate) const MISBEHAVED_FOR: Millis = 10 * 60_000;
/// How long nothing is sent to a relay that says `rate-limited:`, or that it failed; doubled each time, to [`REFUSED_FOR`],
/// and forgiven after that long without.
pub(crate) const MUTE_FOR: Millis = 30_000;
/// Events sent to a relay at once, and then one every [`SEND_EVERY`].
pub(crate) const SEND_BURST: u32 = 24;
/// See [`SEND_BURST`].
pub(crate) const SEND_EVERY: Millis = 2_000;
/// What waits to be sent for so long, is dropped: whoever wrote it tries again.
pub(crate) const WAIT_AT_MOST: Millis = 10_000;
/// So much waits to be sent; the oldest goes first.
pub(crate) const MAX_WAITING: usize = 32;
/// Messages of a relay that are read at once, and then one every [`READ_EVERY`]; others are dropped unread.
pub(crate) const READ_BURST: u32 = 1_000;
/// See [`READ_BURST`].
pub(crate) const READ_EVERY: Millis = 10;
/// A relay of which so many messages were dropped unread in one connection floods.
pub(crate) const MAX_DROPPED: u32 = 5_000;
/// What an event costs of [`SENDING`], which gains one a second.
const EVENT_COST: u64 = SEND_EVERY / 1_000;
const SENDING: Rate = {
    let burst = SEND_BURST as u64 * EVENT_COST;
    Rate { burst, first: burst, per_second: 1 }
};
const READING: Rate = Rate { burst: READ_BURST as u64, first: READ_BURST as u64, per_second: 1_000 / READ_EVERY };
/// Messages that break the protocol (not JSON, not asked for), in one connection. What others may have made a relay say (events that
/// are no envelopes) is dropped, and not its fault.
pub(crate) const MAX_LIES: u32 = 16;
/// How long the socket of a resting node stays open.
pub(crate) const LINGER: Millis = 30_000;

/// What is to be done with the relay's socket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Connect,
    Close,
    Text(String),
    /// It takes our time for wrong, and perhaps names its own (Unix milliseconds).
    Clock(Option<u64>),
}

/// Time and what every relay shares.
pub(crate) struct Context<'a> {
    pub(crate) now: Millis,
    /// Unix milliseconds.
    pub(crate) wall: u64,
    pub(crate) topics: &'a Topics,
    pub(crate) random: fn(&mut [u8]),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting { until: Millis },
    Connecting { since: Millis },
    Subscribing { since: Millis },
    Open { since: Millis },
    Lingering { until: Millis },
    Resting,
    Reserve,
    Hopeless,
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
    /// The newest letter for everybody: sent once on each connection.
    greeting: Option<Rc<Letter>>,
    waiting: VecDeque<(Millis, Rc<Letter>)>,
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
            self.state = State::Waiting { until: now };
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
        self.state = State::Reserve;
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
    const fn word(&self) -> &'static str {
        match (self.state, self.trouble) {
            (State::Waiting { .. }, None) => "connecting",
            (State::Waiting { .. }, Some(trouble)) if trouble.is_refusal() => "refused",
            (State::Waiting { .. }, Some(_)) => "backed-off",
            (State::Connecting { since } | State::Subscribing { since }, _) if self.looked < since + SLOW_AFTER => {
                "connecting"
            }
            (State::Connecting { .. } | State::Subscribing { .. }, _) => "slow",
            // It is heard, even while nothing is sent to it.
            (State::Open { .. }, _) => "open",
            (State::Lingering { .. } | State::Resting | State::Reserve, _) => "resting",
            (State::Hopeless, _) => "refused",
        }
    }

    /// What people see of how it stands, without counts.
    pub(crate) fn standing(&self) -> (&'static str, Option<&'static str>) {
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
        let to_send = self.has_letters().then(|| self.sending.ready_at(SENDING, EVENT_COST).max(self.muted_until));
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
                self.state = State::Connecting { since: cx.now };
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
                self.state = State::Resting;
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
        for letter in self.connection.unconfirmed.due(cx) {
            // At a relay that gets as much as it may, what is new goes first.
            if cx.now >= self.muted_until && self.may_send(cx) {
                self.publish(&letter, cx);
            }
        }
    }

    /// The socket is open.
    pub(crate) fn opened(&mut self, cx: &Context<'_>) {
        self.looked = cx.now;
        if !matches!(self.state, State::Connecting { .. }) {
            return;
        }
        self.state = State::Subscribing { since: cx.now };
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
            (State::Lingering { .. }, _) => self.state = State::Resting,
            (_, trouble @ (Trouble::BadAddress | Trouble::MixedContent)) => {
                self.state = State::Hopeless;
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
        self.state = State::Waiting { until: cx.now + vary(wait, cx.random) };
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

    /// A text came. Returns the envelope in it, if it is one of ours.
    pub(crate) fn read(&mut self, text: &str, cx: &Context<'_>) -> Option<Received> {
        self.looked = cx.now;
        if !self.hears() || !self.is_within_bounds(cx) {
            return None;
        }
        match RelayMessage::decode(text) {
            Ok(RelayMessage::Event { subscription, event }) => return self.on_event(&subscription, &event, cx),
            Ok(RelayMessage::Ok { event, accepted, said }) => {
                self.connection.unconfirmed.confirmed(&event);
                let outdated = self.connection.unconfirmed.is_outdated(&event);
                if accepted {
                    self.refusals = 0;
                } else if !(outdated && Refusal::of(&said) == Refusal::Clock) {
                    self.on_refusal(said, cx);
                }
            }
            Ok(RelayMessage::Auth | RelayMessage::Other) => {}
            Ok(RelayMessage::Eose { subscription }) => self.on_caught_up(&subscription, cx),
            Ok(RelayMessage::Closed { subscription, said }) => self.on_closed(&subscription, said, cx),
            Ok(RelayMessage::Notice { said }) => self.on_notice(said, cx),
            // Whoever knows the topic can make a relay pass on something long.
            Err(Unread::TooLong) => {}
            Err(Unread::Malformed) => self.lied(cx),
        }
        None
    }

    /// A text came that was too long to be kept.
    pub(crate) fn read_too_long(&mut self, cx: &Context<'_>) {
        self.looked = cx.now;
        if self.hears() {
            self.is_within_bounds(cx);
        }
    }

    const fn hears(&self) -> bool {
        matches!(self.state, State::Subscribing { .. } | State::Open { .. })
    }

    fn is_within_bounds(&mut self, cx: &Context<'_>) -> bool {
        self.connection.asked = None;
        if self.connection.reading.take(READING, 1, cx.now) {
            return true;
        }
        self.connection.dropped += 1;
        if self.connection.dropped > MAX_DROPPED {
            self.fail(Trouble::Misbehaves, cx);
        }
        false
    }

    fn lied(&mut self, cx: &Context<'_>) {
        self.connection.lies += 1;
        if self.connection.lies > MAX_LIES {
            self.fail(Trouble::Misbehaves, cx);
        }
    }

    fn on_event(&mut self, subscription: &str, event: &Event, cx: &Context<'_>) -> Option<Received> {
        let asked = self.connection.subscriptions.judge(subscription, event, cx);
        if asked == Asked::Not {
            self.lied(cx);
            return None;
        }
        self.connection.unconfirmed.confirmed(&event.id);
        self.on_confirmed(cx);
        if asked == Asked::Recorded {
            return None;
        }
        let envelope = wire::from_content(&event.content)?;
        Some(Received { envelope, written: event.created_at.saturating_mul(1_000) })
    }

    /// What was read is by somebody else.
    pub(crate) const fn count_received(&mut self) {
        self.received += 1;
    }

    fn on_caught_up(&mut self, subscription: &str, cx: &Context<'_>) {
        // An answer may cross the end of its subscription.
        self.connection.subscriptions.caught_up(subscription, cx.now);
        self.on_confirmed(cx);
    }

    fn on_confirmed(&mut self, cx: &Context<'_>) {
        if matches!(self.state, State::Subscribing { .. }) && self.connection.subscriptions.any_confirmed() {
            self.state = State::Open { since: cx.now };
            self.trouble = self.spared_for.filter(|_| cx.now < self.muted_until);
        }
    }

    /// It did not take an event.
    fn on_refusal(&mut self, said: String, cx: &Context<'_>) {
        let refusal = Refusal::of(&said);
        let Some(trouble) = Trouble::of(refusal) else { return };
        if refusal == Refusal::Clock {
            self.effects.push(Effect::Clock(refusal::named_time(&said, cx.wall / 1_000)));
        }
        self.said = Some(said);
        if trouble.is_for_good() { self.fail(trouble, cx) } else { self.spare(trouble, cx) }
    }

    /// It ended a subscription: because of how it was asked for, perhaps.
    fn on_closed(&mut self, subscription: &str, said: String, cx: &Context<'_>) {
        if !self.connection.subscriptions.contains(subscription) {
            return;
        }
        if Refusal::may_be_about_form(&said)
            && let Some(text) = self.connection.subscriptions.otherwise(subscription, cx)
        {
            return self.ask([text], cx);
        }
        // The time is not a subscription's fault.
        let trouble = Trouble::of(Refusal::of(&said)).filter(|it| *it != Trouble::Clock).unwrap_or(Trouble::Fails);
        self.said = Some(said);
        self.fail(trouble, cx);
    }

    fn on_notice(&mut self, said: String, cx: &Context<'_>) {
        let limits = said.to_ascii_lowercase().contains("rate");
        self.said = Some(said);
        if limits {
            self.spare(Trouble::Limits, cx);
        } else {
            self.connection.subscriptions.noticed(cx.now);
        }
    }

    /// Sends nothing for a while, and goes on listening.
    fn spare(&mut self, trouble: Trouble, cx: &Context<'_>) {
        if cx.now < self.muted_until {
            return;
        }
        if cx.now >= self.muted_until + REFUSED_FOR {
            self.mutes = 0;
        }
        let wait = MUTE_FOR.saturating_mul(1 << self.mutes.min(8)).min(REFUSED_FOR);
        self.mutes = self.mutes.saturating_add(1);
        self.muted_until = cx.now + vary(wait, cx.random);
        self.trouble = Some(trouble);
        self.spared_for = self.trouble;
        self.connection.unconfirmed.clear();
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
        for letter in under_way.iter().filter(|it| greeting.as_ref().is_none_or(|greeting| !greeting.is_same(it))) {
            self.send(letter, cx);
        }
        self.flush(cx);
    }

    /// Sends a letter to one node: now, or when it may.
    pub(crate) fn send(&mut self, letter: &Rc<Letter>, cx: &Context<'_>) {
        self.looked = cx.now;
        if matches!(self.state, State::Resting | State::Reserve | State::Hopeless) {
            return;
        }
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back((cx.now, Rc::clone(letter)));
        self.flush(cx);
    }

    /// Sends a letter to everybody: now, and once more whenever the relay was away.
    pub(crate) fn greet(&mut self, letter: &Rc<Letter>, cx: &Context<'_>) {
        self.looked = cx.now;
        if let Some(old) = self.greeting.replace(Rc::clone(letter)) {
            self.connection.unconfirmed.forget(&old);
        }
        self.connection.greeted = false;
        self.flush(cx);
    }

    /// Takes what an event costs, if it is there.
    fn may_send(&mut self, cx: &Context<'_>) -> bool {
        self.sending.take(SENDING, EVENT_COST, cx.now)
    }

    fn has_letters(&self) -> bool {
        !self.waiting.is_empty() || (self.greeting.is_some() && !self.connection.greeted)
    }

    fn flush(&mut self, cx: &Context<'_>) {
        while self.serves() && cx.now >= self.muted_until && self.has_letters() && self.may_send(cx) {
            let greeting = self.greeting.as_ref().filter(|_| !self.connection.greeted).cloned();
            let letter = match greeting {
                Some(letter) => {
                    self.connection.greeted = true;
                    Some(letter)
                }
                None => self.waiting.pop_front().map(|(_, letter)| letter),
            };
            let Some(letter) = letter else { continue };
            if let Some(id) = self.publish(&letter, cx)
                && self.hears()
            {
                self.connection.unconfirmed.sent(id, letter, cx);
            }
        }
    }

    /// Sends a letter; returns the event's id.
    fn publish(&mut self, letter: &Letter, cx: &Context<'_>) -> Option<String> {
        let event = letter.event(cx.topics, cx.wall)?;
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
                self.state = State::Lingering { until: cx.now + LINGER };
            }
            State::Connecting { .. } if rest => {
                self.effects.push(Effect::Close);
                self.state = State::Resting;
            }
            State::Waiting { .. } if rest => self.state = State::Resting,
            State::Lingering { .. } if !rest => {
                self.state = State::Subscribing { since: cx.now };
                self.subscribe(cx);
            }
            State::Resting if !rest => self.state = State::Waiting { until: cx.now },
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
        self.state = next;
    }
}
