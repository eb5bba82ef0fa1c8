//! Paceline's thin native host: serves the built page, and a relay by which browsers on it find each other.
//!
//! To files it adds what a plain server lacks: compression, caching by hash, security headers, TLS for a local network.
//! The relay ([`relay`]) is blind and keeps nothing. The page never needs either: any static host and any Nostr relay
//! do. It deliberately keeps no room, and no log of who came. Apart from all that it verifies a room's file ([`verify`]).
#![forbid(unsafe_code)]

pub mod addresses;
pub mod bucket;
pub mod closing;
pub mod encoding;
pub mod files;
pub mod gate;
pub mod greeting;
pub mod headers;
pub mod options;
pub mod proxy;
pub mod relay;
pub mod server;
pub mod service;
pub mod site_config;
mod tables;
pub mod tls;
pub mod verify;

use std::io::{self, Write};

use anyhow::Result;

use crate::{
    options::{Command, Options},
    server::Server,
};

/// The whole program: serves until ctrl-c or SIGTERM, or does what it was asked to do instead.
///
/// # Errors
/// A file that is not as its authors wrote it; no page in the folder, a certificate that cannot be used, or an address that cannot be listened on; each with what
/// to do about it.
pub fn run(options: &Options) -> Result<()> {
    if let Some(Command::Verify { file }) = &options.command {
        say(&verify::verify(file)?);
        return Ok(());
    }
    if options.check {
        return server::check(options);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let server = Server::bind(options).await?;
        say(&server.greeting());
        server.serve(asked_to_stop()).await;
        say("Stopped. Rooms that are open go on without this server.");
        Ok(())
    })
}

/// Prints a line; whoever closed the terminal does not want it.
fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Resolves on ctrl-c, or when the system asks (SIGTERM).
async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = interrupted => {}
            _ = terminated.recv() => {}
        }
        return;
    }
    // Without a handler for ctrl-c the system ends the program, which is what was asked for.
    let _ = interrupted.await;
}
