//! Where a transport's signals go in and out: the near end of the [`Signalling`] that each transport is given.

use std::task::{Context, Poll};

use futures::{StreamExt as _, channel::mpsc};
use libp2p_identity::PeerId;
use libp2p_webrtc_browser::{SessionId, Signal, Signalling};

use crate::types::Path;

/// Signals that wait for a transport; further ones are lost, as signals may be.
const MAX_WAITING: usize = 256;

/// What a transport has to say.
pub(crate) enum Outgoing {
    /// Send this to that peer, or to whoever answers.
    Signal(Path, Option<PeerId>, Signal),
    /// No more candidates of this attempt with that peer come.
    Gathered(PeerId, SessionId),
}

/// The transport's end: a [`Signalling`].
pub struct Port {
    path: Path,
    outgoing: mpsc::UnboundedSender<Outgoing>,
    incoming: mpsc::Receiver<(PeerId, Signal)>,
}

/// Makes a port; what comes for the transport is put into the sender.
pub(crate) fn port(path: Path, outgoing: mpsc::UnboundedSender<Outgoing>) -> (Port, mpsc::Sender<(PeerId, Signal)>) {
    let (sender, incoming) = mpsc::channel(MAX_WAITING);
    (Port { path, outgoing, incoming }, sender)
}

impl Signalling for Port {
    fn send(&mut self, to: Option<PeerId>, signal: Signal) {
        let _ = self.outgoing.unbounded_send(Outgoing::Signal(self.path, to, signal));
    }

    fn gathered(&mut self, to: PeerId, session: SessionId) {
        let _ = self.outgoing.unbounded_send(Outgoing::Gathered(to, session));
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(PeerId, Signal)>> {
        self.incoming.poll_next_unpin(cx)
    }
}
