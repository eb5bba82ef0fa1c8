//! A libp2p transport between two browsers: yamux over one negotiated WebRTC data channel.

pub mod signalling;
pub use signalling::{Signal, Signalling};
