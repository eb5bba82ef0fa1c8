//! What the fuzz targets need of what is private here: segments, and records of the registry. Never on in the page.

use std::{collections::BTreeSet, sync::Arc};

use paceline_room::{Cid, Stored};

use crate::{
    lease::Message,
    names,
    records::KeyRecord,
    segment::{self, Entry},
};

/// One thing in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// An event, with its words if they were at hand.
    Event(Stored),
    /// Words that came later.
    Words(Cid, Arc<[u8]>),
}

impl From<Entry> for Kept {
    fn from(entry: Entry) -> Self {
        match entry {
            Entry::Event(event) => Self::Event(event),
            Entry::Words(cid, block) => Self::Words(cid, block),
        }
    }
}

impl From<Kept> for Entry {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Event(event) => Self::Event(event),
            Kept::Words(cid, block) => Self::Words(cid, block),
        }
    }
}

/// What a segment holds, and what could not be read of it, if anything.
pub fn read(bytes: &[u8]) -> (Vec<Kept>, Option<&'static str>) {
    let read = segment::read(bytes);
    (read.entries.into_iter().map(Kept::from).collect(), read.damage)
}

/// Packs entries into segments; `None`: one is too large.
pub fn pack(kept: &[Kept]) -> Option<Vec<Vec<u8>>> {
    let entries: Vec<Entry> = kept.iter().cloned().map(Entry::from).collect();
    Some(segment::pack(&entries).ok()?.into_iter().map(|it| it.bytes).collect())
}

/// Packs segments into larger ones.
pub fn repack(segments: &[&[u8]]) -> Vec<Vec<u8>> {
    segment::repack(segments.iter().copied())
}

/// A segment without these words; `None`: nothing is left.
pub fn without_words(bytes: &[u8], dropped: &BTreeSet<Cid>) -> Option<Vec<u8>> {
    segment::without_words(bytes, dropped).ok().flatten()
}

/// A segment with one entry of any bytes, right checksum and all.
pub fn framed(payload: &[u8]) -> Vec<u8> {
    segment::framed(payload)
}

/// The record of a key: written again, what logs show of it, and its secret in hexadecimal.
pub fn key_record(json: &str) -> Option<(String, String, String)> {
    let record: KeyRecord = serde_json::from_str(json).ok()?;
    Some((serde_json::to_string(&record).ok()?, format!("{record:?}"), names::hex(&record.secret)))
}

/// A new key's record.
pub fn new_key_record(secret: [u8; 32], room: Cid, db_key: [u8; 32], now: u64) -> Option<String> {
    serde_json::to_string(&KeyRecord::new(secret, room, db_key, now)).ok()
}

/// A message about a key's lease, written again.
pub fn lease(json: &str) -> Option<String> {
    serde_json::to_string(&serde_json::from_str::<Message>(json).ok()?).ok()
}
