//! What the end-to-end tests are hostile with: a page with a node that lies, and logs that cost most. Built beside the page, never into it.

use std::path::PathBuf;

use anyhow::Result;

use crate::{
    check,
    process::{Run, step},
    programs, repo,
    tools::{self, WASM_BINDGEN},
};

/// Builds it, `swift` if it is to do harm for long; returns the folder that the test server serves.
///
/// # Errors
/// It does not build.
pub fn build(swift: bool) -> Result<PathBuf> {
    tools::wasm_target()?;
    let bindgen = WASM_BINDGEN.ready()?.join("wasm-bindgen");
    let out = repo::target().join("hostile");
    step("Building the hostile page (for the tests only)", || {
        // Pages that are slow at doing harm take the time of those that they are tried on.
        let (profile, folder) = if swift { ("quick", "quick") } else { ("dev", "debug") };
        let build = Run::cargo().args(["build", "--locked", "--package", "paceline-hostile", "--profile", profile]);
        build.args(check::WASM).run()?;
        let wasm = repo::target().join("wasm32-unknown-unknown").join(folder).join("paceline_hostile.wasm");
        Run::new(bindgen).args(["--target", "web", "--out-dir"]).arg(&out).arg(wasm).run()
    })?;
    Ok(out)
}

/// Events of each log.
const EVENTS: usize = 400;

/// Writes logs of every way to mean harm, and the recorded meeting; returns the folder.
///
/// # Errors
/// They cannot be written.
pub fn logs() -> Result<PathBuf> {
    let out = repo::target().join("hostile-logs");
    step("Writing hostile logs (for the tests only)", || {
        let program = programs::native("examples/hostile", "paceline-room", &["--example", "hostile"])?;
        Run::new(program).arg(&out).arg(EVENTS.to_string()).run()
    })?;
    Ok(out)
}
