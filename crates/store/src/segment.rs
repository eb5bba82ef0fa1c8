//! The record format: a *segment* is one byte of format and then entries, each with its length and checksum.
//!
//! Several events share a record because every IndexedDB request costs far more than the bytes it carries. An entry that fails
//! its checksum stays, and of it only what its own names prove is read: an event is what its CID says, whatever became of the
//! words beside it. If a length cannot be true, the rest of the segment is skipped and stays. Otherwise signatures and CIDs
//! are not checked here: who loads them does.

use std::{collections::BTreeSet, sync::Arc};

use paceline_room::{Cid, Event, Stored, cost};

use crate::StoreError;

/// Bytes at which a segment is full. Dropping one post's words rewrites its segment, so it must not be large.
pub(crate) const SEGMENT_BYTES: usize = 64 * 1024;
/// First byte of every segment.
const FORMAT: u8 = 1;
/// Length (4 bytes) and checksum (8 bytes) before each entry.
const FRAME_BYTES: usize = 12;
const EVENT: u8 = 0;
const EVENT_WITH_WORDS: u8 = 1;
const WORDS: u8 = 2;

/// One thing in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// An event, with its words if they were at hand.
    Event(Stored),
    /// Words that came later.
    Words(Cid, Arc<[u8]>),
}

impl Entry {
    /// The name of the words it holds, if it holds some.
    pub(crate) fn words(&self) -> Option<Cid> {
        match self {
            Self::Event(event) => event.words.as_ref().map(|(cid, _)| *cid),
            Self::Words(cid, _) => Some(*cid),
        }
    }
}

/// A whole segment, read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    /// What could be read.
    pub(crate) entries: Vec<Entry>,
    /// What could not, if anything.
    pub(crate) damage: Option<&'static str>,
}

/// A segment to be written, and the entries in it.
#[derive(Debug)]
pub(crate) struct Packed<'a> {
    pub(crate) bytes: Vec<u8>,
    pub(crate) entries: &'a [Entry],
}

/// Packs entries into as few segments as their order and [`SEGMENT_BYTES`] allow.
pub(crate) fn pack(mut entries: &[Entry]) -> Result<Vec<Packed<'_>>, StoreError> {
    let mut packed = Vec::new();
    while !entries.is_empty() {
        let (mut bytes, mut taken) = (vec![FORMAT], 0);
        for entry in entries {
            if taken > 0 && bytes.len() + framed_bytes(entry) > SEGMENT_BYTES {
                break;
            }
            append(&mut bytes, entry)?;
            taken += 1;
        }
        let (full, rest) = entries.split_at(taken);
        packed.push(Packed { bytes, entries: full });
        entries = rest;
    }
    Ok(packed)
}

/// Packs undamaged small segments into larger ones, without looking into them.
pub(crate) fn repack<'a>(segments: impl IntoIterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let (mut done, mut current) = (Vec::new(), vec![FORMAT]);
    for piece in segments.into_iter().flat_map(frames) {
        let raw = piece.raw;
        if current.len() > 1 && current.len() + raw.len() > SEGMENT_BYTES {
            done.push(std::mem::replace(&mut current, vec![FORMAT]));
        }
        current.extend(raw);
    }
    if current.len() > 1 {
        done.push(current);
    }
    done
}

/// Reads a segment as far as it can be read.
pub(crate) fn read(bytes: &[u8]) -> Read {
    let mut all = Read::default();
    for piece in frames(bytes) {
        all.entries.extend(piece.entry);
        all.damage = piece.damage.or(all.damage);
    }
    all
}

/// The segment without these words; everything else, damaged entries too, as it was. `None` if nothing is left.
pub(crate) fn without_words(bytes: &[u8], dropped: &BTreeSet<Cid>) -> Result<Option<Vec<u8>>, StoreError> {
    let mut left: Vec<u8> = bytes.iter().copied().take(1).take_while(|format| *format == FORMAT).collect();
    for piece in frames(bytes) {
        match piece.entry.filter(|entry| entry.words().is_some_and(|cid| dropped.contains(&cid))) {
            Some(Entry::Event(event)) => append(&mut left, &Entry::Event(Stored { words: None, ..event }))?,
            Some(Entry::Words(..)) => {}
            None => left.extend(piece.raw),
        }
    }
    Ok((left != [FORMAT]).then_some(left))
}

/// One stretch of a segment.
struct Piece<'a> {
    raw: &'a [u8],
    /// What it holds, as far as it can be known.
    entry: Option<Entry>,
    /// What is wrong with it, if anything.
    damage: Option<&'static str>,
}

impl<'a> Piece<'a> {
    fn good(raw: &'a [u8], entry: Entry) -> Self {
        Self { raw, entry: Some(entry), damage: None }
    }

    fn bad(raw: &'a [u8], what: &'static str, entry: Option<Entry>) -> Self {
        Self { raw, entry, damage: Some(what) }
    }
}

/// Splits a segment into its stretches. The format byte belongs to none unless it is itself wrong.
fn frames(bytes: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let (mut rest, mut whole) = match bytes.split_first() {
        Some((&FORMAT, rest)) => (rest, None),
        _ => (&[][..], Some(Piece::bad(bytes, "not a segment of a known format", None))),
    };
    std::iter::from_fn(move || {
        if let Some(bad) = whole.take() {
            return Some(bad);
        }
        if rest.is_empty() {
            return None;
        }
        cost::look(1);
        cost::ground(|| cost::looking(rest.iter()));
        let Some(length) = frame_length(rest) else {
            return Some(Piece::bad(std::mem::take(&mut rest), "cut short", None));
        };
        let (raw, after) = rest.split_at(length);
        rest = after;
        Some(match unframe(raw) {
            Some(payload) => match entry(payload) {
                Some(entry) => Piece::good(raw, entry),
                None => Piece::bad(raw, "an entry of an unknown kind", None),
            },
            None => Piece::bad(raw, "an entry fails its checksum", proved(raw)),
        })
    })
}

/// Length of the frame that begins here, if it is here in whole.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    let length = usize::try_from(u32::from_le_bytes(*bytes.first_chunk()?)).ok()?;
    let length = length.checked_add(FRAME_BYTES)?;
    (length <= bytes.len()).then_some(length)
}

/// The payload of a whole frame, if it is what was written.
fn unframe(frame: &[u8]) -> Option<&[u8]> {
    let (_, rest) = frame.split_first_chunk::<4>()?;
    let (checksum, payload) = rest.split_first_chunk()?;
    (fnv1a(payload) == u64::from_le_bytes(*checksum)).then_some(payload)
}

/// What of a frame that is not what was written is proved by its own names all the same.
fn proved(frame: &[u8]) -> Option<Entry> {
    let is_named = |cid: &Cid, block: &[u8]| Cid::of(block) == *cid;
    match entry(frame.get(FRAME_BYTES..)?)? {
        Entry::Event(event) => {
            let decoded = Event::decode(&event.block).ok()?;
            let words = event.words.filter(|(cid, block)| is_named(cid, block));
            let whole = is_named(&event.cid, &event.block) && decoded.depth == event.depth;
            whole.then_some(Entry::Event(Stored { words, ..event }))
        }
        Entry::Words(cid, block) => is_named(&cid, &block).then_some(Entry::Words(cid, block)),
    }
}

/// Appends an entry in its frame.
fn append(segment: &mut Vec<u8>, entry: &Entry) -> Result<(), StoreError> {
    cost::look(1);
    cost::ground(|| cost::looking(segment.iter()));
    let start = segment.len();
    segment.extend([0; FRAME_BYTES]);
    append_payload(segment, entry)?;
    let Some((frame, payload)) = segment.get_mut(start..).and_then(|it| it.split_first_chunk_mut::<FRAME_BYTES>())
    else {
        return Err(StoreError::TooLarge);
    };
    let length = u32::try_from(payload.len()).map_err(|_| StoreError::TooLarge)?;
    let (for_length, for_checksum) = frame.split_at_mut(4);
    for_length.copy_from_slice(&length.to_le_bytes());
    for_checksum.copy_from_slice(&fnv1a(payload).to_le_bytes());
    Ok(())
}

/// A segment of one entry with any payload.
#[cfg(feature = "test-utils")]
pub(crate) fn framed(payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_le_bytes();
    [&[FORMAT], &length[..], &fnv1a(payload).to_le_bytes(), payload].concat()
}

/// How many bytes [`append`] adds.
fn framed_bytes(entry: &Entry) -> usize {
    FRAME_BYTES
        + match entry {
            Entry::Event(event) => {
                45 + event.block.len() + event.words.as_ref().map_or(0, |(_, block)| 32 + block.len())
            }
            Entry::Words(_, block) => 33 + block.len(),
        }
}

fn append_payload(bytes: &mut Vec<u8>, entry: &Entry) -> Result<(), StoreError> {
    match entry {
        Entry::Event(event) => {
            let length = u32::try_from(event.block.len()).map_err(|_| StoreError::TooLarge)?;
            bytes.push(if event.words.is_some() { EVENT_WITH_WORDS } else { EVENT });
            bytes.extend(event.depth.to_le_bytes());
            bytes.extend(event.cid.digest());
            bytes.extend(length.to_le_bytes());
            bytes.extend(&*event.block);
            if let Some((cid, block)) = &event.words {
                bytes.extend(cid.digest());
                bytes.extend(&**block);
            }
        }
        Entry::Words(cid, block) => {
            bytes.push(WORDS);
            bytes.extend(cid.digest());
            bytes.extend(&**block);
        }
    }
    Ok(())
}

fn entry(payload: &[u8]) -> Option<Entry> {
    let (&kind, rest) = payload.split_first()?;
    if kind == WORDS {
        let (digest, block) = rest.split_first_chunk()?;
        return Some(Entry::Words(Cid::from_digest(*digest), block.into()));
    }
    let (depth, rest) = rest.split_first_chunk()?;
    let (digest, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (block, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    let words = match kind {
        EVENT if rest.is_empty() => None,
        EVENT_WITH_WORDS => {
            let (digest, words) = rest.split_first_chunk()?;
            Some((Cid::from_digest(*digest), words.into()))
        }
        _ => return None,
    };
    let (depth, cid) = (u64::from_le_bytes(*depth), Cid::from_digest(*digest));
    Some(Entry::Event(Stored { cid, depth, block: block.into(), words }))
}

/// FNV-1a, 64 bits (draft-eastlake-fnv): against bit rot, not against people.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(n: u8, words: Option<&str>) -> Entry {
        let block: Arc<[u8]> = vec![n; 50 + usize::from(n)].into();
        let words = words.map(|text| (Cid::of(text.as_bytes()), text.as_bytes().into()));
        Entry::Event(Stored { cid: Cid::of(&block), depth: u64::from(n), block, words })
    }

    fn some() -> Vec<Entry> {
        let late = Entry::Words(Cid::of(b"late"), b"late"[..].into());
        vec![event(1, None), event(2, Some("hello")), late, event(3, Some("others"))]
    }

    #[test]
    fn the_size_of_an_entry_is_known_before_it_is_written() {
        for entry in some() {
            let mut bytes = Vec::new();
            append(&mut bytes, &entry).expect("fits");
            assert_eq!(bytes.len(), framed_bytes(&entry));
        }
    }

    fn one_segment(entries: &[Entry]) -> Vec<u8> {
        let mut segments = pack(entries).expect("fits");
        assert_eq!(segments.len(), 1);
        let packed = segments.remove(0);
        assert_eq!(packed.entries, entries);
        packed.bytes
    }

    #[test]
    fn a_segment_gives_back_what_was_packed() {
        assert_eq!(read(&one_segment(&some())), Read { entries: some(), damage: None });
    }

    #[test]
    fn the_format_is_what_older_databases_hold() {
        let block: Arc<[u8]> = b"block"[..].into();
        let words = Some((Cid::from_digest([7; 32]), b"words"[..].into()));
        let entry = Entry::Event(Stored { cid: Cid::from_digest([9; 32]), depth: 258, block, words });
        let hex: String = one_segment(&[entry]).iter().map(|byte| format!("{byte:02x}")).collect();
        let golden = format!(
            "01{}{}01{}{}05000000{}{}{}",
            "57000000",
            "8a8c5e9fcc610103",
            "0201000000000000",
            "09".repeat(32),
            "626c6f636b",
            "07".repeat(32),
            "776f726473"
        );
        assert_eq!(hex, golden);
    }

    #[test]
    fn a_flipped_byte_costs_one_entry_and_says_so() {
        let segment = one_segment(&some());
        for at in FRAME_BYTES + 1..segment.len() {
            let mut bad = segment.clone();
            bad[at] ^= 0x40;
            let read = read(&bad);
            assert!(read.damage.is_some(), "byte {at}");
            assert!(read.entries.iter().all(|entry| some().contains(entry)), "byte {at}");
            assert!(read.entries.contains(&some()[0]) || at < 1 + FRAME_BYTES + 96, "byte {at}");
        }
    }

    #[test]
    fn an_event_outlives_damage_to_its_words_and_to_its_checksum() {
        let mut world = paceline_room::testing::World::new(1);
        world.post(0, "quartz and nothing else");
        let stored = world.blocks().into_iter().find(|it| it.words.is_some()).expect("a post");
        let segment = one_segment(&[Entry::Event(stored.clone())]);
        let damaged_at = |at: usize| {
            let mut bad = segment.clone();
            bad[at] ^= 0x40;
            read(&bad)
        };
        let damage = Some("an entry fails its checksum");
        let alone = Entry::Event(Stored { words: None, ..stored.clone() });
        assert_eq!(damaged_at(segment.len() - 3), Read { entries: vec![alone], damage }, "the words");
        let whole = vec![Entry::Event(stored)];
        assert_eq!(damaged_at(1 + 4), Read { entries: whole, damage }, "the checksum");
        assert_eq!(damaged_at(1 + FRAME_BYTES + 1), Read { entries: vec![], damage }, "its place");
        assert_eq!(damaged_at(1 + FRAME_BYTES + 60), Read { entries: vec![], damage }, "the event itself");
    }

    #[test]
    fn a_segment_cut_anywhere_is_read_as_far_as_it_goes() {
        let segment = one_segment(&some());
        for length in 2..segment.len() {
            let read = read(&segment[..length]);
            let whole = some()[..read.entries.len()] == read.entries[..];
            assert!(whole, "cut at {length}");
            assert!(read.damage.is_some() || repack([&segment[..length]])[0] == segment[..length], "cut at {length}");
        }
        assert_eq!(read(&[]).damage, Some("not a segment of a known format"));
        assert_eq!(read(&[9, 1, 2]).damage, Some("not a segment of a known format"));
    }

    #[test]
    fn dropping_words_keeps_events_and_damaged_entries() {
        let mut segment = one_segment(&some());
        let last = segment.len() - 1;
        segment[last] ^= 1;
        let dropped = [Cid::of(b"hello"), Cid::of(b"late")].into();
        let left = without_words(&segment, &dropped).expect("fits").expect("events are left");
        assert_eq!(read(&left).entries, vec![event(1, None), event(2, None)]);
        assert_eq!(read(&left).damage, Some("an entry fails its checksum"));
        assert!(left.ends_with(b"otherr"), "the damaged entry is kept as it was");
        assert!(!left.windows(5).any(|bytes| bytes == b"hello"));
    }

    #[test]
    fn a_segment_of_nothing_but_dropped_words_goes() {
        let segment = one_segment(&[Entry::Words(Cid::of(b"late"), b"late"[..].into())]);
        assert_eq!(without_words(&segment, &[Cid::of(b"late")].into()), Ok(None));
    }

    #[test]
    fn many_events_fill_segments_of_bounded_size_in_order() {
        let entries: Vec<_> = (0..2_000).map(|n| event((n % 250) as u8, Some("some words"))).collect();
        let packed = pack(&entries).expect("fits");
        assert!(packed.len() > 2 && packed.iter().all(|it| it.bytes.len() <= SEGMENT_BYTES));
        assert!(packed.iter().all(|it| read(&it.bytes).entries == it.entries));
        assert_eq!(packed.iter().flat_map(|it| it.entries).cloned().collect::<Vec<_>>(), entries);
        let segments: Vec<_> = packed.into_iter().map(|it| it.bytes).collect();
        let single: Vec<_> = entries.iter().map(|entry| one_segment(std::slice::from_ref(entry))).collect();
        assert_eq!(repack(single.iter().map(Vec::as_slice)), segments, "merging single records gives the same");
    }

    proptest! {
        /// Whatever lies in a database, reading it ends, and rewriting it loses nothing but the words meant.
        #[test]
        fn no_bytes_can_break_reading_or_rewriting(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..400),
            ours in any::<bool>(),
            at in 0..1_000_usize,
            flip in any::<u8>(),
        ) {
            if ours {
                bytes = one_segment(&some());
                let at = at % bytes.len();
                bytes[at] ^= flip;
            }
            let before = read(&bytes);
            prop_assert_eq!(before == Read { entries: some(), damage: None }, ours && flip == 0);
            let same = without_words(&bytes, &BTreeSet::new()).expect("fits").unwrap_or(vec![FORMAT]);
            prop_assert_eq!(&same, &bytes);
            let words = before.entries.iter().filter_map(Entry::words).collect();
            let left = without_words(&bytes, &words).expect("fits").unwrap_or_default();
            prop_assert!(read(&left).entries.iter().all(|entry| entry.words().is_none()));
        }
    }
}
