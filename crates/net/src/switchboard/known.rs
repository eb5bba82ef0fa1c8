//! What is known of one node: how it was heard, whether it is linked, how dialling it went.

use paceline_mesh::replica::Millis;

use super::io::Via;
use crate::{envelope::Run, types::Path};

/// How long WebRTC has before a link over `BroadcastChannel` is tried too.
pub(crate) const WEBRTC_HEAD_START: Millis = 3_000;
/// How long WebRTC has to find its first address. Where there is none but loopback Chromium finds none and does not say so.
pub(super) const FIRST_CANDIDATE: Millis = 400;
/// Dials under way at a time: a member that makes nodes up cannot make this one dial them all at once.
pub(super) const MAX_DIALS: usize = 16;
/// Of these, dials to nodes that were heard through servers alone: anybody makes them up, and none is up in less than it takes to
/// fail. The rest are for who is in this browser, or known to the room.
pub(super) const MAX_FAR_DIALS: usize = 12;
/// The first wait after a failed dial; doubled with each further one.
pub(super) const BACK_OFF: Millis = 500;
/// The longest wait between dials.
pub(super) const MAX_BACK_OFF: Millis = 60_000;

/// One node.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) run: Run,
    pub(super) via: Option<Via>,
    /// Heard since its link went down.
    pub(super) alive: bool,
    pub(super) heard: Millis,
    pub(super) greeted: Option<(Run, Millis)>,
    pub(super) linked: Option<Path>,
    pub(super) webrtc: Attempt,
    pub(super) broadcast: Attempt,
    /// From when on a link over `BroadcastChannel` is tried.
    pub(super) broadcast_from: Option<Millis>,
}

/// Dialling it over one path.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    dial: Dial,
    pub(super) failures: u32,
}

/// How a dial stands.
///
/// | from | to | when |
/// | --- | --- | --- |
/// | idle | under way | it is due |
/// | any | idle | it failed, and waits; a link over that path is up, or was and has ended |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dial {
    Idle { not_before: Millis },
    UnderWay { since: Millis },
}

impl Default for Dial {
    fn default() -> Self {
        Self::Idle { not_before: 0 }
    }
}

impl Dial {
    /// Whether the table above has a line for it.
    const fn may_become(self, to: Self) -> bool {
        matches!((self, to), (_, Self::Idle { .. }) | (Self::Idle { .. }, Self::UnderWay { .. }))
    }
}

impl Known {
    pub(super) fn new(run: Run, now: Millis) -> Self {
        Self {
            run,
            via: None,
            alive: false,
            heard: now,
            greeted: None,
            linked: None,
            webrtc: Attempt::default(),
            broadcast: Attempt::default(),
            broadcast_from: None,
        }
    }

    /// WebRTC found an address to offer: it gets its whole head start.
    pub(super) fn found_address(&mut self) {
        if let (Dial::UnderWay { since }, 0) = (self.webrtc.dial, self.webrtc.failures) {
            self.broadcast_from = self.broadcast_from.map(|from| from.max(since + WEBRTC_HEAD_START));
        }
    }

    /// Whether it is dialled now.
    pub(super) fn is_dialled(&self) -> bool {
        self.webrtc.is_under_way() || self.broadcast.is_under_way()
    }

    pub(super) fn attempt(&mut self, path: Path) -> &mut Attempt {
        if path == Path::Webrtc { &mut self.webrtc } else { &mut self.broadcast }
    }
}

impl Attempt {
    fn set(&mut self, to: Dial) {
        debug_assert!(self.dial.may_become(to), "{:?} -> {to:?}", self.dial);
        if cfg!(debug_assertions) {
            tracing::trace!(from = ?self.dial, ?to, "dial");
        }
        self.dial = to;
    }

    pub(super) fn is_under_way(&self) -> bool {
        matches!(self.dial, Dial::UnderWay { .. })
    }

    /// Not while one is under way.
    pub(super) fn not_before(&self) -> Option<Millis> {
        match self.dial {
            Dial::Idle { not_before } => Some(not_before),
            Dial::UnderWay { .. } => None,
        }
    }

    pub(super) fn may_start(&self, now: Millis) -> bool {
        self.not_before().is_some_and(|from| from <= now)
    }

    pub(super) fn start(&mut self, now: Millis) {
        self.set(Dial::UnderWay { since: now });
    }

    /// The next one waits, longer each time.
    pub(super) fn fail(&mut self, now: Millis) {
        let wait = BACK_OFF.saturating_mul(1 << self.failures.min(16)).min(MAX_BACK_OFF);
        self.failures = self.failures.saturating_add(1);
        self.set(Dial::Idle { not_before: now + wait });
    }

    /// It led to a connection that has ended: the next one may start at once.
    pub(super) fn end(&mut self) {
        if self.is_under_way() {
            self.set(Dial::Idle { not_before: 0 });
        }
    }

    /// A link is up: whatever failed is forgotten.
    pub(super) fn succeed(&mut self) {
        self.failures = 0;
        self.set(Dial::Idle { not_before: 0 });
    }
}
