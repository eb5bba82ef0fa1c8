//! WebSockets of text, as little of them as is needed, so that all that is built on them also runs and is tested without a browser.

use std::task::{Context, Poll};

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SocketError {
    /// The address is none of a WebSocket.
    #[error("this is not the address of a relay: it starts with wss:// or ws://")]
    BadAddress,
    /// A page that came over `https:` may not open it.
    #[error("a page that came over https: reaches relays over wss: only")]
    MixedContent,
    /// Nobody answers, or the connection broke; browsers do not say why.
    #[error("the relay cannot be reached")]
    Unreachable,
}

/// Opens sockets.
pub trait Sockets {
    /// Begins to open one.
    fn open(&self, url: &str) -> Result<Box<dyn Socket>, SocketError>;
}

/// What happens on a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketEvent {
    /// It is open.
    Open,
    /// A text came.
    Text(String),
    /// A text came that was longer than [`MAX_TEXT`]; it was not kept.
    TooLong,
    /// It is closed, or never opened. Nothing comes after this.
    Closed(SocketError),
}

/// The longest text that is kept, in bytes.
pub const MAX_TEXT: usize = crate::nostr::MAX_FRAME;

/// One socket; dropping it closes it.
pub trait Socket {
    /// Sends a text, after the socket has opened. It is lost if the socket has closed meanwhile.
    fn send(&mut self, text: &str);

    /// What happens next.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<SocketEvent>;
}
