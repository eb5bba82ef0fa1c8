//! How two browsers that are not connected yet exchange the few messages WebRTC needs. The transport is generic over it.

use std::task::{Context, Poll};

use libp2p_identity::PeerId;

/// Names one attempt to connect: 16 random bytes chosen by the side that dials.
pub type SessionId = [u8; 16];

/// One message of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// The dialer's session description.
    Offer {
        /// The attempt.
        session: SessionId,
        /// SDP.
        sdp: String,
        /// Whether candidates follow one by one; if not, the SDP holds them all and the answer must do the same.
        trickle: bool,
    },
    /// The listener's session description.
    Answer {
        /// The attempt.
        session: SessionId,
        /// SDP.
        sdp: String,
    },
    /// One more ICE candidate.
    Candidate {
        /// The attempt.
        session: SessionId,
        /// The candidate line (`candidate:...`); empty: no more will come.
        candidate: String,
        /// The media section it belongs to.
        mid: Option<String>,
    },
    /// The attempt is given up.
    Abort {
        /// The attempt.
        session: SessionId,
    },
}

/// Carries signals to a peer and back. An implementation must deliver them unchanged and from the named peer (it seals and
/// signs them); it may lose, delay and repeat them.
pub trait Signalling: 'static {
    /// Sends a signal. `to` is `None` for an offer to whoever answers it (a code pasted by hand). Must not block: what
    /// cannot be sent is dropped, and the attempt times out.
    fn send(&mut self, to: Option<PeerId>, signal: Signal);

    /// The next signal that came in, and who signed it. `None`: nothing will come any more.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(PeerId, Signal)>>;
}
