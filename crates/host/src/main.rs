//! `paceline-host`: serves the built page and a relay. Everything it does is in the library.

use std::process::ExitCode;

use clap::Parser;
use paceline_host::options::Options;

fn main() -> ExitCode {
    match paceline_host::run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("paceline-host: {error:#}");
            ExitCode::FAILURE
        }
    }
}
