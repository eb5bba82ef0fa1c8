//! When an open connection is given new paths (an *ICE restart*), and when it is given up, as a state machine that knows no
//! browser: time is passed in, in milliseconds.
//!
//! A restart keeps the connection, its encryption and everything in flight; only the addresses are found anew, over the
//! signalling. The dialer makes the offer, the listener may *ask* for one; so both never offer at once. Each restart has a
//! number, its *round*, which makes lost and repeated signals harmless.
//!
//! | when | then |
//! | --- | --- |
//! | the network changed | the dialer restarts, the listener asks, at once |
//! | *disconnected* for [`GRACE`] (the browser says so about 5 s after the last sign of life) | the same |
//! | *failed* (16 s) | the same at once, if nothing is under way |
//! | no answer for [`REPEAT_EVERY`] | the same offer or question again |
//! | answered, and not *connected* [`AGAIN_AFTER`] that, or *disconnected* for [`GRACE`] after all | another restart: what was found came of a network that was still changing |
//! | not *connected* [`TIME_LIMIT`] after the restart began, or the browser first said *disconnected* since | the connection is lost |
//! | *connected*, but no answer in that time | it goes on as it is |

use crate::link::Role;

/// Milliseconds on any clock that only goes forward.
pub(crate) type Millis = u64;

/// How long a *disconnected* connection may come back by itself: most outages are shorter.
pub(crate) const GRACE: Millis = 1_000;
/// How much longer the listener waits before it asks: the dialer has most often seen the same.
const LISTENER_GRACE: Millis = 1_000;
/// How often a signal that may have been lost is sent again.
pub(crate) const REPEAT_EVERY: Millis = 3_000;
/// The least time between two restarts: changes of the network come in bursts.
const APART: Millis = 1_000;
/// How long paths that both sides told each other may take until one of them works. Less than [`TIME_LIMIT`].
const AGAIN_AFTER: Millis = 5_000;
/// How long a restart may take; without one the browser itself takes about 10 s from *disconnected* to *failed*.
pub(crate) const TIME_LIMIT: Millis = 10_000;

/// What the browser says of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Connected,
    /// No sign of life for some seconds, or looking for paths.
    Disconnected,
    /// Given up by the browser.
    Failed,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Dialer: gather anew and send an offer of this round.
    Offer(u32),
    /// Dialer: send the offer of this round again.
    Repeat(u32),
    /// Listener: ask for a round after this one.
    Ask(u32),
    /// Give the connection up.
    Lost,
}

/// What to do with an offer of the dialer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offered {
    /// Take it and answer.
    Answer,
    /// It was answered; the answer may have been lost.
    AnswerAgain,
    /// It is an old one, or not the listener's to take.
    Ignore,
}

/// The care for one open connection.
#[derive(Debug)]
pub(crate) struct Upkeep {
    role: Role,
    health: Health,
    /// Restarts so far: begun by the dialer, taken by the listener.
    round: u32,
    /// A signal is out and unanswered.
    waiting: bool,
    /// When the next step is due.
    due: Option<Millis>,
    /// That step is wanted whatever the browser says of the paths found so far: they may be of a network that is gone.
    pressing: bool,
    /// When the present restart began.
    began: Option<Millis>,
    /// When the connection is given up if it is not connected by then.
    deadline: Option<Millis>,
}

impl Upkeep {
    pub(crate) fn new(role: Role) -> Self {
        Self {
            role,
            health: Health::Connected,
            round: 0,
            waiting: false,
            due: None,
            pressing: false,
            began: None,
            deadline: None,
        }
    }

    /// The number of the latest restart; 0: none yet.
    pub(crate) fn round(&self) -> u32 {
        self.round
    }

    /// The browser's view has changed.
    pub(crate) fn health(&mut self, health: Health, now: Millis) {
        let before = std::mem::replace(&mut self.health, health);
        if before == health {
            return;
        }
        match health {
            // What was asked is still answered: the other side may have gone over to new paths already.
            Health::Connected if self.waiting || self.pressing => {}
            Health::Connected => self.settle(),
            Health::Disconnected if before == Health::Connected => {
                // Who was told of the network before the browser noticed gives up no sooner for it.
                if let Some(deadline) = &mut self.deadline {
                    *deadline = now + TIME_LIMIT;
                }
                if !self.waiting {
                    let listening = if self.role == Role::Listener { LISTENER_GRACE } else { 0 };
                    self.due_by(now + GRACE + listening);
                }
            }
            Health::Failed if !self.waiting => self.due_by(now),
            Health::Disconnected | Health::Failed => {}
        }
    }

    /// The network has changed: what is known of paths may be worth nothing, whatever the browser still says.
    pub(crate) fn network_changed(&mut self, now: Millis) {
        self.waiting = false;
        self.deadline = None;
        self.pressing = true;
        self.due_by(self.began.map_or(now, |began| now.max(began + APART)));
    }

    /// Dialer: the listener asks for a round after `known`, the latest it has seen.
    pub(crate) fn asked(&mut self, known: u32, now: Millis) {
        // What is under way will reach it, or be sent again.
        if self.role == Role::Dialer && known == self.round && !self.waiting {
            self.deadline = None;
            self.pressing = true;
            self.due_by(self.began.map_or(now, |began| now.max(began + APART)));
        }
    }

    /// Listener: an offer of the dialer's came in.
    pub(crate) fn offered(&mut self, round: u32, now: Millis) -> Offered {
        if self.role != Role::Listener || round < self.round || round == 0 {
            return Offered::Ignore;
        }
        if round == self.round {
            return Offered::AnswerAgain;
        }
        self.round = round;
        self.waiting = false;
        self.due = None;
        self.pressing = false;
        self.began = Some(now);
        self.deadline = Some(now + TIME_LIMIT);
        Offered::Answer
    }

    /// Dialer: the answer to an offer came in. Says whether it is to be taken.
    pub(crate) fn answered(&mut self, round: u32, now: Millis) -> bool {
        let expected = self.role == Role::Dialer && self.waiting && round == self.round;
        if expected {
            self.waiting = false;
            self.due = (self.health != Health::Connected).then_some(now + AGAIN_AFTER);
        }
        expected
    }

    /// What is due now.
    pub(crate) fn step(&mut self, now: Millis) -> Option<Step> {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            if self.health != Health::Connected {
                return Some(Step::Lost);
            }
            self.settle();
        }
        if self.due.is_none_or(|due| now < due) {
            return None;
        }
        self.due = Some(now + REPEAT_EVERY);
        self.pressing = false;
        let repeats = std::mem::replace(&mut self.waiting, true);
        if !repeats {
            self.began = Some(now);
            self.deadline.get_or_insert(now + TIME_LIMIT);
        }
        Some(match (self.role, repeats) {
            (Role::Listener, _) => Step::Ask(self.round),
            (Role::Dialer, true) => Step::Repeat(self.round),
            (Role::Dialer, false) => {
                self.round += 1;
                Step::Offer(self.round)
            }
        })
    }

    /// When [`Self::step`] is to be asked again.
    pub(crate) fn wake_at(&self) -> Option<Millis> {
        self.due.into_iter().chain(self.deadline).min()
    }

    fn due_by(&mut self, at: Millis) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    fn settle(&mut self) {
        self.waiting = false;
        self.due = None;
        self.deadline = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialer() -> Upkeep {
        Upkeep::new(Role::Dialer)
    }

    fn listener() -> Upkeep {
        Upkeep::new(Role::Listener)
    }

    /// The steps up to a time, with when each came.
    fn steps(upkeep: &mut Upkeep, from: Millis, to: Millis) -> Vec<(Millis, Step)> {
        let mut all = Vec::new();
        let mut now = from;
        while now <= to {
            while let Some(step) = upkeep.step(now) {
                all.push((now, step));
                if step == Step::Lost {
                    return all;
                }
            }
            now = upkeep.wake_at().map_or(to + 1, |at| at.max(now + 1));
        }
        all
    }

    #[test]
    fn a_healthy_connection_asks_for_nothing() {
        assert_eq!((dialer().step(1_000_000), dialer().wake_at()), (None, None));
    }

    #[test]
    fn a_change_during_a_restart_is_not_forgotten_when_that_restart_succeeds() {
        for begin in [Upkeep::network_changed as fn(&mut Upkeep, Millis), |upkeep, now| upkeep.asked(upkeep.round, now)]
        {
            let mut upkeep = dialer();
            upkeep.network_changed(0);
            assert_eq!(upkeep.step(0), Some(Step::Offer(1)));
            upkeep.health(Health::Disconnected, 10);
            assert!(upkeep.answered(1, 10));
            begin(&mut upkeep, 20);
            upkeep.health(Health::Connected, 30);
            assert_eq!(steps(&mut upkeep, 30, APART), [(APART, Step::Offer(2))]);
        }
    }

    #[test]
    fn an_answer_is_taken_although_the_old_paths_came_back_before_it() {
        let mut upkeep = dialer();
        upkeep.health(Health::Disconnected, 0);
        assert_eq!(steps(&mut upkeep, 0, GRACE), [(GRACE, Step::Offer(1))]);
        upkeep.health(Health::Connected, GRACE + 10);
        assert_eq!(steps(&mut upkeep, GRACE + 10, GRACE + REPEAT_EVERY), [(GRACE + REPEAT_EVERY, Step::Repeat(1))]);
        assert!(upkeep.answered(1, GRACE + REPEAT_EVERY));
        assert_eq!(steps(&mut upkeep, GRACE + REPEAT_EVERY, 100_000), []);
    }

    #[test]
    fn a_short_outage_heals_without_a_signal() {
        let mut upkeep = dialer();
        upkeep.health(Health::Disconnected, 0);
        assert_eq!(steps(&mut upkeep, 0, GRACE - 1), []);
        upkeep.health(Health::Connected, GRACE - 1);
        assert_eq!(steps(&mut upkeep, GRACE - 1, 100_000), []);
    }

    #[test]
    fn a_disconnected_dialer_offers_repeats_and_gives_up_in_the_end() {
        let mut upkeep = dialer();
        upkeep.health(Health::Disconnected, 0);
        let expected = [
            (GRACE, Step::Offer(1)),
            (GRACE + REPEAT_EVERY, Step::Repeat(1)),
            (GRACE + 2 * REPEAT_EVERY, Step::Repeat(1)),
            (GRACE + 3 * REPEAT_EVERY, Step::Repeat(1)),
            (GRACE + TIME_LIMIT, Step::Lost),
        ];
        assert_eq!(steps(&mut upkeep, 0, 100_000), expected);
    }

    #[test]
    fn a_disconnected_listener_lets_the_dialer_go_first_then_asks() {
        let mut upkeep = listener();
        upkeep.health(Health::Disconnected, 0);
        let begin = GRACE + LISTENER_GRACE;
        let all = steps(&mut upkeep, 0, 100_000);
        assert_eq!(all[..2], [(begin, Step::Ask(0)), (begin + REPEAT_EVERY, Step::Ask(0))]);
        assert_eq!(all.last(), Some(&(begin + TIME_LIMIT, Step::Lost)));
    }

    #[test]
    fn failing_does_not_wait_and_does_not_cut_a_restart_short() {
        let mut upkeep = dialer();
        upkeep.health(Health::Failed, 0);
        assert_eq!(steps(&mut upkeep, 0, 0), [(0, Step::Offer(1))]);
        upkeep.health(Health::Disconnected, 100);
        upkeep.health(Health::Failed, 200);
        assert_eq!(steps(&mut upkeep, 200, 200), []);
        assert!(upkeep.answered(1, 200));
        upkeep.health(Health::Connected, 300);
        assert_eq!(steps(&mut upkeep, 300, 100_000), []);
    }

    #[test]
    fn a_change_of_the_network_restarts_at_once_even_if_all_seems_well() {
        let mut upkeep = dialer();
        upkeep.network_changed(5_000);
        assert_eq!(steps(&mut upkeep, 5_000, 5_000), [(5_000, Step::Offer(1))]);
        assert!(upkeep.answered(1, 5_001));
        assert_eq!(steps(&mut upkeep, 5_001, 100_000), [], "connected and answered: done");
        let mut asking = listener();
        asking.network_changed(5_000);
        assert_eq!(steps(&mut asking, 5_000, 5_000), [(5_000, Step::Ask(0))]);
    }

    #[test]
    fn changes_in_a_burst_are_one_restart_and_one_more() {
        let mut upkeep = dialer();
        upkeep.network_changed(0);
        assert_eq!(upkeep.step(0), Some(Step::Offer(1)));
        (1..10).for_each(|at| upkeep.network_changed(at));
        assert_eq!(steps(&mut upkeep, 10, APART), [(APART, Step::Offer(2))]);
        assert!(!upkeep.answered(1, APART), "its addresses are old");
        assert!(upkeep.answered(2, APART));
    }

    #[test]
    fn a_connection_that_still_works_outlives_a_restart_nobody_answers() {
        let mut upkeep = dialer();
        upkeep.network_changed(0);
        let all = steps(&mut upkeep, 0, 100_000);
        assert!(!all.contains(&(TIME_LIMIT, Step::Lost)), "{all:?}");
        assert_eq!(all.len(), 4);
    }

    #[test]
    fn an_answer_that_leads_to_nothing_ends_the_connection() {
        let mut upkeep = dialer();
        upkeep.health(Health::Disconnected, 0);
        assert_eq!(upkeep.step(GRACE), Some(Step::Offer(1)));
        assert!(upkeep.answered(1, GRACE));
        let again = GRACE + AGAIN_AFTER;
        assert_eq!(steps(&mut upkeep, GRACE, again), [(again, Step::Offer(2))]);
        assert!(upkeep.answered(2, again));
        assert_eq!(steps(&mut upkeep, again, 100_000), [(GRACE + TIME_LIMIT, Step::Lost)]);
        let mut other = listener();
        other.health(Health::Disconnected, 0);
        assert_eq!(other.offered(1, 500), Offered::Answer);
        assert_eq!(steps(&mut other, 500, 100_000), [(500 + TIME_LIMIT, Step::Lost)]);
    }

    /// A network that was still changing when the paths were looked for: the browser notices seconds after both had agreed.
    #[test]
    fn paths_that_die_after_a_restart_was_answered_are_looked_for_again() {
        let mut upkeep = dialer();
        upkeep.network_changed(0);
        assert_eq!(upkeep.step(0), Some(Step::Offer(1)));
        assert!(upkeep.answered(1, 300));
        upkeep.health(Health::Disconnected, 5_000);
        let again = 5_000 + GRACE;
        assert_eq!(steps(&mut upkeep, 5_000, again), [(again, Step::Offer(2))]);
        upkeep.health(Health::Failed, again + 100);
        assert!(upkeep.answered(2, again + 300));
        upkeep.health(Health::Connected, again + 400);
        assert_eq!(steps(&mut upkeep, again + 400, 100_000), []);

        let mut asking = listener();
        assert_eq!(asking.offered(1, 300), Offered::Answer);
        asking.health(Health::Disconnected, 5_000);
        let again = 5_000 + GRACE + LISTENER_GRACE;
        assert_eq!(steps(&mut asking, 5_000, again), [(again, Step::Ask(1))]);
    }

    #[test]
    fn who_was_told_of_the_network_gives_up_no_sooner_than_who_was_not() {
        let mut upkeep = dialer();
        upkeep.network_changed(0);
        assert_eq!(upkeep.step(0), Some(Step::Offer(1)));
        upkeep.health(Health::Disconnected, 5_000);
        assert_eq!(steps(&mut upkeep, 0, 100_000).last(), Some(&(5_000 + TIME_LIMIT, Step::Lost)));
    }

    /// With each restart the browser looks for paths, and fails again.
    #[test]
    fn answers_without_a_path_do_not_keep_a_connection_for_ever() {
        let mut upkeep = dialer();
        upkeep.health(Health::Disconnected, 0);
        upkeep.health(Health::Failed, 1);
        let mut now = 1;
        let lost = loop {
            match steps(&mut upkeep, now, now).last() {
                Some((_, Step::Lost)) => break now,
                Some((_, Step::Offer(round))) => assert!(upkeep.answered(*round, now)),
                _ => {}
            }
            upkeep.health(Health::Disconnected, now + 10);
            upkeep.health(Health::Failed, now + 1_000);
            now += 1_000;
            assert!(now < 100_000, "kept for ever");
        };
        assert!(lost <= 1 + TIME_LIMIT + 1_000, "{lost}");
    }

    #[test]
    fn answers_are_taken_once_and_only_for_the_round_they_belong_to() {
        let mut upkeep = dialer();
        assert!(!upkeep.answered(0, 0) && !upkeep.answered(1, 0), "nothing was offered");
        upkeep.network_changed(0);
        assert_eq!(upkeep.step(0), Some(Step::Offer(1)));
        assert!(!upkeep.answered(2, 0));
        assert!(upkeep.answered(1, 0));
        assert!(!upkeep.answered(1, 0));
        let mut other = listener();
        assert!(!other.answered(0, 0));
    }

    #[test]
    fn a_listener_takes_each_round_once_and_never_an_older_one() {
        let mut upkeep = listener();
        assert_eq!(upkeep.offered(0, 0), Offered::Ignore);
        assert_eq!(upkeep.offered(2, 0), Offered::Answer);
        assert_eq!(upkeep.offered(2, 1), Offered::AnswerAgain);
        assert_eq!(upkeep.offered(1, 2), Offered::Ignore);
        assert_eq!(upkeep.offered(3, 3), Offered::Answer);
        assert_eq!(dialer().offered(1, 0), Offered::Ignore);
    }

    #[test]
    fn a_question_starts_a_restart_unless_one_is_under_way_or_newer() {
        let mut upkeep = dialer();
        upkeep.asked(0, 0);
        assert_eq!(upkeep.step(0), Some(Step::Offer(1)));
        upkeep.asked(0, APART);
        assert_eq!(upkeep.step(APART), None, "the offer is on its way");
        assert!(upkeep.answered(1, APART));
        upkeep.asked(0, APART);
        assert_eq!(upkeep.step(APART), None, "an old question");
        upkeep.asked(1, APART);
        assert_eq!(upkeep.step(APART), Some(Step::Offer(2)));
        let mut other = listener();
        other.asked(0, 0);
        assert_eq!(other.step(0), None);
    }
}
