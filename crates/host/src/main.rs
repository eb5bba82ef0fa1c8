//! `paceline-host`: serves the built page. Everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    match paceline_host::run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("paceline-host: {error:#}");
            ExitCode::FAILURE
        }
    }
}
