//! The addresses of this transport: `/webrtc`, `/webrtc/p2p/<peer>`, and `/webrtc/memory/0` for whoever answers.

use libp2p_core::multiaddr::{Multiaddr, Protocol};
use libp2p_identity::PeerId;

/// What an address asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// `/webrtc` or `/webrtc/memory/0`: whoever answers.
    Anyone,
    /// `/webrtc/p2p/<peer>`.
    Peer(PeerId),
}

impl Target {
    pub(crate) fn peer(self) -> Option<PeerId> {
        match self {
            Target::Anyone => None,
            Target::Peer(peer) => Some(peer),
        }
    }
}

/// Reads an address; `None` if it belongs to another transport.
pub(crate) fn parse(addr: &Multiaddr) -> Option<Target> {
    let mut parts = addr.iter();
    let target = match (parts.next(), parts.next()) {
        (Some(Protocol::WebRTC), None | Some(Protocol::Memory(0))) => Target::Anyone,
        (Some(Protocol::WebRTC), Some(Protocol::P2p(peer))) => Target::Peer(peer),
        _ => return None,
    };
    parts.next().is_none().then_some(target)
}

/// The address a listener has.
pub fn listen_address() -> Multiaddr {
    Multiaddr::empty().with(Protocol::WebRTC)
}

/// The address to dial whoever answers (an out-of-band code). A swarm never dials an address that it listens at, so it
/// cannot be `/webrtc` itself.
pub fn anyone_address() -> Multiaddr {
    listen_address().with(Protocol::Memory(0))
}

/// The address to dial a peer at.
pub fn peer_address(peer: PeerId) -> Multiaddr {
    listen_address().with(Protocol::P2p(peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_addresses_are_read_back() {
        let peer = PeerId::random();
        assert_eq!(parse(&listen_address()), Some(Target::Anyone));
        assert_eq!(parse(&anyone_address()), Some(Target::Anyone));
        assert_ne!(anyone_address(), listen_address());
        assert_eq!(parse(&peer_address(peer)), Some(Target::Peer(peer)));
    }

    #[test]
    fn addresses_of_other_transports_are_left_alone() {
        let peer = PeerId::random();
        for other in [
            "/ip4/127.0.0.1/udp/1/webrtc-direct".to_owned(),
            format!("/ip4/127.0.0.1/tcp/1/p2p/{peer}/p2p-circuit/webrtc/p2p/{peer}"),
            format!("/webrtc/p2p/{peer}/p2p-circuit"),
            "/webrtc/webrtc".to_owned(),
            String::new(),
        ] {
            assert_eq!(parse(&other.parse().unwrap()), None, "{other}");
        }
    }
}
