//! The log of an incident: what belongs to it, in which order, and what stands out; and that it tells nothing that anybody took back.

use paceline_room::{
    Cid, Fold, Log,
    body::{
        BatonClosed, BatonReclaimed, BatonSteppedIn, FeedbackGiven, FeedbackWithdrawn, MeetingClosed, MeetingOpened,
        PostKind, Posted, Retracted, RoleOf, Stance, meetings::MeetingValues,
    },
    minutes::{
        incident::{Latest, Moment, Sort, latest, starred},
        minutes,
    },
    testing::World,
};

use crate::english::English;
use crate::html::both;

/// All that one has seen.
fn seen(world: &World) -> (Log, Fold) {
    let (log, mut fold) = (world.whole(), Fold::default());
    log.entries().for_each(|(ix, _)| _ = fold.apply(&log, ix));
    for stored in world.blocks() {
        if let Some((cid, words)) = &stored.words {
            fold.words(&log, *cid, words);
        }
    }
    (log, fold)
}

fn notes(world: &World, meeting: Cid) -> String {
    let (log, fold) = seen(world);
    both(&minutes(&fold, &log, &meeting).expect("a meeting"), &English(&fold))
}

fn last(world: &World, meeting: Cid, most: usize) -> Latest {
    let (log, fold) = seen(world);
    latest(&fold, &log, &meeting, most)
}

fn line(world: &mut World, who: usize, sort: Sort, text: &str) -> Cid {
    let words = world.say(who, text);
    let tags = sort.tag().into_iter().map(|it| it.try_into().unwrap()).collect::<Vec<_>>().try_into().unwrap();
    let (reply_to, mentions) = Default::default();
    let cid = world.write(who, Posted { kind: PostKind::Update, words, reply_to, tags, mentions });
    world.sync_all();
    cid
}

fn thank(world: &mut World, who: usize, target: Cid) -> Cid {
    let (words, sources) = Default::default();
    let cid = world.write(who, FeedbackGiven { target, stance: Stance::Appreciate, words, sources });
    world.sync_all();
    cid
}

/// Ada declares an incident and leads it; Ben and Cleo are there.
fn declared(seconds: Option<u64>) -> (World, Cid, Cid, Cid) {
    let mut world = World::new(5);
    (0..3).for_each(|who| _ = world.introduce(who, ["Ada", "Ben", "Cleo"][who]));
    world.sync_all();
    line(&mut world, 2, Sort::Said, "before it began");
    let values = MeetingValues { update_seconds: seconds.map(|it| it.try_into().unwrap()), ..Default::default() };
    let (form, prompts, call_link) = Default::default();
    let title = "The shop is down".try_into().unwrap();
    let meeting = world.write(0, MeetingOpened { title, form, prompts, call_link, resumes: None, values });
    let baton = world.open_baton(0, "Leads");
    world.write(0, RoleOf { meeting, baton });
    let term = world.take(0, baton, baton);
    world.sync_all();
    (world, meeting, baton, term)
}

#[test]
fn the_log_of_an_incident_is_in_its_notes_line_by_line_with_who_led_and_what_stands_out() {
    let (mut world, meeting, baton, term) = declared(Some(1_800));
    line(&mut world, 1, Sort::Here, "I am here");
    let cause = line(&mut world, 1, Sort::Said, "the disk is full");
    line(&mut world, 0, Sort::Severity, "high");
    let gone = line(&mut world, 0, Sort::Said, "a secret");
    world.write(0, Retracted { post: gone, alone: false });
    world.sync_all();
    let stand_in = world.write(1, BatonSteppedIn { baton, tip: term, silent_for: 10_000_u64.try_into().unwrap() });
    world.sync_all();
    line(&mut world, 1, Sort::Update, "the disk is\n# being emptied");
    thank(&mut world, 0, stand_in);
    thank(&mut world, 2, cause);
    world.write(1, MeetingClosed { meetings: vec![meeting].try_into().unwrap(), words: None });
    world.sync_all();
    line(&mut world, 2, Sort::Said, "after it ended");
    let notes = notes(&world, meeting);
    let told = "## Timeline\n\n\
        - then Ada: Leads, Taken\n\
        - then **Ben** (Here): I am here\n\
        - then ★ **Ben**: the disk is full\n\
        - then **Ada** (Severity): high\n\
        - then Ben: Leads, SteppedIn\n\
        - then **Ben** (Update): the disk is  \n  \\# being emptied\n\
        - then Ada lets Ben go on\n\n";
    assert!(notes.contains(told), "{notes}");
    for other in ["before it began", "after it ended", "a secret"] {
        assert!(!notes.contains(other), "{other} in {notes}");
    }
    let (log, fold) = seen(&world);
    assert_eq!(starred(&fold, &log, &meeting).iter().map(|it| it.cid).collect::<Vec<_>>(), [cause]);
}

#[test]
fn what_is_said_in_another_meeting_is_no_timeline() {
    let (mut world, meeting, ..) = declared(None);
    line(&mut world, 1, Sort::Update, "the disk is full");
    let notes = notes(&world, meeting);
    assert!(!notes.contains("Timeline") && !notes.contains("the disk is full"), "{notes}");
}

#[test]
fn a_page_gets_the_latest_lines_first_and_the_last_word_on_how_bad_it_is() {
    let (mut world, meeting, ..) = declared(Some(60));
    let mut lines: Vec<Cid> = (0..5).map(|at| line(&mut world, at % 3, Sort::Said, &format!("line {at}"))).collect();
    lines.reverse();
    let cids = |it: &Latest| it.moments.iter().map(|it| it.key().1).collect::<Vec<_>>();
    let three = last(&world, meeting, 3);
    assert_eq!((cids(&three), three.count, &three.severity), (lines[..3].to_vec(), 6, &None));
    let all = last(&world, meeting, 50);
    assert_eq!(cids(&all)[..5], lines[..]);
    assert!(matches!(all.moments.last(), Some(Moment::Led { .. })), "it begins with who leads");
    let high = line(&mut world, 1, Sort::Severity, "high");
    let low = line(&mut world, 2, Sort::Severity, "low");
    let severity = |world: &World| last(world, meeting, 1).severity.map(|it| it.cid);
    assert_eq!(severity(&world), Some(low));
    world.write(2, Retracted { post: low, alone: false });
    world.sync_all();
    assert_eq!(severity(&world), Some(high), "what was said before counts again");
    line(&mut world, 2, Sort::Here, "I am here");
    line(&mut world, 1, Sort::Here, "I am here");
    line(&mut world, 2, Sort::Here, "I am here, still");
    assert_eq!(last(&world, meeting, 1).here, [2, 1].map(|it| world.author(it)), "each once, in order");
}

#[test]
fn a_star_is_somebodys_and_goes_with_it() {
    let (mut world, meeting, ..) = declared(Some(60));
    let said = line(&mut world, 1, Sort::Said, "the disk is full");
    let thanks = [0, 2].map(|who| thank(&mut world, who, said));
    let stars = |world: &World| match &last(world, meeting, 1).moments[..] {
        [Moment::Said { stars, .. }] => stars.len(),
        other => panic!("{other:?} is not what was said"),
    };
    assert_eq!(stars(&world), 2);
    for (who, feedback) in [0, 2].into_iter().zip(thanks) {
        world.write(who, FeedbackWithdrawn { feedback });
        world.sync_all();
    }
    assert_eq!(stars(&world), 0);
    let (log, fold) = seen(&world);
    assert_eq!(starred(&fold, &log, &meeting), []);
}

#[test]
fn only_who_led_before_lets_who_stepped_in_go_on() {
    let (mut world, meeting, baton, term) = declared(Some(60));
    let silent_for = 10_000_u64.try_into().unwrap();
    let stand_in = world.write(1, BatonSteppedIn { baton, tip: term, silent_for });
    world.sync_all();
    let let_go_on = |world: &World| {
        let all = last(world, meeting, 50).moments;
        all.iter().filter(|it| matches!(it, Moment::LetGoOn { .. })).count()
    };
    thank(&mut world, 2, stand_in);
    assert_eq!(let_go_on(&world), 0, "thanks of another are thanks");
    let thanks = thank(&mut world, 0, stand_in);
    assert_eq!(let_go_on(&world), 1);
    world.write(0, FeedbackWithdrawn { feedback: thanks });
    world.write(0, BatonReclaimed { baton, tips: vec![stand_in].try_into().unwrap() });
    world.sync_all();
    assert_eq!(let_go_on(&world), 0, "it was taken back");
    assert_eq!(last(&world, meeting, 50).moments.iter().filter(|it| matches!(it, Moment::Led { .. })).count(), 3);
}

#[test]
fn a_role_that_was_added_by_mistake_stands_in_no_notes_and_one_that_somebody_had_does() {
    let (mut world, meeting, ..) = declared(Some(1_800));
    let mut added = |title: &str, does: fn(&mut World)| {
        let baton = world.open_baton(1, title);
        world.write(1, RoleOf { meeting, baton });
        world.sync_all();
        let tip = world.take(1, baton, baton);
        world.sync_all();
        does(&mut world);
        world.write(1, BatonClosed { baton, tip, outcome: Default::default(), by: None });
        world.sync_all();
    };
    added("Scribe", |_| ());
    added("Liaison", |world| _ = line(world, 2, Sort::Said, "I call them"));
    let notes = notes(&world, meeting);
    assert!(!notes.contains("Scribe"), "{notes}");
    assert!(notes.contains("- then Ben: Liaison, Taken\n"), "{notes}");
    assert_eq!(last(&world, meeting, 9).moments.len(), 3, "who leads, who called, and what was said");
}
