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

impl Rooms {
    pub(super) fn new(keys: Keys) -> Self {
        Self { keys }
    }

    /// All rooms, the last opened first.
    pub async fn list(&self) -> Result<Vec<RoomEntry>, StoreError> {
        let (keys, _) = self.keys.records().await?;
        let listed = self.keys.kv.list(RoomRecord::PREFIX).await?;
        let records = listed.records.iter().filter_map(|(_, json)| serde_json::from_str::<RoomRecord>(json).ok());
        let mut entries: Vec<_> = records
            .map(|record| {
                let of_room = keys.iter().filter(|key| key.room == record.room && key.db_key == record.db_key);
                RoomEntry { nodes: of_room.map(|key| key.node()).collect(), record }
            })
            .collect();
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
        let known = self.keys.known(room, db_key).await?.into_iter().map(|it| (it.database, it.node));
        // Also databases whose key's record is lost or damaged.
        let all = sorted::map(known.chain(self.keys.stored_nodes(&db_key).await));
        for (database, node) in all {
            if self.remove(node, &database).await? {
                forgotten.removed += 1;
            } else {
                forgotten.in_use += 1;
            }
        }
        self.keys.kv.delete(&RoomRecord::id(room, &db_key)).await?;
        Ok(forgotten)
    }

    /// What extra tabs left behind: nodes unused for 30 days that no tab holds, never the last used of their room.
    pub async fn stale_nodes(&self) -> Result<Vec<KnownNode>, StoreError> {
        let (records, _) = self.keys.records().await?;
        let mut free = Vec::new();
        for record in stale(&records, now()) {
            if hold(&self.keys.page_path, record.node(), Patience::AtOnce).await.is_some() {
                free.push(self.keys.known_node(record));
            }
        }
        Ok(free)
    }

    /// Deletes a node's database, then its key, if `check` says so once the key is held: from then on nobody else writes to the
    /// database. `false`: a tab holds it, or `check` said no, and nothing was done.
    pub async fn remove_node(&self, known: &KnownNode, check: impl AsyncFnOnce() -> bool) -> Result<bool, StoreError> {
        let Some(_holding) = hold(&self.keys.page_path, known.node, Patience::AtOnce).await else { return Ok(false) };
        if !check().await {
            return Ok(false);
        }
        self.delete(known.node, &known.database).await?;
        Ok(true)
    }

    /// Whether no tab holds this node's key.
    pub async fn is_free(&self, node: NodeId) -> bool {
        hold(&self.keys.page_path, node, Patience::AtOnce).await.is_some()
    }

    async fn remove(&self, node: NodeId, database: &str) -> Result<bool, StoreError> {
        let Some(_holding) = hold(&self.keys.page_path, node, Patience::AtOnce).await else { return Ok(false) };
        self.delete(node, database).await?;
        Ok(true)
    }

    /// In this order, so that what is left after a failure is still listed.
    async fn delete(&self, node: NodeId, database: &str) -> Result<(), StoreError> {
        IdbStore::delete(database).await?;
        self.keys.forget(node).await
    }
}
