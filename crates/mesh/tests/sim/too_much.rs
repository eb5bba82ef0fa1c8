//! A room that is too much for a node: it stops, and does what the person there chooses.

use paceline_mesh::replica::{Most, Takes};
use paceline_room::testing::World;

use crate::world::{ME, Pair, SLICE};

const MOST: Most = Most { events: 100, bytes: 1 << 20 };

/// The first node holds a thousand posts; the second takes a hundred events without asking, or so many bytes.
fn large(most: Most) -> Pair {
    let mut world = World::new(71);
    (0..1_000).for_each(|number| _ = world.post(1, &format!("post {number}")));
    let mut pair = Pair::of(world.room(), [world.keypair(1), world.keypair(ME)]);
    pair.load(0, world.blocks());
    pair.bound(1, most);
    pair.link();
    pair.settle(10_000);
    pair
}

#[test]
fn a_room_that_is_too_much_is_taken_in_up_to_its_bound_and_the_node_asks() {
    for most in [MOST, Most { events: 1 << 20, bytes: 40_000 }] {
        let mut pair = large(most);
        let here = pair.events(1).len();
        assert!((60..=100 + SLICE).contains(&here), "{here} events");
        assert_eq!(pair.replica(1).intake(), (Takes::UntilFull, true));
        assert!(!pair.replica(1).progress().reconciling);
        let late = pair.post(0, "more");
        pair.settle(10_000);
        assert_eq!(pair.events(1).len(), here);
        pair.choose(1, Takes::All);
        pair.settle(10_000);
        assert!(pair.events(1).contains(&late));
        assert_eq!(pair.events(0), pair.events(1));
    }
}

#[test]
fn who_takes_the_newest_part_reads_what_is_said_from_then_on_and_can_write() {
    let mut pair = large(MOST);
    let here = pair.events(1).len();
    pair.choose(1, Takes::Newest);
    pair.settle(10_000);
    assert_eq!(pair.events(1).len(), here, "what was said before stays where it is");
    let live = pair.post(0, "from now on");
    pair.settle(120_000);
    // After the page to read that came ahead of the rest.
    let unchecked = pair.replica(1).unchecked_posts(100);
    let last = unchecked.last().expect("what was said");
    assert_eq!((unchecked.len(), last.cid, last.text.as_deref()), (31, live, Some("from now on")));
    let own = pair.post(1, "and an answer to nobody");
    pair.settle(1_000);
    assert!(pair.events(0).contains(&own));
    pair.choose(1, Takes::All);
    pair.settle(60_000);
    assert_eq!(pair.events(0), pair.events(1));
    assert_eq!(pair.replica(1).unchecked_posts(10), vec![]);
}

#[test]
fn who_takes_nothing_more_still_gives_what_it_has() {
    let mut pair = large(MOST);
    let here = pair.events(1);
    pair.choose(1, Takes::Nothing);
    let own = pair.post(1, "written before it was known");
    pair.post(0, "not taken");
    pair.settle(60_000);
    assert!(pair.events(0).contains(&own));
    assert_eq!(pair.events(1).len(), here.len() + 1);
    assert_eq!((pair.replica(1).unchecked_posts(10), pair.replica(1).pending()), (vec![], 0));
    // Below the bound nobody is asked again.
    pair.bound(1, Most::default());
    pair.choose(1, Takes::UntilFull);
    pair.settle(60_000);
    assert_eq!(pair.events(0), pair.events(1));
    assert_eq!(pair.replica(1).intake(), (Takes::UntilFull, false));
}
