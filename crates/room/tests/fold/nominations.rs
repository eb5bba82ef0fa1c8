//! Who is named for a baton: of each author what it said last, whatever order it came in; and nothing moves by it.

use paceline_room::{Cid, NodeId, body::Nominated, fold::IgnoredReason, state::Nomination, testing::World};

use crate::support::{Moves, Node, whole};

fn room(seed: u64) -> (World, Cid) {
    let mut world = World::new(seed);
    for i in 0..4 {
        let words = world.say(i, "here");
        world.reply(i, words, world.room());
    }
    world.sync_all();
    let lead = world.open_baton(1, "the release");
    world.sync_all();
    (world, lead)
}

fn name(world: &mut World, i: usize, baton: Cid, who: usize, why: &str) -> Cid {
    let node = world.author(who);
    world.do_it(i, Nominated { baton, node, why: why.try_into().unwrap() }.into())
}

fn named(world: &World, lead: Cid) -> Vec<(NodeId, NodeId, Option<NodeId>, String)> {
    let all = whole(world);
    let told = |it: &Nomination| (it.author, it.node, it.before, it.why.to_string());
    all.fold.baton(&lead).expect("it").nominations.iter().map(told).collect()
}

#[test]
fn minds_change_after_hearing_and_whom_one_named_first_is_known() {
    let (mut world, lead) = room(1);
    name(&mut world, 0, lead, 1, "calm");
    name(&mut world, 2, lead, 3, "knows the machine");
    world.sync_all();
    name(&mut world, 0, lead, 2, "");
    name(&mut world, 0, lead, 3, "now I know why");
    let [a, b, c, d] = [0, 1, 2, 3].map(|i| world.author(i));
    assert_eq!(
        named(&world, lead),
        vec![(c, d, None, "knows the machine".into()), (a, d, Some(b), "now I know why".into())]
    );
    let (cid, tip) = (lead, whole(&world).fold.baton(&lead).expect("it").tip);
    assert_eq!(cid, tip, "nothing moved");
    // Back to whom one named first.
    name(&mut world, 0, lead, 1, "all the same");
    assert_eq!(named(&world, lead).last(), Some(&(a, b, None, "all the same".into())));
}

#[test]
fn what_was_said_for_an_earlier_turn_is_known_by_its_depth() {
    let (mut world, lead) = room(2);
    name(&mut world, 0, lead, 1, "calm");
    world.sync_all();
    let taken = world.take(3, lead, lead);
    world.sync_all();
    name(&mut world, 2, lead, 1, "still");
    let all = whole(&world);
    let shown = all.fold.baton(&lead).expect("it");
    assert_eq!(shown.tip, taken);
    let now: Vec<_> = shown.nominations.iter().filter(|it| it.depth > shown.tip_depth).map(|it| &*it.why).collect();
    assert_eq!(now, ["still"]);
}

#[test]
fn it_is_about_a_baton_and_somebody_who_was_there() {
    let (mut world, lead) = room(3);
    let why = |world: &World, cid: Cid| whole(world).fold.why_ignored(&cid);
    let post = world.room();
    let node = world.author(0);
    let none = world.do_it(1, Nominated { baton: post, node, why: Default::default() }.into());
    assert_eq!(why(&world, none), Some(IgnoredReason::UnknownBaton));
    let stranger = NodeId::from_bytes([9; 32]);
    let nobody = world.do_it(1, Nominated { baton: lead, node: stranger, why: Default::default() }.into());
    assert_eq!(why(&world, nobody), Some(IgnoredReason::Stranger));
    assert_eq!(named(&world, lead), vec![]);
}

#[test]
fn the_order_in_which_it_comes_means_nothing_even_where_a_key_says_two_things_at_once() {
    let (mut world, lead) = room(4);
    for (i, who) in [(2, 1), (3, 3), (2, 2), (3, 1)] {
        name(&mut world, i, lead, who, &format!("{i} for {who}"));
    }
    let [of, late] = [1, 2].map(|who| name(&mut world, 0, lead, who, "one"));
    for (twin, who) in [(of, 2), (late, 3)] {
        let node = world.author(who);
        world.write_twin(0, twin, Nominated { baton: lead, node, why: "the other".try_into().unwrap() });
    }
    let expected = named(&world, lead);
    assert_eq!(expected.len(), 3);
    let first = |seed| {
        let mut other = Node::new(world.room());
        other.admit_all(&world.shuffled(seed));
        let told = |it: &Nomination| (it.author, it.node, it.before, it.why.to_string());
        other.fold.baton(&lead).expect("it").nominations.iter().map(told).collect::<Vec<_>>()
    };
    (0..100).for_each(|seed| assert_eq!(first(seed), expected, "seed {seed}"));
}
