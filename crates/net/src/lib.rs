//! Paceline's links between nodes: sealing, membership, signalling, the libp2p swarm.
//!
//! A [`Net`] takes a node online in one room: it finds others through the *rendezvous* it has, links with them, proves
//! membership on each new connection, and then carries messages on two lanes per link. What the messages say is the mesh's
//! business; who should be linked with whom, too (here: everybody heard).
//!
//! The way through it: [`link`] and [`keys`] say what the room's secret opens. [`envelope`] seals and signs what travels through a
//! rendezvous, [`freshness`] refuses what was sent before, `switchboard` decides whom to greet, dial and answer. The transports
//! (WebRTC, `broadcast`) run [`membership`] on each new connection; `links` makes one link of a peer's
//! connections; `driver` is the one visible loop.
#![forbid(unsafe_code)]

mod broadcast;
#[cfg(target_arch = "wasm32")]
mod browser;
mod changes;
pub mod channels;
mod clock;
mod driver;
pub mod envelope;
mod events;
pub mod freshness;
#[cfg(feature = "test-utils")]
pub mod fuzzing;
mod hand;
pub mod keys;
mod lanes;
pub mod link;
mod links;
mod meeting;
pub mod membership;
mod message;
mod net;
mod nostr;
mod out_of_band;
mod peer_id;
#[cfg(test)]
mod pipe;
mod platform;
mod ports;
mod rendezvous;
mod room;
mod sdp;
pub mod sockets;
mod status;
mod switchboard;
mod types;
mod vary;

#[cfg(target_arch = "wasm32")]
pub use browser::{Browser, Preconnect};
pub use clock::Clock;
pub use keys::RoomKeys;
pub use lanes::MAX_MESSAGE;
pub use link::{LinkError, RoomLink};
pub use net::Net;
pub use nostr::CHOSEN_RELAYS;
pub use out_of_band::{HandCode, OutOfBandError};
pub use peer_id::{node_id, peer_id};
pub use platform::{NetworkChanges, Platform, Prover, Transport, WebrtcSetup};
pub use ports::Port;
pub use rendezvous::{Arrival, Reach, Rendezvous};
pub use types::{
    IceServer, MAX_LISTED_RELAYS, MAX_OWN_RELAYS, NetConfig, NetEvent, Path, Paths, PeerInfo, RendezvousState,
    RendezvousStatus,
};
