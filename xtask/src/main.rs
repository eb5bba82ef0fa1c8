//! Every command of the Paceline repository: `cargo xtask COMMAND`.
//!
//! CI runs the same commands as a contributor. Nothing here is part of the page.
#![forbid(unsafe_code)]

mod bench;
mod boundaries;
mod browser;
mod check;
mod circles;
mod commands;
mod contract;
mod counts;
mod deny;
mod dist;
mod files;
mod fuzz;
mod hostile;
mod node;
mod parts;
mod policy;
mod process;
mod programs;
mod relays;
mod repo;
mod same;
mod serve;
mod setup;
mod soak;
mod split;
mod storm;
mod styles;
mod test;
mod texts;
mod tidy;
mod tools;
mod weight;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "cargo xtask COMMAND

  serve [OPTIONS]             set up, build the page, serve it and print the link; --help lists the options
  test [STAGE ...]            check, set up and run every test; stages: check native storms browser e2e
                              interop
    --only NAME               of one of the last two, only files whose name contains NAME
    --no-build                end to end against the dist/ that is there
  soak [OPTIONS]              what takes too long for every run: storms, every fuzz target for a minute, the same bytes
                              from elsewhere, hostile tabs, and every sweep of the tests whole
    --only PART[,PART]        storms, fuzz, bytes, tabs, sweeps
    --minutes N               of storms (10)
    --no-build                tabs and sweeps against the dist/ that is there; --quick: against a page built in seconds
  fuzz [OPTIONS]              try every decoder of outside bytes: --seconds N (5), --only TARGET, --seed N, --replay FILE,
                              --write-seeds
  storm [OPTIONS]             whole rooms while everything goes wrong: --seeds N, --minutes N, --from N, --seed N, --steps A,B,..
  check                       format, lints, docs, crate boundaries, tidiness
  contract                    take what paceline.d.ts gained into xtask/contract.txt
  dist                        build the static site into dist/
  bench [--runs N] [WORD ...] print measurements as JSON lines; words choose among the parts
    --no-build                of the dist/ that is there
  relays                      try the relays of the page's list (needs a network), and write the list anew
  setup                       fetch the pinned tools without building anything";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let (command, rest) = arguments.split_first().map_or(("help", arguments), |(first, rest)| (first.as_str(), rest));
    let nothing = || if rest.is_empty() { Ok(()) } else { bail!("`{command}` takes no arguments, not {rest:?}") };
    match command {
        "serve" => serve::run(rest),
        "test" => test::run(rest),
        "soak" => soak::run(rest),
        "fuzz" => fuzz::run(rest),
        "storm" => storm::run(rest),
        "contract" => nothing().and_then(|()| contract::run()),
        "check" => nothing().and_then(|()| check::run()),
        "dist" => nothing().and_then(|()| dist::run(dist::Build::Release).map(|_| ())),
        "bench" => bench::run(rest),
        "relays" => nothing().and_then(|()| relays::run()),
        "setup" => nothing().and_then(|()| setup::everything()),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => bail!("there is no command {other}\n\n{HELP}"),
    }
}
