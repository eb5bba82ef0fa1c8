//! What a decision lets somebody do with a baton: once, by who is named, as long as it stands.

use paceline_room::{
    Cid,
    body::{
        Ballot, BallotCast, BatonClosed, BatonReclaimed, DecisionClosed, Effect, Handing, Introduced,
        ProposalWithdrawn, Proposed,
    },
    fold::IgnoredReason,
    state::{BatonState, TermBy},
    testing::World,
};

use crate::support::{Moves, baton, seen_by, whole};

/// Everybody says something, so that all are electors; then author 1 takes a baton.
pub fn room(seed: u64) -> (World, Cid, Cid) {
    let mut world = World::new(seed);
    for i in 0..5 {
        let words = world.say(i, "here");
        world.reply(i, words, world.room());
    }
    world.sync_all();
    let lead = world.open_baton(1, "the release");
    let held = world.take(1, lead, lead);
    world.sync_all();
    (world, lead, held)
}

pub fn propose(world: &mut World, i: usize, effect: Effect) -> Cid {
    let (title, words) = ("a mandate".try_into().unwrap(), world.say(i, "who leads"));
    let (policy, trial, review_on, meeting, about) = (None, false, None, None, None);
    world.do_it(i, Proposed { title, words, policy, effect: Some(effect), trial, review_on, meeting, about }.into())
}

pub fn cast(world: &mut World, i: usize, proposal: Cid, stance: Ballot) -> Cid {
    world.do_it(i, BallotCast { proposal, version: proposal, stance, words: None }.into())
}

/// Author 0 proposes it, 0 to 2 consent, 0 closes; all see that. The proposal and its closing.
pub fn decide(world: &mut World, effect: Effect) -> (Cid, Cid) {
    let proposal = propose(world, 0, effect);
    world.sync_all();
    (0..3).for_each(|i| _ = cast(world, i, proposal, Ballot::Consent));
    world.sync_all();
    let closing = world.do_it(0, DecisionClosed { proposal, version: proposal }.into());
    world.sync_all();
    assert_eq!(why(world, closing), None, "it is decided");
    (proposal, closing)
}

pub fn hand(world: &World, lead: Cid, to: usize) -> Effect {
    Effect::HandBaton(Handing { baton: lead, to: world.author(to) })
}

pub fn why(world: &World, cid: Cid) -> Option<IgnoredReason> {
    whole(world).fold.why_ignored(&cid)
}

pub fn note(world: &mut World, i: usize) {
    let node = world.author(i);
    let name = format!("{}", node.as_bytes()[0]);
    world.do_it(
        i,
        Introduced {
            name: name.as_str().try_into().unwrap(),
            strengths: Default::default(),
            hue: 1_u64.try_into().unwrap(),
        }
        .into(),
    );
}

#[test]
fn who_is_named_accepts_what_was_decided_and_nobody_else() {
    let (mut world, lead, held) = room(1);
    let effect = hand(&world, lead, 2);
    let (_, closing) = decide(&mut world, effect);
    let by_another = world.accept(3, lead, held, closing);
    assert_eq!(why(&world, by_another), Some(IgnoredReason::NoMandate));
    let accepted = world.accept(2, lead, held, closing);
    assert_eq!(why(&world, accepted), None);
    let it = baton(&world, lead);
    assert_eq!((it.holder, it.state), (Some(world.author(2)), BatonState::Held));
    assert_eq!(it.terms.last().map(|it| it.by), Some(TermBy::Decision));
    assert_eq!((it.mandate, it.displaced), (Some(closing), Some(world.author(1))));
}

#[test]
fn one_mandate_moves_a_baton_once_however_often_it_is_closed() {
    let (mut world, lead, held) = room(2);
    let effect = hand(&world, lead, 2);
    let (proposal, closing) = decide(&mut world, effect);
    let again = world.do_it(3, DecisionClosed { proposal, version: proposal }.into());
    world.sync_all();
    let accepted = world.accept(2, lead, held, closing);
    let released = world.release(2, lead, accepted);
    for by in [closing, again] {
        let once_more = world.accept(2, lead, released, by);
        assert_eq!(why(&world, once_more), Some(IgnoredReason::MandateUsed));
    }
    assert_eq!(baton(&world, lead).state, BatonState::Free);
}

#[test]
fn two_acceptances_side_by_side_move_it_once() {
    let (mut world, lead, held) = room(3);
    let effect = hand(&world, lead, 2);
    let (_, closing) = decide(&mut world, effect);
    let handed = world.offer(1, lead, held, 3);
    world.send(1, 3);
    let elsewhere = world.accept(3, lead, held, handed);
    let here = world.accept(2, lead, held, closing);
    world.sync_all();
    assert_eq!((why(&world, elsewhere), why(&world, here)), (None, None), "side by side both count");
    let it = baton(&world, lead);
    let current: Vec<_> = it.terms.iter().filter(|it| !it.parallel).map(|it| it.from).collect();
    assert_eq!(current.len(), 2, "the first term, and one of the two: {current:?}");
    let on_top = world.accept(2, lead, it.tip, closing);
    assert_eq!(why(&world, on_top), Some(IgnoredReason::MandateUsed));
}

#[test]
fn a_mandate_dies_once_most_who_balloted_went_on_with_who_had_taken_over() {
    for (wrote, expected) in [(1, None), (2, Some(IgnoredReason::MandateOver))] {
        let (mut world, lead, held) = room(4);
        let effect = hand(&world, lead, 2);
        let (_, closing) = decide(&mut world, effect);
        let offer = world.offer(1, lead, held, 3);
        world.sync_all();
        let taken = world.accept(3, lead, held, offer);
        world.sync_all();
        (0..wrote).for_each(|i| note(&mut world, i));
        world.sync_all();
        let late = world.accept(2, lead, taken, closing);
        assert_eq!(why(&world, late), expected, "{wrote} of three wrote on");
    }
}

#[test]
fn what_was_taken_over_before_the_closing_was_seen_leaves_a_mandate_alone() {
    let (mut world, lead, held) = room(5);
    let offer = world.offer(1, lead, held, 3);
    world.sync_all();
    let taken = world.accept(3, lead, held, offer);
    world.sync_all();
    let effect = hand(&world, lead, 2);
    let (_, closing) = decide(&mut world, effect);
    (0..5).for_each(|i| note(&mut world, i));
    world.sync_all();
    let accepted = world.accept(2, lead, taken, closing);
    assert_eq!(why(&world, accepted), None);
}

#[test]
fn whom_a_decision_displaced_reclaims_once_it_is_suspended_though_it_was_handed_on() {
    let (mut world, lead, held) = room(6);
    let effect = hand(&world, lead, 2);
    let proposal = propose(&mut world, 0, effect);
    world.sync_all();
    (0..3).for_each(|i| _ = cast(&mut world, i, proposal, Ballot::Consent));
    (0..3).for_each(|i| (0..3).for_each(|j| world.send(i, j)));
    let closing = world.do_it(0, DecisionClosed { proposal, version: proposal }.into());
    world.send(0, 2);
    let accepted = world.accept(2, lead, held, closing);
    let offer = world.offer(2, lead, accepted, 3);
    world.send(2, 3);
    let handed_on = world.accept(3, lead, accepted, offer);
    world.send(3, 1);
    let (it, tips) = (seen_by(&world, 1), vec![handed_on].try_into().unwrap());
    let early = it.fold.judge(&it.log, world.author(1), &BatonReclaimed { baton: lead, tips }.into());
    assert_eq!(early, Err(IgnoredReason::NoStandIn), "what was decided stands");
    cast(&mut world, 4, proposal, Ballot::Object);
    world.sync_all();
    let by_another = world.reclaim(0, lead, &[handed_on]);
    assert_eq!(why(&world, by_another), Some(IgnoredReason::NoStandIn));
    let back = world.reclaim(1, lead, &[handed_on]);
    assert_eq!(why(&world, back), None);
    world.sync_all();
    let it = baton(&world, lead);
    assert_eq!((it.holder, it.displaced), (Some(world.author(1)), None));
}

#[test]
fn a_suspended_decision_gives_no_mandate() {
    let (mut world, lead, held) = room(7);
    let effect = hand(&world, lead, 2);
    let (proposal, closing) = decide(&mut world, effect);
    world.do_it(0, ProposalWithdrawn { proposal }.into());
    world.sync_all();
    let accepted = world.accept(2, lead, held, closing);
    assert_eq!(why(&world, accepted), Some(IgnoredReason::NoMandate));
}

#[test]
fn anybody_closes_what_was_decided_to_close_and_nothing_else() {
    let (mut world, lead, held) = room(8);
    let other = world.open_baton(4, "another");
    world.sync_all();
    let (_, closing) = decide(&mut world, Effect::CloseBaton(lead));
    let close = |baton, tip| BatonClosed { baton, tip, outcome: Default::default(), by: Some(closing) };
    let wrong = world.do_it(3, close(other, other).into());
    assert_eq!(why(&world, wrong), Some(IgnoredReason::NoMandate));
    let closed = world.do_it(3, close(lead, held).into());
    assert_eq!((why(&world, closed), baton(&world, lead).state), (None, BatonState::Closed));
    world.sync_all();
    let again = world.do_it(4, close(lead, closed).into());
    assert_eq!(why(&world, again), Some(IgnoredReason::Closed));
}

#[test]
fn a_mandate_over_a_closed_baton_is_none() {
    let (mut world, lead, held) = room(9);
    let effect = hand(&world, lead, 2);
    let (_, closing) = decide(&mut world, effect);
    let closed = world.close(1, lead, held);
    world.sync_all();
    let accepted = world.accept(2, lead, closed, closing);
    assert_eq!(why(&world, accepted), Some(IgnoredReason::Closed));
}
