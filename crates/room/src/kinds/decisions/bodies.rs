//! What is said about decisions: proposing, amending, balloting, closing; and what a decision can change.

use serde::{Deserialize, Serialize};

use crate::{
    Cid, Day, NodeId,
    fields::Optional,
    kinds::{List, Note, Percent, Policy, Title, Within, bodies},
    limits,
};

bodies! {
    /// Proposes something for all to decide.
    Proposed {
        /// What it is called.
        title: Title,
        /// What is proposed: the words block.
        words: Cid,
        /// How it is decided, if more strictly than the room does.
        [optional] policy: Option<Policy>,
        /// What it changes in the room.
        [optional] effect: Option<Effect>,
        /// It is tried until the day on which it is looked at again.
        [optional] trial: bool,
        /// When it is looked at again.
        [optional] review_on: Option<Day>,
        /// The meeting in which it is decided.
        [optional] meeting: Option<Cid>,
        /// The post that it came from, or the proposal that is looked at again by it.
        [optional] about: Option<Cid>,
    }
    /// Another version of a proposal, by who made it: on the latest that its author has seen.
    Amended {
        /// The proposal.
        proposal: Cid,
        /// What is proposed now: the words block.
        words: Cid,
        /// What it is called now; without, as before.
        [optional] title: Title,
        /// What it changes now; without, as before.
        [optional] effect: Option<Effect>,
        /// The ballot whose fix it takes up.
        [optional] fix: Option<Cid>,
    }
    /// Takes a proposal back: an objection to every version of it.
    ProposalWithdrawn {
        /// The proposal.
        proposal: Cid,
    }
    /// What somebody says to a version.
    BallotCast {
        /// The proposal.
        proposal: Cid,
        /// The version: the proposal itself, or an amendment.
        version: Cid,
        /// What is said.
        stance: Ballot,
        /// Why, and what would fix it: the words block, a list of these two.
        [optional] words: Option<Cid>,
    }
    /// Closes: it is decided. Void if by what its author has seen it is not.
    DecisionClosed {
        /// The proposal.
        proposal: Cid,
        /// The version.
        version: Cid,
    }
}

/// What somebody says to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ballot {
    /// It does no harm.
    Consent,
    /// The same, with a worry.
    Concern,
    /// It would do harm.
    Object,
    /// Sits out.
    StandAside,
}

/// What a decision changes: the only way in which any of this changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// What the room is called.
    Title(Title),
    /// What it is for.
    Purpose(Note),
    /// How it decides, and what its form says.
    Values(Changed),
    /// What a node has written is shown behind a notice. Nothing else comes of it.
    BehindNotice(NodeId),
    /// It stands behind a notice no longer.
    NoNotice(NodeId),
    /// The version of the fold.
    Version(Within<2, { u32::MAX as u64 }>),
    /// A mandate: this node may take over this baton.
    HandBaton(Handing),
    /// A mandate: anybody may close this baton.
    CloseBaton(Cid),
}

/// To whom a baton goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handing {
    /// The baton.
    pub baton: Cid,
    /// To whom.
    pub to: NodeId,
}

/// Silence after which somebody may take over, in seconds.
pub type Grace = Within<{ limits::GRACE_LEAST }, { limits::GRACE }>;
/// The most ballots that a quorum may ask for.
pub type QuorumCap = Within<2, { u16::MAX as u64 }>;
/// What each is asked to say.
pub type RoomPrompts = List<Title, { limits::TAGS }>;

/// Those values that change; each absent rather than as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// How the room decides.
    #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "crate::fields::given")]
    pub policy: Option<Policy>,
    /// Share of the electors that must have balloted, in per cent.
    #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "crate::fields::given")]
    pub quorum: Option<Percent>,
    /// The most ballots a quorum may ask for.
    #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "crate::fields::given")]
    pub quorum_cap: Option<QuorumCap>,
    /// Silence after which a step-in is offered.
    #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "crate::fields::given")]
    pub grace: Option<Grace>,
    /// What each is asked to say.
    #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "crate::fields::given")]
    pub prompts: RoomPrompts,
}
