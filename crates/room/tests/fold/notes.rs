//! What people write with an act belongs to the act and is in the state: offers, declines, releases, closings.

use paceline_room::{
    Cid,
    body::{BatonClosed, BatonDeclined, BatonOffered, BatonReleased},
    state::Act,
    testing::World,
};

use crate::support::{Moves, Node, baton, whole};

fn held() -> (World, Cid, Cid) {
    let mut world = World::new(1);
    for i in 1..=3 {
        world.introduce(i, "somebody");
    }
    world.sync_all();
    let lead = world.open_baton(0, "the release");
    world.sync_all();
    let held = world.take(1, lead, lead);
    world.sync_all();
    (world, lead, held)
}

fn offer(world: &mut World, i: usize, baton: Cid, tip: Cid, to: usize, note: &str) -> Cid {
    let to = world.author(to);
    world.write(i, BatonOffered { baton, tip, to, note: note.try_into().unwrap() })
}

#[test]
fn each_word_stands_with_its_act_its_author_and_its_term() {
    let (mut world, lead, tip) = held();
    let one = offer(&mut world, 1, lead, tip, 2, "you know the bridge");
    world.sync_all();
    let no = world.write(2, BatonDeclined { offer: one, why: "not today".try_into().unwrap() });
    world.sync_all();
    let silent = offer(&mut world, 1, lead, tip, 3, "");
    world.sync_all();
    let accepted = world.accept(3, lead, tip, silent);
    world.sync_all();
    let released =
        world.write(3, BatonReleased { baton: lead, tip: accepted, note: "all done for today".try_into().unwrap() });
    world.sync_all();
    let closed =
        world.write(0, BatonClosed { baton: lead, tip: released, outcome: "shipped".try_into().unwrap(), by: None });
    let shown = baton(&world, lead);
    let notes: Vec<_> = shown.notes.iter().map(|it| (it.cid, it.author, it.act, it.term, it.to, &*it.text)).collect();
    let author = |i| world.author(i);
    let expected = [
        (one, author(1), Act::Offered, tip, Some(author(2)), "you know the bridge"),
        (no, author(2), Act::Declined, tip, None, "not today"),
        (released, author(3), Act::Released, accepted, None, "all done for today"),
        (closed, author(0), Act::Closed, accepted, None, "shipped"),
    ];
    assert_eq!(notes, expected);
    assert!(shown.notes.iter().all(|note| note.at > 0));
}

#[test]
fn words_of_what_did_not_count_are_not_among_them() {
    let (mut world, lead, tip) = held();
    offer(&mut world, 2, lead, tip, 3, "not mine to give");
    world.write(3, BatonReleased { baton: lead, tip, note: "nor mine".try_into().unwrap() });
    assert!(baton(&world, lead).notes.is_empty());
}

#[test]
fn words_are_in_one_order_whatever_came_first_and_stay_on_a_branch_that_loses() {
    for seed in 0..20 {
        let (mut world, lead, tip) = held();
        let let_go = world.write(1, BatonReleased { baton: lead, tip, note: "bye".try_into().unwrap() });
        let offered = {
            let stand_in = world.step_in(2, lead, tip);
            offer(&mut world, 2, lead, stand_in, 3, "can you?")
        };
        let stand_in = baton(&world, lead).terms.iter().nth(1).expect("its term").from;
        let more = offer(&mut world, 2, lead, stand_in, 0, "or you?");
        let mut other = Node::new(world.room());
        other.admit_all(&world.shuffled(seed));
        assert_eq!(other.state(), whole(&world).state());
        let cids: Vec<_> = other.fold.baton(&lead).expect("one").notes.iter().map(|it| it.cid).collect();
        assert_eq!(cids.len(), 3);
        assert!([let_go, offered, more].iter().all(|it| cids.contains(it)));
    }
}
