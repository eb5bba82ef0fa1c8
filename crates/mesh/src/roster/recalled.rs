//! What others had stored, as far as this node knew when it ran last: their tips, kept where it keeps its settings. What is durably
//! stored stays, so this is true still. Who lacked words then is left out: of these no more is known.

use paceline_room::{
    Cid, Ix, Log, NodeId,
    cost::{BTreeMap, look},
    log::Seen,
};

/// Of so many it is kept, those heard last.
const KEPT: usize = 64;
/// So many tips of each: most have one.
const KEPT_TIPS: usize = 8;

/// What each of them held.
#[derive(Debug, Default)]
pub(super) struct Recalled(BTreeMap<NodeId, (Seen, Vec<Cid>)>);

impl Recalled {
    pub(super) fn of(&self, node: &NodeId) -> Option<&Seen> {
        self.0.get(node).map(|(seen, _)| seen)
    }

    /// A node held these and all before them. Returns whether that says anything.
    pub(super) fn recall(&mut self, node: NodeId, tips: &[Cid], log: &Log) -> bool {
        if self.0.len() >= KEPT {
            return false;
        }
        let mut seen = Seen::default();
        let found: Vec<(Cid, Ix)> = tips.iter().take(KEPT_TIPS).filter_map(|it| Some((*it, log.find(it)?))).collect();
        found.iter().for_each(|(_, ix)| log.see(&mut seen, *ix));
        let tips: Vec<Cid> = found.into_iter().map(|(tip, _)| tip).collect();
        !tips.is_empty() && self.0.insert(node, (seen, tips)).is_none()
    }

    /// Whether any of them held an event.
    pub(super) fn holds(&self, log: &Log, ix: Ix) -> bool {
        look(1);
        self.0.values().any(|(seen, _)| log.is_seen(seen, ix))
    }

    /// What is to be kept: these, who were heard since, then the others.
    pub(super) fn with(&self, mut now: Vec<(NodeId, Vec<Cid>)>) -> Vec<(NodeId, Vec<Cid>)> {
        let before = self.0.iter().filter(|(id, _)| !now.iter().any(|(it, _)| it == *id));
        let before: Vec<_> = before.map(|(id, (_, tips))| (*id, tips.clone())).collect();
        now.extend(before);
        now.truncate(KEPT);
        now.iter_mut().for_each(|(_, tips)| tips.truncate(KEPT_TIPS));
        now
    }
}
