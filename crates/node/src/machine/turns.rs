//! Whose turn it is to write, and how a node stands: the states of the tables in the module above, and what may follow what.
//! Deliberately sets nothing: each has one setter there.

use super::waiting::Waiting;
use crate::write::{Reply, Written};

/// Whose turn it is to write to the log.
pub(super) enum Turn {
    Free,
    /// By wish: what was signed for each, and who waits for it.
    Own {
        signed: Vec<(Vec<Written>, Reply)>,
        before: Waiting,
    },
    /// Own events are stored, and how far they go is noted: until then nobody hears of them.
    Noting(Vec<(Vec<Written>, Reply)>),
    Others(Waiting),
    Anew,
}

/// Whether something is being written of drafts and intents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeskTurn {
    Free,
    Taken,
}

/// Whether this node signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Open,
    /// Another writes with its key.
    KeyTaken,
    Closed,
}

impl Turn {
    pub(super) const fn is_free(&self) -> bool {
        matches!(self, Self::Free)
    }

    /// From free to any other but noting, which follows own, and back.
    pub(super) const fn may_become(&self, to: &Self) -> bool {
        match to {
            Self::Noting(_) => matches!(self, Self::Own { .. }),
            _ => self.is_free() != to.is_free(),
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Own { .. } => "own",
            Self::Noting(_) => "noting",
            Self::Others(_) => "others",
            Self::Anew => "anew",
        }
    }
}

impl Standing {
    pub(super) const fn may_become(self, to: Self) -> bool {
        matches!((self, to), (Self::Open, Self::KeyTaken) | (Self::Open | Self::KeyTaken, Self::Closed))
    }
}
