//! Meetings that go on with one another are one in all that is asked of them; and who moved one on apart from the others is told.

use paceline_room::{
    Cid,
    body::{
        Answered, BatonOpened, MeetingClosed, MeetingOpened, RoleOf, RoundClosed, RoundOpened, TimerSet,
        rounds::{self, Ask, Said, Spoken, True, Turn, TurnDone},
    },
    command::{Asker, Command},
    minutes::minutes,
    state::{Did, MeetingStep},
    testing::World,
};

use crate::support::{Node, whole};

fn opened(resumes: Option<Cid>) -> MeetingOpened {
    let (form, prompts, call_link) = Default::default();
    MeetingOpened {
        title: "Stand-up".try_into().unwrap(),
        form,
        prompts,
        call_link,
        resumes,
        values: Default::default(),
    }
}

fn closed(meeting: Cid) -> MeetingClosed {
    MeetingClosed { meetings: vec![meeting].try_into().unwrap(), words: None }
}

fn asked(ask: Ask, meeting: Cid, order: &[usize], world: &World) -> RoundOpened {
    let order: Vec<_> = order.iter().map(|it| world.author(*it)).collect();
    let (question, order) = ("Done".try_into().unwrap(), order.try_into().unwrap());
    RoundOpened { question, ask, sealed: false, meeting: Some(meeting), order, many: false }
}

fn turn(world: &World, round: Cid, of: usize, state: Turn) -> TurnDone {
    TurnDone { round, node: world.author(of), state, next: None }
}

fn steps(node: &Node, meeting: Cid) -> Vec<MeetingStep> {
    node.fold.steps_apart(&node.log, &meeting)
}

fn told(world: &World, meeting: Cid) -> Vec<(usize, Did)> {
    let by = |it: &MeetingStep| (0..9).find(|who| world.author(*who) == it.by).expect("one of them");
    let mut all: Vec<_> = steps(&whole(world), meeting).iter().map(|it| (by(it), it.did)).collect();
    all.sort_unstable_by_key(|(by, _)| *by);
    all
}

/// A meeting of three with turns, written down in one round.
fn meeting() -> (World, Cid, Cid, Cid) {
    let mut world = World::new(8);
    (1..=3).for_each(|who| _ = world.introduce(who, ["Ada", "Ben", "Cleo"][who - 1]));
    world.sync_all();
    let it = world.write(1, opened(None));
    let written = world.write(1, asked(Ask::Words(True), it, &[], &world));
    let spoken = world.write(1, asked(Ask::Spoken(Spoken::default()), it, &[1, 2, 3], &world));
    world.sync_all();
    (world, it, written, spoken)
}

#[test]
fn what_was_asked_goes_on_in_the_meeting_that_goes_on_with_it() {
    let (mut world, first, written, spoken) = meeting();
    let baton =
        BatonOpened { title: "Runs it".try_into().unwrap(), need: None, minutes: None, strengths: Default::default() };
    let baton = world.write(1, baton);
    world.write(1, RoleOf { meeting: first, baton });
    world.sync_all();
    let words = Some(world.say(2, "painted"));
    world.write(2, Answered { round: written, answer: None, words });
    world.sync_all();
    world.write(3, closed(first));
    world.sync_all();
    let cleo = world.author(3);
    let may_answer = |node: &Node| {
        let answer = Command::from(rounds::Command::Answer { round: written, answer: Said::Text("later".into()) });
        answer.ask(Asker { fold: &node.fold, log: &node.log, node: cleo, silence: &|_| 0 }).is_ok()
    };
    assert!(!may_answer(&whole(&world)), "it is over");
    world.post(2, "between the two");
    world.sync_all();
    let mut line = vec![first];
    for _ in 0..2 {
        let next = world.write(2, opened(line.last().copied()));
        world.write(2, RoleOf { meeting: next, baton });
        world.sync_all();
        line.push(next);
        let node = whole(&world);
        let (now, lists) = (node.fold.meeting_now(&node.log).expect("it goes on").leading, node.fold.lists());
        assert_eq!(now.cid, next);
        let rounds: Vec<_> = lists.rounds.in_meeting(&lists.meetings, &now).map(|it| it.cid).collect();
        assert_eq!(rounds, [written, spoken]);
        assert!(may_answer(&node), "what was asked goes on");
        let words = Some(world.say(3, "later"));
        world.write(3, Answered { round: written, answer: None, words });
        world.sync_all();
        let node = whole(&world);
        let told = minutes(&node.fold, &node.log, &next).expect("minutes");
        assert_eq!(told.rounds[0].1.answers.len(), 2, "both answers, the one before the end and the one after");
        assert_eq!(told.roles.len(), 1, "a role that goes on is told once");
        assert_eq!(told.attended.len(), 3);
        world.write(1, closed(next));
        world.sync_all();
    }
    let node = whole(&world);
    let now = node.fold.round(&written).expect("a round");
    assert!(!now.goes_on(node.fold.meetings()), "it is over with the last of them");
}

#[test]
fn a_turn_that_two_end_apart_is_told_until_somebody_who_saw_both_goes_on() {
    let (mut world, it, _, spoken) = meeting();
    assert_eq!(told(&world, it), []);
    world.write(1, turn(&world, spoken, 1, Turn::Spoken));
    world.sync_all();
    assert_eq!(told(&world, it), [], "one step that all see");
    // Ada and Ben here, Cleo there.
    world.write(1, turn(&world, spoken, 2, Turn::Spoken));
    world.sync(1, 2);
    world.write(2, turn(&world, spoken, 3, Turn::Away));
    world.write(3, turn(&world, spoken, 2, Turn::Spoken));
    world.write(3, TimerSet { meeting: it, seconds: 60.try_into().unwrap(), about: Some(spoken) });
    let (ben, cleo) = (world.author(2), world.author(3));
    let expected = [(2, Did::Turn(cleo, Turn::Away)), (3, Did::Turn(ben, Turn::Spoken))];
    assert_eq!(told(&world, it), expected, "the last of each side, and no time that goes with a turn");
    world.sync_all();
    assert_eq!(told(&world, it), expected);
    world.post(1, "we are one again");
    assert_eq!(told(&world, it), expected, "talking moves nothing on");
    world.write(1, turn(&world, spoken, 3, Turn::Again));
    assert_eq!(told(&world, it), []);
}

#[test]
fn other_steps_are_told_too_and_time_for_an_answer_is_one() {
    let (mut world, it, written, _) = meeting();
    let words = Some(world.say(2, "painted"));
    let answer = world.write(2, Answered { round: written, answer: None, words });
    world.sync_all();
    let time = |about| TimerSet { meeting: it, seconds: 60.try_into().unwrap(), about };
    world.write(1, time(Some(answer)));
    world.write(2, RoundClosed { round: written, how: None });
    world.write(3, closed(it));
    let expected = [(1, Did::Answer(answer)), (2, Did::Close(written)), (3, Did::End)];
    assert_eq!(told(&world, it), expected);
    for who in 1..=3 {
        world.write(who, time(None));
        world.write(who, time(Some(it)));
    }
    assert_eq!(told(&world, it), expected, "time for nothing, or for something else, moves nothing on");
}

#[test]
fn of_many_who_step_apart_the_latest_are_told() {
    let (mut world, it, written, _) = meeting();
    for who in 4..44 {
        world.sync(0, who);
        world.send(1, who);
        world.write(who, RoundClosed { round: written, how: None });
    }
    let node = whole(&world);
    assert_eq!(steps(&node, it).len(), 16);
}
