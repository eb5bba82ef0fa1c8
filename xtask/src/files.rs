//! Which files there are.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{process::Run, repo::root};

/// All files git knows, or would add, relative to the root.
pub fn listed() -> Result<Vec<PathBuf>> {
    let listing = Run::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .read()
        .context("the repository's files are listed with git")?;
    let mut files: Vec<_> = listing.lines().map(PathBuf::from).filter(|path| root().join(path).is_file()).collect();
    files.sort();
    files.dedup();
    Ok(files)
}
