//! The room's version is raised by decision, and each chain by its author: what counts as a raise, by which version each event is read, and
//! what an older build makes of the same events. There is no second version yet; what is called so here has the kinds, fields and rules of the first.

use std::collections::BTreeMap;

use paceline_room::{
    Body, Cid,
    body::{
        Ballot, BallotCast, BatonOpened, BatonTaken, DecisionClosed, Effect, FoldRaised, PostKind, Promised, Proposed,
        Stance, batons, decisions, feedback, founding, people, persons, posts, taking_back,
    },
    car::export,
    command::{Asker, Command, CommandError},
    fold::IgnoredReason,
    state::{ProposalState, RoomState},
    testing::{World, unknown},
};
use serde_json::json;

use crate::support::{Moves, Node};

/// Everybody says something, so that all are electors.
pub fn room(seed: u64) -> World {
    let mut world = World::new(seed);
    (0..4).for_each(|i| _ = world.post(i, "here"));
    world.sync_all();
    world
}

pub fn version(to: u64) -> Effect {
    Effect::Version(to.try_into().unwrap())
}

/// Author 0 proposes it, 0 to 2 consent, 0 closes; all see that. The proposal and its closing.
pub fn decide(world: &mut World, effect: Effect) -> (Cid, Cid) {
    let (title, words) = ("another version".try_into().unwrap(), world.say(0, "let us go on"));
    let (policy, trial, review_on, meeting, about) = (None, false, None, None, None);
    let body = Proposed { title, words, policy, effect: Some(effect), trial, review_on, meeting, about };
    let proposal = world.write(0, body);
    world.sync_all();
    (0..3).for_each(|i| _ = cast(world, i, proposal, Ballot::Consent));
    world.sync_all();
    let closing = world.write(0, DecisionClosed { proposal, version: proposal });
    world.sync_all();
    (proposal, closing)
}

pub fn cast(world: &mut World, i: usize, proposal: Cid, stance: Ballot) -> Cid {
    world.write(i, BallotCast { proposal, version: proposal, stance, words: None })
}

/// Author `i` raises it on what it has seen.
pub fn raise(world: &mut World, i: usize, to: u32, closing: Cid) -> Cid {
    world.write(i, FoldRaised { to, closing })
}

/// Everything written so far, as a build has it that knows the versions up to this one.
fn whole(world: &World, known: u32) -> Node {
    let mut node = Node::knowing(world.room(), known);
    node.admit_all(&world.blocks());
    node.fill(&world.blocks());
    node
}

fn why(world: &World, cid: Cid) -> Option<IgnoredReason> {
    whole(world, 3).fold.why_ignored(&cid)
}

/// All go on in that version; all see that.
fn go_on(world: &mut World, to: u32, closing: Cid) {
    (0..4).for_each(|i| _ = raise(world, i, to, closing));
    world.sync_all();
}

/// A room in which all go on in the second version; the closing by which they do.
fn raised(seed: u64) -> (World, Cid) {
    let mut world = room(seed);
    let (_, closing) = decide(&mut world, version(2));
    go_on(&mut world, 2, closing);
    (world, closing)
}

/// At which version the chains of these authors stand, in a build that knows all.
fn stand<const N: usize>(world: &World, authors: [usize; N]) -> [u32; N] {
    let node = whole(world, 3);
    authors.map(|i| node.fold.version_of(&node.log, &world.author(i)))
}

#[test]
fn a_room_is_of_the_version_that_is_decided_and_each_goes_on_in_it_by_a_raise() {
    let mut world = room(1);
    let (proposal, closing) = decide(&mut world, version(2));
    assert_eq!(stand(&world, [0, 1]), [1, 1], "what is decided raises nobody by itself");
    let by = raise(&mut world, 1, 2, closing);
    assert_eq!((why(&world, by), stand(&world, [0, 1])), (None, [1, 2]));
    for known in 1..=3 {
        let node = whole(&world, known);
        assert_eq!((node.fold.why_ignored(&by), node.fold.version()), (None, 2));
        assert_eq!((node.fold.known_version(), node.fold.is_newer()), (known, known == 1));
        let all: Vec<_> = node.fold.raised().map(|it| (it.to, it.cid, it.author, it.by)).collect();
        assert_eq!(all, [(2, closing, world.author(0), proposal)]);
        let state = node.state();
        assert_eq!((state.version, state.newer), (2, known == 1));
        let (cid, author, of) = (closing.to_string(), world.author(0).to_string(), proposal.to_string());
        let told = serde_json::to_value(&state.raised).expect("a state is JSON");
        let at = state.raised[0].at;
        assert_eq!(told, json!([{ "cid": cid, "author": author, "at": at, "to": 2, "by": of }]));
        assert_eq!(node.fold.lists().raised.iter().count(), 1);
    }
}

#[test]
fn a_raise_that_nothing_carries_counts_for_nothing() {
    let mut world = room(2);
    let (_, closing) = decide(&mut world, version(2));
    let (_, renamed) = decide(&mut world, Effect::Title("another".try_into().unwrap()));
    let post = world.post(1, "a post");
    for (to, of, reason) in [
        (0, closing, IgnoredReason::NotNextVersion),
        (1, closing, IgnoredReason::NotNextVersion),
        (3, closing, IgnoredReason::NotNextVersion),
        (u32::MAX, closing, IgnoredReason::NotNextVersion),
        (2, renamed, IgnoredReason::NoMandate),
        (2, post, IgnoredReason::NoMandate),
        (2, Cid::of(b"nothing"), IgnoredReason::NoMandate),
    ] {
        let it = raise(&mut world, 1, to, of);
        assert_eq!(why(&world, it), Some(reason), "to {to}");
    }
    let unseen = {
        let (mut apart, late) = (world.clone(), 9);
        let it = raise(&mut apart, late, 2, closing);
        (apart, it)
    };
    assert_eq!(why(&unseen.0, unseen.1), Some(IgnoredReason::NoMandate), "its author has not seen the closing");
    assert_eq!(stand(&world, [0, 1, 2, 3]), [1; 4]);
}

#[test]
fn what_was_decided_out_of_its_turn_is_not_decided_for_later() {
    let mut world = room(3);
    let (_, third) = decide(&mut world, version(3));
    assert_eq!(whole(&world, 3).fold.version(), 1, "two above");
    let too_far = raise(&mut world, 0, 3, third);
    assert_eq!(why(&world, too_far), Some(IgnoredReason::NotNextVersion), "two above");
    let (_, second) = decide(&mut world, version(2));
    assert_eq!(whole(&world, 3).fold.version(), 2, "it is no step of the room now that its turn has come");
    let by = raise(&mut world, 0, 2, second);
    assert_eq!(why(&world, by), None);
    for (to, of) in [(2, second), (1, second), (4, third)] {
        let it = raise(&mut world, 0, to, of);
        assert_eq!(why(&world, it), Some(IgnoredReason::NotNextVersion), "the same, below, two above");
    }
    let (_, again) = decide(&mut world, version(2));
    let it = raise(&mut world, 0, 2, again);
    assert_eq!(why(&world, it), Some(IgnoredReason::NotNextVersion), "the version that it has");
    assert_eq!(whole(&world, 3).fold.version(), 2);
    let (_, third) = decide(&mut world, version(3));
    let by = raise(&mut world, 0, 3, third);
    assert_eq!((why(&world, by), whole(&world, 3).fold.version(), stand(&world, [0, 1])), (None, 3, [3, 1]));
}

#[test]
fn a_raise_binds_the_chain_of_who_makes_it_and_nothing_that_builds_on_it() {
    let mut world = room(4);
    let (_, closing) = decide(&mut world, version(2));
    let by = raise(&mut world, 0, 2, closing);
    world.sync_all();
    let (mine, theirs) = (world.take_baton(0), world.take_baton(1));
    // Beside the raise its author's chain goes on as it was.
    let (title, strengths, minutes, need) = ("lead".try_into().unwrap(), Default::default(), None, None);
    let twin = world.write_twin(0, by, BatonOpened { title, strengths, minutes, need });
    world.sync_all();
    let later = world.take_baton(3);
    for known in 1..=2 {
        let node = whole(&world, known);
        assert_eq!(node.fold.why_ignored(&by), None);
        let here = [twin, mine, theirs, later].map(|it| node.fold.baton(&it).is_some());
        assert_eq!(here, [true, known == 2, true, true], "a build that knows {known}");
    }
}

#[test]
fn what_is_suspended_for_who_raises_raises_nothing_and_the_room_is_as_before() {
    let mut world = room(5);
    let (title, words) = ("another version".try_into().unwrap(), world.say(0, "let us go on"));
    let (policy, trial, review_on, meeting, about) = (None, false, None, None, None);
    let effect = Some(version(2));
    let proposal = world.write(0, Proposed { title, words, policy, effect, trial, review_on, meeting, about });
    world.sync_all();
    let mut unheard = [0, 1, 2].map(|i| cast(&mut world, i, proposal, Ballot::Consent)).to_vec();
    (0..3).for_each(|i| world.send(i, 0));
    let closing = world.write(0, DecisionClosed { proposal, version: proposal });
    let in_time = raise(&mut world, 0, 2, closing);
    cast(&mut world, 3, proposal, Ballot::Object);
    world.send(3, 1);
    // Author 1 hears of the closing without what came after it.
    unheard.push(closing);
    for stored in world.blocks().into_iter().filter(|it| unheard.contains(&it.cid)) {
        world.give(1, [&*stored.block]);
    }
    let late = raise(&mut world, 1, 2, closing);
    let node = whole(&world, 2);
    assert_eq!(node.fold.proposal(&proposal).map(|it| it.state), Some(ProposalState::Suspended));
    assert_eq!(node.fold.why_ignored(&late), Some(IgnoredReason::NoMandate));
    assert_eq!((node.fold.why_ignored(&in_time), node.fold.version(), node.fold.raised().count()), (None, 1, 0));
    assert_eq!(stand(&world, [0, 1]), [2, 1], "who had raised its chain goes on by that");
}

/// Who has heard nobody decides among themselves: that is suspended once the others object, in every build, however long they go on before that.
#[test]
fn what_two_keys_that_have_heard_nobody_decide_and_raise_is_undone_by_one_press_in_every_build() {
    [0, 1, 25].into_iter().for_each(undone_after);
}

/// The others write so much each before one of them objects.
fn undone_after(posts: usize) {
    let mut world = room(15);
    (0..4).for_each(|i| _ = world.post(i, "and on"));
    world.sync_all();
    world.introduce(8, "One");
    world.send(8, 9);
    world.introduce(9, "Another");
    world.send(9, 8);
    let (title, words) = ("ours".try_into().unwrap(), world.say(8, "ours"));
    let (policy, trial, review_on, meeting, about) = (None, false, None, None, None);
    let effect = Some(version(2));
    let proposal = world.write(8, Proposed { title, words, policy, effect, trial, review_on, meeting, about });
    world.send(8, 9);
    [8, 9].into_iter().for_each(|i| _ = cast(&mut world, i, proposal, Ballot::Consent));
    world.send(9, 8);
    let closing = world.write(8, DecisionClosed { proposal, version: proposal });
    world.send(8, 9);
    let raises = [raise(&mut world, 8, 2, closing), raise(&mut world, 9, 2, closing)];
    let hidden = world.take_baton(8);
    world.sync_all();
    let mut written = vec![world.take_baton(3)];
    world.sync_all();
    let told = |world: &World, known: u32| {
        let node = whole(world, known);
        let state = node.fold.proposal(&proposal).map(|it| it.state);
        (node.fold.version(), node.fold.is_newer(), state, node.fold.why_ignored(&raises[0]))
    };
    let carried = Some(ProposalState::Carried);
    assert_eq!(raises.map(|it| why(&world, it)), [None; 2]);
    assert_eq!([1, 2].map(|it| told(&world, it)), [(2, true, carried, None), (2, false, carried, None)]);
    for _ in 0..posts {
        (0..4).for_each(|i| _ = world.post(i, "we have not looked"));
        world.sync_all();
    }
    assert_eq!([1, 2].map(|it| told(&world, it).0), [2, 2]);
    let reason = world.say(2, "nobody asked us");
    let object = BallotCast { proposal, version: proposal, stance: Ballot::Object, words: Some(reason) };
    world.write(2, object);
    world.sync_all();
    written.extend((0..4).map(|i| world.take_baton(i)));
    world.sync_all();
    for known in 1..=3 {
        assert_eq!(told(&world, known), (1, false, Some(ProposalState::Suspended), None), "a build that knows {known}");
        let node = whole(&world, known);
        assert!(written.iter().all(|it| node.fold.baton(it).is_some()), "what the others wrote has its meaning");
        assert_eq!((node.fold.baton(&hidden).is_some(), node.fold.raised().count()), (known > 1, 0));
        assert!(
            node.fold.unknown().all(|it| it.author == world.author(8)),
            "what one of the two wrote since, and no more"
        );
    }
}

/// What tests here do besides.
trait More {
    fn take_baton(&mut self, i: usize) -> Cid;
}

impl More for World {
    /// Author `i` opens a baton and takes it; the baton.
    fn take_baton(&mut self, i: usize) -> Cid {
        let baton = self.open_baton(i, "lead");
        self.write(i, BatonTaken { baton, tip: baton });
        baton
    }
}

#[test]
fn an_older_build_reads_the_four_kinds_as_the_newer_one_and_keeps_the_rest() {
    let (mut world, _) = raised(7);
    let before = world.take_baton(1);
    let post = world.post(2, "what all can read");
    world.introduce(3, "Somebody");
    world.sync_all();
    let words = world.say(1, "is that so?");
    let doubt = world.feedback(1, post, Stance::Question, Some(words));
    world.sync_all();
    let words = world.say(2, "it is");
    world.answer(2, doubt, paceline_room::body::Answer::Noted, Some(words));
    let words = world.say(2, "what all can read, twice");
    world.edit(2, post, words);
    let gone = world.post(3, "by mistake");
    world.retract(3, gone);
    world.sync_all();
    let (old, new) = (whole(&world, 1), whole(&world, 2));
    let shared = |it: &RoomState| {
        (it.posts.clone(), it.versions.clone(), it.feedback.clone(), it.people.clone(), it.title.clone())
    };
    assert_eq!(shared(&old.state()), shared(&new.state()));
    assert!(old.fold.baton(&before).is_none() && new.fold.baton(&before).is_some());
    let kinds: Vec<_> = old.fold.unknown().map(|it| it.kind.to_string()).collect();
    assert_eq!(
        (kinds.as_slice(), new.fold.unknown().count()),
        (&["baton-opened".to_owned(), "baton-taken".into()][..], 0)
    );
    assert!(old.fold.missing_words().is_empty() && new.fold.missing_words().is_empty());
}

#[test]
fn what_an_older_build_cannot_read_has_its_words_kept_until_its_author_takes_them_back() {
    let (mut world, _) = raised(8);
    let words = world.say(1, "I will see to it");
    let promised = world.write(1, Promised { words, due: None, from: None });
    world.sync_all();
    let mut old = whole(&world, 1);
    assert!(old.fold.words_wanted(&words) && old.fold.missing_words().is_empty());
    assert_eq!(old.fold.unknown().map(|it| it.cid).collect::<Vec<_>>(), [promised]);
    world.retract(1, promised);
    old.admit_all(&world.blocks());
    assert!(!old.fold.words_wanted(&words), "as any event of its own");
}

#[test]
fn a_room_can_be_raised_again_and_an_older_build_stays_one_step_behind() {
    let (mut world, first) = raised(9);
    let in_second = world.take_baton(1);
    world.sync_all();
    let (_, closing) = decide(&mut world, version(3));
    go_on(&mut world, 3, closing);
    let in_third = world.take_baton(1);
    let post = world.post(1, "in the third");
    for (known, version, batons) in [(1, 2, [false, false]), (2, 3, [true, false]), (3, 3, [true, true])] {
        let node = whole(&world, known);
        assert_eq!((node.fold.version(), node.fold.is_newer()), (version, known < 3), "a build that knows {known}");
        assert_eq!([in_second, in_third].map(|it| node.fold.baton(&it).is_some()), batons);
        assert!(node.fold.post(&post).is_some());
        let raises: Vec<_> = node.fold.raised().map(|it| it.cid).collect();
        assert_eq!(raises, if known == 1 { vec![first] } else { vec![first, closing] });
    }
}

fn ask(node: &Node, world: &World, i: usize, command: impl Into<Command>) -> Result<Body, CommandError> {
    let asker = Asker { fold: &node.fold, log: &node.log, node: world.author(i), silence: &|_| 1 };
    command.into().ask(asker).map(|it| it.into_body(Some(Cid::of(b"words"))))
}

/// What author `i` has seen, as a build has it that knows the versions up to this one.
fn seen_by(world: &World, i: usize, known: u32) -> Node {
    let mut node = Node::knowing(world.room(), known);
    world.log(i).entries().for_each(|(_, entry)| _ = node.admit(&entry.block));
    node
}

#[test]
fn beyond_what_it_knows_a_build_writes_only_the_four_kinds() {
    let (mut world, _) = raised(10);
    let (mine, baton) = (world.post(1, "mine"), world.open_baton(2, "lead"));
    let theirs = world.take(2, baton, baton);
    world.sync_all();
    let tell = |known: u32| {
        let node = seen_by(&world, 1, known);
        let post = posts::Command::Post {
            kind: PostKind::Update,
            text: "on we go".into(),
            reply_to: Some(mine),
            tags: vec![],
            mentions: vec![],
        };
        let give = |target| feedback::Command::Give { target, stance: Stance::Question, text: None, sources: vec![] };
        let all: [Command; 8] = [
            post.into(),
            give(mine).into(),
            give(theirs).into(),
            people::Command::Introduce { name: "Ann".into(), strengths: vec![], hue: None }.into(),
            taking_back::Command::Retract { post: mine }.into(),
            batons::Command::Open { title: "lead".into(), strengths: vec![], minutes: None, need: None }.into(),
            decisions::Command::Propose {
                title: "more".into(),
                text: "and more".into(),
                policy: None,
                effect: None,
                trial: false,
                review_on: None,
                meeting: None,
                about: None,
            }
            .into(),
            persons::Command::AlsoMe { node: world.author(2) }.into(),
        ];
        all.map(|it| ask(&node, &world, 1, it).err())
    };
    let newer = Some(CommandError::NewerRoom);
    assert_eq!(tell(1), [None, None, None, None, None, newer, newer, newer]);
    assert_eq!(tell(2), [None; 8]);
}

/// What is told to author `i` who answers to this proposal, closes it, or takes it back.
fn tell_about(world: &World, i: usize, known: u32, proposal: Cid) -> [Option<CommandError>; 3] {
    let node = seen_by(world, i, known);
    let cast =
        |stance| decisions::Command::Cast { proposal, version: None, stance, reason: "no".into(), fix: String::new() };
    let all = [cast(Ballot::Object), decisions::Command::Close { proposal }, decisions::Command::Withdraw { proposal }];
    all.map(|it| ask(&node, world, i, it).err())
}

#[test]
fn beyond_what_it_knows_a_build_says_what_can_keep_the_room_from_it() {
    let mut world = room(16);
    let words = world.say(0, "at four");
    let title = "tea".try_into().unwrap();
    let (policy, trial, review_on, meeting, about) = (None, false, None, None, None);
    let tea = world.write(0, Proposed { title, words, policy, effect: None, trial, review_on, meeting, about });
    let (proposal, closing) = decide(&mut world, version(2));
    assert_eq!(tell_about(&world, 0, 1, proposal), [None; 3]);
    assert_eq!(tell_about(&world, 0, 1, tea), [Some(CommandError::NewerRoom); 3]);
    assert_eq!(tell_about(&world, 3, 1, proposal), [None, None, Some(CommandError::NotYours)]);
    go_on(&mut world, 2, closing);
    assert_eq!(tell_about(&world, 0, 1, proposal), [Some(CommandError::NewerRoom); 3], "nobody could read it");
    assert_eq!(tell_about(&world, 0, 2, proposal), [None; 3]);
}

#[test]
fn who_knows_the_version_of_the_room_goes_on_in_it_before_it_says_what_others_may_not_know() {
    let mut world = room(17);
    let (proposal, closing) = decide(&mut world, version(2));
    let (tags, mentions) = Default::default();
    let (kind, text, reply_to) = (PostKind::Update, "on".into(), None);
    let open = batons::Command::Open { title: "lead".into(), strengths: vec![], minutes: None, need: None };
    let (reason, fix) = ("no".into(), String::new());
    let all: [Command; 4] = [
        open.into(),
        posts::Command::Post { kind, text, reply_to, tags, mentions }.into(),
        decisions::Command::Cast { proposal, version: None, stance: Ballot::Object, reason, fix }.into(),
        founding::Command::Raise { closing }.into(),
    ];
    let due = |world: &World, known: u32| {
        let (node, author) = (seen_by(world, 1, known), world.author(1));
        all.clone().map(|it| {
            let asker = Asker { fold: &node.fold, log: &node.log, node: author, silence: &|_| 1 };
            it.ask(asker).ok().and_then(|it| node.fold.raise_before(&node.log, author, &it))
        })
    };
    assert_eq!([1, 2].map(|known| due(&world, known)), [[None; 4], [Some(closing), None, None, None]]);
    let (_, again) = decide(&mut world, version(3));
    assert_eq!(due(&world, 3)[0], Some(closing), "one step after the other");
    raise(&mut world, 1, 2, closing);
    assert_eq!(due(&world, 3), [Some(again), None, None, None]);
    raise(&mut world, 1, 3, again);
    assert_eq!(due(&world, 3), [None; 4]);
}

#[test]
fn who_knows_the_next_version_raises_it_as_was_decided_and_nobody_else() {
    let mut world = room(11);
    let (_, renamed) = decide(&mut world, Effect::Title("another".try_into().unwrap()));
    let (_, third) = decide(&mut world, version(3));
    let (_, closing) = decide(&mut world, version(2));
    let tell = |world: &World, known: u32, closing: Cid| {
        ask(&seen_by(world, 1, known), world, 1, founding::Command::Raise { closing })
    };
    assert_eq!(tell(&world, 1, closing), Err(CommandError::NewerRoom), "it would shut itself out");
    assert_eq!(tell(&world, 2, closing), Ok(FoldRaised { to: 2, closing }.into()));
    assert_eq!(tell(&world, 2, renamed), Err(CommandError::NotFound));
    assert_eq!(tell(&world, 2, world.room()), Err(CommandError::NotFound));
    assert_eq!(tell(&world, 2, third), Err(CommandError::NewerRoom));
    assert_eq!(tell(&world, 3, third), Err(CommandError::NotDecided), "two above");
    let may = |world: &World, known| seen_by(world, 1, known).fold.may_raise(world.log(1), world.author(1), &closing);
    assert_eq!([1, 2, 3].map(|known| may(&world, known)), [false, true, true]);
    raise(&mut world, 1, 2, closing);
    assert_eq!(tell(&world, 2, closing), Err(CommandError::NotDecided), "once");
    assert!(!may(&world, 2));
}

#[test]
fn a_room_that_a_newer_version_founded_is_one_beyond_what_a_build_knows() {
    let mut world = World::founded_by(12, unknown("room-founded", &BTreeMap::from([("fold", 2)])));
    world.post(1, "hello");
    let raise = raise(&mut world, 1, 3, Cid::of(b"closing"));
    for known in 1..=2 {
        let node = whole(&world, known);
        assert_eq!((node.fold.version(), node.fold.is_newer()), (known + 1, true));
        assert_eq!((node.fold.raised().count(), node.fold.why_ignored(&raise)), (0, None));
        assert!(node.fold.unknown().any(|it| it.cid == raise));
    }
}

/// A room with something from before it was raised and something of each sort from after it.
fn recorded() -> World {
    let mut world = World::new(14);
    let names = ["Ann", "Ben", "Cleo", "Dan"];
    names.iter().enumerate().for_each(|(i, name)| _ = world.introduce(i, name));
    (0..4).for_each(|i| _ = world.post(i, "here"));
    world.sync_all();
    let before = world.open_baton(1, "Scribe");
    world.sync_all();
    world.take(1, before, before);
    let (_, closing) = decide(&mut world, version(2));
    [0, 2].into_iter().for_each(|i| _ = raise(&mut world, i, 2, closing));
    world.sync_all();
    let post = world.post(2, "Written with a newer page.");
    world.sync_all();
    let words = world.say(3, "which one?");
    world.feedback(3, post, Stance::Question, Some(words));
    world.open_baton(2, "Host");
    let words = world.say(2, "I will see to it");
    world.write(2, Promised { words, due: None, from: None });
    world.write(3, unknown("danced", &true));
    world
}

/// The page imports it (`tests/e2e/newer-version.test.js`).
#[test]
fn the_recorded_raised_room_is_what_its_recipe_makes() {
    let world = recorded();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/raised.car");
    let file = export(&world.whole(), |cid| world.words(cid));
    if std::env::var_os("PACELINE_RECORD").is_some() {
        std::fs::write(path, &file).expect("written");
    }
    assert!(std::fs::read(path).expect("it is committed") == file, "record it anew with PACELINE_RECORD=1");
    let told = |known: u32| {
        let node = whole(&world, known);
        (node.fold.version(), node.fold.batons().count(), node.fold.posts().count(), node.fold.unknown().count())
    };
    assert_eq!((told(1), told(2)), ((2, 1, 5, 3), (2, 2, 5, 1)));
}
