//! What the table of cases leaves out: more than two branches, paths that turn back, and the bounds.

use paceline_room::{
    Cid,
    body::BatonTaken,
    state::TermBy,
    testing::{World, hostile::Scene},
};

use crate::support::{Moves, baton, seen_by, term, whole};

fn room(seed: u64, others: usize) -> (World, Cid) {
    let mut world = World::new(seed);
    for i in 1..=others {
        world.introduce(i, "somebody");
    }
    world.sync_all();
    let lead = world.open_baton(0, "the release");
    world.sync_all();
    (world, lead)
}

#[test]
fn a_circle_of_preferences_is_decided_in_order_and_never_called_settled() {
    let (mut world, lead) = room(1, 6);
    let mut takes: Vec<(Cid, usize)> = (1..=3).map(|i| (world.take(i, lead, lead), i)).collect();
    takes.sort_unstable();
    // Each of three electors meets the three branches in another order: first over second, second over third, third
    // over first, two votes to one each.
    for elector in 0..3 {
        for turn in 0..3 {
            world.send(takes[(elector + turn) % 3].1, 4 + elector);
            world.post(4 + elector, "on we go");
        }
    }
    world.sync_all();
    world.post(0, "I see them all");
    let shown = baton(&world, lead);
    assert_eq!(shown.tip, takes[2].0, "the first beats the second, the third beats the first");
    assert!(!shown.settled, "the second would have beaten the third");
}

#[test]
fn one_that_leads_all_others_is_settled_whatever_stands_between_those() {
    let (mut world, lead) = room(2, 8);
    for i in 1..=3 {
        world.take(i, lead, lead);
    }
    for i in 4..=8 {
        world.send(3, i);
        world.post(i, "on we go");
    }
    let shown = baton(&world, lead);
    assert_eq!((shown.holder, shown.settled), (Some(world.author(3)), true));
    assert_eq!(shown.terms.iter().filter(|it| it.parallel).count(), 2);
}

#[test]
fn when_the_path_turns_everything_built_on_the_other_branch_is_parallel_and_nothing_is_lost() {
    let (mut world, lead) = room(3, 8);
    let one = world.take(1, lead, lead);
    let two = world.take(2, lead, lead);
    world.send(1, 3);
    world.post(3, "with the first");
    // The first branch goes on: a handoff, a release, another take.
    let offer = world.offer(1, lead, one, 3);
    world.send(1, 3);
    let passed = world.accept(3, lead, one, offer);
    let released = world.release(3, lead, passed);
    world.send(3, 4);
    let taken = world.take(4, lead, released);
    let shown = baton(&world, lead);
    assert_eq!(shown.tip, taken);
    let parallel = |shown: &paceline_room::state::Baton| -> Vec<Cid> {
        shown.terms.iter().filter(|it| it.parallel).map(|it| it.from).collect()
    };
    assert_eq!(parallel(&shown), [two]);
    // Three more follow the second.
    for i in 5..=7 {
        world.send(2, i);
        world.post(i, "with the second");
    }
    let shown = baton(&world, lead);
    assert_eq!((shown.tip, shown.terms.len()), (two, 4));
    let mut all = vec![one, passed, taken];
    let mut beside = parallel(&shown);
    all.sort_unstable();
    beside.sort_unstable();
    assert_eq!(beside, all);
    assert_eq!(term(&shown, passed).until, Some(released), "a parallel term ends with what followed it there");
    // And back again.
    let mut more = world.clone();
    for i in [0, 8] {
        more.send(1, i);
        more.post(i, "with the first");
    }
    let shown = baton(&more, lead);
    assert_eq!((shown.tip, parallel(&shown)), (taken, vec![two]));
}

#[test]
fn a_reclaim_stands_on_whichever_of_its_ends_the_room_follows() {
    let (mut world, lead) = room(4, 6);
    let held = world.take(1, lead, lead);
    world.sync_all();
    let first = world.step_in(2, lead, held);
    let second = world.step_in(3, lead, held);
    world.send(2, 1);
    world.send(3, 1);
    let back = world.reclaim(1, lead, &[first, second]);
    for (follower, stand_in) in [(4, first), (5, second), (6, second)] {
        let leader = if stand_in == first { 2 } else { 3 };
        world.send(leader, follower);
        world.post(follower, "on we go");
        let shown = baton(&world, lead);
        assert_eq!(shown.tip, back);
        assert_eq!(shown.terms.iter().filter(|it| it.by == TermBy::SteppedIn && it.until == Some(back)).count(), 2);
    }
    let shown = baton(&world, lead);
    assert!(term(&shown, first).parallel && !term(&shown, second).parallel);
}

#[test]
fn two_who_know_only_each_other_lean_and_agree() {
    let (mut world, lead) = room(5, 1);
    world.take(0, lead, lead);
    world.take(1, lead, lead);
    world.sync_all();
    let [one, other] = [0, 1].map(|i| baton_of(&world, i, lead));
    assert_eq!(one, other);
    assert!(!one.settled, "there is nobody to vote");
}

fn baton_of(world: &World, i: usize, lead: Cid) -> paceline_room::state::Baton {
    seen_by(world, i).fold.baton(&lead).expect("a baton").as_ref().clone()
}

#[test]
fn of_more_ends_than_a_reclaim_can_name_the_current_one_is_among_those_shown() {
    let (mut world, lead) = room(6, 70);
    let held = world.take(1, lead, lead);
    world.sync_all();
    for i in 2..=70 {
        world.step_in(i, lead, held);
    }
    let node = whole(&world);
    let shown = node.fold.baton(&lead).expect("a baton");
    assert_eq!(shown.run_ends.len(), paceline_room::limits::PARENTS);
    assert!(shown.run_ends.contains(&shown.tip) && shown.terms.len() == 70);
}

#[test]
fn a_second_twin_of_an_elector_takes_no_second_vote() {
    let (mut world, lead) = room(7, 8);
    let one = world.take(1, lead, lead);
    let two = world.take(2, lead, lead);
    for i in 3..=5 {
        world.send(1, i);
    }
    let speech = [3, 4, 5].map(|i| world.post(i, "with the first"));
    let mut twins: Vec<Vec<u8>> = vec![];
    // Three twins of one elector, all written on the second branch.
    for name in ["a", "b", "c"] {
        let body = paceline_room::body::Introduced {
            name: name.try_into().unwrap(),
            strengths: Default::default(),
            hue: 0_u64.try_into().unwrap(),
        };
        let draft = world.log(2).draft(world.author(3), 9_000_000, body.into());
        assert_eq!(draft.seq, world.log(3).entry(world.ix(3, &speech[0])).event.seq);
        let (_, _, block) = draft.sign(&world.keypair(3)).expect("valid");
        let mut node = whole(&world);
        twins.push(block);
        for block in &twins {
            node.admit(block).expect("new");
        }
        let shown = node.fold.baton(&lead).expect("a baton");
        assert_eq!(shown.tip, one, "two to none");
        assert!(term(shown, two).parallel);
    }
}

/// Two take side by side; a person, who knew the room before, follows what comes of the first or of the second.
fn followed(which: usize, go_on: impl Fn(&mut Scene, usize, Cid) -> Cid) -> (Cid, Cid) {
    let mut it = Scene::new();
    let last = it.write(3, it.introduced());
    let baton = it.open(0);
    let took = [1, 2].map(|i| {
        let draft = it.draft_on(i, None, &[baton], BatonTaken { baton, tip: baton });
        it.put(i, draft)
    });
    let seen = go_on(&mut it, 1 + which, took[which]);
    let draft = it.draft_on(3, Some(last), &[seen], it.introduced());
    it.put(3, draft);
    (it.fold.baton(&baton).expect("open").tip, took[which])
}

#[test]
fn who_follows_a_twin_of_one_who_went_on_from_a_branch_votes_for_that() {
    for which in [0, 1] {
        let (tip, followed) = followed(which, |it, author, took| {
            let [_, twin] = [0, 1].map(|_| {
                let draft = it.draft_on(author, Some(took), &[], it.introduced());
                it.put(author, draft)
            });
            twin
        });
        assert_eq!(tip, followed);
    }
}

#[test]
fn who_saw_all_at_once_votes_for_these_beside_one_that_comes_later() {
    for late in 4..24 {
        let mut it = Scene::new();
        let mut last = [1, 2, 3].map(|i| it.write(i, it.introduced()));
        let baton = it.open(0);
        let take = |it: &mut Scene, i: usize, prev: Option<Cid>| {
            let draft = it.draft_on(i, prev, &[baton], BatonTaken { baton, tip: baton });
            it.put(i, draft)
        };
        let took = [1, 2].map(|i| take(&mut it, i, Some(last[i - 1])));
        let draft = it.draft_on(3, Some(last[2]), &took, it.introduced());
        last[2] = it.put(3, draft);
        take(&mut it, late, None);
        let shown = it.fold.baton(&baton).expect("open");
        assert!(took.contains(&shown.tip), "one voter to none, whatever the draw says");
    }
}
