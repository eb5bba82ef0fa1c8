//! The rooms this browser knows, and what is left of them on this device.

use paceline_room::{Cid, NodeId, sorted};

use super::{
    Keys, KnownNode,
    holding::{Patience, hold},
    keys::now,
};
use crate::{
    Durability, IdbStore, StoreError,
    choice::stale,
    records::{RoomRecord, Seen},
};

/// The rooms of one page.
#[derive(Clone)]
pub struct Rooms {
    keys: Keys,
}

/// A room as shown on the start page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomEntry {
    /// What is remembered.
    pub record: RoomRecord,
    /// The nodes this browser has in it.
    pub nodes: Vec<NodeId>,
}

/// What forgetting a room did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// Nodes whose key and database are gone.
    pub removed: usize,
    /// Nodes that another tab holds: close it and forget again.
    pub in_use: usize,
}

impl Keys {
    /// The rooms of the same page.
    pub fn rooms(&self) -> Rooms {
        Rooms::new(self.clone())
    }
}

impl Rooms {
    pub(super) fn new(keys: Keys) -> Self {
        Self { keys }
    }

    /// All rooms, the last opened first.
    pub async fn list(&self) -> Result<Vec<RoomEntry>, StoreError> {
        let mut entries: Vec<RoomEntry> = Vec::new();
        for world in self.keys.worlds() {
            let (keys, _) = world.records().await?;
            let listed = world.kv.list(RoomRecord::PREFIX).await?;
            let records = listed.records.iter().filter_map(|(_, json)| serde_json::from_str::<RoomRecord>(json).ok());
            for record in records {
                let of_room = keys.iter().filter(|key| key.room == record.room && key.db_key == record.db_key);
                let nodes = of_room.map(|key| key.node());
                let same = |it: &&mut RoomEntry| it.record.room == record.room && it.record.db_key == record.db_key;
                match entries.iter_mut().find(same) {
                    Some(entry) => {
                        entry.nodes.extend(nodes);
                        entry.record.seen = entry.record.seen.furthest(record.seen);
                    }
                    None => entries.push(RoomEntry { nodes: nodes.collect(), record }),
                }
            }
        }
        sorted::short_list(&mut entries, |it| (std::cmp::Reverse(it.record.opened), it.record.room));
        Ok(entries)
    }

    /// Remembers a room, or what changed about it. What was seen before in another tab stays seen.
    pub async fn upsert(&self, mut record: RoomRecord) -> Result<(), StoreError> {
        let id = RoomRecord::id(record.room, &record.db_key);
        let merge = move |before: Option<String>| {
            if let Some(before) = before.and_then(|json| serde_json::from_str::<RoomRecord>(&json).ok()) {
                record.seen = record.seen.furthest(before.seen);
                record.opened = record.opened.max(before.opened);
            }
            serde_json::to_string(&record).ok()
        };
        self.keys.kv.update(&id, Durability::Relaxed, merge).await
    }

    /// Notes how much of a room is stored, and how much of it somebody has looked at. A room that was forgotten stays so.
    pub async fn note(&self, room: Cid, db_key: [u8; 32], events: usize, seen: Seen) -> Result<(), StoreError> {
        let note = move |before: Option<String>| {
            let mut record = serde_json::from_str::<RoomRecord>(&before?).ok()?;
            record.events = events;
            record.seen = record.seen.furthest(seen);
            serde_json::to_string(&record).ok()
        };
        self.keys.kv.update(&RoomRecord::id(room, &db_key), Durability::Relaxed, note).await
    }

    /// Forgets a room: its entry, and the key and database of each of its nodes that no tab holds. The caller's own
    /// [`crate::HeldKey`] and store must have been dropped.
    pub async fn forget(&self, room: Cid, db_key: [u8; 32]) -> Result<Forgotten, StoreError> {
        let mut forgotten = Forgotten::default();
        for world in self.keys.worlds() {
            let known = world.known_here(room, &db_key).await?.into_iter().map(|it| (it.database, it.node));
            // Also databases whose key's record is lost or damaged.
            let all = sorted::map(known.chain(world.stored_here(&db_key).await));
            for (database, node) in all {
                if remove(world, node, &database, async || true).await? {
                    forgotten.removed += 1;
                } else {
                    forgotten.in_use += 1;
                }
            }
            world.kv.delete(&RoomRecord::id(room, &db_key)).await?;
        }
        Ok(forgotten)
    }

    /// What extra tabs left behind: nodes unused for 30 days that no tab holds, never the last used of their room.
    pub async fn stale_nodes(&self) -> Result<Vec<KnownNode>, StoreError> {
        let mut free = Vec::new();
        for world in self.keys.worlds() {
            let (records, _) = world.records().await?;
            for record in stale(&records, now()) {
                let known = world.known_node(record);
                if self.is_free(&known).await {
                    free.push(known);
                }
            }
        }
        Ok(free)
    }

    /// Deletes a node's database, then its key, if `check` says so once the key is held: from then on nobody else writes to the
    /// database. `false`: a tab holds it, or `check` said no, and nothing was done.
    pub async fn remove_node(&self, known: &KnownNode, check: impl AsyncFnOnce() -> bool) -> Result<bool, StoreError> {
        let world = self.keys.worlds().find(|it| it.page_path == known.page_path).unwrap_or(&self.keys);
        remove(world, known.node, &known.database, check).await
    }

    /// Whether no tab holds this node's key.
    pub async fn is_free(&self, known: &KnownNode) -> bool {
        hold(&known.page_path, known.node, Patience::AtOnce).await.is_some()
    }
}

/// In this order, so that what is left after a failure is still listed.
async fn remove(
    world: &Keys,
    node: NodeId,
    database: &str,
    check: impl AsyncFnOnce() -> bool,
) -> Result<bool, StoreError> {
    let Some(_holding) = hold(&world.page_path, node, Patience::AtOnce).await else { return Ok(false) };
    if !check().await {
        return Ok(false);
    }
    IdbStore::delete(database).await?;
    world.forget(node).await?;
    Ok(true)
}
