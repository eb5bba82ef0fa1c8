//! Which attempts are under way, whom a signal belongs to, and who wins when two peers dial each other. Knows no browser.
//!
//! The name that signals carry may be read by others than the two, who may use it, too. So an attempt is its peer and that name
//! together: nobody's signals begin, end or hinder an attempt with somebody else.
//!
//! **Glare.** Two peers that dial each other at the same time end with one connection: the dial of the *lower* `PeerId`
//! (compared as bytes) goes on, the other one fails with `Superseded`, and its side gets the connection as an incoming one.
//! Out-of-band offers (carried by people, not trickled) are exempt: they may take minutes, and nothing is known of them meanwhile.

use std::{
    collections::{BTreeMap, VecDeque},
    task::{Context, Poll, Waker},
};

use libp2p_identity::PeerId;

use crate::{
    link::Role,
    negotiation::{Candidate, MAX_CANDIDATES},
    signalling::{SessionId, Signal},
};

/// Most incoming attempts of one peer at a time: one that hangs since its tab was reloaded, and the one after. Neither these nor
/// all incoming ones together push out any that is under way: what is too much is ignored, and own dials are not counted.
pub(crate) const MAX_INCOMING_PER_PEER: usize = 2;

/// How many ended attempts are remembered, so that a repeated offer does not start one again.
pub(crate) const MAX_RECENT: usize = 128;

/// How often an offer is sent again because the peer's own offer shows that it may not have got ours.
pub(crate) const MAX_REPEATS: usize = 3;

/// An attempt's name here: the peer that was dialled, or that offers (`None`: whoever answers), and the name that signals carry.
pub(crate) type Name = (Option<PeerId>, SessionId);

/// What an attempt, or the connection that came of it, hears from outside.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mail {
    Answer {
        from: PeerId,
        sdp: String,
    },
    Candidate(Candidate),
    Ended(Ended),
    /// Once open.
    Paths(PathNews),
}

/// What an open connection hears about its paths.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PathNews {
    NetworkChanged,
    Wanted { round: u32 },
    Offer { round: u32, sdp: String },
    Answer { round: u32, sdp: String },
}

/// What waits for an open connection: the latest of each kind.
#[derive(Debug, Default)]
struct PathMail {
    network_changed: bool,
    wanted: Option<u32>,
    offer: Option<(u32, String)>,
    answer: Option<(u32, String)>,
}

impl PathMail {
    fn pop(&mut self) -> Option<PathNews> {
        if std::mem::take(&mut self.network_changed) {
            return Some(PathNews::NetworkChanged);
        }
        let answer = self.answer.take().map(|(round, sdp)| PathNews::Answer { round, sdp });
        let offer = || self.offer.take().map(|(round, sdp)| PathNews::Offer { round, sdp });
        answer.or_else(offer).or_else(|| self.wanted.take().map(|round| PathNews::Wanted { round }))
    }
}

/// Why an attempt is over before it led anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The other side gave up.
    Aborted,
    /// The lower peer's own dial goes on instead.
    Superseded,
    /// No signal will ever come in again.
    SignallingClosed,
}

/// What became of a signal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// An attempt under way has it.
    Routed,
    /// A new incoming attempt; it is registered already.
    Accepted { from: PeerId, session: SessionId, sdp: String, trickle: bool },
    /// We dial this peer and our dial wins. It may not have got our offer: send all of it again.
    Repeat { to: PeerId, signals: Vec<Signal> },
    /// It is about a connection that is gone here: the other side should know.
    Gone,
    /// Nobody wants it.
    Ignored(Ignored),
}

/// Why nobody wants a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ignored {
    /// The offer is from ourselves.
    Ourselves,
    /// Nothing listens.
    NotListening,
    /// An offer of an attempt that is under way or has ended.
    Replay,
    /// Too many incoming attempts, of all or of this peer.
    TooMany,
    /// Our own dial to the peer wins.
    Glare,
    /// No such attempt, or not one with this peer.
    Unknown,
    /// The attempt has had its answer or enough candidates.
    Surplus,
}

#[derive(Debug)]
struct Entry {
    /// `None`: offered to whoever answers.
    peer: Option<PeerId>,
    role: Role,
    trickle: bool,
    /// Our offer and candidates, to be sent again if the other side may not have got them.
    sent: Vec<Signal>,
    repeats: usize,
    answered: bool,
    answer: Option<(PeerId, String)>,
    candidates: VecDeque<Candidate>,
    /// The connection is open; what it hears from now on.
    open: Option<PathMail>,
    ended: Option<Ended>,
    waker: Option<Waker>,
}

impl Entry {
    fn new(peer: Option<PeerId>, role: Role, trickle: bool) -> Self {
        Self {
            peer,
            role,
            trickle,
            sent: Vec::new(),
            repeats: 0,
            answered: false,
            answer: None,
            candidates: VecDeque::new(),
            open: None,
            ended: None,
            waker: None,
        }
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn end(&mut self, why: Ended) {
        self.ended.get_or_insert(why);
        self.wake();
    }

    fn is_live(&self, role: Role, peer: PeerId) -> bool {
        self.role == role && self.peer == Some(peer) && self.ended.is_none() && self.open.is_none()
    }

    /// A signal for the open connection. Says whether it is one.
    fn hear(&mut self, signal: Signal) -> bool {
        let Some(waiting) = &mut self.open else { return false };
        match signal {
            Signal::Restart { round, sdp, .. } if self.role == Role::Listener => waiting.offer = Some((round, sdp)),
            Signal::Restarted { round, sdp, .. } if self.role == Role::Dialer => waiting.answer = Some((round, sdp)),
            Signal::RestartWanted { round, .. } if self.role == Role::Dialer => waiting.wanted = Some(round),
            _ => return false,
        }
        true
    }
}

/// The attempts under way. Wakes tasks, but never calls out.
#[derive(Debug)]
pub(crate) struct Sessions {
    local: PeerId,
    max_incoming: usize,
    entries: BTreeMap<Name, Entry>,
    recent: VecDeque<Name>,
}

impl Sessions {
    pub(crate) fn new(local: PeerId, max_incoming: usize) -> Self {
        Self { local, max_incoming, entries: BTreeMap::new(), recent: VecDeque::new() }
    }

    /// Begins to dial. Refused if the peer, being the lower one, is already dialing us. Returns the incoming attempts of the
    /// peer that this dial, being the lower one's, takes the place of.
    pub(crate) fn dial(&mut self, session: SessionId, to: Option<PeerId>) -> Result<(), Ended> {
        if let Some(peer) = to {
            let incoming =
                self.entries.values_mut().filter(|entry| entry.trickle && entry.is_live(Role::Listener, peer));
            for entry in incoming {
                if peer < self.local {
                    return Err(Ended::Superseded);
                }
                entry.end(Ended::Superseded);
            }
        }
        self.entries.insert((to, session), Entry::new(to, Role::Dialer, to.is_some()));
        Ok(())
    }

    /// Keeps what a dial of ours has sent, in case it must be sent again.
    pub(crate) fn sent(&mut self, name: &Name, signal: &Signal) {
        if let Some(entry) = self.entries.get_mut(name)
            && entry.role == Role::Dialer
            && !entry.answered
            && entry.sent.len() <= MAX_CANDIDATES
        {
            entry.sent.push(signal.clone());
        }
    }

    /// A signal came in.
    pub(crate) fn deliver(&mut self, from: PeerId, signal: Signal, listening: bool) -> Delivery {
        if let Signal::Offer { session, sdp, trickle } = signal {
            return self.on_offer(from, session, sdp, trickle, listening);
        }
        let about_open = matches!(signal, Signal::Restart { .. } | Signal::RestartWanted { .. });
        let with_peer = (Some(from), *signal.session());
        let name = if self.entries.contains_key(&with_peer) { with_peer } else { (None, with_peer.1) };
        let entry = match self.entries.get_mut(&name) {
            Some(entry) if entry.peer.is_none_or(|peer| peer == from) => entry,
            None if about_open => return Delivery::Gone,
            _ => return Delivery::Ignored(Ignored::Unknown),
        };
        match signal {
            Signal::Answer { sdp, .. } if entry.role == Role::Dialer && !entry.answered => {
                entry.answered = true;
                entry.sent.clear();
                entry.peer = Some(from);
                entry.answer = Some((from, sdp));
            }
            Signal::Candidate { candidate, mid, .. } if entry.peer.is_some() => {
                if entry.candidates.len() >= MAX_CANDIDATES {
                    return Delivery::Ignored(Ignored::Surplus);
                }
                entry.candidates.push_back(Candidate { line: candidate, mid });
            }
            // Whoever was only offered a code cannot take it from the others.
            Signal::Abort { .. } if entry.peer.is_some() => entry.end(Ended::Aborted),
            signal => {
                if !entry.hear(signal) {
                    return Delivery::Ignored(Ignored::Surplus);
                }
            }
        }
        entry.wake();
        Delivery::Routed
    }

    fn on_offer(&mut self, from: PeerId, session: SessionId, sdp: String, trickle: bool, listening: bool) -> Delivery {
        match self.judge_offer(from, session, trickle, listening) {
            Err(Ignored::Glare) => self.repeat_offer(from),
            Err(why) => Delivery::Ignored(why),
            Ok(()) => {
                self.entries.insert((Some(from), session), Entry::new(Some(from), Role::Listener, trickle));
                Delivery::Accepted { from, session, sdp, trickle }
            }
        }
    }

    fn judge_offer(&mut self, from: PeerId, session: SessionId, trickle: bool, listening: bool) -> Result<(), Ignored> {
        if from == self.local {
            return Err(Ignored::Ourselves);
        }
        if !listening {
            return Err(Ignored::NotListening);
        }
        let name = (Some(from), session);
        if self.entries.contains_key(&name) || self.recent.contains(&name) {
            return Err(Ignored::Replay);
        }
        // Counted apart: a code that a person carries around must not lock the peer out meanwhile.
        let mut incoming = self
            .entries
            .values()
            .filter(|entry| entry.role == Role::Listener && entry.trickle == trickle && entry.open.is_none());
        let of_peer = incoming.clone().filter(|entry| entry.peer == Some(from)).count();
        if of_peer >= MAX_INCOMING_PER_PEER || incoming.by_ref().count() >= self.max_incoming {
            return Err(Ignored::TooMany);
        }
        if !trickle {
            return Ok(());
        }
        let ours = self.entries.values_mut().filter(|entry| entry.trickle && entry.is_live(Role::Dialer, from));
        for entry in ours {
            if self.local < from {
                return Err(Ignored::Glare);
            }
            entry.end(Ended::Superseded);
        }
        Ok(())
    }

    fn repeat_offer(&mut self, to: PeerId) -> Delivery {
        let mut ours = self.entries.values_mut().filter(|entry| entry.trickle && entry.is_live(Role::Dialer, to));
        let unanswered = |entry: &&mut Entry| !entry.sent.is_empty() && !entry.answered && entry.repeats < MAX_REPEATS;
        let Some(entry) = ours.find(unanswered) else { return Delivery::Ignored(Ignored::Glare) };
        entry.repeats += 1;
        Delivery::Repeat { to, signals: entry.sent.clone() }
    }

    /// What the attempt hears next.
    pub(crate) fn poll_mail(&mut self, name: &Name, cx: &Context<'_>) -> Poll<Mail> {
        let Some(entry) = self.entries.get_mut(name) else {
            return Poll::Ready(Mail::Ended(Ended::SignallingClosed));
        };
        // What was said before the end may tell why it came; when we end it ourselves, nobody asks.
        let read_on = matches!(entry.ended, None | Some(Ended::Aborted));
        if read_on && let Some((from, sdp)) = entry.answer.take() {
            return Poll::Ready(Mail::Answer { from, sdp });
        }
        // Before candidates: those of a restart belong to its description.
        if read_on && let Some(heard) = entry.open.as_mut().and_then(PathMail::pop) {
            return Poll::Ready(Mail::Paths(heard));
        }
        if read_on && let Some(candidate) = entry.candidates.pop_front() {
            return Poll::Ready(Mail::Candidate(candidate));
        }
        if let Some(why) = entry.ended {
            return Poll::Ready(Mail::Ended(why));
        }
        entry.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// The attempt has led to a connection, whose paths may be signalled anew from now on.
    pub(crate) fn opened(&mut self, name: &Name) {
        if let Some(entry) = self.entries.get_mut(name) {
            entry.candidates.clear();
            entry.sent.clear();
            entry.open = Some(PathMail::default());
        }
    }

    /// The network has changed: all open connections hear of it.
    pub(crate) fn network_changed(&mut self) {
        for entry in self.entries.values_mut() {
            if let Some(waiting) = &mut entry.open {
                waiting.network_changed = true;
                entry.wake();
            }
        }
    }

    /// The attempt is over, or the connection that came of it is gone.
    pub(crate) fn remove(&mut self, name: &Name) {
        if self.entries.remove(name).is_none() {
            return;
        }
        if self.recent.len() >= MAX_RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(*name);
    }

    /// No signal will come in any more. Open connections go on without.
    pub(crate) fn close(&mut self) {
        for entry in self.entries.values_mut().filter(|entry| entry.open.is_none()) {
            entry.end(Ended::SignallingClosed);
        }
    }
}

#[cfg(test)]
mod tests;
