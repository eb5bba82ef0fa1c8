//! Decisions in random rooms: held against the oracle, in any order, and by what the design promises.

use std::cell::Cell;

use paceline_room::{
    Body, Cid,
    body::{BallotCast, Policy, decisions::Ballot},
    state::ProposalState,
    testing::judge_again,
};
use proptest::{prelude::*, sample::Index};

use crate::{
    decisions::{DECIDING, agree, rules},
    decisions_oracle::Oracle,
    decisions_rooms::{Begun, Deciding, begun, ops, random_room, room},
    judging::before,
    properties::{fold, reorder, runner},
    sim::{AUTHORS, admit},
    support::Node,
};

#[test]
fn the_fold_says_what_the_rules_of_decisions_say() {
    let seen: [Cell<usize>; 12] = Default::default();
    let add = |at: usize, more: usize| seen[at].set(seen[at].get() + more);
    runner()
        .run(&random_room(), |(sim, choice)| {
            let node = fold(sim.room, &reorder(&sim.written, &choice));
            let oracle = Oracle::new(sim.room, &sim.written);
            agree(&node, &oracle, &sim.written);
            let view = oracle.whole();
            for proposal in oracle.proposals() {
                let said = oracle.said(&proposal, &view);
                add(0, usize::from(said.state == ProposalState::Open));
                add(1, usize::from(said.state == ProposalState::Carried));
                add(2, usize::from(said.state == ProposalState::Suspended));
                add(3, usize::from(said.state == ProposalState::Withdrawn));
                add(4, said.late.len());
                let [vouched, alone] = oracle.of_newcomers(&proposal, &view);
                add(5, vouched);
                add(6, alone);
                add(7, usize::from(said.carried.is_some_and(|(version, _)| version != proposal)));
                add(8, usize::from(said.closings.iter().any(|it| it.1) && said.carried.is_some()));
            }
            let closings = sim.written.iter().filter(|it| it.1.body.kind() == "decision-closed");
            add(9, closings.filter(|it| !oracle.counts(&it.0)).count());
            add(10, usize::from(oracle.room(&view) != oracle.room(&oracle.past_of(&sim.written[1].0))));
            add(11, node.fold.joined().home.iter().count());
            Ok(())
        })
        .expect("as the rules say");
    let seen = seen.map(Cell::into_inner);
    assert!(seen.iter().all(|it| *it > 0), "too tame: {seen:?}");
}

#[test]
fn what_is_carried_is_toppled_by_nothing_that_comes_after_all_went_on_with_it() {
    let tried = Cell::new(0_usize);
    let late = prop::collection::vec((0..AUTHORS, any::<Index>(), any::<usize>()), 1..8);
    runner()
        .run(&(random_room(), late), |((mut sim, _), late)| {
            let before = fold(sim.room, &sim.written);
            let oracle = Oracle::new(sim.room, &sim.written);
            let lists = before.fold.decisions();
            // What remains, and is said: an elector who slept may yet bear witness to what somebody new had objected; and to who
            // was alone when they decided anybody may object.
            let is_firm = |proposal: &Cid, closing: &Cid| {
                let electors = oracle.electorate(proposal, &oracle.past_of(closing)).0;
                let mut objections = lists.ballots_of(*proposal).filter(|it| it.stance == Ballot::Object);
                electors.len() > 1 && objections.all(|it| electors.contains(&it.node))
            };
            let carried = lists.all.iter().filter_map(|it| Some((it.cid, it.carried.clone()?)));
            let carried: Vec<_> = carried.filter(|(it, carried)| is_firm(it, &carried.closing)).collect();
            if carried.is_empty() {
                return Ok(());
            }
            sim.send_all();
            (0..sim.nodes.len()).for_each(|i| _ = sim.talk(i));
            let old = sim.written.clone();
            for (who, at, pick) in late {
                let (proposal, _) = carried[pick % carried.len()];
                let place = old.iter().position(|it| it.0 == proposal).expect("it was written");
                let upto = place + 1 + at.index(old.len() - place);
                let scribe = sim.newcomer();
                old.iter().take(upto).for_each(|it| _ = admit(&mut sim.nodes[scribe], it));
                // By one of them on what was then, whoever holds the key by now; or by somebody new.
                let who = if pick.is_multiple_of(3) { scribe } else { who };
                let stance = [Ballot::Object, Ballot::StandAside, Ballot::Object][pick / 3 % 3];
                sim.write_as(who, scribe, BallotCast { proposal, version: proposal, stance, words: None }.into());
                tried.set(tried.get() + 1);
            }
            let after = fold(sim.room, &sim.written);
            for (proposal, carried) in carried {
                prop_assert_eq!(after.fold.proposal(&proposal).expect("it").carried.as_ref(), Some(&carried));
            }
            Ok(())
        })
        .expect("it stands");
    assert!(tried.get() > 40, "too tame: {}", tried.get());
}

#[test]
fn nobody_carries_a_thing_by_leaving_out_an_objection_by_being_quick_or_by_amending_a_comma() {
    let [stood, late, relented] = std::array::from_fn(|_| Cell::new(0_usize));
    runner()
        .run(&random_room(), |(sim, _)| {
            let node = fold(sim.room, &sim.written);
            let lists = node.fold.decisions();
            let [ix, log] = [&node.log, &node.log];
            let is_before = |one: &Cid, other: &Cid| {
                ix.is_ancestor(ix.find(one).expect("it is here"), log.find(other).expect("it is here"))
            };
            let strict = lists.all.iter().filter(|it| matches!(it.policy, Policy::Consent | Policy::Unanimous));
            for proposal in strict {
                let cid = proposal.cid;
                let Some(carried) = &proposal.carried else { continue };
                // Who decides, for whoever closed: all of them were asked, whichever closing it was.
                let oracle = Oracle::new(sim.room, &sim.written);
                for cast in lists.ballots_of(cid).filter(|it| it.stance == Ballot::Object) {
                    let is_elector = oracle.electorate(&cid, &oracle.past_of(&cast.cid)).0.contains(&cast.node);
                    let is_meant = cast.version == carried.version || is_before(&cast.version, &carried.version);
                    if !is_elector || !is_meant {
                        continue;
                    }
                    let has_relented = lists.ballots_of(cid).any(|it| {
                        let on = it.version == cast.version || is_before(&cast.version, &it.version);
                        it.node == cast.node && it.cid != cast.cid && is_before(&cast.cid, &it.cid) && on
                    });
                    prop_assert!(has_relented || cast.late, "{:?} objects to what is carried", cast);
                    relented.set(relented.get() + usize::from(has_relented));
                    late.set(late.get() + usize::from(cast.late));
                }
                stood.set(stood.get() + 1);
            }
            Ok(())
        })
        .expect("nobody does");
    let seen = [stood, late, relented].map(Cell::into_inner);
    assert!(seen.iter().all(|it| *it > 0), "too tame: {seen:?}");
}

#[test]
fn who_founded_a_room_and_is_alone_decides_nothing_for_those_who_come() {
    let tried = Cell::new(0_usize);
    let strategy = (begun(), ops(0, 30), any::<Index>());
    runner()
        .run(&strategy, |(begun, ops, at)| {
            let begun = Begun { alone: true, lost: 1 + begun.lost.min(2), ..begun };
            let mut sim = room(&begun, &ops);
            let Some(closing) = sim.written.iter().find(|it| it.1.body.kind() == "decision-closed") else {
                return Ok(());
            };
            let Body::DecisionClosed(closed) = &closing.1.body else { panic!("a closing") };
            let (proposal, closing) = (closed.proposal, closing.0);
            if fold(sim.room, &sim.written).fold.why_ignored(&closing).is_some() {
                prop_assert_eq!(begun.policy, Policy::Advice, "that changes nothing");
                return Ok(());
            }
            // Anybody, whatever they have seen beside it.
            let place = sim.written.iter().position(|it| it.0 == proposal).expect("it was written");
            let upto = place + 1 + at.index(sim.written.len() - place);
            let newcomer = sim.newcomer();
            let (seen, node) = (&sim.written[..upto], &mut sim.nodes[newcomer]);
            seen.iter().for_each(|it| _ = admit(node, it));
            sim.ballot(newcomer, proposal, proposal, Ballot::Object);
            let node = fold(sim.room, &sim.written);
            let closings: Vec<_> = node.fold.decisions().closings_of(proposal).collect();
            prop_assert!(closings.iter().any(|it| it.cid == closing && it.suspended));
            tried.set(tried.get() + 1);
            Ok(())
        })
        .expect("it decides nothing");
    assert!(tried.get() > 20, "too tame: {}", tried.get());
}

#[test]
fn judging_what_decides_on_the_whole_fold_is_judging_it_on_its_past_alone() {
    let judged: [Cell<usize>; 2] = Default::default();
    runner()
        .run(&random_room(), |(sim, choice)| {
            let whole = fold(sim.room, &reorder(&sim.written, &choice));
            for (ix, entry) in whole.log.entries().filter(|it| DECIDING.contains(&it.1.event.body.kind())) {
                let (past, alone) = before(&whole, ix, sim.room);
                let verdict = judge_again(&whole.fold, &whole.log, ix);
                prop_assert_eq!(&verdict, &judge_again(&past.fold, &past.log, alone), "{:?}", entry.event.body);
                prop_assert_eq!(verdict.as_ref().err().copied(), whole.fold.why_ignored(&entry.cid));
                let it = &judged[usize::from(verdict.is_err())];
                it.set(it.get() + 1);
            }
            Ok(())
        })
        .expect("the same verdict");
    assert!(judged.iter().all(|it| it.get() > 300), "too tame: {judged:?}");
}

#[test]
fn how_a_proposal_stands_is_the_same_whatever_order_ballots_and_closings_arrive_in() {
    let moved = Cell::new(0_usize);
    let again = prop::collection::vec(any::<Index>(), 40);
    runner()
        .run(&(random_room(), again), |((sim, choice), again)| {
            let one = fold(sim.room, &reorder(&sim.written, &choice));
            let mut other = Node::new(sim.room);
            let mut states = Vec::new();
            for written in reorder(&sim.written, &again) {
                prop_assert!(admit(&mut other, &written));
                prop_assert!(!admit(&mut other, &written), "a duplicate is known");
                states.extend(other.fold.decisions().all.iter().next().map(|it| it.carried.clone()));
            }
            let all = |node: &Node| format!("{:?}", node.fold.decisions());
            prop_assert_eq!(all(&one), all(&other));
            prop_assert_eq!(rules(&one), rules(&other));
            states.dedup();
            moved.set(moved.get() + usize::from(states.len() > 2));
            Ok(())
        })
        .expect("it stands the same");
    assert!(moved.get() > 5, "carried and suspended again in {}", moved.get());
}
