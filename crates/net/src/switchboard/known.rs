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
    pub(super) under_way: bool,
    pub(super) started: Millis,
    pub(super) failures: u32,
    pub(super) not_before: Millis,
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
        let head_start = self.webrtc.started + WEBRTC_HEAD_START;
        if self.webrtc.under_way && self.webrtc.failures == 0 {
            self.broadcast_from = self.broadcast_from.map(|from| from.max(head_start));
        }
    }

    pub(super) fn attempt(&mut self, path: Path) -> &mut Attempt {
        if path == Path::Webrtc { &mut self.webrtc } else { &mut self.broadcast }
    }
}

impl Attempt {
    pub(super) fn may_start(&self, now: Millis) -> bool {
        !self.under_way && self.not_before <= now
    }
}
