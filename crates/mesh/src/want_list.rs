//! The want-list: blocks known to exist and not here; who has them, who was asked for them, and what happens when nobody answers.
//!
//! One block is asked of one peer at a time (a *claim*); a claim ends with the block, with the peer's "not here", with
//! its silence or with its link. It sends nothing itself: [`crate::sync`] does.

use std::collections::BTreeSet;

use paceline_room::{
    Cid, NodeId,
    cost::{BTreeMap, LiteMap},
};

use crate::wire::Key;

/// Names in one request: small enough that answers of two peers do not leave many events waiting for parents.
pub const WANT_CIDS: usize = 512;
/// Events wanted at a time; what a reconciliation finds beyond is found again by the next.
pub const MAX_WANTED: usize = 32 * 1024;
/// Peers remembered as having one event.
const MAX_SOURCES: usize = 8;

#[derive(Debug)]
struct Wanted {
    place: (u64, u64),
    sources: BTreeSet<NodeId>,
    claimed: bool,
}

/// Events that are wanted, in about the order of depth.
#[derive(Debug, Default)]
pub struct WantList {
    order: BTreeMap<(u64, u64), Cid>,
    events: BTreeMap<Cid, Wanted>,
    /// By source: how many of its events are unclaimed, so that asking costs nothing when there is nothing to ask.
    open: LiteMap<NodeId, usize>,
    added: u64,
}

impl WantList {
    /// How many events are wanted.
    pub fn count(&self) -> usize {
        self.events.len()
    }

    /// Whether this event is wanted.
    pub fn contains(&self, cid: &Cid) -> bool {
        self.events.contains_key(cid)
    }

    /// `source` has this event, whose depth is at most `key.0`.
    pub fn add(&mut self, key: Key, source: NodeId) {
        if let Some(wanted) = self.events.get_mut(&key.1) {
            if wanted.sources.len() < MAX_SOURCES && wanted.sources.insert(source) && !wanted.claimed {
                *self.open.entry(source).or_default() += 1;
            }
            return;
        }
        if self.events.len() >= MAX_WANTED {
            return;
        }
        let place = (key.0, self.added);
        self.added += 1;
        self.order.insert(place, key.1);
        self.events.insert(key.1, Wanted { place, sources: BTreeSet::from([source]), claimed: false });
        *self.open.entry(source).or_default() += 1;
    }

    /// It is here (or refused): no longer wanted.
    pub fn remove(&mut self, cid: &Cid) -> bool {
        let Some(wanted) = self.events.remove(cid) else { return false };
        if !wanted.claimed {
            close(&mut self.open, &wanted.sources);
        }
        self.order.remove(&wanted.place).is_some()
    }

    /// The next events to ask `peer` for, which are claimed by that.
    pub fn claim(&mut self, peer: &NodeId) -> Vec<Cid> {
        let mut claimed = Vec::new();
        if !self.open.contains_key(peer) {
            return claimed;
        }
        for cid in self.order.values() {
            let Some(wanted) = self.events.get_mut(cid) else { continue };
            if !wanted.claimed && wanted.sources.contains(peer) {
                wanted.claimed = true;
                close(&mut self.open, &wanted.sources);
                claimed.push(*cid);
                if claimed.len() == WANT_CIDS {
                    break;
                }
            }
        }
        claimed
    }

    /// Ends the claims on these; with `failed`, that peer is no longer taken to have them.
    pub fn release<'a>(&mut self, cids: impl IntoIterator<Item = &'a Cid>, failed: Option<&NodeId>) {
        for cid in cids {
            let Some(wanted) = self.events.get_mut(cid) else { continue };
            if wanted.claimed {
                wanted.claimed = false;
                wanted.sources.iter().for_each(|source| *self.open.entry(*source).or_default() += 1);
            }
            if let Some(peer) = failed {
                self.forget_one(cid, peer);
            }
        }
    }

    /// The peer's link is gone: nothing can be asked of it.
    pub fn forget(&mut self, peer: &NodeId) {
        let theirs: Vec<Cid> = self.order.values().copied().collect();
        for cid in theirs {
            self.forget_one(&cid, peer);
        }
    }

    fn forget_one(&mut self, cid: &Cid, peer: &NodeId) {
        let Some(wanted) = self.events.get_mut(cid) else { return };
        if wanted.sources.remove(peer) {
            if !wanted.claimed {
                close(&mut self.open, &BTreeSet::from([*peer]));
            }
            if wanted.sources.is_empty() {
                self.remove(cid);
            }
        }
    }
}

/// One event less to ask these for.
fn close(open: &mut LiteMap<NodeId, usize>, sources: &BTreeSet<NodeId>) {
    for source in sources {
        if let Some(count) = open.get_mut(source) {
            *count -= 1;
            if *count == 0 {
                open.remove(source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(number: u8) -> NodeId {
        NodeId::from_bytes([number; 32])
    }

    fn cid(number: u64) -> Cid {
        Cid::of(&number.to_le_bytes())
    }

    #[test]
    fn what_is_claimed_is_not_asked_of_anybody_else() {
        let mut want_list = WantList::default();
        for depth in 0..3 {
            want_list.add((depth, cid(depth)), node(1));
            want_list.add((depth, cid(depth)), node(2));
        }
        assert_eq!(want_list.claim(&node(2)), vec![cid(0), cid(1), cid(2)]);
        assert_eq!(want_list.claim(&node(1)), vec![]);
        want_list.release(&[cid(1)], Some(&node(2)));
        assert_eq!(want_list.claim(&node(2)), vec![], "it did not have it");
        assert_eq!(want_list.claim(&node(1)), vec![cid(1)]);
        assert_eq!(want_list.count(), 3);
    }

    #[test]
    fn what_nobody_has_any_more_is_not_wanted() {
        let mut want_list = WantList::default();
        want_list.add((1, cid(1)), node(1));
        want_list.add((2, cid(2)), node(1));
        want_list.add((2, cid(2)), node(2));
        assert_eq!(want_list.claim(&node(1)).len(), 2);
        want_list.forget(&node(1));
        want_list.release(&[cid(1), cid(2)], Some(&node(1)));
        assert_eq!((want_list.count(), want_list.claim(&node(2))), (1, vec![cid(2)]));
    }

    #[test]
    fn requests_and_the_whole_list_are_bounded_and_the_shallow_come_first() {
        let mut want_list = WantList::default();
        for depth in (0..MAX_WANTED as u64 + 10).rev() {
            want_list.add((depth, cid(depth)), node(1));
        }
        assert_eq!(want_list.count(), MAX_WANTED);
        let first = want_list.claim(&node(1));
        assert_eq!((first.len(), first[0]), (WANT_CIDS, cid(10)));
        assert!(want_list.remove(&cid(10)) && !want_list.remove(&cid(10)));
    }
}
