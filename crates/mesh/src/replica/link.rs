//! What is kept of a link.

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
    /// Where it is in a stream of everything.
    pub streaming: Option<Key>,
    /// Told to go: what still comes is not looked at.
    pub dropped: bool,
}
