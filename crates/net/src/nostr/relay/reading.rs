//! What a relay says: what counts of it, and what it costs the relay if it is not in order.

use super::{
    Effect, Relay,
    limits::{MAX_DROPPED, MAX_LIES, MUTE_FOR, READING, REFUSED_FOR},
    state::State,
};
use crate::{
    nostr::{
        context::Context,
        event::Event,
        outgoing::Received,
        refusal::{self, Refusal},
        subscriptions::Asked,
        trouble::Trouble,
        wire::{self, RelayMessage, Unread},
    },
    vary::vary,
};

impl Relay {
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
            self.set(State::Open { since: cx.now });
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
}
