//! Votes are counted once for a slice of events: what is shown after it is what is shown when each is folded alone.

use std::cell::Cell;

use paceline_room::{Admission, Cid, Fold, Log, fold::Folding, state::Baton};
use proptest::{prelude::*, sample::Index, test_runner::TestCaseError};

use crate::{
    properties::{fold, random_room, reorder, runner},
    sim::{Written, admit},
    support::Node,
};

/// Folds these in slices, in one, and alone while the log is ahead. How often the lead was not where it had been after the slice before.
pub fn assert_slices(room: Cid, order: &[Written], choice: &[Index]) -> Result<usize, TestCaseError> {
    let (mut alone, mut log, mut slices, mut turns) = (Node::new(room), Log::new(room), Folding::default(), 0);
    let mut before: Vec<Baton> = Vec::new();
    for (at, written) in order.iter().enumerate() {
        prop_assert!(admit(&mut alone, written));
        let (cid, event, block) = written.clone();
        match log.admit_verified(cid, event, block).expect("valid") {
            Admission::Admitted(ix) => drop(slices.take(&log, ix)),
            other => panic!("{other:?}"),
        }
        let ends = choice.get(at % choice.len().max(1)).is_none_or(|it| it.index(4) == 0);
        if ends || at + 1 == order.len() {
            slices.settle(&log);
            let now = shown(slices.settled());
            prop_assert_eq!(&now, &shown(&alone.fold), "in slices");
            turns += usize::from(now.iter().zip(&before).any(|(it, before)| it.tip != before.tip));
            before = now;
        }
    }
    let (mut whole, mut ahead) = (Folding::default(), Fold::default());
    for (ix, _) in log.entries() {
        whole.take(&log, ix);
        ahead.apply(&log, ix);
    }
    whole.settle(&log);
    for (how, fold) in [("in one", whole.settled()), ("the log ahead", &ahead)] {
        prop_assert_eq!(shown(fold), shown(&alone.fold), "{}", how);
    }
    Ok(turns)
}

fn shown(fold: &Fold) -> Vec<Baton> {
    fold.batons().map(|it| (**it).clone()).collect()
}

#[test]
fn events_folded_in_slices_mean_what_they_mean_one_by_one_and_in_whatever_order() {
    let (forks, turns) = (Cell::new(0), Cell::new(0));
    runner()
        .run(&random_room(), |(sim, choice)| {
            let order = reorder(&sim.written, &choice);
            turns.set(turns.get() + assert_slices(sim.room, &order, &choice)?);
            let whole = fold(sim.room, &order);
            let parallel = whole.fold.batons().any(|it| it.terms.iter().any(|term| term.parallel));
            forks.set(forks.get() + usize::from(parallel));
            Ok(())
        })
        .expect("the same");
    assert!(forks.get() > 30 && turns.get() > 30, "too tame: {} forks, {} turns", forks.get(), turns.get());
}
