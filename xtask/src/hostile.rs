//! The hostile page of the end-to-end tests: a node that lies. Built beside the page, never into it.

use std::path::PathBuf;

use anyhow::Result;

use crate::{
    check,
    process::{Run, step},
    repo,
    tools::{self, WASM_BINDGEN},
};

/// Builds it; returns the folder that the test server serves.
///
/// # Errors
/// It does not build.
pub fn build() -> Result<PathBuf> {
    tools::wasm_target()?;
    let bindgen = WASM_BINDGEN.ready()?.join("wasm-bindgen");
    let out = repo::target().join("hostile");
    step("Building the hostile page (for the tests only)", || {
        Run::cargo().args(["build", "--locked", "--package", "paceline-hostile"]).args(check::WASM).run()?;
        let wasm = repo::target().join("wasm32-unknown-unknown/debug/paceline_hostile.wasm");
        Run::new(bindgen).args(["--target", "web", "--out-dir"]).arg(&out).arg(wasm).run()
    })?;
    Ok(out)
}
