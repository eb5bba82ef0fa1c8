//! Which key this tab writes with. Two tabs never write with one key; a tab keeps its key across reloads.

use std::{pin::Pin, rc::Rc};

use futures::{
    FutureExt,
    future::{LocalBoxFuture, MaybeDone, maybe_done},
};
use paceline_room::{Cid, Keypair, NodeId, sorted};

use super::{
    Kept,
    holding::{Claim, Holding, Patience, hold},
    kv::Kv,
};
use crate::{
    Damage, Durability, How, IdbStore, StoreError,
    choice::attempts,
    indexed_db::connection::database_names,
    js, names,
    records::{KeyRecord, UnixMillis},
};

/// This browser's keys for the rooms of one page.
#[derive(Clone)]
pub struct Keys {
    pub(super) page_path: Rc<str>,
    pub(super) kv: Rc<Kv>,
    /// The same page under its former names.
    pub(super) former: Rc<[Keys]>,
}

/// A key that this tab, and no other, writes with as long as this lives.
pub struct HeldKey {
    /// The key.
    pub keypair: Keypair,
    /// Its node.
    pub node: NodeId,
    /// How this tab came by it.
    pub how: How,
    /// The name last used with it; empty if none was.
    pub name: String,
    /// The highest `seq` ever committed with it, for [`crate::chain_is_whole`].
    pub high_water: Option<u64>,
    /// The name of its database.
    pub database: String,
    /// When it was last used before now.
    pub used: UnixMillis,
    pub(super) room: Cid,
    claim: Claim,
    /// Of a new key: when it is kept.
    kept: Option<Kept>,
    /// Where its note is.
    unsaved: String,
}

impl HeldKey {
    /// Opens its database. The key is held until this and all copies of the store are dropped and the last write is done.
    ///
    /// That of a new key is empty: it is made meanwhile, and not waited for. What is written to it waits, also until the key is kept;
    /// if either cannot be, the write says so.
    pub async fn open_store(&self) -> Result<IdbStore, StoreError> {
        let holding = self.claim.0.clone();
        match &self.kept {
            Some(kept) => Ok(IdbStore::create(&self.database, holding, kept.clone())),
            None => IdbStore::open_holding(&self.database, Some(holding)).await,
        }
    }

    /// Waits until a new key is kept, or cannot be.
    pub fn kept(&self) -> impl Future<Output = Result<(), StoreError>> + use<> {
        let kept = self.kept.clone();
        async move {
            match kept {
                Some(kept) => kept.await,
                None => Ok(()),
            }
        }
    }

    /// Whether another tab, which was busy when this one asked, says that it held the key all along: this tab must not write with it
    /// any more. Never so where Web Locks are; resolves with `false` once the key is let go of.
    pub fn lost(&self) -> impl Future<Output = bool> + use<> {
        self.claim.0.lost()
    }

    /// What an earlier page of this node had no time to store ([`crate::Desk::note`]).
    pub fn unsaved(&self) -> Option<String> {
        js::storage("localStorage")?.get_item(&self.unsaved).ok()?
    }

    /// Leaves it behind, at once; `None` takes it away. `false`: the browser does not keep it.
    pub fn leave_unsaved(&self, note: Option<&str>) -> bool {
        js::storage("localStorage").is_some_and(|storage| match note {
            Some(note) => storage.set_item(&self.unsaved, note).is_ok(),
            None => storage.remove_item(&self.unsaved).is_ok(),
        })
    }
}

/// A fresh key that was asked for, and is let go of with this.
struct NewKey {
    room: Cid,
    record: KeyRecord,
    asking: Pin<Box<MaybeDone<LocalBoxFuture<'static, Option<Holding>>>>>,
}

/// A node of a room in this browser, whether or not a tab holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownNode {
    /// The node.
    pub node: NodeId,
    /// Its room.
    pub room: Cid,
    /// The name last used with it.
    pub name: String,
    /// When it was last used.
    pub used: UnixMillis,
    /// The name of its database.
    pub database: String,
    /// Whether it may still write (see [`Keys::never_write_again`]).
    pub whole: bool,
    /// The name of the page under which it is kept.
    pub page_path: Rc<str>,
}

impl Keys {
    /// Opens the registry of the page in this folder (see [`crate::folder`]).
    pub async fn open(page_path: &str) -> Result<Self, StoreError> {
        let registry = names::registry(page_path);
        let (kv, former) = futures::join!(Kv::open(&registry), Self::find_former(page_path));
        Ok(Self { page_path: page_path.into(), kv: Rc::new(kv?), former })
    }

    /// A registry that is gone with the tab, where nothing can be stored.
    pub fn in_memory(page_path: &str) -> Self {
        Self { page_path: page_path.into(), kv: Rc::new(Kv::in_memory()), former: [].into() }
    }

    /// A key for this room: the one this tab had before it was reloaded, else the last used free one, else a new one. If the
    /// person has to be asked first ([`How::Resumed`]), nothing is noted before [`Keys::go_on`]. That a new one is kept is not waited
    /// for: only what is written with it waits ([`HeldKey::open_store`]).
    pub async fn acquire(&self, room: Cid, db_key: [u8; 32]) -> Result<HeldKey, StoreError> {
        // A tab that was nobody here yet mostly needs a new key, and asks for one while it is read which there are.
        let asking = async {
            match self.session(room) {
                Some(_) => Ok(None),
                None => Ok(Some(self.claim_new(room, db_key, draw()?))),
            }
        };
        let ((records, _), new) = futures::try_join!(self.records(), asking)?;
        for attempt in attempts(records, (room, &db_key), self.session(room), now()) {
            let patience = if attempt.how == How::Kept { Patience::Reload } else { Patience::AtOnce };
            let node = attempt.record.node();
            let Some(holding) = hold(&self.page_path, node, patience).await else { continue };
            // Read again now that nobody else writes it: another tab may have used it, or the room was forgotten.
            let Some(record) = self.record(node).await?.filter(|record| record.whole) else { continue };
            let held = self.held(&record, attempt.how, holding);
            if held.how != (How::Resumed { asked: true }) {
                // A full disk must not keep a person from what is there; it is noted with the next thing that can be stored.
                let _ = self.go_on(&held).await;
            }
            return Ok(held);
        }
        match new {
            Some(new) => self.keep_new(new).await,
            None => self.hold_new(room, db_key, draw()?).await,
        }
    }

    /// A new key for this room: somebody else is at this computer, or the old key must not write again. It is kept.
    pub async fn acquire_new(&self, room: Cid, db_key: [u8; 32]) -> Result<HeldKey, StoreError> {
        self.take(room, db_key, draw()?).await
    }

    /// A fresh key made by the caller: the founder signs before there is a room to name the key by. It is kept.
    pub async fn take(&self, room: Cid, db_key: [u8; 32], keypair: Keypair) -> Result<HeldKey, StoreError> {
        let held = self.hold_new(room, db_key, keypair).await?;
        held.kept().await?;
        Ok(held)
    }

    /// A fresh key is held, and kept meanwhile.
    async fn hold_new(&self, room: Cid, db_key: [u8; 32], keypair: Keypair) -> Result<HeldKey, StoreError> {
        self.keep_new(self.claim_new(room, db_key, keypair)).await
    }

    /// Asks for a fresh key, which is let go of where nobody waits for the answer.
    fn claim_new(&self, room: Cid, db_key: [u8; 32], keypair: Keypair) -> NewKey {
        let record = KeyRecord::new(keypair.to_secret(), room, db_key, now());
        let (node, page_path) = (record.node(), self.page_path.clone());
        let asking = async move { hold(&page_path, node, Patience::AtOnce).await };
        let mut asking = Box::pin(maybe_done(asking.boxed_local()));
        _ = asking.as_mut().now_or_never();
        NewKey { room, record, asking }
    }

    /// Waits until a fresh key is held.
    async fn keep_new(&self, new: NewKey) -> Result<HeldKey, StoreError> {
        let NewKey { room, record, mut asking } = new;
        let node = record.node();
        asking.as_mut().await;
        let holding = asking.as_mut().take_output().flatten();
        let holding = holding.ok_or_else(|| StoreError::Unavailable("a new key is taken".into()))?;
        let json = to_json(&record)?;
        let keys = self.clone();
        let keeping = async move {
            keys.kv.update(&KeyRecord::id(node), Durability::Strict, |_| Some(json)).await?;
            keys.remember(room, node);
            Ok(())
        };
        let kept: Kept = keeping.boxed_local().shared();
        // Begun at once: what is noted of this key from here on comes after it.
        _ = kept.clone().now_or_never();
        wasm_bindgen_futures::spawn_local(kept.clone().map(drop));
        Ok(HeldKey { kept: Some(kept), ..self.held(&record, How::New, holding) })
    }

    /// Writes the record of a held key anew: the browser has deleted it, and this tab still has all that the key has written, up to
    /// `seq`.
    pub async fn restore(
        &self,
        held: &HeldKey,
        db_key: [u8; 32],
        name: Option<&str>,
        seq: Option<u64>,
    ) -> Result<(), StoreError> {
        let mut record = KeyRecord::new(held.keypair.to_secret(), held.room, db_key, now());
        record.note(now(), name, seq);
        let json = to_json(&record)?;
        self.kv.update(&KeyRecord::id(held.node), Durability::Strict, |_| Some(json)).await?;
        self.remember(held.room, held.node);
        Ok(())
    }

    /// The person goes on with this key: it is noted as used now, and this tab will ask for it again when it is reloaded.
    pub async fn go_on(&self, held: &HeldKey) -> Result<(), StoreError> {
        self.remember(held.room, held.node);
        self.note_used(held.node, None, None).await
    }

    /// Notes that a key is in use, by which name, and the highest `seq` it has committed: after each own commit, and before any of
    /// it is sent.
    pub async fn note_used(&self, node: NodeId, name: Option<&str>, seq: Option<u64>) -> Result<(), StoreError> {
        let name = name.map(String::from);
        self.change(node, move |record| record.note(now(), name.as_deref(), seq)).await
    }

    /// Events of this node's own are lost: it must not write again, or it might write one `seq` twice. Its database stays, to be
    /// copied from ([`crate::adopt`]).
    pub async fn never_write_again(&self, node: NodeId) -> Result<(), StoreError> {
        self.change(node, |record| record.whole = false).await
    }

    /// Forgets a key. Its database is not touched: see [`Rooms::remove_node`](crate::Rooms::remove_node).
    pub async fn forget(&self, node: NodeId) -> Result<(), StoreError> {
        if let Some(storage) = js::storage("localStorage") {
            // Refused: then nothing was left there either.
            let _ = storage.remove_item(&names::unsaved(&self.page_path, node));
        }
        self.kv.delete(&KeyRecord::id(node)).await
    }

    /// The nodes of a room in this browser, the last used first.
    pub async fn known(&self, room: Cid, db_key: [u8; 32]) -> Result<Vec<KnownNode>, StoreError> {
        let mut known = Vec::new();
        for world in self.worlds() {
            known.extend(world.known_here(room, &db_key).await?);
        }
        sorted::short_list(&mut known, |it| (std::cmp::Reverse(it.used), it.node));
        Ok(known)
    }

    /// Those whose keys are under this name of the page.
    pub(super) async fn known_here(&self, room: Cid, db_key: &[u8; 32]) -> Result<Vec<KnownNode>, StoreError> {
        let (records, _) = self.records().await?;
        let fitting = records.iter().filter(|it| it.room == room && it.db_key == *db_key);
        Ok(fitting.map(|record| self.known_node(record)).collect())
    }

    /// The databases of a room's other nodes in this browser, to copy from ([`IdbStore::read_into`]) when this tab has a new
    /// key: the last used first, then those whose key is lost.
    pub async fn other_databases(&self, held: &HeldKey, db_key: [u8; 32]) -> Result<Vec<String>, StoreError> {
        let mut names: Vec<_> = self.known(held.room, db_key).await?.into_iter().map(|it| it.database).collect();
        for (name, _) in self.stored_here(&db_key).await {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.retain(|name| *name != held.database);
        Ok(names)
    }

    /// The databases that are really there under this name of the page, with their nodes, where the browser tells.
    pub(super) async fn stored_here(&self, db_key: &[u8; 32]) -> Vec<(String, NodeId)> {
        let of_room = |name: String| names::node_of(&self.page_path, db_key, &name).map(|node| (name, node));
        database_names().await.into_iter().filter_map(of_room).collect()
    }

    /// Records of keys that could not be read. They are kept.
    pub async fn damaged(&self) -> Result<Vec<Damage>, StoreError> {
        Ok(self.records().await?.1)
    }

    /// Every key, and what could not be read.
    pub(super) async fn records(&self) -> Result<(Vec<KeyRecord>, Vec<Damage>), StoreError> {
        let mut listed = self.kv.list(KeyRecord::PREFIX).await?;
        let mut records = Vec::new();
        for (key, json) in listed.records {
            match serde_json::from_str::<KeyRecord>(&json) {
                Ok(record) if KeyRecord::id(record.node()) == key => records.push(record),
                _ => listed.damaged.push(Damage { record: key, what: "not a key's record" }),
            }
        }
        Ok((records, listed.damaged))
    }

    pub(super) fn known_node(&self, record: &KeyRecord) -> KnownNode {
        let (node, room, used, whole) = (record.node(), record.room, record.used, record.whole);
        let database = names::database(&self.page_path, &record.db_key, node);
        KnownNode { node, room, name: record.name.clone(), used, database, whole, page_path: self.page_path.clone() }
    }

    pub(super) async fn record(&self, node: NodeId) -> Result<Option<KeyRecord>, StoreError> {
        let json = self.kv.get(&KeyRecord::id(node)).await?;
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
    }

    pub(super) async fn change(
        &self,
        node: NodeId,
        change: impl FnOnce(&mut KeyRecord) + 'static,
    ) -> Result<(), StoreError> {
        let changed = move |json: Option<String>| {
            // A key that was forgotten, or cannot be read, is not brought back.
            let mut record = serde_json::from_str::<KeyRecord>(&json?).ok()?;
            change(&mut record);
            serde_json::to_string(&record).ok()
        };
        self.kv.update(&KeyRecord::id(node), Durability::Relaxed, changed).await
    }

    fn held(&self, record: &KeyRecord, how: How, holding: Holding) -> HeldKey {
        let KnownNode { node, room, name, used, database, .. } = self.known_node(record);
        let (keypair, high_water) = (record.keypair().clone(), record.high_water);
        let (claim, unsaved) = (Claim(Rc::new(holding)), names::unsaved(&self.page_path, node));
        HeldKey { keypair, node, how, name, high_water, database, used, room, claim, kept: None, unsaved }
    }

    /// What this tab remembers across a reload; a duplicated tab gets a copy.
    fn session(&self, room: Cid) -> Option<NodeId> {
        js::storage("sessionStorage")?.get_item(&names::session(&self.page_path, room)).ok()??.parse().ok()
    }

    fn remember(&self, room: Cid, node: NodeId) {
        if let Some(storage) = js::storage("sessionStorage") {
            // Without it a reload takes the last used free key, which nearly always is the same one.
            let _ = storage.set_item(&names::session(&self.page_path, room), &node.to_string());
        }
    }
}

fn draw() -> Result<Keypair, StoreError> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|_| StoreError::Unavailable("no source of random numbers".into()))?;
    Ok(Keypair::from_secret(secret))
}

/// The wall clock.
pub(super) fn now() -> UnixMillis {
    // A double holds it exactly for another quarter of a million years.
    js_sys::Date::now() as UnixMillis
}

fn to_json(record: &KeyRecord) -> Result<String, StoreError> {
    serde_json::to_string(record).map_err(|error| StoreError::Failed(error.to_string()))
}
