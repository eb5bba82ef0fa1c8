//! A connection to one database: opened at this build's schema, closed as soon as anybody wants to delete or renew the database, and
//! transactions that say why they failed.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::pin,
    rc::Rc,
};

use futures::{
    channel::oneshot,
    future::{Either, select},
};
use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbTransaction, IdbVersionChangeEvent};

use crate::{Durability, StoreError, js};

/// How long opening or deleting may take. Browsers are known to hang here; other tabs close at once when asked.
const PATIENCE_MILLIS: i32 = 8_000;
/// ... and how long once the browser said that another tab has the database open and did not close it.
const BLOCKED_MILLIS: i32 = 2_000;

/// One step of the schema: brings a database from the version before to this one. May only create, delete and change stores.
pub(crate) type Step = fn(&IdbDatabase, &IdbTransaction) -> Result<(), JsValue>;

/// An open database.
pub(crate) struct Connection {
    db: IdbDatabase,
    closed: Rc<Cell<bool>>,
    _on_close: Closure<dyn FnMut(Event)>,
}

impl Connection {
    /// Opens a database, creates it if there is none, and brings it to version `steps.len()`.
    pub(crate) async fn open(name: &str, steps: &'static [Step]) -> Result<Self, StoreError> {
        let version = u32::try_from(steps.len()).map_err(|_| StoreError::Newer)?;
        let request = factory()?.open_with_u32(name, version).map_err(|thrown| at_opening(&thrown))?;
        Self::open_or_not(&request, steps).await?.ok_or_else(|| StoreError::Unavailable("no database".into()))
    }

    /// Opens a database as it is, if there is one and this build can read it: its version is not raised, since a tab of an
    /// older build may have it open, and would lose it.
    pub(crate) async fn open_existing(name: &str, steps: &'static [Step]) -> Result<Option<Self>, StoreError> {
        let request = factory()?.open(name).map_err(|thrown| at_opening(&thrown))?;
        let Some(opened) = Self::open_or_not(&request, &[]).await? else { return Ok(None) };
        let newer = opened.db.version() > steps.len() as f64;
        if newer { Err(StoreError::Newer) } else { Ok(Some(opened)) }
    }

    /// Without steps no database is created where there is none.
    async fn open_or_not(request: &IdbOpenDbRequest, steps: &'static [Step]) -> Result<Option<Self>, StoreError> {
        let absent = Rc::new(Cell::new(false));
        let upgrade = upgrade_with(request, steps, steps.is_empty().then(|| absent.clone()));
        // Stays there: an upgrade that comes when nobody waits any more must still be whole.
        request.set_onupgradeneeded(Some(upgrade.into_js_value().unchecked_ref()));
        let outcome = settle(request, |request| {
            // Too late: nobody waits any more, and an open connection would block everybody else.
            if let Ok(db) = request.result().and_then(JsCast::dyn_into::<IdbDatabase>) {
                db.close();
            }
        })
        .await;
        if absent.get() {
            return Ok(None);
        }
        let db: IdbDatabase = outcome?.dyn_into().map_err(|_| StoreError::Unavailable("no database".into()))?;
        Ok(Some(Self::watch(db)))
    }

    fn watch(db: IdbDatabase) -> Self {
        let closed = Rc::new(Cell::new(false));
        let on_close = {
            let (closed, db) = (closed.clone(), db.clone());
            Closure::<dyn FnMut(Event)>::new(move |_| {
                closed.set(true);
                db.close();
            })
        };
        let function: &Function = on_close.as_ref().unchecked_ref();
        db.set_onversionchange(Some(function));
        db.set_onclose(Some(function));
        Self { db, closed, _on_close: on_close }
    }

    /// Whether another tab or the browser took the database away.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Whether it has a store of this name.
    pub(crate) fn has(&self, store: &str) -> bool {
        let names = js::get(self.db.as_ref(), "objectStoreNames");
        js::call(&names, "contains", &[store.into()]).is_ok_and(|it| it.is_truthy())
    }

    /// A transaction that only reads.
    pub(crate) fn reading(&self, stores: &[&str]) -> Result<Transaction, StoreError> {
        self.transaction(stores, "readonly", None)
    }

    /// A transaction that writes.
    pub(crate) fn writing(&self, stores: &[&str], durability: Durability) -> Result<Transaction, StoreError> {
        let durability = match durability {
            Durability::Strict => "strict",
            Durability::Relaxed => "relaxed",
        };
        self.transaction(stores, "readwrite", Some(durability))
    }

    fn transaction(&self, stores: &[&str], mode: &str, durability: Option<&str>) -> Result<Transaction, StoreError> {
        if self.is_closed() {
            return Err(StoreError::Closed);
        }
        let stores: Array = stores.iter().map(|name| JsValue::from(*name)).collect();
        let options = durability.map_or(JsValue::UNDEFINED, |it| js::object(&[("durability", it.into())]));
        js::call(self.db.as_ref(), "transaction", &[stores.into(), mode.into(), options])
            .and_then(JsCast::dyn_into)
            .map(Transaction)
            .map_err(|thrown| error(&thrown))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.db.set_onversionchange(None);
        self.db.set_onclose(None);
        self.db.close();
    }
}

/// A running transaction. Nothing of it counts before [`Transaction::done`] says so.
pub(crate) struct Transaction(IdbTransaction);

impl Transaction {
    /// Issues requests on one store. If one throws, the whole transaction is undone.
    pub(crate) fn on<T>(
        &self,
        store: &str,
        requests: impl FnOnce(&web_sys::IdbObjectStore) -> Result<T, JsValue>,
    ) -> Result<T, StoreError> {
        self.0.object_store(store).and_then(|store| requests(&store)).map_err(|thrown| {
            // It may have been undone already by what was thrown.
            let _ = self.0.abort();
            error(&thrown)
        })
    }

    /// Waits until everything is stored or nothing is. Results of requests can be read afterwards.
    pub(crate) async fn done(self) -> Result<(), StoreError> {
        let (send, receive) = oneshot::channel();
        let mut send = Some(send);
        let settled = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            if let Some(send) = send.take() {
                let _ = send.send(event.type_() == "complete");
            }
        });
        let handlers = Handlers(self.0);
        let function: &Function = settled.as_ref().unchecked_ref();
        handlers.0.set_oncomplete(Some(function));
        handlers.0.set_onabort(Some(function));
        match (receive.await, handlers.0.error()) {
            (Ok(true), _) => Ok(()),
            (_, Some(why)) => Err(error(&why)),
            // Undone without a reason: the connection was closed by force.
            _ => Err(StoreError::Closed),
        }
    }
}

/// Takes the handlers off again, also when nobody waits any more: a dropped closure must not be called.
struct Handlers(IdbTransaction);

impl Drop for Handlers {
    fn drop(&mut self) {
        self.0.set_oncomplete(None);
        self.0.set_onabort(None);
    }
}

/// Deletes a database. Other tabs that have it open are asked to close it, and do.
pub(crate) async fn delete(name: &str) -> Result<(), StoreError> {
    let request = factory()?.delete_database(name).map_err(|thrown| at_opening(&thrown))?;
    settle(&request, |_| {}).await.map(|_| ())
}

/// The names of all databases of this origin; none where the browser does not tell.
pub(crate) async fn database_names() -> Vec<String> {
    let Ok(factory) = factory() else { return Vec::new() };
    let Ok(Ok(promise)) = js::call(factory.as_ref(), "databases", &[]).map(JsCast::dyn_into::<Promise>) else {
        return Vec::new();
    };
    let list: Array = JsFuture::from(promise).await.ok().and_then(|list| list.dyn_into().ok()).unwrap_or_default();
    list.iter().filter_map(|it| js::get(&it, "name").as_string()).collect()
}

fn factory() -> Result<IdbFactory, StoreError> {
    js::get(&js_sys::global(), "indexedDB")
        .dyn_into()
        .map_err(|_| StoreError::Unavailable("IndexedDB is switched off".into()))
}

/// Runs the steps that are missing; or, if no database is to be created where there was none, says so and undoes it.
fn upgrade_with(
    request: &IdbOpenDbRequest,
    steps: &'static [Step],
    absent: Option<Rc<Cell<bool>>>,
) -> Closure<dyn FnMut(IdbVersionChangeEvent)> {
    let request = request.clone();
    Closure::new(move |event: IdbVersionChangeEvent| {
        let Some(transaction) = request.transaction() else { return };
        // The version before is a small whole number: 0 for a new database.
        let before = event.old_version() as usize;
        let mut undo = steps.iter().skip(before).try_for_each(|step| step(&transaction.db(), &transaction)).is_err();
        if let Some(absent) = absent.as_ref().filter(|_| before == 0) {
            absent.set(true);
            undo = true;
        }
        if undo {
            let _ = transaction.abort();
        }
    })
}

/// Waits for an open or delete request, but not for ever; `late` gets the outcome that nobody waited for.
fn settle(
    request: &IdbOpenDbRequest,
    late: impl FnOnce(&IdbOpenDbRequest) + 'static,
) -> impl Future<Output = Result<JsValue, StoreError>> {
    let (send, receive) = oneshot::channel();
    let waiting = Rc::new(RefCell::new(Some((send, late))));
    let settled = {
        let (waiting, request) = (waiting, request.clone());
        Closure::<dyn FnMut()>::new(move || {
            let Some((send, late)) = waiting.borrow_mut().take() else { return };
            if send.send(()).is_err() {
                late(&request);
            }
        })
    };
    // Belongs to the browser from here on: it may be called long after anybody waits.
    let settled: Function = settled.into_js_value().unchecked_into();
    request.set_onsuccess(Some(&settled));
    request.set_onerror(Some(&settled));
    let (tell, told) = oneshot::channel();
    let blocked = Closure::once_into_js(move || {
        let _ = tell.send(());
    });
    request.set_onblocked(Some(blocked.unchecked_ref()));
    let request = request.clone();
    async move {
        let blocked = async {
            if told.await.is_err() {
                // It was never blocked.
                std::future::pending::<()>().await;
            }
            js::sleep(BLOCKED_MILLIS).await;
        };
        let (hanging, blocked) = (pin!(js::sleep(PATIENCE_MILLIS)), pin!(blocked));
        match select(receive, select(hanging, blocked)).await {
            Either::Left(_) => match request.error() {
                Ok(Some(why)) => Err(at_opening(&why)),
                _ => request.result().map_err(|thrown| at_opening(&thrown)),
            },
            Either::Right((Either::Left(_), _)) => Err(StoreError::Unavailable("the database does not answer".into())),
            Either::Right((Either::Right(_), _)) => Err(StoreError::Blocked),
        }
    }
}

/// What a request or transaction threw, as our error.
pub(crate) fn error(thrown: &JsValue) -> StoreError {
    let (name, message) = js::describe(thrown);
    match name.as_str() {
        "QuotaExceededError" => StoreError::Full,
        "VersionError" => StoreError::Newer,
        // A record that must be new is there already: another tab writes, too.
        "InvalidStateError" | "ConstraintError" => StoreError::Closed,
        "NotFoundError" => StoreError::Damaged("a store is missing".into()),
        "SecurityError" => StoreError::Unavailable(message),
        // Chromium says so, seen on a file system of 150 MB, when the disk is full before the quota is.
        _ if message.contains("FILE_ERROR_NO_SPACE") => StoreError::Full,
        _ => StoreError::Failed(format!("{name}: {message}")),
    }
}

/// The same at opening, where any unknown failure means that storage cannot be used at all.
fn at_opening(thrown: &JsValue) -> StoreError {
    match error(thrown) {
        StoreError::Closed => StoreError::Unavailable(js::describe(thrown).1),
        StoreError::Failed(what) => StoreError::Unavailable(what),
        other => other,
    }
}
