//! An open room on this page: a node with this browser around it, its links, and what only this tab knows of it.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use futures::{
    Stream, StreamExt,
    future::{AbortHandle, LocalBoxFuture, abortable},
};
use paceline_mesh::Input;
use paceline_net::{Net, NetEvent, RoomKeys, RoomLink};
use paceline_node::{Key, Node, Ready, Snapshots, UnkeptKey};
use paceline_room::{Cid, NodeId};
use paceline_store::{Desk, HeldKey, Keys, Seen, Store, StoreError};
use wasm_bindgen_futures::spawn_local;

use super::{
    browser,
    error::{Outcome, SessionError},
    express::express,
    names::NAMING,
    notices,
    own::Own,
    surroundings::{Linked, PageKey, ThisPage},
    view::StorageView,
};

/// What happens at the links and in the node, for the session.
pub enum Happened {
    /// An event was admitted.
    Admitted { cid: Cid, author: NodeId, kind: String },
    /// A link came up or went down.
    Peer { node: NodeId, up: bool },
    /// Something visible changed.
    Changed,
    /// What was written here is on its way, or stored, or refused.
    Own,
    /// Others take it for another time than this node does.
    TimeDoubted,
    /// Another time counts now.
    TimeLearned,
    /// Another tab writes with this node's key.
    KeyTaken,
    /// Something the person should know.
    Notice(SessionError),
}

impl From<paceline_node::Told> for Happened {
    fn from(told: paceline_node::Told) -> Self {
        match told {
            paceline_node::Told::Admitted { cid, author, kind } => Self::Admitted { cid, author, kind },
            paceline_node::Told::Changed => Self::Changed,
            paceline_node::Told::Own => Self::Own,
            paceline_node::Told::Failed(error) => Self::Notice(notices::node(error)),
            paceline_node::Told::KeyTaken => Self::KeyTaken,
        }
    }
}

/// An open room.
pub struct Engine {
    /// Room and secret.
    pub link: RoomLink,
    /// The link as people pass it on.
    pub link_text: Rc<str>,
    /// This node's name.
    pub me: NodeId,
    /// This node.
    pub node: Rc<Node>,
    /// Whether this node's key was used by somebody long ago: ask who is at the tab.
    pub ask_who: Cell<bool>,
    /// Links to others.
    pub net: Net,
    /// Refusals on the way in that never reached the node, by code.
    pub refused: RefCell<BTreeMap<&'static str, u64>>,
    /// When the room was opened.
    pub opened_at: f64,
    /// When links were last lost: how many, and when.
    pub lost_links: Cell<Option<f64>>,
    /// Snapshots that were told: each may be a drawing.
    pub told: Cell<u32>,
    /// How far into the room the person at this tab has looked.
    pub seen: Cell<Seen>,
    /// The last snapshot, and what the next is made of.
    pub snapshots: RefCell<Snapshots>,
    /// Whether the browser promised to keep the database.
    pub persisted: Cell<bool>,
    /// This browser's other nodes in the room.
    pub own: Own,
    /// None: nothing of this node is kept.
    key: Option<Rc<PageKey>>,
    following: RefCell<Option<AbortHandle>>,
    tell: Rc<dyn Fn(Happened)>,
}

/// The key of a node.
pub enum Holds {
    /// One of this browser's, held for this tab alone, and where they are kept.
    Kept(Keys, HeldKey),
    /// One that goes with the page.
    Unkept(UnkeptKey),
}

/// What an engine is made of.
pub struct Parts {
    /// Room and secret.
    pub link: RoomLink,
    /// The link as people pass it on.
    pub link_text: Rc<str>,
    /// The key.
    pub key: Holds,
    /// Whether to ask who is at the tab.
    pub ask_who: bool,
    /// This node's database.
    pub store: Rc<dyn Store>,
    /// What it holds of drafts and intents.
    pub desk: Desk,
    /// The last page of this node left something behind.
    pub left: bool,
    /// The links.
    pub net: Net,
    /// Told of what happens.
    pub tell: Rc<dyn Fn(Happened)>,
}

impl Engine {
    /// Goes online with what storage held.
    pub fn open(parts: Parts, ready: Ready, events: impl Stream<Item = NetEvent> + 'static) -> Rc<Self> {
        let Parts { link, link_text, key, ask_who, store, desk, left, net, tell } = parts;
        let (keypair, lost, held, key): (_, _, _, Rc<dyn Key>) = match key {
            Holds::Kept(keys, key) => {
                let (keypair, lost) = (key.keypair.clone(), key.lost());
                let key = PageKey::new(keys, key);
                (keypair, Some(lost), Some(key.clone()), key)
            }
            Holds::Unkept(key) => (key.keypair.clone(), None, None, Rc::new(key)),
        };
        let damaged = ready.damaged;
        let tell_node = tell.clone();
        let node = paceline_node::Parts {
            keypair,
            key,
            store,
            desk,
            left,
            express,
            links: Rc::new(Linked(net.clone())),
            around: Rc::new(ThisPage),
            away: browser::is_hidden(),
            tell: Box::new(move |told| tell_node(told.into())),
        };
        let node = Node::open(node, ready);
        let engine = Rc::new(Self {
            me: node.me,
            snapshots: RefCell::new(Snapshots::new(node.me, NAMING)),
            node,
            link,
            link_text,
            ask_who: Cell::new(ask_who),
            net,
            refused: RefCell::default(),
            opened_at: browser::fine_now(),
            lost_links: Cell::new(None),
            told: Cell::new(0),
            seen: Cell::default(),
            persisted: Cell::new(false),
            own: Own::default(),
            key: held,
            following: RefCell::default(),
            tell,
        });
        if damaged > 0 {
            engine.notice("storage-damaged");
        }
        if let Some(lost) = lost {
            let tell = engine.tell.clone();
            spawn_local(async move {
                if lost.await {
                    tell(Happened::KeyTaken);
                }
            });
        }
        let (following, stop) = abortable(engine.clone().follow_links(Box::pin(events)));
        *engine.following.borrow_mut() = Some(stop);
        spawn_local(async move {
            // Ends by being stopped, when the room is closed.
            let _ = following.await;
        });
        engine
    }

    /// Closes links, frees the key. What is being stored is stored; what was only asked for is refused, since another tab
    /// may write with the key from now on.
    pub fn close(&self) {
        self.node.close();
        if let Some(following) = self.following.borrow_mut().take() {
            following.abort();
        }
        if let Some(key) = &self.key {
            key.let_go();
        }
    }

    /// Whether this browser keeps this node.
    pub const fn is_kept(&self) -> bool {
        self.key.is_some()
    }

    /// The key, as long as this tab holds one that is kept.
    fn held(&self) -> Option<Rc<HeldKey>> {
        self.key.as_ref()?.held()
    }

    /// After a goodbye: looks for the others again.
    pub fn come_back(&self) {
        self.node.come_back(browser::is_hidden());
    }

    /// The person at this tab has seen all that is here.
    pub fn look(&self) {
        let replica = self.node.replica();
        let depth = replica.fold().posts().next_back().map_or(0, |post| post.depth);
        self.seen.set(Seen { depth, events: replica.log().len() });
    }

    /// Writes all that this tab holds into a database anew: the browser has deleted the one it had.
    pub async fn store_anew(&self, keys: &Keys) -> Outcome<()> {
        let key = self.held().ok_or_else(|| notices::error("no-room"))?;
        let (keys, db_key, node) = (keys.clone(), RoomKeys::new(&self.link).storage_key(), self.node.clone());
        let open = move || -> LocalBoxFuture<'static, Result<Rc<dyn Store>, StoreError>> {
            let (name, seq) = {
                let replica = node.replica();
                let name = replica.fold().person(&node.me).map(|it| it.name.clone());
                let own = replica.log().entries().filter(|(_, it)| it.event.author == node.me);
                (name, own.map(|(_, it)| it.event.seq).max())
            };
            Box::pin(async move {
                keys.restore(&key, db_key, name.as_deref(), seq).await?;
                Ok(Rc::new(key.open_store().await?) as Rc<dyn Store>)
            })
        };
        self.node.store_anew(open).await.map_err(notices::node)
    }

    /// What the room takes up in this browser.
    pub fn storage(&self) -> StorageView {
        let counts = self.node.store().counts();
        StorageView { events: counts.events, bytes: counts.bytes as u64, persisted: self.persisted.get() }
    }

    /// Databases of other nodes of this browser in this room.
    pub async fn other_databases(&self, keys: &Keys) -> Vec<String> {
        let Some(key) = self.held() else { return Vec::new() };
        keys.other_databases(&key, RoomKeys::new(&self.link).storage_key()).await.unwrap_or_default()
    }

    /// The person at the tab goes on with this key.
    pub async fn go_on(&self, keys: &Keys) {
        let Some(key) = self.held() else { return };
        // Only a convenience: the next visit asks again if this is not noted.
        let _ = keys.go_on(&key).await;
    }

    /// Whether it is rather this tab that was cut off: it has lost its links, all of them, not long ago, and nobody said goodbye.
    pub fn is_cut_off(&self, grace_ms: u64) -> bool {
        let lately = |at: f64| browser::fine_now() - at < 2.0 * grace_ms as f64;
        self.net.peers().is_empty() && self.lost_links.get().is_some_and(lately)
    }

    async fn follow_links(self: Rc<Self>, mut events: impl Stream<Item = NetEvent> + Unpin) {
        while let Some(event) = events.next().await {
            if self.node.is_closed() {
                return;
            }
            self.on_net(event);
        }
    }

    fn on_net(&self, event: NetEvent) {
        match event {
            NetEvent::LinkUp { peer, older, .. } => {
                self.node.input(if older { Input::OlderLinkUp(peer) } else { Input::LinkUp(peer) });
                (self.tell)(Happened::Peer { node: peer, up: true });
            }
            NetEvent::LinkDown { peer, goodbye } => {
                if !goodbye {
                    self.lost_links.set(Some(browser::fine_now()));
                }
                self.node.input(Input::LinkDown { peer, goodbye });
                (self.tell)(Happened::Peer { node: peer, up: false });
            }
            NetEvent::Received { peer, lane, bytes } => self.node.input(Input::Received { peer, lane, bytes }),
            NetEvent::Carry { to, bytes } => self.node.input(Input::Carry { to, bytes }),
            NetEvent::Rendezvous => {
                self.node.input(Input::Hears(self.net.hears()));
                (self.tell)(Happened::Changed);
            }
            NetEvent::Refused { code, .. } => {
                *self.refused.borrow_mut().entry(code).or_default() += 1;
                (self.tell)(Happened::Changed);
            }
            NetEvent::TimeDoubted => (self.tell)(Happened::TimeDoubted),
            NetEvent::TimeLearned => (self.tell)(Happened::TimeLearned),
            // What it says besides its code is for programs without a person before them.
            NetEvent::Failed { code, text } => {
                (self.tell)(Happened::Notice(notices::error_with(code, &[("why", text.into())])));
            }
            _ => (self.tell)(Happened::Changed),
        }
    }

    /// Counts what a later build wrote, and this one skipped.
    pub(super) fn skipped(&self, code: &'static str) {
        *self.refused.borrow_mut().entry(code).or_default() += 1;
    }

    fn notice(&self, code: &'static str) {
        (self.tell)(Happened::Notice(notices::error(code)));
    }
}
