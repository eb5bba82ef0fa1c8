//! Posts and their words: who may change them, what wins, and what goes when it is taken back.

use std::{collections::BTreeMap, sync::Arc};

use paceline_room::{
    Cid, Words,
    body::{Answer, Edited, PostKind, Posted, Retracted, Stance},
    cost,
    fold::IgnoredReason,
    state::WordsState,
    testing::{World, unknown},
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
fn the_bytes_of_blocks_and_words_are_those_that_are_here() {
    let mut world = World::new(1);
    let (kept, gone) = (world.post(1, "grüße"), world.post(1, "taken back"));
    let mut node = Node::new(world.room());
    assert_eq!((node.log.bytes(), node.fold.words_bytes()), (0, 0));
    node.admit_all(&world.blocks());
    assert_eq!(node.fold.words_bytes(), 0, "linked, and not here yet");
    for _ in 0..2 {
        node.fill(&world.blocks());
        assert_eq!(node.fold.words_bytes(), "grüße".len() + "taken back".len(), "the same words twice are here once");
    }
    world.write(1, Retracted { post: gone, alone: false });
    node.admit_all(&world.blocks());
    assert_eq!(node.fold.words_bytes(), "grüße".len());
    assert_eq!(text(&node, &kept).as_deref(), Some("grüße"));
    assert_eq!(node.log.bytes(), world.blocks().iter().map(|it| it.block.len()).sum::<usize>());
}

#[test]
fn words_are_taken_only_under_their_own_name_for_their_own_event_and_when_linked() {
    let mut world = World::new(2);
    let words = world.say(1, "mine");
    let own = world.write(
        1,
        Posted { kind: PostKind::Idea, words, reply_to: None, tags: Default::default(), mentions: Default::default() },
    );
    let block = world.words(&words).expect("said");
    // A copy of the link brings nothing, and the words are not missed for it.
    let copied = world.write(
        2,
        Posted { kind: PostKind::Idea, words, reply_to: None, tags: Default::default(), mentions: Default::default() },
    );
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
        let (words, block) = Words(room, author, seq, salt, at.to_string().into()).encode().expect("small");
        world.write(
            3,
            Posted {
                kind: PostKind::Idea,
                words,
                reply_to: None,
                tags: Default::default(),
                mentions: Default::default(),
            },
        );
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
    let own = world.write(
        1,
        Posted { kind: PostKind::Idea, words, reply_to: None, tags: Default::default(), mentions: Default::default() },
    );
    world.send(1, 2);
    world.write(
        2,
        Posted { kind: PostKind::Idea, words, reply_to: None, tags: Default::default(), mentions: Default::default() },
    );
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
    for cid in [nothing, blind] {
        assert_eq!(node.fold.why_ignored(&cid), Some(IgnoredReason::TargetNotSeen));
    }
    assert_eq!(node.fold.why_ignored(&own_but_no_post), None, "anything of one's own may be taken back");
    assert_eq!(node.fold.why_ignored(&post), None);
    assert_eq!(text(&node, &post).as_deref(), Some("mine"));
    assert!(node.fold.words_wanted(&words), "being ignored loses no words");
}

/// Words of every kind of event, and of none that counts: kept, until their author takes the event back.
#[test]
fn whatever_links_words_keeps_them_until_its_author_takes_it_back() {
    let mut world = World::new(11);
    let (post, other) = (world.post(1, "mine"), world.post(2, "another's"));
    world.sync(1, 2);
    let mut written = Vec::new();
    let edit = |post, words| Edited { post, words };
    let words = world.say(1, "of an edit");
    written.push((world.write(1, edit(post, words)), words));
    let words = world.say(1, "of an edit that is ignored");
    written.push((world.write(1, edit(other, words)), words));
    let words = world.say(1, "of feedback on nothing");
    written.push((world.feedback(1, words, Stance::Concern, Some(words)), words));
    let words = world.say(1, "of an answer to nothing");
    written.push((world.answer(1, words, Answer::Noted, Some(words)), words));
    let words = world.say(1, "of a kind that nobody knows");
    written.push((world.write(1, unknown("later", &BTreeMap::from([("words", words)]))), words));
    let words = world.say(1, "of a post that does not fit its kind");
    let misfit = BTreeMap::from([("words", words), ("reply", words)]);
    written.push((world.write(1, unknown("posted", &misfit)), words));
    for (cid, words) in &written {
        let node = whole(&world);
        assert!(node.fold.words_wanted(words) && node.fold.missing_words().is_empty(), "{cid}");
    }
    for (number, (cid, words)) in written.into_iter().enumerate() {
        let before = world.blocks();
        // One as good as the other.
        let gone = if number % 2 == 0 { world.retract(1, cid) } else { world.withdraw(1, cid) };
        let block = world.blocks().into_iter().find(|it| it.cid == gone).expect("written").block;
        let mut node = Node::new(world.room());
        node.admit_all(&before);
        node.fill(&before);
        assert_eq!(node.admit(&block).expect("new").drop_words, [words], "{number}");
        node.fill(&world.blocks());
        assert!(!node.fold.words_wanted(&words) && !node.fold.missing_words().contains(&words));
        assert_eq!(node.fold.why_ignored(&gone), None);
        // And where the words come last of all.
        assert!(!whole(&world).fold.words_wanted(&words));
    }
    let node = whole(&world);
    assert_eq!(text(&node, &post).as_deref(), Some("mine"), "with the edit gone");
    assert_eq!(text(&node, &other).as_deref(), Some("another's"));
    assert_eq!(node.fold.unknown().count(), 2, "the trace stays");
}

#[test]
fn an_edit_taken_back_leaves_what_was_said_before() {
    let mut world = World::new(12);
    let post = world.post(1, "first");
    let words = world.say(1, "a secret");
    let edit = world.edit(1, post, words);
    world.retract(1, edit);
    let shown = |world: &World| {
        let texts: std::collections::BTreeSet<_> = (0..8)
            .map(|seed| {
                let mut node = Node::new(world.room());
                node.admit_all(&world.shuffled(seed));
                node.fill(&world.shuffled(seed + 1));
                assert!(!node.fold.words_wanted(&words) && node.fold.post(&post).expect("a post").edited);
                text(&node, &post)
            })
            .collect();
        texts.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(shown(&world), [Some("first".into())]);
    let better = world.say(1, "better");
    world.edit(1, post, better);
    assert_eq!(shown(&world), [Some("better".into())]);
    world.retract(1, post);
    assert_eq!(shown(&world), [None]);
}

#[test]
fn with_an_unknown_event_go_the_words_of_its_edits_too_whenever_they_come() {
    let mut world = World::new(13);
    let words = world.say(1, "of a newer kind of post");
    let post = world.write(1, unknown("posted-anew", &BTreeMap::from([("words", words)])));
    let edited = world.say(1, "edited");
    let edit = world.edit(1, post, edited);
    world.send(1, 2);
    let others = world.say(2, "another's words");
    world.edit(2, post, others);
    world.sync_all();
    assert_eq!(whole(&world).fold.why_ignored(&edit), Some(IgnoredReason::TargetNotSeen));
    world.retract(1, post);
    let late = world.say(1, "late");
    world.edit(1, post, late);
    for seed in 0..8 {
        let mut node = Node::new(world.room());
        node.admit_all(&world.shuffled(seed));
        node.fill(&world.shuffled(seed + 1));
        for gone in [words, edited, late] {
            assert!(!node.fold.words_wanted(&gone));
        }
        assert!(node.fold.words_wanted(&others) && node.fold.missing_words().is_empty());
    }
}

#[test]
fn words_made_for_an_earlier_event_of_their_author_may_ride_beside_a_later_one() {
    let mut world = World::new(14);
    let words = world.say(1, "said once");
    let posted = |words| Posted {
        kind: PostKind::Idea,
        words,
        reply_to: None,
        tags: Default::default(),
        mentions: Default::default(),
    };
    let (first, second) = (world.write(1, posted(words)), world.write(1, posted(words)));
    for seed in 0..4 {
        let mut node = Node::new(world.room());
        node.admit_all(&world.shuffled(seed));
        node.fill(&world.blocks());
        assert_eq!((text(&node, &first), text(&node, &second)), (Some("said once".into()), Some("said once".into())));
    }
    // They go when both are taken back, and not before.
    world.retract(1, first);
    let node = whole(&world);
    assert_eq!((text(&node, &first), text(&node, &second).as_deref()), (None, Some("said once")));
    world.retract(1, second);
    assert!(!whole(&world).fold.words_wanted(&words));
}

#[test]
fn several_texts_in_one_block_are_shown_as_lines_where_one_is_expected() {
    let mut world = World::new(15);
    let salt = serde_bytes::ByteArray::new([0; 16]);
    let text = paceline_room::words::Text::List(vec!["one".into(), "two".into()]);
    let (words, block) = Words(world.room(), world.author(1), 0, salt, text).encode().expect("small");
    let post = world.write(
        1,
        Posted { kind: PostKind::Idea, words, reply_to: None, tags: Default::default(), mentions: Default::default() },
    );
    let mut node = whole(&world);
    assert!(node.fold.words(&node.log, words, &block));
    assert_eq!(self::text(&node, &post).as_deref(), Some("one\ntwo"));
}

/// Edits that share one words block, taken back one by one: each costs what it changes (it was the square of their number).
#[test]
fn taking_back_many_edits_costs_no_more_than_their_number() {
    const EDITS: usize = 600;
    let mut world = World::new(16);
    let post = world.post(1, "first");
    let words = world.say(1, "again and again");
    (0..EDITS).for_each(|_| _ = world.edit(1, post, words));
    (0..EDITS).for_each(|_| _ = world.retract(1, post));
    let mut node = Node::new(world.room());
    let costs: Vec<u64> =
        world.blocks().iter().map(|stored| cost::of(|| node.admit(&stored.block).expect("new")).1).collect();
    let (most, all, edits) = (costs.iter().max().copied().unwrap_or_default(), costs.iter().sum::<u64>(), EDITS as u64);
    assert!((edits * 5..edits * 26).contains(&most), "{most}");
    assert!(all < edits * 100, "{all}");
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

#[test]
fn whom_posts_name_and_what_somebody_answered_is_found_by_node() {
    let mut world = World::new(31);
    let said = |words, reply_to, mentions: Vec<_>| Posted {
        kind: PostKind::Update,
        words,
        reply_to,
        tags: Default::default(),
        mentions: mentions.try_into().unwrap(),
    };
    let (one, two) = (world.author(1), world.author(2));
    world.introduce(2, "Ben");
    let words = world.say(1, "to two");
    let first = world.write(1, said(words, None, vec![two, one]));
    world.sync_all();
    let words = world.say(2, "back");
    let answer = world.write(2, said(words, Some(first), vec![]));
    world.sync_all();
    let words = world.say(1, "and again");
    let last = world.write(1, said(words, Some(answer), vec![two]));
    let unseen = world.write(2, said(words, Some(last), vec![]));
    let spoken = whole(&world).fold.lists().spoken_to;
    let naming = |node| spoken.naming(node).map(|(_, cid)| cid).collect::<Vec<_>>();
    assert_eq!((naming(two), naming(one)), (vec![last, first], vec![first]));
    assert!(spoken.has_answered(two, first) && !spoken.has_answered(one, first));
    assert!(!spoken.has_answered(two, last), "{unseen} had not seen it");
}
