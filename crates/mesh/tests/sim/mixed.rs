//! Rooms in which builds of different ages meet: what an older one makes nothing of it admits, builds on, passes on and
//! serves with its words, and when it is updated it shows what the others show. A failing seed is in the panic's text.

use std::collections::{BTreeMap, BTreeSet};

use paceline_room::{
    Cid,
    state::{Post, RoomState},
    testing::Mask,
};

use crate::world::{Bites, Faults, LATER, Net, run_story, seeds, settle, settle_words};

/// Builds that lack this and that. Each is run by a third of the seeds.
const MASKS: [Mask; 3] = [
    Mask { kinds: &["feedback-given", "baton-opened"], fields: &[("posted", "reply_to")] },
    Mask {
        kinds: &["feedback-answered"],
        fields: &[("posted", "tags"), ("feedback-given", "sources"), ("baton-offered", "note")],
    },
    Mask { kinds: &["feedback-given", "feedback-answered", "baton-opened", "baton-offered"], fields: &[] },
];

/// What of the masks carries no words.
const WORDLESS: [&str; 3] = ["baton-opened", "baton-offered", "baton-offered.note"];

/// Seeds after which every mask must have bitten.
const BATCH: u64 = 25;

/// What a room shows, this node's own view of what came late apart.
fn shown(net: &Net, at: usize) -> RoomState {
    let replica = net.replica(at).expect("it is alive");
    let mut state = replica.fold().state(replica.log());
    for post in &mut state.posts {
        *post = Post { late: false, ..Post::clone(post) }.into();
    }
    state
}

/// All words that this node has, of all that events link.
fn words(net: &Net, at: usize) -> BTreeSet<Cid> {
    let replica = net.replica(at).expect("it is alive");
    let linked = replica.log().entries().filter_map(|(_, entry)| entry.event.body.words());
    linked.filter(|name| replica.words(name).is_some()).collect()
}

fn run(seed: u64, total: &mut BTreeMap<String, Bites>) {
    let mask = MASKS[(seed % 3) as usize];
    let faults = Faults {
        nodes: 6,
        late: 2,
        breaks: 1,
        partition: true,
        crashes: 1,
        time: 8_000,
        mask: Some(mask),
        ..Faults::NONE
    };
    let mut net = run_story(seed, faults);
    let everywhere = words(&net, 0);
    assert!(!everywhere.is_empty(), "seed {seed}: nobody said anything");
    for at in net.alive() {
        assert_eq!(words(&net, at), everywhere, "seed {seed}: words of node {at}");
    }
    for (label, bites) in std::mem::take(&mut net.bites) {
        total.entry(label).or_default().add(bites);
    }
    let older: Vec<usize> = net.alive().into_iter().filter(|at| net.nodes[*at].mask == mask).collect();
    assert!(!older.is_empty());
    older.into_iter().for_each(|at| net.update(at));
    settle(&mut net, seed);
    settle_words(&mut net, seed);
    let state = shown(&net, 0);
    for at in net.alive() {
        assert_eq!(shown(&net, at), state, "seed {seed}: node {at} after its update");
        assert_eq!(words(&net, at), everywhere, "seed {seed}: words of node {at} after its update");
    }
    assert_eq!(net.dropped_links, 0, "seed {seed}: a link was dropped");
    assert!(net.bites.is_empty(), "seed {seed}: an updated node still has a mask");
}

/// A batch of seeds, after which everything that was hidden must have been admitted, built on, passed on, and served with
/// its words.
fn run_batch(number: u64) {
    let mut total: BTreeMap<String, Bites> = BTreeMap::new();
    let seeds = seeds(1 + number * BATCH, BATCH);
    let whole = seeds.len() as u64 >= BATCH;
    seeds.into_iter().for_each(|seed| run(seed, &mut total));
    println!("batch {number}: {total:#?}");
    let mut hidden: BTreeSet<String> = BTreeSet::from([LATER.to_owned()]);
    for mask in MASKS {
        hidden.extend(mask.kinds.iter().map(|kind| (*kind).to_owned()));
        hidden.extend(mask.fields.iter().map(|(kind, field)| format!("{kind}.{field}")));
    }
    for label in hidden.into_iter().filter(|_| whole) {
        let bites = total.get(&label).copied().unwrap_or_default();
        let Bites { admitted, built_on, forwarded, served } = bites;
        assert!(admitted > 0 && built_on > 0 && forwarded > 0, "batch {number}: {label} never bites: {bites:?}");
        assert_eq!(served > 0, !WORDLESS.contains(&label.as_str()), "batch {number}: words of {label}: {bites:?}");
    }
}

#[test]
fn builds_of_different_ages_agree_seeds_1_to_25() {
    run_batch(0);
}

#[test]
fn builds_of_different_ages_agree_seeds_26_to_50() {
    run_batch(1);
}

#[test]
fn builds_of_different_ages_agree_seeds_51_to_75() {
    run_batch(2);
}

#[test]
fn builds_of_different_ages_agree_seeds_76_to_100() {
    run_batch(3);
}

#[test]
fn builds_of_different_ages_agree_seeds_101_to_125() {
    run_batch(4);
}

#[test]
fn builds_of_different_ages_agree_seeds_126_to_150() {
    run_batch(5);
}

#[test]
fn builds_of_different_ages_agree_seeds_151_to_175() {
    run_batch(6);
}

#[test]
fn builds_of_different_ages_agree_seeds_176_to_200() {
    run_batch(7);
}
