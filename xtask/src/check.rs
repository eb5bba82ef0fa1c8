//! `check`: everything that can be said about the code without running it.

use anyhow::Result;

use crate::{
    boundaries, circles, commands, contract, deny, parts,
    process::{Run, step},
    texts, tidy, tools,
};

/// Runs only in a browser: checked for that target alone.
const BROWSER_ONLY: &[&str] = &["paceline", "paceline-hostile"];
/// Compiled for the browser with their tests, which run in one.
const BROWSER_TESTED: &[&str] =
    &["libp2p-webrtc-browser", "paceline-net", "paceline-store", "paceline", "paceline-hostile"];
/// Compiled for the browser, tested natively.
const BROWSER_LIBRARIES: &[&str] = &["paceline-room", "paceline-mesh", "paceline-node"];
/// The target of the page.
pub const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];

/// Runs all checks, cheapest first.
///
/// # Errors
/// The first check that fails.
pub fn run() -> Result<()> {
    step("Tidiness", tidy::check)?;
    step("Texts and forms", texts::check)?;
    step("The contract with scripts", || contract::check().and_then(|()| commands::check()))?;
    step("Crate boundaries", boundaries::check)?;
    step("What the page's parts know", parts::check)?;
    step("Circles of files", circles::check)?;
    step("The code of others", deny::check)?;
    step("Formatting", || Run::cargo().args(["fmt", "--all", "--check"]).run())?;
    step("Lints, native", || {
        let run = Run::cargo().args(["clippy", "--locked", "--workspace", "--all-targets"]);
        run.args(flags("--exclude", BROWSER_ONLY)).args(["--", "-D", "warnings"]).run()
    })?;
    tools::wasm_target()?;
    step("Lints, WebAssembly", || {
        let clippy = || Run::cargo().args(["clippy", "--locked"]).args(WASM);
        let deny = ["--", "-D", "warnings"];
        clippy().args(["--all-targets"]).args(flags("--package", BROWSER_TESTED)).args(deny).run()?;
        clippy().args(flags("--package", BROWSER_LIBRARIES)).args(deny).run()
    })?;
    step("Documentation", || {
        let doc = || Run::cargo().args(["doc", "--locked", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        doc().arg("--workspace").args(flags("--exclude", BROWSER_ONLY)).run()?;
        doc()
            .args(WASM)
            .args(flags("--package", &["paceline", "libp2p-webrtc-browser", "paceline-net", "paceline-store"]))
            .run()
    })
}

/// `--package a --package b`.
pub fn flags<'a>(flag: &'a str, names: &[&'a str]) -> Vec<&'a str> {
    names.iter().flat_map(|name| [flag, *name]).collect()
}
