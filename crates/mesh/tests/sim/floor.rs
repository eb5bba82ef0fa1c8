//! What passes in a meeting without being written: hands, time, and who asks to wait.

use paceline_mesh::{
    Input,
    floor::WAITS,
    replica::Millis,
    wire::{Beacon, Floor, Live, TimeLeft},
};
use paceline_room::{
    Cid, NodeId,
    body::{Introduced, meetings::MeetingOpened, meetings::TimerSet},
    state::Timer,
    testing::World,
};
use serde_bytes::ByteArray;

use crate::{
    hostile::{beacon, signed},
    world::{ME, Net, Solo},
};

/// What "to a second" means.
const SECOND: Millis = 1_000;

fn opened() -> MeetingOpened {
    MeetingOpened {
        title: "Stand-up".try_into().unwrap(),
        form: Default::default(),
        prompts: Default::default(),
        call_link: Default::default(),
        resumes: None,
        values: Default::default(),
    }
}

fn set(meeting: Cid, seconds: u64) -> TimerSet {
    TimerSet { meeting, seconds: seconds.try_into().unwrap(), about: None }
}

/// So many who know and see each other.
fn room(seed: u64, others: usize) -> Net {
    let mut net = Net::new(seed);
    (0..others).for_each(|_| _ = net.join());
    net.run_for(3_000);
    for at in 0..=others {
        let name = "Somebody".try_into().unwrap();
        let body = Introduced { name, strengths: Default::default(), hue: 0_u64.try_into().unwrap() };
        assert!(net.write(at, None, |_| body.into()).is_some());
    }
    net.run_for(3_000);
    net
}

fn node(net: &Net, at: usize) -> NodeId {
    net.nodes[at].key.node()
}

fn hands(net: &Net, at: usize) -> Vec<NodeId> {
    net.replica(at).unwrap().hands()
}

/// The timer of the meeting, and when it ends, as a node has it.
fn timer(net: &Net, at: usize) -> (Timer, Option<Millis>) {
    let replica = net.replica(at).unwrap();
    let now = replica.fold().meeting_now(replica.log()).expect("a meeting");
    let timer = now.leading.timer.clone().expect("a timer");
    let ends = replica.ends(&timer);
    (timer, ends)
}

#[test]
fn hands_stand_in_one_order_for_all() {
    let mut net = room(81, 4);
    net.input(2, Input::Hand(true));
    net.run_for(1_000);
    net.input(0, Input::Hand(true));
    net.run_for(1_000);
    // At once: both have the same ticket.
    net.input(3, Input::Hand(true));
    net.input(1, Input::Hand(true));
    net.run_for(1_000);
    let (one, other) = (node(&net, 1).min(node(&net, 3)), node(&net, 1).max(node(&net, 3)));
    let order = vec![node(&net, 2), node(&net, 0), one, other];
    for at in 0..5 {
        assert_eq!(hands(&net, at), order, "as node {at} has it");
    }
    net.input(2, Input::Hand(false));
    net.input(0, Input::Hand(true));
    net.run_for(1_000);
    net.crash(4, true);
    net.run_for(3_000);
    for at in 0..4 {
        assert_eq!(hands(&net, at), order[1..], "as node {at} has it");
    }
}

#[test]
fn a_hand_goes_down_with_its_tab_and_is_seen_through_a_third() {
    let mut net = Net::new(82);
    let (a, b) = (1, 2);
    net.forbid(a, b);
    net.join();
    net.join();
    net.run_for(3_000);
    net.write(a, None, |_| opened().into()).expect("the founding event is here");
    net.run_for(1_000);
    net.input(a, Input::Hand(true));
    net.run_for(1_000);
    assert_eq!(hands(&net, b), vec![node(&net, a)]);
    net.input(a, Input::Leave);
    net.run_for(1_000);
    assert_eq!(hands(&net, b), vec![]);
}

#[test]
fn a_ticket_far_beyond_all_others_stands_last_and_moves_nobody() {
    let mut world = World::new(83);
    (1..=4).for_each(|it| _ = world.introduce(it, "Somebody"));
    let mut solo = Solo::holding(&world);
    let say = |solo: &mut Solo, of: usize, hand: u64| {
        let floor = Some(Floor { hand: Some(hand), ..Floor::default() });
        solo.live(world.author(of), &signed(&Beacon { floor, ..beacon(&world, of, hand) }, &world.keypair(of)));
    };
    (1..=4).for_each(|it| solo.link(world.author(it)));
    say(&mut solo, 1, u64::MAX);
    say(&mut solo, 2, 1);
    solo.input(Input::Hand(true));
    say(&mut solo, 3, 3);
    say(&mut solo, 4, u64::MAX - 1);
    let order = [2, ME, 3, 4, 1].map(|it| world.author(it));
    assert_eq!(solo.replica.hands(), order);
    solo.input(Input::Hand(false));
    solo.input(Input::Hand(true));
    assert_eq!(solo.replica.hands(), [2, 3, ME, 4, 1].map(|it| world.author(it)));
}

#[test]
fn time_is_the_same_everywhere_to_a_second_also_for_who_comes_later() {
    let mut net = room(84, 4);
    let meeting = net.write(0, None, |_| opened().into()).unwrap();
    net.run_for(1_000);
    let begun = net.now;
    net.write(1, None, |_| set(meeting, 300).into()).unwrap();
    net.run_for(2_000);
    let same = |net: &Net, nodes: &[usize]| {
        for at in nodes {
            let ends = timer(net, *at).1.unwrap_or_else(|| panic!("node {at} knows"));
            assert!(ends.abs_diff(begun + 300 * SECOND) < SECOND, "{ends} as node {at} has it");
        }
    };
    same(&net, &[0, 1, 2, 3, 4]);
    net.run_for(60_000);
    let late = net.join();
    net.crash(3, true);
    net.run_for(1_000);
    net.restart(3);
    net.run_for(6_000);
    same(&net, &[0, 1, 2, 3, 4, late]);
    // All who saw it being set go; those who came later have it from one another, and it does not wander.
    [0, 1, 2, 4].into_iter().for_each(|at| net.crash(at, true));
    let later = net.join();
    net.run_for(180_000);
    same(&net, &[3, late, later]);
    let over = begun + 310 * SECOND - net.now;
    net.run_for(over);
    let ends = timer(&net, later).1;
    assert!(ends.is_some_and(|it| it <= net.now), "it is over: {ends:?}");
}

#[test]
fn a_timer_that_nobody_here_knows_of_says_nothing() {
    let mut net = room(85, 1);
    let meeting = net.write(0, None, |_| opened().into()).unwrap();
    net.write(0, None, |_| set(meeting, 300).into()).unwrap();
    net.run_for(1_000);
    [0, 1].into_iter().for_each(|at| net.crash(at, true));
    net.restart(1);
    net.run_for(1_000);
    assert_eq!(timer(&net, 1).1, None);
}

#[test]
fn a_beacon_that_says_centuries_are_left_moves_nobodys_time() {
    let mut world = World::new(86);
    (1..=3).for_each(|it| _ = world.introduce(it, "Somebody"));
    world.sync_all();
    let meeting = world.write(1, opened());
    let timer = world.write(1, set(meeting, 300));
    world.sync_all();
    let mut solo = Solo::holding(&world);
    (1..=3).for_each(|it| solo.link(world.author(it)));
    let mut counter = 0;
    let mut say = |solo: &mut Solo, of: usize, left: u64| {
        counter += 1;
        let said = TimeLeft { set: ByteArray::new(*timer.digest()), left };
        let floor = Some(Floor { timer: Some(said), ..Floor::default() });
        solo.live(world.author(of), &signed(&Beacon { floor, ..beacon(&world, of, counter) }, &world.keypair(of)));
    };
    let ends = |solo: &Solo| {
        let fold = solo.replica.fold();
        solo.replica.ends(fold.meeting(&meeting).unwrap().timer.as_ref().unwrap())
    };
    say(&mut solo, 3, 1_000_000_000 * SECOND);
    assert_eq!(ends(&solo), Some(solo.now + 300 * SECOND), "alone it says no more than was set");
    say(&mut solo, 3, u64::MAX);
    say(&mut solo, 1, 200 * SECOND);
    say(&mut solo, 2, 200 * SECOND);
    assert_eq!(ends(&solo), Some(solo.now + 200 * SECOND));
    say(&mut solo, 3, 0);
    assert_eq!(ends(&solo), Some(solo.now + 200 * SECOND));
    // The others' next beacons took a while; the first ones have said more.
    let before = ends(&solo);
    solo.wait(2 * SECOND);
    say(&mut solo, 1, 199 * SECOND);
    say(&mut solo, 2, 199 * SECOND);
    assert_eq!(ends(&solo), before);
}

#[test]
fn what_others_pass_on_says_nothing_of_time() {
    let mut world = World::new(87);
    (1..=2).for_each(|it| _ = world.introduce(it, "Somebody"));
    world.sync_all();
    let meeting = world.write(1, opened());
    let timer = world.write(1, set(meeting, 300));
    world.sync_all();
    let mut solo = Solo::holding(&world);
    solo.link(world.author(1));
    let said = TimeLeft { set: ByteArray::new(*timer.digest()), left: 5_000 };
    let floor = Some(Floor { timer: Some(said), hand: Some(1), ..Floor::default() });
    solo.live(world.author(1), &signed(&Beacon { floor, ..beacon(&world, 2, 1) }, &world.keypair(2)));
    assert_eq!(solo.replica.hands(), vec![world.author(2)]);
    let fold = solo.replica.fold();
    assert_eq!(solo.replica.ends(fold.meeting(&meeting).unwrap().timer.as_ref().unwrap()), None);
}

#[test]
fn who_asks_to_wait_is_heard_by_all_and_for_a_while() {
    let mut net = room(88, 3);
    let round = Cid::of(b"round");
    net.input(2, Input::Wait(round));
    net.run_for(1_000);
    for at in 0..4 {
        assert_eq!(net.replica(at).unwrap().waits(), vec![(node(&net, 2), round)], "as node {at} has it");
    }
    net.run_for(WAITS);
    for at in 0..4 {
        assert_eq!(net.replica(at).unwrap().waits(), vec![], "as node {at} has it");
    }
}

#[test]
fn a_beacon_without_a_meeting_says_nothing_of_one() {
    let mut world = World::new(89);
    world.introduce(1, "Peer");
    let mut solo = Solo::holding(&world);
    let peer = world.author(1);
    solo.link(peer);
    solo.wait(6_000);
    let floors = |solo: &mut Solo| -> Vec<Option<Floor>> {
        let sent = solo.sent_beacons(peer).into_iter();
        let read = sent.filter_map(|it| if let Live::Beacon(it) = it { it.read(&world.room()).ok() } else { None });
        read.map(|it| it.floor).collect()
    };
    let before = floors(&mut solo);
    assert!(!before.is_empty() && before.iter().all(Option::is_none), "{before:?}");
    solo.input(Input::Hand(true));
    solo.wait(200);
    assert_eq!(floors(&mut solo), vec![Some(Floor { hand: Some(1), ..Floor::default() })]);
}
