//! Who is linked with whom, and what becomes of messages on the way.

use std::collections::BTreeMap;

use paceline_fuzz_engine::Chance;
use paceline_mesh::{Lane, testing::Line};

use crate::{Tally, Who};

/// Of a hundred messages on a noisy link so many are lost, so many doubled ...
const NOISE: u64 = 12;
/// How late a message may be, in milliseconds.
const LATE: usize = 3_000;

/// The link of two.
pub struct Link {
    pub line: Line,
    /// Never up until quiet.
    pub apart: bool,
    /// What it carries is spoilt until then.
    pub noisy_until: u64,
    /// Something that it carried was spoilt: who got it may have blamed who sent it.
    pub spoilt: bool,
    chance: Chance,
}

/// All links, by the two who have them.
pub struct Network {
    seed: u64,
    links: BTreeMap<(Who, Who), Link>,
    /// The room is in two parts, which follow from this.
    pub parted: Option<u64>,
}

/// A message on its way.
pub struct Arrival {
    pub at: u64,
    pub epoch: u64,
    pub bytes: Vec<u8>,
}

impl Network {
    /// Nobody is linked.
    pub fn new(seed: u64) -> Self {
        Self { seed, links: BTreeMap::new(), parted: None }
    }

    /// The link of these two.
    pub fn of(&mut self, a: Who, b: Who) -> &mut Link {
        let pair = (a.min(b), a.max(b));
        let seed = self.seed ^ (u64::from(pair.0) << 32 | u64::from(pair.1)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.links.entry(pair).or_insert_with(|| Link {
            line: Line::default(),
            apart: false,
            noisy_until: 0,
            spoilt: false,
            chance: Chance::new(seed),
        })
    }

    /// Whether these two could be linked now, as far as the network goes.
    pub fn allows(&mut self, a: Who, b: Who) -> bool {
        let part = |who: Who, salt: u64| Chance::new(salt ^ u64::from(who)).below(2);
        let together = self.parted.is_none_or(|salt| part(a, salt) == part(b, salt));
        together && !self.of(a, b).apart
    }

    /// Everybody who is linked with this one.
    pub fn linked_with(&self, who: Who) -> Vec<Who> {
        let up = self.links.iter().filter(|((a, b), link)| (*a == who || *b == who) && link.line.is_up());
        up.map(|((a, b), _)| if *a == who { *b } else { *a }).collect()
    }

    /// All pairs that are linked.
    pub fn up(&self) -> Vec<(Who, Who)> {
        self.links.iter().filter(|(_, link)| link.line.is_up()).map(|(pair, _)| *pair).collect()
    }

    /// Nothing is spoilt any more, and nobody kept apart.
    pub fn calm(&mut self) {
        self.parted = None;
        for link in self.links.values_mut() {
            (link.apart, link.noisy_until) = (false, 0);
        }
    }

    /// Sends a message: when it arrives, perhaps twice, or never.
    pub fn send(
        &mut self,
        (from, to): (Who, Who),
        lane: Lane,
        bytes: Vec<u8>,
        now: u64,
        tally: &mut Tally,
    ) -> Vec<Arrival> {
        let link = self.of(from, to);
        if !link.line.is_up() {
            return Vec::new();
        }
        let (epoch, noisy) = (link.line.epoch(), link.noisy_until > now);
        let chance = &mut link.chance;
        let base = 5 + (u64::from(from) * 31 + u64::from(to) * 17) % 60;
        let soonest = now + base + chance.below(20) as u64;
        if !noisy {
            let at = link.line.arrival(from < to, lane, bytes.len(), soonest);
            return vec![Arrival { at, epoch, bytes }];
        }
        let mut strikes = |what: &'static str| {
            let strikes = (chance.below(100) as u64) < NOISE;
            tally.add(what, u64::from(strikes));
            strikes
        };
        let [lost, late, doubled, overtaken, corrupted] =
            ["message lost", "message late", "message doubled", "message out of order", "message corrupted"]
                .map(&mut strikes);
        link.spoilt |= lost || doubled || overtaken || corrupted;
        if lost {
            return Vec::new();
        }
        let length = bytes.len();
        let mut bytes = bytes;
        let later = |chance: &mut Chance| 200 + chance.below(LATE) as u64;
        if corrupted && let Some(byte) = bytes.get_mut(chance.below(length)) {
            *byte ^= 1 << chance.below(8);
        }
        let soonest = if late { soonest + later(chance) } else { soonest };
        // What is overtaken does not hold up what comes after it.
        let at = if overtaken { soonest + later(chance) } else { link.line.arrival(from < to, lane, length, soonest) };
        let again = doubled.then(|| Arrival { at: at + later(&mut link.chance), epoch, bytes: bytes.clone() });
        std::iter::once(Arrival { at, epoch, bytes }).chain(again).collect()
    }
}
