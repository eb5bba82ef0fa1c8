//! What waits for its parents: bounded, fair, and admitted in order once they come.

use std::collections::BTreeSet;

use paceline_room::{
    Cid, Event, EventError, Log, Pending, Stored,
    body::Retracted,
    log::Refusal,
    pending::{Capacity, REFUSED, Receipt},
    testing::World,
};
use proptest::prelude::*;

/// A chain of so many posts by author 1, the founding event first.
fn chain(posts: usize) -> (World, Vec<Stored>) {
    let mut world = World::new(7);
    for nth in 0..posts {
        world.post(1, &format!("post {nth}"));
    }
    let blocks = world.blocks();
    (world, blocks)
}

fn small() -> Capacity {
    Capacity { blocks: 8, bytes: 1 << 20, blocks_of_one: 5, bytes_of_one: 1 << 20 }
}

#[test]
fn an_event_before_its_parents_waits_and_follows_them_in() {
    let (world, blocks) = chain(4);
    let (mut log, mut pending) = (Log::new(world.room()), Pending::default());
    for it in blocks[1..].iter().rev() {
        let receipt = pending.receive(&mut log, &it.block, "peer");
        assert!(receipt.admitted.is_empty() && receipt.refused.is_empty() && !receipt.known);
    }
    assert_eq!((log.len(), pending.len()), (0, 4));
    let receipt = pending.receive(&mut log, &blocks[0].block, "peer");
    let admitted: Vec<Cid> = receipt.admitted.iter().map(|ix| log.entry(*ix).cid).collect();
    assert_eq!(admitted, blocks.iter().map(|it| it.cid).collect::<Vec<_>>());
    assert!(pending.is_empty() && pending.bytes() == 0 && pending.missing().next().is_none());
}

#[test]
fn what_is_missing_is_what_is_neither_admitted_nor_waiting() {
    let (world, blocks) = chain(4);
    let (mut log, mut pending) = (Log::new(world.room()), Pending::default());
    assert_eq!(pending.receive(&mut log, &blocks[4].block, 1).missing, [blocks[3].cid]);
    assert_eq!(pending.receive(&mut log, &blocks[3].block, 1).missing, [blocks[2].cid]);
    // Another peer has it too: it can be asked as well.
    let again = pending.receive(&mut log, &blocks[3].block, 2);
    assert_eq!((again.known, again.missing), (true, vec![blocks[2].cid]));
    assert_eq!(pending.missing_of(&blocks[4].cid), [blocks[2].cid]);
    assert_eq!(pending.missing().collect::<Vec<_>>(), [blocks[2].cid]);
}

#[test]
fn what_comes_into_the_log_by_another_way_lets_its_children_in() {
    let (world, blocks) = chain(2);
    let (mut log, mut pending) = (Log::new(world.room()), Pending::default());
    pending.receive(&mut log, &blocks[2].block, 1);
    log.admit(&blocks[0].block).unwrap();
    log.admit(&blocks[1].block).unwrap();
    assert_eq!(pending.admitted(&mut log, blocks[1].cid).admitted.len(), 1);
    assert_eq!(log.len(), 3);
}

/// An event by author 2 whose depth is not what its parent says, and a good one on top of it.
fn wrong_depth(world: &World, parent: Cid) -> (Stored, Stored) {
    let keypair = world.keypair(2);
    let sign = |draft: paceline_room::Draft| {
        let (cid, event, block) = draft.sign(&keypair).expect("within limits");
        Stored { cid, depth: event.depth, block: block.into(), words: None }
    };
    let mut draft = world.log(0).draft(keypair.node(), 1, Retracted { post: parent }.into());
    (draft.parents, draft.depth) = (vec![parent], 99);
    let wrong = sign(draft.clone());
    (draft.seq, draft.prev, draft.parents, draft.depth) = (1, Some(wrong.cid), vec![], 100);
    (wrong, sign(draft))
}

#[test]
fn descendants_of_a_refused_event_go_with_it_each_against_its_own_forwarder() {
    let (world, blocks) = chain(1);
    let (wrong, child) = wrong_depth(&world, blocks[1].cid);
    let (mut log, mut pending) = (Log::new(world.room()), Pending::default());
    pending.receive(&mut log, &blocks[0].block, 1);
    pending.receive(&mut log, &child.block, 2);
    pending.receive(&mut log, &wrong.block, 3);
    assert_eq!(pending.len(), 2);
    let receipt = pending.receive(&mut log, &blocks[1].block, 1);
    let refused: Vec<_> = receipt.refused.into_iter().map(|it| (it.cid, it.why, it.from)).collect();
    assert_eq!(refused, [(wrong.cid, Refusal::WrongDepth, 3), (child.cid, Refusal::RefusedParent, 2)]);
    assert!(pending.is_empty());
    // And it is refused again at once when it comes again, before or after its parent.
    for it in [&wrong, &child] {
        assert_eq!(pending.receive(&mut log, &it.block, 4).refused.len(), 1);
    }
    assert_eq!(log.len(), 2);
}

#[test]
fn what_builds_on_a_newer_format_is_not_held_against_anybody() {
    let (world, blocks) = chain(0);
    let (mut log, mut pending) = (Log::new(world.room()), Pending::default());
    // The same block as version 2: `v` is the first key of the map.
    let mut newer = world.blocks()[0].block.to_vec();
    let at = newer.windows(3).position(|it| it == [0x61, b'v', 1]).expect("it has a version") + 2;
    newer[at] = 2;
    let mut draft = world.log(0).draft(world.author(3), 1, Retracted { post: blocks[0].cid }.into());
    (draft.parents, draft.depth) = (vec![Cid::of(&newer)], 2);
    let (_, _, child) = draft.sign(&world.keypair(3)).expect("within limits");
    pending.receive(&mut log, &child, 1);
    let refused = pending.receive(&mut log, &newer, 1).refused;
    assert_eq!(refused.len(), 2);
    for it in refused {
        assert_eq!(it.why, Refusal::Event(EventError::NewerVersion));
        assert!(!it.why.is_held_against_forwarder());
    }
}

#[test]
fn a_forwarder_over_its_share_loses_its_own_deepest_and_nobody_elses() {
    let (world, blocks) = chain(20);
    let (mut log, mut pending) = (Log::new(world.room()), Pending::new(small()));
    pending.receive(&mut log, &blocks[20].block, "honest");
    let mut dropped = Vec::new();
    for it in &blocks[2..12] {
        dropped.extend(pending.receive(&mut log, &it.block, "flood").dropped);
    }
    assert_eq!(dropped, blocks[7..12].iter().map(|it| it.cid).collect::<Vec<_>>());
    assert!(pending.contains(&blocks[20].cid));
    assert_eq!(pending.len(), 6);
}

#[test]
fn when_all_is_full_whoever_has_most_makes_room() {
    let (world, blocks) = chain(20);
    let (mut log, mut pending) = (Log::new(world.room()), Pending::new(small()));
    for (it, from) in blocks[2..].iter().zip(["a", "a", "a", "a", "a", "b", "b", "b"]) {
        assert!(pending.receive(&mut log, &it.block, from).dropped.is_empty());
    }
    let receipt = pending.receive(&mut log, &blocks[15].block, "c");
    assert_eq!(receipt.dropped, [blocks[6].cid]);
}

#[test]
fn bytes_are_bounded_like_blocks() {
    let (world, blocks) = chain(20);
    let bytes = blocks[2].block.len() * 3 + 100;
    let mut log = Log::new(world.room());
    let of_one = Capacity { bytes_of_one: bytes, ..Capacity::default() };
    let in_all = Capacity { bytes, ..Capacity::default() };
    for capacity in [of_one, in_all] {
        let mut pending = Pending::new(capacity);
        for it in &blocks[2..] {
            pending.receive(&mut log, &it.block, ());
            assert!(pending.bytes() <= bytes);
        }
        assert_eq!(pending.len(), 3);
    }
}

#[test]
fn the_memory_of_refused_events_is_bounded() {
    let mut log = Log::new(World::new(1).room());
    let mut pending = Pending::default();
    let junk = |i: usize| i.to_le_bytes();
    for i in 0..REFUSED + 10 {
        pending.receive(&mut log, &junk(i), ());
    }
    assert!(pending.refusal(&Cid::of(&junk(0))).is_none());
    assert!(pending.refusal(&Cid::of(&junk(REFUSED))).is_some());
}

/// A room in which so many authors write and meet at random, forks among it.
fn random_world(seed: u64, steps: &[(usize, usize)]) -> World {
    let mut world = World::new(seed);
    for (i, j) in steps {
        let before = world.post(*i, "a post");
        match j {
            0..4 => world.send(*i, *j),
            4 => drop(world.write_twin(*i, before, Retracted { post: before })),
            _ => {}
        }
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_with_duplicates_from_any_peers_admits_the_same_set(
        seed: u64, steps in prop::collection::vec((0..4_usize, 0..8_usize), 1..30), shuffle: u64, again in 0..5_usize,
    ) {
        let world = random_world(seed, &steps);
        let (mut log, mut pending) = (Log::new(world.room()), Pending::default());
        let mut admitted = Vec::new();
        let blocks = world.shuffled(shuffle);
        for (nth, it) in blocks.iter().chain(blocks.iter().step_by(again + 1)).enumerate() {
            let Receipt { admitted: more, refused, dropped, .. } = pending.receive(&mut log, &it.block, nth % 3);
            prop_assert!(refused.is_empty() && dropped.is_empty());
            admitted.extend(more);
        }
        prop_assert!(pending.is_empty() && pending.bytes() == 0);
        let cids: BTreeSet<Cid> = admitted.iter().map(|ix| log.entry(*ix).cid).collect();
        prop_assert_eq!(cids.len(), admitted.len());
        prop_assert_eq!(cids, blocks.iter().map(|it| it.cid).collect::<BTreeSet<_>>());
        for i in 0..4 {
            prop_assert_eq!(log.is_split(&world.author(i)), world.whole().is_split(&world.author(i)));
        }
    }

    #[test]
    fn with_part_of_the_events_exactly_what_stands_on_whole_ground_is_admitted(
        seed: u64, steps in prop::collection::vec((0..4_usize, 0..8_usize), 1..30), shuffle: u64, lost in 1..9_usize,
    ) {
        let world = random_world(seed, &steps);
        let (mut log, mut pending) = (Log::new(world.room()), Pending::default());
        let blocks = world.shuffled(shuffle);
        let (lost, here): (Vec<_>, Vec<_>) = blocks.iter().enumerate().partition(|(nth, _)| nth % 10 < lost);
        for (_, it) in &here {
            pending.receive(&mut log, &it.block, ());
        }
        let mut whole = BTreeSet::new();
        for it in world.blocks() {
            let event = Event::decode(&it.block).unwrap();
            if here.iter().any(|(_, there)| there.cid == it.cid) && event.seen().all(|seen| whole.contains(seen)) {
                whole.insert(it.cid);
            }
        }
        let admitted: BTreeSet<Cid> = log.entries().map(|(_, entry)| entry.cid).collect();
        prop_assert_eq!(&admitted, &whole);
        prop_assert_eq!(pending.len(), here.len() - whole.len());
        // Then the rest comes, and nothing is left over.
        for (_, it) in lost {
            pending.receive(&mut log, &it.block, ());
        }
        prop_assert_eq!(log.len(), blocks.len());
        prop_assert!(pending.is_empty());
    }
}
