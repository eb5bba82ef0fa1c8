//! What only exists in a browser: the peer connection, the channel, the attempts and the transport over them.
//!
//! JS objects are held in `SendWrapper`: libp2p asks for `Send`, and a page runs all of this on one thread. Closures belong to
//! the object whose events they handle and go with it.

mod attempt;
mod caretaker;
mod channel;
mod connection;
mod events;
mod peer;
mod place;
mod spare;
mod transport;

pub use channel::Channel;
pub use transport::{Control, Transport};
