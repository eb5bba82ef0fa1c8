//! Two replicas and nothing between them: what one has, the other gets.

use crate::world::Pair;

#[test]
fn a_live_event_reaches_a_neighbour_in_one_push() {
    let mut pair = Pair::new(1);
    pair.link();
    pair.settle(1_000);
    let cid = pair.post(0, "hello");
    pair.settle(50);
    assert!(pair.replica(1).log().find(&cid).is_some());
    assert_eq!(pair.events(0), pair.events(1));
}

#[test]
fn what_was_written_apart_is_on_both_sides_after_a_link() {
    let mut pair = Pair::new(2);
    pair.link();
    pair.settle(1_000);
    pair.unlink();
    for at in 0..20 {
        pair.post(at % 2, "apart");
    }
    assert_ne!(pair.events(0), pair.events(1));
    pair.link();
    pair.settle(3_000);
    assert_eq!(pair.events(0), pair.events(1));
    assert!(pair.replica(0).progress().reconciled && pair.replica(1).progress().reconciled);
}

#[test]
fn a_newcomer_gets_a_long_log_as_a_stream() {
    let mut pair = Pair::new(3);
    for _ in 0..2_000 {
        pair.post(0, "a line of what was said before the newcomer came");
    }
    pair.link();
    pair.settle(3_000);
    assert_eq!(pair.events(0), pair.events(1));
    assert_eq!(pair.replica(1).progress().missing_events, 0);
}
