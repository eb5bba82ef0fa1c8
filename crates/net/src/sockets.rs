//! WebSockets of text, as little of them as is needed, so that all that is built on them also runs and is tested without a browser.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    rc::Rc,
    task::{Context, Poll},
};

use crate::types::MAX_OWN_RELAYS;

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

/// Sockets of which some are opened before they are asked for.
pub struct Ahead {
    sockets: Rc<dyn Sockets>,
    opened: RefCell<BTreeMap<String, Box<dyn Socket>>>,
}

impl Ahead {
    /// Begins to open a socket to each. What cannot be opened says why when it is asked for.
    pub fn new(sockets: Rc<dyn Sockets>, urls: &[String]) -> Self {
        let mut opened = BTreeMap::new();
        for url in urls.iter().take(MAX_OWN_RELAYS) {
            if !opened.contains_key(url)
                && let Ok(socket) = sockets.open(url)
            {
                opened.insert(url.clone(), socket);
            }
        }
        Self { sockets, opened: RefCell::new(opened) }
    }
}

impl Sockets for Ahead {
    fn open(&self, url: &str) -> Result<Box<dyn Socket>, SocketError> {
        let opened = self.opened.borrow_mut().remove(url);
        opened.map_or_else(|| self.sockets.open(url), Ok)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Counts what is opened; one address is none.
    #[derive(Default)]
    struct Counted(Cell<usize>);

    struct Quiet;

    impl Socket for Quiet {
        fn send(&mut self, _: &str) {}

        fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<SocketEvent> {
            Poll::Pending
        }
    }

    impl Sockets for Counted {
        fn open(&self, url: &str) -> Result<Box<dyn Socket>, SocketError> {
            self.0.set(self.0.get() + 1);
            if url == "none" { Err(SocketError::BadAddress) } else { Ok(Box::new(Quiet)) }
        }
    }

    #[test]
    fn what_was_opened_ahead_is_handed_out_once() {
        let counted = Rc::new(Counted::default());
        let urls = ["one", "two", "one", "none"].map(str::to_owned);
        let ahead = Ahead::new(Rc::clone(&counted) as Rc<dyn Sockets>, &urls);
        assert_eq!(counted.0.get(), 3);
        assert!(ahead.open("one").is_ok() && ahead.open("two").is_ok());
        assert_eq!(counted.0.get(), 3);
        assert!(ahead.open("one").is_ok() && ahead.open("three").is_ok());
        assert_eq!(ahead.open("none").err(), Some(SocketError::BadAddress));
        assert_eq!(counted.0.get(), 6);
    }
}
