//! A rendezvous: any means by which two tabs that are not connected yet find each other. It carries sealed envelopes to
//! everybody who is there and knows nothing of what is in them.

use std::task::{Context, Poll};

use crate::channels::Channel;

/// Carries envelopes. May lose, delay, repeat and reorder them.
pub trait Rendezvous {
    /// `broadcast-channel`, `nostr` ...: shown to people, and the `via` of the links it brings.
    fn kind(&self) -> &'static str;

    /// Where it is, if it is a server.
    fn url(&self) -> Option<String> {
        None
    }

    /// `open`, `connecting`, `closed` ...
    fn state(&self) -> &'static str;

    /// Whether it reaches only tabs of this browser, so that a link over channels can follow.
    fn same_browser(&self) -> bool {
        false
    }

    /// Sends an envelope to all who are there. Must not block: what cannot be sent is dropped.
    fn send(&mut self, envelope: &[u8]);

    /// The next envelope of somebody else.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>>;
}

/// Tabs of one browser profile and origin, over a channel.
pub(crate) struct SameBrowser(Box<dyn Channel>);

impl SameBrowser {
    pub(crate) fn new(channel: Box<dyn Channel>) -> Self {
        Self(channel)
    }

    /// The name of the channel: it carries the page's path, since rooms of another page on this origin are another world.
    pub(crate) fn name(page_path: &str, local_name: &str) -> String {
        format!("paceline/1/meet{page_path}#{local_name}")
    }
}

impl Rendezvous for SameBrowser {
    fn kind(&self) -> &'static str {
        "broadcast-channel"
    }

    fn state(&self) -> &'static str {
        "open"
    }

    fn same_browser(&self) -> bool {
        true
    }

    fn send(&mut self, envelope: &[u8]) {
        self.0.post(envelope);
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        self.0.poll_next(cx)
    }
}
