//! Posts and their words: who may change them, what wins, and what goes when it is taken back.

use std::sync::Arc;

use paceline_room::{
    Cid, Words,
    body::{PostKind, Posted},
    fold::IgnoredReason,
    state::WordsState,
    testing::World,
};

use crate::support::{Moves, Node, whole};

fn text(node: &Node, post: &Cid) -> Option<String> {
    node.fold.post(post).expect("a post").text.as_deref().map(String::from)
}

#[test]
fn a_post_shows_its_words_once_they_are_here_and_not_before() {
    let mut world = World::new(1);
    let post = world.post(1, "hello");
    let mut node = Node::new(world.room());
    node.admit_all(&world.blocks());
    let shown = node.fold.post(&post).expect("a post");
    assert_eq!((shown.words, shown.text.as_deref()), (WordsState::Missing, None));
    let missing = node.fold.missing_words();
    assert_eq!(missing.len(), 1);
    assert!(node.fold.words_wanted(&missing[0]));
    node.fill(&world.blocks());
    assert_eq!((node.fold.missing_words(), text(&node, &post)), (vec![], Some("hello".into())));
    assert_eq!(node.fold.post(&post).expect("a post").words, WordsState::Here);
    assert!(node.fold.words_wanted(&missing[0]), "still to be kept");
}

#[test]
fn words_are_taken_only_under_their_own_name_for_their_own_event_and_when_linked() {
    let mut world = World::new(2);
    let words = world.say(1, "mine");
    let own = world.write(1, Posted { kind: PostKind::Idea, words, reply_to: None, tags: vec![], mentions: vec![] });
    let block = world.words(&words).expect("said");
    // A copy of the link brings nothing, and the words are not missed for it.
    let copied = world.write(2, Posted { kind: PostKind::Idea, words, reply_to: None, tags: vec![], mentions: vec![] });
    let mut node = Node::new(world.room());
    assert!(!node.fold.words(&node.log, words, &block), "nobody links them yet");
    node.admit_all(&world.blocks());
    assert!(!node.fold.words(&node.log, words, b"other bytes"));
    assert!(node.fold.words(&node.log, words, &block));
    assert_eq!((text(&node, &own), text(&node, &copied)), (Some("mine".into()), None));
    assert!(node.fold.missing_words().is_empty());

    // Words that name another room, author or seq than the event that links them.
    let salt = serde_bytes::ByteArray::new([0; 16]);
    let (right_author, right_seq) = (world.author(3), 0);
    for (at, (room, author, seq)) in [
        (own, right_author, right_seq),
        (world.room(), world.author(1), right_seq),
        (world.room(), right_author, right_seq + 1),
    ]
    .into_iter()
    .enumerate()
    {
        let mut world = world.clone();
        let (words, block) = Words(room, author, seq, salt, at.to_string()).encode().expect("small");
        world.write(3, Posted { kind: PostKind::Idea, words, reply_to: None, tags: vec![], mentions: vec![] });
        let mut node = Node::new(world.room());
        node.admit_all(&world.blocks());
        assert!(node.fold.words_wanted(&words), "nobody can know yet");
        assert!(!node.fold.words(&node.log, words, &block));
        assert!(!node.fold.words_wanted(&words) && !node.fold.missing_words().contains(&words));
    }
}

#[test]
fn a_copied_link_does_not_keep_words_that_their_author_takes_back() {
    let mut world = World::new(3);
    let words = world.say(1, "secret");
    let own = world.write(1, Posted { kind: PostKind::Idea, words, reply_to: None, tags: vec![], mentions: vec![] });
    world.send(1, 2);
    world.write(2, Posted { kind: PostKind::Idea, words, reply_to: None, tags: vec![], mentions: vec![] });
    world.sync_all();
    let mut node = whole(&world);
    let gone = world.retract(1, own);
    let block = world.blocks().into_iter().find(|it| it.cid == gone).expect("written").block;
    assert_eq!(node.admit(&block).expect("new").drop_words, [words]);
    assert!(!node.fold.words_wanted(&words));
}

#[test]
fn the_latest_edit_wins_by_depth_and_not_by_arrival() {
    let mut world = World::new(4);
    let post = world.post(1, "first");
    let second = world.say(1, "second");
    world.edit(1, post, second);
    let third = world.say(1, "third");
    world.edit(1, post, third);
    for seed in 0..8 {
        let mut node = Node::new(world.room());
        node.admit_all(&world.shuffled(seed));
        node.fill(&world.shuffled(seed + 1));
        assert_eq!(text(&node, &post).as_deref(), Some("third"));
        assert!(node.fold.post(&post).expect("a post").edited);
    }
}

#[test]
fn twins_that_edit_apart_end_the_same_everywhere() {
    let mut world = World::new(5);
    let post = world.post(1, "first");
    let one = world.say(1, "one");
    let edit = world.edit(1, post, one);
    let salt = serde_bytes::ByteArray::new([9; 16]);
    let (other, block) = Words(world.room(), world.author(1), 1, salt, "other".into()).encode().expect("small");
    world.write_twin(1, edit, paceline_room::body::Edited { post, words: other });
    let texts: std::collections::BTreeSet<_> = (0..12)
        .map(|seed| {
            let mut node = Node::new(world.room());
            node.admit_all(&world.shuffled(seed));
            node.fill(&world.blocks());
            node.fold.words(&node.log, other, &block);
            assert!(node.fold.person(&world.author(1)).expect("known").split);
            text(&node, &post).expect("here")
        })
        .collect();
    assert_eq!(texts.len(), 1);
}

#[test]
fn only_the_author_edits_and_retracts_and_only_what_it_has_seen() {
    let mut world = World::new(6);
    let post = world.post(1, "mine");
    world.send(1, 2);
    let words = world.say(2, "yours");
    let edit = world.edit(2, post, words);
    let retract = world.retract(2, post);
    let nothing = world.retract(2, words);
    let no_post = world.introduce(3, "three");
    let own_but_no_post = world.retract(3, no_post);
    let unseen = world.post(4, "unseen");
    let blind = world.retract(5, unseen);
    let node = whole(&world);
    assert_eq!(node.fold.why_ignored(&edit), Some(IgnoredReason::NotAuthor));
    assert_eq!(node.fold.why_ignored(&retract), Some(IgnoredReason::NotAuthor));
    for cid in [nothing, own_but_no_post, blind] {
        assert_eq!(node.fold.why_ignored(&cid), Some(IgnoredReason::TargetNotSeen));
    }
    assert_eq!(node.fold.why_ignored(&post), None);
    assert_eq!(text(&node, &post).as_deref(), Some("mine"));
    assert!(!node.fold.words_wanted(&words), "words of what is ignored are not kept");
}

#[test]
fn a_retraction_drops_all_words_of_the_post_whenever_they_arrive_and_keeps_the_trace() {
    let mut world = World::new(7);
    let post = world.post(1, "first");
    let again = world.say(1, "again");
    world.edit(1, post, again);
    world.retract(1, post);
    let late = world.say(1, "late");
    world.edit(1, post, late);
    let all: Vec<Cid> = world.blocks().iter().filter_map(|it| Some(it.words.as_ref()?.0)).collect();
    assert_eq!(all.len(), 3);
    for seed in 0..8 {
        let mut node = Node::new(world.room());
        let mut dropped = std::collections::BTreeSet::new();
        for stored in world.blocks() {
            dropped.extend(node.admit(&stored.block).expect("new").drop_words);
            if seed % 2 == 0 {
                node.fill(&world.blocks());
            }
        }
        node.fill(&world.blocks());
        assert_eq!(dropped, all.iter().copied().collect());
        let shown = node.fold.post(&post).expect("the trace");
        assert_eq!((shown.words, shown.text.as_deref()), (WordsState::Retracted, None));
        assert!(node.fold.missing_words().is_empty() && all.iter().all(|cid| !node.fold.words_wanted(cid)));
    }
}

#[test]
fn replies_name_posts_in_their_past_and_nothing_else() {
    let mut world = World::new(8);
    let post = world.post(1, "question");
    world.send(1, 2);
    let words = world.say(2, "answer");
    let reply = world.reply(2, words, post);
    let words = world.say(3, "blind");
    let blind = world.reply(3, words, post);
    let node = whole(&world);
    let shown = |cid| node.fold.post(cid).expect("a post");
    assert_eq!(
        (shown(&reply).reply_to, shown(&reply).kind, &shown(&reply).tags[..]),
        (Some(post), PostKind::Idea, &["a".to_string()][..])
    );
    assert_eq!(shown(&blind).reply_to, None);
}

#[test]
fn posts_come_in_display_order_and_late_ones_are_marked() {
    let mut world = World::new(9);
    let early = world.post(1, "early");
    for _ in 0..3 {
        world.post(2, "on");
    }
    let mut node = Node::new(world.room());
    let (late, rest): (Vec<_>, Vec<_>) = world.blocks().into_iter().partition(|it| it.cid == early);
    node.admit_all(&rest);
    node.admit_all(&late);
    let order: Vec<_> = node.fold.posts().map(|post| (post.depth, post.cid)).collect();
    assert!(order.is_sorted() && order.len() == 4);
    assert_eq!(node.fold.posts().filter(|post| post.late).map(|post| post.cid).collect::<Vec<_>>(), [early]);
}

#[test]
fn what_did_not_change_keeps_its_place_in_memory() {
    let mut world = World::new(10);
    let (one, two) = (world.post(1, "one"), world.post(1, "two"));
    let mut node = whole(&world);
    let before = [one, two].map(|cid| node.fold.post(&cid).expect("a post").clone());
    let words = world.say(1, "more");
    world.edit(1, two, words);
    node.admit_all(&world.blocks());
    node.fill(&world.blocks());
    assert!(Arc::ptr_eq(&before[0], node.fold.post(&one).expect("a post")));
    assert!(!Arc::ptr_eq(&before[1], node.fold.post(&two).expect("a post")));
}
