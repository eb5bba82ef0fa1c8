//! A node that lies, for the end-to-end tests: it links like any other and then sends what no honest node would.
//!
//! It is built beside the page and served by the test server only. It keeps no log and follows nothing: whatever it sends
//! must be judged by what the receiver knows.
#![cfg(target_arch = "wasm32")]

mod floods;
mod lies;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
    str::FromStr as _,
};

use futures::StreamExt as _;
use paceline_mesh::Lane;
use paceline_net::{Net, NetConfig, NetEvent, Preconnect, RoomKeys, RoomLink};
use paceline_room::{Cid, Keypair, NodeId};
use wasm_bindgen::prelude::*;

use crate::{floods::Scene, lies::Liar};

/// A hostile node.
#[wasm_bindgen]
pub struct Hostile {
    net: Net,
    link: RoomLink,
    page_path: String,
    keypair: Keypair,
    /// Keys in whose name it speaks as well.
    others: [Keypair; 2],
    /// What it said of which no two may be the same.
    told: Cell<u64>,
    /// To whom it does harm; to all, if it is nobody.
    aim: RefCell<BTreeSet<String>>,
    liar: Rc<RefCell<Liar>>,
    seen: Rc<Seen>,
}

/// What came in.
#[derive(Default)]
struct Seen {
    links: RefCell<BTreeSet<NodeId>>,
    ever: RefCell<BTreeSet<NodeId>>,
    messages: Cell<u32>,
}

#[wasm_bindgen]
impl Hostile {
    /// Goes online in the room of a link, under a new key. With `wrong_secret` it knows which room it is, and not how to get in.
    #[wasm_bindgen(constructor)]
    pub fn new(link: &str, page_path: &str, wrong_secret: bool) -> Result<Hostile, JsError> {
        let mut link = RoomLink::parse(link)?;
        if wrong_secret {
            link.secret = random()?;
        }
        let keypair = Keypair::from_secret(random()?);
        let others = [Keypair::from_secret(random()?), Keypair::from_secret(random()?)];
        let config = NetConfig::new(link.clone(), keypair.clone(), page_path);
        let (net, mut events) = Net::start(config, Preconnect::default());
        let seen = Rc::new(Seen::default());
        let liar = Rc::new(RefCell::new(Liar::new(link.room, keypair.clone())));
        let (noted, answering, replies) = (Rc::clone(&seen), Rc::clone(&liar), net.clone());
        wasm_bindgen_futures::spawn_local(async move {
            while let Some(event) = events.next().await {
                if let NetEvent::Received { peer, lane: Lane::Bulk, bytes } = &event
                    && let Some(answer) = answering.borrow().answer(bytes)
                {
                    replies.send(*peer, Lane::Bulk, answer);
                }
                noted.note(event);
            }
        });
        let (page_path, told, aim) = (page_path.to_owned(), Cell::new(1), RefCell::default());
        Ok(Self { net, link, page_path, keypair, others, told, aim, liar, seen })
    }

    /// This node.
    #[wasm_bindgen(getter)]
    pub fn node(&self) -> String {
        self.net.node().to_string()
    }

    /// How many nodes it is linked with.
    #[wasm_bindgen(getter)]
    pub fn links(&self) -> usize {
        self.seen.links.borrow().len()
    }

    /// From now on it sends to these nodes alone.
    pub fn aim(&self, nodes: Vec<String>) {
        self.aim.replace(nodes.into_iter().collect());
    }

    /// How many nodes it reaches of those at whom it aims.
    #[wasm_bindgen(getter)]
    pub fn reached(&self) -> usize {
        self.reaches().len()
    }

    /// How many nodes it was ever linked with.
    #[wasm_bindgen(getter)]
    pub fn ever(&self) -> usize {
        self.seen.ever.borrow().len()
    }

    /// How many messages it was sent.
    #[wasm_bindgen(getter)]
    pub fn messages(&self) -> u32 {
        self.seen.messages.get()
    }

    /// The name of the channel on which the room's tabs find one another, as one with the link knows it.
    #[wasm_bindgen(getter)]
    pub fn channel(&self) -> String {
        format!("paceline/1/meet{}#{}", self.page_path, RoomKeys::new(&self.link).local_name())
    }

    /// Pushes one lie of that kind to every node it is linked with; returns to how many.
    pub fn push(&self, kind: &str) -> Result<usize, JsError> {
        let message = self.liar.borrow_mut().push(kind);
        self.tell_all(Lane::Live, message)
    }

    /// Lets every node it is linked with catch up with it, and gives them one lie of that kind; returns how many.
    pub fn claim(&self, kind: &str) -> Result<usize, JsError> {
        let message = self.liar.borrow_mut().claim(kind);
        self.tell_all(Lane::Live, message)
    }

    /// Sends one lie of that kind to every node it is linked with on the lane for catching up, unasked; returns to how many.
    pub fn intrude(&self, kind: &str) -> Result<usize, JsError> {
        let message = self.liar.borrow_mut().intrude(kind);
        self.tell_all(Lane::Bulk, message)
    }

    /// Pushes to every node it is linked with that it takes a baton which somebody holds; returns to how many. `seen` and
    /// `depth` are the newest event it has seen, and that one's depth.
    pub fn overreach(&self, baton: &str, tip: &str, seen: &str, depth: u32) -> Result<usize, JsError> {
        let cid = |text: &str| Cid::from_str(text);
        let message = self.liar.borrow().overreach(cid(baton)?, cid(tip)?, cid(seen)?, depth.into());
        self.tell_all(Lane::Live, message)
    }

    /// Sends every node it reaches so many beacons of each of two other keys; returns how many messages that were.
    pub fn beacons(&self, many: u32) -> usize {
        let many = u64::from(many);
        let told = self.told.replace(self.told.get() + many);
        self.flood(floods::beacons(self.link.room, &self.keypair, &self.others, told, many))
    }

    /// Pushes to every node it reaches what so many new keys write, who all take one baton; returns how many messages that
    /// were. `seen` is an event with the baton in its past, `depth` that one's depth.
    pub fn crowd(&self, many: u32, baton: &str, seen: &str, depth: u32) -> Result<usize, JsError> {
        let (room, many) = (self.link.room, u64::from(many));
        let scene = Scene { room, baton: Cid::from_str(baton)?, seen: Cid::from_str(seen)?, depth: depth.into() };
        let told = self.told.replace(self.told.get() + many);
        let messages = floods::crowd(scene, many, told).ok_or_else(|| JsError::new("not to be written"))?;
        Ok(self.flood(messages))
    }

    fn reaches(&self) -> Vec<NodeId> {
        let (links, aim) = (self.seen.links.borrow(), self.aim.borrow());
        links.iter().filter(|it| aim.is_empty() || aim.contains(&it.to_string())).copied().collect()
    }

    fn flood(&self, messages: Vec<Vec<u8>>) -> usize {
        let peers = self.reaches();
        for message in &messages {
            peers.iter().for_each(|peer| self.net.send(*peer, Lane::Live, message.clone()));
        }
        messages.len() * peers.len()
    }

    fn tell_all(&self, lane: Lane, message: Option<Vec<u8>>) -> Result<usize, JsError> {
        let message = message.ok_or_else(|| JsError::new("no such lie"))?;
        let peers = self.reaches();
        peers.iter().for_each(|peer| self.net.send(*peer, lane, message.clone()));
        Ok(peers.len())
    }

    /// Ends it.
    pub fn stop(&self) {
        self.net.goodbye();
    }
}

impl Seen {
    fn note(&self, event: NetEvent) {
        match event {
            NetEvent::LinkUp { peer, .. } => {
                self.links.borrow_mut().insert(peer);
                self.ever.borrow_mut().insert(peer);
            }
            NetEvent::LinkDown { peer, .. } => {
                self.links.borrow_mut().remove(&peer);
            }
            NetEvent::Received { .. } => self.messages.set(self.messages.get() + 1),
            _ => {}
        }
    }
}

fn random() -> Result<[u8; 32], JsError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| JsError::new(&error.to_string()))?;
    Ok(bytes)
}
