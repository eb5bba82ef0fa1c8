//! Judging reads an event's own past and nothing else: so it says the same whenever it is asked, and to the author
//! beforehand.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use paceline_room::{
    Body, Cid, Ix, Keypair, NodeId,
    body::{
        AgendaAt, AgendaItemAdded, AgendaItemChanged, AgendaItemDone, AlsoMe, Answer, AnswerDone, Asked, BatonDeclined,
        BatonOfferWithdrawn, BatonOpened, Edited, FeedbackAnswered, FeedbackGiven, FeedbackWithdrawn, Introduced,
        MeetingClosed, MeetingOpened, Nominated, NotMe, PostKind, Posted, PromiseDropped, PromiseKept, PromiseRenewed,
        Promised, Retracted, RevealOpened, Revealed, RoleOf, RoundClosed, RoundOpened, Sealed, Shadowing, ShareOpened,
        Stance, ThemePlaced, TimerSet,
        meetings::{ItemKind, Order},
        rounds::{Ask, End, Said, Spoken, Turn, Under},
    },
    limits,
    state::RoomState,
    testing::{World, judge_again, unknown},
};
use proptest::{prelude::*, sample::Index};

use crate::{
    properties::{fold, reorder, runner},
    rounds,
    sim::{AUTHORS, Op, Sim, Written, admit, ops},
    support::{Moves, Node},
};

/// What happens in a room in which everything does.
#[derive(Debug, Clone)]
pub enum Act {
    /// Something about a baton, or somebody hears of something.
    Baton(Op),
    /// One writes an event of this kind about two that it may have seen.
    Say { who: usize, kind: usize, about: [Index; 2] },
}

pub fn acts() -> impl Strategy<Value = Vec<Act>> {
    let say =
        (0..AUTHORS, any::<usize>(), any::<[Index; 2]>()).prop_map(|(who, kind, about)| Act::Say { who, kind, about });
    let act = prop_oneof![3 => ops(1, 2).prop_map(|mut it| Act::Baton(it.remove(0))), 5 => say];
    prop::collection::vec(act, 8..104)
}

/// The events whose kind is one of these, mostly; else all.
pub fn pick(sim: &Sim, index: &Index, kinds: &[&str]) -> Cid {
    let fits = |it: &&Written| kinds.contains(&it.1.body.kind());
    let fitting: Vec<Cid> = sim.written.iter().filter(fits).map(|it| it.0).collect();
    let wild = index.index(8) == 0 || fitting.is_empty();
    if wild { sim.written[index.index(sim.written.len())].0 } else { fitting[index.index(fitting.len())] }
}

/// The key of an author of the simulation.
fn key(who: usize) -> Keypair {
    World::new(7).keypair(who)
}

fn body(sim: &Sim, who: usize, kind: usize, about: &[Index; 2]) -> Body {
    const TERMS: [&str; 6] = ["posted", "baton-taken", "baton-accepted", "baton-stepped-in", "asked", "promised"];
    let one = |kinds: &[&str]| pick(sim, &about[0], kinds);
    let other = |kinds: &[&str]| pick(sim, &about[1], kinds);
    let words = Cid::of(&kind.to_le_bytes());
    let stance = [Stance::Correct, Stance::Question, Stance::Appreciate][kind / 40 % 3];
    match kind % 72 {
        0..3 => {
            let (reply_to, tags) = (Some(one(&["posted"])), Default::default());
            Posted { kind: PostKind::Update, words, reply_to, tags, mentions: Default::default() }.into()
        }
        3..5 => Edited { post: one(&["posted"]), words }.into(),
        5 => {
            const TAKEN_BACK: [&str; 8] = [
                "posted",
                "edited",
                "asked",
                "promised",
                "promise-dropped",
                "promise-renewed",
                "agenda-item-added",
                "round-closed",
            ];
            let post = one(&TAKEN_BACK);
            let is_post = sim.written.iter().any(|it| it.0 == post && it.1.body.kind() == "posted");
            Retracted { post, alone: is_post && (kind / 72).is_multiple_of(2) }.into()
        }
        6..9 => FeedbackGiven { target: one(&TERMS), stance, words: None, sources: Default::default() }.into(),
        9..11 => {
            let (feedback, by) = (one(&["feedback-given"]), Some(other(&["posted", "edited"])));
            FeedbackAnswered { feedback, answer: Answer::Adjusted, words: Some(words), by }.into()
        }
        11 => FeedbackWithdrawn { feedback: one(&["feedback-given", "feedback-answered"]) }.into(),
        12 => {
            let (title, need) = ("lead".try_into().unwrap(), Some(one(&["posted"])));
            BatonOpened { title, strengths: Default::default(), minutes: None, need }.into()
        }
        13 => {
            let hue = (kind as u64 / 40 % 12).try_into().unwrap();
            Introduced { name: "somebody".try_into().unwrap(), strengths: Default::default(), hue }.into()
        }
        14 => unknown("from-a-newer-version", &kind.to_string()),
        15 => BatonOfferWithdrawn { offer: one(&["baton-offered"]) }.into(),
        16 => BatonDeclined { offer: one(&["baton-offered"]), why: Default::default() }.into(),
        17 | 18 => Asked { node: sim.node_id(kind / 40 % AUTHORS), words }.into(),
        19 | 20 => {
            let due = [None, "2026-12-01".parse().ok()][kind / 40 % 2];
            Promised { words, due, from: Some(one(&["asked", "posted"])) }.into()
        }
        21 | 22 => PromiseKept { promise: one(&["promised"]), evidence: Some(other(&["posted"])) }.into(),
        23 => PromiseDropped { promise: one(&["promised"]), words }.into(),
        24 => {
            let due = [None, "2026-12-08".parse().ok(), "2026-12-15".parse().ok()][kind / 72 % 3];
            PromiseRenewed { promise: one(&["promised"]), due }.into()
        }
        25..28 => AlsoMe { node: sim.node_id(kind / 40 % AUTHORS) }.into(),
        28 => {
            // Of whom it is joined with, if it is.
            let (me, joined) = (sim.node_id(who), sim.nodes[who].fold.joined());
            let other = joined.nodes_of(me).find(|it| *it != me);
            NotMe { node: other.unwrap_or_else(|| sim.node_id(kind / 72 % AUTHORS)) }.into()
        }
        29 | 30 => MeetingOpened {
            title: "weekly".try_into().unwrap(),
            form: Default::default(),
            prompts: Default::default(),
            call_link: Default::default(),
            resumes: Some(one(&["meeting-opened"])),
            values: Default::default(),
        }
        .into(),
        31 => {
            let meetings = vec![one(&["meeting-opened"]), other(&["meeting-opened"])];
            MeetingClosed { meetings: meetings.try_into().unwrap(), words: Some(words) }.into()
        }
        32 => RoleOf { meeting: one(&["meeting-opened"]), baton: other(&["baton-opened"]) }.into(),
        33 | 34 => AgendaItemAdded {
            title: "budget".try_into().unwrap(),
            kind: ItemKind::Talk,
            order: Order::try_from(vec![1 + (kind / 40 % 200) as u8]).unwrap(),
            meeting: Some(one(&["meeting-opened"])),
            minutes: None,
            tags: Default::default(),
            about: Some(other(&["posted", "agenda-item-added"])),
        }
        .into(),
        35 => {
            let (item, meeting) = (one(&["agenda-item-added"]), Some(other(&["meeting-opened"])));
            let order = Order::try_from(vec![1 + (kind / 40 % 200) as u8]).ok();
            AgendaItemChanged {
                item,
                title: Default::default(),
                minutes: None,
                order,
                meeting,
                later: (kind / 40).is_multiple_of(3),
            }
            .into()
        }
        36 => {
            let outcome = "so be it".try_into().unwrap();
            AgendaItemDone { item: one(&["agenda-item-added"]), outcome, again: (kind / 40).is_multiple_of(2) }.into()
        }
        37 => {
            let (meeting, item) = (one(&["meeting-opened"]), Some(other(&["agenda-item-added"])));
            AgendaAt { meeting, item, seconds: 60_u64.try_into().ok() }.into()
        }
        38 => {
            let (meeting, seconds) = (one(&["meeting-opened"]), (kind as u64 / 40 % 600).try_into().unwrap());
            TimerSet { meeting, seconds, about: None }.into()
        }
        39..43 => match kind / 72 % 3 {
            0 => rounds::asks(Ask::Spoken(Spoken::default())).into(),
            _ => RoundOpened { sealed: true, ..rounds::asks(rounds::choice()) }.into(),
        },
        // What is spoken cannot be sealed.
        43 if (kind / 72).is_multiple_of(2) => {
            RoundOpened { sealed: true, ..rounds::asks(Ask::Spoken(Spoken::default())) }.into()
        }
        43 => RoundOpened { meeting: Some(one(&["meeting-opened"])), ..rounds::asks(rounds::choice()) }.into(),
        44 => rounds::answered(one(&["round-opened"]), rounds::chosen(kind as u64 / 72 % 4)).into(),
        45..52 => {
            // As its tab seals it, in a round that it has seen.
            let round = one(&["round-opened"]);
            let seal = rounds::sealed(&sim.nodes[who], &key(who), round, Said::Choice(kind as u64 / 72 % 3));
            // Where nothing is sealed nobody can: what another build may write all the same.
            let nothing = || Sealed {
                round,
                commit: vec![kind as u8; 32].try_into().unwrap(),
                answer: vec![1].try_into().ok(),
                words: None,
                shares: Default::default(),
            };
            seal.unwrap_or_else(nothing).into()
        }
        52..56 => RevealOpened { round: one(&["round-opened"]) }.into(),
        56..68 => {
            // What any of their tabs has left to open, by itself.
            let open = |who: usize, round: Cid| rounds::opening(&sim.nodes[who], &key(who), round, limits::SHARES);
            let shown = sim.written.iter().filter(|it| it.1.body.kind() == "round-opened").map(|it| it.0);
            let mut all = shown.flat_map(|round| (0..AUTHORS).filter_map(move |who| open(who, round)));
            let (sealed, by) = (one(&["sealed"]), other(&["reveal-opened"]));
            let forged = || match kind / 72 % 2 {
                0 => {
                    let salt = vec![7; 16].try_into().ok();
                    Revealed { sealed, by, answer: Some(rounds::chosen(1)), salt, words: None }.into()
                }
                _ => ShareOpened { sealed, by, share: vec![7; 33].try_into().unwrap() }.into(),
            };
            all.next().filter(|_| !kind.is_multiple_of(7)).unwrap_or_else(forged)
        }
        68 => AnswerDone { round: one(&["round-opened", "sealed"]), passed: kind.is_multiple_of(3) }.into(),
        69 => {
            let how = [None, Some(End::Again), Some(End::Undone)][kind / 72 % 3];
            RoundClosed { round: one(&["round-opened", "sealed"]), how }.into()
        }
        70 => {
            let turn = [Turn::Spoken, Turn::Again, Turn::Away][kind / 72 % 3];
            rounds::turn(one(&["round-opened"]), sim.node_id(kind / 72 % AUTHORS), turn, None).into()
        }
        71 if (kind / 72).is_multiple_of(2) => {
            let answer = one(&["answered", "sealed"]);
            let of = sim.written.iter().find(|it| it.0 == answer).and_then(|it| match &it.1.body {
                Body::Answered(it) => Some(it.round),
                Body::Sealed(it) => Some(it.round),
                _ => None,
            });
            let under = Some(Under::Title("both".try_into().unwrap()));
            ThemePlaced { answer, round: of.unwrap_or_else(|| other(&["round-opened"])), under }.into()
        }
        _ if (kind / 40).is_multiple_of(2) => Shadowing { baton: sim.baton }.into(),
        _ => {
            // Now and then somebody of whom nobody has heard.
            let known = about[0].index(3) > 0;
            let node = if known { sim.node_id(about[1].index(AUTHORS)) } else { NodeId::from_bytes([7; 32]) };
            Nominated { baton: sim.baton, node, why: Default::default() }.into()
        }
    }
}

/// Whose business this is, if it is somebody's: of who wrote what it is about, or was asked by it.
fn rightful(sim: &Sim, body: &Body) -> Option<NodeId> {
    let author = |cid: &Cid| sim.written.iter().find(|it| it.0 == *cid).map(|it| it.1.author);
    match body {
        Body::Edited(it) => author(&it.post),
        Body::Retracted(it) => author(&it.post),
        Body::FeedbackWithdrawn(it) => author(&it.feedback),
        Body::PromiseKept(it) => author(&it.promise),
        Body::PromiseDropped(it) => author(&it.promise),
        Body::PromiseRenewed(it) => author(&it.promise),
        Body::Revealed(it) => author(&it.sealed),
        // Whoever it was sealed to.
        Body::ShareOpened(it) => {
            let seal = sim.written.iter().find(|written| written.0 == it.sealed)?;
            let Body::Sealed(sealed) = &seal.1.body else { return None };
            let opens = |who: &usize| {
                rounds::opening(&sim.nodes[*who], &key(*who), sealed.round, limits::SHARES).as_ref() == Some(body)
            };
            (0..AUTHORS).find(opens).map(|who| sim.node_id(who))
        }
        Body::FeedbackAnswered(it) => {
            sim.nodes.iter().find_map(|node| node.fold.feedback_by_cid(&it.feedback)).and_then(|it| it.addressee)
        }
        _ => None,
    }
}

/// A room in which this happened; each was asked before it wrote whether it would count.
pub fn room(acts: &[Act], asked: &RefCell<BTreeMap<String, [usize; 2]>>) -> Sim {
    let mut sim = Sim::new(0);
    for act in acts {
        match act {
            Act::Baton(op) => sim.run(std::slice::from_ref(op)),
            Act::Say { who, kind, about } => {
                let body = body(&sim, *who, *kind, about);
                let rightful = rightful(&sim, &body).filter(|_| about[1].index(3) > 0);
                let who = (0..AUTHORS).find(|it| Some(sim.node_id(*it)) == rightful).unwrap_or(*who);
                if about[1].index(4) > 0 {
                    (0..AUTHORS).for_each(|other| sim.send(other, who));
                }
                let node = &sim.nodes[who];
                let beforehand = node.fold.judge(&node.log, sim.node_id(who), &body);
                let kind = body.kind().to_owned();
                let cid = sim.write(who, body);
                assert_eq!(beforehand.err(), sim.nodes[who].fold.why_ignored(&cid), "{kind}");
                asked.borrow_mut().entry(kind).or_default()[usize::from(beforehand.is_err())] += 1;
            }
        }
    }
    sim
}

/// What is in the past of an event, folded, and the event in the log, but not folded.
pub fn before(whole: &Node, ix: Ix, room: Cid) -> (Node, Ix) {
    let mut node = Node::new(room);
    let past = whole.log.entries().filter(|(other, _)| *other != ix && whole.log.is_ancestor(*other, ix));
    past.for_each(|(_, entry)| drop(node.admit(&entry.block)));
    node.log.admit(&whole.log.entry(ix).block).expect("its past is here");
    let ix = node.log.find(&whole.log.entry(ix).cid).expect("just admitted");
    (node, ix)
}

#[test]
fn judging_on_the_whole_fold_is_judging_on_a_fold_of_the_past_alone() {
    let (asked, judged) = (RefCell::default(), RefCell::new(BTreeMap::<String, [usize; 2]>::new()));
    let strategy = (acts(), prop::collection::vec(any::<Index>(), 40));
    runner()
        .run(&strategy, |(acts, choice)| {
            let sim = room(&acts, &asked);
            let whole = fold(sim.room, &reorder(&sim.written, &choice));
            for (ix, entry) in whole.log.entries() {
                let (past, alone) = before(&whole, ix, sim.room);
                let verdict = judge_again(&whole.fold, &whole.log, ix);
                prop_assert_eq!(&verdict, &judge_again(&past.fold, &past.log, alone), "{:?}", entry.event.body);
                prop_assert_eq!(verdict.as_ref().err().copied(), whole.fold.why_ignored(&entry.cid));
                let kind = entry.event.body.kind().to_owned();
                judged.borrow_mut().entry(kind).or_default()[usize::from(verdict.is_err())] += 1;
            }
            Ok(())
        })
        .expect("the same verdict");
    // Kinds that always count, and those that need not: of the latter both were seen.
    const ALWAYS: [&str; 10] = [
        "room-founded",
        "introduced",
        "posted",
        "baton-opened",
        "shadowing",
        "asked",
        "promised",
        "meeting-opened",
        "agenda-item-added",
        "from-a-newer-version",
    ];
    for seen in [asked.into_inner(), judged.clone().into_inner()] {
        for (kind, [counted, ignored]) in seen {
            let always = ALWAYS.contains(&kind.as_str());
            assert!(counted > 0 && (ignored > 0) != always, "too tame: {kind} counted {counted}, ignored {ignored}");
        }
    }
    // All kinds but the raise of the fold, and one that is unknown.
    assert_eq!(judged.into_inner().len(), 46);
}

#[test]
fn a_version_rises_when_what_is_shown_changes() {
    let (asked, rose) = (RefCell::default(), RefCell::new(BTreeSet::new()));
    let strategy = (acts(), prop::collection::vec(any::<Index>(), 40));
    runner()
        .run(&strategy, |(acts, choice)| {
            let sim = room(&acts, &asked);
            let mut node = Node::new(sim.room);
            for written in reorder(&sim.written, &choice) {
                let promises = |node: &Node| node.fold.asks_and_promises().cloned().collect::<Vec<_>>();
                let (shown, promised, versions) = (node.state(), promises(&node), node.fold.versions());
                let said = |it: &RoomState| (it.posts.clone(), it.versions.clone());
                let told = |node: &Node| format!("{:?}", node.fold.rounds());
                let (joined, meetings, rounds) =
                    (node.fold.joined().clone(), node.fold.meetings().clone(), told(&node));
                admit(&mut node, &written);
                let (now, after) = (node.state(), node.fold.versions());
                let founded = (shown.founder != now.founder, versions.founding < after.founding);
                for (what, (changes, rises)) in [
                    ("founding", founded),
                    ("persons", (joined != node.fold.joined().clone(), versions.persons < after.persons)),
                    ("meetings", (meetings != *node.fold.meetings(), versions.meetings < after.meetings)),
                    ("rounds", (rounds != told(&node), versions.rounds < after.rounds)),
                    ("posts", (said(&shown) != said(&now), versions.posts < after.posts)),
                    ("feedback", (shown.feedback != now.feedback, versions.feedback < after.feedback)),
                    ("batons", (shown.batons != now.batons, versions.batons < after.batons)),
                    ("promises", (promised != promises(&node), versions.promises < after.promises)),
                    ("unknown", (shown.unknown != now.unknown, versions.unknown < after.unknown)),
                ] {
                    prop_assert_eq!(changes, rises, "{} by {:?}", what, written.1.body);
                    rose.borrow_mut().extend(rises.then_some(what));
                }
                // The twin of a first event may stand where that one stood.
                prop_assert!(shown.people == now.people || versions.people < after.people);
                let twin = node.fold.person(&written.1.author).is_some_and(|it| it.split);
                prop_assert!(twin || shown.people != now.people || versions.people == after.people);
            }
            Ok(())
        })
        .expect("versions tell");
    assert_eq!(rose.into_inner().len(), 9);
}

#[test]
fn a_version_rises_when_words_come_and_when_they_go() {
    let mut world = World::new(30);
    let post = world.post(1, "some words");
    world.send(1, 2);
    let words = world.say(2, "is that so?");
    let feedback = world.feedback(2, post, Stance::Question, Some(words));
    let mut node = Node::new(world.room());
    node.admit_all(&world.blocks());
    let before = node.fold.versions();
    node.fill(&world.blocks());
    let filled = node.fold.versions();
    assert!(before.posts < filled.posts && before.feedback < filled.feedback);
    node.fill(&world.blocks());
    assert_eq!(node.fold.versions(), filled, "nothing new");
    world.retract(1, post);
    world.withdraw(2, feedback);
    node.admit_all(&world.blocks());
    let gone = node.fold.versions();
    assert!(filled.posts < gone.posts && filled.feedback < gone.feedback && filled.people == gone.people);
}
