//! What the log means: the room's state, in the shapes that the page shows and `window.paceline.state()` returns.

use std::sync::Arc;

use serde::Serialize;

pub use crate::kinds::{
    batons::{
        IgnoredTransfer,
        state::{Act, Baton, BatonState, History, Nomination, Note, Term, TermBy},
    },
    decisions::{
        Carried, Cast, CastWhole, Closing, DecisionLists, Electorate, Proposal, ProposalState, ProposalWhole, Rule,
        Rules, Version,
    },
    feedback::{Feedback, FeedbackState},
    founding::Raised,
    meetings::{
        Did, MeetingNow, MeetingStep,
        state::{
            CameTo, Ended, Item, ItemState, ItemTitle, ItemWhole, Meeting, MeetingLists, MeetingState, MeetingWhole,
            Timer,
        },
    },
    people::Person,
    persons::{PersonLists, Whole},
    posts::{Post, PostVersion, PostVersions, SpokenTo, WordsState},
    promises::{End, Promise, PromiseLists, PromiseState, Renewal, Renewed},
    rounds::{
        groups::Group,
        state::{
            Answer, AnswerWhole, AskWhole, Closed, Part, Placed, Reveal, Round, RoundLists, RoundState, RoundWhole,
            Seat, Sheet, Theme,
        },
    },
    unknown::UnknownEvent,
};
use crate::{NodeId, body::FormValues};

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
    /// Everybody once, by all their nodes; in the order of their homes' first events.
    pub persons: Vec<Whole>,
    /// In display order: `(depth, cid)`.
    pub posts: Vec<Arc<Post>>,
    /// Of posts that were edited, what each has said: by post, the latest first.
    pub versions: Vec<Arc<PostVersion>>,
    /// In display order.
    pub feedback: Vec<Arc<Feedback>>,
    /// In order of opening.
    pub batons: Vec<Arc<Baton>>,
    /// In display order.
    pub promises: Vec<Arc<Promise>>,
    /// In order of opening.
    pub meetings: Vec<MeetingWhole>,
    /// What is for later.
    pub backlog: Vec<ItemWhole>,
    /// In order of opening.
    pub rounds: Vec<RoundWhole>,
    /// In display order.
    pub proposals: Vec<ProposalWhole>,
    /// By which it goes on: of what is beyond this build, one above the latest that it knows.
    pub version: u32,
    /// How it came to that, by version.
    pub raised: Vec<Arc<Raised>>,
    /// Of a version that this build does not know.
    pub newer: bool,
    /// From a newer version, in display order.
    pub unknown: Vec<Arc<UnknownEvent>>,
}
