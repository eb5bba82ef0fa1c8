//! Messages and beacons in both forms; the placed one against the types as the builds that speak it derived them.

mod placed;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn cids(count: usize) -> Cids {
    Cids((0..count as u64).map(|number| Cid::of(&number.to_le_bytes())).collect())
}

fn beacon() -> Beacon {
    Beacon {
        room: ByteArray::new([1; 32]),
        node: Keypair::from_secret([2; 32]).node(),
        counter: 3,
        state: State::Away,
        tips: cids(2),
        events: 4,
        missing_words: ShortIds(vec![[5; 8]]),
        more_missing: true,
        links: ShortIds(vec![[6; 8], [7; 8]]),
        listens: true,
        floor: Some(Floor {
            hand: Some(1),
            timer: Some(TimeLeft { set: ByteArray::new([8; 32]), left: 250 }),
            waits: Some(ByteArray::new([9; 32])),
        }),
        behind: Behind(true),
    }
}

fn signed() -> Signed {
    Signed::new(&beacon(), &Keypair::from_secret([2; 32]))
}

/// One of each kind, with and without what may be absent.
fn live() -> Vec<Live> {
    let block = || ByteBuf::from(vec![1, 2, 3]);
    vec![
        Live::Hello(Hello(7, cids(3), Some(signed()), Behind::default())),
        Live::Hello(Hello(0, cids(0), None, Behind::default())),
        Live::Push(Push(block(), Some(block()), 3, true)),
        Live::Push(Push(block(), None, 0, false)),
        Live::Announce(Announce(cids(2), ByteBuf::from(vec![0, 1]))),
        Live::Graft(cids(1)),
        Live::Prune,
        Live::Beacon(signed()),
        Live::Carry(Carry(beacon().node, 2, block())),
    ]
}

#[test]
fn who_knows_of_more_says_so_in_one_way_and_the_placed_form_has_no_place_for_it() {
    let hello = |behind| Live::Hello(Hello(1, cids(1), None, Behind(behind)));
    let bytes = hello(true).encode();
    assert_eq!(Live::decode(&bytes), Ok(hello(true)));
    assert_eq!(hello(true).encode_as(Form::Placed), hello(false).encode_as(Form::Placed));
    let mut false_written = bytes.clone();
    let at = bytes.windows(8).position(|it| it == b"\x66behind\xf5").unwrap();
    false_written[at + 7] = 0xf4;
    assert_eq!(Live::decode(&false_written), Err(MessageError::Malformed));
}

/// The same on the bulk lane, of all that builds of the placed form know.
fn bulk() -> Vec<Bulk> {
    let block = || ByteBuf::from(vec![1, 2, 3]);
    let digest = ByteArray::new([9; 32]);
    vec![
        Bulk::Round(block()),
        Bulk::Answer(block()),
        Bulk::Have(Have(cids(2), false)),
        Bulk::Want(Want(1, cids(2), cids(1))),
        Bulk::Blocks(Blocks(1, vec![Item(block(), None)], vec![block()], cids(1), true)),
        Bulk::Stream(Stream(u64::MAX, digest, 4)),
        Bulk::More(200),
        Bulk::Newest(vec![Item(block(), Some(block())), Item(block(), None)]),
        Bulk::Newest(Vec::new()),
        Bulk::Page(Page(vec![Item(block(), Some(block()))], 300, 70_000, digest)),
    ]
}

/// What came after them.
fn later() -> Vec<Bulk> {
    vec![Bulk::Since(Since(ShortIds(vec![[1; 8], [2; 8]]), vec![0, 300])), Bulk::Ahead(cids(2))]
}

/// Every message in bytes.
fn encoded(form: Form) -> Vec<Vec<u8>> {
    let behind = Live::Hello(Hello(7, cids(3), Some(signed()), Behind(true)));
    let live = live().into_iter().chain([behind]).map(|it| it.encode_as(form));
    live.chain(bulk().into_iter().chain(later()).map(|it| it.encode_as(form))).collect()
}

#[test]
fn every_message_reads_back_as_it_was_written_and_is_canonical() {
    for form in [Form::Named, Form::Placed] {
        for message in live() {
            let bytes = message.encode_as(form);
            assert_eq!(canonical::check(&bytes), Ok(()), "{message:?}");
            assert_eq!(Live::decode_and_count(&bytes), Ok((message, 0)));
        }
        for message in bulk().into_iter().chain(later()) {
            let bytes = message.encode_as(form);
            assert_eq!(canonical::check(&bytes), Ok(()), "{message:?}");
            assert_eq!(Bulk::decode_and_count(&bytes), Ok((message, 0)));
        }
    }
}

/// Adds an entry to each map in a message that holds parts (all but the outermost, which holds the kind), by the general encoder.
fn grown(bytes: &[u8]) -> (Vec<u8>, usize) {
    use ipld_core::ipld::Ipld;
    fn grow(value: &mut Ipld, count: &mut usize) {
        match value {
            Ipld::Map(parts) => {
                parts.values_mut().for_each(|part| grow(part, count));
                let more = Ipld::List(vec![Ipld::Map([("x".to_owned(), Ipld::Float(0.5))].into()), Ipld::Integer(-7)]);
                parts.insert("from-a-later-build".to_owned(), more);
                parts.insert("z".to_owned(), Ipld::Null);
                *count += 2;
            }
            Ipld::List(items) => items.iter_mut().for_each(|item| grow(item, count)),
            _ => {}
        }
    }
    let mut message: Ipld = serde_ipld_dagcbor::from_slice(bytes).unwrap();
    let mut count = 0;
    let Ipld::Map(kinds) = &mut message else { panic!("no map") };
    kinds.values_mut().for_each(|content| grow(content, &mut count));
    (serde_ipld_dagcbor::to_vec(&message).unwrap(), count)
}

#[test]
fn parts_of_a_later_build_are_skipped_and_counted_wherever_they_stand() {
    for message in live() {
        let (bytes, count) = grown(&message.encode());
        assert!(count >= 2);
        assert_eq!(Live::decode_and_count(&bytes), Ok((message, count)));
    }
    for message in bulk().into_iter().chain(later()) {
        let (bytes, count) = grown(&message.encode());
        assert_eq!(Bulk::decode_and_count(&bytes), Ok((message, count)));
    }
}

#[test]
fn a_message_of_a_later_kind_is_newer_on_both_lanes() {
    // {"dance": {"a": [1]}}, and the same placed.
    let named = b"\xa1\x65dance\xa1\x61a\x81\x01";
    let placed = [b"\x82\x01", &named[..]].concat();
    for bytes in [&named[..], &placed, b"\x82\x01\x65dance"] {
        assert_eq!(Live::decode(bytes), Err(MessageError::Newer));
        assert_eq!(Bulk::decode(bytes), Err(MessageError::Newer));
    }
}

#[test]
fn what_is_not_canonical_or_lacks_a_part_is_malformed() {
    let long_head = b"\xa1\x65prune\xb8\x00";
    let two_kinds = b"\xa2\x65graft\xa1\x66events\x40\x65prune\xa0";
    let no_part = b"\xa1\x65graft\xa0";
    let placed_in_named = b"\xa1\x65graft\x40";
    let null = b"\xa1\x65graft\xa1\x66events\xf6";
    let trailing = b"\xa1\x65prune\xa0\x00";
    for bytes in [&long_head[..], two_kinds, no_part, placed_in_named, null, trailing, b"\xa0", b"\x80", b""] {
        assert_eq!(Live::decode(bytes), Err(MessageError::Malformed), "{bytes:x?}");
    }
    let mut short = Bulk::Have(Have(cids(1), true)).encode_as(Form::Placed);
    // A list of one where two parts belong.
    let list = short.iter().position(|byte| *byte == 0x82).map(|at| at + 1).unwrap();
    let list = list + short[list..].iter().position(|byte| *byte == 0x82).unwrap();
    short[list] = 0x81;
    short.pop();
    assert_eq!(Bulk::decode(&short), Err(MessageError::Malformed));
}

#[test]
fn a_beacon_of_a_later_build_is_read_for_what_is_known_of_it() {
    let (room, key) = (Cid::from_digest([1; 32]), Keypair::from_secret([2; 32]));
    let mut bytes = signed().0.into_vec();
    // One entry more, the last in order: {"zz": [1, 2]}.
    bytes[0] += 1;
    bytes.extend(b"\x62zz\x82\x01\x02");
    let later = Signed::of(bytes, &key);
    assert!(later.is_signed_by(&key.node()));
    assert_eq!(later.read_and_count(&room), Ok((beacon(), 1)));
    let known = signed().0;
    let at = known.windows(4).position(|it| it == b"away").unwrap();
    let mut bytes = known.into_vec();
    bytes[at..at + 4].copy_from_slice(b"busy");
    let read = Signed::of(bytes, &key).read_and_count(&room);
    assert_eq!(read, Ok((Beacon { state: State::Away, ..beacon() }, 1)));
}

/// Kinds and names of parts, as `docs/format.md` has them in rows `| `kind` | `part`, ... |`.
fn described() -> BTreeSet<(String, Vec<String>)> {
    let text = include_str!("../../../../docs/format.md");
    let tables = text.split("**Messages.**").nth(1).unwrap().split("An *item* is").next().unwrap();
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = tables.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let mut cells = row.trim_matches('|').split('|');
        (quoted(cells.next().unwrap()).remove(0), quoted(cells.next().unwrap()))
    })
    .collect()
}

#[test]
fn the_described_messages_are_the_ones_there_are() {
    use ipld_core::ipld::Ipld;
    let mut there: BTreeSet<(String, BTreeSet<String>)> = BTreeSet::new();
    for bytes in encoded(Form::Named) {
        let Ipld::Map(kinds) = serde_ipld_dagcbor::from_slice(&bytes).unwrap() else { panic!("no map") };
        for (kind, parts) in kinds {
            let Ipld::Map(parts) = parts else { panic!("{kind} has no parts") };
            there.insert((kind, parts.into_keys().collect()));
        }
    }
    // Of what was written with and without a part that may be absent, the fuller one.
    let full: BTreeSet<_> = there
        .iter()
        .filter(|(kind, parts)| !there.iter().any(|(other, more)| other == kind && more.len() > parts.len()))
        .cloned()
        .collect();
    let described: BTreeSet<_> =
        described().into_iter().map(|(kind, parts)| (kind, parts.into_iter().collect())).collect();
    assert_eq!(full, described);
}

#[test]
fn the_largest_event_fits_a_live_message_and_two_a_bulk_one() {
    let block = || ByteBuf::from(vec![0; limits::BLOCK_BYTES]);
    let words = || Some(ByteBuf::from(vec![0; limits::WORDS_BLOCK_BYTES]));
    assert!(Live::Push(Push(block(), words(), u8::MAX, true)).encode().len() <= LIVE_BYTES);
    let items = vec![Item(block(), words()), Item(block(), words())];
    assert!(Bulk::Page(Page(items, u64::MAX, u64::MAX, ByteArray::new([0; 32]))).encode().len() <= BULK_BYTES);
}

#[test]
fn a_message_over_its_lanes_limit_is_too_large() {
    assert_eq!(Live::decode(&vec![0; LIVE_BYTES + 1]), Err(MessageError::TooLarge));
    assert_eq!(Bulk::decode(&vec![0; BULK_BYTES + 1]), Err(MessageError::TooLarge));
}

#[test]
fn a_message_of_a_newer_version_is_told_from_noise() {
    let mut bytes = Live::Prune.encode_as(Form::Placed);
    bytes[1] = 2;
    assert_eq!(Live::decode(&bytes), Err(MessageError::Newer));
    bytes[1] = 0;
    assert_eq!(Live::decode(&bytes), Err(MessageError::Malformed));
    assert_eq!(Live::decode(b"noise"), Err(MessageError::Malformed));
}

#[test]
fn a_list_over_its_limit_is_too_many() {
    assert_eq!(Live::decode(&Live::Graft(cids(LIVE_CIDS + 1)).encode()), Err(MessageError::TooMany));
    assert_eq!(
        Live::decode(&Live::Hello(Hello(0, cids(TIPS + 1), None, Behind::default())).encode()),
        Err(MessageError::TooMany)
    );
    assert_eq!(Bulk::decode(&Bulk::Have(Have(cids(BULK_CIDS + 1), true)).encode()), Err(MessageError::TooMany));
    let newest = Bulk::Newest(vec![Item(ByteBuf::new(), None); NEWEST + 1]);
    assert_eq!(Bulk::decode(&newest.encode()), Err(MessageError::TooMany));
    let want = Bulk::Want(Want(1, cids(BULK_CIDS), cids(1)));
    assert_eq!(Bulk::decode(&want.encode()), Err(MessageError::TooMany));
    let ids = |count: usize| ShortIds(vec![[1; 8]; count]);
    let since = Bulk::Since(Since(ids(SINCE_AUTHORS + 1), vec![0; SINCE_AUTHORS + 1]));
    assert_eq!(Bulk::decode(&since.encode()), Err(MessageError::TooMany));
    let since = Bulk::Since(Since(ids(2), vec![0]));
    assert_eq!(Bulk::decode(&since.encode()), Err(MessageError::TooMany));
    assert_eq!(Bulk::decode(&Bulk::Ahead(cids(AHEAD_CIDS + 1)).encode()), Err(MessageError::TooMany));
    let lame = Live::Announce(Announce(cids(2), ByteBuf::from(vec![0])));
    assert_eq!(Live::decode(&lame.encode()), Err(MessageError::TooMany));
    let message = |links, bytes| Live::Carry(Carry(beacon().node, links, ByteBuf::from(vec![0; bytes])));
    assert!(Live::decode(&message(RELAYED_LINKS - 1, RELAYED_BYTES).encode()).is_ok());
    assert_eq!(Live::decode(&message(RELAYED_LINKS, 1).encode()), Err(MessageError::TooMany));
    assert_eq!(Live::decode(&message(0, RELAYED_BYTES + 1).encode()), Err(MessageError::TooMany));
    let key = Keypair::from_secret([2; 32]);
    let room = Cid::from_digest([1; 32]);
    let long = Signed::new(&Beacon { tips: cids(TIPS + 1), ..beacon() }, &key);
    assert_eq!(long.read(&room), Err(MessageError::TooMany));
}

#[test]
fn a_beacon_speaks_for_its_node_in_its_room() {
    let (room, key) = (Cid::from_digest([1; 32]), Keypair::from_secret([2; 32]));
    assert_eq!(signed().read(&room), Ok(beacon()));
    assert!(signed().is_signed_by(&key.node()));
    assert!(!signed().is_signed_by(&Keypair::from_secret([3; 32]).node()));
    assert_eq!(signed().read(&Cid::from_digest([2; 32])), Err(MessageError::BadBeacon));
    let mut changed = signed();
    let last = changed.0.len() - 1;
    changed.0[last] ^= 1;
    assert!(!changed.is_signed_by(&key.node()));
}

proptest! {
    #[test]
    fn no_bytes_make_a_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = Live::decode(&bytes);
        let _ = Bulk::decode(&bytes);
        let _ = Signed(ByteBuf::from(bytes), ByteArray::new([0; 64])).read(&Cid::from_digest([1; 32]));
    }

    #[test]
    fn what_decodes_says_the_same_when_written_again(at in any::<u16>(), to in any::<u8>(), which in any::<u8>()) {
        for form in [Form::Named, Form::Placed] {
            let mut all = encoded(form);
            let mut bytes = all.swap_remove(usize::from(which) % all.len());
            let at = usize::from(at) % bytes.len();
            bytes[at] = to;
            if let Ok((message, newer)) = Live::decode_and_count(&bytes) {
                prop_assert_eq!(message.encode_as(form) == bytes, newer == 0, "{:?}", message);
            }
            if let Ok((message, newer)) = Bulk::decode_and_count(&bytes) {
                prop_assert_eq!(message.encode_as(form) == bytes, newer == 0, "{:?}", message);
            }
        }
    }

    #[test]
    fn no_changed_byte_makes_a_decoder_panic(at in 0usize..200, to in any::<u8>()) {
        let item = Item(ByteBuf::from(vec![1; 40]), Some(ByteBuf::from(vec![2; 40])));
        let mut bytes = Bulk::Page(Page(vec![item.clone(), item], 1, 2, ByteArray::new([0; 32]))).encode();
        let at = at % bytes.len();
        bytes[at] = to;
        let _ = Bulk::decode(&bytes);
        let mut bytes = Live::Hello(Hello(1, cids(2), Some(signed()), Behind::default())).encode();
        let at = at % bytes.len();
        bytes[at] = to;
        let _ = Live::decode(&bytes);
    }
}
