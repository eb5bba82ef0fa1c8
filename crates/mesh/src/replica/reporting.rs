//! What a node tells of itself to all it is linked with, and whom it would be linked with.

use std::{cmp::Reverse, collections::BTreeSet};

use paceline_room::{Cid, Ix, NodeId, sorted};

use super::{Output, Replica};
use crate::{
    budgets::RELAYED,
    wire::{Beacon, Cids, Live, MISSING_WORDS, ShortIds, Signed, TIPS, short_cid},
};

impl Replica {
    /// Tips as they are reported: deepest first; if they are too many, each time others.
    pub(super) fn reported_tips(&self, mut tips: Vec<Ix>, turn: u64) -> Cids {
        sorted::short_list(&mut tips, |ix| (Reverse(self.log.entry(*ix).event.depth), self.log.entry(*ix).cid));
        if tips.len() > TIPS {
            let start = (turn as usize).wrapping_mul(TIPS) % tips.len();
            tips.rotate_left(start);
            tips.truncate(TIPS);
        }
        Cids(tips.into_iter().map(|ix| self.log.entry(ix).cid).collect())
    }

    pub(super) fn send_beacon(&mut self) {
        let missing: Vec<&Cid> = self.sync.lone_words().chain(&self.unstored_words).collect();
        let listed = missing.iter().take(MISSING_WORDS).map(|cid| short_cid(cid)).collect();
        let more_missing = missing.len() > MISSING_WORDS;
        let beacon = Beacon {
            tips: self.reported_tips(self.held.tips().collect(), self.roster.counter()),
            state: self.state,
            events: self.held.count() as u64,
            missing_words: ShortIds(listed),
            more_missing,
            listens: self.hears && !self.listening.is_resting(),
            ..self.roster.beacon(self.now)
        };
        if self.roster.greeted().is_empty() {
            return;
        }
        let signed = Live::Beacon(Signed::new(&beacon, &self.keypair));
        let greeted: Vec<NodeId> = self.roster.greeted().iter().copied().collect();
        greeted.into_iter().for_each(|peer| self.send_live(peer, &signed));
        self.roster.welcome().into_iter().for_each(|(to, of)| self.relay(to, of));
    }

    /// Passes the latest beacon of a node on, now or as soon as the link's budget allows.
    pub(super) fn relay(&mut self, to: NodeId, of: NodeId) {
        let now = self.now;
        let Some(link) = self.links.get_mut(&to) else { return };
        if link.to_relay.is_empty() && link.relayed.take(RELAYED, 1, now) {
            if let Some(latest) = self.roster.latest(&of) {
                let latest = Live::Beacon(latest.clone());
                self.send_live(to, &latest);
            }
        } else {
            link.to_relay.insert(of);
            let due = link.relayed.ready_at(RELAYED, 1);
            self.relay_at = Some(self.relay_at.map_or(due, |at| at.min(due)));
        }
    }

    /// Passes on what waited.
    pub(super) fn relay_late(&mut self) {
        if self.relay_at.is_none_or(|at| at > self.now) {
            return;
        }
        self.relay_at = None;
        let waiting: Vec<(NodeId, BTreeSet<NodeId>)> = self
            .links
            .iter_mut()
            .filter(|(_, link)| !link.to_relay.is_empty())
            .map(|(to, link)| (*to, std::mem::take(&mut link.to_relay)))
            .collect();
        for (to, nodes) in waiting {
            nodes.into_iter().for_each(|of| self.relay(to, of));
        }
    }

    /// Tells whom to get acquainted with, and whether others listen to newcomers.
    pub(super) fn look_around(&mut self) {
        let (stirred, stale) = (self.roster.take_stirred(), self.roster.take_stale());
        if stirred || stale {
            let reached = self.roster.reached_through(&self.log);
            if *reached != *self.reached {
                self.reached = reached.into();
                self.changed = true;
            }
        }
        if stirred {
            let acquainted: Vec<NodeId> = self.reached.iter().map(|it| it.node).collect();
            if acquainted != self.acquainted {
                self.acquainted.clone_from(&acquainted);
                self.out.push(Output::Acquainted(acquainted));
                self.changed = true;
            }
        }
        let due = self.listening.next_wake().is_some_and(|due| due <= self.now);
        if (stirred || due)
            && let Some(rest) = self.listening.look(self.roster.smaller(), self.roster.greeted().len(), self.now)
        {
            self.out.push(Output::Rest(rest));
            self.roster.change(self.now);
        }
    }
}
