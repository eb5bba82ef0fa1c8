//! Whether more is known of than is here.

use super::codec::{Read, Reader, Value, Write, Writer};

/// Whether a node knows that it lacks something which others have: who is in sync with it alone is not in sync with the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Behind(pub bool);

impl Write for Behind {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }

    fn is_absent(&self) -> bool {
        !self.0
    }

    fn is_later(&self) -> bool {
        true
    }
}

impl Read for Behind {
    fn read(from: &mut Reader, value: Value<'_>) -> Option<Self> {
        // Left out or true: there is one spelling of each.
        bool::read(from, value).filter(|it| *it).map(Self)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}
