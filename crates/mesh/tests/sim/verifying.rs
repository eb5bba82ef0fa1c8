//! Verifying is a stage: what goes out to be verified may come back late, after other things happened.

use std::{collections::BTreeMap, sync::Arc};

use paceline_mesh::{
    Input, Lane,
    replica::{Portion, ToVerify},
    wire::{Live, Push},
};
use paceline_room::{Stored, testing::World};
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
