//! What members do who mean harm, and the logs that they write for it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use paceline_mesh::testing::Lie;
use paceline_room::{Stored, testing::hostile::Scene};

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

/// A log that costs others much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Log {
    /// Many first events of one author.
    Chains,
    /// A baton that many keys take side by side, and many that two do.
    Forks,
    /// Edits that link one words block, and what takes them back.
    Edits,
    /// A baton stepped in for and reclaimed, again and again, among people who saw it all.
    Reclaims,
    /// Many keys, each with one event.
    Keys,
    /// Many events of one author.
    Flood,
    /// Posts whose words nobody ever gets.
    WithheldWords,
    /// Events that see many others at once.
    WideParents,
    /// Kinds that no build knows.
    UnknownKinds,
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

/// Every harm, with the name under which it is counted.
pub const HARMS: &[(&str, Harm)] = &[
    ("garbage", Harm::Lies(Lie::Garbage)),
    ("false tips", Harm::Lies(Lie::FalseTips)),
    ("silence", Harm::Lies(Lie::Silent)),
    ("empty pages", Harm::Lies(Lie::EmptyPages)),
    ("trickled pages", Harm::Lies(Lie::Trickle)),
    ("links with everybody", Harm::Lies(Lie::EveryLink)),
    ("relayed flood", Harm::Lies(Lie::RelayedFlood)),
    ("slow blocks", Harm::Lies(Lie::SlowBlocks)),
    ("many chains", Harm::Writes(Log::Chains)),
    ("forks", Harm::Writes(Log::Forks)),
    ("edits taken back", Harm::Writes(Log::Edits)),
    ("reclaims", Harm::Writes(Log::Reclaims)),
    ("many keys", Harm::Writes(Log::Keys)),
    ("flood of events", Harm::Writes(Log::Flood)),
    ("withheld words", Harm::Writes(Log::WithheldWords)),
    ("wide parents", Harm::Writes(Log::WideParents)),
    ("unknown kinds", Harm::Writes(Log::UnknownKinds)),
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
    /// The name under which it is counted.
    pub fn name(self) -> &'static str {
        HARMS.iter().find(|(_, it)| *it == self).map_or("no harm", |(name, _)| name)
    }

    /// What it has written before it comes, of about so many events; each in the room that all storms are in.
    pub fn log(self, size: usize) -> Vec<Stored> {
        static WRITTEN: Mutex<BTreeMap<(Harm, usize), Vec<Stored>>> = Mutex::new(BTreeMap::new());
        let Self::Writes(log) = self else { return Vec::new() };
        let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
        written.entry((self, size)).or_insert_with(|| write(log, size)).clone()
    }
}

fn write(log: Log, n: usize) -> Vec<Stored> {
    let it = &mut Scene::new();
    match log {
        Log::Chains => _ = it.twins(1, n),
        Log::Forks => {
            it.takers(n / 2);
            it.forks(n / 6);
        }
        Log::Edits => {
            let post = it.post(1);
            let edits: Vec<_> = (0..n / 2).map(|_| it.edit(1, post)).collect();
            it.retract(1, post);
            edits.into_iter().for_each(|edit| _ = it.retract(1, edit));
        }
        Log::Reclaims => {
            it.people(n / 4);
            let baton = it.open(0);
            let mut tip = it.take(1, baton, baton);
            for _ in 0..n / 4 {
                let stand_in = it.step_in(2, baton, tip);
                tip = it.reclaim(1, baton, &[stand_in]);
            }
        }
        Log::Keys => it.people(n),
        Log::Flood => (0..n).for_each(|_| _ = it.post(3)),
        Log::WithheldWords => (0..n).for_each(|who| _ = it.post(4 + who % 3)),
        Log::WideParents => {
            for _ in 0..n / 40 {
                let chains = it.twins(5, 39);
                it.gather(6, chains);
            }
        }
        Log::UnknownKinds => (0..n).for_each(|who| _ = it.unknown(7 + who % 2, "later")),
    }
    it.blocks().to_vec()
}
