//! Own events: batched, stored before they are sent, given back where they are refused.

use std::{cell::RefCell, rc::Rc};

use paceline_mesh::{Input, replica::Takes};
use paceline_node::{NodeError, Surroundings, Told};
use paceline_room::{
    body::{people, posts, taking_back},
    command::Command,
    testing::World,
};
use paceline_store::{Durability, Place as Field, Store, StoreError};

use crate::world::{Disk, Fault, Place, Seat, TestKey, own_texts, spread};

/// A founder's node, whose database holds the founding event and one post.
pub fn founder(world: &mut World) -> (Place, Seat) {
    world.post(0, "first");
    let (place, disk) = (Place::default(), Disk::default());
    let stored = disk.clone();
    let blocks = world.blocks();
    place.spawn(Box::pin(async move { stored.commit(blocks, Durability::Strict).await.expect("stored") }));
    while place.has_task() {
        place.run_task();
        disk.end_write();
    }
    let key = Rc::new(TestKey::default());
    key.mark.set(Some(1));
    let seat = Seat::open(&place, world.room(), world.keypair(0), disk, key);
    assert!(seat.whole);
    (place, seat)
}

/// A command that must see what was asked for before it, or one that need not.
fn command(seat: &Seat, alone: bool, text: &str) -> Command {
    if alone {
        let post = seat.node.replica().fold().posts().next().expect("a post").cid;
        posts::Command::Edit { post, text: text.into() }.into()
    } else {
        people::Command::Introduce { name: text.into(), strengths: vec![], hue: Some(1) }.into()
    }
}

type Outcomes = Rc<RefCell<Vec<Result<(), NodeError>>>>;

fn ask(place: &Place, seat: &Seat, alone: bool, text: &'static str, outcomes: &Outcomes) {
    let (node, outcomes, command) = (seat.node.clone(), outcomes.clone(), command(seat, alone, text));
    place.spawn(Box::pin(async move {
        let outcome = node.act(command).await;
        outcomes.borrow_mut().push(outcome.map(drop));
    }));
}

#[test]
fn what_is_asked_for_at_once_is_one_write_and_what_must_see_it_comes_after_it() {
    let (place, seat) = founder(&mut World::new(2));
    let (before, outcomes) = (seat.disk.ended(), Outcomes::default());
    for alone in [false, false, false, true, false, false] {
        ask(&place, &seat, alone, "Ann", &outcomes);
    }
    spread(&place, &[&seat], || outcomes.borrow().len() == 6);
    assert!(outcomes.borrow().iter().all(Result::is_ok));
    assert_eq!(seat.disk.ended() - before, 3, "three together, one alone, two together");
    assert_eq!(seat.key.mark.get(), Some(7), "of many marks the last is noted");
}

#[test]
fn who_only_reads_writes_nothing_until_something_else_is_chosen() {
    let (place, seat) = founder(&mut World::new(9));
    let (before, outcomes) = (seat.disk.begun(), Outcomes::default());
    seat.node.input(Input::Take(Takes::Nothing));
    ask(&place, &seat, false, "Ann", &outcomes);
    spread(&place, &[&seat], || outcomes.borrow().len() == 1);
    assert_eq!((&**outcomes.borrow(), seat.disk.begun()), (&[Err(NodeError::ReadOnly)][..], before));
    seat.node.input(Input::Take(Takes::UntilFull));
    ask(&place, &seat, false, "Ann", &outcomes);
    spread(&place, &[&seat], || outcomes.borrow().len() == 2);
    assert_eq!(outcomes.borrow().last(), Some(&Ok(())));
}

#[test]
fn who_has_just_come_may_write_before_the_founding_event_is_here() {
    let mut world = World::new(3);
    let (place, founder) = founder(&mut world);
    let key = Rc::new(TestKey::default());
    let newcomer = Seat::open(&place, world.room(), world.keypair(1), Disk::default(), key);
    let outcomes = Outcomes::default();
    ask(&place, &newcomer, false, "Bob", &outcomes);
    let place_of = place.clone();
    while place_of.has_task() {
        place_of.run_task();
    }
    assert!(outcomes.borrow().is_empty() && newcomer.disk.begun() == 0, "nothing can be signed yet");
    founder.link(&newcomer);
    spread(&place, &[&founder, &newcomer], || !outcomes.borrow().is_empty() && founder.len() == 3);
    assert_eq!(*outcomes.borrow(), [Ok(())]);
}

#[test]
fn a_closed_node_signs_nothing_more_and_says_so() {
    let mut world = World::new(4);
    let (place, seat) = founder(&mut world);
    let outcomes = Outcomes::default();
    ask(&place, &seat, true, "on its way", &outcomes);
    ask(&place, &seat, true, "only asked for", &outcomes);
    while place.has_task() {
        place.run_task();
    }
    assert_eq!(seat.disk.begun(), 1);
    seat.node.close();
    ask(&place, &seat, true, "too late", &outcomes);
    spread(&place, &[&seat], || outcomes.borrow().len() == 3);
    let mut ended = outcomes.take();
    ended.sort_by_key(|it| it.is_err());
    assert_eq!(ended, [Ok(()), Err(NodeError::Closed), Err(NodeError::Closed)]);
    assert_eq!(seat.disk.counts().events, 3, "what was being stored is stored");
}

#[test]
fn what_storage_refuses_is_a_draft_again_and_the_person_is_told() {
    let (place, seat) = founder(&mut World::new(5));
    seat.disk.set_fault(Some(Fault::Full(seat.disk.ended(), 1_000)));
    seat.node.set_draft(&Field::Composer, |it| it.text = "  kept  ".into());
    let id = seat.node.submit(&Field::Composer, "").expect("an intent");
    assert!(seat.key.note.borrow().is_some(), "these words were sent, whatever comes");
    let outcome = Rc::new(RefCell::new(None));
    let (node, told) = (seat.node.clone(), outcome.clone());
    place.spawn(Box::pin(async move { *told.borrow_mut() = Some(node.deliver(id).await) }));
    spread(&place, &[&seat], || outcome.borrow().is_some());
    assert_eq!(outcome.take(), Some(Err(NodeError::Store(StoreError::Full))));
    assert_eq!(seat.node.desk().draft(&Field::Composer).map(|it| it.text.clone()), Some("kept".into()));
    assert!(seat.told.borrow().contains(&Told::Failed(NodeError::Store(StoreError::Full))));
    assert!(seat.node.is_unkept() && seat.node.storing().is_empty());
    assert_eq!(seat.len(), 2, "what is not stored is not in the log");
    // There is room again: the same words go out once.
    seat.disk.set_fault(None);
    let id = seat.node.submit(&Field::Composer, "").expect("an intent");
    let node = seat.node.clone();
    place.spawn(Box::pin(async move { assert_eq!(node.deliver(id).await, Ok(())) }));
    spread(&place, &[&seat], || seat.disk.counts().events == 3);
    assert_eq!(own_texts(&seat.node.replica(), seat.node.me), ["first", "kept"]);
    assert!(!seat.node.is_unkept());
}

#[test]
fn what_is_too_long_stays_where_it_was_written() {
    let (_, seat) = founder(&mut World::new(6));
    let long = "x".repeat(paceline_room::limits::WORDS_BYTES + 1);
    seat.node.set_draft(&Field::Composer, |it| it.text = long.clone());
    assert_eq!(seat.node.submit(&Field::Composer, ""), Err(NodeError::TooLong));
    assert_eq!(seat.node.desk().draft(&Field::Composer).map(|it| it.text.len()), Some(long.len()));
}

#[test]
fn what_answers_a_post_that_was_taken_back_is_held_unless_who_wrote_it_knew() {
    let mut world = World::new(7);
    let (place, seat) = founder(&mut world);
    let post = seat.node.replica().fold().posts().next().expect("a post").cid;
    let reply = Field::Reply(post);
    seat.node.set_draft(&reply, |it| it.text = "an answer".into());
    let id = seat.node.submit(&reply, "").expect("an intent");
    let retract = taking_back::Command::Retract { post };
    let outcome = Rc::new(RefCell::new(None));
    let (node, told) = (seat.node.clone(), outcome.clone());
    place.spawn(Box::pin(async move {
        node.act(retract.into()).await.expect("taken back");
        *told.borrow_mut() = Some(node.deliver(id).await);
    }));
    spread(&place, &[&seat], || outcome.borrow().is_some());
    assert_eq!(outcome.take(), Some(Err(NodeError::TargetGone)));
    let held = seat.node.held("target-gone");
    assert_eq!(held.len(), 1);
    assert_eq!(seat.node.cancel(&held[0]), Some(Field::Composer), "that form is gone for good");
    // Who writes it now sees what became of the post.
    seat.node.set_draft(&Field::Composer, |it| it.text.clear());
    seat.node.set_draft(&reply, |it| it.text = "all the same".into());
    let id = seat.node.submit(&reply, "").expect("an intent");
    let node = seat.node.clone();
    place.spawn(Box::pin(async move { assert_eq!(node.deliver(id).await, Ok(())) }));
    spread(&place, &[&seat], || seat.len() == 4);
    assert_eq!(own_texts(&seat.node.replica(), seat.node.me), ["all the same"]);
}

#[test]
fn what_is_taken_back_can_be_undone_for_a_while_and_then_its_words_are_offered_again() {
    let mut world = World::new(8);
    let (place, seat) = founder(&mut world);
    let post = seat.node.replica().fold().posts().next().expect("a post").cid;
    let undone = seat.node.begin_retract(post).expect("an intent");
    assert_eq!(seat.node.begin_retract(post), None, "once");
    assert_eq!(seat.node.retracts(), [(undone.clone(), Field::Retract(post))]);
    assert_eq!(seat.node.cancel(&undone), Some(Field::Retract(post)));
    let id = seat.node.begin_retract(post).expect("another intent");
    let offered = Rc::new(RefCell::new(None));
    let (node, told) = (seat.node.clone(), offered.clone());
    place.spawn(Box::pin(async move {
        node.undone().await;
        assert_eq!(node.retract(undone, post).await, Ok(None), "it was undone");
        *told.borrow_mut() = Some(node.retract(id, post).await);
    }));
    let began = place.now();
    spread(&place, &[&seat], || offered.borrow().is_some());
    assert!(place.now() - began >= 10_000.0);
    assert_eq!(offered.take(), Some(Ok(Some(Field::Composer))));
    assert_eq!(seat.node.desk().draft(&Field::Composer).map(|it| it.text.clone()), Some("first".into()));
    assert_eq!(seat.node.replica().fold().posts().next().and_then(|it| it.text.clone()), None);
}

#[test]
fn a_mark_that_cannot_be_noted_or_never_is_keeps_nothing_from_being_sent() {
    for never in [false, true] {
        let (place, seat) = founder(&mut World::new(12));
        seat.key.forgets.set(true);
        seat.key.never.set(never);
        let outcomes = Outcomes::default();
        ask(&place, &seat, false, "Ann", &outcomes);
        spread(&place, &[&seat], || outcomes.borrow().len() == 1);
        assert_eq!((outcomes.borrow()[0].clone(), seat.len()), (Ok(()), 3));
        assert_eq!(seat.key.mark.get(), Some(1));
    }
}
