//! What relays mean by saying no, word by word, and what becomes of a clock that is wrong.

use super::*;
use crate::nostr::relay::limits::MAX_REFUSED_FOR;

const HOUR: Millis = 60 * MINUTE;
/// In milliseconds, as far as clocks may be apart.
const LATE: [i64; 4] = [120_000, 3_600_000, 86_400_000, 400 * 86_400_000];

#[test]
fn a_relay_that_refuses_is_left_alone_for_minutes() {
    for (why, code) in [
        ("blocked: you", "relay-blocked"),
        ("restricted: members", "relay-refuses"),
        ("auth-required: who", "relay-auth"),
        ("pow: 20 bits", "relay-work"),
        ("invalid: too many tags", "relay-invalid"),
        ("unsupported: this kind", "relay-invalid"),
    ] {
        let mut world = two_at(&[Manner::Refuses(why)]);
        world.send(0, None, b"hello");
        world.run_until(1_000);
        assert_eq!(world.state(0, 0), ("refused", Some(code)), "{why}");
        assert_eq!(world.nodes[0].pool.statuses()[0].said.as_deref(), Some(why));
        world.run_until(REFUSED_FOR * 3 / 4 - 1);
        assert!(!world.is_connected(0, 0));
        world.relays[0].manner = Manner::Good;
        world.run_until(REFUSED_FOR * 5 / 4 + 2_000);
        assert_eq!(world.state(0, 0), ("open", None));
        assert_eq!(world.nodes[0].pool.statuses()[0].said, None);
    }
}

#[test]
fn a_relay_that_wants_less_is_spared_and_still_heard() {
    for (why, code) in [
        ("rate-limited: slow down", "relay-limits"),
        ("error: database", "relay-fails"),
        ("something else", "relay-fails"),
        ("invalid: created_at too early", "relay-clock"),
    ] {
        let mut world = two_at(&[Manner::Refuses(why)]);
        world.send(0, None, b"hello");
        world.run_until(1_000);
        assert_eq!(world.state(0, 0), ("open", Some(code)), "{why}");
        world.relays[0].manner = Manner::Good;
        world.send(0, Some(&PEER), b"answer");
        world.send(1, None, b"from another");
        world.run_until(MUTE_FOR * 3 / 4);
        assert_eq!(world.relays[0].events[&0], 1, "nothing more is sent");
        assert_eq!(world.heard(0), [b"from another"]);
        world.send(0, None, b"hello again");
        world.run_until(MUTE_FOR * 5 / 4 + 1_000);
        assert_eq!(world.heard(1), [b"hello again"], "what was for one node has been given up meanwhile");
        assert_eq!(world.state(0, 0), ("open", None));
    }
}

#[test]
fn a_relay_that_asks_for_less_again_and_again_is_asked_ever_more_rarely_and_forgiven_in_time() {
    let mut world = two_at(&[Manner::Refuses("rate-limited: slow down")]);
    for _ in 0..60 {
        world.send(0, None, b"hello");
        world.run_until(world.now + MINUTE);
    }
    let asked = world.relays[0].events[&0];
    assert!((7..=13).contains(&asked), "{asked} in an hour");
    world.relays[0].manner = Manner::Good;
    world.run_until(world.now + 2 * REFUSED_FOR + REFUSED_FOR / 2);
    world.relays[0].manner = Manner::Refuses("rate-limited: slow down");
    world.send(0, None, b"hello");
    world.run_until(world.now + 1_000);
    assert_eq!(world.state(0, 0), ("open", Some("relay-limits")));
    world.run_until(world.now + MUTE_FOR * 5 / 4);
    assert_eq!(world.state(0, 0), ("open", None));
}

#[test]
fn what_is_no_refusal_is_none() {
    for why in ["duplicate: have it", "mute: no one was listening to your ephemeral event"] {
        let mut world = two_at(&[Manner::Refuses(why)]);
        world.send(0, None, b"hello");
        world.run_until(MINUTE);
        assert_eq!(world.state(0, 0), ("open", None), "{why}");
    }
}

#[test]
fn a_relay_that_refuses_again_and_again_is_asked_ever_more_rarely() {
    let mut world = World::new(&[Manner::Refuses("blocked: you")]);
    world.join(&room("a room"));
    for _ in 0..24 * 60 {
        world.send(0, None, b"hello");
        world.run_until(world.now + MINUTE);
    }
    let tried = &world.relays[0].tried;
    assert!((8..=16).contains(&tried.len()), "{} tries in a day", tried.len());
    let waits: Vec<Millis> = tried.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(waits.iter().all(|wait| *wait <= MAX_REFUSED_FOR * 5 / 4 + MINUTE), "{waits:?}");
    // What it takes at last is forgiven at once.
    world.relays[0].manner = Manner::Good;
    world.run_until(world.now + 4 * HOUR);
    world.send(0, None, b"hello again");
    world.run_until(world.now + 1_000);
    world.relays[0].manner = Manner::Refuses("blocked: you");
    world.send(0, None, b"and again");
    world.run_until(world.now + 1_000);
    let tries = world.relays[0].tried.len();
    world.run_until(world.now + REFUSED_FOR * 5 / 4);
    assert_eq!(world.relays[0].tried.len(), tries + 1);
}

/// Two at relays that judge by the time; the second one's clock is late, or ahead by less than nothing.
fn apart_by(late: i64) -> World {
    let mut world = two_at(&[Manner::Dates, Manner::Dates]);
    world.nodes[1].shift(late);
    world
}

#[test]
fn who_is_late_is_refused_until_the_host_says_what_time_it_is_and_then_heard_at_once() {
    for late in LATE {
        let mut world = apart_by(late);
        world.send(1, None, b"hello");
        world.run_until(1_000);
        let codes: Vec<_> = (0..2).map(|relay| world.state(1, relay)).collect();
        assert_eq!(codes, [("open", Some("relay-clock")); 2], "late by {late}");
        assert!(world.heard(0).is_empty());
        let learned = world.nodes[1].clock.host_said(late - 700, late + 300);
        assert!(learned);
        world.learn(1, learned);
        world.run_until(2_000);
        assert_eq!(world.heard(0), [b"hello"], "late by {late}");
        assert_eq!((world.state(1, 0), world.state(1, 1)), (("open", None), ("open", None)));
        world.send(0, None, b"welcome");
        world.run_until(3_000);
        assert_eq!(world.heard(1), [b"welcome"]);
    }
}

#[test]
fn a_refusal_that_comes_after_the_time_was_learned_holds_nothing_up() {
    for late in LATE {
        let mut world = apart_by(late);
        world.run_until(1_000);
        world.send(1, None, b"hello");
        world.send(1, Some(&PEER), b"to one");
        // The host answers while both are on their way, and the refusals come after that.
        let learned = world.nodes[1].clock.host_said(late - 700, late + 300);
        world.learn(1, learned);
        world.run_until(2_000);
        assert_eq!(world.heard(0), [b"hello".as_slice(), b"to one"], "late by {late}");
        assert_eq!((world.state(1, 0), world.state(1, 1)), (("open", None), ("open", None)));
        assert_eq!(world.time(1).wall, world.wall + world.now - 700, "nor is the new time doubted for it");
    }
}

#[test]
fn who_is_ahead_is_refused_and_heard_in_the_same_way() {
    let mut world = apart_by(-86_400_000);
    world.send(1, None, b"hello");
    world.run_until(1_000);
    assert_eq!(world.state(1, 0), ("open", Some("relay-clock")));
    let learned = world.nodes[1].clock.host_said(-86_400_700, -86_399_600);
    world.learn(1, learned);
    world.run_until(2_000);
    assert_eq!(world.heard(0), [b"hello"]);
}

#[test]
fn who_is_late_and_hears_nothing_of_a_host_learns_from_the_others() {
    let mut world = apart_by(120_000);
    world.run_until(1_000);
    world.send(0, None, b"hello");
    world.run_until(2_000);
    world.written_by(1, b"hello", PEER);
    world.send(1, None, b"hello, too");
    world.run_until(3_000);
    assert_eq!(world.heard(0), [b"hello, too"], "refused once, and said again by the other one's time");
    assert_eq!(world.state(1, 0), ("open", None));
}

#[test]
fn a_wrong_clock_costs_relays_next_to_nothing() {
    let mut world = apart_by(120_000);
    for _ in 0..60 {
        world.send(1, None, b"hello");
        world.run_until(world.now + MINUTE);
    }
    let sent = world.relays[0].texts.iter().filter(|text| text.starts_with("[\"EVENT")).count();
    assert!(sent <= 13, "{sent} in an hour");
    assert_eq!(world.relays[0].tried.len(), 2, "and the relay stays connected: what others say is heard");
}
