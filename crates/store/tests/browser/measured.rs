//! Figures, printed and not judged: machines differ.

use std::sync::Arc;

use paceline_room::{Cid, Stored};
use paceline_store::{Durability, IdbStore, Store};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

use crate::{fresh_name, suite::all};

const EVENTS: u64 = 10_000;

/// Like real ones in size: an event of 330 bytes with words of 200.
fn events() -> Vec<Stored> {
    let block = |kind: u8, n: u64, size: usize| -> Arc<[u8]> {
        let mut bytes = vec![kind; size];
        bytes[..8].copy_from_slice(&n.to_le_bytes());
        bytes.into()
    };
    (0..EVENTS)
        .map(|n| {
            let (block, words) = (block(1, n, 330), block(2, n, 200));
            Stored { cid: Cid::of(&block), depth: n / 4, block, words: Some((Cid::of(&words), words)) }
        })
        .collect()
}

async fn timed<T>(what: &str, work: impl Future<Output = T>) -> T {
    let now = || js_sys::Reflect::get(&js_sys::global(), &"performance".into()).map(|it| call_now(&it));
    let start = now().expect("a clock");
    let result = work.await;
    console_log!("measured: {what}: {:.1} ms", now().expect("a clock") - start);
    result
}

fn call_now(performance: &wasm_bindgen::JsValue) -> f64 {
    use wasm_bindgen::JsCast;
    let now: js_sys::Function = js_sys::Reflect::get(performance, &"now".into()).expect("a clock").unchecked_into();
    now.call0(performance).expect("a clock").as_f64().expect("a number")
}

#[wasm_bindgen_test]
async fn ten_thousand_events() {
    let events = events();
    let name = fresh_name().await;
    let store = IdbStore::open(&name).await.expect("opens");
    timed("10,000 events committed in batches of 500", async {
        for some in events.chunks(500) {
            store.commit(some.to_vec(), Durability::Relaxed).await.expect("commits");
        }
    })
    .await;
    console_log!("measured: they take {} bytes", store.counts().bytes);
    drop(store);
    let store = timed("opened again", IdbStore::open(&name)).await.expect("opens");
    let loaded = timed("all loaded in pages of 1,000", all(&store, 1_000)).await;
    assert_eq!(loaded.len(), events.len());
    timed("all loaded once more", all(&store, 1_000)).await;
    let words = events.iter().take(1).filter_map(|event| event.words.as_ref().map(|(cid, _)| *cid)).collect();
    timed("one post's words dropped", store.drop_words(words)).await.expect("drops");
    timed("cleared", store.clear()).await.expect("clears");
    timed("10,000 events in one commit", store.commit(events.clone(), Durability::Relaxed)).await.expect("commits");
    store.clear().await.expect("clears");
    timed("1,000 events one at a time, relaxed", async {
        for event in &events[..1_000] {
            store.commit(vec![event.clone()], Durability::Relaxed).await.expect("commits");
        }
    })
    .await;
    timed("100 events one at a time, strict", async {
        for event in &events[1_000..1_100] {
            store.commit(vec![event.clone()], Durability::Strict).await.expect("commits");
        }
    })
    .await;
    drop(store);
    let store =
        timed("opened with 1,100 single records, which are merged", IdbStore::open(&name)).await.expect("opens");
    assert_eq!(store.counts().events, 1_100);
    drop(store);
    IdbStore::delete(&name).await.expect("deletes");
}
