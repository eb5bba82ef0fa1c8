//! How connections end, and what is left of them.

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt, future::join};
use libp2p_swarm::StreamProtocol;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::RtcSignalingState;

use crate::{
    node::{Said, connected, raw_pair},
    page::{connections, watch_connections},
    post::Post,
};

const LAST: StreamProtocol = StreamProtocol::new("/last/1");

#[wasm_bindgen_test]
async fn what_was_written_before_closing_arrives_before_the_end() {
    let ((mut a, _), (mut b, _)) = raw_pair().await;
    let sent = vec![3; 1024 * 1024];
    let write = async {
        a.write_all(&sent).await.unwrap();
        a.close().await.unwrap();
        drop(a);
    };
    let mut all = Vec::new();
    let ((), end) = join(write, b.read_to_end(&mut all)).await;
    assert_eq!(end.unwrap(), sent.len());
    assert_eq!(all, sent);
    assert!(b.write_all(b"too late").await.is_err());
    b.close().await.unwrap();
}

#[wasm_bindgen_test]
async fn what_was_received_is_read_before_the_end_is_reported() {
    let ((mut a, _), (mut b, _)) = raw_pair().await;
    a.write_all(b"last words").await.unwrap();
    a.flush().await.unwrap();
    let mut first = [0];
    b.read_exact(&mut first).await.unwrap();
    // Returns when the end is known here; the rest has not been read by then.
    b.close().await.unwrap();
    let mut rest = [0; 9];
    b.read_exact(&mut rest).await.unwrap();
    assert_eq!((&first, &rest), (b"l", b"ast words"));
    assert!(!matches!(b.read(&mut first).await, Ok(1..)), "and then it ends");
}

#[wasm_bindgen_test]
async fn a_connection_lost_without_goodbye_fails_the_other_side() {
    watch_connections();
    let ((_a, _), (mut b, _)) = raw_pair().await;
    connections()[0].close();
    let end = b.read(&mut [0; 8]).await;
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[wasm_bindgen_test]
async fn a_swarm_hears_of_a_lost_connection_and_its_streams_end() {
    watch_connections();
    let (mut a, mut b) = connected(&Post::default()).await;
    let mut incoming = b.streams.accept(LAST).unwrap();
    let mut stream = a.streams.open_stream(b.me, LAST).await.unwrap();
    stream.write_all(b"?").await.unwrap();
    stream.flush().await.unwrap();
    let mut heard = incoming.next().await.unwrap().1;
    heard.read_exact(&mut [0]).await.unwrap();
    connections()[0].close();
    assert!(!matches!(heard.read(&mut [0]).await, Ok(1..)));
    assert_eq!(b.next().await, Said::Disconnected { peer: a.me });
}

#[wasm_bindgen_test]
async fn an_orderly_goodbye_closes_both_swarms() {
    let (mut a, mut b) = connected(&Post::default()).await;
    a.disconnect(b.me);
    assert_eq!(a.next().await, Said::Disconnected { peer: b.me });
    assert_eq!(b.next().await, Said::Disconnected { peer: a.me });
}

#[wasm_bindgen_test]
async fn a_dropped_channel_leaves_nothing_behind_in_the_page() {
    watch_connections();
    let ((a, _), (b, _)) = raw_pair().await;
    let made = connections();
    assert_eq!(made.len(), 2);
    assert!(made.iter().all(|made| made.onconnectionstatechange().is_some()));
    drop((a, b));
    for made in made {
        assert_eq!(made.signaling_state(), RtcSignalingState::Closed);
        assert!(made.onicecandidate().is_none() && made.onconnectionstatechange().is_none());
    }
}
