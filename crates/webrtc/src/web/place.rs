//! What a transport and its attempts share, and the place of one attempt in it.

use std::{
    cell::RefCell,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll},
};

use futures::future::LocalBoxFuture;
use libp2p_identity::PeerId;

use super::{channel::Channel, spare::Spare};
use crate::{
    config::Config,
    error::Refusal,
    link::LinkInfo,
    sessions::{Mail, Name, Sessions},
    signalling::{SessionId, Signal, Signalling},
};

/// A connection that is being looked at.
pub(super) type Checked = LocalBoxFuture<'static, Result<Channel, Refusal>>;

/// Looks at a connection before it is used, and gives the channel back if it may be.
pub(super) type Guard = Rc<dyn Fn(Channel, LinkInfo) -> Checked>;

/// What a transport and its attempts share.
pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) signalling: Rc<RefCell<dyn Signalling>>,
    pub(super) sessions: RefCell<Sessions>,
    pub(super) guard: RefCell<Option<Guard>>,
    pub(super) spare: Spare,
}

/// An attempt's place among the sessions. Given back when the attempt is over, however that happens; then the other side is
/// told, unless it knows.
pub(super) struct Place {
    pub(super) shared: Rc<Shared>,
    pub(super) session: SessionId,
    /// With whom it began: with `session` its name among them.
    pub(super) with: Option<PeerId>,
    pub(super) to: Option<PeerId>,
    /// Nobody at the other side need be told any more, or yet: connected, or ended there, or never heard of.
    pub(super) ended: bool,
}

impl Place {
    pub(super) fn name(&self) -> Name {
        (self.with, self.session)
    }

    pub(super) fn send(&self, signal: Signal) {
        self.shared.sessions.borrow_mut().sent(&self.name(), &signal);
        self.shared.signalling.borrow_mut().send(self.to, signal);
    }

    pub(super) async fn mail(&self) -> Mail {
        poll_fn(|cx| self.poll_mail(cx)).await
    }

    pub(super) fn poll_mail(&self, cx: &Context<'_>) -> Poll<Mail> {
        self.shared.sessions.borrow_mut().poll_mail(&self.name(), cx)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.sessions.borrow_mut().remove(&self.name());
        if !self.ended && self.to.is_some() {
            self.send(Signal::Abort { session: self.session });
        }
    }
}
