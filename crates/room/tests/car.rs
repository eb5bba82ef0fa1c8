//! The room as a file: whole, damaged, cut short, and read by somebody else's implementation.

use std::collections::BTreeSet;

use paceline_room::{
    Admission, Cid, Log,
    car::{CarBlock, CarError, Reader, export},
    testing::World,
};
use proptest::prelude::*;

fn room(posts: usize) -> World {
    let mut world = World::new(11);
    for nth in 0..posts {
        world.post(nth % 3, &format!("post {nth}"));
        world.send(nth % 3, (nth + 2) % 3);
    }
    world
}

fn car_of(world: &World) -> Vec<u8> {
    export(&world.whole(), |cid| world.words(cid))
}

/// How long a header is: what it says of itself, and that.
fn header_of(file: &[u8]) -> &[u8] {
    let (mut reader, mut blocks) = (Reader::new(), Vec::new());
    reader.push(file, &mut blocks).expect("a whole file");
    &file[..blocks[0].at as usize]
}

/// Reads a file in pieces of that size.
fn read(file: &[u8], piece: usize) -> (Vec<CarBlock>, Result<usize, CarError>) {
    let (mut reader, mut blocks) = (Reader::new(), Vec::new());
    for piece in file.chunks(piece.max(1)) {
        if let Err(error) = reader.push(piece, &mut blocks) {
            assert_eq!(reader.push(piece, &mut blocks), Err(error), "nothing is read after an error");
            assert_eq!(reader.clone().finish(), Err(error));
            return (blocks, Err(error));
        }
    }
    (blocks, reader.finish())
}

#[test]
fn a_room_taken_out_and_brought_in_is_the_same_room() {
    let world = room(12);
    let file = car_of(&world);
    for piece in [1, 7, 1_000, file.len()] {
        let (blocks, end) = read(&file, piece);
        assert_eq!(end, Ok(blocks.len()));
        let mut log = Log::new(world.room());
        let mut words = BTreeSet::new();
        for it in blocks {
            match world.words(&it.cid) {
                Some(block) => {
                    assert_eq!(block, it.block);
                    words.insert(it.cid);
                }
                None => assert!(matches!(log.admit(&it.block), Ok(Admission::Admitted(_))), "parents come first"),
            }
        }
        assert_eq!((log.len(), words.len()), (13, 12));
    }
}

#[test]
fn events_come_in_display_order_each_before_its_words() {
    let world = room(9);
    let expected: Vec<Cid> =
        world.blocks().into_iter().flat_map(|it| [Some(it.cid), it.words.map(|(cid, _)| cid)]).flatten().collect();
    let (blocks, _) = read(&car_of(&world), 100);
    assert_eq!(blocks.into_iter().map(|it| it.cid).collect::<Vec<_>>(), expected);
}

#[test]
fn words_that_are_not_here_are_left_out() {
    let world = room(3);
    let (blocks, end) = read(&export(&world.whole(), |_| None), 100);
    assert_eq!((blocks.len(), end), (4, Ok(4)));
}

#[test]
fn the_reader_names_the_room_as_soon_as_the_header_is_read() {
    let world = room(1);
    let mut reader = Reader::new();
    let file = car_of(&world);
    let header = header_of(&file);
    reader.push(header, &mut Vec::new()).unwrap();
    assert_eq!((reader.room(), reader.blocks(), reader.at()), (Some(world.room()), 0, header.len() as u64));
}

#[test]
fn the_header_names_every_tip_and_the_founding_event_before_them() {
    let mut world = room(12);
    (0..3).for_each(|it| _ = world.post(it, "beside the others"));
    let log = world.whole();
    let mut tips: Vec<_> = log.tips().iter().map(|ix| log.entry(ix).key()).collect();
    tips.sort_unstable();
    assert_eq!(tips.len(), 3);
    let mut reader = Reader::new();
    reader.push(&car_of(&world), &mut Vec::new()).unwrap();
    assert_eq!(reader.room(), Some(world.room()));
    assert_eq!(reader.tips(), tips.into_iter().map(|it| it.1).collect::<Vec<_>>());
    // Of a room that nobody has written in, nothing is named twice.
    let mut reader = Reader::new();
    reader.push(&car_of(&World::new(11)), &mut Vec::new()).unwrap();
    assert_eq!((reader.room().is_some(), reader.tips()), (true, &[][..]));
}

#[test]
fn another_implementation_makes_the_same_file_of_the_golden_room() {
    // Written with @ipld/car (`vectors/car.mjs`).
    let file = include_bytes!("vectors/golden.car");
    let (blocks, end) = read(file, file.len());
    assert_eq!(end, Ok(blocks.len()));
    let mut log = Log::new(blocks[0].cid);
    let mut words = BTreeSet::new();
    for it in &blocks {
        if log.admit(&it.block).is_err() {
            words.insert(it.cid);
        }
    }
    assert!(log.len() > 20 && !words.is_empty());
    let lookup = |cid: &Cid| blocks.iter().find(|it| it.cid == *cid && words.contains(cid)).map(|it| it.block.clone());
    assert_eq!(export(&log, lookup), file);
}

/// A file with this header section, and one block of the world's behind it.
fn with_header(section: &[u8]) -> Vec<u8> {
    let mut file = vec![section.len() as u8];
    file.extend_from_slice(section);
    file
}

fn error_of(file: &[u8]) -> CarError {
    read(file, 64).1.expect_err("it is wrong")
}

#[test]
fn what_is_not_a_car_is_not_taken_for_one() {
    for file in [&b""[..], b"\x00", b"\x08a letter", b"\xff\xff\xff\xff", &with_header(b"\xa0"), &[0x80, 0x00]] {
        assert_eq!(error_of(file), CarError::NotCar, "{file:02x?}");
    }
}

#[test]
fn a_car_of_version_2_is_named_so() {
    // The fixed first bytes of every CARv2.
    assert_eq!(error_of(b"\x0a\xa1\x67version\x02"), CarError::Version(2));
}

#[test]
fn a_car_without_a_root_or_with_one_twice_is_no_room() {
    assert_eq!(error_of(&with_header(b"\xa2\x65roots\x80\x67version\x01")), CarError::NotARoom);
    let file = car_of(&room(0));
    let link = &file[9..50];
    let twice = [&b"\xa2\x65roots\x82"[..], link, link, b"\x67version\x01"].concat();
    assert_eq!(error_of(&with_header(&twice)), CarError::NotARoom);
}

#[test]
fn a_length_that_no_block_has_is_refused_before_anything_is_kept() {
    let file = car_of(&room(1));
    let header = header_of(&file);
    for length in [&[0x00][..], &[0x80, 0x00], &[0xff, 0xff, 0x7f], &[0xff, 0xff, 0xff, 0x01]] {
        assert_eq!(error_of(&[header, length].concat()), CarError::BadLength { block: 1 }, "{length:02x?}");
    }
}

#[test]
fn a_block_with_a_foreign_name_is_refused() {
    let file = car_of(&room(1));
    let header = header_of(&file).len();
    for (at, byte) in [(0, 2), (1, 0x55), (2, 0x13), (3, 0x21)] {
        let mut file = file.clone();
        file[header + 2 + at] = byte;
        assert_eq!(error_of(&file), CarError::BadName { block: 1 });
    }
    assert_eq!(error_of(&[&file[..header], &[1, 1]].concat()), CarError::BadName { block: 1 });
}

#[test]
fn a_file_without_its_founding_event_says_so() {
    let file = car_of(&room(1));
    assert_eq!(error_of(header_of(&file)), CarError::NoFounding);
}

#[test]
fn a_damaged_block_is_named_by_its_position_and_those_before_it_stand() {
    let world = room(2);
    let mut file = car_of(&world);
    let last = file.len() - 1;
    file[last] ^= 1;
    let (blocks, end) = read(&file, 50);
    assert_eq!((blocks.len(), end), (4, Err(CarError::Damaged { block: 5 })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn one_changed_byte_anywhere_is_noticed_and_named(at: prop::sample::Index, flip in 1..=255_u8, piece in 1..400_usize) {
        let world = room(4);
        let whole = car_of(&world);
        let mut file = whole.clone();
        let at = at.index(file.len());
        file[at] ^= flip;
        let (blocks, end) = read(&file, piece);
        // Which tips a header names says nothing of the blocks: that is for who verifies the whole.
        let tips = |file: &[u8]| {
            let mut reader = Reader::new();
            let _ = reader.push(file, &mut Vec::new());
            reader.tips().to_vec()
        };
        prop_assert!(end.is_err() || tips(&file) != tips(&whole));
        // All that was handed out before is as it was.
        let (good, _) = read(&whole, whole.len());
        prop_assert!(good.starts_with(&blocks));
    }

    #[test]
    fn a_file_cut_short_within_a_block_is_noticed(at: prop::sample::Index) {
        let file = car_of(&room(4));
        let at = at.index(file.len());
        let (blocks, end) = read(&file[..at], 100);
        match end {
            // Between two blocks: as good a file, of less.
            Ok(count) => prop_assert_eq!(count, blocks.len()),
            Err(error) => {
                let nothing = at == 0 && error == CarError::NotCar;
                let founding = blocks.is_empty() && error == CarError::NoFounding;
                let cut = matches!(error, CarError::Truncated { block } if block == 0 || block == blocks.len() + 1);
                prop_assert!(nothing || founding || cut, "{error}");
            }
        }
    }

    #[test]
    fn arbitrary_bytes_are_an_error_and_never_a_panic(file: Vec<u8>, piece in 1..64_usize, behind_header: bool) {
        let header = if behind_header { header_of(&car_of(&room(0))).to_vec() } else { Vec::new() };
        let (blocks, end) = read(&[header, file].concat(), piece);
        prop_assert!(blocks.is_empty() && end.is_err());
    }
}
