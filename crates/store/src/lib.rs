//! Paceline's storage: one trait, in memory and in IndexedDB.
//!
//! [`Store`] keeps the blocks of one node in one room. It knows blocks by name and depth and nothing of what they say
//! (it looks into an event only to find which words belong to it), checks no signatures and sends nothing. The caller
//! commits first and sends afterwards.
//!
//! In the browser a tab comes to its storage like this: `Keys::open` the registry, `acquire` a key for the room (it is held under a
//! Web Lock), `HeldKey::open_store`, load, and before the first write see whether the node's [`chain_is_whole`]. If not:
//! `never_write_again`, `acquire` another key, and copy the history (`other_databases`, `IdbStore::read_into`). After each own commit:
//! `note_used`, so that a later loss is noticed. Where IndexedDB is refused, `Keys::in_memory` and [`MemoryStore`]
//! stand in, and a notice says so.
//!
//! What somebody is writing, and what is to be sent and is no event yet, is kept beside the events: the `unsent` module says what is
//! written when, and [`Store::commit_with`] commits an event and deletes its intent at once.
//!
//! Rooms, keys and settings are in the `registry` and `settings` modules; what only decides, and needs no browser, is in
//! `choice` and `lease`, and tested natively. All that needs the browser is there with the feature `indexed-db`.
#![forbid(unsafe_code)]

mod adopt;
#[cfg_attr(not(all(target_arch = "wasm32", feature = "indexed-db")), allow(dead_code))]
// without it only the tests use it
mod choice;
mod error;
#[cfg(feature = "test-utils")]
pub mod fuzzing;
#[cfg(test)]
mod growth;
#[cfg_attr(not(all(target_arch = "wasm32", feature = "indexed-db")), allow(dead_code))]
// without it only the tests use it
mod index;
#[cfg_attr(not(all(target_arch = "wasm32", feature = "indexed-db")), allow(dead_code))]
// without it only the tests use it
mod lease;
mod memory;
#[cfg_attr(not(all(target_arch = "wasm32", feature = "indexed-db")), allow(dead_code))]
// without it only the tests use it
mod names;
#[cfg_attr(not(all(target_arch = "wasm32", feature = "indexed-db")), allow(dead_code))]
// without it only the tests use it
mod records;
#[cfg_attr(not(all(target_arch = "wasm32", feature = "indexed-db")), allow(dead_code))]
// without it only the tests use it
mod segment;
mod store;
mod unsent;

#[cfg(all(target_arch = "wasm32", feature = "indexed-db"))]
pub mod device;
#[cfg(all(target_arch = "wasm32", feature = "indexed-db"))]
mod indexed_db;
#[cfg(all(target_arch = "wasm32", feature = "indexed-db"))]
mod js;
#[cfg(all(target_arch = "wasm32", feature = "indexed-db"))]
mod registry;
#[cfg(all(target_arch = "wasm32", feature = "indexed-db"))]
mod settings;

pub use adopt::{Adopted, adopt};
pub use choice::{ASK_AFTER_MILLIS, How, STALE_AFTER_MILLIS, chain_is_whole};
pub use error::StoreError;
#[cfg(all(target_arch = "wasm32", feature = "indexed-db"))]
pub use indexed_db::IdbStore;
pub use memory::MemoryStore;
pub use names::{database as database_name, folder, lock as lock_name};
pub use records::{RoomRecord, Seen, UnixMillis};
#[cfg(all(target_arch = "wasm32", feature = "indexed-db"))]
pub use registry::{Forgotten, HeldKey, Keys, KnownNode, RoomEntry, Rooms};
#[cfg(all(target_arch = "wasm32", feature = "indexed-db"))]
pub use settings::Settings;
pub use store::{Counts, Damage, Durability, Store};
pub use unsent::{Change, DRAFT_BYTES, Desk, Draft, GiveBack, Place, Unsent};
