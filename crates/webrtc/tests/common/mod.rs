//! Two nodes in one page: a signalling in memory, swarms over the transport, and a way to get at the page's connections.

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

/// Who is in reach of whom: everybody, in memory.
#[derive(Clone, Default)]
pub struct Post(Rc<RefCell<BTreeMap<PeerId, Mailbox>>>);

impl Post {
    fn put(&self, from: PeerId, to: PeerId, signal: Signal) {
        let mut boxes = self.0.borrow_mut();
        let mailbox = boxes.entry(to).or_default();
        mailbox.queue.push_back((from, signal));
        if let Some(waker) = mailbox.waker.take() {
            waker.wake();
        }
    }
}

/// What happens to a signal on its way.
pub type Tamper = Rc<dyn Fn(Option<PeerId>, Signal) -> Vec<Signal>>;

/// One node's signalling.
pub struct Mail {
    pub me: PeerId,
    pub post: Post,
    pub tamper: Tamper,
}

impl Mail {
    pub fn new(me: PeerId, post: &Post) -> Self {
        Self { me, post: post.clone(), tamper: Rc::new(|_, signal| vec![signal]) }
    }
}

impl Signalling for Mail {
    fn send(&mut self, to: Option<PeerId>, signal: Signal) {
        for signal in (self.tamper)(to, signal) {
            match to {
                Some(to) => self.post.put(self.me, to, signal),
                // A code carried by hand reaches whoever is asked to type it in: here, everybody else.
                None => {
                    let others: Vec<_> = self.post.0.borrow().keys().copied().filter(|peer| *peer != self.me).collect();
                    others.into_iter().for_each(|peer| self.post.put(self.me, peer, signal.clone()));
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
