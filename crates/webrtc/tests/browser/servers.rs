//! STUN and TURN servers that the browser takes, and those that it would not.

use futures::future::join;
use libp2p_webrtc_browser::{Config, IceServer, peer_address, sift};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    node::{Bare, two_peers},
    page::{connections, watch_connections},
    post::{Post, faithful},
};

fn server(url: &str) -> IceServer {
    IceServer { urls: vec![url.to_owned()], username: Some("user".into()), credential: Some("secret".into()) }
}

#[wasm_bindgen_test]
async fn servers_that_a_browser_refuses_do_not_stop_webrtc() {
    watch_connections();
    let post = Post::default();
    let (a, b) = two_peers();
    let bad = ["nonsense", "stun:", "stun:127.0.0.1:0", "http://127.0.0.1", "turn:127.0.0.1?transport=pigeon"];
    // One that is taken, on a port where nobody answers.
    let ice_servers: Vec<_> = bad.into_iter().chain(["stun:127.0.0.1:9"]).map(server).collect();
    let config = || Config { ice_servers: ice_servers.clone(), ..Config::default() };
    let a = Bare::new(a, &post, faithful(), config());
    let mut b = Bare::new(b, &post, faithful(), config());
    let (dialed, accepted) = join(a.dial(peer_address(b.me)), b.accept()).await;
    assert!(dialed.is_ok() && accepted.is_ok());
    for made in connections() {
        let servers = made.get_configuration().get_ice_servers().unwrap();
        assert_eq!(servers.length(), 1, "the good one is used");
    }
}

#[wasm_bindgen_test]
fn every_address_that_is_used_is_one_that_the_browser_takes() {
    let good = [
        "stun:stun.example.org",
        "STUN:stun.example.org:3478",
        "stun:192.0.2.1:3478",
        "stun:[2001:db8::1]:3478",
        "stun:[2001:db8::1]",
        "stun:host",
        "stun:1.example.org",
        "stun:a_b.example.org",
        "turn:relay.example.org:3478?transport=udp",
        "turn:relay.example.org?transport=tcp",
        "turns:192.0.2.1:443?transport=tcp",
        "turn:localhost",
    ];
    for url in good {
        let (usable, faults) = sift(&[server(url)]);
        assert_eq!((usable.len(), faults.len()), (1, 0), "{url}");
        let script = "(urls) => {
            const servers = [{ urls, username: 'user', credential: 'secret' }];
            new RTCPeerConnection({ iceServers: servers }).close();
        }";
        let construct: js_sys::Function = wasm_bindgen::JsCast::unchecked_into(js_sys::eval(script).unwrap());
        let made = construct.call1(&wasm_bindgen::JsValue::NULL, &url.into());
        assert!(made.is_ok(), "{url}: {made:?}");
    }
}
