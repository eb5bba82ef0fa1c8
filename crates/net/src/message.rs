//! What envelopes say. Wire types only: [`crate::switchboard`] decides what to do about them.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::types::Path;

/// Candidates in one message.
pub(crate) const MAX_CANDIDATES: usize = 32;

/// An ICE candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    /// `candidate:...`; empty: no more will come.
    pub(crate) candidate: String,
    /// Its media section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mid: Option<String>,
}

impl Line {
    /// Whether a server told of the address, or lends it.
    pub(crate) fn is_by_server(&self) -> bool {
        [" typ srflx", " typ relay"].iter().any(|kind| self.candidate.contains(kind))
    }
}

/// The body of an envelope. Messages other than `Hello` and `Bye` belong to the session that the envelope names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Message {
    /// "I am here, this is my run": for everybody, or as the answer to one.
    Hello {},
    /// "I am leaving."
    Bye {},
    /// The dialer's description of its end.
    Offer {
        /// Which data path is to be opened.
        path: Path,
        /// SDP for WebRTC; empty for `BroadcastChannel`.
        sdp: String,
        /// Candidates follow one by one.
        trickle: bool,
    },
    /// The listener's.
    Answer {
        /// As in the offer.
        path: Path,
        /// SDP for WebRTC; empty for `BroadcastChannel`.
        sdp: String,
        /// Hash of the content of the envelope with the offer.
        offer: ByteArray<32>,
    },
    /// More ICE candidates.
    Candidates {
        /// As in the offer.
        path: Path,
        /// At most [`MAX_CANDIDATES`].
        candidates: Vec<Line>,
    },
    /// The attempt is given up, or the link that came of it is gone.
    Abort {
        /// As in the offer.
        path: Path,
    },
    /// The dialer's new description of its end of an open link. The answer need not name it: both are bound to the
    /// certificates that the link was proved with.
    Restart {
        /// As in the offer.
        path: Path,
        /// Counts the restarts of the link.
        round: u32,
        /// SDP.
        sdp: String,
    },
    /// The listener's.
    Restarted {
        /// As in the offer.
        path: Path,
        /// As in the restart.
        round: u32,
        /// SDP.
        sdp: String,
    },
    /// The listener asks for a restart after this one.
    RestartWanted {
        /// As in the offer.
        path: Path,
        /// The last it knows of.
        round: u32,
    },
}

impl Message {
    pub(crate) fn encode(&self) -> Vec<u8> {
        serde_ipld_dagcbor::to_vec(self).expect("an enum of plain fields encodes into memory")
    }

    /// Whether it names an address at which the sender may be reached.
    pub(crate) fn has_candidate(&self) -> bool {
        match self {
            Self::Candidates { candidates, .. } => candidates.iter().any(|line| !line.candidate.is_empty()),
            Self::Offer { sdp, .. }
            | Self::Answer { sdp, .. }
            | Self::Restart { sdp, .. }
            | Self::Restarted { sdp, .. } => libp2p_webrtc_browser::sdp::has_candidates(sdp),
            Self::Hello {} | Self::Bye {} | Self::Abort { .. } | Self::RestartWanted { .. } => false,
        }
    }

    /// Which data path it is about.
    pub(crate) const fn path(&self) -> Option<Path> {
        match self {
            Self::Hello {} | Self::Bye {} => None,
            Self::Offer { path, .. }
            | Self::Answer { path, .. }
            | Self::Candidates { path, .. }
            | Self::Abort { path }
            | Self::Restart { path, .. }
            | Self::Restarted { path, .. }
            | Self::RestartWanted { path, .. } => Some(*path),
        }
    }

    /// Whether it is about the paths of an open link.
    pub(crate) fn is_restart(&self) -> bool {
        matches!(self, Self::Restart { .. } | Self::Restarted { .. } | Self::RestartWanted { .. })
    }

    /// A description with these candidates in it, rather than after it. It has one media section: theirs.
    pub(crate) fn with(mut self, candidates: &[Line]) -> Self {
        if let Self::Offer { sdp, .. } | Self::Answer { sdp, .. } = &mut self {
            for line in candidates.iter().filter(|line| !line.candidate.is_empty()) {
                let end = if sdp.ends_with('\n') { "" } else { "\r\n" };
                *sdp += &format!("{end}a={}\r\n", line.candidate);
            }
        }
        self
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let message: Self = serde_ipld_dagcbor::from_slice(bytes).ok()?;
        (message.encode() == bytes).then_some(message)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(candidate: &str, mid: Option<&str>) -> Line {
        Line { candidate: candidate.into(), mid: mid.map(Into::into) }
    }

    #[test]
    fn candidates_in_a_description_stand_at_its_end() {
        let offer = |sdp: &str| Message::Offer { path: Path::Webrtc, sdp: sdp.into(), trickle: true };
        let lines = [line("candidate:1 1 udp", Some("0")), line("", None), line("candidate:2 1 udp", None)];
        let expected = "v=0\r\na=candidate:1 1 udp\r\na=candidate:2 1 udp\r\n";
        assert_eq!(offer("v=0\r\n").with(&lines), offer(expected));
        assert_eq!(offer("v=0").with(&lines), offer(expected));
    }

    #[test]
    fn each_message_reads_back() {
        let path = Path::Webrtc;
        let messages = [
            Message::Hello {},
            Message::Bye {},
            Message::Offer { path, sdp: "v=0".into(), trickle: true },
            Message::Answer { path, sdp: "v=0".into(), offer: ByteArray::new([1; 32]) },
            Message::Candidates { path, candidates: vec![line("candidate:1", Some("0")), line("", None)] },
            Message::Candidates { path: Path::Broadcast, candidates: Vec::new() },
            Message::Abort { path },
            Message::Restart { path, round: 1, sdp: "v=0".into() },
            Message::Restarted { path, round: 1, sdp: "v=0".into() },
            Message::RestartWanted { path, round: 0 },
        ];
        for message in messages {
            assert_eq!(Message::decode(&message.encode()), Some(message));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Some(message) = Message::decode(&bytes) {
                prop_assert_eq!(message.encode(), bytes);
            }
        }
    }
}
