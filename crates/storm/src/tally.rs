//! What happened in storms, counted; and what must not have.

use std::{collections::BTreeMap, fmt, ops::AddAssign};

/// Everything that goes wrong by itself; each is counted when it did.
pub const FAULTS: &[&str] = &[
    "message lost",
    "message late",
    "message doubled",
    "message out of order",
    "message corrupted",
    "link broken",
    "kept apart",
    "room parted",
    "crash",
    "relaxed write lost in a crash",
    "write landed unheard in a crash",
    "note lost in a crash",
    "write found the disk full",
    "write failed once",
    "slow write",
    "clock hours off",
    "clock set",
    "late joiner",
    "page frozen",
    "page frozen unnoticed",
    "page left and opened again",
];

/// What happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rooms that came to their end.
    pub rooms: u64,
    /// Events in them.
    pub events: u64,
    /// Virtual time, in milliseconds.
    pub millis: u64,
    /// How often each thing happened.
    pub counts: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// It happened so often.
    pub fn add(&mut self, what: &'static str, times: u64) {
        if times > 0 {
            *self.counts.entry(what).or_default() += times;
        }
    }

    /// How often it happened.
    pub fn of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    /// How often anything of this list happened.
    pub fn sum(&self, list: &[&str]) -> u64 {
        list.iter().map(|it| self.of(it)).sum()
    }
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.rooms += other.rooms;
        self.events += other.events;
        self.millis += other.millis;
        other.counts.iter().for_each(|(what, times)| self.add(what, *times));
    }
}

/// A law that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub law: &'static str,
    /// How, and where.
    pub how: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.law, self.how)
    }
}
