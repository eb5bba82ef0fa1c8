//! Whole nodes without a browser: the same driver, swarm, proof and data path as in a tab, over channels in memory.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs)]

#[path = "../common/mod.rs"]
mod common;
mod machine;
mod relay;
mod relays;

use std::task::{Context, Poll};

use common::{Node, config, exchange, key, meet, room};
use futures::task::noop_waker;
use machine::run;
use paceline_mesh::Lane;
use paceline_net::{MAX_MESSAGE, NetEvent, OutOfBandError, Path, RoomLink};

#[test]
fn two_nodes_meet_and_exchange_messages_on_both_lanes() {
    run(async |machine| {
        let room = room("meet");
        let (mut a, mut b) = (machine.start(config(&room, 1)), machine.start(config(&room, 2)));
        let (one, two) = meet(&mut a, &mut b).await;
        assert_eq!(one, (Path::Broadcast, "broadcast-channel".to_owned()));
        assert_eq!(two, one);
        exchange(&mut a, &mut b).await;
        let peers = a.net.peers();
        assert_eq!(peers.iter().map(|peer| (peer.node, peer.path)).collect::<Vec<_>>(), [(b.id, Path::Broadcast)]);
    });
}

#[test]
fn eight_nodes_make_a_full_mesh() {
    run(async |machine| {
        let room = room("mesh");
        let mut nodes: Vec<Node> = (1..=8).map(|n| machine.start(config(&room, n))).collect();
        for node in &mut nodes {
            let mut others = 0;
            node.until(|event| {
                others += usize::from(matches!(event, NetEvent::LinkUp { .. }));
                (others == 7).then_some(())
            })
            .await;
        }
        assert!(nodes.iter().all(|node| node.net.peers().len() == 7));
    });
}

#[test]
fn large_messages_arrive_whole_beside_small_ones() {
    run(async |machine| {
        let room = room("large");
        let (mut a, mut b) = (machine.start(config(&room, 1)), machine.start(config(&room, 2)));
        meet(&mut a, &mut b).await;
        let large = vec![9; MAX_MESSAGE];
        for _ in 0..5 {
            a.net.send(b.id, Lane::Bulk, large.clone());
        }
        a.say(&b, Lane::Live, "quick");
        let mut arrived = Vec::new();
        while arrived.len() < 6 {
            let (_, lane, bytes) = b.message().await;
            assert!(bytes == b"quick" || bytes == large);
            arrived.push(lane);
        }
        assert_ne!(arrived.last(), Some(&Lane::Live), "it did not wait behind the bulk");
    });
}

#[test]
fn a_lane_that_overflows_ends_the_link_and_another_comes() {
    run(async |machine| {
        let room = room("overflow");
        let (mut a, mut b) = (machine.start(config(&room, 1)), machine.start(config(&room, 2)));
        meet(&mut a, &mut b).await;
        for _ in 0..9 {
            a.net.send(b.id, Lane::Bulk, vec![0; MAX_MESSAGE]);
        }
        assert!(!a.unlinked(b.id).await, "it did not leave");
        assert!(!b.unlinked(a.id).await, "nor did this one");
        meet(&mut a, &mut b).await;
        exchange(&mut a, &mut b).await;
    });
}

#[test]
fn another_secret_gets_nothing() {
    run(async |machine| {
        let room = room("secret");
        let other = RoomLink { secret: [8; 32], ..room.clone() };
        let (mut a, mut b) = (machine.start(config(&room, 1)), machine.start(config(&room, 2)));
        let stranger = machine.start(config(&other, 3));
        meet(&mut a, &mut b).await;
        exchange(&mut a, &mut b).await;
        assert_eq!(stranger.net.peers().len(), 0);
        assert!(stranger.net.rendezvous().iter().all(|rendezvous| rendezvous.received == 0));
        assert!(a.counts().is_empty() && b.counts().is_empty());
    });
}

#[test]
fn a_goodbye_is_told_from_a_silence() {
    run(async |machine| {
        let room = room("goodbye");
        let (mut a, mut b) = (machine.start(config(&room, 1)), machine.start(config(&room, 2)));
        meet(&mut a, &mut b).await;
        a.net.goodbye();
        assert!(b.unlinked(a.id).await);
        assert_eq!(a.net.peers(), []);
    });
}

#[test]
fn a_dropped_node_leaves() {
    run(async |machine| {
        let room = room("drop");
        let (mut a, mut b) = (machine.start(config(&room, 1)), machine.start(config(&room, 2)));
        meet(&mut a, &mut b).await;
        let gone = a.id;
        drop(a);
        assert!(b.unlinked(gone).await);
    });
}

#[test]
fn a_death_that_the_browser_reports_ends_the_link() {
    run(async |machine| {
        let room = room("death");
        let (mut a, mut b) = (machine.start(config(&room, 1)), machine.start(config(&room, 2)));
        meet(&mut a, &mut b).await;
        exchange(&mut a, &mut b).await;
        let watched = machine.watchers.borrow().keys().any(|name| name.ends_with(&b.id.to_string()));
        assert!(watched);
        for (name, watchers) in std::mem::take(&mut *machine.watchers.borrow_mut()) {
            if name.ends_with(&b.id.to_string()) {
                watchers.into_iter().for_each(|died| died.send(()).unwrap());
            }
        }
        assert!(a.unlinked(b.id).await);
    });
}

#[test]
fn offline_is_silent_and_online_comes_back() {
    run(async |machine| {
        let room = room("offline");
        let (mut a, mut b) = (machine.start(config(&room, 1)), machine.start(config(&room, 2)));
        meet(&mut a, &mut b).await;
        a.net.offline();
        assert!(!a.unlinked(b.id).await, "the others did not leave");
        assert!(b.unlinked(a.id).await);
        assert!(!a.net.is_online() && a.net.rendezvous().is_empty());
        assert_eq!(a.net.out_of_band_invite().await, Err(OutOfBandError::Offline));
        a.net.online();
        meet(&mut a, &mut b).await;
        exchange(&mut a, &mut b).await;
        assert!(a.counts().is_empty() && b.counts().is_empty());
    });
}

#[test]
fn a_refused_node_is_not_linked_until_it_is_allowed() {
    run(async |machine| {
        let room = room("refuse");
        let (mut a, mut b) = (machine.start(config(&room, 1)), machine.start(config(&room, 2)));
        meet(&mut a, &mut b).await;
        b.net.refuse(a.id);
        assert!(!a.unlinked(b.id).await, "it did not leave");
        assert!(!b.unlinked(a.id).await);
        let mut c = machine.start(config(&room, 3));
        meet(&mut a, &mut c).await;
        assert_eq!(a.net.peers().len(), 1);
        b.net.allow(a.id);
        meet(&mut a, &mut b).await;
    });
}

#[test]
fn a_node_that_comes_back_after_a_crash_replaces_its_former_self() {
    run(async |machine| {
        let room = room("again");
        let crashing = machine.beside();
        let (mut a, mut b) = (machine.start(config(&room, 1)), crashing.start(config(&room, 2)));
        meet(&mut a, &mut b).await;
        crashing.frozen.set(true);
        let mut again = machine.start(config(&room, 2));
        assert!(a.unlinked(b.id).await, "its former self is gone");
        meet(&mut a, &mut again).await;
        exchange(&mut a, &mut again).await;
        assert_eq!(a.net.peers().len(), 1);
        std::mem::forget(b);
    });
}

#[test]
fn replayed_envelopes_are_counted_and_nothing_else_happens() {
    run(async |machine| {
        let room = room("replay");
        let mut tape = machine.channel(&room);
        let (mut a, mut b) = (machine.start(config(&room, 1)), machine.start(config(&room, 2)));
        meet(&mut a, &mut b).await;
        let mut recorded = Vec::new();
        let waker = noop_waker();
        while let Poll::Ready(envelope) = tape.poll_next(&mut Context::from_waker(&waker)) {
            recorded.push(envelope);
        }
        assert!(!recorded.is_empty());
        recorded.iter().for_each(|envelope| tape.post(envelope));
        assert_eq!(a.refused().await, "replayed-envelope");
        assert_eq!(b.refused().await, "replayed-envelope");
        exchange(&mut a, &mut b).await;
        assert_eq!(a.counts().keys().collect::<Vec<_>>(), [&"replayed-envelope"]);
        assert_eq!(b.counts().keys().collect::<Vec<_>>(), [&"replayed-envelope"]);
    });
}

#[test]
fn each_kind_of_bad_envelope_raises_its_own_counter() {
    run(async |machine| {
        let room = room("bad");
        let mut rude = machine.channel(&room);
        let mut recorder = machine.channel(&room);
        let mut a = machine.start(config(&room, 1));
        let waker = noop_waker();
        let Poll::Ready(hello) = recorder.poll_next(&mut Context::from_waker(&waker)) else {
            panic!("a node says hello at once");
        };
        let mut forged = hello.clone();
        *forged.last_mut().unwrap() ^= 1;
        let mut foreign = hello.clone();
        foreign[30] ^= 1;
        for (envelope, code) in [
            (vec![], "malformed-envelope"),
            (vec![1; 20_000], "envelope-too-large"),
            (foreign, "foreign-envelope"),
            (forged, "forged-envelope"),
            (hello, "replayed-envelope"),
        ] {
            rude.post(&envelope);
            assert_eq!(a.refused().await, code);
        }
        assert!(a.counts().values().all(|count| *count == 1));
    });
}

#[test]
fn nodes_find_each_other_again_after_a_disconnect() {
    run(async |machine| {
        let room = room("disconnect");
        let (mut a, mut b) = (machine.start(config(&room, 1)), machine.start(config(&room, 2)));
        meet(&mut a, &mut b).await;
        a.net.disconnect(b.id);
        assert!(!a.unlinked(b.id).await);
        assert!(!b.unlinked(a.id).await);
        meet(&mut a, &mut b).await;
    });
}

#[test]
fn what_is_sent_without_a_link_goes_nowhere() {
    run(async |machine| {
        let a = machine.start(config(&room("nobody"), 1));
        a.net.send(key(2).node(), Lane::Live, b"hello".to_vec());
        assert!(a.net.peers().is_empty());
    });
}

#[test]
fn codes_by_hand_need_webrtc() {
    run(async |machine| {
        let a = machine.start(config(&room("hand"), 1));
        assert_eq!(a.net.out_of_band_invite().await, Err(OutOfBandError::Unavailable));
        assert_eq!(a.net.out_of_band_reply("hello").await, Err(OutOfBandError::NotACode));
        assert_eq!(a.net.out_of_band_accept(&room("hand").code()).await, Err(OutOfBandError::RoomLink));
    });
}
