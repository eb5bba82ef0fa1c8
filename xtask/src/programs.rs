//! Programs of this workspace that tests run beside the page.

use std::{
    env,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::Result;

use crate::{process::Run, repo};

/// Cargo builds a program anew, with all it is made of, where other packages are not built beside it: their features count as well.
static ARE_BUILT: AtomicBool = AtomicBool::new(false);

/// The native tests were built by this run, and with them all programs.
pub fn note_built() {
    ARE_BUILT.store(true, Ordering::Relaxed);
}

/// Where a program is, relative to what cargo builds; built if it is not of this run.
///
/// # Errors
/// It does not build.
pub fn native(program: &str, package: &str, which: &[&str]) -> Result<PathBuf> {
    let path = repo::target().join("debug").join(format!("{program}{}", env::consts::EXE_SUFFIX));
    if !(ARE_BUILT.load(Ordering::Relaxed) && path.is_file()) {
        Run::cargo().args(["build", "--quiet", "--locked", "--package", package]).args(which).run()?;
    }
    Ok(path)
}
