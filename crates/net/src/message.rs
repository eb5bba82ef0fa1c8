//! What envelopes say. Wire types only: [`crate::switchboard`] decides what to do about them.
//!
//! Parts that this build does not know are skipped, and so are messages of unknown kind or about an unknown path: a newer build wrote
//! them.

use paceline_room::canonical;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::types::Path;

/// Candidates in one message.
pub(crate) const MAX_CANDIDATES: usize = 32;

/// The kinds of messages, as they stand before them.
const KINDS: [&str; 9] =
    ["hello", "bye", "offer", "answer", "candidates", "abort", "restart", "restarted", "restart-wanted"];

/// Why a message is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// Its kind or path is not known here.
    Newer,
    /// It breaks the format.
    Malformed,
}

impl Unread {
    /// The stable code under which it is counted.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Newer => "newer-signal",
            Self::Malformed => "malformed-envelope",
        }
    }
}

/// An ICE candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[serde(rename_all = "kebab-case")]
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

    /// A message, and whether there are parts in it that this build does not know.
    pub(crate) fn decode(bytes: &[u8]) -> Result<(Self, bool), Unread> {
        canonical::check(bytes).map_err(|_| Unread::Malformed)?;
        let kind = kind_of(bytes).ok_or(Unread::Malformed)?;
        if !KINDS.iter().any(|known| known.as_bytes() == kind) {
            return Err(Unread::Newer);
        }
        let message: Self = serde_ipld_dagcbor::from_slice(bytes).map_err(|_| Unread::Malformed)?;
        if message.path() == Some(Path::Unknown) {
            return Err(Unread::Newer);
        }
        // What is known of a canonical message and written again is the same, unless there is more in it.
        let newer = message.encode() != bytes;
        Ok((message, newer))
    }
}

/// The only key of a canonical map of one entry.
fn kind_of(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = match bytes {
        [0xa1, head @ 0x60..=0x77, rest @ ..] => (head - 0x60, rest),
        [0xa1, 0x78, length, rest @ ..] => (*length, rest),
        // Longer than any that will be.
        [0xa1, 0x79..=0x7b, ..] => return Some(&[]),
        _ => return None,
    };
    rest.get(..length.into())
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
            let bytes = message.encode();
            assert_eq!(KINDS.iter().filter(|it| it.as_bytes() == kind_of(&bytes).unwrap()).count(), 1);
            assert_eq!(Message::decode(&bytes), Ok((message, false)));
        }
    }

    #[test]
    fn parts_of_a_later_build_are_skipped_wherever_they_stand() {
        let offer = Message::Offer { path: Path::Webrtc, sdp: "v=0".into(), trickle: true };
        let known = offer.encode();
        // {"offer": {3 parts}}: one more, the last in order.
        let at = 1 + 6;
        assert_eq!(known[at], 0xa3);
        let bytes = [&known[..at], b"\xa4", &known[at + 1..], b"\x68zzzzzzzz\x82\x01\x80"].concat();
        assert_eq!(Message::decode(&bytes), Ok((offer, true)));
        let line = Message::Candidates { path: Path::Webrtc, candidates: vec![line("candidate:1", None)] };
        let known = line.encode();
        let at = known.windows(2).position(|it| it == b"\x81\xa1").unwrap() + 1;
        let end = at + 1 + 10 + 12;
        let bytes = [&known[..at], b"\xa2", &known[at + 1..end], b"\x69zzzzzzzzz\x07", &known[end..]].concat();
        assert_eq!(Message::decode(&bytes), Ok((line, true)));
        assert_eq!(Message::decode(b"\xa1\x65hello\xa1\x61a\x01"), Ok((Message::Hello {}, true)));
    }

    #[test]
    fn an_unknown_kind_or_path_is_newer_and_another_form_is_malformed() {
        let long = [&b"\xa1\x78\x28"[..], &[b'x'; 40], b"\xa0"].concat();
        let longer = [&b"\xa1\x79\x01\x00"[..], &[b'x'; 256], b"\xa0"].concat();
        let path = b"\xa1\x65abort\xa1\x64path\x69submarine";
        for bytes in [b"\xa1\x65dance\xa0", &long[..], &longer, path] {
            assert_eq!(Message::decode(bytes), Err(Unread::Newer), "{bytes:x?}");
        }
        let two_kinds = b"\xa2\x63bye\xa0\x65hello\xa0";
        let no_part = b"\xa1\x65abort\xa0";
        let long_head = b"\xa1\x63bye\xb8\x00";
        for bytes in [&two_kinds[..], no_part, long_head, b"\xa1\x63bye\xa0\x00", b"\xa0", b"\x01", b"", b"\x63bye"] {
            assert_eq!(Message::decode(bytes), Err(Unread::Malformed), "{bytes:x?}");
        }
    }

    #[test]
    fn the_described_messages_are_the_ones_there_are() {
        let text = include_str!("../../../docs/format.md");
        let table =
            text.split("The message is a map of one entry").nth(1).unwrap().split("The node with").next().unwrap();
        let described: Vec<&str> =
            table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
        assert_eq!(described, KINDS);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Ok((message, newer)) = Message::decode(&bytes) {
                prop_assert_eq!(message.encode() == bytes, !newer);
            }
        }
    }
}
