//! What this browser remembers apart from the rooms' databases: keys and rooms, in a small database of its own.

mod former;
pub(crate) mod holding;
mod keys;
mod kv;
mod rooms;

use futures::future::{LocalBoxFuture, Shared};

use crate::StoreError;

/// When a key is kept, or why it cannot be.
pub(crate) type Kept = Shared<LocalBoxFuture<'static, Result<(), StoreError>>>;

pub use keys::{HeldKey, Keys, KnownNode};
pub use rooms::{Forgotten, RoomEntry, Rooms};
