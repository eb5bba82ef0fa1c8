//! What a node tells of itself to all it is linked with, and whom it would be linked with.

use std::collections::BTreeSet;

use litemap::LiteMap;
use paceline_room::NodeId;

use super::{Output, Replica};
use crate::{
    budgets::RELAYED,
    wire::{Beacon, Behind, Cids, Live, MISSING_WORDS, ShortId, ShortIds, Signed, TIPS, short_cid},
};

impl Replica {
    /// Tips as they are reported: deepest first; if they are too many, each time others.
    fn next_tips(&mut self) -> Cids {
        let tips = self.held.tips().after(self.reported.as_ref(), TIPS);
        self.reported = tips.get(TIPS - 1).map(|(rank, _)| *rank);
        Cids(tips.into_iter().map(|((_, cid), _)| cid).collect())
    }

    /// Missing words as they are reported: the first of each author, then the second of each, as far as there is room, so that
    /// who withholds words of its own hides nobody else's behind them. Whether there are more.
    fn reported_missing(&self) -> (ShortIds, bool) {
        let mut turns: [Vec<ShortId>; MISSING_WORDS] = Default::default();
        let [first, ..] = &mut turns;
        first.extend(self.unstored_words.iter().take(MISSING_WORDS).map(short_cid));
        let mut of_author: LiteMap<NodeId, usize> = LiteMap::new();
        for (cid, author) in self.sync.lone_words() {
            if turns.first().is_some_and(|first| first.len() >= MISSING_WORDS) {
                break;
            }
            let before = of_author.entry(author).or_default();
            if let Some(turn) = turns.get_mut(*before) {
                turn.push(short_cid(cid));
            }
            *before += 1;
        }
        let listed = turns.into_iter().flatten().take(MISSING_WORDS).collect();
        (ShortIds(listed), self.sync.missing_words() + self.unstored_words.len() > MISSING_WORDS)
    }

    /// Whether more is known of than is here, as others are told it.
    pub(super) fn tell_behind(&mut self) -> Behind {
        self.told_behind = self.is_behind();
        Behind(self.told_behind)
    }

    pub(super) fn is_behind(&self) -> bool {
        self.sync.is_busy() || self.sync.wanted() > 0 || self.ingest.has_bulk()
    }

    pub(super) fn send_beacon(&mut self) {
        let (missing_words, more_missing) = self.reported_missing();
        let beacon = Beacon {
            tips: self.next_tips(),
            state: self.state,
            events: self.held.count() as u64,
            missing_words,
            more_missing,
            listens: self.hears && !self.listening.is_resting(),
            floor: self.told_floor(),
            behind: self.tell_behind(),
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
