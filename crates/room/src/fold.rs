//! What the admitted events mean, kept up to date event by event.

use std::sync::Arc;

use crate::{
    Cid, Ix, Log, NodeId,
    state::{Baton, Feedback, Person, Post, RoomState},
};

/// The room's state, updated by one event at a time. Order-independent: equal sets of events give equal states.
#[derive(Debug, Default)]
pub struct Fold {}

/// What one event (or words block) changed, for those who redraw or drop things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Words blocks to drop from memory and storage: their author took them back.
    pub drop_words: Vec<Cid>,
    /// Batons whose current transfer, offer or terms changed.
    pub batons: Vec<Cid>,
    /// Entries of the log this step looked at: the cost, for tests.
    pub touched: usize,
}

impl Fold {
    /// Takes in the event just admitted as `ix`.
    pub fn apply(&mut self, _log: &Log, _ix: Ix) -> Changes {
        Changes::default()
    }

    /// Takes in a words block (already checked: its CID is `cid`). Returns whether it is wanted: linked by an admitted
    /// event, not taken back, and with the right room, author and seq inside.
    pub fn words(&mut self, _log: &Log, _cid: Cid, _block: &[u8]) -> bool {
        false
    }

    /// Words blocks that admitted events link, that are wanted and not here.
    pub fn missing_words(&self) -> Vec<Cid> {
        Vec::new()
    }

    /// Of the set of admitted events, lower-case hex.
    pub fn digest(&self) -> String {
        String::new()
    }

    /// Posts in display order; unchanged ones keep their `Arc`, so that pages redraw only what changed.
    pub fn posts(&self) -> impl DoubleEndedIterator<Item = &Arc<Post>> {
        [].iter()
    }

    /// Feedback in display order.
    pub fn feedback(&self) -> impl DoubleEndedIterator<Item = &Arc<Feedback>> {
        [].iter()
    }

    /// Batons in order of opening.
    pub fn batons(&self) -> impl DoubleEndedIterator<Item = &Arc<Baton>> {
        [].iter()
    }

    /// People in order of their first event.
    pub fn people(&self) -> impl Iterator<Item = &Arc<Person>> {
        [].iter()
    }

    /// A person by node.
    pub fn person(&self, _node: &NodeId) -> Option<&Arc<Person>> {
        None
    }

    /// The state in its whole.
    pub fn state(&self, _log: &Log) -> RoomState {
        todo!()
    }
}
