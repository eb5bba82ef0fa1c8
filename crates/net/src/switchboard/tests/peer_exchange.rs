//! Whom the room knows is greeted through it.

use super::{
    super::peer_exchange::{GREET_AGAIN, GREET_LATER, MAX_EXCHANGED},
    *,
};

/// Relayed messages since the last look, with their addressees.
fn relayed(board: &mut Switchboard) -> Vec<(NodeId, Vec<u8>)> {
    let outputs = board.outputs().into_iter();
    let relayed = outputs.filter_map(|output| match output {
        Output::Send { through: Through::One(ROOM), to: Some(to), envelope } => Some((to, envelope)),
        _ => None,
    });
    relayed.collect()
}

/// Hands each relayed message to the other of two nodes until none is left; how many there were.
fn carry(one: &mut Switchboard, other: &mut Switchboard, now: Millis) -> usize {
    let mut count = 0;
    for _ in 0..20 {
        for (to, message) in relayed(one) {
            assert_eq!(to, other.me);
            other.received(ROOM, &message, now);
            count += 1;
        }
        std::mem::swap(&mut *one, &mut *other);
    }
    count
}

#[test]
fn two_nodes_that_the_room_knows_meet_with_one_hello_and_one_dial() {
    let (mut small, mut large) = pair(BOTH);
    small.acquainted(&[large.me], 0);
    large.acquainted(&[small.me], 0);
    assert_eq!(relayed(&mut small), [], "it waits to be greeted");
    let hello = relayed(&mut large);
    assert_eq!((hello.len(), hello[0].0), (1, small.me));
    small.received(ROOM, &hello[0].1, 10);
    assert_eq!(small.outputs(), [Output::Dial { peer: large.me, path: Path::Webrtc }]);
    small.send_signal(Path::Webrtc, Some(large.me), offer([5; 16]), 0);
    let offered = relayed(&mut small);
    assert_eq!(offered.len(), 1);
    large.received(ROOM, &offered[0].1, 20);
    assert_eq!(large.outputs(), [Output::Signal { path: Path::Webrtc, from: small.me, signal: offer([5; 16]) }]);
    small.tick(GREET_LATER);
    assert_eq!(relayed(&mut small), [], "no hello to whom it dials");
}

#[test]
fn the_smaller_says_hello_if_the_larger_knows_nothing_of_it() {
    let (mut small, mut large) = pair(BOTH);
    small.acquainted(&[large.me], 0);
    let now = small.peer_exchange.next().unwrap();
    assert_eq!(now, GREET_LATER);
    small.tick(now);
    let hello = relayed(&mut small);
    assert_eq!(hello.len(), 1);
    large.received(ROOM, &hello[0].1, now);
    let answer = relayed(&mut large);
    assert_eq!(answer.len(), 1, "it finds back though the mesh has not named its author yet");
    small.received(ROOM, &answer[0].1, now);
    assert_eq!(dials(&mut small), [Path::Webrtc]);
}

#[test]
fn a_pair_that_cannot_link_writes_more_and_more_rarely() {
    let (mut small, mut large) = pair(Paths { webrtc: true, broadcast: false });
    let mut per_ten_minutes = [0; 3];
    small.acquainted(&[large.me], 0);
    large.acquainted(&[small.me], 0);
    for now in (0..1_800_000).step_by(100) {
        small.tick(now);
        large.tick(now);
        // Beacons name them again and again.
        small.acquainted(&[large.me], now);
        large.acquainted(&[small.me], now);
        if small.known.get(&large.me).is_some_and(|known| known.webrtc.is_under_way()) {
            small.send_signal(Path::Webrtc, Some(large.me), offer([5; 16]), 0);
            small.dial_failed(large.me, Path::Webrtc, now);
        }
        per_ten_minutes[now as usize / 600_000] += carry(&mut small, &mut large, now);
    }
    // One hello and one dial a minute; and the first ones.
    assert!(per_ten_minutes.iter().all(|relayed| (20..=40).contains(relayed)), "{per_ten_minutes:?}");
}

#[test]
fn whoever_the_room_knows_is_written_to_through_it_and_else_as_before() {
    let (mut small, mut large) = pair(BOTH);
    let through = |board: &mut Switchboard, to| {
        board.send_signal(Path::Webrtc, Some(to), offer([5; 16]), 0);
        board.send_held(outbox::GATHER_FOR);
        let outputs = board.outputs();
        outputs.into_iter().find_map(|it| if let Output::Send { through, .. } = it { Some(through) } else { None })
    };
    small.received(1, &hello(&mut large, 0), 0);
    assert_eq!(through(&mut small, large.me), Some(Through::One(1)));
    small.acquainted(&[large.me], 10);
    assert_eq!(through(&mut small, large.me), Some(Through::One(ROOM)));
    small.received(1, &hello(&mut large, 20), 20);
    assert_eq!(through(&mut small, large.me), Some(Through::One(ROOM)), "a relay costs more");
    small.received(0, &hello(&mut large, 30), 30);
    assert_eq!(through(&mut small, large.me), Some(Through::One(0)), "and nothing is nearer than this browser");
    let mut other = board(3, 13, BOTH);
    small.acquainted(&[other.me], 40);
    small.received(ROOM, &hello(&mut other, 40), 40);
    small.acquainted(&[], 50);
    assert_eq!(through(&mut small, other.me), Some(Through::All), "the room does not see it any more");
}

#[test]
fn a_recording_that_somebody_carries_moves_nobody_away_from_a_relay() {
    let (mut small, mut large) = pair(BOTH);
    small.received(1, &hello(&mut large, 0), 0);
    small.also_heard(large.me, ROOM);
    assert_eq!(small.known[&large.me].via, Some(1));
}

#[test]
fn the_linked_the_refused_and_more_than_a_room_has_are_not_greeted() {
    let mut me = board(1, 1, BOTH);
    let larger: Vec<NodeId> = (0..=255).map(|n| NodeId::from_bytes([n; 32])).collect();
    let (linked, refused) = (larger[0], larger[1]);
    me.linked(linked, Path::Webrtc, [2; 16], 0);
    me.refuse_node(refused);
    me.outputs();
    let myself = me.me;
    me.acquainted(&[&[myself][..], &larger].concat(), 0);
    me.tick(GREET_LATER);
    let greeted: Vec<NodeId> = relayed(&mut me).into_iter().map(|(to, _)| to).collect();
    assert_eq!(greeted.len(), MAX_EXCHANGED - 1);
    assert!(!greeted.contains(&linked) && !greeted.contains(&refused) && !greeted.contains(&myself));
    me.allow_node(refused, GREET_LATER + GREET_AGAIN);
    assert!(relayed(&mut me).iter().any(|(to, _)| *to == refused));
}
