//! The transport in a real browser: two nodes in one page.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::{Mail, Post};
use futures::{
    AsyncReadExt, AsyncWriteExt, StreamExt,
    future::{Either, select},
};
use libp2p_core::Transport as _;
use libp2p_identity::Keypair;
use libp2p_swarm::{Config as SwarmConfig, StreamProtocol, Swarm, dial_opts::DialOpts};
use libp2p_webrtc_browser::{Config, Transport, listen_address, peer_address};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const ECHO: StreamProtocol = StreamProtocol::new("/echo");

fn swarm(post: &Post) -> Swarm<libp2p_stream::Behaviour> {
    let me = Keypair::generate_ed25519().public().to_peer_id();
    let transport = Transport::new(me, Mail::new(me, post), Config::default()).boxed();
    let config = SwarmConfig::with_wasm_executor().with_idle_connection_timeout(Duration::from_secs(24 * 3600));
    let mut swarm = Swarm::new(transport, libp2p_stream::Behaviour::new(), me, config);
    swarm.listen_on(listen_address()).unwrap();
    swarm
}

#[wasm_bindgen_test]
async fn two_swarms_connect_and_a_stream_echoes() {
    let post = Post::default();
    let (mut a, mut b) = (swarm(&post), swarm(&post));
    let mut incoming = b.behaviour().new_control().accept(ECHO).unwrap();
    let mut control = a.behaviour().new_control();
    let peer = *b.local_peer_id();
    let begin = js_sys::Date::now();
    a.dial(DialOpts::peer_id(peer).addresses(vec![peer_address(peer)]).build()).unwrap();
    wasm_bindgen_futures::spawn_local(async move {
        loop {
            match select(a.next(), b.next()).await {
                Either::Left((event, _)) => {
                    wasm_bindgen_test::console_log!("{} a {event:?}", js_sys::Date::now() - begin)
                }
                Either::Right((event, _)) => {
                    wasm_bindgen_test::console_log!("{} b {event:?}", js_sys::Date::now() - begin)
                }
            }
        }
    });
    wasm_bindgen_futures::spawn_local(async move {
        let (_, mut stream) = incoming.next().await.unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).await.unwrap();
        stream.write_all(&all).await.unwrap();
        stream.close().await.unwrap();
    });
    let mut stream = control.open_stream(peer, ECHO).await.unwrap();
    stream.write_all(b"hello").await.unwrap();
    stream.close().await.unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    assert_eq!(all, b"hello");
}
