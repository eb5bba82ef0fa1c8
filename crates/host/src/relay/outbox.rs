//! What waits to be sent to one reader: bounded for each and for all together. Who reads too slowly is given up.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

use super::limits::{WAITING_BYTES, WAITING_BYTES_OF_ALL, WAITING_MESSAGES};

/// Bytes that wait for all readers.
#[derive(Debug, Default)]
pub struct Backlog(AtomicUsize);

/// A queue with one reader.
#[derive(Debug)]
pub struct Outbox {
    queue: Mutex<Queue>,
    changed: Notify,
    waiting: Arc<Backlog>,
}

#[derive(Debug, Default)]
struct Queue {
    messages: VecDeque<String>,
    bytes: usize,
    given_up: bool,
}

/// The reader is too slow: nothing more is sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSlow;

impl Outbox {
    /// An empty queue.
    pub fn new(waiting: Arc<Backlog>) -> Self {
        Self { queue: Mutex::default(), changed: Notify::new(), waiting }
    }

    /// Queues a message; gives the reader up if that is too much.
    pub fn push(&self, message: String) {
        let mut queue = self.queue();
        if queue.given_up {
            return;
        }
        let bytes = message.len();
        let all = self.waiting.0.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        queue.bytes += bytes;
        queue.messages.push_back(message);
        let too_much = queue.messages.len() > WAITING_MESSAGES || queue.bytes > WAITING_BYTES;
        if too_much || all > WAITING_BYTES_OF_ALL {
            self.empty(&mut queue);
            queue.given_up = true;
        }
        drop(queue);
        self.changed.notify_one();
    }

    /// The next message, once there is one. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The reader was given up.
    pub async fn next(&self) -> Result<String, TooSlow> {
        loop {
            if let Some(next) = self.try_next() {
                return next;
            }
            self.changed.notified().await;
        }
    }

    /// The next message, if one waits.
    pub fn try_next(&self) -> Option<Result<String, TooSlow>> {
        let mut queue = self.queue();
        if queue.given_up {
            return Some(Err(TooSlow));
        }
        let message = queue.messages.pop_front()?;
        queue.bytes -= message.len();
        self.waiting.0.fetch_sub(message.len(), Ordering::Relaxed);
        Some(Ok(message))
    }

    fn empty(&self, queue: &mut Queue) {
        self.waiting.0.fetch_sub(queue.bytes, Ordering::Relaxed);
        queue.bytes = 0;
        queue.messages = VecDeque::new();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let bytes = self.queue().bytes;
        self.waiting.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(all: &Arc<Backlog>) -> usize {
        all.0.load(Ordering::Relaxed)
    }

    #[test]
    fn messages_come_out_in_order_and_are_no_longer_counted() {
        let all = Arc::default();
        let outbox = Outbox::new(Arc::clone(&all));
        outbox.push("one".to_owned());
        outbox.push("three".to_owned());
        assert_eq!(waiting(&all), 8);
        assert_eq!(outbox.try_next(), Some(Ok("one".to_owned())));
        assert_eq!(outbox.try_next(), Some(Ok("three".to_owned())));
        assert_eq!((outbox.try_next(), waiting(&all)), (None, 0));
    }

    #[test]
    fn a_slow_reader_is_given_up_and_holds_nothing() {
        let all = Arc::default();
        for (message, fits) in [("x".to_owned(), WAITING_MESSAGES), ("x".repeat(WAITING_BYTES / 4), 4)] {
            let outbox = Outbox::new(Arc::clone(&all));
            for _ in 0..fits {
                outbox.push(message.clone());
            }
            assert!(waiting(&all) > 0);
            outbox.push(message.clone());
            assert_eq!((outbox.try_next(), waiting(&all)), (Some(Err(TooSlow)), 0));
            outbox.push(message);
            assert_eq!(waiting(&all), 0);
        }
    }

    #[test]
    fn all_together_are_bounded_and_who_leaves_gives_back() {
        let all = Arc::default();
        let outboxes: Vec<_> =
            (0..WAITING_BYTES_OF_ALL / WAITING_BYTES).map(|_| Outbox::new(Arc::clone(&all))).collect();
        for outbox in &outboxes {
            outbox.push("x".repeat(WAITING_BYTES));
        }
        assert_eq!(waiting(&all), WAITING_BYTES_OF_ALL);
        let late = Outbox::new(Arc::clone(&all));
        late.push("x".to_owned());
        assert_eq!(late.try_next(), Some(Err(TooSlow)));
        drop(outboxes);
        assert_eq!(waiting(&all), 0);
    }
}
