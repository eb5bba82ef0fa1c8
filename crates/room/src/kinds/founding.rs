//! How the room began: what it is called and for, and the values of its form that decide anything.

#[cfg(any(test, feature = "test-utils"))]
mod growth;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use super::{Capability, Kind, Note, Tag, Title, Within, bodies};
use crate::{
    Cid, NodeId,
    command::{Ask, Asker, CommandError, Saying},
    fold::{IgnoredReason, past::Past, step::Step},
};

/// The version of the fold that this build knows, and founds rooms with.
pub const FOLD_VERSION: u32 = 1;

/// How the room decides, the strictest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Policy {
    Advice,
    Majority,
    Consent,
    Unanimous,
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
        nonce: ByteArray<16>,
    }
    /// Raises the version of the fold, once a decision carries it (so far it changes nothing).
    FoldRaised {
        /// The version after this event.
        to: u32,
        /// The closing of the decision.
        closing: Cid,
    }
}

impl RoomFounded {
    /// A room of this version.
    ///
    /// # Errors
    /// Without a title, or if something is over its limit.
    pub fn new(
        title: &str,
        purpose: &str,
        form: &str,
        values: FormValues,
        nonce: [u8; 16],
    ) -> Result<Self, CommandError> {
        let title = title.trim();
        if title.is_empty() {
            return Err(CommandError::EmptyText);
        }
        let (title, purpose, form) = (title.try_into()?, purpose.trim().try_into()?, form.try_into()?);
        let (fold, nonce) = (u64::from(FOLD_VERSION).try_into()?, ByteArray::new(nonce));
        Ok(Self { fold, title, purpose, form, values, nonce })
    }
}

/// The beginning of the room.
#[derive(Debug, Clone, Default)]
pub(crate) struct Founding {
    pub(crate) founder: Option<NodeId>,
    /// None, too, in a room of a newer version.
    pub(crate) body: Option<RoomFounded>,
}

impl Kind for RoomFounded {
    type Of = Founding;

    fn judge(&self, _: &Past) -> Result<Option<Box<RoomFounded>>, IgnoredReason> {
        Ok(Some(Box::new(self.clone())))
    }
}

impl Kind for FoldRaised {
    type Of = Founding;

    fn judge(&self, _: &Past) -> Result<Option<Box<RoomFounded>>, IgnoredReason> {
        Ok(None)
    }
}

impl Capability for Founding {
    type Fact = Option<Box<RoomFounded>>;

    fn take(&mut self, founded: Option<Box<RoomFounded>>, _: &mut Step) {
        if let Some(body) = founded {
            self.body = Some(*body);
        }
    }

    fn every(&mut self, step: &mut Step) {
        // Whatever the version that founds it.
        if step.event().room.is_none() {
            self.founder = Some(step.event().author);
        }
    }

    fn version(&self) -> u64 {
        u64::from(self.founder.is_some())
    }
}

/// What a person may do: a room is founded before there is anybody in it to ask.
#[derive(Debug, Clone)]
pub enum Command {}

impl Ask for Command {
    fn ask(self, _: Asker) -> Result<Saying, CommandError> {
        match self {}
    }
}
