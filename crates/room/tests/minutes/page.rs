//! The minutes of a meeting, byte for byte, and that nothing that people write can pass for a part of them.

use paceline_room::{
    Cid, Fold, Log,
    body::{
        AgendaItemAdded, AgendaItemDone, Answered, BatonReleased, FeedbackGiven, MeetingClosed, MeetingOpened,
        PromiseDropped, PromiseKept, PromiseRenewed, Promised, Retracted, RoleOf, RoundOpened, Stance, ThemePlaced,
        meetings::{ItemKind, Order},
        rounds::{Ask, Dots, True, Under, Value},
    },
    log::Admission,
    minutes::{markdown, minutes},
    testing::World,
};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::english::English;

/// What all have written, and what it means.
pub fn folded(world: &World) -> (Fold, Log) {
    let mut log = Log::new(world.room());
    let mut fold = Fold::default();
    for stored in world.blocks() {
        if let Ok(Admission::Admitted(ix)) = log.admit(&stored.block) {
            fold.apply(&log, ix);
        }
        if let Some((cid, words)) = &stored.words {
            fold.words(&log, *cid, words);
        }
    }
    (fold, log)
}

fn shown(world: &World, meeting: Cid) -> Option<String> {
    let (fold, log) = folded(world);
    minutes(&fold, &log, &meeting).map(|it| markdown(&it, &English(&fold)))
}

fn words(question: &str, meeting: Cid) -> RoundOpened {
    let (question, ask, meeting) = (question.try_into().unwrap(), Ask::Words(True), Some(meeting));
    RoundOpened { question, ask, sealed: false, meeting, order: Default::default(), many: false }
}

fn answer(world: &mut World, who: usize, round: Cid, text: &str) -> Cid {
    let words = Some(world.say(who, text));
    let cid = world.write(who, Answered { round, answer: None, words });
    world.sync_all();
    cid
}

fn opened(title: &str) -> MeetingOpened {
    let (form, prompts, call_link) = Default::default();
    MeetingOpened {
        title: title.try_into().unwrap(),
        form,
        prompts,
        call_link,
        resumes: None,
        values: Default::default(),
    }
}

/// Three hold a meeting in which each part of the minutes has something; whatever they write is given.
pub fn held(text: &str) -> (World, Cid) {
    let mut world = World::new(5);
    for (who, name) in [(0, "Ada"), (1, "Ben"), (2, "Cleo"), (3, "Dan")] {
        world.introduce(who, name);
    }
    world.sync_all();
    world.post(3, "before it began");
    world.sync_all();
    let title: String = text.chars().take(200).collect();
    let title = if title.is_empty() { "Stand-up".to_owned() } else { title };
    let meeting = world.write(0, opened(&title));
    let baton = world.open_baton(0, &title);
    world.write(0, RoleOf { meeting, baton });
    let term = world.take(0, baton, baton);
    let done = world.write(0, words("Done", meeting));
    let order = Order::between(None, None).unwrap();
    let after = Order::between(Some(&order), None).unwrap();
    let (minutes, tags) = Default::default();
    let title: paceline_room::body::Title = title.try_into().unwrap();
    let kind = ItemKind::Talk;
    let item =
        AgendaItemAdded { title: title.clone(), kind, order, meeting: Some(meeting), minutes, tags, about: None };
    let budget = world.write(0, item.clone());
    world.write(0, AgendaItemAdded { order: after, ..item });
    world.sync_all();
    answer(&mut world, 0, done, text);
    answer(&mut world, 1, done, text);
    let options = vec!["Apples".try_into().unwrap(), "Pears".try_into().unwrap()].try_into().unwrap();
    let dots = Ask::Dots(Dots { budget: 3_u64.try_into().unwrap(), options });
    let question = "Vote".try_into().unwrap();
    let order = Default::default();
    let vote = RoundOpened { question, ask: dots, sealed: false, meeting: Some(meeting), order, many: false };
    let vote = world.write(2, vote);
    world.sync_all();
    let given = Value::Dots(vec![1_u64.try_into().unwrap(), 2_u64.try_into().unwrap()].try_into().unwrap());
    world.write(1, Answered { round: vote, answer: Some(given), words: None });
    world.sync_all();
    let outcome: String = text.chars().take(2_000).collect();
    world.write(2, AgendaItemDone { item: budget, outcome: outcome.clone().try_into().unwrap(), again: false });
    let promised = world.say(2, text);
    world.write(2, Promised { words: promised, due: "2026-12-01".parse().ok(), from: None });
    let claim = world.post(1, text);
    world.sync_all();
    let wrong = Some(world.say(2, text));
    world.write(2, FeedbackGiven { target: claim, stance: Stance::Correct, words: wrong, sources: Default::default() });
    let asked = Some(world.say(0, text));
    world
        .write(0, FeedbackGiven { target: claim, stance: Stance::Question, words: asked, sources: Default::default() });
    world.write(0, BatonReleased { baton, tip: term, note: outcome.try_into().unwrap() });
    world.sync_all();
    (world, meeting)
}

pub fn end(world: &mut World, meeting: Cid, text: &str) {
    let words = Some(world.say(0, text));
    world.write(0, MeetingClosed { meetings: vec![meeting].try_into().unwrap(), words });
    world.sync_all();
    world.post(3, "after it ended");
    world.sync_all();
}

#[test]
fn the_minutes_of_a_meeting_are_the_same_byte_for_byte() {
    let (mut world, meeting) = held("It moved.\nAnd *how*");
    let during = shown(&world, meeting).expect("a meeting");
    assert!(during.contains("it goes on") && !during.contains("before it began"), "{during}");
    end(&mut world, meeting, "See you");
    let after = shown(&world, meeting).expect("a meeting");
    assert_eq!(after, include_str!("page.md"), "{after}");
    assert_eq!(shown(&world, Cid::of(b"no meeting")), None);
}

#[test]
fn notes_that_say_the_same_stand_together_and_votes_for_them_are_one_number() {
    let (mut world, meeting) = held("word");
    let notes = world.write(0, RoundOpened { many: true, ..words("Notes", meeting) });
    world.sync_all();
    let [slow, days, fast] =
        ["slow *reviews*", "- reviews take days", "a fast build"].map(|text| answer(&mut world, 1, notes, text));
    world.write(2, ThemePlaced { answer: days, round: notes, under: Some(Under::Answer(slow)) });
    let options = [slow, days, fast].map(|it| it.to_string().as_str().try_into().unwrap()).to_vec();
    let ask = Ask::Dots(Dots { budget: 3_u64.try_into().unwrap(), options: options.try_into().unwrap() });
    let vote = world.write(2, RoundOpened { ask, ..words("What first?", meeting) });
    world.sync_all();
    let dots = |all: [u64; 3]| Some(Value::Dots(all.map(|it| it.try_into().unwrap()).to_vec().try_into().unwrap()));
    world.write(1, Answered { round: vote, answer: dots([1, 1, 1]), words: None });
    world.write(2, Answered { round: vote, answer: dots([0, 0, 1]), words: None });
    world.write(3, Answered { round: vote, answer: dots([1, 1, 0]), words: None });
    world.sync_all();
    let page = shown(&world, meeting).expect("a meeting");
    let notes = "## Notes\n\n- **Ben**: slow *reviews*\n  - **Ben**: \\- reviews take days\n- **Ben**: a fast build\n";
    assert!(page.contains(notes), "{page}");
    assert!(page.contains("## What first?\n\n- 4: slow *reviews*\n- 2: a fast build\n"), "{page}");
}

#[test]
fn a_role_ends_with_its_meeting_and_what_becomes_of_it_later_changes_no_notes() {
    let (mut world, meeting) = held("word");
    let baton = world.open_baton(1, "Scribe");
    world.write(1, RoleOf { meeting, baton });
    let term = world.take(1, baton, baton);
    let began = "- Scribe\n  - **Ben** led for ";
    assert!(!shown(&world, meeting).expect("a meeting").contains(began));
    end(&mut world, meeting, "See you");
    let notes = shown(&world, meeting).expect("a meeting");
    assert!(notes.contains(began), "{notes}");
    world.write(1, BatonReleased { baton, tip: term, note: "late".try_into().unwrap() });
    world.sync_all();
    let tip = world.log(1).tips().iter().map(|it| world.log(1).entry(it).cid).next().expect("a tip");
    world.take(2, baton, tip);
    assert_eq!(shown(&world, meeting).expect("a meeting"), notes);
}

#[test]
fn what_became_of_promises_is_told_where_it_was_said_and_what_is_said_of_it_elsewhere_is_not() {
    let mut world = World::new(9);
    (0..3).for_each(|who| _ = world.introduce(who, ["Ada", "Ben", "Cleo"][who]));
    world.sync_all();
    let due = |it: &str| it.parse().ok();
    let mut promise = |who: usize, text: &str| {
        let words = world.say(who, text);
        world.write(who, Promised { words, due: due("2026-12-01"), from: None })
    };
    let [brushes, paint, door] = [promise(1, "brushes"), promise(1, "paint"), promise(2, "door")];
    let [rails, ropes, lamp] = [promise(1, "rails"), promise(1, "ropes"), promise(1, "lamp")];
    world.write(1, PromiseKept { promise: lamp, evidence: None });
    world.sync_all();
    let meeting = world.write(0, opened("Retro"));
    // Beside the opening.
    world.write(2, PromiseRenewed { promise: door, due: due("2026-12-24") });
    world.send(0, 1);
    world.write(1, PromiseRenewed { promise: brushes, due: due("2026-12-08") });
    world.write(1, PromiseRenewed { promise: brushes, due: due("2026-12-15") });
    let taken_back = world.write(1, PromiseRenewed { promise: paint, due: None });
    world.write(1, Retracted { post: taken_back, alone: false });
    world.write(1, PromiseKept { promise: rails, evidence: None });
    let words = world.say(1, "none are left");
    world.write(1, PromiseDropped { promise: ropes, words });
    world.sync_all();
    let notes = shown(&world, meeting).expect("a meeting");
    let said = "## Promises\n\n- **Ben**: brushes (Promised anew, by 2026-12-15)\n\
                - **Ben**: rails (Kept, by 2026-12-01)\n- **Ben**: ropes (Dropped, by 2026-12-01)\n";
    assert!(notes.contains(said), "{notes}");
    assert!(["paint", "door", "lamp"].iter().all(|it| !notes.contains(it)), "{notes}");
    end(&mut world, meeting, "See you");
    let notes = shown(&world, meeting).expect("a meeting");
    assert!(notes.contains(said), "{notes}");
    // In the next one.
    let next = world.write(0, opened("Retro"));
    world.sync_all();
    world.write(1, PromiseRenewed { promise: brushes, due: due("2027-01-05") });
    world.sync_all();
    assert_eq!(shown(&world, meeting).expect("a meeting"), notes);
    let told = shown(&world, next).expect("a meeting");
    assert!(told.contains("- **Ben**: brushes (Promised anew, by 2027-01-05)\n"), "{told}");
    world.write(1, PromiseKept { promise: brushes, evidence: None });
    world.sync_all();
    let told = shown(&world, next).expect("a meeting");
    assert!(told.contains("- **Ben**: brushes (Kept anew, by 2027-01-05)\n"), "{told}");
}

/// What stands on a page, as far as it is made by marks: its blocks in order, without their words.
fn blocks(markdown: &str) -> Vec<String> {
    let parser = Parser::new_ext(markdown, Options::all());
    parser
        .filter_map(|it| match it {
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Superscript | Tag::Subscript) => None,
            Event::Start(tag) => Some(format!("{tag:?}")),
            Event::Html(_) | Event::InlineHtml(_) | Event::Rule | Event::FootnoteReference(_) => {
                Some(format!("{it:?}"))
            }
            Event::TaskListMarker(done) => Some(format!("task {done}")),
            _ => None,
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_people_write_makes_a_part_of_the_minutes(
        lines in proptest::collection::vec(
            prop_oneof![
                "[-+*#>=_~`|:\\[\\]().!&<0-9 \\t]{0,12}[a-z]{0,4}",
                Just("---".to_owned()),
                Just("```".to_owned()),
                Just("# Promises".to_owned()),
                Just("1) x".to_owned()),
                Just("[a]: https://example.org".to_owned()),
                Just("| a | b |".to_owned()),
                Just("<script>".to_owned()),
                Just("    code".to_owned()),
                Just("- [x] done".to_owned()),
                Just("![](https://example.org/x.png)".to_owned()),
                "\\PC{0,12}",
            ],
            1..6,
        ),
    ) {
        let text = format!("x{}", lines.join("\n"));
        let marks = lines.join("\n");
        let (world, meeting) = held(&text);
        let plain = shown(&held("word").0, held("word").1).expect("a meeting");
        let page = shown(&world, meeting).expect("a meeting");
        prop_assert_eq!(blocks(&page), blocks(&plain), "{}", page);
        if !marks.trim().is_empty() {
            let (world, meeting) = held(&marks);
            let page = shown(&world, meeting).expect("a meeting");
            prop_assert_eq!(blocks(&page), blocks(&plain), "{}", page);
        }
    }
}
