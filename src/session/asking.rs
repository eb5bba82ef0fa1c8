//! When the page's host was asked for the time: not again at once, and ever more rarely.

use std::cell::Cell;

/// The host is asked again after this long at the earliest, in milliseconds; each time after twice as long, to [`LATEST`].
const EARLIEST: f64 = 30_000.0;
/// See [`EARLIEST`].
const LATEST: f64 = 60.0 * 60_000.0;

/// When the host was asked.
#[derive(Default)]
pub struct Asking {
    not_before: Cell<f64>,
    wait: Cell<f64>,
    pub under_way: Cell<bool>,
}

impl Asking {
    /// Whether it is time to ask.
    pub fn begin(&self, now: f64) -> bool {
        if self.under_way.get() || now < self.not_before.get() {
            return false;
        }
        let wait = self.wait.get().clamp(EARLIEST, LATEST);
        self.not_before.set(now + wait);
        self.wait.set(wait * 2.0);
        self.under_way.set(true);
        true
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_host_is_not_asked_again_and_again() {
        let asking = Asking::default();
        assert!(asking.begin(1_000.0));
        asking.under_way.set(false);
        assert!(!asking.begin(1_000.0 + EARLIEST - 1.0));
        assert!(asking.begin(1_000.0 + EARLIEST));
        assert!(!asking.begin(1e12), "while one question is under way there is no other");
        asking.under_way.set(false);
        let mut now = 1_000.0 + EARLIEST;
        let mut asked = 0;
        for _ in 0..24 * 60 {
            now += 60_000.0;
            if asking.begin(now) {
                asking.under_way.set(false);
                asked += 1;
            }
        }
        assert!((20..=32).contains(&asked), "{asked} times a day");
    }
}
