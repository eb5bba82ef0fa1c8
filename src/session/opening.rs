//! Founding, opening, leaving and forgetting rooms.

use std::{rc::Rc, sync::Arc};

use paceline_net::{Net, NetConfig, RoomKeys, RoomLink};
use paceline_room::{
    Cid, Draft, Keypair, Stored,
    body::{BatonOpened, RoomFounded},
    car,
};
use paceline_store::{
    Durability, HeldKey, How, IdbStore, Keys, MemoryStore, RoomRecord, Seen, Store, StoreError, adopt, chain_is_whole,
};
use serde_bytes::ByteArray;

use super::{
    Outcome, RoomCard, Session, browser,
    engine::{Engine, Parts, Ready},
    handoffs::Handoffs,
    notices, write,
};
use crate::forms;

/// Version of the fold that new rooms are founded with.
const FOLD: u32 = 1;

/// Where the keys and databases of this page are.
#[derive(Clone)]
pub struct Places {
    keys: Keys,
    /// Nothing can be stored in this browser: everything lives as long as the tab.
    in_memory: bool,
}

impl Session {
    /// Founds a room and opens it; returns its link.
    pub async fn found(&self, title: String, purpose: String, form: String) -> Outcome<String> {
        let title = title.trim().to_owned();
        if title.is_empty() {
            return Err(notices::error("empty-text"));
        }
        let form = forms::by_name(&form).ok_or_else(|| notices::error("no-such-form"))?;
        let keypair = Keypair::from_secret(browser::random());
        let body = RoomFounded {
            fold: FOLD,
            title: title.clone(),
            purpose: purpose.trim().to_owned(),
            form: form.name.clone(),
            values: form.values.clone(),
            nonce: ByteArray::new(browser::random()),
        };
        let draft = Draft {
            room: None,
            author: keypair.node(),
            seq: 0,
            prev: None,
            parents: Vec::new(),
            depth: 1,
            at: browser::wall_clock(),
            body: body.into(),
        };
        let (cid, event, block) = draft.sign(&keypair).map_err(write::refused)?;
        let link = RoomLink { room: cid, secret: browser::random() };
        let founding = Stored { cid, depth: event.depth, block: block.into(), words: None };

        self.leave().await?;
        let places = self.places().await?;
        let key = places.keys.take(cid, storage_key(&link), keypair).await.map_err(storage)?;
        let store = places.database(&key.database).await?;
        store.commit(vec![founding], Durability::Strict).await.map_err(storage)?;
        let _ = places.keys.note_used(key.node, None, Some(0)).await;
        self.open(places, link, key, store).await?;
        for baton in form.batons {
            let opened = BatonOpened { title: baton.title, strengths: Vec::new(), minutes: baton.minutes, need: None };
            self.write(move |_| Ok(write::Intent::plain(opened))).await?;
        }
        Ok(self.engine()?.link_text.to_string())
    }

    /// Opens the room of a link; resolves when it can be shown.
    pub async fn join(&self, link: String) -> Outcome<()> {
        let link = RoomLink::parse(&link).map_err(|error| notices::error(error.code()))?;
        if self.engine().is_ok_and(|engine| engine.link == link) {
            return Ok(());
        }
        self.leave().await?;
        self.0.opening.set(true);
        self.publish();
        let opened = self.open_held(link).await;
        self.0.opening.set(false);
        self.publish();
        opened
    }

    async fn open_held(&self, link: RoomLink) -> Outcome<()> {
        let places = self.places().await?;
        let key = places.keys.acquire(link.room, storage_key(&link)).await.map_err(storage)?;
        let store = places.database(&key.database).await?;
        self.open(places, link, key, store).await
    }

    /// Goes on in the open room as somebody new: another key, a copy of what is stored.
    pub async fn become_new(&self) -> Outcome<()> {
        let engine = self.engine()?;
        let (link, old) = (engine.link.clone(), engine.store.clone());
        drop(engine);
        self.leave().await?;
        let places = self.places().await?;
        self.open_as_new(places, link, old).await
    }

    /// With a new key and a copy of another node's database.
    async fn open_as_new(&self, places: Places, link: RoomLink, old: Rc<dyn Store>) -> Outcome<()> {
        let key = places.keys.acquire_new(link.room, storage_key(&link)).await.map_err(storage)?;
        let store = places.database(&key.database).await?;
        adopt(&*old, &*store).await.map_err(storage)?;
        self.open(places, link, key, store).await
    }

    async fn open(&self, places: Places, link: RoomLink, key: HeldKey, store: Rc<dyn Store>) -> Outcome<()> {
        let mut ready = Ready::load(&link, &key, &*store).await?;
        if !chain_is_whole(ready.own_seqs(), key.high_water) {
            // Events of its own are lost: writing on could give one position two events. The rest is kept under a new key.
            places.keys.never_write_again(key.node).await.map_err(storage)?;
            self.notify("storage-damaged", notices::sentence("storage-damaged"));
            drop(key);
            return Box::pin(self.open_as_new(places, link, store)).await;
        }
        ready.damaged += store.damaged().len();
        let config = NetConfig::new(link.clone(), key.keypair.clone(), browser::page_path());
        let (net, events) = Net::start(config);
        if self.0.offline.get() {
            net.offline();
        }
        let session = self.clone();
        let parts = Parts {
            link_text: link.url(&browser::page_url()).into(),
            link,
            ask_who: key.how == (How::Resumed { asked: true }),
            key,
            keys: places.keys.clone(),
            store,
            net,
            tell: Box::new(move |told| session.on_told(told)),
        };
        let engine = Engine::open(parts, ready, events);
        *self.0.handoffs.borrow_mut() = Handoffs::default();
        self.0.met.set(false);
        self.0.synced.set(false);
        *self.0.engine.borrow_mut() = Some(engine.clone());
        browser::mark("paceline:interactive");
        self.publish_now();
        engine.persisted.set(paceline_store::device::persist().await);
        self.note_room().await;
        Ok(())
    }

    /// Leaves the open room; everything stays in this browser.
    pub async fn leave(&self) -> Outcome<()> {
        self.note_room().await;
        if let Some(engine) = self.0.engine.borrow_mut().take() {
            engine.close();
        }
        self.0.digest.borrow_mut().clear();
        self.publish();
        self.list_rooms().await;
        Ok(())
    }

    /// Deletes a room, its keys and what they stored from this browser.
    pub async fn forget(&self, room: Cid) -> Outcome<()> {
        if self.engine().is_ok_and(|engine| engine.link.room == room) {
            self.leave().await?;
        }
        let rooms = self.places().await?.keys.rooms();
        for entry in rooms.list().await.map_err(storage)? {
            if entry.record.room == room {
                let forgotten = rooms.forget(room, entry.record.db_key).await.map_err(storage)?;
                if forgotten.in_use > 0 {
                    self.notify("room-in-use", notices::sentence("room-in-use"));
                }
            }
        }
        self.list_rooms().await;
        Ok(())
    }

    /// Stays who this tab was: stops asking.
    pub fn stay(&self) {
        if let Ok(engine) = self.engine() {
            engine.ask_who.set(false);
            let session = self.clone();
            wasm_bindgen_futures::spawn_local(async move {
                if let Ok(places) = session.places().await {
                    engine.go_on(&places.keys).await;
                }
            });
        }
        self.publish();
    }

    /// Remembers the name with the key, to ask "go on as ...?".
    pub(super) async fn note_name(&self) {
        let (Ok(engine), Ok(places)) = (self.engine(), self.places().await) else { return };
        let name = engine.replica.borrow().fold().person(&engine.me).map(|it| it.name.clone());
        // Only a convenience: the name itself is in the log.
        let _ = places.keys.note_used(engine.me, name.as_deref(), None).await;
    }

    /// Remembers the open room among "my rooms".
    pub(super) async fn note_room(&self) {
        let (Ok(engine), Ok(places)) = (self.engine(), self.places().await) else { return };
        let record = {
            let replica = engine.replica.borrow();
            let (fold, events) = (replica.fold(), replica.log().len());
            let depth = fold.posts().next_back().map_or(0, |post| post.depth);
            RoomRecord {
                room: engine.link.room,
                db_key: storage_key(&engine.link),
                link_code: engine.link.code(),
                title: fold.title().to_owned(),
                purpose: fold.purpose().to_owned(),
                opened: browser::wall_clock(),
                seen: Seen { depth, events },
                events,
            }
        };
        if let Err(error) = places.keys.rooms().upsert(record).await {
            let error = storage(error);
            self.notify(error.code, error.text);
        }
    }

    /// Reads "my rooms" anew.
    pub(super) async fn list_rooms(&self) {
        let listed = match self.places().await {
            Ok(places) => places.keys.rooms().list().await.map_err(storage),
            Err(error) => Err(error),
        };
        match listed {
            Ok(entries) => {
                let page = browser::page_url();
                let card = |record: RoomRecord| RoomCard {
                    room: record.room,
                    link: format!("{page}{}{}", paceline_net::link::ROUTE, record.link_code),
                    new: record.unseen(),
                    title: record.title,
                    purpose: record.purpose,
                    last_opened: record.opened,
                    events: record.events,
                };
                *self.0.rooms.borrow_mut() = entries.into_iter().map(|entry| card(entry.record)).collect();
            }
            Err(error) => self.notify(error.code, error.text),
        }
        self.publish();
    }

    /// Keys and databases; opened once. Where nothing can be stored, the person is told and the tab goes on in memory.
    async fn places(&self) -> Outcome<Places> {
        if let Some(places) = self.0.places.borrow().clone() {
            return Ok(places);
        }
        let path = browser::page_path();
        let places = match Keys::open(&path).await {
            Ok(keys) => Places { keys, in_memory: false },
            Err(error @ StoreError::Unavailable(_)) => {
                let error = storage(error);
                self.notify(error.code, error.text);
                Places { keys: Keys::in_memory(&path), in_memory: true }
            }
            Err(error) => return Err(storage(error)),
        };
        *self.0.places.borrow_mut() = Some(places.clone());
        Ok(places)
    }
}

impl Places {
    async fn database(&self, name: &str) -> Outcome<Rc<dyn Store>> {
        if self.in_memory {
            return Ok(Rc::new(MemoryStore::new()));
        }
        Ok(Rc::new(IdbStore::open(name).await.map_err(storage)?))
    }
}

/// What names the databases of a room, so that they are not found by a link with another secret.
fn storage_key(link: &RoomLink) -> [u8; 32] {
    RoomKeys::new(link).storage_key()
}

fn storage(error: StoreError) -> super::SessionError {
    notices::storage(&error)
}

/// All blocks of a CAR of this room, or why none of it is taken in.
pub fn read_car(bytes: &[u8], room: Cid) -> Outcome<Vec<Arc<[u8]>>> {
    let damaged = |error: car::CarError| {
        let text = format!("{} ({error}.)", notices::sentence("import-damaged"));
        super::SessionError::new("import-damaged", text)
    };
    let (mut reader, mut blocks) = (car::Reader::new(), Vec::new());
    reader.push(bytes, &mut blocks).map_err(damaged)?;
    let root = reader.room();
    reader.finish().map_err(damaged)?;
    if root == Some(room) {
        Ok(blocks.into_iter().map(|it| it.block).collect())
    } else {
        Err(notices::error("wrong-import"))
    }
}
