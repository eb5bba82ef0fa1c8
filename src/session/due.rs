//! When what changed is shown: what is done here at once, what others do once they pause.

use gloo::timers::callback::Timeout;

/// What a person does here is shown about a frame later, in milliseconds.
const FRAME_MS: f64 = 16.0;
/// What others do is shown once nothing more has come for so long, in milliseconds: drawing holds up what is passed on, and what comes
/// next. Less than a person notices.
const CALM_MS: f64 = 50.0;
/// ... and so long after it came at the latest.
const CALM_MOST_MS: f64 = 400.0;
/// ... and while much comes in at once, or nobody looks: drawing hundreds of posts anew costs more than checking them.
const BUSY_FRAME_MS: f64 = 500.0;

/// When the next snapshot is made.
#[derive(Default)]
pub struct Pacing {
    /// Looks whether it is time.
    pub timer: Option<Timeout>,
    /// It looks then, and again if the snapshot was put off meanwhile.
    pub looks: f64,
    /// When the snapshot is made.
    pub due: f64,
    /// What it shows first began to change then.
    pub since: f64,
    /// It shows nothing that was done here.
    pub calm: bool,
}

impl Pacing {
    /// Something changed, here or (`calm`) elsewhere; `unseen`: nobody looks, or so much comes in that it waits.
    pub fn plan(&mut self, calm: bool, now: f64, unseen: impl FnOnce() -> bool) {
        let is_first = self.timer.is_none();
        if is_first {
            (self.since, self.calm) = (now, calm);
        }
        let frame = now + FRAME_MS;
        match (calm, self.calm) {
            (true, true) if unseen() => self.due = self.since + BUSY_FRAME_MS,
            (true, true) => self.due = (now + CALM_MS).min(self.since + CALM_MOST_MS),
            // What was done here is shown soon, and with it all else.
            (true, false) => {}
            (false, true) => self.due = frame,
            (false, false) => self.due = if is_first { frame } else { self.due.min(frame) },
        }
        self.calm = calm && self.calm;
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// What happens at these times, each here or elsewhere; when a snapshot is made.
    fn made(happens: &[(f64, bool)], unseen: bool) -> f64 {
        let mut pacing = Pacing::default();
        for (at, calm) in happens {
            pacing.plan(*calm, *at, || unseen);
            pacing.timer.get_or_insert_with(|| Timeout::new(60_000, || {}));
        }
        pacing.due
    }

    #[test]
    fn what_others_do_is_shown_when_they_pause_and_what_is_done_here_at_once() {
        assert_eq!(made(&[(0.0, true)], false), CALM_MS);
        assert_eq!(made(&[(0.0, true), (40.0, true)], false), 40.0 + CALM_MS);
        let many: Vec<_> = (0..60).map(|nth| (f64::from(nth) * 10.0, true)).collect();
        assert_eq!(made(&many, false), CALM_MOST_MS, "they need not pause");
        assert_eq!(made(&[(0.0, false), (10.0, false)], false), FRAME_MS);
        assert_eq!(made(&[(0.0, true), (10.0, false), (20.0, true)], false), 10.0 + FRAME_MS);
        assert_eq!(made(&[(0.0, true), (40.0, true)], true), BUSY_FRAME_MS);
        assert_eq!(made(&[(0.0, true), (40.0, false)], true), 40.0 + FRAME_MS, "also while much comes in");
    }
}
