//! When what changed is shown: what is done here at once, what others do once they pause.

use gloo::timers::callback::Timeout;

/// What a person does here is shown about a frame later, in milliseconds.
const FRAME_MS: f64 = 16.0;
/// What others do is shown once nothing more has come for so long, in milliseconds: drawing holds up what is passed on, and what comes
/// next. Less than a person notices.
const CALM_MS: f64 = 50.0;
/// ... and so long after it came at the latest.
const CALM_MOST_MS: f64 = 400.0;
/// ... and while nobody looks.
const HIDDEN_FRAME_MS: f64 = 500.0;
/// ... and while much comes in at once: drawing hundreds of posts anew costs more than checking them, and each drawing puts off when all
/// is there.
const BUSY_FRAME_MS: f64 = 2_500.0;

/// What puts off the drawing of what others do.
#[derive(Clone, Copy, PartialEq)]
pub enum Unseen {
    /// Much comes in.
    Busy,
    /// Nobody looks.
    Hidden,
}

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
    /// Whether a snapshot is due already that nothing of others brings forward or puts off: much comes in.
    pub fn waits_for_all(&self) -> bool {
        self.timer.is_some() && self.calm && self.due == self.since + BUSY_FRAME_MS
    }

    /// Something changed, here or (`calm`) elsewhere; `unseen`: whether that waits for longer.
    pub fn plan(&mut self, calm: bool, now: f64, unseen: impl FnOnce() -> Option<Unseen>) {
        let is_first = self.timer.is_none();
        if is_first {
            (self.since, self.calm) = (now, calm);
        }
        let frame = now + FRAME_MS;
        match (calm, self.calm) {
            (true, true) => {
                self.due = match unseen() {
                    Some(Unseen::Busy) => self.since + BUSY_FRAME_MS,
                    Some(Unseen::Hidden) => self.since + HIDDEN_FRAME_MS,
                    None => (now + CALM_MS).min(self.since + CALM_MOST_MS),
                }
            }
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
    fn made(happens: &[(f64, bool)], unseen: Option<Unseen>) -> f64 {
        let mut pacing = Pacing::default();
        for (at, calm) in happens {
            pacing.plan(*calm, *at, || unseen);
            pacing.timer.get_or_insert_with(|| Timeout::new(60_000, || {}));
        }
        pacing.due
    }

    #[test]
    fn what_others_do_is_shown_when_they_pause_and_what_is_done_here_at_once() {
        let busy = Some(Unseen::Busy);
        assert_eq!(made(&[(0.0, true)], None), CALM_MS);
        assert_eq!(made(&[(0.0, true), (40.0, true)], None), 40.0 + CALM_MS);
        let many: Vec<_> = (0..60).map(|nth| (f64::from(nth) * 10.0, true)).collect();
        assert_eq!(made(&many, None), CALM_MOST_MS, "they need not pause");
        assert_eq!(made(&[(0.0, false), (10.0, false)], None), FRAME_MS);
        assert_eq!(made(&[(0.0, true), (10.0, false), (20.0, true)], None), 10.0 + FRAME_MS);
        assert_eq!(made(&[(0.0, true), (40.0, true)], busy), BUSY_FRAME_MS);
        assert_eq!(made(&[(0.0, true), (40.0, true)], Some(Unseen::Hidden)), HIDDEN_FRAME_MS);
        assert_eq!(made(&[(0.0, true), (40.0, false)], busy), 40.0 + FRAME_MS, "also while much comes in");
    }
}
