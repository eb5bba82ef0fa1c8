//! Whole rooms in storms: the real room, mesh, node and store of several people in one process, on virtual time, while links, disks,
//! clocks and pages fail and some members mean harm. What happens is a [`Plan`] that follows from a seed; afterwards [`run`] says
//! whether the laws held (`laws`).
//!
//! The same plan is the same run on every machine. *Absent*: sockets, browsers, real clocks, and whatever ships.

#![forbid(unsafe_code)]

mod faults;
mod foe;
mod foes;
mod harm;
mod laws;
mod network;
mod people;
mod plan;
mod run;
mod seat;
mod shrink;
mod tally;
mod world;

pub use harm::{Harm, Sent};
pub use plan::{Harmless, Plan, Step, What, Who};
pub use run::run;
pub use shrink::{Shrunk, shrink};
pub use tally::{Broken, FAULTS, Tally};
pub use world::Planted;
