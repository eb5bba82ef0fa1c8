//! What this browser remembers apart from the rooms' databases: keys and rooms, in a small database of its own.

mod former;
pub(crate) mod holding;
mod keys;
mod kv;
mod rooms;

pub use keys::{HeldKey, Keys, KnownNode};
pub use rooms::{Forgotten, RoomEntry, Rooms};
