//! What stands on disk: segments of blocks, records of keys and rooms, drafts and intents. Whoever wrote it may have been another
//! build, or have been stopped in the middle.

use std::{collections::BTreeSet, sync::OnceLock};

use paceline_fuzz_engine::{Chance, Target};
use paceline_room::{Cid, Stored, testing::World};
use paceline_store::{
    Desk, Draft, Place, RoomRecord, Seen, Unsent,
    fuzzing::{self, Kept},
};

use crate::{hostile, memory::bounded};

pub(crate) const SEGMENT: Target = Target {
    name: "segment",
    check: check_segment,
    make: make_segment,
    words: &["\u{1}", "\0\0\0\0"],
    most: 16 * 1024,
};
pub(crate) const RECORDS: Target = Target {
    name: "records",
    check: check_record,
    make: make_record,
    words: &[
        "\"secret\":",
        "\"room\":",
        "\"ask\":",
        "\"object\":",
        "\"tab\":",
        "null",
        "\"high_water\":",
        "\"copied\":[[\"a\",\"b\"]]",
        "\"whole\":",
        "1e9",
        "-1",
    ],
    most: 4096,
};
pub(crate) const DESK: Target = Target {
    name: "desk",
    check: check_desk,
    make: make_desk,
    words: &[
        "draft/",
        "intent/",
        "rev",
        "composer",
        "\n",
        "\t",
        "note\t",
        "\"text\":",
        "\"flying\":[",
        "\"dirty\":[",
        "null",
        "\"made\":",
    ],
    most: 8192,
};

fn blocks() -> &'static [Stored] {
    static BLOCKS: OnceLock<Vec<Stored>> = OnceLock::new();
    BLOCKS.get_or_init(|| {
        let mut world = World::new(3);
        world.post(1, "words");
        world.post(1, "more words");
        world.introduce(2, "somebody");
        world.blocks()
    })
}

fn make_segment(chance: &mut Chance) -> Vec<u8> {
    let entries: Vec<Kept> = (0..chance.below(4))
        .filter_map(|_| {
            let stored = if chance.once_in(3) { hostile::event(chance)? } else { chance.of(blocks())? };
            let words = stored.words.clone().filter(|_| chance.once_in(2));
            Some(match words.clone().filter(|_| chance.once_in(2)) {
                Some((cid, block)) => Kept::Words(cid, block),
                None => Kept::Event(Stored { words, ..stored.clone() }),
            })
        })
        .collect();
    fuzzing::pack(&entries).unwrap_or_default().concat()
}

fn words_of(kept: &Kept) -> Option<Cid> {
    match kept {
        Kept::Event(event) => event.words.as_ref().map(|(cid, _)| *cid),
        Kept::Words(cid, _) => Some(*cid),
    }
}

fn bytes_of(kept: &Kept) -> usize {
    match kept {
        Kept::Event(event) => event.block.len() + event.words.as_ref().map_or(0, |(_, block)| block.len()),
        Kept::Words(_, block) => block.len(),
    }
}

/// A segment holds no more than its bytes; undamaged, it is packed again as it was, and packing many loses nothing. Without words it
/// has all the rest. Of an entry with a right checksum, all or nothing is read.
fn check_segment(bytes: &[u8]) -> bool {
    let (entries, damage) = bounded(bytes, 16, 4096, || fuzzing::read(bytes));
    assert!(entries.iter().map(bytes_of).sum::<usize>() <= bytes.len(), "there is more in it than it has");
    if damage.is_none() {
        assert_eq!(
            fuzzing::pack(&entries).unwrap_or_default().concat(),
            if entries.is_empty() { &[][..] } else { bytes }
        );
    }
    let repacked: Vec<Kept> = fuzzing::repack(&[bytes, bytes]).iter().flat_map(|it| fuzzing::read(it).0).collect();
    if damage.is_none() {
        assert_eq!(repacked, [&entries[..], &entries].concat(), "packing loses something");
    }
    let dropped: BTreeSet<Cid> = entries.iter().filter_map(words_of).collect();
    let left = fuzzing::without_words(bytes, &dropped).map_or_else(Vec::new, |it| fuzzing::read(&it).0);
    assert!(left.iter().all(|it| words_of(it).is_none()), "words are left");
    let events = |all: &[Kept]| {
        all.iter().filter_map(|it| if let Kept::Event(event) = it { Some(event.cid) } else { None }).collect::<Vec<_>>()
    };
    assert_eq!(events(&left), events(&entries), "an event is gone with its words");
    assert_eq!(
        fuzzing::without_words(bytes, &BTreeSet::new()).unwrap_or_default(),
        if bytes == [1] { &[][..] } else { bytes }
    );
    let framed = fuzzing::framed(bytes);
    let (entries, damage) = fuzzing::read(&framed);
    assert_eq!(entries.is_empty(), damage.is_some());
    if damage.is_none() {
        assert_eq!(fuzzing::pack(&entries).unwrap_or_default().concat(), framed);
    }
    !entries.is_empty() || bytes.len() > 1 && bytes[0] == 1 && !events(&left).is_empty()
}

fn make_record(chance: &mut Chance) -> Vec<u8> {
    let room = Cid::from_digest(chance.array());
    let room_record = RoomRecord {
        room,
        db_key: chance.array(),
        link_code: "code".to_owned(),
        title: chance.text(&["title", "é", "\""], 3),
        purpose: String::new(),
        opened: chance.size(),
        seen: Seen { depth: chance.size(), events: chance.below(100) },
        events: chance.below(100),
    };
    match chance.below(3) {
        0 => fuzzing::new_key_record(chance.array(), room, chance.array(), chance.size()).unwrap_or_default(),
        1 => serde_json::to_string(&room_record).unwrap_or_default(),
        _ => {
            let node = paceline_room::Keypair::from_secret(chance.array()).node();
            let (kind, tab) = if chance.once_in(2) { ("ask", "tab") } else { ("object", "to") };
            serde_json::json!({kind: {"node": node, tab: chance.size()}}).to_string()
        }
    }
    .into_bytes()
}

/// A record that is read is written and read again as it is; the secret of a key shows in no log.
fn check_record(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut read = false;
    if let Some((again, shown, secret)) = bounded(bytes, 128, 8192, || fuzzing::key_record(text)) {
        assert_eq!(fuzzing::key_record(&again), Some((again.clone(), shown.clone(), secret.clone())));
        assert!(!shown.contains(&secret), "a secret in a log");
        read = true;
    }
    if let Ok(record) = serde_json::from_str::<RoomRecord>(text) {
        let again = serde_json::to_string(&record).expect("a record is written");
        assert_eq!(serde_json::from_str::<RoomRecord>(&again).ok(), Some(record.clone()));
        assert!(record.unseen() <= record.events);
        read = true;
    }
    if let Some(again) = fuzzing::lease(text) {
        assert_eq!(fuzzing::lease(&again), Some(again));
        read = true;
    }
    read
}

/// Lines of `key TAB value`; what stands after `note` is what a dying page left.
fn make_desk(chance: &mut Chance) -> Vec<u8> {
    let mut desk = Desk::default();
    let places = [Place::Composer, Place::BatonOpen, Place::Reply(Cid::of(b"a post"))];
    let mut stored: Vec<(String, String)> = Vec::new();
    for n in 0..chance.below(8) {
        let place = *chance.of(&places).expect("there are three");
        match chance.below(4) {
            0 => _ = desk.submit(&place, "act", format!("id-{n}"), chance.size()),
            1 => {
                for (key, value) in desk.take(&[]).unwrap_or_default() {
                    stored.retain(|it| it.0 != key);
                    stored.extend(value.map(|value| (key, value)));
                }
                desk.wrote(true);
            }
            _ => _ = desk.set(&place, Draft { text: chance.text(&["some", " words", "é"], 4), ..Draft::default() }),
        }
    }
    stored.extend(desk.note().map(|it| ("note".to_owned(), it)));
    stored.iter().map(|(key, value)| format!("{key}\t{value}\n")).collect::<String>().into_bytes()
}

type Left = (Vec<(Place, Draft)>, Vec<Unsent>);

fn left(desk: &Desk) -> Left {
    (desk.drafts().map(|(place, draft)| (place, draft.clone())).collect(), desk.unsent().to_vec())
}

/// Whatever was stored and left behind: what is opened is there again after it is written, and after one more page that died at once;
/// no intent is there twice.
fn check_desk(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut stored: Vec<(String, String)> = text
        .lines()
        .filter_map(|it| it.split_once('\t'))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let note = stored.iter().position(|it| it.0 == "note").map(|at| stored.remove(at).1);
    // A database has each key once.
    let mut keys = BTreeSet::new();
    stored.retain(|it| keys.insert(it.0.clone()));
    let mut desk = bounded(bytes, 256, 16 * 1024, || Desk::open(stored.clone(), note.as_deref()));
    let opened = left(&desk);
    let names: BTreeSet<&String> = opened.1.iter().map(|it| &it.id).collect();
    assert_eq!(names.len(), opened.1.len(), "an intent is there twice");
    let died = Desk::open(stored.clone(), desk.note().or(note).as_deref());
    assert_eq!(left(&died), opened, "a page that dies at once changes what is there");
    if let Some(changes) = desk.take(&[]) {
        for (key, value) in changes {
            stored.retain(|it| it.0 != key);
            stored.extend(value.map(|value| (key, value)));
        }
        desk.wrote(true);
    }
    let reopened = Desk::open(stored, None);
    assert_eq!(left(&reopened), opened, "it is not what was written");
    !opened.0.is_empty() || !opened.1.is_empty()
}
