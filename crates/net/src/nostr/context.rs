//! Time, and what all relays of a room share.

use paceline_mesh::replica::Millis;

use super::topics::Topics;

/// Time and what every relay shares.
pub(crate) struct Context<'a> {
    pub(crate) now: Millis,
    /// Unix milliseconds.
    pub(crate) wall: u64,
    pub(crate) topics: &'a Topics,
    pub(crate) random: fn(&mut [u8]),
}
