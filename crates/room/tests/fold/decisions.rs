//! Decisions: who decides, what counts, what stands; held against the oracle, and by their promises.

use std::collections::BTreeSet;

use paceline_room::{
    Cid, Event,
    body::{
        BallotCast, Policy,
        decisions::{Ballot, Effect},
    },
    state::ProposalState,
    testing::World,
};

use crate::{
    decisions_oracle::{Oracle, RoomRules, Said},
    decisions_rooms::{Deciding, carried_by, founded, gathered, tell},
    properties::fold,
    sim::{Written, small_talk},
    support::{Node, whole},
};

/// Everything written so far.
pub fn written(world: &World) -> Vec<Written> {
    let read = |block: &[u8]| Event::decode(block).expect("an event");
    world.blocks().into_iter().map(|it| (it.cid, read(&it.block), it.block)).collect()
}

/// The same of what the fold shows.
fn shown(node: &Node, proposal: &Cid) -> Said {
    let lists = node.fold.decisions();
    let it = node.fold.proposal(proposal).expect("a proposal");
    Said {
        state: it.state,
        carried: it.carried.as_ref().map(|it| (it.version, it.closing)),
        versions: lists.versions_of(*proposal).map(|it| it.cid).collect(),
        closings: lists.closings_of(*proposal).map(|it| (it.cid, it.suspended)).collect(),
        late: lists.ballots_of(*proposal).filter(|it| it.late).map(|it| it.cid).collect(),
    }
}

pub fn rules(node: &Node) -> RoomRules {
    RoomRules {
        title: node.fold.title().into(),
        purpose: node.fold.purpose().into(),
        values: node.fold.values().expect("a room"),
        notices: node.fold.decisions().notices.entries().map(|(node, _)| *node).collect(),
    }
}

pub const DECIDING: [&str; 5] = ["proposed", "amended", "proposal-withdrawn", "ballot-cast", "decision-closed"];

/// Whether fold and oracle agree about everything that is decided.
pub fn agree(node: &Node, oracle: &Oracle, written: &[Written]) {
    for (cid, event, _) in written.iter().filter(|it| DECIDING.contains(&it.1.body.kind())) {
        let why = node.fold.why_ignored(cid);
        assert_eq!(why.is_none(), oracle.counts(cid), "{why:?}: {cid:?} of {:?}", event.body);
    }
    let all: Vec<Cid> = node.fold.decisions().all.iter().map(|it| it.cid).collect();
    assert_eq!(all, oracle.proposals());
    let view = oracle.whole();
    for proposal in all {
        assert_eq!(shown(node, &proposal), oracle.said(&proposal, &view), "of {proposal:?}");
        let electorate = node.fold.electorate(&node.log, &proposal).expect("a proposal");
        let theirs = (electorate.electors.iter().copied().collect(), electorate.quorum);
        assert_eq!(theirs, oracle.electorate(&proposal, &view), "of {proposal:?}");
    }
    assert_eq!(rules(node), oracle.room(&view));
}

/// The whole room, held against the oracle, and where a proposal stands in it.
pub fn standing(world: &World, proposal: Cid) -> Said {
    let (node, written) = (whole(world), written(world));
    let oracle = Oracle::new(world.room(), &written);
    agree(&node, &oracle, &written);
    shown(&node, &proposal)
}

/// Five have heard of a proposal; then two are cut off from the three who carry it, and one of these two objects.
fn three_carry_it() -> (World, [Cid; 3]) {
    let mut world = gathered(Policy::Consent, 4);
    let proposal = world.propose(0, None, None);
    world.sync_all();
    let objection = world.ballot(4, proposal, proposal, Ballot::Object);
    let closing = carried_by(&mut world, &[0, 1, 2], proposal, proposal);
    tell(&mut world, 0, &[1, 2]);
    (world, [proposal, closing, objection])
}

#[test]
fn an_objection_is_late_once_more_than_half_went_on_with_the_closing() {
    let (mut world, [proposal, closing, objection]) = three_carry_it();
    (0..3).for_each(|i| _ = world.post(i, "on we go"));
    let said = standing(&world, proposal);
    assert_eq!((said.state, said.carried), (ProposalState::Carried, Some((proposal, closing))));
    assert_eq!((said.closings, said.late), (vec![(closing, false)], [objection].into()), "3 of 5");
}

#[test]
fn an_objection_suspends_what_only_one_went_on_with_until_a_closing_that_has_seen_its_author_relent() {
    let (mut world, [proposal, closing, _]) = three_carry_it();
    world.post(1, "on we go");
    let said = standing(&world, proposal);
    assert_eq!((said.state, said.carried), (ProposalState::Suspended, None));
    assert_eq!((said.closings, said.late), (vec![(closing, true)], BTreeSet::new()));
    world.sync_all();
    let void = world.decide(3, proposal, proposal);
    assert!(whole(&world).fold.why_ignored(&void).is_some(), "it has seen the objection");
    world.ballot(4, proposal, proposal, Ballot::Concern);
    world.sync_all();
    let again = world.decide(3, proposal, proposal);
    assert_eq!(standing(&world, proposal).carried, Some((proposal, closing)), "nobody objects any more");
    assert_eq!(standing(&world, proposal).closings, [(closing, false), (again, false)]);
}

#[test]
fn half_and_one_went_on_and_one_of_them_also_went_elsewhere_late_all_the_same() {
    for twin in [false, true] {
        let mut world = gathered(Policy::Consent, 3);
        let proposal = world.propose(0, None, None);
        world.sync_all();
        let objection = world.ballot(3, proposal, proposal, Ballot::Object);
        let closing = carried_by(&mut world, &[0, 1], proposal, proposal);
        tell(&mut world, 0, &[1, 2]);
        world.post(0, "on we go");
        world.post(1, "on we go");
        assert_eq!(standing(&world, proposal).state, ProposalState::Suspended, "2 of 4 are no more than half");
        let last = world.post(2, "on we go");
        if twin {
            world.write_twin(2, last, small_talk());
        }
        let said = standing(&world, proposal);
        assert_eq!((said.carried, said.late), (Some((proposal, closing)), [objection].into()), "3 of 4");
    }
}

#[test]
fn who_said_twenty_things_with_the_closing_no_longer_objects_to_it() {
    let mut world = gathered(Policy::Consent, 4);
    let proposal = world.propose(0, None, None);
    world.sync_all();
    let closing = carried_by(&mut world, &[0, 1, 2], proposal, proposal);
    tell(&mut world, 0, &[4]);
    (0..19).for_each(|_| _ = world.post(4, "on we go"));
    let mut after = world.clone();
    world.ballot(4, proposal, proposal, Ballot::Object);
    assert_eq!(standing(&world, proposal).state, ProposalState::Suspended);
    after.post(4, "on we go");
    let late = after.ballot(4, proposal, proposal, Ballot::Object);
    let said = standing(&after, proposal);
    assert_eq!((said.carried, said.late), (Some((proposal, closing)), [late].into()));
}

#[test]
fn an_objection_stands_through_amendments_until_its_author_ballots_on_one() {
    let mut world = gathered(Policy::Consent, 3);
    let proposal = world.propose(0, None, None);
    world.sync_all();
    world.ballot(3, proposal, proposal, Ballot::Object);
    world.sync_all();
    let amendment = world.amend(0, proposal);
    world.sync_all();
    let void = carried_by(&mut world, &[0, 1, 2], proposal, amendment);
    assert!(whole(&world).fold.why_ignored(&void).is_some());
    world.sync_all();
    // On another version than that it objected to, or one after it, says nothing of it.
    world.ballot(3, proposal, amendment, Ballot::StandAside);
    world.sync_all();
    let closing = world.decide(1, proposal, amendment);
    assert_eq!(standing(&world, proposal).carried, Some((amendment, closing)));
    assert_eq!(whole(&world).fold.proposal(&proposal).expect("it").version.cid, amendment);
}

#[test]
fn a_later_objection_to_an_amendment_is_not_lifted_by_a_ballot_on_what_was_before() {
    let mut world = gathered(Policy::Consent, 3);
    let proposal = world.propose(0, None, None);
    let amendment = world.amend(0, proposal);
    world.sync_all();
    world.ballot(3, proposal, amendment, Ballot::Object);
    world.ballot(3, proposal, proposal, Ballot::Consent);
    world.sync_all();
    let void = carried_by(&mut world, &[0, 1], proposal, amendment);
    assert!(whole(&world).fold.why_ignored(&void).is_some());
    world.sync_all();
    let closing = carried_by(&mut world, &[2, 1], proposal, proposal);
    assert_eq!(standing(&world, proposal).carried, Some((proposal, closing)), "that it agrees to");
}

#[test]
fn a_ballot_on_an_amendment_takes_nothing_from_what_was_carried_before() {
    let mut world = gathered(Policy::Consent, 4);
    let proposal = world.propose(0, None, None);
    world.sync_all();
    let closing = carried_by(&mut world, &[0, 1, 2], proposal, proposal);
    let amendment = world.amend(0, proposal);
    world.sync_all();
    (1..3).for_each(|i| _ = world.ballot(i, proposal, amendment, Ballot::Consent));
    assert_eq!(standing(&world, proposal).carried, Some((proposal, closing)), "nobody said otherwise");
    world.sync_all();
    let next = carried_by(&mut world, &[3, 4], proposal, amendment);
    assert_eq!(standing(&world, proposal).carried, Some((amendment, next)));
}

#[test]
fn who_relented_too_late_has_relented_and_what_another_objects_too_late_changes_nothing() {
    let (mut world, [proposal, closing, objection]) = three_carry_it();
    world.send(4, 0);
    tell(&mut world, 0, &[1, 2]);
    (0..3).for_each(|i| _ = world.post(i, "on we go, though"));
    assert_eq!(standing(&world, proposal).state, ProposalState::Suspended, "they had seen it");
    let relented = world.ballot(4, proposal, proposal, Ballot::Concern);
    let carried = Some((proposal, closing));
    assert_eq!(standing(&world, proposal).carried, carried, "nobody objects");
    let other = world.ballot(3, proposal, proposal, Ballot::Object);
    let said = standing(&world, proposal);
    assert_eq!((said.carried, said.late), (carried, [relented, other].into()));
    assert_eq!(whole(&world).fold.why_ignored(&objection), None);
}

#[test]
fn whom_others_had_seen_by_then_decides_too_whatever_they_knew_of_that_themselves() {
    let mut world = founded(Policy::Majority, 50, 12);
    (1..5).for_each(|i| _ = world.introduce(i, "somebody"));
    (1..5).for_each(|i| world.send(i, 0));
    world.post(0, "welcome");
    let proposal = world.propose(1, None, None);
    tell(&mut world, 1, &[2, 3, 4]);
    // They have heard of it by its author alone, who did not know them; the founder did.
    let objections = [3, 4].map(|i| world.ballot(i, proposal, proposal, Ballot::Object));
    (0..5).for_each(|i| world.send(i, 1));
    let void = carried_by(&mut world, &[1, 0], proposal, proposal);
    let node = whole(&world);
    assert!(node.fold.why_ignored(&void).is_some(), "two against two");
    assert!(objections.iter().all(|it| node.fold.why_ignored(it).is_none()));
    standing(&world, proposal);
}

#[test]
fn how_often_somebody_balloted_side_by_side_is_the_same_whatever_came_first() {
    let mut world = gathered(Policy::Consent, 2);
    let proposal = world.propose(0, None, None);
    world.sync_all();
    world.ballot(1, proposal, proposal, Ballot::Consent);
    let before = written(&world);
    let first = world.ballot(1, proposal, proposal, Ballot::Consent);
    let consent = BallotCast { proposal, version: proposal, stance: Ballot::Consent, words: None };
    let twins: Vec<Cid> = (0..8).map(|_| world.write_twin(1, first, consent.clone())).collect();
    for it in written(&world).iter().filter(|it| it.0 != twins[7]) {
        world.give(2, [&*it.2]);
    }
    world.ballot(2, proposal, proposal, Ballot::Consent);
    let closing = world.decide(2, proposal, proposal);
    // What its author had not seen comes first, or last.
    let (unseen, seen): (Vec<_>, Vec<_>) = written(&world).into_iter().partition(|it| it.0 == twins[7]);
    let rest = seen.iter().filter(|it| !before.iter().any(|other| other.0 == it.0)).cloned();
    let orders = [[before.clone(), unseen.clone(), rest.collect()].concat(), [seen.clone(), unseen].concat()];
    for order in orders {
        let node = fold(world.room(), &order);
        assert_eq!(node.fold.why_ignored(&closing), None);
        assert_eq!(node.fold.proposal(&proposal).expect("it").state, ProposalState::Carried);
    }
}

#[test]
fn who_ballots_again_and_again_on_one_proposal_says_nothing_and_topples_nothing() {
    let mut world = gathered(Policy::Consent, 4);
    let proposal = world.propose(0, None, None);
    world.sync_all();
    let closing = carried_by(&mut world, &[0, 1, 2], proposal, proposal);
    tell(&mut world, 0, &[1, 2, 3]);
    (0..4).for_each(|i| _ = world.post(i, "on we go"));
    // The quorum of three rests on one who now says the same again and again.
    (0..65).for_each(|_| _ = world.ballot(1, proposal, proposal, Ballot::Consent));
    assert_eq!(standing(&world, proposal).carried, Some((proposal, closing)));
    world.sync_all();
    let void = world.decide(3, proposal, proposal);
    assert!(whole(&world).fold.why_ignored(&void).is_some(), "two of three");
}

#[test]
fn who_made_it_takes_it_back_at_every_version_and_nobody_else_does() {
    let mut world = gathered(Policy::Consent, 3);
    let proposal = world.propose(1, None, None);
    let amendment = world.amend(1, proposal);
    world.sync_all();
    let others = [world.withdraw_it(0, proposal), world.amend(0, proposal)];
    let node = whole(&world);
    assert!(others.iter().all(|it| node.fold.why_ignored(it).is_some()));
    world.withdraw_it(1, proposal);
    world.sync_all();
    let void = carried_by(&mut world, &[0, 2, 3], proposal, amendment);
    assert!(whole(&world).fold.why_ignored(&void).is_some());
    let said = standing(&world, proposal);
    assert_eq!((said.state, said.versions), (ProposalState::Withdrawn, vec![proposal, amendment]));
}

#[test]
fn silence_decides_nothing_and_each_policy_asks_what_it_says() {
    use Ballot::{Concern, Consent, Object, StandAside};
    // Of four in a room in which nobody has said anything yet, two must have balloted.
    let all: &[(&[Ballot], [bool; 3])] = &[
        (&[], [false, false, false]),
        (&[Consent], [false, false, false]),
        (&[Consent, Consent], [true, true, true]),
        (&[Consent, Concern], [true, true, true]),
        (&[Consent, StandAside], [true, true, false]),
        (&[StandAside, StandAside], [false, false, false]),
        (&[Consent, Consent, Object], [true, false, false]),
        (&[Consent, Object, StandAside], [false, false, false]),
        (&[Concern, Concern, Concern, Object], [true, false, false]),
    ];
    for (stances, carried) in all {
        for (policy, carried) in [Policy::Majority, Policy::Consent, Policy::Unanimous].into_iter().zip(carried) {
            let mut world = gathered(policy, 3);
            let proposal = world.propose(3, None, None);
            world.sync_all();
            for (i, stance) in stances.iter().enumerate() {
                world.ballot(i, proposal, proposal, *stance);
            }
            world.sync_all();
            world.decide(1, proposal, proposal);
            let state = if *carried { ProposalState::Carried } else { ProposalState::Open };
            assert_eq!(standing(&world, proposal).state, state, "{policy:?} with {stances:?}");
        }
    }
}

#[test]
fn with_advice_only_who_asked_for_it_decides_once_they_have_heard_enough() {
    let mut world = gathered(Policy::Advice, 3);
    let proposal = world.propose(1, None, None);
    world.sync_all();
    let early = world.decide(1, proposal, proposal);
    world.ballot(2, proposal, proposal, Ballot::Object);
    world.ballot(3, proposal, proposal, Ballot::Consent);
    world.sync_all();
    let others = world.decide(0, proposal, proposal);
    let own = world.decide(1, proposal, proposal);
    let node = whole(&world);
    assert!([early, others].iter().all(|it| node.fold.why_ignored(it).is_some()));
    assert_eq!(standing(&world, proposal).carried, Some((proposal, own)));
}

#[test]
fn what_is_decided_is_what_the_room_is_called_by_then_and_the_later_wins() {
    let mut world = gathered(Policy::Consent, 3);
    let title = |it: &str| Some(Effect::Title(it.try_into().unwrap()));
    let [one, other] = ["one", "other"].map(|it| world.propose(0, None, title(it)));
    world.sync_all();
    carried_by(&mut world, &[1, 2], other, other);
    world.sync_all();
    assert_eq!((standing(&world, other).state, whole(&world).fold.title()), (ProposalState::Carried, "other"));
    carried_by(&mut world, &[2, 3], one, one);
    standing(&world, one);
    assert_eq!(whole(&world).fold.title(), "one");
    // Who was cut off meanwhile objects to the later one.
    let mut cut = world.clone();
    cut.ballot(0, one, one, Ballot::Object);
    standing(&cut, one);
    assert_eq!(whole(&cut).fold.title(), "other", "the later is off, and the earlier has its say again");
}

#[test]
fn whoever_founded_the_room_may_do_what_all_may_and_nothing_else() {
    // The same five do the same, each time another of them in the founder's place.
    let outcomes: BTreeSet<_> = (0..5)
        .map(|founder| {
            let i = |role: usize| (role + founder) % 5;
            let mut world = gathered(Policy::Consent, 4);
            let mut all = vec![world.propose(i(0), None, Some(Effect::Title("ours".try_into().unwrap())))];
            let proposal = all[0];
            all.push(world.amend(i(0), proposal));
            let amendment = all[1];
            world.sync_all();
            all.push(world.decide(i(1), proposal, amendment));
            all.push(world.ballot(i(1), proposal, amendment, Ballot::Consent));
            all.push(world.ballot(i(2), proposal, amendment, Ballot::Concern));
            all.push(world.ballot(i(3), proposal, amendment, Ballot::StandAside));
            all.push(world.ballot(i(4), proposal, proposal, Ballot::Object));
            all.push(world.withdraw_it(i(1), proposal));
            all.push(world.amend(i(2), proposal));
            world.sync_all();
            all.push(world.decide(i(3), proposal, amendment));
            all.push(world.ballot(i(4), proposal, amendment, Ballot::Consent));
            world.sync_all();
            all.push(world.decide(i(4), proposal, amendment));
            let node = whole(&world);
            let said = standing(&world, proposal);
            let ignored: Vec<_> = all.iter().map(|it| node.fold.why_ignored(it)).collect();
            (ignored, said.state, said.carried == Some((amendment, all[11])), node.fold.title().to_owned())
        })
        .collect();
    assert_eq!(outcomes.len(), 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|it| it.2 && it.3 == "ours"));
}
