//! A node in a browser tab: `BroadcastChannel`, WebRTC, WebSockets, Web Locks.

mod channel;
mod locks;
mod preconnect;
mod socket;

pub use preconnect::Preconnect;

use std::{any::Any, rc::Rc};

use futures::{Stream, future::LocalBoxFuture};
use libp2p_core::Transport as _;
use libp2p_webrtc_browser as webrtc;

use crate::{
    channels::Channels,
    membership::Role,
    net::Net,
    platform::{Platform, Transport, WebrtcSetup},
    sockets::Sockets,
    switchboard::MAX_OFFERS,
    types::{NetConfig, NetEvent},
};

/// This tab.
#[derive(Debug, Clone, Copy, Default)]
pub struct Browser;

impl Net {
    /// Goes online in a room from this tab, with the relays that were called ahead; see [`Net::start_on`].
    pub fn start(config: NetConfig, preconnect: Preconnect) -> (Self, impl Stream<Item = NetEvent> + Unpin + 'static) {
        Self::start_on(Rc::new(preconnect), config)
    }
}

impl Platform for Browser {
    fn channels(&self) -> Option<Rc<dyn Channels>> {
        channel::BroadcastChannels::here().map(|channels| Rc::new(channels) as Rc<dyn Channels>)
    }

    fn webrtc(&self, setup: WebrtcSetup) -> Option<Transport> {
        if !js_sys::Reflect::has(&js_sys::global(), &"RTCPeerConnection".into()).unwrap_or(false) {
            return None;
        }
        let WebrtcSetup { local, signalling, ice_servers, relay_only, network, prover } = setup;
        let ice_servers = ice_servers.into_iter().map(Into::into).collect();
        let ice_transport_policy =
            if relay_only { webrtc::IceTransportPolicy::Relay } else { webrtc::IceTransportPolicy::All };
        let max_incoming = MAX_OFFERS;
        let config = webrtc::Config { ice_servers, ice_transport_policy, max_incoming, ..webrtc::Config::default() };
        let guard = move |channel: webrtc::Channel, link: webrtc::LinkInfo| {
            let prover = prover.clone();
            async move {
                let role = match link.role {
                    webrtc::Role::Dialer => Role::Dialer,
                    webrtc::Role::Listener => Role::Listener,
                };
                let bindings = (link.local_fingerprint.0.to_vec(), link.remote_fingerprint.0.to_vec());
                let checked = prover.check(channel, link.remote_peer, role, link.session, bindings).await;
                checked.map_err(|error| Box::new(error) as webrtc::Refusal)
            }
        };
        let transport = webrtc::Transport::new(local, signalling, config).with_guard(guard);
        let control = transport.control();
        network.on_change(move || control.network_changed());
        Some(transport.boxed())
    }

    fn sockets(&self) -> Option<Rc<dyn Sockets>> {
        socket::WebSockets::here().map(|sockets| Rc::new(sockets) as Rc<dyn Sockets>)
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        wasm_bindgen_futures::spawn_local(task);
    }

    fn show_life(&self, name: &str) -> Option<Box<dyn Any>> {
        locks::Locks::here().map(|locks| Box::new(locks.hold(name)) as Box<dyn Any>)
    }

    fn watch_life(&self, name: &str) -> Option<LocalBoxFuture<'static, bool>> {
        let name = name.to_owned();
        locks::Locks::here().map(|locks| Box::pin(locks.wait_for_death(name)) as LocalBoxFuture<'static, bool>)
    }
}
