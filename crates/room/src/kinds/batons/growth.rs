//! What the worst moves of batons known cost.

use super::super::{
    BatonAccepted, BatonClosed, BatonDeclined, BatonOfferWithdrawn, BatonOffered, BatonOpened, BatonReclaimed,
    BatonReleased, BatonSteppedIn, BatonTaken, Nominated, Shadowing,
};
use crate::{
    Body, Cid,
    testing::{
        growth::{Grows, Law, Measured},
        hostile::Scene,
    },
};

/// A baton that author 1 has taken, and the transfer.
fn held(it: &mut Scene) -> (Cid, Cid) {
    let baton = it.open(0);
    (baton, it.take(1, baton, baton))
}

/// Author 1 takes and lets go in turns, so many times; what is current then.
fn turns(it: &mut Scene, n: usize) -> (Cid, Cid) {
    let (baton, mut tip) = held(it);
    for _ in 0..n {
        let free = it.release(1, baton, tip);
        tip = it.take(1, baton, free);
    }
    (baton, tip)
}

/// An offer of author 1 to author 2, ended as often by so many twins.
fn ended(n: usize, by: usize, ending: fn(Cid) -> Body) -> (Scene, Cid, Cid) {
    let mut it = Scene::new();
    let (baton, tip) = held(&mut it);
    let before = it.write(by, it.introduced());
    let offer = it.offer(1, baton, tip, 2);
    let prev = if by == 1 { offer } else { before };
    let parents = if by == 1 { vec![] } else { vec![offer] };
    for _ in 0..=n {
        let draft = it.draft_on(by, Some(prev), &parents, ending(offer));
        it.put(by, draft);
    }
    (it, baton, offer)
}

/// So many batons, all taken by author 1 and, side by side, by author 2; the last event of author 1.
fn sides(n: usize) -> (Scene, Cid) {
    let mut it = Scene::new();
    let batons: Vec<Cid> = (0..n).map(|_| it.open(0)).collect();
    let [side, _] = [1, 2].map(|i| {
        let mut last = None;
        for baton in &batons {
            let (seen, taken) =
                (batons.last().copied().filter(|_| last.is_none()), BatonTaken { baton: *baton, tip: *baton });
            let draft = it.draft_on(i, last, seen.as_slice(), taken);
            last = Some(it.put(i, draft));
        }
        last
    });
    let side = side.unwrap_or(it.room());
    (it, side)
}

/// A room of so many, in which author 1 leads and author 2 stands in, with everybody's knowledge.
fn stood_in(n: usize) -> (Scene, Cid, Cid) {
    let mut it = Scene::new();
    it.people(n);
    let (baton, tip) = held(&mut it);
    let stand_in = it.step_in(2, baton, tip);
    (it, baton, stand_in)
}

impl Measured for BatonOpened {
    const LAWS: &'static [Law] = &[Law::new("a baton beside n", Grows::Halving(2), |n| {
        let mut it = Scene::new();
        (0..=n).for_each(|_| _ = it.open(1));
        it.last
    })];
}

impl Measured for BatonOffered {
    const LAWS: &'static [Law] = &[Law::new("an offer beside n at one turn", Grows::Halving(2), |n| {
        let mut it = Scene::new();
        let (baton, tip) = held(&mut it);
        (0..=n).for_each(|_| _ = it.offer(1, baton, tip, 2));
        it.last
    })];
}

impl Measured for BatonOfferWithdrawn {
    const LAWS: &'static [Law] = &[Law::new("an offer withdrawn by the last of n twins", Grows::Never, |n| {
        ended(n, 1, |offer| BatonOfferWithdrawn { offer }.into()).0.last
    })];
}

impl Measured for BatonDeclined {
    const LAWS: &'static [Law] = &[Law::new("an offer declined by the last of n twins", Grows::Never, |n| {
        ended(n, 2, |offer| BatonDeclined { offer, why: Default::default() }.into()).0.last
    })];
}

impl Measured for BatonAccepted {
    const LAWS: &'static [Law] = &[
        Law::new("a handoff after n", Grows::Halving(4), |n| {
            let mut it = Scene::new();
            let (baton, mut tip) = held(&mut it);
            for turn in 0..=n {
                tip = it.hand_on(1 + turn % 2, baton, tip, 1 + (turn + 1) % 2);
            }
            it.last
        }),
        Law::new("a handoff after n while somebody keeps what was shown", Grows::Halving(32), |n| {
            let mut it = Scene::new();
            let (baton, tip) = turns(&mut it, n);
            let by = it.offer(1, baton, tip, 2);
            let shown = it.fold.baton(&baton).cloned();
            it.write(2, BatonAccepted { baton, tip, by });
            drop(shown);
            it.last
        }),
        Law::new("an offer accepted beside n withdrawals by twins", Grows::Per(256), |n| {
            let (mut it, baton, offer) = ended(n, 1, |offer| BatonOfferWithdrawn { offer }.into());
            let tip = it.fold.baton(&baton).map_or(baton, |it| it.tip);
            let draft = it.draft_on(2, None, &[offer], BatonAccepted { baton, tip, by: offer });
            let accepted = it.put(2, draft);
            assert_eq!(it.fold.baton(&baton).map(|it| it.tip), Some(accepted), "no withdrawal is in its past");
            it.last
        })
        .at(128),
        Law::new("a handoff by a stand-in in a room of n people", Grows::Halving(4), |n| {
            let (mut it, baton, tip) = stood_in(n);
            it.hand_on(2, baton, tip, 3);
            it.last
        }),
        Law::new("a handoff by a stand-in on whom n people have written", Grows::Each(16), |n| {
            let (mut it, baton, tip) = stood_in(n);
            it.people(n);
            it.hand_on(2, baton, tip, 3);
            it.last
        }),
    ];
}

impl Measured for BatonTaken {
    const LAWS: &'static [Law] = &[
        Law::new("a baton taken after n turns", Grows::Halving(4), |n| {
            let mut it = Scene::new();
            turns(&mut it, n);
            it.last
        }),
        Law::new("a baton taken beside n others, each of whom won", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            it.takers(n + 1);
            it.last
        }),
        Law::new("a baton taken beside n others, one of whom somebody follows", Grows::Halving(40), |n| {
            let mut it = Scene::new();
            let (baton, took) = it.takers(n);
            it.join(4, &took[n / 2..=n / 2]);
            let draft = it.draft_on(5, None, &[baton], BatonTaken { baton, tip: baton });
            it.put(5, draft);
            it.last
        }),
        Law::new("the first who follows one of n who took a baton", Grows::Halving(24), |n| {
            let mut it = Scene::new();
            let (_, took) = it.takers(n);
            it.join(4, &took[n / 2..=n / 2]);
            it.last
        }),
        Law::new("the last of n who follow one of two who took a baton", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            it.people(n);
            let (_, took) = it.takers(2);
            (0..n).for_each(|i| _ = it.join(100 + i, &took[..1]));
            it.last
        }),
        Law::new(
            "a baton taken beside one who took it long ago, and whom n people have followed",
            Grows::Each(2),
            |n| {
                let mut it = Scene::new();
                let (baton, _) = held(&mut it);
                it.people(n);
                let draft = it.draft_on(5, None, &[baton], BatonTaken { baton, tip: baton });
                it.put(5, draft);
                it.last
            },
        ),
        Law::new(
            "a baton taken beside two who took it long ago, and whom n people have seen together",
            Grows::Each(2),
            |n| {
                let mut it = Scene::new();
                let (baton, took) = it.takers(2);
                let last = it.gather(4, took);
                (0..n).for_each(|i| _ = it.join(100 + i, &[last]));
                let draft = it.draft_on(5, None, &[baton], BatonTaken { baton, tip: baton });
                it.put(5, draft);
                it.last
            },
        ),
        Law::new("the first word of somebody new while n forks are open", Grows::Never, |n| {
            let mut it = Scene::new();
            it.forks(n);
            it.join(4, &[it.room()]);
            it.last
        }),
        Law::new("the next word of somebody who sees none of n forks", Grows::Never, |n| {
            let mut it = Scene::new();
            let first = it.join(4, &[it.room()]);
            it.forks(n);
            let draft = it.draft_on(4, Some(first), &[], it.introduced());
            it.put(4, draft);
            it.last
        }),
        Law::new("the first word of somebody new who has seen n forks", Grows::Each(5), |n| {
            let mut it = Scene::new();
            it.forks(n);
            it.post(4);
            it.last
        }),
        Law::new("the first word of somebody new who has seen one side of n forks", Grows::Each(41), |n| {
            let (mut it, side) = sides(n);
            it.join(4, &[side]);
            it.last
        }),
        Law::new("the next word of somebody who was away while n forks were made", Grows::Each(5), |n| {
            let mut it = Scene::new();
            it.write(3, it.introduced());
            it.forks(n);
            it.post(3);
            it.last
        }),
    ];
}

impl Measured for BatonSteppedIn {
    const LAWS: &'static [Law] = &[Law::new("a step-in after n, one upon another", Grows::Halving(4), |n| {
        let mut it = Scene::new();
        let (baton, mut tip) = held(&mut it);
        for turn in 0..=n {
            tip = it.step_in(2 + turn % 2, baton, tip);
        }
        it.last
    })];
}

impl Measured for BatonReclaimed {
    const LAWS: &'static [Law] = &[
        Law::new("a reclaim in a room of n people", Grows::Halving(4), |n| {
            let (mut it, baton, end) = stood_in(n);
            it.reclaim(1, baton, &[end]);
            it.last
        }),
        Law::new("a reclaim from one on whom n people have written", Grows::Each(8), |n| {
            let (mut it, baton, end) = stood_in(n);
            it.people(n);
            it.reclaim(1, baton, &[end]);
            it.last
        }),
        Law::new("a reclaim after n stood in for one another", Grows::Halving(4), |n| {
            let mut it = Scene::new();
            let (baton, mut tip) = held(&mut it);
            for turn in 0..n {
                tip = it.step_in(2 + turn % 2, baton, tip);
            }
            it.reclaim(1, baton, &[tip]);
            it.last
        }),
    ];
}

impl Measured for BatonReleased {
    const LAWS: &'static [Law] = &[
        Law::new("a release after n turns", Grows::Halving(4), |n| {
            let mut it = Scene::new();
            let (baton, tip) = turns(&mut it, n);
            it.release(1, baton, tip);
            it.last
        }),
        Law::new("a release whose word comes after n and belongs before them", Grows::Halving(4), |n| {
            let mut it = Scene::new();
            let note = || "a word".try_into().unwrap_or_default();
            let (baton, tip) = held(&mut it);
            let (late, mut here) = (it.draft(1, BatonReleased { baton, tip, note: note() }), tip);
            for _ in 0..n {
                let free = it.write(1, BatonReleased { baton, tip: here, note: note() });
                here = it.take(1, baton, free);
            }
            it.put(1, late);
            it.last
        }),
    ];
}

impl Measured for BatonClosed {
    const LAWS: &'static [Law] = &[Law::new("work that ends after n turns", Grows::Halving(4), |n| {
        let mut it = Scene::new();
        let (baton, tip) = turns(&mut it, n);
        it.write(1, BatonClosed { baton, tip, outcome: "done".try_into().unwrap_or_default(), by: None });
        it.last
    })];
}

impl Measured for Nominated {
    const LAWS: &'static [Law] = &[
        Law::new("somebody named for a baton after n by one", Grows::Never, |n| {
            let mut it = Scene::new();
            let (baton, node) = (it.open(1), it.node(2));
            it.write(2, it.introduced());
            (0..=n).for_each(|_| _ = it.write(1, Nominated { baton, node, why: Default::default() }));
            it.last
        }),
        Law::new("somebody named for a baton after n by as many", Grows::Halving(4), |n| {
            let mut it = Scene::new();
            let (baton, node) = (it.open(1), it.node(2));
            it.write(2, it.introduced());
            (0..=n).for_each(|i| _ = it.write(3 + i, Nominated { baton, node, why: Default::default() }));
            it.last
        }),
    ];
}

impl Measured for Shadowing {
    const LAWS: &'static [Law] = &[Law::new("somebody who stands beside the holder after n", Grows::Never, |n| {
        let mut it = Scene::new();
        let baton = it.open(1);
        (0..=n).for_each(|_| _ = it.write(2, Shadowing { baton }));
        it.last
    })];
}
