//! Whether the machine slept, told from two clocks. Deliberately reads neither.

/// How much further than the page's own clock the wall clock may have moved: more, and the machine slept (or the clock was set,
/// which costs no more than a look for new paths).
const CLOCKS_APART: f64 = 5_000.0;
/// The longest a second takes on a page that is looked at.
const SLOW_SECOND: f64 = 10_000.0;
/// ... and on a hidden one, whose timers browsers let run once a minute.
const SLOW_HIDDEN_SECOND: f64 = 90_000.0;

/// Tells sleep from waking by two clocks, of which one stands still meanwhile on some systems.
#[derive(Debug, Default, Clone, Copy)]
pub struct Pulse {
    wall: f64,
    page: f64,
}

impl Pulse {
    /// Another beat, by the wall clock and the page's own, in milliseconds. Whether the machine slept since the last one.
    pub fn beat(&mut self, wall: f64, page: f64, hidden: bool) -> bool {
        let last = std::mem::replace(self, Self { wall, page });
        let (by_wall, by_page) = (wall - last.wall, page - last.page);
        let slow = if hidden { SLOW_HIDDEN_SECOND } else { SLOW_SECOND };
        last.wall > 0.0 && (by_wall - by_page > CLOCKS_APART || by_page > slow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(wall: f64, page: f64, hidden: bool) -> bool {
        let mut pulse = Pulse::default();
        assert!(!pulse.beat(1e12, 5e6, hidden), "the first beat tells nothing");
        pulse.beat(1e12 + wall, 5e6 + page, hidden)
    }

    #[test]
    fn a_second_that_takes_a_second_is_no_sleep() {
        assert!(!after(1_000.0, 1_000.0, false));
        assert!(!after(60_000.0, 60_000.0, true), "hidden pages are slow");
    }

    #[test]
    fn sleep_is_seen_whether_or_not_the_pages_clock_went_on() {
        assert!(after(600_000.0, 1_000.0, false));
        assert!(after(600_000.0, 600_000.0, false));
        assert!(after(600_000.0, 600_000.0, true));
        assert!(after(600_000.0, 1_000.0, true));
    }

    #[test]
    fn a_clock_that_is_set_back_is_no_sleep() {
        assert!(!after(-3_600_000.0, 1_000.0, false));
    }
}
