//! The room's own settings change by decisions, and by nothing else: proved over the table of kinds.

use std::collections::BTreeSet;

use paceline_room::testing::{growth::laws, hostile::witnessed};

/// What changes them: what is decided, and what keeps that from standing.
const DECIDING: [&str; 3] = ["decision-closed", "ballot-cast", "proposal-withdrawn"];

#[test]
fn no_kind_but_those_of_decisions_changes_what_a_room_is_called_is_for_or_by_which_rules_it_decides() {
    let (mut changing, mut untried) = (BTreeSet::new(), BTreeSet::new());
    for (kind, _) in laws() {
        let of = || laws().filter(move |(of, _)| *of == kind).map(|(_, law)| law);
        let seen = witnessed(|| of().for_each(|law| _ = law.costs()));
        let founds = kind == "room-founded" || kind == "unknown" || kind == "common";
        let counts = seen.get(kind).is_some_and(|it| it.0);
        if !counts && !founds {
            untried.insert(kind);
        }
        changing.extend(seen.into_iter().filter(|(kind, it)| it.1 && kind != "room-founded").map(|(kind, _)| kind));
    }
    assert!(untried.is_empty(), "none that counts was tried of {untried:?}");
    assert!(changing.contains("decision-closed"), "a decision does");
    assert!(changing.contains("ballot-cast"), "what suspends it does, too");
    let others: Vec<_> = changing.iter().filter(|it| !DECIDING.contains(&it.as_str())).collect();
    assert!(others.is_empty(), "{others:?}");
}
