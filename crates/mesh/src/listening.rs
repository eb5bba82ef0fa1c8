//! Which nodes of a group listen where newcomers call (servers that many rooms share), and which may rest, since the room
//! introduces whoever comes to all the others.
//!
//! A node rests while [`LISTENERS`] neighbours with smaller ids say in their beacons that they listen. So in a full mesh the two
//! smallest of those that reach a server listen; in any connected group at least one does; and nobody rests on the word of a
//! node it is not linked with. Whoever rests and sees a listener go takes over in the order of ids, so that one wakes and not all.

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

/// Of the neighbours with smaller ids: how many there are, and how many say that they listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Smaller {
    /// All.
    pub all: usize,
    /// Those that listen.
    pub listening: usize,
}

/// Whether this node rests. See the module.
#[derive(Debug, Default)]
pub struct Listening {
    resting: bool,
    /// When the node changes its mind, if nothing else changes.
    due: Option<Millis>,
}

impl Listening {
    /// Whether it rests.
    pub fn is_resting(&self) -> bool {
        self.resting
    }

    /// When to look again.
    pub fn next_wake(&self) -> Option<Millis> {
        self.due
    }

    /// Looks around; tells if the node goes to rest or wakes.
    pub fn look(&mut self, smaller: Smaller, now: Millis) -> Option<bool> {
        let rest = smaller.listening >= LISTENERS;
        if rest == self.resting {
            self.due = None;
            return None;
        }
        let before_me = (smaller.all - smaller.listening) as u64;
        let wait = if rest { REST_AFTER } else { (WAKE_STEP * before_me).min(WAKE_MOST) };
        if *self.due.get_or_insert(now + wait) > now {
            return None;
        }
        (self.resting, self.due) = (rest, None);
        Some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smaller(all: usize, listening: usize) -> Smaller {
        Smaller { all, listening }
    }

    fn at_rest() -> Listening {
        Listening { resting: true, due: None }
    }

    #[test]
    fn a_node_rests_once_two_smaller_neighbours_have_listened_for_a_while() {
        let mut node = Listening::default();
        assert_eq!(node.look(smaller(5, 1), 0), None);
        assert_eq!((node.look(smaller(5, 2), 100), node.next_wake()), (None, Some(100 + REST_AFTER)));
        assert_eq!(node.look(smaller(5, 2), 99 + REST_AFTER), None);
        assert_eq!(node.look(smaller(5, 2), 100 + REST_AFTER), Some(true));
        assert!(node.is_resting() && node.next_wake().is_none());
    }

    #[test]
    fn a_listener_that_goes_meanwhile_starts_the_wait_anew() {
        let mut node = Listening::default();
        node.look(smaller(2, 2), 0);
        assert_eq!(node.look(smaller(1, 1), 1_000), None);
        assert_eq!(node.look(smaller(2, 2), REST_AFTER), None);
        assert_eq!(node.next_wake(), Some(2 * REST_AFTER));
    }

    #[test]
    fn who_is_alone_or_first_in_line_wakes_at_once() {
        assert_eq!(at_rest().look(smaller(0, 0), 5), Some(false));
        assert_eq!(at_rest().look(smaller(1, 1), 5), Some(false));
    }

    #[test]
    fn who_is_third_in_line_sleeps_on_when_the_first_took_over() {
        let mut node = at_rest();
        assert_eq!((node.look(smaller(3, 1), 0), node.next_wake()), (None, Some(2 * WAKE_STEP)));
        assert_eq!((node.look(smaller(3, 2), 900), node.next_wake()), (None, None));
        assert_eq!(node.look(smaller(3, 1), 1_000), None, "and waits again when that one goes, too");
        assert_eq!(node.look(smaller(3, 1), 1_000 + 2 * WAKE_STEP), Some(false));
        let mut last = at_rest();
        last.look(smaller(1_000, 0), 0);
        assert_eq!(last.next_wake(), Some(WAKE_MOST));
    }
}
