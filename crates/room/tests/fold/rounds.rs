//! Rounds: what counts as an answer, what is shown once a reveal counts, whose turn it is, and what says the same.

use std::collections::{BTreeMap, BTreeSet};

use paceline_room::{
    Body, Cid, Keypair, NodeId,
    body::{
        AlsoMe, Answered, Promised, Retracted, RevealOpened, Revealed, RoundClosed, RoundOpened, Sealed, ShareOpened,
        ThemePlaced, Title, TurnDone,
        rounds::{Ask, Command, Dots, End, Said, Scale, Spoken, True, Turn, Under, Value},
    },
    command::Asker,
    fold::IgnoredReason,
    limits,
    state::{Round, RoundState},
    testing::World,
};

use crate::support::{Node, seen_by, whole};

pub fn asks(ask: Ask) -> RoundOpened {
    let (order, question) = (Default::default(), "what?".try_into().unwrap());
    RoundOpened { question, ask, sealed: false, meeting: None, order, many: false }
}

fn titles(names: &[&str]) -> Vec<Title> {
    names.iter().map(|it| Title::try_from(*it).unwrap()).collect()
}

pub fn choice() -> Ask {
    Ask::Choice(titles(&["yes", "no", "later"]).try_into().unwrap())
}

fn dots(budget: u64, options: &[&str]) -> Ask {
    Ask::Dots(Dots { budget: budget.try_into().unwrap(), options: titles(options).try_into().unwrap() })
}

pub fn chosen(at: u64) -> Value {
    Value::Choice(at.try_into().unwrap())
}

fn given(dots: &[u64]) -> Value {
    Value::Dots(dots.iter().map(|it| (*it).try_into().unwrap()).collect::<Vec<_>>().try_into().unwrap())
}

pub fn answered(round: Cid, value: Value) -> Answered {
    Answered { round, answer: Some(value), words: None }
}

pub fn turn(round: Cid, node: NodeId, state: Turn, next: Option<NodeId>) -> TurnDone {
    TurnDone { round, node, state, next }
}

/// A room in which so many have written, and seen each other.
fn room(seed: u64, many: usize) -> World {
    let mut world = World::new(seed);
    (1..=many).for_each(|i| _ = world.introduce(i, "somebody"));
    world.sync_all();
    world
}

fn round(world: &World, cid: Cid) -> Round {
    Round::clone(whole(world).fold.round(&cid).expect("a round"))
}

fn why(world: &World, cid: Cid) -> Option<IgnoredReason> {
    whole(world).fold.why_ignored(&cid)
}

/// What somebody answers in a sealed round, as its tab writes it.
pub fn sealed(node: &Node, key: &Keypair, round: Cid, answer: Said) -> Option<Sealed> {
    match (Command::Answer { round, answer }).sealed(&node.fold, &node.log, key).ok()? {
        Command::Seal { sealed, .. } => Some(sealed),
        _ => None,
    }
}

/// What a tab writes next, by itself, of a round that is shown.
pub fn opening(node: &Node, key: &Keypair, round: Cid, givers: usize) -> Option<Body> {
    let opening = node.fold.opening(&node.log, key, &round, givers)?;
    let asker = Asker { fold: &node.fold, log: &node.log, node: key.node(), silence: &|_| 0 };
    Some(opening.ask(asker).ok()?.into_body(None))
}

#[test]
fn an_answer_of_the_wrong_sort_or_over_the_budget_is_none() {
    let mut world = room(1, 2);
    let number = |it: i64| Value::Number(it.try_into().unwrap());
    let scale = Scale {
        min: 1.try_into().unwrap(),
        max: 5.try_into().unwrap(),
        low: "no".try_into().unwrap(),
        high: "yes".try_into().unwrap(),
    };
    let words = world.say(1, "words");
    let [of_words, of_scale, of_choice, of_dots] =
        [Ask::Words(True), Ask::Scale(scale), choice(), dots(3, &["a", "b"])].map(|it| world.write(1, asks(it)));
    let spoken = world.write(1, asks(Ask::Spoken(Spoken::default())));
    for (round, answer, text, fits) in [
        (of_words, None, Some(words), true),
        (of_words, Some(number(1)), None, false),
        (of_words, None, None, false),
        (of_words, Some(number(1)), Some(words), false),
        (of_scale, Some(number(5)), None, true),
        (of_scale, Some(number(6)), None, false),
        (of_scale, Some(number(0)), None, false),
        (of_scale, None, Some(words), false),
        (of_choice, Some(chosen(2)), None, true),
        (of_choice, Some(chosen(3)), None, false),
        (of_choice, Some(given(&[1, 1])), None, false),
        (of_dots, Some(given(&[1, 2])), None, true),
        (of_dots, Some(given(&[0, 0])), None, true),
        (of_dots, Some(given(&[2, 2])), None, false),
        (of_dots, Some(given(&[1])), None, false),
        (of_dots, Some(given(&[1, 1, 1])), None, false),
        (spoken, None, Some(words), true),
        (spoken, Some(chosen(0)), None, false),
    ] {
        let it = Answered { round, answer, words: text };
        let told = format!("{it:?}");
        let cid = world.write(1, it);
        assert_eq!(why(&world, cid), (!fits).then_some(IgnoredReason::UnfitAnswer), "{told}");
    }
    let early = world.write(3, answered(of_choice, chosen(0)));
    let nowhere = world.write(1, answered(early, chosen(0)));
    assert_eq!([early, nowhere].map(|it| why(&world, it)), [Some(IgnoredReason::TargetNotSeen); 2]);
}

#[test]
fn what_asks_for_nothing_opens_no_round() {
    let mut world = room(2, 1);
    let backwards = Scale {
        min: 5.try_into().unwrap(),
        max: 5.try_into().unwrap(),
        low: Default::default(),
        high: Default::default(),
    };
    let one = |names: &[&str]| Ask::Choice(titles(names).try_into().unwrap());
    let unsound = [
        asks(Ask::Scale(backwards)),
        asks(one(&["alone"])),
        asks(one(&["twice", "twice"])),
        asks(one(&["", "empty"])),
        asks(dots(3, &[])),
        RoundOpened { sealed: true, ..asks(Ask::Spoken(Spoken::default())) },
    ];
    let unsound = unsound.map(|it| world.write(1, it));
    assert_eq!(unsound.map(|it| why(&world, it)), [Some(IgnoredReason::AsksNothing); 6]);
    assert_eq!(whole(&world).fold.rounds().all.len(), 0);
}

#[test]
fn a_person_answers_once_the_latest_and_nodes_joined_before_the_round_are_one() {
    let mut world = room(3, 4);
    world.write(1, AlsoMe { node: world.author(2) });
    world.sync_all();
    world.write(2, AlsoMe { node: world.author(1) });
    world.sync_all();
    let it = world.write(3, asks(choice()));
    world.sync_all();
    world.write(1, answered(it, chosen(0)));
    world.sync_all();
    world.write(2, answered(it, chosen(1)));
    world.write(3, answered(it, chosen(2)));
    world.sync_all();
    // Joined later: in this round they are two.
    world.write(3, AlsoMe { node: world.author(4) });
    world.sync_all();
    world.write(4, AlsoMe { node: world.author(3) });
    world.write(4, answered(it, chosen(2)));
    world.sync_all();
    let node = whole(&world);
    let sheet = node.fold.rounds().sheet(&round(&world, it));
    let values: Vec<_> = sheet.answers.iter().map(|it| (it.answer.node, it.answer.value.clone())).collect();
    let of = |i: usize, at: u64| (world.author(i), Some(chosen(at)));
    assert_eq!(values, [of(1, 1), of(3, 2), of(4, 2)]);
    let totals = BTreeMap::from([("yes".to_owned(), 0), ("no".to_owned(), 1), ("later".to_owned(), 2)]);
    assert_eq!(sheet.totals, Some(totals));
}

/// Three of four sealed an answer; the others' keys.
fn hidden(seed: u64) -> (World, Cid, [Cid; 3]) {
    let mut world = room(seed, 4);
    let it = world.write(1, RoundOpened { sealed: true, ..asks(choice()) });
    world.sync_all();
    let seals = [1, 2, 3].map(|i| {
        let seal = sealed(&seen_by(&world, i), &world.keypair(i), it, Said::Choice(i as u64 - 1)).expect("it seals");
        world.write(i, seal)
    });
    world.sync_all();
    (world, it, seals)
}

#[test]
fn what_is_sealed_is_opened_by_its_author_or_by_two_and_by_nobody_alone() {
    let (mut world, it, seals) = hidden(4);
    let open = world.write(4, RevealOpened { round: it });
    world.sync_all();
    let opened = |world: &World| -> Vec<bool> {
        let all = whole(world).fold.rounds().answers_in(it).map(|it| (it.cid, it.opened)).collect::<BTreeMap<_, _>>();
        seals.iter().map(|it| all[it]).collect()
    };
    assert_eq!(opened(&world), [false; 3]);
    let show = opening(&seen_by(&world, 1), &world.keypair(1), it, 0).expect("its own");
    assert!(matches!(&show, Body::Revealed(it) if it.sealed == seals[0] && it.by == open));
    world.write(1, show);
    world.sync_all();
    assert_eq!(opened(&world), [true, false, false]);
    // One share of each opens nothing, the second does.
    for (i, after) in [(4, [true, false, false]), (1, [true, true, true])] {
        let mut shares = BTreeSet::new();
        while let Some(share) = opening(&seen_by(&world, i), &world.keypair(i), it, limits::SHARES) {
            let Body::ShareOpened(it) = &share else { panic!("it has nothing to show") };
            shares.insert(it.sealed);
            assert!(i != 4 || opened(&world) == [true, false, false]);
            world.write(i, share);
        }
        assert_eq!(shares, BTreeSet::from([seals[1], seals[2]]));
        world.sync_all();
        assert_eq!(opened(&world), after);
    }
}

#[test]
fn a_hidden_note_that_was_taken_back_is_no_note_and_waits_for_nobody() {
    let mut world = room(10, 3);
    let ask = RoundOpened { sealed: true, many: true, ..asks(Ask::Words(True)) };
    let it = world.write(1, ask);
    world.sync_all();
    let mut note = |i: usize, text: &str| {
        let node = seen_by(&world, i);
        let answer = Command::Answer { round: it, answer: Said::Text(text.into()) };
        let Ok(Command::Seal { sealed, text }) = answer.sealed(&node.fold, &node.log, &world.keypair(i)) else {
            panic!("it seals")
        };
        let words = Some(world.say(i, &text.expect("a text")));
        world.write(i, Sealed { words, ..sealed })
    };
    let [gone, stays] = [note(1, "nonsense"), note(2, "sense")];
    world.write(1, Retracted { post: gone, alone: false });
    world.sync_all();
    world.write(3, RevealOpened { round: it });
    world.sync_all();
    let node = whole(&world);
    let open = |cid: &Cid| node.fold.rounds().answers_in(it).find(|it| it.cid == *cid).map(|it| it.opened);
    assert_eq!([gone, stays].map(|cid| open(&cid)), [Some(true), Some(false)]);
    assert!(opening(&node, &world.keypair(1), it, limits::SHARES).is_some_and(|it| it.kind() == "share-opened"));
    assert!(node.fold.rounds().groups(node.fold.round(&it).expect("a round"), None).is_empty());
    // The same in another order.
    let late = world.blocks();
    let mut other = Node::new(world.room());
    other.admit_all(&late.into_iter().rev().collect::<Vec<_>>());
    other.fill(&world.blocks());
    assert_eq!(format!("{:?}", other.fold.rounds()), format!("{:?}", node.fold.rounds()));
}

#[test]
fn an_end_that_its_author_takes_back_ends_nothing_unless_another_ended_it_too() {
    let mut world = room(11, 3);
    let it = world.write(1, asks(choice()));
    world.sync_all();
    let state = |world: &World| {
        let node = whole(world);
        let round = node.fold.round(&it).expect("a round");
        (round.closed.as_ref().map(|it| it.cid), round.state())
    };
    let first = world.write(1, RoundClosed { round: it, how: None });
    assert_eq!(state(&world), (Some(first), RoundState::Revealed));
    world.sync_all();
    world.write(2, Retracted { post: first, alone: false });
    assert_eq!(state(&world).0, Some(first), "only by its author");
    world.write(1, Retracted { post: first, alone: false });
    assert_eq!(state(&world), (None, RoundState::Open));
    world.sync_all();
    let answer = world.write(3, answered(it, chosen(1)));
    assert_eq!(whole(&world).fold.why_ignored(&answer), None, "it can be answered again");
    let [one, two] = [1, 2].map(|i| world.write(i, RoundClosed { round: it, how: None }));
    assert!(state(&world).0.is_some_and(|it| [one, two].contains(&it)));
    world.write(1, Retracted { post: one, alone: false });
    assert_eq!(state(&world), (Some(two), RoundState::Revealed));
    // The same in another order.
    let node = whole(&world);
    let mut other = Node::new(world.room());
    other.admit_all(&world.blocks().into_iter().rev().collect::<Vec<_>>());
    other.fill(&world.blocks());
    assert_eq!(format!("{:?}", other.fold.rounds()), format!("{:?}", node.fold.rounds()));
}

#[test]
fn anybody_undoes_an_end_and_what_was_asked_by_mistake_is_gone_until_somebody_answers() {
    let mut world = room(12, 3);
    let it = world.write(1, asks(choice()));
    world.sync_all();
    let end = |world: &mut World, who: usize, how| world.write(who, RoundClosed { round: it, how });
    let stands = |world: &World| {
        let node = whole(world);
        let round = node.fold.round(&it).expect("a round");
        (round.closed.as_ref().map(|it| it.cid), round.is_undone())
    };
    let first = end(&mut world, 1, None);
    world.sync_all();
    end(&mut world, 2, Some(End::Again));
    assert_eq!(stands(&world), (None, false), "{first}: another went on with it");
    world.sync_all();
    let second = end(&mut world, 3, Some(End::Undone));
    assert_eq!(stands(&world), (Some(second), true));
    // Who had not seen that answers: then it was asked.
    let answer = world.write(1, answered(it, chosen(1)));
    assert_eq!((why(&world, answer), stands(&world)), (None, (Some(second), false)));
    world.sync_all();
    let again = end(&mut world, 2, Some(End::Again));
    world.sync_all();
    world.write(2, Retracted { post: again, alone: false });
    assert_eq!(stands(&world).0, Some(second), "the end that it undid is back");
}

#[test]
fn notes_are_counted_hidden_or_not_and_not_once_their_words_are_taken_back() {
    let mut world = room(13, 3);
    let many = |sealed| RoundOpened { sealed, many: true, ..asks(Ask::Words(True)) };
    let [open, closed] = [false, true].map(|sealed| world.write(1, many(sealed)));
    world.sync_all();
    let mut notes = Vec::new();
    for who in [2, 2, 3] {
        let words = Some(world.say(who, "a note"));
        notes.push(world.write(who, Answered { round: open, answer: None, words }));
        let (commit, shares) = (vec![7; 32].try_into().unwrap(), Default::default());
        let words = Some(world.say(who, "a hidden note"));
        notes.push(world.write(who, Sealed { round: closed, commit, answer: None, words, shares }));
    }
    let counts = |world: &World| [open, closed].map(|it| (round(world, it).said, round(world, it).answered));
    assert_eq!(counts(&world), [(3, 2), (3, 2)]);
    for post in [notes[0], notes[1], notes[0], notes[1]] {
        world.write(2, Retracted { post, alone: false });
    }
    assert_eq!(counts(&world), [(2, 2), (2, 2)]);
    world.sync_all();
    let title = |world: &mut World, who: usize| {
        let under = Some(Under::Title("tea".try_into().unwrap()));
        world.write(who, ThemePlaced { answer: notes[4], round: open, under });
        world.sync_all();
        let by = whole(world).fold.rounds().answers_in(open).find(|it| it.cid == notes[4]).unwrap().placed_by;
        assert_eq!(by, Some(world.author(who)));
    };
    title(&mut world, 1);
    title(&mut world, 3);
}

#[test]
fn what_does_not_fit_a_seal_opens_nothing() {
    let (mut world, it, seals) = hidden(5);
    let early = world.write(2, RevealOpened { round: it });
    world.sync_all();
    let shown = opening(&seen_by(&world, 1), &world.keypair(1), it, 0).expect("its own");
    let Body::Revealed(shown) = shown else { panic!("it shows") };
    let share = opening(&seen_by(&world, 4), &world.keypair(4), it, limits::SHARES).expect("a share");
    let Body::ShareOpened(share) = share else { panic!("it gives a share") };
    let late = sealed(&seen_by(&world, 4), &world.keypair(4), it, Said::Choice(0)).expect("it seals");
    let late = world.write(4, late);
    world.sync_all();
    let changed = Revealed { answer: Some(chosen(2)), ..shown.clone() };
    let mut other = share.share.to_vec();
    other[7] ^= 1;
    let unfit = [
        (1, Body::from(changed)),
        (1, Revealed { salt: None, ..shown.clone() }.into()),
        (4, ShareOpened { share: other.try_into().unwrap(), ..share.clone() }.into()),
    ];
    let unfit = unfit.map(|(i, body)| world.write(i, body));
    assert_eq!(unfit.map(|it| why(&world, it)), [Some(IgnoredReason::NotWhatWasSealed); 3]);
    let by_another = world.write(2, shown.clone());
    let not_to_it = world.write(2, ShareOpened { sealed: seals[1], ..share });
    let unseen = world.write(4, Revealed { sealed: late, by: early, ..shown.clone() });
    let of_nothing = world.write(1, Revealed { by: it, ..shown });
    let open_in_sealed = world.write(1, answered(it, chosen(0)));
    let reasons = [by_another, not_to_it, unseen, of_nothing, open_in_sealed].map(|it| why(&world, it));
    let expected = [
        IgnoredReason::NotAuthor,
        IgnoredReason::NotAddressee,
        IgnoredReason::SealNotSeen,
        IgnoredReason::TargetNotSeen,
        IgnoredReason::UnfitAnswer,
    ];
    assert_eq!(reasons, expected.map(Some));
}

#[test]
fn who_answers_last_by_backdating_answers_apart() {
    let (mut world, it, _) = hidden(6);
    // Author 4 has not seen that all was shown, or says so: its answer is on what came before.
    world.write(1, RevealOpened { round: it });
    world.sync(1, 2);
    world.sync(1, 3);
    for i in [1, 2, 3] {
        let show = opening(&seen_by(&world, i), &world.keypair(i), it, 0).expect("its own");
        world.write(i, show);
    }
    let late = sealed(&seen_by(&world, 4), &world.keypair(4), it, Said::Choice(0)).expect("it seals");
    let late = world.write(4, late);
    world.write(4, RevealOpened { round: it });
    world.sync_all();
    while let Some(show) = opening(&seen_by(&world, 4), &world.keypair(4), it, 0) {
        world.write(4, show);
    }
    world.sync_all();
    let node = whole(&world);
    let shown: Vec<_> = node.fold.rounds().answers_in(it).map(|it| (it.cid == late, it.apart, it.opened)).collect();
    assert_eq!(shown.iter().filter(|it| **it == (false, false, true)).count(), 3);
    assert_eq!(shown.iter().filter(|it| it.0).collect::<Vec<_>>(), [&(true, true, true)]);
    let totals = node.fold.rounds().sheet(&round(&world, it)).totals.expect("it was shown");
    assert_eq!(totals.values().sum::<u64>(), 3, "what was answered apart is not counted");
}

#[test]
fn two_who_press_next_at_once_move_it_on_by_one_and_what_is_undone_is_back() {
    let mut world = room(7, 3);
    let all = [1, 2, 3].map(|i| world.author(i));
    let order = all.to_vec().try_into().unwrap();
    let it = world.write(1, RoundOpened { order, ..asks(Ask::Spoken(Spoken::default())) });
    world.sync_all();
    let now = |world: &World| (round(world, it).now, round(world, it).next);
    assert_eq!(now(&world), (Some(all[0]), Some(all[1])));
    for i in [1, 2] {
        world.write(i, turn(it, all[0], Turn::Spoken, Some(all[1])));
    }
    assert_eq!(now(&world), (Some(all[1]), Some(all[2])));
    world.sync_all();
    world.write(3, turn(it, all[0], Turn::Again, Some(all[0])));
    assert_eq!(now(&world), (Some(all[0]), Some(all[1])));
    world.sync_all();
    // Who is away keeps its place at the end; who comes later speaks after it.
    world.write(1, turn(it, all[0], Turn::Away, None));
    assert_eq!(now(&world), (Some(all[1]), Some(all[2])));
    world.introduce(4, "late");
    world.sync_all();
    world.write(4, turn(it, world.author(4), Turn::Joined, None));
    let seats: Vec<_> = round(&world, it).seats.iter().map(|it| it.node).collect();
    assert_eq!(seats, [all[1], all[2], all[0], world.author(4)]);
    let stranger = world.author(7);
    let of_stranger = world.write(1, turn(it, stranger, Turn::Spoken, None));
    assert_eq!(why(&world, of_stranger), Some(IgnoredReason::Stranger));
    let votes = world.write(1, asks(choice()));
    let unspoken = world.write(1, turn(votes, all[0], Turn::Spoken, None));
    assert_eq!(why(&world, unspoken), Some(IgnoredReason::UnfitAnswer));
}

#[test]
fn answers_that_say_the_same_are_one_group_and_have_their_dots_together() {
    let mut world = room(8, 2);
    let it = world.write(1, RoundOpened { many: true, ..asks(Ask::Words(True)) });
    let other = world.write(1, RoundOpened { many: true, ..asks(Ask::Words(True)) });
    let note = |world: &mut World, round: Cid, text: &str| {
        let words = Some(world.say(1, text));
        world.write(1, Answered { round, answer: None, words })
    };
    let [a, b, c] = ["a", "b", "c"].map(|text| note(&mut world, it, text));
    let elsewhere = note(&mut world, other, "elsewhere");
    let same = |answer: Cid, as_that: Cid| ThemePlaced { answer, round: it, under: Some(Under::Answer(as_that)) };
    let apart = [same(a, elsewhere), same(a, a), ThemePlaced { round: other, ..same(a, b) }];
    let apart = apart.map(|it| world.write(1, it));
    assert_eq!(apart.map(|it| why(&world, it)), [Some(IgnoredReason::AnotherRound); 3]);
    world.write(1, same(c, a));
    let names = [a, b, c].map(|it| it.to_string());
    let vote = world.write(2, asks(dots(3, &names.each_ref().map(|it| it.as_str()))));
    world.sync_all();
    world.write(1, answered(vote, given(&[1, 2, 0])));
    world.write(2, answered(vote, given(&[1, 0, 2])));
    let groups = |world: &World, counted: bool| -> Vec<(Vec<Cid>, u64)> {
        let node = whole(world);
        let lists = node.fold.rounds();
        let votes = node.fold.round(&vote).filter(|_| counted).map(|it| &**it);
        let groups = lists.groups(node.fold.round(&it).expect("a round"), votes);
        groups.iter().map(|it| (it.answers.iter().map(|it| it.cid).collect(), it.dots)).collect()
    };
    assert_eq!(groups(&world, false), [(vec![a, c], 0), (vec![b], 0)]);
    assert_eq!(groups(&world, true), [(vec![a, c], 4), (vec![b], 2)]);
    world.write(1, ThemePlaced { answer: c, round: it, under: None });
    assert_eq!(groups(&world, true), [(vec![a], 2), (vec![b], 2), (vec![c], 2)]);
    // Two that name each other are one, and a title is that of all.
    world.write(1, same(a, b));
    world.write(1, same(b, a));
    assert_eq!(groups(&world, true), [(vec![a, b], 4), (vec![c], 2)]);
}

#[test]
fn a_promise_may_come_from_an_answer_that_was_seen() {
    let mut world = room(9, 2);
    let it = world.write(1, asks(choice()));
    let answer = world.write(1, answered(it, chosen(0)));
    let unfit = world.write(1, answered(it, chosen(7)));
    let promise = |world: &mut World, i: usize, from: Cid| {
        let words = world.say(i, "I will");
        world.write(i, Promised { words, due: None, from: Some(from) })
    };
    let unseen = promise(&mut world, 2, answer);
    world.sync_all();
    let [seen, of_unfit, of_round] = [answer, unfit, it].map(|from| promise(&mut world, 2, from));
    let node = whole(&world);
    let from = |cid: Cid| node.fold.promise(&cid).expect("a promise").from;
    assert_eq!([unseen, seen, of_unfit, of_round].map(from), [None, Some(answer), None, None]);
    assert!(node.fold.may_promise_from(&answer) && !node.fold.may_promise_from(&it));
}
