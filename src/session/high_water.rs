//! How far this node has written, noted apart from its events, so that their loss is noticed. A mark that is too low only
//! notices less, so nothing waits for it, and of many only the last is noted.

use std::{cell::Cell, rc::Rc};

use paceline_room::NodeId;
use paceline_store::Keys;
use wasm_bindgen_futures::spawn_local;

/// Notes the high-water mark of one key.
pub struct HighWater {
    keys: Keys,
    me: NodeId,
    /// The mark to be noted next.
    next: Cell<Option<u64>>,
    noting: Cell<bool>,
}

impl HighWater {
    /// For a node's key.
    pub fn new(keys: Keys, me: NodeId) -> Rc<Self> {
        Rc::new(Self { keys, me, next: Cell::new(None), noting: Cell::new(false) })
    }

    /// The event at this position is stored.
    pub fn rise(self: &Rc<Self>, seq: u64) {
        self.next.set(Some(seq));
        if !self.noting.replace(true) {
            spawn_local(self.clone().note());
        }
    }

    async fn note(self: Rc<Self>) {
        while let Some(seq) = self.next.take() {
            let _ = self.keys.note_used(self.me, None, Some(seq)).await;
        }
        self.noting.set(false);
    }
}
