//! Links as they come and go, and what is held against who is at their other end.

use std::collections::BTreeSet;

use paceline_room::NodeId;

use super::{Output, Replica, link::Link};
use crate::{
    budgets::{BEACONS, BEACONS_BORNE, Bucket, REFUSED, REFUSED_LEAST, RELAYED, SERVED},
    wire::{Cids, Form, Hello, Live, TIPS},
};

impl Replica {
    pub(super) fn on_link_up(&mut self, peer: NodeId, form: Form) {
        if self.links.contains_key(&peer) {
            self.on_link_down(&peer, false);
        }
        let now = self.now;
        let link = Link {
            form,
            refused: Bucket::new(REFUSED, now),
            served: Bucket::new(SERVED, now),
            beacons: Bucket::new(BEACONS, now),
            borne: Bucket::new(BEACONS_BORNE, now),
            relayed: Bucket::new(RELAYED, now),
            to_relay: BTreeSet::new(),
            streaming: None,
            trial: None,
            dropped: false,
        };
        self.links.insert(peer, link);
        self.sync.link_up(peer, now);
        self.relayed.link_up(peer, now);
        let theirs = self.roster.link_up(peer, now);
        let behind = self.tell_behind();
        let hello = Hello(
            self.log.len() as u64,
            Cids(self.log.tips().after(None, TIPS).into_iter().map(|((_, cid), _)| cid).collect()),
            theirs,
            behind,
        );
        self.send_live(peer, &Live::Hello(hello));
        self.sync_stirred = true;
        let graft = self.tree.link_up(peer);
        self.send_spread(graft);
        self.changed = true;
    }

    pub(super) fn on_link_down(&mut self, peer: &NodeId, goodbye: bool) {
        if self.links.remove(peer).is_none() {
            return;
        }
        self.sync.link_down(peer);
        self.relayed.link_down(peer);
        self.sync_stirred = true;
        self.ingest.forget(peer);
        self.leave_pending(peer);
        self.roster.link_down(peer, goodbye, self.now);
        let graft = self.tree.link_down(peer);
        self.send_spread(graft);
        self.changed = true;
    }

    /// Counts a refusal, once, and holds so many bytes against the peer that sent it; none if it could not know better.
    pub(super) fn refuse(&mut self, code: &'static str, peer: Option<NodeId>, bytes: usize) {
        *self.refused.entry(code).or_default() += 1;
        self.out.push(Output::Refused { code, peer });
        if let Some(peer) = peer.filter(|_| bytes > 0) {
            #[cfg(feature = "test-utils")]
            {
                *self.blamed.entry((peer, code)).or_default() += 1;
            }
            self.charge(peer, bytes);
        }
    }

    pub(super) fn charge(&mut self, peer: NodeId, bytes: usize) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        let cost = (bytes as u64).max(REFUSED_LEAST);
        if !link.dropped && !link.refused.take(REFUSED, cost, self.now) {
            link.dropped = true;
            self.out.push(Output::Disconnect(peer));
        }
    }
}
