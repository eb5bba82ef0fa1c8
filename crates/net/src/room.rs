//! The room itself as a rendezvous: envelopes travel as relayed messages over the links that are up. The app carries them
//! between here and the mesh, which knows the ways; what is in them is sealed to the addressee as everywhere else.

use std::{
    rc::Rc,
    task::{Context, Poll},
};

use futures::{StreamExt as _, channel::mpsc};
use paceline_room::NodeId;

use crate::{
    events::EventQueue,
    rendezvous::{Arrival, Reach, Rendezvous},
    types::{NetEvent, RendezvousState, RendezvousStatus},
};

/// The kind of this rendezvous.
pub(crate) const KIND: &str = "room";

/// See the module.
pub(crate) struct Room {
    events: Rc<EventQueue>,
    relayed: mpsc::UnboundedReceiver<Vec<u8>>,
    sent: u64,
    received: u64,
}

impl Room {
    /// `relayed`: those that came for this node; the mesh bounds how many.
    pub(crate) fn new(events: Rc<EventQueue>, relayed: mpsc::UnboundedReceiver<Vec<u8>>) -> Self {
        Self { events, relayed, sent: 0, received: 0 }
    }
}

impl Rendezvous for Room {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn reach(&self) -> Reach {
        Reach::Room
    }

    fn statuses(&self) -> Vec<RendezvousStatus> {
        let (sent, received) = (self.sent, self.received);
        vec![RendezvousStatus { sent, received, ..RendezvousStatus::new(KIND, RendezvousState::Open) }]
    }

    /// What is for everybody stays here: those who are linked need it not, the others are greeted one by one.
    fn send(&mut self, to: Option<&NodeId>, envelope: &[u8]) {
        if let Some(to) = to {
            self.sent += 1;
            self.events.push(NetEvent::Carry { to: *to, bytes: envelope.to_vec() });
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Arrival> {
        let Poll::Ready(Some(message)) = self.relayed.poll_next_unpin(cx) else { return Poll::Pending };
        self.received += 1;
        Poll::Ready(Arrival::Envelope(message))
    }
}
