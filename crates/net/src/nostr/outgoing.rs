//! An envelope on its way to relays, one event for all of them, and from there.

use std::{cell::RefCell, rc::Rc};

use super::{event::Event, topics::Topics};

/// An event is signed anew when it is sent so much later: relays refuse old ones.
const SIGNED_FOR: u64 = 20_000;

/// An envelope on its way to relays: signed once for all of them.
#[derive(Debug)]
pub(crate) struct Outgoing {
    envelope: Vec<u8>,
    signed: RefCell<Option<(u64, Rc<Event>)>>,
}

/// An envelope that came from a relay.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) envelope: Vec<u8>,
    /// By the clock of whoever wrote it, Unix milliseconds.
    pub(crate) written: u64,
}

impl Outgoing {
    pub(crate) fn new(envelope: &[u8]) -> Rc<Self> {
        Rc::new(Self { envelope: envelope.to_vec(), signed: RefCell::default() })
    }

    /// Whether both carry the same envelope.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.envelope == other.envelope
    }

    pub(super) fn event(&self, topics: &Topics, wall: u64) -> Option<Rc<Event>> {
        let mut signed = self.signed.borrow_mut();
        if let Some((at, event)) = &*signed
            && wall.abs_diff(*at) < SIGNED_FOR
        {
            return Some(Rc::clone(event));
        }
        let event = Rc::new(topics.event(&self.envelope, wall)?);
        *signed = Some((wall, Rc::clone(&event)));
        Some(event)
    }
}
