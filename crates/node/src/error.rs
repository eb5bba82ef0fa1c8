//! Why a node did not do what it was asked. Codes only: sentences for people stand where people are.

use paceline_store::StoreError;

/// Why something was not written, sent or stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// The node is closed, or was before its turn came.
    #[error("the room is closed")]
    Closed,
    /// The intent is there no more, or is being stored already.
    #[error("there is no such intent, or it is being stored")]
    NotFound,
    /// What it is about was taken back, and who wrote it did not know.
    #[error("what this is about was taken back")]
    TargetGone,
    /// It is longer than an event or its words may be.
    #[error("longer than a room admits")]
    TooLong,
    /// The room was founded by a version that lacks this kind of event.
    #[error("the room's version does not have this")]
    NotInThisRoom,
    /// The person here chose to take nothing more of the room, and so to say nothing in it.
    #[error("this tab only reads")]
    ReadOnly,
    /// The room does not allow it now: the code of the reason.
    #[error("refused: {0}")]
    Refused(&'static str),
    /// Storage did not keep it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NodeError {
    /// The code of the notice that tells about it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Closed => "no-room",
            Self::NotFound => "not-found",
            Self::TargetGone => "target-gone",
            Self::TooLong => "too-long",
            Self::NotInThisRoom => "newer-room",
            Self::ReadOnly => "read-only",
            Self::Refused(code) => code,
            Self::Store(error) => error.code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_the_code_of_its_notice() {
        let all = [
            (NodeError::Closed, "no-room"),
            (NodeError::NotFound, "not-found"),
            (NodeError::TargetGone, "target-gone"),
            (NodeError::TooLong, "too-long"),
            (NodeError::NotInThisRoom, "newer-room"),
            (NodeError::ReadOnly, "read-only"),
            (NodeError::Refused("not-yours"), "not-yours"),
            (NodeError::Store(StoreError::Full), "storage-full"),
        ];
        for (error, code) in all {
            assert_eq!(error.code(), code);
        }
    }
}
