//! Tries relays: `cargo run -p paceline-host --example probe -- wss://relay.example ...` prints one line of JSON for each. Called by
//! `cargo xtask relays`, which writes the list beside the page anew. It is no part of the host.

mod connect;
mod probe;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use futures::{StreamExt, stream};

/// So many relays are tried at a time.
const AT_ONCE: usize = 8;

fn main() -> ExitCode {
    let relays: Vec<String> = std::env::args().skip(1).collect();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("probe: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        let mut probed = stream::iter(relays.iter().map(|url| probe::probe(url))).buffer_unordered(AT_ONCE);
        while let Some(found) = probed.next().await {
            let line = serde_json::to_string(&found).unwrap_or_default();
            // Whoever closed the other end does not want it.
            let _ = writeln!(io::stdout(), "{line}");
        }
    });
    ExitCode::SUCCESS
}
