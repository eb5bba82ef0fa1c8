//! The pool among relays of all manners, in virtual time.

use paceline_room::{Keypair, NodeId};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    keys::DAY_MS,
    link::RoomLink,
    nostr::{
        event::{KIND, ThrowAway},
        relay::limits::{
            ANSWER_WITHIN, BACK_OFF, CONNECT_WITHIN, LINGER, MAX_BACK_OFF, MAX_DROPPED, MAX_LIES, MUTE_FOR, READ_BURST,
            REFUSED_FOR, SEND_BURST, SEND_EVERY, SUBSCRIBE_WITHIN, WAIT_AT_MOST,
        },
        simulation::{LATENCY, Manner, NOON, Says, World, random, room, url},
        subscriptions::MAX_ASKED,
        unconfirmed::MAX_SENT_AGAIN,
        wire,
    },
};

mod choosing;
mod confirming;
mod refusing;

const PEER: NodeId = NodeId::from_bytes([1; 32]);
const MINUTE: Millis = 60_000;

fn two_at(manners: &[Manner]) -> World {
    let mut world = World::new(manners);
    world.join(&room("a room"));
    world.join(&room("a room"));
    world
}

/// Two nodes at one good relay that have caught up.
fn two() -> World {
    let mut world = two_at(&[Manner::Good]);
    world.run_until(1_000);
    assert_eq!(world.state(0, 0), ("open", None));
    world
}

/// An event as a relay would pass it on, to a node's subscription.
fn event(world: &World, topic: &str, content: &str, created_at: u64) -> Value {
    let mut event = unasked(topic, content, created_at);
    event[1] = json!(world.subscription(0, 0));
    event
}

/// ... to none.
fn unasked(topic: &str, content: &str, created_at: u64) -> Value {
    let author = ThrowAway::from_secret(&[9; 32]).unwrap();
    json!(["EVENT", "", author.event(topic, content.to_owned(), created_at, &[0; 32]).unwrap()])
}

fn topic() -> String {
    crate::keys::hex(&RoomKeys::new(&room("a room")).topic(NOON / DAY_MS))
}

#[test]
fn what_is_said_before_a_relay_opens_goes_out_the_moment_it_does() {
    let mut world = two_at(&[Manner::Slow(2_000)]);
    world.send(1, None, b"hello");
    world.run_until(2 * (2_000 + LATENCY) - 1);
    assert!(world.relays[0].texts.is_empty());
    world.run_until(2 * (2_000 + LATENCY));
    assert_eq!(world.relays[0].events[&1], 1);
    world.run_until(3 * (2_000 + LATENCY));
    assert_eq!(world.heard(0), [b"hello"]);
}

#[test]
fn relays_that_fail_delay_no_other() {
    let mut world = two_at(&[
        Manner::Dead,
        Manner::Gone,
        Manner::Silent,
        Manner::Slow(20_000),
        Manner::Ends("error: no"),
        Manner::Good,
    ]);
    world.run_until(1_000);
    world.send(0, None, b"hello");
    world.run_until(1_000 + 2 * LATENCY);
    assert_eq!(world.heard(1), [b"hello"]);
}

#[test]
fn an_envelope_through_several_relays_comes_once_and_the_own_one_never() {
    let mut world = two_at(&[Manner::Good, Manner::Replays, Manner::Slow(300)]);
    world.run_until(1_000);
    world.send(0, None, b"one");
    world.run_until(2_000);
    world.send(0, None, b"two");
    world.run_until(10_000);
    assert_eq!(world.heard(1), [b"one", b"two"]);
    assert!(world.heard(0).is_empty());
    assert_eq!(world.spoken_on(0).len(), 3);
    let counts = |node: usize| -> Vec<(u64, u64)> {
        world.nodes[node].pool.statuses().iter().map(|status| (status.sent, status.received)).collect()
    };
    assert_eq!(counts(0), [(2, 0); 3]);
    assert_eq!(counts(1), [(0, 2), (0, 3), (0, 2)], "the second relay said one of them again");
}

#[test]
fn what_is_for_one_node_goes_where_it_was_heard() {
    let mut world = two_at(&[Manner::Good, Manner::Good, Manner::Good]);
    world.relays[1].manner = Manner::Refuses("error: not now");
    world.run_until(1_000);
    world.send(1, None, b"hello");
    world.run_until(2_000);
    world.written_by(0, b"hello", PEER);
    world.send(0, Some(&PEER), b"answer");
    world.run_until(3_000);
    assert_eq!(world.spoken_on(0), [0, 2].into());
}

#[test]
fn where_no_such_relay_serves_all_are_tried() {
    let mut world = two_at(&[Manner::Good, Manner::Good]);
    world.relays[1].manner = Manner::Refuses("error: not now");
    world.run_until(1_000);
    world.send(1, None, b"hello");
    world.run_until(2_000);
    world.written_by(0, b"hello", PEER);
    world.break_off(0);
    world.relays[0].manner = Manner::Gone;
    world.run_until(3_000);
    world.send(0, Some(&PEER), b"answer");
    world.run_until(4_000);
    assert_eq!(world.spoken_on(0), [1].into());
}

/// How long it was between tries.
fn waits(world: &World, relay: usize) -> Vec<Millis> {
    world.relays[relay].tried.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[test]
fn a_dead_relay_is_tried_less_and_less_often() {
    let mut world = World::new(&[Manner::Dead, Manner::Gone]);
    world.join(&room("a room"));
    world.run_until(CONNECT_WITHIN - 1);
    assert_eq!(world.state(0, 0), ("slow", None));
    assert_eq!(world.state(0, 1).1, Some("relay-unreachable"));
    world.run_until(60 * MINUTE);
    for (relay, each) in [(0, CONNECT_WITHIN), (1, LATENCY)] {
        let waits: Vec<Millis> = waits(&world, relay).into_iter().map(|wait| wait - each).collect();
        for (at, wait) in waits.iter().enumerate() {
            let about = (BACK_OFF << at.min(16)).min(MAX_BACK_OFF);
            assert!((about * 3 / 4..=about * 5 / 4).contains(wait), "the wait {at} of {waits:?}");
        }
        assert!((15..=24).contains(&waits.len()), "{} tries in an hour", waits.len());
    }
}

#[test]
fn a_relay_that_says_nothing_is_given_up() {
    let mut world = World::new(&[Manner::Silent]);
    world.join(&room("a room"));
    world.run_until(LATENCY + ANSWER_WITHIN);
    assert_eq!(world.state(0, 0), ("backed-off", Some("relay-silent")));
    assert!(!world.is_connected(0, 0));
}

#[test]
fn what_is_sent_at_the_last_moment_hides_no_deadline() {
    let deadlines = [
        (Manner::Silent, LATENCY + ANSWER_WITHIN, "relay-silent"),
        (Manner::Dead, CONNECT_WITHIN, "relay-unreachable"),
    ];
    for (manner, deadline, code) in deadlines {
        let mut world = World::new(&[manner]);
        world.join(&room("a room"));
        world.run_until(deadline - 1);
        world.now = deadline + 1;
        world.send(0, None, b"late");
        assert_eq!(world.next(), world.nodes[0].pool.wake_at());
        assert!(world.next() <= deadline);
        let time = world.time(0);
        world.nodes[0].pool.tick(time);
        assert_eq!(world.state(0, 0), ("backed-off", Some(code)));
    }
}

#[test]
fn a_relay_that_falls_silent_is_noticed_when_something_is_sent_and_reconnected() {
    let mut world = two();
    world.relays[0].manner = Manner::Silent;
    world.run_until(10 * MINUTE);
    assert!(world.is_connected(0, 0), "silence alone is nothing bad");
    world.send(0, None, b"hello");
    world.run_until(10 * MINUTE + ANSWER_WITHIN);
    assert_eq!(world.state(0, 0), ("backed-off", Some("relay-silent")));
    world.relays[0].manner = Manner::Good;
    world.run_until(11 * MINUTE);
    assert_eq!(world.state(0, 0), ("open", None));
    assert_eq!(world.heard(1), [b"hello"], "and it was greeted again");
}

#[test]
fn a_broken_connection_is_back_soon_and_greeted_once() {
    let mut world = two();
    world.send(0, None, b"hello");
    world.run_until(5 * MINUTE);
    world.break_off(0);
    world.run_until(5 * MINUTE + LATENCY + BACK_OFF * 5 / 4 + 4 * LATENCY);
    assert_eq!(world.state(0, 0), ("open", None));
    world.run_until(20 * MINUTE);
    assert_eq!(world.relays[0].events[&0], 2);
    assert_eq!(world.heard(1), [b"hello"]);
}

#[test]
fn a_relay_that_ends_subscriptions_is_backed_off() {
    let mut world = two_at(&[Manner::Ends("auth-required: who"), Manner::Ends("rate-limited: later")]);
    world.run_until(MUTE_FOR / 2);
    assert_eq!(world.state(0, 0), ("refused", Some("relay-auth")));
    assert_eq!(world.state(0, 1), ("refused", Some("relay-limits")));
    world.run_until(60 * MINUTE);
    assert!(world.relays[0].tried.len() <= 2 * 10, "{:?}", world.relays[0].tried);
    assert!(world.relays[1].tried.len() <= 2 * 12, "{:?}", world.relays[1].tried);
}

#[test]
fn a_notice_is_shown_only_with_a_trouble_and_one_about_rates_is_heeded() {
    let mut world = two();
    world.say(0, 0, r#"["NOTICE","welcome"]"#);
    world.run_until(2_000);
    assert_eq!((world.state(0, 0), world.nodes[0].pool.statuses()[0].said.clone()), (("open", None), None));
    world.say(0, 0, r#"["NOTICE","Rate limit exceeded"]"#);
    world.run_until(3_000);
    assert_eq!(world.state(0, 0), ("open", Some("relay-limits")));
    assert_eq!(world.nodes[0].pool.statuses()[0].said.as_deref(), Some("Rate limit exceeded"));
}

#[test]
fn a_lying_relay_is_left_alone() {
    let lies = [
        |_: &World| "not json".to_owned(),
        |world: &World| event(world, "another topic", "aGk=", NOON / 1000).to_string(),
        |world: &World| {
            let mut event = event(world, &topic(), "aGk=", NOON / 1000);
            event[1] = json!("another subscription");
            event.to_string()
        },
        |world: &World| {
            let mut event = event(world, &topic(), "aGk=", NOON / 1000);
            event[2]["kind"] = json!(KIND + 1);
            event.to_string()
        },
    ];
    for lie in lies {
        let mut world = two();
        for _ in 0..MAX_LIES {
            let lie = lie(&world);
            world.say(0, 0, &lie);
        }
        world.run_until(2_000);
        assert_eq!(world.state(0, 0), ("open", None));
        let last = lie(&world);
        world.say(0, 0, &last);
        world.run_until(3_000);
        assert_eq!(world.state(0, 0), ("backed-off", Some("relay-misbehaves")), "{last}");
        assert!(!world.is_connected(0, 0) && world.heard(0).is_empty());
    }
}

#[test]
fn what_anybody_could_make_a_relay_say_is_not_held_against_it() {
    let mut world = two();
    let long = "A".repeat(crate::envelope::MAX_ENVELOPE / 3 * 4 + 400);
    for content in ["", "not base64!", "aGk", &long] {
        for _ in 0..2 * MAX_LIES {
            let text = event(&world, &topic(), content, NOON / 1000).to_string();
            world.say(0, 0, &text);
        }
    }
    for _ in 0..2 * MAX_LIES {
        let text = event(&world, &topic(), &"A".repeat(2 * wire::MAX_FRAME), NOON / 1000).to_string();
        world.say(0, 0, &text);
        world.say(0, 0, r#"["AUTH","challenge"]"#);
        world.say(0, 0, r#"["COUNT","x",{}]"#);
    }
    world.run_until(2_000);
    assert_eq!(world.state(0, 0), ("open", None));
    assert!(world.heard(0).iter().all(|envelope| envelope.is_empty()));
}

#[test]
fn what_was_stored_before_is_not_taken_for_new() {
    let mut world = World::new(&[Manner::Good]);
    world.join(&room("a room"));
    world.run_until(2 * LATENCY);
    assert_eq!(world.state(0, 0).0, "connecting", "it has not caught up");
    for (content, written) in [("aGk=", NOON / 1000 - 60), ("aG8=", NOON / 1000)] {
        let (text, time) = (event(&world, &topic(), content, written).to_string(), world.time(0));
        world.nodes[0].pool.read(0, &text, time);
    }
    world.run_until(1_000);
    assert_eq!(world.heard(0).len(), 1);
    // After that the time that an event claims means nothing: clocks differ.
    let skewed = event(&world, &topic(), "aGg=", NOON / 1000 - 3_600).to_string();
    world.say(0, 0, &skewed);
    world.run_until(2_000);
    assert_eq!(world.heard(0).len(), 2);
}

#[test]
fn a_flood_is_dropped_unread_and_ends() {
    let mut world = two();
    for n in 0..=READ_BURST + MAX_DROPPED {
        let text = event(&world, &topic(), &wire::to_content(&n.to_be_bytes()), NOON / 1000).to_string();
        world.say(0, 0, &text);
    }
    world.run_until(2_000);
    assert_eq!(world.heard(0).len(), READ_BURST as usize);
    assert_eq!(world.state(0, 0), ("backed-off", Some("relay-misbehaves")));
}

#[test]
fn what_is_sent_is_limited_at_each_relay_and_what_waits_is_given_up() {
    let mut world = two();
    for n in 0..100_u8 {
        world.send(0, Some(&PEER), &[n]);
    }
    world.run_until(1_000 + LATENCY);
    assert_eq!(world.relays[0].events[&0], u64::from(SEND_BURST));
    world.run_until(10 * MINUTE);
    let later = WAIT_AT_MOST / SEND_EVERY;
    let sent = world.relays[0].events[&0] - u64::from(SEND_BURST);
    assert!((later - 1..=later).contains(&sent), "{sent}");
}

#[test]
fn at_rest_it_listens_to_nobody_and_lets_go_of_its_sockets_after_a_while() {
    let mut world = two_at(&[Manner::Good, Manner::Dead]);
    world.run_until(1_000);
    let time = world.time(0);
    world.nodes[0].pool.rest(true, time);
    world.run_until(2_000);
    assert_eq!((world.state(0, 0).0, world.state(0, 1).0), ("resting", "resting"));
    world.send(1, None, b"hello");
    world.send(0, Some(&PEER), b"last word");
    world.run_until(1_000 + LINGER - 1);
    assert!(world.is_connected(0, 0) && !world.is_connected(0, 1));
    world.run_until(1_000 + LINGER);
    assert!(!world.is_connected(0, 0));
    assert_eq!(world.relays[0].events[&0], 1);
    world.send(0, Some(&PEER), b"nobody sends this");
    world.run_until(10 * MINUTE);
    assert!(world.heard(0).is_empty() && !world.is_connected(0, 0));
    assert_eq!(world.relays[0].events[&0], 1);

    let time = world.time(0);
    world.nodes[0].pool.rest(false, time);
    world.run_until(11 * MINUTE);
    world.send(1, None, b"hello again");
    world.run_until(12 * MINUTE);
    assert_eq!(world.heard(0), [b"hello again"]);
}

#[test]
fn who_wakes_soon_keeps_its_socket() {
    let mut world = two();
    let time = world.time(0);
    world.nodes[0].pool.rest(true, time);
    world.run_until(2_000);
    let time = world.time(0);
    world.nodes[0].pool.rest(false, time);
    world.send(1, None, b"hello");
    world.run_until(3_000);
    assert_eq!(world.heard(0), [b"hello"]);
    assert_eq!(world.relays[0].tried.len(), 2, "one for each node");
}

#[test]
fn everything_is_tried_at_once_when_asked_to() {
    let mut world = World::new(&[Manner::Gone, Manner::Refuses("blocked: you")]);
    world.join(&room("a room"));
    world.send(0, None, b"hello");
    world.run_until(5 * MINUTE);
    assert!(!world.is_connected(0, 0) && !world.is_connected(0, 1));
    world.relays.iter_mut().for_each(|relay| relay.manner = Manner::Good);
    let time = world.time(0);
    world.nodes[0].pool.retry(time);
    world.run_until(5 * MINUTE + 1_000);
    assert_eq!((world.state(0, 0), world.state(0, 1)), (("open", None), ("open", None)));
}

#[test]
fn addresses_that_are_none_are_named_and_never_tried() {
    let bad = [
        "",
        "https://x.example/",
        "wss://",
        "ws:///",
        "wss://:7",
        "wss://a b/",
        "wss://me@x/",
        "relay.example",
        "wss://x/#y",
    ];
    let good = ["wss://x.example", "ws://127.0.0.1:7447/relay", "wss://[::1]:7/"];
    let statuses = |urls: &[&str]| {
        let urls: Vec<String> = urls.iter().map(|url| (*url).to_owned()).collect();
        let mut pool =
            Pool::new("nostr", (&urls, &[]), RoomKeys::new(&room("a room")), random, Time { now: 0, wall: NOON });
        let tried = pool.outputs().into_iter().filter(|output| matches!(output, Output::Connect(_))).count();
        (tried, pool.statuses())
    };
    for urls in bad.chunks(MAX_OWN_RELAYS) {
        let (tried, statuses) = statuses(urls);
        assert_eq!(tried, 0);
        assert!(
            statuses.iter().all(|it| (it.state.as_str(), it.code) == ("refused", Some("relay-bad-address"))),
            "{statuses:?}"
        );
    }
    let (tried, statuses) = statuses(&good);
    assert_eq!(tried, good.len());
    assert!(statuses.iter().all(|status| status.code.is_none()), "{statuses:?}");
}

#[test]
fn relays_are_few_and_each_counts_once() {
    let mut urls: Vec<String> = (0..20).map(url).collect();
    urls.insert(1, url(0));
    let pool = Pool::new("nostr", (&urls, &[]), RoomKeys::new(&room("a room")), random, Time { now: 0, wall: NOON });
    let used: Vec<String> = pool.statuses().into_iter().filter_map(|status| status.url).collect();
    assert_eq!(used, (0..MAX_OWN_RELAYS).map(url).collect::<Vec<_>>());
}

#[test]
fn nodes_hear_each_other_across_midnight_though_one_clock_is_an_hour_late() {
    let mut world = World::new(&[Manner::Good]);
    world.wall = 20_001 * DAY_MS - 5 * 60 * MINUTE;
    world.join(&room("a room"));
    world.join_late(&room("a room"), 60 * MINUTE);
    for hour in 1..=12_u8 {
        let now = u64::from(hour) * 60 * MINUTE;
        world.run_until(now);
        world.send(0, None, &[0, hour]);
        world.send(1, None, &[1, hour]);
        world.run_until(now + 1_000);
        assert_eq!((world.heard(0).len(), world.heard(1).len()), (hour.into(), hour.into()), "hour {hour}");
    }
    assert_eq!(world.state(0, 0), ("open", None));
}

#[test]
fn whoever_slept_through_midnight_speaks_under_the_new_topic() {
    let mut world = two();
    world.wall += DAY_MS;
    world.send(0, None, b"good morning");
    world.run_until(2_000);
    let tomorrow = crate::keys::hex(&RoomKeys::new(&room("a room")).topic(NOON / DAY_MS + 1));
    let texts = &world.relays[0].texts;
    let said = texts.iter().find(|text| text.starts_with("[\"EVENT")).unwrap();
    assert!(said.contains(&tomorrow) && !said.contains(&topic()));
    let own = texts.iter().filter(|text| text.starts_with("[\"REQ") && text.contains(&tomorrow)).count();
    assert_eq!(own, 1, "and listens to it");
}

#[test]
fn what_a_relay_said_is_told_with_the_trouble_it_is_about() {
    let mut world = two();
    world.relays[0].manner = Manner::Silent;
    world.say(0, 0, r#"["NOTICE","ERROR: too many subscriptions"]"#);
    world.run_until(2_000);
    world.send(0, None, b"hello");
    world.run_until(2_000 + ANSWER_WITHIN);
    let status = world.nodes[0].pool.statuses().remove(0);
    assert_eq!((status.code, status.said.as_deref()), (Some("relay-silent"), Some("ERROR: too many subscriptions")));
    world.relays[0].manner = Manner::Gone;
    world.run_until(MINUTE);
    let status = world.nodes[0].pool.statuses().remove(0);
    assert_eq!((status.code, status.said), (Some("relay-unreachable"), None));
}

/// All words (topics, keys, names, contents) that a relay saw.
fn words(texts: &[String]) -> std::collections::BTreeSet<String> {
    fn collect(value: &Value, words: &mut std::collections::BTreeSet<String>) {
        match value {
            Value::String(word) => {
                words.insert(word.clone());
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
            Value::Object(fields) => fields.values().for_each(|item| collect(item, words)),
            _ => {}
        }
    }
    let mut all = std::collections::BTreeSet::new();
    texts.iter().for_each(|text| collect(&serde_json::from_str(text).unwrap(), &mut all));
    all
}

#[test]
fn nothing_that_is_sent_links_two_rooms_two_tabs_or_two_days() {
    let saw = |link: &RoomLink, day: u64| {
        let mut world = World::new(&[Manner::Good]);
        world.wall = day * DAY_MS + DAY_MS / 2;
        world.join(link);
        world.send(0, None, format!("an envelope is random, {day} {}", link.room).as_bytes());
        world.run_until(MINUTE);
        assert_eq!(world.relays[0].texts.len(), 2);
        world.relays.remove(0).texts
    };
    let (one, other) = (room("a room"), room("another room"));
    let protocol: std::collections::BTreeSet<String> = ["REQ", "EVENT", "x"].map(str::to_owned).into();
    let common = |a: &[String], b: &[String]| {
        words(a).intersection(&words(b)).cloned().collect::<std::collections::BTreeSet<_>>()
    };
    let today = saw(&one, 20_000);
    assert_eq!(common(&today, &saw(&other, 20_000)), protocol, "two rooms");
    assert_eq!(common(&today, &saw(&one, 20_001)), protocol, "two days");
    let mut second_tab = common(&today, &saw(&one, 20_000));
    // What both tabs sent is the same envelope, here.
    second_tab.retain(|word| wire::from_content(word).is_none_or(|it| !it.starts_with(b"an envelope")));
    assert!(second_tab.remove(&topic()));
    assert_eq!(second_tab, protocol, "two tabs");
}

#[test]
fn a_relay_sees_neither_the_room_nor_the_secret() {
    let link = RoomLink { secret: *b"a secret of thirty-two bytes....", ..room("a room") };
    let mut world = World::new(&[Manner::Good]);
    world.join(&link);
    world.send(0, None, b"sealed");
    world.run_until(MINUTE);
    let all = world.relays[0].texts.concat();
    let node = Keypair::from_secret([1; 32]).node().to_string();
    for word in
        [crate::keys::hex(link.room.digest()), crate::keys::hex(&link.secret), link.room.to_string(), link.code(), node]
    {
        assert!(!all.contains(&word), "{word}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever relays say and whenever connections come and go: no panic, no busy loop (the simulation checks), and a bounded
    /// number of messages.
    #[test]
    fn any_relay_is_survived(
        says in proptest::collection::vec(
            (0_usize..3, 0_u64..20_000, prop_oneof![
                any::<String>(),
                r#"\["(OK|CLOSED|EOSE|NOTICE|AUTH)","[a-f0-9]{0,16}",(true|false),"(rate-limited|blocked|error|x):y"\]"#,
                r#"\["(CLOSED|NOTICE|EOSE)","[a-f0-9]{0,16}"\]"#,
            ]), 0..60),
        breaks in proptest::collection::vec(0_usize..3, 0..10),
    ) {
        let mut world = two_at(&[Manner::Good, Manner::DropsHalf, Manner::Silent]);
        world.send(0, None, b"hello");
        let mut breaks = breaks.into_iter();
        for (relay, wait, text) in says {
            world.run_until(world.now + wait);
            if world.is_connected(0, relay) {
                world.say(relay, 0, &text);
            }
            if wait % 7 == 0 && let Some(relay) = breaks.next() {
                world.break_off(relay);
            }
        }
        world.run_until(world.now + 10 * MINUTE);
        prop_assert!(world.relays.iter().all(|relay| relay.events.get(&0).copied().unwrap_or(0) < 100));
    }
}
