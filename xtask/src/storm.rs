//! `storm`: whole rooms on virtual time while everything goes wrong. What happens, and what must hold, is in `crates/storm`. The tests
//! go through the same rooms on every machine: what was green stays green until something is changed. A soak goes by time.

use anyhow::{Result, bail};

use crate::{
    counts::{CargoTest, Counts},
    process::Run,
};

/// Minutes that storms take in a soak, unless it says otherwise.
pub const SOAK_MINUTES: u64 = 10;
/// How the line begins that sums up.
const SUM: &str = "storms: ";

/// How storms went.
#[derive(Debug)]
pub struct Storms {
    /// What passed, and what did not.
    pub counts: Counts,
    /// Whether the driver came to its end.
    pub succeeded: bool,
    /// Rooms, events, faults, virtual hours, failures.
    pub sum: String,
}

/// Runs storms; arguments are the driver's (see `crates/storm/src/main.rs`).
///
/// # Errors
/// A law does not hold.
pub fn run(arguments: &[String]) -> Result<()> {
    driver().args(arguments).run()
}

/// Goes through as many rooms as fit into that time, or those of every test run.
///
/// # Errors
/// It cannot be started, or runs nothing.
pub fn count(minutes: Option<u64>) -> Result<Storms> {
    let (mut seen, mut sum) = (CargoTest::default(), String::new());
    let minutes = minutes.map(|it| ["--minutes".to_owned(), it.to_string()]);
    let succeeded = driver().args(minutes.iter().flatten()).watch(|line| {
        seen.line(line);
        if line.starts_with(SUM) {
            line.clone_into(&mut sum);
        }
    })?;
    if seen.total().ran() == 0 {
        bail!("no storm ran");
    }
    Ok(Storms { counts: seen.total(), succeeded, sum })
}

fn driver() -> Run {
    Run::cargo().args(["run", "--quiet", "--locked", "--package", "paceline-storm", "--"])
}
