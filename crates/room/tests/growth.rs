//! Laws of growth: each is kept, or known to be broken and still is; and each would find a walk over the whole log.

use std::collections::BTreeSet;

use paceline_room::{cost, testing::growth::laws};

#[test]
fn every_law_of_growth_is_kept_or_known_to_be_broken() {
    let checked = laws().map(|(of, law)| (of, law, law.check()));
    let wrong: Vec<String> = checked
        .filter_map(|(of, law, found)| match found {
            Ok(costs) => {
                let broken = law.broken.map_or_else(String::new, |it| format!(", broken: {it:?}"));
                println!("{of}: {}: {costs:?} {:?}{broken}", law.name, law.grows);
                None
            }
            Err(wrong) => Some(format!("{of}: {wrong}")),
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_planted_walk_over_the_log_breaks_every_law_of_growth() {
    for (of, law) in laws() {
        let costs = law.planted_costs();
        assert!(!law.is_kept_by(costs), "{of}: {}: {costs:?}", law.name);
    }
    assert_eq!(cost::of(|| ()).1, 0, "the plant is gone");
}

#[test]
fn every_law_of_growth_has_a_name_of_its_own() {
    let names: BTreeSet<&str> = laws().map(|(_, law)| law.name).collect();
    assert_eq!(names.len(), laws().count());
}
