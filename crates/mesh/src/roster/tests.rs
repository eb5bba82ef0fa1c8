//! Who is here, and what is known of what they hold. Whole rooms are in tests/sim.

use paceline_room::{Keypair, testing::World};

use super::*;

const ME: usize = 0;

/// The roster of author 0, and links with these.
fn roster(world: &World, links: &[usize]) -> Roster {
    let mut roster = Roster::new(world.author(ME), world.room());
    for peer in links {
        assert_eq!(roster.link_up(world.author(*peer), 0), None);
        roster.on_hello(world.author(*peer), None, 0).unwrap();
    }
    roster
}

fn said(world: &World, by: usize, counter: u64, links: &[usize], change: impl FnOnce(&mut Beacon)) -> Signed {
    let mut beacon = Roster::new(world.author(by), world.room()).beacon(0);
    beacon.counter = counter;
    beacon.links = ShortIds(links.iter().map(|it| short_node(&world.author(*it))).collect());
    change(&mut beacon);
    Signed::new(&beacon, &world.keypair(by))
}

fn hear(roster: &mut Roster, world: &World, from: usize, signed: Signed, now: Millis) -> Result<Heard, BeaconError> {
    roster.on_beacon(world.author(from), signed, &world.whole(), now)
}

#[test]
fn a_beacon_between_linked_nodes_is_not_passed_on() {
    let world = World::new(61);
    let mut roster = roster(&world, &[1, 2]);
    let tips = |it: &mut Beacon| it.events = 7;
    hear(&mut roster, &world, 2, said(&world, 2, 1, &[0, 1], |_| {}), 0).unwrap();
    let heard = hear(&mut roster, &world, 1, said(&world, 1, 1, &[0, 2], tips), 0).unwrap();
    assert_eq!(
        heard,
        Heard { claim: Some(Claim { events: 7, tips: vec![], behind: false }), of: heard.of, ..Heard::default() }
    );
}

#[test]
fn a_beacon_goes_on_to_a_neighbour_that_its_node_is_not_linked_with() {
    let world = World::new(62);
    let mut roster = roster(&world, &[1, 2]);
    hear(&mut roster, &world, 2, said(&world, 2, 1, &[0], |_| {}), 0).unwrap();
    let heard = hear(&mut roster, &world, 1, said(&world, 1, 1, &[0], |_| {}), 0).unwrap();
    assert_eq!(heard.relay, vec![world.author(2)]);
}

/// Seven neighbours that two unlinked nodes share: each works out alone whether to pass things on.
#[test]
fn of_the_neighbours_that_two_nodes_share_two_pass_things_on() {
    let world = World::new(63);
    let shared: Vec<usize> = (0..7).collect();
    let (author, to) = (20, 21);
    let covering = shared.iter().filter(|me| {
        let mut roster = Roster::new(world.author(**me), world.room());
        for node in [author, to] {
            roster.on_beacon(world.author(node), said(&world, node, 1, &shared, |_| {}), &world.whole(), 0).unwrap();
        }
        roster.cover(&world.author(author), &world.author(to)) == Cover::Me
    });
    assert_eq!(covering.count(), BEARERS);
}

#[test]
fn beyond_the_neighbours_a_beacon_travels_on_change_and_now_and_then() {
    let world = World::new(64);
    // Node 9 is linked with neither this node nor node 2; node 1 passes its beacons here.
    let mut roster = roster(&world, &[1, 2]);
    hear(&mut roster, &world, 1, said(&world, 1, 1, &[0, 9], |_| {}), 0).unwrap();
    let mut relayed = Vec::new();
    for (number, now) in (0..12).map(|it| (it, it * EVERY)) {
        let state = if number < 10 { State::Here } else { State::Away };
        let signed = said(&world, 9, number + 1, &[1, 30, 31], |it| it.state = state);
        hear(&mut roster, &world, 2, said(&world, 2, number + 1, &[0, 1, 30, 31], |_| {}), now).unwrap();
        let heard = hear(&mut roster, &world, 1, signed, now).unwrap();
        if heard.relay == [world.author(2)] {
            relayed.push(now);
        }
        assert_eq!(heard.claim, None, "not its neighbour's own");
    }
    // This node may be one of the two bearers by rank, and then passes on all: else on change and every 20 s.
    let bearer = roster.cover(&world.author(9), &world.author(2)) == Cover::Me;
    let seldom = vec![0, 20_000, 40_000, 50_000];
    assert_eq!(relayed, if bearer { (0..12).map(|it| it * EVERY).collect() } else { seldom });
}

#[test]
fn a_beacon_in_anothers_name_or_from_another_room_is_not_believed() {
    let world = World::new(65);
    let mut roster = roster(&world, &[1]);
    let mut forged = said(&world, 2, 1, &[], |_| {});
    forged.1 = Signed::new(&Roster::new(world.author(2), world.room()).beacon(0), &world.keypair(1)).1;
    let bad = Err(BeaconError::Message(MessageError::BadBeacon));
    hear(&mut roster, &world, 1, said(&world, 1, 1, &[2], |_| {}), 0).unwrap();
    assert_eq!(hear(&mut roster, &world, 1, forged, 0), bad);
    let elsewhere = said(&world, 1, 2, &[], |it| it.room = ByteArray::new([3; 32]));
    assert_eq!(hear(&mut roster, &world, 1, elsewhere, 0), bad);
    assert_eq!(roster.nodes.len(), 1);
}

#[test]
fn an_older_beacon_is_a_replay_from_its_node_and_a_slow_path_from_others() {
    let world = World::new(66);
    let mut roster = roster(&world, &[1, 2]);
    let latest = said(&world, 1, 100, &[], |_| {});
    hear(&mut roster, &world, 1, latest.clone(), 0).unwrap();
    let old = |counter| said(&world, 1, counter, &[], |_| {});
    assert_eq!(hear(&mut roster, &world, 1, old(100), 0), Ok(Heard::default()), "the same again");
    assert_eq!(hear(&mut roster, &world, 1, old(99), 0), Err(BeaconError::Replayed));
    assert_eq!(hear(&mut roster, &world, 2, old(99), 0), Ok(Heard::default()));
    assert_eq!(roster.latest(&world.author(1)), Some(&latest));
    assert_eq!(BeaconError::Replayed.code(), "replayed-beacon");
}

#[test]
fn what_others_pass_on_from_before_a_clock_went_back_is_held_against_nobody() {
    let world = World::new(73);
    let mut roster = roster(&world, &[1, 2]);
    let own = |counter| said(&world, 1, counter, &[], |_| {});
    hear(&mut roster, &world, 1, own(5), 0).unwrap();
    let from_ahead = said(&world, 1, 100, &[2], |_| {});
    assert!(hear(&mut roster, &world, 2, from_ahead.clone(), 0).is_ok());
    assert_eq!(roster.latest(&world.author(1)), Some(&from_ahead));
    let behind = Ok(Heard { behind: true, ..Heard::default() });
    assert_eq!([6, 7].map(|it| hear(&mut roster, &world, 1, own(it), 0)), [behind.clone(), behind.clone()]);
    assert_eq!(
        [7, 6].map(|it| hear(&mut roster, &world, 1, own(it), 0)),
        [Err(BeaconError::Replayed), Err(BeaconError::Replayed)]
    );
    // A new link is a new chance: it may have come back with an earlier clock.
    roster.link_down(&world.author(1), false, 0);
    roster.link_up(world.author(1), 0);
    assert_eq!(hear(&mut roster, &world, 1, own(6), 0), behind);
    assert!(hear(&mut roster, &world, 1, own(101), 0).is_ok_and(|it| it.of.is_some()));
}

#[test]
fn a_node_whose_clock_went_back_counts_on_from_its_own_later_beacon() {
    let world = World::new(72);
    let mut roster = roster(&world, &[1]);
    roster.count_from(10);
    let (forged, own) = (said(&world, 1, 90, &[], |it| it.node = world.author(ME)), said(&world, ME, 80, &[], |_| {}));
    hear(&mut roster, &world, 1, forged, 0).unwrap();
    assert_eq!(roster.beacon(0).counter, 11);
    hear(&mut roster, &world, 1, own, 0).unwrap();
    roster.count_from(10);
    assert_eq!(roster.beacon(0).counter, 81);
}

#[test]
fn a_node_that_comes_back_counts_on_from_what_its_neighbour_remembers() {
    let world = World::new(67);
    let mut other = Roster::new(world.author(1), world.room());
    other.link_up(world.author(ME), 0);
    let last = said(&world, ME, 41, &[1], |_| {});
    hear(&mut other, &world, ME, last.clone(), 0).unwrap();
    other.link_down(&world.author(ME), false, 10);
    let remembered = other.link_up(world.author(ME), 20);
    assert_eq!(remembered, Some(last));
    let mut fresh = Roster::new(world.author(ME), world.room());
    fresh.link_up(world.author(1), 0);
    fresh.on_hello(world.author(1), remembered.as_ref(), 0).unwrap();
    assert_eq!(fresh.beacon(0).counter, 42);
}

#[test]
fn nobody_can_push_a_nodes_counter_with_what_it_did_not_sign() {
    let world = World::new(68);
    let mut roster = roster(&world, &[1]);
    let key: Keypair = world.keypair(1);
    let mut beacon = roster.beacon(0);
    beacon.counter = u64::MAX;
    let forged = Signed::new(&beacon, &key);
    assert_eq!(roster.on_hello(world.author(1), Some(&forged), 0), Err(MessageError::BadBeacon));
    let others = said(&world, 1, u64::MAX, &[], |_| {});
    assert_eq!(roster.on_hello(world.author(1), Some(&others), 0), Err(MessageError::BadBeacon));
    assert_eq!(roster.beacon(0).counter, 2);
}

#[test]
fn tips_that_came_before_their_events_count_once_those_are_here() {
    let mut world = World::new(69);
    let early = world.log(ME).clone();
    let cid = world.introduce(1, "one");
    let mut roster = roster(&world, &[1]);
    let signed = said(&world, 1, 1, &[], |it| it.tips = Cids(vec![cid]));
    roster.on_beacon(world.author(1), signed, &early, 0).unwrap();
    let log = world.whole();
    roster.admitted(&log, log.find(&cid).unwrap());
    assert_eq!(roster.reach(&log, log.find(&cid).unwrap()), (1, 1));
    // A later tip that is not here yet takes nothing back.
    let unknown = said(&world, 1, 2, &[], |it| it.tips = Cids(vec![Cid::of(b"later")]));
    roster.on_beacon(world.author(1), unknown, &log, 0).unwrap();
    assert_eq!(roster.reach(&log, log.find(&cid).unwrap()), (1, 1));
}

#[test]
fn who_says_that_words_are_missing_is_not_counted_for_them() {
    let mut world = World::new(70);
    let (post, other) = (world.post(1, "words"), world.post(1, "more words"));
    let log = world.whole();
    let words = log.entry(log.find(&post).unwrap()).event.body.words().unwrap();
    let mut roster = roster(&world, &[1]);
    let lacking =
        |it: &mut Beacon| (it.tips, it.missing_words) = (Cids(vec![other]), ShortIds(vec![short_cid(&words)]));
    hear(&mut roster, &world, 1, said(&world, 1, 1, &[], lacking), 0).unwrap();
    let reach = |roster: &Roster, cid| roster.reach(&log, log.find(cid).unwrap());
    assert_eq!((reach(&roster, &post), reach(&roster, &other)), ((0, 1), (1, 1)));
    let many = |it: &mut Beacon| {
        lacking(it);
        it.more_missing = true;
    };
    hear(&mut roster, &world, 1, said(&world, 1, 2, &[], many), 0).unwrap();
    assert_eq!((reach(&roster, &post), reach(&roster, &other)), ((0, 1), (1, 1)), "unlisted is not lacking");
    assert_eq!(reach(&roster, &world.room()), (1, 1), "the founding has no words");
}

#[test]
fn keys_out_of_nowhere_are_bounded_and_push_out_nobody_who_is_here() {
    let world = World::new(71);
    let mut roster = roster(&world, &[1]);
    let fresh: Vec<usize> = (1_000..1_000 + MAX_NODES + 10).collect();
    for (turn, some) in fresh.chunks(LINKS).enumerate() {
        hear(&mut roster, &world, 1, said(&world, 1, turn as u64 + 1, some, |_| {}), 0).unwrap();
        for key in some {
            assert!(hear(&mut roster, &world, 1, said(&world, *key, 1, &[], |_| {}), 0).is_ok());
        }
    }
    assert_eq!(roster.nodes.len(), MAX_NODES);
    let (log, only) = (world.whole(), vec![world.author(1)]);
    assert_eq!(roster.presence(&log).keys().copied().collect::<Vec<_>>(), only, "strangers are not shown");
    assert_eq!(roster.reach(&log, log.find(&world.room()).unwrap()).1, 1);
    // Nobody vouches for this one.
    let before = roster.nodes.len();
    hear(&mut roster, &world, 1, said(&world, 5_000, 1, &[], |_| {}), 0).unwrap();
    assert!(roster.nodes.len() == before && roster.latest(&world.author(5_000)).is_none());
}

#[test]
fn only_who_is_linked_with_a_node_passes_its_beacons_to_all() {
    let mut world = World::new(73);
    world.introduce(9, "Nine");
    let mut roster = roster(&world, &[1, 2]);
    let mut passed_on =
        |counter| hear(&mut roster, &world, 1, said(&world, 9, counter, &[], |_| {}), counter).unwrap().relay.len();
    assert_eq!((passed_on(1), passed_on(2), passed_on(3)), (1, 0, 0), "now and then, from afar");
}

#[test]
fn a_link_between_two_others_counts_if_both_tell_of_it() {
    let world = World::new(67);
    let mut roster = roster(&world, &[1, 2, 3]);
    hear(&mut roster, &world, 1, said(&world, 1, 1, &[0, 2], |_| {}), 0).unwrap();
    hear(&mut roster, &world, 2, said(&world, 2, 1, &[0, 1], |_| {}), 0).unwrap();
    // Says that it is linked with all of them, and with as many more as a beacon holds; the others know nothing of it.
    let everybody: Vec<usize> = (0..LINKS).filter(|it| *it != 3).collect();
    hear(&mut roster, &world, 3, said(&world, 3, 1, &everybody, |_| {}), 0).unwrap();
    let among: Vec<NodeId> = [1, 3, ME, 2, 9].map(|it| world.author(it)).to_vec();
    assert_eq!(roster.links_among(&among), [(0, 2), (0, 3), (1, 2), (2, 3)]);
    assert_eq!(roster.links_among(&[]), []);
    // What is looked at is what these say, however many are known besides.
    let looked = cost::of(|| roster.links_among(&among)).1;
    assert!(looked <= (among.len() * LINKS) as u64, "{looked}");
}

/// Looks at who is silent every so often, as a node does with each of its beacons; whom that changed.
fn looks(roster: &mut Roster, from: Millis, until: Millis) -> Vec<(Millis, Changed)> {
    let mut told = Vec::new();
    for now in (from..=until).step_by(EVERY as usize) {
        let changed = roster.expire(now);
        let who = roster.take_changed();
        assert_eq!(changed, who != Changed::default());
        told.extend(changed.then_some((now, who)));
    }
    told
}

#[test]
fn who_is_linked_and_silent_is_away_until_it_speaks_and_that_is_told_once() {
    let world = World::new(66);
    let mut roster = roster(&world, &[1]);
    let node = world.author(1);
    let here = |roster: &Roster| roster.presence_of(&node, &world.whole()).map(|it| it.here);
    hear(&mut roster, &world, 1, said(&world, 1, 1, &[0], |_| {}), 0).unwrap();
    roster.take_changed();
    assert_eq!(looks(&mut roster, 0, QUIET_AFTER - EVERY), []);
    assert_eq!(here(&roster), Some(Here::Here));
    let told: Vec<_> = looks(&mut roster, QUIET_AFTER, 2 * QUIET_AFTER);
    assert_eq!(told.iter().map(|it| (it.0, it.1.nodes.len())).collect::<Vec<_>>(), [(QUIET_AFTER, 1)]);
    assert_eq!(here(&roster), Some(Here::Away));
    assert_eq!(roster.presence(&world.whole())[&node].here, Here::Away);
    // As it was, it speaks again.
    let spoke = hear(&mut roster, &world, 1, said(&world, 1, 2, &[0], |_| {}), 2 * QUIET_AFTER + 1).unwrap();
    assert!(spoke.changed && roster.take_changed().nodes.contains(&node));
    assert_eq!(here(&roster), Some(Here::Here));
}

#[test]
fn a_node_that_slept_takes_nobody_for_silent_that_it_could_not_hear() {
    let world = World::new(67);
    let mut roster = roster(&world, &[1]);
    let here = |roster: &Roster| roster.presence_of(&world.author(1), &world.whole()).map(|it| it.here);
    hear(&mut roster, &world, 1, said(&world, 1, 1, &[0], |_| {}), 0).unwrap();
    roster.take_changed();
    let woke = 100 * EVERY;
    assert_eq!(looks(&mut roster, woke, woke + QUIET_AFTER - EVERY), []);
    assert_eq!(here(&roster), Some(Here::Here));
    assert_eq!(looks(&mut roster, woke + QUIET_AFTER, woke + QUIET_AFTER).len(), 1);
    assert_eq!(here(&roster), Some(Here::Away));
}

#[test]
fn a_link_that_comes_up_anew_is_a_word() {
    let world = World::new(68);
    let mut roster = roster(&world, &[1]);
    roster.take_changed();
    looks(&mut roster, 0, QUIET_AFTER);
    roster.link_down(&world.author(1), false, QUIET_AFTER);
    roster.link_up(world.author(1), 2 * QUIET_AFTER);
    roster.take_changed();
    assert_eq!(looks(&mut roster, 2 * QUIET_AFTER, 3 * QUIET_AFTER - EVERY), []);
    assert!(!roster.is_still(&world.author(1), &world.whole(), 2 * QUIET_AFTER + EVERY), "nor is it still");
}

#[test]
fn who_says_nothing_on_its_link_is_unheard_unless_nobody_is_heard() {
    let world = World::new(69);
    let mut roster = roster(&world, &[1, 2]);
    let log = world.whole();
    let unheard = |roster: &Roster, who: usize, now| roster.unheard(&world.author(who), &log, now);
    for who in [1, 2] {
        hear(&mut roster, &world, who, said(&world, who, 1, &[0], |_| {}), 0).unwrap();
    }
    roster.take_changed();
    looks(&mut roster, 0, 2 * EVERY);
    assert_eq!([1, 2].map(|it| unheard(&roster, it, 2 * EVERY)), [0, 0], "it is this one that hears nobody");
    hear(&mut roster, &world, 2, said(&world, 2, 2, &[0], |_| {}), 2 * EVERY).unwrap();
    assert_eq!([1, 2].map(|it| unheard(&roster, it, 2 * EVERY)), [2 * EVERY, 0]);
    roster.link_down(&world.author(2), false, 2 * EVERY);
    assert_eq!(unheard(&roster, 1, 2 * EVERY), 2 * EVERY, "nobody else could be heard");
    roster.link_down(&world.author(1), false, 3 * EVERY);
    assert_eq!(unheard(&roster, 1, 3 * EVERY), 3 * EVERY, "it is gone, and since when is no matter");
    hear(&mut roster, &world, 1, said(&world, 1, 2, &[0], |_| {}), 3 * EVERY).unwrap();
    assert_eq!(unheard(&roster, 1, 4 * EVERY), 0, "who is reached by others alone speaks seldom");
}
