//! Two peers and their signals, without a browser.

use super::*;

fn peers() -> (PeerId, PeerId) {
    let (a, b) = (PeerId::random(), PeerId::random());
    if a < b { (a, b) } else { (b, a) }
}

fn offer(id: u8) -> Signal {
    Signal::Offer { session: [id; 16], sdp: "offer".to_owned(), trickle: true }
}

fn answer(id: u8) -> Signal {
    Signal::Answer { session: [id; 16], sdp: "answer".to_owned() }
}

fn candidate(id: u8, number: usize) -> Signal {
    Signal::Candidate { session: [id; 16], candidate: format!("candidate:{number}"), mid: None }
}

/// The only attempt whose signals carry this name.
fn named(sessions: &Sessions, id: u8) -> Name {
    let mut names = sessions.entries.keys().filter(|(_, session)| *session == [id; 16]);
    let name = *names.next().expect("there is one");
    assert_eq!(names.next(), None);
    name
}

fn mail(sessions: &mut Sessions, id: u8) -> Poll<Mail> {
    sessions.poll_mail(&named(sessions, id), &Context::from_waker(Waker::noop()))
}

fn remove(sessions: &mut Sessions, id: u8) {
    sessions.remove(&named(sessions, id));
}

fn opened(sessions: &mut Sessions, id: u8) {
    sessions.opened(&named(sessions, id));
}

fn sent(sessions: &mut Sessions, id: u8, signal: &Signal) {
    sessions.sent(&named(sessions, id), signal);
}

fn accepted(delivery: &Delivery) -> bool {
    matches!(delivery, Delivery::Accepted { .. })
}

#[test]
fn an_offer_is_registered_before_anything_else_so_its_candidates_find_it() {
    let (a, b) = peers();
    let mut sessions = Sessions::new(a, 4);
    assert!(accepted(&sessions.deliver(b, offer(1), true)));
    assert_eq!(sessions.deliver(b, candidate(1, 7), true), Delivery::Routed);
    let Poll::Ready(Mail::Candidate(first)) = mail(&mut sessions, 1) else { panic!("no candidate") };
    assert_eq!(first.line, "candidate:7");
    assert_eq!(mail(&mut sessions, 1), Poll::Pending);
}

#[test]
fn a_repeated_offer_is_ignored_while_its_attempt_lives_and_after() {
    let (a, b) = peers();
    let mut sessions = Sessions::new(a, 4);
    assert!(accepted(&sessions.deliver(b, offer(1), true)));
    assert_eq!(sessions.deliver(b, offer(1), true), Delivery::Ignored(Ignored::Replay));
    remove(&mut sessions, 1);
    assert_eq!(sessions.deliver(b, offer(1), true), Delivery::Ignored(Ignored::Replay));
    assert!(accepted(&sessions.deliver(b, offer(2), true)));
}

#[test]
fn attempts_are_bounded_per_peer_and_in_all() {
    let (a, b) = peers();
    let mut sessions = Sessions::new(a, 3);
    assert!(accepted(&sessions.deliver(b, offer(1), true)));
    assert!(accepted(&sessions.deliver(b, offer(2), true)));
    assert_eq!(sessions.deliver(b, offer(3), true), Delivery::Ignored(Ignored::TooMany));
    assert!(accepted(&sessions.deliver(PeerId::random(), offer(4), true)));
    assert_eq!(sessions.deliver(PeerId::random(), offer(5), true), Delivery::Ignored(Ignored::TooMany));
    remove(&mut sessions, 1);
    assert!(accepted(&sessions.deliver(PeerId::random(), offer(6), true)));
}

#[test]
fn codes_carried_by_hand_do_not_take_the_place_of_other_attempts() {
    let (a, b) = peers();
    let mut sessions = Sessions::new(a, 4);
    let out_of_band = |id| Signal::Offer { session: [id; 16], sdp: "offer".to_owned(), trickle: false };
    assert!(accepted(&sessions.deliver(b, out_of_band(1), true)));
    assert!(accepted(&sessions.deliver(b, out_of_band(2), true)));
    assert_eq!(sessions.deliver(b, out_of_band(3), true), Delivery::Ignored(Ignored::TooMany));
    assert!(accepted(&sessions.deliver(b, offer(4), true)));
}

#[test]
fn offers_of_ourselves_and_offers_while_nothing_listens_are_ignored() {
    let (a, b) = peers();
    let mut sessions = Sessions::new(a, 4);
    assert_eq!(sessions.deliver(a, offer(1), true), Delivery::Ignored(Ignored::Ourselves));
    assert_eq!(sessions.deliver(b, offer(1), false), Delivery::Ignored(Ignored::NotListening));
}

#[test]
fn signals_of_a_third_peer_do_not_reach_an_attempt() {
    let (a, b) = peers();
    let mut sessions = Sessions::new(a, 4);
    sessions.dial([1; 16], Some(b)).unwrap();
    let stranger = PeerId::random();
    for signal in [answer(1), candidate(1, 1), Signal::Abort { session: [1; 16] }] {
        assert_eq!(sessions.deliver(stranger, signal, true), Delivery::Ignored(Ignored::Unknown));
    }
    assert_eq!(mail(&mut sessions, 1), Poll::Pending);
    assert_eq!(sessions.deliver(b, answer(1), true), Delivery::Routed);
    assert_eq!(mail(&mut sessions, 1), Poll::Ready(Mail::Answer { from: b, sdp: "answer".to_owned() }));
}

/// Whoever reads the rendezvous reads the names of attempts.
#[test]
fn who_uses_the_name_of_anothers_attempt_hinders_it_neither_before_nor_while_it_is_under_way_nor_ends_it() {
    let (a, b) = peers();
    let stranger = PeerId::random();
    let mut sessions = Sessions::new(a, 4);
    assert!(accepted(&sessions.deliver(stranger, offer(1), true)));
    assert!(accepted(&sessions.deliver(b, offer(1), true)));
    sessions.dial([2; 16], Some(b)).unwrap();
    assert!(accepted(&sessions.deliver(stranger, offer(2), true)));
    assert_eq!(sessions.deliver(stranger, Signal::Abort { session: [2; 16] }, true), Delivery::Routed);
    assert_eq!(sessions.deliver(b, answer(2), true), Delivery::Routed);
    let mut heard = |peer, id: u8| sessions.poll_mail(&(Some(peer), [id; 16]), &Context::from_waker(Waker::noop()));
    assert_eq!(heard(stranger, 2), Poll::Ready(Mail::Ended(Ended::Aborted)));
    assert!(matches!(heard(b, 2), Poll::Ready(Mail::Answer { from, .. }) if from == b));
    sessions.remove(&(Some(stranger), [1; 16]));
    assert_eq!(sessions.deliver(b, candidate(1, 1), true), Delivery::Routed, "the other goes on");
    sessions.dial([3; 16], Some(stranger)).unwrap();
    sessions.remove(&(Some(stranger), [3; 16]));
    assert!(accepted(&sessions.deliver(PeerId::random(), offer(3), true)), "what has ended was another");
}

#[test]
fn only_the_first_answer_counts_and_a_listener_takes_none() {
    let (a, b) = peers();
    let mut sessions = Sessions::new(a, 4);
    sessions.dial([1; 16], Some(b)).unwrap();
    assert_eq!(sessions.deliver(b, answer(1), true), Delivery::Routed);
    assert_eq!(sessions.deliver(b, answer(1), true), Delivery::Ignored(Ignored::Surplus));
    assert!(accepted(&sessions.deliver(PeerId::random(), offer(2), true)));
    let from = sessions.entries[&named(&sessions, 2)].peer.unwrap();
    assert_eq!(sessions.deliver(from, answer(2), true), Delivery::Ignored(Ignored::Surplus));
}

#[test]
fn an_offer_to_anyone_belongs_to_the_first_who_answers() {
    let (a, b) = peers();
    let mut sessions = Sessions::new(a, 4);
    sessions.dial([1; 16], None).unwrap();
    let abort = Signal::Abort { session: [1; 16] };
    assert_eq!(sessions.deliver(b, abort.clone(), true), Delivery::Ignored(Ignored::Surplus));
    assert_eq!(sessions.deliver(b, candidate(1, 1), true), Delivery::Ignored(Ignored::Surplus));
    assert_eq!(sessions.deliver(b, answer(1), true), Delivery::Routed);
    assert_eq!(sessions.deliver(PeerId::random(), answer(1), true), Delivery::Ignored(Ignored::Unknown));
    assert!(matches!(mail(&mut sessions, 1), Poll::Ready(Mail::Answer { .. })));
    assert_eq!(sessions.deliver(b, abort, true), Delivery::Routed);
    assert_eq!(mail(&mut sessions, 1), Poll::Ready(Mail::Ended(Ended::Aborted)));
}

#[test]
fn a_flood_of_candidates_does_not_grow_an_attempt() {
    let (a, b) = peers();
    let mut sessions = Sessions::new(a, 4);
    sessions.dial([1; 16], Some(b)).unwrap();
    let routed = (0..1000).filter(|n| sessions.deliver(b, candidate(1, *n), true) == Delivery::Routed).count();
    assert_eq!(routed, MAX_CANDIDATES);
}

/// Both dial; the offers cross.
#[test]
fn when_offers_cross_the_lower_peers_dial_goes_on_at_both_ends() {
    let (low, high) = peers();
    let (mut of_low, mut of_high) = (Sessions::new(low, 4), Sessions::new(high, 4));
    of_low.dial([1; 16], Some(high)).unwrap();
    sent(&mut of_low, 1, &offer(1));
    sent(&mut of_low, 1, &candidate(1, 1));
    of_high.dial([2; 16], Some(low)).unwrap();
    sent(&mut of_high, 2, &offer(2));

    let again = Delivery::Repeat { to: high, signals: vec![offer(1), candidate(1, 1)] };
    assert_eq!(of_low.deliver(high, offer(2), true), again);
    assert!(accepted(&of_high.deliver(low, offer(1), true)));
    assert_eq!(mail(&mut of_high, 2), Poll::Ready(Mail::Ended(Ended::Superseded)));
    assert_eq!(mail(&mut of_low, 1), Poll::Pending);
    assert_eq!(of_high.deliver(low, offer(1), true), Delivery::Ignored(Ignored::Replay), "the repeat does no harm");
}

#[test]
fn a_winning_offer_that_was_lost_is_sent_again_but_not_for_ever() {
    let (low, high) = peers();
    let mut sessions = Sessions::new(low, 4);
    sessions.dial([1; 16], Some(high)).unwrap();
    assert_eq!(sessions.deliver(high, offer(2), true), Delivery::Ignored(Ignored::Glare), "none was sent yet");
    sent(&mut sessions, 1, &offer(1));
    for _ in 0..MAX_REPEATS {
        assert_eq!(sessions.deliver(high, offer(2), true), Delivery::Repeat { to: high, signals: vec![offer(1)] });
    }
    assert_eq!(sessions.deliver(high, offer(2), true), Delivery::Ignored(Ignored::Glare));
}

#[test]
fn the_higher_peer_does_not_dial_against_an_offer_it_has_taken() {
    let (low, high) = peers();
    let mut sessions = Sessions::new(high, 4);
    assert!(accepted(&sessions.deliver(low, offer(1), true)));
    assert_eq!(sessions.dial([2; 16], Some(low)), Err(Ended::Superseded));
    sessions.dial([3; 16], Some(PeerId::random())).unwrap();
}

#[test]
fn the_lower_peers_dial_takes_the_place_of_an_offer_it_has_taken() {
    let (low, high) = peers();
    let mut sessions = Sessions::new(low, 4);
    assert!(accepted(&sessions.deliver(high, offer(1), true)));
    sessions.dial([2; 16], Some(high)).unwrap();
    assert_eq!(mail(&mut sessions, 1), Poll::Ready(Mail::Ended(Ended::Superseded)));
    assert_eq!(mail(&mut sessions, 2), Poll::Pending);
}

#[test]
fn a_code_carried_by_hand_is_taken_even_while_dialing() {
    let (low, high) = peers();
    let mut sessions = Sessions::new(low, 4);
    sessions.dial([1; 16], Some(high)).unwrap();
    let out_of_band = Signal::Offer { session: [2; 16], sdp: "offer".to_owned(), trickle: false };
    assert!(accepted(&sessions.deliver(high, out_of_band, true)));
    assert_eq!(mail(&mut sessions, 1), Poll::Pending);
}

#[test]
fn what_was_said_before_an_abort_is_heard_first() {
    let (a, b) = peers();
    let mut sessions = Sessions::new(a, 4);
    sessions.dial([1; 16], Some(b)).unwrap();
    for signal in [answer(1), candidate(1, 1), Signal::Abort { session: [1; 16] }] {
        assert_eq!(sessions.deliver(b, signal, true), Delivery::Routed);
    }
    assert!(matches!(mail(&mut sessions, 1), Poll::Ready(Mail::Answer { .. })));
    assert!(matches!(mail(&mut sessions, 1), Poll::Ready(Mail::Candidate(_))));
    assert_eq!(mail(&mut sessions, 1), Poll::Ready(Mail::Ended(Ended::Aborted)));
}

#[test]
fn nothing_waits_for_a_signalling_that_has_ended() {
    let (a, b) = peers();
    let mut sessions = Sessions::new(a, 4);
    sessions.dial([1; 16], Some(b)).unwrap();
    sessions.close();
    assert_eq!(mail(&mut sessions, 1), Poll::Ready(Mail::Ended(Ended::SignallingClosed)));
}

fn restart(id: u8, round: u32) -> Signal {
    Signal::Restart { session: [id; 16], round, sdp: format!("offer {round}") }
}

fn restarted(id: u8, round: u32) -> Signal {
    Signal::Restarted { session: [id; 16], round, sdp: format!("answer {round}") }
}

fn wanted(id: u8, round: u32) -> Signal {
    Signal::RestartWanted { session: [id; 16], round }
}

/// An open connection, dialled or accepted.
fn open(role: Role, local: PeerId, peer: PeerId) -> Sessions {
    let mut sessions = Sessions::new(local, 4);
    match role {
        Role::Dialer => {
            sessions.dial([1; 16], Some(peer)).unwrap();
            sessions.deliver(peer, answer(1), true);
            assert!(matches!(mail(&mut sessions, 1), Poll::Ready(Mail::Answer { .. })));
        }
        Role::Listener => assert!(accepted(&sessions.deliver(peer, offer(1), true))),
    }
    opened(&mut sessions, 1);
    sessions
}

#[test]
fn an_open_connection_hears_what_its_role_may_be_told_and_only_the_latest() {
    let (a, b) = peers();
    let mut dialer = open(Role::Dialer, a, b);
    assert_eq!(dialer.deliver(b, restart(1, 1), true), Delivery::Ignored(Ignored::Surplus));
    for round in 1..10 {
        assert_eq!(dialer.deliver(b, restarted(1, round), true), Delivery::Routed);
        assert_eq!(dialer.deliver(b, wanted(1, round), true), Delivery::Routed);
    }
    let newest = PathNews::Answer { round: 9, sdp: "answer 9".to_owned() };
    assert_eq!(mail(&mut dialer, 1), Poll::Ready(Mail::Paths(newest)));
    assert_eq!(mail(&mut dialer, 1), Poll::Ready(Mail::Paths(PathNews::Wanted { round: 9 })));
    assert_eq!(mail(&mut dialer, 1), Poll::Pending);

    let mut listener = open(Role::Listener, a, b);
    for wrong in [restarted(1, 1), wanted(1, 1)] {
        assert_eq!(listener.deliver(b, wrong, true), Delivery::Ignored(Ignored::Surplus));
    }
    assert_eq!(listener.deliver(b, candidate(1, 3), true), Delivery::Routed);
    assert_eq!(listener.deliver(b, restart(1, 1), true), Delivery::Routed);
    let described = PathNews::Offer { round: 1, sdp: "offer 1".to_owned() };
    assert_eq!(mail(&mut listener, 1), Poll::Ready(Mail::Paths(described)), "before its candidates");
    assert!(matches!(mail(&mut listener, 1), Poll::Ready(Mail::Candidate(_))));
}

#[test]
fn nobody_else_may_restart_a_connection_and_none_that_is_not_open() {
    let (a, b) = peers();
    let stranger = PeerId::random();
    let mut listener = open(Role::Listener, a, b);
    assert_eq!(listener.deliver(stranger, restart(1, 1), true), Delivery::Gone, "with it there is none");
    assert_eq!(mail(&mut listener, 1), Poll::Pending);
    let mut early = Sessions::new(a, 4);
    early.deliver(b, offer(1), true);
    assert_eq!(early.deliver(b, restart(1, 1), true), Delivery::Ignored(Ignored::Surplus));
}

#[test]
fn who_restarts_a_connection_that_is_gone_is_told_so_and_an_answer_is_not() {
    let (a, b) = peers();
    let mut sessions = open(Role::Listener, a, b);
    remove(&mut sessions, 1);
    assert_eq!(sessions.deliver(b, restart(1, 1), true), Delivery::Gone);
    assert_eq!(sessions.deliver(b, wanted(1, 1), true), Delivery::Gone);
    assert_eq!(sessions.deliver(b, restarted(1, 1), true), Delivery::Ignored(Ignored::Unknown));
    assert_eq!(sessions.deliver(b, Signal::Abort { session: [1; 16] }, true), Delivery::Ignored(Ignored::Unknown));
}

#[test]
fn an_open_connection_takes_no_place_among_the_attempts() {
    let (a, b) = peers();
    let mut sessions = open(Role::Dialer, a, b);
    assert!(accepted(&sessions.deliver(b, offer(2), true)), "no glare with what is open");
    opened(&mut sessions, 2);
    sessions.dial([3; 16], Some(b)).unwrap();
    assert_eq!(mail(&mut sessions, 2), Poll::Pending, "not superseded");
    for id in 4..4 + MAX_INCOMING_PER_PEER as u8 {
        let from = Signal::Offer { session: [id; 16], sdp: "offer".to_owned(), trickle: false };
        assert!(accepted(&sessions.deliver(b, from, true)));
    }
}

#[test]
fn open_connections_outlive_the_signalling_and_hear_of_the_network() {
    let (a, b) = peers();
    let mut sessions = open(Role::Dialer, a, b);
    sessions.close();
    assert_eq!(mail(&mut sessions, 1), Poll::Pending);
    sessions.network_changed();
    sessions.network_changed();
    assert_eq!(mail(&mut sessions, 1), Poll::Ready(Mail::Paths(PathNews::NetworkChanged)));
    assert_eq!(mail(&mut sessions, 1), Poll::Pending);
}
