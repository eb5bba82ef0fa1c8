//! Whom to dial, over what, and when again.

use paceline_mesh::replica::Millis;
use paceline_room::NodeId;

use super::{
    Output, Switchboard, hellos,
    known::{FIRST_CANDIDATE, Known, MAX_DIALS, MAX_FAR_DIALS},
};
use crate::{rendezvous::Reach, types::Path};

/// Whoever was not heard for this long is not dialled again before it is.
pub(super) const SILENT_FOR: Millis = 2 * hellos::FAR_MOST;

/// Dials under way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct UnderWay {
    pub(super) all: usize,
    far_off: usize,
}

impl UnderWay {
    /// Whether one more may begin, to a node far off or not.
    pub(super) fn leaves_room(self, far_off: bool) -> bool {
        self.all < MAX_DIALS && !(far_off && self.far_off >= MAX_FAR_DIALS)
    }

    fn add(&mut self, dials: usize, far_off: bool) {
        self.all += dials;
        self.far_off += if far_off { dials } else { 0 };
    }
}

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
        self.ground();
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

    /// Whether it was heard through servers alone, or out of band.
    pub(super) fn is_far_off(&self, known: &Known) -> bool {
        let reach = known.via.and_then(|via| self.setup.reach.get(via));
        !matches!(reach, Some(Reach::Browser | Reach::Room))
    }

    pub(super) fn under_way(&self) -> UnderWay {
        let mut under_way = UnderWay::default();
        for known in self.known.values() {
            let dials = usize::from(known.webrtc.is_under_way()) + usize::from(known.broadcast.is_under_way());
            under_way.add(dials, self.is_far_off(known));
        }
        under_way
    }

    pub(super) fn plan_all(&mut self, now: Millis) {
        self.ground();
        let nodes: Vec<NodeId> = self.known.keys().copied().collect();
        let mut under_way = self.under_way();
        nodes.into_iter().for_each(|node| self.plan_beside(node, &mut under_way, now));
    }

    pub(super) fn plan(&mut self, node: NodeId, now: Millis) {
        let mut under_way = self.under_way();
        self.plan_beside(node, &mut under_way, now);
    }

    fn plan_beside(&mut self, node: NodeId, under_way: &mut UnderWay, now: Millis) {
        let Some(known) = self.known.get(&node) else { return };
        let far_off = self.is_far_off(known);
        if !under_way.leaves_room(far_off) || !self.dials(&node, known) {
            return;
        }
        let may_broadcast = self.may_broadcast(known);
        let webrtc = self.setup.paths.webrtc;
        let Some(known) = self.known.get_mut(&node) else { return };
        if webrtc && known.webrtc.may_start(now) {
            known.webrtc.start(now);
            known.broadcast_from.get_or_insert(now + FIRST_CANDIDATE);
            under_way.add(1, far_off);
            self.outputs.push(Output::Dial { peer: node, path: Path::Webrtc });
        }
        let due = !webrtc || known.broadcast_from.is_some_and(|from| from <= now);
        if may_broadcast && due && known.linked.is_none() && known.broadcast.may_start(now) {
            known.broadcast.start(now);
            under_way.add(1, far_off);
            self.outputs.push(Output::Dial { peer: node, path: Path::Broadcast });
        }
    }
}
