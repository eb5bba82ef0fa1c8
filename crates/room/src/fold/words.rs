//! Which words blocks are wanted, which are here, and which are to be dropped.
//!
//! An event links words by CID; the block names the room, author and `seq` it belongs to. So a link is *live* (its
//! owner stands), *void* (its owner took it back) or *foreign* (the block is here and says that it belongs to another
//! event: copied links bring nothing). A block is wanted as long as a live link names it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{Cid, Ix, Log, NodeId, Words};

/// Whose text a words block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// Of this post, by its posting or an edit.
    Post(Cid),
    /// Of this feedback.
    Feedback(Cid),
    /// Of an answer to this feedback.
    Answer(Cid),
}

#[derive(Debug, Clone)]
struct Link {
    ix: Ix,
    home: Home,
    live: bool,
}

#[derive(Debug, Clone)]
enum Block {
    Absent,
    Here { author: NodeId, seq: u64, text: Arc<str> },
}

#[derive(Debug, Clone)]
struct Slot {
    links: Vec<Link>,
    block: Block,
}

/// All words blocks that events link.
#[derive(Debug, Clone, Default)]
pub(super) struct WordsTable {
    slots: HashMap<Cid, Slot>,
    missing: BTreeSet<Cid>,
}

impl WordsTable {
    /// Event `ix` links `words`; returns the text if it is here already.
    pub(super) fn link(&mut self, log: &Log, words: Cid, ix: Ix, home: Home) -> Option<Arc<str>> {
        let slot = self.slots.entry(words).or_insert_with(|| Slot { links: Vec::new(), block: Block::Absent });
        let event = &log.entry(ix).event;
        match &slot.block {
            Block::Here { author, seq, text } => {
                let own = (*author, *seq) == (event.author, event.seq);
                slot.links.push(Link { ix, home, live: own });
                own.then(|| text.clone())
            }
            Block::Absent => {
                slot.links.push(Link { ix, home, live: true });
                self.missing.insert(words);
                None
            }
        }
    }

    /// The owner of the link from `ix` took it back. Returns whether the block is to be dropped.
    pub(super) fn void(&mut self, words: Cid, ix: Ix) -> bool {
        let Some(slot) = self.slots.get_mut(&words) else { return false };
        slot.links.iter_mut().filter(|link| link.ix == ix).for_each(|link| link.live = false);
        if slot.links.iter().any(|link| link.live) {
            return false;
        }
        slot.block = Block::Absent;
        self.missing.remove(&words);
        true
    }

    /// Takes in a block. Returns the text and the homes it belongs to, or `None` if nothing wants it.
    pub(super) fn fill(&mut self, log: &Log, words: Cid, block: &[u8]) -> Option<(Arc<str>, Vec<Home>)> {
        let slot = self.slots.get_mut(&words)?;
        if !slot.links.iter().any(|link| link.live) || Cid::of(block) != words {
            return None;
        }
        let decoded = Words::decode(block).ok().filter(|it| it.0 == log.room());
        for link in slot.links.iter_mut().filter(|link| link.live) {
            let event = &log.entry(link.ix).event;
            link.live = decoded.as_ref().is_some_and(|it| (it.1, it.2) == (event.author, event.seq));
        }
        // Its bytes are fixed by its name, so a block that fits no link never will: it is not missed any more.
        self.missing.remove(&words);
        let homes: Vec<Home> = slot.links.iter().filter(|link| link.live).map(|link| link.home).collect();
        let words = decoded.filter(|_| !homes.is_empty())?;
        let text = match &slot.block {
            Block::Here { text, .. } => text.clone(),
            Block::Absent => Arc::from(words.text()),
        };
        slot.block = Block::Here { author: words.1, seq: words.2, text: text.clone() };
        Some((text, homes))
    }

    /// Whether a live link names this block, here or not.
    pub(super) fn is_wanted(&self, words: &Cid) -> bool {
        self.slots.get(words).is_some_and(|slot| slot.links.iter().any(|link| link.live))
    }

    /// Wanted and not here.
    pub(super) fn missing(&self) -> impl Iterator<Item = Cid> + '_ {
        self.missing.iter().copied()
    }
}
