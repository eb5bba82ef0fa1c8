//! Links as the driver sees them: which connection counts, what waits, what goes down. No network.

use futures::{FutureExt as _, StreamExt as _, task::noop_waker};

use std::collections::BTreeMap;

use super::*;

const PEER: NodeId = NodeId::from_bytes([1; 32]);
const RUN: Run = [7; 16];

struct Bench {
    links: Links,
    events: Rc<EventQueue>,
    lanes: BTreeMap<(usize, usize), OpenLane>,
}

fn id(number: usize) -> ConnectionId {
    ConnectionId::new_unchecked(number)
}

impl Bench {
    fn new() -> Self {
        let events = Rc::<EventQueue>::default();
        Self { links: Links::new(Rc::clone(&events)), events, lanes: BTreeMap::new() }
    }

    /// A connection comes up as far as its lanes being greeted.
    fn connect(&mut self, number: usize, path: Path, preferred: bool, run: Run) {
        self.links.established(id(number), PEER, path, preferred, 0);
        for lane in LANES {
            let open = self.links.open_lane(id(number), lane, false).expect("a new connection");
            self.lanes.insert((number, index(lane)), open);
            self.report(number, lane, Report::Greeted(run));
        }
    }

    fn report(&mut self, number: usize, lane: Lane, report: Report) {
        self.links.report(id(number), lane, report, |_| "somewhere".to_owned());
    }

    fn both(&mut self, number: usize, report: impl Fn() -> Report) {
        LANES.into_iter().for_each(|lane| self.report(number, lane, report()));
    }

    fn actions(&mut self) -> Vec<Action> {
        let waker = noop_waker();
        let mut cx = Context::from_waker(&waker);
        std::iter::from_fn(|| match self.links.poll_action(&mut cx) {
            Poll::Ready(action) => Some(action),
            Poll::Pending => None,
        })
        .collect()
    }

    fn seen(&self) -> Vec<NetEvent> {
        let mut stream = Rc::clone(&self.events).stream();
        std::iter::from_fn(|| stream.next().now_or_never().flatten()).collect()
    }

    /// What was put into a lane.
    fn written(&self, number: usize, lane: Lane) -> Vec<Option<Frame>> {
        let waker = noop_waker();
        let mut cx = Context::from_waker(&waker);
        let queue = &self.lanes[&(number, index(lane))].queue;
        let mut frames = Vec::new();
        while let Poll::Ready(frame) = queue.poll_next(&mut cx) {
            let end = frame.is_none();
            frames.push(frame);
            if end {
                break;
            }
        }
        frames
    }
}

fn up(path: Path) -> NetEvent {
    NetEvent::LinkUp { peer: PEER, path, via: "somewhere".to_owned(), older: false }
}

fn down(goodbye: bool) -> NetEvent {
    NetEvent::LinkDown { peer: PEER, goodbye }
}

#[test]
fn a_link_is_up_when_both_lanes_are_greeted() {
    let mut bench = Bench::new();
    bench.links.established(id(1), PEER, Path::Webrtc, true, 0);
    for lane in LANES {
        assert_eq!(bench.seen(), []);
        bench.links.open_lane(id(1), lane, false).unwrap();
        bench.report(1, lane, Report::Greeted(RUN));
    }
    assert_eq!(bench.seen(), [up(Path::Webrtc)]);
}

#[test]
fn a_link_says_when_the_peer_runs_an_older_page() {
    let mut bench = Bench::new();
    bench.links.established(id(1), PEER, Path::Webrtc, true, 0);
    for lane in LANES {
        bench.links.open_lane(id(1), lane, true).unwrap();
        bench.report(1, lane, Report::Greeted(RUN));
    }
    assert!(matches!(bench.seen()[..], [NetEvent::LinkUp { older: true, .. }]));
}

#[test]
fn a_frame_of_a_later_build_is_counted_and_the_link_stays() {
    let mut bench = Bench::new();
    bench.connect(1, Path::Webrtc, true, RUN);
    bench.report(1, Lane::Live, Report::Later);
    assert_eq!(bench.actions().last(), Some(&Action::Refused { code: "newer-frame", peer: PEER }));
}

#[test]
fn a_better_connection_takes_over_and_the_old_one_is_finished_first() {
    let mut bench = Bench::new();
    bench.connect(1, Path::Broadcast, true, RUN);
    bench.links.send(PEER, Lane::Live, b"a".to_vec(), 0);
    bench.connect(2, Path::Webrtc, true, RUN);
    bench.links.send(PEER, Lane::Live, b"b".to_vec(), 0);
    let changed = NetEvent::PathChanged { peer: PEER, path: Path::Webrtc, via: "somewhere".to_owned() };
    assert_eq!(bench.seen(), [up(Path::Broadcast), changed]);
    let old = [Some(Frame::Begin(0)), Some(Frame::Message(b"a".to_vec())), None];
    assert_eq!(bench.written(1, Lane::Live), old);
    assert_eq!(bench.written(2, Lane::Live), [Some(Frame::Begin(1)), Some(Frame::Message(b"b".to_vec()))]);
    bench.actions();
    bench.both(1, || Report::WriteEnd);
    assert_eq!(bench.actions(), [], "the peer may still write on it");
    bench.both(1, || Report::ReadEnd(Ok(())));
    assert_eq!(bench.actions(), [Action::Close(id(1))]);
    assert!(bench.links.closed(id(1), true));
    assert_eq!(bench.seen(), [], "the link stays up");
}

#[test]
fn a_worse_or_equal_connection_stays_spare() {
    let mut bench = Bench::new();
    bench.connect(1, Path::Webrtc, true, RUN);
    bench.connect(2, Path::Webrtc, true, RUN);
    bench.connect(3, Path::Webrtc, false, RUN);
    bench.connect(4, Path::Broadcast, true, RUN);
    assert_eq!(bench.seen(), [up(Path::Webrtc)]);
    for spare in 2..=4 {
        assert_eq!(bench.written(spare, Lane::Bulk), [None]);
        bench.links.closed(id(spare), true);
    }
    assert_eq!(bench.seen(), []);
}

#[test]
fn both_sides_prefer_the_connection_that_the_smaller_node_dialled() {
    let mut bench = Bench::new();
    bench.connect(1, Path::Webrtc, false, RUN);
    bench.connect(2, Path::Webrtc, true, RUN);
    assert_eq!(bench.seen(), [up(Path::Webrtc)], "the same path: nothing to show");
    bench.links.send(PEER, Lane::Live, b"a".to_vec(), 0);
    assert_eq!(bench.written(2, Lane::Live).len(), 2);
}

#[test]
fn a_new_run_takes_the_old_link_down_and_its_end_changes_nothing() {
    let mut bench = Bench::new();
    bench.connect(1, Path::Webrtc, true, RUN);
    bench.connect(2, Path::Broadcast, true, [8; 16]);
    assert_eq!(bench.seen(), [up(Path::Webrtc), down(true), up(Path::Broadcast)]);
    assert!(bench.actions().contains(&Action::Close(id(1))));
    bench.links.closed(id(1), false);
    assert_eq!(bench.seen(), []);
    assert_eq!(bench.links.run(&PEER), Some([8; 16]));
}

#[test]
fn a_connection_in_use_that_breaks_takes_the_link_down() {
    for orderly in [true, false] {
        let mut bench = Bench::new();
        bench.connect(1, Path::Webrtc, true, RUN);
        bench.links.closed(id(1), orderly);
        assert_eq!(bench.seen(), [up(Path::Webrtc), down(orderly)]);
    }
}

#[test]
fn a_spare_one_on_which_the_peer_was_writing_takes_the_link_down() {
    let mut bench = Bench::new();
    bench.connect(1, Path::Webrtc, true, RUN);
    bench.connect(2, Path::Webrtc, true, RUN);
    bench.report(2, Lane::Live, Report::Begun);
    bench.links.closed(id(2), false);
    assert_eq!(bench.seen(), [up(Path::Webrtc), down(false)]);
}

#[test]
fn a_parting_peer_has_not_left() {
    let mut bench = Bench::new();
    bench.connect(1, Path::Webrtc, true, RUN);
    bench.report(1, Lane::Live, Report::Parting);
    bench.links.closed(id(1), true);
    assert_eq!(bench.seen(), [up(Path::Webrtc), down(false)]);
}

#[test]
fn a_dropped_link_says_that_it_parts_before_it_closes() {
    let mut bench = Bench::new();
    bench.connect(1, Path::Webrtc, true, RUN);
    bench.actions();
    bench.links.drop_link(PEER, false, 0);
    assert_eq!(bench.seen(), [up(Path::Webrtc), down(false)]);
    assert_eq!(bench.written(1, Lane::Live), [Some(Frame::Begin(0)), Some(Frame::Parting), None]);
    assert_eq!(bench.actions(), [Action::Unlinked { peer: PEER, goodbye: false }]);
    bench.both(1, || Report::WriteEnd);
    assert_eq!(bench.actions().last(), Some(&Action::Close(id(1))));
}

#[test]
fn a_broken_frame_is_counted_and_ends_the_link() {
    let mut bench = Bench::new();
    bench.connect(1, Path::Webrtc, true, RUN);
    bench.report(1, Lane::Bulk, Report::ReadEnd(Err(Some("message-too-large"))));
    assert_eq!(bench.seen(), [up(Path::Webrtc), down(false)]);
    let actions = bench.actions();
    assert!(actions.contains(&Action::Refused { code: "message-too-large", peer: PEER }));
    assert!(actions.contains(&Action::Close(id(1))));
}

#[test]
fn lanes_that_do_not_open_in_time_are_given_up() {
    let mut bench = Bench::new();
    bench.links.established(id(1), PEER, Path::Webrtc, true, 5);
    assert_eq!(bench.links.deadline(), Some(5 + TIME_LIMIT));
    bench.links.tick(4 + TIME_LIMIT);
    assert_eq!(bench.actions(), []);
    bench.links.tick(5 + TIME_LIMIT);
    assert_eq!(bench.actions(), [Action::Close(id(1))]);
    assert!(!bench.links.closed(id(1), true), "it never was ready");
}

#[test]
fn connections_of_one_peer_are_bounded() {
    let mut bench = Bench::new();
    for number in 1..=MAX_CONNECTIONS_PER_PEER + 1 {
        bench.links.established(id(number), PEER, Path::Webrtc, true, 0);
    }
    assert_eq!(bench.actions(), [Action::Close(id(MAX_CONNECTIONS_PER_PEER + 1))]);
}

#[test]
fn a_full_lane_drops_the_link() {
    let mut bench = Bench::new();
    bench.connect(1, Path::Webrtc, true, RUN);
    for _ in 0..3 {
        bench.links.send(PEER, Lane::Live, vec![0; 1024 * 1024], 0);
    }
    assert_eq!(bench.seen(), [up(Path::Webrtc), down(false)]);
    assert_eq!(bench.links.peers(), []);
}
