//! What waits to be sent on one lane of one connection.

use std::{
    cell::RefCell,
    collections::VecDeque,
    task::{Context, Poll, Waker},
};

use super::frame::Frame;

/// How many bytes may wait on the live lane. A peer that is that far behind is better served by catching up on a new link.
pub(crate) const MAX_QUEUED_LIVE: usize = 2 * 1024 * 1024;
/// How many bytes may wait on the bulk lane.
pub(crate) const MAX_QUEUED_BULK: usize = 8 * 1024 * 1024;
/// Counted for each message beside its bytes.
const PER_MESSAGE: usize = 64;

/// More waits than may; the link has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the peer reads too slowly")]
pub(crate) struct Overflow;

#[derive(Debug)]
pub(crate) struct LaneQueue(RefCell<Inner>);

#[derive(Debug)]
struct Inner {
    frames: VecDeque<Frame>,
    bytes: usize,
    capacity: usize,
    closed: bool,
    waker: Option<Waker>,
}

impl LaneQueue {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(RefCell::new(Inner { frames: VecDeque::new(), bytes: 0, capacity, closed: false, waker: None }))
    }

    /// Puts one in. What is put into a closed queue is lost.
    pub(crate) fn push(&self, frame: Frame) -> Result<(), Overflow> {
        let mut inner = self.0.borrow_mut();
        if inner.closed {
            return Ok(());
        }
        let cost = cost(&frame);
        if inner.bytes + cost > inner.capacity {
            return Err(Overflow);
        }
        inner.bytes += cost;
        inner.frames.push_back(frame);
        inner.wake();
        Ok(())
    }

    /// Nothing more will be put in; what waits is still sent.
    pub(crate) fn close(&self) {
        let mut inner = self.0.borrow_mut();
        inner.closed = true;
        inner.wake();
    }

    /// The next to send; `None` once it is closed and empty.
    pub(crate) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<Frame>> {
        let mut inner = self.0.borrow_mut();
        if let Some(frame) = inner.frames.pop_front() {
            inner.bytes -= cost(&frame);
            return Poll::Ready(Some(frame));
        }
        if inner.closed {
            return Poll::Ready(None);
        }
        inner.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Inner {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

fn cost(frame: &Frame) -> usize {
    match frame {
        Frame::Message(bytes) => bytes.len() + PER_MESSAGE,
        Frame::Begin(_) | Frame::Parting | Frame::Later => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(queue: &LaneQueue) -> Poll<Option<Frame>> {
        queue.poll_next(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_full_queue_says_so_and_takes_again_when_read() {
        let queue = LaneQueue::new(1000);
        queue.push(Frame::Message(vec![0; 900])).unwrap();
        assert_eq!(queue.push(Frame::Message(vec![0; 100])), Err(Overflow));
        assert!(matches!(next(&queue), Poll::Ready(Some(Frame::Message(_)))));
        queue.push(Frame::Message(vec![0; 100])).unwrap();
    }

    #[test]
    fn what_waits_is_sent_before_a_close() {
        let queue = LaneQueue::new(1000);
        queue.push(Frame::Begin(1)).unwrap();
        queue.close();
        queue.push(Frame::Parting).unwrap();
        assert_eq!(next(&queue), Poll::Ready(Some(Frame::Begin(1))));
        assert_eq!(next(&queue), Poll::Ready(None));
    }
}
