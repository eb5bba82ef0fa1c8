//! Offers to whoever answers: one message each way, however long it takes.

use std::{cell::RefCell, rc::Rc};

use futures::future::{join, join3};
use gloo_timers::future::TimeoutFuture;
use libp2p_webrtc_browser::{Config, Error, IceTransportPolicy, Side, Signal, listen_address, sdp};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::RtcPeerConnectionState;

use crate::{
    node::{Bare, two_peers},
    page::{connections, watch_connections},
    post::{Post, faithful},
};

/// An offer whose candidates lead nowhere: 192.0.2.0/24 is for documentation.
fn elsewhere(signal: Signal) -> Signal {
    let Signal::Offer { session, sdp, trickle } = signal else { return signal };
    let moved = |line: &str| {
        let words = line.split(' ').enumerate().map(|(at, word)| if at == 4 { "192.0.2.1" } else { word });
        words.collect::<Vec<_>>().join(" ")
    };
    let lines = sdp
        .split_inclusive("\r\n")
        .map(|line| if line.starts_with("a=candidate:") { moved(line) } else { line.to_owned() });
    Signal::Offer { session, sdp: lines.collect(), trickle }
}

#[wasm_bindgen_test]
async fn an_offer_to_whoever_answers_needs_one_message_each_way() {
    let post = Post::default();
    let (a, b) = two_peers();
    // The answerer is the lower peer here: who is lower matters only when both dial.
    let (a, b) = (b, a);
    let a = Bare::new(a, &post, faithful(), Config::default());
    let mut b = Bare::new(b, &post, faithful(), Config::default());
    let (dialed, accepted) = join(a.dial(listen_address()), b.accept()).await;
    assert_eq!(dialed.unwrap().0, b.me, "the answer's signer became the peer");
    assert_eq!(accepted.unwrap().0, a.me);
    let (of_a, of_b) = (a.sent.borrow(), b.sent.borrow());
    let ([Signal::Offer { sdp: offer, trickle: false, .. }], [Signal::Answer { sdp: answer, .. }]) =
        (&of_a[..], &of_b[..])
    else {
        panic!("{of_a:?} {of_b:?}")
    };
    assert!(sdp::has_candidates(offer) && sdp::has_candidates(answer));
}

#[wasm_bindgen_test]
async fn only_the_first_who_answers_gets_the_connection() {
    let post = Post::default();
    let (a, b) = two_peers();
    let (c, _) = two_peers();
    let a = Bare::new(a, &post, faithful(), Config::default());
    let mut b = Bare::new(b, &post, faithful(), Config::default());
    let c = Bare::new(c, &post, faithful(), Config::default());
    let (peer, _muxer) = a.dial(listen_address()).await.unwrap();
    assert!(peer == b.me || peer == c.me);
    if peer == b.me {
        assert_eq!(b.accept().await.unwrap().0, a.me);
    }
}

#[wasm_bindgen_test]
async fn a_reply_that_travels_longer_than_a_browser_waits_still_connects() {
    watch_connections();
    let post = Post::default();
    let (a, b) = two_peers();
    // Where the dialer says it is, the listener will not find it.
    let a = Bare::new(a, &post, Box::new(|signal| vec![elsewhere(signal)]), Config::default());
    let (from, to) = (b, a.me);
    let held = Rc::new(RefCell::new(None));
    let hold = Rc::clone(&held);
    let on_its_way = Box::new(move |signal| {
        *hold.borrow_mut() = Some(signal);
        vec![]
    });
    let mut b = Bare::new(b, &post, on_its_way, Config::default());
    let carry = async {
        // The listener's browser looks for a dialer that knows nothing of it yet, and gives up after a while.
        let gave_up =
            || connections().get(1).is_some_and(|made| made.connection_state() == RtcPeerConnectionState::Failed);
        while !gave_up() {
            TimeoutFuture::new(100).await;
        }
        post.put(from, to, held.borrow_mut().take().unwrap());
    };
    let ((), dialed, accepted) = join3(carry, a.dial(listen_address()), b.accept()).await;
    assert_eq!(dialed.unwrap().0, b.me);
    assert_eq!(accepted.unwrap().0, a.me);
}

#[wasm_bindgen_test]
async fn without_candidates_no_code_is_made() {
    let post = Post::default();
    let (a, _) = two_peers();
    let nowhere = Config { ice_transport_policy: IceTransportPolicy::Relay, ..Config::default() };
    let a = Bare::new(a, &post, faithful(), nowhere);
    let dialed = a.dial(listen_address()).await;
    assert!(matches!(dialed, Err(Error::NoCandidates(Side::Local))), "{dialed:?}");
    assert!(a.sent.borrow().is_empty());
}
