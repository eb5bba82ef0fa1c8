//! The relay over real sockets.

use futures::SinkExt;
use paceline_host::relay::limits::MESSAGE_BYTES;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, Host, folder, signed};

#[tokio::test(flavor = "multi_thread")]
async fn what_one_publishes_another_hears_and_nobody_hears_it_later() {
    let host = Host::start(folder().path(), "").await;
    let [mut ada, mut ben] = [Client::at(host.address).await, Client::at(host.address).await];
    assert_eq!(ben.asks(&json!(["REQ", "s", {"#x": ["topic"]}])).await, json!(["EOSE", "s"]));
    let event = signed("topic", "sealed");
    assert_eq!(ada.asks(&json!(["EVENT", event])).await, json!(["OK", event.id, true, ""]));
    assert_eq!(ben.answer().await.unwrap(), json!(["EVENT", "s", event]));
    let mut late = Client::at(host.address).await;
    assert_eq!(late.asks(&json!(["REQ", "s", {"#x": ["topic"]}])).await, json!(["EOSE", "s"]));
    // The next thing that comes is the new event: nothing was kept.
    let next = signed("topic", "next");
    assert_eq!(ada.asks(&json!(["EVENT", next])).await, json!(["OK", next.id, true, ""]));
    assert_eq!(late.answer().await.unwrap(), json!(["EVENT", "s", next]));
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_event_goes_nowhere() {
    let host = Host::start(folder().path(), "").await;
    let [mut ada, mut ben] = [Client::at(host.address).await, Client::at(host.address).await];
    ben.asks(&json!(["REQ", "s", {"#x": ["topic"]}])).await;
    let mut forged = signed("topic", "sealed");
    forged.sig = signed("topic", "other").sig;
    assert_eq!(ada.asks(&json!(["EVENT", forged])).await[2], false);
    let honest = signed("topic", "honest");
    ada.asks(&json!(["EVENT", honest])).await;
    assert_eq!(ben.answer().await.unwrap(), json!(["EVENT", "s", honest]));
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_breaks_the_rules_is_told_how() {
    let host = Host::start(folder().path(), "").await;
    let mut large = Client::at(host.address).await;
    large.socket.send(Message::text("x".repeat(MESSAGE_BYTES + 1))).await.unwrap();
    assert_eq!(large.end().await, Some(1009));
    let mut binary = Client::at(host.address).await;
    binary.socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(binary.end().await, Some(1003));
    let mut odd = Client::at(host.address).await;
    assert_eq!(odd.asks(&json!("no array")).await[0], "NOTICE");
    assert!(odd.round("topic").await.is_some(), "one mistake is forgiven");
    for _ in 0..1_000 {
        // It is closed before all are sent.
        if odd.say(&json!("no array")).await.is_err() {
            break;
        }
    }
    assert_eq!(odd.end().await, Some(1008));
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_closes_every_connection_with_a_frame() {
    let host = Host::start(folder().path(), "").await;
    let [mut ada, mut ben] = [Client::at(host.address).await, Client::at(host.address).await];
    assert!(ada.round("topic").await.is_some());
    let (ada, ben, ()) = futures::join!(ada.end(), ben.end(), host.stop());
    assert_eq!((ada, ben), (Some(1001), Some(1001)));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_its_share_of_connections_and_no_more() {
    let host = Host::start(folder().path(), "--connections 5 --connections-per-address 3").await;
    let mut inside = Vec::new();
    for _ in 0..3 {
        inside.push(Client::at(host.address).await);
    }
    assert!(Client::from([127, 0, 0, 1], host.address).await.is_err());
    let mut other = Client::from([127, 0, 0, 2], host.address).await.unwrap();
    assert!(other.round("topic").await.is_some());
    inside.pop();
    // The host hears of the end when it hears of it; then there is room again.
    while Client::from([127, 0, 0, 1], host.address).await.is_err() {
        tokio::task::yield_now().await;
    }
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_clients_are_told_apart_by_what_it_says_and_without_one_nothing_is_believed() {
    let from = async |host: &Host, client: &'static str| {
        let mut clients = Vec::new();
        for _ in 0..4 {
            clients.extend(Client::with([127, 0, 0, 1], host.address, &[("x-forwarded-for", client)]).await.ok());
        }
        clients
    };
    let host = Host::start(folder().path(), "--behind-proxy --connections-per-address 2").await;
    let (mut one, mut two) = (from(&host, "192.0.2.1").await, from(&host, "spoofed, 192.0.2.2").await);
    assert_eq!((one.len(), two.len()), (2, 2));
    assert!(one[0].round("topic").await.is_some() && two[1].round("topic").await.is_some());
    drop((one, two));
    host.stop().await;

    let host = Host::start(folder().path(), "--connections-per-address 2").await;
    let (one, two) = (from(&host, "192.0.2.1").await, from(&host, "192.0.2.2").await);
    assert_eq!((one.len(), two.len()), (2, 0), "all of one address");
    drop((one, two));
    host.stop().await;
}
