//! A browser without WebRTC, in memory.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::poll_fn,
    rc::Rc,
    task::Poll,
};

use futures::{
    FutureExt as _,
    channel::oneshot,
    executor::{LocalPool, LocalSpawner},
    future::LocalBoxFuture,
    task::LocalSpawnExt as _,
};
use paceline_net::{
    NetConfig, Platform, RoomLink, Transport, WebrtcSetup,
    channels::{Channel, Channels, Hub},
    sockets::Sockets,
};

use crate::{
    common::{BROADCAST, Node},
    relay::Relay,
};

pub type Watchers = Rc<RefCell<BTreeMap<String, Vec<oneshot::Sender<()>>>>>;

/// A browser without WebRTC; its channels are the hub's.
#[derive(Clone)]
pub struct Machine {
    pub hub: Hub,
    spawner: LocalSpawner,
    pub watchers: Watchers,
    /// Its tasks are not run any more, nor ended: as in a tab that crashed.
    pub frozen: Rc<Cell<bool>>,
    /// The one relay that can be reached.
    pub relay: Relay,
}

impl Platform for Machine {
    fn channels(&self) -> Option<Rc<dyn Channels>> {
        Some(Rc::new(self.hub.clone()))
    }

    fn webrtc(&self, _: WebrtcSetup) -> Option<Transport> {
        None
    }

    fn sockets(&self) -> Option<Rc<dyn Sockets>> {
        Some(Rc::new(self.relay.clone()))
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        let (frozen, mut task) = (Rc::clone(&self.frozen), task);
        let unless_frozen = poll_fn(move |cx| if frozen.get() { Poll::Pending } else { task.poll_unpin(cx) });
        self.spawner.spawn_local(unless_frozen).unwrap();
    }

    fn show_life(&self, _: &str) -> Option<Box<dyn Any>> {
        None
    }

    fn watch_life(&self, name: &str) -> Option<LocalBoxFuture<'static, bool>> {
        let (died, death) = oneshot::channel();
        self.watchers.borrow_mut().entry(name.to_owned()).or_default().push(died);
        Some(Box::pin(async move { death.await.is_ok() }))
    }
}

impl Machine {
    pub fn start(&self, config: NetConfig) -> Node {
        Node::start(Rc::new(self.clone()), NetConfig { paths: BROADCAST, ..config })
    }

    /// Another one with the same channels.
    pub fn beside(&self) -> Self {
        Self { frozen: Rc::default(), ..self.clone() }
    }

    /// Another one, elsewhere, that reaches the same relay.
    pub fn elsewhere(&self) -> Self {
        Self { hub: Hub::default(), watchers: Watchers::default(), ..self.beside() }
    }

    pub fn channel(&self, room: &RoomLink) -> Box<dyn Channel> {
        let name = format!("paceline/1/meet/test/#{}", paceline_net::RoomKeys::new(room).local_name());
        self.hub.open(&name).unwrap()
    }
}

pub fn run(test: impl AsyncFnOnce(Machine)) {
    let mut pool = LocalPool::new();
    let machine = Machine {
        hub: Hub::default(),
        spawner: pool.spawner(),
        watchers: Watchers::default(),
        frozen: Rc::default(),
        relay: Relay::default(),
    };
    pool.run_until(test(machine));
}
