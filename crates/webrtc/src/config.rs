//! What a user of the transport may set.

use std::time::Duration;

/// Settings of a transport. [`Config::default`] suits two browsers in one network: no STUN, no TURN, nothing contacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// STUN and TURN servers. What a browser would not take of them is not used; [`crate::sift`] says what that is.
    pub ice_servers: Vec<IceServer>,
    /// Whether addresses other than those of a TURN relay may be used.
    pub ice_transport_policy: IceTransportPolicy,
    /// How long an attempt may take, guard included. Default: 15 s.
    pub attempt_timeout: Duration,
    /// The same for attempts whose messages may travel out of band, carried by people. Default: 30 min.
    pub out_of_band_timeout: Duration,
    /// How long to wait for candidates that are sent all together (out of band) once there is at least one: a STUN server that
    /// does not answer would take 10 s. Default: 2 s.
    pub gather_timeout: Duration,
    /// Most incoming attempts at a time; offers beyond are ignored. Default: 16.
    pub max_incoming: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ice_servers: Vec::new(),
            ice_transport_policy: IceTransportPolicy::All,
            attempt_timeout: Duration::from_secs(15),
            out_of_band_timeout: Duration::from_secs(30 * 60),
            gather_timeout: Duration::from_secs(2),
            max_incoming: 16,
        }
    }
}

/// A STUN or TURN server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IceServer {
    /// `stun:host:port`, `turn:host:port` or `turns:host:port`.
    pub urls: Vec<String>,
    /// For TURN.
    pub username: Option<String>,
    /// For TURN.
    pub credential: Option<String>,
}

/// Which addresses may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IceTransportPolicy {
    /// All.
    #[default]
    All,
    /// Only those of a TURN relay, which hides this browser's own addresses from the other.
    Relay,
}
