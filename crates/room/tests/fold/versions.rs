//! What a post said before it was edited: kept, shown, and taken back version by version.

use paceline_room::{
    Cid,
    body::{PostKind, Posted, Stance},
    fold::IgnoredReason,
    state::WordsState,
    testing::World,
};

use crate::support::{Moves, Node, whole};

fn text(node: &Node, post: &Cid) -> Option<String> {
    node.fold.post(post).expect("a post").text.as_deref().map(String::from)
}

fn posted(words: Cid) -> Posted {
    Posted { kind: PostKind::Update, words, reply_to: None, tags: Default::default(), mentions: Default::default() }
}

/// The words of each version that are left, first to last; `None` where they were taken back.
fn said(node: &Node, post: &Cid) -> Vec<Option<String>> {
    let mut all: Vec<_> =
        node.fold.versions_of(post).map(|it| (it.text.as_deref().map(String::from), it.words)).collect();
    all.reverse();
    assert!(all.iter().all(|(text, words)| text.is_some() == (*words == WordsState::Here)));
    all.into_iter().map(|(text, _)| text).collect()
}

/// Whatever the order of events, with the words before or after them.
fn in_every_order(world: &World, check: impl Fn(&Node)) {
    for seed in 0..10 {
        let mut node = Node::new(world.room());
        if seed % 2 == 0 {
            node.admit_all(&world.shuffled(seed));
            node.fill(&world.shuffled(seed + 1));
        } else {
            for stored in world.blocks() {
                node.admit_all(&[stored]);
                node.fill(&world.shuffled(seed));
            }
        }
        check(&node);
        let state = |node: &Node| serde_json::to_value(node.state()).expect("a state is JSON");
        assert_eq!(state(&node), state(&whole(world)), "equal sets, equal states");
    }
}

#[test]
fn an_edited_post_keeps_what_it_said_and_each_version_goes_by_itself() {
    let mut world = World::new(17);
    let post = world.post(1, "first");
    assert_eq!(said(&whole(&world), &post), [None; 0], "what was never edited has no versions");
    let [second, third] = ["second", "third"].map(|text| world.say(1, text));
    let edit = world.edit(1, post, second);
    let latest = world.edit(1, post, third);
    let some = |it: &str| Some(it.to_owned());
    in_every_order(&world, |node| {
        assert_eq!(said(node, &post), [some("first"), some("second"), some("third")]);
        let cids: Vec<Cid> = node.fold.versions_of(&post).map(|it| it.cid).collect();
        assert_eq!(cids, [latest, edit, post]);
    });
    // One in the middle: what is shown stays.
    world.retract(1, edit);
    in_every_order(&world, |node| {
        assert_eq!(said(node, &post), [some("first"), None, some("third")]);
        assert_eq!(text(node, &post).as_deref(), Some("third"));
        assert!(!node.fold.words_wanted(&second));
    });
    // The last: what was said before it is shown.
    world.retract(1, latest);
    in_every_order(&world, |node| {
        assert_eq!(said(node, &post), [some("first"), None, None]);
        assert_eq!(text(node, &post).as_deref(), Some("first"));
        assert!(!node.fold.words_wanted(&third));
    });
    // All of it, and what is said after that.
    world.retract(1, post);
    let fourth = world.say(1, "fourth");
    world.edit(1, post, fourth);
    in_every_order(&world, |node| {
        assert_eq!(said(node, &post), [None, None, None, None]);
        assert_eq!(node.fold.post(&post).expect("a post").words, WordsState::Retracted);
        assert!(node.fold.missing_words().is_empty() && !node.fold.words_wanted(&fourth));
    });
}

#[test]
fn the_first_words_of_a_post_go_alone_and_its_edits_stay() {
    let mut world = World::new(18);
    let first = world.say(1, "first");
    let post = world.write(1, posted(first));
    let second = world.say(1, "second");
    let edit = world.edit(1, post, second);
    let before = world.blocks();
    let gone = world.retract_first(1, post);
    let block = world.blocks().into_iter().find(|it| it.cid == gone).expect("written").block;
    let mut node = Node::new(world.room());
    node.admit_all(&before);
    node.fill(&before);
    assert_eq!(node.admit(&block).expect("new").drop_words, [first], "storage drops them too");
    let some = |it: &str| Some(it.to_owned());
    in_every_order(&world, |node| {
        assert_eq!(said(node, &post), [None, some("second")]);
        let shown = node.fold.post(&post).expect("a post");
        assert_eq!((shown.words, shown.text.as_deref(), shown.edited), (WordsState::Here, Some("second"), true));
        assert!(!node.fold.words_wanted(&first) && node.fold.words_wanted(&second));
        assert_eq!(node.fold.why_ignored(&gone), None);
    });
    // With the edit nothing is left; a new one says something again.
    world.retract(1, edit);
    in_every_order(&world, |node| {
        assert_eq!(node.fold.post(&post).expect("a post").words, WordsState::Retracted);
        assert!(!node.fold.words_wanted(&second) && node.fold.missing_words().is_empty());
    });
    let third = world.say(1, "third");
    world.edit(1, post, third);
    in_every_order(&world, |node| {
        assert_eq!(said(node, &post), [None, None, some("third")]);
        assert_eq!(text(node, &post).as_deref(), Some("third"));
    });
    world.retract(1, post);
    in_every_order(&world, |node| assert_eq!(said(node, &post), [None, None, None]));
}

#[test]
fn a_post_of_which_nothing_is_left_is_not_contested_until_it_says_something_again() {
    let mut world = World::new(19);
    let first = world.say(1, "first");
    let post = world.write(1, posted(first));
    world.send(1, 2);
    let wrong = world.say(2, "that is wrong");
    world.feedback(2, post, Stance::Correct, Some(wrong));
    world.send(2, 1);
    world.retract_first(1, post);
    let contested = |node: &Node| node.fold.post(&post).expect("a post").contested;
    in_every_order(&world, |node| {
        let shown = node.fold.post(&post).expect("a post");
        assert_eq!((shown.words, shown.contested, shown.edited), (WordsState::Retracted, false, false));
    });
    let second = world.say(1, "second");
    let edit = world.edit(1, post, second);
    in_every_order(&world, |node| assert!(contested(node), "the correction stands"));
    world.retract(1, edit);
    in_every_order(&world, |node| assert!(!contested(node)));
}

#[test]
fn only_the_author_takes_first_words_back_and_only_those_of_a_post_it_has_seen() {
    let mut world = World::new(20);
    let first = world.say(1, "first");
    let post = world.write(1, posted(first));
    let second = world.say(1, "second");
    let edit = world.edit(1, post, second);
    world.send(1, 2);
    let others = world.retract_first(2, post);
    let of_an_edit = world.retract_first(1, edit);
    let blind = world.retract_first(3, post);
    let node = whole(&world);
    assert_eq!(node.fold.why_ignored(&others), Some(IgnoredReason::NotAuthor));
    assert_eq!(node.fold.why_ignored(&of_an_edit), Some(IgnoredReason::TargetNotSeen));
    assert_eq!(node.fold.why_ignored(&blind), Some(IgnoredReason::TargetNotSeen));
    assert!(node.fold.words_wanted(&first) && node.fold.words_wanted(&second));
}
