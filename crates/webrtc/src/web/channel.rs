//! An open data channel as a stream of bytes.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures::{AsyncRead, AsyncWrite, FutureExt};
use gloo_timers::future::TimeoutFuture;
use send_wrapper::SendWrapper;

use super::{
    events::Closed,
    peer::{HIGH_MARK, MAX_MESSAGE, Peer},
};
use crate::buffer::{Outbox, may_send};

/// How long closing waits for the other side's browser, in milliseconds.
const CLOSE_TIMEOUT: u32 = 2_000;

/// An open data channel as a stream of bytes: reliable, ordered, with back-pressure for the writer. What is written goes out
/// when a message is full or on flush. Dropping it closes the connection at once; closing it first lets what was written
/// arrive.
///
/// After everything received has been read, reading says *end* if a side closed the channel, and fails if the connection was
/// lost or the other side broke the rules.
pub struct Channel(SendWrapper<Inner>);

struct Inner {
    peer: Peer,
    outbox: Outbox,
    closing: Option<TimeoutFuture>,
}

impl Channel {
    pub(super) fn new(peer: Peer) -> Self {
        Self(SendWrapper::new(Inner { peer, outbox: Outbox::new(MAX_MESSAGE), closing: None }))
    }

    /// Bytes handed to the browser and not sent yet: at most 128 KiB.
    pub fn buffered(&self) -> usize {
        self.0.peer.buffered()
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").finish_non_exhaustive()
    }
}

impl Inner {
    /// Hands the message being built to the browser as soon as there is room.
    fn poll_send(&mut self, cx: &Context<'_>) -> Poll<io::Result<()>> {
        if self.outbox.message().is_empty() {
            return Poll::Ready(Ok(()));
        }
        if self.peer.events.has_last_words() {
            self.outbox.clear();
            return Poll::Ready(Ok(()));
        }
        if self.peer.events.closed().is_some() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if !may_send(self.peer.buffered(), self.outbox.message().len(), HIGH_MARK) {
            self.peer.events.wait_to_write(cx);
            return Poll::Pending;
        }
        if !self.peer.send(self.outbox.message()) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        self.outbox.clear();
        Poll::Ready(Ok(()))
    }

    fn poll_write(&mut self, cx: &Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.closing.is_none() && self.peer.events.has_last_words() {
            // An error here would make yamux end the connection before it has read what the other side said last.
            return Poll::Ready(Ok(buf.len()));
        }
        if self.closing.is_some() || self.peer.events.closed().is_some() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if self.outbox.is_full() {
            ready!(self.poll_send(cx))?;
        }
        let count = self.outbox.fill(buf);
        if self.outbox.is_full() {
            // Not now is fine: the next write or flush tries again.
            if let Poll::Ready(Err(error)) = self.poll_send(cx) {
                return Poll::Ready(Err(error));
            }
        }
        Poll::Ready(Ok(count))
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let patience = self.closing.get_or_insert_with(|| TimeoutFuture::new(CLOSE_TIMEOUT));
        if self.peer.events.closed().is_none() && patience.poll_unpin(cx).is_ready() {
            self.peer.events.on_closed(Closed::Orderly);
        }
        if self.peer.events.closed().is_some() {
            // The connection carries nothing else: it goes even if the caller keeps the channel.
            self.peer.close_connection();
            return Poll::Ready(Ok(()));
        }
        // Registered before closing: the end may be reported at once.
        self.peer.events.wait_to_write(cx);
        if let Poll::Ready(Ok(())) = self.poll_send(cx) {
            self.peer.close_channel();
        }
        Poll::Pending
    }
}

impl AsyncRead for Channel {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        match ready!(self.0.peer.events.poll_read(cx, buf)) {
            Ok(count) => Poll::Ready(Ok(count)),
            Err(Closed::Orderly) => Poll::Ready(Ok(0)),
            Err(Closed::Lost) => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            Err(Closed::Overrun) => Poll::Ready(Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the other side sent more than it may ahead of the reader",
            ))),
            Err(Closed::NotBinary) => {
                Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "the other side sent text")))
            }
        }
    }
}

impl AsyncWrite for Channel {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.0.poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_send(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_close(cx)
    }
}
