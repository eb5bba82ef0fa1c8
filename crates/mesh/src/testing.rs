//! What rooms in simulations are made of, for the tests of this and other crates (feature `test-utils`): links as they behave, and
//! members that lie. Deliberately has no clock and no chance of its own: who simulates passes both in.

mod liar;
mod line;

pub use liar::{Liar, Lie, Numbers, Said};
pub use line::Line;
