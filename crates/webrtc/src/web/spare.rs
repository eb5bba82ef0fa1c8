//! A connection made before anybody asks for one. The first in a page costs the browser 20 to 80 ms, while it starts its WebRTC
//! machinery and makes a certificate; the following ones 3 ms. So the first is made while the peers still look for one
//! another, and only one is ever made.
//!
//! It does not look for its candidates (the browser calls that a pool): in Chromium 156 one page in forty whose first connection does,
//! and which answers an offer within milliseconds, never finds any.

use std::cell::{Cell, RefCell};

use super::peer::Peer;
use crate::{config::Config, error::Error};

#[derive(Default)]
pub(super) struct Spare {
    made: RefCell<Option<Peer>>,
    /// Whether the machinery is warm, by a spare or by an attempt that came first.
    warm: Cell<bool>,
}

impl Spare {
    /// Makes the spare connection, unless an attempt has begun already. A browser that cannot will say so when it matters.
    pub(super) fn make(&self, config: &Config) {
        if self.warm.replace(true) {
            return;
        }
        if let Ok(peer) = Peer::new(config) {
            peer.connection.warm_up();
            *self.made.borrow_mut() = Some(peer);
        }
    }

    /// The spare connection, or a new one.
    pub(super) fn take(&self, config: &Config) -> Result<Peer, Error> {
        self.warm.set(true);
        match self.made.borrow_mut().take() {
            Some(peer) => Ok(peer),
            None => Peer::new(config),
        }
    }
}
