//! How far this node has written, noted apart from its events, so that their loss is noticed. A mark that is too low only
//! notices less, so nothing waits for it, and of many only the last is noted.

use std::{cell::Cell, rc::Rc};

use crate::surroundings::{Key, Surroundings};

/// Notes the high-water mark of one key.
pub(crate) struct HighWater {
    key: Rc<dyn Key>,
    around: Rc<dyn Surroundings>,
    /// The mark to be noted next.
    next: Cell<Option<u64>>,
    noting: Cell<bool>,
}

impl HighWater {
    /// For a node's key.
    pub(crate) fn new(key: Rc<dyn Key>, around: Rc<dyn Surroundings>) -> Rc<Self> {
        Rc::new(Self { key, around, next: Cell::new(None), noting: Cell::new(false) })
    }

    /// The event at this position is stored.
    pub(crate) fn rise(self: &Rc<Self>, seq: u64) {
        self.next.set(Some(seq));
        if !self.noting.replace(true) {
            let this = self.clone();
            self.around.spawn(Box::pin(async move {
                while let Some(seq) = this.next.take() {
                    this.key.note_written(seq).await;
                }
                this.noting.set(false);
            }));
        }
    }
}
