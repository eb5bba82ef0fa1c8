//! Events in good order that wait for what they build on. Bounded, with a quota per source, so that nobody's
//! inventions push out what others sent; what finds no room is left to catching up.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use paceline_room::{Cid, Event, NodeId};

use crate::plumtree::Origin;

/// Events one peer may have waiting: two requests under way, and a burst of live ones.
pub const PEER_QUOTA: usize = 2048;
/// Events that storage or an import may have waiting: a whole room read in the worst order.
pub const OWN_QUOTA: usize = 1 << 20;

/// Where an event came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// This peer forwarded it.
    Peer(NodeId),
    /// An imported file.
    Import,
    /// This node's own storage.
    Storage,
}

/// An event block on its way into the log.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Its name.
    pub cid: Cid,
    /// The block.
    pub block: Arc<[u8]>,
    /// The words that came with it.
    pub words: Option<Arc<[u8]>>,
    /// Who is answerable for it.
    pub source: Source,
    /// How it was pushed; none if it came by catching up, an import or from storage, and is not pushed on.
    pub live: Option<Origin>,
}

/// An arrival whose encoding and signature were checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What came.
    pub arrival: Arrival,
    /// What it says.
    pub event: Event,
}

#[derive(Debug)]
struct Waiting {
    checked: Checked,
    missing: BTreeSet<Cid>,
}

/// The waiting events.
#[derive(Debug, Default)]
pub struct Pending {
    waiting: BTreeMap<Cid, Waiting>,
    children: BTreeMap<Cid, BTreeSet<Cid>>,
    by_source: BTreeMap<Source, usize>,
}

impl Pending {
    /// How many wait.
    pub fn count(&self) -> usize {
        self.waiting.len()
    }

    /// Whether this event waits.
    pub fn contains(&self, cid: &Cid) -> bool {
        self.waiting.contains_key(cid)
    }

    /// How many of this source wait.
    pub fn of(&self, source: &Source) -> usize {
        self.by_source.get(source).copied().unwrap_or(0)
    }

    /// Takes an event that lacks these; gives it back if its source's quota is used up.
    pub fn insert(&mut self, checked: Checked, missing: BTreeSet<Cid>) -> Result<(), Box<Checked>> {
        let source = checked.arrival.source;
        let quota = if matches!(source, Source::Peer(_)) { PEER_QUOTA } else { OWN_QUOTA };
        if self.of(&source) >= quota {
            return Err(Box::new(checked));
        }
        let cid = checked.arrival.cid;
        for parent in &missing {
            self.children.entry(*parent).or_default().insert(cid);
        }
        *self.by_source.entry(source).or_default() += 1;
        self.waiting.insert(cid, Waiting { checked, missing });
        Ok(())
    }

    /// This event is admitted: who has waited for it alone is free.
    pub fn admitted(&mut self, cid: &Cid) -> Vec<Checked> {
        let mut free = Vec::new();
        for child in self.children.remove(cid).into_iter().flatten() {
            let Some(waiting) = self.waiting.get_mut(&child) else { continue };
            waiting.missing.remove(cid);
            if waiting.missing.is_empty() {
                free.extend(self.remove(&child));
            }
        }
        free
    }

    /// This event is refused: so is everything that builds on it.
    pub fn refused(&mut self, cid: &Cid) -> Vec<Checked> {
        let (mut fallen, mut next) = (Vec::new(), vec![*cid]);
        while let Some(cid) = next.pop() {
            for child in self.children.remove(&cid).into_iter().flatten() {
                fallen.extend(self.remove(&child));
                next.push(child);
            }
        }
        fallen
    }

    fn remove(&mut self, cid: &Cid) -> Option<Checked> {
        let waiting = self.waiting.remove(cid)?;
        for parent in &waiting.missing {
            if let Some(children) = self.children.get_mut(parent) {
                children.remove(cid);
                if children.is_empty() {
                    self.children.remove(parent);
                }
            }
        }
        let source = waiting.checked.arrival.source;
        if let Some(count) = self.by_source.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                self.by_source.remove(&source);
            }
        }
        Some(waiting.checked)
    }
}
