//! What is known of others' storage from one run of this node to the next.

use std::cmp::Reverse;

use paceline_room::{Cid, Ix, Log, NodeId, cost::BTreeSet};

use super::{Roster, has_written};

impl Roster {
    /// A node held these and all before them when this one ran last.
    pub fn recall(&mut self, node: NodeId, tips: &[Cid], log: &Log) {
        if node != self.me && has_written(&node, log) && self.recalled.recall(node, tips, log) {
            self.changed.node(node);
        }
    }

    /// Whether anybody held an event when this node ran last.
    pub fn was_held(&self, log: &Log, ix: Ix) -> bool {
        self.recalled.holds(log, ix)
    }

    /// What is to be recalled when this node runs again: of those who have written, who was heard last first.
    pub fn to_recall(&self, log: &Log) -> Vec<(NodeId, Vec<Cid>)> {
        let now = self.nodes.iter().filter_map(|(id, node)| {
            let (_, beacon) = node.beacon.as_ref().filter(|(_, it)| it.missing_words.0.is_empty())?;
            let tips: Vec<Cid> = beacon.tips.0.iter().copied().filter(|it| log.find(it).is_some()).collect();
            (!tips.is_empty() && has_written(id, log)).then_some((Reverse(node.heard), *id, tips))
        });
        let mut all = BTreeSet::new();
        all.extend(now);
        self.recalled.with(all.into_iter().map(|(_, id, tips)| (id, tips)).collect())
    }
}
