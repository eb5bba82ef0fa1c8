//! What one event costs does not grow with the log: counted in looks at entries and records, not in time. The laws of each kind's worst input are
//! in `paceline_room::testing::growth`; here is what is promised of an ordinary room.

use std::sync::Arc;

use paceline_room::{
    Body, Cid, Draft,
    body::{
        AlsoMe, Answer, Asked, BatonAccepted, BatonOffered, BatonOpened, BatonReclaimed, BatonReleased, BatonSteppedIn,
        BatonTaken, Edited, FeedbackAnswered, FeedbackGiven, Introduced, NotMe, PostKind, Posted, PromiseDropped,
        PromiseKept, PromiseRenewed, Promised, Retracted, Stance,
    },
    cost,
    testing::World,
};

use crate::{
    sim::{Written, admit},
    support::Node,
};

/// Authors of the room.
const AUTHORS: usize = 5;

/// A room whose events are all seen by all, but for those written on purpose on an older one.
struct Room {
    world: World,
    node: Node,
    at: u64,
}

impl Room {
    fn new() -> Self {
        let world = World::new(1);
        let mut node = Node::new(world.room());
        node.admit_all(&world.blocks());
        let mut room = Self { world, node, at: 1_000 };
        for i in 0..AUTHORS {
            room.write(i, introduced());
        }
        room
    }

    fn write(&mut self, i: usize, body: impl Into<Body>) -> (Cid, u64) {
        let draft = self.draft(i, body);
        self.put(i, draft)
    }

    fn draft(&mut self, i: usize, body: impl Into<Body>) -> Draft {
        self.at += 1;
        self.node.log.draft(self.world.author(i), self.at, body.into())
    }

    /// Admits and folds it; how much the fold looked at.
    fn put(&mut self, i: usize, draft: Draft) -> (Cid, u64) {
        let (cid, event, block) = draft.sign(&self.world.keypair(i)).expect("valid");
        let ix = match self.node.log.admit_verified(cid, event, block.into()).expect("valid") {
            paceline_room::Admission::Admitted(ix) => ix,
            other => panic!("{other:?}"),
        };
        (cid, cost::of(|| self.node.fold.apply(&self.node.log, ix)).1)
    }

    fn open(&mut self) -> Cid {
        self.write(
            0,
            BatonOpened { title: "lead".try_into().unwrap(), strengths: Default::default(), minutes: None, need: None },
        )
        .0
    }
}

fn introduced() -> Introduced {
    Introduced { name: "somebody".try_into().unwrap(), strengths: Default::default(), hue: 0_u64.try_into().unwrap() }
}

fn posted() -> Posted {
    Posted {
        kind: PostKind::Update,
        words: Cid::of(b"words"),
        reply_to: None,
        tags: Default::default(),
        mentions: Default::default(),
    }
}

/// One of each, and what each looked at.
fn one_of_each(room: &mut Room) -> Vec<(&'static str, u64)> {
    let mut costs = vec![];
    let mut note = |what, (cid, touched): (Cid, u64)| {
        costs.push((what, touched));
        cid
    };
    let post = note("posted", room.write(1, posted()));
    note("introduced", room.write(1, introduced()));
    note("edited", room.write(1, Edited { post, words: Cid::of(b"other") }));
    let given = FeedbackGiven { target: post, stance: Stance::Correct, words: None, sources: Default::default() };
    let feedback = note("feedback given", room.write(2, given));
    let answer = FeedbackAnswered { feedback, answer: Answer::Adjusted, words: None, by: None };
    note("feedback answered", room.write(1, answer));
    note("retracted", room.write(1, Retracted { post, alone: false }));
    let words = Cid::of(b"words");
    let ask = note("asked", room.write(1, Asked { node: room.world.author(2), words }));
    let promise = note("promised", room.write(2, Promised { words, due: None, from: Some(ask) }));
    note("renewed", room.write(2, PromiseRenewed { promise, due: None }));
    note("dropped", room.write(2, PromiseDropped { promise, words }));
    note("kept", room.write(2, PromiseKept { promise, evidence: Some(post) }));
    note("named", room.write(1, AlsoMe { node: room.world.author(2) }));
    note("joined", room.write(2, AlsoMe { node: room.world.author(1) }));
    note("parted", room.write(1, NotMe { node: room.world.author(2) }));
    let opened =
        BatonOpened { title: "lead".try_into().unwrap(), strengths: Default::default(), minutes: None, need: None };
    let baton = note("opened", room.write(1, opened));
    let tip = note("taken", room.write(1, BatonTaken { baton, tip: baton }));
    let offer = BatonOffered { baton, tip, to: room.world.author(2), note: Default::default() };
    let offer = note("offered", room.write(1, offer));
    let held = note("accepted", room.write(2, BatonAccepted { baton, tip, by: offer }));
    // Two step in side by side, the room follows one, the holder comes back.
    let one = room.draft(3, BatonSteppedIn { baton, tip: held, silent_for: 1_u64.try_into().unwrap() });
    let two = room.draft(4, BatonSteppedIn { baton, tip: held, silent_for: 1_u64.try_into().unwrap() });
    let follow = {
        let one = note("stepped in", room.put(3, one));
        let mut draft = room.draft(0, introduced());
        draft.parents = vec![one];
        note("stepped in beside", room.put(4, two));
        draft
    };
    note("voted", room.put(0, follow));
    let ends = room.node.fold.baton(&baton).expect("open").run_ends.clone();
    let tip = note("reclaimed", room.write(2, BatonReclaimed { baton, tips: ends.try_into().unwrap() }));
    let held = note("released", room.write(2, BatonReleased { baton, tip, note: Default::default() }));
    // What is passed on within a run asks each author of the room once.
    let held = room.write(2, BatonTaken { baton, tip: held }).0;
    let tip = room.write(3, BatonSteppedIn { baton, tip: held, silent_for: 1_u64.try_into().unwrap() }).0;
    let offer = BatonOffered { baton, tip, to: room.world.author(4), note: Default::default() };
    let by = room.write(3, offer).0;
    let tip = note("accepted in a run", room.write(4, BatonAccepted { baton, tip, by }));
    let tip =
        note("released in a run", room.write(4, BatonReleased { baton, tip, note: "a word".try_into().unwrap() }));
    note("taken in a run", room.write(1, BatonTaken { baton, tip }));
    costs
}

/// A fork is counted once, with two binary searches per author and chain, each halving of which compares two
/// entries: so many looks more in a log 100 times as long.
const SEARCHES: u64 = AUTHORS as u64 * 2 * 7 * 2;
/// Lists are trees: one that is a hundred times as long is a page or two deeper, and an event looks into a few.
const DEEPER: u64 = 12;
/// Whether an event turns the path to the other branch is up to the draw, which differs between the two logs.
const TURN: u64 = 60;

#[test]
fn an_event_costs_the_same_in_a_log_of_a_hundred_and_of_ten_thousand() {
    let [short, long] = [100, 10_000].map(|length| {
        let mut room = Room::new();
        for i in 0..length {
            room.write(i % AUTHORS, posted());
        }
        one_of_each(&mut room)
    });
    for ((what, few), (_, many)) in short.iter().zip(&long) {
        let allowed = match *what {
            "stepped in beside" => SEARCHES + TURN,
            "reclaimed" | "accepted in a run" | "taken in a run" => SEARCHES,
            "voted" => TURN,
            _ => 0,
        } + DEEPER;
        assert!(*many <= few + allowed, "{what}: {few} looks in the short log, {many} in the long");
    }
    assert_eq!(short.len(), 26);
}

#[test]
fn a_handoff_costs_the_same_after_ten_terms_and_after_a_thousand() {
    let mut room = Room::new();
    let baton = room.open();
    let mut tip = room.write(0, BatonTaken { baton, tip: baton }).0;
    let mut costs = vec![];
    for turn in 1..=1_000 {
        let offer = BatonOffered { baton, tip, to: room.world.author(turn % AUTHORS), note: Default::default() };
        let (by, offered) = room.write((turn - 1) % AUTHORS, offer);
        let (accepted, cost) = room.write(turn % AUTHORS, BatonAccepted { baton, tip, by });
        tip = accepted;
        costs.push((offered, cost));
    }
    // Where its two terms stand among all is found by halving, two looks each time.
    assert!(
        costs[999].0 <= costs[10].0 && costs[999].1 <= costs[10].1 + 2 * 2 * 7,
        "{:?}, {:?}",
        costs[10],
        costs[999]
    );
    assert_eq!(room.node.fold.baton(&baton).expect("open").terms.len(), 1_001);
}

#[test]
fn a_handoff_within_a_run_costs_the_same_after_ten_and_after_a_thousand() {
    let mut room = Room::new();
    let baton = room.open();
    let held = room.write(4, BatonTaken { baton, tip: baton }).0;
    let mut tip = room.write(0, BatonSteppedIn { baton, tip: held, silent_for: 1_u64.try_into().unwrap() }).0;
    let mut costs = vec![];
    for turn in 1..=1_000 {
        let offer = BatonOffered { baton, tip, to: room.world.author(turn % 3), note: Default::default() };
        let by = room.write((turn - 1) % 3, offer).0;
        let (accepted, cost) = room.write(turn % 3, BatonAccepted { baton, tip, by });
        tip = accepted;
        costs.push(cost);
    }
    let shown = room.node.fold.baton(&baton).expect("open");
    assert_eq!((shown.may_reclaim, shown.run_ends.clone()), (Some(room.world.author(4)), vec![tip]));
    // Each chain of the room is searched once, by halving: two looks more for a hundred times the length, as with a reclaim.
    assert!(costs[999] <= costs[9] + SEARCHES, "{} after ten, {} after a thousand", costs[9], costs[999]);
}

#[test]
fn a_post_costs_the_same_after_one_fork_and_after_two_hundred() {
    let mut room = Room::new();
    let mut costs = vec![];
    for _ in 0..200 {
        let baton = room.open();
        let one = room.draft(1, BatonTaken { baton, tip: baton });
        let two = room.draft(2, BatonTaken { baton, tip: baton });
        room.put(1, one);
        room.put(2, two);
        // Each meets both at once; after that the fork is none of its business.
        (0..AUTHORS).for_each(|i| assert!(room.write(i, posted()).1 > 1));
        costs.push(room.write(0, posted()).1);
    }
    assert!(costs[199] <= costs[0] + DEEPER, "{costs:?}");
    assert!(costs[0] < 30, "{}", costs[0]);
}

#[test]
fn one_who_was_away_pays_for_each_fork_once() {
    let mut room = Room::new();
    for _ in 0..50 {
        let baton = room.open();
        let one = room.draft(1, BatonTaken { baton, tip: baton });
        let two = room.draft(2, BatonTaken { baton, tip: baton });
        room.put(1, one);
        room.put(2, two);
    }
    let (first, second) = (room.write(4, posted()).1, room.write(4, posted()).1);
    assert!(first > 50, "it meets them all: {first}");
    assert!(second < 30, "and is done with them: {second}");
}

#[test]
fn a_known_event_is_not_folded_again() {
    let world = World::new(3);
    let mut node = Node::new(world.room());
    let stored = world.blocks().remove(0);
    let event = paceline_room::Event::decode(&stored.block).expect("an event");
    let written: Written = (stored.cid, event, Arc::clone(&stored.block));
    assert!(admit(&mut node, &written) && !admit(&mut node, &written));
}
