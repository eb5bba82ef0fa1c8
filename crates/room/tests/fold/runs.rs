//! What a stand-in passes on stays in the run, so that a lead cannot be laundered; and what the room went on with is a
//! lead like any other.

use paceline_room::{
    Cid,
    fold::IgnoredReason,
    state::{BatonState, TermBy},
    testing::World,
};

use crate::support::{Moves, baton, seen_by, term, whole};

/// The holder.
const H: usize = 1;
/// Who steps in, and those who help.
const M: [usize; 3] = [2, 3, 4];

/// A room of the founder, the holder, three accomplices and so many honest others; the holder leads, all have seen all.
fn held(seed: u64, others: usize) -> (World, Cid, Cid) {
    let mut world = World::new(seed);
    for i in 1..=4 + others {
        world.introduce(i, "somebody");
    }
    world.sync_all();
    let lead = world.open_baton(0, "the release");
    world.sync_all();
    let held = world.take(H, lead, lead);
    world.sync_all();
    (world, lead, held)
}

fn why(world: &World, cid: Cid) -> Option<IgnoredReason> {
    whole(world).fold.why_ignored(&cid)
}

/// One hands the baton on to another at `tip`, and all hear of it.
fn pass(world: &mut World, lead: Cid, tip: Cid, from: usize, to: usize) -> Cid {
    let offer = world.offer(from, lead, tip, to);
    world.sync_all();
    let passed = world.accept(to, lead, tip, offer);
    world.sync_all();
    passed
}

/// One steps in at `tip`, and all hear of it.
fn step_in(world: &mut World, lead: Cid, tip: Cid, who: usize) -> Cid {
    let stand_in = world.step_in(who, lead, tip);
    world.sync_all();
    stand_in
}

/// The holder sees that it may come back, and does, with what the page offers it.
fn comes_back(world: &mut World, lead: Cid) {
    let shown = baton(world, lead);
    assert_eq!(shown.may_reclaim, Some(world.author(H)), "the right is shown");
    let back = world.reclaim(H, lead, &shown.run_ends);
    assert_eq!(why(world, back), None);
    let shown = baton(world, lead);
    assert_eq!((shown.tip, shown.holder), (back, Some(world.author(H))));
    assert_eq!((shown.may_close, shown.may_reclaim), (vec![world.author(H)], None), "it leads as before");
}

#[test]
fn the_holder_comes_back_from_whom_a_stand_in_passed_the_baton_to() {
    let (mut world, lead, held) = held(1, 4);
    let stand_in = step_in(&mut world, lead, held, M[0]);
    let passed = pass(&mut world, lead, stand_in, M[0], M[1]);
    let shown = baton(&world, lead);
    assert_eq!((shown.holder, shown.run_ends.clone()), (Some(world.author(M[1])), vec![passed]));
    assert_eq!(term(&shown, passed).by, TermBy::Accepted);
    assert!(shown.may_close.is_empty());
    let closed = world.close(M[1], lead, passed);
    assert_eq!(why(&world, closed), Some(IgnoredReason::StandInCloses));
    world.sync_all();
    comes_back(&mut world, lead);
}

#[test]
fn a_chain_of_three_and_a_release_between_accomplices_launder_nothing() {
    let (mut world, lead, held) = held(2, 4);
    let stand_in = step_in(&mut world, lead, held, M[0]);
    let first = pass(&mut world, lead, stand_in, M[0], M[1]);
    let second = pass(&mut world, lead, first, M[1], M[2]);
    let released = world.release(M[2], lead, second);
    world.sync_all();
    let shown = baton(&world, lead);
    assert_eq!((shown.state, shown.anyone_may_close), (BatonState::Free, false));
    assert_eq!(shown.may_reclaim, Some(world.author(H)), "also while it is free");
    let closed = world.close(0, lead, released);
    assert_eq!(why(&world, closed), Some(IgnoredReason::NotReleased));
    let taken = world.take(M[0], lead, released);
    world.sync_all();
    assert!(baton(&world, lead).may_close.is_empty());
    let again = step_in(&mut world, lead, taken, M[1]);
    let last = pass(&mut world, lead, again, M[1], M[2]);
    assert_eq!(baton(&world, lead).run_ends, [last]);
    comes_back(&mut world, lead);
}

#[test]
fn keys_made_for_it_do_not_count() {
    let (mut world, lead, held) = held(3, 4);
    let stand_in = step_in(&mut world, lead, held, M[0]);
    for fresh in 50..80 {
        world.send(M[0], fresh);
        world.introduce(fresh, "fresh");
        world.send(fresh, M[0]);
    }
    let passed = pass(&mut world, lead, stand_in, M[0], M[1]);
    assert_eq!(baton(&world, lead).tip, passed);
    comes_back(&mut world, lead);
}

#[test]
fn accomplices_from_before_count_as_the_few_they_are_and_who_moved_it_is_not_asked() {
    let (mut world, lead, held) = held(4, 4);
    let stand_in = step_in(&mut world, lead, held, M[0]);
    // Asked are one of them, the founder and four others: who accepts is not.
    world.post(M[1], "great");
    world.post(M[2], "great");
    world.sync_all();
    pass(&mut world, lead, stand_in, M[0], M[1]);
    comes_back(&mut world, lead);
}

#[test]
fn in_a_room_of_three_there_is_nobody_to_ask() {
    let mut world = World::new(5);
    world.introduce(H, "holder");
    world.introduce(2, "one");
    world.sync_all();
    let lead = world.open_baton(H, "the release");
    let held = world.take(H, lead, lead);
    world.sync_all();
    let stand_in = step_in(&mut world, lead, held, 2);
    pass(&mut world, lead, stand_in, 2, 0);
    comes_back(&mut world, lead);
}

/// One stood in, and so many of those who are asked have written since: the founder and four others.
fn followed(seed: u64, by: usize) -> (World, Cid, Cid) {
    let (mut world, lead, held) = held(seed, 4);
    let stand_in = step_in(&mut world, lead, held, M[0]);
    for i in 5..5 + by.min(4) {
        world.post(i, "on we go");
    }
    if by > 4 {
        world.post(0, "on we go");
    }
    world.sync_all();
    (world, lead, stand_in)
}

#[test]
fn what_more_than_half_of_the_room_went_on_with_is_a_lead_like_any_other() {
    // Asked are the founder, the other accomplice and four others: six. Three are half, four are more.
    let (mut world, lead, stand_in) = followed(6, 3);
    pass(&mut world, lead, stand_in, M[0], M[1]);
    comes_back(&mut world, lead);

    let (mut world, lead, stand_in) = followed(7, 4);
    let passed = pass(&mut world, lead, stand_in, M[0], M[1]);
    let shown = baton(&world, lead);
    assert_eq!((shown.may_reclaim, shown.run_ends.len()), (None, 0));
    assert_eq!(shown.may_close, [world.author(M[1])]);
    let late = world.reclaim(H, lead, &[stand_in]);
    assert_eq!(why(&world, late), Some(IgnoredReason::MovedOn));
    let from_nobody = world.reclaim(H, lead, &[passed]);
    assert_eq!(why(&world, from_nobody), Some(IgnoredReason::NoStandIn));
    let closed = world.close(M[1], lead, passed);
    assert_eq!(why(&world, closed), None);
    assert_eq!(baton(&world, lead).state, BatonState::Closed);
}

#[test]
fn who_takes_what_a_followed_stand_in_released_leads_in_full() {
    let (mut world, lead, stand_in) = followed(8, 5);
    let released = world.release(M[0], lead, stand_in);
    world.sync_all();
    let too_early = world.close(0, lead, released);
    assert_eq!(why(&world, too_early), Some(IgnoredReason::NotReleased));
    let taken = world.take(M[1], lead, released);
    world.sync_all();
    assert_eq!(baton(&world, lead).may_close, [world.author(M[1])]);
    let let_go = world.release(M[1], lead, taken);
    world.sync_all();
    assert!(baton(&world, lead).anyone_may_close);
    let closed = world.close(0, lead, let_go);
    assert_eq!(why(&world, closed), None);
}

#[test]
fn who_wrote_before_the_latest_step_in_has_not_gone_on_with_it() {
    let (mut world, lead, stand_in) = followed(9, 5);
    let second = step_in(&mut world, lead, stand_in, M[1]);
    pass(&mut world, lead, second, M[1], M[2]);
    comes_back(&mut world, lead);
}

#[test]
fn what_the_accept_has_not_seen_does_not_count_for_it() {
    let (mut world, lead, held) = held(10, 4);
    let stand_in = step_in(&mut world, lead, held, M[0]);
    let offer = world.offer(M[0], lead, stand_in, M[1]);
    world.sync_all();
    for i in [0, 5, 6, 7, 8] {
        world.post(i, "on we go");
    }
    let passed = world.accept(M[1], lead, stand_in, offer);
    world.sync_all();
    assert_eq!(baton(&world, lead).tip, passed);
    comes_back(&mut world, lead);
}

#[test]
fn the_holder_before_the_run_leads_in_full_when_it_accepts_or_takes() {
    let (mut world, lead, held) = held(11, 4);
    let stand_in = step_in(&mut world, lead, held, M[0]);
    let mut other = world.clone();
    pass(&mut world, lead, stand_in, M[0], H);
    let shown = baton(&world, lead);
    assert_eq!((shown.may_close, shown.may_reclaim), (vec![world.author(H)], None));

    let released = other.release(M[0], lead, stand_in);
    other.sync_all();
    other.take(H, lead, released);
    assert_eq!(baton(&other, lead).may_close, [other.author(H)]);
}

#[test]
fn a_return_names_ends_of_every_kind_and_a_step_in_after_a_handoff_belongs_to_the_run() {
    let (mut world, lead, held) = held(12, 4);
    // Side by side: one steps in and passes on, another steps in and lets go.
    let mut apart = world.clone();
    let one = world.step_in(M[0], lead, held);
    let offer = world.offer(M[0], lead, one, M[1]);
    world.send(M[0], M[1]);
    let passed = world.accept(M[1], lead, one, offer);
    let other = apart.step_in(M[2], lead, held);
    let released = apart.release(M[2], lead, other);
    let beside: Vec<_> = apart.blocks().into_iter().filter(|it| [other, released].contains(&it.cid)).collect();
    (0..=8).for_each(|i| world.give(i, beside.iter().map(|it| it.block.as_ref())));
    world.send(M[1], H);
    let node = seen_by(&world, H);
    let shown = node.fold.baton(&lead).expect("a baton");
    let ends: std::collections::BTreeSet<_> = shown.run_ends.iter().copied().collect();
    assert_eq!(ends, [passed, released].into());
    let back = world.reclaim(H, lead, &shown.run_ends.clone());
    let node = seen_by(&world, H);
    assert_eq!(node.fold.why_ignored(&back), None);
    assert_eq!(node.fold.baton(&lead).expect("a baton").tip, back);

    let (mut world, lead, held) = self::held(13, 4);
    let stand_in = step_in(&mut world, lead, held, M[0]);
    let passed = pass(&mut world, lead, stand_in, M[0], M[1]);
    let next = step_in(&mut world, lead, passed, M[2]);
    assert_eq!(baton(&world, lead).run_ends, [next]);
    comes_back(&mut world, lead);
}
