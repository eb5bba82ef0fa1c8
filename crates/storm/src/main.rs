//! Runs storms; `cargo xtask storm` calls it.
//!
//! ```text
//! --seeds N       so many, the same ones on every machine
//! --minutes N     as many as fit
//! --from N        the first seed
//! --seed N        one alone, and every step of it
//! --steps A,B,..  of that one these steps alone
//! ```
//!
//! As cargo's tests are told, and so counted: a test for each thing that goes wrong, which must have happened, and one for the rooms.

#![forbid(unsafe_code)]

use std::{
    env,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use paceline_storm::{Broken, FAULTS, Harm, Plan, Tally, run, shrink};

/// Rooms that every test run goes through.
const SEEDS: u64 = 100;
/// After so many failures no further storm begins.
const ENOUGH: usize = 3;

#[derive(Debug, Default)]
struct Options {
    seeds: Option<u64>,
    minutes: Option<u64>,
    from: u64,
    seed: Option<u64>,
    steps: Option<Vec<usize>>,
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let passed = match options.seed {
        Some(seed) => replay(seed, options.steps.as_deref()),
        None => run_all(&options),
    };
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn options() -> Result<Options, String> {
    let mut options = Options { from: 1, ..Options::default() };
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{argument} needs something after it"))?;
        let number = |text: &str| text.parse::<u64>().map_err(|_| format!("{text} is no number"));
        match argument.as_str() {
            "--seeds" => options.seeds = Some(number(&value)?),
            "--minutes" => options.minutes = Some(number(&value)?),
            "--from" => options.from = number(&value)?,
            "--seed" => options.seed = Some(number(&value)?),
            "--steps" => {
                let steps: Result<Vec<_>, _> = value.split(',').map(|it| number(it).map(|it| it as usize)).collect();
                options.steps = Some(steps?);
            }
            other => return Err(format!("{other} is not known here")),
        }
    }
    Ok(options)
}

/// One storm, told step by step.
fn replay(seed: u64, steps: Option<&[usize]>) -> bool {
    let plan = Plan::of(seed);
    let plan = steps.map_or_else(|| plan.clone(), |steps| plan.keeping(steps));
    println!("{plan}");
    let mut tally = Tally::default();
    let outcome = run(&plan, None, &mut tally);
    for (what, times) in &tally.counts {
        println!("  {times:>6}  {what}");
    }
    match outcome {
        Ok(()) => println!("all laws held: {} events, {:.1} s", tally.events, tally.millis as f64 / 1_000.0),
        Err(broken) => {
            println!("{broken}");
            return false;
        }
    }
    true
}

fn run_all(options: &Options) -> bool {
    let until = options.minutes.map(|it| Instant::now() + Duration::from_secs(it * 60));
    let last = options.from + options.seeds.unwrap_or(SEEDS);
    let (next, sum, failures) = (AtomicU64::new(options.from), Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    println!("     Running storms from seed {} (paceline_storm)\n", options.from);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let over = until.map_or(seed >= last, |until| Instant::now() >= until);
            if over || failures.lock().unwrap_or_else(PoisonError::into_inner).len() >= ENOUGH {
                return;
            }
            let mut tally = Tally::default();
            let outcome = run(&Plan::of(seed), None, &mut tally);
            *sum.lock().unwrap_or_else(PoisonError::into_inner) += &tally;
            if let Err(broken) = outcome {
                failures.lock().unwrap_or_else(PoisonError::into_inner).push((seed, broken));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, Into::into) {
            scope.spawn(work);
        }
    });
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    failures.sort_by_key(|(seed, _)| *seed);
    report(&sum, failures)
}

fn report(sum: &Tally, failures: Vec<(u64, Broken)>) -> bool {
    let failed_seeds = failures.len();
    let (mut passed, mut failed) = (0, 0);
    let mut test = |name: &str, told: &str, ok: bool| {
        println!("test {name} ... {} ({told})", if ok { "ok" } else { "FAILED" });
        if ok { passed += 1 } else { failed += 1 }
    };
    for what in FAULTS {
        test(what, &format!("{} times", sum.of(what)), sum.of(what) > 0);
    }
    for what in Harm::all().map(Harm::name) {
        test(what, &format!("{} times", sum.of(what)), sum.of(what) > 0);
    }
    for what in ["hostile member dropped", "hostile member back under a new key", "listened again"] {
        test(what, &format!("{} times", sum.of(what)), sum.of(what) > 0);
    }
    test("rooms", &format!("{} of {}", sum.rooms, sum.rooms + failed_seeds as u64), failed_seeds == 0);
    for (seed, broken) in failures {
        let plan = Plan::of(seed);
        println!("\n---- seed {seed} ----\n{broken}\n{}", plan.command(true));
        let small = shrink(&plan, broken, None);
        println!(
            "{} of {} steps are enough, after {} runs: {}",
            small.plan.len(),
            plan.len(),
            small.runs,
            small.broken
        );
        println!("{}\n{}", small.plan, small.plan.command(false));
    }
    println!(
        "storms: {} rooms, {} events, {} faults, {} hostile acts, {:.1} virtual hours, {failed_seeds} failures",
        sum.rooms,
        sum.events,
        sum.sum(FAULTS),
        Harm::all().map(|it| sum.of(it.name())).sum::<u64>(),
        sum.millis as f64 / 3_600_000.0,
    );
    println!(
        "\ntest result: {}. {passed} passed; {failed} failed; 0 ignored",
        if failed == 0 { "ok" } else { "FAILED" }
    );
    failed == 0
}
