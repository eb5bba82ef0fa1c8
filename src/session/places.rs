//! Where the keys and databases of this page are.

use std::{rc::Rc, sync::Arc};

use futures::{
    FutureExt,
    future::{LocalBoxFuture, Shared},
};
use paceline_net::{RoomKeys, RoomLink};
use paceline_store::{HeldKey, IdbStore, Keys, MemoryStore, Store, StoreError};

use super::{error::Outcome, notices::storage};
use crate::browser::page_path;

/// The keys, while they are opened.
pub type Opening = Shared<LocalBoxFuture<'static, Result<Keys, StoreError>>>;

/// Has the keys opened, while the page goes on with something else.
pub fn begin() -> Opening {
    let opening = async { Keys::open(&page_path()).await };
    let opening: Opening = opening.boxed_local().shared();
    _ = opening.clone().now_or_never();
    opening
}

/// Where the keys and databases of this page are.
#[derive(Clone)]
pub struct Places {
    /// Keys and rooms.
    pub keys: Keys,
}

impl Places {
    /// The database of a key; the key stays held until the last write to it is done. That of a new key is not waited for.
    pub async fn database(&self, key: &HeldKey) -> Outcome<Rc<dyn Store>> {
        Ok(Rc::new(key.open_store().await.map_err(storage)?))
    }

    /// What other nodes of this browser stored of a room; their databases are only read.
    pub async fn left_by_others(&self, names: Vec<String>) -> Vec<Arc<[u8]>> {
        let (found, mut blocks) = (MemoryStore::new(), Vec::new());
        for name in names {
            // What cannot be read here may still come from others.
            let _ = IdbStore::read_into(&name, &found).await;
        }
        for it in found.load_page(None, usize::MAX).await.unwrap_or_default() {
            blocks.extend(it.words.map(|(_, words)| words));
            blocks.push(it.block);
        }
        blocks
    }
}

/// What names the databases of a room, so that they are not found by a link with another secret.
pub fn storage_key(link: &RoomLink) -> [u8; 32] {
    RoomKeys::new(link).storage_key()
}
