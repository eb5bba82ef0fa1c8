//! Connections to a relay: WebSocket, and plain HTTP for its information document (NIP-11).

use std::{future::Future, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use futures::{SinkExt, StreamExt};
use hyper::Uri;
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

/// How long any one step may take; pages are less patient.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// The longest message of a relay that is read, in bytes.
const MAX_MESSAGE: usize = 64 * 1024;
/// The longest information document that is read, in bytes.
const MAX_DOCUMENT: u64 = 64 * 1024;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Waits for at most [`PATIENCE`].
pub async fn patiently<T>(what: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(PATIENCE, work).await.with_context(|| format!("{what}: nothing for {} s", PATIENCE.as_secs()))?
}

async fn stream(url: &Uri) -> Result<Box<dyn Stream>> {
    let host = url.host().context("the address names no host")?;
    let secure = match url.scheme_str() {
        Some("wss") => true,
        Some("ws") => false,
        _ => bail!("the address begins with neither wss:// nor ws://"),
    };
    let port = url.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let plain = TcpStream::connect((host.trim_matches(['[', ']']), port)).await.context("no connection")?;
    if !secure {
        return Ok(Box::new(plain));
    }
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let name = ServerName::try_from(host.to_owned()).context("the name of the host cannot be")?;
    let secured = TlsConnector::from(Arc::new(config)).connect(name, plain).await.context("no TLS")?;
    Ok(Box::new(secured))
}

/// A connection to a relay.
pub struct Relay(WebSocketStream<Box<dyn Stream>>);

impl Relay {
    /// Connects.
    pub async fn connect(url: &Uri) -> Result<Self> {
        let config = WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE)).max_frame_size(Some(MAX_MESSAGE));
        patiently("connecting", async {
            let stream = stream(url).await?;
            let (socket, _) =
                client_async_with_config(url.clone(), stream, Some(config)).await.context("no WebSocket")?;
            Ok(Self(socket))
        })
        .await
    }

    /// Sends a message.
    pub async fn say(&mut self, message: &Value) -> Result<()> {
        patiently("sending", async { Ok(self.0.send(Message::text(message.to_string())).await?) }).await
    }

    /// The first message of which `wanted` makes something; others are passed over.
    pub async fn until<T>(&mut self, what: &str, mut wanted: impl FnMut(&Value) -> Option<T>) -> Result<T> {
        patiently(what, async {
            loop {
                let Some(message) = self.0.next().await else { bail!("{what}: it closed the connection") };
                let Message::Text(text) = message? else { continue };
                let read = serde_json::from_str(&text).ok();
                if let Some(found) = read.and_then(|message: Value| wanted(&message)) {
                    return Ok(found);
                }
            }
        })
        .await
    }
}

/// The relay's information document.
pub async fn document(url: &Uri) -> Result<Value> {
    patiently("the information document", async {
        let mut stream = stream(url).await?;
        let (path, host) = (url.path(), url.authority().context("the address names no host")?);
        // Of HTTP/1.0 the answer ends with the connection, and comes in one piece.
        let ask = format!("GET {path} HTTP/1.0\r\nhost: {host}\r\naccept: application/nostr+json\r\n\r\n");
        stream.write_all(ask.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(MAX_DOCUMENT).read_to_end(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
        let status = head.split(' ').nth(1).unwrap_or_default();
        if status != "200" {
            bail!("the information document: status {status}");
        }
        serde_json::from_str(body).context("the information document is no JSON")
    })
    .await
}
