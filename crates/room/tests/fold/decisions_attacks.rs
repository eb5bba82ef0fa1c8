//! Attacks on an earlier draft of section 5: each carries, or topples, under the rule as it was, and fails under the one in
//! force. That one is asked of oracle and fold, which agree.

use paceline_room::{
    Cid,
    body::{
        Policy,
        decisions::{Ballot, Effect},
    },
    fold::IgnoredReason,
    state::ProposalState,
    testing::World,
};

use crate::{
    decisions::{standing, written},
    decisions_oracle::{Electors, Oracle, Rules},
    decisions_rooms::{Deciding, carried_by, founded, gathered, tell},
    support::whole,
};

const CARRIED: ProposalState = ProposalState::Carried;
const SUSPENDED: ProposalState = ProposalState::Suspended;
const OPEN: ProposalState = ProposalState::Open;

/// Where a proposal stands under the rule as it was, and under the one in force.
fn stood(world: &World, proposal: Cid, rules: Rules) -> [ProposalState; 2] {
    let earlier = Oracle::by(rules, world.room(), &written(world));
    [earlier.said(&proposal, &earlier.whole()).state, standing(world, proposal).state]
}

fn ours() -> Option<Effect> {
    Some(Effect::Title("ours now".try_into().unwrap()))
}

/// What the room is called by all.
fn title(world: &World) -> String {
    whole(world).fold.title().to_owned()
}

#[test]
fn a_founder_decides_before_anybody_is_there() {
    let mut world = founded(Policy::Consent, 50, 12);
    let proposal = world.propose(0, None, ours());
    carried_by(&mut world, &[0], proposal, proposal);
    let rules = Rules { alone: true, ..Rules::default() };
    assert_eq!(stood(&world, proposal, rules), [CARRIED, CARRIED], "there is nobody else");
    for i in 1..4 {
        world.send(0, i);
        world.introduce(i, "somebody");
    }
    assert_eq!(title(&world), "ours now", "nobody minds");
    world.ballot(3, proposal, proposal, Ballot::Object);
    assert_eq!(stood(&world, proposal, rules), [CARRIED, SUSPENDED]);
    assert_eq!(title(&world), "A room that decides");
    // However often it says so, and whoever goes on with it.
    world.sync_all();
    let again = carried_by(&mut world, &[0, 1, 2], proposal, proposal);
    world.sync_all();
    (0..3).for_each(|i| _ = world.post(i, "on we go"));
    assert_eq!(whole(&world).fold.why_ignored(&again), Some(IgnoredReason::NotDecided));
    assert_eq!(stood(&world, proposal, rules), [CARRIED, SUSPENDED]);
}

#[test]
fn a_proposal_asks_to_be_decided_less_strictly_than_the_room_decides() {
    let mut world = gathered(Policy::Consent, 4);
    let proposal = world.propose(1, Some(Policy::Majority), ours());
    world.sync_all();
    (3..5).for_each(|i| _ = world.ballot(i, proposal, proposal, Ballot::Object));
    world.sync_all();
    carried_by(&mut world, &[1, 0, 2], proposal, proposal);
    let written = written(&world);
    let earlier = Oracle::by(Rules { as_it_asks: true, ..Rules::default() }, world.room(), &written);
    assert_eq!(earlier.said(&proposal, &earlier.whole()).state, CARRIED);
    assert_eq!(earlier.room(&earlier.whole()).title, "ours now");
    let node = whole(&world);
    assert_eq!(node.fold.why_ignored(&proposal), Some(IgnoredReason::LooserPolicy));
    assert!(node.fold.proposal(&proposal).is_none());
    assert_eq!(title(&world), "A room that decides");
}

#[test]
fn who_proposes_builds_on_nothing_that_those_who_would_object_have_written() {
    let mut world = founded(Policy::Consent, 50, 12);
    (1..6).for_each(|i| _ = world.introduce(i, "somebody"));
    // The founder has seen all; one who proposes, and a friend, build on each other alone.
    (1..6).for_each(|i| world.send(i, 0));
    world.post(0, "welcome");
    world.send(2, 1);
    let proposal = world.propose(1, None, ours());
    world.send(1, 2);
    let closing = carried_by(&mut world, &[1, 2], proposal, proposal);
    let rules = Rules { electors: Electors::InItsPast, newcomers_are_silent: true, ..Rules::default() };
    assert_eq!(stood(&world, proposal, rules), [CARRIED, CARRIED], "nobody has objected");
    tell(&mut world, 1, &[3, 4, 5]);
    tell(&mut world, 0, &[3, 4, 5]);
    (3..6).for_each(|i| _ = world.ballot(i, proposal, proposal, Ballot::Object));
    assert_eq!(stood(&world, proposal, rules), [CARRIED, SUSPENDED]);
    assert_eq!(whole(&world).fold.why_ignored(&closing), None, "by what it had seen it was decided");
    assert_eq!(title(&world), "A room that decides");
}

#[test]
fn keys_that_were_made_for_it_pretend_to_have_been_there_before() {
    let mut world = gathered(Policy::Majority, 4);
    let proposal = world.propose(1, None, ours());
    world.sync_all();
    // They build on the founding, as if they had never heard of it.
    let made = 10..16;
    made.clone().for_each(|i| _ = world.introduce(i, "somebody"));
    for i in [0, 2, 3, 4] {
        world.ballot(i, proposal, proposal, Ballot::Object);
        world.send(i, 1);
    }
    let all: Vec<usize> = std::iter::once(1).chain(made).collect();
    tell(&mut world, 1, &all[1..]);
    let closing = carried_by(&mut world, &all, proposal, proposal);
    let rules = Rules { electors: Electors::Beside, ..Rules::default() };
    assert_eq!(stood(&world, proposal, rules), [CARRIED, OPEN], "seven say yes, and four no");
    assert_eq!(whole(&world).fold.why_ignored(&closing), Some(IgnoredReason::NotDecided));
}

#[test]
fn two_are_quick_and_close_before_the_others_have_spoken() {
    let rules = Rules { closed_is_closed: true, ..Rules::default() };
    // Its author has not heard of the closing; or has, and minds; or had spoken before, and is left out.
    for when in 0..3 {
        let mut world = gathered(Policy::Consent, 3);
        let proposal = world.propose(1, None, ours());
        world.sync_all();
        if when == 2 {
            world.ballot(3, proposal, proposal, Ballot::Object);
        }
        carried_by(&mut world, &[1, 2], proposal, proposal);
        if when == 1 {
            world.send(1, 3);
        }
        if when < 2 {
            world.ballot(3, proposal, proposal, Ballot::Object);
        }
        assert_eq!(stood(&world, proposal, rules), [CARRIED, SUSPENDED], "{when}");
        assert_eq!(title(&world), "A room that decides");
    }
}

#[test]
fn an_objection_is_got_rid_of_by_amending_a_comma() {
    let mut world = gathered(Policy::Consent, 4);
    let proposal = world.propose(1, None, ours());
    world.sync_all();
    world.ballot(3, proposal, proposal, Ballot::Object);
    world.sync_all();
    let amendment = world.amend(1, proposal);
    world.sync_all();
    let closing = carried_by(&mut world, &[1, 2, 4], proposal, amendment);
    let rules = Rules { of_one_version: true, ..Rules::default() };
    assert_eq!(stood(&world, proposal, rules), [CARRIED, OPEN]);
    assert_eq!(whole(&world).fold.why_ignored(&closing), Some(IgnoredReason::NotDecided));
}

#[test]
fn what_somebody_new_objects_to_is_not_heard() {
    let mut world = gathered(Policy::Consent, 4);
    let proposal = world.propose(1, None, ours());
    world.sync_all();
    world.send(1, 9);
    let objection = world.ballot(9, proposal, proposal, Ballot::Object);
    carried_by(&mut world, &[1, 0, 2], proposal, proposal);
    let rules = Rules { newcomers_are_silent: true, ..Rules::default() };
    assert_eq!(stood(&world, proposal, rules), [CARRIED, CARRIED], "nobody who decides has heard of it");
    world.send(9, 3);
    world.post(3, "I see what you mean");
    assert_eq!(stood(&world, proposal, rules), [CARRIED, SUSPENDED]);
    let node = whole(&world);
    let cast = node.fold.decisions().ballots_of(proposal).find(|it| it.cid == objection).expect("it is shown");
    assert!(!cast.late);
}

#[test]
fn who_closes_has_heard_what_somebody_new_objects_to_and_is_quick() {
    let mut world = gathered(Policy::Consent, 4);
    let proposal = world.propose(1, None, ours());
    world.sync_all();
    for i in 0..3 {
        world.ballot(i, proposal, proposal, Ballot::Consent);
        world.send(i, 1);
    }
    world.send(1, 9);
    world.ballot(9, proposal, proposal, Ballot::Object);
    tell(&mut world, 9, &[1, 3]);
    let closing = world.decide(1, proposal, proposal);
    let rules = Rules { newcomers_are_silent: true, ..Rules::default() };
    assert_eq!(stood(&world, proposal, rules), [CARRIED, CARRIED], "nobody else has heard of it");
    world.post(3, "I see what you mean");
    assert_eq!(whole(&world).fold.why_ignored(&closing), None);
    assert_eq!(stood(&world, proposal, rules), [CARRIED, SUSPENDED]);
}

#[test]
fn what_all_have_gone_on_with_for_long_is_toppled_by_one() {
    let mut world = gathered(Policy::Consent, 4);
    let proposal = world.propose(1, None, ours());
    world.sync_all();
    carried_by(&mut world, &[1, 0, 2], proposal, proposal);
    world.sync_all();
    (0..4).for_each(|i| _ = world.post(i, "on we go"));
    world.ballot(4, proposal, proposal, Ballot::Object);
    let rules = Rules { never_late: true, ..Rules::default() };
    assert_eq!(stood(&world, proposal, rules), [SUSPENDED, CARRIED]);
    assert_eq!(title(&world), "ours now");
}
