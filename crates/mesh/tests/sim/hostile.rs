//! What a hostile member sends: each class raises exactly its counter, once, and disturbs nobody.

use std::collections::BTreeMap;

use crate::world::{ME, Pair, Solo};
use paceline_mesh::{
    Input, Lane,
    wire::{
        BEACON_BYTES, Beacon, Behind, Bulk, Cids, Hello, LINKS, LIVE_BYTES, Live, MISSING_WORDS, Push, ShortIds,
        Signed, State, Stream, TIPS, short_node,
    },
};
use paceline_room::{
    Cid, Ix, Keypair, NodeId,
    body::{Introduced, Retracted},
    cost,
    testing::{World, unknown},
};
use serde_bytes::{ByteArray, ByteBuf};

pub const PEER: usize = 1;

/// A room of three events, a replica that holds them, and a link to author 1.
pub fn room() -> (World, Solo, NodeId) {
    let mut world = World::new(11);
    world.introduce(0, "Founder");
    world.post(PEER, "a first post");
    world.sync_all();
    let mut solo = Solo::holding(&world);
    let peer = world.author(PEER);
    solo.link(peer);
    (world, solo, peer)
}

/// An event that author 1 signs after changing its draft.
pub fn crooked(world: &World, change: impl FnOnce(&mut paceline_room::Draft)) -> Vec<u8> {
    let body =
        Introduced { name: "Peer".try_into().unwrap(), strengths: Default::default(), hue: 1_u64.try_into().unwrap() };
    let mut draft = world.log(PEER).draft(world.author(PEER), 5, body.into());
    change(&mut draft);
    draft.sign(&world.keypair(PEER)).unwrap().2
}

fn expect(solo: &Solo, peer: NodeId, code: &'static str) {
    assert_eq!(solo.counts(), BTreeMap::from([(code, 1)]));
    assert_eq!(solo.refused, vec![(code, Some(peer))]);
    assert_eq!(solo.disconnected, vec![]);
    assert_eq!(solo.admitted, vec![]);
}

#[test]
fn a_forged_signature_is_refused_once_however_often_it_comes() {
    let (world, mut solo, peer) = room();
    let mut block = crooked(&world, |_| {});
    // The signature's bytes stand in the block as they are; the last ones belong to its scalar.
    let at = block.windows(3).rposition(|window| window == b"sig").unwrap() + 3 + 2 + 5;
    block[at] ^= 1;
    (0..3).for_each(|_| solo.push(peer, &block, None));
    expect(&solo, peer, "bad-signature");
}

#[test]
fn a_block_that_is_no_event_is_refused() {
    let (_, mut solo, peer) = room();
    solo.push(peer, b"\xa1\x61a\x01", None);
    expect(&solo, peer, "malformed");
}

#[test]
fn an_event_in_another_encoding_is_refused() {
    let (world, mut solo, peer) = room();
    let mut block = crooked(&world, |_| {});
    // `v` = 1 in two bytes instead of one.
    let at = block.windows(3).position(|window| window == b"\x61v\x01").unwrap();
    block.splice(at + 2..at + 3, [0x18, 0x01]);
    solo.push(peer, &block, None);
    expect(&solo, peer, "not-canonical");
}

#[test]
fn a_block_over_its_limit_is_refused() {
    let (_, mut solo, peer) = room();
    solo.push(peer, &vec![0; 33 * 1024], None);
    expect(&solo, peer, "too-large");
}

#[test]
fn a_message_over_its_lanes_limit_is_refused_unread() {
    let (_, mut solo, peer) = room();
    solo.input(Input::Received { peer, lane: Lane::Live, bytes: vec![0; LIVE_BYTES + 1] });
    expect(&solo, peer, "too-large");
}

#[test]
fn an_event_of_another_room_is_refused() {
    let (world, mut solo, peer) = room();
    let block = crooked(&world, |draft| draft.room = Some(Cid::of(b"elsewhere")));
    solo.push(peer, &block, None);
    expect(&solo, peer, "wrong-room");
}

#[test]
fn an_event_from_the_future_is_refused() {
    let (world, mut solo, peer) = room();
    let block = crooked(&world, |draft| draft.depth += 7);
    solo.push(peer, &block, None);
    expect(&solo, peer, "wrong-depth");
}

#[test]
fn an_event_out_of_its_authors_chain_is_refused() {
    let (world, mut solo, peer) = room();
    let block = crooked(&world, |draft| draft.seq += 1);
    solo.push(peer, &block, None);
    expect(&solo, peer, "wrong-prev");
}

#[test]
fn an_event_with_doubled_parents_is_refused() {
    let (world, mut solo, peer) = room();
    let founding = world.room();
    let block = crooked(&world, |draft| draft.parents = vec![founding, founding]);
    solo.push(peer, &block, None);
    expect(&solo, peer, "wrong-parents");
}

#[test]
fn what_builds_on_a_refused_event_is_refused_with_it_each_once() {
    let (world, mut solo, peer) = room();
    let bad = crooked(&world, |draft| draft.depth += 7);
    let child = crooked(&world, |draft| {
        (draft.seq, draft.prev, draft.parents) = (draft.seq + 1, Some(Cid::of(&bad)), vec![]);
        draft.depth += 8;
    });
    solo.push(peer, &child, None);
    assert_eq!(solo.replica.pending(), 1);
    solo.push(peer, &bad, None);
    assert_eq!(solo.counts(), BTreeMap::from([("wrong-depth", 1), ("refused-parent", 1)]));
    assert_eq!(solo.replica.pending(), 0);
    // And whatever builds on it later.
    let late = crooked(&world, |draft| {
        (draft.seq, draft.prev, draft.depth) = (draft.seq + 1, Some(Cid::of(&bad)), 99);
    });
    solo.push(peer, &late, None);
    assert_eq!(solo.counts(), BTreeMap::from([("wrong-depth", 1), ("refused-parent", 2)]));
}

/// The same event in a format of tomorrow.
fn newer(mut block: Vec<u8>) -> Vec<u8> {
    let at = block.windows(3).position(|window| window == b"\x61v\x01").unwrap();
    block[at + 2] = 2;
    block
}

#[test]
fn nobody_is_to_blame_for_what_is_only_newer_nor_for_what_builds_on_it() {
    let (world, mut solo, peer) = room();
    let on = |parent: &[u8], number: u64| {
        crooked(&world, |draft| {
            (draft.seq, draft.prev, draft.parents) = (draft.seq + 1, Some(Cid::of(parent)), vec![]);
            (draft.depth, draft.at) = (draft.depth + 1, number);
        })
    };
    let first = newer(crooked(&world, |_| {}));
    // One child comes before it, and a grandchild before that; the others after it.
    let child = on(&first, 0);
    let grandchild = on(&child, 0);
    solo.push(peer, &grandchild, None);
    solo.push(peer, &child, None);
    solo.push(peer, &first, None);
    assert_eq!(solo.counts(), BTreeMap::from([("newer-version", 1), ("newer-parent", 2)]));
    assert_eq!(solo.replica.pending(), 0);
    for number in 1..600 {
        let child = on(&first, number);
        solo.push(peer, &child, None);
        // Once more, by another way.
        solo.push(peer, &child, None);
        solo.push(peer, &on(&child, number), None);
        solo.push(peer, &first, None);
    }
    assert_eq!(solo.counts(), BTreeMap::from([("newer-version", 1), ("newer-parent", 1_200)]));
    assert_eq!(solo.disconnected, vec![]);
}

#[test]
fn what_builds_on_something_wrong_as_well_as_something_newer_is_held_against_its_forwarder() {
    let (world, mut solo, peer) = room();
    let bad = crooked(&world, |draft| draft.depth += 7);
    let first = newer(crooked(&world, |_| {}));
    solo.push(peer, &bad, None);
    solo.push(peer, &first, None);
    for number in 0..600 {
        let child = crooked(&world, |draft| {
            (draft.parents, draft.at) = (vec![Cid::of(&first), Cid::of(&bad)], number);
        });
        solo.push(peer, &child, None);
    }
    assert_eq!(solo.disconnected, vec![peer]);
    assert_eq!(solo.counts().get("newer-parent"), None);
}

/// A founding event that no build of this version knows, with what is the same in every version.
#[test]
fn a_room_of_a_newer_version_is_admitted_kept_and_passed_on_like_any_other() {
    let mut world = World::founded_by(12, unknown("room-founded", &BTreeMap::from([("fold", 2)])));
    world.introduce(PEER, "Somebody");
    let post = world.post(PEER, "the same in every version");
    world.open_baton(PEER, "perhaps something else");
    let mut solo = Solo::empty(&world);
    let (peer, other) = (world.author(PEER), world.author(5));
    solo.link(peer);
    solo.link(other);
    solo.sent_live(other);
    for stored in world.blocks() {
        solo.push(peer, &stored.block, stored.words.as_ref().map(|(_, words)| words.as_ref()));
    }
    assert_eq!((solo.counts(), solo.replica.log().len()), (BTreeMap::new(), 4));
    assert!(solo.replica.fold().is_newer());
    assert_eq!(solo.replica.fold().post(&post).unwrap().text.as_deref(), Some("the same in every version"));
    let pushed = solo.sent_live(other).into_iter().filter(|message| matches!(message, Live::Push(_))).count();
    assert_eq!((pushed, solo.stored.len()), (4, 4));
}

/// Thousands of events that mean nothing, each with all the words it may have: they cost what they hold, and a look each.
#[test]
fn a_log_of_unknown_kinds_full_of_words_costs_what_it_holds() {
    const EVENTS: usize = 400;
    let mut world = World::new(13);
    let long = "x".repeat(16 * 1024);
    for number in 0..EVENTS {
        let words = world.say(number % 4, &long);
        let content = BTreeMap::from([("words", words)]);
        world.write(number % 4, unknown("later", &content));
        if number % 20 == 0 {
            world.sync_all();
        }
    }
    world.sync_all();
    let payload: usize =
        world.blocks().iter().map(|it| it.block.len() + it.words.as_ref().map_or(0, |(_, words)| words.len())).sum();
    let mut pair = Pair::of(world.room(), [world.keypair(ME), world.keypair(91)]);
    pair.load(0, world.blocks());
    pair.link();
    pair.settle(30_000);
    let there = pair.replica(1);
    assert_eq!((there.log().len(), there.fold().unknown().count()), (EVENTS + 1, EVENTS));
    assert_eq!((there.progress().missing_words, there.fold().missing_words().len()), (0, 0));
    assert!(pair.bytes < payload * 11 / 10, "{} bytes for {payload}", pair.bytes);
    // The log holds each block once and no copy of what stands in it.
    let mut fold = paceline_room::Fold::default();
    let numbers: Vec<Ix> = there.log().entries().map(|(ix, _)| ix).collect();
    let costs: Vec<u64> = numbers.into_iter().map(|ix| cost::of(|| fold.apply(there.log(), ix)).1).collect();
    assert!(costs.iter().all(|it| *it < 40), "{costs:?}");
}

#[test]
fn words_that_are_not_what_the_event_links_are_refused_and_the_event_is_not() {
    let (mut world, mut solo, peer) = room();
    let cid = world.post(PEER, "what was said");
    let block = world.blocks().into_iter().find(|stored| stored.cid == cid).unwrap();
    solo.push(peer, &block.block, Some(b"something else"));
    assert_eq!(solo.counts(), BTreeMap::from([("wrong-words", 1)]));
    assert_eq!(solo.admitted, vec![cid]);
    assert_eq!(solo.replica.progress().missing_words, 1);
}

#[test]
fn noise_on_either_lane_is_refused() {
    for lane in [Lane::Live, Lane::Bulk] {
        let (_, mut solo, peer) = room();
        solo.input(Input::Received { peer, lane, bytes: b"\x82\x01\xa1noise".to_vec() });
        expect(&solo, peer, "bad-message");
    }
}

#[test]
fn a_newer_message_is_counted_and_not_held_against_its_sender() {
    let (_, mut solo, peer) = room();
    // Of another version, of another kind, with parts of its own: `[2, 0]`, `{"dance": [1]}`, `{"prune": {"why": 7}}`.
    let newer: [(&str, &[u8]); 3] = [
        ("newer-message", b"\x82\x02\x00"),
        ("newer-message", b"\xa1\x65dance\x81\x01"),
        ("newer-field", b"\xa1\x65prune\xa1\x63why\x07"),
    ];
    for (code, bytes) in newer {
        for lane in [Lane::Live, Lane::Bulk] {
            let before = solo.refused.len();
            solo.input(Input::Received { peer, lane, bytes: bytes.to_vec() });
            let code = if lane == Lane::Bulk { "newer-message" } else { code };
            assert_eq!(solo.refused[before..], [(code, Some(peer))]);
            for _ in 0..2_000 {
                solo.input(Input::Received { peer, lane, bytes: bytes.to_vec() });
            }
        }
    }
    assert_eq!(solo.disconnected, vec![]);
}

#[test]
fn what_a_later_build_adds_to_a_beacon_is_counted_and_passed_on_unchanged() {
    let (world, mut solo, peer) = room();
    let other = world.author(3);
    for peer in [peer, other] {
        solo.input(Input::LinkUp(peer));
        solo.live(peer, &Live::Hello(Hello(0, Cids::default(), None, Behind::default())));
    }
    let key = world.keypair(PEER);
    let Live::Beacon(known) = signed(&Beacon { node: peer, ..beacon(&world, PEER, 9) }, &key) else {
        panic!("a beacon")
    };
    let mut bytes = known.0.into_vec();
    bytes[0] += 1;
    bytes.extend(b"\x64pace\x03");
    let sig = key.sign(&[b"paceline/beacon/1", &bytes[..]].concat());
    let later = Signed(ByteBuf::from(bytes), ByteArray::new(sig));
    solo.live(peer, &Live::Beacon(later.clone()));
    assert_eq!(solo.refused, vec![("newer-field", Some(peer))]);
    let passed_on =
        solo.taken(other, Lane::Live).into_iter().any(|bytes| Live::decode(&bytes) == Ok(Live::Beacon(later.clone())));
    assert!(passed_on);
}

#[test]
fn who_runs_an_older_build_is_written_to_in_its_own_form() {
    let (_, mut solo, peer) = room();
    for (older, first) in [(false, 0xa1), (true, 0x82)] {
        solo.input(Input::LinkDown { peer, goodbye: false });
        solo.taken(peer, Lane::Live);
        solo.taken(peer, Lane::Bulk);
        solo.input(if older { Input::OlderLinkUp(peer) } else { Input::LinkUp(peer) });
        solo.live(peer, &Live::Hello(Hello(1, Cids(vec![Cid::of(b"not here")]), None, Behind::default())));
        solo.bulk(peer, &Bulk::Stream(Stream(0, ByteArray::new([0; 32]), 1)));
        for lane in [Lane::Live, Lane::Bulk] {
            let sent = solo.taken(peer, lane);
            assert!(!sent.is_empty(), "{lane:?}");
            assert!(sent.iter().all(|bytes| bytes[0] == first), "{lane:?}");
        }
    }
}

#[test]
fn a_round_that_is_no_reconciliation_is_refused() {
    let (_, mut solo, peer) = room();
    solo.bulk(peer, &Bulk::Round(ByteBuf::from(vec![0x61, 0, 0, 9])));
    expect(&solo, peer, "bad-message");
}

pub fn beacon(world: &World, of: usize, counter: u64) -> Beacon {
    Beacon {
        room: ByteArray::new(*world.room().digest()),
        node: world.author(of),
        counter,
        state: State::Here,
        tips: Cids::default(),
        events: 0,
        missing_words: ShortIds::default(),
        more_missing: false,
        links: ShortIds::default(),
        listens: false,
        floor: None,
        behind: Behind::default(),
    }
}

pub fn signed(beacon: &Beacon, key: &Keypair) -> Live {
    Live::Beacon(Signed::new(beacon, key))
}

#[test]
fn a_beacon_signed_by_another_key_is_refused() {
    let (world, mut solo, peer) = room();
    solo.live(peer, &signed(&beacon(&world, 0, 1), &world.keypair(PEER)));
    expect(&solo, peer, "bad-beacon");
    assert!(!solo.replica.presence().contains_key(&world.author(0)));
}

#[test]
fn a_beacon_of_another_room_is_refused() {
    let (world, mut solo, peer) = room();
    let elsewhere = Beacon { room: ByteArray::new([7; 32]), ..beacon(&world, PEER, 1) };
    solo.live(peer, &signed(&elsewhere, &world.keypair(PEER)));
    expect(&solo, peer, "bad-beacon");
}

#[test]
fn a_beacon_that_was_said_before_is_refused() {
    let (world, mut solo, peer) = room();
    let (old, new) = (beacon(&world, PEER, 1), beacon(&world, PEER, 2));
    solo.live(peer, &signed(&old, &world.keypair(PEER)));
    solo.live(peer, &signed(&new, &world.keypair(PEER)));
    // The latest once more is what two paths bring.
    solo.live(peer, &signed(&new, &world.keypair(PEER)));
    assert_eq!(solo.counts(), BTreeMap::new());
    solo.live(peer, &signed(&old, &world.keypair(PEER)));
    expect(&solo, peer, "replayed-beacon");
}

#[test]
fn a_peer_that_goes_on_sending_what_is_refused_loses_its_link_and_no_other_does() {
    let (world, mut solo, peer) = room();
    let other = world.author(2);
    solo.link(other);
    for number in 0..2_000u32 {
        solo.push(peer, &number.to_le_bytes(), None);
    }
    assert_eq!(solo.disconnected, vec![peer]);
    // What still comes is not looked at.
    let before = solo.counts();
    solo.push(peer, b"more", None);
    assert_eq!(solo.counts(), before);
}

#[test]
fn a_flood_of_valid_events_is_delayed_and_nobody_is_dropped() {
    let (mut world, mut solo, peer) = room();
    for number in 0..300 {
        world.write(PEER, Retracted { post: Cid::of(&[number as u8]), alone: false });
    }
    let before = solo.replica.log().len();
    for stored in world.blocks().into_iter().filter(|it| solo.replica.log().find(&it.cid).is_none()).collect::<Vec<_>>()
    {
        solo.push(peer, &stored.block, None);
    }
    let at_once = solo.replica.log().len() - before;
    assert!(at_once < 300, "the author's budget lets {at_once} through at once");
    solo.wait(60_000);
    assert_eq!(solo.replica.log().len() - before, 300);
    assert_eq!((solo.counts(), solo.disconnected.clone()), (BTreeMap::new(), vec![]));
}

#[test]
fn fresh_keys_share_one_budget() {
    let (mut world, mut solo, peer) = room();
    for text in ["one", "two", "three"] {
        let cid = world.post(0, text);
        let stored = world.blocks().into_iter().find(|it| it.cid == cid).unwrap();
        solo.push(peer, &stored.block, None);
    }
    solo.admitted.clear();
    let fresh: Vec<Cid> = (100..700).map(|author| world.introduce(author, "Nobody")).collect();
    for stored in world.blocks().into_iter().filter(|it| fresh.contains(&it.cid)).collect::<Vec<_>>() {
        solo.push(peer, &stored.block, None);
    }
    let at_once = solo.admitted.len();
    assert!(at_once < 600, "{at_once} fresh keys got in at once");
    assert_eq!((solo.counts(), solo.disconnected.clone()), (BTreeMap::new(), vec![]));
    // A member of old is not made to wait behind them.
    let cid = world.post(0, "from an old member");
    let stored = world.blocks().into_iter().find(|it| it.cid == cid).unwrap();
    solo.push(peer, &stored.block, None);
    assert!(solo.replica.log().find(&cid).is_some());
}

#[test]
fn a_direct_push_by_somebody_else_than_its_author_goes_on_along_the_tree() {
    let (mut world, mut solo, peer) = room();
    let other = world.author(5);
    solo.link(other);
    let cid = world.post(0, "words of the founder");
    let stored = world.blocks().into_iter().find(|it| it.cid == cid).unwrap();
    solo.sent_live(other);
    solo.live(peer, &Live::Push(Push(ByteBuf::from(stored.block.to_vec()), None, 0, true)));
    let sent = solo.sent_live(other);
    assert!(matches!(&sent[..], [Live::Push(push)] if Cid::of(&push.0) == cid && !push.3), "{sent:?}");
}

#[test]
fn an_event_on_parents_that_do_not_exist_does_not_keep_a_node_catching_up_for_ever() {
    let (world, mut solo, peer) = room();
    let orphan = crooked(&world, |draft| draft.parents = vec![Cid::of(b"nowhere")]);
    solo.push(peer, &orphan, None);
    assert_eq!((solo.replica.pending(), solo.replica.progress().missing_events), (1, 1));
    solo.wait(120_000);
    assert_eq!((solo.replica.pending(), solo.replica.progress().missing_events), (0, 0));
    assert_eq!(solo.counts(), BTreeMap::new());
}

/// Fresh keys cost their maker nothing: they are shown to nobody, counted nowhere and passed on to nobody.
#[test]
fn beacons_of_fresh_keys_are_neither_shown_nor_counted_nor_passed_on() {
    let (world, mut solo, peer) = room();
    let other = world.author(2);
    solo.link(other);
    solo.sent_beacons(other);
    let listed = (100..140).map(|key| short_node(&world.author(key))).collect();
    let lists = Beacon { links: ShortIds(listed), ..beacon(&world, PEER, 1) };
    solo.live(peer, &signed(&lists, &world.keypair(PEER)));
    for key in 100..400 {
        solo.live(peer, &signed(&beacon(&world, key, 1), &world.keypair(key)));
    }
    let present: Vec<NodeId> = solo.replica.presence().keys().copied().collect();
    assert!(present.len() == 2 && present.contains(&peer) && present.contains(&other), "{} present", present.len());
    assert_eq!(solo.replica.reach(&world.room()).of, 3);
    let passed_on = solo.sent_beacons(other).len();
    assert!(passed_on <= 41, "{passed_on} passed on");
}

#[test]
fn a_neighbour_that_sends_more_beacons_than_any_room_has_is_dropped() {
    let (world, mut solo, peer) = room();
    let key = world.keypair(PEER);
    let message = signed(&beacon(&world, PEER, 1), &key);
    (0..1_000).for_each(|_| solo.live(peer, &message));
    assert_eq!((solo.counts(), solo.disconnected.clone()), (BTreeMap::new(), vec![]));
    (0..1_000).for_each(|_| solo.live(peer, &message));
    assert_eq!(solo.disconnected, vec![peer]);
    assert!(solo.refused.iter().all(|it| *it == ("too-many-beacons", Some(peer))));
}

#[test]
fn what_two_who_say_much_say_costs_no_honest_node_its_link() {
    let (world, mut solo, peer) = room();
    let mut honest = Solo::with_key(&world, world.keypair(PEER));
    honest.link(world.author(ME));
    let chatty = [20, 21].map(|key| (world.author(key), world.keypair(key)));
    chatty.iter().for_each(|(node, _)| solo.link(*node));
    solo.sent_beacons(peer);
    let (mut passed_on, mut latest) = (0, BTreeMap::new());
    let mut pass_on = |solo: &mut Solo, honest: &mut Solo| {
        honest.now = solo.now;
        for message in solo.sent_beacons(peer) {
            if let Live::Beacon(signed) = &message {
                let said = signed.read(&world.room()).unwrap();
                latest.insert(said.node, said.counter);
            }
            honest.live(world.author(ME), &message);
            passed_on += 1;
        }
    };
    for counter in 1..=900 {
        for (key, (node, keypair)) in [20, 21].into_iter().zip(&chatty) {
            solo.live(*node, &signed(&beacon(&world, key, counter), keypair));
        }
        if counter % 9 == 0 {
            solo.now += 1;
        }
        pass_on(&mut solo, &mut honest);
    }
    solo.wait(2_000);
    pass_on(&mut solo, &mut honest);
    assert_eq!((solo.counts(), honest.counts()), (BTreeMap::new(), BTreeMap::new()));
    assert_eq!((&solo.disconnected, &honest.disconnected), (&vec![], &vec![]));
    assert!(chatty.iter().all(|(node, _)| latest.get(node) == Some(&900)), "the latest of each arrives: {latest:?}");
    println!("{passed_on} of 1,800 beacons were passed on");
}

#[test]
fn a_beacon_of_more_bytes_than_any_honest_one_has_is_refused() {
    let (world, mut solo, peer) = room();
    let full = Beacon {
        tips: Cids((0..TIPS as u64).map(|it| Cid::of(&it.to_le_bytes())).collect()),
        missing_words: ShortIds((0..MISSING_WORDS as u64).map(u64::to_le_bytes).collect()),
        links: ShortIds((0..LINKS as u64).map(u64::to_le_bytes).collect()),
        counter: u64::MAX >> 12,
        events: u64::MAX >> 12,
        more_missing: true,
        ..beacon(&world, PEER, 1)
    };
    let signed = Signed::new(&full, &world.keypair(PEER));
    assert!(signed.0.len() <= BEACON_BYTES / 2, "{} bytes", signed.0.len());
    let long = Signed(ByteBuf::from(vec![0; BEACON_BYTES + 1]), ByteArray::new([0; 64]));
    solo.live(peer, &Live::Beacon(long));
    expect(&solo, peer, "bad-message");
}

#[test]
fn who_has_written_nothing_is_here_when_it_is_linked() {
    let (world, mut solo, _) = room();
    let fresh = world.author(50);
    solo.link(fresh);
    solo.live(fresh, &signed(&beacon(&world, 50, 1), &world.keypair(50)));
    assert!(solo.replica.presence().contains_key(&fresh));
    assert_eq!(solo.replica.reach(&world.room()).of, 3);
}
