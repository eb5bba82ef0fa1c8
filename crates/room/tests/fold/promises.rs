//! Promises: asks that give nobody a task, and what becomes of what somebody said they would do.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use paceline_room::{
    Body, Cid, Day, NodeId,
    body::{AlsoMe, Asked, PromiseDropped, PromiseKept, PromiseRenewed, Promised, Stance, promises::Command},
    command::{Asker, CommandError},
    fold::IgnoredReason,
    state::{End, Promise, PromiseState, WordsState},
    testing::World,
};
use proptest::{prelude::*, sample::Index};

use crate::{
    judging::{Act, acts, room},
    properties::{fold, reorder, runner},
    sim::{AUTHORS, Sim, Written},
    support::{Moves, Node, seen_by, whole},
};

/// What people do with promises.
trait Promising: Moves {
    fn say_so(&mut self, i: usize, text: &str) -> Cid;

    fn ask(&mut self, i: usize, whom: usize, text: &str) -> Cid {
        let (node, words) = (self.node(whom), self.say_so(i, text));
        self.do_it(i, Asked { node, words }.into())
    }
    fn promise(&mut self, i: usize, text: &str, from: Option<Cid>) -> Cid {
        let words = self.say_so(i, text);
        self.do_it(i, Promised { words, due: "2026-12-01".parse().ok(), from }.into())
    }
    fn keep(&mut self, i: usize, promise: Cid, evidence: Option<Cid>) -> Cid {
        self.do_it(i, PromiseKept { promise, evidence }.into())
    }
    fn drop_it(&mut self, i: usize, promise: Cid, why: &str) -> Cid {
        let words = self.say_so(i, why);
        self.do_it(i, PromiseDropped { promise, words }.into())
    }
    fn renew(&mut self, i: usize, promise: Cid, due: &str) -> Cid {
        self.do_it(i, PromiseRenewed { promise, due: due.parse().ok() }.into())
    }
}

impl Promising for World {
    fn say_so(&mut self, i: usize, text: &str) -> Cid {
        self.say(i, text)
    }
}

/// The rows, as all see them.
fn rows(world: &World) -> Vec<Arc<Promise>> {
    whole(world).fold.promises().cloned().collect()
}

fn only(world: &World) -> Arc<Promise> {
    let rows = rows(world);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows[0].clone()
}

fn why_ignored(world: &World, cid: Cid) -> Option<IgnoredReason> {
    whole(world).fold.why_ignored(&cid)
}

#[test]
fn an_ask_and_the_promise_from_it_are_one_row() {
    let mut world = World::new(1);
    let ask = world.ask(1, 2, "the minutes, please");
    let row = only(&world);
    assert_eq!((row.cid, row.node, row.author), (ask, world.author(2), world.author(1)));
    assert_eq!((row.state, row.text.as_deref(), row.due), (PromiseState::Asked, Some("the minutes, please"), None));
    world.send(1, 2);
    let promise = world.promise(2, "minutes by Tuesday", Some(ask));
    let row = only(&world);
    assert_eq!((row.cid, row.node, row.from), (promise, world.author(2), Some(ask)));
    assert_eq!((row.state, row.text.as_deref()), (PromiseState::Promised, Some("minutes by Tuesday")));
    assert_eq!(row.due.map(|it| it.to_string()), Some("2026-12-01".into()));
    let asked = whole(&world).fold.promise(&ask).expect("it is kept").clone();
    assert!(asked.taken && asked.state == PromiseState::Asked, "who asked for what stays to be seen");
}

#[test]
fn whoever_takes_an_ask_up_answers_for_it_and_for_nobody_else() {
    let mut world = World::new(2);
    let ask = world.ask(1, 2, "the minutes, please");
    (2..=3).for_each(|i| world.send(1, i));
    // Side by side: one who was not asked, and who was.
    let other = world.promise(3, "I have time", Some(ask));
    let asked = world.promise(2, "mine", Some(ask));
    world.sync_all();
    world.drop_it(3, other, "so you have it");
    world.keep(2, asked, None);
    let states: BTreeMap<_, _> = rows(&world).iter().map(|it| (it.node, (it.cid, it.state, it.from))).collect();
    let expected = [
        (world.author(3), (other, PromiseState::Dropped, Some(ask))),
        (world.author(2), (asked, PromiseState::Kept, Some(ask))),
    ];
    assert_eq!(states, expected.into());
}

#[test]
fn one_may_ask_oneself_and_promise_of_oneself() {
    let mut world = World::new(3);
    world.ask(1, 1, "call the venue");
    world.promise(1, "the venue", None);
    let states: Vec<_> = rows(&world).iter().map(|it| (it.node == it.author, it.state, it.from)).collect();
    assert_eq!(states, [(true, PromiseState::Asked, None), (true, PromiseState::Promised, None)]);
}

#[test]
fn only_who_promised_keeps_or_drops_it() {
    let mut world = World::new(4);
    let ask = world.ask(1, 2, "the minutes, please");
    world.send(1, 2);
    let promise = world.promise(2, "yes", Some(ask));
    let unseen = world.keep(1, promise, None);
    world.send(2, 1);
    let by_the_asker = [world.keep(1, promise, None), world.drop_it(1, promise, "too late")];
    let of_the_ask = [world.keep(2, ask, None), world.keep(1, ask, None), world.drop_it(1, ask, "never mind")];
    assert_eq!(why_ignored(&world, unseen), Some(IgnoredReason::TargetNotSeen));
    assert_eq!(by_the_asker.map(|it| why_ignored(&world, it)), [Some(IgnoredReason::NotAuthor); 2]);
    assert_eq!(of_the_ask.map(|it| why_ignored(&world, it)), [Some(IgnoredReason::TargetNotSeen); 3]);
    assert_eq!(only(&world).state, PromiseState::Promised);
}

#[test]
fn what_was_dropped_may_still_be_kept_and_the_latest_end_counts() {
    let mut world = World::new(5);
    let promise = world.promise(1, "the venue", None);
    world.drop_it(1, promise, "no venue is free");
    let row = only(&world);
    let why = |row: &Promise| row.end.clone().and_then(|it: End| it.why.map(|it| it.to_string()));
    assert_eq!((row.state, why(&row).as_deref()), (PromiseState::Dropped, Some("no venue is free")));
    let kept = world.keep(1, promise, None);
    let row = only(&world);
    assert_eq!((row.state, row.end.as_ref().map(|it| (it.cid, it.words))), (PromiseState::Kept, Some((kept, None))));
}

#[test]
fn of_two_ends_side_by_side_all_show_the_same() {
    for seed in 0..16 {
        let mut world = World::new(seed);
        let promise = world.promise(1, "the venue", None);
        let kept = world.keep(1, promise, None);
        let words = world.say(1, "not after all");
        let dropped = world.write_twin(1, kept, PromiseDropped { promise, words });
        let states: Vec<_> = (0..8)
            .map(|order| {
                let mut node = Node::new(world.room());
                node.admit_all(&world.shuffled(order));
                node.fill(&world.blocks());
                node.fold.promise(&promise).cloned()
            })
            .collect();
        assert!(states.windows(2).all(|pair| pair[0] == pair[1]));
        let state = if kept > dropped { PromiseState::Kept } else { PromiseState::Dropped };
        assert_eq!(states[0].as_ref().map(|it| it.state), Some(state), "the greater name wins at one depth");
    }
}

#[test]
fn it_comes_from_an_ask_or_a_post_and_a_post_shows_that_it_was_kept() {
    let mut world = World::new(6);
    let post = world.post(1, "who does the venue?");
    let baton = world.open_baton(1, "the venue");
    let unseen = world.post(3, "done");
    let first = world.promise(1, "I do", Some(post));
    let wrong = [first, baton, unseen].map(|it| world.promise(1, "I do", Some(it)));
    world.keep(1, first, Some(unseen));
    let shown = |cid: &Cid| whole(&world).fold.promise(cid).expect("it counts").clone();
    assert_eq!(shown(&first).from, Some(post));
    assert!(wrong.iter().all(|it| shown(it).from.is_none()), "each stands by itself");
    let evidence = |promise: &Cid| shown(promise).end.clone().expect("kept").evidence.map(|(_, post)| post);
    assert_eq!(evidence(&first), None, "kept, though nothing shows it");
    let [second, third, ..] = wrong;
    world.keep(1, second, Some(baton));
    world.send(3, 1);
    world.keep(1, third, Some(unseen));
    let evidence = |promise: &Cid| whole(&world).fold.promise(promise).cloned()?.end.clone()?.evidence.map(|it| it.1);
    assert_eq!((evidence(&second), evidence(&third)), (None, Some(unseen)), "a post, whoever wrote it");
}

/// By when a promise is due, how often it was said to go on, and which word of that counts.
fn goes_on(world: &World, promise: Cid) -> (Option<String>, usize, Option<Cid>) {
    let row = whole(world).fold.promise(&promise).expect("a row").clone();
    (row.due.map(|it| it.to_string()), row.renewed.map_or(0, |it| it.times), row.renewed.map(|it| it.cid))
}

#[test]
fn who_is_still_on_it_says_until_when_and_may_take_that_back() {
    let mut world = World::new(11);
    let promise = world.promise(1, "the venue", None);
    assert_eq!(goes_on(&world, promise), (Some("2026-12-01".into()), 0, None));
    let first = world.renew(1, promise, "2026-12-15");
    assert_eq!(goes_on(&world, promise), (Some("2026-12-15".into()), 1, Some(first)));
    let second = world.renew(1, promise, "");
    assert_eq!(goes_on(&world, promise), (None, 2, Some(second)), "by no day any more");
    assert_eq!(only(&world).state, PromiseState::Promised);
    world.retract(1, second);
    assert_eq!(goes_on(&world, promise), (Some("2026-12-15".into()), 1, Some(first)));
    world.retract(1, first);
    assert_eq!(goes_on(&world, promise), (Some("2026-12-01".into()), 0, None));
    assert_eq!(whole(&world).fold.lists().promises.renewals.len(), 0);
    world.renew(1, promise, "2027-01-05");
    world.keep(1, promise, None);
    assert_eq!(only(&world).state, PromiseState::Kept, "what goes on is kept at last");
}

#[test]
fn only_who_promised_is_still_on_it_at_any_tab_and_nobody_once_it_is_over() {
    let mut world = World::new(12);
    let ask = world.ask(1, 2, "the minutes, please");
    world.send(1, 2);
    let promise = world.promise(2, "yes", Some(ask));
    let unseen = world.renew(1, promise, "2027-01-05");
    let of_the_ask = world.renew(2, ask, "2027-01-05");
    let of_nothing = world.renew(2, Cid::of(b"nothing"), "2027-01-05");
    world.send(2, 3);
    let by_a_stranger = world.renew(3, promise, "2027-01-05");
    let not_seen = [unseen, of_the_ask, of_nothing].map(|it| why_ignored(&world, it));
    assert_eq!(not_seen, [Some(IgnoredReason::TargetNotSeen); 3]);
    assert_eq!(why_ignored(&world, by_a_stranger), Some(IgnoredReason::NotAuthor));
    assert_eq!(goes_on(&world, promise), (Some("2026-12-01".into()), 0, None));
    // The same person at another tab.
    world.write(3, AlsoMe { node: world.author(2) });
    world.sync_all();
    world.write(2, AlsoMe { node: world.author(3) });
    world.sync_all();
    let at_the_other_tab = world.renew(3, promise, "2027-01-05");
    assert_eq!(goes_on(&world, promise), (Some("2027-01-05".into()), 1, Some(at_the_other_tab)));
    world.sync_all();
    world.drop_it(2, promise, "I was ill");
    world.sync_all();
    let late = [2, 3].map(|i| world.renew(i, promise, "2027-02-02"));
    assert_eq!(late.map(|it| why_ignored(&world, it)), [Some(IgnoredReason::Over); 2]);
    assert_eq!(only(&world).state, PromiseState::Dropped);
}

#[test]
fn beside_an_end_that_it_has_not_seen_the_end_stands() {
    for seed in 0..8 {
        let mut world = World::new(seed);
        let promise = world.promise(1, "the venue", None);
        let kept = world.keep(1, promise, None);
        let twin = world.write_twin(1, kept, PromiseRenewed { promise, due: "2027-01-05".parse().ok() });
        let rows: Vec<_> = (0..8)
            .map(|order| {
                let mut node = Node::new(world.room());
                node.admit_all(&world.shuffled(order));
                node.fill(&world.blocks());
                assert_eq!(node.fold.why_ignored(&twin), None);
                node.fold.promise(&promise).cloned().expect("a row")
            })
            .collect();
        assert!(rows.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!((rows[0].state, rows[0].renewed.map(|it| it.cid)), (PromiseState::Kept, Some(twin)));
    }
}

#[test]
fn words_that_were_taken_back_leave_the_row_as_it_was() {
    let mut world = World::new(7);
    let ask = world.ask(1, 2, "the minutes, please");
    world.send(1, 2);
    let promise = world.promise(2, "minutes", Some(ask));
    let dropped = world.drop_it(2, promise, "I was ill");
    world.sync_all();
    world.retract(1, ask);
    world.retract(2, promise);
    world.retract(2, dropped);
    // Whether words come before or after they were taken back.
    for words_first in [true, false] {
        let mut node = Node::new(world.room());
        for stored in world.blocks() {
            node.admit(&stored.block);
            if words_first {
                node.fill(&[stored]);
            }
        }
        node.fill(&world.blocks());
        let row = node.fold.promise(&promise).expect("its trace").clone();
        let end = row.end.clone().expect("its end");
        assert_eq!((row.state, row.words, row.text.as_deref()), (PromiseState::Dropped, WordsState::Retracted, None));
        assert_eq!((end.cid, end.words, end.why), (dropped, Some(WordsState::Retracted), None));
        let asked = node.fold.promise(&ask).expect("its trace");
        assert_eq!((asked.words, asked.text.as_deref(), asked.taken), (WordsState::Retracted, None, true));
        assert!(node.fold.missing_words().is_empty() && node.fold.promises().count() == 1);
    }
}

#[test]
fn words_that_come_later_are_shown_where_they_belong() {
    let mut world = World::new(8);
    let promise = world.promise(1, "the venue", None);
    let other = world.ask(1, 2, "and the chairs?");
    world.drop_it(1, promise, "no venue is free");
    let mut node = Node::new(world.room());
    node.admit_all(&world.blocks());
    let before = node.fold.versions().promises;
    let row = |node: &Node, cid: &Cid| node.fold.promise(cid).expect("a row").clone();
    assert_eq!((row(&node, &promise).words, row(&node, &other).words), (WordsState::Missing, WordsState::Missing));
    assert_eq!(row(&node, &promise).end.clone().and_then(|it| it.words), Some(WordsState::Missing));
    node.fill(&world.blocks());
    let (promised, asked) = (row(&node, &promise), row(&node, &other));
    assert_eq!((promised.text.as_deref(), asked.text.as_deref()), (Some("the venue"), Some("and the chairs?")));
    assert_eq!(promised.end.clone().and_then(|it| it.why).as_deref(), Some("no venue is free"));
    assert_eq!(node.fold.versions().promises, before + 3, "a row changed three times");
}

#[test]
fn feedback_on_an_ask_or_a_promise_goes_to_who_wrote_it_and_may_contest_it() {
    let mut world = World::new(9);
    let ask = world.ask(1, 2, "the minutes of a meeting that never was");
    world.send(1, 2);
    let promise = world.promise(2, "it is done by tomorrow", None);
    let on_the_ask = world.feedback(2, ask, Stance::Correct, None);
    world.sync_all();
    let on_the_promise = world.feedback(3, promise, Stance::Correct, None);
    let node = whole(&world);
    let addressee = |feedback: &Cid| node.fold.feedback_by_cid(feedback).and_then(|it| it.addressee);
    assert_eq!(addressee(&on_the_ask), Some(world.author(1)));
    assert_eq!(addressee(&on_the_promise), None, "it had not seen the promise");
    world.send(2, 3);
    let on_the_promise = world.feedback(3, promise, Stance::Correct, None);
    let contested = |world: &World| [ask, promise].map(|it| whole(world).fold.promise(&it).expect("a row").contested);
    assert_eq!(contested(&world), [true, true]);
    assert_eq!(whole(&world).fold.feedback_by_cid(&on_the_promise).and_then(|it| it.addressee), Some(world.author(2)));
    world.withdraw(3, on_the_promise);
    world.retract(1, ask);
    assert_eq!(contested(&world), [false, false], "what was taken back claims nothing");
}

/// What author `i` is told, who has seen what it has.
fn told(world: &World, i: usize, command: Command) -> Option<CommandError> {
    let node = seen_by(world, i);
    let command = paceline_room::command::Command::from(command);
    command.ask(Asker { fold: &node.fold, log: &node.log, node: world.author(i), silence: &|_| 0 }).err()
}

#[test]
fn what_may_be_done_with_a_promise_is_refused_for_a_reason() {
    let mut world = World::new(10);
    let ask = world.ask(1, 2, "the minutes, please");
    let gone = world.ask(1, 2, "never mind");
    world.retract(1, gone);
    let post = world.post(1, "who does the venue?");
    let unseen = world.post(3, "done");
    world.send(1, 2);
    let open = world.promise(2, "yes", Some(ask));
    let dropped = world.promise(2, "the chairs", None);
    world.drop_it(2, dropped, "there are none");
    let kept = world.promise(2, "the tables", Some(gone));
    world.keep(2, kept, None);
    world.send(2, 1);
    let text = || "words".to_owned();
    let make = |from| Command::Make { text: text(), due: None, from };
    let keep = |promise| Command::Keep { promise, evidence: None };
    let drop_it = |promise| Command::Drop { promise, why: text() };
    let renew = |promise| Command::Renew { promise, due: "2027-01-05".parse().ok() };
    let not_found = Some(CommandError::NotFound);
    for (who, command, why) in [
        (2, Command::Ask { node: world.author(1), text: " \n".into() }, Some(CommandError::EmptyText)),
        (2, Command::Ask { node: world.author(9), text: text() }, None),
        (2, Command::Make { text: String::new(), due: None, from: None }, Some(CommandError::EmptyText)),
        (2, make(None), None),
        (2, make(Some(post)), None),
        (1, make(Some(ask)), None),
        (2, make(Some(gone)), not_found),
        (2, make(Some(open)), not_found),
        (2, make(Some(unseen)), not_found),
        (2, keep(open), None),
        (2, keep(ask), None),
        (2, keep(kept), not_found),
        (2, keep(dropped), None),
        (2, keep(post), not_found),
        (1, keep(open), Some(CommandError::NotYours)),
        (1, keep(ask), not_found),
        (2, Command::Keep { promise: open, evidence: Some(post) }, None),
        (2, Command::Keep { promise: open, evidence: Some(ask) }, not_found),
        (2, Command::Keep { promise: open, evidence: Some(unseen) }, not_found),
        (2, drop_it(open), None),
        (2, drop_it(ask), None),
        (2, Command::Drop { promise: open, why: " ".into() }, Some(CommandError::EmptyText)),
        (2, drop_it(kept), not_found),
        (2, drop_it(dropped), not_found),
        (1, drop_it(open), Some(CommandError::NotYours)),
        (2, renew(open), None),
        (2, renew(ask), None),
        (2, Command::Renew { promise: open, due: None }, None),
        (2, renew(kept), not_found),
        (2, renew(dropped), not_found),
        (2, renew(post), not_found),
        (1, renew(open), Some(CommandError::NotYours)),
        (1, renew(ask), not_found),
    ] {
        assert_eq!(told(&world, who, command.clone()), why, "{who}: {command:?}");
    }
}

/// What is told of a row.
type Told = (Cid, NodeId, PromiseState, Option<Cid>, Option<Day>, usize);

fn told_of(it: &Promise) -> Told {
    (it.cid, it.node, it.state, it.from, it.due, it.renewed.map_or(0, |it| it.times))
}

/// Rows straight from the rules: of the whole set, whatever the order.
fn by_the_rules(node: &Node, written: &[Written]) -> Vec<Told> {
    let counts = |cid: &Cid| node.fold.why_ignored(cid).is_none();
    let is_seen = |one: &Cid, by: &Cid| {
        let ix = |cid| node.log.find(cid);
        ix(one).zip(ix(by)).is_some_and(|(one, by)| one != by && node.log.is_ancestor(one, by))
    };
    let body = |cid: &Cid| written.iter().find(|it| it.0 == *cid).map(|it| &it.1.body);
    let from = |cid: &Cid, it: &Promised| {
        it.from.filter(|from| {
            let is = match body(from) {
                Some(Body::Asked(_) | Body::Posted(_)) => true,
                Some(Body::Answered(_) | Body::Sealed(_) | Body::AgendaItemAdded(_) | Body::MeetingOpened(_)) => {
                    counts(from)
                }
                _ => false,
            };
            is && is_seen(from, cid)
        })
    };
    let taken = |ask: &Cid| {
        written.iter().any(|(cid, event, _)| matches!(&event.body, Body::Promised(it) if from(cid, it) == Some(*ask)))
    };
    let end = |promise: &Cid| {
        let ends = written.iter().filter_map(|(cid, event, _)| match &event.body {
            Body::PromiseKept(it) if it.promise == *promise => Some((event.depth, *cid, PromiseState::Kept)),
            Body::PromiseDropped(it) if it.promise == *promise => Some((event.depth, *cid, PromiseState::Dropped)),
            _ => None,
        });
        ends.filter(|it| counts(&it.1)).max_by_key(|it| (it.0, it.1)).map(|it| it.2)
    };
    let is_back = |cid: &Cid| {
        let retracts = |it: &&Written| match &it.1.body {
            Body::Retracted(by) => by.post == *cid && counts(&it.0),
            Body::FeedbackWithdrawn(by) => by.feedback == *cid && counts(&it.0),
            _ => false,
        };
        written.iter().any(|it| retracts(&it))
    };
    let renewed = |promise: &Cid, first: Option<Day>| {
        let words = written.iter().filter_map(|(cid, event, _)| match &event.body {
            Body::PromiseRenewed(it) if it.promise == *promise => Some((event.depth, *cid, it.due)),
            _ => None,
        });
        let mut words: Vec<_> = words.filter(|it| counts(&it.1) && !is_back(&it.1)).collect();
        words.sort_by_key(|it| (it.0, it.1));
        (words.last().map_or(first, |it| it.2), words.len())
    };
    let mut rows: Vec<_> = written
        .iter()
        .filter_map(|(cid, event, _)| match &event.body {
            Body::Asked(it) if !taken(cid) => Some((event.depth, (*cid, it.node, PromiseState::Asked, None, None, 0))),
            Body::Promised(it) => {
                let state = end(cid).unwrap_or(PromiseState::Promised);
                let (due, times) = renewed(cid, it.due);
                Some((event.depth, (*cid, event.author, state, from(cid, it), due, times)))
            }
            _ => None,
        })
        .collect();
    rows.sort_by_key(|it| (it.0, it.1.0));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What happens to promises, and what is taken back.
fn promising() -> impl Strategy<Value = Vec<Act>> {
    const KINDS: [usize; 9] = [5, 5, 19, 20, 21, 23, 24, 24, 24];
    let say = (0..AUTHORS, 0..KINDS.len(), 0..720_usize, any::<[Index; 2]>());
    let say = say.prop_map(|(who, of, many, about)| Act::Say { who, kind: KINDS[of] + 72 * many, about });
    prop::collection::vec(say, 0..32)
}

#[test]
fn promises_are_what_the_rules_say_in_any_order() {
    let [asked, taken, kept, dropped, renewed, over, back, split] = std::array::from_fn(|_| Cell::new(0_usize));
    let strategy = (acts(), promising(), prop::collection::vec(any::<Index>(), 40));
    runner()
        .run(&strategy, |(mut acts, promising, choice)| {
            acts.extend(promising);
            let sim: Sim = room(&acts, &RefCell::default());
            let one = fold(sim.room, &sim.written);
            let other = fold(sim.room, &reorder(&sim.written, &choice));
            let all = |node: &Node| node.fold.asks_and_promises().cloned().collect::<Vec<_>>();
            prop_assert_eq!(all(&one), all(&other));
            let shown: Vec<_> = other.fold.promises().map(|it| told_of(it)).collect();
            prop_assert_eq!(&shown, &by_the_rules(&other, &sim.written));
            let lists = other.fold.lists().promises;
            let cids = |rows: &mut dyn Iterator<Item = &Arc<Promise>>| rows.map(|it| it.cid).collect::<BTreeSet<_>>();
            let of_state = |is: fn(PromiseState) -> bool| {
                shown.iter().filter(|it| is(it.2)).map(|it| it.0).collect::<BTreeSet<_>>()
            };
            let is_open = |it| matches!(it, PromiseState::Asked | PromiseState::Promised);
            prop_assert_eq!(cids(&mut lists.open.iter()), of_state(is_open));
            prop_assert_eq!(
                cids(&mut lists.done.iter()),
                of_state(|it| matches!(it, PromiseState::Kept | PromiseState::Dropped))
            );
            for (cid, node, state, from, ..) in &shown {
                prop_assert_eq!(lists.open_of(*node).any(|it| it.cid == *cid), is_open(*state));
                prop_assert!(from.is_none_or(|from| lists.promised_from(from).any(|it| it.cid == *cid)));
            }
            let words = sim.written.iter().filter(|it| it.1.body.kind() == "promise-renewed");
            let standing = shown.iter().map(|it| it.5).sum::<usize>();
            prop_assert_eq!(lists.renewals.len(), standing);
            let ended = lists.done.iter().filter_map(|it| Some((it.end.as_ref()?.cid, (it.depth, it.cid))));
            let by_end = lists.ends.entries().map(|((_, end), promise)| (*end, **promise));
            prop_assert_eq!(by_end.collect::<BTreeMap<_, _>>(), ended.collect::<BTreeMap<_, _>>());
            let is_over = |it: &&Written| other.fold.why_ignored(&it.0) == Some(IgnoredReason::Over);
            let counted = words.clone().filter(|it| other.fold.why_ignored(&it.0).is_none()).count();
            renewed.set(renewed.get() + standing);
            over.set(over.get() + words.filter(is_over).count());
            back.set(back.get() + counted - standing);
            let count = |state| shown.iter().filter(|it| it.2 == state).count();
            asked.set(asked.get() + count(PromiseState::Asked));
            taken.set(taken.get() + all(&one).iter().filter(|it| it.taken).count());
            kept.set(kept.get() + count(PromiseState::Kept));
            dropped.set(dropped.get() + count(PromiseState::Dropped));
            split.set(split.get() + usize::from(one.fold.people().any(|it| it.split)));
            Ok(())
        })
        .expect("as the rules say");
    let seen = [asked, taken, kept, dropped, renewed, over, back, split].map(Cell::into_inner);
    assert!(seen.iter().all(|it| *it > 15), "too tame: {seen:?}");
}
