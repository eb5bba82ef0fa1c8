//! What tests see of a replica and nobody else needs: whom it blames for what, and how full its queues are beside their bounds.

use std::collections::BTreeMap;

use paceline_room::NodeId;

use super::Replica;
use crate::queue::Queue;

impl Replica {
    /// What was held against whom, by its code, and how often.
    pub fn blamed(&self) -> &BTreeMap<(NodeId, &'static str), u64> {
        &self.blamed
    }

    /// Everything that others can fill, but for the log itself and what waits to be told of its words.
    pub fn queues(&self) -> Vec<Queue> {
        let links = self.links.len();
        let to_relay = self.links.values().map(|link| link.to_relay.len()).max().unwrap_or(0);
        let mut queues = vec![
            Queue::new("nodes whose beacons wait to be passed on over a link", to_relay, self.roster.most(links)),
            Queue::new("links of the tree", self.tree.links(), links),
            Queue::new("links that are caught up with", self.sync.peers(), links),
        ];
        queues.extend(self.ingest.queues(links, self.pending.count()));
        queues.extend(self.pending.queues(links));
        queues.extend(self.roster.queues(links));
        queues.extend(self.tree.queues());
        queues.extend(self.sync.queues());
        queues.extend(self.refused_cids.queues());
        queues.push(self.spoilers.queue(links));
        queues.extend(self.relayed.queues(links));
        queues
    }
}
