//! What a beacon says of a meeting that goes on.

use serde_bytes::ByteArray;

use super::codec::{Read, Reader, Value, Write, Writer, record};

/// What a node says of the meeting that goes on, and nobody keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Floor {
    /// Its hand is raised: hands are ordered by this ticket, then by node. 0 is none.
    pub hand: Option<u64>,
    /// The time that runs.
    pub timer: Option<TimeLeft>,
    /// The round whose reveal it asks to wait with.
    pub waits: Option<ByteArray<32>>,
}

/// How much is left of the time that an event gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLeft {
    /// The event.
    pub set: ByteArray<32>,
    /// As it was when the beacon was written, in milliseconds.
    pub left: u64,
}

record!(Floor { hand: "h", timer: "t", waits: "w" });
record!(TimeLeft { set: "e", left: "l" });
