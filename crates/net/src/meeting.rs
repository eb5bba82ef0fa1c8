//! All rendezvous of a node with its switchboard: what the driver and the app's handle share, so that a goodbye is said at once,
//! without waiting for a task.

use std::task::{Context, Poll};

use paceline_mesh::replica::Millis;
use paceline_room::NodeId;

use crate::{
    rendezvous::Rendezvous,
    switchboard::{Output, Switchboard, Via},
    types::RendezvousStatus,
};

/// Shown for nodes met by a pasted code.
const BY_HAND: &str = "by-hand";

pub(crate) struct Meeting {
    pub(crate) switchboard: Switchboard,
    rendezvous: Vec<(Box<dyn Rendezvous>, Counts)>,
    by_hand: Counts,
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    sent: u64,
    received: u64,
}

impl Meeting {
    pub(crate) fn new(switchboard: Switchboard, rendezvous: Vec<Box<dyn Rendezvous>>) -> Self {
        let rendezvous = rendezvous.into_iter().map(|rendezvous| (rendezvous, Counts::default())).collect();
        Self { switchboard, rendezvous, by_hand: Counts::default() }
    }

    /// The next envelope of any rendezvous.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<(Via, Vec<u8>)> {
        for (via, (rendezvous, counts)) in self.rendezvous.iter_mut().enumerate() {
            if let Poll::Ready(envelope) = rendezvous.poll_next(cx) {
                counts.received += 1;
                return Poll::Ready((via, envelope));
            }
        }
        Poll::Pending
    }

    pub(crate) fn send(&mut self, via: Option<Via>, envelope: &[u8]) {
        for (index, (rendezvous, counts)) in self.rendezvous.iter_mut().enumerate() {
            if via.is_none_or(|via| via == index) {
                rendezvous.send(envelope);
                counts.sent += 1;
            }
        }
    }

    /// Tells everybody that this node leaves.
    pub(crate) fn say_bye(&mut self) {
        let envelope = self.switchboard.bye();
        self.send(None, &envelope);
    }

    /// Says hello now.
    pub(crate) fn say_hello(&mut self, now: Millis) {
        self.switchboard.hello(now);
        for output in self.switchboard.outputs() {
            if let Output::Send { via, envelope } = output {
                self.send(via, &envelope);
            }
        }
    }

    pub(crate) fn code_sent(&mut self) {
        self.by_hand.sent += 1;
    }

    pub(crate) fn code_received(&mut self) {
        self.by_hand.received += 1;
    }

    /// The kind of rendezvous through which a node was heard last.
    pub(crate) fn via(&self, node: &NodeId) -> String {
        let via = self.switchboard.via(node).and_then(|via| self.rendezvous.get(via));
        via.map_or(BY_HAND, |(rendezvous, _)| rendezvous.kind()).to_owned()
    }

    /// Whether that node was heard within this browser.
    pub(crate) fn same_browser(&self, node: &NodeId) -> bool {
        let via = self.switchboard.via(node).and_then(|via| self.rendezvous.get(via));
        via.is_some_and(|(rendezvous, _)| rendezvous.same_browser())
    }

    pub(crate) fn status(&self, by_hand: &'static str) -> Vec<RendezvousStatus> {
        let each = self.rendezvous.iter().map(|(rendezvous, counts)| RendezvousStatus {
            kind: rendezvous.kind(),
            url: rendezvous.url(),
            state: rendezvous.state(),
            sent: counts.sent,
            received: counts.received,
        });
        let Counts { sent, received } = self.by_hand;
        each.chain([RendezvousStatus { kind: BY_HAND, url: None, state: by_hand, sent, received }]).collect()
    }
}
