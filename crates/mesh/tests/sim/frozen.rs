//! A page that is frozen while its link stands: it is away, and is here again as soon as it speaks.

use paceline_mesh::replica::{Here, QUIET_AFTER};

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
