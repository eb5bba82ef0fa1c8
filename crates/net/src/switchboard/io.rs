//! What the switchboard wants done, and by what names.

use libp2p_webrtc_browser::Signal;
use paceline_room::NodeId;

use crate::types::Path;

/// An attempt to link, by the name that its signals carry.
pub(crate) type Session = [u8; 16];
/// An index into the driver's list of rendezvous.
pub(crate) type Via = usize;

/// Through which rendezvous an envelope goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Through {
    /// Every one.
    All,
    /// Those that cost nothing.
    Near,
    /// This one.
    One(Via),
}

impl From<Option<Via>> for Through {
    fn from(via: Option<Via>) -> Self {
        via.map_or(Self::All, Self::One)
    }
}

/// What the switchboard wants done.
#[derive(Debug, PartialEq)]
pub(crate) enum Output {
    /// Send an envelope, for one node or for everybody.
    Send { through: Through, to: Option<NodeId>, envelope: Vec<u8> },
    /// Hand a signal to a transport.
    Signal { path: Path, from: NodeId, signal: Signal },
    /// Dial.
    Dial { peer: NodeId, path: Path },
    /// The invite that was asked for.
    Invite { session: Session, envelope: Vec<u8> },
    /// The reply to an invite that was read.
    Reply { session: Session, envelope: Vec<u8> },
    /// An attempt that began with an invite that was read is given up.
    HandEnded { session: Session },
    /// The node said that it leaves.
    Left(NodeId),
    /// Count this.
    Refused { code: &'static str, peer: Option<NodeId> },
}
