//! A libp2p [`Transport`](libp2p_core::Transport) between two browsers: yamux over one negotiated WebRTC data channel.
//!
//! rust-libp2p reaches servers from a browser (WebSocket, WebTransport, WebRTC direct), but not another browser. This crate
//! does. It needs no server of a certain kind: how the two pages exchange the few messages before they are connected is up
//! to you, through the [`Signalling`] trait; anything from a chat message to `BroadcastChannel` will do.
//!
//! # Contract
//!
//! 1. Make a `Transport` with your `PeerId` and your [`Signalling`], and give it to a swarm (`boxed()`). It must be
//!    polled, as swarms do, or no signal arrives.
//! 2. `listen_on("/webrtc")` once, to answer offers. Without it incoming offers are ignored.
//! 3. Dial `/webrtc/p2p/<peer>` ([`peer_address`]): the offer leaves before anything is gathered, the answer likewise, and
//!    candidates follow one by one.
//! 4. Or dial `/webrtc/memory/0` ([`anyone_address`]), an offer to *whoever answers*: [`Signalling::send`] gets it with `to: None`
//!    and all candidates inside, and nothing more is sent. It may travel out of band and take [`Config::out_of_band_timeout`];
//!    the answer's signer becomes the peer. (`SwarmBuilder` limits every dial to 10 s unless told otherwise.)
//! 5. The output is `(PeerId, StreamMuxerBox)`. Dropping a connection closes it at once; closing it first lets what was
//!    written arrive.
//!
//! **Who is at the other end?** There is no Noise handshake. DTLS binds the connection to the certificate whose fingerprint
//! is in the session description, and the description belongs to whom [`Signalling`] says. So `Signalling` must
//! authenticate: sign its messages, and let an answer name the offer it answers. `Transport::with_guard` lets you prove more
//! (a membership, say) on the raw channel, bound to [`LinkInfo`], before yamux starts.
//!
//! **When both dial.** Two peers that dial each other at the same time get one connection: the dial of the *lower*
//! `PeerId` goes on; the other one fails with [`Error::Superseded`] and its side gets the connection as an incoming one.
//! A winner whose offer may have been lost sends it again. Out-of-band offers are exempt.
//!
//! **Bounds.** Bytes handed to the browser and not sent: 128 KiB. Bytes received and not read: [`MAX_UNREAD`], then the peer is
//! cut off (a data channel cannot be paused; yamux keeps honest peers far below). Incoming attempts: [`Config::max_incoming`],
//! and two of one peer. Candidates: 64 an attempt or restart. Descriptions: [`sdp::MAX_SDP`]. Messages: 64 KiB.
//!
//! **When the network changes** (another address, a few seconds without any, a machine that slept) an open connection finds new
//! paths by itself: an ICE restart over [`Signalling`], by the dialer, or by it when the listener asks. Nothing under way is lost,
//! and the certificate stays the one that the connection was proved with. It begins when the browser has said *disconnected*
//! for 1 s, or at once when `Control::network_changed` is called; what is not connected 10 s later is lost. So `Signalling`
//! should still reach whoever is connected; if it does not, connections simply end as they would have.
//!
//! **Not here:** media, other renegotiation, the `/webrtc` protocol of js-libp2p over relayed connections, and
//! servers. It works in pages, not in workers (they have no `RTCPeerConnection`). On other targets than `wasm32` only the
//! parts that know no browser exist: [`Signal`], [`Signalling`], [`sdp`], [`Config`], [`Error`].
#![forbid(unsafe_code)]
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "natively only tests drive the state machines"))]

pub mod address;
mod buffer;
mod config;
mod error;
mod ice;
mod link;
mod negotiation;
pub mod sdp;
mod sessions;
pub mod signalling;
mod upkeep;
#[cfg(target_arch = "wasm32")]
mod web;

pub use address::{anyone_address, listen_address, peer_address};
pub use buffer::MAX_UNREAD;
pub use config::{Config, IceServer, IceTransportPolicy};
pub use error::{Error, Refusal, Side};
pub use ice::{IceServerError, MAX_ICE_URLS, sift};
pub use link::{LinkInfo, Role};
pub use sdp::{Fingerprint, SdpError};
pub use signalling::{SessionId, Signal, SignalError, Signalling};
#[cfg(target_arch = "wasm32")]
pub use web::{Channel, Control, Transport};
