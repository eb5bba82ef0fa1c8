//! A node that knows the version of its room goes on in it before it writes what others may not know.

use std::{cell::RefCell, rc::Rc};

use paceline_node::{Acts, NodeError, Surroundings};
use paceline_room::{
    Cid,
    body::{
        Ballot, BallotCast, DecisionClosed, Effect, PostKind, Proposed, batons, decisions, founding, posts,
        rounds::{self, Ask, OwnAnswer, Said, True},
    },
    command::Command,
    testing::World,
};
use paceline_store::{Durability, Store};

use crate::{
    together::{EVENTS, meeting},
    world::{Disk, Place, Seat, spread},
};

/// Three have decided that the room goes on in the second version; the proposal.
fn decided(world: &mut World) -> Cid {
    (0..3).for_each(|i| _ = world.post(i, "here"));
    world.sync_all();
    let (title, words) = ("another version".try_into().unwrap(), world.say(0, "let us go on"));
    let effect = 2_u64.try_into().ok().map(Effect::Version);
    let (policy, trial, review_on, meeting, about) = (None, false, None, None, None);
    let proposal = world.write(0, Proposed { title, words, policy, effect, trial, review_on, meeting, about });
    world.sync_all();
    let ballot = BallotCast { proposal, version: proposal, stance: Ballot::Consent, words: None };
    (0..3).for_each(|i| _ = world.write(i, ballot.clone()));
    world.sync_all();
    world.write(0, DecisionClosed { proposal, version: proposal });
    world.sync_all();
    proposal
}

/// The node of author `i`, whose build knows the versions up to this one.
fn open(place: &Place, world: &World, i: usize, known: u32) -> Seat {
    let disk = Disk::default();
    let (stored, blocks) = (disk.clone(), world.blocks());
    place.spawn(Box::pin(async move { stored.commit(blocks, Durability::Strict).await.expect("stored") }));
    while place.has_task() {
        place.run_task();
        disk.end_write();
    }
    Seat::knowing(known, place, world.room(), world.keypair(i), disk)
}

type Outcomes = Rc<RefCell<Vec<Result<Vec<Cid>, NodeError>>>>;

/// Does all of this at once. The names of what was asked for, one after the other.
fn act(place: &Place, seats: &[&Seat], commands: Vec<Command>) -> Vec<Cid> {
    let (done, many) = (Outcomes::default(), commands.len());
    for command in commands {
        let (node, done) = (seats[0].node.clone(), done.clone());
        place.spawn(Box::pin(async move {
            let outcome = node.act(command).await.map(|it| vec![it]);
            done.borrow_mut().push(outcome);
        }));
    }
    spread(place, seats, || done.borrow().len() == many);
    done.take().into_iter().flat_map(|it| it.expect("it may be done")).collect()
}

/// The kinds of what this node wrote since, in order, each with its name.
fn own(seat: &Seat, since: usize) -> Vec<(String, Cid)> {
    let replica = seat.node.replica();
    let own = replica.log().entries_after(since).filter(|(_, it)| it.event.author == seat.node.me);
    own.map(|(_, it)| (it.event.body.kind().to_owned(), it.cid)).collect()
}

fn kinds(all: &[(String, Cid)]) -> Vec<&str> {
    all.iter().map(|it| it.0.as_str()).collect()
}

fn open_baton(title: &str) -> Command {
    batons::Command::Open { title: title.into(), strengths: vec![], minutes: None, need: None }.into()
}

fn post() -> Command {
    let (kind, text, reply_to) = (PostKind::Update, "on".into(), None);
    posts::Command::Post { kind, text, reply_to, tags: vec![], mentions: vec![] }.into()
}

#[test]
fn what_all_can_read_is_said_as_before_and_before_all_else_the_node_goes_on_once() {
    let (place, mut world) = (Place::default(), World::new(31));
    let proposal = decided(&mut world);
    let seat = open(&place, &world, 1, 2);
    let (reason, fix) = Default::default();
    let consent = decisions::Command::Cast { proposal, version: None, stance: Ballot::Consent, reason, fix };
    act(&place, &[&seat], vec![post()]);
    act(&place, &[&seat], vec![consent.into()]);
    let since = seat.len();
    let opened = act(&place, &[&seat], vec![post(), open_baton("Host"), open_baton("Scribe"), post()]);
    let all = own(&seat, since);
    assert_eq!(kinds(&all), ["posted", "fold-raised", "baton-opened", "baton-opened", "posted"]);
    let asked: Vec<_> = all.iter().filter(|it| it.0 != "fold-raised").map(|it| it.1).collect();
    assert_eq!(opened, asked, "who asked hears of that, and not of the raise");
    let replica = seat.node.replica();
    assert_eq!(replica.fold().version_of(replica.log(), &seat.node.me), 2);
    assert!(all.iter().all(|(_, it)| replica.fold().why_ignored(it).is_none()));
    drop(replica);
    let since = seat.len();
    act(&place, &[&seat], vec![open_baton("Once more")]);
    assert_eq!(kinds(&own(&seat, since)), ["baton-opened"]);
}

#[test]
fn what_is_done_in_one_step_comes_after_the_raise_and_is_named_as_it_was_asked_for() {
    let (place, mut world) = (Place::default(), World::new(32));
    decided(&mut world);
    let seat = open(&place, &world, 1, 2);
    let (since, done) = (seat.len(), Outcomes::default());
    let (acts, _): (Acts, _) = meeting();
    let (node, told) = (seat.node.clone(), done.clone());
    place.spawn(Box::pin(async move {
        let outcome = node.act_all(acts).await;
        told.borrow_mut().push(outcome);
    }));
    spread(&place, &[&seat], || done.borrow().len() == 1);
    let names = done.take().pop().and_then(Result::ok).expect("it may be done");
    let all = own(&seat, since);
    assert_eq!((all.len(), all[0].0.as_str()), (EVENTS + 1, "fold-raised"));
    assert_eq!(names, all[1..].iter().map(|it| it.1).collect::<Vec<_>>());
}

#[test]
fn an_answer_that_is_sealed_is_sealed_for_its_place_after_the_raise() {
    let (place, mut world) = (Place::default(), World::new(33));
    decided(&mut world);
    let seats = [1, 2].map(|i| open(&place, &world, i, 2));
    seats[0].link(&seats[1]);
    let (question, ask, order) = ("what holds us up?".into(), Ask::Words(True), vec![]);
    let round = rounds::Command::Open { question, ask, sealed: true, meeting: None, order, many: false };
    let round = act(&place, &[&seats[0], &seats[1]], vec![round.into()])[0];
    spread(&place, &[&seats[0], &seats[1]], || seats[1].node.replica().log().find(&round).is_some());
    let since = seats[1].len();
    let answer = rounds::Command::Answer { round, answer: Said::Text("the wind".into()) };
    act(&place, &[&seats[1], &seats[0]], vec![answer.into()]);
    assert_eq!(kinds(&own(&seats[1], since)), ["fold-raised", "sealed"]);
    let told: Vec<_> = seats[1].node.own_answers(&round).into_iter().map(|it| it.1).collect();
    assert_eq!(told, [OwnAnswer::Text("the wind".into())]);
}

#[test]
fn a_build_that_does_not_know_the_version_raises_nothing() {
    let (place, mut world) = (Place::default(), World::new(34));
    let proposal = decided(&mut world);
    let seat = open(&place, &world, 1, 1);
    let (since, done) = (seat.len(), Outcomes::default());
    let closing = seat.node.replica().fold().raised().next().expect("it is decided").cid;
    for command in [open_baton("Host"), founding::Command::Raise { closing }.into()] {
        let (node, done) = (seat.node.clone(), done.clone());
        place.spawn(Box::pin(async move {
            let outcome = node.act(command).await.map(|it| vec![it]);
            done.borrow_mut().push(outcome);
        }));
    }
    spread(&place, &[&seat], || done.borrow().len() == 2);
    assert_eq!(*done.borrow(), [Err(NodeError::Refused("newer-room")), Err(NodeError::Refused("newer-room"))]);
    let (reason, fix) = ("not yet".to_owned(), String::new());
    let object = decisions::Command::Cast { proposal, version: None, stance: Ballot::Object, reason, fix };
    act(&place, &[&seat], vec![object.into()]);
    assert_eq!(kinds(&own(&seat, since)), ["ballot-cast"]);
}
