//! What one relay was asked for over one connection: a subscription for each topic that counts. An EOSE or an event confirms it
//! (NIP-01); until then it is asked for again, ever more rarely: requests and answers get lost, at relays that are overloaded most
//! of all. Pure.

use litemap::LiteMap;
use paceline_mesh::replica::Millis;

use super::{
    context::Context,
    event::Event,
    wire::{self, Stored},
};
use crate::{keys::hex, vary::vary};

/// What is not confirmed by then is asked for again; each time after twice as long. All waits vary by a quarter.
pub(super) const ASK_AGAIN_AFTER: Millis = 2_000;
/// The longest such wait.
const ASK_AGAIN_MOST: Millis = 10_000;
/// So often a subscription is asked for in one connection. When every second message is lost, one in 256 has not come by then.
pub(super) const MAX_ASKED: u32 = 8;
/// After a notice that may be about it, a subscription is asked for again this soon.
const AFTER_NOTICE: Millis = 300;
/// From so long after it was asked for on, what comes is new, whether the relay said so or not.
const STORED_WITHIN: Millis = 5_000;
/// What a relay sends before that and was written so much earlier was stored by it against our wish: a recording. In milliseconds.
const RECORDED_BEFORE: u64 = 10_000;

struct Subscription {
    id: String,
    stored: Stored,
    asked: u32,
    confirmed: bool,
    /// It was ended by the relay, and has been asked for in the other form.
    ended: bool,
    /// When it is asked for again.
    again_at: Millis,
    /// Until then what comes may have been stored.
    stored_until: Millis,
    /// When it was asked for first, in Unix milliseconds.
    since: u64,
}

/// What an event is to whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nobody asked for it.
    Not,
    /// The relay stored it.
    Recorded,
    New,
}

/// See the module.
pub(super) struct Subscriptions {
    by_day: LiteMap<u64, Subscription>,
    /// The form that this relay took last.
    stored: Stored,
}

impl Subscriptions {
    /// None; the first are asked for in that form.
    pub(super) const fn new(stored: Stored) -> Self {
        Self { by_day: LiteMap::new(), stored }
    }

    /// The form that this relay takes, as far as is known.
    pub(super) const fn stored(&self) -> Stored {
        self.stored
    }

    /// Asks for the topics that count, and ends what was asked for under others.
    pub(super) fn follow(&mut self, cx: &Context<'_>) -> Vec<String> {
        let mut texts = Vec::new();
        self.by_day.retain(|day, subscription| {
            let counts = cx.topics.name(*day).is_some();
            if !counts {
                texts.push(wire::close(&subscription.id));
            }
            counts
        });
        for (day, topic) in cx.topics.all() {
            let stored = self.stored;
            self.by_day.entry(day).or_insert_with(|| {
                let mut subscription = Subscription::new(stored, cx);
                texts.push(subscription.ask(topic, cx));
                subscription
            });
        }
        texts
    }

    /// Ends all.
    pub(super) fn end(&mut self) -> Vec<String> {
        std::mem::take(&mut self.by_day).values().map(|subscription| wire::close(&subscription.id)).collect()
    }

    /// When [`Self::ask_again`] is to be called.
    pub(super) fn next(&self) -> Option<Millis> {
        self.by_day.values().filter(|it| it.is_asked_again()).map(|it| it.again_at).min()
    }

    /// Asks again for what is not confirmed in time, each time in the other form: it may be the form that is not understood.
    pub(super) fn ask_again(&mut self, cx: &Context<'_>) -> Vec<String> {
        let due = |it: &Subscription| it.is_asked_again() && it.again_at <= cx.now;
        let waiting = self.by_day.iter_mut().filter(|(_, it)| due(it));
        waiting.filter_map(|(day, it)| it.ask_otherwise(cx.topics.name(*day)?, cx).into()).collect()
    }

    /// The relay has sent all that it stored.
    pub(super) fn caught_up(&mut self, id: &str, now: Millis) {
        if let Some(subscription) = self.by_day.iter_mut().map(|(_, it)| it).find(|it| it.id == id) {
            subscription.stored_until = subscription.stored_until.min(now);
            subscription.confirmed = true;
            self.stored = subscription.stored;
        }
    }

    /// An event came. Confirms its subscription.
    pub(super) fn judge(&mut self, id: &str, event: &Event, cx: &Context<'_>) -> Asked {
        let is_about = |day: &u64| cx.topics.name(*day).is_some_and(|topic| event.is_about(topic));
        let Some((_, asked)) = self.by_day.iter_mut().find(|(day, it)| it.id == id && is_about(day)) else {
            return Asked::Not;
        };
        asked.confirmed = true;
        self.stored = asked.stored;
        let written = event.created_at.saturating_mul(1000);
        if cx.now < asked.stored_until && written.saturating_add(RECORDED_BEFORE) < asked.since {
            return Asked::Recorded;
        }
        Asked::New
    }

    /// Whether one of that name was asked for.
    pub(super) fn contains(&self, id: &str) -> bool {
        self.by_day.values().any(|it| it.id == id)
    }

    /// Whether any is confirmed.
    pub(super) fn any_confirmed(&self) -> bool {
        self.by_day.values().any(|it| it.confirmed)
    }

    /// The relay ended one, not because of who asks: it is asked for in the other form, once.
    pub(super) fn otherwise(&mut self, id: &str, cx: &Context<'_>) -> Option<String> {
        let (day, subscription) = self.by_day.iter_mut().find(|(_, it)| it.id == id)?;
        if subscription.confirmed || std::mem::replace(&mut subscription.ended, true) {
            return None;
        }
        Some(subscription.ask_otherwise(cx.topics.name(*day)?, cx))
    }

    /// The relay said something to people. Old ones refuse a subscription so.
    pub(super) fn noticed(&mut self, now: Millis) {
        for subscription in self.by_day.iter_mut().map(|(_, it)| it).filter(|it| it.asked == 1) {
            subscription.again_at = subscription.again_at.min(now + AFTER_NOTICE);
        }
    }
}

impl Subscription {
    fn new(stored: Stored, cx: &Context<'_>) -> Self {
        let mut id = [0; 8];
        (cx.random)(&mut id);
        let (asked, confirmed, ended) = (0, false, false);
        Self { id: hex(&id), stored, asked, confirmed, ended, again_at: 0, stored_until: 0, since: cx.wall }
    }

    const fn is_asked_again(&self) -> bool {
        !self.confirmed && self.asked < MAX_ASKED
    }

    fn ask(&mut self, topic: &str, cx: &Context<'_>) -> String {
        let wait = ASK_AGAIN_AFTER.saturating_mul(1 << self.asked.min(8)).min(ASK_AGAIN_MOST);
        self.asked += 1;
        self.again_at = cx.now + vary(wait, cx.random);
        self.stored_until = cx.now + STORED_WITHIN;
        wire::request(&self.id, topic, self.stored)
    }

    /// A request under the same name takes the place of the one before (NIP-01).
    fn ask_otherwise(&mut self, topic: &str, cx: &Context<'_>) -> String {
        self.stored = self.stored.other();
        self.ask(topic, cx)
    }
}
