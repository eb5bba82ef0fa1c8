//! Listening, and one task a connection. What is answered is decided in [`crate::service`].

use std::{
    future::Future,
    io::{self, IsTerminal},
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Result, anyhow};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};
use tokio_io_timeout::TimeoutStream;

use crate::{
    addresses,
    closing::{Closer, Closing},
    gate::{Gate, Pass},
    greeting::Greeting,
    options::Options,
    proxy::Proxied,
    service::{self, Service},
    tls::{self, Tls},
};

/// How long a client may take for the TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take to send its request's head, or be idle before the next one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a client may read nothing of an answer.
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);
/// Most bytes of one request's head.
const HEAD_BYTES: usize = 16 * 1024;
/// How long connections may take to end after ctrl-c.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);
/// Pause after a failed accept (out of file handles, say), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Most bytes that the system keeps for one connection's slow reader, on the way out (it doubles this); by itself it
/// goes to megabytes.
const SEND_BUFFER: u32 = 256 * 1024;
/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;
/// The first byte of a TLS connection: a handshake record (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 22;
/// What who is not let in is told, as far as it fits.
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 10\r\n\
                      content-type: text/plain\r\n\r\nToo many connections right now; try again in a few seconds.\n";

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    lan: Vec<IpAddr>,
    tls: Option<Tls>,
    gate: Arc<Gate>,
    service: Arc<Service>,
}

impl Server {
    /// Opens the folder and the certificate, and listens.
    ///
    /// # Errors
    /// No page in the folder, a certificate that cannot be used, or the address is taken, forbidden or not of this
    /// machine.
    pub async fn bind(options: &Options) -> Result<Self> {
        let service = Arc::new(Service::open(options)?);
        let lan = addresses::of_this_machine();
        let tls = secure(options, &lan)?;
        let listen = options.address();
        let listener = listen_on(listen).map_err(|error| anyhow!(explain(listen, &error)))?;
        let address = listener.local_addr()?;
        let limits = options.limits();
        let limits = if options.behind_proxy.is_some() { Proxied::outer(limits) } else { limits };
        Ok(Self { listener, address, lan, tls, gate: Gate::new(limits), service })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a person needs to know: the link.
    pub fn greeting(&self) -> String {
        let (tls, relay) = (self.tls.as_ref(), self.service.has_relay());
        Greeting { address: self.address, lan: &self.lan, tls, relay, colours: io::stdout().is_terminal() }.text()
    }

    /// Serves until `stop` resolves, then closes what is open: relay connections with a close frame, others after their
    /// answer.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let closer = Closer::default();
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, from)) => self.welcome(stream, from, closer.watched()),
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
        drop(self.listener);
        closer.close(STOP_TIMEOUT).await;
    }

    /// Starts serving a connection, if there is room for it.
    fn welcome(&self, stream: TcpStream, from: SocketAddr, closing: Closing) {
        let Some(pass) = self.gate.enter(from.ip(), Instant::now()) else {
            if self.tls.is_none() {
                let _ = stream.try_write(BUSY);
            }
            return;
        };
        let (service, tls) = (Arc::clone(&self.service), self.tls.clone());
        tokio::spawn(async move {
            // A client that breaks off is its own affair: the results say nothing we could act on.
            let _ = stream.set_nodelay(true);
            let pass = Arc::new(pass);
            let served = async {
                match tls {
                    None => http(stream, &service, Arc::clone(&pass), closing).await,
                    Some(tls) => https(stream, &tls, &service, Arc::clone(&pass), closing).await,
                }
            };
            // A relay connection goes on in a task of its own, and waits for this itself.
            tokio::select! {
                () = served => {}
                () = pass.sent_out() => {}
            }
        });
    }
}

fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Without it, a restart waits for the connections of the last run to be forgotten. On Windows it would mean
    // something else.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Whether what the options name beside the page can be used.
///
/// # Errors
/// A certificate or key that cannot.
pub fn check(options: &Options) -> Result<()> {
    given(options).map(|_| ())
}

fn given(options: &Options) -> Result<Option<Tls>> {
    match options.tls.as_deref() {
        Some([certificate, key]) => Tls::given(certificate, key).map(Some),
        _ => Ok(None),
    }
}

fn secure(options: &Options, lan: &[IpAddr]) -> Result<Option<Tls>> {
    if !options.self_signed {
        return given(options);
    }
    let dir = options.cache.clone().map_or_else(tls::cache, Ok)?;
    let listen = options.address().ip();
    let mut names: Vec<IpAddr> = vec![[127, 0, 0, 1].into(), std::net::Ipv6Addr::LOCALHOST.into()];
    names.extend(lan);
    if !listen.is_unspecified() && !names.contains(&listen) {
        names.push(listen);
    }
    Tls::self_signed(&dir, &names, SystemTime::now()).map(Some)
}

/// A connection that should begin with a TLS handshake; one that begins with plain http is told where to go.
async fn https(stream: TcpStream, tls: &Tls, service: &Arc<Service>, pass: Arc<Pass>, closing: Closing) {
    let mut first = [0];
    match timeout(HANDSHAKE_TIMEOUT, stream.peek(&mut first)).await {
        Ok(Ok(1)) if first == [TLS_HANDSHAKE] => {
            if let Ok(Ok(secured)) = timeout(HANDSHAKE_TIMEOUT, tls.acceptor.accept(stream)).await {
                http(secured, service, pass, closing).await;
            }
        }
        Ok(Ok(1)) => {
            let moved = service_fn(async |request| service::only_https(&request));
            let connection = builder().keep_alive(false).serve_connection(TokioIo::new(stream), moved);
            let _ = timeout(HEAD_TIMEOUT, connection).await;
        }
        _ => {}
    }
}

async fn http<S>(stream: S, service: &Arc<Service>, pass: Arc<Pass>, mut closing: Closing)
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIMEOUT));
    let watched = closing.clone();
    let answer = service_fn(move |request| {
        let (service, pass, closing) = (Arc::clone(service), Arc::clone(&pass), watched.clone());
        async move { service.answer(request, pass, closing).await }
    });
    let connection = builder().serve_connection(TokioIo::new(Box::pin(stream)), answer).with_upgrades();
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        () = closing.asked() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(HEAD_BYTES);
    builder
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
