//! A page that is frozen while its link stands: it is away, does not answer, and is here again as soon as it speaks.

use paceline_mesh::replica::{Here, QUIET_AFTER, Trial};

use crate::world::Pair;

fn linked(seed: u8) -> Pair {
    let mut pair = Pair::new(seed);
    pair.post(0, "hello");
    pair.link();
    pair.settle(2_000);
    pair.post(1, "hello");
    pair.settle(2_000);
    pair
}

fn here(pair: &Pair) -> Option<Here> {
    pair.replica(0).presence_of(&pair.replica(1).node()).map(|it| it.here)
}

fn trial(pair: &Pair) -> Option<Trial> {
    pair.replica(0).trials().find(|it| it.0 == pair.replica(1).node()).map(|it| it.1)
}

#[test]
fn who_is_frozen_is_away_until_it_speaks() {
    let mut pair = linked(51);
    assert_eq!(here(&pair), Some(Here::Here));
    pair.freeze(1, true);
    pair.settle(QUIET_AFTER / 2);
    assert_eq!(here(&pair), Some(Here::Here));
    pair.settle(QUIET_AFTER);
    assert_eq!(here(&pair), Some(Here::Away));
    pair.freeze(1, false);
    pair.settle(100);
    assert_eq!(here(&pair), Some(Here::Here));
    pair.settle(2 * QUIET_AFTER);
    assert_eq!(here(&pair), Some(Here::Here));
}

#[test]
fn who_is_asked_answers_at_once_and_who_is_frozen_does_not() {
    let mut pair = linked(52);
    assert_eq!(trial(&pair), None, "nobody was asked");
    pair.try_links(0);
    let asked = trial(&pair).expect("it is asked");
    assert_eq!(asked.answered, None);
    pair.settle(1);
    let first = trial(&pair).expect("it was asked");
    assert!(first.asked == asked.asked && first.answered.is_some());
    pair.freeze(1, true);
    pair.settle(5_000);
    // Anew: what it answered before says nothing.
    pair.try_links(0);
    pair.settle(5_000);
    let silent = trial(&pair).expect("it was asked");
    assert!(silent.answered.is_none() && silent.asked > first.asked);
    pair.freeze(1, false);
    pair.settle(1);
    assert!(trial(&pair).is_some_and(|it| it.asked == silent.asked && it.answered.is_some()));
    assert_eq!(pair.events(0), pair.events(1), "nothing else is otherwise");
    pair.unlink();
    assert_eq!(trial(&pair), None);
}
