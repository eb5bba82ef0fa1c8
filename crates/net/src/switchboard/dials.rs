//! Whom to dial, over what, and when again.

use paceline_mesh::replica::Millis;
use paceline_room::NodeId;

use super::{
    Output, Switchboard, hellos,
    known::{FIRST_CANDIDATE, Known, MAX_DIALS},
};
use crate::{rendezvous::Reach, types::Path};

/// Whoever was not heard for this long is not dialled again before it is.
pub(super) const SILENT_FOR: Millis = 2 * hellos::FAR_MOST;

impl Switchboard {
    /// A dial came to nothing.
    pub(crate) fn dial_failed(&mut self, peer: NodeId, path: Path, now: Millis) {
        let Some(known) = self.known.get_mut(&peer) else { return };
        known.attempt(path).fail(now);
        known.alive &= now < known.heard + SILENT_FOR;
        if path == Path::Webrtc {
            known.broadcast_from = Some(now);
        }
        self.outbox.forget_peer(&peer, path);
        self.plan_all(now);
    }

    /// A dial led to a connection that served, and has ended. Until then, or until the link is up, it counts as under way.
    pub(crate) fn dial_done(&mut self, peer: NodeId, path: Path) {
        if let Some(known) = self.known.get_mut(&peer) {
            known.attempt(path).end();
        }
    }

    pub(super) fn dials(&self, node: &NodeId, known: &Known) -> bool {
        self.me < *node && known.alive && known.linked != Some(Path::Webrtc) && !self.refused.contains(node)
    }

    pub(super) fn may_broadcast(&self, known: &Known) -> bool {
        let here = known.via.is_some_and(|via| self.setup.reach.get(via) == Some(&Reach::Browser));
        self.setup.paths.broadcast && here
    }

    pub(super) fn dials_under_way(&self) -> usize {
        let under_way =
            |known: &Known| usize::from(known.webrtc.is_under_way()) + usize::from(known.broadcast.is_under_way());
        self.known.values().map(under_way).sum()
    }

    pub(super) fn plan_all(&mut self, now: Millis) {
        let nodes: Vec<NodeId> = self.known.keys().copied().collect();
        nodes.into_iter().for_each(|node| self.plan(node, now));
    }

    pub(super) fn plan(&mut self, node: NodeId, now: Millis) {
        if self.dials_under_way() >= MAX_DIALS {
            return;
        }
        let Some(known) = self.known.get(&node) else { return };
        if !self.dials(&node, known) {
            return;
        }
        let may_broadcast = self.may_broadcast(known);
        let webrtc = self.setup.paths.webrtc;
        let Some(known) = self.known.get_mut(&node) else { return };
        if webrtc && known.webrtc.may_start(now) {
            known.webrtc.start(now);
            known.broadcast_from.get_or_insert(now + FIRST_CANDIDATE);
            self.outputs.push(Output::Dial { peer: node, path: Path::Webrtc });
        }
        let due = !webrtc || known.broadcast_from.is_some_and(|from| from <= now);
        if may_broadcast && due && known.linked.is_none() && known.broadcast.may_start(now) {
            known.broadcast.start(now);
            self.outputs.push(Output::Dial { peer: node, path: Path::Broadcast });
        }
    }
}
