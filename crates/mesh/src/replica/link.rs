//! What is kept of a link.

use std::collections::BTreeSet;

use paceline_room::NodeId;

use crate::{
    budgets::Bucket,
    time::Millis,
    wire::{Form, Key},
};

/// The last question to a neighbour whether its link carries words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// When it was asked.
    pub asked: Millis,
    /// When it answered.
    pub answered: Option<Millis>,
    /// Comes back in the answer.
    pub(super) number: u64,
}

/// What is kept of a link.
#[derive(Debug)]
pub struct Link {
    /// In which it reads messages.
    pub form: Form,
    pub refused: Bucket,
    pub served: Bucket,
    pub beacons: Bucket,
    /// What is not held against it of them.
    pub borne: Bucket,
    /// What may still be passed on of others' beacons, and whose wait; only nodes that the roster knows.
    pub relayed: Bucket,
    pub to_relay: BTreeSet<NodeId>,
    /// Where it is in a stream of everything.
    pub streaming: Option<Key>,
    /// The last question whether it carries words.
    pub trial: Option<Trial>,
    /// Told to go: what still comes is not looked at.
    pub dropped: bool,
}
