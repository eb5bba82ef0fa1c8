//! Named channels on which everybody with the name hears everybody else: `BroadcastChannel`, as little of it as is needed,
//! and the same in memory ([`Hub`]) so that all that is built on it also runs and is tested without a browser.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    io,
    rc::{Rc, Weak},
    task::{Context, Poll, Waker},
};

/// Opens channels.
pub trait Channels {
    /// Joins the channel of that name.
    fn open(&self, name: &str) -> io::Result<Box<dyn Channel>>;
}

/// One end of a channel; dropping it leaves the channel.
pub trait Channel {
    /// Sends to all other ends. Each hears all messages of one sender in order.
    fn post(&mut self, bytes: &[u8]);

    /// The next message of another end. May be polled by several tasks: all are woken.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>>;
}

/// How many unread messages a channel holds; further ones are dropped. More than the windows of honest links ask for
/// ([`crate::broadcast`]), and a flood of strangers' messages ends here.
pub(crate) const MAX_UNREAD: usize = 16 * 1024;

/// What came in and was not read yet, and who waits for it.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    messages: VecDeque<Vec<u8>>,
    wakers: Vec<Waker>,
}

impl Inbox {
    pub(crate) fn push(&mut self, message: Vec<u8>) {
        if self.messages.len() < MAX_UNREAD {
            self.messages.push_back(message);
        }
        self.wakers.drain(..).for_each(Waker::wake);
    }

    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        if let Some(message) = self.messages.pop_front() {
            return Poll::Ready(message);
        }
        if !self.wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
            self.wakers.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

type Ends = BTreeMap<String, Vec<Weak<RefCell<Inbox>>>>;

/// Channels within one thread. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Hub {
    ends: Rc<RefCell<Ends>>,
}

struct HubChannel {
    name: String,
    inbox: Rc<RefCell<Inbox>>,
    hub: Hub,
}

impl Channels for Hub {
    fn open(&self, name: &str) -> io::Result<Box<dyn Channel>> {
        let inbox = Rc::default();
        self.ends.borrow_mut().entry(name.to_owned()).or_default().push(Rc::downgrade(&inbox));
        Ok(Box::new(HubChannel { name: name.to_owned(), inbox, hub: self.clone() }))
    }
}

impl Channel for HubChannel {
    fn post(&mut self, bytes: &[u8]) {
        let mut ends = self.hub.ends.borrow_mut();
        let Some(ends) = ends.get_mut(&self.name) else { return };
        ends.retain(|end| end.strong_count() > 0);
        for end in ends.iter().filter_map(Weak::upgrade).filter(|end| !Rc::ptr_eq(end, &self.inbox)) {
            end.borrow_mut().push(bytes.to_vec());
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        self.inbox.borrow_mut().poll_next(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use futures::executor::block_on;

    use super::*;

    #[test]
    fn a_flood_is_cut_off() {
        let mut inbox = Inbox::default();
        for _ in 0..MAX_UNREAD + 10 {
            inbox.push(Vec::new());
        }
        assert_eq!(inbox.messages.len(), MAX_UNREAD);
    }

    #[test]
    fn everybody_else_with_the_name_hears_it_in_order() {
        let hub = Hub::default();
        let mut a = hub.open("x").unwrap();
        let mut b = hub.open("x").unwrap();
        let mut other = hub.open("y").unwrap();
        a.post(b"1");
        a.post(b"2");
        assert_eq!(block_on(poll_fn(|cx| b.poll_next(cx))), b"1");
        assert_eq!(block_on(poll_fn(|cx| b.poll_next(cx))), b"2");
        let mut cx = Context::from_waker(Waker::noop());
        assert!(a.poll_next(&mut cx).is_pending(), "one does not hear oneself");
        assert!(other.poll_next(&mut cx).is_pending());
    }
}
