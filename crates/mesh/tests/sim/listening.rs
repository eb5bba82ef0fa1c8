//! Who listens to newcomers in whole rooms: two of each group that can, whoever comes and goes.

use crate::world::Net;

/// A room whose nodes have servers, but for those of `without`.
fn room(seed: u64, nodes: usize, without: &[usize]) -> Net {
    let mut net = Net::new(seed);
    (1..nodes).for_each(|_| _ = net.join());
    (0..nodes).filter(|at| !without.contains(at)).for_each(|at| net.set_servers(at, true));
    net
}

fn listeners(net: &Net) -> Vec<usize> {
    net.alive().into_iter().filter(|at| net.nodes[*at].has_servers && !net.nodes[*at].resting).collect()
}

/// The smallest so many of those that are alive and have servers.
fn smallest(net: &Net, count: usize) -> Vec<usize> {
    let mut able: Vec<usize> = net.alive().into_iter().filter(|at| net.nodes[*at].has_servers).collect();
    able.sort_by_key(|at| net.nodes[*at].key.node());
    able.truncate(count);
    able.sort_unstable();
    able
}

#[test]
fn in_a_full_mesh_the_two_smallest_of_those_that_can_listen() {
    for (seed, nodes, without) in
        [(100, 2, &[][..]), (101, 3, &[]), (102, 8, &[]), (103, 8, &[0, 3, 5]), (104, 20, &[1])]
    {
        let mut net = room(seed, nodes, without);
        net.run_for(20_000);
        assert_eq!(listeners(&net), smallest(&net, 2), "of {nodes}");
    }
}

#[test]
fn when_listeners_leave_the_next_take_over_and_no_crowd_of_others() {
    let mut net = room(105, 12, &[]);
    net.run_for(20_000);
    for _ in 0..4 {
        let gone = listeners(&net);
        gone.iter().for_each(|at| net.crash(*at, true));
        let mut awake = Vec::new();
        for _ in 0..400 {
            net.run_for(100);
            awake.push(listeners(&net).len());
        }
        assert_eq!(listeners(&net), smallest(&net, 2));
        assert!(awake.iter().all(|count| *count <= 3), "{awake:?}");
    }
}

#[test]
fn a_listener_that_loses_its_servers_is_replaced_and_comes_back() {
    let mut net = room(106, 6, &[]);
    net.run_for(20_000);
    let before = listeners(&net);
    net.set_servers(before[0], false);
    net.run_for(30_000);
    assert_eq!(listeners(&net), smallest(&net, 2));
    net.set_servers(before[0], true);
    net.run_for(30_000);
    assert_eq!(listeners(&net), before);
}

#[test]
fn a_part_that_is_cut_off_listens_for_itself_and_once_whole_two_are_enough_again() {
    let mut net = room(107, 8, &[]);
    net.run_for(20_000);
    net.partition(|at| (at % 2) as u8);
    net.run_for(60_000);
    for part in 0..2 {
        let there: Vec<usize> = listeners(&net).into_iter().filter(|at| at % 2 == part).collect();
        assert_eq!(there.len(), 2, "in part {part}");
    }
    net.heal();
    net.run_for(40_000);
    assert_eq!(listeners(&net), smallest(&net, 2));
}

#[test]
fn in_a_room_with_many_broken_pairs_every_resting_node_has_two_listeners_beside_it() {
    for seed in 108..112 {
        let mut net = Net::new(seed);
        for a in 0..16 {
            for b in a + 1..16 {
                if net.rng.chance(60) {
                    net.forbid(a, b);
                }
            }
        }
        (1..16).for_each(|_| _ = net.join());
        (0..16).for_each(|at| net.set_servers(at, true));
        net.run_for(60_000);
        let (listening, links) = (listeners(&net), net.up_links());
        assert!(!listening.is_empty());
        for at in (0..16).filter(|at| !listening.contains(at)) {
            let beside = listening.iter().filter(|it| links.contains(&(at.min(**it), at.max(**it)))).count();
            assert!(beside >= 2, "seed {seed}: node {at} rests beside {beside}");
        }
    }
}

#[test]
fn those_who_rest_beside_two_that_listen_glance_now_and_then_one_at_a_time() {
    let mut net = room(113, 6, &[]);
    net.run_for(20_000);
    let said = listeners(&net);
    let mut glanced = Vec::new();
    for second in 0..600 {
        net.run_for(1_000);
        let more: Vec<usize> = listeners(&net).into_iter().filter(|at| !said.contains(at)).collect();
        assert!(more.len() <= 2, "{more:?} in second {second}");
        glanced.extend((!more.is_empty()).then_some(second));
    }
    println!("seconds of ten minutes in which another node listened: {}", glanced.len());
    let longest = [0].iter().chain(&glanced).zip(&glanced).map(|(before, after)| after - before).max();
    assert!(longest.is_some_and(|gap| gap < 200), "{glanced:?}");
    assert_eq!(listeners(&net).len() - usize::from(glanced.last() == Some(&599)), 2, "and they rest again");
}
