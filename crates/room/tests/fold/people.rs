//! Hues: given and chosen so that the first twelve differ, the same everywhere.

use std::collections::BTreeSet;

use paceline_room::{
    body::{HUES, Introduced},
    fold::own_hue,
    testing::World,
};

use crate::support::{Node, whole};

fn hues(node: &Node) -> Vec<u8> {
    node.fold.people().map(|person| person.hue).collect()
}

fn distinct(hues: &[u8]) -> usize {
    hues.iter().collect::<BTreeSet<_>>().len()
}

/// Somebody joins, sees all there is, and introduces itself without choosing.
fn join(world: &mut World, i: usize) {
    let hue = whole(world).fold.free_hue(&world.author(i));
    world.write(
        i,
        Introduced {
            name: format!("Person {i}").try_into().unwrap(),
            strengths: Default::default(),
            hue: u64::from(hue).try_into().unwrap(),
        },
    );
    world.sync_all();
}

#[test]
fn of_twelve_who_join_in_turn_no_two_have_one_hue() {
    for seed in 0..40 {
        let mut world = World::new(seed);
        (0..12).for_each(|i| join(&mut world, i));
        assert_eq!(distinct(&hues(&whole(&world))), 12, "seed {seed}");
        // The thirteenth shares one of them with one.
        join(&mut world, 12);
        let hues = hues(&whole(&world));
        assert_eq!((hues.len(), distinct(&hues)), (13, 12));
    }
}

#[test]
fn who_writes_before_it_names_itself_has_a_hue_of_its_own_and_keeps_it() {
    for seed in 0..40 {
        let mut world = World::new(seed);
        for i in 1..6 {
            world.post(i, "hello");
            world.sync_all();
        }
        (6..12).for_each(|i| join(&mut world, i));
        let before = hues(&whole(&world));
        assert_eq!((before.len(), distinct(&before)), (12, 12), "seed {seed}: the founder and five have said no name");
        (0..6).for_each(|i| join(&mut world, i));
        assert_eq!(hues(&whole(&world)), before, "what it is shown with is what it says");
    }
}

#[test]
fn twelve_who_write_side_by_side_differ_too() {
    for seed in 0..40 {
        let mut world = World::new(seed);
        for i in 1..12 {
            world.post(i, "at once");
        }
        assert_eq!(distinct(&hues(&whole(&world))), 12);
    }
}

#[test]
fn what_somebody_chose_stands_and_others_make_way() {
    let mut world = World::new(1);
    world.post(1, "hello");
    world.sync_all();
    let given = whole(&world).fold.person(&world.author(1)).expect("known").hue;
    world.write(
        2,
        Introduced {
            name: "Two".try_into().unwrap(),
            strengths: Default::default(),
            hue: u64::from(given).try_into().unwrap(),
        },
    );
    let node = whole(&world);
    let hue = |i: usize| node.fold.person(&world.author(i)).expect("known").hue;
    assert_eq!(hue(2), given);
    assert_ne!(hue(1), given);
    // Two who choose the same both have it: it is their choice.
    world.write(
        3,
        Introduced {
            name: "Three".try_into().unwrap(),
            strengths: Default::default(),
            hue: u64::from(given).try_into().unwrap(),
        },
    );
    let node = whole(&world);
    assert_eq!(node.fold.person(&world.author(3)).expect("known").hue, given);
}

#[test]
fn those_who_join_side_by_side_rarely_take_the_same() {
    let clashes = (0..100).filter(|seed| {
        let mut world = World::new(*seed);
        let node = whole(&world);
        for i in [1, 2] {
            let hue = node.fold.free_hue(&world.author(i));
            world.write(
                i,
                Introduced {
                    name: "Somebody".try_into().unwrap(),
                    strengths: Default::default(),
                    hue: u64::from(hue).try_into().unwrap(),
                },
            );
        }
        let now = whole(&world);
        now.fold.person(&world.author(1)).map(|it| it.hue) == now.fold.person(&world.author(2)).map(|it| it.hue)
    });
    assert!(clashes.count() < 20, "with the first free one it would be all hundred");
}

#[test]
fn hues_are_the_same_in_whatever_order_events_came() {
    for seed in 0..30 {
        let mut world = World::new(seed);
        for i in 1..20 {
            if i % 3 == 0 {
                world.introduce(i, "named");
            } else {
                world.post(i, "not named");
            }
            if i % 4 == 0 {
                world.sync_all();
            }
        }
        // A twin of a first event may be the first of them.
        let first = world.log(5).chains_of(&world.author(5)).next().map(|(_, chain)| chain.events[0]).expect("wrote");
        let first = world.log(5).entry(first).cid;
        world.write_twin(
            5,
            first,
            Introduced {
                name: "twin".try_into().unwrap(),
                strengths: Default::default(),
                hue: 4_u64.try_into().unwrap(),
            },
        );
        let mut other = Node::new(world.room());
        other.admit_all(&world.shuffled(seed));
        assert_eq!(hues(&whole(&world)), hues(&other), "seed {seed}");
    }
}

#[test]
fn beyond_the_first_twelve_the_key_gives_one() {
    let mut world = World::new(7);
    for i in 1..30 {
        world.post(i, "hello");
        world.sync_all();
    }
    let node = whole(&world);
    let later: Vec<_> = node.fold.people().skip(usize::from(HUES)).collect();
    assert_eq!(later.len(), 18);
    assert!(later.iter().all(|person| person.hue == own_hue(&person.node)));
}
