//! A rendezvous: any means by which two tabs that are not connected yet find each other. It carries sealed envelopes to
//! whoever is there and knows nothing of what is in them.

use std::task::{Context, Poll};

use paceline_room::NodeId;

use crate::{
    channels::Channel,
    types::{RendezvousState, RendezvousStatus},
};

/// Who is met through a rendezvous, and at whose cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Tabs of this browser: a link over channels can follow, and envelopes cost nothing.
    Browser,
    /// Members who are here, through others: envelopes cost the room little and nobody else anything.
    Room,
    /// Anybody, through servers of others: each envelope counts there.
    World,
}

/// What comes from a rendezvous.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// An envelope of somebody else.
    Envelope(Vec<u8>),
    /// [`Rendezvous::statuses`] says something else now.
    Changed,
}

/// Carries envelopes. May lose, delay, repeat and reorder them.
pub trait Rendezvous {
    /// `broadcast-channel`, `nostr` ...: shown to people, and the `via` of the links it brings.
    fn kind(&self) -> &'static str;

    /// Who is met here.
    fn reach(&self) -> Reach;

    /// How it stands: one status for each server, at least one.
    fn statuses(&self) -> Vec<RendezvousStatus>;

    /// Sends an envelope that is for one node, or for all who are there. Must not block: what cannot be sent is dropped. The
    /// addressee only says where to send it; whoever sees the envelope cannot read it there.
    fn send(&mut self, to: Option<&NodeId>, envelope: &[u8]);

    /// What has come. Drives whatever needs driving.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Arrival>;

    /// An envelope that came from here was opened and is by that node: envelopes to it are best sent the way it came.
    fn written_by(&mut self, _envelope: &[u8], _author: &NodeId) {}

    /// At rest it hears nobody and lets go of its servers after a while; what is sent until then still goes. Undone by `false`.
    fn rest(&mut self, _rest: bool) {}

    /// The network may be another one now: connects anew, and tries at once what it has put off.
    fn retry(&mut self) {}

    /// Another time counts now.
    fn time_learned(&mut self) {}
}

/// Tabs of one browser profile and origin, over a channel.
pub(crate) struct SameBrowser {
    channel: Box<dyn Channel>,
    sent: u64,
    received: u64,
}

impl SameBrowser {
    pub(crate) fn new(channel: Box<dyn Channel>) -> Self {
        Self { channel, sent: 0, received: 0 }
    }

    /// The name of the channel: it carries the page's folder, since rooms of another page on this origin are another world.
    pub(crate) fn name(page_path: &str, local_name: &str) -> String {
        format!("paceline/1/meet{page_path}#{local_name}")
    }
}

impl Rendezvous for SameBrowser {
    fn kind(&self) -> &'static str {
        "broadcast-channel"
    }

    fn reach(&self) -> Reach {
        Reach::Browser
    }

    fn statuses(&self) -> Vec<RendezvousStatus> {
        let Self { sent, received, .. } = *self;
        vec![RendezvousStatus { sent, received, ..RendezvousStatus::new(self.kind(), RendezvousState::Open) }]
    }

    fn send(&mut self, _: Option<&NodeId>, envelope: &[u8]) {
        self.sent += 1;
        self.channel.post(envelope);
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Arrival> {
        self.channel.poll_next(cx).map(|envelope| {
            self.received += 1;
            Arrival::Envelope(envelope)
        })
    }
}
