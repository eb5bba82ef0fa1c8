//! Fuzz targets: every decoder of outside bytes, each with what must hold of it beyond that it does not panic.
//!
//! [`TARGETS`] is the one table. `cargo xtask fuzz` runs them by the engine beside this crate ([`tries_of`] each in `cargo
//! xtask test`, for a minute each in a soak), `cargo fuzz run -s none NAME` by libFuzzer. The page's `paceline.json` needs a
//! browser's `URL` and is tried there (`src/config/fuzzing.rs`), by the same engine.

mod host;
mod hostile;
pub mod memory;
mod mesh;
mod net;
// The page's sources come with their tests, which are the page's.
#[cfg(not(test))]
mod page;
mod room;
mod store;
mod text;

pub use paceline_fuzz_engine as engine;
pub use paceline_fuzz_engine::{Chance, Target};

/// All of them.
pub const TARGETS: &[Target] = &[
    room::CANONICAL,
    room::EVENT,
    room::BODY,
    room::WORDS,
    room::CAR,
    room::VERIFY,
    text::NAMES,
    mesh::WIRE,
    mesh::BEACON,
    mesh::RECONCILIATION,
    mesh::REPLICA,
    net::ENVELOPE,
    net::SIGNAL,
    net::LINK,
    net::OUT_OF_BAND,
    net::CARRIED,
    net::PACKED_SDP,
    net::SDP,
    net::FRAMES,
    net::NOSTR,
    host::RELAY,
    host::HTTP,
    store::SEGMENT,
    store::RECORDS,
    store::DESK,
    #[cfg(not(test))]
    page::MARKDOWN,
    #[cfg(not(test))]
    page::FORM,
];

/// Inputs that the tests try of each: the same ones on every machine, and about five seconds of them in a debug build on one of two
/// cores.
const TRIES: &[(&str, u64)] = &[
    ("canonical", 500_000),
    ("event", 70_000),
    ("words", 120_000),
    ("body", 55_000),
    ("car", 20_000),
    ("verify", 2_500),
    ("names", 300_000),
    ("wire", 100_000),
    ("beacon", 50_000),
    ("reconciliation", 5_500),
    ("replica", 8_000),
    ("envelope", 4_000),
    ("signal", 290_000),
    ("link", 6_500),
    ("by-hand", 2_300),
    ("carried", 7_000),
    ("packed-sdp", 36_000),
    ("sdp", 14_000),
    ("frames", 500_000),
    ("nostr-page", 44_000),
    ("nostr-host", 34_000),
    ("http", 110_000),
    ("segment", 80_000),
    ("records", 95_000),
    ("desk", 85_000),
    ("markdown", 10_000),
    ("form", 60_000),
];
/// What a target tries that says nothing.
const FEW: u64 = 5_000;

/// How many inputs of a target the tests try.
pub fn tries_of(name: &str) -> u64 {
    TRIES.iter().find(|(it, _)| *it == name).map_or(FEW, |(_, tries)| *tries)
}

/// A target by name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|it| it.name == name)
}

/// libFuzzer's way into a target.
///
/// # Panics
/// There is no such target, or a property does not hold.
pub fn check(name: &str, input: &[u8]) {
    let target = target(name).expect("a target of this name is in the table");
    if input.len() <= target.most {
        (target.check)(input);
    }
}

/// The program of one target: libFuzzer's where `cargo fuzz` builds it, else one that says so.
#[macro_export]
macro_rules! libfuzzer {
    ($name:literal) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|input: &[u8]| $crate::check($name, input));

        #[cfg(not(fuzzing))]
        fn main() {
            println!("cargo fuzz run -s none {0}, or cargo xtask fuzz --only {0}", $name);
        }
    };
}
