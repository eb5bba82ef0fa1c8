//! Nodes for tests, and how to wait for what they see. No sleeps: a test waits for events.

use std::{collections::BTreeMap, rc::Rc};

use futures::{Stream, StreamExt as _};
use paceline_mesh::Lane;
use paceline_net::{Net, NetConfig, NetEvent, Path, Paths, Platform, RoomLink};
use paceline_room::{Cid, Keypair, NodeId};

pub type Events = Box<dyn Stream<Item = NetEvent> + Unpin>;

/// One node with what it has seen.
pub struct Node {
    pub net: Net,
    pub id: NodeId,
    events: Events,
}

pub fn key(n: u8) -> Keypair {
    Keypair::from_secret([n; 32])
}

/// A room of its own for each test: tests of one page share its channels.
pub fn room(name: &str) -> RoomLink {
    RoomLink { room: Cid::of(name.as_bytes()), secret: [7; 32] }
}

/// Only over channels.
pub const BROADCAST: Paths = Paths { webrtc: false, broadcast: true };

pub fn config(room: &RoomLink, n: u8) -> NetConfig {
    NetConfig::new(room.clone(), key(n), "/test/")
}

impl Node {
    pub fn start(platform: Rc<dyn Platform>, config: NetConfig) -> Self {
        let id = config.keypair.node();
        let (net, events) = Net::start_on(platform, config);
        Self { net, id, events: Box::new(events) }
    }

    pub async fn next(&mut self) -> NetEvent {
        self.events.next().await.expect("events never end")
    }

    /// Reads events up to the first that `wanted` makes something of.
    pub async fn until<T>(&mut self, mut wanted: impl FnMut(&NetEvent) -> Option<T>) -> T {
        loop {
            let event = self.next().await;
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    }

    pub async fn linked(&mut self, to: NodeId) -> (Path, String) {
        self.until(|event| match event {
            NetEvent::LinkUp { peer, path, via, .. } if *peer == to => Some((*path, via.clone())),
            _ => None,
        })
        .await
    }

    pub async fn unlinked(&mut self, from: NodeId) -> bool {
        self.until(|event| match event {
            NetEvent::LinkDown { peer, goodbye } if *peer == from => Some(*goodbye),
            _ => None,
        })
        .await
    }

    pub async fn message(&mut self) -> (NodeId, Lane, Vec<u8>) {
        self.until(|event| match event {
            NetEvent::Received { peer, lane, bytes } => Some((*peer, *lane, bytes.clone())),
            _ => None,
        })
        .await
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub async fn refused(&mut self) -> &'static str {
        self.until(|event| match event {
            NetEvent::Refused { code, .. } => Some(*code),
            _ => None,
        })
        .await
    }

    pub fn say(&self, to: &Node, lane: Lane, text: &str) {
        self.net.send(to.id, lane, text.as_bytes().to_vec());
    }

    pub async fn hears(&mut self, from: &Node, lane: Lane, text: &str) {
        assert_eq!(self.message().await, (from.id, lane, text.as_bytes().to_vec()));
    }

    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.net.refused()
    }
}

/// Both see each other.
pub async fn meet(a: &mut Node, b: &mut Node) -> ((Path, String), (Path, String)) {
    let (to_b, to_a) = (b.id, a.id);
    futures::join!(a.linked(to_b), b.linked(to_a))
}

/// Messages go both ways on both lanes, and in order.
pub async fn exchange(a: &mut Node, b: &mut Node) {
    a.say(b, Lane::Live, "one");
    a.say(b, Lane::Live, "two");
    b.hears(a, Lane::Live, "one").await;
    b.hears(a, Lane::Live, "two").await;
    b.say(a, Lane::Bulk, "three");
    a.hears(b, Lane::Bulk, "three").await;
}
