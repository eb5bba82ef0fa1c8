//! What the worst that takes back known costs.

use super::{FeedbackWithdrawn, Retracted};
use crate::{
    body::{FeedbackGiven, Stance},
    testing::{
        growth::{Grows, Law, Measured},
        hostile::Scene,
    },
};

impl Measured for Retracted {
    const LAWS: &'static [Law] = &[
        Law::new("a retraction of a post that was edited n times", Grows::Each(20), |n| {
            let mut it = Scene::new();
            let post = it.post(1);
            (0..n).for_each(|_| _ = it.edit(1, post));
            it.retract(1, post);
            it.last
        }),
        Law::new("a retraction of what was retracted n times", Grows::Halving(2), |n| {
            let mut it = Scene::new();
            let post = it.post(1);
            (0..n).for_each(|_| _ = it.edit(1, post));
            (0..=n).for_each(|_| _ = it.retract(1, post));
            it.last
        }),
        Law::new("a retraction of the first words of a post that was edited n times", Grows::Halving(2), |n| {
            let mut it = Scene::new();
            let post = it.post(1);
            (0..n).for_each(|_| _ = it.edit(1, post));
            it.write(1, Retracted { post, alone: true });
            it.last
        }),
        Law::new("a retraction of the first of n edits", Grows::Halving(2), |n| {
            let mut it = Scene::new();
            let post = it.post(1);
            let first = it.edit(1, post);
            (0..n).for_each(|_| _ = it.edit(1, post));
            it.retract(1, first);
            it.last
        }),
    ];
}

impl Measured for FeedbackWithdrawn {
    const LAWS: &'static [Law] = &[Law::new("the first of n corrections withdrawn", Grows::Halving(2), |n| {
        let mut it = Scene::new();
        let target = it.post(1);
        let given = || FeedbackGiven { target, stance: Stance::Correct, words: None, sources: Default::default() };
        let feedback = it.write(2, given());
        (0..n).for_each(|_| _ = it.write(2, given()));
        it.write(2, FeedbackWithdrawn { feedback });
        it.last
    })];
}
