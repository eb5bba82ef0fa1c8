//! One person, several tabs and devices: who is joined to whom, and what that is good for.

use std::{cell::Cell, collections::BTreeSet};

use paceline_room::{
    Body, Cid, Ix, NodeId,
    body::{AlsoMe, Answer, NotMe, PromiseKept, Promised, Stance, persons::Command},
    command::{Asker, CommandError},
    fold::IgnoredReason,
    limits,
    state::{FeedbackState, PromiseState},
    testing::World,
};
use proptest::{prelude::*, sample::Index};

use crate::{
    properties::{fold, reorder, runner},
    sim::{AUTHORS, Sim, admit},
    support::{Moves, Node, seen_by, whole},
};

/// What tabs say about being the same.
trait Claiming: Moves {
    fn also_me(&mut self, i: usize, other: usize) -> Cid {
        let node = self.node(other);
        self.do_it(i, AlsoMe { node }.into())
    }
    fn not_me(&mut self, i: usize, other: usize) -> Cid {
        let node = self.node(other);
        self.do_it(i, NotMe { node }.into())
    }
}

impl Claiming for World {}

/// The second joins the first, as by one click in a browser.
fn join(world: &mut World, home: usize, other: usize) {
    world.also_me(home, other);
    world.send(home, other);
    world.also_me(other, home);
    world.sync_all();
}

/// The persons with more than one node, as numbers of authors.
fn joined(world: &World) -> Vec<Vec<usize>> {
    let at = |node: &NodeId| (0..12).find(|i| world.author(*i) == *node).expect("one of them");
    let persons = whole(world).state().persons;
    persons.iter().filter(|it| it.nodes.len() > 1).map(|it| it.nodes.iter().map(at).collect()).collect()
}

/// A room in which so many have written.
fn room(seed: u64, many: usize) -> World {
    let mut world = World::new(seed);
    (1..=many).for_each(|i| _ = world.introduce(i, &format!("tab {i}")));
    world.sync_all();
    world
}

#[test]
fn how_often_somebody_says_it_side_by_side_does_not_depend_on_which_twin_came_first() {
    let mut world = room(31, 2);
    let node = world.author(1);
    let first = world.also_me(2, 1);
    let name = world.introduce(2, "another name");
    // In the chain of the first word stands this or the name, whichever came first.
    world.write_twin(2, name, AlsoMe { node });
    (1..limits::SIDE_BY_SIDE).for_each(|_| _ = world.write_twin(2, first, AlsoMe { node }));
    world.send(2, 1);
    world.also_me(1, 2);
    let (blocks, mut turned) = (world.blocks(), world.blocks());
    turned.reverse();
    let [one, other] = [blocks, turned].map(|blocks| {
        let mut node = Node::new(world.room());
        node.admit_all(&blocks);
        node.fold.persons().map(|it| it.nodes).collect::<Vec<_>>()
    });
    assert_eq!(one, other);
    assert_eq!(joined(&world), [vec![2, 1]], "as many as count");
}

#[test]
fn two_words_join_and_who_said_it_first_is_home() {
    let mut world = room(1, 3);
    world.also_me(2, 1);
    world.sync_all();
    assert!(joined(&world).is_empty(), "one word is none");
    let (node, [one, two]) = (whole(&world), [1, 2].map(|i| world.author(i)));
    assert!(node.fold.is_claimed_by(&node.log, one, two) && !node.fold.is_claimed_by(&node.log, two, one));
    world.also_me(1, 2);
    assert_eq!(joined(&world), [[2, 1]]);
    let node = whole(&world);
    assert!(!node.fold.is_claimed_by(&node.log, one, two), "nothing waits for a word");
    assert!(node.fold.joined().is_same(one, two) && !node.fold.joined().is_same(one, world.author(3)));
    assert_eq!(node.fold.joined().nodes_of(one).collect::<Vec<_>>(), [two, one]);
}

#[test]
fn words_side_by_side_join_nobody_until_one_says_it_again() {
    let mut world = room(2, 2);
    world.also_me(1, 2);
    world.also_me(2, 1);
    world.sync_all();
    assert!(joined(&world).is_empty());
    world.also_me(2, 1);
    assert_eq!(joined(&world), [[1, 2]]);
}

#[test]
fn either_ends_it_and_both_words_are_spent() {
    for who in [1, 2] {
        let mut world = room(3, 2);
        join(&mut world, 1, 2);
        world.not_me(who, 3 - who);
        world.sync_all();
        assert!(joined(&world).is_empty());
        world.also_me(who, 3 - who);
        world.sync_all();
        assert!(joined(&world).is_empty(), "the other's earlier word is spent, too");
        world.also_me(3 - who, who);
        assert_eq!(joined(&world), [[who, 3 - who]]);
    }
    let mut world = room(4, 3);
    world.also_me(1, 2);
    world.not_me(1, 2);
    world.sync_all();
    world.also_me(2, 1);
    assert!(joined(&world).is_empty(), "a word that was taken back joins nobody");
    let unseen = world.not_me(3, 1);
    assert_eq!(whole(&world).fold.why_ignored(&unseen), Some(IgnoredReason::TargetNotSeen));
}

#[test]
fn it_is_not_transitive_and_who_has_others_joins_nobody() {
    let mut world = room(5, 5);
    join(&mut world, 1, 2);
    join(&mut world, 1, 3);
    assert_eq!(joined(&world).iter().map(BTreeSet::from_iter).collect::<Vec<_>>(), [BTreeSet::from([&1, &2, &3])]);
    join(&mut world, 2, 4);
    assert_eq!(joined(&world).len(), 1, "a node that has joined is no home");
    join(&mut world, 5, 1);
    join(&mut world, 5, 3);
    let of = |world: &World| joined(world).into_iter().flatten().collect::<BTreeSet<_>>();
    assert_eq!(of(&world), [1, 2, 3].into(), "neither a home nor one of its nodes joins another");
    // What was only offered can still be taken up the other way round.
    world.also_me(5, 1);
    assert_eq!(of(&world), [1, 2, 3, 5].into());
}

#[test]
fn a_home_that_gets_a_home_side_by_side_keeps_nobody() {
    let mut world = room(6, 3);
    world.also_me(1, 2);
    world.also_me(3, 1);
    world.sync_all();
    world.also_me(2, 1);
    world.also_me(1, 3);
    assert_eq!(joined(&world), [[3, 1]]);
    // It is free to join the home of its home.
    world.sync_all();
    join(&mut world, 3, 2);
    let nodes: Vec<BTreeSet<_>> = joined(&world).into_iter().map(|it| it.into_iter().collect()).collect();
    assert_eq!(nodes, [BTreeSet::from([1, 2, 3])]);
    // And stays there when the first home is one again: its later join ended the earlier.
    world.not_me(1, 3);
    assert_eq!(joined(&world), [[3, 2]]);
}

#[test]
fn two_who_join_each_other_side_by_side_are_one_person_with_one_home() {
    for seed in 10..18 {
        let mut world = room(seed, 2);
        world.also_me(1, 2);
        world.also_me(2, 1);
        world.sync_all();
        let [one, two] = [world.also_me(1, 2), world.also_me(2, 1)];
        let home = if one < two { 2 } else { 1 };
        assert_eq!(joined(&world), [[home, 3 - home]], "the smaller name joins");
    }
}

#[test]
fn the_latest_introduction_of_any_node_names_the_person() {
    let mut world = room(20, 2);
    join(&mut world, 1, 2);
    world.introduce(2, "Ada");
    let name = |world: &World| whole(world).state().persons.into_iter().find(|it| it.nodes.len() > 1).map(|it| it.name);
    assert_eq!(name(&world).as_deref(), Some("Ada"));
    world.sync_all();
    world.introduce(1, "Ada L.");
    assert_eq!(name(&world).as_deref(), Some("Ada L."));
}

#[test]
fn a_node_says_nothing_of_itself_nor_of_more_than_so_many() {
    let mut world = room(21, 2);
    let itself = world.also_me(1, 1);
    assert_eq!(whole(&world).fold.why_ignored(&itself), Some(IgnoredReason::Oneself));
    for i in 0..limits::ALSO_ME {
        world.also_me(1, 100 + i);
    }
    join(&mut world, 1, 2);
    assert!(joined(&world).is_empty(), "that was one too many");
    let mut world = room(22, 2);
    (1..limits::ALSO_ME).for_each(|i| _ = world.also_me(1, 100 + i));
    join(&mut world, 1, 2);
    assert_eq!(joined(&world), [[1, 2]]);
}

#[test]
fn who_joins_in_too_many_chains_at_once_has_not_joined() {
    let mut world = room(23, 2);
    world.also_me(1, 2);
    world.sync_all();
    let first = world.also_me(2, 1);
    for twins in 2..=limits::SIDE_BY_SIDE + 1 {
        assert_eq!(joined(&world), [[1, 2]]);
        world.write_twin(2, first, AlsoMe { node: world.author(1) });
        assert_eq!(joined(&world).is_empty(), twins > limits::SIDE_BY_SIDE);
    }
}

#[test]
fn what_one_of_a_persons_nodes_promised_or_was_asked_each_of_them_may_answer() {
    let mut world = room(30, 3);
    let words = world.say(1, "the venue");
    let promise = world.write(1, Promised { words, due: None, from: None });
    let post = world.post(1, "it is free");
    world.sync_all();
    let question = world.feedback(3, post, Stance::Question, None);
    world.sync_all();
    let early =
        [world.write(2, PromiseKept { promise, evidence: None }), world.answer(2, question, Answer::Noted, None)];
    join(&mut world, 1, 2);
    let retracted = world.retract(2, post);
    let node = whole(&world);
    assert_eq!(node.fold.why_ignored(&early[0]), Some(IgnoredReason::NotAuthor), "before it joined");
    assert_eq!(node.fold.why_ignored(&early[1]), Some(IgnoredReason::NotAddressee));
    assert_eq!(node.fold.why_ignored(&retracted), Some(IgnoredReason::NotAuthor), "words are their key's alone");
    world.write(2, PromiseKept { promise, evidence: None });
    world.answer(2, question, Answer::Adjusted, None);
    let node = whole(&world);
    assert_eq!(node.fold.promise(&promise).map(|it| it.state), Some(PromiseState::Kept));
    assert_eq!(node.fold.feedback_by_cid(&question).map(|it| it.state), Some(FeedbackState::Adjusted));
    world.not_me(2, 1);
    let late = world.answer(2, question, Answer::Declined, None);
    let node = whole(&world);
    assert_eq!(node.fold.why_ignored(&late), Some(IgnoredReason::NotAddressee), "nor after they parted");
    assert_eq!(
        node.fold.feedback_by_cid(&question).map(|it| it.state),
        Some(FeedbackState::Adjusted),
        "what stood stands"
    );
}

#[test]
fn joining_gives_no_right_over_batons() {
    let mut world = room(31, 2);
    let baton = world.open_baton(1, "lead");
    let tip = world.take(1, baton, baton);
    join(&mut world, 1, 2);
    let wrong = [world.release(2, baton, tip), world.close(2, baton, tip), world.offer(2, baton, tip, 2)];
    let node = whole(&world);
    assert!(wrong.iter().all(|it| node.fold.why_ignored(it).is_some()));
    assert_eq!(node.fold.baton(&baton).and_then(|it| it.holder), Some(world.author(1)));
}

#[test]
fn what_may_be_said_of_another_node_is_refused_for_a_reason() {
    let mut world = room(32, 2);
    let told = |world: &World, i: usize, command: Command| {
        let node = seen_by(world, i);
        let command = paceline_room::command::Command::from(command);
        command.ask(Asker { fold: &node.fold, log: &node.log, node: world.author(i), silence: &|_| 0 }).err()
    };
    let [one, two, nobody] = [1, 2, 9].map(|i| world.author(i));
    let not_found = Some(CommandError::NotFound);
    assert_eq!(told(&world, 1, Command::AlsoMe { node: one }), not_found);
    assert_eq!(told(&world, 1, Command::AlsoMe { node: nobody }), not_found);
    assert_eq!(told(&world, 1, Command::NotMe { node: two }), not_found);
    assert_eq!(told(&world, 1, Command::AlsoMe { node: two }), None);
    world.also_me(1, 2);
    assert_eq!(told(&world, 1, Command::NotMe { node: two }), None);
}

/// Who is joined to whom straight from the rules: of all events that are seen, whatever the order.
struct Rules<'a> {
    node: &'a Node,
    said: Vec<(Ix, NodeId, NodeId, bool)>,
    joins: BTreeSet<Ix>,
}

impl<'a> Rules<'a> {
    fn new(node: &'a Node) -> Self {
        let said = node.log.entries().filter_map(|(ix, entry)| match &entry.event.body {
            Body::AlsoMe(it) if it.node != entry.event.author => Some((ix, entry.event.author, it.node, true)),
            Body::NotMe(it) => Some((ix, entry.event.author, it.node, false)),
            _ => None,
        });
        let mut rules = Self { node, said: said.collect(), joins: BTreeSet::new() };
        for (ix, by, of, is_also) in rules.said.clone() {
            let past: Vec<Ix> = rules.said.iter().map(|it| it.0).filter(|it| rules.is_before(*it, ix)).collect();
            let has_others = rules.said.iter().any(|it| it.1 != by && rules.home(it.1, &past) == Some(by));
            let offered = rules.said.iter().any(|it| (it.1, it.2, it.3) == (of, by, true) && rules.stands(it.0, &past));
            if is_also && offered && !has_others && rules.home(by, &past).is_none() && rules.join(of, &past).is_none() {
                rules.joins.insert(ix);
            }
        }
        rules
    }

    fn is_before(&self, one: Ix, other: Ix) -> bool {
        one != other && self.node.log.is_ancestor(one, other)
    }

    fn find(&self, ix: Ix) -> (Ix, NodeId, NodeId, bool) {
        *self.said.iter().find(|it| it.0 == ix).expect("it was said")
    }

    /// Nothing that is seen has ended it.
    fn stands(&self, ix: Ix, seen: &[Ix]) -> bool {
        let (_, by, of, _) = self.find(ix);
        let ends = |end: Ix| {
            let (_, other_by, other_of, is_also) = self.find(end);
            let parted = !is_also && [(by, of), (of, by)].contains(&(other_by, other_of));
            let moved = |joiner, home| {
                let earlier = |it: &&Ix| self.find(**it).1 == joiner && self.find(**it).2 == home;
                self.joins.contains(&end)
                    && other_by == joiner
                    && self.joins.iter().filter(earlier).any(|it| self.is_before(*it, end))
            };
            self.is_before(ix, end) && (parted || moved(by, of) || moved(of, by))
        };
        seen.contains(&ix) && !seen.iter().any(|it| ends(*it))
    }

    fn join(&self, node: NodeId, seen: &[Ix]) -> Option<NodeId> {
        let key = |ix: Ix| self.node.log.entry(ix).key();
        let standing =
            |of: NodeId| self.joins.iter().filter(move |it| self.find(**it).1 == of && self.stands(**it, seen));
        let counts = |it: &&Ix| {
            let home = self.find(**it).2;
            !standing(home).any(|other| self.find(*other).2 == node && key(*other) < key(**it))
        };
        standing(node).filter(counts).min_by_key(|it| key(**it)).map(|it| self.find(*it).2)
    }

    fn home(&self, node: NodeId, seen: &[Ix]) -> Option<NodeId> {
        self.join(node, seen).filter(|home| self.join(*home, seen).is_none())
    }
}

#[test]
fn who_is_joined_to_whom_is_what_the_rules_say_in_any_order() {
    let (most, twins, alone) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let act = (0..8_usize, 0..AUTHORS, 0..AUTHORS);
    let strategy = (prop::collection::vec(act, 4..60), prop::collection::vec(any::<Index>(), 40));
    runner()
        .run(&strategy, |(acts, choice)| {
            let mut sim = Sim::new(0);
            for (kind, who, other) in acts {
                // Few of them, so that they meet often.
                let (who, other) = (who % 4, other % 4);
                match kind {
                    0..4 => _ = sim.write(who, AlsoMe { node: sim.node_id(other) }.into()),
                    4 => _ = sim.write(who, NotMe { node: sim.node_id(other) }.into()),
                    5 if who != other => {
                        _ = sim.write_as(who, other, AlsoMe { node: sim.node_id((other + 1) % 4) }.into())
                    }
                    _ => sim.send(who, other),
                }
            }
            let whole = fold(sim.room, &sim.written);
            let mut node = Node::new(sim.room);
            for written in reorder(&sim.written, &choice) {
                admit(&mut node, &written);
                let rules = Rules::new(&node);
                let seen: Vec<Ix> = rules.said.iter().map(|it| it.0).collect();
                for i in 0..4 {
                    let one = sim.node_id(i);
                    let home = rules.home(one, &seen);
                    prop_assert_eq!(node.fold.joined().home.get(&one).map(|it| **it), home);
                    most.set(most.get().max(node.fold.joined().nodes_of(one).count()));
                    let waiting: Vec<_> = node.fold.joined().claimants(one).collect();
                    let claimed = |by: &NodeId| node.fold.is_claimed_by(&node.log, one, *by);
                    let mut claims: Vec<_> = (0..4).map(|it| sim.node_id(it)).filter(claimed).collect();
                    claims.sort_unstable();
                    prop_assert_eq!(waiting, claims);
                    alone.set(alone.get() + usize::from(rules.join(one, &seen).is_some() && home.is_none()));
                }
            }
            twins.set(twins.get() + usize::from(whole.fold.people().any(|it| it.split)));
            let entries = |it: &Node| it.fold.joined().joined.entries().map(|(key, _)| *key).collect::<Vec<_>>();
            prop_assert_eq!(entries(&whole), entries(&node));
            prop_assert_eq!(whole.state().persons, node.state().persons);
            Ok(())
        })
        .expect("as the rules have it");
    let seen = (most.get(), twins.get(), alone.get());
    assert!(seen.0 > 2 && seen.1 > 20 && seen.2 > 0, "too tame: {seen:?}");
}
