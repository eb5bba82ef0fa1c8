//! How soon a change of the network is followed: at once, unless one was just followed. A browser on a bad network may tell of ten
//! changes a second; if each began everything anew, nothing would ever be reached. Pure.

use paceline_mesh::replica::Millis;

/// What a change begins has so long to come to something before the next change is followed; doubled while changes keep coming.
const FIRST: Millis = 2_000;
/// The longest such time.
const MOST: Millis = 16_000;

/// See the module.
#[derive(Debug)]
pub(crate) struct Changes {
    followed: Option<Millis>,
    wait: Millis,
    /// A change waits to be followed.
    waiting: bool,
}

impl Default for Changes {
    fn default() -> Self {
        Self { followed: None, wait: FIRST, waiting: false }
    }
}

impl Changes {
    /// The network may have changed. Says whether that is followed now; otherwise it is when [`Self::due`] says.
    pub(crate) fn changed(&mut self, now: Millis) -> bool {
        let Some(followed) = self.followed else { return self.follow(now) };
        if now >= followed + 2 * self.wait {
            self.wait = FIRST;
            return self.follow(now);
        }
        self.waiting = true;
        self.tick(now)
    }

    /// When [`Self::tick`] is to be called.
    pub(crate) fn due(&self) -> Option<Millis> {
        self.followed.filter(|_| self.waiting).map(|followed| followed + self.wait)
    }

    /// Says whether a change that waited is followed now.
    pub(crate) fn tick(&mut self, now: Millis) -> bool {
        if self.due().is_none_or(|due| now < due) {
            return false;
        }
        self.wait = (self.wait * 2).min(MOST);
        self.follow(now)
    }

    const fn follow(&mut self, now: Millis) -> bool {
        self.followed = Some(now);
        self.waiting = false;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When changes that come at these times are followed.
    fn followed(changes: impl IntoIterator<Item = Millis>, end: Millis) -> Vec<Millis> {
        let (mut it, mut followed) = (Changes::default(), Vec::new());
        let mut changes = changes.into_iter().peekable();
        for now in 0..=end {
            let changed = changes.next_if_eq(&now).is_some();
            if it.tick(now) || (changed && it.changed(now)) {
                followed.push(now);
            }
        }
        followed
    }

    #[test]
    fn a_change_now_and_then_is_followed_at_once() {
        assert_eq!(followed([0, 5_000, 70_000], 100_000), [0, 5_000, 70_000]);
    }

    #[test]
    fn the_last_of_many_changes_is_followed() {
        assert_eq!(followed([100, 200, 300], 100_000), [100, 100 + FIRST]);
    }

    #[test]
    fn changes_without_end_leave_ever_more_time_between() {
        let times = followed((0..1_000).map(|n| n * 100), 99_900);
        let waits: Vec<Millis> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(waits[..5], [FIRST, 2 * FIRST, 4 * FIRST, MOST, MOST], "{times:?}");
    }

    #[test]
    fn after_a_quiet_while_a_change_is_followed_at_once_again() {
        let many = (0..300).map(|n| n * 100);
        let times = followed(many.chain([200_000, 200_100]), 300_000);
        assert_eq!(times[times.len() - 2..], [200_000, 200_000 + FIRST]);
    }
}
