//! Signals between the transports of two nodes: what comes in goes to a transport, what a transport says goes into an envelope.

use libp2p_webrtc_browser::Signal;
use paceline_mesh::replica::Millis;
use paceline_room::NodeId;
use serde_bytes::ByteArray;

use super::{
    Output, Session, Switchboard, Via,
    outbox::Due,
    sessions::{Name, Offered},
};
use crate::{
    message::{Line, MAX_CANDIDATES, Message},
    rendezvous::Reach,
    types::Path,
};

impl Switchboard {
    pub(super) fn on_signal(&mut self, name: Name, message: Message, hash: [u8; 32], via: Via, now: Millis) {
        let (from, session) = name;
        let (path, signal) = match message {
            Message::Offer { path, sdp, trickle } => {
                if !self.sessions.take(name, Offered { hash, path, at: now }, via) {
                    return self.refuse("too-many-offers", from);
                }
                (path, Signal::Offer { session, sdp, trickle })
            }
            Message::Answer { path, sdp, offer } => {
                if self.sessions.offered(&name) != Some(offer.into_array()) {
                    return self.refuse("wrong-answer", from);
                }
                self.outbox.answered(&name);
                (path, Signal::Answer { session, sdp })
            }
            Message::Candidates { path, candidates } => {
                let signals = candidates.into_iter().take(MAX_CANDIDATES).map(|Line { candidate, mid }| {
                    let signal = Signal::Candidate { session, candidate, mid };
                    Output::Signal { path, from, signal }
                });
                return self.outputs.extend(signals);
            }
            Message::Abort { path } => {
                self.outbox.forget(&name);
                self.sessions.give_up(&name);
                (path, Signal::Abort { session })
            }
            Message::Restart { path, round, sdp } => (path, Signal::Restart { session, round, sdp }),
            Message::Restarted { path, round, sdp } => (path, Signal::Restarted { session, round, sdp }),
            Message::RestartWanted { path, round } => (path, Signal::RestartWanted { session, round }),
            Message::Hello {} | Message::Bye {} => return,
        };
        self.outputs.push(Output::Signal { path, from, signal });
    }

    /// A transport wants a signal sent.
    pub(crate) fn send_signal(&mut self, path: Path, to: Option<NodeId>, signal: Signal, now: Millis) {
        self.ground();
        let session = *signal.session();
        let out_of_band = self.sessions.is_out_of_band(to, session);
        let Some(message) = self.outgoing_message(path, to, session, signal) else { return };
        // What began out of band goes on by whatever way there is now.
        let open = to.and_then(|to| self.known.get(&to)).is_some_and(|known| known.linked == Some(path));
        let out_of_band = out_of_band && !open && !message.is_restart();
        match to {
            None => {
                if let Message::Offer { sdp, .. } = message {
                    self.make_invite(session, &sdp);
                }
            }
            Some(to) => {
                let Some(known) = self.known.get_mut(&to) else { return };
                if message.has_candidate() {
                    known.found_address();
                }
                if out_of_band {
                    return self.send_out_of_band(to, session, &message);
                }
                let name = (to, session);
                if matches!(message, Message::Abort { .. }) {
                    self.sessions.give_up(&name);
                }
                // What belongs to an offer that waits does not overtake it, though a shorter way was found meanwhile.
                let waits = self.is_far(&to, path) || self.outbox.holds(&name);
                let message = if waits { self.outbox.hold(name, message, now) } else { Some(message) };
                if let Some(message) = message {
                    self.send_message(to, session, &message, now);
                }
            }
        }
    }

    /// A transport has had all candidates of an attempt sent.
    pub(crate) fn gathered(&mut self, peer: NodeId, session: Session, now: Millis) {
        self.ground();
        self.outbox.gathered(&(peer, session), now);
    }

    /// Whether what is sent to that node passes through servers.
    fn is_far(&self, to: &NodeId, path: Path) -> bool {
        let is_far = |via: Via| self.setup.reach.get(via) == Some(&Reach::World);
        self.way(to, path).map_or_else(|| self.setup.reach.contains(&Reach::World), is_far)
    }

    /// The way it was heard last; none when it is linked so: that way may be what has just broken.
    pub(super) fn way(&self, to: &NodeId, path: Path) -> Option<Via> {
        let known = self.known.get(to)?;
        known.via.filter(|_| known.linked != Some(path))
    }

    pub(super) fn send_message(&mut self, to: NodeId, session: Session, message: &Message, now: Millis) {
        let Some(run) = self.known.get(&to).map(|known| known.run) else { return };
        let (envelope, hash) = self.seal(Some((to, run)), Some(session), message);
        let name = (to, session);
        if let Message::Offer { path, .. } = message {
            self.sessions.offer(name, Offered { hash, path: *path, at: now });
        }
        let path = message.path();
        if path.is_some_and(|path| self.is_far(&to, path)) {
            self.outbox.sent(&name, &envelope, now);
        }
        let via = path.and_then(|path| self.way(&to, path));
        self.outputs.push(Output::Send { through: via.into(), to: Some(to), envelope });
    }

    /// Sends what waited for company, or for an answer.
    pub(super) fn send_held(&mut self, now: Millis) {
        for due in self.outbox.due(now) {
            match due {
                Due::Message { name: (to, session), message } => self.send_message(to, session, &message, now),
                Due::Again { to, envelope } => {
                    let via = self.way(&to, Path::Webrtc);
                    self.outputs.push(Output::Send { through: via.into(), to: Some(to), envelope });
                }
            }
        }
    }

    fn outgoing_message(&self, path: Path, to: Option<NodeId>, session: Session, signal: Signal) -> Option<Message> {
        Some(match signal {
            Signal::Offer { sdp, trickle, .. } => Message::Offer { path, sdp, trickle },
            Signal::Answer { sdp, .. } => {
                let offer = self.sessions.taken(&(to?, session))?;
                Message::Answer { path, sdp, offer: ByteArray::new(offer) }
            }
            Signal::Candidate { candidate, mid, .. } => {
                Message::Candidates { path, candidates: vec![Line { candidate, mid }] }
            }
            Signal::Abort { .. } => Message::Abort { path },
            Signal::Restart { round, sdp, .. } => Message::Restart { path, round, sdp },
            Signal::Restarted { round, sdp, .. } => Message::Restarted { path, round, sdp },
            Signal::RestartWanted { round, .. } => Message::RestartWanted { path, round },
        })
    }
}
