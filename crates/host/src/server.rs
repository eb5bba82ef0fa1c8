//! Listening, and one task a connection. What is answered is decided in [`crate::files`].

use std::{
    convert::Infallible,
    future::Future,
    io,
    net::{IpAddr, SocketAddr, UdpSocket},
    sync::Arc,
    time::Duration,
};

use anyhow::{Result, anyhow};
use http_body_util::Full;
use hyper::{Response, StatusCode, body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet};

use crate::{files::Site, options::Options};

/// Most connections at a time; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 512;
/// How long a client may take to send its request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// How long running answers may take to finish after ctrl-c.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);
/// Pause after a failed accept (out of file handles, say), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    site: Arc<Site>,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Opens the folder and listens.
    ///
    /// # Errors
    /// No page in the folder, or the address is taken, forbidden or not of this machine.
    pub async fn bind(options: &Options) -> Result<Self> {
        let site = Arc::new(Site::open(&options.dir)?);
        let listener =
            TcpListener::bind(options.listen).await.map_err(|error| anyhow!(explain(options.listen, &error)))?;
        let address = listener.local_addr()?;
        Ok(Self { site, listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a person needs to know: the link.
    pub fn greeting(&self) -> String {
        let port = self.address.port();
        let stop = "Press ctrl-c to stop; rooms that are open go on without this server.";
        if !self.address.ip().is_unspecified() {
            return format!("Paceline is at http://{}/\n{stop}", self.address);
        }
        let lan = lan_address().map_or_else(
            || "This machine has no address in a local network right now.".to_owned(),
            |ip| {
                format!(
                    "Others in your network open http://{}/\n(Over plain http their browsers offer no camera and no \
                     offline start; the room itself works.)",
                    SocketAddr::new(ip, port)
                )
            },
        );
        format!("Paceline is at http://127.0.0.1:{port}/\n{lan}\n{stop}")
    }

    /// Serves until `stop` resolves, then lets running answers finish.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut connections = JoinSet::new();
        let (closing, _) = tokio::sync::watch::channel(false);
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                // Finished connections are collected as they end, so that the set stays small.
                Some(_) = connections.join_next() => continue,
                accepted = accept(&self.listener, &permits) => accepted,
            };
            let Ok((stream, permit)) = accepted else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let site = Arc::clone(&self.site);
            let mut closed = closing.subscribe();
            connections.spawn(async move {
                let connection =
                    http1::Builder::new().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).serve_connection(
                        TokioIo::new(stream),
                        service_fn(move |request| respond(Arc::clone(&site), request)),
                    );
                tokio::pin!(connection);
                // A client that breaks off is its own affair: the results say nothing we could act on.
                tokio::select! {
                    _ = connection.as_mut() => {}
                    _ = closed.changed() => {
                        connection.as_mut().graceful_shutdown();
                        let _ = connection.await;
                    }
                }
                drop(permit);
            });
        }
        let _ = closing.send(true);
        let _ = tokio::time::timeout(STOP_TIMEOUT, async { while connections.join_next().await.is_some() {} }).await;
    }
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Result<(tokio::net::TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, permit))
}

async fn respond(
    site: Arc<Site>,
    request: hyper::Request<hyper::body::Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, _) = request.into_parts();
    // Reading and compressing block; a connection must not hold up the others.
    let answer = tokio::task::spawn_blocking(move || site.answer(&head.method, head.uri.path(), &head.headers)).await;
    Ok(answer.unwrap_or_else(|_| {
        let mut failed = Response::new(Full::new(Bytes::new()));
        *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        failed
    }))
}

/// Why listening failed, and what to do.
fn explain(address: SocketAddr, error: &io::Error) -> String {
    let port = address.port();
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!(
                "port {port} is taken by another program; choose another one, for example --port {}",
                port.wrapping_add(1)
            )
        }
        io::ErrorKind::PermissionDenied => format!("this user may not listen on port {port}; choose one from 1024 up"),
        io::ErrorKind::AddrNotAvailable => format!("{} is not an address of this machine", address.ip()),
        _ => format!("cannot listen on {address}: {error}"),
    }
}

/// The address others in the local network reach this machine by. Connecting a datagram socket sends nothing: the system
/// only looks up which of its addresses it would use (192.0.2.0/24 is reserved for documentation, RFC 5737).
fn lan_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    socket.connect(("192.0.2.1", 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
}
