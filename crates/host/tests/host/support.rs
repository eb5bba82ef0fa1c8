//! A folder like `dist/`, a host that serves it, and clients.

use std::{
    fs,
    io::{Read, Write},
    net::{IpAddr, SocketAddr, TcpStream},
    path::Path,
    time::Duration,
};

use clap::Parser;
use futures::{SinkExt, StreamExt};
use k256::schnorr::SigningKey;
use paceline_host::{
    options::Options,
    relay::event::{Event, hex},
    server::Server,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::{net::TcpSocket, sync::oneshot, task::JoinHandle, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

pub const PAGE: &str =
    "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'\"><p>page</p>";
pub const HASHED: &str = "/paceline-4f1c1a9be2d0c7aa_bg.wasm";
/// How long anything may take before the test fails: never an expectation of speed.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

pub fn folder() -> TempDir {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("index.html"), PAGE).unwrap();
    fs::write(dir.path().join(&HASHED[1..]), b"\0asm".repeat(1_000)).unwrap();
    fs::create_dir(dir.path().join("sub")).unwrap();
    fs::write(dir.path().join("sub/index.html"), PAGE).unwrap();
    fs::write(dir.path().join(".hidden"), "secret").unwrap();
    dir
}

/// The options of a command line, on a port that the system chooses unless one is given.
pub fn options(dir: &Path, flags: &str) -> Options {
    let port = if flags.contains("--port") { &[][..] } else { &["--port", "0"] };
    let dir = ["paceline-host", "--dir", dir.to_str().unwrap()];
    Options::try_parse_from(dir.iter().chain(port).copied().chain(flags.split_whitespace())).unwrap()
}

/// A host that runs until it is told to stop.
pub struct Host {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Host {
    pub async fn start(dir: &Path, flags: &str) -> Self {
        let server = Server::bind(&options(dir, flags)).await.unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.serve(async move {
            let _ = stopped.await;
        }));
        Self { address, stop, served }
    }

    /// Stops gracefully, which must end.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        timeout(PATIENCE, self.served).await.unwrap().unwrap();
    }
}

/// Serves the folder while `ask` runs; then stops gracefully, which must end.
pub fn serving(dir: &Path, flags: &str, ask: impl FnOnce(SocketAddr) + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let host = Host::start(dir, flags).await;
        let address = host.address;
        tokio::task::spawn_blocking(move || ask(address)).await.unwrap();
        host.stop().await;
    });
}

pub fn ask(address: SocketAddr, method: &str, path: &str, headers: &str) -> Reply {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head, body: bytes[end + 4..].to_vec() }
}

/// A client of the relay.
pub struct Client {
    pub socket: WebSocketStream<tokio::net::TcpStream>,
}

impl Client {
    /// Connects from this address of the machine; small buffers, so that a slow reader is one soon.
    pub async fn from(ip: impl Into<IpAddr>, host: SocketAddr) -> Result<Self, Error> {
        Self::with(ip, host, &[]).await
    }

    /// ... with these headers.
    pub async fn with(
        ip: impl Into<IpAddr>,
        host: SocketAddr,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(8 * 1024)?;
        socket.bind((ip.into(), 0).into())?;
        let stream = socket.connect(host).await?;
        let mut request = format!("ws://{host}/sub/relay").into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse()?);
        }
        let (socket, _) = client_async(request, stream).await?;
        Ok(Self { socket })
    }

    pub async fn at(host: SocketAddr) -> Self {
        Self::from([127, 0, 0, 1], host).await.unwrap()
    }

    pub async fn say(&mut self, message: &Value) -> Result<(), Error> {
        self.socket.send(Message::text(message.to_string())).await
    }

    /// The next message, pings apart; nothing once the connection is over without a close frame.
    pub async fn hear(&mut self) -> Option<Message> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("an answer in time") {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => return Some(message),
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// The next message as JSON.
    pub async fn answer(&mut self) -> Option<Value> {
        match self.hear().await? {
            Message::Text(text) => serde_json::from_str(&text).ok(),
            _ => None,
        }
    }

    pub async fn asks(&mut self, message: &Value) -> Value {
        self.say(message).await.unwrap();
        self.answer().await.unwrap()
    }

    /// Reads whatever still comes until the connection is over; returns the code of its close frame.
    pub async fn end(&mut self) -> Option<u16> {
        loop {
            if let Message::Close(frame) = self.hear().await? {
                return frame.map(|frame| frame.code.into());
            }
        }
    }

    /// Subscribes, publishes and hears it: all that a page needs the relay for. Nothing if any of it was refused.
    pub async fn round(&mut self, topic: &str) -> Option<()> {
        self.say(&json!(["REQ", "s", {"#x": [topic], "kinds": [20_001]}])).await.ok()?;
        self.until(&json!(["EOSE", "s"])).await?;
        let event = signed(topic, "hello");
        self.say(&json!(["EVENT", event])).await.ok()?;
        self.until(&json!(["EVENT", "s", event])).await?;
        self.until(&json!(["OK", event.id, true, ""])).await
    }

    /// Reads until this comes; nothing if something is refused before.
    pub async fn until(&mut self, wanted: &Value) -> Option<()> {
        loop {
            let answer = self.answer().await?;
            if answer == *wanted {
                return Some(());
            }
            if answer[0] == "CLOSED" || answer[0] == "NOTICE" || answer[2] == false {
                return None;
            }
        }
    }
}

/// An event of a throw-away key.
pub fn signed(topic: &str, content: &str) -> Event {
    let key = SigningKey::from_slice(&Sha256::digest(content)).unwrap();
    let pubkey = hex(&key.verifying_key().to_bytes());
    let (created_at, kind, tags) = (1_700_000_000, 20_001, vec![vec!["x".to_owned(), topic.to_owned()]]);
    let id: [u8; 32] = Sha256::digest(json!([0, pubkey, created_at, kind, tags, content]).to_string()).into();
    let sig = hex(&key.sign_raw(&id, &[0; 32]).unwrap().to_bytes());
    Event { id: hex(&id), pubkey, created_at, kind, tags, content: content.to_owned(), sig }
}
