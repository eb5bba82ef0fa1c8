//! The invariants of section 3, each over random rooms: orders, duplicates, partitions, twins and nonsense included.
//!
//! Each run also counts what its rooms contained and fails if they were too tame to mean anything.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use paceline_room::{
    Body, Cid, Event, Fold,
    body::{BatonSteppedIn, BatonTaken},
    fold::IgnoredReason,
    state::{BatonState, TermBy},
};
use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, TestRng, TestRunner},
};

use crate::{
    oracle::Oracle,
    sim::{AUTHORS, Op, Sim, Written, admit, ops, small_talk, votes},
    support::Node,
};

/// The same cases in every run; `PROPTEST_CASES` asks for more of them, and half of what it says is run.
pub fn runner() -> TestRunner {
    let config = Config { failure_persistence: None, cases: Config::default().cases / 2, ..Config::default() };
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    TestRunner::new_with_rng(config, rng)
}

/// An order of these events in which parents come before children, chosen by `choice`.
pub fn reorder(written: &[Written], choice: &[Index]) -> Vec<Written> {
    let mut waiting: Vec<&Written> = written.iter().collect();
    let (mut here, mut order): (BTreeSet<Cid>, Vec<Written>) = Default::default();
    for turn in 0.. {
        let ready: Vec<usize> =
            (0..waiting.len()).filter(|it| waiting[*it].1.seen().all(|it| here.contains(it))).collect();
        if ready.is_empty() {
            break;
        }
        let at = choice.get(turn % choice.len().max(1)).map_or(0, |index| index.index(ready.len()));
        let next = waiting.remove(ready[at]);
        here.insert(next.0);
        order.push(next.clone());
    }
    assert_eq!(order.len(), written.len(), "all events have a place");
    order
}

pub fn fold(room: Cid, order: &[Written]) -> Node {
    let mut node = Node::new(room);
    order.iter().for_each(|written| assert!(admit(&mut node, written), "in order and once"));
    node
}

fn reasons(fold: &Fold, written: &[Written]) -> BTreeMap<Cid, Option<IgnoredReason>> {
    written.iter().map(|(cid, ..)| (*cid, fold.why_ignored(cid))).collect()
}

fn is_transfer(event: &Event) -> bool {
    event.body.kind().starts_with("baton-")
        && !matches!(
            event.body,
            Body::BatonOpened(_) | Body::BatonOffered(_) | Body::BatonOfferWithdrawn(_) | Body::BatonDeclined(_)
        )
}

fn tips_of(body: &Body) -> Vec<Cid> {
    match body {
        Body::BatonTaken(it) => vec![it.tip],
        Body::BatonAccepted(it) => vec![it.tip],
        Body::BatonSteppedIn(it) => vec![it.tip],
        Body::BatonReleased(it) => vec![it.tip],
        Body::BatonClosed(it) => vec![it.tip],
        Body::BatonReclaimed(it) => it.tips.to_vec(),
        other => panic!("no transfer: {other:?}"),
    }
}

/// A room in which much happened, or one that split over who leads and then spoke.
pub fn random_room() -> impl Strategy<Value = (Sim, Vec<Index>)> {
    let busy = (ops(20, 70), Just(0), Just(vec![]));
    let split = (ops(0, 12), 2..4_usize, votes());
    let choice = proptest::collection::vec(any::<Index>(), 40);
    (prop_oneof![busy.boxed(), split.boxed()], 0..3_usize, choice).prop_map(|((before, many, after), lost, choice)| {
        let mut sim = Sim::new(lost);
        sim.run(&before);
        sim.fork(many);
        sim.run(&after);
        (sim, choice)
    })
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (cid, event, _) in &self.written {
            let seen: Vec<_> = event.seen().collect();
            writeln!(f, "{cid:?} {:?}:{} on {seen:?} {:?}", event.author, event.seq, event.body)?;
        }
        Ok(())
    }
}

#[test]
fn equal_sets_of_events_give_equal_states_in_any_order_with_duplicates_and_after_partitions() {
    let (late_flips, splits) = (Cell::new(0), Cell::new(0));
    runner()
        .run(&random_room(), |(mut sim, choice)| {
            let one = fold(sim.room, &sim.written);
            let mut other = Node::new(sim.room);
            let mut tips = vec![];
            for written in reorder(&sim.written, &choice) {
                let digest = other.fold.digest();
                prop_assert!(admit(&mut other, &written));
                prop_assert_ne!(other.fold.digest(), digest);
                prop_assert!(!admit(&mut other, &written), "a duplicate is known");
                tips.extend(other.fold.baton(&sim.baton).map(|it| it.tip));
            }
            prop_assert_eq!(masked(&one), masked(&other));
            let first_seen: BTreeMap<_, _> = tips.iter().rev().enumerate().map(|(at, tip)| (tip, at)).collect();
            let returned = tips
                .iter()
                .enumerate()
                .any(|(at, tip)| first_seen[tip] != tips.len() - 1 - at && at > 0 && tips[at - 1] != *tip);
            late_flips.set(late_flips.get() + usize::from(returned));
            splits.set(splits.get() + usize::from(one.fold.people().any(|person| person.split)));
            sim.send_all();
            for node in &sim.nodes {
                prop_assert_eq!(masked(&one), masked(node));
                prop_assert_eq!(reasons(&one.fold, &sim.written), reasons(&node.fold, &sim.written));
            }
            Ok(())
        })
        .expect("equal states");
    assert!(splits.get() > 35, "twins in {}", splits.get());
    assert!(late_flips.get() > 7, "a tip came back in {}", late_flips.get());
}

/// The state as JSON: what equal digests promise, without this node's own view.
pub fn masked(node: &Node) -> serde_json::Value {
    serde_json::to_value(node.state()).expect("a state is JSON")
}

#[test]
fn the_fold_says_what_the_rules_say() {
    let [forks, settled, leaning, parallel, valid, ignored] = std::array::from_fn(|_| Cell::new(0_usize));
    let add = |cell: &Cell<usize>, more: usize| cell.set(cell.get() + more);
    runner()
        .run(&random_room(), |(sim, choice)| {
            let node = fold(sim.room, &reorder(&sim.written, &choice));
            let oracle = Oracle::new(sim.written.iter().map(|(cid, event, _)| (*cid, event.clone())));
            let said = oracle.said(&sim.baton);
            let shown = node.fold.baton(&sim.baton).expect("a baton");
            for (cid, event, _) in sim.written.iter().filter(|(_, event, _)| is_transfer(event)) {
                let counts = node.fold.why_ignored(cid).is_none();
                prop_assert_eq!(counts, oracle.is_valid_transfer(cid), "{:?} of {:?}", cid, event.body);
                add(if counts { &valid } else { &ignored }, 1);
            }
            prop_assert_eq!((shown.tip, shown.holder, shown.settled), (said.tip, said.holder, said.settled));
            prop_assert_eq!(shown.may_reclaim, said.before);
            prop_assert_eq!(shown.terms.iter().map(|term| term.from).collect::<BTreeSet<_>>(), said.terms);
            for term in shown.terms.iter() {
                prop_assert!(term.parallel || said.path.contains(&term.from));
            }
            add(&forks, said.forks);
            add(if said.settled { &settled } else { &leaning }, usize::from(said.forks > 0));
            add(&parallel, shown.terms.iter().filter(|term| term.parallel).count());
            Ok(())
        })
        .expect("as the rules say");
    let seen = [forks, settled, leaning, parallel, valid, ignored].map(Cell::into_inner);
    assert!(seen.iter().zip([75, 7, 50, 200, 350, 70]).all(|(seen, least)| *seen > least), "too tame: {seen:?}");
}

#[test]
fn what_moves_on_from_a_stand_in_is_judged_as_the_rules_say() {
    let [stayed, ended] = std::array::from_fn(|_| Cell::new(0_usize));
    let who = 0..AUTHORS;
    let op = prop_oneof![
        4 => (who.clone(), 0..AUTHORS).prop_map(|(who, of)| Op::Follow { who, of }),
        4 => (who.clone(), any::<usize>()).prop_map(|(who, pick)| Op::Pass { who, pick }),
        2 => (who.clone(), any::<usize>()).prop_map(|(who, pick)| Op::Move { who, pick }),
        1 => (who.clone(), who, any::<usize>()).prop_map(|(who, other, pick)| Op::Forge { who, other, pick }),
    ];
    let strategy = (proptest::collection::vec(op, 4..40), proptest::collection::vec(any::<Index>(), 40));
    runner()
        .run(&strategy, |(ops, choice)| {
            let mut sim = Sim::new(0);
            let baton = sim.baton;
            let tip = sim.write(0, BatonTaken { baton, tip: baton }.into());
            sim.send(0, 1);
            sim.write(1, BatonSteppedIn { baton, tip, silent_for: 1_u64.try_into().unwrap() }.into());
            sim.run(&ops);
            let node = fold(sim.room, &reorder(&sim.written, &choice));
            let oracle = Oracle::new(sim.written.iter().map(|(cid, event, _)| (*cid, event.clone())));
            let (shown, said) = (node.fold.baton(&baton).expect("a baton"), oracle.said(&baton));
            for (cid, ..) in sim.written.iter().filter(|(_, event, _)| is_transfer(event)) {
                prop_assert_eq!(node.fold.why_ignored(cid).is_none(), oracle.is_valid_transfer(cid));
            }
            prop_assert_eq!((shown.tip, shown.may_reclaim), (said.tip, said.before));
            let [in_run, out_of_run] = oracle.moved_in_runs();
            stayed.set(stayed.get() + in_run);
            ended.set(ended.get() + out_of_run);
            Ok(())
        })
        .expect("as the rules say");
    let seen = [stayed, ended].map(Cell::into_inner);
    assert!(seen.iter().zip([75, 15]).all(|(seen, least)| *seen > least), "too tame: {seen:?}");
}

#[test]
fn at_most_one_holder_whose_transfer_stands_on_its_tip_and_uses_its_offer_once() {
    let [accepts, step_ins, reclaims, races] = std::array::from_fn(|_| Cell::new(0_usize));
    runner()
        .run(&random_room(), |(sim, choice)| {
            let node = fold(sim.room, &reorder(&sim.written, &choice));
            let shown = node.fold.baton(&sim.baton).expect("a baton");
            let event = |cid: &Cid| &node.log.entry(node.log.find(cid).expect("admitted")).event;
            let running: Vec<_> = shown.terms.iter().filter(|it| !it.parallel && it.until.is_none()).collect();
            prop_assert_eq!(running.len(), usize::from(shown.holder.is_some()), "one running term, or none");
            prop_assert!(running.iter().all(|it| Some(it.holder) == shown.holder && it.from == shown.tip));
            let leads = matches!(shown.state, BatonState::Held | BatonState::Offered);
            prop_assert_eq!(leads, shown.holder.is_some());

            // From the current transfer back to the opening: each counts, and stands on the one before.
            let (mut here, mut path) = (shown.tip, vec![]);
            while here != sim.baton {
                prop_assert_eq!(node.fold.why_ignored(&here), None);
                path.push(here);
                let tips = tips_of(&event(&here).body);
                // Of the ends that a reclaim names, any that it ended: all lead back to where the run began.
                here = *tips.iter().find(|tip| path.len() == 1 || !path.contains(tip)).expect("a tip");
                prop_assert!(node.log.is_ancestor(
                    node.log.find(&here).expect("admitted"),
                    node.log.find(&shown.tip).expect("admitted")
                ));
            }
            let offers: Vec<Cid> = shown
                .terms
                .iter()
                .filter(|it| !it.parallel)
                .filter_map(|it| match &event(&it.from).body {
                    Body::BatonAccepted(it) => Some(it.by),
                    _ => None,
                })
                .collect();
            prop_assert_eq!(offers.iter().collect::<BTreeSet<_>>().len(), offers.len(), "an offer used twice");

            accepts.set(accepts.get() + offers.len());
            let began = |by| shown.terms.iter().filter(|it| it.by == by).count();
            step_ins.set(step_ins.get() + began(TermBy::SteppedIn));
            reclaims.set(reclaims.get() + began(TermBy::Reclaimed));
            races.set(races.get() + shown.terms.iter().filter(|it| it.by == TermBy::Accepted && it.parallel).count());
            Ok(())
        })
        .expect("one holder");
    let seen = [accepts, step_ins, reclaims, races].map(Cell::into_inner);
    assert!(seen.iter().zip([15, 45, 10, 15]).all(|(seen, least)| *seen > least), "too tame: {seen:?}");
}

#[test]
fn no_term_is_ever_lost_and_no_verdict_on_a_transfer_changes() {
    runner()
        .run(&random_room(), |(sim, choice)| {
            let mut node = Node::new(sim.room);
            let mut terms = BTreeMap::new();
            let mut verdicts = BTreeMap::new();
            for written in reorder(&sim.written, &choice) {
                admit(&mut node, &written);
                verdicts.insert(written.0, node.fold.why_ignored(&written.0));
                let Some(shown) = node.fold.baton(&sim.baton) else { continue };
                let now: BTreeMap<_, _> =
                    shown.terms.iter().map(|it| (it.from, (it.holder, it.by, it.began))).collect();
                prop_assert!(terms.iter().all(|(from, term)| now.get(from) == Some(term)), "a term went");
                terms = now;
            }
            prop_assert_eq!(verdicts, reasons(&node.fold, &sim.written));
            Ok(())
        })
        .expect("terms stay");
}

#[test]
fn a_late_twin_touches_nobody_elses_terms_and_moves_one_vote() {
    let firm = Cell::new(0_usize);
    let strategy = (random_room(), 0..AUTHORS, any::<Index>());
    runner()
        .run(&strategy, |((mut sim, _), who, at)| {
            let before = fold(sim.room, &sim.written);
            let said = Oracle::new(sim.written.iter().map(|(cid, event, _)| (*cid, event.clone()))).said(&sim.baton);
            let old = sim.written.clone();
            // A newcomer to whom everything up to a point is shown, and who writes there in another's name.
            let scribe = sim.newcomer();
            let upto = 1 + at.index(old.len());
            for written in old.iter().take(upto) {
                admit(&mut sim.nodes[scribe], written);
            }
            sim.write_as(who, scribe, small_talk());
            let after = fold(sim.room, &sim.written);
            prop_assert_eq!(reasons(&before.fold, &old), reasons(&after.fold, &old));
            let (was, is) = (before.fold.baton(&sim.baton).expect("one"), after.fold.baton(&sim.baton).expect("one"));
            let terms = |baton: &paceline_room::state::Baton| -> Vec<_> {
                baton.terms.iter().map(|it| (it.holder, it.from, it.by)).collect()
            };
            prop_assert_eq!(terms(was), terms(is));
            // One vote cancelled and none gained: a lead of two holds.
            if after.fold.person(&sim.node_id(who)).is_some_and(|it| it.split)
                && said.least_lead.is_some_and(|it| it > 1)
            {
                prop_assert_eq!(was.tip, is.tip);
                firm.set(firm.get() + 1);
            }
            Ok(())
        })
        .expect("a twin is harmless");
    assert!(firm.get() > 4, "a lead of two met a twin in {}", firm.get());
}

#[test]
fn fresh_keys_never_flip_a_settled_fork() {
    let tried = Cell::new(0_usize);
    let strategy = (random_room(), proptest::collection::vec(any::<Index>(), 1..12));
    runner()
        .run(&strategy, |((mut sim, _), parents)| {
            let before = fold(sim.room, &sim.written);
            let said = Oracle::new(sim.written.iter().map(|(cid, event, _)| (*cid, event.clone()))).said(&sim.baton);
            let old = sim.written.clone();
            for parent in parents {
                let fresh = sim.newcomer();
                let parent = old[parent.index(old.len())].0;
                sim.send_all();
                sim.write_on(fresh, parent, small_talk());
            }
            let after = fold(sim.room, &sim.written);
            let (was, is) = (before.fold.baton(&sim.baton).expect("one"), after.fold.baton(&sim.baton).expect("one"));
            if said.forks > 0 && said.settled {
                prop_assert_eq!((was.tip, was.settled), (is.tip, is.settled));
                tried.set(tried.get() + 1);
            }
            Ok(())
        })
        .expect("settled is settled");
    assert!(tried.get() > 5, "settled forks in {}", tried.get());
}

/// What two stand-ins and a holder do who see each other now and then.
#[derive(Debug, Clone, Copy)]
enum Lone {
    StepIn(usize),
    Send(usize, usize),
    Reclaim,
}

fn lone() -> impl Strategy<Value = Vec<Lone>> {
    let step = prop_oneof![
        3 => (1..3_usize).prop_map(Lone::StepIn),
        3 => (0..3_usize, 0..3_usize).prop_map(|(from, to)| Lone::Send(from, to)),
        1 => Just(Lone::Reclaim),
    ];
    proptest::collection::vec(step, 2..24)
}

#[test]
fn two_lone_stand_ins_and_a_returning_holder_end_with_the_holder() {
    let [apart, again] = std::array::from_fn(|_| Cell::new(0_usize));
    runner()
        .run(&lone(), |steps| {
            let mut sim = Sim::new(0);
            let (baton, holder) = (sim.baton, sim.node_id(0));
            sim.write(0, BatonTaken { baton, tip: baton }.into());
            (1..3).for_each(|i| sim.send(0, i));
            let reclaim = |sim: &mut Sim| {
                let seen = sim.baton_seen_by(0).expect("one").clone();
                if seen.may_reclaim == Some(holder) && seen.holder != Some(holder) {
                    sim.write(
                        0,
                        paceline_room::body::BatonReclaimed { baton, tips: seen.run_ends.try_into().unwrap() }.into(),
                    );
                    return true;
                }
                false
            };
            for step in steps {
                match step {
                    Lone::StepIn(who) => {
                        let seen = sim.baton_seen_by(who).expect("one");
                        let tip = seen.tip;
                        if seen.holder != Some(sim.node_id(who)) {
                            sim.write(who, BatonSteppedIn { baton, tip, silent_for: 1_u64.try_into().unwrap() }.into());
                        }
                    }
                    Lone::Send(from, to) => sim.send(from, to),
                    Lone::Reclaim => {
                        again.set(again.get() + usize::from(reclaim(&mut sim)));
                    }
                }
            }
            sim.send_all();
            let ends = sim.baton_seen_by(0).expect("one").run_ends.len();
            apart.set(apart.get() + usize::from(ends > 1));
            let returned = reclaim(&mut sim);
            sim.send_all();
            for i in 0..3 {
                prop_assert_eq!(sim.baton_seen_by(i).expect("one").holder, Some(holder), "returned now: {}", returned);
            }
            Ok(())
        })
        .expect("the holder leads");
    assert!(apart.get() > 25 && again.get() > 15, "too tame: {} {}", apart.get(), again.get());
}
