//! What no page would write about meetings: beyond its limits it is kept and means nothing, and within them it does no harm.

use std::collections::BTreeMap;

use ipld_core::ipld::Ipld;
use paceline_room::{
    Body, Cid, Keypair,
    body::{
        AgendaItemAdded, AgendaItemChanged, Amended, Answered, Ballot, BallotCast, DecisionClosed, Effect, Handing,
        MeetingClosed, MeetingOpened, Policy, PromiseKept, PromiseRenewed, Promised, ProposalWithdrawn, Proposed,
        RevealOpened, Revealed, RoundOpened, Sealed, ShareOpened, TimerSet, TurnDone,
        meetings::{ItemKind, MeetingValues, Order},
        rounds::{Ask, Dots, Mark, Scale, Share, Turn, Value},
    },
    fold::IgnoredReason,
    seal::{self, Own},
    state::MeetingState,
    testing::{World, unknown},
};

use crate::{
    decisions_rooms::{amended, proposed},
    rounds::{answered, asks, choice, chosen, turn},
    support::whole,
};

fn room(many: usize) -> World {
    let mut world = World::new(1);
    (1..=many).for_each(|i| _ = world.introduce(i, "somebody"));
    world.sync_all();
    world
}

/// A body as it stands in a block.
fn content(body: &Body) -> Ipld {
    let bytes = serde_ipld_dagcbor::to_vec(body).expect("it can be written");
    match serde_ipld_dagcbor::from_slice(&bytes).expect("it was just written") {
        Ipld::Map(map) => map.into_values().next().expect("its fields"),
        other => panic!("{other:?}"),
    }
}

/// The place in it that these keys and numbers lead to.
fn at<'a>(content: &'a mut Ipld, path: &[&str]) -> &'a mut Ipld {
    path.iter().fold(content, |it, name| match it {
        Ipld::Map(map) => map.entry((*name).to_owned()).or_insert(Ipld::Null),
        Ipld::List(list) => &mut list[name.parse::<usize>().expect("a place")],
        other => panic!("{name} in {other:?}"),
    })
}

fn number(it: i128) -> Ipld {
    Ipld::Integer(it)
}

fn bytes(many: usize) -> Ipld {
    Ipld::Bytes(vec![1; many])
}

fn text(many: usize) -> Ipld {
    Ipld::String("x".repeat(many))
}

fn map(name: &str, it: Ipld) -> Ipld {
    Ipld::Map(BTreeMap::from([(name.to_owned(), it)]))
}

fn dots(budget: u64, options: usize) -> Ask {
    let options: Vec<_> = (0..options).map(|it| it.to_string().as_str().try_into().unwrap()).collect();
    Ask::Dots(Dots { budget: budget.try_into().unwrap(), options: options.try_into().unwrap() })
}

/// Where something in a body is changed, and to what.
type Change = (&'static [&'static str], Ipld);

/// Bodies that fit, and how each is changed so that it does not.
fn beyond(world: &World, here: Cid) -> Vec<(Body, Vec<Change>)> {
    let order = Order::between(None, None).unwrap();
    let (title, minutes, tags) = ("budget".try_into().unwrap(), 5_u64.try_into().ok(), Default::default());
    let added = AgendaItemAdded {
        title,
        kind: ItemKind::Talk,
        order: order.clone(),
        meeting: None,
        minutes,
        tags,
        about: None,
    };
    let title = Default::default();
    let moved = AgendaItemChanged { item: here, title, minutes: None, order: Some(order), meeting: None, later: false };
    let mark = |it: i64| Mark::try_from(it).unwrap();
    let (low, high) = ("no".try_into().unwrap(), "yes".try_into().unwrap());
    let scale = Ask::Scale(Scale { min: mark(1), max: mark(5), low, high });
    let node = world.author(2);
    let share = Share { to: node, hash: vec![1; 32].try_into().unwrap(), sealed: vec![1; 100].try_into().unwrap() };
    let sealed = Sealed {
        round: here,
        commit: vec![1; 32].try_into().unwrap(),
        answer: Some(vec![1; 168].try_into().unwrap()),
        words: None,
        shares: vec![share.clone(), share].try_into().unwrap(),
    };
    let salt = vec![1; 16].try_into().ok();
    let shown = Revealed { sealed: here, by: here, answer: Some(chosen(1)), salt, words: None };
    let given = ShareOpened { sealed: here, by: here, share: vec![1; 33].try_into().unwrap() };
    let title = "Stand-up".try_into().unwrap();
    let prompts = vec!["Done".try_into().unwrap()].try_into().unwrap();
    let (form, call_link) = ("stand-up".try_into().unwrap(), "https://call.example".try_into().unwrap());
    let values = MeetingValues {
        title: "Stand-up".try_into().unwrap(),
        seconds_each: 90_u64.try_into().ok(),
        every_days: 1_u64.try_into().ok(),
        dots: 3_u64.try_into().ok(),
        ..Default::default()
    };
    let meeting = MeetingOpened { title, form, prompts, call_link, resumes: None, values };
    let timer = TimerSet { meeting: here, seconds: 60_u64.try_into().unwrap(), about: None };
    let promise = Promised { words: here, due: "2026-12-01".parse().ok(), from: None };
    let each = |it: &Ipld, many: usize| Ipld::List(vec![it.clone(); many]);
    let cid = content(&RevealOpened { round: here }.into());
    let Ipld::Map(cid) = cid else { panic!("its fields") };
    let cid = &cid["round"];
    let who = content(&turn(here, node, Turn::Spoken, None).into());
    let Ipld::Map(who) = who else { panic!("its fields") };
    let who = &who["node"];
    let hand = Some(Effect::HandBaton(Handing { baton: here, to: node }));
    let years = 10 * 365 * 24 * 60 * 60;
    vec![
        (timer.into(), vec![(&["seconds"], number(years)), (&["seconds"], number(-1)), (&["later"], text(1))]),
        (
            added.into(),
            vec![
                (&["order"], bytes(10 * 1024)),
                (&["order"], bytes(65)),
                (&["order"], bytes(0)),
                (&["order"], Ipld::Bytes(vec![1, 0])),
                (&["title"], text(201)),
                (&["minutes"], number(24 * 60 + 1)),
                (&["minutes"], number(0)),
                (&["kind"], text(4)),
            ],
        ),
        (moved.into(), vec![(&["order"], bytes(10 * 1024)), (&["order"], text(1))]),
        (
            meeting.into(),
            vec![
                (&["prompts"], each(&text(1), 17)),
                (&["prompts", "0"], text(201)),
                (&["title"], text(201)),
                (&["form"], text(41)),
                (&["call_link"], text(2_001)),
                (&["secret"], Ipld::Bool(true)),
                (&["resumes"], text(4)),
                (&["values"], Ipld::Map(BTreeMap::new())),
                (&["values"], Ipld::Null),
                (&["values", "owner"], Ipld::Bool(true)),
                (&["values", "title"], text(201)),
                (&["values", "title"], text(0)),
                (&["values", "seconds_each"], number(9)),
                (&["values", "seconds_each"], number(3_601)),
                (&["values", "seconds_each"], Ipld::Float(90.0)),
                (&["values", "every_days"], number(0)),
                (&["values", "every_days"], number(367)),
                (&["values", "write_seconds"], number(3_601)),
                (&["values", "dots"], number(0)),
                (&["values", "dots"], number(21)),
                (&["values", "vote_seconds"], number(-60)),
                (&["values", "talk_seconds"], Ipld::Null),
                (&["values", "update_seconds"], number(9)),
                (&["values", "update_seconds"], number(3_601)),
            ],
        ),
        (
            MeetingClosed { meetings: vec![here].try_into().unwrap(), words: None }.into(),
            vec![(&["meetings"], each(cid, 0)), (&["meetings"], each(cid, 65))],
        ),
        (
            asks(choice()).into(),
            vec![
                (&["ask", "choice"], each(&text(1), 17)),
                (&["ask"], map("guess", Ipld::Bool(true))),
                (&["ask"], map("words", Ipld::Bool(false))),
                (&["order"], each(who, 65)),
                (&["question"], text(201)),
            ],
        ),
        (asks(scale).into(), vec![(&["ask", "scale", "max"], number(101)), (&["ask", "scale", "min"], text(1))]),
        (
            asks(dots(3, 2)).into(),
            vec![
                (&["ask", "dots", "budget"], number(21)),
                (&["ask", "dots", "budget"], number(0)),
                (&["ask", "dots", "options"], each(&text(1), 65)),
            ],
        ),
        (
            answered(here, chosen(1)).into(),
            vec![
                (&["answer"], map("choice", number(16))),
                (&["answer"], map("choice", number(-1))),
                (&["answer"], map("choice", text(1))),
                (&["answer"], map("number", Ipld::Float(1.5))),
                (&["answer"], map("number", number(101))),
                (&["answer"], map("dots", each(&number(1), 65))),
                (&["answer"], map("dots", each(&number(21), 1))),
                (&["answer"], map("text", text(1))),
            ],
        ),
        (
            sealed.into(),
            vec![
                (&["commit"], bytes(31)),
                (&["answer"], bytes(1_025)),
                (&["answer"], bytes(0)),
                (&["shares", "0", "sealed"], bytes(161)),
                (&["shares", "0", "hash"], bytes(33)),
                (&["shares", "0", "answer"], number(1)),
            ],
        ),
        (shown.into(), vec![(&["salt"], bytes(15)), (&["answer"], text(1))]),
        (given.into(), vec![(&["share"], bytes(32)), (&["share"], bytes(65))]),
        (
            turn(here, node, Turn::Spoken, None).into(),
            vec![(&["state"], text(6)), (&["node"], text(6)), (&["next"], bytes(31))],
        ),
        // Nobody promises for another, nor says for another that it is kept: there is no field for whom.
        (
            promise.into(),
            vec![(&["node"], who.clone()), (&["due"], text(10)), (&["due"], Ipld::String("2026-02-30".into()))],
        ),
        (PromiseKept { promise: here, evidence: None }.into(), vec![(&["node"], who.clone())]),
        (
            Proposed { review_on: "2026-12-01".parse().ok(), policy: Some(Policy::Unanimous), ..proposed(None, hand) }
                .into(),
            vec![
                (&["effect", "hand-baton", "to"], bytes(31)),
                (&["effect", "hand-baton", "owner"], who.clone()),
                (&["effect"], map("owner", who.clone())),
                (&["effect"], map("title", text(201))),
                (&["effect"], map("purpose", text(2_001))),
                (&["effect"], map("version", number(1))),
                (&["effect"], map("values", map("quorum", number(101)))),
                (&["effect"], map("values", map("quorum_cap", number(1)))),
                (&["effect"], map("values", map("grace", number(4)))),
                (&["effect"], map("values", map("policy", text(3)))),
                (&["effect"], map("values", map("owner", Ipld::Bool(true)))),
                (&["effect"], Ipld::Map(BTreeMap::new())),
                (&["effect"], Ipld::Null),
                (&["policy"], Ipld::String("founder".into())),
                (&["review_on"], Ipld::String("2026-02-30".into())),
                (&["trial"], Ipld::Bool(false)),
                (&["title"], text(201)),
                (&["node"], who.clone()),
            ],
        ),
        (
            Amended { title: "a shorter one".try_into().unwrap(), ..amended(here) }.into(),
            vec![(&["title"], text(0)), (&["policy"], Ipld::String("majority".into())), (&["proposal"], text(5))],
        ),
        (
            BallotCast { proposal: here, version: here, stance: Ballot::Object, words: None }.into(),
            vec![
                (&["stance"], Ipld::String("veto".into())),
                (&["node"], who.clone()),
                (&["words"], text(5)),
                (&["version"], Ipld::Null),
            ],
        ),
        (DecisionClosed { proposal: here, version: here }.into(), vec![(&["effect"], map("title", text(3)))]),
        (ProposalWithdrawn { proposal: here }.into(), vec![(&["node"], who.clone())]),
        (
            PromiseRenewed { promise: here, due: "2026-12-01".parse().ok() }.into(),
            vec![
                (&["node"], who.clone()),
                (&["promise"], text(6)),
                (&["due"], text(10)),
                (&["due"], number(20_261_201)),
                (&["due"], Ipld::String("2026-02-30".into())),
                (&["due"], Ipld::String("10000-01-01".into())),
            ],
        ),
    ]
}

#[test]
fn what_is_beyond_its_limits_is_kept_and_means_nothing() {
    let mut world = room(2);
    let here = world.write(1, asks(choice()));
    let all = beyond(&world, here);
    let kinds: Vec<String> = all.iter().map(|it| it.0.kind().to_owned()).collect();
    for (body, changes) in &all {
        let raw = world.write(1, unknown(body.kind(), &content(body)));
        let log = world.whole();
        assert_eq!(&log.entry(log.find(&raw).expect("admitted")).event.body, body, "as it is, it is known");
        for (path, to) in changes {
            let before = whole(&world);
            let mut changed = content(body);
            *at(&mut changed, path) = to.clone();
            assert_ne!(changed, content(body));
            let cid = world.write(1, unknown(body.kind(), &changed));
            let after = whole(&world);
            let entry = after.log.entry(after.log.find(&cid).expect("admitted"));
            assert!(matches!(entry.event.body, Body::Unknown(_)), "{path:?} of {body:?} to {to:?}");
            let told = after.fold.unknown().next_back().expect("it is told of");
            assert_eq!((told.cid, &*told.kind), (cid, body.kind()));
            assert_eq!(format!("{:?}", after.fold.decisions()), format!("{:?}", before.fold.decisions()));
            assert_eq!(format!("{:?}", after.fold.rounds()), format!("{:?}", before.fold.rounds()));
            assert_eq!(format!("{:?}", after.fold.meetings()), format!("{:?}", before.fold.meetings()));
            assert_eq!(format!("{:?}", after.fold.lists().promises), format!("{:?}", before.fold.lists().promises));
        }
    }
    assert_eq!(kinds.len(), 21);
}

/// What somebody seals that a page would not, and leaves to two others.
fn seals(world: &World, key: &Keypair, round: Cid, answer: &Value) -> Sealed {
    let to = [world.author(2), world.author(3)];
    let seq = world.log(1).draft(key.node(), 0, RevealOpened { round }.into()).seq;
    let own = Own::new(key, world.room(), round, seq);
    let closed = own.seal_answer(&serde_ipld_dagcbor::to_vec(answer).unwrap(), &to).expect("short");
    let shares = closed.shares.into_iter().map(|it| Share {
        to: it.to,
        hash: it.hash.to_vec().try_into().unwrap(),
        sealed: it.sealed.try_into().unwrap(),
    });
    Sealed {
        round,
        commit: closed.commit.to_vec().try_into().unwrap(),
        answer: closed.cipher.try_into().ok(),
        words: None,
        shares: shares.collect::<Vec<_>>().try_into().unwrap(),
    }
}

#[test]
fn a_hidden_answer_of_the_wrong_sort_or_over_the_budget_is_never_opened() {
    let given =
        |it: &[u64]| Value::Dots(it.iter().map(|it| (*it).try_into().unwrap()).collect::<Vec<_>>().try_into().unwrap());
    for (ask, answer, fits) in [
        (choice(), chosen(2), true),
        (choice(), chosen(3), false),
        (choice(), Value::Number(1.try_into().unwrap()), false),
        (dots(3, 2), given(&[1, 2]), true),
        (dots(3, 2), given(&[2, 2]), false),
        (dots(3, 2), given(&[1]), false),
    ] {
        for by_shares in [false, true] {
            let mut world = room(3);
            let round = world.write(1, RoundOpened { sealed: true, ..asks(ask.clone()) });
            world.sync_all();
            let key = world.keypair(1);
            let seal = world.write(1, seals(&world, &key, round, &answer));
            let by = world.write(1, RevealOpened { round });
            world.sync_all();
            let log = world.whole();
            let entry = log.entry(log.find(&seal).expect("it is here"));
            let Body::Sealed(sealed) = &entry.event.body else { panic!("a seal") };
            let why = if by_shares {
                for i in [2, 3] {
                    let place = seal::Place { room: world.room(), round, author: key.node() };
                    let it = sealed.shares.iter().find(|it| it.to == world.author(i)).expect("its share");
                    let share = seal::open_share(&world.keypair(i), &place, &it.hash, &it.sealed).expect("its share");
                    let given = ShareOpened { sealed: seal, by, share: share.to_vec().try_into().unwrap() };
                    let given = world.write(i, given);
                    assert_eq!(whole(&world).fold.why_ignored(&given), None);
                }
                None
            } else {
                let own = Own::new(&key, world.room(), round, entry.event.seq);
                let it = own.open_answer(&sealed.commit, sealed.answer.as_ref().expect("no text")).expect("its own");
                let (answer, salt) = (Some(answer.clone()), it.salt.to_vec().try_into().ok());
                let shown = world.write(1, Revealed { sealed: seal, by, answer, salt, words: None });
                whole(&world).fold.why_ignored(&shown)
            };
            let node = whole(&world);
            let opened: Vec<_> = node.fold.rounds().answers_in(round).map(|it| it.value.clone()).collect();
            assert_eq!(opened, [fits.then_some(answer.clone())], "{answer:?}");
            assert_eq!(why, (!fits && !by_shares).then_some(IgnoredReason::NotWhatWasSealed));
            let totals = node.fold.rounds().sheet(node.fold.round(&round).expect("a round")).totals.expect("shown");
            assert_eq!(totals.values().any(|it| *it > 0), fits);
        }
    }
}

#[test]
fn a_meeting_that_ends_twice_ended_once_and_one_that_never_ends_goes_on() {
    let mut world = room(2);
    let opened = |title: &str| {
        let (form, prompts, call_link) = Default::default();
        MeetingOpened {
            title: title.try_into().unwrap(),
            form,
            prompts,
            call_link,
            resumes: None,
            values: Default::default(),
        }
    };
    let closed = |it: &[Cid]| MeetingClosed { meetings: it.to_vec().try_into().unwrap(), words: None };
    let [twice, never] = ["twice", "never"].map(|it| world.write(1, opened(it)));
    world.sync_all();
    // Side by side, and once more after both.
    let ends = [world.write(1, closed(&[twice])), world.write(2, closed(&[twice, twice]))];
    world.sync_all();
    let last = world.write(1, closed(&[twice]));
    let node = whole(&world);
    let ended = node.fold.meeting(&twice).and_then(|it| it.ended.clone()).expect("it ended");
    assert_eq!(Some(&ended.cid), ends.iter().min(), "the first in the order of the log");
    assert_eq!([ends[0], ends[1], last].map(|it| node.fold.why_ignored(&it)), [None; 3]);
    assert_eq!(node.fold.meeting(&never).map(|it| it.state()), Some(MeetingState::Open));
    // A day later.
    world.wait(24 * 60 * 60 * 1_000);
    world.post(2, "good morning");
    let node = whole(&world);
    assert_eq!(node.fold.meeting_now(&node.log).map(|it| it.leading.cid), Some(never));
    let next = world.write(2, opened("next"));
    let node = whole(&world);
    let open: Vec<_> = node.fold.meetings().open.iter().map(|it| it.cid).collect();
    assert_eq!(open, [never, next], "nothing ends it but somebody who says so");
}

#[test]
fn turns_of_strangers_and_of_who_never_was_move_nothing() {
    let mut world = room(3);
    let order = vec![world.author(1), world.author(9), world.author(2)].try_into().unwrap();
    let round = world.write(1, RoundOpened { order, ..asks(Ask::Spoken(Default::default())) });
    world.sync_all();
    let seats = |world: &World| {
        let node = whole(world);
        let it = node.fold.round(&round).expect("a round");
        (it.seats.iter().map(|it| it.node).collect::<Vec<_>>(), it.now, it.next)
    };
    let [one, two] = [1, 2].map(|it| world.author(it));
    assert_eq!(seats(&world), (vec![one, two], Some(one), Some(two)), "a stranger has no seat");
    for state in [Turn::Joined, Turn::Spoken, Turn::Passed, Turn::Away, Turn::Again] {
        let of_stranger = world.write(2, TurnDone { round, node: world.author(9), state, next: None });
        assert_eq!(whole(&world).fold.why_ignored(&of_stranger), Some(IgnoredReason::Stranger));
    }
    assert_eq!(seats(&world), (vec![one, two], Some(one), Some(two)));
    // Named as the next it has no turn either.
    world.write(1, turn(round, one, Turn::Spoken, Some(world.author(9))));
    assert_eq!(seats(&world), (vec![one, two], Some(two), None));
    let answer = world.write(2, Answered { round, answer: Some(chosen(0)), words: None });
    assert_eq!(whole(&world).fold.why_ignored(&answer), Some(IgnoredReason::UnfitAnswer));
}
