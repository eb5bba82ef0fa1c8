//! Who missed something gets it: from one peer at a time, for few bytes, whatever the peer does.

use paceline_mesh::{
    Input,
    wire::{Behind, Blocks, Bulk, Cids, Hello, Live, Page, Stream, Want},
};
use paceline_room::{Cid, Stored, testing::World};
use serde_bytes::ByteArray;

use crate::world::{Net, Pair, Solo, item};

/// Two logs of 10,000 events that differ in 10.
#[test]
fn two_long_logs_that_differ_in_ten_cost_at_most_three_times_those_ten() {
    for spread in [false, true] {
        let mut world = World::new(41);
        // Twenty writers who hardly hear one another, so that the log is wide as well as long.
        for turn in 0..10_000 {
            let author = turn % 20;
            world
                .introduce(author, "A line of about the length of a line that people write in a meeting, on the whole");
            if turn % 400 == 399 {
                world.send(0, (turn / 400) % 20);
            }
        }
        let mut blocks = world.blocks();
        let tips: Vec<Cid> = {
            let log = world.whole();
            log.tips().iter().map(|ix| log.entry(ix).cid).collect()
        };
        // Ten that nothing held on either side builds on: the last of ten writers, or ten last of one.
        let lacking: Vec<Stored> = if spread {
            blocks.extract_if(.., |it| tips.contains(&it.cid)).take(10).collect()
        } else {
            let lane: Vec<Cid> = {
                let log = world.log(3);
                let own = log.entries().filter(|(_, entry)| entry.event.author == world.author(3));
                own.map(|(_, entry)| entry.cid).collect()
            };
            let last = &lane[lane.len() - 10..];
            blocks.extract_if(.., |it| last.contains(&it.cid)).collect()
        };
        assert_eq!(lacking.len(), 10);
        let size: usize = lacking.iter().map(|it| it.block.len()).sum();
        let mut pair = Pair::of(world.room(), [world.keypair(90), world.keypair(91)]);
        pair.load(0, blocks.clone());
        pair.load(1, blocks.clone());
        pair.load(0, lacking[..5].to_vec());
        pair.load(1, lacking[5..].to_vec());
        if !spread {
            // Ten of one chain: only the holder's side can differ.
            pair.load(0, lacking[5..].to_vec());
        }
        pair.link();
        pair.settle(3_000);
        assert_eq!(pair.events(0), pair.events(1));
        let beacons = pair.beacon_bytes;
        let cost = pair.bytes - beacons;
        println!(
            "{} events, 10 differ ({}): {cost} bytes in all beacons apart, {:.2} times the {size} of those ten",
            world.blocks().len(),
            if spread { "the last of ten writers" } else { "the last ten of one" },
            cost as f64 / size as f64,
        );
        assert!(cost <= 3 * size);
    }
}

#[test]
fn a_newcomer_asks_one_of_seven_for_everything_and_gets_it_once() {
    let mut net = Net::new(42);
    (0..6).for_each(|_| _ = net.join());
    net.run_for(2_000);
    for turn in 0..400 {
        net.write(turn % 7, None, |_| {
            paceline_room::body::Introduced {
                name: format!("Turn {turn}").try_into().unwrap(),
                strengths: Default::default(),
                hue: 1_u64.try_into().unwrap(),
            }
            .into()
        });
        net.run_for(20);
    }
    net.run_for(5_000);
    let before = net.stats.clone();
    let late = net.join();
    net.run_for(3_000);
    assert_eq!(net.events(late), net.events(0));
    let firsts = net.stats.firsts - before.firsts;
    assert_eq!(firsts, net.events(0).len() as u64);
    assert_eq!(net.stats.copies - before.copies, firsts);
}

#[test]
fn a_newcomer_whose_source_dies_amid_the_stream_goes_on_with_another() {
    let mut pair = World::new(43);
    for turn in 0..3_000 {
        pair.introduce(turn % 5, "A line of what was said before");
    }
    pair.sync_all();
    let world = pair;
    let mut solo = Solo::empty(&world);
    let blocks = world.blocks();
    let (one, two) = (world.author(1), world.author(2));
    let tips: Vec<Cid> = blocks.last().map(|it| it.cid).into_iter().collect();
    for peer in [one, two] {
        solo.input(Input::LinkUp(peer));
        solo.live(peer, &Live::Hello(Hello(blocks.len() as u64, Cids(tips.clone()), None, Behind::default())));
    }
    let streams = |solo: &mut Solo, peer| {
        let sent = solo.sent_bulk(peer).into_iter();
        sent.filter(|it| matches!(it, Bulk::Stream(_))).count()
    };
    assert_eq!((streams(&mut solo, one), streams(&mut solo, two)), (1, 0));
    let page = |from: usize, to: usize| {
        let last = &blocks[to - 1];
        let items = blocks[from..to].iter().map(item).collect();
        let left = (blocks.len() - to) as u64;
        Bulk::Page(Page(items, left, last.depth, ByteArray::new(*last.cid.digest())))
    };
    solo.bulk(one, &page(0, 100));
    assert_eq!(solo.replica.log().len(), 100);
    assert_eq!(solo.replica.progress().missing_events, blocks.len() - 100);
    solo.input(Input::LinkDown { peer: one, goodbye: false });
    assert_eq!(streams(&mut solo, two), 1);
    for from in (0..blocks.len()).step_by(300) {
        solo.bulk(two, &page(from, (from + 300).min(blocks.len())));
    }
    solo.wait(1_000);
    assert_eq!(solo.replica.log().len(), blocks.len());
    assert_eq!(solo.counts().len(), 0);
    let progress = solo.replica.progress();
    assert!(progress.reconciled && !progress.reconciling && progress.missing_events == 0, "{progress:?}");
}

#[test]
fn a_source_that_falls_silent_is_left_for_another() {
    let mut world = World::new(44);
    for turn in 0..100 {
        world.introduce(turn % 3, "A line");
    }
    world.sync_all();
    let mut solo = Solo::empty(&world);
    let (one, two) = (world.author(1), world.author(2));
    for peer in [one, two] {
        solo.input(Input::LinkUp(peer));
        solo.live(peer, &Live::Hello(Hello(200, Cids(vec![Cid::of(b"a tip")]), None, Behind::default())));
    }
    assert_eq!(solo.sent_bulk(one).len(), 1);
    solo.wait(4_900);
    assert_eq!(solo.sent_bulk(two).len(), 0);
    solo.wait(200);
    assert!(matches!(solo.sent_bulk(two)[..], [Bulk::Stream(_)]));
    assert_eq!(solo.disconnected, vec![]);
}

#[test]
fn a_page_that_does_not_go_forward_ends_the_stream() {
    let world = World::new(45);
    let mut solo = Solo::empty(&world);
    let peer = world.author(1);
    solo.input(Input::LinkUp(peer));
    solo.live(peer, &Live::Hello(Hello(200, Cids(vec![Cid::of(b"a tip")]), None, Behind::default())));
    solo.bulk(peer, &Bulk::Page(Page(vec![], 200, 0, ByteArray::new([0; 32]))));
    assert_eq!(solo.refused, vec![("bad-message", Some(peer))]);
    assert!(!solo.replica.progress().reconciling);
}

#[test]
fn a_missing_parent_is_asked_of_the_forwarder_once() {
    let mut world = World::new(46);
    world.introduce(1, "Peer");
    let mut solo = Solo::holding(&world);
    let (peer, other) = (world.author(1), world.author(2));
    solo.link(peer);
    solo.link(other);
    let parent = world.introduce(1, "first");
    let child = world.introduce(1, "second");
    let find = |cid| world.blocks().into_iter().find(|it| it.cid == cid).unwrap();
    solo.push(peer, &find(child).block, None);
    assert_eq!((solo.replica.pending(), solo.sent_bulk(peer).len()), (1, 0));
    solo.wait(500);
    let asked = solo.sent_bulk(peer);
    assert!(matches!(&asked[..], [Bulk::Want(Want(_, events, words))] if events.0 == [parent] && words.0.is_empty()));
    assert_eq!(solo.sent_bulk(other), vec![]);
    let Bulk::Want(Want(serial, ..)) = asked[0] else { unreachable!() };
    solo.bulk(peer, &Bulk::Blocks(Blocks(serial, vec![item(&find(parent))], vec![], Cids::default(), true)));
    assert_eq!((solo.replica.pending(), solo.admitted.clone()), (0, vec![parent, child]));
}

#[test]
fn words_that_did_not_come_are_asked_of_one_peer_after_another() {
    let mut world = World::new(47);
    world.introduce(1, "Peer");
    let mut solo = Solo::holding(&world);
    let peers = [world.author(1), world.author(2)];
    peers.iter().for_each(|peer| solo.link(*peer));
    let post = world.post(1, "words that ride beside");
    let stored = world.blocks().into_iter().find(|it| it.cid == post).unwrap();
    let (name, words) = stored.words.unwrap();
    solo.push(peers[0], &stored.block, None);
    let mut asked = Vec::new();
    for _ in 0..2 {
        for peer in peers {
            for message in solo.sent_bulk(peer) {
                let Bulk::Want(Want(serial, _, wanted)) = message else { panic!("{message:?}") };
                assert_eq!(wanted.0, [name]);
                asked.push((peer, serial));
                let absent = if asked.len() == 1 { vec![name] } else { vec![] };
                let found = if asked.len() == 1 { vec![] } else { vec![serde_bytes::ByteBuf::from(words.to_vec())] };
                solo.bulk(peer, &Bulk::Blocks(Blocks(serial, vec![], found, Cids(absent), true)));
            }
        }
    }
    assert_eq!(asked.len(), 2);
    assert_ne!(asked[0].0, asked[1].0);
    assert_eq!(solo.replica.words(&name).as_deref(), Some(&*words));
    assert_eq!(solo.replica.progress().missing_words, 0);
}

#[test]
fn everything_is_served_in_pages_in_order_of_display() {
    let mut world = World::new(48);
    for turn in 0..2_500 {
        world.introduce(turn % 4, "A line of some length, so that pages fill up before they are full of events");
    }
    let mut solo = Solo::holding(&world);
    let peer = world.author(1);
    solo.link(peer);
    solo.bulk(peer, &Bulk::Stream(Stream(0, ByteArray::new([0; 32]), 2)));
    let mut blocks = Vec::new();
    for _ in 0..20 {
        for message in solo.sent_bulk(peer) {
            let Bulk::Page(page) = message else { panic!("{message:?}") };
            blocks.extend(page.0.into_iter().map(|item| Cid::of(&item.0)));
            assert_eq!(page.1 as usize, world.blocks().len() - blocks.len());
        }
        solo.bulk(peer, &Bulk::More(1));
    }
    assert_eq!(blocks, world.blocks().iter().map(|it| it.cid).collect::<Vec<_>>());
}

#[test]
fn what_is_not_here_is_said_to_be_absent() {
    let world = World::new(49);
    let mut solo = Solo::holding(&world);
    let peer = world.author(1);
    solo.link(peer);
    let nowhere = Cid::of(b"nowhere");
    solo.bulk(peer, &Bulk::Want(Want(7, Cids(vec![nowhere, world.room()]), Cids(vec![nowhere]))));
    let founding = item(&world.blocks()[0]);
    let expected = Blocks(7, vec![founding], vec![], Cids(vec![nowhere, nowhere]), true);
    assert_eq!(solo.sent_bulk(peer), vec![Bulk::Blocks(expected)]);
}

/// A room of a thousand posts, the last of them last.
fn talk() -> World {
    let mut world = World::new(44);
    (0..1_000).for_each(|number| _ = world.post(1, &format!("post {number}")));
    world
}

#[test]
fn a_newcomer_reads_the_newest_posts_before_their_past_is_here() {
    let world = talk();
    let blocks = world.blocks();
    let (mut solo, peer) = (Solo::empty(&world), world.author(1));
    solo.input(Input::LinkUp(peer));
    let tips = blocks.last().map(|it| it.cid).into_iter().collect();
    solo.live(peer, &Live::Hello(Hello(blocks.len() as u64, Cids(tips), None, Behind::default())));
    let newest = &blocks[blocks.len() - 30..];
    let mut items: Vec<_> = newest.iter().map(item).collect();
    items[3].1 = items[4].1.clone();
    solo.bulk(peer, &Bulk::Newest(items));
    let unchecked = solo.replica.unchecked_posts(30);
    assert_eq!(
        unchecked.iter().map(|it| it.cid).collect::<Vec<_>>(),
        newest.iter().map(|it| it.cid).collect::<Vec<_>>()
    );
    assert_eq!(unchecked[29].text.as_deref(), Some("post 999"));
    assert_eq!(unchecked[3].text, None, "words that are not the linked ones are not shown");
    assert_eq!(solo.replica.unchecked_posts(2), unchecked[28..]);
    assert_eq!((solo.replica.log().len(), solo.admitted.len()), (0, 0), "nothing is admitted before its past");
    assert_eq!(solo.replica.progress().missing_events, blocks.len(), "and none counts twice");
    solo.bulk(peer, &Bulk::Newest(vec![item(&blocks[500])]));
    assert_eq!(solo.replica.unchecked_posts(40).len(), 30, "once, ahead of a stream");

    solo.sent_bulk(peer);
    solo.wait(2_000);
    assert_eq!(solo.sent_bulk(peer), vec![], "what the stream brings is not asked for by name");
    for from in (0..blocks.len()).step_by(250) {
        let to = (from + 250).min(blocks.len());
        let items = blocks[from..to].iter().map(item).collect();
        let last = &blocks[to - 1];
        let left = (blocks.len() - to) as u64;
        solo.bulk(peer, &Bulk::Page(Page(items, left, last.depth, ByteArray::new(*last.cid.digest()))));
    }
    solo.wait(1_000);
    assert_eq!((solo.replica.log().len(), solo.replica.unchecked_posts(40)), (blocks.len(), vec![]));
    assert_eq!(solo.counts().get("wrong-words"), Some(&1), "{:?}", solo.counts());
}

#[test]
fn who_streams_a_long_log_sends_the_newest_posts_ahead() {
    let world = talk();
    let blocks = world.blocks();
    let (mut solo, peer) = (Solo::holding(&world), world.author(2));
    solo.link(peer);
    solo.bulk(peer, &Bulk::Stream(Stream(0, ByteArray::new([0; 32]), 1)));
    let sent = solo.sent_bulk(peer);
    let newest: Vec<_> = blocks[blocks.len() - 30..].iter().map(item).collect();
    assert!(matches!(&sent[..], [Bulk::Newest(items), Bulk::Page(_)] if *items == newest));
    solo.bulk(peer, &Bulk::Stream(Stream(5, ByteArray::new([0; 32]), 1)));
    assert!(matches!(&solo.sent_bulk(peer)[..], [Bulk::Page(_)]), "only from the very beginning");
}
