//! Paceline's storage: one trait, in memory and in IndexedDB.
//!
//! [`Store`] keeps the blocks of one node in one room. It knows blocks by name and depth and nothing of what they say
//! (it looks into an event only to find which words belong to it), checks no signatures and sends nothing. The caller commits
//! first and sends afterwards.

mod adopt;
mod error;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))] // natively only the tests use it
mod index;
mod memory;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))] // natively only the tests use it
mod segment;
mod store;

#[cfg(target_arch = "wasm32")]
mod indexed_db;
#[cfg(target_arch = "wasm32")]
mod js;

pub use adopt::{Adopted, adopt};
pub use error::StoreError;
#[cfg(target_arch = "wasm32")]
pub use indexed_db::IdbStore;
pub use memory::MemoryStore;
pub use store::{Counts, Damage, Durability, Store};
