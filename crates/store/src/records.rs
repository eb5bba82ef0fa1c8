//! What this browser remembers about its keys and rooms, apart from the rooms' own databases: records of JSON, so that a person can
//! read them with the browser's tools.

use std::cell::OnceCell;

use paceline_room::{Cid, Keypair, NodeId};
use serde::{Deserialize, Serialize};

use crate::names::{as_hex, hex};

/// A wall-clock time, Unix milliseconds.
pub type UnixMillis = u64;

/// A node's key, and what is remembered about it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    /// The secret key.
    #[serde(with = "as_hex")]
    pub(crate) secret: [u8; 32],
    pub(crate) room: Cid,
    /// Names the room's databases; from the room's secret.
    #[serde(with = "as_hex")]
    pub(crate) db_key: [u8; 32],
    /// The name last used with it, to ask "go on as ...?".
    pub(crate) name: String,
    pub(crate) created: UnixMillis,
    pub(crate) used: UnixMillis,
    /// The highest `seq` ever committed with it, kept apart from the events so that their loss is noticed.
    pub(crate) high_water: Option<u64>,
    /// `false`: events of its own are lost, so it must not write again (it might write one `seq` twice).
    pub(crate) whole: bool,
    /// Databases under former names of the page that were copied into this node's, and how they looked then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) copied: Vec<(String, String)>,
    #[serde(skip)]
    pub(crate) derived: Derived,
}

/// What follows from the secret, once it was asked for: deriving it costs as much as a signature.
#[derive(Clone, Default)]
pub(crate) struct Derived(OnceCell<Keypair>);

impl PartialEq for Derived {
    /// Adds nothing to the secret, which is compared.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Derived {}

impl std::fmt::Debug for KeyRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secret stays out of logs.
        f.debug_struct("KeyRecord").field("node", &self.node()).field("room", &self.room).finish_non_exhaustive()
    }
}

impl KeyRecord {
    /// A new key for a room.
    pub(crate) fn new(secret: [u8; 32], room: Cid, db_key: [u8; 32], now: UnixMillis) -> Self {
        let (name, copied) = (String::new(), Vec::new());
        let derived = Derived::default();
        Self { secret, room, db_key, name, created: now, used: now, high_water: None, whole: true, copied, derived }
    }

    pub(crate) fn keypair(&self) -> &Keypair {
        self.derived.0.get_or_init(|| Keypair::from_secret(self.secret))
    }

    pub(crate) fn node(&self) -> NodeId {
        self.keypair().node()
    }

    /// The record's key.
    pub(crate) fn id(node: NodeId) -> String {
        format!("{}{node}", Self::PREFIX)
    }

    /// What the keys of all such records begin with.
    pub(crate) const PREFIX: &str = "key/";

    /// It was used again: with this name, and up to this `seq`.
    pub(crate) fn note(&mut self, now: UnixMillis, name: Option<&str>, seq: Option<u64>) {
        // Clocks go back; "last used" must not.
        self.used = self.used.max(now);
        self.high_water = self.high_water.max(seq);
        if let Some(name) = name {
            self.name = name.into();
        }
    }
}

/// A room as this browser knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomRecord {
    /// The room.
    pub room: Cid,
    /// Names its databases; from the room's secret.
    #[serde(with = "as_hex")]
    pub db_key: [u8; 32],
    /// The code in the room's link. Secret: who has it is in the room.
    pub link_code: String,
    /// The title when it was last open.
    pub title: String,
    /// The purpose then.
    pub purpose: String,
    /// When it was last open.
    pub opened: UnixMillis,
    /// How much the person here has seen.
    pub seen: Seen,
    /// Events stored when the room was last open; more than were seen means that something is new.
    pub events: usize,
}

/// How far into a room a person has looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    /// The greatest depth of the events shown.
    pub depth: u64,
    /// How many there were.
    pub events: usize,
}

impl Seen {
    /// The further of two: what was seen once, in whichever tab, stays seen.
    pub(crate) fn furthest(self, other: Self) -> Self {
        Self { depth: self.depth.max(other.depth), events: self.events.max(other.events) }
    }
}

impl RoomRecord {
    /// How many events came that nobody here has looked at.
    pub fn unseen(&self) -> usize {
        self.events.saturating_sub(self.seen.events)
    }

    /// The record's key: one room with two secrets is two entries.
    pub(crate) fn id(room: Cid, db_key: &[u8; 32]) -> String {
        format!("{}{room}/{}", Self::PREFIX, hex(db_key))
    }

    /// What the keys of all such records begin with.
    pub(crate) const PREFIX: &str = "room/";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> KeyRecord {
        KeyRecord::new([5; 32], Cid::of(b"room"), [6; 32], 1_000)
    }

    #[test]
    fn a_key_record_comes_back_from_json_and_hides_its_secret_from_logs() {
        let mut record = key();
        record.note(2_000, Some("Ada"), Some(3));
        let json = serde_json::to_string(&record).expect("encodes");
        assert_eq!(serde_json::from_str::<KeyRecord>(&json).expect("decodes"), record);
        assert!(json.contains(&hex(&[5; 32])));
        assert!(!format!("{record:?}").contains("05"), "{record:?}");
    }

    #[test]
    fn noting_use_never_goes_back() {
        let mut record = key();
        record.note(5_000, Some("Ada"), Some(7));
        record.note(4_000, None, Some(2));
        record.note(4_500, None, None);
        assert_eq!((record.used, record.high_water, record.name.as_str()), (5_000, Some(7), "Ada"));
    }

    #[test]
    fn a_damaged_record_is_no_record() {
        let json = serde_json::to_string(&key()).expect("encodes");
        for bad in [json.replace("0505", "05"), json.replace("bafy", "b4fy"), json.replace("whole", "hole"), "{".into()]
        {
            assert!(serde_json::from_str::<KeyRecord>(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_new_is_what_came_since_somebody_looked() {
        let record = RoomRecord {
            room: Cid::of(b"room"),
            db_key: [6; 32],
            link_code: "code".into(),
            title: "title".into(),
            purpose: String::new(),
            opened: 1,
            seen: Seen { depth: 4, events: 10 },
            events: 12,
        };
        assert_eq!(record.unseen(), 2);
        assert_eq!(RoomRecord { events: 3, ..record.clone() }.unseen(), 0);
        let json = serde_json::to_string(&record).expect("encodes");
        assert_eq!(serde_json::from_str::<RoomRecord>(&json).expect("decodes"), record);
    }

    #[test]
    fn what_was_seen_in_one_tab_stays_seen() {
        let (one, other) = (Seen { depth: 4, events: 10 }, Seen { depth: 5, events: 9 });
        assert_eq!(one.furthest(other), Seen { depth: 5, events: 10 });
        assert_eq!(other.furthest(one), one.furthest(other));
    }
}
