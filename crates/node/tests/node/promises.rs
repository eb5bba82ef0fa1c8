//! What is written where promises are made: kept, sent once, and given back where it was written as long as there is a field.

use std::{cell::RefCell, rc::Rc};

use paceline_node::{NodeError, Surroundings};
use paceline_room::{Cid, body::promises::Command, state::PromiseState, testing::World};
use paceline_store::{Place as Field, StoreError};

use crate::{
    world::{Fault, Place, Seat, spread},
    writing::founder,
};

/// Does it, and runs until it is done.
fn act(place: &Place, seat: &Seat, command: Command) -> Cid {
    let done = Rc::new(RefCell::new(None));
    let (node, told) = (seat.node.clone(), done.clone());
    place.spawn(Box::pin(async move { *told.borrow_mut() = Some(node.act(command.into()).await) }));
    spread(place, &[seat], || done.borrow().is_some());
    done.take().expect("done").expect("it may be done")
}

fn make(place: &Place, seat: &Seat) -> Cid {
    act(place, seat, Command::Make { text: "the venue".into(), due: None, from: None })
}

#[test]
fn a_promise_that_storage_refuses_is_a_draft_again_and_goes_out_once() {
    let (place, seat) = founder(&mut World::new(21));
    seat.disk.set_fault(Some(Fault::Full(seat.disk.ended(), 1_000)));
    let written = |seat: &Seat| seat.node.desk().draft(&Field::Promise).cloned();
    seat.node.set_draft(&Field::Promise, |it| {
        it.text = "the venue".into();
        it.set_field("due", "2026-12-01");
    });
    let before = written(&seat).expect("half-written");
    let deliver = |expected: Result<(), NodeError>| {
        let id = seat.node.submit(&Field::Promise, "").expect("an intent");
        assert_eq!(written(&seat), None);
        let outcome = Rc::new(RefCell::new(None));
        let (node, told) = (seat.node.clone(), outcome.clone());
        place.spawn(Box::pin(async move { *told.borrow_mut() = Some(node.deliver(id).await) }));
        spread(&place, &[&seat], || outcome.borrow().is_some());
        assert_eq!(outcome.take(), Some(expected));
    };
    deliver(Err(NodeError::Store(StoreError::Full)));
    let after = written(&seat).expect("its words are kept, and by when");
    assert_eq!((after.text, after.fields), (before.text, before.fields));
    seat.disk.set_fault(None);
    deliver(Ok(()));
    let rows: Vec<_> = seat.node.replica().fold().promises().map(|it| (it.text.clone(), it.state)).collect();
    assert_eq!(rows, [(Some("the venue".into()), PromiseState::Promised)]);
    assert!(seat.node.desk().is_empty());
}

#[test]
fn a_reason_that_is_called_back_goes_where_it_was_written_or_to_everyone_if_the_promise_is_over() {
    let (place, seat) = founder(&mut World::new(22));
    let promise = make(&place, &seat);
    let word = Field::PromiseWord(promise);
    let submit = || {
        seat.node.set_draft(&word, |it| it.text = "no venue is free".into());
        seat.node.submit(&word, "").expect("an intent")
    };
    assert_eq!(seat.node.cancel(&submit()), Some(word));
    assert_eq!(seat.node.desk().draft(&word).map(|it| it.text.clone()), Some("no venue is free".into()));
    let id = submit();
    act(&place, &seat, Command::Keep { promise, evidence: None });
    assert_eq!(seat.node.cancel(&id), Some(Field::Composer));
}

#[test]
fn what_is_promised_from_a_post_or_an_ask_has_a_field_as_long_as_that_is_there() {
    let (place, seat) = founder(&mut World::new(23));
    let post = seat.node.replica().fold().posts().next().expect("a post").cid;
    let ask = act(&place, &seat, Command::Ask { node: seat.node.me, text: "the venue".into() });
    let promise = make(&place, &seat);
    let called_back = |from: Cid| {
        let field = Field::PromiseFrom(from);
        seat.node.set_draft(&field, |it| it.text = "mine".into());
        let id = seat.node.submit(&field, "").expect("an intent");
        seat.node.cancel(&id)
    };
    assert_eq!([post, ask].map(called_back), [post, ask].map(|it| Some(Field::PromiseFrom(it))));
    assert_eq!(called_back(promise), Some(Field::Composer), "nothing is promised from a promise");
}
