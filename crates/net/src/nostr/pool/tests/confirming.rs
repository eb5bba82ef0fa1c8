//! What a relay does not confirm is asked for, and sent, again.

use super::*;

/// The limits of all subscriptions that a relay was asked for, in order.
fn limits(world: &World) -> Vec<u64> {
    let messages = world.relays[0].texts.iter().map(|text| serde_json::from_str::<Value>(text).unwrap());
    messages.filter(|message| message[0] == "REQ").filter_map(|message| message[2]["limit"].as_u64()).collect()
}

#[test]
fn a_subscription_that_is_not_confirmed_is_asked_for_again_ever_more_rarely_and_not_for_ever() {
    let mut world = World::new(&[Manner::Wants(2, Says::Nothing)]);
    world.join(&room("a room"));
    let mut asked = Vec::new();
    world.run_until(LATENCY);
    while world.now < SUBSCRIBE_WITHIN {
        // What keeps the connection is that the relay says anything at all.
        world.say(0, 0, r#"["AUTH","hello"]"#);
        world.run_until(world.now + 100);
        if limits(&world).len() > asked.len() {
            asked.push(world.now);
        }
    }
    assert_eq!(asked.len(), MAX_ASKED as usize, "{asked:?}");
    assert_eq!(limits(&world), [0, 1, 0, 1, 0, 1, 0, 1]);
    let waits: Vec<Millis> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(waits[0] < waits[1] && waits[1] < waits[2] && waits.iter().all(|wait| *wait <= 12_600), "{waits:?}");
    world.run_until(SUBSCRIBE_WITHIN + LATENCY);
    assert_eq!(world.state(0, 0), ("backed-off", Some("relay-silent")));
}

#[test]
fn a_relay_that_takes_no_limit_of_zero_is_asked_otherwise_at_once_and_never_so_again() {
    let closed = ["invalid: limit", "error: bad req", "no"].map(Says::Closed);
    for says in closed.into_iter().chain([Says::Notice("ERROR: bad req: limit")]) {
        let mut world = World::new(&[Manner::Wants(1, says)]);
        world.join(&room("a room"));
        world.run_until(1_000);
        assert_eq!((world.state(0, 0), limits(&world)), (("open", None), vec![0, 1]), "{says:?}");
        world.break_off(0);
        world.run_until(MINUTE);
        assert_eq!((world.state(0, 0), limits(&world)), (("open", None), vec![0, 1, 1]), "{says:?}");
    }
}

#[test]
fn a_relay_that_takes_neither_form_is_backed_off() {
    let mut world = World::new(&[Manner::Wants(2, Says::Closed("invalid: filter"))]);
    world.join(&room("a room"));
    world.run_until(1_000);
    assert_eq!((world.state(0, 0), limits(&world)), (("refused", Some("relay-invalid")), vec![0, 1]));
    assert_eq!(world.nodes[0].pool.statuses()[0].said.as_deref(), Some("invalid: filter"));
}

#[test]
fn an_event_confirms_a_subscription_whose_answer_was_lost() {
    let mut world = World::new(&[Manner::Wants(2, Says::Nothing)]);
    world.join(&room("a room"));
    world.run_until(3 * LATENCY);
    let asked: Value = serde_json::from_str(&world.relays[0].texts[0]).unwrap();
    let mut event = unasked(&topic(), "aGk=", NOON / 1000);
    event[1] = asked[1].clone();
    world.say(0, 0, &event.to_string());
    world.run_until(MINUTE);
    assert_eq!((world.state(0, 0), limits(&world)), (("open", None), vec![0]));
    assert_eq!(world.heard(0), [b"hi"]);
    // Long after, a late clock is no sign of a recording, though the relay never said that it caught up.
    event[2]["created_at"] = json!(NOON / 1000 - 3_600);
    event[2]["content"] = json!("aG8=");
    world.say(0, 0, &event.to_string());
    world.run_until(2 * MINUTE);
    assert_eq!(world.heard(0).len(), 2);
}

#[test]
fn an_event_that_is_not_confirmed_is_sent_again_a_few_times_as_it_was() {
    let mut world = two();
    world.relays[0].texts.clear();
    world.relays[0].manner = Manner::Forgets;
    world.send(0, None, b"hello");
    while world.now < MINUTE {
        // What keeps the connection is that the relay says anything at all.
        world.say(0, 0, r#"["AUTH","hello"]"#);
        world.run_until(world.now + 1_000);
    }
    let texts = &world.relays[0].texts;
    assert_eq!(texts.len(), 1 + MAX_SENT_AGAIN as usize, "{texts:?}");
    assert!(texts.iter().all(|text| *text == texts[0]), "the relay can tell that it is the same");
}

#[test]
fn what_a_relay_takes_or_refuses_is_not_sent_again() {
    for manner in [Manner::Good, Manner::Refuses("duplicate: have it"), Manner::Refuses("error: not now")] {
        let mut world = two_at(&[manner]);
        world.run_until(1_000);
        world.send(0, None, b"hello");
        world.send(0, Some(&PEER), b"offer");
        world.run_until(MINUTE);
        assert_eq!(world.relays[0].events[&0], 2, "{manner:?}");
    }
}
