//! Fold versions as closed tables: by which kinds the events of a room are read.
//!
//! The founding event names the version, and the room raises it by decision. What is outside a version's table is unknown to every build,
//! for good. Of a version that this build does not know it reads what is the same in all of them, and writes nothing else.

use crate::Body;

/// The kinds by which a room's events are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Table {
    /// Version 1: so far every one that a build knows.
    #[default]
    One,
    /// A version that this build does not know: introductions, posts, feedback and taking back.
    Newer,
}

impl Table {
    /// The table that a room's founding event names.
    pub(crate) fn of(founding: &Body) -> Self {
        if matches!(founding, Body::RoomFounded(_)) { Self::One } else { Self::Newer }
    }

    /// Whether this kind is in the table: it is read by it, and may be written.
    pub fn has(self, body: &Body) -> bool {
        match self {
            Self::One => !matches!(body, Body::Unknown(_)),
            Self::Newer => body.is_lasting(),
        }
    }

    /// The body as this table has it.
    pub(crate) fn read(self, body: Body) -> Body {
        if self.has(&body) { body } else { body.into_unknown() }
    }
}
