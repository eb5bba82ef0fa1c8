//! Who of some nodes is linked with whom, as their latest beacons have it.

use paceline_room::{NodeId, cost::look};

use super::Roster;
use crate::wire::{ShortId, short_node};

impl Roster {
    /// Which two of these are linked, by their places among them, the smaller first. Of its own links this node knows; of a link
    /// between two others both must tell, so that nobody makes one up with somebody who knows nothing of it.
    pub fn links_among(&self, nodes: &[NodeId]) -> Vec<(usize, usize)> {
        let mut places: Vec<(ShortId, usize)> = nodes.iter().enumerate().map(|(at, it)| (short_node(it), at)).collect();
        places.sort_unstable();
        let place = |id: &ShortId| {
            look(1);
            let found = places.binary_search_by(|(it, _)| it.cmp(id)).ok()?;
            places.get(found).map(|(_, at)| *at)
        };
        let mut said = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            let mut say = |to: &ShortId| said.extend(place(to).map(|to| (at, to)));
            if *node == self.me {
                self.greeted.iter().for_each(|it| say(&short_node(it)));
            } else {
                self.links_of(node).iter().for_each(say);
            }
        }
        said.sort_unstable();
        let is_said = |pair: (usize, usize)| said.binary_search(&pair).is_ok();
        let mine = |at: usize| nodes.get(at) == Some(&self.me);
        let mut linked: Vec<(usize, usize)> = said
            .iter()
            .filter(|(a, b)| a != b && !mine(*b) && (mine(*a) || is_said((*b, *a))))
            .map(|(a, b)| (*a.min(b), *a.max(b)))
            .collect();
        linked.sort_unstable();
        linked.dedup();
        linked
    }
}
