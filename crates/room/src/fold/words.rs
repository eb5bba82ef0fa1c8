//! Which words blocks are wanted, which are here, and which are to be dropped.
//!
//! An event links words by CID under one field, whatever its kind and whether or not it counts: being unknown or ignored
//! loses no words. The block names the room, the author and a `seq`, at most that of the event that links it. So a link
//! is *live* (it stands), *void* (its author took the event back) or *foreign* (the block is here and belongs to somebody
//! else: copied links bring nothing). A block is wanted as long as a live link names it, and no others are remembered: what
//! was taken back costs nothing any more.

use std::sync::Arc;

use crate::{
    Cid, Event, Ix, Log, NodeId, Words,
    cid::Named,
    cost::{BTreeMap, BTreeSet, HashMap},
    words::{Text, are_several},
};

/// Where a text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Home {
    /// By this: the post, or the feedback.
    pub(crate) at: Cid,
    /// Since this event links it: the posting or an edit, the feedback or an answer to it.
    pub(crate) by: Ix,
}

/// A text that has come.
pub(crate) struct Filled {
    text: Arc<str>,
    whole: Option<Arc<str>>,
    /// Where it is shown.
    pub(crate) homes: Vec<Home>,
}

impl Filled {
    /// As it is shown there.
    pub(crate) fn at(&self, log: &Log, home: &Home) -> &Arc<str> {
        match &self.whole {
            Some(whole) if are_several(&log.entry(home.by).event.body) => whole,
            _ => &self.text,
        }
    }
}

#[derive(Debug, Clone)]
enum Block {
    Absent,
    /// `whole`: of several texts, as one that can be taken apart again.
    Here {
        author: NodeId,
        seq: u64,
        text: Arc<str>,
        whole: Option<Arc<str>>,
    },
}

#[derive(Debug, Clone)]
struct Slot {
    /// The live links, by their events, with what shows them; of an event that shows none the words are kept and passed on.
    live: BTreeMap<Ix, Option<Cid>>,
    block: Block,
}

/// All words blocks that events link.
#[derive(Debug, Clone, Default)]
pub(crate) struct WordsTable {
    slots: HashMap<Cid, Slot>,
    missing: BTreeSet<Cid>,
    bytes: usize,
}

impl WordsTable {
    /// Bytes of the texts that are here.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    fn forget(&mut self, words: &Cid) {
        if let Some(Slot { block: Block::Here { text, .. }, .. }) = self.slots.remove(words) {
            self.bytes -= text.len();
        }
    }

    /// Event `ix` links `words`.
    pub(crate) fn link(&mut self, log: &Log, words: Cid, ix: Ix) {
        let slot = self.slots.entry(words).or_insert_with(|| Slot { live: BTreeMap::new(), block: Block::Absent });
        let live = match &slot.block {
            Block::Here { author, seq, .. } => is_own(&log.entry(ix).event, author, *seq),
            Block::Absent => {
                self.missing.insert(words);
                true
            }
        };
        if live {
            slot.live.insert(ix, None);
        }
    }

    /// What an event links is shown there; returns it if it is here already.
    pub(crate) fn settle(&mut self, words: &Cid, home: Home) -> Option<Arc<str>> {
        let slot = self.slots.get_mut(words)?;
        *slot.live.get_mut(&home.by)? = Some(home.at);
        match &slot.block {
            Block::Here { text, .. } => Some(text.clone()),
            Block::Absent => None,
        }
    }

    /// The same of several texts, as one that can be taken apart again.
    pub(crate) fn settle_whole(&mut self, words: &Cid, home: Home) -> Option<Arc<str>> {
        let text = self.settle(words, home)?;
        match self.slots.get(words).map(|it| &it.block) {
            Some(Block::Here { whole: Some(whole), .. }) => Some(whole.clone()),
            _ => Some(text),
        }
    }

    /// The author of event `ix` took it back. Returns whether the block is to be dropped.
    pub(crate) fn void(&mut self, words: &Cid, ix: Ix) -> bool {
        let Some(slot) = self.slots.get_mut(words) else { return false };
        slot.live.remove(&ix);
        let gone = slot.live.is_empty();
        if gone {
            self.forget(words);
            self.missing.remove(words);
        }
        gone
    }

    /// Takes in a block. Returns the text and where it is shown, or `None` if nothing wants it.
    pub(crate) fn fill(&mut self, log: &Log, block: Named<'_>) -> Option<Filled> {
        let words = block.cid();
        let slot = self.slots.get_mut(&words)?;
        let decoded = Words::decode(block.bytes()).ok().filter(|it| it.0 == log.room());
        // Its bytes are fixed by its name, so a block that fits no link never will: it is not missed any more.
        self.missing.remove(&words);
        slot.live.retain(|ix, _| decoded.as_ref().is_some_and(|it| is_own(&log.entry(*ix).event, &it.1, it.2)));
        if slot.live.is_empty() {
            self.forget(&words);
            return None;
        }
        let words = decoded?;
        let homes = slot.live.iter().filter_map(|(by, at)| Some(Home { at: (*at)?, by: *by })).collect();
        let text = match &slot.block {
            Block::Here { text, .. } => text.clone(),
            Block::Absent => {
                self.bytes += words.text().len();
                Arc::from(words.text())
            }
        };
        let whole = matches!(words.4, Text::List(_)).then(|| Arc::from(words.whole()));
        slot.block = Block::Here { author: words.1, seq: words.2, text: text.clone(), whole: whole.clone() };
        Some(Filled { text, whole, homes })
    }

    /// Whether a live link names this block, here or not.
    pub(crate) fn is_wanted(&self, words: &Cid) -> bool {
        self.slots.contains_key(words)
    }

    /// Wanted and not here.
    pub(crate) fn missing(&self) -> impl Iterator<Item = Cid> + '_ {
        self.missing.iter().copied()
    }
}

/// Whether words by this author, made for this `seq`, may ride beside the event: made for it, or for an earlier one.
fn is_own(event: &Event, author: &NodeId, seq: u64) -> bool {
    event.author == *author && seq <= event.seq
}
