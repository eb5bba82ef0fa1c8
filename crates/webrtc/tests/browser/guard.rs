//! What looks at a connection before it is used.

use std::{cell::RefCell, rc::Rc};

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt, channel::mpsc::unbounded, future::join};
use libp2p_core::muxing::StreamMuxerExt;
use libp2p_webrtc_browser::{Channel, Config, Error, LinkInfo, Refusal, Role, Transport, peer_address};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    node::{Bare, raw_pair, two_peers},
    post::{Post, faithful},
};

#[wasm_bindgen_test]
async fn both_guards_see_the_same_link_from_their_sides() {
    let ((_a, of_a), (_b, of_b)) = raw_pair().await;
    assert_eq!((of_a.role, of_b.role), (Role::Dialer, Role::Listener));
    assert_eq!(of_a.session, of_b.session);
    assert_eq!(of_a.local_fingerprint, of_b.remote_fingerprint);
    assert_eq!(of_a.remote_fingerprint, of_b.local_fingerprint);
    assert_ne!(of_a.local_fingerprint, of_a.remote_fingerprint);
    assert!(of_a.remote_peer > of_b.remote_peer, "the lower peer dialed");
}

/// Says `word` and wants to hear `want`.
async fn password(mut channel: Channel, word: &'static [u8], want: &'static [u8]) -> Result<Channel, Refusal> {
    channel.write_all(word).await?;
    channel.flush().await?;
    let mut heard = vec![0; want.len()];
    channel.read_exact(&mut heard).await?;
    if heard == want { Ok(channel) } else { Err("wrong word".into()) }
}

fn guarded(transport: Transport, word: &'static [u8], want: &'static [u8]) -> Transport {
    transport.with_guard(move |channel, _: LinkInfo| password(channel, word, want))
}

#[wasm_bindgen_test]
async fn a_connection_that_passes_both_guards_carries_streams() {
    let post = Post::default();
    let (a, b) = two_peers();
    let a = Bare::customised(a, &post, faithful(), Config::default(), |t| guarded(t, b"ping", b"pong!"));
    let mut b = Bare::customised(b, &post, faithful(), Config::default(), |t| guarded(t, b"pong!", b"ping"));
    let (dialed, accepted) = join(a.dial(peer_address(b.me)), b.accept()).await;
    let (mut dialed, mut accepted) = (dialed.unwrap().1, accepted.unwrap().1);
    let serve = async {
        let mut stream = std::future::poll_fn(|cx| accepted.poll_inbound_unpin(cx)).await.unwrap();
        wasm_bindgen_futures::spawn_local(async move {
            let _ended = std::future::poll_fn(|cx| accepted.poll_unpin(cx)).await;
        });
        let mut byte = [0];
        stream.read_exact(&mut byte).await.unwrap();
        byte[0]
    };
    let ask = async {
        let mut stream = std::future::poll_fn(|cx| dialed.poll_outbound_unpin(cx)).await.unwrap();
        wasm_bindgen_futures::spawn_local(async move {
            let _ended = std::future::poll_fn(|cx| dialed.poll_unpin(cx)).await;
        });
        stream.write_all(&[42]).await.unwrap();
        stream.flush().await.unwrap();
        stream
    };
    assert_eq!(join(serve, ask).await.0, 42);
}

#[wasm_bindgen_test]
async fn a_guard_that_refuses_ends_the_connection_for_both() {
    let post = Post::default();
    let (a, b) = two_peers();
    let a = Bare::customised(a, &post, faithful(), Config::default(), |t| guarded(t, b"wrong", b"pong!"));
    // The listener is told of the end by its guard's own reading: it waits for more than it gets.
    let (tell, mut told) = unbounded();
    let tell = Rc::new(RefCell::new(tell));
    let mut b = Bare::customised(b, &post, faithful(), Config::default(), |transport| {
        transport.with_guard(move |mut channel, _| {
            let tell = Rc::clone(&tell);
            async move {
                channel.write_all(b"prong").await?;
                channel.flush().await?;
                let mut all = Vec::new();
                let end = channel.read_to_end(&mut all).await;
                tell.borrow().unbounded_send(all).unwrap();
                Err(format!("the end: {end:?}").into())
            }
        })
    });
    let (dialed, accepted) = join(a.dial(peer_address(b.me)), b.accept()).await;
    let Err(Error::Refused(why)) = dialed else { panic!("{dialed:?}") };
    assert_eq!(why.to_string(), "wrong word");
    assert!(matches!(accepted, Err(Error::Refused(_))), "{accepted:?}");
    assert_eq!(told.next().await.unwrap(), b"wrong");
}

#[wasm_bindgen_test]
async fn a_guard_that_never_decides_is_cut_short() {
    let post = Post::default();
    let (a, b) = two_peers();
    let hasty = Config { attempt_timeout: std::time::Duration::from_secs(2), ..Config::default() };
    let a = Bare::customised(a, &post, faithful(), hasty, |transport| {
        transport.with_guard(|_, _| std::future::pending::<Result<Channel, Refusal>>())
    });
    let b = Bare::new(b, &post, faithful(), Config::default());
    let dialed = a.dial(peer_address(b.me)).await;
    assert!(matches!(dialed, Err(Error::TimedOut)), "{dialed:?}");
}
