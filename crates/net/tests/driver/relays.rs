//! Whole nodes with a relay: what the driver makes of it. How relays are treated is tested beside the pool.

use std::{future::poll_fn, task::Poll};

use paceline_net::{NetConfig, NetEvent, RendezvousState, RendezvousStatus};

use crate::{
    common::{Node, config, exchange, meet, room},
    machine::run,
};

const RELAY: &str = "wss://relay.example/";

fn at_relay(name: &str, n: u8) -> NetConfig {
    NetConfig { relays: vec![RELAY.to_owned()], ..config(&room(name), n) }
}

fn relay_of(node: &Node) -> RendezvousStatus {
    let all = node.net.rendezvous();
    all.into_iter().find(|it| it.kind == "nostr").expect("the relay has a status")
}

/// Lets everybody else go on for a turn.
async fn turn() {
    let mut first = true;
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

/// Waits until the relay stands so.
async fn stands(node: &mut Node, state: &str) {
    let net = node.net.clone();
    let stands = || net.rendezvous().iter().any(|it| it.kind == "nostr" && it.state.as_str() == state);
    if !stands() {
        node.until(|event| (matches!(event, NetEvent::Rendezvous) && stands()).then_some(())).await;
    }
}

#[test]
fn tabs_of_one_browser_do_not_greet_each_other_through_the_relay() {
    run(async |machine| {
        let (mut a, mut b) = (machine.start(at_relay("near", 1)), machine.start(at_relay("near", 2)));
        let (one, two) = meet(&mut a, &mut b).await;
        assert_eq!((one.1.as_str(), two.1.as_str()), ("broadcast-channel", "broadcast-channel"));
        futures::join!(stands(&mut a, "open"), stands(&mut b, "open"));
        exchange(&mut a, &mut b).await;
        assert_eq!(machine.relay.events(), 2, "one hello each, and nothing for one of them");
        assert!(a.counts().is_empty() && b.counts().is_empty(), "what came both ways is no replay");
    });
}

#[test]
fn that_no_relay_works_is_said_to_who_is_alone() {
    run(async |machine| {
        machine.relay.set_down(true);
        let mut a = machine.start(at_relay("down", 1));
        let code = a.until(|event| if let NetEvent::Failed { code, .. } = event { Some(*code) } else { None }).await;
        assert_eq!(code, "no-relay");
        assert_eq!((relay_of(&a).state.as_str(), relay_of(&a).code), ("backed-off", Some("relay-unreachable")));
        machine.relay.set_down(false);
        a.net.online();
        stands(&mut a, "open").await;
    });
}

#[test]
fn who_is_linked_hears_nothing_of_relays_that_fail() {
    run(async |machine| {
        let (mut a, mut b) = (machine.start(at_relay("linked", 1)), machine.start(at_relay("linked", 2)));
        meet(&mut a, &mut b).await;
        stands(&mut a, "open").await;
        machine.relay.set_down(true);
        let net = a.net.clone();
        let failing = || net.rendezvous().iter().any(|it| it.kind == "nostr" && it.state == RendezvousState::BackedOff);
        a.until(|event| match event {
            NetEvent::Failed { code, .. } => panic!("{code}"),
            NetEvent::Rendezvous => failing().then_some(()),
            _ => None,
        })
        .await;
        exchange(&mut a, &mut b).await;
    });
}

#[test]
fn who_goes_offline_lets_go_of_the_relay_and_comes_back() {
    run(async |machine| {
        let mut a = machine.start(at_relay("offline", 1));
        stands(&mut a, "open").await;
        assert_eq!((machine.relay.sockets(), machine.relay.events()), (1, 1));
        a.net.goodbye();
        assert_eq!((machine.relay.sockets(), machine.relay.events()), (0, 2), "it said bye");
        a.net.online();
        stands(&mut a, "open").await;
        assert_eq!((machine.relay.sockets(), machine.relay.events()), (1, 3));
    });
}

#[test]
fn who_is_told_without_end_that_the_network_changed_hears_others_all_the_same() {
    run(async |machine| {
        let mut a = machine.start(at_relay("restless", 1));
        let net = a.net.clone();
        let heard = || net.rendezvous().iter().any(|it| it.kind == "nostr" && it.received > 0);
        let mut b = machine.elsewhere().start(at_relay("restless", 2));
        stands(&mut b, "open").await;
        while !heard() {
            a.net.network_changed();
            b.net.network_changed();
            turn().await;
        }
        stands(&mut a, "open").await;
    });
}

#[test]
fn at_rest_the_relay_is_not_listened_to() {
    run(async |machine| {
        let mut a = machine.start(at_relay("rest", 1));
        stands(&mut a, "open").await;
        a.net.rest(true);
        stands(&mut a, "resting").await;
        let received = relay_of(&a).received;
        let mut b = machine.elsewhere().start(at_relay("rest", 2));
        stands(&mut b, "open").await;
        assert_eq!(relay_of(&a).received, received);
        a.net.rest(false);
        stands(&mut a, "open").await;
        assert_eq!(machine.relay.sockets(), 2);
    });
}
