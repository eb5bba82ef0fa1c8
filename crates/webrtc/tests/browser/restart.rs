//! New paths for open connections: what was under way arrives, and nobody else's paths are taken.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    io,
    rc::Rc,
};

use futures::{AsyncReadExt, AsyncWriteExt};
use gloo_timers::future::TimeoutFuture;
use libp2p_webrtc_browser::{Channel, Signal};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};
use web_sys::{RtcPeerConnection, RtcSignalingState};

use crate::{
    connect::swapped,
    node::{RawNode, raw_nodes},
    page::{connections, pretend_failure, pretend_passing_failure, watch_connections},
    post::{Way, faithful},
};

/// The names of the search for paths that a connection uses now, its own and the other side's.
fn names(connection: &RtcPeerConnection) -> BTreeSet<String> {
    let sides = [connection.current_local_description(), connection.current_remote_description()];
    let name = |sdp: String| sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:").map(str::to_owned));
    sides.into_iter().flatten().filter_map(|side| name(side.sdp())).collect()
}

/// Two nodes with an open connection, and the names it uses.
async fn open(way_there: Way, way_back: Way) -> (RawNode, RawNode, BTreeSet<String>) {
    watch_connections();
    let (a, b) = raw_nodes(way_there, way_back).await;
    let made = connections();
    assert_eq!(made.len(), 2);
    let before = names(&made[0]);
    assert_eq!((before.len(), &before), (2, &names(&made[1])));
    (a, b, before)
}

/// Waits until both ends have found paths anew.
async fn renamed(before: &BTreeSet<String>) {
    while connections().iter().any(|made| !names(made).is_disjoint(before)) {
        TimeoutFuture::new(5).await;
    }
}

/// Numbers go there and back, one after the other, while `meanwhile` runs and for a hundred rounds more.
async fn count_while(a: &mut Channel, b: &mut Channel, meanwhile: impl Future<Output = ()>) {
    let (rounds, end) = (Cell::new(0_u32), Cell::new(u32::MAX));
    let stop = async {
        meanwhile.await;
        end.set(rounds.get() + 100);
    };
    let call = async {
        let mut number = [0; 4];
        while rounds.get() < end.get() {
            a.write_all(&rounds.get().to_be_bytes()).await.unwrap();
            a.flush().await.unwrap();
            a.read_exact(&mut number).await.unwrap();
            assert_eq!(u32::from_be_bytes(number), rounds.get());
            rounds.set(rounds.get() + 1);
        }
        a.close().await.unwrap();
    };
    let echo = async {
        let mut number = [0; 4];
        while b.read_exact(&mut number).await.is_ok() {
            b.write_all(&number).await.unwrap();
            b.flush().await.unwrap();
        }
    };
    futures::join!(stop, call, echo);
    console_log!("{} rounds", rounds.get());
}

#[wasm_bindgen_test]
async fn when_the_dialers_network_changes_new_paths_are_found_and_nothing_is_lost() {
    let ((a, (mut of_a, _)), (_b, (mut of_b, _)), before) = open(faithful(), faithful()).await;
    count_while(&mut of_a, &mut of_b, async {
        a.network_changed();
        renamed(&before).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn when_the_listeners_network_changes_it_asks_and_the_dialer_restarts() {
    let ((a, (mut of_a, _)), (b, (mut of_b, _)), before) = open(faithful(), faithful()).await;
    count_while(&mut of_a, &mut of_b, async {
        b.network_changed();
        renamed(&before).await;
    })
    .await;
    let asked = |signal: &Signal| matches!(signal, Signal::RestartWanted { round: 0, .. });
    assert_eq!(b.sent.borrow().iter().filter(|signal| asked(signal)).count(), 1);
    assert!(!a.sent.borrow().iter().any(asked));
}

#[wasm_bindgen_test]
async fn both_at_once_and_again_and_again_is_no_trouble() {
    let ((a, (mut of_a, _)), (b, (mut of_b, _)), mut before) = open(faithful(), faithful()).await;
    count_while(&mut of_a, &mut of_b, async {
        for _ in 0..3 {
            a.network_changed();
            b.network_changed();
            a.network_changed();
            renamed(&before).await;
            before = names(&connections()[0]);
        }
    })
    .await;
}

/// Loses the first signal that `which` names.
fn loses_first(which: fn(&Signal) -> bool) -> Way {
    let mut lost = false;
    Box::new(move |signal| if which(&signal) && !std::mem::replace(&mut lost, true) { vec![] } else { vec![signal] })
}

#[wasm_bindgen_test]
async fn a_lost_offer_and_a_lost_answer_are_sent_again() {
    let there = loses_first(|signal| matches!(signal, Signal::Restart { .. }));
    let back = loses_first(|signal| matches!(signal, Signal::Restarted { .. }));
    let ((a, (mut of_a, _)), (_b, (mut of_b, _)), before) = open(there, back).await;
    count_while(&mut of_a, &mut of_b, async {
        a.network_changed();
        renamed(&before).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn repeated_and_delayed_signals_of_earlier_restarts_do_no_harm() {
    let old = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&old);
    // Everything that was ever sent comes again with each new signal.
    let there: Way = Box::new(move |signal| {
        seen.borrow_mut().push(signal);
        seen.borrow().clone()
    });
    let ((a, (mut of_a, _)), (_b, (mut of_b, _)), mut before) = open(there, faithful()).await;
    count_while(&mut of_a, &mut of_b, async {
        for _ in 0..2 {
            a.network_changed();
            renamed(&before).await;
            before = names(&connections()[0]);
        }
    })
    .await;
    assert!(old.borrow().len() > 2);
}

/// The certificate that the other side of a connection is bound to.
fn tampered(signal: Signal) -> Signal {
    match signal {
        Signal::Restart { session, round, sdp } => Signal::Restart { session, round, sdp: swapped(sdp) },
        Signal::Restarted { session, round, sdp } => Signal::Restarted { session, round, sdp: swapped(sdp) },
        other => other,
    }
}

#[wasm_bindgen_test]
async fn a_restart_with_another_certificate_is_not_taken_and_the_connection_goes_on() {
    let ((a, (mut of_a, _)), (b, (mut of_b, _)), before) =
        open(Box::new(|signal| vec![tampered(signal)]), faithful()).await;
    count_while(&mut of_a, &mut of_b, async {
        a.network_changed();
        // It is offered again since nobody answers.
        while a.sent.borrow().iter().filter(|signal| matches!(signal, Signal::Restart { .. })).count() < 2 {
            TimeoutFuture::new(5).await;
        }
    })
    .await;
    assert!(!b.sent.borrow().iter().any(|signal| matches!(signal, Signal::Restarted { .. })));
    assert!(
        connections().iter().all(|made| names(made) == before || made.signaling_state() == RtcSignalingState::Closed)
    );
}

#[wasm_bindgen_test]
async fn an_answer_with_another_certificate_is_not_taken() {
    let ((a, (mut of_a, _)), (_b, (mut of_b, _)), before) =
        open(faithful(), Box::new(|signal| vec![tampered(signal)])).await;
    let dialer =
        connections().into_iter().find(|made| made.local_description().unwrap().type_() == web_sys::RtcSdpType::Offer);
    count_while(&mut of_a, &mut of_b, async {
        a.network_changed();
        while a.sent.borrow().iter().filter(|signal| matches!(signal, Signal::Restart { .. })).count() < 2 {
            TimeoutFuture::new(5).await;
        }
        assert_eq!(names(&dialer.unwrap()), before);
    })
    .await;
}

/// Carries nothing any more once it is told so.
fn until_cut(cut: &Rc<Cell<bool>>) -> Way {
    let cut = Rc::clone(cut);
    Box::new(move |signal| if cut.get() { vec![] } else { vec![signal] })
}

#[wasm_bindgen_test]
async fn a_failed_connection_that_nobody_restarts_is_lost_in_the_end() {
    let cut = Rc::new(Cell::new(false));
    let ((_a, (mut of_a, _)), _b, _) = open(until_cut(&cut), until_cut(&cut)).await;
    cut.set(true);
    connections().iter().for_each(pretend_failure);
    let end = of_a.read(&mut [0]).await;
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
}

#[wasm_bindgen_test]
async fn a_failed_connection_is_restarted_before_it_is_given_up() {
    let ((_a, (mut of_a, _)), (_b, (mut of_b, _)), before) = open(faithful(), faithful()).await;
    count_while(&mut of_a, &mut of_b, async {
        connections().iter().for_each(pretend_passing_failure);
        renamed(&before).await;
    })
    .await;
}
