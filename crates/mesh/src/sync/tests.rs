//! Sessions of catching up, round by round. Their cost over large logs is in tests/sim.

use paceline_room::testing::World;

use super::{limits::*, *};
use crate::wire::{Blocks, Want};

fn node(number: u8) -> NodeId {
    NodeId::from_bytes([number; 32])
}

fn cid(number: u64) -> Cid {
    Cid::of(&number.to_le_bytes())
}

/// An index of these events, at depths equal to their numbers.
fn index(of: impl IntoIterator<Item = u64>) -> Index {
    let mut index = Index::default();
    of.into_iter().for_each(|number| index.insert(number, &cid(number)));
    index
}

const NOTHING: Local<'_> =
    Local { known: &|_| false, settled: &|_| false, room: true, room_ahead: true, since: &Since::default };
const ALL: Local<'_> =
    Local { known: &|_| true, settled: &|_| true, room: true, room_ahead: true, since: &Since::default };
const ME: u8 = 5;

fn has(events: u64, tips: Vec<Cid>) -> Claim {
    Claim { events, tips, behind: false }
}

/// A node with a link to `peer`, which says that it holds so many events and an unknown tip.
fn session(peer: u8, events: u64) -> Sync {
    let mut sync = Sync::new(node(ME));
    sync.link_up(node(peer), 0);
    sync.on_hello(&node(peer), has(events, vec![cid(u64::MAX)]), 0);
    sync
}

fn first_round(index: &mut Index) -> Bulk {
    Bulk::Round(ByteBuf::from(index.initiate().unwrap()))
}

#[test]
fn a_peer_with_known_tips_needs_no_session() {
    let mut sync = session(1, 100);
    assert_eq!(sync.tick(&mut index([]), &ALL, 0), vec![]);
    assert!(sync.has_completed() && !sync.is_busy());
    assert_eq!(sync.next_wake(0), None);
}

#[test]
fn who_holds_next_to_nothing_asks_for_everything() {
    let mut sync = session(1, 800);
    let everything = Bulk::Stream(Stream(0, ByteArray::new([0; 32]), PAGES));
    assert_eq!(sync.tick(&mut index(1..=100), &NOTHING, 0), vec![Act::Send(node(1), everything)]);
    assert_eq!((sync.is_busy(), sync.streamed()), (true, 800));
    let mut sync = session(1, 799);
    let mut held = index(1..=100);
    assert_eq!(sync.tick(&mut held, &NOTHING, 0), vec![Act::Send(node(1), first_round(&mut held))]);
}

#[test]
fn unknown_tips_in_a_beacon_may_be_on_their_way_for_a_second() {
    let mut sync = Sync::new(node(ME));
    sync.link_up(node(1), 0);
    assert!(!sync.on_tips(&node(1), has(3, vec![cid(3)]), &ALL, 0));
    assert!(sync.on_tips(&node(1), has(3, vec![cid(3)]), &NOTHING, 100));
    assert_eq!(sync.tick(&mut index(1..3), &NOTHING, 1_099), vec![]);
    assert_eq!(sync.next_wake(1_099), Some(1_100));
    assert_eq!(sync.tick(&mut index(1..3), &NOTHING, 1_100).len(), 1);
}

/// Whom of these peers it asks for words, in which request.
fn asked(acts: Vec<Act>) -> Vec<(NodeId, u64, Vec<Cid>)> {
    let wants = acts.into_iter().filter_map(|act| match act {
        Act::Send(peer, Bulk::Want(Want(serial, _, words))) => Some((peer, serial, words.0)),
        _ => None,
    });
    wants.collect()
}

#[test]
fn a_peer_that_was_silent_is_asked_for_words_once_it_may_be_asked_again() {
    let mut sync = Sync::new(node(ME));
    [1, 2].into_iter().for_each(|peer| sync.link_up(node(peer), 0));
    sync.words_missing(cid(6), node(9));
    assert_eq!(asked(sync.tick(&mut index([]), &ALL, 0)), [(node(1), 1, vec![cid(6)])]);
    // It does not answer, and others come with what it was asked for; then more is missing, which only it has.
    sync.words_done(&cid(6));
    sync.words_missing(cid(7), node(9));
    assert_eq!(asked(sync.tick(&mut index([]), &ALL, ANSWER_TIME)), [(node(2), 2, vec![cid(7)])]);
    let absent = Blocks(2, vec![], vec![], Cids(vec![cid(7)]), true);
    assert_eq!(sync.on_blocks(&node(2), absent, ANSWER_TIME), vec![Act::Answered(node(2))]);
    sync.end_request(&node(2));
    assert_eq!(asked(sync.tick(&mut index([]), &ALL, ANSWER_TIME)), []);
    let again = ANSWER_TIME + BACK_OFF;
    assert_eq!(sync.next_wake(ANSWER_TIME), Some(again));
    assert_eq!(asked(sync.tick(&mut index([]), &ALL, again)), [(node(1), 3, vec![cid(7)])]);
}

#[test]
fn a_peer_that_is_busy_is_asked_for_words_once_it_has_answered() {
    let mut sync = Sync::new(node(ME));
    sync.link_up(node(1), 0);
    sync.want_list.add((3, cid(3)), node(1));
    assert_eq!(asked(sync.tick(&mut index([]), &ALL, 0)), [(node(1), 1, vec![])]);
    sync.words_missing(cid(7), node(9));
    assert_eq!(asked(sync.tick(&mut index([]), &ALL, 10)), []);
    let absent = Blocks(1, vec![], vec![], Cids(vec![cid(3)]), true);
    assert_eq!(sync.on_blocks(&node(1), absent, 20), vec![Act::Answered(node(1))]);
    sync.end_request(&node(1));
    assert_eq!(asked(sync.tick(&mut index([]), &ALL, 20)), [(node(1), 2, vec![cid(7)])]);
}

/// Two whole sessions, message by message.
#[test]
fn a_reconciliation_tells_both_sides_what_they_lack() {
    let (mut mine, mut theirs) =
        (index((1..=200).filter(|it| it % 50 != 0)), index((1..=200).filter(|it| it % 60 != 0)));
    let (mut sync, mut other) = (session(1, 200), Sync::new(node(1)));
    other.link_up(node(ME), 0);
    let known = |cid_: &Cid| (1..=200).any(|it| it % 50 != 0 && cid(it) == *cid_);
    let here = Local { known: &known, settled: &known, ..NOTHING };
    let mut acts = sync.tick(&mut mine, &here, 0);
    let mut rounds = 0;
    let have = loop {
        let [Act::Send(_, Bulk::Round(round))] = &acts[..] else { panic!("{acts:?}") };
        let answers = other.on_round(&node(ME), round, &mut theirs, 0);
        let [Act::Send(_, Bulk::Answer(answer))] = &answers[..] else { panic!("{answers:?}") };
        acts = sync.on_answer(&node(1), answer, &mut mine, &here, 0);
        rounds += 1;
        if let [Act::Send(_, Bulk::Have(have))] = &acts[..] {
            break have.clone();
        }
    };
    assert!((1..=4).contains(&rounds), "{rounds} rounds");
    assert_eq!(have, Have(Cids(vec![cid(60), cid(120), cid(180)]), true));
    assert_eq!(sync.wanted(), 4);
    other.on_have(&node(ME), have, &NOTHING, 0);
    assert_eq!(other.wanted(), 3);
    assert!(sync.has_completed() && other.has_completed() && !sync.is_busy() && !other.is_busy());
    // What was found is asked for in order of depth.
    let want = Want(1, Cids(vec![cid(50), cid(100), cid(150), cid(200)]), Cids::default());
    assert_eq!(sync.tick(&mut mine, &here, 0), vec![Act::Send(node(1), Bulk::Want(want))]);
}

#[test]
fn when_both_begin_at_once_the_smaller_node_goes_on() {
    let mut held = index(1..=100);
    for (peer, yields) in [(1, true), (9, false)] {
        let mut sync = session(peer, 100);
        sync.tick(&mut held, &NOTHING, 0);
        let round = index(1..=90).initiate().unwrap();
        let acts = sync.on_round(&node(peer), &round, &mut held, 0);
        assert_eq!(acts.len(), usize::from(yields));
        assert!(sync.is_busy());
        // The answer to the round that was given up changes nothing.
        let answer = index(1..=90).answer(&held.initiate().unwrap()).unwrap();
        let acts = sync.on_answer(&node(peer), &answer, &mut held, &NOTHING, 0);
        assert_eq!(acts.is_empty(), yields);
    }
}

#[test]
fn no_more_than_two_sessions_at_a_time_and_one_while_streaming() {
    for (mine, at_once) in [(0, 1), (90, 2)] {
        let mut sync = Sync::new(node(ME));
        let mut held = index(1..=mine);
        for peer in 10..15 {
            sync.link_up(node(peer), 0);
            sync.on_hello(&node(peer), has(100, vec![cid(u64::MAX)]), 0);
        }
        assert_eq!(sync.tick(&mut held, &NOTHING, 0).len(), at_once);
        assert_eq!(sync.tick(&mut held, &NOTHING, 1), vec![]);
        sync.link_down(&node(10));
        assert_eq!(sync.tick(&mut held, &NOTHING, 2).len(), 1);
    }
}

#[test]
fn a_peer_that_does_not_answer_is_left_alone_longer_each_time() {
    let mut sync = session(1, 100);
    let mut held = index(1..=100);
    let (mut now, mut waits) = (0, Vec::new());
    for _ in 0..9 {
        assert_eq!(sync.tick(&mut held, &NOTHING, now).len(), 1, "at {now}");
        let until = sync.next_wake(now).unwrap();
        assert_eq!(until, now + ANSWER_TIME);
        assert_eq!(sync.tick(&mut held, &NOTHING, until), vec![]);
        now = sync.next_wake(until).unwrap();
        waits.push(now - until);
    }
    assert_eq!(waits, vec![2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 120_000, 120_000, 120_000]);
}

#[test]
fn a_peer_that_tells_of_tips_it_does_not_have_is_asked_less_and_less() {
    let mut sync = session(1, 100);
    let mut held = index(1..=100);
    sync.tick(&mut held, &NOTHING, 0);
    let answer = index(1..=100).answer(&held.initiate().unwrap()).unwrap();
    let acts = sync.on_answer(&node(1), &answer, &mut held, &NOTHING, 0);
    assert_eq!(acts, vec![Act::Send(node(1), Bulk::Have(Have(Cids::default(), true)))]);
    assert_eq!(sync.tick(&mut held, &NOTHING, 1_999), vec![]);
    assert_eq!(sync.tick(&mut held, &NOTHING, 2_000).len(), 1);
}

#[test]
fn an_event_is_asked_of_one_peer_and_of_another_when_that_one_lacks_it() {
    let mut sync = Sync::new(node(ME));
    for peer in [1, 2] {
        sync.link_up(node(peer), 0);
        sync.on_have(&node(peer), Have(Cids(vec![cid(7)]), true), &NOTHING, 0);
    }
    let want = |serial| Bulk::Want(Want(serial, Cids(vec![cid(7)]), Cids::default()));
    assert_eq!(sync.tick(&mut index([]), &NOTHING, 0), vec![Act::Send(node(1), want(1))]);
    let acts = sync.on_blocks(&node(1), Blocks(1, vec![], vec![], Cids(vec![cid(7)]), true), 0);
    assert_eq!(acts, vec![Act::Answered(node(1))]);
    sync.end_request(&node(1));
    assert_eq!(sync.tick(&mut index([]), &NOTHING, 0), vec![Act::Send(node(2), want(2))]);
    // And when that one's link breaks, nobody is left who has it.
    sync.link_down(&node(2));
    assert_eq!((sync.wanted() + sync.streamed(), sync.tick(&mut index([]), &NOTHING, 0)), (0, vec![]));
}

#[test]
fn answers_that_nobody_asked_for_are_not_taken() {
    let mut sync = session(1, 100);
    let item = Item(ByteBuf::from(vec![1]), None);
    assert_eq!(sync.on_blocks(&node(1), Blocks(1, vec![item.clone()], vec![], Cids::default(), true), 0), vec![]);
    let page = Page(vec![item], 0, 9, ByteArray::new([9; 32]));
    assert_eq!(sync.on_page(&node(1), page, &NOTHING, 0), vec![]);
}

/// Pages of one real event each, in order, and their items.
fn pages(count: usize, still: u64) -> Vec<(Page, Item)> {
    let mut world = World::new(81);
    (1..count).for_each(|number| _ = world.introduce(0, &format!("number {number}")));
    let mut blocks = world.blocks();
    blocks.sort_by_key(|stored| (stored.depth, stored.cid));
    let page = |stored: &paceline_room::Stored| {
        let item = Item(ByteBuf::from(stored.block.to_vec()), None);
        (Page(vec![item.clone()], still, stored.depth, ByteArray::new(*stored.cid.digest())), item)
    };
    blocks.iter().map(page).collect()
}

#[test]
fn a_stream_asks_for_more_only_when_there_is_room() {
    let mut sync = session(1, 800);
    let mut nothing = index([]);
    sync.tick(&mut nothing, &NOTHING, 0);
    let full = Local { room: false, ..NOTHING };
    let pages = pages(3, 700);
    let came = |at: usize| Act::Event(node(1), Cid::of(&pages[at].1.0), pages[at].1.clone());
    let more = |pages| Act::Send(node(1), Bulk::More(pages));
    assert_eq!(sync.on_page(&node(1), pages[0].0.clone(), &NOTHING, 0), vec![came(0), more(1)]);
    assert_eq!(sync.on_page(&node(1), pages[1].0.clone(), &full, 0), vec![came(1)]);
    assert_eq!(sync.on_page(&node(1), pages[2].0.clone(), &full, 0), vec![came(2)]);
    assert_eq!(sync.tick(&mut nothing, &NOTHING, 0), vec![more(2)]);
    assert_eq!(sync.on_page(&node(1), pages[2].0.clone(), &NOTHING, 0), vec![Act::Bad(node(1))], "not a step forward");
}

#[test]
fn a_page_that_lies_about_its_last_event_ends_its_stream() {
    let mut sync = session(1, 800);
    sync.tick(&mut index([]), &NOTHING, 0);
    let (mut page, _) = pages(1, 700).remove(0);
    page.2 += 1;
    assert_eq!(sync.on_page(&node(1), page, &NOTHING, 0), vec![Act::Bad(node(1))]);
    assert!(!sync.is_busy());
}

#[test]
fn a_stream_gets_no_more_time_for_events_that_are_here() {
    let known = Local { known: &|_| true, ..NOTHING };
    for (here, busy) in [(&NOTHING, true), (&known, false)] {
        let mut sync = session(1, 800);
        sync.tick(&mut index([]), here, 0);
        sync.on_page(&node(1), pages(1, 700).remove(0).0, here, ANSWER_TIME - 1);
        sync.tick(&mut index([]), here, ANSWER_TIME);
        assert_eq!(sync.is_busy(), busy);
    }
}

#[test]
fn a_slow_stream_of_new_events_lets_others_begin_and_ends() {
    let mut sync = Sync::new(node(ME));
    for peer in [1, 2] {
        sync.link_up(node(peer), 0);
        sync.on_hello(&node(peer), has(800, vec![cid(u64::MAX)]), 0);
    }
    let mut held = index(1..=10);
    assert!(matches!(&sync.tick(&mut held, &NOTHING, 0)[..], [Act::Send(to, Bulk::Stream(_))] if *to == node(1)));
    let (mut begun, mut ended) = (Vec::new(), None);
    for (turn, (page, _)) in pages(20, 700).into_iter().enumerate() {
        let now = (turn as Millis + 1) * 4_000;
        if sync.on_page(&node(1), page, &NOTHING, now).is_empty() {
            ended.get_or_insert(now);
        }
        let acts = sync.tick(&mut held, &NOTHING, now);
        begun.extend(acts.into_iter().filter(|act| matches!(act, Act::Send(to, Bulk::Round(_)) if *to == node(2))));
    }
    assert!(!begun.is_empty(), "the other peer is reconciled with meanwhile");
    assert_eq!(ended, Some(STREAM_TIME + 4_000));
}

#[test]
fn figures_out_of_nowhere_add_up_to_no_more_than_is_believed() {
    let mut sync = session(1, u64::MAX);
    sync.tick(&mut index([]), &NOTHING, 0);
    assert_eq!(sync.streamed() as u64, MAX_CLAIMED);
    sync.on_page(&node(1), pages(1, u64::MAX).remove(0).0, &NOTHING, 0);
    assert_eq!(sync.streamed() as u64, MAX_CLAIMED);
}

/// A request for two events to node 1, which both peers have.
fn request() -> (Sync, Vec<Item>) {
    let items: Vec<Item> = pages(2, 0).into_iter().map(|(_, item)| item).collect();
    let cids: Vec<Cid> = items.iter().map(|item| Cid::of(&item.0)).collect();
    let mut sync = Sync::new(node(ME));
    for peer in [1, 2] {
        sync.link_up(node(peer), 0);
        sync.on_have(&node(peer), Have(Cids(cids.clone()), true), &NOTHING, 0);
    }
    assert!(matches!(&sync.tick(&mut index([]), &NOTHING, 0)[..], [Act::Send(to, Bulk::Want(_))] if *to == node(1)));
    (sync, items)
}

#[test]
fn a_request_gets_more_time_only_for_what_was_asked_for_and_then_others_are_asked() {
    let (mut sync, items) = request();
    let answer = |items: &[Item]| Blocks(1, items.to_vec(), vec![], Cids::default(), false);
    let stranger = Item(ByteBuf::from(vec![1]), None);
    assert_eq!(sync.on_blocks(&node(1), answer(&[stranger]), 4_000), vec![], "not asked for");
    let asked = |acts: Vec<Act>| acts.iter().any(|act| matches!(act, Act::Send(to, Bulk::Want(_)) if *to == node(2)));
    assert!(asked(sync.tick(&mut index([]), &NOTHING, ANSWER_TIME)));
    let (mut sync, _) = request();
    assert_eq!(sync.on_blocks(&node(1), answer(&items[..1]), 4_000).len(), 1);
    assert_eq!(sync.on_blocks(&node(1), answer(&items[..1]), 8_000), vec![], "only once");
    assert!(!asked(sync.tick(&mut index([]), &NOTHING, 8_999)));
    assert!(asked(sync.tick(&mut index([]), &NOTHING, 9_000)));
}

#[test]
fn what_a_short_last_answer_leaves_out_is_asked_of_others() {
    let (mut sync, items) = request();
    sync.on_event(&Cid::of(&items[0].0));
    sync.on_blocks(&node(1), Blocks(1, items[..1].to_vec(), vec![], Cids::default(), true), 0);
    sync.end_request(&node(1));
    let want = Bulk::Want(Want(2, Cids(vec![Cid::of(&items[1].0)]), Cids::default()));
    assert_eq!(sync.tick(&mut index([]), &NOTHING, 0), vec![Act::Send(node(2), want)]);
}

#[test]
fn who_failed_before_comes_after_who_did_not() {
    let mut sync = session(1, 100);
    let mut held = index(1..=100);
    sync.tick(&mut held, &NOTHING, 0);
    sync.tick(&mut held, &NOTHING, ANSWER_TIME);
    for peer in [8, 9] {
        sync.link_up(node(peer), 0);
        sync.on_hello(&node(peer), has(100, vec![cid(u64::MAX)]), ANSWER_TIME);
    }
    let acts = sync.tick(&mut held, &NOTHING, ANSWER_TIME + BACK_OFF);
    let to: Vec<NodeId> =
        acts.iter().filter_map(|act| if let Act::Send(to, _) = act { Some(*to) } else { None }).collect();
    assert_eq!(to, vec![node(8), node(9)]);
}

#[test]
fn a_round_that_cannot_be_read_is_the_peers_fault() {
    let mut sync = session(1, 100);
    let mut held = index(1..=100);
    assert_eq!(sync.on_round(&node(1), &[0x61, 0, 0, 9], &mut held, 0), vec![Act::Bad(node(1))]);
    sync.tick(&mut held, &NOTHING, 0);
    assert_eq!(sync.on_answer(&node(1), &[0x61, 0, 0, 9], &mut held, &NOTHING, 0), vec![Act::Bad(node(1))]);
    assert!(!sync.is_busy());
}

#[test]
fn in_sync_with_one_who_knows_of_more_is_not_in_sync_with_the_room() {
    let known = |it: &Cid| *it == cid(1);
    let mut sync = session(1, 1);
    sync.on_hello(&node(1), Claim { behind: true, ..has(1, vec![cid(1)]) }, 0);
    let local = Local { known: &known, settled: &known, ..NOTHING };
    sync.tick(&mut index([]), &local, 20);
    assert!(sync.has_completed() && !sync.is_reconciled(&known, 20), "it says itself that it lacks something");
    assert!(sync.is_reconciled(&known, BEHIND_TIME), "nobody is waited for without end");
    assert!(!sync.is_certain(&known), "which is no more than giving up");
    let later = 3 * TOGETHER;
    sync.on_tips(&node(1), has(9, vec![cid(2)]), &local, later);
    assert!(!sync.is_reconciled(&known, later), "what it came to have is not here");
    assert!(sync.is_reconciled(&|_| true, later));
    assert!(sync.is_reconciled(&known, later + ANSWER_TIME), "nor for that");
    assert!(!sync.is_certain(&known) && sync.is_certain(&|_| true));
    sync.on_tips(&node(1), Claim { behind: true, ..has(9, vec![cid(2)]) }, &local, later);
    assert!(sync.is_reconciled(&|_| true, later), "who was in sync stays so");
    sync.link_up(node(2), later);
    sync.on_hello(&node(2), Claim { behind: true, ..has(0, vec![]) }, later);
    assert!(sync.is_reconciled(&|_| true, later), "beside one who has all, newcomers change nothing");
}

#[test]
fn in_sync_with_one_newcomer_is_not_in_sync_with_the_room() {
    let (here, there) = (cid(1), cid(2));
    let known = |it: &Cid| *it == here;
    let mut sync = session(1, 1);
    sync.on_hello(&node(1), has(1, vec![here]), 0);
    sync.link_up(node(2), 10);
    let local = Local { known: &known, settled: &known, ..NOTHING };
    sync.tick(&mut index([]), &local, 20);
    assert!(sync.has_completed() && !sync.is_reconciled(&known, 20), "who has all may be slow");
    sync.on_hello(&node(2), has(9, vec![there]), 30);
    assert!(!sync.is_reconciled(&known, 30), "it has what is not here");
    assert!(sync.is_reconciled(&|_| true, 30));
    assert!(sync.is_reconciled(&known, 10 + ANSWER_TIME), "nobody is waited for without end");
    assert!(!sync.is_certain(&known), "which is no more than giving up");
    assert!(sync.is_certain(&|_| true));
    sync.link_up(node(3), 3 * TOGETHER);
    assert!(sync.is_reconciled(&|_| true, 3 * TOGETHER), "who comes later changes nothing");
}
