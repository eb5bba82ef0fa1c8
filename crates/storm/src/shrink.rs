//! The fewest steps of a plan that still break the same law: what a failure does not need is left out.

use paceline_fuzz_engine::leave_out;

use crate::{Broken, Plan, Planted, Tally, run};

/// How many runs it may take.
const RUNS: usize = 400;

/// A plan that was made small.
#[derive(Debug, Clone)]
pub struct Shrunk {
    /// What is left of it.
    pub plan: Plan,
    /// What it breaks.
    pub broken: Broken,
    /// How many runs that took.
    pub runs: usize,
}

/// Leaves out steps as long as the same law breaks.
pub fn shrink(plan: &Plan, broken: Broken, planted: Option<Planted>) -> Shrunk {
    let (mut runs, mut last) = (0, broken);
    let steps = leave_out(plan.kept().collect(), |steps: &[usize]| {
        if runs == RUNS {
            return false;
        }
        runs += 1;
        match run(&plan.keeping(steps), planted, &mut Tally::default()) {
            Err(again) if again.law == last.law => {
                last = again;
                true
            }
            _ => false,
        }
    });
    Shrunk { plan: plan.keeping(&steps), broken: last, runs }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What it takes to see that a disk loses strict writes: somebody who comes, writes, and loses power.
    const LEAST: usize = 3;

    #[test]
    fn what_a_failure_does_not_need_is_left_out_and_what_is_left_fails_each_time_alike() {
        let planted = Some(Planted::LosesStrictWrites);
        let failing = (1..50).find_map(|seed| {
            let plan = Plan::of(seed);
            run(&plan, planted, &mut Tally::default()).err().map(|broken| (plan, broken))
        });
        let (plan, broken) = failing.expect("one of them crashes");
        assert_eq!(run(&plan, None, &mut Tally::default()), Ok(()), "the storm itself is none too many");
        let small = shrink(&plan, broken.clone(), planted);
        assert_eq!((small.broken.law, small.plan.len()), (broken.law, LEAST), "{}", small.plan);
        for _ in 0..2 {
            assert_eq!(run(&small.plan, planted, &mut Tally::default()), Err(small.broken.clone()));
        }
        assert_eq!(run(&small.plan, None, &mut Tally::default()), Ok(()));
    }

    #[test]
    fn one_seed_is_one_run() {
        let counted = || {
            let mut tally = Tally::default();
            (run(&Plan::of(11), None, &mut tally), tally)
        };
        assert_eq!(counted(), counted());
    }
}
