//! A place for nodes whose every step the test takes: tasks, disks, links and timers, in an order that follows from a seed.

mod disk;
mod place;
mod seat;

pub use disk::{Disk, Fault};
pub use place::Place;
pub use seat::{Seat, TestKey, own_texts, spread};
