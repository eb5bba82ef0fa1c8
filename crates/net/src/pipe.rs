//! Two ends of an in-memory connection, for tests.

use std::{
    cell::RefCell,
    collections::VecDeque,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use futures::{AsyncRead, AsyncWrite};

#[derive(Default)]
struct Half {
    bytes: VecDeque<u8>,
    closed: bool,
    waker: Option<Waker>,
}

pub(crate) struct End {
    incoming: Rc<RefCell<Half>>,
    outgoing: Rc<RefCell<Half>>,
}

/// A connected pair.
pub(crate) fn pair() -> (End, End) {
    let (a, b) = (Rc::default(), Rc::default());
    (End { incoming: Rc::clone(&a), outgoing: Rc::clone(&b) }, End { incoming: b, outgoing: a })
}

impl AsyncRead for End {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut half = self.incoming.borrow_mut();
        if half.bytes.is_empty() && !half.closed {
            half.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let count = buf.len().min(half.bytes.len());
        for (slot, byte) in buf.iter_mut().zip(half.bytes.drain(..count)) {
            *slot = byte;
        }
        Poll::Ready(Ok(count))
    }
}

impl AsyncWrite for End {
    fn poll_write(self: Pin<&mut Self>, _cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let mut half = self.outgoing.borrow_mut();
        if half.closed {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        half.bytes.extend(buf);
        if let Some(waker) = half.waker.take() {
            waker.wake();
        }
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut half = self.outgoing.borrow_mut();
        half.closed = true;
        if let Some(waker) = half.waker.take() {
            waker.wake();
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for End {
    fn drop(&mut self) {
        for half in [&self.incoming, &self.outgoing] {
            let mut half = half.borrow_mut();
            half.closed = true;
            if let Some(waker) = half.waker.take() {
                waker.wake();
            }
        }
    }
}
