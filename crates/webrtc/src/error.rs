//! Why an attempt to connect came to nothing.

use crate::{sdp::SdpError, sessions::Ended, signalling::SignalError};

/// Why a connection was not established. One variant per reason a caller may want to treat differently.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This browser (or its policy) has no `RTCPeerConnection`.
    #[error("this browser does not offer WebRTC")]
    Unavailable,
    /// One side gathered no ICE candidates at all: no network interface but loopback, or a relay-only policy without a
    /// relay. Known within milliseconds; another try will not help before the network changes.
    #[error("there is no network path: {0} found no address to offer")]
    NoCandidates(Side),
    /// No connection within the time allowed.
    #[error("no connection in time")]
    TimedOut,
    /// The other side gave up.
    #[error("the other side gave the attempt up")]
    Aborted,
    /// The other side, having the lower `PeerId`, is dialing at the same time, and its attempt goes on as an incoming
    /// connection. (At the lower peer: an incoming attempt whose place its own dial has taken.)
    #[error("the lower peer's own dial goes on instead")]
    Superseded,
    /// The signalling has ended, so no answer can come.
    #[error("the signalling has ended")]
    SignallingClosed,
    /// `listen_on` was called twice; one listener is all there can be.
    #[error("the transport is listening already")]
    AlreadyListening,
    /// The other side sent something that must not reach the browser.
    #[error(transparent)]
    Signal(#[from] SignalError),
    /// The browsers found each other's addresses useless, or the certificate did not match the session description.
    #[error("the browsers could not connect")]
    ConnectionFailed,
    /// The guard given to `Transport::with_guard` did not let the connection pass.
    #[error("the connection was refused: {0}")]
    Refused(#[source] Refusal),
    /// The browser threw where it should not; its own words.
    #[error("the browser failed to {step}: {message}")]
    Browser {
        /// What we asked of it.
        step: &'static str,
        /// What it said.
        message: String,
    },
}

/// A guard's reason to refuse a connection.
pub type Refusal = Box<dyn std::error::Error + Send + Sync>;

/// A side of an attempt, as seen from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// This browser.
    Local,
    /// The other one.
    Remote,
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Side::Local => "this browser",
            Side::Remote => "the other browser",
        })
    }
}

impl From<SdpError> for Error {
    fn from(error: SdpError) -> Self {
        Error::Signal(SignalError::Sdp(error))
    }
}

impl From<Ended> for Error {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Aborted => Error::Aborted,
            Ended::Superseded => Error::Superseded,
            Ended::SignallingClosed => Error::SignallingClosed,
        }
    }
}
