//! Bytes from outside: no decoder panics, and what is accepted is one event under one name.

use std::collections::BTreeMap;

use ipld_core::ipld::Ipld;
use paceline_room::{
    Body, Cid, Event, EventError, Words,
    testing::{World, unknown, unknown_bytes},
};
use proptest::{prelude::*, sample::Index, strategy::ValueTree};

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
    if Event::decode(bytes).is_ok() {
        // Another implementation reads it and writes the same: it is canonical, and all of it.
        let any: Ipld = serde_ipld_dagcbor::from_slice(bytes).unwrap();
        prop_assert_eq!(serde_ipld_dagcbor::to_vec(&any).unwrap(), bytes, "one event has one block");
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

/// Kinds with their fields, the optional ones marked.
const KINDS: &[(&str, &[&str])] = &[
    ("room-founded", &["fold", "title", "purpose", "form", "values", "nonce"]),
    ("fold-raised", &["to", "closing"]),
    ("introduced", &["name", "strengths", "hue"]),
    ("posted", &["kind", "words", "reply_to?", "tags?", "mentions?"]),
    ("edited", &["post", "words"]),
    ("retracted", &["post"]),
    ("feedback-given", &["target", "stance", "words?", "sources?"]),
    ("feedback-answered", &["feedback", "answer", "words?", "by?"]),
    ("feedback-withdrawn", &["feedback"]),
    ("baton-opened", &["title", "strengths?", "minutes?", "need?"]),
    ("baton-offered", &["baton", "tip", "to", "note?"]),
    ("baton-declined", &["offer", "why?"]),
    ("baton-stepped-in", &["baton", "tip", "silent_for"]),
    ("baton-reclaimed", &["baton", "tips"]),
    ("baton-closed", &["baton", "tip", "outcome?", "by?"]),
    ("nominated", &["baton", "node", "why?"]),
];

/// What a field takes, mostly; else something empty, or anything.
fn value_of(kind: &str, field: &str) -> BoxedStrategy<Ipld> {
    let text =
        |options: &'static [&'static str]| prop::sample::select(options).prop_map(|it| Ipld::String(it.into())).boxed();
    let node = prop_oneof![9 => Just(32), 1 => Just(31)].prop_map(|length| Ipld::Bytes(vec![7; length]));
    let number = prop_oneof![0..14_i128, Just(-1), Just(1 << 33), Just(1 << 60)].prop_map(Ipld::Integer);
    let right = match field {
        "kind" => text(&["update", "driver", "other"]),
        "stance" => text(&["build-on", "correct", "like"]),
        "answer" => text(&["noted", "adjusted", ""]),
        "title" | "purpose" | "form" | "name" | "note" | "why" | "outcome" => text(&["", "some text"]),
        "strengths" | "tags" | "sources" => {
            prop::collection::vec(text(&["", "one"]), 0..3).prop_map(Ipld::List).boxed()
        }
        "fold" | "hue" | "minutes" | "silent_for" => number.boxed(),
        "to" if kind == "fold-raised" => number.boxed(),
        "to" | "node" => node.boxed(),
        "mentions" => prop::collection::vec(node, 0..3).prop_map(Ipld::List).boxed(),
        "tips" => Just(Ipld::List(vec![Ipld::Link(Cid::of(b"tip").to_general())])).boxed(),
        "nonce" => Just(Ipld::Bytes(vec![1; 16])).boxed(),
        _ => Just(Ipld::Link(Cid::of(b"anything").to_general())).boxed(),
    };
    let empty = prop_oneof![
        Just(Ipld::Null),
        Just(Ipld::String(String::new())),
        Just(Ipld::List(vec![])),
        Just(Ipld::Float(1.0))
    ];
    prop_oneof![30 => right, 1 => empty, 1 => ipld()].boxed()
}

/// A kind, and content that often fits it.
fn content_of_a_kind() -> impl Strategy<Value = (&'static str, Ipld)> {
    prop::sample::select(KINDS).prop_flat_map(|(kind, fields)| {
        let field = |field: &'static str| {
            let (name, there) = field.strip_suffix('?').map_or((field, 0.97), |name| (name, 0.5));
            let value = prop::option::weighted(there, value_of(kind, name));
            value.prop_map(move |value| value.map(|value| (name.to_owned(), value))).boxed()
        };
        let extra = prop::option::weighted(0.03, ipld()).prop_map(|it| it.map(|it| ("later".to_owned(), it))).boxed();
        let fields: Vec<_> = fields.iter().map(|it| field(it)).chain([extra]).collect();
        fields.prop_map(move |fields| (kind, Ipld::Map(fields.into_iter().flatten().collect())))
    })
}

fn signed(content: Ipld) -> (Event, Vec<u8>) {
    let world = World::new(22);
    let body = unknown("from-a-newer-version", &content);
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
    fn any_content_of_an_unknown_kind_is_admitted_and_kept_to_the_bit(content in ipld()) {
        let bytes = serde_ipld_dagcbor::to_vec(&content).unwrap();
        let (event, block) = signed(content);
        prop_assert!(block.windows(bytes.len()).any(|it| it == bytes));
        prop_assert_eq!(Event::decode_and_verify(&block), Ok(event));
    }

    #[test]
    fn any_content_of_a_known_kind_is_admitted_and_what_fits_is_written_again_to_the_bit(
        (kind, content) in content_of_a_kind(),
    ) {
        let bytes = serde_ipld_dagcbor::to_vec(&content).unwrap();
        let world = World::new(22);
        let sign = |body| world.log(1).draft(world.author(1), 5, body).sign(&world.keypair(1)).unwrap();
        let (_, event, block) = sign(unknown_bytes(kind, &bytes));
        prop_assert_eq!(event.body.kind(), kind);
        prop_assert_eq!(Event::decode_and_verify(&block), Ok(event.clone()));
        if !matches!(event.body, Body::Unknown(_)) {
            prop_assert_eq!(sign(event.body).2, block, "a body that fits has one spelling");
        }
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
fn bodies_made_up_at_random_fit_often_enough_to_be_a_test() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let world = World::new(22);
    let mut known = std::collections::BTreeSet::new();
    let mut unknown_of = BTreeMap::new();
    for _ in 0..2_000 {
        let (kind, content) = content_of_a_kind().new_tree(&mut runner).unwrap().current();
        let draft = world.log(1).draft(world.author(1), 5, unknown(kind, &content));
        match draft.sign(&world.keypair(1)).unwrap().1.body {
            Body::Unknown(_) => *unknown_of.entry(kind).or_insert(0) += 1,
            body => _ = known.insert(body.kind().to_owned()),
        }
    }
    // Only the founding event founds.
    assert_eq!(known.len(), KINDS.len() - 1, "{known:?}");
    assert_eq!(unknown_of.len(), KINDS.len(), "{unknown_of:?}");
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
