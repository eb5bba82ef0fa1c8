//! A room that is more than a tab takes without asking: it takes so much and no more, says so, and then does what its person chooses.
//! Nothing is refused and nobody is blamed for it: the pair would panic.

use paceline_mesh::replica::{Amount, Takes};
use paceline_room::Cid;

use crate::world::{Pair, SLICE};

const POSTS: usize = 600;
/// How long an event that lacks its past is kept where that is asked for, and longer.
const LONG: u64 = 300_000;

/// One node holds a room; another, to which it is too much, comes to it.
fn meets(most: Amount) -> (Pair, Cid) {
    let mut pair = Pair::new(7);
    let mut last = None;
    for number in 0..POSTS {
        last = Some(pair.post(0, &format!("post number {number}")));
    }
    pair.bound(1, most);
    pair.link();
    pair.settle(LONG);
    (pair, last.expect("posts"))
}

fn readable(pair: &Pair, cid: &Cid) -> bool {
    pair.replica(1).unchecked_posts(50).iter().any(|it| it.cid == *cid)
}

const EVENTS: Amount = Amount { events: 200, bytes: usize::MAX };

#[test]
fn a_room_that_is_too_large_is_taken_up_to_a_bound_of_events_and_no_further() {
    let (mut pair, last) = meets(EVENTS);
    let held = pair.events(1).len();
    assert!((EVENTS.events..EVENTS.events + SLICE).contains(&held), "{held} events");
    assert_eq!(pair.replica(1).intake(), (Takes::UntilFull, true));
    assert!(readable(&pair, &last), "the newest page came first, and stays");
    let pushed = pair.post(0, "and on it goes");
    let own = pair.post(1, "I can still say something");
    pair.settle(LONG);
    assert!(!readable(&pair, &pushed), "nothing more is taken before it is chosen");
    assert_eq!(pair.events(1).len(), held + 1);
    assert!(pair.events(0).contains(&own), "what is said here reaches the others");
    assert!(!pair.replica(1).has_work() && pair.replica(1).progress().missing_words == 0);
    assert_eq!(pair.replica(0).intake(), (Takes::UntilFull, false));
}

#[test]
fn a_room_that_is_too_large_is_taken_up_to_a_bound_of_bytes_and_no_further() {
    let (pair, _) = meets(Amount { events: usize::MAX, bytes: 100_000 });
    let held = pair.events(1);
    let bytes: usize =
        pair.replica(0).log().entries().filter(|(_, it)| held.contains(&it.cid)).map(|(_, it)| it.block.len()).sum();
    assert!(
        (50_000..100_000).contains(&bytes) && held.len() > 100 && held.len() < POSTS,
        "{} events, {bytes} bytes without words",
        held.len()
    );
    assert_eq!(pair.replica(1).intake(), (Takes::UntilFull, true));
}

#[test]
fn who_chooses_the_newest_part_reads_what_is_new_and_leaves_the_rest() {
    let (mut pair, last) = meets(EVENTS);
    let held = pair.events(1).len();
    pair.choose(1, Takes::Newest);
    let pushed = pair.post(0, "said just now");
    pair.settle(LONG);
    assert!(readable(&pair, &pushed), "what stands on something missing is there to read");
    assert_eq!(pair.events(1).len(), held, "and is not taken for what it says it is");

    // Who comes back asks for the newest posts, not for all between.
    pair.unlink();
    let meanwhile = pair.post(0, "said while nobody was there");
    pair.link();
    pair.settle(LONG);
    assert!(readable(&pair, &meanwhile) && readable(&pair, &last));
    assert_eq!(pair.events(1).len(), held);

    // However much is said, the newest of it is what is kept.
    let mut newest = meanwhile;
    for number in 0..2_500 {
        newest = pair.post(0, &format!("much is said, {number}"));
        if number % 100 == 0 {
            pair.settle(5_000);
        }
    }
    pair.settle(LONG);
    assert!(readable(&pair, &newest));
    // So much of one peer, and so much of all who are gone.
    assert!((2_048..=2 * 2_048).contains(&pair.replica(1).pending()), "{} wait", pair.replica(1).pending());
    pair.choose(1, Takes::All);
    pair.settle(LONG);
    assert_eq!((pair.events(1), pair.replica(1).pending()), (pair.events(0), 0));
}

#[test]
fn who_only_reads_takes_nothing_more_until_it_takes_all() {
    let (mut pair, _) = meets(EVENTS);
    pair.choose(1, Takes::Nothing);
    let (held, kept) = (pair.events(1), pair.replica(1).pending());
    for number in 0..20 {
        pair.post(0, &format!("not for everybody, {number}"));
    }
    pair.settle(LONG);
    pair.unlink();
    pair.link();
    pair.settle(LONG);
    assert_eq!((pair.events(1), pair.replica(1).pending()), (held, kept), "what was here is all that is here");
    pair.choose(1, Takes::All);
    pair.settle(LONG);
    assert_eq!((pair.events(1), pair.replica(1).pending()), (pair.events(0), 0));
    assert_eq!(pair.replica(1).intake(), (Takes::All, true));
}
