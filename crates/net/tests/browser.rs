//! Whole nodes in a real browser: `BroadcastChannel`, WebRTC, Web Locks. Several nodes share one page.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs)]

mod common;

use std::{any::Any, rc::Rc};

use common::{BROADCAST, Node, config, exchange, meet, room};
use futures::{
    FutureExt as _,
    channel::oneshot,
    future::{Either, LocalBoxFuture, Shared},
};
use libp2p_core::Transport as _;
use paceline_mesh::Lane;
use paceline_net::{
    Browser, IceServer, Net, NetConfig, NetEvent, OutOfBandError, Path, Paths, Platform, RendezvousStatus, RoomLink,
    Transport, WebrtcSetup, channels::Channels,
};
use paceline_room::NodeId;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const WEBRTC: Paths = Paths { webrtc: true, broadcast: false };

fn start(config: NetConfig) -> Node {
    Node::start(Rc::new(Browser), config)
}

fn out_of_band_only(config: NetConfig) -> NetConfig {
    NetConfig { same_browser: false, ..config }
}

#[wasm_bindgen_test]
async fn two_nodes_find_each_other_and_link_over_webrtc() {
    let room = room("browser: meet");
    let began = js_sys::Date::now();
    let mut a = start(config(&room, 1));
    let mut b = start(config(&room, 2));
    let (one, two) = meet(&mut a, &mut b).await;
    console_log!("linked after {} ms", js_sys::Date::now() - began);
    assert_eq!(one, (Path::Webrtc, "broadcast-channel".to_owned()));
    assert_eq!(one, two);
    exchange(&mut a, &mut b).await;
    assert!(a.counts().is_empty() && b.counts().is_empty());
}

#[wasm_bindgen_test]
async fn a_late_node_links_with_all() {
    let room = room("browser: late");
    let mut a = start(config(&room, 3));
    let mut b = start(config(&room, 1));
    meet(&mut a, &mut b).await;
    let began = js_sys::Date::now();
    let mut late = start(config(&room, 2));
    meet(&mut late, &mut a).await;
    console_log!("late node linked after {} ms", js_sys::Date::now() - began);
    exchange(&mut late, &mut a).await;
}

#[wasm_bindgen_test]
async fn two_nodes_meet_by_codes_alone() {
    let room = room("browser: codes");
    let mut a = start(out_of_band_only(config(&room, 1)));
    let mut b = start(out_of_band_only(config(&room, 2)));
    let invite = a.net.out_of_band_invite().await.unwrap();
    console_log!("an invite has {} characters", invite.len());
    assert_eq!(a.net.out_of_band_reply(&invite).await, Err(OutOfBandError::OwnCode));
    let reply = b.net.out_of_band_reply(&invite).await.unwrap();
    console_log!("a reply has {} characters", reply.len());
    assert_eq!(a.net.out_of_band_accept(&invite).await, Err(OutOfBandError::OwnCode));
    a.net.out_of_band_accept(&reply).await.unwrap();
    let (one, _) = meet(&mut a, &mut b).await;
    assert_eq!(one, (Path::Webrtc, "by-hand".to_owned()));
    exchange(&mut a, &mut b).await;
    assert_eq!(b.net.out_of_band_reply(&invite).await, Err(OutOfBandError::AlreadyLinked));
}

#[wasm_bindgen_test]
async fn codes_in_the_wrong_place_are_named() {
    let room = room("browser: wrong codes");
    let a = start(out_of_band_only(config(&room, 1)));
    let b = start(out_of_band_only(config(&room, 2)));
    let c = start(out_of_band_only(config(&room, 3)));
    let other_room = RoomLink { secret: [8; 32], ..room.clone() };
    let other = start(out_of_band_only(config(&other_room, 4)));
    let invite = a.net.out_of_band_invite().await.unwrap();
    assert_eq!(other.net.out_of_band_reply(&invite).await, Err(OutOfBandError::AnotherRoom));
    assert_eq!(b.net.out_of_band_accept(&invite).await, Err(OutOfBandError::ReplyWanted));
    let reply = b.net.out_of_band_reply(&invite).await.unwrap();
    assert_eq!(b.net.out_of_band_reply(&invite).await, Err(OutOfBandError::UsedBefore));
    assert_eq!(a.net.out_of_band_reply(&reply).await, Err(OutOfBandError::InviteWanted));
    assert_eq!(c.net.out_of_band_accept(&reply).await, Err(OutOfBandError::AnotherTab));
    a.net.offline();
    a.net.online();
    assert_eq!(a.net.out_of_band_accept(&reply).await, Err(OutOfBandError::TooLate));
}

#[wasm_bindgen_test]
async fn without_webrtc_tabs_link_over_their_channel() {
    let room = room("browser: broadcast");
    let mut a = start(NetConfig { paths: BROADCAST, ..config(&room, 1) });
    let mut b = start(NetConfig { paths: BROADCAST, ..config(&room, 2) });
    let (one, _) = meet(&mut a, &mut b).await;
    assert_eq!(one.0, Path::Broadcast);
    exchange(&mut a, &mut b).await;
}

#[wasm_bindgen_test]
async fn one_side_without_webrtc_falls_back_to_the_channel() {
    let room = room("browser: fall back");
    let mut a = start(config(&room, 1));
    let mut b = start(NetConfig { paths: BROADCAST, ..config(&room, 2) });
    let (one, _) = meet(&mut a, &mut b).await;
    assert_eq!(one.0, Path::Broadcast);
    exchange(&mut a, &mut b).await;
}

/// WebRTC that connects when it is let, and not before.
struct HeldWebrtc(Shared<oneshot::Receiver<()>>);

impl Platform for HeldWebrtc {
    fn channels(&self) -> Option<Rc<dyn Channels>> {
        Browser.channels()
    }

    fn webrtc(&self, setup: WebrtcSetup) -> Option<Transport> {
        let go = self.0.clone();
        let held = move |output, _| {
            let go = go.clone();
            send_wrapper::SendWrapper::new(async move {
                go.await.map_err(std::io::Error::other)?;
                Ok::<_, std::io::Error>(output)
            })
        };
        Browser.webrtc(setup).map(|transport| transport.and_then(held).boxed())
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        Browser.spawn(task);
    }

    fn show_life(&self, name: &str) -> Option<Box<dyn Any>> {
        Browser.show_life(name)
    }

    fn watch_life(&self, name: &str) -> Option<LocalBoxFuture<'static, bool>> {
        Browser.watch_life(name)
    }
}

#[wasm_bindgen_test]
async fn webrtc_replaces_the_channel_when_it_comes_and_nothing_is_lost() {
    let room = room("browser: replace");
    let (let_go, go) = oneshot::channel();
    let platform = Rc::new(HeldWebrtc(go.shared()));
    let mut a = Node::start(platform.clone(), config(&room, 1));
    let mut b = Node::start(platform, config(&room, 2));
    let (one, two) = meet(&mut a, &mut b).await;
    assert_eq!((one.0, two.0), (Path::Broadcast, Path::Broadcast));
    let_go.send(()).expect("both wait");
    // Both keep numbered messages under way in both directions until both have gone over, and then some.
    let (net_a, net_b) = (a.net.clone(), b.net.clone());
    let (id_a, id_b) = (a.id, b.id);
    futures::join!(count_up(&mut a, net_a, id_b), count_up(&mut b, net_b, id_a));
    assert_eq!(a.net.peers().iter().map(|peer| peer.path).collect::<Vec<_>>(), [Path::Webrtc]);
    assert_eq!(b.net.peers().iter().map(|peer| peer.path).collect::<Vec<_>>(), [Path::Webrtc]);
}

/// Keeps a window of numbered messages under way, expects the other's in order, and ends 200 numbers after the path changed.
async fn count_up(node: &mut Node, net: Net, peer: NodeId) {
    const WINDOW: u32 = 20;
    let send = |number: u32| net.send(peer, Lane::Live, number.to_be_bytes().to_vec());
    (0..WINDOW).for_each(send);
    let (mut expected, mut end) = (0, u32::MAX);
    let mut told = u32::MAX;
    node.until(|event| {
        match event {
            NetEvent::LinkDown { .. } => panic!("the link must not go down"),
            NetEvent::PathChanged { path, .. } => {
                assert_eq!(*path, Path::Webrtc);
                end = expected + 200;
                // The other side learns up to where it can count on this one.
                net.send(peer, Lane::Bulk, end.to_be_bytes().to_vec());
            }
            NetEvent::Received { lane: Lane::Live, bytes, .. } => {
                assert_eq!(*bytes, u32::to_be_bytes(expected), "in order, none missing");
                expected += 1;
                send(expected + WINDOW - 1);
            }
            NetEvent::Received { bytes, .. } => {
                told = u32::from_be_bytes(bytes.as_slice().try_into().expect("four bytes"));
            }
            _ => {}
        }
        (expected >= end && told != u32::MAX).then_some(())
    })
    .await;
    (expected + WINDOW..told.saturating_add(2 * WINDOW)).for_each(send);
}

/// Counts, from now on, the descriptions that connections of this page take for new paths; returns how to ask.
fn count_restarts() -> impl Fn() -> u32 {
    let script = "window.restarts = 0;
    const original = RTCPeerConnection.prototype.createOffer;
    RTCPeerConnection.prototype.createOffer = function (options) {
        if (options && options.iceRestart) window.restarts += 1;
        return original.apply(this, arguments);
    };";
    js_sys::eval(script).expect("a script that runs");
    || js_sys::eval("window.restarts").expect("a number").as_f64().expect("a number") as u32
}

#[wasm_bindgen_test]
async fn when_the_network_changes_links_look_for_new_paths_and_stay_up() {
    let restarts = count_restarts();
    let room = room("browser: another network");
    let mut a = start(NetConfig { paths: WEBRTC, ..config(&room, 1) });
    let mut b = start(NetConfig { paths: WEBRTC, ..config(&room, 2) });
    meet(&mut a, &mut b).await;
    for changed in [a.net.clone(), b.net.clone()] {
        let before = restarts();
        changed.network_changed();
        while restarts() == before {
            exchange(&mut a, &mut b).await;
        }
        exchange(&mut a, &mut b).await;
    }
    for (net, other) in [(&a.net, b.id), (&b.net, a.id)] {
        assert_eq!(net.peers().iter().map(|peer| (peer.node, peer.path)).collect::<Vec<_>>(), [(other, Path::Webrtc)]);
        assert!(net.refused().is_empty(), "{:?}", net.refused());
    }
}

#[wasm_bindgen_test]
async fn bad_servers_are_told_and_do_not_stop_webrtc() {
    let room = room("browser: bad servers");
    let server = |url: &str| IceServer { urls: vec![url.to_owned()], ..IceServer::default() };
    let ice_servers = vec![server("stun:"), server("stun:127.0.0.1:9"), server("turn:127.0.0.1:9")];
    let mut a = start(NetConfig { paths: WEBRTC, ice_servers, ..config(&room, 1) });
    for named in ["\"stun:\"", "\"turn:127.0.0.1:9\""] {
        let text = failed(&mut a, "bad-ice-server").await;
        assert!(text.contains(named), "{text}");
    }
    let mut b = start(NetConfig { paths: WEBRTC, ..config(&room, 2) });
    meet(&mut a, &mut b).await;
}

async fn failed(node: &mut Node, wanted: &str) -> String {
    node.until(|event| match event {
        NetEvent::Failed { code, text } if *code == wanted => Some(text.clone()),
        _ => None,
    })
    .await
}

#[wasm_bindgen_test]
async fn who_hides_its_address_and_has_no_relay_is_told_and_no_address_leaves() {
    let room = room("browser: hidden");
    let mut a = start(NetConfig { relay_only: true, ..out_of_band_only(config(&room, 1)) });
    failed(&mut a, "relay-only-without-turn").await;
    assert_eq!(a.net.out_of_band_invite().await, Err(OutOfBandError::Unavailable));
    let b = start(out_of_band_only(config(&room, 2)));
    let invite = b.net.out_of_band_invite().await.expect("an invite");
    assert_eq!(a.net.out_of_band_reply(&invite).await, Err(OutOfBandError::Unavailable));
}

#[wasm_bindgen_test]
async fn who_hides_its_address_still_meets_tabs_of_its_browser() {
    let room = room("browser: hidden, same browser");
    let mut a = start(NetConfig { relay_only: true, ..config(&room, 1) });
    let mut b = start(config(&room, 2));
    let (one, _) = meet(&mut a, &mut b).await;
    assert_eq!(one.0, Path::Broadcast);
    exchange(&mut a, &mut b).await;
}

#[wasm_bindgen_test]
async fn five_megabytes_go_each_way_in_pieces() {
    let room = room("browser: bulk");
    let mut a = start(NetConfig { paths: WEBRTC, ..config(&room, 1) });
    let mut b = start(NetConfig { paths: WEBRTC, ..config(&room, 2) });
    meet(&mut a, &mut b).await;
    let began = js_sys::Date::now();
    let piece = vec![7; 512 * 1024];
    for _ in 0..10 {
        a.net.send(b.id, Lane::Bulk, piece.clone());
        b.net.send(a.id, Lane::Bulk, piece.clone());
    }
    let all = async |node: &mut Node| {
        for _ in 0..10 {
            assert!(node.message().await.2 == piece);
        }
    };
    futures::join!(all(&mut a), all(&mut b));
    console_log!("5 MB each way took {} ms", js_sys::Date::now() - began);
}

#[wasm_bindgen_test]
async fn another_secret_gets_nothing() {
    let room = room("browser: secret");
    let other = RoomLink { secret: [8; 32], ..room.clone() };
    let (mut a, mut b) = (start(config(&room, 1)), start(config(&room, 2)));
    let stranger = start(config(&other, 3));
    meet(&mut a, &mut b).await;
    exchange(&mut a, &mut b).await;
    assert!(stranger.net.peers().is_empty());
    assert!(stranger.net.rendezvous().iter().all(|rendezvous| rendezvous.received == 0));
}

#[wasm_bindgen_test]
async fn a_goodbye_is_heard_as_one() {
    let room = room("browser: goodbye");
    let (mut a, mut b) = (start(config(&room, 1)), start(config(&room, 2)));
    meet(&mut a, &mut b).await;
    let began = js_sys::Date::now();
    a.net.goodbye();
    assert!(b.unlinked(a.id).await);
    console_log!("a goodbye was heard after {} ms", js_sys::Date::now() - began);
}

#[wasm_bindgen_test]
async fn a_goodbye_by_hand_is_heard_as_one() {
    let room = room("browser: goodbye by hand");
    let mut a = start(out_of_band_only(config(&room, 1)));
    let mut b = start(out_of_band_only(config(&room, 2)));
    let invite = a.net.out_of_band_invite().await.unwrap();
    let reply = b.net.out_of_band_reply(&invite).await.unwrap();
    a.net.out_of_band_accept(&reply).await.unwrap();
    meet(&mut a, &mut b).await;
    a.net.goodbye();
    assert!(b.unlinked(a.id).await);
}

#[wasm_bindgen_test]
async fn offline_is_silent_and_online_comes_back() {
    let room = room("browser: offline");
    let (mut a, mut b) = (start(config(&room, 1)), start(config(&room, 2)));
    meet(&mut a, &mut b).await;
    a.net.offline();
    a.unlinked(b.id).await;
    b.unlinked(a.id).await;
    assert!(a.net.peers().is_empty());
    a.net.online();
    meet(&mut a, &mut b).await;
    exchange(&mut a, &mut b).await;
    assert!(a.counts().is_empty() && b.counts().is_empty());
}

#[wasm_bindgen_test]
async fn the_round_trip_is_measured() {
    let room = room("browser: rtt");
    let (mut a, mut b) = (start(config(&room, 1)), start(config(&room, 2)));
    meet(&mut a, &mut b).await;
    while a.net.peers().iter().any(|peer| peer.rtt_ms.is_none()) {
        exchange(&mut a, &mut b).await;
    }
}

#[wasm_bindgen_test]
async fn refusing_and_allowing_a_node() {
    let room = room("browser: refuse");
    let (mut a, mut b) = (start(config(&room, 1)), start(config(&room, 2)));
    meet(&mut a, &mut b).await;
    b.net.refuse(a.id);
    assert!(!a.unlinked(b.id).await, "it did not leave");
    b.until(|event| matches!(event, NetEvent::LinkDown { .. }).then_some(())).await;
    b.net.allow(a.id);
    meet(&mut a, &mut b).await;
}

/// Until a request for this lock is in the browser's queue.
async fn until_somebody_waits_for(name: &str) {
    let ask = js_sys::Function::new_with_args(
        "name",
        "return (async () => { while (!(await navigator.locks.query()).pending.some((it) => it.name === name)); })()",
    );
    let asked = ask.call1(&JsValue::NULL, &name.into()).expect("Chromium has Web Locks");
    JsFuture::from(js_sys::Promise::from(asked)).await.expect("it can be asked");
}

#[wasm_bindgen_test]
async fn a_freed_lock_tells_of_a_death() {
    let life = Browser.show_life("browser: life").expect("Chromium has Web Locks");
    let watching = Browser.watch_life("browser: life").expect("Chromium has Web Locks");
    let dying = async {
        until_somebody_waits_for("browser: life").await;
        drop(life);
    };
    assert!(futures::join!(watching, dying).0);
}

#[wasm_bindgen_test]
async fn who_never_held_a_lock_does_not_die() {
    assert!(!Browser.watch_life("browser: no life").expect("Chromium has Web Locks").await);
}

#[wasm_bindgen_test]
async fn a_lock_is_free_again_for_the_next_once_its_watchers_know() {
    let name = "browser: next life";
    let first = Browser.show_life(name);
    let watching = Browser.watch_life(name).expect("Chromium has Web Locks");
    let next = async {
        until_somebody_waits_for(name).await;
        drop(first);
        let _second = Browser.show_life(name);
        let mut again = Browser.watch_life(name).expect("Chromium has Web Locks");
        let waiting = std::pin::pin!(until_somebody_waits_for(name));
        let first = futures::future::select(waiting, &mut again).await;
        assert!(matches!(first, Either::Left(_)), "the second holds it");
    };
    assert!(futures::join!(watching, next).0);
}

/// The statuses of a node's relays, once each has failed.
async fn failed_relays(node: &mut Node) -> Vec<RendezvousStatus> {
    let net = node.net.clone();
    let failed = || {
        let relays: Vec<_> = net.rendezvous().into_iter().filter(|it| it.kind == "nostr").collect();
        relays.iter().all(|relay| relay.code.is_some()).then_some(relays)
    };
    match failed() {
        Some(relays) => relays,
        None => node.until(|event| if matches!(event, NetEvent::Rendezvous) { failed() } else { None }).await,
    }
}

#[wasm_bindgen_test]
async fn relays_that_nobody_runs_or_that_are_none_say_so() {
    // Nobody listens at port 9; the last one passes for an address until the browser reads it.
    let relays = ["ws://127.0.0.1:9/", "https://relay.example/", "ws://[nonsense/"].map(str::to_owned).to_vec();
    let mut a = start(NetConfig { relays, ..config(&room("browser: relays"), 1) });
    let relays = failed_relays(&mut a).await;
    let states: Vec<_> = relays.iter().map(|relay| (relay.state.as_str(), relay.code.unwrap_or_default())).collect();
    let bad = ("refused", "relay-bad-address");
    assert_eq!(states, [("backed-off", "relay-unreachable"), bad, bad]);
}

/// The verdicts of `paceline-room`'s vectors, in the build that the page runs.
#[wasm_bindgen_test]
fn signatures_get_the_same_verdicts_in_webassembly() {
    let vectors = include_str!("../../room/tests/vectors/signatures.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).expect("the vectors are JSON");
    let hex = |value: &serde_json::Value| -> Vec<u8> {
        let text = value.as_str().expect("a text");
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("digits")).collect()
    };
    let cases = vectors["signatures"].as_array().expect("a list");
    assert!(cases.len() > 60);
    for case in cases {
        let key = NodeId::from_bytes(hex(&case["key"]).try_into().expect("32 bytes"));
        let signature = hex(&case["signature"]).try_into().expect("64 bytes");
        let verdict = key.verify(&hex(&case["message"]), &signature);
        assert_eq!(Some(verdict), case["accept"].as_bool(), "{}", case["name"]);
    }
    for key in vectors["keys_not_canonical"].as_array().expect("a list") {
        assert!(NodeId::from_bytes(hex(key).try_into().expect("32 bytes")).verifier().is_none());
    }
}
