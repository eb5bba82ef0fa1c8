//! How two browsers that are not connected yet exchange the few messages WebRTC needs. The transport is generic over it.
//!
//! What it deliberately does not do: encode, seal, sign or carry. An implementation decides on the wire; [`Signal::check`]
//! states the limits that hold on every wire.

use std::task::{Context, Poll};

use libp2p_identity::PeerId;

use crate::sdp::{self, Fingerprint, SdpError};

/// Names one attempt to connect: 16 random bytes chosen by the side that dials.
pub type SessionId = [u8; 16];

/// Longest candidate line taken from outside, in bytes. Browsers write about 150.
pub const MAX_CANDIDATE: usize = 1024;

/// Longest name of a media section taken from outside, in bytes. Browsers write one digit.
pub const MAX_MID: usize = 16;

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
    /// The attempt is given up, or the connection that came of it is gone.
    Abort {
        /// The attempt.
        session: SessionId,
    },
    /// The dialer of an open connection has new paths to offer (an ICE restart).
    Restart {
        /// The attempt the connection came from.
        session: SessionId,
        /// Counts the restarts of the connection, from 1; an offer sent again keeps its number.
        round: u32,
        /// SDP with the candidates known so far; more may follow one by one.
        sdp: String,
    },
    /// The listener's answer to [`Signal::Restart`].
    Restarted {
        /// The attempt the connection came from.
        session: SessionId,
        /// The restart it answers.
        round: u32,
        /// SDP, as in the offer.
        sdp: String,
    },
    /// The listener of an open connection asks the dialer for a restart.
    RestartWanted {
        /// The attempt the connection came from.
        session: SessionId,
        /// The last restart it knows of; 0: none.
        round: u32,
    },
}

/// What is wrong with a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignalError {
    /// A session description that must not reach the browser.
    #[error(transparent)]
    Sdp(#[from] SdpError),
    /// A candidate longer than [`MAX_CANDIDATE`], or not a `candidate:` line.
    #[error("the candidate is longer than {MAX_CANDIDATE} bytes or not a candidate line")]
    Candidate,
    /// A media section name longer than [`MAX_MID`].
    #[error("the name of the media section is longer than {MAX_MID} bytes")]
    Mid,
}

impl Signal {
    /// The attempt this signal belongs to.
    pub fn session(&self) -> &SessionId {
        match self {
            Signal::Offer { session, .. }
            | Signal::Answer { session, .. }
            | Signal::Candidate { session, .. }
            | Signal::Abort { session }
            | Signal::Restart { session, .. }
            | Signal::Restarted { session, .. }
            | Signal::RestartWanted { session, .. } => session,
        }
    }

    /// Checks the limits of a signal that came from outside. The transport does so itself; an implementation of
    /// [`Signalling`] may do it earlier, to know whom to blame.
    pub fn check(&self) -> Result<(), SignalError> {
        match self {
            Signal::Offer { sdp, .. }
            | Signal::Answer { sdp, .. }
            | Signal::Restart { sdp, .. }
            | Signal::Restarted { sdp, .. } => {
                let _: Fingerprint = sdp::fingerprint(sdp)?;
                Ok(())
            }
            Signal::Candidate { candidate, mid, .. } => check_candidate(candidate, mid.as_deref()),
            Signal::Abort { .. } | Signal::RestartWanted { .. } => Ok(()),
        }
    }
}

fn check_candidate(candidate: &str, mid: Option<&str>) -> Result<(), SignalError> {
    let is_candidate = candidate.is_empty() || candidate.starts_with("candidate:");
    if candidate.len() > MAX_CANDIDATE || !is_candidate || candidate.contains(['\r', '\n']) {
        return Err(SignalError::Candidate);
    }
    if mid.is_some_and(|mid| mid.len() > MAX_MID) {
        return Err(SignalError::Mid);
    }
    Ok(())
}

/// Carries signals to a peer and back. An implementation must deliver them unchanged and from the named peer (it seals and
/// signs them); it may lose, delay and repeat them.
pub trait Signalling: 'static {
    /// Sends a signal. `to` is `None` for an offer to whoever answers it (an out-of-band code, pasted by a person). Must not
    /// block: what cannot be sent is dropped, and the attempt times out.
    fn send(&mut self, to: Option<PeerId>, signal: Signal);

    /// All candidates of an attempt with this peer have been sent: what waits for further ones, to go together, need wait no
    /// longer.
    fn gathered(&mut self, _to: PeerId, _session: SessionId) {}

    /// The next signal that came in, and who signed it. `None`: nothing will come any more.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(PeerId, Signal)>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(candidate: &str, mid: Option<&str>) -> Signal {
        Signal::Candidate { session: [1; 16], candidate: candidate.to_owned(), mid: mid.map(str::to_owned) }
    }

    #[test]
    fn candidates_of_a_browser_and_their_end_pass() {
        let line = "candidate:1 1 udp 2122260223 192.168.0.2 50000 typ host generation 0 ufrag Wx1k";
        assert_eq!(candidate(line, Some("0")).check(), Ok(()));
        assert_eq!(candidate("", None).check(), Ok(()));
    }

    #[test]
    fn a_candidate_that_is_too_long_or_something_else_is_refused() {
        let long = format!("candidate:{}", "1".repeat(MAX_CANDIDATE));
        for bad in [long.as_str(), "a=candidate:1", "candidate:1\r\na=fingerprint:sha-256 00"] {
            assert_eq!(candidate(bad, None).check(), Err(SignalError::Candidate), "{bad}");
        }
    }

    #[test]
    fn an_overlong_section_name_is_refused() {
        assert_eq!(candidate("", Some("0123456789abcdefg")).check(), Err(SignalError::Mid));
    }

    #[test]
    fn a_description_is_checked_wherever_there_is_one() {
        let sdp = "v=0".to_owned();
        let broken = Err(SignalError::Sdp(SdpError::NotOneDataChannel));
        assert_eq!(Signal::Offer { session: [1; 16], sdp: sdp.clone(), trickle: true }.check(), broken);
        assert_eq!(Signal::Answer { session: [1; 16], sdp: sdp.clone() }.check(), broken);
        assert_eq!(Signal::Restart { session: [1; 16], round: 1, sdp: sdp.clone() }.check(), broken);
        assert_eq!(Signal::Restarted { session: [1; 16], round: 1, sdp }.check(), broken);
    }
}
