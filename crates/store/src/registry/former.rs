//! What earlier builds stored for this page under other names: they named everything by the page's whole path, so that
//! `/p/` and `/p/index.html` were two worlds. Their rooms are listed and forgotten with the others, and what they hold of a room
//! is copied when it is opened, under a key of this world. Their keys stay where they are: a tab of such a build may hold them.

use std::rc::Rc;

use paceline_room::Cid;

use super::{HeldKey, Keys, kv::Kv};
use crate::{IdbStore, Store, StoreError, indexed_db::connection::database_names, names, records::KeyRecord};

/// Former names that are looked at; a folder has few pages.
const MOST_FORMER: usize = 8;
/// Databases of one room that are copied at one opening; each was a tab of this browser.
const MOST_COPIED: usize = 64;

impl Keys {
    /// The registries of this page under former names, where the browser tells which databases there are.
    pub(super) async fn find_former(page: &str) -> Rc<[Self]> {
        let mut found = Vec::new();
        let databases = database_names().await;
        for path in databases.iter().filter_map(|name| names::former_path(page, name)).take(MOST_FORMER) {
            // What cannot be opened (a newer one, say) is left as it is.
            if let Ok(Some(kv)) = Kv::open_existing(&names::registry(path)).await {
                found.push(Self { page_path: path.into(), kv: Rc::new(kv), former: [].into() });
            }
        }
        found.into()
    }

    /// This page under the name it has, then under those it had.
    pub(super) fn worlds(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.former.iter())
    }

    /// Copies what is stored of a room under former names of the page and is not in this node's database yet. What cannot be
    /// read stays where it is, and is tried again at the next opening. Returns from how many databases something was copied.
    pub async fn copy_former(&self, held: &HeldKey, db_key: [u8; 32], into: &dyn Store) -> Result<usize, StoreError> {
        let mut done = 0;
        for database in self.former_databases(held.room, &db_key).await?.into_iter().take(MOST_COPIED) {
            let Ok(Some(looks)) = IdbStore::looks(&database).await else { continue };
            let before = self.record(held.node).await?.map(|it| it.copied).unwrap_or_default();
            if before.iter().any(|(name, then)| *name == database && *then == looks) {
                continue;
            }
            if !matches!(IdbStore::read_into(&database, into).await, Ok(Some(_))) {
                continue;
            }
            done += 1;
            let note = move |record: &mut KeyRecord| {
                record.copied.retain(|(name, _)| *name != database);
                record.copied.push((database, looks));
            };
            // If it cannot be noted, it is copied once more.
            let _ = self.change(held.node, note).await;
        }
        Ok(done)
    }

    async fn former_databases(&self, room: Cid, db_key: &[u8; 32]) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        for world in self.former.iter() {
            let known = world.known_here(room, db_key).await?.into_iter().map(|it| it.database);
            let stored = world.stored_here(db_key).await.into_iter().map(|(name, _)| name);
            for name in known.chain(stored) {
                if !found.contains(&name) {
                    found.push(name);
                }
            }
        }
        Ok(found)
    }
}
