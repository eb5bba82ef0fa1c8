//! Whom reach counts, who is known to hold a post, and who is named as lacking it.

use std::collections::BTreeSet;

use paceline_mesh::{
    Input, Replica,
    replica::Here,
    wire::{Cids, ShortIds, State, short_cid},
};
use paceline_node::Reach;
use paceline_room::{
    Body, Cid, NodeId,
    body::{AlsoMe, Introduced, NotMe},
};

use super::hall::{Hall, ME};

const DAY: u64 = 24 * 3_600_000;
/// So many of those who lack a post are named.
const NAMED: usize = 3;

/// The reach of the newest posts, in display order, by a look at everybody and all that was written; of those who have gone it
/// counts only who has written lately.
pub fn reach_of_newest(replica: &Replica, clock: u64) -> Vec<(Cid, Reach)> {
    let (fold, log, me) = (replica.fold(), replica.log(), replica.node());
    let is_here = |node: &NodeId| replica.presence_of(node).is_some_and(|it| it.here != Here::Gone);
    let last = |node: &NodeId| log.entries().filter(|(_, it)| it.event.author == *node).last();
    let is_heard = |node: &NodeId| {
        let lately = last(node).is_some_and(|(_, it)| it.event.at + 14 * DAY >= clock);
        *node == me || is_here(node) || lately
    };
    let nodes: BTreeSet<NodeId> = log.authors().chain(replica.everybody()).chain([me]).collect();
    let home = |node: &NodeId| fold.joined().home_of(*node);
    let members: BTreeSet<NodeId> = nodes.iter().filter(|it| is_heard(it)).map(home).collect();
    let newest: Vec<_> = fold.posts().rev().take(200).collect();
    let reach = newest.into_iter().rev().map(|post| {
        let ix = log.find(&post.cid).unwrap();
        let entry = log.entry(ix);
        let built_on =
            |node: &NodeId| log.entries().any(|(other, it)| it.event.author == *node && log.is_ancestor(ix, other));
        let holds = |node: &NodeId| {
            let report = replica.report_of(node);
            let lacks = entry.event.body.words().is_some_and(|words| report.is_some_and(|it| it.lacks(&words)));
            match *node == me {
                true => replica.has_stored(ix),
                false => !lacks && (built_on(node) || report.is_some_and(|it| it.holds(log, ix))),
            }
        };
        let has = |member: &NodeId| nodes.iter().filter(|it| home(it) == *member).any(holds);
        let lacking: Vec<NodeId> = members.iter().filter(|it| !has(it)).copied().collect();
        let others = |node: &&NodeId| **node != me;
        let is_known = nodes.iter().filter(others).any(|it| built_on(it) || members.contains(&home(it)) && holds(it));
        let reach = Reach {
            stored: members.len() - lacking.len(),
            of: members.len(),
            alone: entry.event.author == me && !is_known,
            lacking: lacking.into_iter().take(NAMED).collect(),
        };
        (post.cid, reach)
    });
    reach.collect()
}

fn introduced(name: &str) -> Body {
    Introduced { name: name.try_into().unwrap(), strengths: Default::default(), hue: 0_u64.try_into().unwrap() }.into()
}

/// A room of so many who have all said who they are.
fn room(people: usize) -> Hall {
    let mut hall = Hall::new(people);
    (0..people).for_each(|who| _ = hall.write(who, introduced(&format!("somebody {who}"))));
    hall.load();
    hall
}

/// Somebody writes a post, and it comes here.
fn post(hall: &mut Hall, who: usize) -> Cid {
    let post = hall.post(who, "something");
    hall.bring(&post);
    post.cid
}

/// Of how many members how many hold it; who of them does not, by their numbers; and whether nobody else is known to have it.
fn reach(hall: &mut Hall, post: Cid) -> (usize, usize, Vec<usize>, bool) {
    let now = hall.take();
    let (_, reach) = now.reach.iter().find(|(cid, _)| *cid == post).expect("one of the newest");
    let number = |node: &NodeId| (0..).find(|it| hall.node(*it) == *node).unwrap();
    let mut lacking: Vec<usize> = reach.lacking.iter().map(number).collect();
    lacking.sort_unstable();
    (reach.stored, reach.of, lacking, reach.alone)
}

fn leaves(hall: &mut Hall, who: usize) {
    let peer = hall.node(who);
    hall.input(Input::LinkDown { peer, goodbye: true });
}

#[test]
fn who_closed_the_tab_is_named_until_it_is_back() {
    let mut hall = room(3);
    hall.link(1);
    hall.link(2);
    leaves(&mut hall, 2);
    let post = post(&mut hall, ME);
    hall.beacon(1, 1, |_| {});
    assert_eq!(reach(&mut hall, post), (2, 3, vec![2], false));
    hall.link(2);
    assert_eq!(reach(&mut hall, post), (2, 3, vec![2], false), "it has not said that it has it");
    hall.beacon(2, 2, |_| {});
    assert_eq!(reach(&mut hall, post), (3, 3, vec![], false));
    leaves(&mut hall, 1);
    leaves(&mut hall, 2);
    assert_eq!(reach(&mut hall, post), (3, 3, vec![], false), "what they stored they have, wherever they are");
}

#[test]
fn who_is_alone_is_told_so_until_another_has_it() {
    let mut hall = Hall::new(2);
    hall.load();
    let first = post(&mut hall, ME);
    assert_eq!(reach(&mut hall, first), (1, 1, vec![], true));
    hall.link(1);
    assert_eq!(reach(&mut hall, first), (1, 2, vec![1], true), "somebody came and does not have it yet");
    hall.beacon(1, 1, |_| {});
    assert_eq!(reach(&mut hall, first), (2, 2, vec![], false));
    leaves(&mut hall, 1);
    assert_eq!(reach(&mut hall, first).1, 1, "who wrote nothing and is gone is nobody");
    let theirs = post(&mut hall, 1);
    assert_eq!(reach(&mut hall, theirs), (2, 2, vec![], false), "its author has it");
    assert!(!reach(&mut hall, first).3);
}

#[test]
fn who_was_not_heard_from_for_two_weeks_is_no_member_until_it_is() {
    let mut hall = room(3);
    let mine = post(&mut hall, ME);
    hall.clock += 13 * DAY;
    assert_eq!(reach(&mut hall, mine), (1, 3, vec![1, 2], true));
    hall.link(1);
    hall.clock += 2 * DAY;
    assert_eq!(reach(&mut hall, mine), (1, 2, vec![1], true), "one is here, the other is not");
    leaves(&mut hall, 1);
    hall.take();
    hall.clock += 13 * DAY;
    assert_eq!(reach(&mut hall, mine), (1, 2, vec![1], true), "it was here 13 days ago, whatever it wrote");
    hall.clock += 2 * DAY;
    assert_eq!(reach(&mut hall, mine), (1, 1, vec![], true));
    let theirs = hall.post(2, "here I am");
    hall.bring(&theirs);
    assert_eq!(reach(&mut hall, mine), (2, 2, vec![], false), "it has built on it");
    hall.clock -= 28 * DAY;
    assert_eq!(reach(&mut hall, mine), (2, 3, vec![1], false), "a clock that was ahead forgets nobody");
}

#[test]
fn a_post_that_somebody_built_on_is_held_elsewhere_though_they_are_no_members_any_more() {
    let mut hall = room(2);
    let mine = post(&mut hall, ME);
    post(&mut hall, 1);
    let later = post(&mut hall, ME);
    hall.clock += 30 * DAY;
    assert_eq!((reach(&mut hall, mine), reach(&mut hall, later)), ((1, 1, vec![], false), (1, 1, vec![], true)));
    hall.reload();
    assert_eq!((reach(&mut hall, mine), reach(&mut hall, later)), ((1, 1, vec![], false), (1, 1, vec![], true)));
}

#[test]
fn after_a_reload_the_log_says_who_built_on_a_post_and_who_was_heard_from() {
    let mut hall = room(4);
    let mine = post(&mut hall, ME);
    post(&mut hall, 1);
    hall.link(2);
    hall.beacon(2, 2, |_| {});
    leaves(&mut hall, 2);
    assert_eq!(reach(&mut hall, mine), (3, 4, vec![3], false));
    hall.reload();
    assert_eq!(reach(&mut hall, mine), (2, 4, vec![2, 3], false), "what was only reported is told anew");
    hall.clock += 15 * DAY;
    hall.reload();
    assert_eq!(reach(&mut hall, mine).1, 1);
}

#[test]
fn what_others_had_stored_is_known_after_a_reload_if_it_was_kept() {
    let mut hall = room(3);
    let mine = post(&mut hall, ME);
    hall.link(1);
    hall.link(2);
    hall.beacon(1, 1, |_| {});
    let words = short_cid(&hall.written.last().unwrap().words.as_ref().unwrap().0);
    hall.beacon(2, 2, |it| it.missing_words = ShortIds(vec![words]));
    assert_eq!(reach(&mut hall, mine), (2, 3, vec![2], false));
    let kept = hall.replica.to_recall();
    let recall = |hall: &mut Hall| {
        hall.reload();
        kept.iter().for_each(|(node, tips)| hall.replica.recall(*node, tips));
    };
    recall(&mut hall);
    assert_eq!(reach(&mut hall, mine), (2, 3, vec![2], false));
    assert_eq!(hall.replica.to_recall(), kept, "it is kept on though nobody was heard from");
    let next = post(&mut hall, ME);
    assert_eq!(reach(&mut hall, next), (1, 3, vec![1, 2], true));
    hall.link(2);
    hall.beacon(2, 2, |_| {});
    assert_eq!(reach(&mut hall, mine), (3, 3, vec![], false));
    let (first, then) = (hall.replica.to_recall(), [hall.node(2), hall.node(1)]);
    assert_eq!(first.iter().map(|it| it.0).collect::<Vec<_>>(), then, "who was heard last comes first");

    hall.clock += 30 * DAY;
    recall(&mut hall);
    assert_eq!(
        reach(&mut hall, mine),
        (1, 1, vec![], false),
        "no members any more, but it is not in this browser only"
    );
    assert_eq!(reach(&mut hall, next), (1, 1, vec![], true));
    let nonsense = [(hall.node(ME), vec![mine]), (hall.node(2), vec![Cid::of(b"not here")])];
    nonsense.iter().for_each(|(node, tips)| hall.replica.recall(*node, tips));
    assert_eq!(reach(&mut hall, next), (1, 1, vec![], true));
}

#[test]
fn the_time_in_an_event_decides_at_most_whether_its_author_counts_after_it_went() {
    let mut hall = room(3);
    hall.at = Some(1);
    post(&mut hall, 1);
    hall.at = Some(u64::MAX >> 11);
    post(&mut hall, 2);
    hall.at = None;
    let mine = post(&mut hall, ME);
    assert_eq!(reach(&mut hall, mine), (1, 2, vec![2], true), "from long ago, and from the future");
    hall.link(1);
    assert_eq!(reach(&mut hall, mine).1, 3, "it is here, whatever its clock says");
    leaves(&mut hall, 1);
    assert_eq!(reach(&mut hall, mine).1, 3, "it was here a moment ago");
}

#[test]
fn a_person_with_several_nodes_counts_once_and_holds_what_any_of_them_does() {
    let mut hall = room(4);
    let nodes: Vec<NodeId> = (0..4).map(|it| hall.node(it)).collect();
    let join = |hall: &mut Hall, one: usize, other: usize| {
        for (who, whom) in [(one, other), (other, one)] {
            let word = hall.write(who, AlsoMe { node: nodes[whom] });
            hall.bring(&word);
        }
    };
    join(&mut hall, 1, 2);
    hall.link(1);
    hall.link(2);
    hall.link(3);
    let mine = post(&mut hall, ME);
    assert_eq!(reach(&mut hall, mine), (1, 3, vec![1, 3], true));
    hall.beacon(2, 2, |_| {});
    assert_eq!(reach(&mut hall, mine), (2, 3, vec![3], false));
    leaves(&mut hall, 2);
    assert_eq!(reach(&mut hall, mine), (2, 3, vec![3], false));
    join(&mut hall, ME, 3);
    assert_eq!(reach(&mut hall, mine), (2, 2, vec![], false), "the other is this person, and built on it");
    let next = post(&mut hall, ME);
    hall.beacon(3, 3, |_| {});
    assert_eq!(reach(&mut hall, next), (1, 2, vec![1], false), "not only in this browser: the other tab has it");
    let parts = hall.write(1, NotMe { node: nodes[2] });
    hall.bring(&parts);
    assert_eq!(reach(&mut hall, mine), (3, 3, vec![], false), "of two again each is known to hold it");
    assert_eq!(reach(&mut hall, next), (2, 3, vec![2], false));
}

#[test]
fn who_lacks_the_words_does_not_hold_the_post_and_stays_so_when_it_goes() {
    let mut hall = room(2);
    hall.link(1);
    let mine = hall.post(ME, "something");
    hall.bring(&mine);
    let words = mine.words.as_ref().map(|it| short_cid(&it.0)).unwrap();
    hall.beacon(1, 1, |it| it.missing_words = ShortIds(vec![words]));
    assert_eq!(reach(&mut hall, mine.cid), (1, 2, vec![1], true));
    leaves(&mut hall, 1);
    assert_eq!(reach(&mut hall, mine.cid), (1, 2, vec![1], true));
    hall.link(1);
    hall.beacon(1, 1, |_| {});
    assert_eq!(reach(&mut hall, mine.cid), (2, 2, vec![], false));
}

#[test]
fn of_many_who_lack_a_post_the_first_are_named_and_all_are_counted() {
    const PEOPLE: usize = 200;
    let mut hall = room(PEOPLE);
    hall.link(1);
    let mine = post(&mut hall, ME);
    for who in 1..PEOPLE {
        hall.beacon(who, 1, |it| it.tips = Cids(if who % 9 == 0 { vec![] } else { vec![mine] }));
    }
    hall.beacon(9, 1, |it| it.state = State::Gone);
    let (stored, of, lacking, alone) = reach(&mut hall, mine);
    assert_eq!((stored, of, lacking.len(), alone), (PEOPLE - 22 + 1, PEOPLE, NAMED, false));
    assert!(lacking.iter().all(|it| it % 9 == 0 && *it > 0));
}
