//! How the room began: what it is called and for, and the values of its form that decide anything.

use serde::{Deserialize, Serialize};

use super::{Note, Tag, Title, Within, bodies};
use crate::Cid;

/// The version of the fold that this build knows, and founds rooms with.
pub const FOLD_VERSION: u32 = 1;

/// How the room decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Policy {
    Consent,
    Majority,
    Unanimous,
    Advice,
}

/// A share.
pub type Percent = Within<0, 100>;

/// The values of a form that decide anything; they travel in the founding event so that all builds agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormValues {
    /// How proposals are decided.
    pub policy: Policy,
    /// Share of the electorate that must have balloted, in per cent.
    pub quorum: Percent,
    /// The most ballots a quorum may ask for.
    pub quorum_cap: u16,
    /// Silence after which a step-in is offered, in seconds.
    pub grace: u32,
}

bodies! {
    /// Founds the room: the first event, whose CID is the room's.
    RoomFounded {
        /// Version of the fold that gives the log its meaning.
        fold: Within<{ FOLD_VERSION as u64 }, { FOLD_VERSION as u64 }>,
        /// What the room is called.
        title: Title,
        /// What it is for.
        purpose: Note,
        /// Name of the form.
        form: Tag,
        /// The form's deciding values.
        values: FormValues,
        /// 16 random bytes: two rooms of one title are two rooms.
        nonce: serde_bytes::ByteArray<16>,
    }
    /// Raises the version of the fold, once a decision carries it (so far it changes nothing).
    FoldRaised {
        /// The version after this event.
        to: u32,
        /// The closing of the decision.
        closing: Cid,
    }
}
