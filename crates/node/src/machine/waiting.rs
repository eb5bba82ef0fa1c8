//! What waits to reach the disk of others' events, many at once. Deliberately stores nothing itself.

use std::sync::Arc;

use paceline_room::{Cid, Stored, cost};

/// What is to be kept of others' events, and is not yet. It is bounded by the log, which holds the same blocks.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) blocks: Vec<Stored>,
    pub(super) words: Vec<(Cid, Arc<[u8]>)>,
    pub(super) drops: Vec<Cid>,
}

impl Waiting {
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.words.is_empty() && self.drops.is_empty()
    }

    /// Where a test plants its walk over all that waits.
    pub(super) fn ground(&self) {
        let words = self.words.iter().map(|_| ()).chain(self.drops.iter().map(|_| ()));
        cost::ground(|| cost::looking(self.blocks.iter().map(|_| ()).chain(words)));
    }

    pub(super) fn len(&self) -> usize {
        self.blocks.len() + self.words.len() + self.drops.len()
    }

    /// The blocks alone: what an own event may build on.
    pub(super) fn take_blocks(&mut self) -> Self {
        Self { blocks: std::mem::take(&mut self.blocks), ..Self::default() }
    }

    /// What could not be stored waits again, before what came since.
    pub(super) fn put_back(&mut self, mut failed: Self) {
        cost::look(self.len());
        failed.blocks.append(&mut self.blocks);
        failed.words.append(&mut self.words);
        failed.drops.append(&mut self.drops);
        *self = failed;
    }

    /// Everything that [`paceline_mesh::Input::Stored`] names once it is stored.
    pub(super) fn names(&self) -> Vec<Cid> {
        let beside = self.blocks.iter().filter_map(|it| it.words.as_ref());
        let words = beside.chain(&self.words).map(|(cid, _)| *cid);
        cost::looking(self.blocks.iter().map(|it| it.cid).chain(words)).collect()
    }
}
