//! Which nodes of a group listen where newcomers call (servers that many rooms share), and which may rest, since the room
//! introduces whoever comes to all the others.
//!
//! A node rests while [`LISTENERS`] neighbours with smaller ids say in their beacons that they listen. So in a full mesh the two
//! smallest of those that reach a server listen; in any connected group at least one does; and nobody rests on the word of a
//! node it is not linked with. Whoever rests and sees a listener go takes over in the order of ids, so that one wakes and not all.
//!
//! What a beacon says may be a lie. So whoever rests *glances* now and then, at random: for [`GLANCE`] it listens all the same,
//! which its beacons do not say.

use crate::time::Millis;

/// Listeners of a group: one and one to spare.
pub const LISTENERS: usize = 2;
/// How long there must be enough of them before a node rests: groups that just met change their minds.
pub const REST_AFTER: Millis = 2_000;
/// A resting node waits so long for each neighbour with a smaller id that could take over first. Guess: what it takes to open a
/// connection to a server and to say so.
pub const WAKE_STEP: Millis = 2_000;
/// The longest such wait.
pub const WAKE_MOST: Millis = 30_000;
/// Of all that rest in a group, one glances so often, on average: if those who listen do not (or say so falsely), who comes is found
/// all the same, later.
pub const GLANCE_EVERY: Millis = 30_000;
/// The longest between two glances of one node, on average.
pub const GLANCE_MOST: Millis = 3_600_000;
/// How long a glance is. Guess: what it takes to connect to a server, to say hello, and to be answered.
pub const GLANCE: Millis = 10_000;

/// Of the neighbours with smaller ids: how many there are, and how many say that they listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Smaller {
    /// All.
    pub all: usize,
    /// Those that listen.
    pub listening: usize,
}

/// Whether this node listens. See the module.
///
/// | from | to | when |
/// | --- | --- | --- |
/// | awake | resting | enough neighbours have listened for [`REST_AFTER`] |
/// | resting, glancing | awake | too few have, for as long as those before it may take |
/// | resting | glancing | its turn has come, by chance |
/// | glancing | resting | [`GLANCE`] is over |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Awake,
    Resting { glance_at: Millis },
    Glancing { until: Millis },
}

impl Standing {
    /// Whether the table above has a line for it.
    const fn may_become(self, to: Self) -> bool {
        match (self, to) {
            (Self::Awake | Self::Glancing { .. }, Self::Resting { .. }) => true,
            (Self::Resting { .. } | Self::Glancing { .. }, Self::Awake) => true,
            (Self::Resting { .. }, Self::Glancing { .. }) => true,
            (Self::Awake | Self::Resting { .. } | Self::Glancing { .. }, _) => false,
        }
    }
}

/// A node's part in listening to newcomers.
#[derive(Debug)]
pub struct Listening {
    standing: Standing,
    /// When the node changes its mind, if nothing else changes.
    due: Option<Millis>,
    /// Differs from node to node, so that they do not glance together.
    seed: u64,
}

impl Listening {
    /// Awake; `seed` differs from node to node.
    pub fn new(seed: u64) -> Self {
        Self { standing: Standing::Awake, due: None, seed }
    }

    fn set(&mut self, to: Standing) {
        debug_assert!(self.standing.may_become(to), "{:?} -> {to:?}", self.standing);
        self.standing = to;
    }

    /// Whether it leaves listening to others, but for a glance now and then.
    pub fn is_resting(&self) -> bool {
        self.standing != Standing::Awake
    }

    /// When to look again.
    pub fn next_wake(&self) -> Option<Millis> {
        let glance = match self.standing {
            Standing::Awake => None,
            Standing::Resting { glance_at } => Some(glance_at),
            Standing::Glancing { until } => Some(until),
        };
        glance.into_iter().chain(self.due).min()
    }

    /// Looks around, among so many neighbours; tells if the node goes to rest or wakes.
    pub fn look(&mut self, smaller: Smaller, neighbours: usize, now: Millis) -> Option<bool> {
        let enough = smaller.listening >= LISTENERS;
        if enough == self.is_resting() {
            self.due = None;
            return self.glance(neighbours, now);
        }
        let before_me = (smaller.all - smaller.listening) as u64;
        let wait = if enough { REST_AFTER } else { (WAKE_STEP * before_me).min(WAKE_MOST) };
        if *self.due.get_or_insert(now + wait) > now {
            return self.glance(neighbours, now);
        }
        let before = self.standing;
        self.due = None;
        let standing = if enough { self.resting(neighbours, now) } else { Standing::Awake };
        self.set(standing);
        // Who glances is awake already.
        (!matches!(before, Standing::Glancing { .. })).then_some(enough)
    }

    fn glance(&mut self, neighbours: usize, now: Millis) -> Option<bool> {
        match self.standing {
            Standing::Resting { glance_at } if glance_at <= now => {
                self.set(Standing::Glancing { until: now + GLANCE });
                Some(false)
            }
            Standing::Glancing { until } if until <= now => {
                let resting = self.resting(neighbours, now);
                self.set(resting);
                Some(true)
            }
            _ => None,
        }
    }

    /// At rest; the next glance comes after half to one and a half times what all neighbours share.
    fn resting(&mut self, neighbours: usize, now: Millis) -> Standing {
        let mean = GLANCE_EVERY.saturating_mul(neighbours as u64 + 1).min(GLANCE_MOST);
        self.seed = mixed(self.seed.wrapping_add(now));
        Standing::Resting { glance_at: now + mean / 2 + self.seed % mean }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): spreads what differs little.
fn mixed(seed: u64) -> u64 {
    let seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let seed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let seed = (seed ^ (seed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    seed ^ (seed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smaller(all: usize, listening: usize) -> Smaller {
        Smaller { all, listening }
    }

    fn at_rest() -> Listening {
        Listening { standing: Standing::Resting { glance_at: Millis::MAX }, due: None, seed: 0 }
    }

    impl Listening {
        fn look_at(&mut self, smaller: Smaller, now: Millis) -> Option<bool> {
            self.look(smaller, 7, now)
        }
    }

    #[test]
    fn a_node_rests_once_two_smaller_neighbours_have_listened_for_a_while() {
        let mut node = Listening::new(7);
        assert_eq!(node.look_at(smaller(5, 1), 0), None);
        assert_eq!((node.look_at(smaller(5, 2), 100), node.next_wake()), (None, Some(100 + REST_AFTER)));
        assert_eq!(node.look_at(smaller(5, 2), 99 + REST_AFTER), None);
        assert_eq!(node.look_at(smaller(5, 2), 100 + REST_AFTER), Some(true));
        assert!(node.is_resting() && node.next_wake().is_some_and(|at| at >= 100 + REST_AFTER + 4 * GLANCE_EVERY));
    }

    #[test]
    fn a_listener_that_goes_meanwhile_starts_the_wait_anew() {
        let mut node = Listening::new(7);
        node.look_at(smaller(2, 2), 0);
        assert_eq!(node.look_at(smaller(1, 1), 1_000), None);
        assert_eq!(node.look_at(smaller(2, 2), REST_AFTER), None);
        assert_eq!(node.next_wake(), Some(2 * REST_AFTER));
    }

    #[test]
    fn who_is_alone_or_first_in_line_wakes_at_once() {
        assert_eq!(at_rest().look_at(smaller(0, 0), 5), Some(false));
        assert_eq!(at_rest().look_at(smaller(1, 1), 5), Some(false));
    }

    #[test]
    fn who_is_third_in_line_sleeps_on_when_the_first_took_over() {
        let mut node = at_rest();
        assert_eq!((node.look_at(smaller(3, 1), 0), node.next_wake()), (None, Some(2 * WAKE_STEP)));
        assert_eq!((node.look_at(smaller(3, 2), 900), node.next_wake()), (None, Some(Millis::MAX)));
        assert_eq!(node.look_at(smaller(3, 1), 1_000), None, "and waits again when that one goes, too");
        assert_eq!(node.look_at(smaller(3, 1), 1_000 + 2 * WAKE_STEP), Some(false));
        let mut last = at_rest();
        last.look_at(smaller(1_000, 0), 0);
        assert_eq!(last.next_wake(), Some(WAKE_MOST));
    }
    #[test]
    fn who_rests_glances_at_random_and_goes_on_resting() {
        let (mut node, mut now, mut glances) = (Listening::new(7), 0, Vec::new());
        node.look_at(smaller(2, 2), now);
        for _ in 0..40 {
            now = node.next_wake().unwrap();
            if node.look_at(smaller(2, 2), now) == Some(false) {
                glances.push(now);
                assert!(node.is_resting(), "its beacons go on saying so");
                now += GLANCE;
                assert_eq!((node.next_wake(), node.look_at(smaller(2, 2), now)), (Some(now), Some(true)));
            }
        }
        let gaps: Vec<Millis> = glances.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps.iter().all(|gap| (4 * GLANCE_EVERY..12 * GLANCE_EVERY + 2 * GLANCE).contains(gap)), "{gaps:?}");
        assert!(gaps.windows(2).any(|pair| pair[0].abs_diff(pair[1]) > GLANCE_EVERY), "at random: {gaps:?}");
    }

    #[test]
    fn who_glances_when_a_listener_goes_stays_awake() {
        let mut node = Listening { standing: Standing::Resting { glance_at: 10 }, due: None, seed: 0 };
        assert_eq!(node.look_at(smaller(2, 2), 10), Some(false));
        assert_eq!(node.look_at(smaller(1, 1), 20), None, "it listens already");
        assert!(!node.is_resting());
    }
}
