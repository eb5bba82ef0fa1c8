//! Which envelopes came through which relays, and so on which relays each peer is heard. Bounded; the oldest goes first.

use std::collections::VecDeque;

use paceline_room::{
    NodeId,
    cost::{self, BTreeMap, LiteMap},
};
use sha2::{Digest, Sha256};

use crate::types::MAX_RELAYS;

/// Envelopes remembered.
const MAX_ENVELOPES: usize = 2048;
/// Peers remembered.
const MAX_PEERS: usize = 512;

/// Some of the relays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct RelaySet(u64);

const _: () = assert!(MAX_RELAYS <= 64, "each relay has its bit");

impl RelaySet {
    pub(crate) const fn insert(&mut self, relay: usize) {
        self.0 |= 1 << relay;
    }

    pub(crate) const fn contains(self, relay: usize) -> bool {
        self.0 & 1 << relay != 0
    }
}

type Hash = [u8; 32];

#[derive(Debug, Default)]
struct Envelope {
    relays: RelaySet,
    author: Option<NodeId>,
    own: bool,
    /// Through which relay it came first, when it was written by the clock of whoever wrote it, and when it came.
    first: Option<Dated>,
}

/// When something was written, by its author's clock, and when it came, by this node's; Unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dated {
    pub(crate) relay: usize,
    pub(crate) written: u64,
    pub(crate) came: u64,
}

/// What came of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    First,
    Again,
    /// This node wrote it.
    Own,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Peers {
    most_envelopes: usize,
    most_peers: usize,
    envelopes: BTreeMap<Hash, Envelope>,
    envelopes_by_age: VecDeque<Hash>,
    peers: LiteMap<NodeId, RelaySet>,
    peers_by_age: VecDeque<NodeId>,
}

impl Default for Peers {
    fn default() -> Self {
        Self::remembering(MAX_ENVELOPES, MAX_PEERS)
    }
}

impl Peers {
    /// At most so many envelopes and peers.
    pub(super) fn remembering(most_envelopes: usize, most_peers: usize) -> Self {
        let (envelopes_by_age, peers_by_age) = (VecDeque::new(), VecDeque::new());
        let (envelopes, peers) = (BTreeMap::new(), LiteMap::new());
        Self { most_envelopes, most_peers, envelopes, envelopes_by_age, peers, peers_by_age }
    }

    /// This node sends that envelope: relays send it back.
    pub(crate) fn sending(&mut self, envelope: &[u8]) {
        self.envelope(Sha256::digest(envelope).into()).own = true;
    }

    pub(crate) fn came(&mut self, envelope: &[u8], dated: Dated) -> Came {
        let relay = dated.relay;
        let hash = Sha256::digest(envelope).into();
        let known = self.envelopes.contains_key(&hash);
        let envelope = self.envelope(hash);
        if envelope.own {
            return Came::Own;
        }
        envelope.relays.insert(relay);
        envelope.first.get_or_insert(dated);
        if let Some(author) = envelope.author {
            self.peer(author).insert(relay);
        }
        if known { Came::Again } else { Came::First }
    }

    /// An envelope was opened. Returns when it was written and came, the first time.
    pub(crate) fn written_by(&mut self, envelope: &[u8], author: NodeId) -> Option<Dated> {
        let hash: Hash = Sha256::digest(envelope).into();
        let envelope = self.envelopes.get_mut(&hash)?;
        let known = envelope.author.replace(author).is_some();
        let (relays, first) = (envelope.relays, envelope.first);
        let peer = self.peer(author);
        *peer = RelaySet(peer.0 | relays.0);
        first.filter(|_| !known)
    }

    /// Where a peer was heard.
    pub(crate) fn heard_on(&self, peer: &NodeId) -> RelaySet {
        self.peers.get(peer).copied().unwrap_or_default()
    }

    fn envelope(&mut self, hash: Hash) -> &mut Envelope {
        cost::ground(|| self.envelopes.keys());
        if !self.envelopes.contains_key(&hash) {
            self.envelopes_by_age.push_back(hash);
            if self.envelopes_by_age.len() > self.most_envelopes
                && let Some(oldest) = self.envelopes_by_age.pop_front()
            {
                self.envelopes.remove(&oldest);
            }
        }
        self.envelopes.entry(hash).or_default()
    }

    fn peer(&mut self, peer: NodeId) -> &mut RelaySet {
        cost::ground(|| self.peers.keys());
        if !self.peers.contains_key(&peer) {
            self.peers_by_age.push_back(peer);
            if self.peers_by_age.len() > self.most_peers
                && let Some(oldest) = self.peers_by_age.pop_front()
            {
                self.peers.remove(&oldest);
            }
        }
        self.peers.entry(peer).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: NodeId = NodeId::from_bytes([1; 32]);

    fn dated(relay: usize) -> Dated {
        Dated { relay, written: 1_000, came: 1_200 }
    }

    fn on(peers: &Peers) -> Vec<usize> {
        (0..MAX_RELAYS).filter(|relay| peers.heard_on(&PEER).contains(*relay)).collect()
    }

    #[test]
    fn an_envelope_is_new_once_and_each_relay_that_brings_it_is_noted() {
        let mut peers = Peers::default();
        assert_eq!(peers.came(b"hello", dated(2)), Came::First);
        assert_eq!(peers.came(b"hello", dated(0)), Came::Again);
        assert_eq!(peers.written_by(b"hello", PEER), Some(dated(2)));
        assert_eq!(peers.written_by(b"hello", PEER), None, "it is dated once");
        assert_eq!(on(&peers), [0, 2]);
        assert_eq!(peers.came(b"hello", dated(7)), Came::Again);
        assert_eq!(on(&peers), [0, 2, 7]);
    }

    #[test]
    fn own_envelopes_are_told_apart() {
        let mut peers = Peers::default();
        peers.sending(b"mine");
        assert_eq!(peers.came(b"mine", dated(1)), Came::Own);
        assert_eq!(peers.came(b"mine", dated(1)), Came::Own);
    }

    #[test]
    fn memory_is_bounded() {
        let mut peers = Peers::default();
        for n in 0..4000_u32 {
            let mut key = [0; 32];
            key[..4].copy_from_slice(&n.to_be_bytes());
            peers.came(&key, dated(0));
            peers.written_by(&key, NodeId::from_bytes(key));
        }
        assert_eq!((peers.envelopes.len(), peers.envelopes_by_age.len()), (MAX_ENVELOPES, MAX_ENVELOPES));
        assert_eq!((peers.peers.len(), peers.peers_by_age.len()), (MAX_PEERS, MAX_PEERS));
    }
}
