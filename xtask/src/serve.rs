//! `serve`: from nothing to a link that can be opened.

use anyhow::{Result, bail};

use crate::{
    dist,
    process::{Run, say},
    repo,
};

/// Sets up, builds the page, and serves it until ctrl-c.
///
/// # Errors
/// Unknown arguments, a failed build, or what `paceline-host` reports.
pub fn run(arguments: &[String]) -> Result<()> {
    for argument in arguments {
        let known = ["--lan", "--port", "--listen"].contains(&argument.as_str());
        if !known && argument.starts_with("--") {
            bail!("`serve` does not know {argument}; it takes --lan, --port N and --listen ADDRESS");
        }
    }
    dist::run(dist::Build::Release)?;
    say("Serving");
    Run::cargo()
        .args(["run", "--quiet", "--package", "paceline-host", "--", "--dir"])
        .arg(repo::dist())
        .args(arguments)
        .run()
}
