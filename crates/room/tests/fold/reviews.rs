//! What was decided is looked at again: what keeps it and what sets it back, by what the room says.

use paceline_room::{
    Cid,
    body::{
        Policy, Proposed,
        decisions::{Ballot, Changed, Effect},
    },
    testing::World,
};

use crate::{
    decisions_rooms::{Deciding, carried_by, gathered},
    support::whole,
};

/// Four who have said something, in a room that goes by consent.
fn room() -> World {
    gathered(Policy::Consent, 3)
}

fn title(words: &str) -> Effect {
    Effect::Title(words.try_into().unwrap())
}

fn seconds(grace: u64) -> Effect {
    Effect::Values(Changed { grace: Some(grace.try_into().unwrap()), ..Changed::default() })
}

/// Author 0 proposes it, and three carry it.
fn decided(world: &mut World, effect: Effect) -> Cid {
    let proposal = world.propose(0, None, Some(effect));
    world.sync_all();
    carried_by(world, &[0, 1, 2], proposal, proposal);
    world.sync_all();
    proposal
}

fn reviewed(world: &World, proposal: Cid) -> [Option<Effect>; 2] {
    let fold = whole(world).fold;
    [fold.kept(&proposal), fold.set_back(&proposal)]
}

#[test]
fn a_rule_is_kept_as_it_is_and_set_back_to_what_it_was_before_the_trial() {
    let mut world = room();
    let founded = whole(&world).fold.title().to_owned();
    let trial = decided(&mut world, title("Harbour crew"));
    assert_eq!(reviewed(&world, trial), [Some(title("Harbour crew")), Some(title(&founded))]);
    let next = decided(&mut world, title("Night shift"));
    assert_eq!(reviewed(&world, next), [Some(title("Night shift")), Some(title("Harbour crew"))]);
    assert_eq!(reviewed(&world, trial), [None, None], "another decision has its say since");
    let dropped = reviewed(&world, next)[1].clone().unwrap();
    decided(&mut world, dropped);
    assert_eq!(whole(&world).fold.title(), "Harbour crew");
    assert_eq!(reviewed(&world, next), [None, None], "it is settled");
}

#[test]
fn of_several_values_those_are_set_back_that_nothing_else_has_changed_since() {
    let mut world = room();
    let was = whole(&world).fold.values().unwrap();
    let both = Changed {
        quorum: Some(80_u64.try_into().unwrap()),
        grace: Some(77_u64.try_into().unwrap()),
        policy: Some(Policy::Unanimous),
        ..Changed::default()
    };
    let trial = decided(&mut world, Effect::Values(both.clone()));
    let back = Changed {
        quorum: Some(was.quorum),
        grace: Some(u64::from(was.grace).try_into().unwrap()),
        policy: Some(was.policy),
        ..Changed::default()
    };
    assert_eq!(reviewed(&world, trial), [Some(Effect::Values(both.clone())), Some(Effect::Values(back.clone()))]);
    // All consent: it goes by that now.
    let proposal = world.propose(0, None, Some(seconds(99)));
    world.sync_all();
    carried_by(&mut world, &[0, 1, 2, 3], proposal, proposal);
    world.sync_all();
    assert_eq!(whole(&world).fold.values().unwrap().grace, 99);
    let less = |it: Changed| Some(Effect::Values(Changed { grace: None, ..it }));
    assert_eq!(reviewed(&world, trial), [less(both), less(back)]);
}

#[test]
fn what_stands_behind_a_notice_for_a_while_comes_out_from_behind_it() {
    let mut world = room();
    let [node, other] = [3, 2].map(|it| world.author(it));
    let is_behind = |world: &World| whole(world).fold.decisions().notices.get(&node).is_some();
    let trial = decided(&mut world, Effect::BehindNotice(node));
    decided(&mut world, Effect::BehindNotice(other));
    assert!(is_behind(&world));
    let both = [Some(Effect::BehindNotice(node)), Some(Effect::NoNotice(node))];
    assert_eq!(reviewed(&world, trial), both);
    let dropped = decided(&mut world, Effect::NoNotice(node));
    assert!(!is_behind(&world) && whole(&world).fold.decisions().notices.get(&other).is_some());
    assert_eq!(reviewed(&world, trial), [None, None], "it is settled");
    assert_eq!(reviewed(&world, dropped), [both[1].clone(), both[0].clone()], "that is looked at again as anything is");
    // Who objects to that in time has it behind the notice again.
    let mut cut = world.clone();
    cut.ballot(3, dropped, dropped, Ballot::Object);
    assert!(is_behind(&cut));
}

#[test]
fn what_changes_nothing_is_set_back_by_nothing_and_what_is_not_decided_neither() {
    let mut world = room();
    let open = world.propose(0, None, Some(title("Harbour crew")));
    let plain = world.propose(0, None, None);
    assert_eq!(reviewed(&world, open), [None, None]);
    assert_eq!(reviewed(&world, plain), [None, None]);
    // One that was and is suspended has no say either.
    let trial = decided(&mut world, title("Harbour crew"));
    let mut cut = world.clone();
    cut.ballot(3, trial, trial, Ballot::Object);
    assert_eq!(reviewed(&cut, trial), [None, None]);
}

#[test]
fn a_proposal_names_what_it_looks_at_again_if_that_was_a_proposal_or_a_post_in_its_past() {
    let mut world = room();
    let (post, earlier) = (world.post(0, "The door is grey"), world.propose(0, None, None));
    world.sync_all();
    let unseen = world.propose(1, None, None);
    let ballot = world.ballot(0, earlier, earlier, Ballot::Consent);
    let mut about = |about: Cid| {
        let words = world.say(0, "again");
        let title = "again".try_into().unwrap();
        let (policy, effect, trial, review_on, meeting) = (None, None, false, None, None);
        let it = Proposed { title, words, policy, effect, trial, review_on, meeting, about: Some(about) };
        let cid = world.write(0, it);
        whole(&world).fold.proposal(&cid).and_then(|it| it.about)
    };
    assert_eq!([post, earlier].map(&mut about), [Some(post), Some(earlier)]);
    assert_eq!([unseen, ballot].map(&mut about), [None, None]);
}
