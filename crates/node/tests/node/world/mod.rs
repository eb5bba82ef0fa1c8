//! A place for nodes whose every step the test takes: tasks, disks, links and timers, in an order that follows from a seed.

mod seat;

pub use paceline_node::testing::{Disk, Fault, Place, TestKey, own_texts};
pub use seat::{Seat, spread};
