//! The bytes between the browser's events and the readers and writers of a channel: bounded, and in order. Knows no browser.

use std::{
    collections::VecDeque,
    task::{Context, Waker},
};

/// Most bytes received and not read yet. A data channel cannot be paused, so a peer that sends more than this ahead of its
/// reader is cut off. yamux keeps honest peers far below: 256 KiB for each stream that is not being read.
pub const MAX_UNREAD: usize = 4 * 1024 * 1024;

/// The peer sent more than [`MAX_UNREAD`] bytes ahead of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overrun;

/// Received messages as one stream of bytes.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    messages: VecDeque<Vec<u8>>,
    /// How much of the first message has been read.
    read: usize,
    unread: usize,
}

impl Inbox {
    /// Takes a message in, or refuses it for want of room.
    pub(crate) fn push(&mut self, message: Vec<u8>) -> Result<(), Overrun> {
        if message.len() > MAX_UNREAD - self.unread {
            return Err(Overrun);
        }
        if !message.is_empty() {
            self.unread += message.len();
            self.messages.push_back(message);
        }
        Ok(())
    }

    /// Moves up to `buf.len()` bytes out; 0 if there are none (or no room for them).
    pub(crate) fn read(&mut self, buf: &mut [u8]) -> usize {
        let mut copied = 0;
        while let Some(message) = self.messages.front() {
            let rest = message.get(self.read..).unwrap_or_default();
            let free = buf.get_mut(copied..).unwrap_or_default();
            let count = rest.len().min(free.len());
            let whole = count == rest.len();
            if let (Some(to), Some(from)) = (free.get_mut(..count), rest.get(..count)) {
                to.copy_from_slice(from);
            }
            copied += count;
            if !whole {
                self.read += count;
                break;
            }
            self.read = 0;
            self.messages.pop_front();
        }
        self.unread -= copied;
        copied
    }

    /// How many bytes wait to be read.
    pub(crate) fn unread(&self) -> usize {
        self.unread
    }
}

/// Bytes written and not handed to the browser yet: small writes become one message.
#[derive(Debug)]
pub(crate) struct Outbox {
    bytes: Vec<u8>,
    limit: usize,
}

impl Outbox {
    /// `limit`: the longest message the other side takes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit: limit.max(1) }
    }

    /// Takes as much of `buf` as fits into the message being built, and says how much that was.
    pub(crate) fn fill(&mut self, buf: &[u8]) -> usize {
        let count = buf.len().min(self.limit - self.bytes.len());
        self.bytes.extend(buf.iter().take(count));
        count
    }

    /// The message built so far.
    pub(crate) fn message(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets the message: it has been handed over.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Whether the message can take no more.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() >= self.limit
    }
}

/// Whether a message may be handed to the browser now: what it already holds stays under `high`. A single message always
/// goes to an empty channel, whatever its size.
pub(crate) fn may_send(buffered: usize, message: usize, high: usize) -> bool {
    buffered == 0 || buffered.saturating_add(message) <= high
}

/// Most tasks that wait for one thing of a channel: its reader and its writer, and room for those they replaced.
const MAX_WAITING: usize = 16;

/// Tasks waiting for one thing. A list, since the reader and the writer of a muxer may be different tasks that both poll.
#[derive(Debug, Default)]
pub(crate) struct Wakers(Vec<Waker>);

impl Wakers {
    /// Remembers the task; once, however often it polls.
    pub(crate) fn register(&mut self, cx: &Context<'_>) {
        if !self.0.iter().any(|known| known.will_wake(cx.waker())) {
            if self.0.len() >= MAX_WAITING {
                self.0.remove(0).wake();
            }
            self.0.push(cx.waker().clone());
        }
    }

    /// Takes all tasks out, to be woken by [`wake_all`] when nothing is borrowed any more.
    pub(crate) fn take(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.0)
    }
}

/// Wakes tasks.
pub(crate) fn wake_all(wakers: Vec<Waker>) {
    for waker in wakers {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::Wake,
    };

    use super::*;

    #[test]
    fn messages_are_read_in_order_across_their_borders() {
        let mut inbox = Inbox::default();
        for message in [&b"ab"[..], b"", b"cde", b"f"] {
            inbox.push(message.to_vec()).unwrap();
        }
        let mut buf = [0; 4];
        assert_eq!(inbox.read(&mut buf), 4);
        assert_eq!(&buf, b"abcd");
        assert_eq!(inbox.unread(), 2);
        assert_eq!(inbox.read(&mut buf), 2);
        assert_eq!(&buf[..2], b"ef");
        assert_eq!(inbox.read(&mut buf), 0);
        assert_eq!(inbox.read(&mut []), 0);
    }

    #[test]
    fn a_peer_that_runs_ahead_of_the_reader_is_refused_until_there_is_room() {
        let mut inbox = Inbox::default();
        inbox.push(vec![1; MAX_UNREAD - 1]).unwrap();
        assert_eq!(inbox.push(vec![2; 2]), Err(Overrun));
        inbox.push(vec![2]).unwrap();
        assert_eq!(inbox.push(vec![3]), Err(Overrun));
        assert_eq!(inbox.read(&mut [0; 10]), 10);
        inbox.push(vec![3; 10]).unwrap();
        assert_eq!(inbox.unread(), MAX_UNREAD);
    }

    #[test]
    fn small_writes_become_one_message_and_large_ones_are_cut() {
        let mut outbox = Outbox::new(8);
        assert_eq!(outbox.fill(b"head"), 4);
        assert!(!outbox.is_full());
        assert_eq!(outbox.fill(b"bodybody"), 4);
        assert!(outbox.is_full());
        assert_eq!(outbox.message(), b"headbody");
        assert_eq!(outbox.fill(b"more"), 0);
        outbox.clear();
        assert_eq!(outbox.fill(b"body"), 4);
        assert_eq!(outbox.message(), b"body");
    }

    #[test]
    fn the_browser_is_never_given_more_than_the_high_mark() {
        assert!(may_send(100, 28, 128));
        assert!(!may_send(100, 29, 128));
        assert!(may_send(0, 500, 128), "or a large message would wait for ever");
        assert!(!may_send(1, usize::MAX, 128));
    }

    struct Count(AtomicUsize);
    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn every_waiting_task_is_woken_once() {
        let counts: Vec<_> = (0..2).map(|_| Arc::new(Count(AtomicUsize::new(0)))).collect();
        let mut wakers = Wakers::default();
        for count in counts.iter().chain(&counts) {
            let waker = Waker::from(Arc::clone(count));
            wakers.register(&Context::from_waker(&waker));
        }
        wake_all(wakers.take());
        wake_all(wakers.take());
        assert!(counts.iter().all(|count| count.0.load(Ordering::Relaxed) == 1));
    }
}
