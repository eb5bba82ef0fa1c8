//! Blocks: the canonical form, events, what they say, words, and a room as a file.

use std::{collections::BTreeMap, sync::OnceLock};

use ipld_core::ipld::Ipld;
use paceline_fuzz_engine::{Chance, Target};
use paceline_room::{
    Admission, Body, Cid, Draft, Event, Fold, Log, Words,
    body::{FeedbackGiven, Retracted, Stance},
    canonical, car, limits,
    testing::{World, unknown},
    verify::{Fault, Verifier, verify},
    words::Text,
};
use serde::Deserialize;

use crate::{hostile, memory::bounded};

pub(crate) const CANONICAL: Target = Target {
    name: "canonical",
    check: check_canonical,
    make: |chance| encode(&any(chance, 4)),
    words: &[],
    most: 4096,
};
pub(crate) const EVENT: Target = Target {
    name: "event",
    check: check_event,
    make: make_event,
    words: WORDS_OF_BLOCKS,
    most: limits::BLOCK_BYTES + 64,
};
pub(crate) const BODY: Target =
    Target { name: "body", check: check_body, make: make_body, words: WORDS_OF_BLOCKS, most: 8192 };
pub(crate) const WORDS: Target = Target {
    name: "words",
    check: check_words,
    make: make_words,
    words: &["\u{80}"],
    most: limits::WORDS_BLOCK_BYTES + 64,
};
pub(crate) const CAR: Target =
    Target { name: "car", check: check_car, make: make_car, words: WORDS_OF_BLOCKS, most: 64 * 1024 };
pub(crate) const VERIFY: Target =
    Target { name: "verify", check: check_verify, make: make_car, words: WORDS_OF_BLOCKS, most: 64 * 1024 };

/// Keys of events and bodies, in their encoding.
const WORDS_OF_BLOCKS: &[&str] = &[
    "av",
    "bat",
    "cseq",
    "csig",
    "dbody",
    "dprev",
    "droom",
    "edepth",
    "fauthor",
    "gparents",
    "ewords",
    "dtags",
    "dkind",
    "hreply_to",
    "hmentions",
    "fstance",
    "ftarget",
    "gsources",
    "ebaton",
    "ctip",
    "bto",
    "dnote",
];

/// The second reader: it knows nothing of ours.
pub(crate) fn general(bytes: &[u8]) -> Option<Ipld> {
    serde_ipld_dagcbor::from_slice(bytes).ok()
}

/// The second writer.
pub(crate) fn encode(value: &Ipld) -> Vec<u8> {
    serde_ipld_dagcbor::to_vec(value).expect("any value can be written")
}

/// Whether links stand in it, or what looks like one: the second reader takes only those with short digests.
fn has_links(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|it| it == [0xd8, 42])
}

/// Any value.
pub(crate) fn any(chance: &mut Chance, levels: usize) -> Ipld {
    const LETTERS: [&str; 6] = ["a", "b", "words", "é", "\0", "z"];
    match chance.below(if levels == 0 { 8 } else { 11 }) {
        0 => Ipld::Null,
        1 => Ipld::Bool(chance.once_in(2)),
        2 => Ipld::Integer(chance.size().into()),
        3 => Ipld::Integer(-1 - i128::from(chance.size())),
        4 => Ipld::Float(f64::from(chance.number() as i32) / 8.0),
        5 => Ipld::String(chance.text(&LETTERS, 30)),
        6 => Ipld::Bytes({
            let count = chance.below(40);
            chance.bytes(count)
        }),
        7 => Ipld::Link(Cid::from_digest(chance.array()).to_general()),
        8 => Ipld::List((0..chance.below(5)).map(|_| any(chance, levels - 1)).collect()),
        _ => Ipld::Map((0..chance.below(5)).map(|_| (chance.text(&LETTERS, 3), any(chance, levels - 1))).collect()),
    }
}

/// What passes is what a second writer writes of what a second reader reads, and the other way round.
fn check_canonical(bytes: &[u8]) -> bool {
    let checked = bounded(bytes, 0, 0, || canonical::check(bytes));
    let value = general(bytes);
    let same = value.as_ref().map(|it| encode(it) == bytes);
    match checked {
        Ok(()) => assert!(
            same == Some(true) || same.is_none() && has_links(bytes),
            "only one of two readers takes it: {value:?}"
        ),
        Err(paceline_room::EventError::TooDeep) => {}
        Err(error) => assert_ne!(same, Some(true), "{error:?}, but it is what is written of {value:?}"),
    }
    checked.is_ok()
}

#[derive(Deserialize)]
struct Vectors {
    events: Vec<Vector>,
    unknown: Vec<Vector>,
    refused: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    block: String,
}

/// Blocks of the golden vectors: every kind, and every way to be refused.
fn blocks() -> &'static [Vec<u8>] {
    static BLOCKS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    BLOCKS.get_or_init(|| {
        let vectors = include_str!("../../crates/room/tests/vectors/events.json");
        let Vectors { events, unknown, refused } =
            serde_json::from_str(vectors).expect("the vectors are of this shape");
        let digits = |text: &str, at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits");
        let bytes = |it: Vector| (0..it.block.len()).step_by(2).map(|at| digits(&it.block, at)).collect::<Vec<_>>();
        let short = |it: &Vec<u8>| it.len() < 2_000;
        events.into_iter().chain(unknown).chain(refused).map(bytes).filter(short).collect()
    })
}

fn make_event(chance: &mut Chance) -> Vec<u8> {
    if chance.once_in(2) {
        return chance.of(blocks()).cloned().unwrap_or_default();
    }
    if chance.once_in(2) {
        return hostile::event(chance).map(|it| it.block.to_vec()).unwrap_or_default();
    }
    let room = room();
    let draft = Draft {
        at: chance.size() & limits::NUMBER,
        ..room.log.draft(room.world.author(1), 0, unknown("unheard-of", &any(chance, 3)))
    };
    draft.sign(&room.world.keypair(1)).map(|(_, _, block)| block).unwrap_or_default()
}

/// A block that is read is written again byte by byte, is what a second reader has, and is read whatever it says.
fn check_event(bytes: &[u8]) -> bool {
    let Ok(event) = bounded(bytes, 8, 4096, || Event::decode(bytes)) else { return false };
    assert!(is_same(&event, bytes), "written again it is another block");
    let Some(Ipld::Map(map)) = general(bytes) else {
        assert!(has_links(bytes), "a second reader does not take it");
        return true;
    };
    assert_eq!(encode(&Ipld::Map(map.clone())), bytes, "a second writer writes it otherwise");
    let silent = Ipld::Map([("x".to_owned(), Ipld::Null)].into());
    let mut other = map.clone();
    other.insert("body".to_owned(), silent);
    let other = Event::decode(&encode(&Ipld::Map(other))).expect("an event is read whatever it says");
    assert_eq!(Event { body: event.body.clone(), ..other }, event);
    // A signature takes as long as a hundred inputs.
    if bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)).is_multiple_of(32) {
        let mut unsigned = map;
        unsigned.remove("sig");
        let signed = [&b"paceline/event/1"[..], &encode(&Ipld::Map(unsigned))].concat();
        assert_eq!(Event::decode_and_verify(bytes).is_ok(), event.author.verify(&signed, &event.sig));
    }
    true
}

/// A room in which something happened.
struct Room {
    world: World,
    log: Log,
    fold: Fold,
    /// Kinds and contents of its events.
    said: Vec<(String, Ipld)>,
}

fn room() -> &'static Room {
    static ROOM: OnceLock<Room> = OnceLock::new();
    ROOM.get_or_init(|| {
        let mut world = World::new(1);
        for author in 1..3 {
            world.introduce(author, "somebody");
        }
        let post = world.post(1, "words");
        world.sync_all();
        let baton = world.open_baton(2, "Release");
        let given = FeedbackGiven { target: post, stance: Stance::Question, words: None, sources: Default::default() };
        world.write(2, given);
        world.sync_all();
        world.take(1, baton, baton);
        world.write(1, Retracted { post, alone: false });
        world.write(2, unknown("from-a-later-build", &3));
        let log = world.whole();
        let mut fold = Fold::default();
        log.entries().for_each(|(ix, _)| drop(fold.apply(&log, ix)));
        let blocks = log.entries().map(|(_, entry)| entry.block.to_vec()).chain(blocks().iter().cloned());
        let said = blocks.filter_map(|block| said_in(&block)).collect();
        Room { world, log, fold, said }
    })
}

/// Kind and content of an event.
fn said_in(block: &[u8]) -> Option<(String, Ipld)> {
    let Some(Ipld::Map(mut map)) = general(block) else { return None };
    let Some(Ipld::Map(body)) = map.remove("body") else { return None };
    body.into_iter().next()
}

/// `[kind, content]`.
fn make_body(chance: &mut Chance) -> Vec<u8> {
    let room = room();
    let meant_well = !chance.once_in(3);
    let said = if meant_well {
        chance.of(&room.said).cloned()
    } else {
        hostile::event(chance).and_then(|it| said_in(&it.block))
    };
    let Some((kind, content)) = said else { return Vec::new() };
    let mut content = content;
    if let Ipld::Map(fields) = &mut content {
        let names: Vec<String> = fields.keys().cloned().collect();
        // Most fields are about an event or a node: about one that is there.
        let linked = chance.of(&room.world.blocks()).map(|it| Ipld::Link(it.cid.to_general()));
        for name in names {
            match (fields.get_mut(&name).filter(|_| chance.once_in(2)), &linked) {
                (Some(field @ Ipld::Link(_)), Some(link)) => *field = link.clone(),
                (Some(field), _) if chance.once_in(4) => *field = any(chance, 2),
                _ => {}
            }
        }
        if chance.once_in(8) {
            fields.insert("a_new_field".to_owned(), any(chance, 1));
        }
    }
    encode(&Ipld::List(vec![Ipld::String(kind), content]))
}

/// Whatever an event says, it is admitted, its author may write it as it was read, and the fold takes it in: counted or ignored.
fn check_body(bytes: &[u8]) -> bool {
    let Some(Ipld::List(parts)) = general(bytes) else { return false };
    let Ok([Ipld::String(kind), content]) = <[Ipld; 2]>::try_from(parts) else { return false };
    let Some(body) = body_of(kind.clone(), content) else { return false };
    let Room { world, log, fold, .. } = room();
    assert!(body.kind() == kind, "{} is read as {}", kind, body.kind());
    let author = world.author(1);
    let judged = fold.judge(log, author, &body);
    let Ok((cid, event, block)) = log.draft(author, 5_000, body).sign(&world.keypair(1)) else { return false };
    let again = Event::decode(&block).expect("what was written is read");
    assert_eq!(again, event, "it is read otherwise than it was written");
    let (mut log, mut fold) = (log.clone(), fold.clone());
    let Ok(Admission::Admitted(ix)) = log.admit_verified(cid, event, block.into()) else {
        panic!("it is not admitted")
    };
    fold.apply(&log, ix);
    assert_eq!(fold.why_ignored(&cid), judged.err(), "what is told of a draft is not what becomes of the event");
    true
}

fn body_of(kind: String, content: Ipld) -> Option<Body> {
    let text = |it: &str| it.to_owned();
    let author = room().world.author(1);
    let fields: BTreeMap<String, Ipld> = [
        (text("v"), Ipld::Integer(1)),
        (text("at"), Ipld::Integer(1)),
        (text("seq"), Ipld::Integer(0)),
        (text("sig"), Ipld::Bytes(vec![0; 64])),
        (text("body"), Ipld::Map([(kind.clone(), content.clone())].into())),
        (text("room"), Ipld::Link(room().world.room().to_general())),
        (text("depth"), Ipld::Integer(1)),
        (text("author"), Ipld::Bytes(author.as_bytes().to_vec())),
    ]
    .into();
    let block = encode(&Ipld::Map(fields));
    let event = Event::decode(&block).ok()?;
    assert!(is_same(&event, &block), "written again it is another block");
    Some(if matches!(event.body, Body::Unknown(_)) { unknown(&kind, &content) } else { event.body })
}

/// Whether an event that is understood is written byte by byte as it was read.
fn is_same(event: &Event, block: &[u8]) -> bool {
    matches!(event.body, Body::Unknown(_)) || event.encode().as_deref() == Some(block)
}

fn make_words(chance: &mut Chance) -> Vec<u8> {
    const PIECES: [&str; 5] = ["some", " words", "é", "\u{1f389}", "\n"];
    let text = match chance.below(4) {
        0 => Text::List((0..chance.below(6)).map(|_| chance.text(&PIECES, 9)).collect()),
        _ => Text::One(chance.text(&PIECES, 60)),
    };
    let author = room().world.author(chance.below(3));
    let words = Words(room().world.room(), author, chance.size(), serde_bytes::ByteArray::new(chance.array()), text);
    words.encode().map(|(_, block)| block).unwrap_or_default()
}

/// Words that are read are written again byte by byte, are what a second reader has, and within their limit.
fn check_words(bytes: &[u8]) -> bool {
    // A text takes 24 bytes besides its letters, and one byte in the block.
    let Ok(words) = bounded(bytes, 64, 4096, || Words::decode(bytes)) else { return false };
    let (cid, block) = words.encode().expect("what was read can be written");
    assert_eq!((cid, &block[..]), (Cid::of(bytes), bytes), "written again it is another block");
    assert!(words.text().len() <= 2 * limits::WORDS_BYTES);
    let value = general(bytes).expect("a second reader takes it");
    assert_eq!(encode(&value), bytes, "a second writer writes it otherwise");
    true
}

fn make_car(chance: &mut Chance) -> Vec<u8> {
    if chance.once_in(3) {
        return chance.of(hostile::logs()).map(|it| car::export(&it.log, |_| None)).unwrap_or_default();
    }
    let world = &room().world;
    let mut log = Log::new(world.room());
    let blocks = world.blocks();
    for stored in blocks.iter().take(1 + chance.below(blocks.len())) {
        let _ = log.admit(&stored.block);
    }
    car::export(&log, |cid| world.words(cid).filter(|_| chance.once_in(2)))
}

/// However a file comes in pieces, the same blocks are read: each what its name says, together no more than the file has.
fn check_car(bytes: &[u8]) -> bool {
    let read = |size: usize| {
        let (mut reader, mut blocks, mut error) = (car::Reader::new(), Vec::new(), None);
        for piece in bytes.chunks(size.max(1)) {
            error = error.or(reader.push(piece, &mut blocks).err());
        }
        let room = reader.room();
        (room, blocks, error, reader.finish())
    };
    // On the word of a length in the header, serde takes up to a mebibyte, once.
    let whole = bounded(bytes, 8, 1024 * 1024 + 8192, || read(bytes.len()));
    assert_eq!(whole, read(1 + usize::from(bytes.last().copied().unwrap_or_default())), "pieces make a difference");
    let (room, blocks, error, finished) = whole;
    let mut sections = Vec::new();
    for it in &blocks {
        assert_eq!(it.cid, Cid::of(&it.block));
        assert!(it.block.len() <= limits::BLOCK_BYTES);
        sections.extend(section(&it.cid.to_bytes(), &it.block));
    }
    assert!(
        bytes.windows(sections.len().max(1)).any(|it| it == sections) || blocks.is_empty(),
        "blocks are not those of the file"
    );
    match finished {
        Ok(count) => {
            assert!(error.is_none() && count == blocks.len() && bytes.ends_with(&sections));
            assert!(blocks.iter().any(|it| Some(it.cid) == room), "a file without its founding is whole");
        }
        Err(other) => assert!(error.is_none_or(|it| it == other), "two errors"),
    }
    // Any bytes as a block: read as they are, or too long.
    let name = Cid::of(bytes);
    let header = encode(&Ipld::Map(
        [
            ("roots".to_owned(), Ipld::List(vec![Ipld::Link(name.to_general())])),
            ("version".to_owned(), Ipld::Integer(1)),
        ]
        .into(),
    ));
    let (mut reader, mut alone) = (car::Reader::new(), Vec::new());
    let file = [section(&[], &header), section(&name.to_bytes(), bytes)].concat();
    let pushed = reader.push(&file, &mut alone);
    assert_eq!(pushed.is_ok(), bytes.len() <= limits::BLOCK_BYTES, "{pushed:?}");
    assert!(pushed.is_err() || alone.len() == 1 && *alone[0].block == *bytes && reader.finish() == Ok(1));
    !blocks.is_empty()
}

/// However a file comes in pieces, the same is said of it: it is good, and then nothing of it may be otherwise; or where it is not.
fn check_verify(bytes: &[u8]) -> bool {
    let verified = |size: usize| {
        let mut verifier = Verifier::new([1; 32]);
        let pushed = bytes.chunks(size.max(1)).try_for_each(|piece| verifier.push(piece));
        let finished = verifier.finish();
        assert!(pushed.is_ok() || pushed.err() == finished.as_ref().err().copied(), "two faults");
        finished
    };
    let whole = verified(bytes.len());
    let last = usize::from(bytes.last().copied().unwrap_or_default());
    assert_eq!(whole, verified(1 + last), "pieces make a difference");
    match whole {
        Ok(report) => {
            let (mut reader, mut blocks) = (car::Reader::new(), Vec::new());
            reader.push(bytes, &mut blocks).expect("a good file is read");
            assert_eq!(blocks.len(), report.events + report.words, "a block is neither an event nor words");
            let named: usize = report.authors.iter().map(|it| it.events()).sum();
            assert_eq!(named, report.events, "events of nobody");
            let mut changed = bytes.to_vec();
            let at = (last * 257 + bytes.len() / 3) % bytes.len();
            changed[at] ^= 1 << (last % 8);
            assert!(verify(&changed, [1; 32]).is_err(), "a change at {at} is not seen");
            true
        }
        Err(Fault { place, .. }) => {
            assert!(place.at <= bytes.len() as u64, "a fault beyond the end");
            place.block > 1
        }
    }
}

/// A length, and what has it.
fn section(name: &[u8], block: &[u8]) -> Vec<u8> {
    let (mut out, mut length) = (Vec::new(), name.len() + block.len());
    while length > 0x7f {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    [&out, name, block].concat()
}
