//! Laws of growth: each is kept, or known to be broken and still is; and each would find a walk over the whole log.

use std::collections::BTreeSet;

use paceline_room::{
    cost,
    testing::growth::{assert_kept, assert_sighted, laws},
};

#[test]
fn every_law_of_growth_is_kept_or_known_to_be_broken() {
    assert_kept(laws().map(|(_, law)| law));
}

#[test]
fn a_planted_walk_over_the_log_breaks_every_law_of_growth() {
    assert_sighted(laws().map(|(_, law)| law));
    assert_eq!(cost::of(|| ()).1, 0, "the plant is gone");
}

#[test]
fn every_law_of_growth_has_a_name_of_its_own() {
    let names: BTreeSet<&str> = laws().map(|(_, law)| law.name).collect();
    assert_eq!(names.len(), laws().count());
}
