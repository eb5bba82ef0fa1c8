//! What passes in a meeting and is never written: this node's raised hand, its wish to wait with a reveal, and how long the time still
//! runs that somebody gave. Of others it is what their beacons say (the roster has them). None of it decides anything.
//!
//! **Hands** carry tickets, 1 + the largest that was seen, and are ordered by (ticket, node): the same everywhere. A ticket is anybody's
//! to choose, so one that is far beyond all others is not followed: it stands last, and those who raise their hands later keep
//! their order before it.
//!
//! **Time.** No clock is trusted. Who saw a timer being set counts from then. Who came later takes the median of what its neighbours
//! say is left, each counted from when that came. Who saw it late (its tab had been frozen) finds that most others end earlier, and goes by
//! them. Of each neighbour only the earliest end counts of all that it has said, since messages come late and never early: so
//! nobody's end moves because others follow it.

use std::collections::VecDeque;

use paceline_room::{Body, Cid, NodeId, limits};

use crate::time::Millis;

/// A ticket that is more beyond the one before it is nobody's who only raised a hand: no meeting raises so many.
pub const HAND_STEP: u64 = 1 << 16;
/// For so long a node asks to wait: longer than a countdown to a reveal, and over before the next one.
pub const WAITS: Millis = 10_000;
/// Who saw a timer being set goes by others only if they are earlier by more than this: messages take that long.
const APART: Millis = 1_000;
/// Timers whose setting was seen: of each meeting that is shown one.
const SEEN: usize = limits::MEETINGS_AT_ONCE;

/// The time that an event gives, if it gives any.
pub fn seconds_of(body: &Body) -> Option<u64> {
    match body {
        Body::TimerSet(it) => Some(it.seconds.get()),
        Body::AgendaAt(it) => it.seconds.map(|it| it.get()),
        _ => None,
    }
}

/// What this node itself says, and what it saw.
#[derive(Debug, Default)]
pub struct Floor {
    hand: Option<u64>,
    waits: Option<(Cid, Millis)>,
    /// When timers end whose setting was seen.
    seen: VecDeque<(Cid, Millis)>,
}

impl Floor {
    /// Raises the hand, behind these, or takes it down. Returns whether that changed anything.
    pub fn raise(&mut self, up: bool, others: impl Iterator<Item = u64>) -> bool {
        let before = self.hand;
        self.hand = up.then(|| before.unwrap_or_else(|| next_ticket(others.collect())));
        self.hand != before
    }

    /// This node's ticket.
    pub fn hand(&self) -> Option<u64> {
        self.hand
    }

    /// Asks to wait with the reveal of a round.
    pub fn wait(&mut self, round: Cid, now: Millis) {
        self.waits = Some((round, now + WAITS));
    }

    /// The round whose reveal this node asks to wait with.
    pub fn waits(&self) -> Option<Cid> {
        self.waits.map(|(round, _)| round)
    }

    /// Forgets what is over. Returns whether anything was.
    pub fn expire(&mut self, now: Millis) -> bool {
        self.waits.take_if(|(_, until)| *until <= now).is_some()
    }

    /// When something is over next.
    pub fn next_wake(&self) -> Option<Millis> {
        self.waits.map(|(_, until)| until)
    }

    /// A timer was set just now.
    pub fn timer_set(&mut self, timer: Cid, seconds: u64, now: Millis) {
        if self.seen.len() >= SEEN {
            self.seen.pop_front();
        }
        self.seen.push_back((timer, now + seconds * 1_000));
    }

    /// When a timer ends, by what was seen here and what neighbours say.
    pub fn ends(&self, timer: &Cid, neighbours: impl Iterator<Item = Millis>) -> Option<Millis> {
        let seen = self.seen.iter().find(|(it, _)| it == timer).map(|(_, ends)| *ends);
        let mut all: Vec<Millis> = neighbours.chain(seen).collect();
        all.sort_unstable();
        let (early, late) = (all.len().checked_sub(1)? / 2, all.len() / 2);
        let (early, late) = (*all.get(early)?, *all.get(late)?);
        Some(match seen {
            // One against one: what was seen. With more, most of them.
            Some(seen) if late.saturating_add(APART) < seen => late,
            Some(seen) => seen,
            None => early,
        })
    }
}

/// The ticket behind all that were raised one after the other.
fn next_ticket(mut tickets: Vec<u64>) -> u64 {
    tickets.sort_unstable();
    let mut last = 0;
    for ticket in tickets {
        if ticket - last > HAND_STEP {
            break;
        }
        last = ticket;
    }
    last + 1
}

/// Raised hands in their order.
pub fn in_order(mut hands: Vec<(u64, NodeId)>) -> Vec<NodeId> {
    hands.sort_unstable();
    hands.into_iter().map(|(_, node)| node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cid(name: u8) -> Cid {
        Cid::of(&[name])
    }

    #[test]
    fn a_ticket_is_behind_all_others_but_those_far_beyond() {
        for (others, next) in [
            (vec![], 1),
            (vec![3, 1], 4),
            (vec![u64::MAX], 1),
            (vec![2, u64::MAX, u64::MAX - 1], 3),
            (vec![HAND_STEP], HAND_STEP + 1),
            (vec![HAND_STEP + 1], 1),
        ] {
            assert_eq!(next_ticket(others.clone()), next, "{others:?}");
        }
    }

    #[test]
    fn tickets_that_climb_by_the_widest_step_never_come_to_an_end() {
        let climbing: Vec<u64> = (1..=4_096).map(|it| it * HAND_STEP).collect();
        assert_eq!(next_ticket(climbing), 4_096 * HAND_STEP + 1);
    }

    #[test]
    fn a_hand_that_is_up_keeps_its_ticket() {
        let mut floor = Floor::default();
        assert!(floor.raise(true, [4].into_iter()));
        assert!(!floor.raise(true, [9].into_iter()));
        assert_eq!(floor.hand(), Some(5));
        assert!(floor.raise(false, [].into_iter()));
        assert!(!floor.raise(false, [].into_iter()));
        assert_eq!(floor.hand(), None);
    }

    #[test]
    fn who_saw_a_timer_being_set_counts_from_then_whatever_few_say() {
        let mut floor = Floor::default();
        floor.timer_set(cid(1), 300, 1_000);
        let ends = |others: &[Millis]| floor.ends(&cid(1), others.iter().copied());
        assert_eq!(ends(&[]), Some(301_000));
        assert_eq!(ends(&[0]), Some(301_000), "one against one");
        assert_eq!(ends(&[301_020, 300_700]), Some(301_000), "messages take a while");
        assert_eq!(ends(&[0, u64::MAX, 301_030]), Some(301_000));
        assert_eq!(ends(&[0, 0, 301_030]), Some(301_000), "two against two");
    }

    #[test]
    fn who_saw_it_late_goes_by_most_others() {
        let mut floor = Floor::default();
        floor.timer_set(cid(1), 300, 181_000);
        let ends = |others: &[Millis]| floor.ends(&cid(1), others.iter().copied());
        assert_eq!(ends(&[301_000, 301_040]), Some(301_040));
        assert_eq!(ends(&[301_000, 301_040, u64::MAX]), Some(481_000), "two against two");
        assert_eq!(ends(&[301_000, 301_040, 301_050, u64::MAX]), Some(301_050));
    }

    #[test]
    fn who_came_later_takes_the_median_of_its_neighbours() {
        let floor = Floor::default();
        let ends = |others: &[Millis]| floor.ends(&cid(1), others.iter().copied());
        assert_eq!(ends(&[]), None);
        assert_eq!(ends(&[5]), Some(5));
        assert_eq!(ends(&[301_000, 0, 86_400_000]), Some(301_000));
    }

    #[test]
    fn of_many_timers_the_latest_are_remembered() {
        let mut floor = Floor::default();
        (0..=SEEN as u8).for_each(|it| floor.timer_set(cid(it), 60, 0));
        assert_eq!(floor.ends(&cid(0), [].into_iter()), None);
        assert_eq!(floor.ends(&cid(SEEN as u8), [].into_iter()), Some(60_000));
        assert_eq!(floor.seen.len(), SEEN);
    }

    #[test]
    fn a_wish_to_wait_is_over_by_itself() {
        let mut floor = Floor::default();
        floor.wait(cid(1), 100);
        assert!(!floor.expire(WAITS));
        assert_eq!((floor.waits(), floor.next_wake()), (Some(cid(1)), Some(100 + WAITS)));
        assert!(floor.expire(100 + WAITS));
        assert_eq!((floor.waits(), floor.next_wake()), (None, None));
    }
}
