//! What the worst introductions known cost.

use super::Introduced;
use crate::testing::{
    growth::{Grows, Law, Measured},
    hostile::Scene,
};

impl Measured for Introduced {
    const LAWS: &'static [Law] = &[
        Law::new("an introduction by somebody who has said n times who it is", Grows::Halving(2), |n| {
            let mut it = Scene::new();
            (0..=n).for_each(|_| _ = it.write(1, it.introduced()));
            it.last
        }),
        Law::new("an introduction by somebody new in a room of n people", Grows::Halving(2), |n| {
            let mut it = Scene::new();
            it.people(n);
            it.last
        })
        .at(256),
    ];
}
