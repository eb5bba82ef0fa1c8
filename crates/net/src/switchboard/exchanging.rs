//! Greets through the room whom this node is not linked with: when, [`PeerExchange`](super::peer_exchange::PeerExchange) say.

use paceline_mesh::replica::Millis;
use paceline_room::{NodeId, cost::LiteMap};

use super::{
    Output, Switchboard, Through, Via,
    peer_exchange::{Due, GREET_AGAIN, GREET_LATER, GREET_MOST, MAX_EXCHANGED},
};
use crate::{message::Message, rendezvous::Reach};

impl Switchboard {
    /// These are present, and not linked with this node as far as the mesh knows; replaces what was said before.
    pub(crate) fn acquainted(&mut self, nodes: &[NodeId], now: Millis) {
        let Some(room) = self.room() else { return };
        let is_linked = |node: &NodeId| self.known.get(node).is_some_and(|known| known.linked.is_some());
        let nodes = nodes.iter().filter(|node| **node != self.me && !is_linked(node)).take(MAX_EXCHANGED);
        let mut due: LiteMap<NodeId, Due> = LiteMap::new();
        for node in nodes {
            let first = if self.me < *node { GREET_LATER } else { 0 };
            let old = self.peer_exchange.0.get(node).copied();
            due.insert(*node, old.unwrap_or(Due { next: now + first, wait: GREET_AGAIN }));
        }
        let gone: Vec<NodeId> = std::mem::replace(&mut self.peer_exchange.0, due).keys().copied().collect();
        self.forget_ways(&gone);
        for node in self.peer_exchange.0.keys().copied().collect::<Vec<_>>() {
            self.also_heard(node, room);
        }
        self.exchange(now);
    }

    /// Greets whoever is due.
    pub(super) fn exchange(&mut self, now: Millis) {
        self.ground();
        let Some(room) = self.room() else { return };
        let mut greet = Vec::new();
        for (node, due) in self.peer_exchange.0.iter_mut().filter(|(_, due)| due.next <= now) {
            due.next = now + due.wait;
            due.wait = (due.wait * 2).min(GREET_MOST);
            // Who was heard is dialled by the smaller, whatever comes of it.
            let is_dialled = self.me < *node && self.known.get(node).is_some_and(|known| known.alive);
            if !is_dialled && !self.refused.contains(node) {
                greet.push(*node);
            }
        }
        for node in greet {
            // For everybody, as it were: which run of that node is the present one only its answer tells.
            let (envelope, _) = self.seal(None, None, &Message::Hello {});
            self.outputs.push(Output::Send { through: Through::One(room), to: Some(node), envelope });
        }
    }

    /// The way through the room is not there any more.
    pub(super) fn forget_ways(&mut self, nodes: &[NodeId]) {
        let room = self.room();
        for node in nodes {
            if let Some(known) = self.known.get_mut(node)
                && known.linked.is_none()
                && known.via == room
            {
                known.via = None;
            }
        }
    }

    fn room(&self) -> Option<Via> {
        self.setup.reach.iter().position(|reach| *reach == Reach::Room)
    }
}
