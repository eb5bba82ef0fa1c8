//! What is on an agenda: whose word on it is the latest, where a meeting is, and how long that takes.

use paceline_room::{
    Body,
    body::{AgendaAt, AgendaItemAdded, AgendaItemChanged, AgendaItemDone, RoleOf, TimerSet, meetings::Command},
    command::CommandError,
    limits,
    testing::World,
};

use crate::{
    meetings::{added, came_to, meeting, nothing, opened, timer, told},
    support::whole,
};

#[test]
fn an_item_says_whose_the_latest_word_on_it_is() {
    let mut world = World::new(17);
    world.introduce(2, "Ben");
    let it = world.write(1, opened("Weekly", None));
    let item = world.write(1, added("item", 1, Some(it)));
    world.sync_all();
    let last = |world: &World| {
        let node = whole(world);
        let ((_, said), by) = node.fold.agenda_item(&item).expect("an item").last;
        (said, by)
    };
    assert_eq!(last(&world), (item, world.author(1)));
    let done = world.write(2, AgendaItemDone { item, outcome: Default::default(), again: false });
    assert_eq!(last(&world), (done, world.author(2)));
    world.sync_all();
    let same = world.write(1, AgendaItemDone { item, outcome: Default::default(), again: false });
    assert_eq!(last(&world), (same, world.author(1)), "though it changes nothing");
    // Two side by side, about different things: the later in the order of the log.
    world.sync_all();
    let title = "named".try_into().unwrap();
    let named = world.write(1, AgendaItemChanged { title, ..nothing(item) });
    let longer = world.write(2, AgendaItemChanged { minutes: 5_u64.try_into().ok(), ..nothing(item) });
    let later = if named > longer { (named, world.author(1)) } else { (longer, world.author(2)) };
    assert_eq!(last(&world), later);
}

#[test]
fn to_come_to_an_item_starts_the_time_that_it_is_meant_to_take() {
    let mut world = World::new(18);
    let it = world.write(1, opened("Weekly", None));
    let [timed, open] = [Some(5), None].map(|minutes: Option<u64>| {
        let minutes = minutes.and_then(|it| it.try_into().ok());
        world.write(1, AgendaItemAdded { minutes, ..added("item", 1, Some(it)) })
    });
    let at = |item, seconds| match told(&world, 1, Command::At { item, seconds }) {
        Ok(Body::AgendaAt(at)) => (at.meeting, at.item, at.seconds.map(|it| it.get())),
        other => panic!("it may be come to: {other:?}"),
    };
    assert_eq!(at(Some(timed), None), (it, Some(timed), Some(300)));
    assert_eq!(at(Some(timed), Some(42)), (it, Some(timed), Some(42)), "what was left of it");
    assert_eq!(at(Some(open), None), (it, Some(open), Some(0)), "what ran for another stops");
    assert_eq!(at(None, None), (it, None, Some(0)));
    let long = Command::At { item: None, seconds: Some(limits::TIMER_SECONDS + 1) };
    assert_eq!(told(&world, 1, long).err(), Some(CommandError::TooLong));
}

#[test]
fn it_is_where_the_latest_word_says_and_so_is_its_time_and_its_roles() {
    let mut world = World::new(7);
    world.introduce(2, "Ben");
    let it = world.write(1, opened("Weekly", None));
    let [one, two] = [1, 2].map(|at| world.write(1, added("item", at, Some(it))));
    assert_eq!((meeting(&world, it).here, meeting(&world, it).timer), (None, None));
    world.write(1, came_to(it, one));
    let at = world.write(1, came_to(it, two));
    assert_eq!(meeting(&world, it).here.map(|it| (it.said.1, it.by, it.item)), Some((at, world.author(1), Some(two))));
    world.sync_all();
    let started = world.write(2, AgendaAt { seconds: 600_u64.try_into().ok(), ..came_to(it, one) });
    let now = meeting(&world, it).timer.expect("its time runs");
    assert_eq!((now.set.1, now.by, now.seconds, now.about), (started, world.author(2), 600, Some(one)));
    world.write(2, AgendaAt { meeting: it, item: None, seconds: None });
    assert_eq!(meeting(&world, it).here.map(|it| it.item), Some(None), "before the first");
    assert_eq!(meeting(&world, it).timer.map(|it| it.set.1), Some(started), "no word on its time");
    world.sync_all();
    world.write(1, timer(it, 300));
    world.write(1, TimerSet { about: Some(two), ..timer(it, 0) });
    assert_eq!(meeting(&world, it).timer.map(|it| (it.seconds, it.about)), Some((0, Some(two))));
    let roles: Vec<_> = ["facilitator", "scribe"].iter().map(|title| world.open_baton(1, title)).collect();
    roles.iter().rev().for_each(|baton| _ = world.write(1, RoleOf { meeting: it, baton: *baton }));
    let shown: Vec<_> = whole(&world).fold.meetings().roles_of(it).collect();
    assert_eq!(shown, [roles[1], roles[0]], "in the order in which they became so");
}
