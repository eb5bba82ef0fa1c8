//! Rooms in which much happens before, beside and after raises: each build has one state of them, in whatever order they come.

use paceline_room::{
    Cid, Stored,
    body::{Ballot, ProposalWithdrawn, Stance},
    state::RoomState,
    testing::{World, judge_again, unknown},
};
use proptest::prelude::*;

use crate::{
    properties::runner,
    raised::{cast, decide, raise, room, version},
    support::{Moves, Node},
};

/// What somebody does, and whom it hears first.
#[derive(Debug, Clone)]
struct Act {
    who: usize,
    what: usize,
    hears: Option<usize>,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = (0..5_usize, any::<usize>(), prop::option::weighted(0.6, 0..5_usize));
    prop::collection::vec(act.prop_map(|(who, what, hears)| Act { who, what, hears }), 4..28)
}

/// A room in which much happens before, beside and after two raises, decided by all.
fn story(acts: &[Act]) -> World {
    let mut world = room(13);
    let (_, second) = decide(&mut world, version(2));
    let mut third: Option<Cid> = None;
    for (at, Act { who, what, hears }) in acts.iter().enumerate() {
        hears.iter().for_each(|from| world.send(*from, *who));
        if at == acts.len() / 2 {
            raise(&mut world, 0, 2, second);
            world.sync_all();
            third = Some(decide(&mut world, version(3)).1);
        }
        act(&mut world, *who, *what, [Some(second), third]);
    }
    world
}

fn act(world: &mut World, i: usize, what: usize, closings: [Option<Cid>; 2]) {
    let seen: Vec<_> = world.log(i).entries().map(|(_, it)| (it.cid, it.event.body.kind().to_owned())).collect();
    let pick = |kind: &str| {
        let of: Vec<_> = seen.iter().filter(|it| it.1 == kind).map(|it| it.0).collect();
        of.get(what / 16 % of.len().max(1)).copied().unwrap_or(world.room())
    };
    let (post, baton, proposal) = (pick("posted"), pick("baton-opened"), pick("proposed"));
    match what % 12 {
        0 | 1 => _ = world.post(i, "and so on"),
        2 => _ = world.feedback(i, post, Stance::Correct, None),
        3 => _ = world.retract(i, post),
        4 => _ = world.introduce(i, "Ann"),
        5 => _ = world.open_baton(i, "lead"),
        6 => _ = world.take(i, baton, baton),
        7 => _ = cast(world, i, proposal, [Ballot::Consent, Ballot::Object][what / 16 % 2]),
        8 => _ = world.write(i, ProposalWithdrawn { proposal }),
        9 => _ = world.write(i, unknown("later", &what)),
        10 => _ = closings[0].map(|it| raise(world, i, 2, it)),
        _ => _ = closings[1].map(|it| raise(world, i, 3, it)),
    }
}

/// The same as another build has it, which took it in in this order; what came late there apart.
fn state(room: Cid, blocks: &[Stored], known: u32) -> (Node, RoomState) {
    let mut node = Node::knowing(room, known);
    node.admit_all(blocks);
    node.fill(blocks);
    let mut state = node.state();
    for post in &mut state.posts {
        *post = paceline_room::state::Post { late: false, ..paceline_room::state::Post::clone(post) }.into();
    }
    (node, state)
}

#[test]
fn each_build_has_one_state_in_every_order_and_judges_each_event_by_its_own_past() {
    let seen = std::cell::RefCell::new([0_usize; 4]);
    let check = |(acts, seed): (Vec<Act>, u64)| {
        let world = story(&acts);
        for known in 1..=3 {
            let (node, first) = state(world.room(), &world.blocks(), known);
            seen.borrow_mut()[known as usize] += usize::from(node.fold.version() > 2);
            for order in 0..2 {
                let (other, again) = state(world.room(), &world.shuffled(seed ^ order), known);
                prop_assert_eq!(&first, &again);
                let decided = |it: &Node| format!("{:?}", it.fold.decisions());
                prop_assert_eq!(decided(&node), decided(&other));
            }
            for (ix, entry) in node.log.entries().filter(|_| known != 2) {
                let mut alone = Node::knowing(world.room(), known);
                let past = node.log.entries().filter(|(other, _)| *other != ix && node.log.is_ancestor(*other, ix));
                past.for_each(|(_, it)| _ = alone.admit(&it.block));
                alone.log.admit(&entry.block).expect("its past is here");
                let last = alone.log.find(&entry.cid).expect("just admitted");
                let verdict = judge_again(&node.fold, &node.log, ix);
                prop_assert_eq!(verdict.as_ref().err().copied(), node.fold.why_ignored(&entry.cid));
                prop_assert_eq!(verdict, judge_again(&alone.fold, &alone.log, last), "{:?}", entry.event.body);
            }
        }
        let [old, new] = [1, 3].map(|known| state(world.room(), &world.blocks(), known).1);
        prop_assert_eq!((&old.people, &old.versions), (&new.people, &new.versions));
        let texts = |it: &RoomState| it.posts.iter().map(|it| (it.cid, it.text.clone(), it.words)).collect::<Vec<_>>();
        prop_assert_eq!(texts(&old), texts(&new));
        seen.borrow_mut()[0] += usize::from(old.unknown.len() > new.unknown.len());
        Ok(())
    };
    runner().run(&(acts(), any::<u64>()), check).expect("the same");
    let [hidden, one, two, three] = seen.into_inner();
    assert!(hidden > 0 && one == 0 && two > 0 && three > 0, "too tame: {hidden} {one} {two} {three}");
}
