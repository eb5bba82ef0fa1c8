//! Laws of growth of the relay's hub, with n connections.

use std::sync::Arc;

use paceline_room::{
    cost,
    testing::growth::{Grows, Law, assert_kept, assert_measured, assert_sighted},
};
use serde_json::json;

use super::{
    event::{Event, tests::signed},
    filter::Filter,
    hub::{Hub, Member},
    limits::VALUES,
};

/// What looks at the tables.
const HANDLERS: &[(&str, &[Law])] =
    &[("join", JOIN), ("publish", PUBLISH), ("subscribe", SUBSCRIBE), ("unsubscribe", UNSUBSCRIBE)];

const JOIN: &[Law] = &[Law::new("a connection beside n", Grows::Never, |n| {
    let crowd = Crowd::of(n);
    cost::of(|| crowd.hub.join()).1
})];

const PUBLISH: &[Law] = &[
    Law::new("an event that none of n hears", Grows::Never, |n| Crowd::of(n).publishes("b", 0)),
    Law::new("an event that all of n hear", Grows::Each(5), |n| Crowd::of(n).publishes("a", n)),
];

const SUBSCRIBE: &[Law] = &[
    Law::new("a subscription beside n others to the same", Grows::Never, |n| {
        let crowd = Crowd::of(n);
        let member = crowd.hub.join();
        cost::of(|| assert!(member.subscribe("one", vec![topic("a")]).is_ok())).1
    }),
    Law::new("a subscription to n topics beside n connections", Grows::Each(2), |n| {
        let crowd = Crowd::of(n);
        let member = crowd.hub.join();
        let names: Vec<String> = (0..n).map(|it| it.to_string()).collect();
        let topics = Filter::read(json!({"#x": names})).expect("a filter");
        cost::of(|| assert!(member.subscribe("one", vec![topics]).is_ok())).1
    })
    .at(VALUES / 8),
];

const UNSUBSCRIBE: &[Law] = &[Law::new("the end of a subscription beside n to the same", Grows::Never, |n| {
    let crowd = Crowd::of(n);
    cost::of(|| crowd.members.iter().for_each(|it| it.unsubscribe("none"))).1 / n as u64
        + cost::of(|| crowd.members.first().into_iter().for_each(|it| it.unsubscribe("one"))).1
})];

/// What is not called by a name.
const DROPPED: &[Law] = &[Law::new("a connection that is gone beside n", Grows::Never, |n| {
    let mut crowd = Crowd::of(n);
    let gone = crowd.members.pop();
    cost::of(|| drop(gone)).1
})];

/// So many connections that listen to the same.
struct Crowd {
    hub: Arc<Hub>,
    members: Vec<Member>,
}

impl Crowd {
    fn of(n: usize) -> Self {
        let hub = Arc::new(Hub::default());
        let members: Vec<Member> = (0..n).map(|_| hub.join()).collect();
        members.iter().for_each(|it| assert!(it.subscribe("one", vec![topic("a")]).is_ok()));
        Self { hub, members }
    }

    fn publishes(&self, topic: &str, heard: usize) -> u64 {
        let event: Event = signed(1, 20_001, &[("x", topic)], "words");
        cost::of(|| assert_eq!(self.hub.publish(&event), heard)).1
    }
}

fn topic(value: &str) -> Filter {
    Filter::read(json!({"#x": [value]})).expect("a filter")
}

fn laws() -> impl Iterator<Item = &'static Law> {
    HANDLERS.iter().map(|(_, laws)| *laws).chain([DROPPED]).flatten()
}

#[test]
fn every_handler_of_the_hub_has_a_law_and_every_map_counts() {
    assert_measured(&[include_str!("hub.rs")], &["&self", "self: &Arc<Self>"], HANDLERS, &[]);
}

#[test]
fn every_law_of_growth_of_the_hub_is_kept_or_known_to_be_broken() {
    assert_kept(laws());
}

#[test]
fn a_planted_walk_breaks_every_law_of_growth_of_the_hub() {
    assert_sighted(laws());
}
