//! Who is dialled, answered and let go of, on virtual time. No network.

mod attacks;
mod greeting;
mod joining;
mod peer_exchange;

use std::cell::Cell;

use libp2p_webrtc_browser::Signal;

use super::{
    dials::SILENT_FOR,
    known::{BACK_OFF, FIRST_CANDIDATE, MAX_BACK_OFF, MAX_DIALS, WEBRTC_HEAD_START},
    *,
};
use crate::{
    envelope::Opened,
    link::RoomLink,
    message::{Line, MAX_CANDIDATES},
};

thread_local! {
    static RANDOM: Cell<u8> = const { Cell::new(0) };
}

/// Never twice the same in one test.
fn random(bytes: &mut [u8]) {
    let next = RANDOM.get().wrapping_add(1);
    RANDOM.set(next);
    bytes.fill(next);
}

pub(super) const BOTH: Paths = Paths { webrtc: true, broadcast: true };

fn room() -> RoomLink {
    RoomLink { room: Cid::of(b"a room"), secret: [7; 32] }
}

pub(super) fn board(n: u8, run: u8, paths: Paths) -> Switchboard {
    let setup = Setup {
        keys: RoomKeys::new(&room()),
        room: room().room,
        keypair: Keypair::from_secret([n; 32]),
        run: [run; 16],
        paths,
        servers: true,
        random,
        reach: vec![Reach::Browser, Reach::World, Reach::Room],
        bounds: Bounds::default(),
    };
    Switchboard::new(setup, [])
}

/// Of [`board`]'s rendezvous the room itself.
const ROOM: Via = 2;

/// Two nodes, the first with the smaller id.
pub(super) fn pair(paths: Paths) -> (Switchboard, Switchboard) {
    let (a, b) = (board(1, 11, paths), board(2, 12, paths));
    if a.me < b.me { (a, b) } else { (b, a) }
}

pub(super) fn sent(board: &mut Switchboard) -> Vec<u8> {
    let outputs = board.outputs();
    let envelope = outputs.iter().find_map(|output| match output {
        Output::Send { envelope, .. } => Some(envelope.clone()),
        _ => None,
    });
    envelope.unwrap_or_else(|| panic!("something is sent: {outputs:?}"))
}

fn hello(board: &mut Switchboard, now: Millis) -> Vec<u8> {
    board.hello(now);
    sent(board)
}

fn dials(board: &mut Switchboard) -> Vec<Path> {
    let outputs = board.outputs();
    outputs
        .into_iter()
        .filter_map(|output| if let Output::Dial { path, .. } = output { Some(path) } else { None })
        .collect()
}

pub(super) fn offer(session: Session) -> Signal {
    Signal::Offer { session, sdp: "v=0".into(), trickle: true }
}

#[test]
fn the_smaller_node_dials_whoever_says_hello() {
    let (mut small, mut large) = pair(BOTH);
    small.received(0, &hello(&mut large, 0), 0);
    assert_eq!(small.outputs(), [Output::Dial { peer: large.me, path: Path::Webrtc }]);
}

#[test]
fn the_larger_node_answers_hello_and_is_dialled_then() {
    let (mut small, mut large) = pair(BOTH);
    large.received(0, &hello(&mut small, 0), 0);
    let answer = sent(&mut large);
    small.received(0, &answer, 0);
    assert_eq!(dials(&mut small), [Path::Webrtc]);
    large.received(0, &hello(&mut small, 10), 10);
    assert_eq!(large.outputs(), [], "not again within a second");
}

#[test]
fn offer_and_answer_reach_the_transports() {
    let (mut small, mut large) = pair(BOTH);
    small.received(0, &hello(&mut large, 0), 0);
    small.outputs();
    small.send_signal(Path::Webrtc, Some(large.me), offer([5; 16]), 0);
    large.received(0, &sent(&mut small), 0);
    assert_eq!(large.outputs(), [Output::Signal { path: Path::Webrtc, from: small.me, signal: offer([5; 16]) }]);
    let answer = Signal::Answer { session: [5; 16], sdp: "v=0".into() };
    large.send_signal(Path::Webrtc, Some(small.me), answer.clone(), 0);
    small.received(0, &sent(&mut large), 0);
    assert_eq!(small.outputs(), [Output::Signal { path: Path::Webrtc, from: large.me, signal: answer }]);
}

#[test]
fn what_a_later_build_added_to_a_code_by_hand_is_counted_and_the_rest_is_taken() {
    let (mut small, large) = pair(BOTH);
    small.make_invite([5; 16], "v=0");
    let invite = small.outputs().into_iter().find_map(|output| match output {
        Output::Invite { envelope, .. } => Some(envelope),
        _ => None,
    });
    let plain = large.open_invite(&invite.expect("an invite is made")).unwrap();
    let later = Opened { newer: true, ..plain.clone() };
    for (opened, counted) in [(plain, 0), (later, 1)] {
        let mut large = board(3, 13, BOTH);
        assert_eq!(large.read_invite(&opened, 0), Ok([5; 16]));
        let outputs = large.outputs();
        let count =
            |code| outputs.iter().filter(|it| matches!(it, Output::Refused { code: c, .. } if *c == code)).count();
        assert_eq!(count("newer-code-field"), counted);
        assert!(outputs.iter().any(|it| matches!(it, Output::Signal { signal: Signal::Offer { .. }, .. })));
    }
}

#[test]
fn an_invite_of_a_page_that_was_reloaded_is_replied_to_though_an_earlier_one_is_under_way() {
    let mut small = board(1, 11, BOTH);
    for (run, session) in [(13, [5; 16]), (14, [6; 16])] {
        let mut large = board(3, run, BOTH);
        large.make_invite(session, "v=0");
        let invite = large.outputs().into_iter().find_map(|output| match output {
            Output::Invite { envelope, .. } => Some(envelope),
            _ => None,
        });
        let opened = small.open_invite(&invite.expect("an invite is made")).unwrap();
        assert_eq!(small.read_invite(&opened, 0), Ok(session));
        small.send_signal(Path::Webrtc, Some(large.me), Signal::Answer { session, sdp: "v=0".into() }, 0);
        let reply = small.outputs().into_iter().find_map(|output| match output {
            Output::Reply { envelope, .. } => Some(envelope),
            _ => None,
        });
        let opened = large.open_reply(&reply.expect("a reply is made"));
        // It dials as well, by whatever way there may be.
        small.tick(0);
        assert!(opened.is_ok(), "run {run}: {:?}", opened.err());
    }
}

#[test]
fn an_answer_to_another_offer_is_refused() {
    let (mut small, mut large) = pair(BOTH);
    small.received(0, &hello(&mut large, 0), 0);
    small.outputs();
    small.send_signal(Path::Webrtc, Some(large.me), offer([5; 16]), 0);
    large.received(0, &sent(&mut small), 0);
    large.outputs();
    // The same session offered anew: the first offer's answer does not fit it.
    large.send_signal(Path::Webrtc, Some(small.me), Signal::Answer { session: [5; 16], sdp: "v=0".into() }, 0);
    let late = sent(&mut large);
    small.send_signal(Path::Webrtc, Some(large.me), offer([5; 16]), 0);
    small.outputs();
    small.received(0, &late, 0);
    assert_eq!(small.outputs(), [Output::Refused { code: "wrong-answer", peer: Some(large.me) }]);
}

#[test]
fn the_channel_follows_when_webrtc_takes_too_long() {
    let (mut small, mut large) = pair(BOTH);
    small.received(0, &hello(&mut large, 100), 100);
    assert_eq!(dials(&mut small), [Path::Webrtc]);
    let candidate = Signal::Candidate { session: [5; 16], candidate: "candidate:1".into(), mid: None };
    small.send_signal(Path::Webrtc, Some(large.me), candidate, 0);
    small.tick(99 + WEBRTC_HEAD_START);
    assert_eq!(dials(&mut small), []);
    small.tick(100 + WEBRTC_HEAD_START);
    assert_eq!(dials(&mut small), [Path::Broadcast]);
}

#[test]
fn the_channel_follows_soon_when_webrtc_finds_no_address() {
    let (mut small, mut large) = pair(BOTH);
    hello(&mut small, 0);
    small.received(0, &hello(&mut large, 100), 100);
    assert_eq!(dials(&mut small), [Path::Webrtc]);
    assert_eq!(small.wake_at(), 100 + FIRST_CANDIDATE);
    small.tick(100 + FIRST_CANDIDATE);
    assert_eq!(dials(&mut small), [Path::Broadcast]);
}

#[test]
fn the_channel_follows_at_once_when_webrtc_fails() {
    let (mut small, mut large) = pair(BOTH);
    small.received(0, &hello(&mut large, 0), 0);
    small.outputs();
    small.dial_failed(large.me, Path::Webrtc, 20);
    assert_eq!(dials(&mut small), [Path::Broadcast]);
    small.linked(large.me, Path::Broadcast, [12; 16], 30);
    small.tick(20 + BACK_OFF);
    assert_eq!(dials(&mut small), [Path::Webrtc], "and it is tried again beside the channel");
}

#[test]
fn who_was_heard_outside_this_browser_is_not_dialled_over_a_channel() {
    let (mut small, mut large) = pair(BOTH);
    small.received(1, &hello(&mut large, 0), 0);
    small.outputs();
    small.dial_failed(large.me, Path::Webrtc, 20);
    small.tick(20 + 10 * WEBRTC_HEAD_START);
    assert!(!dials(&mut small).contains(&Path::Broadcast));
}

#[test]
fn failing_dials_back_off_to_a_limit() {
    let (mut small, mut large) = pair(Paths { webrtc: false, broadcast: true });
    small.received(0, &hello(&mut large, 0), 0);
    assert_eq!(dials(&mut small), [Path::Broadcast]);
    let (mut now, mut waits) = (0, Vec::new());
    for _ in 0..10 {
        small.dial_failed(large.me, Path::Broadcast, now);
        small.received(0, &hello(&mut large, now), now);
        let due = small.known[&large.me].broadcast.not_before().expect("none is under way");
        waits.push(due - now);
        small.tick(due - 1);
        assert_eq!(dials(&mut small), []);
        small.tick(due);
        assert_eq!(dials(&mut small), [Path::Broadcast]);
        now = due;
    }
    assert_eq!(waits[..4], [500, 1000, 2000, 4000]);
    assert_eq!(waits.last(), Some(&MAX_BACK_OFF));
}

#[test]
fn a_node_that_is_not_heard_any_more_is_not_dialled() {
    let (mut small, mut large) = pair(BOTH);
    small.received(0, &hello(&mut large, 0), 0);
    small.outputs();
    small.dial_failed(large.me, Path::Webrtc, SILENT_FOR);
    small.tick(SILENT_FOR + MAX_BACK_OFF);
    assert_eq!(dials(&mut small), []);
}

#[test]
fn a_lost_link_is_dialled_again_once_the_peer_is_heard() {
    let (mut small, mut large) = pair(BOTH);
    small.received(0, &hello(&mut large, 0), 0);
    small.linked(large.me, Path::Webrtc, [12; 16], 10);
    small.outputs();
    small.unlinked(large.me, false, 20);
    assert_eq!(dials(&mut small), []);
    small.received(0, &hello(&mut large, 30), 30);
    assert_eq!(dials(&mut small), [Path::Webrtc]);
}

#[test]
fn a_recorded_hello_of_an_earlier_run_does_not_disturb_a_link() {
    let (mut small, mut large) = pair(BOTH);
    let n = if large.me == Keypair::from_secret([2; 32]).node() { 2 } else { 1 };
    let recorded = hello(&mut board(n, 99, BOTH), 0);
    small.received(0, &hello(&mut large, 0), 0);
    small.linked(large.me, Path::Webrtc, large.setup.run, 10);
    small.outputs();
    small.received(0, &recorded, 20);
    assert!(matches!(small.outputs()[..], [Output::Send { .. }]), "it is asked, no more");
    assert_eq!(small.known[&large.me].linked, Some(Path::Webrtc));
    assert_eq!(small.known[&large.me].run, large.setup.run);
}

#[test]
fn bye_is_believed_of_the_present_run_only() {
    let (mut small, mut large) = pair(BOTH);
    small.received(0, &hello(&mut large, 0), 0);
    small.linked(large.me, Path::Webrtc, [99; 16], 10);
    small.outputs();
    let bye = large.bye();
    small.received(0, &bye, 20);
    assert_eq!(small.outputs(), [], "another run said it");
    small.linked(large.me, Path::Webrtc, large.setup.run, 10);
    let bye = large.bye();
    small.received(0, &bye, 30);
    assert_eq!(small.outputs(), [Output::Left(large.me)]);
}

#[test]
fn a_refused_node_is_not_heard() {
    let (mut small, mut large) = pair(BOTH);
    small.refuse_node(large.me);
    small.received(0, &hello(&mut large, 0), 0);
    assert_eq!(small.outputs(), []);
    small.allow_node(large.me, 5);
    small.outputs();
    small.received(0, &hello(&mut large, 10), 10);
    assert_eq!(dials(&mut small), [Path::Webrtc]);
}

#[test]
fn an_envelope_of_no_known_message_is_malformed() {
    let (mut small, large) = pair(BOTH);
    let content = Content {
        room: room().room,
        from: large.me,
        to: None,
        session: None,
        run: ByteArray::new([12; 16]),
        count: 1,
        echo: None,
        body: ByteBuf::from(vec![1, 2, 3]),
    };
    let (envelope, _) = envelope::seal(&large.setup.keys, &large.setup.keypair, &content, &[1; 24]);
    small.received(0, &envelope, 0);
    assert_eq!(small.outputs(), [Output::Refused { code: "malformed-envelope", peer: Some(large.me) }]);
}

#[test]
fn made_up_nodes_fill_neither_memory_nor_dials() {
    let mut me = board(1, 1, BOTH);
    for n in 0..MAX_KNOWN + 100 {
        let mut key = [3; 32];
        key[..8].copy_from_slice(&(n as u64).to_be_bytes());
        let mut other = board(2, 2, BOTH);
        other.setup.keypair = Keypair::from_secret(key);
        other.me = other.setup.keypair.node();
        me.received(0, &hello(&mut other, 0), 0);
    }
    assert_eq!(me.known.len(), MAX_KNOWN);
    assert!(dials(&mut me).len() <= MAX_DIALS);
    assert!(me.under_way().all <= MAX_DIALS);
}

#[test]
fn through_servers_an_offer_and_its_candidates_are_one_message_and_go_again_until_answered() {
    let (mut small, mut large) = pair(BOTH);
    small.received(1, &hello(&mut large, 0), 0);
    small.outputs();
    let candidate = Signal::Candidate { session: [5; 16], candidate: "candidate:1".into(), mid: Some("0".into()) };
    small.send_signal(Path::Webrtc, Some(large.me), offer([5; 16]), 0);
    small.send_signal(Path::Webrtc, Some(large.me), candidate, 10);
    assert_eq!(small.outputs(), []);
    assert_eq!(small.wake_at(), 0, "hello is due");
    small.hello(0);
    small.outputs();
    assert_eq!(small.wake_at(), 10 + outbox::QUIET);
    small.tick(10 + outbox::QUIET);
    let first = sent(&mut small);
    small.send_held(10 + outbox::QUIET + outbox::AGAIN_AFTER);
    assert_eq!(sent(&mut small), first, "the very same");
    large.received(1, &first, 0);
    let whole = Signal::Offer { session: [5; 16], sdp: "v=0\r\na=candidate:1\r\n".into(), trickle: true };
    assert_eq!(large.outputs(), [Output::Signal { path: Path::Webrtc, from: small.me, signal: whole }]);
    large.send_signal(Path::Webrtc, Some(small.me), Signal::Answer { session: [5; 16], sdp: "v=0".into() }, 0);
    large.send_held(outbox::GATHER_FOR);
    small.received(1, &sent(&mut large), 0);
    small.outputs();
    small.send_held(60_000);
    assert_eq!(small.outputs(), [], "it was answered");
    large.linked(small.me, Path::Webrtc, small.setup.run, 300);
    large.outputs();
    large.send_held(60_000);
    assert_eq!(large.outputs(), [], "it is linked");
}

#[test]
fn within_this_browser_nothing_waits() {
    let (mut small, mut large) = pair(BOTH);
    small.received(0, &hello(&mut large, 0), 0);
    small.outputs();
    small.send_signal(Path::Webrtc, Some(large.me), offer([5; 16]), 0);
    large.received(0, &sent(&mut small), 0);
    assert!(matches!(large.outputs()[..], [Output::Signal { signal: Signal::Offer { .. }, .. }]));
}

#[test]
fn more_candidates_than_belong_in_a_message_are_left_out() {
    let (mut small, mut large) = pair(BOTH);
    small.received(0, &hello(&mut large, 0), 0);
    small.outputs();
    let line = Line { candidate: "candidate:1".into(), mid: None };
    let message = Message::Candidates { path: Path::Webrtc, candidates: vec![line; 3 * MAX_CANDIDATES] };
    small.send_message(large.me, [5; 16], &message, 0);
    large.received(0, &sent(&mut small), 0);
    assert_eq!(large.outputs().len(), MAX_CANDIDATES);
}

/// When hello is said through servers, and when where it costs nothing, up to a time.
#[test]
fn who_is_heard_in_this_browser_is_answered_there_even_if_a_server_was_faster() {
    let (mut small, mut large) = pair(BOTH);
    large.received(1, &hello(&mut small, 0), 0);
    assert!(
        matches!(large.outputs()[..], [Output::Send { through: Through::One(1), to: Some(to), .. }] if to == small.me)
    );
    large.also_heard(small.me, 0);
    large.received(1, &hello(&mut small, 5_000), 5_000);
    assert!(
        matches!(large.outputs()[..], [Output::Send { through: Through::One(0), to: Some(to), .. }] if to == small.me)
    );
}

#[test]
fn new_paths_of_an_open_link_are_signalled_through_every_rendezvous() {
    let (mut small, mut large) = pair(BOTH);
    small.received(0, &hello(&mut large, 0), 0);
    let (small_id, large_id) = (small.me, large.me);
    small.linked(large_id, Path::Webrtc, [if small.fresh.run() == [11; 16] { 12 } else { 11 }; 16], 0);
    large.linked(small_id, Path::Webrtc, small.fresh.run(), 0);
    small.outputs();
    large.outputs();
    let session = [5; 16];
    let candidate = Signal::Candidate { session, candidate: "candidate:1".into(), mid: None };
    let from_small = [Signal::Restart { session, round: 1, sdp: "v=0".into() }, candidate];
    for signal in from_small {
        small.send_signal(Path::Webrtc, Some(large_id), signal.clone(), 0);
        small.send_held(outbox::LATER);
        let outputs = small.outputs();
        let [Output::Send { through: Through::All, to: Some(to), envelope }] = &outputs[..] else {
            panic!("{outputs:?}")
        };
        assert_eq!(*to, large_id);
        large.received(1, envelope, 1);
        assert_eq!(large.outputs(), [Output::Signal { path: Path::Webrtc, from: small_id, signal }]);
    }
    let from_large = [
        Signal::Restarted { session, round: 1, sdp: "v=0".into() },
        Signal::RestartWanted { session, round: 1 },
        Signal::Abort { session },
    ];
    for signal in from_large {
        large.send_signal(Path::Webrtc, Some(small_id), signal.clone(), 0);
        small.received(0, &sent(&mut large), 2);
        assert_eq!(small.outputs(), [Output::Signal { path: Path::Webrtc, from: large_id, signal }]);
    }
}
