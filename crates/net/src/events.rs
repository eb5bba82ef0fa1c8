//! From the network to the app: one queue that keeps the order of links and messages, and makes readers wait while the app is
//! behind, so that the waiting reaches the senders through yamux.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use futures::{Stream, stream};
use paceline_mesh::Lane;
use paceline_room::NodeId;

use crate::types::NetEvent;

/// While messages of this many bytes wait for the app, no more is read from the links.
pub(crate) const MAX_WAITING: usize = 4 * 1024 * 1024;
/// While this many events wait, refusals are only counted.
const MAX_REFUSALS_WAITING: usize = 1024;
/// Counted for each message beside its bytes.
const PER_MESSAGE: usize = 64;

#[derive(Debug, Default)]
pub(crate) struct EventQueue(RefCell<Inner>);

#[derive(Debug, Default)]
struct Inner {
    events: VecDeque<NetEvent>,
    bytes: usize,
    app: Option<Waker>,
    readers: Vec<Waker>,
}

impl EventQueue {
    /// Puts in anything but a message.
    pub(crate) fn push(&self, event: NetEvent) {
        let mut inner = self.0.borrow_mut();
        if matches!(event, NetEvent::Refused { .. }) && inner.events.len() >= MAX_REFUSALS_WAITING {
            return;
        }
        inner.events.push_back(event);
        inner.wake_app();
    }

    /// Puts in a message when there is room, unless `stale` says that its link is down by then.
    pub(crate) async fn received(&self, peer: NodeId, lane: Lane, bytes: Vec<u8>, stale: impl Fn() -> bool) {
        poll_fn(|cx| self.poll_room(cx)).await;
        if stale() {
            return;
        }
        let mut inner = self.0.borrow_mut();
        inner.bytes += bytes.len() + PER_MESSAGE;
        inner.events.push_back(NetEvent::Received { peer, lane, bytes });
        inner.wake_app();
    }

    fn poll_room(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut inner = self.0.borrow_mut();
        if inner.bytes < MAX_WAITING {
            return Poll::Ready(());
        }
        inner.readers.push(cx.waker().clone());
        Poll::Pending
    }

    fn poll_next(&self, cx: &mut Context<'_>) -> Poll<NetEvent> {
        let mut inner = self.0.borrow_mut();
        let Some(event) = inner.events.pop_front() else {
            inner.app = Some(cx.waker().clone());
            return Poll::Pending;
        };
        if let NetEvent::Received { bytes, .. } = &event {
            inner.bytes -= bytes.len() + PER_MESSAGE;
            if inner.bytes < MAX_WAITING {
                inner.readers.drain(..).for_each(Waker::wake);
            }
        }
        Poll::Ready(event)
    }

    /// The app's end. It never finishes.
    pub(crate) fn stream(self: Rc<Self>) -> impl Stream<Item = NetEvent> + Unpin + 'static {
        stream::poll_fn(move |cx| self.poll_next(cx).map(Some))
    }
}

impl Inner {
    fn wake_app(&mut self) {
        if let Some(waker) = self.app.take() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::{FutureExt as _, StreamExt as _};

    use super::*;

    const PEER: NodeId = NodeId::from_bytes([1; 32]);

    #[test]
    fn readers_wait_while_the_app_is_behind() {
        let queue = Rc::new(EventQueue::default());
        queue.received(PEER, Lane::Bulk, vec![0; MAX_WAITING], || false).now_or_never().unwrap();
        let over = Cell::new(false);
        let mut second = Box::pin(queue.received(PEER, Lane::Bulk, vec![1], || over.get()));
        assert!(second.as_mut().now_or_never().is_none());
        let mut stream = Rc::clone(&queue).stream();
        assert!(matches!(stream.next().now_or_never(), Some(Some(NetEvent::Received { .. }))));
        assert!(second.as_mut().now_or_never().is_some());
    }

    #[test]
    fn a_message_whose_link_went_down_while_it_waited_is_dropped() {
        let queue = Rc::new(EventQueue::default());
        queue.received(PEER, Lane::Bulk, vec![0], || true).now_or_never().unwrap();
        assert!(Rc::clone(&queue).stream().next().now_or_never().is_none());
    }

    #[test]
    fn a_flood_of_refusals_does_not_fill_memory() {
        let queue = Rc::new(EventQueue::default());
        for _ in 0..MAX_REFUSALS_WAITING * 2 {
            queue.push(NetEvent::Refused { code: "forged-envelope", peer: None });
        }
        queue.push(NetEvent::Rendezvous);
        assert_eq!(queue.0.borrow().events.len(), MAX_REFUSALS_WAITING + 1);
    }
}
