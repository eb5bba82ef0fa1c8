//! Proposals as they are shown.

use std::sync::Arc;

use serde::Serialize;

use super::bodies::{Ballot, Effect};
use crate::{
    Cid, Day, NodeId, Tree,
    fold::Key,
    kinds::{Policy, UNNAMED, posts::WordsState},
};

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProposalState {
    /// It is not decided.
    Open,
    /// A version of it is.
    Carried,
    /// It was, until somebody who had not been heard said otherwise.
    Suspended,
    /// Who made it took it back.
    Withdrawn,
}

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its event, which is its first version, too.
    pub cid: Cid,
    /// Who proposed it.
    pub author: NodeId,
    /// Their clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    pub depth: u64,
    /// How it is decided.
    pub policy: Policy,
    /// It is tried for a while.
    pub trial: bool,
    /// When it is looked at again.
    pub review_on: Option<Day>,
    /// The place of its meeting, if that was one in its past.
    pub meeting: Option<Key>,
    /// The post that it came from, or the proposal that is looked at again by it, if that was one in its past.
    pub about: Option<Cid>,
    /// Its latest version, with its words.
    pub version: Arc<Version>,
    /// How many versions there are.
    pub versions: usize,
    /// Where it stands.
    pub state: ProposalState,
    /// Of what is carried the version, and the closing from which on it is.
    pub carried: Option<Carried>,
    /// The place of the withdrawal, if it stands.
    pub withdrawn: Option<Key>,
}

impl Proposal {
    /// Its place among all.
    pub fn key(&self) -> Key {
        (self.depth, self.cid)
    }
}

/// What is carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Which version.
    pub version: Cid,
    /// The first closing of it that stands.
    pub closing: Cid,
    /// The depth of that in the log.
    pub depth: u64,
    /// Who closed.
    pub by: NodeId,
    /// Their clock, Unix milliseconds.
    pub at: u64,
}

/// A version of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The proposal itself, or an amendment.
    pub cid: Cid,
    /// The proposal.
    pub proposal: Cid,
    /// Who wrote it.
    pub author: NodeId,
    /// Their clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    pub depth: u64,
    /// What it is called.
    pub title: Arc<str>,
    /// What it says, if that is here.
    pub text: Option<Arc<str>>,
    /// Where its words are.
    pub words: WordsState,
    /// What it changes.
    pub effect: Option<Effect>,
    /// The ballot whose fix it takes up.
    pub fix: Option<Cid>,
}

/// A ballot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cast {
    /// Its event.
    pub cid: Cid,
    /// The proposal.
    pub proposal: Cid,
    /// Who, by the home they had when it was proposed.
    pub node: NodeId,
    /// Who wrote it.
    pub author: NodeId,
    /// Their clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    pub depth: u64,
    /// Of which version.
    pub version: Cid,
    /// What is said.
    pub stance: Ballot,
    /// Why, if that is here.
    pub reason: Option<Arc<str>>,
    /// What would fix it, if that is here.
    pub fix: Option<Arc<str>>,
    /// Where its words are, if it has any.
    pub words: Option<WordsState>,
    /// It is one of those that count: of an elector, or an objection that an elector has seen; and the last word of its author.
    pub counts: bool,
    /// It came too late for what is carried: most had gone on.
    pub late: bool,
}

/// A closing that held for who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Its event.
    pub cid: Cid,
    /// Who closed.
    pub by: NodeId,
    /// Their clock, Unix milliseconds.
    pub at: u64,
    /// Of which version.
    pub version: Cid,
    /// What it did not see keeps it from standing.
    pub suspended: bool,
}

/// All about proposals. Cheap to copy and to compare.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DecisionLists {
    /// In display order.
    pub all: Tree<Key, Proposal>,
    /// By the proposal, in display order.
    pub versions: Tree<(Cid, Key), Version>,
    /// By the proposal, in display order.
    pub ballots: Tree<(Cid, Key), Cast>,
    /// By the proposal, in display order.
    pub closings: Tree<(Cid, Key), Closing>,
    /// By the meeting in which they are decided.
    pub of_meeting: Tree<(Cid, Key), Cid>,
    /// Whose posts stand behind a notice, with the proposal by which they do.
    pub notices: Tree<NodeId, Cid>,
    /// What the room's rules are, and by which decisions.
    pub rules: Arc<super::effects::Rules>,
}

/// Before all that is in a log.
pub(super) const FIRST: Key = (0, UNNAMED);

impl DecisionLists {
    /// The versions of a proposal, in display order.
    pub fn versions_of(&self, proposal: Cid) -> impl Iterator<Item = &Arc<Version>> {
        self.versions.from(&(proposal, FIRST)).take_while(move |((of, _), _)| *of == proposal).map(|(_, it)| it)
    }

    /// The ballots on a proposal, in display order.
    pub fn ballots_of(&self, proposal: Cid) -> impl Iterator<Item = &Arc<Cast>> {
        self.ballots.from(&(proposal, FIRST)).take_while(move |((of, _), _)| *of == proposal).map(|(_, it)| it)
    }

    /// The closings of a proposal that held, in display order.
    pub fn closings_of(&self, proposal: Cid) -> impl Iterator<Item = &Arc<Closing>> {
        self.closings.from(&(proposal, FIRST)).take_while(move |((of, _), _)| *of == proposal).map(|(_, it)| it)
    }

    /// The proposals that are decided in a meeting, in display order.
    pub fn of_meeting(&self, meeting: Cid) -> impl Iterator<Item = &Arc<Proposal>> {
        let of = self.of_meeting.from(&(meeting, FIRST)).take_while(move |((of, _), _)| *of == meeting);
        of.filter_map(|((_, key), _)| self.all.get(key))
    }
}

/// Who decides about a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Electorate {
    /// By their homes when it was proposed, in order.
    pub electors: Vec<NodeId>,
    /// How many must have balloted.
    pub quorum: usize,
}

/// A proposal in its whole, for scripts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposalWhole {
    /// Its event.
    pub cid: Cid,
    /// Its latest version.
    pub version: Cid,
    /// What it is called.
    pub title: Arc<str>,
    /// What it says, if that is here.
    pub text: Option<Arc<str>>,
    /// How it is decided.
    pub policy: Policy,
    /// Where it stands.
    pub state: ProposalState,
    /// What was said to it, in display order.
    pub ballots: Vec<CastWhole>,
    /// How many must have balloted.
    pub quorum: usize,
    /// When it is looked at again.
    pub review_on: Option<Day>,
    /// The post that it came from, or the proposal that is looked at again by it.
    pub about: Option<Cid>,
    /// The version that is carried.
    pub carried: Option<Cid>,
}

/// A ballot, for scripts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CastWhole {
    /// Who.
    pub node: NodeId,
    /// Of which version.
    pub version: Cid,
    /// What is said.
    pub stance: Ballot,
    /// Why, if that is here.
    pub reason: Option<Arc<str>>,
    /// What would fix it, if that is here.
    pub fix: Option<Arc<str>>,
    /// Whether it counts.
    pub counts: bool,
    /// Whether it came too late.
    pub late: bool,
}

impl Cast {
    /// For scripts.
    pub(super) fn whole(&self) -> CastWhole {
        let Self { node, version, stance, counts, late, .. } = *self;
        CastWhole { node, version, stance, reason: self.reason.clone(), fix: self.fix.clone(), counts, late }
    }
}
