//! The log's answers about cause and effect, each in constant or logarithmic time, against a plain walk along the links.

use std::collections::{BTreeMap, BTreeSet};

use paceline_room::{Cid, Ix, Log, body::Retracted, log::Seen, testing::World};
use proptest::prelude::*;

const AUTHORS: usize = 5;

/// What happens next: who writes, forks an event of its own, or receives from whom.
#[derive(Debug, Clone)]
enum Step {
    Post(usize),
    Fork(usize, prop::sample::Index),
    Send(usize, usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..AUTHORS).prop_map(Step::Post),
        1 => (0..AUTHORS, any::<prop::sample::Index>()).prop_map(|(i, of)| Step::Fork(i, of)),
        4 => (0..AUTHORS, 0..AUTHORS).prop_map(|(from, to)| Step::Send(from, to)),
    ];
    prop::collection::vec(step, 1..60)
}

fn play(steps: &[Step]) -> World {
    let mut world = World::new(3);
    let mut own: BTreeMap<usize, Vec<Cid>> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Post(i) => own.entry(*i).or_default().push(world.post(*i, "a post")),
            Step::Fork(i, of) => {
                if let Some(of) = own.get(i).map(|own| *of.get(own)) {
                    own.entry(*i).or_default().push(world.write_twin(*i, of, Retracted { post: of, alone: false }));
                }
            }
            Step::Send(from, to) => world.send(*from, *to),
        }
    }
    world
}

/// Everything in the past of each event, itself included, by walking.
fn pasts(log: &Log) -> BTreeMap<Ix, BTreeSet<Ix>> {
    let mut pasts: BTreeMap<Ix, BTreeSet<Ix>> = BTreeMap::new();
    for (ix, entry) in log.entries() {
        let mut past: BTreeSet<Ix> =
            entry.event.seen().flat_map(|cid| pasts[&log.find(cid).unwrap()].iter().copied()).collect();
        past.insert(ix);
        pasts.insert(ix, past);
    }
    pasts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_answer_about_the_past_is_that_of_a_walk_along_the_links(steps in steps(), shuffle: u64) {
        let world = play(&steps);
        // Admitted in another order than written, so that chains are cut in other ways.
        let mut log = Log::new(world.room());
        let mut left = world.shuffled(shuffle);
        while !left.is_empty() {
            left.retain(|it| matches!(log.admit(&it.block), Ok(paceline_room::Admission::Pending(_))));
        }
        let pasts = pasts(&log);
        let built_on: BTreeSet<Ix> =
            log.entries().flat_map(|(_, it)| it.event.seen().map(|cid| log.find(cid).unwrap()).collect::<Vec<_>>()).collect();
        prop_assert_eq!(log.tips().iter().collect::<BTreeSet<_>>(), pasts.keys().filter(|it| !built_on.contains(it)).copied().collect());

        for (b, past) in &pasts {
            for a in pasts.keys() {
                prop_assert_eq!(log.is_ancestor(*a, *b), past.contains(a));
            }
        }
        for ((b, past), (other, beside)) in pasts.iter().zip(pasts.iter().rev()) {
            let mut seen = Seen::default();
            [b, other].into_iter().for_each(|it| log.see(&mut seen, *it));
            for a in pasts.keys() {
                prop_assert_eq!(log.is_seen(&seen, *a), past.contains(a) || beside.contains(a));
            }
        }
        let mut seen = Seen::default();
        log.tips().iter().for_each(|tip| log.see(&mut seen, tip));
        prop_assert!(pasts.keys().all(|it| log.is_seen(&seen, *it)));

        let mut in_chains = BTreeSet::new();
        for author in log.authors().collect::<Vec<_>>() {
            for (chain, it) in log.chains_of(&author) {
                prop_assert_eq!(it.author, author);
                in_chains.extend(it.events.iter().copied());
                // Each goes on with the one before.
                for pair in it.events.windows(2) {
                    prop_assert_eq!(log.entry(pair[1]).event.prev, Some(log.entry(pair[0]).cid));
                }
                for (b, past) in &pasts {
                    let seen = it.events.iter().filter(|it| past.contains(it)).count();
                    prop_assert_eq!(log.seen_of_chain(*b, chain) as usize, seen);
                    let first = it.events.iter().find(|it| pasts[it].contains(b)).copied();
                    prop_assert_eq!(log.first_in_chain_after(chain, *b), first);
                }
            }
            let numbers: Vec<u64> =
                log.entries().filter(|(_, it)| it.event.author == author).map(|(_, it)| it.event.seq).collect();
            prop_assert_eq!(log.is_split(&author), numbers.iter().collect::<BTreeSet<_>>().len() < numbers.len());
        }
        prop_assert_eq!(in_chains.len(), log.len());
    }

    #[test]
    fn a_draft_has_everything_its_author_has_seen_in_its_past(steps in steps()) {
        let mut world = play(&steps);
        for i in 0..AUTHORS {
            let seen = world.log(i).len();
            let cid = world.post(i, "last");
            let log = world.log(i);
            let last = log.find(&cid).unwrap();
            prop_assert_eq!(log.entries().filter(|(ix, _)| log.is_ancestor(*ix, last)).count(), seen + 1);
        }
    }
}
