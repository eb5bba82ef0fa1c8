//! Laws of growth of a replica: what each input and each message costs at its worst, and how that may grow. One without a law
//! does not compile; each law would find a walk over the whole log.

use std::collections::BTreeSet;

use paceline_mesh::{
    Input, Lane,
    replica::Takes,
    wire::{
        Announce, Beacon, Behind, Blocks, Bulk, Carry, Cids, Floor, Have, Hello, Item, Live, Page, Push, ShortIds,
        Signed, Since, State, Stream, TIPS, Want, short_node,
    },
};
use paceline_room::{
    Cid, Stored, cost,
    testing::{
        growth::{Grows, Law, assert_kept, assert_sighted},
        hostile::Scene,
    },
};
use serde_bytes::{ByteArray, ByteBuf};

use crate::world::{ME, Solo, item};

/// The author whose link is up.
const PEER: usize = 3;

paceline_room::laws_of! { laws_of_input, INPUTS, Input:
    Input::LinkUp(_) => LINK_UP,
    Input::OlderLinkUp(_) => OLDER_LINK_UP,
    Input::LinkDown { .. } => LINK_DOWN,
    Input::Received { .. } => RECEIVED,
    Input::Own { .. } => OWN,
    Input::Stored(_) => STORED,
    Input::Import(_) => IMPORT,
    Input::Carry { .. } => SENT_RELAYED,
    Input::Hears(_) => HEARS,
    Input::Away(_) => AWAY,
    Input::Hand(_) => HAND,
    Input::Wait(_) => WAIT,
    Input::Try => TRY,
    Input::Leave => LEAVE,
    Input::Take(_) => TAKE,
    Input::Tick => TICK,
}

paceline_room::laws_of! { laws_of_live, LIVE, Live:
    Live::Hello(_) => HELLO,
    Live::Push(_) => PUSH,
    Live::Announce(_) => ANNOUNCE,
    Live::Graft(_) => GRAFT,
    Live::Prune => PRUNE,
    Live::Beacon(_) => BEACON,
    Live::Carry(_) => CARRY,
}

paceline_room::laws_of! { laws_of_bulk, BULK, Bulk:
    Bulk::Round(_) => ROUND,
    Bulk::Answer(_) => ANSWER,
    Bulk::Have(_) => HAVE,
    Bulk::Want(_) => WANT,
    Bulk::Blocks(_) => BLOCKS,
    Bulk::Stream(_) => STREAM,
    Bulk::More(_) => MORE,
    Bulk::Page(_) => PAGE,
    Bulk::Newest(_) => NEWEST,
    Bulk::Since(_) => SINCE,
    Bulk::Ahead(_) => AHEAD,
}

/// What is asked of a replica from outside its inputs.
const ASKED: &[Law] = &[
    Law::new("who is here, of n who say so", Grows::Each(3), |n| {
        let mut room = Room::people(n);
        (0..n).for_each(|i| room.beacon(100 + i, 1, &[]));
        cost::of(|| room.solo.replica.presence()).1
    }),
    Law::new("how many of n who say that they are here hold a post", Grows::Each(4), |n| {
        let mut room = Room::people(n);
        let tip = room.last();
        (0..n).for_each(|i| room.beacon(100 + i, 1, &[tip]));
        cost::of(|| room.solo.replica.reach(&tip)).1
    }),
];

const TRY: &[Law] = &[
    Law::new("a link tried in a log of n", Grows::Never, |n| Room::posts(n).input(Input::Try)),
    Law::new("n links tried", Grows::Each(3), |n| {
        let mut room = Room::posts(n);
        for i in 0..n {
            let peer = room.scene.node(100 + i);
            room.input(Input::LinkUp(peer));
        }
        room.input(Input::Try)
    }),
];

const LINK_UP: &[Law] = &[
    Law::new("a link in a log of n tips", Grows::Never, |n| {
        let mut room = Room::twins(n);
        let peer = room.scene.node(7);
        room.input(Input::LinkUp(peer))
    })
    .at(2 * TIPS),
    Law::new("a link while n words are missing", Grows::Each(5), |n| {
        let mut room = Room::wordless(n);
        let peer = room.scene.node(7);
        room.input(Input::LinkUp(peer))
    }),
];

const OLDER_LINK_UP: &[Law] = &[Law::new("a link with an older build in a log of n tips", Grows::Never, |n| {
    let mut room = Room::twins(n);
    let peer = room.scene.node(7);
    room.input(Input::OlderLinkUp(peer))
})
.at(2 * TIPS)];

const LINK_DOWN: &[Law] = &[Law::new("a link gone that announced n events", Grows::Each(3), |n| {
    let mut room = Room::posts(n);
    room.announce(n);
    let peer = room.scene.node(PEER);
    room.input(Input::LinkDown { peer, goodbye: true })
})];

const RECEIVED: &[Law] = &[Law::new("bytes that are no message, in a log of n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    let peer = room.scene.node(PEER);
    room.input(Input::Received { peer, lane: Lane::Bulk, bytes: vec![0xff; 100] })
})];

const OWN: &[Law] = &[Law::new("an own event in a log of n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    room.own();
    room.own()
})];

const STORED: &[Law] = &[
    Law::new("an event stored after n", Grows::Never, |n| {
        let mut room = Room::posts(n);
        room.solo.stores = false;
        let cid = room.push_next();
        room.input(Input::Stored(vec![cid]))
    }),
    Law::new("the first of n events stored, after all others", Grows::Each(8), |n| {
        let mut room = Room::posts(0);
        room.solo.stores = false;
        let mut all: Vec<Cid> = (0..n).map(|_| room.push_next()).collect();
        let first = all.remove(0);
        room.input(Input::Stored(all));
        room.input(Input::Stored(vec![first]))
    }),
];

const IMPORT: &[Law] = &[Law::new("a block imported into a log of n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    let next = room.next();
    room.input(Input::Import(vec![next.block]))
})];

const SENT_RELAYED: &[Law] = &[Law::new("a relayed message sent after n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    let to = room.scene.node(8);
    let message = |room: &mut Room, it: usize| room.input(Input::Carry { to, bytes: it.to_le_bytes().to_vec() });
    (0..n).for_each(|it| _ = message(&mut room, it));
    message(&mut room, n)
})];

const HEARS: &[Law] =
    &[Law::new("newcomers heard in a log of n", Grows::Never, |n| Room::posts(n).input(Input::Hears(true)))];

const AWAY: &[Law] =
    &[Law::new("a tab hidden in a log of n", Grows::Never, |n| Room::posts(n).input(Input::Away(true)))];

const HAND: &[Law] = &[
    Law::new("a hand raised in a log of n", Grows::Never, |n| Room::posts(n).input(Input::Hand(true))),
    Law::new("a hand raised behind n others", Grows::Each(4), |n| {
        let mut room = Room::people(n);
        (0..n).for_each(|i| room.raise(100 + i, i as u64 + 1));
        room.input(Input::Hand(true))
    }),
];

const WAIT: &[Law] = &[Law::new("a wish to wait in a log of n", Grows::Never, |n| {
    let round = Cid::of(b"round");
    Room::posts(n).input(Input::Wait(round))
})];

const LEAVE: &[Law] =
    &[Law::new("leaving a log of n tips", Grows::Never, |n| Room::twins(n).input(Input::Leave)).at(2 * TIPS)];

const TICK: &[Law] = &[
    Law::new("a beacon due in a log of n tips", Grows::Never, |n| Room::twins(n).tick()).at(2 * TIPS),
    Law::new("a beacon due while n words are missing", Grows::Each(5), |n| Room::wordless(n).tick()),
    Law::new("a beacon due while n events wait for others", Grows::Each(6), |n| {
        let mut room = Room::posts(n);
        room.orphans(n);
        room.tick()
    }),
    Law::new("a reconciliation that is due in a log of n", Grows::Each(1), |n| {
        let mut room = Room::posts(n);
        room.live(Live::Hello(Hello(1, Cids(vec![Cid::of(b"elsewhere")]), None, Behind::default())));
        room.tick()
    }),
];

const HELLO: &[Law] = &[Law::new("a hello that reports a tip unknown to a log of n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    room.live(Live::Hello(Hello(1, Cids(vec![Cid::of(b"elsewhere")]), None, Behind::default())))
})];

const PUSH: &[Law] = &[
    Law::new("an event pushed into a log of n", Grows::Never, |n| {
        let mut room = Room::posts(n);
        let next = room.next();
        room.live(pushed(&next))
    }),
    Law::new("an event pushed while n announced ones are missing", Grows::Each(6), |n| {
        let mut room = Room::posts(n);
        room.announce(n);
        let next = room.next();
        room.live(pushed(&next))
    }),
    Law::new("an event pushed for which n wait", Grows::Each(75), |n| {
        let mut room = Room::posts(0);
        let first = room.orphans(n);
        room.live(pushed(&first))
    }),
];

const ANNOUNCE: &[Law] = &[Law::new("a name announced that is in a log of n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    let name = room.last();
    room.live(Live::Announce(Announce(Cids(vec![name]), ByteBuf::from(vec![0]))))
})];

const GRAFT: &[Law] = &[Law::new("a graft for an event of a log of n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    let name = room.last();
    room.live(Live::Graft(Cids(vec![name])))
})];

const PRUNE: &[Law] = &[Law::new("a prune in a log of n", Grows::Never, |n| Room::posts(n).live(Live::Prune))];

const BEACON: &[Law] = &[
    Law::new("a beacon in a log of n", Grows::Never, |n| {
        let mut room = Room::posts(n);
        let tip = room.last();
        room.beacon(PEER, 1, &[tip]);
        room.last
    }),
    Law::new("a beacon that reports yet other tips, of n", Grows::Never, |n| {
        let mut room = Room::twins(TIPS * n);
        let tips: Vec<Cid> = room.scene.blocks().iter().skip(1).map(|it| it.cid).collect();
        for (counter, tips) in tips.chunks(TIPS).enumerate() {
            room.beacon(PEER, counter as u64 + 1, tips);
        }
        room.last
    })
    .at(8),
];

const CARRY: &[Law] = &[Law::new("a relayed message passed on after n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    let to = room.scene.node(8);
    let message = |room: &mut Room, it: usize| room.live(Live::Carry(Carry(to, 2, ByteBuf::from(it.to_le_bytes()))));
    (0..n).for_each(|it| _ = message(&mut room, it));
    message(&mut room, n)
})];

const ROUND: &[Law] = &[Law::new("a round of reconciliation with a log of n", Grows::Each(2), |n| {
    let (mut room, mut other) = (Room::posts(n), Room::posts(0));
    let round = other.round();
    room.bulk(Bulk::Round(round))
})];

const ANSWER: &[Law] = &[Law::new("an answer to a round of reconciliation about a log of n", Grows::Each(1), |n| {
    let (mut room, mut other) = (Room::posts(n), Room::posts(0));
    let round = room.round();
    other.bulk(Bulk::Round(round));
    let peer = other.scene.node(PEER);
    let answer = other.solo.sent_bulk(peer).into_iter().find(|it| matches!(it, Bulk::Answer(_)));
    room.bulk(answer.expect("an answer"))
})];

const HAVE: &[Law] = &[Law::new("the end of a reconciliation with a log of n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    let name = room.last();
    room.bulk(Bulk::Have(Have(Cids(vec![name]), true)))
})];

const WANT: &[Law] = &[Law::new("an event asked for of a log of n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    let name = room.last();
    room.bulk(Bulk::Want(Want(1, Cids(vec![name]), Cids::default())))
})];

const BLOCKS: &[Law] = &[Law::new("blocks that nobody asked for, in a log of n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    let next = room.next();
    room.bulk(Bulk::Blocks(Blocks(1, vec![item(&next)], vec![], Cids::default(), true)))
})];

const STREAM: &[Law] = &[Law::new("the last page asked for of a log of n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    let before = room.scene.blocks()[n - 1].clone();
    room.bulk(Bulk::Stream(Stream(before.depth, ByteArray::new(*before.cid.digest()), 1)))
})];

const MORE: &[Law] = &[Law::new("more pages asked for than there are, of a log of n", Grows::Never, |n| {
    Room::posts(n).bulk(Bulk::More(4))
})];

const PAGE: &[Law] = &[Law::new("a page that nobody asked for, in a log of n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    let next = room.next();
    room.bulk(Bulk::Page(Page(vec![item(&next)], 0, next.depth, ByteArray::new(*next.cid.digest()))))
})];

const NEWEST: &[Law] = &[Law::new("newest posts that nobody asked for, in a log of n", Grows::Never, |n| {
    let mut room = Room::posts(n);
    let next = room.next();
    room.bulk(Bulk::Newest(vec![item(&next)]))
})];

const TAKE: &[Law] = &[Law::new("a choice to take the newest part of a log of n", Grows::Never, |n| {
    Room::posts(n).input(Input::Take(Takes::Newest))
})];

const SINCE: &[Law] = &[
    Law::new("a version vector of one author in a log of n", Grows::Halving(4), |n| {
        let mut room = Room::posts(n);
        let authors = ShortIds(vec![short_node(&room.scene.node(PEER))]);
        room.bulk(Bulk::Since(Since(authors, vec![n as u64])))
    }),
    Law::new("a version vector of an author who wrote n twins", Grows::Never, |n| {
        let mut room = Room::twins(n);
        let authors = ShortIds(vec![short_node(&room.scene.node(PEER))]);
        room.bulk(Bulk::Since(Since(authors, vec![0])))
    }),
];

const AHEAD: &[Law] =
    &[Law::new("names beyond a version vector that nobody asked with, in a log of n", Grows::Never, |n| {
        Room::posts(n).bulk(Bulk::Ahead(Cids(vec![Cid::of(b"elsewhere")])))
    })];

/// A replica that holds what somebody wrote, with one link.
struct Room {
    scene: Scene,
    solo: Solo,
    /// What the last input cost.
    last: u64,
}

impl Room {
    fn of(mut scene: Scene) -> Self {
        let mut solo = Solo::of(scene.room(), scene.keypair(ME));
        assert_eq!(solo.replica.load(scene.blocks().to_vec()), vec![]);
        let (peer, tips) = (scene.node(PEER), scene.log.tips().iter().take(TIPS).map(|ix| scene.log.entry(ix).cid));
        let hello = Hello(scene.log.len() as u64, Cids(tips.collect()), None, Behind::default());
        solo.input(Input::LinkUp(peer));
        solo.live(peer, &Live::Hello(hello));
        // Beacons are said, and heard as far as they go.
        solo.wait(1_000);
        Self { scene, solo, last: 0 }
    }

    /// A log of one chain.
    fn posts(n: usize) -> Self {
        let mut scene = Scene::new();
        (0..n).for_each(|_| _ = scene.write(PEER, scene.introduced()));
        Self::of(scene)
    }

    /// A log of so many tips.
    fn twins(n: usize) -> Self {
        let mut scene = Scene::new();
        scene.twins(PEER, n);
        Self::of(scene)
    }

    /// A log of so many people.
    fn people(n: usize) -> Self {
        let mut scene = Scene::new();
        scene.people(n);
        Self::of(scene)
    }

    /// A log of posts whose words are not here.
    fn wordless(n: usize) -> Self {
        let mut scene = Scene::new();
        (0..n).for_each(|it| _ = scene.write(PEER, scene.posted(Cid::of(&it.to_le_bytes()), None)));
        Self::of(scene)
    }

    fn input(&mut self, input: Input) -> u64 {
        assert!(!laws_of_input(&input).is_empty());
        let solo = &mut self.solo;
        self.last = cost::of(|| solo.input(input)).1;
        self.last
    }

    fn live(&mut self, message: Live) -> u64 {
        assert!(!laws_of_live(&message).is_empty());
        let peer = self.scene.node(PEER);
        self.input(Input::Received { peer, lane: Lane::Live, bytes: message.encode() })
    }

    fn bulk(&mut self, message: Bulk) -> u64 {
        assert!(!laws_of_bulk(&message).is_empty());
        let peer = self.scene.node(PEER);
        self.input(Input::Received { peer, lane: Lane::Bulk, bytes: message.encode() })
    }

    fn tick(&mut self) -> u64 {
        self.solo.now += 60_000;
        self.input(Input::Tick)
    }

    /// The last event of the log.
    fn last(&self) -> Cid {
        self.scene.blocks().last().expect("the founding event at least").cid
    }

    /// One more event, which only its author has yet.
    fn next(&mut self) -> Stored {
        self.scene.write(PEER, self.scene.introduced());
        self.scene.blocks().last().expect("just written").clone()
    }

    fn push_next(&mut self) -> Cid {
        let next = self.next();
        self.live(pushed(&next));
        next.cid
    }

    /// An own event is written; what that costs.
    fn own(&mut self) -> u64 {
        let draft = self.solo.replica.draft(1, self.scene.introduced().into());
        let (cid, event, block) = draft.sign(&self.scene.keypair(ME)).expect("a valid event");
        self.input(Input::Own { cid, event: Box::new(event), block: block.into(), words: None })
    }

    /// Beacons of `from` are said by itself, or passed on by the one link there is.
    fn beacon(&mut self, from: usize, counter: u64, tips: &[Cid]) {
        self.say(from, counter, tips, None);
    }

    fn raise(&mut self, from: usize, ticket: u64) {
        self.say(from, 1, &[], Some(Floor { hand: Some(ticket), ..Floor::default() }));
    }

    fn say(&mut self, from: usize, counter: u64, tips: &[Cid], floor: Option<Floor>) {
        let beacon = Beacon {
            room: ByteArray::new(*self.scene.room().digest()),
            node: self.scene.node(from),
            counter,
            state: State::Here,
            tips: Cids(tips.to_vec()),
            events: 1,
            missing_words: ShortIds::default(),
            more_missing: false,
            links: ShortIds(vec![short_node(&self.scene.node(PEER))]),
            listens: false,
            floor,
            behind: Behind::default(),
        };
        // Others' budgets are not what is measured.
        self.solo.now += 20;
        let signed = Signed::new(&beacon, &self.scene.keypair(from));
        self.live(Live::Beacon(signed));
    }

    /// So many events are announced and never come.
    fn announce(&mut self, n: usize) {
        let names = (0..n).map(|it| Cid::of(&it.to_le_bytes())).collect();
        self.live(Live::Announce(Announce(Cids(names), ByteBuf::from(vec![0; n]))));
    }

    /// So many events come that build on one that does not, which is returned.
    fn orphans(&mut self, n: usize) -> Stored {
        let first = self.next();
        let mut last = None;
        for _ in 0..n {
            let parents = if last.is_none() { vec![first.cid] } else { vec![] };
            let draft = self.scene.draft_on(4, last, &parents, self.scene.introduced());
            last = Some(self.scene.put(4, draft));
            let orphan = self.scene.blocks().last().expect("just written").clone();
            self.live(pushed(&orphan));
        }
        first
    }

    /// A round that this replica begins.
    fn round(&mut self) -> ByteBuf {
        let peer = self.scene.node(PEER);
        self.live(Live::Hello(Hello(1, Cids(vec![Cid::of(b"elsewhere")]), None, Behind::default())));
        self.solo.wait(2_000);
        let round = self.solo.sent_bulk(peer).into_iter().find_map(|it| match it {
            Bulk::Round(round) => Some(round),
            _ => None,
        });
        round.expect("a round")
    }
}

fn pushed(stored: &Stored) -> Live {
    let Item(block, words) = item(stored);
    Live::Push(Push(block, words, 0, false))
}

fn laws() -> impl Iterator<Item = &'static Law> {
    [INPUTS, LIVE, BULK, &[ASKED]].concat().into_iter().flatten()
}

#[test]
fn every_law_of_growth_of_a_replica_is_kept_or_known_to_be_broken() {
    assert_kept(laws());
}

#[test]
fn a_planted_walk_over_the_log_breaks_every_law_of_growth_of_a_replica() {
    assert_sighted(laws());
}

#[test]
fn every_handler_of_a_replica_has_a_law_and_each_law_a_name() {
    assert!([INPUTS, LIVE, BULK].concat().iter().all(|it| !it.is_empty()));
    let names: BTreeSet<&str> = laws().map(|law| law.name).collect();
    assert_eq!(names.len(), laws().count());
}
