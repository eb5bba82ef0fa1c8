//! What envelopes say. Wire types only: [`crate::switchboard`] decides what to do about them.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::{sdp, types::Path};

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
    /// One more ICE candidate; empty: the last.
    Candidate {
        /// As in the offer.
        path: Path,
        /// The candidate line.
        candidate: String,
        /// Its media section.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mid: Option<String>,
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
            Self::Candidate { candidate, .. } => !candidate.is_empty(),
            Self::Offer { sdp, .. }
            | Self::Answer { sdp, .. }
            | Self::Restart { sdp, .. }
            | Self::Restarted { sdp, .. } => libp2p_webrtc_browser::sdp::has_candidates(sdp),
            Self::Hello {} | Self::Bye {} | Self::Abort { .. } | Self::RestartWanted { .. } => false,
        }
    }

    /// Whether it is about the paths of an open link.
    pub(crate) fn is_restart(&self) -> bool {
        matches!(self, Self::Restart { .. } | Self::Restarted { .. } | Self::RestartWanted { .. })
    }

    /// With its description in the short form, for people's hands.
    pub(crate) fn stripped(self) -> Self {
        match self {
            Self::Offer { path, sdp, trickle } => Self::Offer { path, sdp: sdp::strip(&sdp), trickle },
            Self::Answer { path, sdp, offer } => Self::Answer { path, sdp: sdp::strip(&sdp), offer },
            other => other,
        }
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

    #[test]
    fn each_message_reads_back() {
        let path = Path::Webrtc;
        let messages = [
            Message::Hello {},
            Message::Bye {},
            Message::Offer { path, sdp: "v=0".into(), trickle: true },
            Message::Answer { path, sdp: "v=0".into(), offer: ByteArray::new([1; 32]) },
            Message::Candidate { path, candidate: "candidate:1".into(), mid: Some("0".into()) },
            Message::Candidate { path: Path::Broadcast, candidate: String::new(), mid: None },
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
