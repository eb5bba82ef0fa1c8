//! Bytes from outside: no decoder panics, and what is accepted is one event under one name.

use std::collections::BTreeMap;

use ipld_core::ipld::Ipld;
use paceline_room::{Body, Cid, Event, EventError, Words, testing::World};
use proptest::{prelude::*, sample::Index};

/// Some good blocks: an event with words, one with several parents, and a words block.
fn blocks() -> Vec<Vec<u8>> {
    let mut world = World::new(21);
    for i in 1..4 {
        world.post(i, "some words");
        world.send(i, 0);
    }
    world.introduce(0, "a name");
    world
        .blocks()
        .iter()
        .flat_map(|it| [Some(&it.block), it.words.as_ref().map(|(_, block)| block)])
        .flatten()
        .map(|it| it.to_vec())
        .collect()
}

/// Reads the bytes as everything they could be.
fn read(bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Ok(event) = Event::decode(bytes) {
        let again = serde_ipld_dagcbor::to_vec(&event).unwrap();
        prop_assert_eq!(again.as_slice(), bytes, "one event has one block");
    }
    if let Ok(words) = Words::decode(bytes) {
        let (cid, again) = words.encode().unwrap();
        prop_assert_eq!((cid, again.as_slice()), (Cid::of(bytes), bytes), "some words have one block");
    }
    drop(Event::decode_and_verify(bytes));
    Ok(())
}

/// Any value that IPLD can hold, nested a little.
fn ipld() -> impl Strategy<Value = Ipld> {
    let leaf = prop_oneof![
        Just(Ipld::Null),
        any::<bool>().prop_map(Ipld::Bool),
        (-(1_i128 << 64)..1 << 64).prop_map(Ipld::Integer),
        any::<f64>().prop_filter("finite", |it| it.is_finite()).prop_map(|it| Ipld::Float(it + 0.0)),
        ".{0,20}".prop_map(Ipld::String),
        prop::collection::vec(any::<u8>(), 0..300).prop_map(Ipld::Bytes),
        any::<[u8; 32]>().prop_map(|it| Ipld::Link(Cid::from_digest(it).to_general())),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Ipld::List),
            prop::collection::btree_map(".{0,12}", inner, 0..8).prop_map(Ipld::Map),
        ]
    })
}

fn signed(content: Ipld) -> (Event, Vec<u8>) {
    let world = World::new(22);
    let body = Body::Unknown("from-a-newer-version".into(), Box::new(content));
    let draft = world.log(1).draft(world.author(1), 5, body);
    let (_, event, block) = draft.sign(&world.keypair(1)).expect("within its limits");
    (event, block)
}

/// A block in which this stands as the content of an unknown kind; its signature is worth nothing.
fn around(content: &[u8]) -> Vec<u8> {
    let (_, block) = signed(Ipld::Null);
    let kind = b"from-a-newer-version";
    let at = block.windows(kind.len()).position(|it| it == kind).expect("it is there") + kind.len();
    [&block[..at], content, &block[at + 1..]].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn arbitrary_bytes_are_read_without_a_panic(bytes: Vec<u8>, content: Vec<u8>) {
        read(&bytes)?;
        read(&around(&content))?;
    }

    #[test]
    fn good_blocks_with_bytes_changed_put_in_and_cut_out_are_read_without_a_panic(
        which: Index, edits in prop::collection::vec((any::<Index>(), 0..4_u8, any::<u8>()), 1..6),
    ) {
        let mut bytes = which.get(&blocks()).clone();
        for (at, edit, byte) in edits {
            match (edit, at.index(bytes.len() + 1)) {
                (0, at) => bytes.insert(at, byte),
                (1, at) if at < bytes.len() => drop(bytes.remove(at)),
                (2, at) => bytes.truncate(at),
                (_, at) => bytes.iter_mut().skip(at).take(1).for_each(|it| *it = byte),
            }
        }
        read(&bytes)?;
    }

    #[test]
    fn one_changed_byte_of_an_event_is_never_accepted(which: Index, at: Index, flip in 1..=255_u8) {
        let mut bytes = which.get(&blocks()).clone();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert!(Event::decode_and_verify(&bytes).is_err());
    }

    #[test]
    fn the_content_of_an_unknown_kind_is_kept_to_the_bit(content in ipld()) {
        let (event, block) = signed(content);
        prop_assert_eq!(Event::decode_and_verify(&block), Ok(event));
    }

    #[test]
    fn nested_at_any_depth_it_is_read_or_refused_by_name(depth in 0..10_000_usize, map: bool) {
        let open: &[u8] = if map { b"\xa1\x60" } else { b"\x81" };
        let block = around(&[open.repeat(depth), b"\x80".to_vec()].concat());
        // The event, its body and the last list are three levels.
        let expected = if depth + 3 <= 32 { Ok(()) } else { Err(EventError::TooDeep) };
        prop_assert_eq!(Event::decode(&block).map(drop), expected);
    }
}

#[test]
fn lengths_that_promise_more_than_there_is_cost_nothing() {
    for start in [0x5b_u8, 0x7b, 0x9b, 0xbb] {
        for length in [u64::MAX, 1 << 40, 40_000] {
            let content = [&[start][..], &length.to_be_bytes()].concat();
            assert!(matches!(Event::decode(&around(&content)), Err(EventError::Malformed | EventError::NotCanonical)));
        }
    }
}

#[test]
fn the_words_of_an_unknown_kind_are_found_where_they_are_a_link_to_words() {
    let link = Cid::of(b"words");
    let words = |value: Ipld| signed(Ipld::Map(BTreeMap::from([("words".to_owned(), value)]))).0.body.words();
    assert_eq!(words(Ipld::Link(link.to_general())), Some(link));
    assert_eq!(words(Ipld::String(link.to_string())), None);
    let raw = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku".parse().expect("a CID of raw bytes");
    assert_eq!(words(Ipld::Link(raw)), None);
    assert_eq!(signed(Ipld::Null).0.body.words(), None);
}
