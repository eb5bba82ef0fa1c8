//! What only IndexedDB can get wrong: schemas, damage, quota, refusal, other tabs.

use paceline_room::{Cid, Stored};
use paceline_store::{Adopted, Counts, Desk, Durability, IdbStore, MemoryStore, Place, Store, StoreError};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    fresh_name,
    raw::{self, Patched},
    suite::{all, many, room},
};

const SEGMENTS: &str = "segments";
const OBJECT_STORE: [&str; 2] = ["IDBObjectStore", "prototype"];

async fn filled(blocks: &[Stored]) -> String {
    let name = fresh_name().await;
    let store = IdbStore::open(&name).await.expect("opens");
    store.commit(blocks.to_vec(), Durability::Relaxed).await.expect("commits");
    name
}

async fn error_of(name: &str) -> Option<StoreError> {
    IdbStore::open(name).await.err()
}

#[wasm_bindgen_test]
async fn everything_is_there_again_after_reopening() {
    let blocks = room().blocks();
    let name = fresh_name().await;
    let store = IdbStore::open(&name).await.expect("opens");
    let (first, rest) = blocks.split_at(3);
    let bare = first.iter().map(|event| Stored { words: None, ..event.clone() }).collect();
    store.commit(bare, Durability::Strict).await.expect("commits");
    store.commit(rest.to_vec(), Durability::Relaxed).await.expect("commits");
    store.put_words(first.iter().filter_map(|event| event.words.clone()).collect()).await.expect("puts");
    let counts = store.counts();
    drop(store);
    let store = IdbStore::open(&name).await.expect("opens again");
    assert_eq!(store.counts(), counts);
    assert_eq!(all(&store, 3).await, blocks, "while it is warm");
    assert_eq!(all(&store, 3).await, blocks, "from the records");
    assert_eq!(store.damaged(), []);
}

#[wasm_bindgen_test]
async fn words_dropped_before_they_were_loaded_again_stay_dropped() {
    let blocks = room().blocks();
    let name = filled(&blocks).await;
    assert!(holds_text(&name).await, "or else the test sees nothing");
    let store = IdbStore::open(&name).await.expect("opens");
    let dropped = blocks.iter().filter_map(|event| event.words.as_ref().map(|(cid, _)| *cid)).collect();
    store.drop_words(dropped).await.expect("drops");
    assert!(all(&store, 100).await.iter().all(|event| event.words.is_none()));
    drop(store);
    assert!(!holds_text(&name).await, "nor are they in any record");
}

async fn holds_text(name: &str) -> bool {
    let records = raw::records(name, SEGMENTS).await;
    let text = b"second words";
    records.iter().any(|(_, bytes)| bytes.as_ref().is_some_and(|it| it.windows(text.len()).any(|some| some == text)))
}

#[wasm_bindgen_test]
async fn an_empty_database_of_version_1_is_taken_over() {
    let name = fresh_name().await;
    raw::idb("(await open(a0)).close();", &[name.as_str().into()]).await;
    let store = IdbStore::open(&name).await.expect("opens");
    store.commit(room().blocks(), Durability::Strict).await.expect("commits");
    assert_eq!(all(&store, 100).await, room().blocks());
}

/// As every build since the first has written it. It must be readable for ever: never change this test, add another.
#[wasm_bindgen_test]
async fn a_database_of_version_2_is_read() {
    let name = fresh_name().await;
    let golden = format!(
        "01570000008a8c5e9fcc610103010201000000000000{}05000000626c6f636b{}776f726473",
        "09".repeat(32),
        "07".repeat(32)
    );
    let body = "
        const db = await open(a0, 2, (db) => db.createObjectStore('segments'));
        const tx = db.transaction('segments', 'readwrite');
        tx.objectStore('segments').put(Uint8Array.from(a1.match(/../g), (it) => parseInt(it, 16)), 7);
        await done(tx);
        db.close();";
    raw::idb(body, &[name.as_str().into(), golden.into()]).await;
    let store = IdbStore::open(&name).await.expect("opens");
    let words = Some((Cid::from_digest([7; 32]), b"words"[..].into()));
    let expected = Stored { cid: Cid::from_digest([9; 32]), depth: 258, block: b"block"[..].into(), words };
    assert_eq!(all(&store, 10).await, [expected]);
    assert_eq!(store.damaged(), []);
}

/// As builds since version 3 write it, but for what they did not know yet. Never change this test, add another.
#[wasm_bindgen_test]
async fn a_database_of_version_3_is_read_with_its_drafts_and_intents() {
    let name = fresh_name().await;
    let body = r#"
        const db = await open(a0, 3, (db) => { db.createObjectStore('segments'); db.createObjectStore('unsent'); });
        const store = db.transaction('unsent', 'readwrite').objectStore('unsent');
        const draft = { text: 'half', fields: [['kind', 'idea']], open: true, colour: 'blue' };
        store.put(JSON.stringify(draft), 'draft/composer');
        store.put(JSON.stringify({ id: 'i1', place: 'composer', made: 7, draft: { text: 'sent' }, size: 1 }), 'intent/i1');
        store.put('12', 'rev');
        store.put(new Uint8Array(3), 'draft/bytes');
        await done(store.transaction);
        db.close();"#;
    raw::idb(body, &[name.as_str().into()]).await;
    let store = IdbStore::open(&name).await.expect("opens");
    let stored = store.unsent().await.expect("reads");
    assert_eq!(stored.len(), 3, "{stored:?}");
    let mut desk = Desk::open(stored, None);
    let draft = desk.draft(&Place::Composer).expect("a draft");
    assert_eq!((draft.text.as_str(), draft.field("kind"), draft.open), ("half", "idea", true));
    assert_eq!(desk.find("i1").map(|it| it.draft.text.as_str()), Some("sent"));
    let changes = desk.take(&["i1".into()]).expect("a write");
    assert!(changes.contains(&("rev".into(), Some("13".into()))));
}

#[wasm_bindgen_test]
async fn a_database_of_version_2_gets_a_place_for_drafts_and_keeps_its_events() {
    let blocks = room().blocks();
    let name = fresh_name().await;
    let older = format!("{name} older");
    IdbStore::delete(&older).await.expect("deletes");
    let body = "
        const from = await open(a0);
        const values = await wait(from.transaction('segments').objectStore('segments').getAll());
        from.close();
        const db = await open(a1, 2, (db) => db.createObjectStore('segments'));
        const tx = db.transaction('segments', 'readwrite');
        values.forEach((value, at) => tx.objectStore('segments').put(value, at));
        await done(tx);
        db.close();";
    IdbStore::open(&name).await.expect("opens").commit(blocks.clone(), Durability::Relaxed).await.expect("commits");
    raw::idb(body, &[name.as_str().into(), older.as_str().into()]).await;
    let read = MemoryStore::new();
    let adopted = IdbStore::read_into(&older, &read).await.expect("reads");
    assert_eq!((adopted.map(|it| it.events), all(&read, 100).await), (Some(blocks.len()), blocks.clone()));
    assert_eq!(IdbStore::read_unsent(&older).await, Ok(Vec::new()));
    assert_eq!(version(&older).await, Some(2.0), "reading it leaves it as it is");
    let store = IdbStore::open(&older).await.expect("opens");
    assert_eq!(all(&store, 100).await, blocks);
    let draft = vec![("draft/composer".to_owned(), Some("words".to_owned()))];
    store.commit_with(Vec::new(), draft, Durability::Relaxed).await.expect("writes");
    assert_eq!(version(&older).await, Some(3.0));
    assert_eq!(IdbStore::read_unsent(&older).await, Ok(vec![("draft/composer".into(), "words".into())]));
    drop(store);
    IdbStore::delete(&older).await.expect("deletes");
}

async fn version(name: &str) -> Option<f64> {
    raw::script("return (await indexedDB.databases()).find((it) => it.name === a0)?.version", &[name.into()])
        .await
        .as_f64()
}

#[wasm_bindgen_test]
async fn reading_the_database_of_an_older_build_does_not_take_it_from_the_tab_that_writes_to_it() {
    let name = fresh_name().await;
    let keep = "
        const db = await open(a0, 2, (db) => db.createObjectStore('segments'));
        db.onversionchange = () => { db.asked = true; db.close(); };
        return db;";
    let older = raw::idb(keep, &[name.as_str().into()]).await;
    let read = MemoryStore::new();
    assert_eq!(IdbStore::read_into(&name, &read).await, Ok(Some(Adopted::default())));
    assert_eq!(IdbStore::read_unsent(&name).await, Ok(Vec::new()));
    let asked =
        raw::script("a0.transaction('segments', 'readwrite'); return a0.asked === true", std::slice::from_ref(&older))
            .await;
    assert_eq!(asked.as_bool(), Some(false));
    raw::script("a0.close()", &[older]).await;
}

#[wasm_bindgen_test]
async fn whatever_fails_of_a_commit_neither_the_event_nor_the_end_of_its_intent_is_stored() {
    let blocks = room().blocks();
    let name = fresh_name().await;
    let store = IdbStore::open(&name).await.expect("opens");
    let intent = ("intent/1".to_owned(), "words".to_owned());
    let put = vec![(intent.0.clone(), Some(intent.1.clone()))];
    store.commit_with(Vec::new(), put, Durability::Strict).await.expect("writes");
    let gone = || vec![(intent.0.clone(), None), ("rev".to_owned(), Some("1".to_owned()))];
    for (method, fails) in [
        ("add", "function () { throw new DOMException('', 'QuotaExceededError'); }"),
        ("put", "function () { throw new DOMException('', 'QuotaExceededError'); }"),
        (
            "delete",
            "function (...all) { queueMicrotask(() => this.transaction.abort()); return before.apply(this, all); }",
        ),
    ] {
        let _full = Patched::new(&OBJECT_STORE, method, fails);
        let outcome = store.commit_with(blocks.clone(), gone(), Durability::Strict).await;
        assert!(outcome.is_err(), "{method}");
        assert_eq!(store.unsent().await, Ok(vec![intent.clone()]), "{method}");
        assert_eq!(store.counts(), Counts::default(), "{method}");
    }
    drop(store);
    let store = IdbStore::open(&name).await.expect("opens");
    assert_eq!((all(&store, 100).await, store.unsent().await), (Vec::new(), Ok(vec![intent.clone()])));
    store.commit_with(blocks.clone(), gone(), Durability::Strict).await.expect("commits");
    drop(store);
    let store = IdbStore::open(&name).await.expect("opens");
    assert_eq!((all(&store, 100).await, store.unsent().await), (blocks, Ok(vec![("rev".into(), "1".into())])));
}

#[wasm_bindgen_test]
async fn a_newer_database_is_named_so_and_left_alone() {
    let name = filled(&room().blocks()).await;
    raw::idb("(await open(a0, 99)).close();", &[name.as_str().into()]).await;
    let before = raw::records(&name, SEGMENTS).await;
    assert_eq!(error_of(&name).await, Some(StoreError::Newer));
    assert_eq!(IdbStore::read_into(&name, &MemoryStore::new()).await, Err(StoreError::Newer));
    assert_eq!(raw::records(&name, SEGMENTS).await, before);
    assert!(!before.is_empty());
}

#[wasm_bindgen_test]
async fn a_database_of_our_version_without_our_store_is_damaged() {
    for version in [2, 3] {
        let name = fresh_name().await;
        raw::idb("(await open(a0, a1)).close();", &[name.as_str().into(), version.into()]).await;
        assert!(matches!(error_of(&name).await, Some(StoreError::Damaged(_))), "{version}");
    }
}

#[wasm_bindgen_test]
async fn damaged_records_are_told_skipped_kept_and_can_be_healed() {
    let blocks = many(400);
    let name = filled(&blocks).await;
    let before = raw::records(&name, SEGMENTS).await;
    assert!(before.len() > 2, "several records");
    let mut bytes = before[1].1.clone().expect("bytes");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    raw::put(&name, SEGMENTS, 1.into(), js_sys::Uint8Array::from(bytes.as_slice()).into()).await;
    raw::put(&name, SEGMENTS, 500.into(), "not bytes".into()).await;
    raw::put(&name, SEGMENTS, "no number".into(), JsValue::TRUE).await;
    let broken = raw::records(&name, SEGMENTS).await;

    let store = IdbStore::open(&name).await.expect("opens all the same");
    let told: Vec<_> = store.damaged().into_iter().map(|it| it.record).collect();
    assert_eq!(told, ["1", "500", "no number"].map(|it| if it == "no number" { "of an unknown kind" } else { it }));
    let left = all(&store, 1_000).await;
    assert_eq!(left.len(), blocks.len() - 1, "one entry is lost");
    assert!(left.iter().all(|event| blocks.contains(event)));
    store.commit(blocks.clone(), Durability::Relaxed).await.expect("commits what others sent again");
    assert_eq!(all(&store, 1_000).await, blocks);
    drop(store);
    let after = raw::records(&name, SEGMENTS).await;
    assert!(broken.iter().all(|record| after.contains(record)), "nothing was deleted");
    let again = IdbStore::open(&name).await.expect("opens");
    assert_eq!(all(&again, 1_000).await, blocks);
}

#[wasm_bindgen_test]
async fn a_full_disk_is_told_and_leaves_nothing_half_written() {
    let (blocks, more) = (room().blocks(), many(500));
    let name = filled(&blocks).await;
    let store = IdbStore::open(&name).await.expect("opens");
    let counts = store.counts();
    {
        // The third record of a commit does not fit any more.
        let add = "(() => { let n = 0; return function (...all) {
            if (++n === 3) throw new DOMException('', 'QuotaExceededError');
            return before.apply(this, all); }; })()";
        let _full = Patched::new(&OBJECT_STORE, "add", add);
        assert_eq!(store.commit(more.clone(), Durability::Strict).await, Err(StoreError::Full));
    }
    {
        // Browsers find out at the end, too.
        let add = "(() => { let n = 0; return function (...all) {
            if (++n === 1) queueMicrotask(() => this.transaction.abort());
            return before.apply(this, all); }; })()";
        let _full = Patched::new(&OBJECT_STORE, "add", add);
        let error = "new DOMException('', 'QuotaExceededError')";
        let _why = Patched::new(&["IDBTransaction", "prototype"], "error", error);
        assert_eq!(store.commit(more.clone(), Durability::Strict).await, Err(StoreError::Full));
    }
    {
        let add = "function () { throw new DOMException('IO error: FILE_ERROR_NO_SPACE', 'UnknownError'); }";
        let _full = Patched::new(&OBJECT_STORE, "add", add);
        assert_eq!(store.commit(more.clone(), Durability::Strict).await, Err(StoreError::Full));
    }
    assert_eq!(store.counts(), counts);
    assert_eq!(all(&store, 100).await, blocks);
    drop(store);
    let store = IdbStore::open(&name).await.expect("opens");
    assert_eq!(all(&store, 100).await, blocks, "on disk, too");
    store.commit(more.clone(), Durability::Strict).await.expect("fits now");
    assert_eq!(store.counts().events, blocks.len() + more.len());
}

#[wasm_bindgen_test]
async fn any_other_failure_of_the_browser_is_passed_on() {
    let name = fresh_name().await;
    let store = IdbStore::open(&name).await.expect("opens");
    let add = "function () { throw new DOMException('disk on fire', 'UnknownError'); }";
    let _broken = Patched::new(&OBJECT_STORE, "add", add);
    let failed = StoreError::Failed("UnknownError: disk on fire".into());
    assert_eq!(store.commit(room().blocks(), Durability::Strict).await, Err(failed));
    assert_eq!(store.counts(), Counts::default());
}

#[wasm_bindgen_test]
async fn a_browser_that_refuses_storage_is_told() {
    let name = fresh_name().await;
    {
        let _none = Patched::new(&[], "indexedDB", "undefined");
        assert!(matches!(error_of(&name).await, Some(StoreError::Unavailable(_))));
        assert!(matches!(IdbStore::delete(&name).await, Err(StoreError::Unavailable(_))));
    }
    for error in ["SecurityError", "InvalidStateError", "UnknownError"] {
        let open = format!("function () {{ throw new DOMException('no', '{error}'); }}");
        let _refused = Patched::new(&["IDBFactory", "prototype"], "open", &open);
        assert!(matches!(error_of(&name).await, Some(StoreError::Unavailable(_))), "{error}");
    }
    assert_eq!(error_of(&name).await, None, "and all is well again");
}

#[wasm_bindgen_test]
async fn a_tab_that_does_not_let_go_is_not_waited_for_endlessly() {
    let name = fresh_name().await;
    let keep = "const db = await open(a0, 1); db.onversionchange = () => {}; return db;";
    let stubborn = raw::idb(keep, &[name.as_str().into()]).await;
    assert_eq!(error_of(&name).await, Some(StoreError::Blocked), "and the person is told what to do");
    raw::script("a0.close()", &[stubborn]).await;
    // Were the late connection not closed at once, this would be blocked.
    let store = IdbStore::open(&name).await.expect("opens");
    drop(store);
    IdbStore::delete(&name).await.expect("deletes");
}

#[wasm_bindgen_test]
async fn reading_what_another_tab_has_open_takes_it_from_nobody() {
    let name = fresh_name().await;
    // A tab of an older build: its database has an older version, and it lets go when somebody wants a newer one.
    let hold = "
        const db = await open(a0, 1, (db) => db.createObjectStore('segments'));
        db.onversionchange = () => { db.taken = true; db.close(); };
        return db;";
    let older = raw::idb(hold, &[name.as_str().into()]).await;
    let copied = IdbStore::read_into(&name, &MemoryStore::new()).await.expect("reads");
    assert_eq!(copied, Some(Adopted::default()));
    let untouched = raw::script("return !a0.taken && a0.version === 1", std::slice::from_ref(&older)).await;
    assert!(untouched.is_truthy());
    raw::script("a0.close()", &[older]).await;
    assert_eq!(IdbStore::read_into(&fresh_name().await, &MemoryStore::new()).await, Ok(None), "nor is one made");
    let newer = fresh_name().await;
    raw::idb("(await open(a0, 99, (db) => db.createObjectStore('segments'))).close();", &[newer.as_str().into()]).await;
    assert_eq!(IdbStore::read_into(&newer, &MemoryStore::new()).await, Err(StoreError::Newer));
}

#[wasm_bindgen_test]
async fn deleting_a_room_in_another_tab_does_not_hang_and_is_noticed_here() {
    let blocks = room().blocks();
    let name = filled(&blocks).await;
    let here = IdbStore::open(&name).await.expect("opens");
    IdbStore::delete(&name).await.expect("the other tab deletes");
    assert!(here.is_closed());
    assert_eq!(here.commit(blocks, Durability::Strict).await, Err(StoreError::Closed));
    assert_eq!(here.commit(Vec::new(), Durability::Strict).await, Err(StoreError::Closed));
    assert_eq!(here.clear().await, Err(StoreError::Closed));
}

#[wasm_bindgen_test]
async fn two_writers_never_overwrite_one_another() {
    let blocks = room().blocks();
    let name = fresh_name().await;
    let (one, other) = (IdbStore::open(&name).await.expect("opens"), IdbStore::open(&name).await.expect("opens"));
    one.commit(blocks[..2].to_vec(), Durability::Strict).await.expect("commits");
    assert_eq!(other.commit(blocks[2..].to_vec(), Durability::Strict).await, Err(StoreError::Closed));
    assert_eq!(all(&one, 100).await, blocks[..2]);
}

#[wasm_bindgen_test]
async fn own_events_are_committed_with_strict_durability() {
    let name = fresh_name().await;
    let store = IdbStore::open(&name).await.expect("opens");
    let transaction = "(() => { globalThis.asked = []; return function (...all) {
        if (all[1] === 'readwrite') globalThis.asked.push(all[2]?.durability);
        return before.apply(this, all); }; })()";
    let _spy = Patched::new(&["IDBDatabase", "prototype"], "transaction", transaction);
    let blocks = room().blocks();
    store.commit(blocks[..1].to_vec(), Durability::Strict).await.expect("commits");
    store.commit(blocks[1..].to_vec(), Durability::Relaxed).await.expect("commits");
    let asked = raw::script("return asked.join()", &[]).await.as_string();
    assert_eq!(asked.as_deref(), Some("strict,relaxed"));
}

#[wasm_bindgen_test]
async fn many_small_records_are_merged_and_a_damaged_one_is_kept() {
    let blocks = many(300);
    let name = fresh_name().await;
    let store = IdbStore::open(&name).await.expect("opens");
    for event in &blocks {
        store.commit(vec![event.clone()], Durability::Relaxed).await.expect("commits");
    }
    drop(store);
    let mut bytes = raw::records(&name, SEGMENTS).await[10].1.clone().expect("bytes");
    bytes[40] ^= 1;
    raw::put(&name, SEGMENTS, 10.into(), js_sys::Uint8Array::from(bytes.as_slice()).into()).await;
    let merged = IdbStore::open(&name).await.expect("opens");
    assert_eq!(all(&merged, 97).await.len(), blocks.len() - 1);
    merged.commit(blocks.clone(), Durability::Relaxed).await.expect("commits");
    drop(merged);
    let records = raw::records(&name, SEGMENTS).await;
    assert!(records.len() < 10, "{} records", records.len());
    assert!(records.contains(&("10".into(), Some(bytes))), "the damaged one is kept");
    let again = IdbStore::open(&name).await.expect("opens");
    assert_eq!(all(&again, 97).await, blocks);
    let words = blocks.iter().filter_map(|event| event.words.as_ref().map(|(cid, _)| *cid)).collect();
    again.drop_words(words).await.expect("drops");
    assert!(all(&again, 97).await.iter().all(|event| event.words.is_none()), "the index knows the merged records");
}

#[wasm_bindgen_test]
async fn a_new_node_adopts_what_another_has_stored() {
    let blocks = many(300);
    let old = filled(&blocks).await;
    let in_use = IdbStore::open(&old).await.expect("opens");
    let store = IdbStore::open(&fresh_name().await).await.expect("opens");
    let adopted = IdbStore::read_into(&old, &store).await.expect("reads");
    assert_eq!(adopted, Some(Adopted { events: blocks.len(), damaged: 0 }));
    assert_eq!(all(&store, 1_000).await, blocks);
    assert_eq!(all(&in_use, 1_000).await, blocks, "the tab that holds it goes on");
    assert_eq!(IdbStore::read_into("no such database", &store).await, Ok(None));
    let names = raw::script("return (await indexedDB.databases()).map((it) => it.name).join()", &[]).await;
    assert!(!names.as_string().expect("text").contains("no such database"), "asking creates nothing");
}

#[wasm_bindgen_test]
async fn memory_takes_over_from_a_closed_database() {
    let blocks = room().blocks();
    let name = filled(&blocks).await;
    let store = IdbStore::open(&name).await.expect("opens");
    let memory = MemoryStore::new();
    memory.commit(all(&store, 100).await, Durability::Relaxed).await.expect("commits");
    assert_eq!(all(&memory, 2).await, blocks);
}
