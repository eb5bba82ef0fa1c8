//! What the worst claims to be one person known cost.

use super::{AlsoMe, NotMe};
use crate::{
    Cid,
    kinds::{PromiseKept, Promised},
    limits,
    testing::{
        growth::{Grows, Law, Measured},
        hostile::Scene,
    },
};

impl Measured for AlsoMe {
    const LAWS: &'static [Law] = &[
        Law::new("two who have joined and parted n times join", Grows::Halving(32), |n| {
            let mut it = Scene::new();
            (0..n).for_each(|_| join_and_part(&mut it, 1, 2));
            say(&mut it, 1, 2);
            say(&mut it, 2, 1)
        }),
        Law::new("a word of one whom as many joined as may, and who named n", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            (0..n).for_each(|at| join_and_part(&mut it, 1, 10 + at));
            say(&mut it, 2, 1);
            say(&mut it, 1, 2)
        })
        .at(2 * limits::ALSO_ME),
        Law::new("what is about an author by one who has seen none of its n twins that joined", Grows::Each(1), |n| {
            let mut it = Scene::new();
            let promise = it.write(2, Promised { words: Cid::of(b"words"), due: None, from: None });
            twins_that_join(&mut it, n);
            let draft = it.draft_on(3, None, &[promise], PromiseKept { promise, evidence: None });
            it.put(3, draft);
            it.last
        }),
    ];
}

impl Measured for NotMe {
    const LAWS: &'static [Law] = &[Law::new("an end where n were before", Grows::Halving(8), |n| {
        let mut it = Scene::new();
        (0..n).for_each(|_| join_and_part(&mut it, 1, 2));
        not_me(&mut it, 2, 1)
    })];
}

/// Two says of one that it is the same, side by side.
fn twins_that_join(it: &mut Scene, n: usize) {
    let [home, other] = [1, 2].map(|i| it.node(i));
    let said = it.write(1, AlsoMe { node: other });
    for _ in 0..n {
        let draft = it.draft_on(2, None, &[said], AlsoMe { node: home });
        it.put(2, draft);
    }
}

fn say(it: &mut Scene, i: usize, other: usize) -> u64 {
    let node = it.node(other);
    it.write(i, AlsoMe { node });
    it.last
}

fn not_me(it: &mut Scene, i: usize, other: usize) -> u64 {
    let node = it.node(other);
    it.write(i, NotMe { node });
    it.last
}

fn join_and_part(it: &mut Scene, home: usize, other: usize) {
    say(it, home, other);
    say(it, other, home);
    not_me(it, home, other);
}
