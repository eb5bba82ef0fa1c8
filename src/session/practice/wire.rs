//! What links the nodes of a room for practice: channels and signs of life in the memory of this page, and nothing that leads out of it.
//! What runs over them is what runs between tabs: rendezvous, proof of membership, lanes, departure.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    future::ready,
    io,
    rc::Rc,
    task::{Context, Poll},
};

use futures::{channel::oneshot, future::LocalBoxFuture};
use paceline_net::{
    Platform, Transport, WebrtcSetup,
    channels::{Channel, Channels, Hub},
};
use wasm_bindgen_futures::spawn_local;

/// Those who live, by the names of their signs of life, each with who waits for the end of it: dropped, they are told. As many as
/// practise: a list is searched as fast as a map.
type Lives = Rc<RefCell<Vec<(String, Vec<oneshot::Sender<()>>)>>>;

/// The place where all of them are.
#[derive(Clone, Default)]
pub struct Ether {
    hub: Hub,
    lives: Lives,
}

impl Ether {
    /// One more end in it.
    pub fn wire(&self) -> Wire {
        Wire { ether: self.clone(), cut: Rc::default() }
    }
}

/// One node's end.
#[derive(Clone)]
pub struct Wire {
    ether: Ether,
    cut: Rc<Cell<bool>>,
}

impl Wire {
    /// Nothing that this node says from now on is heard: as of a tab that has died.
    pub fn cut(&self) {
        self.cut.set(true);
    }
}

impl Platform for Wire {
    fn channels(&self) -> Option<Rc<dyn Channels>> {
        Some(Rc::new(self.clone()))
    }

    fn webrtc(&self, _: WebrtcSetup) -> Option<Transport> {
        None
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        spawn_local(task);
    }

    fn show_life(&self, name: &str) -> Option<Box<dyn Any>> {
        self.ether.lives.borrow_mut().push((name.to_owned(), Vec::new()));
        Some(Box::new(Life { lives: self.ether.lives.clone(), name: name.to_owned() }))
    }

    fn watch_life(&self, name: &str) -> Option<LocalBoxFuture<'static, bool>> {
        let mut lives = self.ether.lives.borrow_mut();
        let Some((_, watchers)) = lives.iter_mut().find(|(it, _)| it == name) else {
            return Some(Box::pin(ready(false)));
        };
        let (watcher, end) = oneshot::channel();
        watchers.retain(|it| !it.is_canceled());
        watchers.push(watcher);
        Some(Box::pin(async move { end.await.is_err() }))
    }
}

/// A sign of life, until it is dropped.
struct Life {
    lives: Lives,
    name: String,
}

impl Drop for Life {
    fn drop(&mut self) {
        let mut lives = self.lives.borrow_mut();
        let gone = lives.iter().position(|(it, _)| *it == self.name).map(|place| lives.swap_remove(place));
        // Not borrowed while those who watched are told.
        drop(lives);
        drop(gone);
    }
}

impl Channels for Wire {
    fn open(&self, name: &str) -> io::Result<Box<dyn Channel>> {
        let channel = self.ether.hub.open(name)?;
        Ok(Box::new(End { channel, cut: self.cut.clone() }))
    }
}

/// One end of a channel.
struct End {
    channel: Box<dyn Channel>,
    cut: Rc<Cell<bool>>,
}

impl Channel for End {
    fn post(&mut self, bytes: &[u8]) {
        if !self.cut.get() {
            self.channel.post(bytes);
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        self.channel.poll_next(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use futures::FutureExt as _;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn nothing_is_heard_of_who_is_cut_off_not_even_a_goodbye() {
        let ether = Ether::default();
        let (wire, other) = (ether.wire(), ether.wire());
        let (mut one, mut hears) = (wire.open("x").unwrap(), other.open("x").unwrap());
        let mut next = || hears.poll_next(&mut Context::from_waker(Waker::noop()));
        one.post(b"here");
        assert_eq!(next(), Poll::Ready(b"here".to_vec()));
        wire.cut();
        one.post(b"bye");
        assert!(next().is_pending());
    }

    #[test]
    fn the_end_of_a_life_is_told_to_who_watches_and_of_nobody_it_is_said_that_there_was_none() {
        let ether = Ether::default();
        let (wire, other) = (ether.wire(), ether.wire());
        let life = wire.show_life("one");
        let mut watching = other.watch_life("one").unwrap();
        assert_eq!((&mut watching).now_or_never(), None, "it lives");
        drop(life);
        assert_eq!(watching.now_or_never(), Some(true));
        assert_eq!(other.watch_life("one").unwrap().now_or_never(), Some(false));
    }
}
