//! *Test this connection*: each neighbour is asked now, and has three seconds to answer.

use std::cell::Cell;

use gloo::timers::callback::Interval;
use paceline_room::NodeId;
use yew::prelude::*;

use crate::{
    hooks::use_session,
    session::PersonView,
    texts::{changing, t},
};

/// Who is asked answers within so long, in milliseconds.
const WITHIN_MS: u32 = 3_000;
/// How often it is looked whether all have answered.
const LOOK_EVERY_MS: u32 = 100;

/// Where the test is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Untried,
    Asking,
    Done,
}

/// A test, and what came of it.
#[derive(Clone, PartialEq)]
pub struct Test {
    step: Step,
    answers: Vec<(NodeId, Option<u64>)>,
}

/// What one of them said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// After so many milliseconds, at whichever tab first.
    Answered(u64),
    /// Nothing, at any.
    Silent,
}

impl Test {
    /// Whether it is over.
    pub fn is_done(&self) -> bool {
        self.step == Step::Done
    }

    /// Whether answers are waited for.
    pub fn is_asking(&self) -> bool {
        self.step == Step::Asking
    }

    /// What somebody said who is linked, once it is over. An answer that comes later is one.
    pub fn of(&self, person: &PersonView) -> Option<Said> {
        let asked = || self.answers.iter().filter(|(node, _)| person.nodes.contains(node));
        if !self.is_done() || asked().next().is_none() {
            return None;
        }
        Some(asked().filter_map(|(_, after)| *after).min().map_or(Said::Silent, Said::Answered))
    }

    /// In words.
    pub fn told(&self, person: &PersonView) -> Html {
        match self.of(person) {
            Some(Said::Answered(after)) => changing(t!("reach-answered", n = after as usize)),
            Some(Said::Silent) => changing(t!("reach-silent")),
            None => Html::default(),
        }
    }
}

/// The last test, and what begins one.
#[hook]
pub fn use_test() -> (Test, Callback<MouseEvent>) {
    let session = use_session();
    let step = use_state(|| Step::Untried);
    {
        let (session, setter) = (session.clone(), step.setter());
        use_effect_with(*step == Step::Asking, move |asking| {
            let looks = Cell::new(0);
            let look = move || {
                looks.set(looks.get() + 1);
                let all = session.answers().iter().all(|(_, after)| after.is_some());
                if all || looks.get() * LOOK_EVERY_MS >= WITHIN_MS {
                    setter.set(Step::Done);
                }
            };
            let interval = asking.then(|| Interval::new(LOOK_EVERY_MS, look));
            move || drop(interval)
        });
    }
    let answers = if *step == Step::Done { session.answers() } else { Vec::new() };
    let begin = {
        let step = step.clone();
        Callback::from(move |_: MouseEvent| {
            if *step != Step::Asking {
                session.try_links();
                step.set(Step::Asking);
            }
        })
    };
    (Test { step: *step, answers }, begin)
}
