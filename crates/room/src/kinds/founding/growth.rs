//! What the worst that claims to found or raise a room costs.

use super::{FoldRaised, RoomFounded};
use crate::{
    Cid,
    body::{Ballot, BallotCast, DecisionClosed, Effect, Proposed},
    testing::{
        growth::{Grows, Law, Measured},
        hostile::Scene,
    },
};

impl Measured for RoomFounded {
    const LAWS: &'static [Law] = &[Law::new("what claims to found the room, after n that do", Grows::Never, |n| {
        let mut it = Scene::new();
        (0..=n).for_each(|_| _ = it.unknown(1, "room-founded"));
        it.last
    })];
}

impl Measured for FoldRaised {
    const LAWS: &'static [Law] = &[
        Law::new("a raise that nothing carries, after n", Grows::Never, |n| {
            let mut it = Scene::new();
            (0..=n).for_each(|to| _ = it.write(1, FoldRaised { to: to as u32, closing: Cid::of(b"closing") }));
            it.last
        }),
        Law::new("a raise beside n of the same author", Grows::Halving(2), |n| {
            let mut it = Scene::new();
            let closing = decided(&mut it, 1);
            raises(&mut it, closing, n + 1, |_| 1);
            it.last
        }),
        Law::new("a raise beside those of n others", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            let closing = decided(&mut it, 1);
            raises(&mut it, closing, n + 1, |i| 2 + i);
            it.last
        }),
        Law::new("a raise that n have decided", Grows::Halving(2), |n| {
            let mut it = Scene::new();
            let closing = decided(&mut it, n);
            raises(&mut it, closing, 1, |_| 0);
            it.last
        }),
        Law::new("what builds on the last of n raises beside each other", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            let closing = decided(&mut it, 1);
            let all = raises(&mut it, closing, n, |i| 2 + i);
            it.gather(1, all);
            it.last
        })
        .at(64),
        Law::new("a version that is decided after n others for it", Grows::Halving(4), |n| {
            let mut it = Scene::new();
            (0..=n).for_each(|_| _ = decided(&mut it, 1));
            it.last
        }),
    ];
}

/// So many are there, and all of them decide that the room is raised to the second version; the closing.
fn decided(it: &mut Scene, n: usize) -> Cid {
    let room = it.room();
    let others: Vec<_> = (1000..999 + n).map(|i| it.join(i, &[room])).collect();
    if !others.is_empty() {
        it.gather(0, others);
    }
    let (title, words) = ("A title".try_into().unwrap_or_default(), Cid::of(b"words"));
    let effect = 2_u64.try_into().ok().map(Effect::Version);
    let (policy, trial, review_on, meeting, about) = (None, false, None, None, None);
    let proposal = it.write(0, Proposed { title, words, policy, effect, trial, review_on, meeting, about });
    let ballot = BallotCast { proposal, version: proposal, stance: Ballot::Consent, words: None };
    [0].into_iter().chain(1000..999 + n).for_each(|i| _ = it.write(i, ballot.clone()));
    it.write(0, DecisionClosed { proposal, version: proposal })
}

/// So many raises, each of which has seen the closing and none of the others.
fn raises(it: &mut Scene, closing: Cid, n: usize, by: fn(usize) -> usize) -> Vec<Cid> {
    let mut raise = |i: usize| {
        let draft = it.draft_on(by(i), None, &[closing], FoldRaised { to: 2, closing });
        let raise = it.put(by(i), draft);
        assert_eq!(it.fold.why_ignored(&raise), None, "it counts");
        raise
    };
    (0..n).map(&mut raise).collect()
}
