//! What no page would write about decisions: it is kept, says why it means nothing, and does no harm.

use paceline_room::{
    Cid,
    body::{Ballot, BallotCast, Effect, Handing, Nominated, Policy, Proposed, decisions::Command},
    command::{Asker, Command as Any, CommandError},
    fold::IgnoredReason,
    state::ProposalState,
    testing::World,
};

use crate::{
    decisions::standing,
    decisions_rooms::{Deciding, carried_by, gathered, proposed},
    support::{Moves, seen_by, whole},
};

fn why(world: &World, cid: Cid) -> Option<IgnoredReason> {
    whole(world).fold.why_ignored(&cid)
}

#[test]
fn what_is_about_a_proposal_or_version_that_its_author_has_not_seen_means_nothing() {
    let mut world = gathered(Policy::Consent, 3);
    let proposal = world.propose(1, None, None);
    let other = world.propose(2, None, None);
    let post = world.post(3, "no proposal");
    let unseen = Some(IgnoredReason::TargetNotSeen);
    // Not seen, of nothing at all, of what is no proposal.
    for it in [proposal, Cid::of(b"nothing"), post] {
        let all = [
            world.ballot(3, it, it, Ballot::Consent),
            world.decide(3, it, it),
            world.amend(3, it),
            world.withdraw_it(3, it),
        ];
        assert_eq!(all.map(|it| why(&world, it)), [unseen; 4]);
    }
    world.sync_all();
    // A version of another proposal, one that is none, an amendment by who did not propose.
    let by_another = world.amend(3, proposal);
    assert_eq!(why(&world, by_another), Some(IgnoredReason::NotAuthor));
    for version in [other, post, by_another] {
        let all = [world.ballot(3, proposal, version, Ballot::Consent), world.decide(3, proposal, version)];
        assert_eq!(all.map(|it| why(&world, it)), [unseen; 2]);
    }
    let said = standing(&world, proposal);
    assert_eq!((said.state, said.versions), (ProposalState::Open, vec![proposal]));
}

#[test]
fn who_answers_a_text_that_was_changed_since_they_read_it_is_told_so_and_nothing_else() {
    let mut world = gathered(Policy::Consent, 3);
    let proposal = world.propose(1, None, None);
    world.sync_all();
    let says = |world: &World, version: Option<Cid>| {
        let node = seen_by(world, 2);
        let (stance, reason, fix) = (Ballot::Consent, String::new(), String::new());
        let command = Command::Cast { proposal, version, stance, reason, fix };
        let asker = Asker { fold: &node.fold, log: &node.log, node: world.author(2), silence: &|_| 0 };
        Any::from(command).ask(asker).map(|it| it.into_body(None))
    };
    let cast = |version: Cid| BallotCast { proposal, version, stance: Ballot::Consent, words: None }.into();
    assert_eq!(says(&world, Some(proposal)), Ok(cast(proposal)));
    let amendment = world.amend(1, proposal);
    assert_eq!(says(&world, Some(proposal)), Ok(cast(proposal)), "who has not heard of it");
    world.send(1, 2);
    assert_eq!(says(&world, Some(proposal)), Err(CommandError::TextChanged));
    assert_eq!(CommandError::TextChanged.code(), "text-changed");
    assert_eq!(says(&world, Some(Cid::of(b"nothing"))), Err(CommandError::TextChanged));
    let latest = [None, Some(amendment)].map(|it| says(&world, it));
    assert_eq!(latest, [Ok(cast(amendment)), Ok(cast(amendment))]);
}

#[test]
fn ballots_of_who_is_no_elector_weigh_nothing_and_those_on_an_old_version_only_for_it() {
    let mut world = gathered(Policy::Consent, 3);
    let proposal = world.propose(1, None, None);
    world.sync_all();
    for i in 10..20 {
        world.send(1, i);
        world.ballot(i, proposal, proposal, Ballot::Consent);
        world.send(i, 1);
    }
    let void = world.decide(1, proposal, proposal);
    assert_eq!(why(&world, void), Some(IgnoredReason::NotDecided), "ten of nobody");
    let node = whole(&world);
    assert!(node.fold.decisions().ballots_of(proposal).all(|it| !it.counts));
    let amendment = world.amend(1, proposal);
    world.sync_all();
    (1..4).for_each(|i| _ = world.ballot(i, proposal, proposal, Ballot::Consent));
    world.sync_all();
    let void = world.decide(2, proposal, amendment);
    assert_eq!(why(&world, void), Some(IgnoredReason::NotDecided), "all of the version before");
    let closing = world.decide(2, proposal, proposal);
    assert_eq!(standing(&world, proposal).carried, Some((proposal, closing)));
}

#[test]
fn a_day_that_is_past_a_baton_that_is_closed_and_a_node_that_never_was_are_no_harm() {
    let mut world = gathered(Policy::Consent, 3);
    let baton = world.open_baton(1, "the release");
    let held = world.take(1, baton, baton);
    let closed = Moves::close(&mut world, 1, baton, held);
    let to = world.author(2);
    let effects = [
        Effect::HandBaton(Handing { baton, to }),
        Effect::HandBaton(Handing { baton: Cid::of(b"nothing"), to }),
        Effect::CloseBaton(baton),
        Effect::BehindNotice(world.author(99)),
        Effect::Version(7_u64.try_into().unwrap()),
    ];
    for effect in effects {
        let review_on = "0001-01-01".parse().ok();
        let proposal = world.write(1, Proposed { trial: true, review_on, ..proposed(None, Some(effect.clone())) });
        world.sync_all();
        let closing = carried_by(&mut world, &[1, 0, 2], proposal, proposal);
        world.sync_all();
        assert_eq!(standing(&world, proposal).carried, Some((proposal, closing)), "{effect:?}");
        let node = whole(&world);
        assert_eq!(node.fold.proposal(&proposal).expect("it").review_on, review_on);
        assert_eq!(node.fold.baton(&baton).map(|it| (it.tip, it.holder)), Some((closed, None)));
    }
}

#[test]
fn words_as_long_as_can_be_are_kept_as_they_are_and_nominations_without_end_decide_nothing() {
    let mut world = gathered(Policy::Consent, 3);
    let hostile = "<img src=x onerror=alert(1)>[x](javascript:alert(1))\u{202e}";
    let text: String = hostile.chars().cycle().take(11_000).collect();
    assert!(text.len() < paceline_room::limits::WORDS_BYTES);
    let words = world.say(1, &text);
    let proposal = world.write(1, Proposed { words, ..proposed(None, None) });
    let reason = world.say(1, &hostile.repeat(100));
    let (version, stance) = (proposal, Ballot::Object);
    world.write(1, BallotCast { proposal, version, stance, words: Some(reason) });
    let node = whole(&world);
    assert_eq!(node.fold.proposal(&proposal).expect("it").version.text.as_deref(), Some(text.as_str()));
    let baton = world.open_baton(2, "the release");
    world.sync_all();
    let node = world.author(3);
    (0..1_000).for_each(|i| _ = world.write(i % 4, Nominated { baton, node, why: Default::default() }));
    let said = standing(&world, proposal);
    assert_eq!((said.state, said.closings), (ProposalState::Open, vec![]));
    let all = whole(&world);
    let shown = all.fold.baton(&baton).expect("it");
    assert_eq!((shown.holder, shown.nominations.len()), (None, 4), "who says much is heard once");
}
