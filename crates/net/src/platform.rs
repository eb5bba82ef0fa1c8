//! What differs between a browser and a native program, in one place: channels, WebRTC, tasks, and signs of life.

use std::{any::Any, cell::RefCell, rc::Rc};

use futures::{AsyncRead, AsyncWrite, channel::mpsc, future::LocalBoxFuture};
use libp2p_core::{muxing::StreamMuxerBox, transport::Boxed};
use libp2p_identity::PeerId;
use paceline_room::NodeId;

use crate::{
    channels::Channels,
    keys::RoomKeys,
    membership::{self, Claim, MembershipError, Role},
    peer_id::node_id,
    ports::Port,
    sockets::Sockets,
    types::IceServer,
};

/// A libp2p transport whose connections are muxed and whose peers have proved membership.
pub type Transport = Boxed<(PeerId, StreamMuxerBox)>;

/// The surroundings of a node.
pub trait Platform {
    /// Channels to other tabs of this browser; `None` where there are none.
    fn channels(&self) -> Option<Rc<dyn Channels>>;

    /// The WebRTC transport, listening at `/webrtc`; `None` where there is none.
    fn webrtc(&self, setup: WebrtcSetup) -> Option<Transport>;

    /// WebSockets to relays; `None` where there are none.
    fn sockets(&self) -> Option<Rc<dyn Sockets>> {
        None
    }

    /// Runs a task on this thread.
    fn spawn(&self, task: LocalBoxFuture<'static, ()>);

    /// Shows others on this machine that the holder lives, until what is returned is dropped or the holder dies.
    fn show_life(&self, name: &str) -> Option<Box<dyn Any>>;

    /// Resolves with `true` when the holder of that name has died or let go, with `false` if there never was one.
    fn watch_life(&self, name: &str) -> Option<LocalBoxFuture<'static, bool>>;
}

/// What a WebRTC transport is made from.
pub struct WebrtcSetup {
    /// This node.
    pub local: PeerId,
    /// Carries its signals.
    pub signalling: Port,
    /// Servers that help through NATs.
    pub ice_servers: Vec<IceServer>,
    /// Whether only addresses of TURN relays may be used and told.
    pub relay_only: bool,
    /// Tells it when the network changes.
    pub network: NetworkChanges,
    /// Checks each new connection.
    pub prover: Prover,
}

/// Who wants to hear that the network may be another than before.
#[derive(Clone, Default)]
pub struct NetworkChanges(Rc<RefCell<Vec<Listener>>>);

type Listener = Box<dyn Fn()>;

impl NetworkChanges {
    /// From now on `tell` is called on each change.
    pub fn on_change(&self, tell: impl Fn() + 'static) {
        self.0.borrow_mut().push(Box::new(tell));
    }

    pub(crate) fn changed(&self) {
        self.0.borrow().iter().for_each(|tell| tell());
    }
}

/// Lets members in, and nobody else; see [`crate::membership`].
#[derive(Clone)]
pub struct Prover {
    pub(crate) keys: RoomKeys,
    pub(crate) me: NodeId,
    pub(crate) refusals: mpsc::UnboundedSender<(&'static str, NodeId)>,
}

impl Prover {
    /// Proves membership over a fresh connection, and hands it back if the other side did so too. The bindings are the DTLS
    /// fingerprints of both ends; empty where there are none.
    pub async fn check<S>(
        &self,
        mut io: S,
        remote: PeerId,
        role: Role,
        session: [u8; 16],
        bindings: (Vec<u8>, Vec<u8>),
    ) -> Result<S, MembershipError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let remote = node_id(&remote).ok_or(MembershipError::WrongProof)?;
        let (local_binding, remote_binding) = bindings;
        let claim = Claim { local: self.me, remote, role, session, local_binding, remote_binding };
        let mut nonce = [0; 32];
        random(&mut nonce);
        let outcome = membership::prove(&mut io, &self.keys, &claim, nonce).await;
        if let Some(code) = outcome.as_ref().err().and_then(MembershipError::code) {
            let _ = self.refusals.unbounded_send((code, remote));
        }
        outcome.map(|()| io)
    }
}

/// Fills with bytes from the system's secure source.
pub(crate) fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("a system without secure randomness cannot run a node");
}
