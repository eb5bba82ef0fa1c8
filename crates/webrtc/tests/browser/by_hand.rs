//! Offers to whoever answers: one message each way, however long it takes.

use futures::future::join;
use libp2p_webrtc_browser::{Config, Error, IceTransportPolicy, Side, Signal, listen_address, sdp};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    node::{Bare, two_peers},
    post::{Post, faithful},
};

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
async fn without_candidates_no_code_is_made() {
    let post = Post::default();
    let (a, _) = two_peers();
    let nowhere = Config { ice_transport_policy: IceTransportPolicy::Relay, ..Config::default() };
    let a = Bare::new(a, &post, faithful(), nowhere);
    let dialed = a.dial(listen_address()).await;
    assert!(matches!(dialed, Err(Error::NoCandidates(Side::Local))), "{dialed:?}");
    assert!(a.sent.borrow().is_empty());
}
