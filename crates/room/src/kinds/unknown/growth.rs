//! What the worst of kinds that nobody knows costs.

use super::Unknown;
use crate::testing::{
    growth::{Grows, Law, Measured},
    hostile::Scene,
};

impl Measured for Unknown {
    const LAWS: &'static [Law] = &[Law::new("what nobody knows, after n of n kinds", Grows::Halving(2), |n| {
        let mut it = Scene::new();
        (0..=n).for_each(|kind| _ = it.unknown(1, &format!("kind-{kind}")));
        it.last
    })];
}
