//! The host program under abuse from many addresses of this machine: its memory stays bounded, and honest clients still
//! meet.
//!
//! Linux only: there every address of 127.0.0.0/8 is this machine, and `/proc` tells what a process needs.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
    time::Duration,
};

use futures::{SinkExt, StreamExt, stream};
use paceline_host::relay::limits::{MEMORY_BOUND, MESSAGE_BYTES};
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::{interval, timeout},
};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, PATIENCE, folder, signed};

/// Connections that are attempted.
const ATTEMPTS: usize = 10_000;
/// How many attackers there are, each with an address.
const ATTACKERS: u8 = 40;
/// Attempts in flight at a time.
const AT_ONCE: usize = 100;
/// How often honest clients meet: well below what one address may send.
const HONEST_PACE: Duration = Duration::from_millis(250);
/// The honest client's address.
const HONEST: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);

/// The real program, as a process of its own.
struct Program {
    child: Child,
    address: SocketAddr,
    _dir: TempDir,
}

impl Program {
    fn start() -> Self {
        let dir = folder();
        let mut child = Command::new(env!("CARGO_BIN_EXE_paceline-host"))
            .args(["--port", "0", "--dir"])
            .arg(dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.trim().strip_prefix("Paceline is at http://").unwrap().trim_end_matches('/').parse().unwrap();
        Self { child, address, _dir: dir }
    }

    /// A figure of its memory in bytes: `VmHWM` is the most it ever had, `VmRSS` what it has.
    fn memory(&self, figure: &str) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(figure)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
    }

    /// Stops it as the system does, and returns its exit code.
    fn stop(mut self) -> Option<i32> {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Only after a failed test is it still there.
        let _ = self.child.kill();
    }
}

fn attacker(n: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 1, 1 + u8::try_from(n % usize::from(ATTACKERS)).unwrap())
}

async fn connect(n: usize, host: SocketAddr) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().ok()?;
    socket.set_recv_buffer_size(4 * 1024).ok()?;
    socket.bind((attacker(n), 0).into()).ok()?;
    socket.connect(host).await.ok()
}

/// Runs an attack; all the while somebody who was there before goes on, and newcomers get in.
async fn during<T: Send + 'static>(
    phase: &str,
    program: &Program,
    there: &mut Client,
    attack: impl Future<Output = T> + Send + 'static,
) -> T {
    let attack = tokio::spawn(attack);
    let mut pace = interval(HONEST_PACE);
    let mut rounds = 0;
    loop {
        let over = attack.is_finished();
        honest(program.address, there, phase).await;
        rounds += 1;
        if over {
            break;
        }
        pace.tick().await;
    }
    println!("{phase}: {} KiB, {rounds} honest rounds", program.memory("VmRSS") / 1024);
    attack.await.unwrap()
}

/// An honest client that is turned away tries again, as pages do.
async fn honest(host: SocketAddr, there: &mut Client, phase: &str) {
    assert!(there.round(phase).await.is_some(), "who was connected before goes on during: {phase}");
    let newcomer = async {
        loop {
            if let Ok(mut client) = Client::from(HONEST, host).await
                && client.round(phase).await.is_some()
            {
                break;
            }
        }
    };
    timeout(PATIENCE, newcomer).await.unwrap_or_else(|_| panic!("a newcomer gets in during: {phase}"));
    assert!(there.until(&json!(["EVENT", "s", signed(phase, "hello")])).await.is_some(), "and is heard");
}

/// Ten thousand connections, a third silent, a third with half a request, a third at the relay, kept as long as the
/// host lets them.
async fn connections(host: SocketAddr) -> Vec<TcpStream> {
    stream::iter(0..ATTEMPTS)
        .map(|n| async move {
            let mut stream = connect(n, host).await?;
            let said: &[u8] = match n % 3 {
                0 => b"",
                1 => b"GET /relay HTTP/1.1\r\nhost: x\r\nx-half: ",
                _ => {
                    b"GET /relay HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                      sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                }
            };
            stream.write_all(said).await.ok()?;
            Some(stream)
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(async |stream| stream)
        .collect()
        .await
}

/// Bytes that are no messages; each connection must be ended by the host.
async fn malformed(host: SocketAddr) {
    let header = |bytes: &[u8]| bytes.to_vec();
    let endless =
        [&[0x01, 0x80 | 0x01, 0, 0, 0, 0, b'['][..], &[0x00, 0x80 | 0x01, 0, 0, 0, 0, b'['].repeat(200_000)].concat();
    let frames = [
        // Says it has 2^62 bytes.
        header(&[0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
        // Says it has one byte too many, and brings them.
        [header(&[0x81, 0xff, 0, 0, 0, 0, 0, 0, 0x80, 0x01, 0, 0, 0, 0]), vec![b'x'; MESSAGE_BYTES + 1]].concat(),
        // Not masked, as clients must.
        header(&[0x81, 0x01, b'x']),
        // Reserved bits and an unknown operation.
        header(&[0xf1, 0x80, 0, 0, 0, 0]),
        header(&[0x83, 0x80, 0, 0, 0, 0]),
        // A continuation of nothing; a fragmented ping; text that is no UTF-8.
        header(&[0x80, 0x80, 0, 0, 0, 0]),
        header(&[0x09, 0x80, 0, 0, 0, 0]),
        header(&[0x81, 0x81, 0, 0, 0, 0, 0xff]),
        // Fragments of a message that never ends.
        endless,
    ];
    stream::iter(0..frames.len() * 30)
        .for_each_concurrent(AT_ONCE, |n| {
            let frames = &frames;
            async move {
                let Ok(mut client) = Client::from(attacker(n), host).await else { return };
                let raw = client.socket.get_mut();
                // It may end the connection before all is sent.
                let _ = raw.write_all(&frames[n % frames.len()]).await;
                client.end().await;
            }
        })
        .await;
    stream::iter(0..200)
        .for_each_concurrent(AT_ONCE, |n| async move {
            let Some(mut stream) = connect(n, host).await else { return };
            let huge = if n % 2 == 0 { b"x".repeat(1024 * 1024) } else { b"GET / HTTP/1.1\r\nx: y\r\n".repeat(10_000) };
            let _ = stream.write_all(&huge).await;
            let mut rest = Vec::new();
            let _ = timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("the host ends it");
        })
        .await;
}

/// Subscribers that never read, and somebody who gives them much to read. Returns them.
async fn slow_readers(host: SocketAddr) -> Vec<Client> {
    let mut readers = Vec::new();
    for n in 0..100 {
        let Ok(mut reader) = Client::from(attacker(n), host).await else { continue };
        if reader.asks(&json!(["REQ", "s", {"#x": ["slow"]}])).await == json!(["EOSE", "s"]) {
            readers.push(reader);
        }
    }
    assert!(readers.len() > 50);
    let large = "x".repeat(MESSAGE_BYTES - 1024);
    let events: Vec<String> =
        (0..90).map(|n| json!(["EVENT", signed("slow", &format!("{n}{large}"))]).to_string()).collect();
    stream::iter(0..4)
        .for_each_concurrent(None, |n| {
            let events = &events;
            async move {
                let Ok(mut publisher) = Client::from(attacker(n), host).await else { return };
                for event in events {
                    if publisher.socket.send(Message::text(event.as_str())).await.is_err() {
                        return;
                    }
                }
                for _ in events {
                    let _ = publisher.answer().await;
                }
            }
        })
        .await;
    readers
}

/// Subscriptions without end, each as large as it may be.
async fn subscriptions(host: SocketAddr) {
    stream::iter(0..100_usize)
        .for_each_concurrent(AT_ONCE, |n| async move {
            let Ok(mut client) = Client::from(attacker(n), host).await else { return };
            for request in 0..1_000 {
                let topics: Vec<String> = (0..200).map(|topic| format!("{n} {request} {topic:0>100}")).collect();
                if client.say(&json!(["REQ", request.to_string(), {"#x": topics}])).await.is_err() {
                    break;
                }
            }
            assert_eq!(client.end().await.unwrap_or(1008), 1008);
        })
        .await;
}

/// Events without end: right ones, and such that cost the host a check.
async fn events(host: SocketAddr) {
    let messages: Vec<String> = (0..200)
        .map(|n| {
            let mut event = signed("flood", &n.to_string());
            if n % 2 == 0 {
                event.sig = "0".repeat(128);
            }
            json!(["EVENT", event]).to_string()
        })
        .collect();
    stream::iter(0..100_usize)
        .for_each_concurrent(AT_ONCE, |n| {
            let messages = &messages;
            async move {
                let Ok(mut client) = Client::from(attacker(n), host).await else { return };
                for message in messages.iter().cycle().take(5_000) {
                    if client.socket.send(Message::text(message.as_str())).await.is_err() {
                        break;
                    }
                }
                client.end().await;
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_abuse_memory_is_bounded_and_honest_clients_still_meet() {
    let program = Program::start();
    let host = program.address;
    println!("idle: {} KiB", program.memory("VmRSS") / 1024);
    let mut there = Client::from(HONEST, host).await.unwrap();
    let held = during("ten thousand connections", &program, &mut there, connections(host)).await;
    honest(host, &mut there, "all that could be held").await;
    drop(held);
    during("malformed frames", &program, &mut there, malformed(host)).await;
    let readers = during("slow readers", &program, &mut there, slow_readers(host)).await;
    for mut reader in readers {
        // Given up: after what is still on its way there is no goodbye.
        assert_eq!(reader.end().await, None);
    }
    during("subscriptions", &program, &mut there, subscriptions(host)).await;
    during("events", &program, &mut there, events(host)).await;

    let most = program.memory("VmHWM");
    println!("most ever: {} KiB, bound {} KiB", most / 1024, MEMORY_BOUND / 1024);
    assert!(most < MEMORY_BOUND);
    let stopped = tokio::task::spawn_blocking(|| program.stop());
    assert_eq!(timeout(PATIENCE, stopped).await.unwrap().unwrap(), Some(0));
}
