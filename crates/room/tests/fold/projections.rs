//! All that is told of a room follows from the set of its events: whatever their order, and at every step as if all had just come.

use std::{cell::RefCell, collections::BTreeMap};

use paceline_room::{minutes::minutes, suggest::runs_next};
use proptest::{prelude::*, sample::Index};

use crate::{
    judging::{acts, room},
    properties::{fold, masked, reorder, runner},
    sim::{Written, admit},
    support::Node,
};

/// Everything that can be asked of a room about what people did together, by what it is.
fn told(node: &Node) -> Vec<(&'static str, String)> {
    let Node { log, fold } = node;
    let lists = fold.rounds();
    let mut all = vec![
        ("state", masked(node).to_string()),
        ("people", format!("{:?}", fold.people().collect::<Vec<_>>())),
        ("joined", format!("{:?}", fold.joined())),
        ("batons", format!("{:?}", fold.batons().collect::<Vec<_>>())),
        ("promises", format!("{:?}", fold.lists().promises)),
        ("meetings", format!("{:?}", fold.meetings())),
        ("the meeting now", format!("{:?}", fold.meeting_now(log))),
        ("rounds", format!("{lists:?}")),
    ];
    for it in fold.meetings().all.iter() {
        // Which posts came late is each node's own.
        let minutes = format!("{:?}", minutes(fold, log, &it.cid)).replace("late: true", "late: false");
        all.push(("minutes", minutes));
        all.push(("who runs the next one", format!("{:?}", runs_next(fold, log, &it.cid, &[]))));
        all.push(("steps apart", format!("{:?}", fold.steps_apart(log, &it.cid))));
    }
    for it in lists.all.iter() {
        all.push(("sheet", format!("{:?}", lists.sheet(it))));
        all.push(("groups", format!("{:?}", lists.groups(it, None))));
        all.push(("shares", format!("{:?}", fold.left_to(log, &it.cid, it.author))));
    }
    all
}

/// By depth and name, as an import has them.
fn in_order(written: &[Written]) -> Vec<Written> {
    let mut all = written.to_vec();
    all.sort_by_key(|it| (it.1.depth, it.0));
    all
}

#[test]
fn all_that_is_told_of_a_room_is_the_same_in_any_order_and_at_every_step_as_from_scratch() {
    let (asked, seen) = (RefCell::default(), RefCell::new(BTreeMap::<&str, usize>::new()));
    let strategy = (acts(), prop::collection::vec(any::<Index>(), 40));
    runner()
        .run(&strategy, |(acts, choice)| {
            let sim = room(&acts, &asked);
            let order = reorder(&sim.written, &choice);
            let mut node = Node::new(sim.room);
            for (at, written) in (1..).zip(&order) {
                admit(&mut node, written);
                if at % (order.len() / 3 + 1) != 0 && at != order.len() {
                    continue;
                }
                let (step, scratch) = (told(&node), told(&fold(sim.room, &in_order(&order[..at]))));
                for (step, scratch) in step.iter().zip(&scratch) {
                    prop_assert_eq!(step, scratch, "after {} of {}", at, order.len());
                    *seen.borrow_mut().entry(step.0).or_default() += 1;
                }
                prop_assert_eq!(step.len(), scratch.len());
            }
            Ok(())
        })
        .expect("the same is told");
    let seen = seen.into_inner();
    assert!(seen.len() == 14 && seen.values().all(|it| *it > 100), "too tame: {seen:?}");
}
