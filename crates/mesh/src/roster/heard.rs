//! What is made of a beacon.

use paceline_room::NodeId;

use crate::{sync::Claim, wire::MessageError};

/// What to do about a beacon.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Heard {
    /// Whose it is, if it is worth anything.
    pub of: Option<NodeId>,
    /// Pass it on to these.
    pub relay: Vec<NodeId>,
    /// Presence changed.
    pub changed: bool,
    /// It is new and came from its own node: its tips are worth comparing.
    pub claim: Option<Claim>,
    /// It came from its own node and is older than what others brought of it: it can count on from that.
    pub behind: bool,
    /// Parts of it that this build does not know.
    pub newer: usize,
}

/// Why a beacon is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BeaconError {
    /// Cannot be read, or its signature is wrong.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// Older than what its node said before on the same link.
    #[error("the beacon is older than what its node said before on the same link")]
    Replayed,
}

impl BeaconError {
    /// The stable name under which refusals are counted.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Message(error) => error.code(),
            Self::Replayed => "replayed-beacon",
        }
    }
}
