//! `serve`: from nothing to a link that can be opened.

use anyhow::Result;

use crate::{
    dist,
    process::{Run, say},
    repo,
};

const HELP: &str = "cargo xtask serve [OPTIONS]

Sets up what is needed, builds the page, and hands the options to paceline-host, which serves it until ctrl-c:
";

/// Sets up, builds the page, and serves it until ctrl-c. The arguments are those of `paceline-host`, with or without a
/// `--` before them.
///
/// # Errors
/// A failed build, or what `paceline-host` reports: about its arguments before anything long starts.
pub fn run(arguments: &[String]) -> Result<()> {
    let arguments = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    if arguments.iter().any(|argument| ["--help", "-h"].contains(&argument.as_str())) {
        println!("{HELP}");
        return host(arguments).run();
    }
    say("Preparing the host");
    let here = |run: Run| run.arg("--dir").arg(repo::dist());
    here(host(arguments)).arg("--check").run()?;
    dist::run(dist::Build::Release)?;
    say("Serving");
    here(host(arguments)).run()
}

fn host(arguments: &[String]) -> Run {
    Run::cargo().args(["run", "--quiet", "--package", "paceline-host", "--"]).args(arguments)
}
