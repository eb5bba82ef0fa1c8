//! What happens in a storm: steps, each of which can be left out without the others losing their sense.

use std::{collections::BTreeMap, fmt};

use paceline_fuzz_engine::Chance;

use crate::harm::Harm;

/// Who it happens to; nobody, if no step lets them join.
pub type Who = u32;

/// Somebody's page and machine, or the network between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harmless {
    /// Somebody comes into the room.
    Join(Who),
    /// Somebody does something, as a script does.
    Act(Who),
    /// Somebody writes and sends, as a person does.
    Send(Who),
    /// On this link messages are lost, late, doubled, out of order and corrupted, for so long; then it breaks and comes back.
    Noise(Who, Who, u64),
    /// This link breaks and comes back.
    Break(Who, Who),
    /// These two are not linked from now on.
    Apart(Who, Who),
    /// The room falls into two parts for so long.
    Part(u64),
    /// The machine loses power and is back after so long.
    Crash(Who, u64),
    /// The page is frozen for so long; with a word to the others, or not.
    Freeze(Who, u64, bool),
    /// The page is closed, and opened again after so long.
    Leave(Who, u64),
    /// The next so many writes find the disk full.
    Full(Who, usize),
    /// The next write fails.
    FailOnce(Who),
    /// Writes take long for so long.
    Slow(Who, u64),
    /// The wall clock is set so many hours on, or back.
    SetClock(Who, i64),
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// To people who mean no harm.
    Harmless(Harmless),
    /// Somebody comes who means harm, with a log of about so many events if that is how.
    Foe(Who, Harm, usize),
}

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When, in milliseconds since the beginning.
    pub at: u64,
    /// What.
    pub what: What,
}

/// A storm. See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// All chance comes from this.
    pub seed: u64,
    /// When quiet begins.
    pub ends: u64,
    steps: BTreeMap<usize, Step>,
}

/// How often something happens in a storm at most, and for how long at most.
struct Weather {
    name: fn(&mut Chance, Who, Who) -> Harmless,
    most: usize,
}

const WEATHER: &[Weather] = &[
    Weather { name: |chance, a, b| Harmless::Noise(a, b, 2_000 + below(chance, 12_000)), most: 6 },
    Weather { name: |_, a, b| Harmless::Break(a, b), most: 12 },
    Weather { name: |_, a, b| Harmless::Apart(a, b), most: 3 },
    Weather { name: |chance, _, _| Harmless::Part(3_000 + below(chance, 25_000)), most: 2 },
    Weather { name: |chance, who, _| Harmless::Crash(who, 100 + below(chance, 8_000)), most: 5 },
    Weather { name: |chance, who, _| Harmless::Freeze(who, 500 + below(chance, 40_000), chance.once_in(2)), most: 3 },
    Weather { name: |chance, who, _| Harmless::Leave(who, 100 + below(chance, 8_000)), most: 3 },
    Weather { name: |chance, who, _| Harmless::Full(who, 1 + chance.below(6)), most: 3 },
    Weather { name: |_, who, _| Harmless::FailOnce(who), most: 3 },
    Weather { name: |chance, who, _| Harmless::Slow(who, 2_000 + below(chance, 10_000)), most: 3 },
    Weather { name: |chance, who, _| Harmless::SetClock(who, below(chance, 12) as i64 - 6), most: 2 },
];

/// Members who mean harm, at most.
const FOES: usize = 3;
/// The first of them.
const FIRST_FOE: Who = 1_000;
/// How much they have written.
const SIZES: &[usize] = &[40, 120, 240];

fn below(chance: &mut Chance, end: usize) -> u64 {
    chance.below(end) as u64
}

impl Plan {
    /// The storm of a seed.
    pub fn of(seed: u64) -> Self {
        let chance = &mut Chance::new(seed);
        let ends = 30_000 + below(chance, 50_000);
        let (early, late) = (2 + chance.below(4) as Who, chance.below(3) as Who);
        let people = early + late;
        let mut all = Vec::new();
        let mut add = |at: u64, what: Harmless| all.push(Step { at, what: What::Harmless(what) });
        (0..early).for_each(|who| add(u64::from(who) * 10, Harmless::Join(who)));
        (early..people).for_each(|who| add(below(chance, ends as usize), Harmless::Join(who)));
        let pace = 300 + chance.below(1_200);
        let mut at = 1_000;
        while at < ends {
            let who = chance.below(people as usize) as Who;
            add(at, if chance.once_in(3) { Harmless::Send(who) } else { Harmless::Act(who) });
            at += 1 + below(chance, 2 * pace);
        }
        for weather in WEATHER {
            for _ in 0..chance.below(weather.most + 1) {
                let (a, b) = (chance.below(people as usize) as Who, chance.below(people as usize) as Who);
                let at = 500 + below(chance, ends as usize - 500);
                add(at, (weather.name)(chance, a, b));
            }
        }
        for number in 0..chance.below(FOES + 1) as Who {
            // In turns, so that each comes in as many rooms as any other, and those of one room are of different sorts.
            let harm = Harm::numbered(seed as usize + number as usize * (Harm::all().len() / FOES));
            let (at, size) = (below(chance, ends as usize * 3 / 4), *chance.of(SIZES).unwrap_or(&0));
            all.push(Step { at, what: What::Foe(FIRST_FOE + number, harm, size) });
        }
        all.sort_by_key(|step| step.at);
        Self { seed, ends, steps: all.into_iter().enumerate().collect() }
    }

    /// Its steps, by number.
    pub fn steps(&self) -> impl Iterator<Item = (usize, Step)> {
        self.steps.iter().map(|(number, step)| (*number, *step))
    }

    /// The numbers of its steps.
    pub fn kept(&self) -> impl Iterator<Item = usize> {
        self.steps.keys().copied()
    }

    /// How many steps it has.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing happens.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The same with these steps alone.
    pub fn keeping(&self, numbers: &[usize]) -> Self {
        let steps = numbers.iter().filter_map(|number| Some((*number, *self.steps.get(number)?)));
        Self { steps: steps.collect(), ..*self }
    }

    /// What makes it happen once more. `whole`: no step was left out.
    pub fn command(&self, whole: bool) -> String {
        let steps = if whole {
            String::new()
        } else {
            let numbers: Vec<String> = self.kept().map(|it| it.to_string()).collect();
            format!(" --steps {}", numbers.join(","))
        };
        format!("cargo xtask storm --seed {}{steps}", self.seed)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, Step { at, what }) in self.steps() {
            let what = match what {
                What::Harmless(what) => format!("{what:?}"),
                What::Foe(who, harm, size) => format!("{who} comes: {} of {size}", harm.name()),
            };
            writeln!(f, "  {number:>4}  {:>7.3} s  {what}", at as f64 / 1_000.0)?;
        }
        write!(f, "        {:>7.3} s  quiet", self.ends as f64 / 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_one_plan_and_its_steps_keep_their_numbers() {
        let plan = Plan::of(7);
        assert_eq!(plan, Plan::of(7));
        assert!(plan != Plan::of(8) && plan.len() > 20);
        let some = plan.keeping(&[3, 5, 100_000]);
        assert_eq!(some.kept().collect::<Vec<_>>(), [3, 5]);
        assert_eq!(some.steps().next(), plan.steps().nth(3));
        assert_eq!(some.command(false), "cargo xtask storm --seed 7 --steps 3,5");
    }
}
