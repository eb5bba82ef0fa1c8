//! Spreading, message by message: the whole output queue against the expected one. Rooms of many nodes are in tests/sim.

use super::*;

fn node(number: u8) -> NodeId {
    NodeId::from_bytes([number; 32])
}

fn cid(number: u8) -> Cid {
    Cid::of(&[number])
}

fn push(to: u8, of: u8, hops: u8, direct: bool) -> Spread {
    Spread::Push { to: node(to), cid: cid(of), hops, direct }
}

fn nobody(_: &NodeId) -> Cover {
    unreachable!("asked only about direct pushes")
}

/// A node with links to 1 ... `links`.
fn tree(links: u8) -> PlumTree {
    let mut tree = PlumTree::default();
    for peer in 1..=links {
        tree.link_up(node(peer));
    }
    tree
}

#[test]
fn the_first_links_are_eager_at_both_ends_and_the_others_lazy() {
    let mut tree = PlumTree::default();
    let asked: Vec<Option<Spread>> = (1..=5).map(|peer| tree.link_up(node(peer))).collect();
    let graft = |peer| Some(Spread::Graft(node(peer), vec![]));
    assert_eq!(asked, vec![graft(1), graft(2), graft(3), None, None]);
    assert_eq!((1..=5).filter(|peer| tree.is_eager(&node(*peer))).collect::<Vec<_>>(), vec![1, 2, 3]);
}

#[test]
fn in_a_small_group_an_author_pushes_to_all_and_says_so() {
    let mut tree = tree(3);
    let sent = tree.spread(cid(1), Origin::Own, nobody, 0);
    assert_eq!(sent, vec![push(1, 1, 0, true), push(2, 1, 0, true), push(3, 1, 0, true)]);
    assert_eq!((tree.tick(1_000), tree.next_wake()), (vec![], None));
}

#[test]
fn a_direct_push_goes_on_only_to_those_that_this_node_covers() {
    let mut tree = tree(4);
    let cover = |to: &NodeId| match to {
        it if *it == node(2) => Cover::Author,
        it if *it == node(3) => Cover::Me,
        _ => Cover::Others,
    };
    assert_eq!(tree.spread(cid(1), Origin::Direct(node(1)), cover, 0), vec![push(3, 1, 1, false)]);
}

#[test]
fn in_a_large_group_an_event_goes_whole_to_eager_links_and_by_name_to_the_lazy_ones_together() {
    let mut tree = tree(9);
    assert_eq!(
        tree.spread(cid(1), Origin::Own, nobody, 0),
        vec![push(1, 1, 0, false), push(2, 1, 0, false), push(3, 1, 0, false)]
    );
    assert_eq!(
        tree.spread(cid(2), Origin::Pushed(node(1), 4), nobody, 30),
        vec![push(2, 2, 5, false), push(3, 2, 5, false)]
    );
    assert_eq!((tree.tick(49), tree.next_wake()), (vec![], Some(50)));
    let names = |peer| Spread::Announce(node(peer), vec![(cid(1), 0), (cid(2), 5)]);
    assert_eq!(tree.tick(50), (4..=9).map(names).collect::<Vec<_>>());
    assert_eq!(tree.next_wake(), None);
}

#[test]
fn a_second_copy_prunes_its_link() {
    let mut tree = tree(2);
    tree.on_first(cid(1), Origin::Pushed(node(1), 0));
    assert_eq!(tree.on_duplicate(node(2)), Some(Spread::Prune(node(2))));
    assert!(tree.is_eager(&node(1)) && !tree.is_eager(&node(2)));
}

#[test]
fn a_first_copy_makes_its_link_a_branch() {
    let mut tree = tree(5);
    assert!(!tree.is_eager(&node(5)));
    tree.on_first(cid(1), Origin::Pushed(node(5), 2));
    assert!(tree.is_eager(&node(5)));
}

#[test]
fn who_prunes_is_told_names_and_who_grafts_is_pushed_to() {
    let mut tree = tree(2);
    tree.on_prune(&node(1));
    assert!(!tree.is_eager(&node(1)));
    tree.on_first(cid(1), Origin::Pushed(node(2), 3));
    assert_eq!(tree.on_graft(node(1), &[cid(1)]), vec![push(1, 1, 4, false)]);
    assert!(tree.is_eager(&node(1)));
}

#[test]
fn one_graft_is_answered_with_a_bounded_number_of_pushes() {
    let mut tree = tree(1);
    let cids: Vec<Cid> = (0..100).map(cid).collect();
    assert_eq!(tree.on_graft(node(1), &cids).len(), GRAFT_CIDS);
}

#[test]
fn what_was_announced_and_does_not_come_is_grafted_from_one_announcer_after_another() {
    let mut tree = tree(4);
    tree.on_prune(&node(1));
    assert_eq!(tree.on_announce(node(1), cid(1), 0, false, 0), vec![]);
    tree.on_announce(node(4), cid(1), 1, false, 10);
    assert_eq!((tree.tick(249), tree.next_wake()), (vec![], Some(250)));
    assert_eq!(tree.tick(250), vec![Spread::Graft(node(1), vec![cid(1)])]);
    assert!(tree.is_eager(&node(1)));
    assert_eq!((tree.tick(749), tree.next_wake()), (vec![], Some(750)));
    assert_eq!(tree.tick(750), vec![Spread::Graft(node(4), vec![cid(1)])]);
    assert_eq!(tree.tick(1_250), vec![]);
    assert_eq!(tree.next_wake(), None, "left to catching up");
}

#[test]
fn what_was_announced_and_comes_is_not_grafted() {
    let mut tree = tree(4);
    tree.on_announce(node(4), cid(1), 0, false, 0);
    tree.on_first(cid(1), Origin::Pushed(node(1), 0));
    tree.on_announce(node(4), cid(2), 0, false, 0);
    tree.on_known(&cid(2));
    assert_eq!((tree.tick(10_000), tree.next_wake()), (vec![], None));
}

#[test]
fn an_announcer_whose_link_is_gone_is_not_asked() {
    let mut tree = tree(4);
    tree.on_announce(node(4), cid(1), 0, false, 0);
    tree.on_announce(node(3), cid(1), 0, false, 0);
    tree.link_down(&node(4));
    assert_eq!(tree.tick(250), vec![Spread::Graft(node(3), vec![cid(1)])]);
}

#[test]
fn a_node_left_without_branches_grafts_a_new_one() {
    let mut tree = tree(5);
    tree.on_prune(&node(2));
    tree.on_prune(&node(3));
    assert_eq!(tree.link_down(&node(1)), Some(Spread::Graft(node(2), vec![])));
    assert!(tree.is_eager(&node(2)));
    assert_eq!(tree.link_down(&node(4)), None, "a lazy link is no branch");
}

#[test]
fn a_much_shorter_way_replaces_the_branch_once() {
    let mut tree = tree(5);
    tree.on_first(cid(1), Origin::Pushed(node(1), 6));
    assert_eq!(tree.on_announce(node(4), cid(1), 4, true, 0), vec![]);
    assert_eq!(
        tree.on_announce(node(5), cid(1), 3, true, 0),
        vec![Spread::Graft(node(5), vec![]), Spread::Prune(node(1))]
    );
    assert!(tree.is_eager(&node(5)) && !tree.is_eager(&node(1)));
    assert_eq!(tree.on_announce(node(4), cid(1), 0, true, 0), vec![]);
}

#[test]
fn announcements_of_what_nobody_has_are_bounded() {
    let mut tree = tree(1);
    for number in 0..MAX_MISSING as u64 + 100 {
        tree.on_announce(node(1), Cid::of(&number.to_le_bytes()), 0, false, 0);
    }
    let grafted: usize =
        tree.tick(250).iter().map(|it| if let Spread::Graft(_, cids) = it { cids.len() } else { 0 }).sum();
    assert_eq!(grafted, MAX_MISSING);
}
