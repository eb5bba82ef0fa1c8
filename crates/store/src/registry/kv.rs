//! Small records of text by key, in IndexedDB, or in memory where that is refused.

use std::{cell::RefCell, rc::Rc};

use js_sys::Array;
use litemap::LiteMap;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{Event, IdbDatabase, IdbKeyRange, IdbTransaction};

use crate::{
    Damage, Durability, StoreError,
    indexed_db::connection::{Connection, Step, error},
};

const RECORDS: &str = "records";
/// The version of the schema this build writes.
const VERSION: usize = 2;
/// Step `n` leads from version `n` to `n + 1`. Raising [`VERSION`] without writing the step does not compile.
const STEPS: [Step; VERSION] = [to_1_nothing, to_2_records];

/// Version 1 is what a browser makes when anything opens the database without a version: no stores at all.
fn to_1_nothing(_: &IdbDatabase, _: &IdbTransaction) -> Result<(), JsValue> {
    Ok(())
}

/// Records of JSON text by name.
fn to_2_records(db: &IdbDatabase, _: &IdbTransaction) -> Result<(), JsValue> {
    db.create_object_store(RECORDS).map(|_| ())
}

/// Text by key.
pub(crate) enum Kv {
    Stored(Stored),
    Memory(RefCell<LiteMap<String, String>>),
}

/// A database, opened again when it was taken away: the browser's data may be deleted while a page is open.
pub(crate) struct Stored {
    name: String,
    connection: RefCell<Rc<Connection>>,
}

impl Stored {
    async fn open(&self) -> Result<Rc<Connection>, StoreError> {
        let open = self.connection.borrow().clone();
        if !open.is_closed() {
            return Ok(open);
        }
        let again = Rc::new(Connection::open(&self.name, &STEPS).await?);
        self.connection.replace(again.clone());
        Ok(again)
    }
}

/// Records found, and those that are not text.
pub(crate) struct Listed {
    pub(crate) records: Vec<(String, String)>,
    pub(crate) damaged: Vec<Damage>,
}

impl Kv {
    pub(crate) async fn open(name: &str) -> Result<Self, StoreError> {
        Ok(Self::on(name, Connection::open(name, &STEPS).await?))
    }

    /// One that is there already, at whatever version this build can read.
    pub(crate) async fn open_existing(name: &str) -> Result<Option<Self>, StoreError> {
        let opened = Connection::open_existing(name, &STEPS).await?;
        Ok(opened.filter(|it| it.has(RECORDS)).map(|it| Self::on(name, it)))
    }

    fn on(name: &str, connection: Connection) -> Self {
        Self::Stored(Stored { name: name.into(), connection: RefCell::new(Rc::new(connection)) })
    }

    pub(crate) fn in_memory() -> Self {
        Self::Memory(RefCell::default())
    }

    /// Changes one record in one step, so that tabs do not overwrite one another: `change` gets the record and returns what
    /// it shall be, or `None` to leave it.
    pub(crate) async fn update(
        &self,
        key: &str,
        durability: Durability,
        change: impl FnOnce(Option<String>) -> Option<String> + 'static,
    ) -> Result<(), StoreError> {
        let connection = match self {
            Self::Stored(stored) => stored.open().await?,
            Self::Memory(records) => {
                let before = records.borrow().get(key).cloned();
                if let Some(after) = change(before) {
                    records.borrow_mut().insert(key.into(), after);
                }
                return Ok(());
            }
        };
        let transaction = connection.writing(&[RECORDS], durability)?;
        let thrown = Rc::new(RefCell::new(None));
        transaction.on(RECORDS, |store| {
            let (key, store, read) = (JsValue::from(key), store.clone(), store.get(&key.into())?);
            let (request, thrown) = (read.clone(), thrown.clone());
            let changed = Closure::once_into_js(move |_: Event| {
                let before = request.result().ok().and_then(|value| value.as_string());
                if let Some(after) = change(before) {
                    *thrown.borrow_mut() = store.put_with_key(&after.into(), &key).err();
                }
            });
            read.set_onsuccess(Some(changed.unchecked_ref()));
            Ok(())
        })?;
        transaction.done().await?;
        // Nothing else was to be written, so there is nothing to undo.
        thrown.take().map_or(Ok(()), |thrown| Err(error(&thrown)))
    }

    pub(crate) async fn delete(&self, key: &str) -> Result<(), StoreError> {
        match self {
            Self::Memory(records) => {
                records.borrow_mut().remove(key);
                Ok(())
            }
            Self::Stored(stored) => {
                let connection = stored.open().await?;
                let transaction = connection.writing(&[RECORDS], Durability::Strict)?;
                transaction.on(RECORDS, |store| store.delete(&key.into()))?;
                transaction.done().await
            }
        }
    }

    pub(crate) async fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        match self {
            Self::Memory(records) => Ok(records.borrow().get(key).cloned()),
            Self::Stored(stored) => {
                let connection = stored.open().await?;
                let transaction = connection.reading(&[RECORDS])?;
                let request = transaction.on(RECORDS, |store| store.get(&key.into()))?;
                transaction.done().await?;
                Ok(request.result().ok().and_then(|value| value.as_string()))
            }
        }
    }

    /// All records whose key begins with `prefix`.
    pub(crate) async fn list(&self, prefix: &str) -> Result<Listed, StoreError> {
        let mut listed = Listed { records: Vec::new(), damaged: Vec::new() };
        let connection = match self {
            Self::Stored(stored) => stored.open().await?,
            Self::Memory(records) => {
                let records = records.borrow();
                let fitting = records.iter().filter(|(key, _)| key.starts_with(prefix));
                listed.records = fitting.map(|(key, value)| (key.clone(), value.clone())).collect();
                return Ok(listed);
            }
        };
        let transaction = connection.reading(&[RECORDS])?;
        let (keys, values) = transaction.on(RECORDS, |store| {
            // No key of ours has a character beyond this one.
            let range = IdbKeyRange::bound(&prefix.into(), &format!("{prefix}\u{ffff}").into())?;
            Ok((store.get_all_keys_with_key(&range)?, store.get_all_with_key(&range)?))
        })?;
        transaction.done().await?;
        let array = |value: Result<JsValue, JsValue>| value.and_then(JsCast::dyn_into::<Array>);
        let (keys, values) = array(keys.result())
            .and_then(|keys| Ok((keys, array(values.result())?)))
            .map_err(|_| StoreError::Damaged("no list of records".into()))?;
        for (key, value) in keys.iter().zip(values.iter()) {
            match (key.as_string(), value.as_string()) {
                (Some(key), Some(value)) => listed.records.push((key, value)),
                (key, _) => listed.damaged.push(Damage { record: key.unwrap_or_default(), what: "not text" }),
            }
        }
        Ok(listed)
    }
}
