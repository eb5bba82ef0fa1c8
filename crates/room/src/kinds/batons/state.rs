//! What is shown of a baton: where it is, all its terms, and the words that came with what people did.

use std::sync::Arc;

use serde::Serialize;

pub use super::history::History;
use crate::{Cid, NodeId};

/// Where a baton is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum BatonState {
    Free,
    Held,
    Offered,
    Closed,
}

/// How a term began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum TermBy {
    Taken,
    Accepted,
    SteppedIn,
    Reclaimed,
    Decision,
}

/// One node's time with a baton.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Term {
    /// Whose.
    pub holder: NodeId,
    /// The transfer that began it; also the term's name as a target of feedback.
    pub from: Cid,
    /// The transfer that ended it: the next one on the network's path, or the first by `(depth, cid)` beside it.
    pub until: Option<Cid>,
    /// How it began.
    pub by: TermBy,
    /// The network did not follow it: on the losing branch of a fork, or a stand-in's that was reclaimed when more had
    /// written beside it than on it.
    pub parallel: bool,
    /// When it began by its author's clock, Unix milliseconds.
    #[serde(skip)]
    pub began: u64,
    /// When it ended by that author's clock.
    #[serde(skip)]
    pub ended: Option<u64>,
    /// Depth in the log of the transfer that began it.
    #[serde(skip)]
    pub depth: u64,
}

/// What somebody did with a baton and wrote a word with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Act {
    Offered,
    Declined,
    Released,
    Closed,
}

/// The word that came with an offer, with a no to one, with letting go or with the end of the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Its event.
    pub cid: Cid,
    /// Who wrote it.
    pub author: NodeId,
    /// With what.
    pub act: Act,
    /// The term it belongs to, by the transfer that began that.
    pub term: Cid,
    /// For an offer: to whom.
    pub to: Option<NodeId>,
    /// The word.
    pub text: Arc<str>,
    /// The author's clock, Unix milliseconds.
    #[serde(skip)]
    pub at: u64,
    /// Its depth in the log.
    #[serde(skip)]
    pub depth: u64,
}

/// Whom somebody names for a baton, and why: the latest of what they said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nomination {
    /// Its event.
    pub cid: Cid,
    /// Who says it.
    pub author: NodeId,
    /// Whom they would have lead.
    pub node: NodeId,
    /// Whom they named first, if that was somebody else: they changed their mind.
    pub before: Option<NodeId>,
    /// Why.
    pub why: Arc<str>,
    /// The author's clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    pub depth: u64,
}

/// The lead for one need or role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Baton {
    /// Its opening.
    pub cid: Cid,
    /// What is led.
    pub title: String,
    /// Strengths it calls for.
    #[serde(skip)]
    pub strengths: Vec<String>,
    /// How long a term is meant to be, in minutes.
    #[serde(skip)]
    pub minutes: Option<u32>,
    /// The need it answers.
    #[serde(skip)]
    pub need: Option<Cid>,
    /// Where it is.
    pub state: BatonState,
    /// Who leads now.
    pub holder: Option<NodeId>,
    /// The standing offer.
    pub offer: Option<Cid>,
    /// To whom.
    pub offered_to: Option<NodeId>,
    /// The current transfer, or the opening.
    pub tip: Cid,
    /// Its depth in the log: who was named before it was named for another turn.
    #[serde(skip)]
    pub tip_depth: u64,
    /// Whether the current transfer is beyond what a late vote could change.
    pub settled: bool,
    /// The holder before the current run of step-ins: who may reclaim.
    #[serde(skip)]
    pub may_reclaim: Option<NodeId>,
    /// The closing of the decision by which it came to whoever has had it since.
    #[serde(skip)]
    pub mandate: Option<Cid>,
    /// Who held it before that: they may reclaim once that is suspended.
    #[serde(skip)]
    pub displaced: Option<NodeId>,
    /// Ends of that run, for a `BatonReclaimed`: the current one first, as many as it can name.
    #[serde(skip)]
    pub run_ends: Vec<Cid>,
    /// Who may close it now: the holder, unless it is a stand-in.
    #[serde(skip)]
    pub may_close: Vec<NodeId>,
    /// Whether anyone may close it: its last true holder released it.
    #[serde(skip)]
    pub anyone_may_close: bool,
    /// All terms that ever were, parallel ones too, by `(depth, cid)` of the transfer that began them.
    pub terms: History<Term>,
    /// What people wrote with an act, by `(depth, cid)`; an act without a word has none.
    pub notes: History<Note>,
    /// Whom each author names, by `(depth, cid)`; those for earlier turns, too.
    #[serde(skip)]
    pub nominations: History<Nomination>,
}

impl Baton {
    /// What a copy copies.
    pub(super) fn weight(&self) -> usize {
        self.strengths.len() + self.run_ends.len() + self.may_close.len()
    }
}
