//! What is counted of a whole network: bytes, copies, delays, and what older builds did with events that mean nothing to them.

use paceline_mesh::{
    Lane, Replica,
    replica::Millis,
    wire::{Bulk, Item, Live},
};
use paceline_room::{Body, Cid, testing::Mask};

use super::net::Net;

/// What was sent and received, by honest nodes.
#[derive(Debug, Default, Clone)]
pub struct Stats {
    pub live_bytes: u64,
    pub bulk_bytes: u64,
    /// Whole event blocks received.
    pub copies: u64,
    /// Events received for the first time.
    pub firsts: u64,
    /// Links a pushed event had crossed when it came first, at most and in sum.
    pub max_hops: u8,
    pub hops: u64,
    pub pushed_firsts: u64,
    /// By how long it took from its author, in milliseconds, pushed ones only.
    pub delays: Vec<Millis>,
}

/// What nodes of older builds did with events that mean nothing to them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Bites {
    pub admitted: usize,
    /// Own events that name one among what they have seen.
    pub built_on: usize,
    /// Events by others, sent on.
    pub forwarded: usize,
    /// Words, sent on.
    pub served: usize,
}

impl Bites {
    pub fn add(&mut self, other: Self) {
        self.admitted += other.admitted;
        self.built_on += other.built_on;
        self.forwarded += other.forwarded;
        self.served += other.served;
    }
}

impl Net {
    pub(super) fn count(&mut self, to: usize, lane: Lane, bytes: &[u8]) {
        let mut blocks = Vec::new();
        match lane {
            Lane::Live => {
                self.stats.live_bytes += bytes.len() as u64;
                if let Ok(Live::Push(push)) = Live::decode(bytes) {
                    blocks.push((Cid::of(&push.0), Some(push.2)));
                }
            }
            Lane::Bulk => {
                self.stats.bulk_bytes += bytes.len() as u64;
                let items = match Bulk::decode(bytes) {
                    Ok(Bulk::Page(page)) => page.0,
                    Ok(Bulk::Blocks(blocks)) => blocks.1,
                    _ => Vec::new(),
                };
                blocks.extend(items.iter().map(|item| (Cid::of(&item.0), None)));
            }
        }
        for (cid, hops) in blocks {
            self.stats.copies += 1;
            if self.nodes[to].seen.insert(cid) {
                self.stats.firsts += 1;
                if let Some(hops) = hops {
                    self.stats.max_hops = self.stats.max_hops.max(hops + 1);
                    self.stats.hops += u64::from(hops) + 1;
                    self.stats.pushed_firsts += 1;
                    self.stats.delays.extend(self.born.get(&cid).map(|born| self.now - born));
                }
            }
        }
    }

    pub(super) fn note_hidden(&mut self, at: usize, cid: Cid, kind: String) {
        let node = &mut self.nodes[at];
        if node.mask == Mask::default() {
            return;
        }
        let log = node.replica.as_ref().map(Replica::log);
        let entry = log.and_then(|log| Some(log.entry(log.find(&cid)?)));
        let unknown = entry.is_some_and(|it| matches!(it.event.body, Body::Unknown(_)));
        let field = node.mask.fields.iter().find(|(of, _)| *of == kind).map(|(_, field)| format!("{kind}.{field}"));
        let label = match field {
            Some(label) if !node.mask.kinds.contains(&kind.as_str()) => label,
            _ => kind,
        };
        if unknown {
            self.bites.entry(label.clone()).or_default().admitted += 1;
            node.hidden.insert(cid, label);
        }
    }

    /// What a node of an older build sends of what means nothing to it.
    pub(super) fn note_sent(&mut self, at: usize, lane: Lane, bytes: &[u8]) {
        let node = &self.nodes[at];
        if node.hidden.is_empty() {
            return;
        }
        let items = match lane {
            Lane::Live => match Live::decode(bytes) {
                Ok(Live::Push(push)) => vec![Item(push.0, push.1)],
                _ => return,
            },
            Lane::Bulk => match Bulk::decode(bytes) {
                Ok(Bulk::Page(page)) => page.0,
                Ok(Bulk::Blocks(blocks)) => blocks.1,
                Ok(Bulk::Newest(items)) => items,
                _ => return,
            },
        };
        for Item(block, words) in items {
            if let Some(label) = node.hidden.get(&Cid::of(&block)) {
                let bites = self.bites.entry(label.clone()).or_default();
                bites.forwarded += 1;
                bites.served += usize::from(words.is_some());
            }
        }
    }
}
