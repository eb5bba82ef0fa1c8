//! A libp2p transport between two browsers: yamux over one negotiated WebRTC data channel.

#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "natively only tests drive the state machines"))]

pub mod address;
mod buffer;
mod config;
mod error;
mod link;
mod negotiation;
pub mod sdp;
mod sessions;
pub mod signalling;
#[cfg(target_arch = "wasm32")]
mod web;

pub use address::{listen_address, peer_address};
pub use buffer::MAX_UNREAD;
pub use config::{Config, IceServer, IceTransportPolicy};
pub use error::{Error, Refusal, Side};
pub use link::{LinkInfo, Role};
pub use sdp::{Fingerprint, SdpError};
pub use signalling::{SessionId, Signal, SignalError, Signalling};
#[cfg(target_arch = "wasm32")]
pub use web::{Channel, Transport};
