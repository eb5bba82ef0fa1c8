//! The suite in a real browser, on memory and on IndexedDB.
#![cfg(target_arch = "wasm32")]

mod indexed_db;
mod measured;
mod raw;
mod registry;
#[path = "../suite/mod.rs"]
mod suite;

use std::cell::Cell;

use paceline_store::{IdbStore, MemoryStore};
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// A name that no other test uses; left-overs of an earlier run are deleted.
pub async fn fresh_name() -> String {
    thread_local!(static NEXT: Cell<u32> = const { Cell::new(0) });
    let name = format!("paceline test {}", NEXT.with(|next| next.replace(next.get() + 1)));
    IdbStore::delete(&name).await.expect("deletes");
    name
}

macro_rules! on_both {
    ($($case:ident)*) => {
        mod on_memory {
            use super::*;
            $(
                #[wasm_bindgen_test]
                async fn $case() {
                    suite::$case(&MemoryStore::new()).await;
                }
            )*
        }
        mod on_indexed_db {
            use super::*;
            $(
                #[wasm_bindgen_test]
                async fn $case() {
                    let name = fresh_name().await;
                    let store = IdbStore::open(&name).await.expect("opens");
                    suite::$case(&store).await;
                    drop(store);
                    IdbStore::delete(&name).await.expect("deletes");
                }
            )*
        }
    };
}
suite::all_cases!(on_both);
