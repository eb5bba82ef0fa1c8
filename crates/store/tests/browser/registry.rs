//! Keys and rooms, with real Web Locks, channels and databases. Locks are exclusive within one page too, so a second holder here
//! stands for a second tab.

use paceline_room::{Cid, Keypair};
use paceline_store::{
    Durability, HeldKey, How, IdbStore, Keys, KnownNode, RoomRecord, STALE_AFTER_MILLIS, Seen, Settings, Store,
    StoreError, database_name, device, lock_name,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    raw::{self, Patched},
    suite::{many, room},
};

const FULL: &str = "function () { throw new DOMException('', 'QuotaExceededError'); }";
const DB_KEY: [u8; 32] = [3; 32];

fn a_room() -> Cid {
    Cid::of(b"a room")
}

/// A path that no other test and no earlier run used, with its registry.
async fn page() -> (String, Keys) {
    let path = format!("/test/{}/", js_sys::Math::random());
    let keys = Keys::open(&path).await.expect("opens");
    (path, keys)
}

async fn acquire(keys: &Keys) -> HeldKey {
    keys.acquire(a_room(), DB_KEY).await.expect("a key")
}

/// What a new tab has: nothing in its session storage.
async fn as_a_new_tab() {
    raw::script("sessionStorage.clear()", &[]).await;
}

async fn set_used(path: &str, held: &HeldKey, used: f64) {
    let body = "
        const db = await open('paceline registry ' + a0);
        const tx = db.transaction('records', 'readwrite');
        const record = JSON.parse(await wait(tx.objectStore('records').get('key/' + a1)));
        record.used = a2;
        tx.objectStore('records').put(JSON.stringify(record), 'key/' + a1);
        await done(tx);
        db.close();";
    raw::idb(body, &[path.into(), held.node.to_string().into(), used.into()]).await;
}

async fn databases() -> String {
    let names = raw::script("return (await indexedDB.databases()).map((it) => it.name).join('\\n')", &[]).await;
    names.as_string().expect("text")
}

#[wasm_bindgen_test]
async fn a_reloaded_tab_keeps_its_key() {
    let (_, keys) = page().await;
    let first = acquire(&keys).await;
    assert_eq!(first.how, How::New);
    keys.note_used(first.node, Some("Ada"), Some(4)).await.expect("notes");
    let (node, secret) = (first.node, first.keypair.to_secret());
    drop(first);
    let again = acquire(&keys).await;
    assert_eq!((again.how, again.node, again.keypair.to_secret()), (How::Kept, node, secret));
    assert_eq!((again.name.as_str(), again.high_water), ("Ada", Some(4)));
}

#[wasm_bindgen_test]
async fn a_reloaded_tab_waits_for_the_page_before_it() {
    let (path, keys) = page().await;
    let first = acquire(&keys).await;
    let node = first.node;
    drop(first);
    // The page before holds only the lock: it is frozen on its way out and says nothing. It lets go once somebody waits.
    let hold = "
        let release;
        const held = new Promise((yes) => { release = yes; });
        await new Promise((granted) => navigator.locks.request(a0, () => { granted(); return held; }));
        const letGo = async () => {
            while (!(await navigator.locks.query()).pending.some((it) => it.name === a0));
            release();
        };
        letGo();";
    raw::script(hold, &[lock_name(&path, node).into()]).await;
    let again = acquire(&keys).await;
    assert_eq!((again.how, again.node), (How::Kept, node));
}

#[wasm_bindgen_test]
async fn a_duplicated_tab_becomes_another_node_at_once() {
    let (_, keys) = page().await;
    let first = acquire(&keys).await;
    let copy = acquire(&keys).await;
    assert_eq!(copy.how, How::New);
    assert_ne!(copy.node, first.node);
    let third = acquire(&keys).await;
    assert!(third.node != copy.node && third.node != first.node);
}

#[wasm_bindgen_test]
async fn a_key_whose_tab_never_lets_go_is_given_up_after_a_while() {
    let (path, keys) = page().await;
    let first = acquire(&keys).await;
    let node = first.node;
    drop(first);
    let hold = "await new Promise((granted) => navigator.locks.request(a0, () => { granted(); return new Promise(() => {}); }));";
    raw::script(hold, &[lock_name(&path, node).into()]).await;
    let other = acquire(&keys).await;
    assert_eq!(other.how, How::New);
    assert_ne!(other.node, node);
}

#[wasm_bindgen_test]
async fn a_new_tab_goes_on_with_the_key_used_last() {
    let (path, keys) = page().await;
    let (one, two) = (acquire(&keys).await, acquire(&keys).await);
    let (old, recent) = (one.node, two.node);
    set_used(&path, &one, js_sys::Date::now() - 1_000.0).await;
    drop((one, two));
    as_a_new_tab().await;
    let resumed = acquire(&keys).await;
    assert_eq!((resumed.how, resumed.node), (How::Resumed { asked: false }, recent));
    as_a_new_tab().await;
    let other = acquire(&keys).await;
    assert_eq!((other.how, other.node), (How::Resumed { asked: false }, old), "the other one is taken");
}

#[wasm_bindgen_test]
async fn after_a_day_the_person_is_asked_until_they_answer() {
    let (path, keys) = page().await;
    let first = acquire(&keys).await;
    keys.note_used(first.node, Some("Ada"), None).await.expect("notes");
    let yesterday = js_sys::Date::now() - 24.0 * 3_600_000.0;
    set_used(&path, &first, yesterday).await;
    drop(first);
    as_a_new_tab().await;
    let asked = acquire(&keys).await;
    assert_eq!((asked.how, asked.name.as_str(), asked.used), (How::Resumed { asked: true }, "Ada", yesterday as u64));
    drop(asked);
    let asked = acquire(&keys).await;
    assert_eq!(asked.how, How::Resumed { asked: true }, "a reload before the answer asks again");
    keys.go_on(&asked).await.expect("notes");
    let node = asked.node;
    drop(asked);
    let going_on = acquire(&keys).await;
    assert_eq!((going_on.how, going_on.node), (How::Kept, node));
    drop(going_on);
    let somebody_new = keys.acquire_new(a_room(), DB_KEY).await.expect("a key");
    assert_ne!(somebody_new.node, node);
    let new = somebody_new.node;
    drop(somebody_new);
    assert_eq!(acquire(&keys).await.node, new, "the new one is this tab's now");
}

#[wasm_bindgen_test]
async fn a_founder_keeps_the_key_that_signed_the_founding() {
    let (_, keys) = page().await;
    let keypair = Keypair::from_secret(std::array::from_fn(|_| (js_sys::Math::random() * 256.0) as u8));
    let founder = keys.take(a_room(), DB_KEY, keypair.clone()).await.expect("a key");
    assert_eq!((founder.how, founder.node), (How::New, keypair.node()));
    assert!(keys.take(a_room(), DB_KEY, keypair.clone()).await.is_err(), "it is held");
    drop(founder);
    let again = acquire(&keys).await;
    assert_eq!((again.how, again.node), (How::Kept, keypair.node()));
}

#[wasm_bindgen_test]
async fn a_full_disk_keeps_nobody_from_the_key_they_have() {
    let (_, keys) = page().await;
    let first = acquire(&keys).await;
    assert_eq!(first.kept().await, Ok(()));
    let node = first.node;
    drop(first);
    let _full = Patched::new(&["IDBObjectStore", "prototype"], "put", FULL);
    let again = acquire(&keys).await;
    assert_eq!((again.how, again.node), (How::Kept, node));
    assert_eq!(keys.acquire_new(a_room(), DB_KEY).await.err(), Some(StoreError::Full), "a new one cannot be kept");
}

#[wasm_bindgen_test]
async fn a_link_with_another_secret_finds_neither_key_nor_database() {
    let (path, keys) = page().await;
    let first = acquire(&keys).await;
    let node = first.node;
    drop(first);
    let other = keys.acquire(a_room(), [4; 32]).await.expect("a key");
    assert_eq!(other.how, How::New);
    assert_ne!(other.database, database_name(&path, &DB_KEY, node));
    assert_eq!(keys.known(a_room(), DB_KEY).await.expect("lists").len(), 1);
    let elsewhere = Keys::open("/test/elsewhere/").await.expect("opens");
    assert_eq!(elsewhere.known(a_room(), DB_KEY).await, Ok(vec![]));
}

#[wasm_bindgen_test]
async fn a_key_that_lost_events_never_writes_again() {
    let (_, keys) = page().await;
    let first = acquire(&keys).await;
    keys.never_write_again(first.node).await.expect("notes");
    let (node, database) = (first.node, first.database.clone());
    drop(first);
    let other = acquire(&keys).await;
    assert_eq!(other.how, How::New);
    assert_ne!(other.node, node);
    let known = keys.known(a_room(), DB_KEY).await.expect("lists");
    let lost = known.iter().find(|it| it.node == node).expect("it is still known, to be copied from");
    assert_eq!((lost.whole, &lost.database), (false, &database));
}

#[wasm_bindgen_test]
async fn without_web_locks_a_lease_does_the_same() {
    let _none = Patched::new(&["navigator"], "locks", "undefined");
    let (_, keys) = page().await;
    let first = acquire(&keys).await;
    let copy = acquire(&keys).await;
    assert_ne!(copy.node, first.node);
    let node = copy.node;
    drop(copy);
    let again = acquire(&keys).await;
    assert_eq!((again.how, again.node), (How::Kept, node), "a released lease is free");
    drop((first, again));
    as_a_new_tab().await;
    let (one, two) = futures::join!(acquire(&keys), acquire(&keys));
    assert_ne!(one.node, two.node, "two tabs that open at once");
}

#[wasm_bindgen_test]
async fn a_tab_that_objects_late_has_held_the_key_all_along() {
    let _none = Patched::new(&["navigator"], "locks", "undefined");
    let (path, keys) = page().await;
    let first = acquire(&keys).await;
    first.kept().await.expect("it is remembered");
    let node = first.node;
    drop(first);
    // It is busy for longer than anybody waits for it.
    let busy = "
        const channel = new BroadcastChannel('paceline leases ' + a0);
        const asked = new Promise((yes) => {
            channel.onmessage = ({ data }) => data.includes('ask') && yes(data);
        });
        globalThis.object = async () =>
            channel.postMessage((await asked).replace('\"ask\"', '\"object\"').replace('\"tab\"', '\"to\"'));";
    raw::script(busy, &[path.into()]).await;
    let again = acquire(&keys).await;
    assert_eq!(again.node, node, "nobody has objected yet");
    raw::script("await globalThis.object()", &[]).await;
    assert!(again.lost().await, "it must write no more");
    assert!(again.lost().await, "whenever it is asked");
    let other = keys.acquire_new(a_room(), DB_KEY).await.expect("a key");
    let lost = other.lost();
    drop(other);
    assert!(!lost.await, "what was let go of is lost to nobody");
}

#[wasm_bindgen_test]
async fn where_nothing_can_be_stored_a_tab_still_has_a_key() {
    let keys = Keys::in_memory("/test/memory/");
    as_a_new_tab().await;
    let held = acquire(&keys).await;
    assert_eq!(held.how, How::New);
    let node = held.node;
    keys.note_used(node, Some("Ada"), Some(1)).await.expect("notes");
    drop(held);
    let again = acquire(&keys).await;
    assert_eq!((again.node, again.high_water), (node, Some(1)));
    drop(again);
    keys.forget(node).await.expect("forgets");
    assert_ne!(acquire(&keys).await.node, node);
}

#[wasm_bindgen_test]
async fn a_registry_that_is_refused_newer_or_damaged_is_told() {
    {
        let _none = Patched::new(&[], "indexedDB", "undefined");
        assert!(matches!(Keys::open("/test/none/").await.err(), Some(StoreError::Unavailable(_))));
    }
    let (path, keys) = page().await;
    let held = acquire(&keys).await;
    let node = held.node;
    drop(held);
    let registry = format!("paceline registry {path}");
    raw::put(&registry, "records", "key/nobody".into(), "{}".into()).await;
    raw::put(&registry, "records", format!("key/{node}x").into(), 7.into()).await;
    let damaged: Vec<_> = keys.damaged().await.expect("lists").into_iter().map(|it| it.record).collect();
    assert_eq!(damaged.len(), 2, "{damaged:?}");
    assert_eq!(acquire(&keys).await.node, node, "the others are as good as ever");
    raw::idb("(await open(a0, 99)).close();", &[registry.into()]).await;
    assert_eq!(keys.known(a_room(), DB_KEY).await, Err(StoreError::Newer), "a newer page has taken over");
    assert_eq!(Keys::open(&path).await.err(), Some(StoreError::Newer));
}

fn record(title: &str, opened: u64) -> RoomRecord {
    RoomRecord {
        room: a_room(),
        db_key: DB_KEY,
        link_code: "code".into(),
        title: title.into(),
        purpose: "to test".into(),
        opened,
        seen: Seen { depth: 3, events: 5 },
        events: 5,
    }
}

#[wasm_bindgen_test]
async fn my_rooms_are_listed_with_what_is_new() {
    let (_, keys) = page().await;
    let rooms = keys.rooms();
    let held = acquire(&keys).await;
    let other = RoomRecord { room: Cid::of(b"other"), ..record("other", 20) };
    rooms.upsert(record("first", 10)).await.expect("stores");
    rooms.upsert(other.clone()).await.expect("stores");
    rooms.note(a_room(), DB_KEY, 9, Seen::default()).await.expect("notes");
    let renamed = RoomRecord { seen: Seen::default(), events: 9, ..record("renamed", 30) };
    rooms.upsert(renamed.clone()).await.expect("stores");
    let list = rooms.list().await.expect("lists");
    let expected = RoomRecord { seen: record("", 0).seen, ..renamed };
    assert_eq!(list.iter().map(|it| &it.record).collect::<Vec<_>>(), [&expected, &other]);
    assert_eq!(list[0].record.unseen(), 4);
    assert_eq!((list[0].nodes.clone(), list[1].nodes.clone()), (vec![held.node], vec![]));
}

#[wasm_bindgen_test]
async fn forgetting_a_room_removes_all_of_it_but_what_another_tab_holds() {
    let (_, keys) = page().await;
    let rooms = keys.rooms();
    rooms.upsert(record("first", 10)).await.expect("stores");
    let (mine, others) = (acquire(&keys).await, acquire(&keys).await);
    for held in [&mine, &others] {
        let store = IdbStore::open(&held.database).await.expect("opens");
        store.commit(room().blocks(), Durability::Strict).await.expect("commits");
    }
    let (gone, stays) = (mine.database.clone(), others.database.clone());
    drop(mine);
    let forgotten = rooms.forget(a_room(), DB_KEY).await.expect("forgets");
    assert_eq!((forgotten.removed, forgotten.in_use), (1, 1));
    assert_eq!(rooms.list().await, Ok(vec![]));
    assert!(!databases().await.contains(&gone) && databases().await.contains(&stays));
    keys.note_used(others.node, None, Some(9)).await.expect("the other tab goes on");
    rooms.note(a_room(), DB_KEY, 9, Seen::default()).await.expect("and brings nothing back");
    assert_eq!(rooms.list().await, Ok(vec![]));
    drop(others);
    assert_eq!(rooms.forget(a_room(), DB_KEY).await.expect("forgets").removed, 1);
    assert!(!databases().await.contains(&stays));
    assert_eq!(keys.known(a_room(), DB_KEY).await, Ok(vec![]));
}

#[wasm_bindgen_test]
async fn what_a_dying_page_left_is_there_for_the_next_and_goes_with_the_room() {
    let (_, keys) = page().await;
    let first = acquire(&keys).await;
    assert_eq!(first.unsaved(), None);
    assert!(first.leave_unsaved(Some("half a word")));
    let other = keys.acquire_new(a_room(), DB_KEY).await.expect("a key");
    assert_eq!(other.unsaved(), None, "each node has its own");
    drop((first, other));
    as_a_new_tab().await;
    let again = acquire(&keys).await;
    assert!(again.leave_unsaved(Some("half a word, and more")));
    let (node, others) = (again.node, keys.known(a_room(), DB_KEY).await.expect("lists"));
    drop(again);
    assert_eq!(others.len(), 2);
    keys.rooms().forget(a_room(), DB_KEY).await.expect("forgets");
    let node = node.to_string().into();
    let left = "return Object.keys(localStorage).filter((it) => it.includes(a0)).length";
    assert_eq!(raw::script(left, &[node]).await.as_f64(), Some(0.0));
}

#[wasm_bindgen_test]
async fn a_registry_that_the_browser_deleted_is_there_again_and_takes_the_key_back() {
    let (path, keys) = page().await;
    let held = acquire(&keys).await;
    raw::idb("await wait(indexedDB.deleteDatabase('paceline registry ' + a0));", &[path.as_str().into()]).await;
    assert_eq!(keys.known(a_room(), DB_KEY).await.map(|it| it.len()), Ok(0));
    keys.restore(&held, DB_KEY, Some("Ada"), Some(4)).await.expect("restores");
    let node = held.node;
    drop(held);
    let again = acquire(&keys).await;
    assert_eq!((again.node, again.name.as_str(), again.high_water), (node, "Ada", Some(4)));
}

#[wasm_bindgen_test]
async fn a_key_stays_held_until_its_last_write_is_done() {
    let (_, keys) = page().await;
    let held = acquire(&keys).await;
    let (node, store) = (held.node, held.open_store().await.expect("opens"));
    let mut write = store.commit(many(300), Durability::Relaxed);
    let _ = futures::poll!(&mut write);
    drop(write);
    drop((held, store));
    let again = acquire(&keys).await;
    assert_eq!(again.node, node, "a reload waits for it");
    assert_eq!(again.open_store().await.expect("opens").counts().events, many(300).len());
}

#[wasm_bindgen_test]
async fn a_new_key_that_was_asked_for_meanwhile_and_is_not_needed_is_let_go_of() {
    let (path, keys) = page().await;
    let node = acquire(&keys).await.node;
    as_a_new_tab().await;
    let resumed = acquire(&keys).await;
    assert_eq!(resumed.node, node);
    let wait = "
        const ours = ({ name }) => name.includes(a0);
        for (;;) {
            const { held, pending } = await navigator.locks.query();
            if (!pending.some(ours) && held.filter(ours).length === 1) return held.find(ours).name;
        }";
    let held = raw::script(wait, &[path.as_str().into()]).await;
    assert_eq!(held.as_string(), Some(lock_name(&path, node)));
    assert_eq!(keys.known(a_room(), DB_KEY).await.expect("lists").len(), 1, "nor is it kept");
}

#[wasm_bindgen_test]
async fn nothing_is_written_with_a_new_key_before_it_is_kept() {
    let (_, keys) = page().await;
    let held = acquire(&keys).await;
    let store = held.open_store().await.expect("opens");
    assert_eq!(store.load_page(None, 1).await.map(|it| it.len()), Ok(0), "it is known to be empty, and not waited for");
    assert!(!databases().await.contains(&held.database), "it is made when something is to be written");
    store.commit(room().blocks(), Durability::Strict).await.expect("commits");
    assert_eq!(keys.known(a_room(), DB_KEY).await.expect("lists").len(), 1, "what is written comes after its key");
    drop(store);
    let again = held.database.clone();
    drop(held);
    assert_eq!(IdbStore::open(&again).await.expect("opens").counts().events, room().blocks().len());
}

#[wasm_bindgen_test]
async fn what_is_written_with_a_new_key_that_cannot_be_kept_is_refused() {
    let (_, keys) = page().await;
    let _full = Patched::new(&["IDBObjectStore", "prototype"], "put", FULL);
    let held = acquire(&keys).await;
    assert_eq!(held.how, How::New);
    let store = held.open_store().await.expect("opens");
    assert_eq!(store.commit(room().blocks(), Durability::Strict).await, Err(StoreError::Full));
    assert_eq!(held.kept().await, Err(StoreError::Full));
    assert_eq!(keys.known(a_room(), DB_KEY).await, Ok(vec![]));
    assert!(store.is_closed(), "and nothing else can be written");
}

#[wasm_bindgen_test]
async fn history_is_found_also_when_its_key_is_lost() {
    let (_, keys) = page().await;
    let lost = acquire(&keys).await;
    let database = lost.database.clone();
    lost.open_store().await.expect("opens").commit(room().blocks(), Durability::Strict).await.expect("commits");
    keys.forget(lost.node).await.expect("forgets");
    drop(lost);
    let new = acquire(&keys).await;
    assert_eq!(new.how, How::New);
    assert_eq!(keys.other_databases(&new, DB_KEY).await, Ok(vec![database.clone()]));
    let store = new.open_store().await.expect("opens");
    let adopted = IdbStore::read_into(&database, &store).await.expect("reads").expect("is there");
    assert_eq!((adopted.events, store.counts().events), (room().blocks().len(), room().blocks().len()));
    drop((new, store));
    assert_eq!(keys.rooms().forget(a_room(), DB_KEY).await.expect("forgets").removed, 2);
    assert!(!databases().await.contains(&database));
}

#[wasm_bindgen_test]
async fn what_extra_tabs_left_behind_can_be_listed_and_removed() {
    let (path, keys) = page().await;
    let rooms = keys.rooms();
    let (recent, old, held) = (acquire(&keys).await, acquire(&keys).await, acquire(&keys).await);
    drop(IdbStore::open(&old.database).await.expect("opens"));
    let long_ago = js_sys::Date::now() - STALE_AFTER_MILLIS as f64 - 1_000.0;
    set_used(&path, &old, long_ago).await;
    set_used(&path, &held, long_ago).await;
    let (left, database) = (old.node, old.database.clone());
    drop((recent, old));
    let stale = rooms.stale_nodes().await.expect("lists");
    assert_eq!(stale.iter().map(|it| it.node).collect::<Vec<_>>(), [left], "not the recent, not the held one");
    let in_use = KnownNode { node: held.node, database: held.database.clone(), ..stale[0].clone() };
    assert_eq!(rooms.remove_node(&in_use, async || true).await, Ok(false));
    assert!(rooms.is_free(&stale[0]).await && !rooms.is_free(&in_use).await);
    assert_eq!(rooms.remove_node(&stale[0], async || false).await, Ok(false));
    assert!(databases().await.contains(&database), "nothing was done");
    assert_eq!(rooms.remove_node(&in_use, async || panic!("nobody may look while it is held")).await, Ok(false));
    assert_eq!(rooms.remove_node(&stale[0], async || true).await, Ok(true));
    assert!(!databases().await.contains(&database));
    assert_eq!(rooms.stale_nodes().await, Ok(vec![]));
}

#[wasm_bindgen_test]
async fn settings_outlive_the_page_and_fall_back_to_memory() {
    let path = format!("/test/{}/", js_sys::Math::random());
    assert_eq!(Settings::new(&path).get("theme"), None);
    assert!(Settings::new(&path).set("theme", Some("dark")));
    let settings = Settings::new(&path);
    assert_eq!(settings.get("theme").as_deref(), Some("dark"));
    {
        let _none = Patched::new(&[], "localStorage", "undefined");
        assert!(!settings.set("theme", Some("light")));
        assert_eq!(settings.get("theme").as_deref(), Some("light"));
    }
    assert_eq!(settings.get("theme").as_deref(), Some("light"), "what could not be stored is newer");
    assert!(settings.set("theme", None));
    assert_eq!((settings.get("theme"), Settings::new(&path).get("theme")), (None, None));
}

#[wasm_bindgen_test]
async fn settings_made_under_another_path_of_the_folder_are_taken_over_once() {
    let folder = format!("/test/{}/", js_sys::Math::random());
    assert!(Settings::new(&format!("{folder}index.html")).set("theme", Some("dark")));
    assert!(Settings::new(&format!("{folder}deeper/")).set("other", Some("not ours")));
    let settings = Settings::new(&folder);
    assert_eq!((settings.get("theme").as_deref(), settings.get("other")), (Some("dark"), None));
    assert!(settings.set("theme", None));
    assert_eq!(Settings::new(&folder).get("theme"), None, "what was removed stays so");
}

#[wasm_bindgen_test]
async fn what_earlier_builds_kept_under_another_path_is_listed_copied_and_forgotten() {
    let (folder, own) = page().await;
    let former = Keys::open(&format!("{folder}index.html")).await.expect("opens");
    former.rooms().upsert(record("Former", 5)).await.expect("notes");
    let left = acquire(&former).await;
    let (key, database) = (left.node, left.database.clone());
    let log = room().blocks();
    left.open_store().await.expect("opens").commit(log.clone(), Durability::Strict).await.expect("stores");
    drop(own);

    as_a_new_tab().await;
    let keys = Keys::open(&folder).await.expect("opens");
    let listed = keys.rooms().list().await.expect("lists");
    assert_eq!(listed.iter().map(|it| it.record.title.as_str()).collect::<Vec<_>>(), ["Former"]);
    let held = acquire(&keys).await;
    assert_ne!(held.node, key, "a key is never moved: a tab of the earlier build holds it");
    let store = held.open_store().await.expect("opens");
    assert_eq!(keys.copy_former(&held, DB_KEY, &store).await, Ok(1));
    assert_eq!(store.counts().events, log.len());
    assert_eq!(keys.copy_former(&held, DB_KEY, &store).await, Ok(0), "what did not change is not copied again");
    assert_eq!(
        keys.rooms().forget(a_room(), [9; 32]).await.expect("forgets").in_use,
        0,
        "another secret is another room"
    );
    drop((store, held));
    let forgotten = keys.rooms().forget(a_room(), DB_KEY).await.expect("forgets");
    assert_eq!((forgotten.removed, forgotten.in_use), (1, 1), "what the tab of the earlier build holds stays");
    drop(left);
    assert_eq!(keys.rooms().forget(a_room(), DB_KEY).await.expect("forgets").removed, 1);
    assert!(!databases().await.contains(&database));
    assert_eq!(keys.rooms().list().await, Ok(vec![]));
}

#[wasm_bindgen_test]
async fn the_device_tells_how_much_there_is() {
    let estimate = device::estimate().await.expect("Chromium and Firefox tell");
    assert!(estimate.quota > 0.0 && estimate.usage >= 0.0);
    assert_eq!(device::persist().await, device::persisted().await);
    let _none = Patched::new(&["navigator"], "storage", "undefined");
    assert_eq!(device::estimate().await, None);
    assert!(!device::persist().await && !device::persisted().await);
}
