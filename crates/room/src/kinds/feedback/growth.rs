//! What the worst feedback known costs.

use super::{Answer, FeedbackAnswered, FeedbackGiven, Stance};
use crate::testing::{
    growth::{Grows, Law, Measured},
    hostile::Scene,
};

impl Measured for FeedbackGiven {
    const LAWS: &'static [Law] = &[Law::new("a correction of what has n", Grows::Halving(2), |n| {
        let mut it = Scene::new();
        let target = it.post(1);
        let given = || FeedbackGiven { target, stance: Stance::Correct, words: None, sources: Default::default() };
        (0..=n).for_each(|_| _ = it.write(2, given()));
        it.last
    })];
}

impl Measured for FeedbackAnswered {
    const LAWS: &'static [Law] = &[Law::new("an answer to what was answered n times", Grows::Halving(2), |n| {
        let mut it = Scene::new();
        let target = it.post(1);
        let given = FeedbackGiven { target, stance: Stance::Correct, words: None, sources: Default::default() };
        let feedback = it.write(2, given);
        let answered = |answer| FeedbackAnswered { feedback, answer, words: None, by: None };
        (0..=n).for_each(|it_is| {
            it.write(1, answered(if it_is % 2 == 0 { Answer::Adjusted } else { Answer::Noted }));
        });
        it.last
    })];
}
