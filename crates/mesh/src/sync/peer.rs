//! What is kept of one peer: what it holds, what is done with it, what it was asked for.

use std::collections::BTreeSet;

use paceline_room::{Cid, NodeId};

use super::{
    limits::{BACK_OFF, BEHIND_TIME, MAX_BACK_OFF, MAX_CLAIMED, SINCE_AGAIN},
    session::Session,
};
use crate::{
    budgets::{Bucket, TAKEN_ALONG},
    serve::ANSWER_BYTES,
    time::Millis,
    wire::{Key, Since},
};

/// A request under way, and what of it has not come.
#[derive(Debug)]
pub struct Asked {
    pub serial: u64,
    pub events: BTreeSet<Cid>,
    pub words: BTreeSet<Cid>,
    /// Bytes of what has come.
    pub bytes: usize,
    pub until: Millis,
    pub ends: Millis,
}

impl Asked {
    /// Whether so much came that it may have had to leave something out.
    pub fn is_full(&self) -> bool {
        self.bytes >= ANSWER_BYTES / 2
    }
}

/// What a peer says it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub events: u64,
    pub tips: Vec<Cid>,
    /// It knows of more.
    pub behind: bool,
}

/// Whether a peer has all that it knows of.
#[derive(Debug, Clone, Copy, Default)]
enum Whole {
    /// It never said anything else.
    #[default]
    Always,
    /// It says that it has not.
    Not,
    /// It has by now: since then.
    Since(Millis),
}

/// One peer.
#[derive(Debug, Default)]
pub struct Peer {
    pub events: u64,
    pub tips: Vec<Cid>,
    whole: Whole,
    /// When its link came up.
    pub linked: Millis,
    /// It has said what it has.
    pub heard: bool,
    session: Session,
    /// When to look whether a session is needed.
    pub look_at: Option<Millis>,
    /// Since when what it reports is wanted already, so that a session has to wait.
    pub put_off: Option<Millis>,
    /// No session before this.
    pub not_before: Millis,
    /// No request before this.
    pub mute_until: Millis,
    pub failures: u32,
    /// When a reconciliation with it was completed first.
    pub completed: Option<Millis>,
    /// A stream from it came to nothing: only reconciliations from now on.
    pub no_stream: bool,
    pub asked: Option<Asked>,
    pub parents: Vec<Key>,
    /// Those that go ahead, and how many of them still may.
    pub parents_ahead: Vec<Cid>,
    takes_along: Option<Bucket>,
    /// No version vector before this.
    pub since_again: Millis,
    pub parents_at: Option<Millis>,
    /// It was asked for its newest posts alone, and they are still to come.
    pub newest_asked: bool,
    pub newest_due: bool,
}

impl Peer {
    /// A peer whose link just came up.
    pub fn linked_at(now: Millis) -> Self {
        Self { linked: now, ..Self::default() }
    }

    /// It says what it has.
    pub fn hear(&mut self, claim: Claim, now: Millis) {
        (self.events, self.tips, self.heard) = (claim.events.min(MAX_CLAIMED), claim.tips, true);
        self.whole = match (self.whole, claim.behind) {
            (Whole::Not, false) => Whole::Since(now),
            // Who is whole and reconciled with comes to know of more now and then.
            (_, true) if self.completed.is_none() => Whole::Not,
            (as_before, _) => as_before,
        };
    }

    /// Whether it says that it lacks something that others have. It is not believed without end.
    pub fn is_behind(&self, now: Millis) -> bool {
        matches!(self.whole, Whole::Not) && now < self.linked + BEHIND_TIME
    }

    /// Whether it once said so.
    pub fn was_behind(&self) -> bool {
        !matches!(self.whole, Whole::Always)
    }

    /// Since when it is a link to somebody who has all it knows of.
    pub fn whole_since(&self) -> Millis {
        if let Whole::Since(at) = self.whole { at } else { self.linked }
    }

    /// What is done with it.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What is done with it, to note how that goes; [`Peer::set`] alone makes it another.
    pub fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Something else is done with it from now on.
    pub fn set(&mut self, to: Session) {
        debug_assert!(self.session.may_become(&to), "{:?} -> {to:?}", self.session);
        self.session = to;
    }

    /// Whether so many events more may go ahead because something that goes ahead builds on them.
    pub fn takes_along(&mut self, events: usize, now: Millis) -> bool {
        let budget = self.takes_along.get_or_insert_with(|| Bucket::new(TAKEN_ALONG, now));
        budget.take(TAKEN_ALONG, events as u64, now)
    }

    /// The version vector to ask it with, unless it was just asked or nobody is known here.
    pub fn since(&mut self, reached: &dyn Fn() -> Since, now: Millis) -> Option<Since> {
        if self.since_again > now {
            return None;
        }
        self.since_again = now + SINCE_AGAIN;
        Some(reached()).filter(|since| !since.1.is_empty())
    }

    /// Nothing is asked of it any more. What was.
    pub fn rest(&mut self) -> Option<Asked> {
        self.set(Session::Idle);
        self.parents_at = None;
        self.parents.clear();
        self.parents_ahead.clear();
        self.asked.take()
    }

    /// It did not answer, or not in good order: nothing is asked of it for a while.
    pub fn fail(&mut self, now: Millis) {
        self.leave_alone(now);
        self.mute_until = self.not_before;
    }

    /// A session with it brought nothing: the next one waits.
    pub fn leave_alone(&mut self, now: Millis) {
        self.no_stream |= matches!(self.session, Session::Streaming { .. });
        self.set(Session::Idle);
        self.not_before = now + (BACK_OFF << self.failures.min(16)).min(MAX_BACK_OFF);
        self.failures = self.failures.saturating_add(1);
        self.look_at = Some(self.not_before);
    }
}

/// Words that are missing: who was asked for them.
#[derive(Debug)]
pub struct LoneWords {
    /// Of the event that named them first.
    pub author: NodeId,
    pub asked: Vec<NodeId>,
    pub claimed: bool,
    pub not_before: Millis,
}

impl LoneWords {
    /// Nobody was asked yet.
    pub const fn of(author: NodeId) -> Self {
        Self { author, asked: Vec::new(), claimed: false, not_before: 0 }
    }
}
