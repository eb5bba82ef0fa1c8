//! A [`NodeId`] and the libp2p `PeerId` are the same key, written by two crates.

use libp2p_identity::PeerId;
use paceline_room::NodeId;

/// What stands before the 32 key bytes in the PeerId of an Ed25519 key (libp2p specs, `peer-ids/peer-ids.md`).
const PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// The PeerId of a node.
pub fn peer_id(node: &NodeId) -> PeerId {
    PeerId::from_bytes(&[&PREFIX, &node.as_bytes()[..]].concat()).expect("an identity multihash of 36 bytes")
}

/// The node of a PeerId, if it is the PeerId of an Ed25519 key.
pub fn node_id(peer: &PeerId) -> Option<NodeId> {
    let bytes = peer.to_bytes();
    let key = bytes.strip_prefix(&PREFIX)?;
    Some(NodeId::from_bytes(key.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use paceline_room::Keypair;

    use super::*;

    #[test]
    fn both_crates_write_the_same_name_in_the_same_order() {
        let nodes: Vec<NodeId> = (1..9).map(|n| Keypair::from_secret([n; 32]).node()).collect();
        for node in &nodes {
            assert_eq!(peer_id(node).to_string(), node.to_string());
            assert_eq!(node_id(&peer_id(node)), Some(*node));
        }
        for pair in nodes.windows(2) {
            assert_eq!(pair[0] < pair[1], peer_id(&pair[0]) < peer_id(&pair[1]));
        }
    }

    #[test]
    fn other_kinds_of_key_are_no_node() {
        let hashed = libp2p_core::multihash::Multihash::wrap(0x12, &[7; 32]).unwrap();
        assert_eq!(node_id(&PeerId::from_multihash(hashed).unwrap()), None);
    }
}
