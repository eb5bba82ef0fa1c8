//! What the browser's events leave behind for the tasks that wait: received bytes, gathered candidates, the end.

use std::{
    cell::RefCell,
    collections::VecDeque,
    rc::Rc,
    task::{Context, Poll},
};

use crate::{
    buffer::{Inbox, Wakers, wake_all},
    negotiation::{Candidate, MAX_CANDIDATES},
    upkeep::Health,
};

/// Why a channel carries nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// Closed by one of the sides.
    Orderly,
    /// The connection broke, or the other side's browser went away.
    Lost,
    /// The other side sent more than the inbox holds.
    Overrun,
    /// The other side sent text.
    NotBinary,
}

/// One thing an attempt waits for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A candidate of ours.
    Candidate(Candidate),
    /// There will be no more of ours; whether there was any.
    Gathered { any: bool },
    /// The channel is open.
    Open,
    /// The browser has given up (it may still connect if the other side starts late).
    Failed,
    /// The channel has closed.
    Closed,
}

/// One thing the care for an open connection waits for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The browser thinks otherwise of it.
    Health(Health),
    /// A candidate of ours.
    Candidate(Candidate),
    /// It is over.
    Closed,
}

/// Shared by the event handlers of one connection and the tasks using it.
#[derive(Debug, Default)]
pub(super) struct Events(RefCell<Inner>);

#[derive(Debug, Default)]
struct Inner {
    inbox: Inbox,
    readers: Wakers,
    writers: Wakers,
    attempt: Wakers,
    candidates: VecDeque<Candidate>,
    any_candidate: bool,
    gathered: bool,
    open: bool,
    failed: bool,
    /// What the browser said last.
    health: Option<Health>,
    /// Whether that is still to be told.
    health_changed: bool,
    closed: Option<Closed>,
}

impl Events {
    pub(super) fn new() -> Rc<Self> {
        Rc::default()
    }

    /// Changes something, then wakes who waits for it, with nothing borrowed any more.
    fn change(&self, act: impl FnOnce(&mut Inner) -> Vec<std::task::Waker>) {
        let woken = act(&mut self.0.borrow_mut());
        wake_all(woken);
    }

    pub(super) fn on_candidate(&self, candidate: Candidate) {
        self.change(|inner| {
            inner.any_candidate = true;
            if inner.candidates.len() < MAX_CANDIDATES {
                inner.candidates.push_back(candidate);
            }
            inner.attempt.take()
        });
    }

    pub(super) fn on_gathered(&self) {
        self.change(|inner| {
            inner.gathered = true;
            inner.attempt.take()
        });
    }

    pub(super) fn on_open(&self) {
        self.change(|inner| {
            inner.open = true;
            inner.attempt.take()
        });
    }

    /// `connectionState` has changed. Before the channel is open only *failed* matters.
    pub(super) fn on_health(&self, health: Health) {
        self.change(|inner| {
            inner.failed |= health == Health::Failed && !inner.open;
            inner.health_changed |= inner.health.replace(health) != Some(health);
            inner.attempt.take()
        });
    }

    /// The first reason counts: what follows is its consequence.
    pub(super) fn on_closed(&self, why: Closed) {
        self.change(|inner| {
            inner.closed.get_or_insert(why);
            let mut woken = inner.readers.take();
            woken.extend(inner.writers.take());
            woken.extend(inner.attempt.take());
            woken
        });
    }

    /// Returns whether there was room.
    pub(super) fn on_message(&self, message: Vec<u8>) -> bool {
        let taken = self.0.borrow_mut().inbox.push(message).is_ok();
        if taken {
            self.change(|inner| inner.readers.take());
        } else {
            self.on_closed(Closed::Overrun);
        }
        taken
    }

    pub(super) fn on_low(&self) {
        self.change(|inner| inner.writers.take());
    }

    pub(super) fn closed(&self) -> Option<Closed> {
        self.0.borrow().closed
    }

    pub(super) fn has_candidates(&self) -> bool {
        self.0.borrow().any_candidate
    }

    pub(super) fn wait_to_write(&self, cx: &Context<'_>) {
        self.0.borrow_mut().writers.register(cx);
    }

    /// Bytes received, or the end once they are all read.
    pub(super) fn poll_read(&self, cx: &Context<'_>, buf: &mut [u8]) -> Poll<Result<usize, Closed>> {
        let mut inner = self.0.borrow_mut();
        if buf.is_empty() || inner.inbox.unread() > 0 {
            return Poll::Ready(Ok(inner.inbox.read(buf)));
        }
        if let Some(why) = inner.closed {
            return Poll::Ready(Err(why));
        }
        inner.readers.register(cx);
        Poll::Pending
    }

    /// Whether something is left to read after the end.
    pub(super) fn has_last_words(&self) -> bool {
        let inner = self.0.borrow();
        inner.closed.is_some() && inner.inbox.unread() > 0
    }

    pub(super) fn poll_event(&self, cx: &Context<'_>) -> Poll<Event> {
        let mut inner = self.0.borrow_mut();
        if let Some(candidate) = inner.candidates.pop_front() {
            return Poll::Ready(Event::Candidate(candidate));
        }
        if std::mem::take(&mut inner.gathered) {
            return Poll::Ready(Event::Gathered { any: inner.any_candidate });
        }
        if inner.closed.is_some() {
            return Poll::Ready(Event::Closed);
        }
        if inner.open {
            return Poll::Ready(Event::Open);
        }
        if std::mem::take(&mut inner.failed) {
            return Poll::Ready(Event::Failed);
        }
        inner.attempt.register(cx);
        Poll::Pending
    }

    /// What the care for an open connection waits for.
    pub(super) fn poll_change(&self, cx: &Context<'_>) -> Poll<Change> {
        let mut inner = self.0.borrow_mut();
        if inner.closed.is_some() {
            return Poll::Ready(Change::Closed);
        }
        if std::mem::take(&mut inner.health_changed)
            && let Some(health) = inner.health
        {
            return Poll::Ready(Change::Health(health));
        }
        if let Some(candidate) = inner.candidates.pop_front() {
            return Poll::Ready(Change::Candidate(candidate));
        }
        inner.attempt.register(cx);
        Poll::Pending
    }

    /// From here on candidates are those of a new search.
    pub(super) fn gather_anew(&self) {
        let mut inner = self.0.borrow_mut();
        inner.candidates.clear();
        inner.gathered = false;
    }

    /// The candidates found so far need not be told any more.
    pub(super) fn forget_candidates(&self) {
        self.0.borrow_mut().candidates.clear();
    }

    /// Resolves when there will be no more candidates, or the connection is closed.
    pub(super) fn poll_gathered(&self, cx: &Context<'_>) -> Poll<()> {
        let mut inner = self.0.borrow_mut();
        if inner.gathered || inner.closed.is_some() {
            return Poll::Ready(());
        }
        inner.attempt.register(cx);
        Poll::Pending
    }
}
