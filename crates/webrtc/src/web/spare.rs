//! A connection made before anybody asks for one. The first in a page costs the browser 20 to 80 ms, while it starts its WebRTC
//! machinery and makes a certificate; the following ones 3 ms. So the first is made while the peers still look for one
//! another, and only one is ever made. It looks for its candidates, too (the browser calls that a pool), unless that takes up places
//! at a TURN server; what was found is given up when nobody has asked for it in [`FRESH_FOR`].

use std::cell::{Cell, RefCell};

use super::peer::Peer;
use crate::{
    config::{Config, IceServer},
    error::Error,
};

/// For so long a network's addresses are taken for what they were, and STUN servers are asked for nobody, in milliseconds. Peers that
/// are there meet sooner.
pub(super) const FRESH_FOR: u32 = 10_000;

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
        let early = !config.ice_servers.iter().any(IceServer::is_relay);
        if let Ok(peer) = Peer::new(config, early) {
            peer.connection.warm_up();
            *self.made.borrow_mut() = Some(peer);
        }
    }

    /// [`FRESH_FOR`] is over.
    pub(super) fn settle(&self, config: &Config) {
        if let Some(peer) = &*self.made.borrow() {
            peer.connection.forget_candidates(config);
        }
    }

    /// The spare connection, or a new one.
    pub(super) fn take(&self, config: &Config) -> Result<Peer, Error> {
        self.warm.set(true);
        match self.made.borrow_mut().take() {
            Some(peer) => Ok(peer),
            None => Peer::new(config, false),
        }
    }
}
