//! What the worst asks and promises known cost.

use super::{Asked, PromiseDropped, PromiseKept, PromiseRenewed, Promised};
use crate::{
    Cid,
    kinds::Retracted,
    testing::{
        growth::{Grows, Law, Measured},
        hostile::Scene,
    },
};

impl Measured for Asked {
    const LAWS: &'static [Law] = &[Law::new("the last of n asks", Grows::Halving(2), |n| {
        let mut it = Scene::new();
        (0..=n).for_each(|_| _ = ask(&mut it));
        it.last
    })];
}

impl Measured for Promised {
    const LAWS: &'static [Law] = &[Law::new("a promise from what n have promised from", Grows::Halving(2), |n| {
        let mut it = Scene::new();
        let from = ask(&mut it);
        (0..=n).for_each(|_| _ = promise(&mut it, Some(from)));
        it.last
    })];
}

impl Measured for PromiseKept {
    const LAWS: &'static [Law] = &[Law::new("the end of a promise that ended n times", Grows::Halving(2), |n| {
        let mut it = Scene::new();
        let promise = promise(&mut it, None);
        for _ in 0..n {
            it.write(2, PromiseDropped { promise, words: Cid::of(b"words") });
        }
        it.write(2, PromiseKept { promise, evidence: None });
        it.last
    })];
}

impl Measured for PromiseDropped {
    const LAWS: &'static [Law] =
        &[Law::new("an end of a promise beside n that its author wrote side by side", Grows::Halving(2), |n| {
            let mut it = Scene::new();
            let promise = promise(&mut it, None);
            for _ in 0..=n {
                let draft = it.draft_on(2, Some(promise), &[], PromiseDropped { promise, words: Cid::of(b"words") });
                it.put(2, draft);
            }
            it.last
        })];
}

impl Measured for PromiseRenewed {
    const LAWS: &'static [Law] = &[
        Law::new("the last of n words that a promise goes on", Grows::Halving(4), |n| {
            let mut it = Scene::new();
            let promise = promise(&mut it, None);
            (0..=n).for_each(|_| _ = it.write(2, renewed(promise)));
            it.last
        }),
        Law::new("a word that a promise goes on, taken back after n", Grows::Halving(4), |n| {
            let mut it = Scene::new();
            let promise = promise(&mut it, None);
            let words: Vec<_> = (0..=n).map(|_| it.write(2, renewed(promise))).collect();
            words.iter().rev().for_each(|post| _ = it.write(2, Retracted { post: *post, alone: false }));
            it.last
        }),
        Law::new("a promise that goes on beside n ends by twins", Grows::Per(256), |n| {
            let mut it = Scene::new();
            let promise = promise(&mut it, None);
            for _ in 0..n {
                let draft = it.draft_on(2, Some(promise), &[], PromiseDropped { promise, words: Cid::of(b"words") });
                it.put(2, draft);
            }
            let draft = it.draft_on(2, Some(promise), &[], renewed(promise));
            let renewed = it.put(2, draft);
            assert_eq!(it.fold.why_ignored(&renewed), None, "no end is in its past");
            it.last
        })
        .at(128),
    ];
}

fn renewed(promise: Cid) -> PromiseRenewed {
    PromiseRenewed { promise, due: "2026-12-01".parse().ok() }
}

fn ask(it: &mut Scene) -> Cid {
    let node = it.node(2);
    it.write(1, Asked { node, words: Cid::of(b"words") })
}

fn promise(it: &mut Scene, from: Option<Cid>) -> Cid {
    it.write(2, Promised { words: Cid::of(b"words"), due: None, from })
}
