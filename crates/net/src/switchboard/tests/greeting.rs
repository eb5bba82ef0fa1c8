//! When hellos are said, near and through servers.

use super::*;

fn hellos_until(board: &mut Switchboard, end: Millis) -> (Vec<Millis>, Vec<Millis>) {
    let (mut far, mut near) = (Vec::new(), Vec::new());
    while board.wake_at() <= end {
        let now = board.wake_at();
        board.tick(now);
        for output in board.outputs() {
            match output {
                Output::Send { through: Through::All, to: None, .. } => {
                    far.push(now);
                    near.push(now);
                }
                Output::Send { through: Through::Near, to: None, .. } => near.push(now),
                other => panic!("only hellos are due: {other:?}"),
            }
        }
    }
    (far, near)
}

#[test]
fn hellos_grow_rarer_and_through_servers_more_so() {
    let (mut small, _) = pair(BOTH);
    let (far, near) = hellos_until(&mut small, 200_000);
    assert_eq!(far[..5], [0, 4_000, 12_000, 28_000, 60_000]);
    let waits: Vec<Millis> = far[4..].windows(2).map(|pair| pair[1] - pair[0]).collect();
    let about = |most: Millis| most * 3 / 4..=most * 5 / 4;
    assert!(waits.iter().all(|wait| about(hellos::FAR_MOST).contains(wait)), "{waits:?}");
    assert!(waits.windows(2).any(|pair| pair[0] != pair[1]), "they vary: {waits:?}");
    assert_eq!(near[..6], [0, 1_000, 3_000, 4_000, 12_000, 28_000]);
    assert!(near.windows(2).all(|pair| pair[1] - pair[0] <= *about(hellos::MOST).end()), "{near:?}");
}

#[test]
fn hellos_come_again_when_a_link_is_lost_but_not_at_once_through_servers() {
    let (mut small, large) = pair(BOTH);
    hellos_until(&mut small, 91_000);
    small.linked(large.me, Path::Webrtc, [12; 16], 91_000);
    small.unlinked(large.me, false, 91_500);
    let (far, near) = hellos_until(&mut small, 95_500);
    assert_eq!((far, near), (vec![92_000], vec![92_000, 93_000, 95_000]));
}

#[test]
fn a_link_that_comes_and_goes_greets_through_servers_no_more_often_than_a_new_node() {
    let (mut small, large) = pair(BOTH);
    let mut at = Vec::new();
    for now in (0..20_000).step_by(100) {
        small.linked(large.me, Path::Webrtc, [12; 16], now);
        small.unlinked(large.me, false, now);
        at.extend(hellos_until(&mut small, now).0);
    }
    assert_eq!(at, [0, 4_000, 8_000, 12_000, 16_000]);
}

#[test]
fn a_node_at_rest_greets_only_where_it_costs_nothing() {
    let (mut small, _) = pair(BOTH);
    small.rest(true, 0);
    let (far, near) = hellos_until(&mut small, 100_000);
    assert!(far.is_empty(), "{far:?}");
    assert_eq!(near[..4], [0, 1_000, 3_000, 7_000]);
    small.rest(false, 100_000);
    assert_eq!(small.wake_at(), 100_000);
    assert_eq!(hellos_until(&mut small, 105_000).0, [100_000, 104_000]);
}

#[test]
fn a_changed_network_says_hello_and_soon_again() {
    let mut board = board(1, 11, BOTH);
    (0..20).for_each(|at| board.hello(at));
    board.outputs();
    board.hello_again(1_000_000);
    assert!(matches!(&board.outputs()[..], [Output::Send { to: None, .. }]));
    assert!(board.wake_at() <= 1_000_000 + hellos::FIRST);
}
