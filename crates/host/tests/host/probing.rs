//! The prober of `cargo xtask relays`, against relays that this test starts: our own, and such as cannot be used.

#[path = "../../examples/probe/connect.rs"]
mod connect;
#[path = "../../examples/probe/probe.rs"]
mod probe;

use std::net::SocketAddr;

use futures::{SinkExt, StreamExt};
use probe::{Found, probe};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_tungstenite::{accept_async, tungstenite::Message};

use crate::support::{Host, folder};

/// What a relay does instead of its work.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Manner {
    /// Refuses each event for that reason.
    Refuses(&'static str),
    /// Takes so many events, and refuses the next.
    Takes(usize, &'static str),
    /// Takes events and gives them to nobody.
    Drops,
    /// Refuses subscriptions.
    Closes(&'static str),
    /// Serves, and says in its document that it does not.
    Forbids(&'static str),
}

/// A relay that serves whoever asks, in its manner; every event comes back to all connections.
async fn relay(manner: Manner) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (events, _) = tokio::sync::broadcast::channel::<Value>(64);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (events, mut heard) = (events.clone(), events.subscribe());
            tokio::spawn(async move {
                let mut start = [0; 2048];
                let read = stream.peek(&mut start).await.unwrap();
                if !start[..read].windows(9).any(|it| it.eq_ignore_ascii_case(b"websocket")) {
                    return inform(stream, manner).await;
                }
                let mut socket = accept_async(stream).await.unwrap();
                let mut taken = 0;
                loop {
                    let answer = tokio::select! {
                        event = heard.recv() => json!(["EVENT", "probe", event.unwrap()]),
                        message = socket.next() => {
                            let Some(Ok(Message::Text(text))) = message else { return };
                            let message: Value = serde_json::from_str(&text).unwrap();
                            match (message[0].as_str().unwrap(), manner) {
                                ("REQ", Manner::Closes(why)) => json!(["CLOSED", message[1], why]),
                                ("REQ", _) => json!(["EOSE", message[1]]),
                                (_, Manner::Refuses(why)) => json!(["OK", message[1]["id"], false, why]),
                                (_, Manner::Takes(most, why)) if taken >= most => json!(["OK", message[1]["id"], false, why]),
                                _ => {
                                    taken += 1;
                                    if manner != Manner::Drops {
                                        events.send(message[1].clone()).unwrap();
                                    }
                                    json!(["OK", message[1]["id"], true, ""])
                                }
                            }
                        }
                    };
                    socket.send(Message::text(answer.to_string())).await.unwrap();
                }
            });
        }
    });
    address
}

/// The information document of such a relay.
async fn inform(mut stream: tokio::net::TcpStream, manner: Manner) {
    let mut request = [0; 2048];
    let _ = stream.read(&mut request).await;
    let limitation = if let Manner::Forbids(limits) = manner { limits } else { "{}" };
    let answer =
        format!("HTTP/1.0 200 OK\r\ncontent-type: application/nostr+json\r\n\r\n{{\"limitation\": {limitation}}}");
    stream.write_all(answer.as_bytes()).await.unwrap();
}

async fn found(manner: Manner) -> Found {
    probe(&format!("ws://{}/", relay(manner).await)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_relay_is_good_and_so_is_one_that_is_strict_about_time() {
    for flags in ["", "--strict-clock"] {
        let host = Host::start(folder().path(), flags).await;
        let found = probe(&format!("ws://{}/sub/relay", host.address)).await;
        assert_eq!(found.why, None, "{flags}");
        assert!(found.good && found.alive && found.takes && found.gives && found.large, "{found:?}");
        assert!(found.connect_ms.is_some() && found.passes_ms.is_some());
        assert_eq!(found.burst, 12);
        host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_refuses_is_not_and_its_reason_is_told() {
    let found = found(Manner::Refuses("blocked: not from here")).await;
    assert!(found.alive && !found.takes && !found.gives && !found.good, "{found:?}");
    assert!(found.why.unwrap().contains("blocked: not from here"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_takes_few_at_a_time_is_not() {
    let found = found(Manner::Takes(6, "rate-limited: slow down")).await;
    assert!(found.gives && found.large && !found.good, "{found:?}");
    assert_eq!(found.burst, 4, "two came before them");
    assert!(found.why.unwrap().contains("rate-limited: slow down"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_takes_no_subscription_is_not() {
    let found = found(Manner::Closes("auth-required: who")).await;
    assert!(found.alive && !found.good && found.why.unwrap().contains("auth-required: who"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_passes_nothing_on_is_not() {
    let found = found(Manner::Drops).await;
    assert!(found.takes && !found.gives && !found.good, "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_nobody_runs_or_whose_address_is_none_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = listener.local_addr().unwrap();
    drop(listener);
    for url in [format!("ws://{dead}/"), "https://relay.example/".into(), "not an address".into(), String::new()] {
        let found = probe(&url).await;
        assert!(!found.alive && !found.good && found.why.is_some(), "{url}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_document_forbids_counts_though_it_serves() {
    for (limits, words) in [
        ("{\"auth_required\": true}", "an account"),
        ("{\"payment_required\": true}", "to be paid"),
        ("{\"min_pow_difficulty\": 20}", "20 bits"),
        ("{\"max_message_length\": 16384}", "16384 bytes"),
        ("{\"max_content_length\": 8192}", "8192 characters"),
    ] {
        let found = found(Manner::Forbids(limits)).await;
        assert!(found.gives && found.large && !found.good, "{limits}: {found:?}");
        assert!(found.forbids[0].contains(words), "{limits}: {found:?}");
    }
}
