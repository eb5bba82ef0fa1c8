//! Commands: what a person may do and why not, by the same judge as the fold.

use std::{cell::RefCell, collections::BTreeMap};

use paceline_room::{
    Cid, NodeId,
    body::{Answer, PostKind, Stance, batons, feedback, people, persons, posts, promises, taking_back},
    command::{Asker, Command, CommandError, Saying},
    testing::{World, unknown},
};
use proptest::{prelude::*, sample::Index};

use crate::{
    judging::pick,
    properties::runner,
    sim::{AUTHORS, Op, Sim, ops},
    support::{Moves, Node, seen_by},
};

fn ask(node: &Node, who: NodeId, command: impl Into<Command>) -> Result<Saying, CommandError> {
    command.into().ask(Asker { fold: &node.fold, log: &node.log, node: who, silence: &|_| 1 })
}

/// What author `i` is told, who has seen what it has.
fn told(world: &World, i: usize, command: impl Into<Command>) -> Option<CommandError> {
    ask(&seen_by(world, i), world.author(i), command).err()
}

fn edit(post: Cid, text: &str) -> posts::Command {
    posts::Command::Edit { post, text: text.into() }
}

fn post(text: &str, reply_to: Option<Cid>, tags: &[&str]) -> posts::Command {
    let tags = tags.iter().map(|it| (*it).to_owned()).collect();
    posts::Command::Post { kind: PostKind::Update, text: text.into(), reply_to, tags, mentions: vec![] }
}

fn give(target: Cid) -> feedback::Command {
    feedback::Command::Give { target, stance: Stance::Question, text: None, sources: vec![] }
}

fn answer(feedback: Cid) -> feedback::Command {
    feedback::Command::Answer { feedback, answer: Answer::Noted, text: String::new(), by: None }
}

#[test]
fn what_was_written_is_there_and_within_its_limits() {
    let mut world = World::new(1);
    let first = world.post(1, "one");
    let introduce = |name: &str| people::Command::Introduce { name: name.into(), strengths: vec![], hue: Some(14) };
    let open = |title: &str| {
        let (title, strengths) = (title.into(), vec!["x".repeat(40); 16]);
        batons::Command::Open { title, strengths, minutes: None, need: None }
    };
    let long = "é".repeat(201);
    for (command, why) in [
        (introduce(" ").into(), Some(CommandError::EmptyText)),
        (introduce(&long).into(), Some(CommandError::TooLong)),
        (introduce("Ann").into(), None),
        (post("\n", None, &[]).into(), Some(CommandError::EmptyText)),
        (post("two", None, &[&long]).into(), Some(CommandError::TooLong)),
        (post("two", None, &["a", "b"]).into(), None),
        (edit(first, "").into(), Some(CommandError::EmptyText)),
        (open("").into(), Some(CommandError::EmptyText)),
        (open(&long).into(), Some(CommandError::TooLong)),
        (open("the venue").into(), None),
    ] {
        let command: Command = command;
        assert_eq!(told(&world, 1, command.clone()), why, "{command:?}");
    }
}

#[test]
fn one_answers_to_what_is_there_and_changes_what_is_ones_own() {
    let mut world = World::new(2);
    let (mine, gone) = (world.post(1, "mine"), world.post(1, "gone"));
    world.retract(1, gone);
    let unseen = world.post(3, "unseen");
    world.send(1, 2);
    let theirs = world.post(2, "theirs");
    let asked = world.feedback(2, mine, Stance::Question, None);
    let thanks = world.feedback(2, mine, Stance::Appreciate, None);
    world.send(2, 1);
    let withdrawn = world.feedback(1, theirs, Stance::Concern, None);
    world.withdraw(1, withdrawn);
    let [first, second] = ["first", "second"].map(|_| world.post(1, "edited"));
    let words = world.say(1, "better");
    let (edited, again) = (world.edit(1, first, words), world.edit(1, second, words));
    world.retract(1, again);
    world.retract_first(1, second);
    let retract = |post| taking_back::Command::Retract { post };
    let version = |version| taking_back::Command::RetractVersion { version };
    let withdraw = |feedback| taking_back::Command::Withdraw { feedback };
    let cases: [(Command, Option<CommandError>); 27] = [
        (post("re", Some(theirs), &[]).into(), None),
        (post("re", Some(unseen), &[]).into(), Some(CommandError::NotFound)),
        (post("re", Some(asked), &[]).into(), Some(CommandError::NotFound)),
        (edit(mine, "new").into(), None),
        (edit(theirs, "new").into(), Some(CommandError::NotYours)),
        (edit(gone, "new").into(), Some(CommandError::NotFound)),
        (edit(asked, "new").into(), Some(CommandError::NotFound)),
        (retract(mine).into(), None),
        (retract(theirs).into(), Some(CommandError::NotYours)),
        (retract(gone).into(), Some(CommandError::NotFound)),
        (retract(unseen).into(), Some(CommandError::NotFound)),
        (version(mine).into(), None),
        (version(first).into(), None),
        (version(edited).into(), None),
        (version(again).into(), Some(CommandError::NotFound)),
        (version(second).into(), Some(CommandError::NotFound)),
        (version(theirs).into(), Some(CommandError::NotYours)),
        (version(gone).into(), Some(CommandError::NotFound)),
        (version(unseen).into(), Some(CommandError::NotFound)),
        (give(theirs).into(), None),
        (give(unseen).into(), Some(CommandError::NotFound)),
        (give(asked).into(), Some(CommandError::NotFound)),
        (answer(asked).into(), None),
        (answer(thanks).into(), Some(CommandError::NotFound)),
        (answer(withdrawn).into(), Some(CommandError::NotYours)),
        (withdraw(asked).into(), Some(CommandError::NotYours)),
        (withdraw(withdrawn).into(), Some(CommandError::NotYours)),
    ];
    for (command, why) in cases {
        assert_eq!(told(&world, 1, command.clone()), why, "{command:?}");
    }
}

/// Commands about a baton and an offer, in order: take, offer, withdraw, accept, decline, release, step in, reclaim, close.
fn about(baton: Cid, offer: Cid, to: NodeId) -> [batons::Command; 9] {
    use batons::Command;
    [
        Command::Take { baton },
        Command::Offer { baton, to, note: String::new() },
        Command::Withdraw { offer },
        Command::Accept { offer },
        Command::Decline { offer, why: String::new() },
        Command::Release { baton, note: String::new() },
        Command::StepIn { baton },
        Command::Reclaim { baton },
        Command::Close { baton, outcome: String::new() },
    ]
}

#[test]
fn a_baton_is_moved_by_whose_turn_it_is() {
    use CommandError::{BatonClosed, NotFound, NotFree, NotHolder, NotOffered, NotReclaimable};
    let mut world = World::new(3);
    for i in 1..=3 {
        world.introduce(i, "somebody");
    }
    let lead = world.open_baton(0, "the release");
    let expect = |world: &World, who: usize, offer: Cid, why: [Option<CommandError>; 9]| {
        let commands = about(lead, offer, world.author(3));
        let got = commands.map(|it| told(world, who, it));
        assert_eq!(got, why, "{who}");
    };
    let (taken, free, offered, back) = (Some(NotFree), Some(NotHolder), Some(NotOffered), Some(NotReclaimable));
    world.sync_all();
    expect(&world, 0, lead, [None, free, offered, offered, offered, free, free, back, free]);
    let held = world.take(1, lead, lead);
    let offer = world.offer(1, lead, held, 2);
    world.send(1, 2);
    world.send(1, 0);
    expect(&world, 1, offer, [taken, None, None, offered, offered, None, free, back, None]);
    expect(&world, 2, offer, [taken, free, free, None, None, free, None, back, free]);
    expect(&world, 0, offer, [taken, free, free, offered, offered, free, None, back, free]);
    let to_self = batons::Command::Offer { baton: lead, to: world.author(1), note: String::new() };
    assert_eq!(told(&world, 1, to_self), offered);
    world.decline(2, offer);
    expect(&world, 2, offer, [taken, free, offered, offered, offered, free, None, back, free]);
    let stand_in = world.step_in(2, lead, held);
    world.send(2, 1);
    expect(&world, 1, offer, [taken, free, offered, offered, offered, free, None, None, free]);
    expect(&world, 2, offer, [taken, None, offered, offered, offered, None, free, back, free]);
    let again = world.reclaim(1, lead, &[stand_in]);
    let released = world.release(1, lead, again);
    world.send(1, 0);
    expect(&world, 0, offer, [None, free, offered, offered, offered, free, free, back, None]);
    world.close(1, lead, released);
    let over = Some(BatonClosed);
    expect(&world, 1, offer, [over, over, offered, offered, offered, over, over, over, over]);
    let unknown = about(offer, offer, world.author(3)).map(|it| told(&world, 1, it));
    let none = Some(NotFound);
    assert_eq!(unknown, [none, none, offered, offered, offered, none, none, none, none]);
}

#[test]
fn in_a_newer_room_one_says_only_what_is_the_same_in_all_versions() {
    let newer = unknown("room-founded", &"of another version");
    let mut world = World::founded_by(4, newer);
    let (mine, other) = (world.post(1, "one"), world.write(1, unknown("decided", &1)));
    for (command, why) in [
        (post("two", Some(mine), &[]).into(), None),
        // What this build does not know, others do.
        (give(other).into(), None),
        (
            Command::from(batons::Command::Open { title: "x".into(), strengths: vec![], minutes: None, need: None }),
            Some(CommandError::NewerRoom),
        ),
    ] {
        assert_eq!(told(&world, 1, command), why);
    }
    // In a room of this version nobody knows it.
    let mut world = World::new(4);
    let other = world.write(1, unknown("decided", &1));
    assert_eq!(told(&world, 1, give(other)), Some(CommandError::NotFound));
}

#[test]
fn words_are_linked_once_they_have_a_name() {
    let mut world = World::new(5);
    let first = world.post(1, "one");
    let node = seen_by(&world, 1);
    let words = Cid::of(b"words");
    let say = |command: Command| {
        let saying = ask(&node, world.author(1), command).expect("it may be done");
        (saying.text.clone(), saying.into_body(Some(words)).words())
    };
    assert_eq!(say(post("two", None, &[]).into()), (Some("two".into()), Some(words)));
    assert_eq!(say(edit(first, "new").into()), (Some("new".into()), Some(words)));
    assert_eq!(say(give(first).into()), (None, Some(words)), "if there are any");
    let silent = ask(&node, world.author(1), give(first)).expect("it may be done");
    assert_eq!((silent.text.clone(), silent.into_body(None).words()), (None, None));
    let retract = ask(&node, world.author(1), taking_back::Command::Retract { post: first });
    assert_eq!(retract.expect("it may be done").into_body(Some(words)).words(), None, "it has no words");
}

/// What somebody tries, about two events.
#[derive(Debug, Clone)]
enum Try {
    First(Op),
    Then { who: usize, kind: usize, about: [Index; 2] },
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let then = (0..AUTHORS, any::<usize>(), any::<[Index; 2]>());
    let then = then.prop_map(|(who, kind, about)| Try::Then { who, kind, about });
    prop::collection::vec(prop_oneof![1 => ops(1, 2).prop_map(|mut it| Try::First(it.remove(0))), 2 => then], 8..76)
}

#[test]
fn what_may_be_done_counts() {
    let seen = RefCell::new(BTreeMap::<String, usize>::new());
    runner()
        .run(&tries(), |tries| {
            let mut sim = Sim::new(0);
            for it in tries {
                let (who, kind, at) = match it {
                    Try::First(op) => {
                        sim.run(&[op]);
                        continue;
                    }
                    Try::Then { who, kind, about } => (who, kind, about),
                };
                // Mostly about what one wrote, or was asked, and with the whole room at hand.
                let kinds: &[&str] = match kind % 23 {
                    4 | 6 => &["feedback-given"],
                    17 => &["posted", "asked"],
                    18 | 19 | 22 => &["promised"],
                    _ => &["posted"],
                };
                let (one, other) = (pick(&sim, &at[0], kinds), pick(&sim, &at[1], &["edited"]));
                let asked = sim.nodes.iter().find_map(|it| it.fold.feedback_by_cid(&one)?.addressee);
                let author = sim.written.iter().find(|it| it.0 == one).map(|it| it.1.author);
                let offered_to = sim.nodes[who].fold.baton(&sim.baton).and_then(|it| it.offered_to);
                let mine = match kind % 23 {
                    4 => asked,
                    10 | 11 => offered_to,
                    _ => author,
                };
                let mine = mine.filter(|_| at[1].index(3) > 0);
                let who = (0..AUTHORS).find(|it| Some(sim.node_id(*it)) == mine).unwrap_or(who);
                if at[1].index(4) > 0 {
                    (0..AUTHORS).for_each(|other| sim.send(other, who));
                }
                let node = &sim.nodes[who];
                let offer = node.fold.baton(&sim.baton).and_then(|it| it.offer).unwrap_or(one);
                let about = about(sim.baton, offer, sim.node_id(kind / 23 % AUTHORS));
                let command: Command = match kind % 23 {
                    0 => post("words", Some(one), &[]).into(),
                    1 => post("words", None, &[]).into(),
                    2 => edit(one, "other words").into(),
                    3 => give(one).into(),
                    4 => feedback::Command::Answer {
                        feedback: one,
                        answer: Answer::Adjusted,
                        text: "so".into(),
                        by: Some(other),
                    }
                    .into(),
                    5 if (kind / 23).is_multiple_of(2) => taking_back::Command::RetractVersion { version: one }.into(),
                    5 => taking_back::Command::Retract { post: one }.into(),
                    6 => taking_back::Command::Withdraw { feedback: one }.into(),
                    16 => {
                        promises::Command::Ask { node: sim.node_id(kind / 23 % AUTHORS), text: "words".into() }.into()
                    }
                    17 => promises::Command::Make { text: "words".into(), due: None, from: Some(one) }.into(),
                    18 => promises::Command::Keep { promise: one, evidence: None }.into(),
                    19 => promises::Command::Drop { promise: one, why: "words".into() }.into(),
                    22 => promises::Command::Renew { promise: one, due: None }.into(),
                    20 => persons::Command::AlsoMe { node: sim.node_id(kind / 23 % AUTHORS) }.into(),
                    21 => persons::Command::NotMe { node: sim.node_id(kind / 23 % AUTHORS) }.into(),
                    nth => about.into_iter().nth(nth - 7).expect("nine of them").into(),
                };
                let Ok(saying) = ask(node, sim.node_id(who), command) else { continue };
                let body = saying.into_body(Some(Cid::of(&kind.to_le_bytes())));
                *seen.borrow_mut().entry(body.kind().to_owned()).or_default() += 1;
                let cid = sim.write(who, body);
                prop_assert_eq!(sim.nodes[who].fold.why_ignored(&cid), None);
            }
            Ok(())
        })
        .expect("it counts");
    let seen = seen.into_inner();
    assert_eq!(seen.len(), 22, "too tame: {seen:?}");
}
