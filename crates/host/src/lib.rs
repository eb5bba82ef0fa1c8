//! Paceline's thin native host: a static file server for the built page.
//!
//! It adds what a plain one lacks: compression, caching by hash, security headers. The page never needs it: any static
//! host does. It deliberately keeps no room, relays nothing and speaks no TLS.
#![forbid(unsafe_code)]

pub mod encoding;
pub mod files;
pub mod headers;
pub mod options;
pub mod server;

use anyhow::Result;

use crate::{options::Options, server::Server};

/// The whole program: reads the arguments, serves until ctrl-c.
///
/// # Errors
/// Unknown arguments, no page in the folder, or an address that cannot be listened on; each with what to do about it.
pub fn run(arguments: impl IntoIterator<Item = String>) -> Result<()> {
    let Some(options) = Options::parse(arguments)? else {
        println!("{}", options::HELP);
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let server = Server::bind(&options).await?;
        println!("{}", server.greeting());
        server
            .serve(async {
                // Without a handler for ctrl-c the system ends the program, which is what was asked for.
                let _ = tokio::signal::ctrl_c().await;
            })
            .await;
        println!("Stopped. Rooms that are open go on without this server.");
        Ok(())
    })
}
