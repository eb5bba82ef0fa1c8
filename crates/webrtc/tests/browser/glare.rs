//! Two peers that dial each other at the same time.

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt, future::join};
use libp2p_swarm::StreamProtocol;
use libp2p_webrtc_browser::Signal;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    node::{Node, Said, two_peers},
    post::{Post, Way, faithful},
};

const HELLO: StreamProtocol = StreamProtocol::new("/hello/1");

/// Both dial; the lower peer's signals go `way`. Exactly one connection must come of it, and it must work.
async fn both_dial(way: Way) {
    let post = Post::default();
    let (low, high) = two_peers();
    let (mut low, mut high) = (Node::new(low, &post, way), Node::new(high, &post, faithful()));
    low.dial(high.me);
    high.dial(low.me);

    // Each dial has one outcome, so after these three nothing is under way any more.
    assert_eq!(low.next().await, Said::Connected { peer: high.me, dialed: true, connections: 1 });
    let mut of_high = [high.next().await, high.next().await];
    of_high.sort_by_key(|said| matches!(said, Said::Connected { .. }));
    let [failed, connected] = of_high;
    let Said::DialFailed(why) = failed else { panic!("{failed:?}") };
    assert!(why.contains("the lower peer's own dial goes on instead"), "{why}");
    assert_eq!(connected, Said::Connected { peer: low.me, dialed: false, connections: 1 });

    let mut incoming = low.streams.accept(HELLO).unwrap();
    let say = async {
        let mut stream = high.streams.open_stream(low.me, HELLO).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        stream.close().await.unwrap();
    };
    let hear = async {
        let mut all = String::new();
        incoming.next().await.unwrap().1.read_to_string(&mut all).await.unwrap();
        all
    };
    assert_eq!(join(say, hear).await.1, "hello");
    assert!(low.said.try_recv().is_err() && high.said.try_recv().is_err(), "nothing else happened");
}

#[wasm_bindgen_test]
async fn two_peers_that_dial_each_other_get_one_connection() {
    both_dial(faithful()).await;
}

#[wasm_bindgen_test]
async fn they_get_it_even_if_the_winning_offer_is_lost_at_first() {
    let mut offers = 0;
    both_dial(Box::new(move |signal| {
        offers += usize::from(matches!(signal, Signal::Offer { .. }));
        if offers == 1 { vec![] } else { vec![signal] }
    }))
    .await;
}
