//! What others had stored of a room when this browser last heard from them: it is as true after a reload, when nobody may be here who
//! tells it again. Kept beside the page's settings, for all tabs of a browser, and goes with the room.

use std::collections::BTreeMap;

use paceline_node::Ready;
use paceline_room::{Cid, NodeId, sorted};
use paceline_store::Settings;

use super::{Session, engine::Engine};
use crate::browser::page_path;

/// So many nodes are kept of a room.
const KEPT: usize = 64;

fn settings() -> Settings {
    Settings::new(&page_path())
}

fn name(room: Cid) -> String {
    format!("held-{room}")
}

/// A line for each node: its name, then the tips of what it has.
fn read(text: &str) -> impl Iterator<Item = (NodeId, Vec<Cid>)> {
    text.lines().take(KEPT).filter_map(|line| {
        let mut words = line.split(' ');
        let node = words.next()?.parse().ok()?;
        Some((node, words.filter_map(|it| it.parse().ok()).collect()))
    })
}

fn written<'a>(all: impl Iterator<Item = (&'a NodeId, &'a Vec<Cid>)>) -> String {
    let line =
        |(node, tips): (&NodeId, &Vec<Cid>)| tips.iter().fold(node.to_string(), |line, tip| format!("{line} {tip}"));
    all.map(line).reduce(|all, line| format!("{all}\n{line}")).unwrap_or_default()
}

/// A room that was read from storage learns what others had.
pub fn recall(room: Cid, ready: &mut Ready) {
    let kept = settings().get(&name(room)).unwrap_or_default();
    read(&kept).for_each(|(node, tips)| ready.recall(node, &tips));
}

/// The room is forgotten.
pub fn forget(room: Cid) {
    settings().set(&name(room), None);
}

fn keep(engine: &Engine) {
    let name = name(engine.link.room);
    let before = settings().get(&name).unwrap_or_default();
    // Another tab may have heard from others.
    let mut all: BTreeMap<NodeId, Vec<Cid>> = sorted::map(read(&before));
    let known = engine.node.replica().to_recall();
    let known: Vec<_> = known.into_iter().filter(|(node, _)| *node != engine.me).collect();
    let full = KEPT.saturating_sub(known.len());
    all.retain(|node, _| known.iter().all(|(it, _)| it != node));
    let others = all.iter().take(full);
    let now = written(known.iter().map(|(node, tips)| (node, tips)).chain(others));
    if now != before {
        settings().set(&name, Some(&now));
    }
}

impl Session {
    /// Keeps what is known of others' storage.
    pub(super) fn keep_holdings(&self) {
        let Ok(engine) = self.engine() else { return };
        // Told while the replica is at work: with the next change.
        if engine.is_kept() && engine.node.try_replica().is_some() {
            keep(&engine);
        }
    }
}
