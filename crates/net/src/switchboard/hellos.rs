//! When hello is said to everybody: rarer and rarer, and through servers, which shut out those that flood them, more so.

use paceline_mesh::replica::Millis;

use crate::vary::vary;

/// The first wait between hellos where they cost nothing; doubled each time.
pub(super) const FIRST: Millis = 1_000;
/// The longest such wait; it varies by a quarter.
pub(super) const MOST: Millis = 30_000;
/// The first wait between hellos through servers; doubled each time.
pub(super) const FAR_FIRST: Millis = 4_000;
/// The longest wait between hellos through servers; it varies by a quarter.
pub(super) const FAR_MOST: Millis = 60_000;
/// Hello follows a loss no sooner than this.
const AFTER_LOSS: Millis = 500;

/// See the module.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hellos {
    pub(super) due: Millis,
    last: Option<Millis>,
    wait: Millis,
    first: Millis,
    most: Millis,
}

impl Hellos {
    /// Where they cost nothing.
    pub(super) const fn near() -> Self {
        Self { due: 0, last: None, wait: FIRST, first: FIRST, most: MOST }
    }

    /// Through servers, from then on.
    pub(super) const fn far(due: Millis) -> Self {
        Self { due, last: None, wait: FAR_FIRST, first: FAR_FIRST, most: FAR_MOST }
    }

    /// The longest waits vary: the listeners of groups that came to be together would speak together, every time.
    pub(super) fn said(&mut self, now: Millis, random: fn(&mut [u8])) {
        self.last = Some(now);
        self.due = now + if self.wait == self.most { vary(self.wait, random) } else { self.wait };
        self.wait = (self.wait * 2).min(self.most);
    }

    /// Somebody was lost: often again, though never sooner than the first wait after the last.
    pub(super) fn soon(&mut self, now: Millis) {
        self.wait = self.first;
        let earliest = self.last.map_or(now, |last| last + self.first);
        self.due = self.due.min(earliest.max(now + AFTER_LOSS));
    }
}
