//! Which relays of a long list are used, when some are of no use: the claim of [`super::choice`] among whole pools in virtual time.

use std::collections::BTreeSet;

use super::*;
use crate::nostr::choice::{CHOSEN_RELAYS, LONELY_AFTER, MOST_RELAYS, RELEASE_AFTER};

const LISTED: usize = 24;

fn good() -> World {
    World::new(&[Manner::Good; LISTED])
}

/// The room's order, as numbers of relays.
fn order(name: &str) -> Vec<usize> {
    let urls: Vec<String> = (0..LISTED).map(url).collect();
    let order = RoomKeys::new(&room(name)).order_of(&urls);
    order.iter().map(|it| urls.iter().position(|url| url == it).unwrap()).collect()
}

fn first(order: &[usize], count: usize) -> BTreeSet<usize> {
    order.iter().copied().take(count).collect()
}

/// Relays that somebody tried to connect to.
fn asked(world: &World) -> BTreeSet<usize> {
    (0..LISTED).filter(|relay| !world.relays[*relay].tried.is_empty()).collect()
}

/// Says hello each minute, as nodes do; each opens what the other says.
fn go_on(world: &mut World, minutes: u64) {
    for minute in 0..minutes {
        for node in 0..world.nodes.len() {
            world.send(node, None, format!("{node} says hello {minute}").as_bytes());
        }
        world.run_until(world.now + MINUTE);
        for node in 0..world.nodes.len() {
            let heard: Vec<Vec<u8>> = world.heard(node).into_iter().map(<[u8]>::to_vec).collect();
            heard.iter().for_each(|envelope| world.written_by(node, envelope, PEER));
        }
    }
}

#[test]
fn a_room_uses_five_of_the_list_and_another_room_others() {
    let mut both = BTreeSet::new();
    for name in ["a room", "another room"] {
        let mut world = good();
        world.join_of_list(&room(name), &BTreeSet::new());
        world.run_until(MINUTE);
        assert_eq!(world.open(0), first(&order(name), CHOSEN_RELAYS));
        assert_eq!(asked(&world), world.open(0), "nobody else is asked");
        assert_eq!(world.nodes[0].pool.statuses().len(), CHOSEN_RELAYS, "nor shown");
        both.insert(world.open(0));
    }
    assert_eq!(both.len(), 2);
}

#[test]
fn own_relays_are_all_used_beside_them() {
    let urls: Vec<String> = (0..LISTED).map(url).collect();
    let (own, listed) = urls.split_at(7);
    let time = Time { now: 0, wall: NOON };
    let pool = Pool::new("nostr", (own, listed), RoomKeys::new(&room("a room")), random, time);
    assert_eq!(pool.statuses().len(), 7 + CHOSEN_RELAYS);
    let pool = Pool::new("nostr", (&urls, &urls), RoomKeys::new(&room("a room")), random, time);
    assert_eq!(pool.statuses().len(), MAX_OWN_RELAYS + CHOSEN_RELAYS, "what is named twice counts once");
    let many: Vec<String> = (0..500).map(url).collect();
    let pool = Pool::new("nostr", (&many, &many), RoomKeys::new(&room("a room")), random, time);
    assert!(pool.relays.len() <= MAX_OWN_RELAYS + MAX_LISTED_RELAYS);
}

#[test]
fn each_way_to_be_of_no_use_calls_the_next() {
    for manner in [
        Manner::Dead,
        Manner::Gone,
        Manner::Silent,
        Manner::Forgets,
        Manner::Ends("auth-required: who"),
        Manner::Refuses("blocked: you"),
        Manner::Refuses("restricted: members"),
        Manner::Refuses("pow: 28"),
        Manner::Refuses("invalid: too large"),
        Manner::Refuses("rate-limited: a few a minute"),
        Manner::Refuses("error: full"),
    ] {
        let mut world = good();
        let order = order("a room");
        world.relays[order[0]].manner = manner;
        world.relays[order[3]].manner = manner;
        world.join_of_list(&room("a room"), &BTreeSet::new());
        world.send(0, None, b"hello");
        world.run_until(MINUTE);
        let expected: BTreeSet<usize> = order[..7].iter().copied().collect();
        assert_eq!(asked(&world), expected, "{manner:?}");
        let open = world.open(0);
        assert!([1, 2, 4, 5, 6].iter().all(|at| open.contains(&order[*at])), "{manner:?}: {open:?}");
    }
}

#[test]
fn a_clock_that_is_wrong_calls_no_other_relays() {
    let mut world = World::new(&[Manner::Dates; LISTED]);
    world.join_of_list(&room("a room"), &BTreeSet::new());
    world.nodes[0].shift(600_000);
    world.send(0, None, b"hello");
    world.run_until(MINUTE);
    assert_eq!(asked(&world), first(&order("a room"), CHOSEN_RELAYS));
}

#[test]
fn one_that_comes_back_is_used_again_and_its_place_is_let_go() {
    let mut world = good();
    let order = order("a room");
    world.relays[order[1]].manner = Manner::Gone;
    world.join_of_list(&room("a room"), &BTreeSet::new());
    world.join_of_list(&room("a room"), &BTreeSet::new());
    go_on(&mut world, 3);
    let sixth: BTreeSet<usize> = order[..6].iter().copied().filter(|it| *it != order[1]).collect();
    assert_eq!((world.open(0), world.open(1)), (sixth.clone(), sixth));
    world.relays[order[1]].manner = Manner::Good;
    go_on(&mut world, 5 * 5 / 4 + RELEASE_AFTER / MINUTE + 2);
    let five = first(&order, CHOSEN_RELAYS);
    assert_eq!((world.open(0), world.open(1)), (five.clone(), five));
    assert!(!world.is_connected(0, order[5]));
}

#[test]
fn without_a_network_all_are_tried_and_with_one_again_five_remain() {
    let mut world = World::new(&[Manner::Gone; LISTED]);
    world.join_of_list(&room("a room"), &BTreeSet::new());
    world.run_until(MINUTE);
    assert_eq!(asked(&world).len(), LISTED);
    world.relays.iter_mut().for_each(|relay| relay.manner = Manner::Good);
    world.join_of_list(&room("a room"), &BTreeSet::new());
    go_on(&mut world, 12);
    let five = first(&order("a room"), CHOSEN_RELAYS);
    assert_eq!((world.open(0), world.open(1)), (five.clone(), five));
}

#[test]
fn who_hears_nobody_reads_further_and_who_is_heard_does_not() {
    let mut world = good();
    world.join_of_list(&room("a room"), &BTreeSet::new());
    go_on(&mut world, LONELY_AFTER / MINUTE - 1);
    assert_eq!(world.open(0).len(), CHOSEN_RELAYS);
    go_on(&mut world, 60);
    assert_eq!(world.open(0), first(&order("a room"), MOST_RELAYS));
    world.join_of_list(&room("a room"), &BTreeSet::new());
    go_on(&mut world, 5);
    let five = first(&order("a room"), CHOSEN_RELAYS);
    assert_eq!((world.open(0), world.open(1)), (five.clone(), five), "once somebody is heard, five are enough");
}

#[test]
fn at_rest_none_is_called() {
    let mut world = good();
    world.join_of_list(&room("a room"), &BTreeSet::new());
    world.run_until(MINUTE);
    let time = world.time(0);
    world.nodes[0].pool.rest(true, time);
    world.run_until(60 * MINUTE);
    assert!(world.open(0).is_empty());
    assert_eq!(asked(&world).len(), CHOSEN_RELAYS);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Each is cut off from up to four relays that work for the other, and from any number that work for nobody; the claim says
    /// that they hear each other.
    #[test]
    fn two_that_see_different_relays_fail_hear_each_other(
        dead in proptest::collection::btree_set(0..LISTED, 0..LISTED),
        apart in proptest::collection::btree_set(0..LISTED, 0..8),
        keep in 0..LISTED,
    ) {
        let mut world = good();
        let nobodys: BTreeSet<usize> = dead.difference(&apart).copied().filter(|relay| *relay != keep).collect();
        let apart: Vec<usize> = apart.into_iter().filter(|relay| *relay != keep).collect();
        let (from_one, from_two) = apart.split_at(apart.len() / 2);
        prop_assert!(from_one.len() < CHOSEN_RELAYS && from_two.len() < CHOSEN_RELAYS);
        for cut in [from_one, from_two] {
            let cut: BTreeSet<usize> = nobodys.iter().chain(cut).copied().collect();
            world.join_of_list(&room("a room"), &cut);
        }
        go_on(&mut world, 3);
        prop_assert!(!world.heard(0).is_empty() && !world.heard(1).is_empty());
        prop_assert!(world.open(0).intersection(&world.open(1)).next().is_some());
    }
}
