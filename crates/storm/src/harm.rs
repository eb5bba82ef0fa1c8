//! What members do who mean harm, and the logs that they write for it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use paceline_mesh::testing::Lie;
use paceline_room::{
    Stored,
    testing::hostile::{Harm as Log, Knobs},
};

/// A way to mean harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// Lies about what it holds and answers.
    Lies(Lie),
    /// Writes what costs others much.
    Writes(Log),
    /// Sends what no honest node would.
    Sends(Sent),
}

/// Messages that no honest node would send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sent {
    /// Others' events with another signature.
    SpoiltSignatures,
    /// Others' beacons of long ago, over and over.
    OldBeacons,
    /// Beacons of two keys that are linked with one neighbour alone, hundreds a second.
    BeaconFlood,
    /// Beacons of sixty kilobytes.
    LargeBeacons,
    /// Says that it lacks words which it has, and others what they have not.
    FalseReach,
    /// Says that it listens to newcomers.
    FalseListening,
    /// Messages over their lane's limit.
    Oversize,
    /// Messages of kinds that no build knows.
    UnknownMessages,
    /// Events of a later format, and what builds on them.
    NewerEvents,
    /// Two events in one place: one for the one half of the room, one for the other.
    TwinKey,
    /// Steps in for whoever leads and hands on to another key.
    StepsIn,
}

/// What is not written but said, with the name under which it is counted.
const SAID: &[(&str, Harm)] = &[
    ("garbage", Harm::Lies(Lie::Garbage)),
    ("false tips", Harm::Lies(Lie::FalseTips)),
    ("silence", Harm::Lies(Lie::Silent)),
    ("empty pages", Harm::Lies(Lie::EmptyPages)),
    ("trickled pages", Harm::Lies(Lie::Trickle)),
    ("links with everybody", Harm::Lies(Lie::EveryLink)),
    ("relayed flood", Harm::Lies(Lie::RelayedFlood)),
    ("slow blocks", Harm::Lies(Lie::SlowBlocks)),
    ("spoilt signatures", Harm::Sends(Sent::SpoiltSignatures)),
    ("old beacons", Harm::Sends(Sent::OldBeacons)),
    ("beacon flood", Harm::Sends(Sent::BeaconFlood)),
    ("large beacons", Harm::Sends(Sent::LargeBeacons)),
    ("false reach", Harm::Sends(Sent::FalseReach)),
    ("false listening", Harm::Sends(Sent::FalseListening)),
    ("oversize messages", Harm::Sends(Sent::Oversize)),
    ("unknown messages", Harm::Sends(Sent::UnknownMessages)),
    ("newer events", Harm::Sends(Sent::NewerEvents)),
    ("twin key", Harm::Sends(Sent::TwinKey)),
    ("step in and hand on", Harm::Sends(Sent::StepsIn)),
];

impl Harm {
    /// Every one.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
        (0..SAID.len() + Log::ALL.len()).map(Self::numbered)
    }

    /// Of all, the one of this number; numbers go round.
    pub fn numbered(number: usize) -> Self {
        let number = number % (SAID.len() + Log::ALL.len());
        match SAID.get(number) {
            Some((_, said)) => *said,
            None => Self::Writes(Log::ALL[number - SAID.len()]),
        }
    }

    /// The name under which it is counted.
    pub fn name(self) -> &'static str {
        match self {
            Self::Writes(log) => log.name(),
            said => SAID.iter().find(|(_, it)| *it == said).map_or("no harm", |(name, _)| name),
        }
    }

    /// What it has written before it comes, of about so many events; each in the room that all storms are in.
    pub fn log(self, size: usize) -> Vec<Stored> {
        static WRITTEN: Mutex<BTreeMap<(Log, usize), Vec<Stored>>> = Mutex::new(BTreeMap::new());
        let Self::Writes(log) = self else { return Vec::new() };
        let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
        let write = || log.log(Knobs::drawn(size as u64), size).blocks().to_vec();
        written.entry((log, size)).or_insert_with(write).clone()
    }
}
