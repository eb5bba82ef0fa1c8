//! Paceline's mesh: how one node's log becomes everybody's.
//!
//! Pure state machines on virtual time: spreading (PlumTree), catching up (set reconciliation), presence and reach, relayed
//! messages between members who are not linked, budgets; and the [`Replica`] that joins them with the room's log. No socket,
//! clock, task or randomness: time, seeds and keys are passed in, bytes come as [`Input`]s, everything to do comes back as
//! [`Output`]s.
#![forbid(unsafe_code)]

mod budgets;
mod changed;
pub mod floor;
#[cfg(feature = "test-utils")]
pub mod fuzzing;
mod held;
mod index;
mod ingest;
mod intake;
mod io;
mod listening;
mod pending;
mod plumtree;
#[cfg(feature = "test-utils")]
mod queue;
mod recent;
mod regulars;
mod relayed;
pub mod replica;
mod roster;
mod serve;
mod shown;
mod spoilers;
mod sync;
#[cfg(feature = "test-utils")]
pub mod testing;
mod time;
mod want_list;
pub mod wire;

pub use budgets::{Bucket, Rate};
pub use io::{Input, Lane, Output};
pub use replica::Replica;
