//! The table of cases of the room's design, section 3, row by row: who leads after what happened side by side.

use paceline_room::{
    Cid,
    body::{BatonOpened, BatonTaken, Introduced},
    fold::IgnoredReason,
    state::{BatonState, TermBy},
    testing::World,
};

use crate::support::{Moves, baton, seen_by, term, whole};

/// A room whose founder has opened a baton and seen so many others introduce themselves; all have seen all.
fn room(seed: u64, others: usize) -> (World, Cid) {
    let mut world = World::new(seed);
    for i in 1..=others {
        world.introduce(i, "somebody");
    }
    world.sync_all();
    let baton = world.open_baton(0, "the release");
    world.sync_all();
    (world, baton)
}

#[test]
fn taken_offline_while_another_takes_and_five_go_on_with_the_other() {
    let mut world = World::new(1);
    let lead = world.open_baton(0, "the release");
    world.sync_all();
    for i in 1..=8 {
        world.introduce(i, "somebody");
        world.send(i, 0);
    }
    for i in 1..=8 {
        world.send(0, i);
    }
    let alone = world.take(0, lead, lead);
    let other = world.take(1, lead, lead);
    for i in 2..=6 {
        world.send(1, i);
        world.post(i, "on we go");
    }
    let shown = baton(&world, lead);
    assert_eq!((shown.tip, shown.holder, shown.settled), (other, Some(world.author(1)), true));
    assert!(term(&shown, alone).parallel && !term(&shown, other).parallel);
}

#[test]
fn a_straggler_that_saw_only_the_opening_does_not_win_while_the_founder_is_silent() {
    let mut world = World::new(2);
    let lead = world.open_baton(0, "the release");
    world.send(0, 9);
    for i in 1..=6 {
        world.introduce(i, "somebody");
        world.send(i, 0);
    }
    for i in 1..=6 {
        world.send(0, i);
    }
    let straggler = world.take(9, lead, lead);
    let other = world.take(1, lead, lead);
    for i in 2..=6 {
        world.send(1, i);
        world.post(i, "on we go");
    }
    let shown = baton(&world, lead);
    assert_eq!((shown.tip, shown.holder), (other, Some(world.author(1))));
    assert!(term(&shown, straggler).parallel);
    assert!(!shown.settled, "the founder, the only elector, may still say otherwise");
}

#[test]
fn two_take_at_the_same_instant_and_silence_leaves_it_to_the_tie_rule() {
    let mut winners = std::collections::BTreeSet::new();
    for seed in 0..12 {
        let (mut world, lead) = room(100 + seed, 4);
        let takes = [world.take(1, lead, lead), world.take(2, lead, lead)];
        let shown = baton(&world, lead);
        assert!(!shown.settled, "it leans");
        let winner = takes.iter().position(|take| *take == shown.tip).expect("one of the two leads");
        assert!(term(&shown, takes[1 - winner]).parallel);
        winners.insert(winner);
    }
    assert_eq!(winners.len(), 2, "the draw falls either way, not by who comes first");
}

#[test]
fn a_twin_that_votes_the_other_way_cancels_one_vote_and_no_more() {
    let (mut world, lead) = room(4, 6);
    let three = world.take(1, lead, lead);
    let one = world.take(2, lead, lead);
    for i in 3..=5 {
        world.send(1, i);
    }
    let twin_to_be = world.post(3, "with the first");
    world.post(4, "me too");
    world.post(5, "me too");
    world.send(2, 6);
    world.post(6, "with the second");
    world.post(0, "has seen neither");
    let before = baton(&world, lead);
    assert_eq!((before.tip, before.settled), (three, true), "3-1, and one elector has yet to speak");
    assert!(term(&before, one).parallel);

    // A twin of an elector's event, written where only the other branch is known.
    let body = Introduced {
        name: "somebody".try_into().unwrap(),
        strengths: Default::default(),
        hue: 0_u64.try_into().unwrap(),
    };
    let draft = world.log(2).draft(world.author(3), 9_000_000, body.into());
    assert_eq!(draft.seq, world.log(3).entry(world.ix(3, &twin_to_be)).event.seq);
    let (_, _, block) = draft.sign(&world.keypair(3)).expect("valid");
    let mut node = whole(&world);
    node.admit(&block).expect("new");
    let after = node.fold.baton(&lead).expect("a baton");
    assert_eq!(after.tip, three, "2-1, same holder");
    assert!(!after.settled, "the elector that has yet to speak could draw level");
    assert_eq!(after.terms, before.terms);
    assert!(node.fold.person(&world.author(3)).expect("known").split);
}

#[test]
fn two_who_step_in_apart_end_with_the_holder_who_reclaims() {
    let (mut world, lead) = room(5, 4);
    let held = world.take(1, lead, lead);
    world.sync_all();
    let first = world.step_in(2, lead, held);
    let second = world.step_in(3, lead, held);
    world.sync_all();
    let shown = baton(&world, lead);
    assert_eq!(shown.may_reclaim, Some(world.author(1)));
    assert_eq!(shown.run_ends.iter().copied().collect::<std::collections::BTreeSet<_>>(), [first, second].into());
    let back = world.reclaim(1, lead, &shown.run_ends);
    let shown = baton(&world, lead);
    assert_eq!((shown.tip, shown.holder), (back, Some(world.author(1))));
    assert_eq!(shown.terms.len(), 4, "no term is lost");
    assert_eq!(term(&shown, first).until, Some(back));
    assert_eq!(term(&shown, second).until, Some(back));
}

#[test]
fn a_holder_may_reclaim_from_the_second_of_two_stand_ins() {
    let (mut world, lead) = room(6, 4);
    let held = world.take(1, lead, lead);
    world.sync_all();
    let first = world.step_in(2, lead, held);
    world.sync_all();
    let second = world.step_in(3, lead, first);
    world.sync_all();
    let shown = baton(&world, lead);
    assert_eq!((shown.may_reclaim, shown.run_ends.clone()), (Some(world.author(1)), vec![second]));
    let back = world.reclaim(1, lead, &[second]);
    let shown = baton(&world, lead);
    assert_eq!((shown.tip, shown.holder), (back, Some(world.author(1))));
    assert_eq!(term(&shown, back).by, TermBy::Reclaimed);
}

#[test]
fn a_reclaim_that_races_the_stand_ins_handoff_wins_on_equal_votes() {
    let (mut world, lead) = room(7, 6);
    let held = world.take(1, lead, lead);
    world.sync_all();
    let stand_in = world.step_in(2, lead, held);
    world.sync_all();
    let offer = world.offer(2, lead, stand_in, 3);
    world.send(2, 3);
    let handoff = world.accept(3, lead, stand_in, offer);
    let back = world.reclaim(1, lead, &[stand_in]);
    world.send(1, 4);
    world.post(4, "welcome back");
    world.send(3, 5);
    world.post(5, "go on");
    let shown = baton(&world, lead);
    assert_eq!((shown.tip, shown.holder), (back, Some(world.author(1))));
    assert!(term(&shown, handoff).parallel && !term(&shown, back).parallel);
    // One more who goes on with the handoff, and the room has said otherwise.
    world.send(3, 6);
    world.post(6, "go on");
    assert_eq!(baton(&world, lead).tip, handoff);
}

#[test]
fn an_accept_that_has_seen_the_step_in_is_ignored() {
    let (mut world, lead) = room(8, 4);
    let held = world.take(1, lead, lead);
    let offer = world.offer(1, lead, held, 2);
    world.sync_all();
    let stand_in = world.step_in(3, lead, held);
    world.sync_all();
    let late = world.accept(2, lead, held, offer);
    let node = whole(&world);
    assert_eq!(node.fold.why_ignored(&late), Some(IgnoredReason::MovedOn));
    let shown = node.fold.baton(&lead).expect("a baton");
    assert_eq!((shown.tip, shown.state, shown.terms.len()), (stand_in, BatonState::Held, 2));
}

#[test]
fn a_lone_node_that_stepped_in_on_a_leader_of_fifty_gives_way_to_one_click() {
    let (mut world, lead) = room(9, 50);
    let held = world.take(1, lead, lead);
    world.sync_all();
    let lone = world.step_in(50, lead, held);
    for i in 2..50 {
        world.post(i, "meanwhile");
    }
    world.sync_all();
    let shown = baton(&world, lead);
    assert_eq!((shown.tip, shown.may_reclaim), (lone, Some(world.author(1))), "nothing competes with it");
    let back = world.reclaim(1, lead, &shown.run_ends);
    let shown = baton(&world, lead);
    assert_eq!((shown.tip, shown.holder), (back, Some(world.author(1))));
    assert!(term(&shown, lone).parallel, "kept as parallel lead");
    assert_eq!(term(&shown, lone).until, Some(back));
}

#[test]
fn a_stand_in_whom_the_room_followed_is_no_parallel_lead() {
    let (mut world, lead) = room(10, 5);
    let held = world.take(1, lead, lead);
    world.sync_all();
    let stand_in = world.step_in(2, lead, held);
    for i in 3..=5 {
        world.send(2, i);
        world.post(i, "thank you");
    }
    world.sync_all();
    world.reclaim(1, lead, &[stand_in]);
    assert!(!term(&baton(&world, lead), stand_in).parallel);
}

#[test]
fn a_stand_in_in_a_quiet_room_is_no_parallel_lead() {
    let (mut world, lead) = room(12, 5);
    let held = world.take(1, lead, lead);
    world.sync_all();
    let stand_in = world.step_in(2, lead, held);
    world.sync_all();
    world.reclaim(1, lead, &[stand_in]);
    assert!(!term(&baton(&world, lead), stand_in).parallel, "nobody wrote beside it either");
}

#[test]
fn everybody_sees_the_same_once_they_have_seen_the_same() {
    let (mut world, lead) = room(11, 5);
    world.write(
        3,
        BatonOpened { title: "another".try_into().unwrap(), strengths: Default::default(), minutes: None, need: None },
    );
    world.write(1, BatonTaken { baton: lead, tip: lead });
    world.write(2, BatonTaken { baton: lead, tip: lead });
    world.sync_all();
    let states: Vec<_> = (0..=5).map(|i| seen_by(&world, i).state()).collect();
    assert!(states.windows(2).all(|pair| pair[0] == pair[1]));
}
