//! What the fuzz targets of this repository have in common: inputs without end ([`Session`]), what became of one ([`attempt`]), and
//! the smallest one that still fails ([`shrink`]).
//!
//! For whoever has no nightly compiler and no libFuzzer: it knows nothing of coverage, but every target makes valid inputs of its own
//! to start from, and what was read once is mutated further. The same seed gives the same inputs. It has no clock, reads no file and
//! depends on nothing, so it runs in a page, too.

#![forbid(unsafe_code)]

mod chance;
mod mutate;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod session;
mod shrink;

pub use chance::Chance;
#[cfg(not(target_arch = "wasm32"))]
pub use native::{Fault, attempt, outlive};
pub use session::Session;
pub use shrink::{leave_out, shrink};

/// A decoder of outside bytes, and what must hold of it.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name: of its seeds' folder, and of its libFuzzer target.
    pub name: &'static str,
    /// Panics where a property does not hold. Whether something was read: most inputs are refused at once, and those that are not are
    /// worth going on from.
    pub check: fn(&[u8]) -> bool,
    /// A valid input, most of the time.
    pub make: fn(&mut Chance) -> Vec<u8>,
    /// What stands in inputs and is not found by chance.
    pub words: &'static [&'static str],
    /// Bytes of the longest input worth trying.
    pub most: usize,
}
