//! Laws of growth of the switchboard: what each message and each handler costs at its worst, and how that may grow with what the
//! tables hold. Their bounds are fixed; here they are n, 2 n and 4 n, and the tables full. A message without a law does not
//! compile, a handler without one fails.

use libp2p_webrtc_browser::Signal;
use paceline_room::testing::growth::{Grows, Law, assert_kept, assert_measured, assert_sighted};

use super::{known::Known, sessions::Offered, tests::board, *};
use crate::message::Line;

paceline_room::laws_of! { laws_of_message, MESSAGES, Message:
    Message::Hello {} => HELLO,
    Message::Bye {} => BYE,
    Message::Offer { .. } => OFFER,
    Message::Answer { .. } => ANSWER,
    Message::Candidates { .. } => CANDIDATES,
    Message::Abort { .. } => ABORT,
    Message::Restart { .. } | Message::Restarted { .. } | Message::RestartWanted { .. } => RESTART,
}

/// What is called from outside, by name.
const HANDLERS: &[(&str, &[Law])] = &[
    ("outputs", OUTPUTS),
    ("tick", TICK),
    ("hello", SAY_HELLO),
    ("hello_again", HELLO_AGAIN),
    ("rest", REST),
    ("bye", SAY_BYE),
    ("received", RECEIVED),
    ("also_heard", ALSO_HEARD),
    ("linked", LINKED),
    ("unlinked", UNLINKED),
    ("refuse_node", REFUSE),
    ("allow_node", ALLOW),
    ("dial_failed", DIAL_FAILED),
    ("dial_done", DIAL_DONE),
    ("acquainted", ACQUAINTED),
    ("read_invite", READ_INVITE),
    ("read_reply", READ_REPLY),
    ("send_signal", SEND_SIGNAL),
    ("gathered", GATHERED),
];

const SOURCES: &[&str] = &[
    include_str!("../switchboard.rs"),
    include_str!("dials.rs"),
    include_str!("exchanging.rs"),
    include_str!("known.rs"),
    include_str!("out_of_band.rs"),
    include_str!("outbox.rs"),
    include_str!("peer_exchange.rs"),
    include_str!("sessions.rs"),
    include_str!("signals.rs"),
];

const HELLO: &[Law] = &[
    Law::new("a hello of one of n nodes that are known", Grows::Each(1), |n| Full::of(n).hears(&Message::Hello {})),
    Law::new("a hello of a node that is new where n are known, and no more may be", Grows::Each(6), |n| {
        let mut it = Full::of(n);
        let mut newcomer = board(77, 77, super::tests::BOTH);
        let hello = newcomer.seal(None, None, &Message::Hello {}).0;
        it.costs(|board| _ = board.received(RELAY, &hello, NOW))
    }),
];

const BYE: &[Law] =
    &[Law::new("a bye of one of n nodes that are known", Grows::Never, |n| Full::of(n).hears(&Message::Bye {}))];

const OFFER: &[Law] = &[
    Law::new("an offer where n are under way, and no more may be", Grows::Each(2), |n| Full::of(n).hears(&offer())),
    Law::new("an offer where n that led nowhere are over", Grows::Each(2), |n| {
        let mut it = Full::of(n);
        let envelope = it.says(&offer());
        it.costs(|board| _ = board.received(RELAY, &envelope, NOW + sessions::OVER_AFTER))
    }),
];

const ANSWER: &[Law] = &[Law::new("an answer while n descriptions wait", Grows::Never, |n| {
    let mut it = Full::of(n);
    let peer = it.peer.me;
    it.board.send_message(peer, SESSION, &offer(), NOW);
    let envelope = tests::sent(&mut it.board);
    it.peer.received(RELAY, &envelope, NOW);
    let answer = Signal::Answer { session: SESSION, sdp: "v=0".into() };
    it.peer.send_signal(Path::Webrtc, Some(it.board.me), answer, NOW);
    it.peer.send_held(NOW + outbox::GATHER_FOR);
    let answer = tests::sent(&mut it.peer);
    it.costs(|board| _ = board.received(RELAY, &answer, NOW))
})];

const CANDIDATES: &[Law] = &[Law::new("candidates while n descriptions wait", Grows::Never, |n| {
    let line = Line { candidate: "candidate:1".into(), mid: None };
    Full::of(n).hears(&Message::Candidates { path: Path::Webrtc, candidates: vec![line; 8] })
})];

const ABORT: &[Law] = &[Law::new("an attempt given up beside n", Grows::Each(2), |n| {
    Full::of(n).hears(&Message::Abort { path: Path::Webrtc })
})];

const RESTART: &[Law] = &[Law::new("new paths asked for beside n", Grows::Never, |n| {
    Full::of(n).hears(&Message::RestartWanted { path: Path::Webrtc, round: 1 })
})];

const OUTPUTS: &[Law] = &[Law::new("a hello, and what there is to do after it, beside n", Grows::Never, |n| {
    Full::of(n).costs(|board| {
        board.hello(NOW);
        assert_eq!(board.outputs().len(), 1);
    })
})];

const TICK: &[Law] = &[
    Law::new("time, while n nodes wait to be dialled", Grows::Each(5), |n| {
        let mut it = Full::of(n);
        it.board.known.iter_mut().for_each(|(_, known)| known.alive = true);
        it.costs(|board| board.tick(NOW))
    }),
    Law::new("time, when n descriptions are to be sent", Grows::Each(11), |n| {
        Full::of(n).costs(|board| board.tick(NOW + outbox::GATHER_FOR))
    })
    .at(sessions::MAX_OURS / 4),
    Law::new("when time is to be told, with n nodes and descriptions", Grows::Each(3), |n| {
        Full::of(n).costs(|board| {
            board.ground();
            _ = board.wake_at();
        })
    }),
];

const SAY_HELLO: &[Law] =
    &[Law::new("hello said beside n nodes", Grows::Never, |n| Full::of(n).costs(|board| board.hello(NOW)))];

const HELLO_AGAIN: &[Law] = &[Law::new("hello said on another network beside n nodes", Grows::Never, |n| {
    Full::of(n).costs(|board| board.hello_again(NOW))
})];

const REST: &[Law] =
    &[Law::new("rest beside n nodes", Grows::Never, |n| Full::of(n).costs(|board| board.rest(true, NOW)))];

const SAY_BYE: &[Law] =
    &[Law::new("goodbye said to n nodes", Grows::Never, |n| Full::of(n).costs(|board| _ = board.bye()))];

const RECEIVED: &[Law] = &[Law::new("a message of a later build beside n nodes", Grows::Never, |n| {
    let mut it = Full::of(n);
    let later = it.peer.sealed(Some((it.board.me, it.board.fresh.run())), b"\xa1\x65dance\xa0");
    it.costs(|board| _ = board.received(RELAY, &later, NOW))
})];

const ALSO_HEARD: &[Law] = &[Law::new("one of n nodes heard another way", Grows::Never, |n| {
    let mut it = Full::of(n);
    let peer = it.peer.me;
    it.costs(|board| board.also_heard(peer, 0))
})];

const LINKED: &[Law] = &[Law::new("a link beside n attempts", Grows::Each(5), |n| {
    let mut it = Full::of(n);
    let peer = it.peer.me;
    it.costs(|board| board.linked(peer, Path::Webrtc, [1; 16], NOW))
})];

const UNLINKED: &[Law] = &[Law::new("a link gone beside n nodes", Grows::Never, |n| {
    let mut it = Full::of(n);
    let peer = it.peer.me;
    it.costs(|board| board.unlinked(peer, false, NOW))
})];

const REFUSE: &[Law] = &[Law::new("a node refused beside n", Grows::Never, |n| {
    let mut it = Full::of(n);
    (0..n).for_each(|at| it.board.refuse_node(node(at)));
    it.costs(|board| board.refuse_node(node(n)))
})];

const ALLOW: &[Law] = &[Law::new("a node allowed again beside n", Grows::Each(1), |n| {
    let mut it = Full::of(n);
    let peer = it.peer.me;
    (0..n).for_each(|at| it.board.refuse_node(node(at)));
    it.costs(|board| board.allow_node(peer, NOW))
})];

const DIAL_FAILED: &[Law] = &[Law::new("a dial that failed beside n attempts", Grows::Each(4), |n| {
    let mut it = Full::of(n);
    let peer = it.peer.me;
    it.costs(|board| board.dial_failed(peer, Path::Webrtc, NOW))
})];

const DIAL_DONE: &[Law] = &[Law::new("a dial whose connection ended beside n nodes", Grows::Never, |n| {
    let mut it = Full::of(n);
    let peer = it.peer.me;
    it.costs(|board| board.dial_done(peer, Path::Webrtc))
})];

const ACQUAINTED: &[Law] = &[Law::new("n nodes of the room that are not linked, as before", Grows::Each(10), |n| {
    let mut it = Full::of(n);
    let nodes: Vec<NodeId> = (0..n).map(node).collect();
    it.board.acquainted(&nodes, NOW);
    it.board.outputs();
    it.costs(|board| board.acquainted(&nodes, NOW))
})
.at(peer_exchange::MAX_EXCHANGED / 4)];

const READ_INVITE: &[Law] = &[Law::new("an invite read after n", Grows::Never, |n| {
    let mut it = Full::of(n);
    (0..n).for_each(|at| it.board.sessions.read((node(at), SESSION), [0; 32]));
    let invite = invite(&mut it.peer);
    let opened = it.board.open_invite(&invite).expect("an invite");
    // The first of all: the others move.
    it.costs(|board| assert!(board.read_invite(&opened, NOW).is_ok())) - n as u64
})
.at(sessions::MAX_OUT_OF_BAND / 4 - 1)];

const READ_REPLY: &[Law] = &[Law::new("a reply while n invites wait", Grows::Never, |n| {
    let mut it = Full::of(n);
    (0..n).for_each(|at| it.board.sessions.invite([100 + at as u8; 16], [0; 32]));
    let invite = invite(&mut it.board);
    let opened = it.peer.open_invite(&invite).expect("an invite");
    let session = it.peer.read_invite(&opened, NOW).expect("fits");
    it.peer.outputs();
    let answer = Signal::Answer { session, sdp: "v=0".into() };
    it.peer.send_signal(Path::Webrtc, Some(it.board.me), answer, NOW);
    let reply = it.peer.outputs().into_iter().find_map(|it| match it {
        Output::Reply { envelope, .. } => Some(envelope),
        _ => None,
    });
    let opened = it.board.open_reply(&reply.expect("a reply")).expect("it is for this one");
    it.costs(|board| assert!(board.read_reply(&opened, NOW).is_ok()))
})
.at(sessions::MAX_OUT_OF_BAND / 4 - 1)];

const SEND_SIGNAL: &[Law] = &[
    Law::new("an offer through servers beside n that wait", Grows::Each(1), |n| {
        let mut it = Full::of(n);
        it.board.outbox.forget(&(node(n - 1), SESSION));
        let peer = it.peer.me;
        it.costs(|board| board.send_signal(Path::Webrtc, Some(peer), tests::offer(SESSION), NOW))
    }),
    Law::new("an offer through servers where no more may wait than the n that do", Grows::Never, |n| {
        let mut it = Full::of(n);
        let peer = it.peer.me;
        it.costs(|board| board.send_signal(Path::Webrtc, Some(peer), tests::offer(SESSION), NOW))
    }),
    Law::new("an attempt of one's own given up beside n that wait", Grows::Each(2), |n| {
        let mut it = Full::of(n);
        it.costs(|board| board.send_signal(Path::Webrtc, Some(node(0)), Signal::Abort { session: SESSION }, NOW))
    }),
];

const GATHERED: &[Law] = &[Law::new("the last candidate beside n that wait", Grows::Never, |n| {
    Full::of(n).costs(|board| board.gathered(node(0), SESSION, NOW))
})];

/// Of what else is remembered of others.
const FRESHNESS: &[Law] = &[
    Law::new("an envelope of one of n runs", Grows::Never, |n| {
        let mut fresh = fresh(n);
        cost::of(|| _ = fresh.accept(&content(0, 2))).1
    }),
    Law::new("an envelope of a new run where n are remembered, and no more may be", Grows::Never, |n| {
        let mut fresh = fresh(n);
        cost::of(|| _ = fresh.accept(&content(n, 1))).1
    }),
];

const NOW: Millis = 100_000;
const SESSION: Session = [5; 16];
const RELAY: Via = 1;

fn node(n: usize) -> NodeId {
    let mut key = [0xff; 32];
    key[24..].copy_from_slice(&(n as u64).to_be_bytes());
    NodeId::from_bytes(key)
}

fn offer() -> Message {
    Message::Offer { path: Path::Webrtc, sdp: "v=0".into(), trickle: true }
}

fn content(n: usize, count: u64) -> Content {
    Content {
        room: Cid::of(b"a room"),
        from: node(n),
        to: None,
        session: None,
        run: ByteArray::new([1; 16]),
        count,
        echo: None,
        body: ByteBuf::new(),
    }
}

fn fresh(n: usize) -> Freshness {
    let mut fresh = Freshness::remembering(n, [1; 16]);
    (0..n).for_each(|at| assert!(fresh.accept(&content(at, 1)).is_ok()));
    fresh
}

fn invite(board: &mut Switchboard) -> Vec<u8> {
    board.send_signal(Path::Webrtc, None, tests::offer(SESSION), NOW);
    let invite = board.outputs().into_iter().find_map(|it| match it {
        Output::Invite { envelope, .. } => Some(envelope),
        _ => None,
    });
    invite.expect("an invite")
}

/// A switchboard all of whose tables hold n, and no more, and one of the nodes that it knows. The others come after it in order.
struct Full {
    board: Switchboard,
    peer: Switchboard,
}

impl Full {
    fn of(n: usize) -> Self {
        let (mut board, mut peer) = super::tests::pair(super::tests::BOTH);
        board.setup.bounds = Bounds { known: n, held: n, a_way: n };
        board.outbox = Outbox::new(true, n);
        board.sessions = Sessions::new(n);
        let hello = board.seal(None, None, &Message::Hello {}).0;
        peer.received(RELAY, &hello, NOW);
        peer.outputs();
        board.known.insert(peer.me, Known { via: Some(RELAY), ..Known::new(peer.fresh.run(), NOW) });
        for at in 0..n {
            let name = (node(at), SESSION);
            if at > 0 {
                board.known.insert(node(at), Known { via: Some(RELAY), ..Known::new([9; 16], 0) });
            }
            assert_eq!(board.outbox.hold(name, offer(), NOW), None);
            assert!(board.sessions.take(name, Offered { hash: [0; 32], path: Path::Webrtc, at: NOW }, RELAY));
        }
        board.far.said(NOW, board.setup.random);
        board.near.said(NOW, board.setup.random);
        Self { board, peer }
    }

    fn costs(&mut self, act: impl FnOnce(&mut Switchboard)) -> u64 {
        cost::of(|| act(&mut self.board)).1
    }

    fn says(&mut self, message: &Message) -> Vec<u8> {
        let to = Some((self.board.me, self.board.fresh.run()));
        let session = (!matches!(message, Message::Hello {} | Message::Bye {})).then_some(SESSION);
        self.peer.seal(to, session, message).0
    }

    /// What it costs to hear this from the peer.
    fn hears(&mut self, message: &Message) -> u64 {
        let envelope = self.says(message);
        self.costs(|board| assert!(board.received(RELAY, &envelope, NOW).is_some()))
    }
}

impl Switchboard {
    /// Signed and sealed, whatever it says.
    fn sealed(&mut self, to: Option<(NodeId, Run)>, body: &[u8]) -> Vec<u8> {
        let content = Content {
            to: to.map(|(node, _)| node),
            echo: to.map(|(_, run)| ByteArray::new(run)),
            run: ByteArray::new(self.fresh.run()),
            room: self.setup.room,
            from: self.me,
            session: Some(ByteArray::new(SESSION)),
            count: self.fresh.next_count(),
            body: ByteBuf::from(body.to_vec()),
        };
        envelope::seal(&self.setup.keys, &self.setup.keypair, &content, &[7; 24]).0
    }
}

fn laws() -> impl Iterator<Item = &'static Law> {
    let handlers = HANDLERS.iter().map(|(_, laws)| *laws);
    handlers.chain(MESSAGES.iter().copied()).chain([FRESHNESS]).flatten()
}

#[test]
fn every_handler_of_the_switchboard_has_a_law_and_every_map_counts() {
    assert!(!laws_of_message(&Message::Hello {}).is_empty() && MESSAGES.iter().all(|laws| !laws.is_empty()));
    assert_measured(SOURCES, &["&mut self"], HANDLERS, &[]);
}

#[test]
fn every_law_of_growth_of_the_switchboard_is_kept_or_known_to_be_broken() {
    assert_kept(laws());
}

#[test]
fn a_planted_walk_breaks_every_law_of_growth_of_the_switchboard() {
    assert_sighted(laws());
}
