//! A signalling in memory, and what may go wrong on its way.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    rc::Rc,
    task::{Context, Poll, Waker},
};

use libp2p_identity::PeerId;
use libp2p_webrtc_browser::{Signal, Signalling};

#[derive(Default)]
struct Mailbox {
    queue: VecDeque<(PeerId, Signal)>,
    waker: Option<Waker>,
}

/// Who is in reach of whom: everybody who has a mailbox.
#[derive(Clone, Default)]
pub struct Post(Rc<RefCell<BTreeMap<PeerId, Mailbox>>>);

impl Post {
    pub fn put(&self, from: PeerId, to: PeerId, signal: Signal) {
        let mut boxes = self.0.borrow_mut();
        let mailbox = boxes.entry(to).or_default();
        mailbox.queue.push_back((from, signal));
        if let Some(waker) = mailbox.waker.take() {
            waker.wake();
        }
    }
}

/// What becomes of a signal on its way: none, one or several.
pub type Way = Box<dyn FnMut(Signal) -> Vec<Signal>>;

/// One node's signalling.
pub struct Mail {
    me: PeerId,
    post: Post,
    way: Way,
    sent: Rc<RefCell<Vec<Signal>>>,
}

impl Mail {
    pub fn new(me: PeerId, post: &Post, way: Way) -> Self {
        post.0.borrow_mut().entry(me).or_default();
        Self { me, post: post.clone(), way, sent: Rc::default() }
    }

    /// What has been sent, as it was when it left.
    pub fn sent(&self) -> Rc<RefCell<Vec<Signal>>> {
        Rc::clone(&self.sent)
    }
}

/// Everything arrives as it was sent.
pub fn faithful() -> Way {
    Box::new(|signal| vec![signal])
}

impl Signalling for Mail {
    fn send(&mut self, to: Option<PeerId>, signal: Signal) {
        self.sent.borrow_mut().push(signal.clone());
        for signal in (self.way)(signal) {
            match to {
                Some(to) => self.post.put(self.me, to, signal),
                // A code carried by hand reaches whoever is asked to type it in: here, everybody else.
                None => {
                    let all: Vec<_> = self.post.0.borrow().keys().copied().collect();
                    all.into_iter()
                        .filter(|peer| *peer != self.me)
                        .for_each(|peer| self.post.put(self.me, peer, signal.clone()));
                }
            }
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(PeerId, Signal)>> {
        let mut boxes = self.post.0.borrow_mut();
        let mailbox = boxes.entry(self.me).or_default();
        if let Some(next) = mailbox.queue.pop_front() {
            return Poll::Ready(Some(next));
        }
        mailbox.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
