//! Who is here, who has stored what, and what it costs to know.

use paceline_mesh::{
    Input,
    replica::{Here, Presence, Reach},
    wire::{Beacon, Live, MISSING_WORDS, State, short_node},
};
use paceline_room::{Cid, NodeId, Stored, testing::World};

use crate::world::{Faults, ME, Net, Solo, run_story};

fn beacons(solo: &mut Solo, to: NodeId, world: &World) -> Vec<Beacon> {
    let sent = solo.sent_beacons(to).into_iter();
    sent.filter_map(|it| if let Live::Beacon(signed) = it { signed.read(&world.room()).ok() } else { None }).collect()
}

#[test]
fn a_change_is_told_within_200_ms_and_nothing_else_for_five_seconds() {
    let mut world = World::new(31);
    world.introduce(1, "Peer");
    let mut solo = Solo::holding(&world);
    let peer = world.author(1);
    solo.link(peer);
    solo.wait(1_000);
    assert_eq!(beacons(&mut solo, peer, &world).len(), 1);
    solo.input(Input::Away(true));
    solo.wait(200);
    let told = beacons(&mut solo, peer, &world);
    assert_eq!(told.iter().map(|it| it.state).collect::<Vec<_>>(), vec![State::Away]);
    solo.wait(4_700);
    assert_eq!(beacons(&mut solo, peer, &world).len(), 0);
    solo.wait(400);
    assert_eq!(beacons(&mut solo, peer, &world).len(), 1);
}

#[test]
fn many_changes_in_a_row_are_told_together() {
    let mut world = World::new(32);
    world.introduce(1, "Peer");
    let mut solo = Solo::holding(&world);
    let peer = world.author(1);
    solo.link(peer);
    solo.wait(1_000);
    beacons(&mut solo, peer, &world);
    for number in 0..50 {
        let cid = world.post(1, &format!("number {number}"));
        let stored = world.blocks().into_iter().find(|it| it.cid == cid).unwrap();
        solo.push(peer, &stored.block, None);
        solo.wait(20);
    }
    let told = beacons(&mut solo, peer, &world).len();
    assert!((4..=6).contains(&told), "{told} beacons in a second");
}

#[test]
fn only_what_is_stored_is_reported() {
    let mut world = World::new(33);
    world.introduce(1, "Peer");
    let mut solo = Solo::holding(&world);
    solo.stores = false;
    let peer = world.author(1);
    solo.link(peer);
    let cid = world.post(1, "not stored yet");
    let stored = world.blocks().into_iter().find(|it| it.cid == cid).unwrap();
    let (name, words) = stored.words.clone().unwrap();
    solo.push(peer, &stored.block, Some(&words));
    solo.wait(6_000);
    assert!(beacons(&mut solo, peer, &world).iter().all(|it| !it.tips.0.contains(&cid)));
    assert_eq!(solo.replica.reach(&cid), Reach { stored: 0, of: 2 });
    solo.input(Input::Stored(vec![cid]));
    assert_eq!(solo.replica.reach(&cid).stored, 0, "its words are not stored");
    solo.input(Input::Stored(vec![name]));
    assert_eq!(solo.replica.reach(&cid).stored, 1);
    solo.wait(200);
    assert!(beacons(&mut solo, peer, &world).iter().any(|it| it.tips.0.contains(&cid)));
}

#[test]
fn reach_rises_to_everybody_and_counts_who_is_here() {
    let mut net = Net::new(34);
    let nodes: Vec<usize> = (1..5).map(|_| net.join()).collect();
    net.run_for(2_000);
    let post = |words: Option<paceline_room::Cid>| {
        let (kind, words) = (paceline_room::body::PostKind::Update, words.unwrap());
        paceline_room::body::Posted {
            kind,
            words,
            reply_to: None,
            tags: Default::default(),
            mentions: Default::default(),
        }
        .into()
    };
    let cid = net.write(0, Some("hello"), post).unwrap();
    assert_eq!(net.replica(0).unwrap().reach(&cid), Reach { stored: 1, of: 5 });
    net.run_for(1_000);
    for at in [0].iter().chain(&nodes) {
        assert_eq!(net.replica(*at).unwrap().reach(&cid), Reach { stored: 5, of: 5 }, "as node {at} sees it");
    }
    net.crash(4, true);
    net.run_for(3_000);
    assert_eq!(net.replica(0).unwrap().reach(&cid), Reach { stored: 4, of: 4 });
}

#[test]
fn a_node_that_leaves_says_goodbye_and_one_that_vanishes_does_not() {
    let mut world = World::new(35);
    world.introduce(1, "Peer");
    let (mut one, mut other) = (Solo::holding(&world), Solo::with_key(&world, world.keypair(2)));
    let (me, peer, third) = (world.author(crate::world::ME), world.author(2), world.author(3));
    one.link(peer);
    other.link(me);
    other.link(third);
    one.input(Input::Leave);
    for beacon in one.sent_beacons(peer) {
        other.live(me, &beacon);
    }
    other.input(Input::LinkDown { peer: me, goodbye: false });
    let presence = other.replica.presence();
    assert_eq!(presence[&me], Presence { here: Here::Gone, since: 1_000, goodbye: true });
    assert_eq!(presence[&third], Presence { here: Here::Here, since: 1_000, goodbye: false });
    other.input(Input::LinkDown { peer: third, goodbye: false });
    assert_eq!(other.replica.presence()[&third], Presence { here: Here::Gone, since: 1_000, goodbye: false });
    other.input(Input::LinkUp(third));
    other.input(Input::LinkDown { peer: third, goodbye: true });
    assert!(other.replica.presence()[&third].goodbye);
}

/// Who has written nothing is a stranger to those it is not linked with.
fn introduce(net: &mut Net, nodes: &[usize]) {
    for at in nodes {
        let body = paceline_room::body::Introduced {
            name: "Somebody".try_into().unwrap(),
            strengths: Default::default(),
            hue: 0_u64.try_into().unwrap(),
        };
        assert!(net.write(*at, None, |_| body.into()).is_some());
    }
}

#[test]
fn two_nodes_that_cannot_link_see_each_other_through_a_third() {
    let mut net = Net::new(36);
    let (a, b) = (1, 2);
    net.forbid(a, b);
    net.join();
    net.join();
    net.run_for(3_000);
    introduce(&mut net, &[a, b]);
    net.run_for(5_000);
    let (key_a, key_b) = (net.nodes[a].key.node(), net.nodes[b].key.node());
    assert_eq!(net.replica(a).unwrap().presence()[&key_b].here, Here::Here);
    let cid = net.write(a, None, |_| {
        paceline_room::body::Introduced {
            name: "A".try_into().unwrap(),
            strengths: Default::default(),
            hue: 0_u64.try_into().unwrap(),
        }
        .into()
    });
    net.run_for(7_000);
    assert_eq!(net.replica(b).unwrap().reach(&cid.unwrap()), Reach { stored: 3, of: 3 });
    net.input(a, Input::Leave);
    net.run_for(200);
    net.crash(a, true);
    net.run_for(1_000);
    let gone = net.replica(b).unwrap().presence()[&key_a];
    assert_eq!((gone.here, gone.goodbye), (Here::Gone, true));
}

#[test]
fn who_vanishes_behind_a_third_is_gone_within_a_minute() {
    let mut net = Net::new(37);
    let (a, b) = (1, 2);
    net.forbid(a, b);
    net.join();
    net.join();
    net.run_for(3_000);
    introduce(&mut net, &[a, b]);
    net.run_for(5_000);
    let key_a = net.nodes[a].key.node();
    net.crash(a, true);
    net.run_for(60_000);
    assert_eq!(net.replica(b).unwrap().presence()[&key_a].here, Here::Gone);
}

#[test]
fn a_node_that_comes_back_counts_on_and_is_believed() {
    let mut net = Net::new(38);
    (0..3).for_each(|_| _ = net.join());
    net.run_for(30_000);
    net.crash(1, true);
    net.run_for(5_000);
    net.restart(1);
    // Any beacon taken for a replay would fail the run: honest nodes refuse nothing of one another.
    net.run_for(10_000);
    let key = net.nodes[1].key.node();
    assert_eq!(net.replica(0).unwrap().presence()[&key].here, Here::Here);
    net.input(1, Input::Away(true));
    net.run_for(1_000);
    assert_eq!(net.replica(0).unwrap().presence()[&key].here, Here::Away);
}

#[test]
fn an_idle_link_costs_less_than_a_kilobyte_a_second() {
    for nodes in [2, 8, 50] {
        let mut net = run_story(39, Faults { nodes, time: 3_000, ..Faults::NONE });
        net.run_for(5_000);
        let (before, links) = (net.stats.live_bytes + net.stats.bulk_bytes, nodes * (nodes - 1) / 2);
        net.run_for(20_000);
        let spent = net.stats.live_bytes + net.stats.bulk_bytes - before;
        let rate = spent / 20 / links as u64;
        println!("{nodes} idle nodes: {rate} bytes a second for each link, both ways");
        assert!(rate < 1_000);
    }
}

#[test]
fn a_beacon_lists_the_links_of_its_node() {
    let world = World::new(40);
    let mut solo = Solo::holding(&world);
    let (one, two) = (world.author(1), world.author(2));
    solo.link(one);
    solo.link(two);
    solo.wait(1_000);
    let told = beacons(&mut solo, one, &world).pop().unwrap();
    let mut links = vec![short_node(&one), short_node(&two)];
    links.sort_unstable();
    assert_eq!(told.links.0, links);
}

/// Two nodes of people who write, and a third member whose words nobody gets. Both lack the words of those after `lacking` of
/// the first one's posts. Tells how many nodes hold each of these, as the first one sees it.
fn reach_beside_withheld_words(withheld: usize, posts: usize, lacking: usize) -> Vec<usize> {
    let mut world = World::new(35);
    let (me, other, hostile) = (ME, 1, 3);
    world.introduce(other, "Other");
    let mine: Vec<Cid> = (0..posts).map(|at| world.post(me, &format!("said {at}"))).collect();
    let hidden: Vec<Cid> = (0..withheld).map(|at| world.post(hostile, &format!("hidden {at}"))).collect();
    let blocks = |lacks: &[Cid]| -> Vec<Stored> {
        let without = |it: Stored| Stored { words: it.words.clone().filter(|_| !lacks.contains(&it.cid)), ..it };
        world.blocks().into_iter().map(without).collect()
    };
    let (mut first, mut second) = (Solo::empty(&world), Solo::with_key(&world, world.keypair(other)));
    assert_eq!(first.replica.load(blocks(&hidden)), vec![]);
    assert_eq!(second.replica.load(blocks(&[&hidden, &mine[lacking..]].concat())), vec![]);
    first.link(world.author(other));
    second.link(world.author(me));
    second.wait(1_000);
    let beacons = second.sent_beacons(world.author(me));
    assert!(!beacons.is_empty());
    beacons.iter().for_each(|it| first.live(world.author(other), it));
    let reach: Vec<Reach> = mine.iter().map(|cid| first.replica.reach(cid)).collect();
    assert!(reach.iter().all(|it| it.of == 2));
    reach.into_iter().map(|it| it.stored).collect()
}

#[test]
fn words_that_a_member_withholds_take_nothing_from_the_reach_of_others_posts() {
    for withheld in [MISSING_WORDS, MISSING_WORDS + 1, 10 * MISSING_WORDS] {
        assert_eq!(reach_beside_withheld_words(withheld, 3, 3), [2, 2, 2], "{withheld}");
    }
}

#[test]
fn words_that_a_member_withholds_hide_no_lack_of_others_words() {
    for withheld in [0, MISSING_WORDS + 1, 10 * MISSING_WORDS] {
        assert_eq!(reach_beside_withheld_words(withheld, 12, 4)[..], [[2; 4], [1; 4], [1; 4]].concat(), "{withheld}");
    }
}
