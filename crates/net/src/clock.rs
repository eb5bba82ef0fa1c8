//! What time it is, where this machine's own clock is wrong: relays refuse what was written too long ago, and whoever takes another
//! day for today looks for the others under another topic. The log knows nothing of this: there `at` is what its author's clock says.
//!
//! | who says | how | believed |
//! | --- | --- | --- |
//! | the page's own host | the `Date` of an answer that no cache gave: from when to when it can have been | at once; until two relays refuse what is written by it |
//! | other members | when they wrote what comes through a relay, and when it came | the middle one of all, this machine's own clock among them |
//! | a relay that refuses | in words, at times with the time itself | that the clock is wrong; the time as one voice among the others' |
//!
//! So one liar moves the clock of nobody whose host answers, nor of anybody who hears several; and whoever can make a host lie can
//! replace the page. Between two such readings time never goes back. [`Reckoning`] is pure; [`Clock`] reads this machine's.

use std::{cell::RefCell, collections::VecDeque, fmt, rc::Rc};

use paceline_mesh::replica::Millis;
use paceline_room::NodeId;
use web_time::{Instant, SystemTime};

/// What others said of the time, at most; the oldest goes first.
const MAX_HEARD: usize = 64;
/// So many relays refuse what was written by the host's time before it is doubted: one may be wrong itself.
const REFUSALS_AGAINST_HOST: usize = 2;
/// A smaller correction is none: readings differ by as much, and nothing depends on it. In milliseconds.
const STEP: i64 = 2_000;
/// The wall clock and the page's own may differ by that much between two looks; more, and the machine slept or was set.
const JUMP: i64 = 5_000;
/// No clock is that wrong: a hundred years, in milliseconds.
const FARTHEST: i64 = 100 * 365 * 86_400_000;

/// What somebody said, as what is to be added to this machine's clock.
#[derive(Debug)]
struct Heard {
    /// Nobody: the relay itself.
    author: Option<NodeId>,
    relay: usize,
    offset: i64,
}

/// The last time that was told.
#[derive(Debug, Clone, Copy)]
struct Sample {
    pulse: Millis,
    wall: i64,
    time: i64,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Reckoning {
    used: i64,
    host: Option<i64>,
    /// Relays refuse what is written by the host's time.
    host_refuted: bool,
    /// ... and by this machine's.
    own_refuted: bool,
    refused_by: Vec<usize>,
    heard: VecDeque<Heard>,
    told: Option<Sample>,
    wanted: bool,
}

impl Reckoning {
    /// The time, from a clock that only ever goes on and the machine's wall clock. Goes on, too, unless there was a reading since.
    pub(crate) fn time(&mut self, pulse: Millis, wall: i64) -> i64 {
        if let Some(told) = self.told {
            let passed = i64::try_from(pulse.saturating_sub(told.pulse)).unwrap_or(i64::MAX);
            let jump = wall.saturating_sub(told.wall).saturating_sub(passed);
            if jump.saturating_abs() > JUMP {
                // Set forward, or asleep: then it is right as before. Set back: what was known goes on, what was only believed does not.
                if jump < 0 && self.is_informed() {
                    self.used = self.used.saturating_sub(jump);
                    self.host = self.host.map(|it| it.saturating_sub(jump));
                } else if jump < 0 {
                    self.told = None;
                }
                self.doubt();
            }
        }
        let time = wall.saturating_add(self.used);
        let time = self.told.map_or(time, |told| time.max(told.time));
        self.told = Some(Sample { pulse, wall, time });
        time
    }

    fn is_informed(&self) -> bool {
        self.host.is_some() || self.used != 0
    }

    /// What was said no longer counts for a clock that was set: the host is to be asked again.
    fn doubt(&mut self) {
        self.heard.clear();
        self.refused_by.clear();
        (self.host_refuted, self.own_refuted) = (false, false);
        self.wanted = true;
    }

    /// The host says that it was between these, when this machine's clock said zero. Says whether another time counts now.
    pub(crate) fn host_said(&mut self, earliest: i64, latest: i64) -> bool {
        if earliest > latest || latest < -FARTHEST || earliest > FARTHEST {
            return false;
        }
        let said = 0_i64.clamp(earliest, latest);
        if self.host.is_none_or(|before| before.abs_diff(said) >= STEP.unsigned_abs()) {
            self.host_refuted = false;
            self.refused_by.clear();
        }
        self.host = Some(said);
        self.settle()
    }

    /// Somebody wrote something, and it came at once. Says whether another time counts now.
    fn heard(&mut self, author: Option<NodeId>, relay: usize, offset: i64) -> bool {
        if offset.saturating_abs() > FARTHEST {
            return false;
        }
        self.heard.retain(|it| (it.author, it.relay) != (author, relay));
        if self.heard.len() >= MAX_HEARD {
            self.heard.pop_front();
        }
        self.heard.push_back(Heard { author, relay, offset });
        self.settle()
    }

    /// That author, or the relay itself, says that it was `said` when this node took it for `thought` (Unix milliseconds). Says
    /// whether another time counts now.
    pub(crate) fn said(&mut self, author: Option<NodeId>, relay: usize, said: u64, thought: u64) -> bool {
        let signed = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
        self.heard(author, relay, signed(said).saturating_sub(signed(thought)).saturating_add(self.used))
    }

    /// A relay does not take what was written by the time that counts. Says whether another one counts now.
    pub(crate) fn refused(&mut self, relay: usize) -> bool {
        if !self.refused_by.contains(&relay) {
            self.refused_by.push(relay);
            self.wanted = true;
        }
        if self.trusted_host().is_some() {
            self.host_refuted = self.refused_by.len() >= REFUSALS_AGAINST_HOST;
        } else {
            self.own_refuted |= self.used == 0;
        }
        self.settle()
    }

    fn settle(&mut self) -> bool {
        let Some(judged) = self.judge().filter(|it| it.abs_diff(self.used) >= STEP.unsigned_abs()) else {
            return false;
        };
        self.used = judged;
        self.told = None;
        self.refused_by.clear();
        true
    }

    fn trusted_host(&self) -> Option<i64> {
        self.host.filter(|_| !self.host_refuted)
    }

    /// What is to be added to this machine's clock, by all that was said; nothing: as before.
    fn judge(&self) -> Option<i64> {
        if let Some(host) = self.trusted_host() {
            return Some(host);
        }
        let mut voices: Vec<i64> = self.heard.iter().map(|it| it.offset).collect();
        if !self.own_refuted {
            voices.push(0);
        }
        paceline_room::sorted::short_list(&mut voices, |it| *it);
        // Of the two in the middle the one that changes less.
        let upper = voices.get(voices.len() / 2).copied();
        let lower = voices.get(voices.len().saturating_sub(1) / 2).copied();
        upper.into_iter().chain(lower).min_by_key(|it| it.saturating_abs())
    }
}

/// The time as far as it is known. Clones are the same clock; it outlives a node's connections.
#[derive(Clone)]
pub struct Clock(Rc<RefCell<Reckoning>>, Instant);

impl Default for Clock {
    fn default() -> Self {
        Self(Rc::default(), Instant::now())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("offset", &self.offset()).finish_non_exhaustive()
    }
}

impl Clock {
    /// Unix milliseconds.
    pub fn time(&self) -> u64 {
        let pulse = u64::try_from(self.1.elapsed().as_millis()).unwrap_or(u64::MAX);
        let time = self.0.borrow_mut().time(pulse, own());
        u64::try_from(time).unwrap_or_default()
    }

    /// What is to be added to this machine's clock, in milliseconds.
    pub fn offset(&self) -> i64 {
        self.0.borrow().used
    }

    /// The page's host says that it was between `earliest` and `latest` (Unix milliseconds), some time between when it was asked
    /// and when it answered, by this machine's clock. Says whether another time counts now: then tell [`crate::Net::time_learned`].
    pub fn host_said(&self, (earliest, latest): (i64, i64), (asked, answered): (i64, i64)) -> bool {
        self.0.borrow_mut().host_said(earliest.saturating_sub(answered), latest.saturating_sub(asked))
    }

    /// Whether the page's host should be asked for the time. Asks once.
    pub(crate) fn wants_host(&self) -> bool {
        std::mem::take(&mut self.0.borrow_mut().wanted)
    }

    /// What is known of relays counts no longer: they are others now.
    pub(crate) fn forget_relays(&self) {
        let mut reckoning = self.0.borrow_mut();
        reckoning.heard.clear();
        reckoning.refused_by.clear();
    }

    /// That author, or the relay itself, says that it was `said` (Unix milliseconds) when this node took it for `thought`. Says
    /// whether another time counts now.
    pub(crate) fn heard(&self, author: Option<NodeId>, relay: usize, said: u64, thought: u64) -> bool {
        self.0.borrow_mut().said(author, relay, said, thought)
    }

    /// That relay does not take what was written by this clock. Says whether another time counts now.
    pub(crate) fn refused(&self, relay: usize) -> bool {
        self.0.borrow_mut().refused(relay)
    }
}

/// This machine's wall clock.
fn own() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const DAY: i64 = 86_400_000;
    const START: i64 = 20_000 * DAY;

    fn author(n: u8) -> Option<NodeId> {
        Some(NodeId::from_bytes([n; 32]))
    }

    #[test]
    fn without_a_word_from_anybody_it_is_what_this_machine_says() {
        let mut clock = Reckoning::default();
        assert_eq!(clock.time(0, START), START);
        assert_eq!(clock.time(1_000, START + 1_000), START + 1_000);
    }

    #[test]
    fn the_host_is_believed_at_once_and_a_clock_within_what_it_says_is_right() {
        let mut clock = Reckoning::default();
        assert!(clock.host_said(2 * MINUTE - 900, 2 * MINUTE + 400));
        assert_eq!(clock.time(0, START), START + 2 * MINUTE - 900);
        assert!(!clock.host_said(2 * MINUTE - 500, 2 * MINUTE + 700), "the same again");
        assert!(clock.host_said(-800, 300));
        assert_eq!(clock.used, 0);
        // A cache of ten minutes: whoever is within them may be right.
        assert!(!clock.host_said(-9 * MINUTE, MINUTE));
        assert!(clock.host_said(-DAY - 10 * MINUTE, -DAY), "but not who is a day off");
        assert_eq!(clock.used, -DAY);
    }

    #[test]
    fn what_cannot_be_a_time_is_not_heard() {
        let mut clock = Reckoning::default();
        assert!(!clock.host_said(1, -1));
        assert!(!clock.host_said(FARTHEST + 1, i64::MAX) && !clock.host_said(i64::MIN, -FARTHEST - 1));
        assert!(!clock.refused(0));
        assert!(!clock.heard(author(1), 0, i64::MAX) && !clock.heard(author(1), 0, i64::MIN));
        assert!(clock.heard.is_empty() && clock.used == 0);
    }

    #[test]
    fn one_liar_moves_nobody_whose_host_answers() {
        let mut clock = Reckoning::default();
        clock.host_said(-500, 500);
        for relay in 0..5 {
            assert!(!clock.heard(author(9), relay, 40 * DAY));
        }
        assert!(!clock.refused(0), "nor does a relay that is wrong itself");
        assert_eq!(clock.used, 0);
    }

    #[test]
    fn one_liar_among_several_moves_nobody_far() {
        for refused in [false, true] {
            let mut clock = Reckoning::default();
            clock.heard(author(1), 0, 400);
            clock.heard(author(2), 0, 900);
            clock.heard(author(3), 0, 100);
            if refused {
                clock.refused(0);
            }
            clock.heard(author(9), 0, 40 * DAY);
            assert!(clock.used.abs() <= 900, "{}", clock.used);
        }
    }

    #[test]
    fn several_who_agree_are_believed_and_one_alone_only_when_a_relay_refuses() {
        let mut clock = Reckoning::default();
        assert!(!clock.heard(author(1), 0, 2 * MINUTE), "it may be that one who is wrong");
        assert!(clock.heard(author(2), 0, 2 * MINUTE + 300));
        assert_eq!(clock.used, 2 * MINUTE);
        let mut clock = Reckoning::default();
        clock.heard(author(1), 0, 2 * MINUTE);
        assert!(clock.refused(0));
        assert_eq!(clock.used, 2 * MINUTE);
        assert!(!clock.heard(author(1), 0, 2 * MINUTE + 100), "and that stays");
    }

    #[test]
    fn a_host_whose_time_two_relays_refuse_is_doubted_until_it_says_something_else() {
        let mut clock = Reckoning::default();
        clock.host_said(3 * DAY, 3 * DAY + 500);
        clock.heard(author(1), 0, -2_700);
        clock.heard(author(2), 0, -2_900);
        assert!(!clock.refused(0) && !clock.refused(0), "one relay may be wrong");
        assert!(clock.refused(1));
        assert_eq!(clock.used, -2_700);
        assert!(!clock.host_said(3 * DAY + 200, 3 * DAY + 900), "it says the same");
        assert!(clock.host_said(5 * MINUTE, 5 * MINUTE + 900));
        assert_eq!(clock.used, 5 * MINUTE);
    }

    #[test]
    fn where_the_host_is_refuted_and_nobody_says_anything_this_machines_clock_counts_again() {
        let mut clock = Reckoning::default();
        clock.host_said(3 * DAY, 3 * DAY + 500);
        clock.refused(0);
        assert!(clock.refused(1));
        assert_eq!(clock.used, 0);
        assert!(
            !clock.refused(0) && !clock.refused(1),
            "and if it is wrong as well, it stays until somebody knows better"
        );
        assert!(clock.heard(author(1), 0, -DAY));
        assert_eq!(clock.used, -DAY);
    }

    #[test]
    fn a_time_that_a_relay_names_counts_as_one_voice() {
        let mut clock = Reckoning::default();
        clock.heard(None, 3, 2 * MINUTE);
        assert_eq!(clock.used, 0);
        clock.refused(3);
        assert_eq!(clock.used, 2 * MINUTE);
    }

    #[test]
    fn between_readings_time_never_goes_back() {
        let mut clock = Reckoning::default();
        clock.host_said(MINUTE, MINUTE + 500);
        let mut before = clock.time(0, START);
        // Slewed, set back by an hour, slewed again.
        for (pulse, wall) in [(1_000, 900), (2_000, 1_500), (3_000, 2_500 - 60 * MINUTE), (4_000, 3_500 - 60 * MINUTE)]
        {
            let time = clock.time(pulse, START + wall);
            assert!(time >= before && time <= START + MINUTE + 5_000, "{pulse}: {}", time - START);
            before = time;
        }
        assert!(clock.wanted, "and the host is asked again");
        // A reading may set it back.
        assert!(clock.host_said(0, 500));
        assert!(clock.time(5_000, START + 4_500 - 60 * MINUTE) < before);
    }

    #[test]
    fn a_machine_that_slept_is_right_and_one_that_is_set_without_knowing_anything_is_followed() {
        let mut clock = Reckoning::default();
        clock.host_said(MINUTE, MINUTE + 500);
        clock.time(0, START);
        assert_eq!(clock.time(1_000, START + 8 * 60 * MINUTE), START + 8 * 60 * MINUTE + MINUTE);
        assert!(clock.wanted);
        let mut clock = Reckoning::default();
        clock.time(0, START);
        assert_eq!(clock.time(1_000, START - DAY), START - DAY);
    }

    #[test]
    fn what_is_remembered_of_others_is_bounded_and_each_counts_once_a_relay() {
        let mut clock = Reckoning::default();
        for n in 0..200 {
            clock.heard(author(n), 0, 100);
            clock.heard(author(n), 0, 200);
        }
        assert_eq!(clock.heard.len(), MAX_HEARD);
        assert!(clock.heard.iter().all(|it| it.offset == 200));
    }
}
