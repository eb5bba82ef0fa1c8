//! Offers to whoever answers: one message each way, however long it takes.

use std::{cell::RefCell, rc::Rc};

use futures::future::{join, join3};
use gloo_timers::future::TimeoutFuture;
use libp2p_webrtc_browser::{Config, Error, IceTransportPolicy, Side, Signal, listen_address, sdp};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{RtcPeerConnection, RtcSignalingState};

use crate::{
    node::{Bare, two_peers},
    page::{connections, pretend_passing_failure, watch_connections},
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
async fn a_reply_that_travels_longer_than_a_browser_waits_still_connects() {
    watch_connections();
    let post = Post::default();
    let (a, b) = two_peers();
    let a = Bare::new(a, &post, faithful(), Config::default());
    let (from, to) = (b, a.me);
    let held = Rc::new(RefCell::new(None));
    let hold = Rc::clone(&held);
    let on_its_way = Box::new(move |signal| {
        *hold.borrow_mut() = Some(signal);
        vec![]
    });
    let mut b = Bare::new(b, &post, on_its_way, Config::default());
    let carry = async {
        while held.borrow().is_none() {
            TimeoutFuture::new(1).await;
        }
        // After 15 s of looking for a dialer that knows nothing of it yet, the listener's browser says this.
        let answered = |made: &RtcPeerConnection| made.signaling_state() == RtcSignalingState::Stable;
        connections().into_iter().filter(answered).for_each(|made| pretend_passing_failure(&made));
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
