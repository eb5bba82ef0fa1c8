//! Signatures in batches: the same verdicts as one by one. The page's tests go through the same cases.

mod batches;

use paceline_room::batch::{Batch, Batcher, Verdict};
use proptest::prelude::*;

#[test]
fn every_known_edge_case_gets_its_one_verdict_in_any_batch() {
    batches::every_known_edge_case_gets_its_one_verdict_in_any_batch();
}

#[test]
fn a_batch_of_honest_signatures_is_one_multiplication() {
    batches::a_batch_of_honest_signatures_is_one_multiplication();
}

#[test]
fn faults_that_cancel_each_other_do_not_pass() {
    batches::faults_that_cancel_each_other_do_not_pass();
}

#[test]
fn those_that_spoil_are_found_and_named() {
    batches::those_that_spoil_are_found_and_named();
}

#[test]
fn nothing_gets_no_verdict() {
    let batch = Batch::default();
    assert!(batch.is_empty() && Batcher::new([0; 32]).check(&batch).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn exactly_those_that_were_spoilt_are_refused(
        count in 1..300_usize, spoilt in proptest::collection::btree_map(0..300_usize, (0..64_usize, 1..=255_u8), 0..40),
    ) {
        let mut all = batches::honest(count);
        let spoilt: Vec<_> = spoilt.into_iter().filter(|(at, _)| *at < count).collect();
        for (at, (byte, flip)) in &spoilt {
            all[*at].signature[*byte] ^= flip;
        }
        let bad = |(at, it): (usize, Verdict)| (it != Verdict::Good).then_some(at);
        let (verdicts, counts) = batches::together(&all);
        let refused: Vec<usize> = verdicts.into_iter().enumerate().filter_map(bad).collect();
        prop_assert_eq!(refused, spoilt.iter().map(|(at, _)| *at).collect::<Vec<_>>());
        prop_assert_eq!(counts.all(), count as u64);
        prop_assert_eq!(batches::assert_as_alone(&all, "spoilt at random"), spoilt.len());
    }
}
