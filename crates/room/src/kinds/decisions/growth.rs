//! What the worst decisions known cost.

use super::{Amended, Ballot, BallotCast, DecisionClosed, Effect, ProposalWithdrawn, Proposed};
use crate::{
    Cid,
    testing::{
        growth::{Grows, Law, Measured},
        hostile::Scene,
    },
};

impl Measured for Proposed {
    const LAWS: &'static [Law] = &[Law::new("the last of n proposals", Grows::Halving(4), |n| {
        let mut it = Scene::new();
        (0..=n).for_each(|_| _ = propose(&mut it));
        it.last
    })];
}

impl Measured for Amended {
    const LAWS: &'static [Law] = &[Law::new("the last of n versions", Grows::Halving(8), |n| {
        let mut it = Scene::new();
        let proposal = propose(&mut it);
        for _ in 0..=n {
            let words = Cid::of(b"words");
            it.write(1, Amended { proposal, words, title: Default::default(), effect: None, fix: None });
        }
        it.last
    })];
}

impl Measured for ProposalWithdrawn {
    const LAWS: &'static [Law] =
        &[Law::new("the last of n times that a proposal is taken back", Grows::Halving(16), |n| {
            let mut it = Scene::new();
            let proposal = propose(&mut it);
            (0..=n).for_each(|_| _ = it.write(1, ProposalWithdrawn { proposal }));
            it.last
        })
        .at(64)];
}

impl Measured for BallotCast {
    const LAWS: &'static [Law] = &[
        Law::new("the last of n ballots of n people", Grows::Halving(16), |n| {
            let mut it = Scene::new();
            let proposal = with_people(&mut it, n);
            (2..=n + 1).for_each(|i| _ = cast(&mut it, i, proposal, Ballot::Consent));
            it.last
        }),
        Law::new("a ballot of somebody whom the proposal had not seen, after n had written on", Grows::Each(6), |n| {
            let mut it = Scene::new();
            let room = it.room();
            let proposal = with_people(&mut it, n);
            it.join(n + 2, &[room]);
            (2..=n + 1).for_each(|i| _ = cast(&mut it, i, proposal, Ballot::Consent));
            cast(&mut it, n + 2, proposal, Ballot::Object);
            it.last
        }),
        Law::new("an objection beside the closing by which n have renamed the room", Grows::Each(LATER), |n| {
            let mut it = Scene::new();
            let (proposal, silent) = renamed(&mut it, n);
            let draft = it.draft_on(n + 1, Some(silent), &[proposal], objection(proposal));
            it.put(n + 1, draft);
            assert_ne!(it.fold.title(), "Another name", "it does not stand");
            it.last
        }),
        Law::new("the last of n ballots of one", Grows::Halving(16), |n| {
            let mut it = Scene::new();
            let proposal = with_people(&mut it, 2);
            (0..=n).for_each(|_| _ = cast(&mut it, 2, proposal, Ballot::Consent));
            it.last
        })
        .at(64),
    ];
}

impl Measured for DecisionClosed {
    const LAWS: &'static [Law] = &[Law::new("what n have decided", Grows::Each(21), |n| {
        let mut it = Scene::new();
        let proposal = with_people(&mut it, n);
        (2..=n + 1).for_each(|i| _ = cast(&mut it, i, proposal, Ballot::Consent));
        let closing = it.write(1, DecisionClosed { proposal, version: proposal });
        assert_eq!(it.fold.why_ignored(&closing), None, "it is decided");
        it.last
    })];
}

/// So many looks an elector: each is asked what it said, and whether it had met the closing.
const LATER: u64 = 17;

/// So many have decided what the room is called; and the last event of one more, who has not answered.
fn renamed(it: &mut Scene, n: usize) -> (Cid, Cid) {
    let room = it.room();
    let all: Vec<_> = (2..=n + 1).map(|i| it.join(i, &[room])).collect();
    let silent = all[n - 1];
    it.gather(1, all);
    let title = "Another name".try_into().ok().map(Effect::Title);
    let proposal = propose_that(it, title);
    (2..=n).for_each(|i| _ = cast(it, i, proposal, Ballot::Consent));
    it.write(1, DecisionClosed { proposal, version: proposal });
    assert_eq!(it.fold.title(), "Another name");
    (proposal, silent)
}

fn objection(proposal: Cid) -> BallotCast {
    BallotCast { proposal, version: proposal, stance: Ballot::Object, words: None }
}

fn propose(it: &mut Scene) -> Cid {
    propose_that(it, None)
}

fn propose_that(it: &mut Scene, effect: Option<Effect>) -> Cid {
    let title = "A title".try_into().unwrap_or_default();
    let words = Cid::of(b"words");
    let (policy, trial, review_on, meeting, about) = (None, false, None, None, None);
    it.write(1, Proposed { title, words, policy, effect, trial, review_on, meeting, about })
}

/// A proposal before which so many have said something.
fn with_people(it: &mut Scene, n: usize) -> Cid {
    let room = it.room();
    let all = (2..=n + 1).map(|i| it.join(i, &[room])).collect();
    it.gather(1, all);
    propose(it)
}

fn cast(it: &mut Scene, i: usize, proposal: Cid, stance: Ballot) -> Cid {
    it.write(i, BallotCast { proposal, version: proposal, stance, words: None })
}
