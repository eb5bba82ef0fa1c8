//! The pinned tools: kept in a cache that all clones share, fetched when missing, never taken from elsewhere.
//!
//! A lock on the cache keeps two commands from fetching at once.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    process::{Run, say},
    repo,
};

/// A program that cargo builds from its published source.
#[derive(Debug, Clone, Copy)]
pub struct CargoTool {
    /// The folder's name in the cache, before the version.
    pub name: &'static str,
    /// The crate.
    pub package: &'static str,
    /// Exactly this version; the one of wasm-bindgen must be the one in `Cargo.lock`.
    pub version: &'static str,
    /// The programs it installs.
    pub programs: &'static [&'static str],
    /// What of the crate is needed for them, beside its default.
    pub features: &'static str,
    /// What they are asked to see that they are there, and whether they say their version then.
    pub asked: (&'static str, bool),
}

/// How most programs are asked for their version.
const VERSION: (&str, bool) = ("--version", true);

/// Builds the page.
pub const TRUNK: CargoTool = CargoTool {
    name: "trunk",
    package: "trunk",
    version: "0.21.14",
    programs: &["trunk"],
    features: "",
    asked: VERSION,
};
/// Makes JavaScript bindings, and runs tests in a browser.
pub const WASM_BINDGEN: CargoTool = CargoTool {
    name: "wasm-bindgen",
    package: "wasm-bindgen-cli",
    version: "0.2.108",
    programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
    features: "",
    asked: VERSION,
};

/// Cuts the parts from the page; the crate that marks where is in `Cargo.lock`.
pub const WASM_SPLIT: CargoTool = CargoTool {
    name: "wasm-split",
    package: "wasm_split_cli_support",
    version: "0.2.4",
    programs: &["wasm-split-cli"],
    features: "build-binary",
    asked: ("--help", false),
};

/// Drives Firefox in the tests across browsers.
pub const GECKODRIVER: CargoTool = CargoTool {
    name: "geckodriver",
    package: "geckodriver",
    version: "0.37.1",
    programs: &["geckodriver"],
    features: "",
    asked: VERSION,
};

/// Judges the code of others; see `deny.toml`.
pub const CARGO_DENY: CargoTool = CargoTool {
    name: "cargo-deny",
    package: "cargo-deny",
    version: "0.20.2",
    programs: &["cargo-deny"],
    features: "",
    asked: VERSION,
};

/// Holds the cache for this process until dropped.
#[derive(Debug)]
pub struct CacheLock(#[expect(dead_code, reason = "the lock goes with the file")] File);

impl CacheLock {
    /// Waits for the cache.
    ///
    /// # Errors
    /// The cache folder cannot be written.
    pub fn take() -> Result<Self> {
        let cache = repo::cache()?;
        fs::create_dir_all(cache.join("tools")).with_context(|| {
            format!("cannot write {}; set PACELINE_CACHE to a folder for the tools", cache.display())
        })?;
        let file = File::create(cache.join("tools/.lock"))?;
        if file.try_lock().is_err() {
            say("Waiting for another command that is fetching tools");
            file.lock()?;
        }
        Ok(Self(file))
    }
}

impl CargoTool {
    /// The folder with its programs, built if it is not in the cache.
    ///
    /// # Errors
    /// It cannot be built.
    pub fn ready(self) -> Result<PathBuf> {
        let root = repo::cache()?.join("tools").join(format!("{}-{}", self.name, self.version));
        let bin = root.join("bin");
        if self.present(&bin) {
            return Ok(bin);
        }
        let _lock = CacheLock::take()?;
        if self.present(&bin) {
            return Ok(bin);
        }
        say(format!("Building {} {} once, into {} (this takes minutes)", self.package, self.version, root.display()));
        Run::cargo()
            .args(["install", "--locked", "--force", "--version", self.version, self.package])
            .args(["--features", self.features, "--root"])
            .arg(&root)
            // A build of its own: the project's flags and target directory are not meant for it.
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("RUSTFLAGS")
            .dir(repo::cache()?)
            .run()
            .with_context(|| format!("{} {} is needed and could not be built", self.package, self.version))?;
        if !self.present(&bin) {
            bail!("{} was built, but does not say it is version {}", self.package, self.version);
        }
        Ok(bin)
    }

    fn present(self, bin: &Path) -> bool {
        self.programs.iter().all(|program| {
            let program = bin.join(program).with_extension(std::env::consts::EXE_EXTENSION);
            let (question, tells) = self.asked;
            Run::new(program).arg(question).read().is_ok_and(|printed| !tells || printed.contains(self.version))
        })
    }
}

/// Makes sure that the WebAssembly target is installed.
///
/// # Errors
/// It is missing and rustup is not there, or could not fetch it.
pub fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let libraries = Run::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).read()?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    let _lock = CacheLock::take()?;
    say("Adding the WebAssembly target to this Rust toolchain");
    Run::new("rustup")
        .args(["target", "add", TARGET])
        .run()
        .context("the Rust target wasm32-unknown-unknown is missing; install Rust with rustup (https://rustup.rs)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node;

    #[test]
    fn the_bindings_tool_is_the_version_the_page_is_locked_to() {
        let lock = fs::read_to_string(repo::root().join("Cargo.lock")).unwrap();
        let locked = lock.split("[[package]]").find(|package| package.contains("name = \"wasm-bindgen\"\n")).unwrap();
        assert!(locked.contains(&format!("version = \"{}\"", WASM_BINDGEN.version)));
    }

    #[test]
    fn trunk_is_told_the_versions_that_are_fetched() {
        let config = fs::read_to_string(repo::root().join("Trunk.toml")).unwrap();
        assert!(config.contains(&format!("wasm_bindgen = \"{}\"", WASM_BINDGEN.version)));
        assert!(config.contains(&format!("wasm_opt = \"version_{}\"", node::BINARYEN)));
        assert!(config.contains(&format!("trunk-version = \"={}\"", TRUNK.version)));
    }
}
