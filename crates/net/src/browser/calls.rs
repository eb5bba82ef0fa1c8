//! This tab, with relays that were called ahead.

use std::{any::Any, cell::RefCell, fmt, rc::Rc};

use futures::future::LocalBoxFuture;

use super::Browser;
use crate::{
    channels::Channels,
    platform::{Platform, Transport, WebrtcSetup},
    sockets::{Ahead, Sockets},
};

/// Relays called before it is known who this node is: it takes them longer to answer than it takes to read a key. Nothing is said to
/// them; dropping it hangs up.
#[derive(Default)]
pub struct Calls(RefCell<Option<Ahead>>);

impl Calls {
    /// Begins to connect.
    pub fn to(relays: &[String]) -> Self {
        Self(RefCell::new(Browser.sockets().map(|sockets| Ahead::new(sockets, relays))))
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").finish_non_exhaustive()
    }
}

impl Platform for Calls {
    fn channels(&self) -> Option<Rc<dyn Channels>> {
        Browser.channels()
    }

    fn webrtc(&self, setup: WebrtcSetup) -> Option<Transport> {
        Browser.webrtc(setup)
    }

    /// The first time with those that were called.
    fn sockets(&self) -> Option<Rc<dyn Sockets>> {
        let called = self.0.borrow_mut().take().map(|ahead| Rc::new(ahead) as Rc<dyn Sockets>);
        called.or_else(|| Browser.sockets())
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
