//! What is known about a connection before the first byte of it is trusted.

use libp2p_identity::PeerId;

use crate::{sdp::Fingerprint, signalling::SessionId};

/// Which side of an attempt a node is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// It made the offer. It is also the yamux client.
    Dialer,
    /// It answered.
    Listener,
}

/// A connection that both browsers have opened and nobody has used yet. Both sides see the same session, opposite roles,
/// and the same two fingerprints the other way round; a proof over all of them cannot be moved to another connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkInfo {
    /// The attempt it came from.
    pub session: SessionId,
    /// Our side.
    pub role: Role,
    /// Who signed the other side's description, as the signalling says.
    pub remote_peer: PeerId,
    /// Our certificate.
    pub local_fingerprint: Fingerprint,
    /// The certificate the browser has checked the other side against.
    pub remote_fingerprint: Fingerprint,
}
