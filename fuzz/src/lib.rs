//! Fuzz targets: every decoder of outside bytes, each with what must hold of it beyond that it does not panic.
//!
//! [`TARGETS`] is the one table. `cargo xtask fuzz` runs them by the engine beside this crate (5 seconds each in `cargo xtask test`, a
//! minute in a soak), `cargo fuzz run -s none NAME` by libFuzzer. The page's `paceline.json` needs a browser's `URL` and is tried there
//! (`src/config/fuzzing.rs`), by the same engine.

mod host;
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
    text::NAMES,
    mesh::WIRE,
    mesh::BEACON,
    mesh::RECONCILIATION,
    mesh::REPLICA,
    net::ENVELOPE,
    net::SIGNAL,
    net::LINK,
    net::BY_HAND,
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
