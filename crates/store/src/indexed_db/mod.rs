//! Storage in IndexedDB: one database per node and room, in which records are segments (see `segment`), and beside them drafts and
//! intents (see `unsent`).
//!
//! Everything is read once at opening, to know which record holds what; what was read waits, up to a bound, to be loaded.

pub(crate) mod connection;
mod schema;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    future::Future,
    rc::Rc,
    sync::Arc,
};

use async_trait::async_trait;
use futures::{
    FutureExt,
    channel::oneshot,
    future::{self, LocalBoxFuture, Shared},
    lock::Mutex,
};
use js_sys::{Array, Number, Uint8Array};
use paceline_room::{Cid, Stored, sorted};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbKeyRange, IdbRequest};

use self::{
    connection::Connection,
    schema::{SEGMENTS, UNSENT},
};
use crate::{
    Adopted, Counts, Damage, Durability, Store, StoreError, adopt,
    index::{Index, Record},
    registry::{Kept, holding::Holding},
    segment::{self, Entry},
    store::{check_sizes, linked_words},
    unsent::Change,
};

/// Records read at a time at opening (at most 16 MiB).
const OPEN_RECORDS: u32 = 256;
/// Bytes kept from opening until they are loaded; what is beyond is read again.
const WARM_BYTES: usize = 32 * 1024 * 1024;
/// Keys of records are below this; far more than fit on any device, and so that counting on never overflows.
const MOST_RECORDS: f64 = 2_147_483_648.0;
/// Small records (from single live events) that are merged at opening when there are at least so many.
const MERGE_AT: usize = 256;
/// What counts as small.
const SMALL_BYTES: usize = segment::SEGMENT_BYTES / 4;

/// One node's storage in one room.
#[derive(Clone)]
pub struct IdbStore {
    inner: Rc<Inner>,
}

/// A database that is there, or is being made.
type Making = Shared<LocalBoxFuture<'static, Result<Rc<Connection>, StoreError>>>;

struct Inner {
    database: Making,
    /// Keeps the node's key from other tabs until the last write is done.
    _holding: Option<Rc<Holding>>,
    /// One write at a time.
    writing: Mutex<()>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    index: Index,
    warm: Warm,
    damaged: Vec<Damage>,
}

/// What opening read and nobody has loaded yet.
#[derive(Default)]
struct Warm {
    events: BTreeMap<(u64, Cid), Stored>,
    words: BTreeMap<Cid, Arc<[u8]>>,
    bytes: usize,
}

impl IdbStore {
    /// Opens, and creates or renews, the database of this name, and reads what is there. Damaged records are skipped, kept and
    /// told by [`Store::damaged`].
    ///
    /// A tab opens its own node's with [`crate::HeldKey::open_store`].
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        Self::open_holding(name, None).await
    }

    /// The same; as long as it lives, or a write of it is under way, the key is held.
    pub(crate) async fn open_holding(name: &str, holding: Option<Rc<Holding>>) -> Result<Self, StoreError> {
        let store = Self::on(Connection::open(name, &schema::STEPS).await?, holding);
        let small = store.inner.scan().await?;
        if small.len() >= MERGE_AT {
            // Only a matter of speed: if it fails (quota), everything is still where it was.
            let _ = store.inner.merge(small).await;
        }
        Ok(store)
    }

    /// The database of a key that was drawn a moment ago: nothing is in it. It is made when something is first written, which waits for
    /// it, and for its key to be `kept`: a browser that makes a database has less time for who joins.
    pub(crate) fn create(name: &str, holding: Rc<Holding>, kept: Kept) -> Self {
        let name = name.to_owned();
        let making = async move {
            let (connection, ()) = future::try_join(Connection::open(&name, &schema::STEPS), kept).await?;
            Ok(Rc::new(connection))
        };
        Self::over(making.boxed_local().shared(), Some(holding))
    }

    /// Copies what the database of that name holds, if there is one, into any store. It is only read: another tab may be
    /// writing to it.
    pub async fn read_into(name: &str, into: &dyn Store) -> Result<Option<Adopted>, StoreError> {
        let Some(connection) = Connection::open_existing(name, &schema::STEPS).await? else { return Ok(None) };
        if !connection.has(SEGMENTS) {
            // Nobody has come to write to it.
            return Ok(Some(Adopted::default()));
        }
        let other = Self::on(connection, None);
        other.inner.scan().await?;
        adopt(&other, into).await.map(Some)
    }

    /// How a database that is there looks from outside: as long as this stays the same, nothing was added to it.
    pub(crate) async fn looks(name: &str) -> Result<Option<String>, StoreError> {
        let opened = Connection::open_existing(name, &schema::STEPS).await?;
        let Some(connection) = opened.filter(|it| it.has(SEGMENTS)) else { return Ok(None) };
        let transaction = connection.reading(&[SEGMENTS])?;
        let keys = transaction.on(SEGMENTS, |store| store.get_all_keys())?;
        transaction.done().await?;
        let keys: Array = result(&keys)?.dyn_into().map_err(|_| StoreError::Closed)?;
        Ok(Some(format!("{} to {:?}", keys.length(), keys.get(keys.length().wrapping_sub(1)).as_f64())))
    }

    /// The drafts and intents in the database of that name; none if there is no such database.
    pub async fn read_unsent(name: &str) -> Result<Vec<(String, String)>, StoreError> {
        match Connection::open_existing(name, &schema::STEPS).await? {
            Some(connection) if connection.has(UNSENT) => Self::on(connection, None).unsent().await,
            _ => Ok(Vec::new()),
        }
    }

    fn on(connection: Connection, holding: Option<Rc<Holding>>) -> Self {
        let database: Making = future::ready(Ok(Rc::new(connection))).boxed_local().shared();
        // Known from here on, without waiting.
        _ = database.clone().now_or_never();
        Self::over(database, holding)
    }

    fn over(database: Making, holding: Option<Rc<Holding>>) -> Self {
        let (writing, state) = (Mutex::new(()), RefCell::default());
        Self { inner: Rc::new(Inner { database, _holding: holding, writing, state }) }
    }

    /// Deletes the database of this name, also if other tabs have it open (they are told, and their writes fail from then on).
    pub async fn delete(name: &str) -> Result<(), StoreError> {
        connection::delete(name).await
    }

    /// Whether another tab or the browser has taken the database away.
    pub fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    /// Runs a write to its end, whether or not the caller goes on waiting: index and database must not part.
    async fn write<F>(&self, write: impl FnOnce(Rc<Inner>) -> F) -> Result<(), StoreError>
    where
        F: Future<Output = Result<(), StoreError>> + 'static,
    {
        let (send, receive) = oneshot::channel();
        let inner = self.inner.clone();
        let write = write(inner.clone());
        wasm_bindgen_futures::spawn_local(async move {
            let _one = inner.writing.lock().await;
            let _ = send.send(write.await);
        });
        receive.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Inner {
    /// The database, once it is there.
    async fn connection(&self) -> Result<Rc<Connection>, StoreError> {
        self.database.clone().await
    }

    /// Whether it was taken away, or could not be made.
    fn is_closed(&self) -> bool {
        self.database.peek().is_some_and(|made| made.as_ref().map_or(true, |it| it.is_closed()))
    }

    /// Reads every record once, and returns the small ones.
    async fn scan(&self) -> Result<Vec<(Record, Vec<u8>)>, StoreError> {
        let mut small = Vec::new();
        let mut after = None;
        loop {
            let (keys, values) = self.read_records(after).await?;
            for (key, value) in keys.iter().zip(values.iter()) {
                self.take_record(&key, &value, &mut small);
            }
            if keys.length() < OPEN_RECORDS {
                return Ok(small);
            }
            after = Some(keys.get(keys.length() - 1));
        }
    }

    async fn read_records(&self, after: Option<JsValue>) -> Result<(Array, Array), StoreError> {
        let connection = self.connection().await?;
        let transaction = connection.reading(&[SEGMENTS])?;
        let (keys, values) = transaction.on(SEGMENTS, |store| {
            let range = match after {
                Some(key) => IdbKeyRange::lower_bound_with_open(&key, true)?.into(),
                None => JsValue::UNDEFINED,
            };
            let keys = store.get_all_keys_with_key_and_limit(&range, OPEN_RECORDS)?;
            Ok((keys, store.get_all_with_key_and_limit(&range, OPEN_RECORDS)?))
        })?;
        transaction.done().await?;
        Ok((array(&keys)?, array(&values)?))
    }

    /// One record as found at opening: into the index, and what it holds kept warm.
    fn take_record(&self, key: &JsValue, value: &JsValue, small: &mut Vec<(Record, Vec<u8>)>) {
        let state = &mut *self.state.borrow_mut();
        let mut damage = |what| {
            let record = key.dyn_ref::<Number>().and_then(|key| key.to_string(10).ok());
            let record = record.map_or_else(|| "of an unknown kind".into(), String::from);
            state.damaged.push(Damage { record, what });
        };
        let Some(record) = record_key(key) else { return damage("its key is not a number of ours") };
        let Some(bytes) = value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec) else {
            state.index.add(record, 1, []);
            return damage("not bytes");
        };
        let read = segment::read(&bytes);
        match read.damage {
            Some(what) => damage(what),
            None if bytes.len() < SMALL_BYTES => small.push((record, bytes.clone())),
            None => {}
        }
        // A record that is empty or unreadable still takes its key.
        state.index.add(record, bytes.len().max(1), &read.entries);
        read.entries.into_iter().for_each(|entry| state.warm.keep(entry));
    }

    /// Packs small records together.
    async fn merge(&self, small: Vec<(Record, Vec<u8>)>) -> Result<(), StoreError> {
        let segments = segment::repack(small.iter().map(|(_, bytes)| bytes.as_slice()));
        let first = self.state.borrow().index.free_record();
        let connection = self.connection().await?;
        let transaction = connection.writing(&[SEGMENTS], Durability::Strict)?;
        transaction.on(SEGMENTS, |store| {
            for (record, _) in &small {
                store.delete(&JsValue::from(*record))?;
            }
            for (record, segment) in (first..).zip(&segments) {
                store.add_with_key(&Uint8Array::from(segment.as_slice()), &JsValue::from(record))?;
            }
            Ok(())
        })?;
        transaction.done().await?;
        let index = &mut self.state.borrow_mut().index;
        for (record, bytes) in &small {
            let words = segment::read(bytes).entries.iter().filter_map(Entry::words).collect();
            index.drop_words(*record, 0, &words);
        }
        for (record, segment) in (first..).zip(&segments) {
            index.add(record, segment.len(), &segment::read(segment).entries);
        }
        Ok(())
    }

    /// Writes entries in new records, and changes to what is not sent yet: all or nothing.
    async fn append(&self, entries: Vec<Entry>, unsent: Vec<Change>, durability: Durability) -> Result<(), StoreError> {
        let stores: &[&str] = match (entries.is_empty(), unsent.is_empty()) {
            (true, true) => return if self.is_closed() { Err(StoreError::Closed) } else { Ok(()) },
            (false, true) => &[SEGMENTS],
            (true, false) => &[UNSENT],
            (false, false) => &[SEGMENTS, UNSENT],
        };
        let packed = segment::pack(&entries)?;
        let connection = self.connection().await?;
        let first = self.state.borrow().index.free_record();
        let transaction = connection.writing(stores, durability)?;
        if !packed.is_empty() {
            transaction.on(SEGMENTS, |store| {
                for (record, segment) in (first..).zip(&packed) {
                    // Not `put`: if another tab wrote here in spite of everything, this fails rather than overwrite.
                    store.add_with_key(&Uint8Array::from(segment.bytes.as_slice()), &JsValue::from(record))?;
                }
                Ok(())
            })?;
        }
        if !unsent.is_empty() {
            transaction.on(UNSENT, |store| {
                for (key, value) in &unsent {
                    match value {
                        Some(value) => store.put_with_key(&value.into(), &key.into())?,
                        None => store.delete(&key.into())?,
                    };
                }
                Ok(())
            })?;
        }
        transaction.done().await?;
        let index = &mut self.state.borrow_mut().index;
        for (record, segment) in (first..).zip(&packed) {
            index.add(record, segment.bytes.len(), segment.entries);
        }
        Ok(())
    }

    /// What of this is not here yet.
    fn missing(&self, events: Vec<Stored>) -> Vec<Entry> {
        let index = &self.state.borrow().index;
        let (mut seen, mut missing) = (BTreeSet::new(), Vec::new());
        for event in events {
            let known = index.holds_event(event.depth, event.cid) || !seen.insert(event.cid);
            match event.words {
                _ if !known => missing.push(Entry::Event(event)),
                Some((cid, block)) if !index.holds_words(cid) && seen.insert(cid) => {
                    missing.push(Entry::Words(cid, block));
                }
                _ => {}
            }
        }
        missing
    }

    /// Rewrites every record that holds one of these words.
    async fn drop_words(&self, dropped: BTreeSet<Cid>) -> Result<(), StoreError> {
        let records = {
            let state = &mut *self.state.borrow_mut();
            dropped.iter().for_each(|cid| state.warm.drop_words(cid));
            sorted::set(dropped.iter().flat_map(|cid| state.index.words_in(*cid)))
        };
        if records.is_empty() {
            return Ok(());
        }
        let mut rewritten = Vec::new();
        for (record, bytes) in self.read(&records).await? {
            rewritten.push((record, segment::without_words(&bytes, &dropped)?));
        }
        let connection = self.connection().await?;
        let transaction = connection.writing(&[SEGMENTS], Durability::Strict)?;
        transaction.on(SEGMENTS, |store| {
            for (record, left) in &rewritten {
                match left {
                    Some(bytes) => store.put_with_key(&Uint8Array::from(bytes.as_slice()), &JsValue::from(*record))?,
                    None => store.delete(&JsValue::from(*record))?,
                };
            }
            Ok(())
        })?;
        transaction.done().await?;
        let index = &mut self.state.borrow_mut().index;
        for (record, left) in &rewritten {
            index.drop_words(*record, left.as_ref().map_or(0, Vec::len), &dropped);
        }
        Ok(())
    }

    /// The bytes of these records; those that are not bytes are left out.
    async fn read(&self, records: &BTreeSet<Record>) -> Result<Vec<(Record, Vec<u8>)>, StoreError> {
        let connection = self.connection().await?;
        let transaction = connection.reading(&[SEGMENTS])?;
        let requests: Vec<_> = transaction.on(SEGMENTS, |store| {
            records.iter().map(|record| Ok((*record, store.get(&JsValue::from(*record))?))).collect()
        })?;
        transaction.done().await?;
        let mut read = Vec::new();
        for (record, request) in requests {
            if let Ok(bytes) = result(&request)?.dyn_into::<Uint8Array>() {
                read.push((record, bytes.to_vec()));
            }
        }
        Ok(read)
    }

    /// These events with their words, from what is warm or else from their records, in the given order.
    async fn load(&self, keys: Vec<((u64, Cid), Record)>) -> Result<Vec<Stored>, StoreError> {
        let mut found: BTreeMap<(u64, Cid), Stored> = BTreeMap::new();
        let mut records = BTreeSet::new();
        for (key, record) in &keys {
            match self.state.borrow_mut().warm.take(key) {
                Some(event) => drop(found.insert(*key, event)),
                None => drop(records.insert(*record)),
            }
        }
        if !records.is_empty() {
            for (_, bytes) in self.read(&records).await? {
                for entry in segment::read(&bytes).entries {
                    if let Entry::Event(event) = entry {
                        found.entry((event.depth, event.cid)).or_insert(event);
                    }
                }
            }
        }
        let mut events: Vec<_> = keys.iter().filter_map(|(key, _)| found.remove(key)).collect();
        if self.state.borrow().index.has_loose_words() {
            self.join_words(&mut events).await?;
        }
        Ok(events)
    }

    /// Gives events their words that are in another record: they came later.
    async fn join_words(&self, events: &mut [Stored]) -> Result<(), StoreError> {
        let mut elsewhere = BTreeMap::new();
        let mut records = BTreeSet::new();
        for (at, event) in events.iter_mut().enumerate().filter(|(_, event)| event.words.is_none()) {
            let Some(cid) = linked_words(event) else { continue };
            let state = self.state.borrow();
            if let Some(block) = state.warm.words.get(&cid) {
                event.words = Some((cid, block.clone()));
            } else if let Some(record) = state.index.words_in(cid).next() {
                elsewhere.insert(cid, at);
                records.insert(record);
            }
        }
        if records.is_empty() {
            return Ok(());
        }
        for (_, bytes) in self.read(&records).await? {
            for entry in segment::read(&bytes).entries {
                let words = match entry {
                    Entry::Event(event) => event.words,
                    Entry::Words(cid, block) => Some((cid, block)),
                };
                let Some((cid, block)) = words else { continue };
                if let Some(event) = elsewhere.get(&cid).and_then(|at| events.get_mut(*at)) {
                    event.words = Some((cid, block));
                }
            }
        }
        Ok(())
    }
}

#[async_trait(?Send)]
impl Store for IdbStore {
    async fn commit_with(
        &self,
        events: Vec<Stored>,
        unsent: Vec<Change>,
        durability: Durability,
    ) -> Result<(), StoreError> {
        events.iter().try_for_each(check_sizes)?;
        self.write(|inner| async move { inner.append(inner.missing(events), unsent, durability).await }).await
    }

    async fn unsent(&self) -> Result<Vec<(String, String)>, StoreError> {
        let connection = self.inner.connection().await?;
        let transaction = connection.reading(&[UNSENT])?;
        let (keys, values) = transaction.on(UNSENT, |store| Ok((store.get_all_keys()?, store.get_all()?)))?;
        transaction.done().await?;
        let (keys, values) = (array(&keys)?, array(&values)?);
        // What is not text was not written here.
        Ok(keys.iter().zip(values.iter()).filter_map(|(key, it)| Some((key.as_string()?, it.as_string()?))).collect())
    }

    async fn put_words(&self, words: Vec<(Cid, Arc<[u8]>)>) -> Result<(), StoreError> {
        self.write(|inner| async move {
            let words = sorted::map(words);
            let missing = |cid: &Cid| !inner.state.borrow().index.holds_words(*cid);
            let missing = words.into_iter().filter(|(cid, _)| missing(cid));
            let entries = missing.map(|(cid, block)| Entry::Words(cid, block)).collect();
            inner.append(entries, Vec::new(), Durability::Relaxed).await
        })
        .await
    }

    async fn drop_words(&self, words: Vec<Cid>) -> Result<(), StoreError> {
        self.write(|inner| async move { inner.drop_words(sorted::set(words)).await }).await
    }

    async fn load_page(&self, after: Option<(u64, Cid)>, most: usize) -> Result<Vec<Stored>, StoreError> {
        let keys = self.inner.state.borrow().index.page(after, most);
        let end = keys.len() < most;
        let page = self.inner.load(keys).await?;
        if end {
            self.inner.state.borrow_mut().warm = Warm::default();
        }
        Ok(page)
    }

    async fn get(&self, cid: &Cid) -> Result<Option<Stored>, StoreError> {
        let found = self.inner.state.borrow().index.find(cid);
        Ok(self.inner.load(found.into_iter().collect()).await?.pop())
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.write(|inner| async move {
            let connection = inner.connection().await?;
            let transaction = connection.writing(&[SEGMENTS, UNSENT], Durability::Strict)?;
            transaction.on(SEGMENTS, |store| store.clear())?;
            transaction.on(UNSENT, |store| store.clear())?;
            transaction.done().await?;
            *inner.state.borrow_mut() = State::default();
            Ok(())
        })
        .await
    }

    fn counts(&self) -> Counts {
        let index = &self.inner.state.borrow().index;
        Counts { events: index.events(), bytes: index.bytes() }
    }

    fn damaged(&self) -> Vec<Damage> {
        self.inner.state.borrow().damaged.clone()
    }
}

impl Warm {
    fn keep(&mut self, entry: Entry) {
        if self.bytes >= WARM_BYTES {
            return;
        }
        match entry {
            Entry::Event(event) => {
                self.bytes += event.block.len() + event.words.as_ref().map_or(0, |(_, block)| block.len());
                self.events.insert((event.depth, event.cid), event);
            }
            Entry::Words(cid, block) => {
                self.bytes += block.len();
                self.words.insert(cid, block);
            }
        }
    }

    fn take(&mut self, key: &(u64, Cid)) -> Option<Stored> {
        self.events.remove(key)
    }

    fn drop_words(&mut self, cid: &Cid) {
        self.words.remove(cid);
        for event in self.events.values_mut().filter(|event| event.words.as_ref().is_some_and(|(it, _)| it == cid)) {
            event.words = None;
        }
    }
}

/// The result of a request whose transaction is done.
fn result(request: &IdbRequest) -> Result<JsValue, StoreError> {
    request.result().map_err(|_| StoreError::Closed)
}

fn array(request: &IdbRequest) -> Result<Array, StoreError> {
    result(request)?.dyn_into().map_err(|_| StoreError::Closed)
}

fn record_key(key: &JsValue) -> Option<Record> {
    let key = key.as_f64()?;
    // Keys are small whole numbers; anything else was not written here.
    (key.fract() == 0.0 && (0.0..MOST_RECORDS).contains(&key)).then_some(key as Record)
}
