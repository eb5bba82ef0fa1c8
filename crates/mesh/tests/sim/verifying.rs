//! Verifying is a stage: what goes out to be verified may come back late, after other things happened.

use std::{collections::BTreeMap, sync::Arc};

use paceline_mesh::{
    Input, Lane,
    replica::{Portion, ToVerify, verify_all},
    wire::{Live, Push},
};
use paceline_room::{
    Event, Stored,
    batch::{Batcher, Counts},
    testing::World,
};
use serde_bytes::ByteBuf;

use crate::world::Solo;

fn push(solo: &mut Solo, from: usize, world: &World, it: &Stored, block: &[u8]) {
    let words = it.words.as_ref().map(|(_, words)| ByteBuf::from(words.to_vec()));
    let push = Live::Push(Push(ByteBuf::from(block.to_vec()), words, 0, false));
    let bytes = push.encode();
    let outputs = solo.replica.handle(Input::Received { peer: world.author(from), lane: Lane::Live, bytes }, solo.now);
    drop(outputs);
}

#[test]
fn what_is_verified_late_is_admitted_all_the_same_whatever_happened_meanwhile() {
    let mut world = World::new(77);
    for text in ["one", "two", "three"] {
        world.post(1, text);
    }
    let blocks = world.blocks();
    let mut solo = Solo::empty(&world);
    solo.link(world.author(1));
    for it in &blocks {
        push(&mut solo, 1, &world, it, &it.block);
    }
    // One that is forged: the same event with another signature.
    let last = blocks.last().expect("an event");
    let mut forged = last.block.to_vec();
    let end = forged.len() - 1;
    forged[end] ^= 1;
    push(&mut solo, 1, &world, last, &forged);
    let out = solo.replica.to_verify(Portion::of(100), solo.now);
    assert_eq!(out.len(), 5, "four events and a forged one");
    assert!(!solo.replica.has_work() && solo.replica.log().is_empty());
    assert_eq!(solo.replica.progress().missing_events, 5, "they are known to be on their way");
    // Their link goes, and the same events come in a file.
    solo.input(Input::LinkDown { peer: world.author(1), goodbye: false });
    let all: Vec<Arc<[u8]>> = blocks.iter().map(|it| it.block.clone()).collect();
    solo.replica.handle(Input::Import(all), solo.now);
    let of_import = solo.replica.to_verify(Portion::of(100), solo.now);
    assert!(of_import.is_empty(), "they are being verified already");
    solo.replica.verified(Vec::new(), solo.now);
    assert_eq!(solo.replica.imported().map(|it| it.known), Some(4));
    // The latest comes back first.
    let verified = out.into_iter().rev().map(ToVerify::verify).collect();
    let outputs = solo.replica.verified(verified, solo.now);
    assert!(!outputs.is_empty());
    while solo.replica.has_work() {
        solo.replica.work(16, solo.now);
    }
    assert_eq!(solo.replica.log().len(), 4);
    assert_eq!(solo.replica.refused(), BTreeMap::from([("bad-signature", 1)]));
    assert_eq!(solo.replica.progress().missing_events, 0);
}

#[test]
fn an_import_is_done_when_the_last_of_it_is_verified() {
    let mut world = World::new(78);
    world.post(1, "one");
    let mut solo = Solo::empty(&world);
    let all: Vec<Arc<[u8]>> = world.blocks().iter().map(|it| it.block.clone()).collect();
    solo.replica.handle(Input::Import(all), solo.now);
    // Blocks are read first, in their order; then they go out.
    let out = solo.replica.to_verify(Portion::of(100), solo.now);
    assert_eq!(out.len(), 2);
    solo.replica.verified(Vec::new(), solo.now);
    assert_eq!(solo.replica.imported(), None);
    solo.replica.verified(out.into_iter().map(ToVerify::verify).collect(), solo.now);
    assert_eq!(solo.replica.imported().map(|it| (it.admitted, it.refused.len())), Some((2, 0)));
}

/// The same event with another `S`: only the equation shows that it is bad.
fn forged(it: &Stored) -> Vec<u8> {
    let signature = Event::decode(&it.block).expect("an event").sig;
    let at = it.block.windows(64).position(|bytes| bytes == &signature[..]).expect("its signature");
    let mut forged = it.block.to_vec();
    forged[at + 32] ^= 1;
    forged
}

/// Verifies and folds all that waits; what that took.
fn verified(solo: &mut Solo) -> Counts {
    let batcher = Batcher::new([5; 32]);
    while solo.replica.has_work() {
        let out = solo.replica.to_verify(Portion::of(100), solo.now);
        solo.replica.verified(verify_all(out, &batcher), solo.now);
    }
    batcher.counts()
}

#[test]
fn what_comes_from_who_spoilt_a_batch_is_verified_alone_from_then_on_and_nobody_elses_is() {
    const EACH: usize = 20;
    let mut world = World::new(79);
    (0..4 * EACH).for_each(|_| _ = world.post(1, "a post"));
    let blocks = world.blocks();
    let mut solo = Solo::empty(&world);
    [2, 3].into_iter().for_each(|peer| solo.link(world.author(peer)));
    let send = |solo: &mut Solo, from, part: usize| {
        for it in &blocks[part * EACH..][..EACH] {
            push(solo, from, &world, it, &it.block);
        }
    };
    // One of the first is forged by who forwards it; it comes from another as it is.
    send(&mut solo, 2, 0);
    push(&mut solo, 3, &world, &blocks[4 * EACH], &forged(&blocks[4 * EACH]));
    let counts = verified(&mut solo);
    assert_eq!((counts.spoilt, counts.all()), (1, EACH as u64 + 1), "{counts:?}");
    assert!(counts.multiplications > 1);
    let together = Counts { multiplications: 1, together: EACH as u64, ..Counts::default() };
    let alone = Counts { alone: EACH as u64, ..Counts::default() };
    send(&mut solo, 2, 1);
    assert_eq!(verified(&mut solo), together, "who sent what is good is not to blame");
    send(&mut solo, 3, 2);
    assert_eq!(verified(&mut solo), alone);
    // It does not help to come back.
    solo.input(Input::LinkDown { peer: world.author(3), goodbye: true });
    solo.link(world.author(3));
    send(&mut solo, 3, 3);
    assert_eq!(verified(&mut solo), alone);
    assert_eq!(solo.replica.log().len(), 4 * EACH);
    assert_eq!(solo.replica.blamed().keys().copied().collect::<Vec<_>>(), [(world.author(3), "bad-signature")]);
}

#[test]
fn a_file_that_spoils_a_batch_is_verified_alone_to_its_end_and_the_next_one_is_not() {
    let mut world = World::new(80);
    (0..150).for_each(|_| _ = world.post(1, "a post"));
    let blocks = world.blocks();
    let mut solo = Solo::empty(&world);
    let mut file: Vec<Arc<[u8]>> = blocks[..130].iter().map(|it| it.block.clone()).collect();
    file[10] = forged(&blocks[10]).into();
    solo.replica.handle(Input::Import(file.clone()), solo.now);
    let counts = verified(&mut solo);
    assert_eq!((counts.spoilt, counts.all()), (1, 130), "{counts:?}");
    assert!(counts.alone >= 30, "all after the first hundred: {counts:?}");
    assert_eq!(solo.replica.imported().map(|it| it.refused), Some([("bad-signature".to_owned(), 1)].into()));
    let rest: Vec<Arc<[u8]>> = blocks[130..].iter().chain([&blocks[10]]).map(|it| it.block.clone()).collect();
    let count = rest.len() as u64;
    solo.replica.handle(Input::Import(rest), solo.now);
    assert_eq!(verified(&mut solo), Counts { multiplications: 1, together: count, ..Counts::default() });
}
