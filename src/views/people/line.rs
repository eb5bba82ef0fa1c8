//! What stands beside a person, in the list and on the card alike.

use std::collections::BTreeMap;

use paceline_room::{NodeId, fold::List, state::Baton};

use crate::{
    session::{People, PersonView},
    texts::t,
};

/// What each person leads, by the node by which it is shown.
pub fn leads<'a>(people: &People, led: &'a List<Baton>) -> BTreeMap<NodeId, Vec<&'a str>> {
    let mut leads: BTreeMap<NodeId, Vec<&str>> = BTreeMap::new();
    for baton in led.iter() {
        if let Some(holder) = baton.holder {
            let person = people.find(&holder).map_or(holder, |it| it.person.node);
            leads.entry(person).or_default().push(&baton.title);
        }
    }
    leads
}

/// In how many tabs somebody is here, if that is worth telling.
pub fn tabs(it: &PersonView) -> Option<String> {
    (it.tabs > 1).then(|| t!("person-tabs", n = it.tabs))
}
