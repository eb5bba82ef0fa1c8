//! What comes from npm: wasm-opt for the page; for the tests a browser driver, an accessibility checker, and programs that others wrote.
//!
//! Installed from committed lock files into the cache, so that the clone holds no `node_modules`.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    process::{Run, say},
    repo,
    tools::CacheLock,
};

/// Binaryen's version, as Trunk is told it.
#[cfg(test)]
pub const BINARYEN: &str = "132";
/// The oldest Node.js whose test runner does what the end-to-end tests need.
const MIN_NODE: u32 = 20;

/// The folder with `wasm-opt`.
///
/// # Errors
/// Node.js or npm is missing, or npm failed.
pub fn wasm_opt() -> Result<PathBuf> {
    Ok(install("binaryen", "xtask/node")?.join("node_modules/.bin"))
}

/// The folder with the modules of the end-to-end tests.
///
/// # Errors
/// Node.js or npm is missing, or npm failed.
pub fn test_modules() -> Result<PathBuf> {
    install("e2e", "tests/e2e")
}

/// The folder with what the measurements put beside the page, and with what bundles it.
///
/// # Errors
/// Node.js or npm is missing, or npm failed.
pub fn bench_modules() -> Result<PathBuf> {
    install("bench", "tests/bench")
}

/// The folder with the modules of the interoperation tests: what others wrote, and never part of the page.
///
/// # Errors
/// Node.js or npm is missing, or npm failed.
pub fn interop_modules() -> Result<PathBuf> {
    install("interop", "tests/interop")
}

/// The folder in the cache with what `package-lock.json` in the given folder of the repository names.
fn install(name: &str, from: &str) -> Result<PathBuf> {
    require()?;
    let from = repo::root().join(from);
    let lock = fs::read(from.join("package-lock.json"))
        .with_context(|| format!("{} has no package-lock.json", from.display()))?;
    let mut hasher = DefaultHasher::new();
    lock.hash(&mut hasher);
    let dir = repo::cache()?.join("tools").join(format!("node-{name}-{:016x}", hasher.finish()));
    let done = dir.join(".complete");
    if done.is_file() {
        return Ok(dir);
    }
    let _lock = CacheLock::take()?;
    if done.is_file() {
        return Ok(dir);
    }
    say(format!("Fetching npm packages for {name} once, into {}", dir.display()));
    fs::create_dir_all(&dir)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(from.join(file), dir.join(file))?;
    }
    Run::new(npm())
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .dir(&dir)
        .run()
        .context("npm could not fetch what the lock file names")?;
    fs::write(done, "")?;
    Ok(dir)
}

fn npm() -> &'static Path {
    Path::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Makes sure that Node.js is there and new enough.
fn require() -> Result<()> {
    let printed = Run::new("node").arg("--version").read().with_context(|| {
        format!("Node.js is missing: install version {MIN_NODE} or newer with npm (https://nodejs.org, or the package `nodejs`)")
    })?;
    let major = printed.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < MIN_NODE) {
        bail!("Node.js {} is too old: version {MIN_NODE} or newer is needed (https://nodejs.org)", printed.trim());
    }
    if !Run::new(npm()).arg("--version").succeeds() {
        bail!("npm is missing: it comes with Node.js (https://nodejs.org), or as the package `npm`");
    }
    Ok(())
}
