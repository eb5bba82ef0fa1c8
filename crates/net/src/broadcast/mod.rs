//! Links between tabs of one browser over channels (`BroadcastChannel`), for when WebRTC does not come up: with only a
//! loopback interface Chromium gathers no candidates at all.
//!
//! Each link has a channel of its own, named by its session, so that no third tab is woken by its traffic. On it runs the
//! same proof of membership as on WebRTC, and the same yamux. It is not encrypted: a script that can listen in on this origin's
//! channels can read its databases, too.

mod flow;
mod stream;
mod transport;

pub(crate) use stream::ChannelStream;
pub(crate) use transport::{BroadcastTransport, Guard, listen_address, peer_address};
