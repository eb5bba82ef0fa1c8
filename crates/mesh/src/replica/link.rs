//! What is kept of a link.

use std::collections::BTreeSet;

use paceline_room::NodeId;

use crate::{
    budgets::Bucket,
    wire::{Form, Key},
};

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
    /// Told to go: what still comes is not looked at.
    pub dropped: bool,
}
