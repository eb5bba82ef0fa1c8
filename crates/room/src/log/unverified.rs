//! What was read and is in good order, but for its signature: verified apart from the log, alone or with others'.

use super::Refusal;
use crate::{
    Event, EventError,
    batch::{Batch, Verdict},
    event::Signature,
    node::Verifier,
};

/// An event whose signature is yet to be verified: wherever that is fastest.
#[derive(Debug)]
pub struct Unverified {
    pub(super) event: Event,
    pub(super) signature: Signature,
    /// Its author's, if it is at hand.
    pub(super) key: Option<Verifier>,
}

impl Unverified {
    /// Verifies the signature of the block that was read.
    pub fn verify(self, block: &[u8]) -> Result<Event, Refusal> {
        self.event.verify_read(block, &self.signature, self.key.as_ref())?;
        Ok(self.event)
    }

    /// Adds it to those that are verified together.
    pub fn join(&self, block: &[u8], batch: &mut Batch) {
        self.event.join(block, &self.signature, self.key.as_ref(), batch);
    }

    /// The event, if that was the verdict on it.
    pub fn judged(self, verdict: Verdict) -> Result<Event, Refusal> {
        if verdict == Verdict::Good { Ok(self.event) } else { Err(EventError::BadSignature.into()) }
    }
}
