//! A room's file is verified whole: no byte of it changes unseen, and nothing that is named is left out.

use std::collections::{BTreeMap, BTreeSet};

use paceline_room::{
    Cid, EventError, Log, Words,
    batch::{Counts, LOT},
    body::{PostKind, Posted, Retracted},
    car::{CarBlock, CarError, Reader, export},
    json_lines,
    log::Refusal,
    testing::{World, unknown},
    verify::{Fault, Place, Reason, Report, Verifier, verify},
};

/// Of whoever verifies.
const SECRET: [u8; 32] = [9; 32];

fn checked(file: &[u8]) -> Result<Report, Fault> {
    verify(file, SECRET)
}

/// A small room in which two write beside each other, so that its log has two tips.
fn world() -> World {
    let mut world = World::new(31);
    world.introduce(1, "Ada");
    world.sync_all();
    world.post(1, "first");
    world.post(2, "beside it");
    world
}

fn file_of(world: &World) -> Vec<u8> {
    export(&world.whole(), |cid| world.words(cid))
}

/// The header's section, and each block's, with where it begins.
fn sections(file: &[u8]) -> (Vec<u8>, Vec<(usize, CarBlock)>) {
    let (mut reader, mut blocks) = (Reader::new(), Vec::new());
    reader.push(file, &mut blocks).expect("a whole file");
    let header = file[..blocks[0].at as usize].to_vec();
    (header, blocks.into_iter().map(|it| (it.at as usize, it)).collect())
}

/// A section: how long it is, a name and a block.
fn section(cid: &Cid, block: &[u8]) -> Vec<u8> {
    let (mut out, mut length) = (Vec::new(), 36 + block.len());
    while length > 0x7f {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    [&out[..], &cid.to_bytes(), block].concat()
}

fn joined<'a>(header: &[u8], blocks: impl IntoIterator<Item = &'a CarBlock>) -> Vec<u8> {
    blocks.into_iter().fold(header.to_vec(), |file, it| [file, section(&it.cid, &it.block)].concat())
}

fn is_event(it: &CarBlock) -> bool {
    Words::decode(&it.block).is_err()
}

#[test]
fn who_wrote_what_is_told_of_a_file_in_which_every_signature_is_good() {
    let mut world = world();
    let gone = world.post(1, "said too soon");
    world.write(1, Retracted { post: gone, alone: false });
    let words = world.log(1).entry(world.ix(1, &gone)).event.body.words();
    let file = export(&world.whole(), |cid| world.words(cid).filter(|_| Some(*cid) != words));
    let report = checked(&file).expect("a good file");
    let Report { room, events, words, lacking, names_tips, authors, .. } = &report;
    assert_eq!((*room, *events, *words, *lacking, *names_tips), (world.room(), world.whole().len(), 2, 1, true));
    let told: Vec<_> = authors.iter().map(|it| (it.node, it.name.as_str(), it.events(), it.words, it.split)).collect();
    let [founder, ada, other] = [0, 1, 2].map(|it| world.author(it));
    assert_eq!(told[0].0, founder, "the founding event is the first");
    let expected = BTreeSet::from([(founder, "", 1, 0, false), (ada, "Ada", 4, 1, false), (other, "", 1, 1, false)]);
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), expected);
    let kinds = [("introduced", 1), ("posted", 2), ("retracted", 1)].map(|(kind, many)| (kind.to_owned(), many));
    assert!(authors.iter().any(|it| it.node == ada && it.kinds == BTreeMap::from(kinds.clone())));
    // However it comes in pieces.
    for size in [1, 7, 300] {
        let mut verifier = Verifier::new(SECRET);
        file.chunks(size).for_each(|piece| verifier.push(piece).expect("good so far"));
        assert_eq!(verifier.finish().as_ref(), Ok(&report));
    }
}

#[test]
fn no_byte_changes_unseen_and_each_fault_has_its_place() {
    let world = world();
    let file = file_of(&world);
    let (header, blocks) = sections(&file);
    let block_of = |at: usize| blocks.iter().filter(|(from, _)| *from <= at).count();
    let whole = checked(&file).expect("a good file");
    assert_eq!((whole.events, whole.words), (4, 2));
    for at in 0..file.len() {
        for flip in [0x01, 0x02, 0x10, 0x20, 0x80, 0xff] {
            let mut changed = file.clone();
            changed[at] ^= flip;
            let Err(Fault { place, reason }) = checked(&changed) else { panic!("{flip:x} at {at} is not seen") };
            assert_eq!(place.block, block_of(at), "{flip:x} at {at} of {}: {reason} in {place}", header.len());
            let begins = place.block.checked_sub(1).map_or(0, |nth| blocks[nth].0);
            assert_eq!(place.at as usize, begins, "{flip:x} at {at}: {reason}");
        }
    }
}

#[test]
fn an_event_left_out_is_missed_the_last_ones_too() {
    let world = world();
    let (header, blocks) = sections(&file_of(&world));
    let blocks: Vec<_> = blocks.into_iter().map(|(_, it)| it).collect();
    let tips: BTreeSet<Cid> = world.whole().tips().iter().map(|ix| world.whole().entry(ix).cid).collect();
    let mut missed = BTreeSet::new();
    for left_out in blocks.iter().filter(|it| is_event(it)) {
        let words = world.whole().entry(world.whole().find(&left_out.cid).expect("an event")).event.body.words();
        let others = blocks.iter().filter(|it| it.cid != left_out.cid && Some(it.cid) != words);
        let Err(Fault { place, reason }) = checked(&joined(&header, others)) else {
            panic!("{} is not missed", left_out.cid)
        };
        match reason {
            Reason::File(CarError::NoFounding) => assert_eq!((left_out.cid, place.block), (world.room(), 0)),
            Reason::MissingParent(cid) => assert_eq!((cid, place.block > 0), (left_out.cid, true)),
            Reason::MissingTip(cid) => assert_eq!((cid, place), (left_out.cid, Place { at: 0, block: 0, cid: None })),
            _ => panic!("{reason}"),
        }
        missed.insert((matches!(reason, Reason::MissingTip(_)), tips.contains(&left_out.cid)));
    }
    assert_eq!(
        missed,
        BTreeSet::from([(false, false), (true, true)]),
        "tips by the header, others by who builds on them"
    );
}

#[test]
fn a_forged_event_is_refused_though_its_name_is_that_of_its_bytes() {
    let world = world();
    let (header, blocks) = sections(&file_of(&world));
    for (nth, (at, forged)) in blocks.iter().enumerate().filter(|(_, (_, it))| is_event(it)) {
        let mut block = forged.block.to_vec();
        // A byte of the signature.
        let sig = block.windows(4).position(|it| it == b"csig").expect("it is signed") + 10;
        block[sig] ^= 1;
        let forged = CarBlock { at: 0, cid: Cid::of(&block), block: block.into() };
        let others = blocks.iter().enumerate().map(|(at, (_, it))| if at == nth { &forged } else { it });
        let fault = checked(&joined(&header, others)).expect_err("forged");
        if nth == 0 {
            assert_eq!(fault.reason, Reason::File(CarError::NoFounding), "another founding is another room");
            continue;
        }
        assert_eq!(fault.reason, Reason::Event(Refusal::Event(EventError::BadSignature)));
        assert_eq!(fault.place, Place { at: *at as u64, block: nth + 1, cid: Some(forged.cid) });
        assert!(fault.to_string().starts_with(&format!("block {} at byte {at} ({})", nth + 1, forged.cid)), "{fault}");
    }
}

/// A room in which one writes more than is verified at once, and its file's parts.
fn long_file() -> (Vec<u8>, Vec<CarBlock>) {
    let mut world = World::new(33);
    (0..LOT).for_each(|nth| _ = world.post(1, &format!("post {nth}")));
    let (header, blocks) = sections(&file_of(&world));
    (header, blocks.into_iter().map(|(_, it)| it).collect())
}

#[test]
fn signatures_of_a_file_are_checked_as_many_together_as_go() {
    let (header, blocks) = long_file();
    let events = blocks.iter().filter(|it| is_event(it)).count();
    let file = joined(&header, &blocks);
    for size in [100, file.len()] {
        let mut verifier = Verifier::new(SECRET);
        file.chunks(size).for_each(|piece| verifier.push(piece).expect("good so far"));
        let Counts { multiplications, together, .. } = verifier.signatures();
        assert_eq!((multiplications, together), (1, LOT as u64), "whatever the pieces");
        assert_eq!(verifier.finish().map(|it| it.events), Ok(events), "what is left is checked at the end");
    }
}

#[test]
fn the_first_fault_is_told_though_those_after_it_show_sooner() {
    let (header, blocks) = long_file();
    let events: Vec<usize> = (0..blocks.len()).filter(|nth| is_event(&blocks[*nth])).collect();
    let faulty = |nth: usize, kind: usize| {
        let of = |block: Vec<u8>| CarBlock { at: 0, cid: Cid::of(&block), block: block.into() };
        match kind {
            // A signature that is another's, and bytes that are neither event nor words.
            0 => {
                let mut block = blocks[nth].block.to_vec();
                let sig = block.windows(4).position(|it| it == b"csig").expect("it is signed") + 10;
                block[sig] ^= 1;
                of(block)
            }
            1 => of(b"\xa0".to_vec()),
            2 => of(b"\x80".to_vec()),
            // What stands before it.
            _ => blocks[events[1]].clone(),
        }
    };
    // Within what is verified at once, and from one lot to the next; at their borders, and at the very end.
    for (first, second) in [(3, 4), (3, 5), (200, 255), (255, 256), (10, 256)] {
        for kinds in (0..16).map(|it| [it / 4, it % 4]) {
            let (first, second) = (events[first], events[second]);
            let mut broken = blocks.clone();
            broken[first] = faulty(first, kinds[0]);
            broken[second] = faulty(second, kinds[1]);
            let file = joined(&header, &broken);
            let alone = checked(&joined(&header, &broken[..=first])).expect_err("one fault");
            assert_eq!(alone.place.block, first + 1, "{kinds:?}: {alone}");
            for size in [1_000, file.len()] {
                let mut verifier = Verifier::new(SECRET);
                let told = file.chunks(size).find_map(|piece| verifier.push(piece).err());
                assert_eq!(told.or_else(|| verifier.finish().err()), Some(alone), "{kinds:?} at {first} and {second}");
            }
        }
    }
}

#[test]
fn what_is_there_twice_or_belongs_to_nothing_is_refused() {
    let world = world();
    let file = file_of(&world);
    let (header, blocks) = sections(&file);
    for (_, again) in &blocks {
        let fault = checked(&[&file[..], &section(&again.cid, &again.block)].concat()).expect_err("twice");
        assert_eq!(
            fault,
            Fault {
                place: Place { at: file.len() as u64, block: blocks.len() + 1, cid: Some(again.cid) },
                reason: Reason::Twice,
            }
        );
    }
    let salt = serde_bytes::ByteArray::new([7; 16]);
    // Of nobody's event, of another room, and those of an event whose author they do not name.
    for (room, author) in [(world.room(), world.author(1)), (Cid::of(b"another room"), world.author(1))] {
        let (cid, block) = Words(room, author, 0, salt, "stray".into()).encode().expect("small");
        let fault = checked(&[&file[..], &section(&cid, &block)].concat()).expect_err("stray");
        assert_eq!((fault.reason, fault.place.at), (Reason::StrayWords, file.len() as u64));
    }
    let mut stolen = world.clone();
    let (cid, _) = Words(world.room(), world.author(2), 0, salt, "another's".into()).encode().expect("small");
    let posted = Posted {
        kind: PostKind::Idea,
        words: cid,
        reply_to: None,
        tags: Default::default(),
        mentions: Default::default(),
    };
    stolen.write(1, posted);
    let (_, block) = Words(world.room(), world.author(2), 0, salt, "another's".into()).encode().expect("small");
    let log = stolen.whole();
    let file = export(&log, |it| if *it == cid { Some(block.clone().into()) } else { stolen.words(it) });
    assert_eq!(checked(&file).expect_err("stolen").reason, Reason::StrayWords);
    // A block that is neither.
    let fault = checked(&[&joined(&header, [&blocks[0].1])[..], &section(&Cid::of(b"\x80"), b"\x80")].concat());
    let fault = fault.expect_err("nothing");
    assert_eq!(fault.reason.to_string(), "the words block is not canonical DAG-CBOR");
}

#[test]
fn a_file_whose_header_names_other_tips_than_its_log_has_is_refused_and_one_that_names_none_says_so() {
    let world = world();
    let file = file_of(&world);
    let (header, blocks) = sections(&file);
    let blocks: Vec<_> = blocks.into_iter().map(|(_, it)| it).collect();
    let roots = |cids: &[Cid]| {
        let links: Vec<u8> =
            cids.iter().flat_map(|cid| [&[0xd8, 42, 0x58, 37, 0][..], &cid.to_bytes()].concat()).collect();
        let map = [&b"\xa2\x65roots"[..], &[0x80 | cids.len() as u8], &links, b"\x67version\x01"].concat();
        let mut length = Vec::new();
        if map.len() > 0x7f {
            length.push(map.len() as u8 | 0x80);
        }
        length.push(if map.len() > 0x7f { (map.len() >> 7) as u8 } else { map.len() as u8 });
        [length, map].concat()
    };
    let tips: Vec<Cid> = world.whole().tips().iter().map(|ix| world.whole().entry(ix).cid).collect();
    let mut sorted: Vec<_> = world.whole().tips().iter().map(|ix| world.whole().entry(ix).key()).collect();
    sorted.sort_unstable();
    let named: Vec<Cid> = [world.room()].into_iter().chain(sorted.into_iter().map(|it| it.1)).collect();
    assert_eq!(roots(&named), header, "as they are written");
    let fault = checked(&joined(&roots(&[world.room(), tips[0]]), &blocks)).expect_err("one is not named");
    assert_eq!((fault.reason, fault.place.cid), (Reason::UnnamedTip, Some(tips[1])));
    // As earlier builds wrote it: good, but nobody knows what came last.
    let older = checked(&joined(&roots(&[world.room()]), &blocks)).expect("a good file");
    assert_eq!(older, Report { names_tips: false, ..checked(&file).expect("a good file") });
    let cut = &blocks[..blocks.len() - 2];
    assert!(checked(&joined(&roots(&[world.room()]), cut)).is_ok_and(|it| !it.names_tips));
    // A room that nobody has written in has no tip but its founding.
    let empty = World::new(3);
    assert!(checked(&file_of(&empty)).is_ok_and(|it| it.names_tips && it.events == 1));
    for (bytes, why) in [(&b"\x08a letter"[..], CarError::NotCar), (&file[..20], CarError::Truncated { block: 0 })] {
        assert_eq!(checked(bytes).expect_err("no room").reason, Reason::File(why));
    }
}

#[test]
fn files_of_earlier_builds_are_verified_too() {
    let report = checked(include_bytes!("../../../tests/fixtures/4dca91b/room.car")).expect("a good file");
    assert!(report.events > 20 && !report.names_tips && report.authors.len() > 1);
    assert!(checked(include_bytes!("vectors/golden.car")).expect("a good file").names_tips);
}

#[test]
fn the_log_as_json_is_a_line_an_event_in_display_order_with_the_words_that_are_here() {
    let mut world = World::new(32);
    world.introduce(1, "Ada \"the first\"\n");
    world.sync_all();
    let post = world.post(1, "two\nlines \u{2028} and more");
    let odd = BTreeMap::from([("to", serde_bytes::ByteBuf::from(world.author(2).as_bytes().to_vec()))]);
    world.write(1, unknown("from-a-newer-version", &odd));
    let log: Log = world.whole();
    let text = json_lines::export(&log, |cid| world.words(cid), |node| format!("<{node}>"));
    let lines: Vec<serde_json::Value> = text.lines().map(|it| serde_json::from_str(it).expect("JSON")).collect();
    assert_eq!(lines.len(), log.len());
    assert!(text.ends_with('\n'));
    let mut order: Vec<_> = log.entries().map(|(_, it)| it).collect();
    order.sort_by_key(|it| it.key());
    for (line, entry) in lines.iter().zip(order) {
        let event = &entry.event;
        assert_eq!(line["cid"], entry.cid.to_string());
        assert_eq!(line["kind"], event.body.kind());
        assert_eq!(
            (&line["author"], &line["name"]),
            (&event.author.to_string().into(), &format!("<{}>", event.author).into())
        );
        assert_eq!((&line["seq"], &line["depth"]), (&event.seq.into(), &event.depth.into()));
        assert_eq!(line["prev"].as_str().map(String::from), event.prev.map(|it| it.to_string()));
        let parents: Vec<String> = event.parents.iter().map(Cid::to_string).collect();
        assert_eq!(line["parents"], serde_json::to_value(parents).expect("texts"));
        assert!(line["at"].as_str().is_some_and(|it| it.ends_with('Z')));
    }
    let of = |cid: Cid| lines.iter().find(|it| it["cid"] == cid.to_string()).expect("its line");
    assert_eq!(of(post)["words"], "two\nlines \u{2028} and more");
    let linked = log.entry(log.find(&post).expect("here")).event.body.words().expect("it has words");
    assert_eq!(of(post)["body"], serde_json::json!({ "kind": "update", "words": linked.to_string() }));
    assert_eq!(lines.last().expect("a line")["body"]["to"], world.author(2).to_string());
    assert_eq!(lines[0]["body"]["fold"], 1);
    // Words that are not here leave no trace but their link.
    let without = json_lines::export(&log, |_| None, |_| String::new());
    assert!(without.lines().all(|it| !it.contains("\"words\":\"two")));
}
