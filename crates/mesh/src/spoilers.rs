//! Who sent signatures that spoilt a batch: what comes from there is verified alone from then on, so that nobody has others' checked
//! twice for long.

use std::collections::VecDeque;

use paceline_room::{NodeId, cost::BTreeSet};

use crate::pending::Source;

/// How many are remembered whose links are gone: keys are free.
const GONE: usize = 64;

/// See the module.
#[derive(Debug, Default)]
pub struct Spoilers {
    peers: BTreeSet<NodeId>,
    order: VecDeque<NodeId>,
    /// What is imported now has such signatures.
    import: bool,
}

impl Spoilers {
    /// Whether what comes from there is verified alone.
    pub fn contains(&self, source: &Source) -> bool {
        match source {
            Source::Peer(peer) => self.peers.contains(peer),
            Source::Import => self.import,
            // Neither is asked for anything more.
            Source::Gone | Source::Storage => false,
        }
    }

    /// What came from there spoilt a batch. Of those whose links are gone the oldest is forgotten.
    pub fn insert(&mut self, source: &Source, is_linked: impl Fn(&NodeId) -> bool) {
        match source {
            Source::Peer(peer) if self.peers.insert(*peer) => self.order.push_back(*peer),
            Source::Import => self.import = true,
            _ => {}
        }
        let gone = |peer: &&NodeId| !is_linked(peer);
        if self.order.iter().filter(gone).count() > GONE
            && let Some(at) = self.order.iter().position(|peer| !is_linked(peer))
            && let Some(peer) = self.order.remove(at)
        {
            self.peers.remove(&peer);
        }
    }

    /// All that was imported is worked off: the next file is another.
    pub const fn end_import(&mut self) {
        self.import = false;
    }

    /// How full it is, with so many links.
    #[cfg(feature = "test-utils")]
    pub fn queue(&self, links: usize) -> crate::queue::Queue {
        crate::queue::Queue::new("who spoilt batches", self.peers.len().max(self.order.len()), GONE + links)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u32) -> Source {
        let mut key = [0; 32];
        key[..4].copy_from_slice(&n.to_le_bytes());
        Source::Peer(NodeId::from_bytes(key))
    }

    #[test]
    fn who_is_linked_is_not_forgotten_and_of_the_others_the_latest_are_known() {
        let (mut spoilers, linked) = (Spoilers::default(), peer(0));
        let is_linked = |it: &NodeId| Source::Peer(*it) == linked;
        let last = GONE as u32 + 10;
        for n in 0..=last {
            spoilers.insert(&peer(n), is_linked);
            spoilers.insert(&peer(n), is_linked);
        }
        let known: Vec<u32> = (0..=last).filter(|n| spoilers.contains(&peer(*n))).collect();
        assert_eq!(known, [0].into_iter().chain(11..=last).collect::<Vec<_>>());
        assert_eq!((spoilers.peers.len(), spoilers.order.len()), (GONE + 1, GONE + 1));
    }

    #[test]
    fn a_file_that_spoils_says_nothing_of_the_next_one() {
        let mut spoilers = Spoilers::default();
        spoilers.insert(&Source::Import, |_| false);
        assert!(spoilers.contains(&Source::Import) && !spoilers.contains(&peer(1)));
        spoilers.end_import();
        assert!(!spoilers.contains(&Source::Import));
    }
}
