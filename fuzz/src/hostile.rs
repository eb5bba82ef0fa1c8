//! Events that somebody wrote who means harm, from the same generator as everywhere: what decoders begin with besides the vectors.

use std::sync::OnceLock;

use paceline_fuzz_engine::Chance;
use paceline_room::{
    Log, Stored,
    testing::hostile::{Harm, Knobs},
};

/// Events of each log: as many as it takes to come to what it is about.
const EVENTS: usize = 40;

/// A log of one way to mean harm. All are in one room: that of the world with the seed [`paceline_room::testing::hostile::SEED`].
pub(crate) struct Hostile {
    pub(crate) blocks: Vec<Stored>,
    pub(crate) log: Log,
}

pub(crate) fn logs() -> &'static [Hostile] {
    static LOGS: OnceLock<Vec<Hostile>> = OnceLock::new();
    LOGS.get_or_init(|| {
        let log = |harm: Harm| {
            let scene = harm.log(Knobs { keys: 8, ground: 6, branches: 4 }, EVENTS);
            Hostile { blocks: scene.blocks().to_vec(), log: scene.log }
        };
        Harm::ALL.map(log).into()
    })
}

/// One of their events.
pub(crate) fn event(chance: &mut Chance) -> Option<&'static Stored> {
    let log = chance.of(logs())?;
    chance.of(&log.blocks)
}
