//! Who might run the next meeting.

use std::collections::BTreeSet;

use paceline_room::{
    Cid, Fold, Log, NodeId,
    body::{AlsoMe, MeetingClosed, MeetingOpened, RoleOf},
    cost,
    log::Admission,
    stored::Stored,
    suggest::{MEETINGS, Reason, Suggestion, runs_next, runs_next_among},
    testing::World,
};

fn folded(room: Cid, blocks: Vec<Stored>) -> (Log, Fold) {
    let mut log = Log::new(room);
    let mut fold = Fold::default();
    let mut waiting = blocks;
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|it| match log.admit(&it.block) {
            Ok(Admission::Admitted(ix)) => {
                fold.apply(&log, ix);
                false
            }
            _ => true,
        });
        assert!(waiting.len() < before, "each event comes to be admitted");
    }
    (log, fold)
}

fn suggested(world: &World, meeting: Cid) -> Option<Suggestion> {
    let (log, fold) = folded(world.room(), world.blocks());
    runs_next(&fold, &log, &meeting, &[])
}

/// Persons who said who they are, in this order.
fn with(people: usize) -> World {
    let mut world = World::new(31);
    for who in 0..people {
        // Who has not written yet is reached by no common sync.
        world.send(who.saturating_sub(1), who);
        world.introduce(who, &format!("P{who}"));
        world.sync_all();
    }
    world
}

/// A meeting of a form that one runs and in which these write.
fn hold(world: &mut World, form: &str, runs: usize, there: &[usize]) -> Cid {
    let (title, form) = ("Daily".try_into().unwrap(), form.try_into().unwrap());
    let (prompts, call_link) = Default::default();
    let meeting =
        world.write(runs, MeetingOpened { title, form, prompts, call_link, resumes: None, values: Default::default() });
    let baton = world.open_baton(runs, "runs it");
    world.write(runs, RoleOf { meeting, baton });
    world.take(runs, baton, baton);
    world.sync_all();
    for who in there {
        world.post(*who, "done");
        world.sync_all();
    }
    world.write(runs, MeetingClosed { meetings: vec![meeting].try_into().unwrap(), words: None });
    world.sync_all();
    meeting
}

fn at(world: &World, node: NodeId) -> usize {
    (0..8).find(|it| world.author(*it) == node).expect("one of them")
}

#[test]
fn who_runs_the_next_one_goes_round_everybody() {
    let mut world = with(4);
    let mut runs = 0;
    let mut ran = Vec::new();
    let mut reasons = Vec::new();
    for _ in 0..8 {
        ran.push(runs);
        let meeting = hold(&mut world, "stand-up", runs, &[0, 1, 2, 3]);
        let next = suggested(&world, meeting).expect("somebody");
        runs = at(&world, next.node);
        reasons.push(next.reason);
    }
    assert_eq!(ran, [0, 1, 2, 3, 0, 1, 2, 3]);
    assert_eq!(reasons[..3], [Reason::NotLately; 3]);
    assert_eq!(reasons[3..], [Reason::Ago(3); 5]);
}

#[test]
fn only_who_was_there_is_suggested_and_other_forms_do_not_count() {
    let mut world = with(4);
    hold(&mut world, "retro", 1, &[0, 1, 2, 3]);
    let meeting = hold(&mut world, "stand-up", 0, &[1, 3]);
    let first = suggested(&world, meeting).map(|it| (at(&world, it.node), it.reason));
    assert_eq!(first, Some((1, Reason::NotLately)));
    let meeting = hold(&mut world, "stand-up", 1, &[2]);
    let absent = suggested(&world, meeting).map(|it| at(&world, it.node));
    assert_eq!(absent, Some(2), "neither who has not run one but was not there, nor who ran it");
    let (log, fold) = folded(world.room(), world.blocks());
    assert_eq!(runs_next(&fold, &log, &meeting, &[world.author(2)]), None, "nor who would rather not");
    let among = |who: usize| runs_next_among(&fold, &log, &meeting, &|it| *it == world.author(who));
    assert_eq!(
        [1, 2, 3].map(|who| among(who).map(|it| at(&world, it.node))),
        [None, Some(2), None],
        "nor who is not here"
    );
    let alone = hold(&mut world, "stand-up", 2, &[]);
    assert_eq!(suggested(&world, alone), None);
}

#[test]
fn joined_nodes_are_suggested_as_one_person() {
    let mut world = with(4);
    let [home, other] = [0, 3].map(|it| world.author(it));
    world.write(0, AlsoMe { node: other });
    world.sync_all();
    world.write(3, AlsoMe { node: home });
    world.sync_all();
    // The tab runs it, and the same person's home is not the next one.
    let first = hold(&mut world, "stand-up", 3, &[0, 1, 2]);
    assert_eq!(suggested(&world, first).map(|it| at(&world, it.node)), Some(1));
    hold(&mut world, "stand-up", 1, &[0, 2, 3]);
    let third = hold(&mut world, "stand-up", 2, &[1, 3]);
    assert_eq!(suggested(&world, third), Some(Suggestion { node: home, reason: Reason::Ago(2) }));
}

#[test]
fn who_is_suggested_does_not_depend_on_the_order_in_which_events_come() {
    let mut world = with(5);
    let meetings = [0, 3, 1, 4].map(|runs| hold(&mut world, "stand-up", runs, &[4, 2, 0, 1, 3]));
    let seen: BTreeSet<_> = (0..12)
        .map(|seed| {
            let (log, fold) = folded(world.room(), world.shuffled(seed));
            meetings.map(|it| runs_next(&fold, &log, &it, &[]).map(|it| at(&world, it.node)))
        })
        .collect();
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [[Some(1), Some(1), Some(2), Some(2)]]);
}

#[test]
fn what_a_suggestion_looks_at_is_bounded_by_the_last_meetings() {
    let mut world = with(3);
    let cost = |world: &World, meeting| {
        let (log, fold) = folded(world.room(), world.blocks());
        let (found, cost) = cost::of(|| runs_next(&fold, &log, &meeting, &[]));
        (found.is_some(), cost)
    };
    let first = hold(&mut world, "stand-up", 0, &[0, 1, 2]);
    (0..MEETINGS).for_each(|it| _ = hold(&mut world, "stand-up", it % 3, &[0, 1, 2]));
    let before = hold(&mut world, "stand-up", 0, &[0, 1, 2]);
    let (found, few) = cost(&world, before);
    assert!(found);
    (0..MEETINGS).for_each(|it| _ = hold(&mut world, "stand-up", it % 3, &[0, 1, 2]));
    let after = hold(&mut world, "stand-up", 0, &[0, 1, 2]);
    let (found, many) = cost(&world, after);
    assert!(found && many <= few + few / 4, "{few} entries, then {many}");
    assert_eq!(suggested(&world, first), None, "it is none of the last ones");
}
