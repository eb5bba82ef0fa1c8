//! Meetings: opened, closed and gone on with, also side by side; what is on their agendas, in which order, and where they are.

use std::{cell::Cell, collections::BTreeSet};

use paceline_room::{
    Body, Cid, Ix,
    body::{
        AgendaAt, AgendaItemAdded, AgendaItemChanged, AgendaItemDone, AlsoMe, MeetingClosed, MeetingOpened, RoleOf,
        TimerSet,
        meetings::{Command, ItemKind, MeetingValues, NewItem, Order},
    },
    command::{Asker, CommandError},
    fold::IgnoredReason,
    limits,
    state::{Item, Meeting, MeetingState},
    testing::World,
};
use proptest::{prelude::*, sample::Index};

use crate::{
    properties::{fold, reorder, runner},
    sim::{AUTHORS, Sim, Written, admit},
    support::{Moves, Node, seen_by, whole},
};

pub fn opened(title: &str, resumes: Option<Cid>) -> MeetingOpened {
    let prompts = vec!["Done".try_into().unwrap()].try_into().unwrap();
    let (form, call_link) = ("stand-up".try_into().unwrap(), Default::default());
    MeetingOpened { title: title.try_into().unwrap(), form, prompts, call_link, resumes, values: Default::default() }
}

fn closed(meetings: &[Cid]) -> MeetingClosed {
    MeetingClosed { meetings: meetings.to_vec().try_into().unwrap(), words: None }
}

pub fn added(title: &str, at: u8, meeting: Option<Cid>) -> AgendaItemAdded {
    let order = Order::try_from(vec![at]).unwrap();
    let (title, kind, tags) = (title.try_into().unwrap(), ItemKind::Talk, Default::default());
    AgendaItemAdded { title, kind, order, meeting, minutes: None, tags, about: None }
}

pub fn timer(meeting: Cid, seconds: u64) -> TimerSet {
    TimerSet { meeting, seconds: seconds.try_into().unwrap(), about: None }
}

pub fn came_to(meeting: Cid, item: Cid) -> AgendaAt {
    AgendaAt { meeting, item: Some(item), seconds: None }
}

/// What changes nothing of an item yet.
pub fn nothing(item: Cid) -> AgendaItemChanged {
    AgendaItemChanged { item, title: Default::default(), minutes: None, order: None, meeting: None, later: false }
}

pub fn meeting(world: &World, cid: Cid) -> Meeting {
    Meeting::clone(whole(world).fold.meeting(&cid).expect("a meeting"))
}

fn state(world: &World, cid: Cid) -> MeetingState {
    meeting(world, cid).state()
}

fn titles(world: &World, meeting: Option<Cid>) -> Vec<String> {
    whole(world).fold.meetings().agenda(meeting).map(|it| it.title.clone()).collect()
}

/// The meetings that go on: the leading one, and all.
fn now(world: &World) -> Option<(Cid, Vec<Cid>)> {
    let node = whole(world);
    let now = node.fold.meeting_now(&node.log)?;
    Some((now.leading.cid, now.all.iter().map(|it| it.cid).collect()))
}

#[test]
fn a_meeting_is_opened_closed_and_gone_on_with() {
    let mut world = World::new(1);
    let first = world.write(1, opened("Stand-up, 27 Nov", None));
    assert_eq!(now(&world), Some((first, vec![first])));
    let it = meeting(&world, first);
    assert_eq!((it.title.as_str(), it.form.as_str(), it.state()), ("Stand-up, 27 Nov", "stand-up", MeetingState::Open));
    assert_eq!((it.prompts, it.author), (vec!["Done".to_owned()], world.author(1)));
    let words = world.say(1, "see you tomorrow");
    let end = world.write(1, MeetingClosed { meetings: vec![first].try_into().unwrap(), words: Some(words) });
    assert_eq!(now(&world), None);
    let ended = meeting(&world, first).ended.expect("it ended");
    assert_eq!((ended.cid, ended.by, ended.text.as_deref()), (end, world.author(1), Some("see you tomorrow")));
    world.retract(1, end);
    let ended = meeting(&world, first).ended.expect("it ended all the same");
    assert_eq!((ended.cid, ended.text), (end, None));
    let next = world.write(1, opened("Stand-up, 28 Nov", Some(first)));
    let of_nothing = world.write(1, opened("Retro", Some(end)));
    assert_eq!(
        (meeting(&world, next).resumes.map(|(_, it)| it), meeting(&world, of_nothing).resumes),
        (Some(first), None)
    );
}

#[test]
fn an_end_beside_which_two_others_act_ends_nothing_until_it_is_said_again() {
    for late in [false, true] {
        let mut world = World::new(2);
        let it = world.write(1, opened("Retro", None));
        world.sync_all();
        (2..=4).for_each(|i| _ = world.introduce(i, "somebody"));
        world.sync_all();
        let end = world.write(1, closed(&[it]));
        world.write(2, timer(it, 60));
        world.write(2, timer(it, 90));
        assert_eq!(state(&world, it), MeetingState::Closed, "one other alone");
        world.post(4, "talking is not acting");
        assert_eq!(state(&world, it), MeetingState::Closed);
        world.write(3, timer(it, 120));
        assert_eq!(state(&world, it), MeetingState::Open);
        let unaware = world.write(1, closed(&[it]));
        assert_eq!(state(&world, it), MeetingState::Open, "it still has not seen them");
        world.sync_all();
        let again = world.write(if late { 2 } else { 1 }, closed(&[it]));
        let ended = meeting(&world, it).ended.expect("said again, having seen them");
        assert_eq!(ended.cid, again);
        assert!(![end, unaware].contains(&ended.cid));
    }
}

#[test]
fn who_closes_may_have_acted_beside_itself() {
    let mut world = World::new(3);
    let it = world.write(1, opened("Retro", None));
    world.sync_all();
    world.introduce(2, "somebody");
    world.sync_all();
    world.write(2, closed(&[it]));
    world.write(1, timer(it, 60));
    world.write(1, timer(it, 70));
    assert_eq!(state(&world, it), MeetingState::Closed, "one other, however often");
    let by_itself = world.write(2, timer(it, 80));
    world.write_twin(2, by_itself, timer(it, 90));
    assert_eq!(state(&world, it), MeetingState::Closed);
}

#[test]
fn two_nodes_of_one_person_act_beside_an_end_as_one_if_they_were_joined_when_it_began() {
    for before in [true, false] {
        let mut world = World::new(10);
        (1..=4).for_each(|i| _ = world.introduce(i, "somebody"));
        world.sync_all();
        let join = |world: &mut World| {
            for (i, other) in [(3, 4), (4, 3)] {
                world.write(i, AlsoMe { node: world.author(other) });
                world.sync_all();
            }
        };
        if before {
            join(&mut world);
        }
        let it = world.write(1, opened("Retro", None));
        world.sync_all();
        if !before {
            join(&mut world);
        }
        world.write(1, closed(&[it]));
        [3, 4].iter().for_each(|i| _ = world.write(*i, timer(it, 60)));
        assert_eq!(state(&world, it) == MeetingState::Closed, before);
        world.write(2, timer(it, 60));
        assert_eq!(state(&world, it), MeetingState::Open);
    }
    // The other way round: who closes with one and acts with the other.
    let mut world = World::new(11);
    (1..=3).for_each(|i| _ = world.introduce(i, "somebody"));
    world.sync_all();
    for (i, other) in [(1, 2), (2, 1)] {
        world.write(i, AlsoMe { node: world.author(other) });
        world.sync_all();
    }
    let it = world.write(1, opened("Retro", None));
    world.sync_all();
    [2, 3].iter().for_each(|i| _ = world.write(*i, timer(it, 60)));
    world.write(1, closed(&[it]));
    assert_eq!(state(&world, it), MeetingState::Closed);
}

#[test]
fn several_that_go_on_are_shown_as_one_led_by_the_one_most_follow() {
    let mut world = World::new(4);
    (1..=5).for_each(|i| _ = world.introduce(i, "somebody"));
    world.sync_all();
    let one = world.write(1, opened("one", None));
    let two = world.write(2, opened("two", None));
    let smaller = one.min(two);
    assert_eq!(now(&world).map(|it| it.0), Some(smaller), "each followed by its own: the smaller name");
    world.send(2, 3);
    world.post(3, "here");
    assert_eq!(now(&world).map(|it| it.0), Some(two));
    world.sync_all();
    world.post(4, "I came later, and saw both");
    world.post(5, "so did I");
    let (leading, all) = now(&world).expect("they go on");
    assert_eq!((leading, all.into_iter().collect::<BTreeSet<_>>()), (two, BTreeSet::from([one, two])));
    // A closing that names but one leaves the other.
    world.write(4, closed(&[two]));
    assert_eq!(now(&world), Some((one, vec![one])));
}

#[test]
fn a_person_follows_once_whatever_its_nodes_say() {
    let mut world = World::new(5);
    (1..=5).for_each(|i| _ = world.introduce(i, "somebody"));
    world.sync_all();
    let also = |node| paceline_room::body::AlsoMe { node };
    world.write(3, also(world.author(4)));
    world.sync_all();
    world.write(4, also(world.author(3)));
    world.sync_all();
    let [one, two] = [world.write(1, opened("one", None)), world.write(2, opened("two", None))];
    let (few, more) = (one.max(two), one.min(two));
    let (of_few, of_more) = if few == one { (1, 2) } else { (2, 1) };
    // Two nodes of one person follow the one, and one person the other: a tie, and the smaller name leads.
    for i in [3, 4] {
        world.send(of_few, i);
        world.post(i, "here");
    }
    world.send(of_more, 5);
    world.post(5, "here");
    assert_eq!(now(&world).map(|it| it.0), Some(more));
}

#[test]
fn an_agenda_stands_in_its_order_and_each_field_has_its_latest_word() {
    let mut world = World::new(6);
    let it = world.write(1, opened("Weekly", None));
    world.sync_all();
    let budget = world.write(1, added("budget", 20, Some(it)));
    let hiring = world.write(1, added("hiring", 10, Some(it)));
    let someday = world.write(1, added("someday", 5, None));
    assert_eq!(titles(&world, Some(it)), ["hiring", "budget"]);
    assert_eq!(titles(&world, None), ["someday"]);
    world.write(1, AgendaItemChanged { order: Order::try_from(vec![30]).ok(), ..nothing(hiring) });
    let title = "the budget of next year".try_into().unwrap();
    world.write(1, AgendaItemChanged { title, minutes: 10_u64.try_into().ok(), ..nothing(budget) });
    world.write(1, AgendaItemChanged { meeting: Some(it), ..nothing(someday) });
    assert_eq!(titles(&world, Some(it)), ["someday", "the budget of next year", "hiring"]);
    world.write(1, AgendaItemChanged { later: true, ..nothing(hiring) });
    assert_eq!(titles(&world, None), ["hiring"]);
    let item = |world: &World, cid: &Cid| Item::clone(whole(world).fold.agenda_item(cid).expect("an item"));
    assert_eq!(item(&world, &budget).minutes, Some(10));
    world.write(1, AgendaItemDone { item: budget, outcome: "approved".try_into().unwrap(), again: false });
    assert_eq!(item(&world, &budget).done.as_deref(), Some("approved"));
    world.write(1, AgendaItemDone { item: budget, outcome: Default::default(), again: true });
    assert_eq!(item(&world, &budget).done, None);
}

#[test]
fn what_names_something_that_was_not_there_does_not_count() {
    let mut world = World::new(8);
    let it = world.write(1, opened("Weekly", None));
    let item = world.write(1, added("item", 1, Some(it)));
    let baton = world.open_baton(1, "scribe");
    let early = [
        world.write(2, closed(&[it])),
        world.write(2, timer(it, 60)),
        world.write(2, AgendaItemDone { item, outcome: Default::default(), again: false }),
        world.write(2, came_to(it, item)),
        world.write(2, RoleOf { meeting: it, baton }),
        world.write(1, RoleOf { meeting: it, baton: item }),
        world.write(1, closed(&[item])),
        world.write(1, AgendaItemChanged { later: true, ..nothing(it) }),
    ];
    let node = whole(&world);
    assert_eq!(early.map(|cid| node.fold.why_ignored(&cid)), [Some(IgnoredReason::TargetNotSeen); 8]);
    let of_nothing = world.write(2, added("lost", 1, Some(it)));
    let node = whole(&world);
    assert_eq!(node.fold.agenda_item(&of_nothing).and_then(|it| it.meeting), None, "it is for later");
}

/// What author `i` is told, who has seen what it has.
pub fn told(world: &World, i: usize, command: Command) -> Result<Body, CommandError> {
    let node = seen_by(world, i);
    let command = paceline_room::command::Command::from(command);
    let asker = Asker { fold: &node.fold, log: &node.log, node: world.author(i), silence: &|_| 0 };
    command.ask(asker).map(|it| {
        let words = it.text.as_deref().map(|it| Cid::of(it.as_bytes()));
        it.into_body(words)
    })
}

fn item(title: &str, meeting: Option<Cid>) -> Command {
    Command::Add(NewItem {
        title: title.into(),
        kind: ItemKind::Round,
        minutes: Some(5),
        tags: vec![],
        meeting: Some(meeting),
        about: None,
    })
}

#[test]
fn what_a_form_says_of_a_meeting_travels_in_its_opening_and_without_it_is_absent() {
    let mut world = World::new(9);
    let values = MeetingValues {
        title: "Weekly".try_into().unwrap(),
        seconds_each: 45_u64.try_into().ok(),
        every_days: 7_u64.try_into().ok(),
        dots: 5_u64.try_into().ok(),
        ..Default::default()
    };
    let open = Command::Open {
        title: "Weekly, Monday".into(),
        form: "nobody-else-has-it".into(),
        prompts: vec!["Good".into()],
        call_link: String::new(),
        resumes: None,
        values: values.clone(),
    };
    let body = told(&world, 1, open).expect("it may be opened");
    let [with, without] = [body, opened("older", None).into()].map(|it: Body| world.write(1, it));
    let of = |cid| meeting(&world, cid).values;
    assert_eq!((of(with), of(without)), (values, MeetingValues::default()));
}

#[test]
fn what_may_be_done_about_a_meeting_is_refused_for_a_reason() {
    let mut world = World::new(9);
    let open = |title: &str, resumes| Command::Open {
        title: title.into(),
        form: "retro".into(),
        prompts: vec!["Good".into()],
        call_link: "https://call.example".into(),
        resumes,
        values: MeetingValues { dots: 3_u64.try_into().ok(), ..Default::default() },
    };
    let one = world.write(1, opened("one", None));
    let other = world.write(1, opened("other", None));
    let close = |meeting| Command::Close { meeting, note: String::new() };
    let Ok(Body::MeetingClosed(all)) = told(&world, 1, close(one)) else { panic!("it may be closed") };
    assert_eq!(all.meetings.iter().collect::<BTreeSet<_>>(), BTreeSet::from([&one, &other]), "all that go on");
    assert_eq!(all.words, None);
    let over = world.write(1, closed(&[one]));
    let to_do = world.write(1, added("to do", 1, Some(other)));
    let (not_found, empty) = (CommandError::NotFound, CommandError::EmptyText);
    let timer = |seconds| Command::Timer { seconds, about: None };
    let change = |item, meeting| Command::Change { item, title: None, minutes: None, before: None, meeting };
    for (command, why) in [
        (open("next", None), None),
        (open("next", Some(one)), None),
        (open("next", Some(other)), Some(not_found)),
        (open("  ", None), Some(empty)),
        (open(&"x".repeat(201), None), Some(CommandError::TooLong)),
        (close(other), None),
        (close(one), Some(not_found)),
        (close(over), Some(not_found)),
        (item("talk", None), None),
        (item("talk", Some(other)), None),
        (item("talk", Some(one)), Some(not_found)),
        (item(" ", None), Some(empty)),
        (change(to_do, Some(None)), None),
        (change(to_do, Some(Some(one))), Some(not_found)),
        (change(to_do, None), Some(empty)),
        (change(other, Some(None)), Some(not_found)),
        (Command::At { item: Some(to_do), seconds: None }, None),
        (Command::At { item: Some(other), seconds: None }, Some(not_found)),
        (timer(90), None),
        (timer(86_401), Some(CommandError::TooLong)),
        (Command::Done { item: to_do, outcome: String::new() }, None),
        (Command::Again { item: to_do }, Some(not_found)),
    ] {
        let asked = format!("{command:?}");
        assert_eq!(told(&world, 1, command).err(), why, "{asked}");
    }
    let unsaid =
        NewItem { title: "talk".into(), kind: ItemKind::Talk, minutes: None, tags: vec![], meeting: None, about: None };
    let of = |world: &World| match told(world, 1, Command::Add(unsaid.clone())) {
        Ok(Body::AgendaItemAdded(it)) => it.meeting,
        other => panic!("it may be added: {other:?}"),
    };
    assert_eq!(of(&world), Some(other), "of the one that goes on");
    let left = world.write(1, added("left", 1, Some(one)));
    let Ok(Body::AgendaAt(at)) = told(&world, 1, Command::At { item: Some(left), seconds: None }) else {
        panic!("it may be come to")
    };
    assert_eq!(at.meeting, other, "what an ended meeting left is come to in the one that goes on");
    world.write(1, closed(&[other]));
    assert_eq!(of(&world), None, "nothing goes on");
    assert_eq!(told(&world, 1, timer(90)).err(), Some(not_found));
    assert_eq!(told(&world, 1, Command::At { item: Some(left), seconds: None }).err(), Some(not_found));
}

#[test]
fn an_item_goes_where_it_was_put_whoever_else_puts_one_there() {
    let mut world = World::new(10);
    world.introduce(2, "somebody");
    let it = world.write(1, opened("Weekly", None));
    for title in ["a", "b", "c"] {
        let body = told(&world, 1, item(title, Some(it))).expect("it may be added");
        world.write(1, body);
    }
    let node = whole(&world);
    let [a, b, c] = [0, 1, 2].map(|at| node.fold.meetings().agenda(Some(it)).nth(at).expect("three").cid);
    let moved = |world: &mut World, i: usize, item: Cid, before: Option<Cid>| {
        let change = Command::Change { item, title: None, minutes: None, before: Some(before), meeting: None };
        let body = told(world, i, change).expect("it may be moved");
        world.write(i, body);
    };
    moved(&mut world, 1, c, Some(a));
    assert_eq!(titles(&world, Some(it)), ["c", "a", "b"]);
    moved(&mut world, 1, c, Some(b));
    assert_eq!(titles(&world, Some(it)), ["a", "c", "b"]);
    moved(&mut world, 1, a, None);
    assert_eq!(titles(&world, Some(it)), ["c", "b", "a"]);
    world.sync_all();
    // Two put one at the same place side by side; a third goes between them.
    let [x, y] = [1, 2].map(|i| {
        let body = told(&world, i, item(&format!("by {i}"), Some(it))).expect("it may be added");
        (i, body)
    });
    let [x, y] = [world.write(x.0, x.1), world.write(y.0, y.1)];
    world.sync_all();
    let shown = titles(&world, Some(it));
    assert_eq!(shown[..3], ["c", "b", "a"]);
    let last = if shown[4] == "by 1" { x } else { y };
    moved(&mut world, 1, c, Some(last));
    let shown = titles(&world, Some(it));
    assert_eq!(shown.iter().filter(|it| it.starts_with("by")).count(), 2);
    assert!(shown.iter().position(|it| it == "c") > shown.iter().position(|it| it == "a"));
}

/// What stands of a meeting straight from the rules: of the whole set, whatever the order.
fn by_the_rules(node: &Node, written: &[Written]) -> Vec<(Cid, bool)> {
    let ix = |cid: &Cid| node.log.find(cid).expect("it is here");
    let is_before = |one: Ix, other: Ix| one != other && node.log.is_ancestor(one, other);
    let counts = |cid: &Cid| node.fold.why_ignored(cid).is_none();
    let openings = written.iter().filter(|it| matches!(it.1.body, Body::MeetingOpened(_)));
    let ended = |meeting: Cid| {
        // Who was who when it was opened.
        let mut then = Node::new(written[0].0);
        written.iter().filter(|it| is_before(ix(&it.0), ix(&meeting))).for_each(|it| _ = admit(&mut then, it));
        let home = |node| then.fold.joined().home_of(node);
        let sees = |by: &Cid| is_before(ix(&meeting), ix(by));
        let acts = |body: &Body| match body {
            Body::TimerSet(it) => it.meeting == meeting,
            Body::AgendaAt(it) => it.meeting == meeting,
            Body::AgendaItemAdded(it) => it.meeting == Some(meeting),
            Body::AgendaItemChanged(it) => it.meeting == Some(meeting) && !it.later,
            _ => false,
        };
        written.iter().any(|(cid, event, _)| {
            let Body::MeetingClosed(closed) = &event.body else { return false };
            let beside = |other: &Cid| !is_before(ix(other), ix(cid)) && !is_before(ix(cid), ix(other));
            let others: BTreeSet<_> = written
                .iter()
                .filter(|it| {
                    home(it.1.author) != home(event.author)
                        && acts(&it.1.body)
                        && counts(&it.0)
                        && sees(&it.0)
                        && beside(&it.0)
                })
                .map(|it| home(it.1.author))
                .collect();
            counts(cid) && closed.meetings.contains(&meeting) && sees(cid) && others.len() < 2
        })
    };
    openings.map(|it| (it.0, ended(it.0))).collect()
}

#[test]
fn meetings_are_what_the_rules_say_in_any_order() {
    let (ends, several) = (Cell::new([0; 2]), Cell::new(0));
    let act = (0..18_usize, 0..AUTHORS, any::<usize>());
    let strategy = (prop::collection::vec(act, 4..70), prop::collection::vec(any::<Index>(), 40));
    runner()
        .run(&strategy, |(acts, choice)| {
            let mut sim = Sim::new(0);
            if acts.len().is_multiple_of(2) {
                sim.join();
            }
            let (mut open, mut items) = (vec![], vec![]);
            for (kind, who, pick) in acts {
                let one = |of: &[Cid]| of.get(pick % of.len().max(1)).copied();
                let body: Option<Body> = match kind {
                    0 => Some(opened("one", one(&open)).into()),
                    1..3 => one(&open).map(|it| closed(&[it]).into()),
                    3..6 => one(&open).map(|it| timer(it, pick as u64 % 100).into()),
                    6 => Some(added("item", 1 + (pick % 9) as u8, one(&open)).into()),
                    7 => one(&items).map(|item| {
                        AgendaItemChanged { meeting: one(&open), later: pick.is_multiple_of(3), ..nothing(item) }.into()
                    }),
                    8 => one(&open).map(|meeting| {
                        let (item, seconds) = (one(&items), (pick as u64 % 3 * 60).try_into().ok());
                        AgendaAt { meeting, item, seconds }.into()
                    }),
                    9 => Some(AlsoMe { node: sim.node_id(pick % AUTHORS) }.into()),
                    _ => None,
                };
                match body {
                    None => sim.send(who, pick % AUTHORS),
                    Some(body) => {
                        let of = match body {
                            Body::MeetingOpened(_) => Some(&mut open),
                            Body::AgendaItemAdded(_) => Some(&mut items),
                            _ => None,
                        };
                        let cid =
                            if kind == 3 { sim.write_as(who, pick % AUTHORS, body) } else { sim.write(who, body) };
                        of.into_iter().for_each(|it| it.push(cid));
                    }
                }
            }
            let whole = fold(sim.room, &sim.written);
            let mut node = Node::new(sim.room);
            reorder(&sim.written, &choice).iter().for_each(|it| _ = admit(&mut node, it));
            for (meeting, ended) in by_the_rules(&node, &sim.written) {
                for node in [&node, &whole] {
                    prop_assert_eq!(node.fold.meeting(&meeting).map(|it| it.ended.is_some()), Some(ended));
                }
                let mut seen = ends.get();
                seen[usize::from(ended)] += 1;
                ends.set(seen);
            }
            let shown = |node: &Node| {
                let lists = node.fold.meetings();
                let all: Vec<_> = lists.all.iter().map(|it| Meeting::clone(it)).collect();
                let items: Vec<_> = lists.items.iter().map(|it| Item::clone(it)).collect();
                let apart: Vec<_> = all.iter().map(|it| node.fold.steps_apart(&node.log, &it.cid)).collect();
                (all, items, node.fold.meeting_now(&node.log), apart)
            };
            prop_assert_eq!(shown(&whole), shown(&node));
            let open = node.fold.meetings().open.iter().count();
            prop_assert_eq!(open, node.fold.meetings().all.iter().filter(|it| it.ended.is_none()).count());
            several.set(several.get() + usize::from((2..=limits::MEETINGS_AT_ONCE).contains(&open)));
            Ok(())
        })
        .expect("as the rules have it");
    let seen = (ends.get(), several.get());
    assert!(seen.0.iter().all(|it| *it > 40) && seen.1 > 20, "too tame: {seen:?}");
}
