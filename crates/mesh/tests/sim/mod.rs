//! A simulated world for tests of whole replicas.
#![allow(dead_code, unused_imports)] // each test file uses its part

mod liar;
mod net;
mod pair;
mod rng;
mod story;

pub use liar::Lie;
pub use net::{Net, Stats};
pub use pair::Pair;
pub use rng::Rng;
pub use story::{Faults, run_story};
