//! This tab, with relays it began to connect to ahead.

use std::{any::Any, cell::RefCell, fmt, rc::Rc};

use futures::future::LocalBoxFuture;

use super::Browser;
use crate::{
    channels::Channels,
    platform::{Platform, Transport, WebrtcSetup},
    sockets::{Ahead, Sockets},
};

/// Relays connected to before it is known who this node is: it takes them longer to answer than it takes to read a key. Nothing
/// is said to them; dropping it closes them.
#[derive(Default)]
pub struct Preconnect(RefCell<Option<Ahead>>);

impl Preconnect {
    /// Begins to connect.
    pub fn to(relays: &[String]) -> Self {
        Self(RefCell::new(Browser.sockets().map(|sockets| Ahead::new(sockets, relays))))
    }
}

impl fmt::Debug for Preconnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preconnect").finish_non_exhaustive()
    }
}

impl Platform for Preconnect {
    fn channels(&self) -> Option<Rc<dyn Channels>> {
        Browser.channels()
    }

    fn webrtc(&self, setup: WebrtcSetup) -> Option<Transport> {
        Browser.webrtc(setup)
    }

    /// The first time with those connected ahead.
    fn sockets(&self) -> Option<Rc<dyn Sockets>> {
        let ahead = self.0.borrow_mut().take().map(|ahead| Rc::new(ahead) as Rc<dyn Sockets>);
        ahead.or_else(|| Browser.sockets())
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        Browser.spawn(task);
    }

    fn show_life(&self, name: &str) -> Option<Box<dyn Any>> {
        Browser.show_life(name)
    }

    fn watch_life(&self, name: &str) -> Option<LocalBoxFuture<'static, bool>> {
        Browser.watch_life(name)
    }
}
