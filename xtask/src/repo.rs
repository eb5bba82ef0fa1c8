//! Where things are: the repository, the target directory, the cache of tools.

use std::{
    env,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Context, Result};

/// The repository's root folder: of the clone that `cargo xtask` was called in, which need not be the one this was compiled in
/// (clones may share a target directory).
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let compiled_in = || PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let xtask = env::var_os("CARGO_MANIFEST_DIR").map_or_else(compiled_in, PathBuf::from);
        xtask.parent().map_or_else(|| xtask.clone(), Path::to_owned)
    })
}

/// The built page.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Where cargo and the tests leave what they make.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The folder with pinned tools, shared by all clones: `$PACELINE_CACHE`, or `paceline` in the user's cache folder.
pub fn cache() -> Result<PathBuf> {
    if let Some(dir) = env::var_os("PACELINE_CACHE") {
        return Ok(root().join(dir));
    }
    if let Some(dir) = env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()) {
        return Ok(PathBuf::from(dir).join("paceline"));
    }
    let home = env::home_dir().context("this user has no home folder; set PACELINE_CACHE to one for the tools")?;
    Ok(home.join(".cache/paceline"))
}
