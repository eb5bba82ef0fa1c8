//! A whole node of a room without its surroundings: it writes, keeps, loads and goes on, wherever it runs.
//!
//! *Absent*: browsers, sockets, clocks, randomness and IndexedDB. A page, a host or a test passes in what of these there is
//! ([`Surroundings`], [`Links`], [`Key`], [`paceline_store::Store`]).
//!
//! [`Ready::load`] reads what storage held and says whether this node may write on; [`Node::open`] goes on with it. What happens
//! inside is one state machine (`machine`): the order in which things are signed, stored and sent. The rest is its shell. Nothing is
//! shared between nodes: any number of them run in one thread.
#![forbid(unsafe_code)]

mod acts;
mod clocks;
mod error;
mod load;
mod machine;
mod moving;
mod names;
mod node;
mod openings;
mod pulse;
mod sending;
mod slice;
mod snapshot;
mod surroundings;
mod terms;
#[cfg(feature = "test-utils")]
pub mod testing;
mod unkept;
mod verifying;
mod ways;
mod write;

pub use acts::{Acts, MOST_ACTS, Made, Named};
pub use clocks::Clocks;
pub use error::NodeError;
pub use load::Ready;
pub use machine::Told;
pub use moving::{Founding, Move};
pub use names::friendly as friendly_name;
pub use node::{Express, Node, Parts};
pub use pulse::Pulse;
pub use sending::{MOVED, listed};
pub use snapshot::{
    Batons, Countdown, Crowd, Floor, Lets, Loops, Mandate, Naming, People, PersonView, Poll, Reach, Reaches, Snapshot,
    Snapshots, When, grace,
};
pub use surroundings::{Key, Links, Surroundings, Timer};
pub use terms::Terms;
pub use unkept::UnkeptKey;
pub use ways::{Way, Ways};
pub use write::{Storing, silence};
