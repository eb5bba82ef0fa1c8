//! Coming together, and all that may happen to the signals meanwhile.

use std::time::Duration;

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt, future::join};
use gloo_timers::future::TimeoutFuture;
use libp2p_swarm::StreamProtocol;
use libp2p_webrtc_browser::{Config, Error, IceTransportPolicy, Side, Signal, listen_address, peer_address};
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    node::{Bare, connected, two_peers},
    page::{NoNetwork, connections, watch_connections},
    post::{Post, Way, faithful},
};

const ECHO: StreamProtocol = StreamProtocol::new("/echo/1");

#[wasm_bindgen_test]
async fn two_swarms_connect_and_a_libp2p_stream_echoes() {
    let (mut a, mut b) = connected(&Post::default()).await;
    let mut incoming = b.streams.accept(ECHO).unwrap();
    let echo = async {
        let (_, mut stream) = incoming.next().await.unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).await.unwrap();
        stream.write_all(&all).await.unwrap();
        stream.close().await.unwrap();
    };
    let ask = async {
        let mut stream = a.streams.open_stream(b.me, ECHO).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        stream.close().await.unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).await.unwrap();
        all
    };
    let ((), all) = join(echo, ask).await;
    assert_eq!(all, b"hello");
}

#[wasm_bindgen_test]
async fn a_node_that_waits_has_a_connection_ready_and_uses_it() {
    watch_connections();
    let post = Post::default();
    let (a, b) = two_peers();
    let a = Bare::new(a, &post, faithful(), Config::default());
    let mut b = Bare::new(b, &post, faithful(), Config::default());
    while connections().len() < 2 {
        TimeoutFuture::new(1).await;
    }
    let (dialed, accepted) = join(a.dial(peer_address(b.me)), b.accept()).await;
    let _both = (dialed.unwrap(), accepted.unwrap());
    assert_eq!(connections().len(), 2);
}

/// Dials with signals of both sides going their ways; returns both outcomes' peers.
async fn connects(way_there: Way, way_back: Way) {
    let post = Post::default();
    let (a, b) = two_peers();
    let a = Bare::new(a, &post, way_there, Config::default());
    let mut b = Bare::new(b, &post, way_back, Config::default());
    let (dialed, accepted) = join(a.dial(peer_address(b.me)), b.accept()).await;
    assert_eq!(dialed.unwrap().0, b.me);
    assert_eq!(accepted.unwrap().0, a.me);
}

#[wasm_bindgen_test]
async fn candidates_that_overtake_the_answer_are_kept() {
    let post = Post::default();
    let (a, b) = two_peers();
    // The dialer's candidates are lost, so that the connection hangs on the one that came early.
    let way_there = Box::new(|signal| if matches!(signal, Signal::Candidate { .. }) { vec![] } else { vec![signal] });
    let a = Bare::new(a, &post, way_there, Config::default());
    let (to, from, late) = (a.me, b, post.clone());
    let mut held = None;
    // The listener's answer comes after its first candidate; its other candidates are lost.
    let way_back = Box::new(move |signal: Signal| match signal {
        Signal::Answer { .. } => {
            held = Some(signal);
            vec![]
        }
        Signal::Candidate { .. } => held.take().map_or_else(Vec::new, |answer| {
            let late = late.clone();
            // Behind the candidate, which is put into the same box as soon as this returns.
            spawn_local(async move { late.put(from, to, answer) });
            vec![signal]
        }),
        other => vec![other],
    });
    let mut b = Bare::new(b, &post, way_back, Config::default());
    let (dialed, accepted) = join(a.dial(peer_address(b.me)), b.accept()).await;
    assert_eq!(dialed.unwrap().0, b.me);
    assert_eq!(accepted.unwrap().0, a.me);
}

#[wasm_bindgen_test]
async fn repeated_signals_do_no_harm() {
    let thrice = || -> Way { Box::new(|signal: Signal| vec![signal.clone(), signal.clone(), signal]) };
    connects(thrice(), thrice()).await;
}

#[wasm_bindgen_test]
async fn a_flood_of_candidates_and_broken_signals_does_no_harm() {
    let flood = || -> Way {
        Box::new(|signal: Signal| {
            let session = *signal.session();
            let line = |n| format!("candidate:{n} 1 udp 1 127.0.0.1 {} typ host", 1 + n);
            let mut all: Vec<_> =
                (0..40).map(|n| Signal::Candidate { session, candidate: line(n), mid: Some("0".into()) }).collect();
            all.push(Signal::Candidate { session, candidate: "candidate:nonsense".into(), mid: None });
            all.push(Signal::Candidate { session, candidate: "nonsense".into(), mid: None });
            all.push(Signal::Answer { session, sdp: "v=0".into() });
            all.push(signal);
            all
        })
    };
    // Once only: by the second signal the attempt has had all the candidates it takes.
    let once = |mut flood: Way| -> Way {
        let mut done = false;
        Box::new(move |signal| if std::mem::replace(&mut done, true) { vec![signal] } else { flood(signal) })
    };
    connects(once(flood()), once(flood())).await;
}

/// Puts other bytes in the place of the certificate's fingerprint.
pub fn swapped(sdp: String) -> String {
    let at = sdp.find("sha-256 ").unwrap() + 8;
    let other = sdp[at..at + 95].chars().map(|digit| if digit == 'A' { 'B' } else { digit }).collect::<String>();
    let other = other.replace('0', "1").replace('F', "E");
    assert_ne!(other, sdp[at..at + 95]);
    format!("{}{other}{}", &sdp[..at], &sdp[at + 95..])
}

fn tampered(signal: Signal) -> Signal {
    match signal {
        Signal::Offer { session, sdp, trickle } => Signal::Offer { session, sdp: swapped(sdp), trickle },
        Signal::Answer { session, sdp } => Signal::Answer { session, sdp: swapped(sdp) },
        other => other,
    }
}

/// Dials with one side's signals tampered with; returns the dialer's and the listener's errors.
async fn fails(way_there: Way, way_back: Way) -> (Error, Error) {
    let post = Post::default();
    let (a, b) = two_peers();
    let a = Bare::new(a, &post, way_there, Config::default());
    let mut b = Bare::new(b, &post, way_back, Config::default());
    let (dialed, accepted) = join(a.dial(peer_address(b.me)), b.accept()).await;
    (dialed.map(drop).unwrap_err(), accepted.map(drop).unwrap_err())
}

#[wasm_bindgen_test]
async fn a_swapped_fingerprint_in_the_offer_is_refused() {
    let (dialer, listener) = fails(Box::new(|signal| vec![tampered(signal)]), faithful()).await;
    assert!(matches!(dialer, Error::ConnectionFailed | Error::Aborted), "{dialer:?}");
    assert!(matches!(listener, Error::ConnectionFailed | Error::Aborted), "{listener:?}");
}

#[wasm_bindgen_test]
async fn a_swapped_fingerprint_in_the_answer_is_refused() {
    let (dialer, listener) = fails(faithful(), Box::new(|signal| vec![tampered(signal)])).await;
    assert!(matches!(dialer, Error::ConnectionFailed | Error::Aborted), "{dialer:?}");
    assert!(matches!(listener, Error::ConnectionFailed | Error::Aborted), "{listener:?}");
}

#[wasm_bindgen_test]
async fn without_candidates_both_sides_know_at_once_and_why() {
    let post = Post::default();
    let (a, b) = two_peers();
    let nowhere = Config { ice_transport_policy: IceTransportPolicy::Relay, ..Config::default() };
    let a = Bare::new(a, &post, faithful(), nowhere);
    let mut b = Bare::new(b, &post, faithful(), Config::default());
    let (dialed, accepted) = join(a.dial(peer_address(b.me)), b.accept()).await;
    assert!(matches!(dialed, Err(Error::NoCandidates(Side::Local))), "{dialed:?}");
    assert!(matches!(accepted, Err(Error::NoCandidates(Side::Remote))), "{accepted:?}");
}

#[wasm_bindgen_test]
async fn a_listener_without_candidates_is_known_to_both_too() {
    let post = Post::default();
    let (a, b) = two_peers();
    let nowhere = Config { ice_transport_policy: IceTransportPolicy::Relay, ..Config::default() };
    let a = Bare::new(a, &post, faithful(), Config::default());
    let mut b = Bare::new(b, &post, faithful(), nowhere);
    let (dialed, accepted) = join(a.dial(peer_address(b.me)), b.accept()).await;
    assert!(matches!(dialed, Err(Error::NoCandidates(Side::Remote))), "{dialed:?}");
    assert!(matches!(accepted, Err(Error::NoCandidates(Side::Local))), "{accepted:?}");
}

#[wasm_bindgen_test]
async fn a_browser_without_a_network_that_says_nothing_is_understood() {
    let _no_network = NoNetwork::begin();
    let post = Post::default();
    let (a, b) = two_peers();
    let a = Bare::new(a, &post, faithful(), Config::default());
    let mut b = Bare::new(b, &post, faithful(), Config::default());
    let (dialed, accepted) = join(a.dial(peer_address(b.me)), b.accept()).await;
    assert!(matches!(dialed, Err(Error::NoCandidates(_))), "{dialed:?}");
    assert!(matches!(accepted, Err(Error::NoCandidates(_))), "{accepted:?}");
    assert!(matches!(a.dial(listen_address()).await, Err(Error::NoCandidates(Side::Local))));
}

#[wasm_bindgen_test]
async fn an_unanswered_dial_times_out_and_says_so_to_the_other_side() {
    let post = Post::default();
    let (a, b) = two_peers();
    let hasty = Config { attempt_timeout: Duration::from_millis(50), ..Config::default() };
    let a = Bare::new(a, &post, faithful(), hasty);
    let dialed = a.dial(peer_address(b)).await;
    assert!(matches!(dialed, Err(Error::TimedOut)), "{dialed:?}");
    assert!(matches!(a.sent.borrow().last(), Some(Signal::Abort { .. })));
}

#[wasm_bindgen_test]
async fn a_dial_that_is_dropped_is_aborted_at_the_other_side() {
    let post = Post::default();
    let (a, b) = two_peers();
    let no_answer = Box::new(|signal| if matches!(signal, Signal::Answer { .. }) { vec![] } else { vec![signal] });
    let mut b = Bare::new(b, &post, no_answer, Config::default());
    let (stop, stopped) = futures::channel::oneshot::channel::<()>();
    let mut stop = Some(stop);
    let first_candidate = Box::new(move |signal| {
        if matches!(signal, Signal::Candidate { .. }) {
            drop(stop.take());
        }
        vec![signal]
    });
    let a = Bare::new(a, &post, first_candidate, Config::default());
    futures::future::select(Box::pin(a.dial(peer_address(b.me))), stopped).await;
    let accepted = b.accept().await;
    assert!(matches!(accepted, Err(Error::Aborted)), "{accepted:?}");
}
