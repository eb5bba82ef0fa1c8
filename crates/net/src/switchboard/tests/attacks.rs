//! What a member, or one who makes keys, does to stop the links of others: it reads the rendezvous, and so the names of all
//! attempts.

use super::*;
use crate::message::Message;

const SESSION: Session = [5; 16];
/// Of [`board`]'s rendezvous this browser and the relay.
const BROWSER: Via = 0;
const RELAY: Via = 1;

/// Two nodes that dial, and a third member. All have heard each other.
struct Three {
    small: Switchboard,
    large: Switchboard,
    mallory: Switchboard,
}

fn three() -> Three {
    let (small, large) = pair(BOTH);
    let mut it = Three { small, large, mallory: board(3, 13, BOTH) };
    let (small, large, mallory) = (hello(&mut it.small, 0), hello(&mut it.large, 0), hello(&mut it.mallory, 0));
    for board in [&mut it.small, &mut it.large, &mut it.mallory] {
        [&small, &large, &mallory].iter().for_each(|hello| _ = board.received(BROWSER, hello, 0));
        board.outputs();
    }
    it
}

/// A member who has just made a key, and has heard `board`.
fn stranger(n: usize, board: &mut Switchboard) -> Switchboard {
    let mut key = [9; 32];
    key[..8].copy_from_slice(&(n as u64).to_be_bytes());
    let mut stranger = super::board(2, 2, BOTH);
    stranger.setup.keypair = Keypair::from_secret(key);
    stranger.me = stranger.setup.keypair.node();
    let hello = board.seal(None, None, &Message::Hello {}).0;
    stranger.received(BROWSER, &hello, 0);
    stranger.outputs();
    stranger
}

fn offered(path: Path) -> Message {
    Message::Offer { path, sdp: "v=0".into(), trickle: true }
}

/// One says something to another, of an attempt by this name.
fn say(from: &mut Switchboard, to: &mut Switchboard, via: Via, session: Session, message: &Message) {
    from.send_message(to.me, session, message, 0);
    to.received(via, &sent(from), 0);
}

fn answers(board: &mut Switchboard, to: &Switchboard) -> Option<Vec<u8>> {
    board.send_signal(Path::Webrtc, Some(to.me), Signal::Answer { session: SESSION, sdp: "v=0".into() }, 0);
    board.outputs().into_iter().find_map(|it| match it {
        Output::Send { envelope, .. } => Some(envelope),
        _ => None,
    })
}

/// The dial that is under way comes to its answer.
fn assert_answered(it: &mut Three) {
    let answer = answers(&mut it.large, &it.small).expect("the offer is answered");
    it.small.outputs();
    it.small.received(BROWSER, &answer, 0);
    let signal = Signal::Answer { session: SESSION, sdp: "v=0".into() };
    assert_eq!(it.small.outputs(), [Output::Signal { path: Path::Webrtc, from: it.large.me, signal }]);
}

fn offers_taken(board: &mut Switchboard) -> Vec<NodeId> {
    let outputs = board.outputs().into_iter();
    let offers = outputs.filter_map(|it| match it {
        Output::Signal { from, signal: Signal::Offer { .. }, .. } => Some(from),
        _ => None,
    });
    offers.collect()
}

#[test]
fn an_offer_by_the_name_of_anothers_attempt_takes_nothing_from_who_dialled() {
    let mut it = three();
    say(&mut it.small, &mut it.large, BROWSER, SESSION, &offered(Path::Webrtc));
    say(&mut it.mallory, &mut it.small, BROWSER, SESSION, &offered(Path::Webrtc));
    assert_answered(&mut it);
}

#[test]
fn an_offer_by_the_name_of_anothers_attempt_takes_nothing_from_who_answers() {
    let mut it = three();
    say(&mut it.small, &mut it.large, BROWSER, SESSION, &offered(Path::Webrtc));
    say(&mut it.mallory, &mut it.large, BROWSER, SESSION, &offered(Path::Webrtc));
    assert_answered(&mut it);
}

#[test]
fn offers_of_one_member_push_out_nobody_elses_attempt_at_either_end() {
    let mut it = three();
    say(&mut it.small, &mut it.large, BROWSER, SESSION, &offered(Path::Webrtc));
    it.large.outputs();
    for n in 0..300_u16 {
        let session = std::array::from_fn(|at| n.to_be_bytes()[at % 2]);
        for path in [Path::Webrtc, Path::Broadcast] {
            say(&mut it.mallory, &mut it.small, BROWSER, session, &offered(path));
            say(&mut it.mallory, &mut it.large, BROWSER, session, &offered(path));
        }
    }
    assert_answered(&mut it);
}

#[test]
fn offers_of_many_keys_push_out_no_attempt_under_way_and_are_bounded() {
    let mut it = three();
    say(&mut it.small, &mut it.large, BROWSER, SESSION, &offered(Path::Webrtc));
    it.large.outputs();
    let mut taken = 0;
    for n in 0..300 {
        for board in [&mut it.small, &mut it.large] {
            let mut stranger = stranger(n, board);
            say(&mut stranger, board, BROWSER, [8; 16], &offered(Path::Webrtc));
            taken += offers_taken(board).len();
        }
    }
    assert!(taken <= 2 * sessions::MAX_A_WAY, "{taken}");
    assert_answered(&mut it);
}

#[test]
fn who_floods_one_way_with_offers_leaves_the_others_open_and_its_own_once_they_are_over() {
    let mut it = three();
    for n in 0..100 {
        let mut stranger = stranger(n, &mut it.large);
        say(&mut stranger, &mut it.large, RELAY, [8; 16], &offered(Path::Webrtc));
    }
    assert_eq!(offers_taken(&mut it.large).len(), sessions::MAX_A_WAY);
    say(&mut it.small, &mut it.large, RELAY, [6; 16], &offered(Path::Webrtc));
    assert_eq!(offers_taken(&mut it.large), []);
    say(&mut it.small, &mut it.large, BROWSER, SESSION, &offered(Path::Webrtc));
    assert_eq!(offers_taken(&mut it.large), [it.small.me]);
    it.small.send_message(it.large.me, [7; 16], &offered(Path::Webrtc), 0);
    it.large.received(RELAY, &sent(&mut it.small), sessions::OVER_AFTER);
    assert_eq!(offers_taken(&mut it.large), [it.small.me], "none of them led anywhere");
}

#[test]
fn only_who_an_attempt_is_with_gives_it_up() {
    let mut it = three();
    let hello = it.large.seal(None, None, &Message::Hello {}).0;
    it.small =
        board(if it.small.setup.keypair.node() == Keypair::from_secret([1; 32]).node() { 1 } else { 2 }, 21, BOTH);
    it.small.received(RELAY, &hello, 0);
    let hello = self::hello(&mut it.small, 0);
    it.mallory.received(RELAY, &hello, 0);
    it.mallory.outputs();
    it.small.send_signal(Path::Webrtc, Some(it.large.me), offer(SESSION), 0);
    it.small.send_held(outbox::GATHER_FOR);
    let first = sent(&mut it.small);
    say(&mut it.mallory, &mut it.small, RELAY, SESSION, &Message::Abort { path: Path::Webrtc });
    it.small.outputs();
    it.small.send_held(outbox::GATHER_FOR + outbox::AGAIN_AFTER);
    assert_eq!(sent(&mut it.small), first, "it is sent again until it is answered");
}

#[test]
fn made_up_nodes_do_not_push_out_whom_this_one_is_linking_with() {
    let mut it = three();
    say(&mut it.small, &mut it.large, BROWSER, SESSION, &offered(Path::Webrtc));
    for n in 0..2 * MAX_KNOWN {
        for board in [&mut it.small, &mut it.large] {
            let hello = self::hello(&mut stranger(n, board), 0);
            board.received(RELAY, &hello, 1);
            board.outputs();
        }
    }
    assert_answered(&mut it);
}

#[test]
fn made_up_nodes_of_the_world_leave_dials_to_those_of_this_browser_and_of_the_room() {
    for via in [BROWSER, ROOM] {
        let (mut small, mut large) = pair(BOTH);
        for n in 0..100 {
            let hello = self::hello(&mut stranger(n, &mut small), 0);
            small.received(RELAY, &hello, 0);
        }
        let first = dials(&mut small).len();
        assert!(0 < first && first < MAX_DIALS, "{first}");
        small.received(via, &hello(&mut large, 0), 0);
        assert_eq!(small.outputs(), [Output::Dial { peer: large.me, path: Path::Webrtc }]);
    }
}

#[test]
fn a_recorded_hello_of_an_earlier_run_does_not_disturb_an_attempt() {
    let mut it = three();
    say(&mut it.small, &mut it.large, BROWSER, SESSION, &offered(Path::Webrtc));
    let n = if it.small.me == Keypair::from_secret([2; 32]).node() { 2 } else { 1 };
    let recorded = hello(&mut board(n, 99, BOTH), 0);
    it.large.received(BROWSER, &recorded, 20);
    it.large.outputs();
    assert_answered(&mut it);
}

#[test]
fn candidates_do_not_overtake_the_offer_that_waits_for_them() {
    let (mut small, mut large) = pair(BOTH);
    let hello = hello(&mut large, 0);
    small.received(RELAY, &hello, 0);
    small.outputs();
    small.send_signal(Path::Webrtc, Some(large.me), offer(SESSION), 0);
    small.also_heard(large.me, BROWSER);
    let candidate = Signal::Candidate { session: SESSION, candidate: "candidate:1".into(), mid: Some("0".into()) };
    small.send_signal(Path::Webrtc, Some(large.me), candidate, 10);
    small.send_held(outbox::GATHER_FOR);
    let whole = Signal::Offer { session: SESSION, sdp: "v=0\r\na=candidate:1\r\n".into(), trickle: true };
    large.received(BROWSER, &sent(&mut small), 200);
    assert_eq!(large.outputs(), [Output::Signal { path: Path::Webrtc, from: small.me, signal: whole }]);
}
