//! Relayed messages to members who are not linked: that they arrive through others, how far, and what liars and floods change.

use paceline_mesh::{
    Input,
    wire::{Beacon, Behind, Carry, Live, RELAYED_BYTES, RELAYED_LINKS, ShortIds, Signed, State, short_node},
};
use paceline_room::{NodeId, testing::World};
use serde_bytes::{ByteArray, ByteBuf};

use crate::world::{Lie, Net, Solo};

fn send(net: &mut Net, from: usize, to: usize, text: &str) {
    let to = net.nodes[to].key.node();
    net.input(from, Input::Carry { to, bytes: text.as_bytes().to_vec() });
}

fn relayed(net: &mut Net, at: usize) -> Vec<String> {
    net.relayed.remove(&at).unwrap_or_default().into_iter().map(|it| String::from_utf8(it).unwrap()).collect()
}

/// A row of nodes, each linked with the next only.
fn row(seed: u64, nodes: usize) -> Net {
    let mut net = Net::new(seed);
    (0..nodes).for_each(|a| (a + 2..nodes).for_each(|b| net.forbid(a, b)));
    (1..nodes).for_each(|_| _ = net.join());
    net.run_for(60_000);
    net
}

#[test]
fn two_nodes_that_cannot_link_write_to_each_other_through_a_third() {
    let mut net = row(50, 3);
    send(&mut net, 0, 2, "there");
    send(&mut net, 2, 0, "back");
    net.run_for(1_000);
    assert_eq!((relayed(&mut net, 2), relayed(&mut net, 0)), (vec!["there".to_owned()], vec!["back".to_owned()]));
    assert_eq!(relayed(&mut net, 1), Vec::<String>::new());
}

#[test]
fn a_letter_crosses_three_links_and_no_more() {
    let mut net = row(51, 5);
    send(&mut net, 0, 3, "three links");
    send(&mut net, 0, 4, "four links");
    net.run_for(5_000);
    assert_eq!((relayed(&mut net, 3), relayed(&mut net, 4)), (vec!["three links".to_owned()], vec![]));
}

#[test]
fn in_a_room_of_twenty_with_many_broken_pairs_every_letter_arrives_once() {
    for seed in 52..56 {
        let mut net = Net::new(seed);
        for a in 0..20 {
            for b in a + 1..20 {
                if net.rng.chance(50) {
                    net.forbid(a, b);
                }
            }
        }
        (1..20).for_each(|_| _ = net.join());
        net.run_for(30_000);
        for a in 0..20 {
            (0..20).filter(|b| *b != a).for_each(|b| send(&mut net, a, b, &format!("{a} to {b}")));
            net.run_for(1_000);
        }
        net.run_for(1_000);
        for b in 0..20 {
            let mut wanted: Vec<String> = (0..20).filter(|a| *a != b).map(|a| format!("{a} to {b}")).collect();
            wanted.sort_unstable();
            let mut got = relayed(&mut net, b);
            got.sort_unstable();
            assert_eq!(got, wanted, "seed {seed}");
        }
    }
}

/// A newcomer that has written nothing is known to all within a second of its first link, and they to it.
#[test]
fn a_newcomer_and_the_room_hear_of_each_other_with_the_first_link() {
    let mut net = Net::new(57);
    (1..6).for_each(|_| _ = net.join());
    net.run_for(20_000);
    (0..5).for_each(|at| net.forbid(at, 6));
    let newcomer = net.join();
    let (key, bearer) = (net.nodes[newcomer].key.node(), net.nodes[5].key.node());
    net.run_for(1_500);
    for at in 0..5 {
        let reached = net.replica(at).unwrap().reached_through();
        let seen: Vec<(NodeId, NodeId, bool)> =
            reached.into_iter().map(|it| (it.node, it.through, it.is_stranger)).collect();
        assert_eq!(seen, vec![(key, bearer, true)], "as node {at} sees it");
        let other = net.nodes[at].key.node();
        let reached = net.replica(newcomer).unwrap().reached_through();
        assert!(reached.iter().any(|it| (it.node, it.through) == (other, bearer)), "node {at} as it sees it");
    }
    assert_eq!(net.replica(5).unwrap().reached_through(), vec![]);
    net.crash(newcomer, true);
    net.run_for(60_000);
    assert_eq!(net.replica(0).unwrap().reached_through(), vec![], "it is gone");
}

/// Neighbours that claim to be linked with everybody attract relayed messages and swallow them: others carry the next ones.
#[test]
fn liars_that_claim_every_link_do_not_keep_two_nodes_apart() {
    let mut net = Net::new(58);
    net.forbid(0, 3);
    (1..4).for_each(|_| _ = net.join());
    (0..3).for_each(|_| _ = net.join_liar(Lie::EveryLink));
    net.run_for(10_000);
    for attempt in 0..10 {
        send(&mut net, 0, 3, &format!("attempt {attempt}"));
        net.run_for(8_000);
    }
    let arrived = relayed(&mut net, 3).len();
    println!("{arrived} of 10 relayed messages arrived with 3 liars among 5 bearers");
    assert!(arrived >= 3);
}

#[test]
fn a_flood_of_letters_harms_nobody_and_is_told() {
    let mut net = Net::new(59);
    net.forbid(0, 3);
    (1..4).for_each(|_| _ = net.join());
    net.join_liar(Lie::RelayedFlood);
    net.run_for(10_000);
    let mut got = 0;
    for attempt in 0..5 {
        send(&mut net, 0, 3, &format!("attempt {attempt}"));
        net.run_for(1_000);
        got += relayed(&mut net, 3).iter().filter(|it| it.starts_with("attempt")).count();
    }
    assert_eq!(got, 5);
    let honest = net.up_links().into_iter().filter(|(a, b)| *a < 4 && *b < 4).count();
    assert_eq!(honest, 5, "nobody dropped anybody");
    assert!(net.replica(1).unwrap().refused()["too-many-letters"] > 0);
    assert!(net.stats.live_bytes < 5_000_000, "honest nodes passed on {} bytes", net.stats.live_bytes);
}

#[test]
fn letters_over_their_limits_are_refused_and_own_ones_not_sent() {
    let world = World::new(60);
    let mut solo = Solo::holding(&world);
    let (peer, far) = (world.author(1), world.author(2));
    solo.link(peer);
    solo.sent_live(peer);
    for (links, size) in [(RELAYED_LINKS, 1), (0, RELAYED_BYTES + 1)] {
        solo.live(peer, &Live::Carry(Carry(far, links, ByteBuf::from(vec![0; size]))));
    }
    assert_eq!(solo.refused, vec![("bad-message", Some(peer)); 2]);
    solo.input(Input::Carry { to: far, bytes: vec![0; RELAYED_BYTES + 1] });
    solo.input(Input::Carry { to: solo.replica.node(), bytes: vec![0] });
    assert_eq!(solo.sent_live(peer), vec![]);
    solo.input(Input::Carry { to: far, bytes: vec![7] });
    assert_eq!(solo.sent_live(peer), vec![Live::Carry(Carry(far, RELAYED_LINKS - 1, ByteBuf::from(vec![7])))]);
    assert!(solo.relayed.is_empty());
}

#[test]
fn made_up_nodes_come_after_those_who_have_written() {
    let mut world = World::new(61);
    let known = 3;
    world.introduce(known, "Known");
    let mut solo = Solo::holding(&world);
    let peer = world.author(1);
    solo.link(peer);
    let signed = |by: usize, links: &[usize]| {
        let beacon = Beacon {
            room: ByteArray::new(*world.room().digest()),
            node: world.author(by),
            counter: 1,
            state: State::Here,
            tips: Default::default(),
            events: 0,
            missing_words: ShortIds::default(),
            more_missing: false,
            links: ShortIds(links.iter().map(|it| short_node(&world.author(*it))).collect()),
            listens: false,
            floor: None,
            behind: Behind::default(),
        };
        Live::Beacon(Signed::new(&beacon, &world.keypair(by)))
    };
    let made_up: Vec<usize> = (100..140).collect();
    solo.live(peer, &signed(1, &[&made_up[..], &[known]].concat()));
    made_up.iter().chain([&known]).for_each(|it| solo.live(peer, &signed(*it, &[1])));
    let reached = solo.replica.reached_through();
    assert_eq!((reached.len(), reached[0].node, reached[0].is_stranger), (41, world.author(known), false));
    assert!(reached[1..].iter().all(|it| it.is_stranger && it.through == peer));
    assert_eq!(solo.acquainted, reached.iter().map(|it| it.node).collect::<Vec<_>>());
}
