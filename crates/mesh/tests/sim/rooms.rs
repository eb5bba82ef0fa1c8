//! Whole rooms on virtual time, with faults. A failing seed is in the panic's text; `PACELINE_SEED=n` runs that one alone,
//! `PACELINE_SEEDS=n` runs n of them.

use crate::world::{Faults, Lie, Stats, run_story, seeds};

fn copies(stats: &Stats) -> f64 {
    stats.copies as f64 / stats.firsts as f64
}

#[test]
fn eight_quiet_nodes_get_each_event_once_in_one_hop() {
    let net = run_story(1, Faults::NONE);
    println!("8 nodes: {:.3} copies, {} hops at most", copies(&net.stats), net.stats.max_hops);
    assert_eq!(net.stats.copies, net.stats.firsts);
    assert_eq!(net.stats.max_hops, 1);
}

#[test]
fn fifty_quiet_nodes_get_less_than_two_copies_of_each_event() {
    let net = run_story(2, Faults { nodes: 50, time: 20_000, ..Faults::NONE });
    let stats = &net.stats;
    let mut delays = stats.delays.clone();
    delays.sort_unstable();
    println!(
        "50 nodes: {:.3} copies, {} hops at most, {:.2} on average, {} ms median, {} ms at most",
        copies(stats),
        stats.max_hops,
        stats.hops as f64 / stats.pushed_firsts as f64,
        delays[delays.len() / 2],
        delays[delays.len() - 1],
    );
    assert!(copies(stats) < 2.0);
}

#[test]
fn a_dozen_nodes_agree_after_every_fault() {
    for seed in seeds(1, 8) {
        let faults =
            Faults { nodes: 12, late: 3, breaks: 2, partition: true, crashes: 4, amnesiacs: 1, ..Faults::NONE };
        let net = run_story(seed, faults);
        println!("seed {seed}: {} events, {:.2} copies", net.events(0).len(), copies(&net.stats));
    }
}

#[test]
fn a_dozen_nodes_that_lose_nothing_from_disk_end_with_all_words() {
    for seed in seeds(1, 2) {
        let faults = Faults { nodes: 12, late: 2, breaks: 3, partition: true, crashes: 3, ..Faults::NONE };
        run_story(seed + 1_000, faults);
    }
}

#[test]
fn fifty_nodes_agree_after_every_fault() {
    for seed in seeds(1, 1) {
        let faults = Faults {
            nodes: 50,
            late: 5,
            breaks: 10,
            partition: true,
            crashes: 8,
            amnesiacs: 2,
            time: 20_000,
            pace: 200,
            ..Faults::NONE
        };
        let net = run_story(seed, faults);
        println!("seed {seed}: {} events, {:.2} copies", net.events(0).len(), copies(&net.stats));
        assert!(copies(&net.stats) < 2.0);
    }
}

#[test]
fn liars_do_not_keep_the_others_from_agreeing() {
    const LIARS: &[Lie] = &[Lie::Garbage, Lie::FalseTips, Lie::Silent, Lie::EmptyPages, Lie::Trickle, Lie::SlowBlocks];
    for seed in seeds(1, 3) {
        let faults = Faults { nodes: 8, late: 2, breaks: 1, liars: LIARS, partition: true, ..Faults::NONE };
        run_story(seed, faults);
    }
}

#[test]
fn one_seed_is_one_run() {
    let run = || {
        let net = run_story(7, Faults { late: 1, breaks: 2, crashes: 1, time: 10_000, ..Faults::NONE });
        (net.stats.live_bytes, net.stats.bulk_bytes, net.now, net.events(0))
    };
    assert_eq!(run(), run());
}
