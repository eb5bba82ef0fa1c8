//! A node that lies, for the end-to-end tests: it links like any other and then sends what no honest node would.
//!
//! It is built beside the page and served by the test server only. It keeps no log and follows nothing: whatever it sends
//! must be judged by what the receiver knows.
#![cfg(target_arch = "wasm32")]

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

use crate::lies::Liar;

/// A hostile node.
#[wasm_bindgen]
pub struct Hostile {
    net: Net,
    link: RoomLink,
    page_path: String,
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
        let config = NetConfig::new(link.clone(), keypair.clone(), page_path);
        let (net, mut events) = Net::start(config, Preconnect::default());
        let seen = Rc::new(Seen::default());
        let liar = Rc::new(RefCell::new(Liar::new(link.room, keypair)));
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
        Ok(Self { net, link, page_path: page_path.to_owned(), liar, seen })
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

    fn tell_all(&self, lane: Lane, message: Option<Vec<u8>>) -> Result<usize, JsError> {
        let message = message.ok_or_else(|| JsError::new("no such lie"))?;
        let links = self.seen.links.borrow().clone();
        for peer in &links {
            self.net.send(*peer, lane, message.clone());
        }
        Ok(links.len())
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
