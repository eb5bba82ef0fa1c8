//! Attacks on what a mandate was in an earlier draft of section 5: each gets a baton, or keeps one, under the rule as it was, and
//! fails under the one in force. That one is asked of a plain judge and of the fold, which agree.

use std::collections::BTreeSet;

use paceline_room::{
    Cid, NodeId,
    body::{Ballot, DecisionClosed, ProposalWithdrawn},
    fold::IgnoredReason,
    testing::World,
};

use crate::{
    mandates::{cast, decide, hand, note, propose, room, why},
    mandates_oracle::{Judge, Rules},
    support::{Moves, baton, whole},
};

/// Who leads under the rule as it was, and under the one in force.
fn holders(world: &World, lead: Cid, rules: Rules) -> [Option<usize>; 2] {
    let ours = Judge::by(Rules::default(), world);
    let node = whole(world);
    let transfers = node.log.entries().filter(|(_, it)| it.event.body.transfers().is_some());
    let counts = transfers.filter(|(_, it)| node.fold.why_ignored(&it.cid).is_none());
    assert_eq!(ours.counting(), counts.map(|(_, it)| it.cid).collect::<BTreeSet<Cid>>(), "judge and fold agree");
    let holder = baton(world, lead).holder;
    assert_eq!(ours.holder(lead), holder);
    let named = |it: NodeId| (0..9).find(|i| world.author(*i) == it);
    [Judge::by(rules, world).holder(lead), holder].map(|it| it.and_then(named))
}

/// It is decided by those who were heard that author 2 leads, who accepts before author 4 has heard of it: the proposal, and the turn.
fn accepted_unheard(world: &mut World, lead: Cid, held: Cid) -> (Cid, Cid) {
    let effect = hand(world, lead, 2);
    let proposal = propose(world, 0, effect);
    world.sync_all();
    (0..3).for_each(|i| _ = cast(world, i, proposal, Ballot::Consent));
    (0..3).for_each(|i| (0..3).for_each(|j| world.send(i, j)));
    let closing = world.do_it(0, DecisionClosed { proposal, version: proposal }.into());
    world.send(0, 2);
    (proposal, world.accept(2, lead, held, closing))
}

#[test]
fn two_acceptances_who_gave_it_back_takes_it_again_by_another_closing_of_the_same() {
    let (mut world, lead, held) = room(21);
    let effect = hand(&world, lead, 2);
    let (proposal, closing) = decide(&mut world, effect);
    let accepted = world.accept(2, lead, held, closing);
    let offer = world.offer(2, lead, accepted, 1);
    world.sync_all();
    let back = world.accept(1, lead, accepted, offer);
    world.send(1, 3);
    // A friend closes what was closed already.
    let again = world.do_it(3, DecisionClosed { proposal, version: proposal }.into());
    world.send(3, 2);
    assert_eq!(why(&world, again), None, "it holds, as the first does");
    let second = world.accept(2, lead, back, again);
    assert_eq!(why(&world, second), Some(IgnoredReason::MandateUsed));
    let rules = Rules { a_closing_each: true, ..Rules::default() };
    assert_eq!(holders(&world, lead, rules), [Some(2), Some(1)]);
}

#[test]
fn a_stale_mandate_is_kept_until_the_room_has_long_gone_on_with_another() {
    let (mut world, lead, held) = room(22);
    let effect = hand(&world, lead, 2);
    let (_, closing) = decide(&mut world, effect);
    let offer = world.offer(1, lead, held, 3);
    world.sync_all();
    let taken = world.accept(3, lead, held, offer);
    world.sync_all();
    (0..5).for_each(|i| note(&mut world, i));
    world.sync_all();
    let late = world.accept(2, lead, taken, closing);
    assert_eq!(why(&world, late), Some(IgnoredReason::MandateOver));
    let rules = Rules { lasts: true, ..Rules::default() };
    assert_eq!(holders(&world, lead, rules), [Some(2), Some(3)]);
}

#[test]
fn resale_to_a_second_key_does_not_keep_who_was_displaced_from_coming_back() {
    let rules = Rules { from_the_named_alone: true, ..Rules::default() };
    // Handed on; let go and taken; taken over by stepping in.
    for how in 0..3 {
        let (mut world, lead, held) = room(23);
        let (_, accepted) = accepted_unheard(&mut world, lead, held);
        let resold = match how {
            0 => {
                let offer = world.offer(2, lead, accepted, 3);
                world.send(2, 3);
                world.accept(3, lead, accepted, offer)
            }
            1 => {
                let free = world.release(2, lead, accepted);
                world.send(2, 3);
                world.take(3, lead, free)
            }
            _ => {
                world.send(2, 3);
                world.step_in(3, lead, accepted)
            }
        };
        let proposal = whole(&world).fold.decisions().all.iter().next().expect("a proposal").cid;
        cast(&mut world, 4, proposal, Ballot::Object);
        world.sync_all();
        let back = world.reclaim(1, lead, &[resold]);
        assert_eq!(why(&world, back), None, "{how}");
        assert_eq!(holders(&world, lead, rules), [Some(3), Some(1)], "{how}");
    }
}

#[test]
fn who_accepted_cannot_wash_a_mandate_by_coming_back_from_a_second_key() {
    let (mut world, lead, held) = room(24);
    let (proposal, accepted) = accepted_unheard(&mut world, lead, held);
    world.send(2, 3);
    let stand_in = world.step_in(3, lead, accepted);
    world.send(3, 2);
    let washed = world.reclaim(2, lead, &[stand_in]);
    world.do_it(0, ProposalWithdrawn { proposal }.into());
    world.sync_all();
    let back = world.reclaim(1, lead, &[washed]);
    assert_eq!(why(&world, back), None);
    let rules = Rules { from_the_named_alone: true, ..Rules::default() };
    assert_eq!(holders(&world, lead, rules), [Some(2), Some(1)]);
}

#[test]
fn who_accepted_cannot_keep_a_mandate_by_closing_the_baton() {
    let (mut world, lead, held) = room(25);
    let (proposal, accepted) = accepted_unheard(&mut world, lead, held);
    let closed = world.close(2, lead, accepted);
    world.do_it(0, ProposalWithdrawn { proposal }.into());
    world.sync_all();
    let back = world.reclaim(1, lead, &[closed]);
    assert_eq!((why(&world, back), baton(&world, lead).holder), (None, Some(world.author(1))));
}
