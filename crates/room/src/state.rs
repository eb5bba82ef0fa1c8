//! What the log means: the room's state, in the shapes that the page shows and `window.paceline.state()` returns.

use std::sync::Arc;

use serde::Serialize;

use crate::{
    Cid, NodeId,
    body::{FormValues, PostKind, Stance},
};

/// Somebody with at least one event in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Who.
    pub node: NodeId,
    /// What to call it; empty until it introduced itself.
    pub name: String,
    /// What it says it is good at.
    pub strengths: Vec<String>,
    /// 0 to 11.
    pub hue: u8,
    /// Two of its events share a position: shown to all, takes away only its voice as a witness.
    pub split: bool,
}

/// Where a post's words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordsState {
    /// In this node's log.
    Here,
    /// Not here yet.
    Missing,
    /// Taken back by their author.
    Retracted,
}

/// A post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Post {
    /// Its event.
    pub cid: Cid,
    /// Who says it.
    pub author: NodeId,
    /// What it is.
    pub kind: PostKind,
    /// Where its (latest) words are.
    pub words: WordsState,
    /// The latest words, if they are here.
    pub text: Option<Arc<str>>,
    /// The post it answers; `None` also where it names what is no post in its past.
    pub reply_to: Option<Cid>,
    /// Tags.
    pub tags: Vec<String>,
    /// Nodes it speaks to.
    #[serde(skip)]
    pub mentions: Vec<NodeId>,
    /// The author's clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    pub depth: u64,
    /// Whether the words were changed.
    pub edited: bool,
    /// Whether a correction stands against it.
    pub contested: bool,
    /// When it was admitted, events deeper than it were there already. This node's view: not part of the state that
    /// equal digests promise.
    #[serde(skip)]
    pub late: bool,
}

/// Where feedback stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum FeedbackState {
    /// Asks for nothing.
    Given,
    /// An open loop.
    Open,
    Adjusted,
    Noted,
    Declined,
    Withdrawn,
}

/// Feedback on a post, a term or a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Feedback {
    /// Its event.
    pub cid: Cid,
    /// Who gives it.
    pub author: NodeId,
    /// What it is about.
    pub target: Cid,
    /// Who is asked for an answer: the author of the post, the holder of the term.
    #[serde(skip)]
    pub addressee: Option<NodeId>,
    /// How it stands to it.
    pub stance: Stance,
    /// Its words, if any and here.
    pub text: Option<Arc<str>>,
    /// Links that support it.
    #[serde(skip)]
    pub sources: Vec<String>,
    /// Where it stands.
    pub state: FeedbackState,
    /// The answer's words, if any and here.
    #[serde(skip)]
    pub answer: Option<Arc<str>>,
    /// What the answer says has changed.
    #[serde(skip)]
    pub answered_by: Option<Cid>,
    /// The author's clock, Unix milliseconds.
    #[serde(skip)]
    pub at: u64,
}

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
    /// Whether the current transfer is beyond what a late vote could change.
    pub settled: bool,
    /// The holder before the current run of step-ins: who may reclaim.
    #[serde(skip)]
    pub may_reclaim: Option<NodeId>,
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
    pub terms: Vec<Term>,
    /// What people wrote with an act, by `(depth, cid)`; an act without a word has none.
    pub notes: Vec<Note>,
}

/// An event that no build of this room's version understands: kept whole, words too, stored and passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownEvent {
    /// Its name.
    pub cid: Cid,
    /// Who wrote it.
    pub author: NodeId,
    /// What it calls its kind.
    pub kind: Box<str>,
    /// The author's clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    #[serde(skip)]
    pub depth: u64,
}

/// The room in its whole: from the log alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomState {
    /// Of the set of admitted events: equal digests, equal state (but for words not yet here).
    pub digest: String,
    /// What the room is called.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Name of its form.
    pub form: String,
    /// The form's deciding values.
    #[serde(skip)]
    pub values: Option<FormValues>,
    /// Who founded it, with no more powers than anyone; `None` only before the founding event is here.
    pub founder: Option<NodeId>,
    /// In order of their first event.
    pub people: Vec<Arc<Person>>,
    /// In display order: `(depth, cid)`.
    pub posts: Vec<Arc<Post>>,
    /// In display order.
    pub feedback: Vec<Arc<Feedback>>,
    /// In order of opening.
    pub batons: Vec<Arc<Baton>>,
    /// Founded by a version that this build does not know.
    pub newer: bool,
    /// From a newer version, in display order.
    pub unknown: Vec<Arc<UnknownEvent>>,
}
