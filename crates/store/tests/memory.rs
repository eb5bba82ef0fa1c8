//! The suite, natively, on storage in memory; and what only that one can show: faults on demand.
#![cfg(not(target_arch = "wasm32"))]

mod suite;

use futures::executor::block_on;
use paceline_store::{Counts, Durability, MemoryStore, Store, StoreError};

macro_rules! natively {
    ($($case:ident)*) => {
        $(
            #[test]
            fn $case() {
                block_on(suite::$case(&MemoryStore::new()));
            }
        )*
    };
}
suite::all_cases!(natively);

#[test]
fn a_full_disk_is_told_and_leaves_nothing_half_written() {
    block_on(async {
        let (store, blocks) = (MemoryStore::new(), suite::room().blocks());
        let (first, rest) = blocks.split_at(2);
        store.commit(first.to_vec(), Durability::Strict).await.expect("fits");
        let before = store.counts();
        store.set_quota(Some(before.bytes + 10));
        assert_eq!(store.commit(rest.to_vec(), Durability::Strict).await, Err(StoreError::Full));
        assert_eq!(store.counts(), before);
        assert_eq!(suite::all(&store, 100).await, first);
        store.set_quota(None);
        store.commit(rest.to_vec(), Durability::Strict).await.expect("fits now");
        assert_eq!(suite::all(&store, 100).await, blocks);
    });
}

#[test]
fn any_write_can_be_made_to_fail_once() {
    block_on(async {
        let (store, blocks) = (MemoryStore::new(), suite::room().blocks());
        for error in [StoreError::Closed, StoreError::Failed("disk".into())] {
            store.fail_next_write(error.clone());
            assert_eq!(store.commit(blocks.clone(), Durability::Relaxed).await, Err(error.clone()));
            assert_eq!(store.counts(), Counts::default());
            store.fail_next_write(error.clone());
            assert_eq!(store.put_words(Vec::new()).await, Err(error.clone()));
            store.fail_next_write(error.clone());
            assert_eq!(store.drop_words(Vec::new()).await, Err(error.clone()));
            store.fail_next_write(error.clone());
            assert_eq!(store.clear().await, Err(error));
        }
        assert_eq!(store.commit(blocks, Durability::Relaxed).await, Ok(()));
    });
}
