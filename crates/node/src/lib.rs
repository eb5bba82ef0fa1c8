//! A whole node of a room without its surroundings: it writes, keeps, loads and goes on, wherever it runs.
//!
//! *Absent*: browsers, sockets, clocks, randomness and IndexedDB. A page, a host or a test passes in what of these there is.

mod clocks;
mod names;
mod pulse;
mod terms;

pub use clocks::Clocks;
pub use names::friendly as friendly_name;
pub use pulse::Pulse;
pub use terms::Terms;
