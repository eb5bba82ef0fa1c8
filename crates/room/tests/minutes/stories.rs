//! The two meetings that five hold: one comes late, one is away for a while, two press at once, what was done is undone, and the
//! room may be cut in two in the middle. Whichever it is and in whatever order events come, all have the same notes to the byte.

use std::{fs, path::Path};

use paceline_room::{
    Cid, NodeId,
    body::{
        PostKind, Stance, Title, batons, feedback, meetings,
        meetings::NewItem,
        posts, promises,
        rounds::{Ask, Command as Rounds, Dots, Said, Turn, Under},
    },
    suggest::runs_next,
};

use crate::table::{Seen, Table, form_of};

const ADA: usize = 0;
const BEN: usize = 1;
const CLEO: usize = 2;
const EVA: usize = 3;
/// Comes late.
const DAN: usize = 4;

/// Four of them, who said their names.
fn four(seed: u64) -> Table {
    let mut table = Table::new(seed, 5);
    table.sides([&[ADA, BEN, CLEO, EVA]]);
    for (who, name) in [(ADA, "Ada"), (BEN, "Ben"), (CLEO, "Cleo"), (EVA, "Eva")] {
        table.comes(who, name);
    }
    table
}

fn says(round: Cid, text: &str) -> Rounds {
    Rounds::Answer { round, answer: Said::Text(text.into()) }
}

fn does(text: &str, due: &str, from: Cid) -> promises::Command {
    promises::Command::Make { text: text.into(), due: Some(due.parse().expect("a day")), from: Some(from) }
}

fn posts(kind: PostKind, text: &str) -> posts::Command {
    posts::Command::Post { kind, text: text.into(), reply_to: None, tags: vec![], mentions: vec![] }
}

fn tells(target: Cid, stance: Stance, text: &str) -> feedback::Command {
    feedback::Command::Give { target, stance, text: Some(text.into()), sources: vec![] }
}

/// The role moves on, with a word.
fn hands_over(table: &mut Table, meeting: Cid, from: usize, to: usize, note: &str) {
    let baton = table.seen_by(from).fold.meetings().roles_of(meeting).next().expect("a role");
    let offer = batons::Command::Offer { baton, to: table.node(to), note: note.into() };
    let offer = table.act(from, offer);
    table.act(to, batons::Command::Accept { offer });
}

/// Who led least lately says that it runs the next one.
fn runs_the_next(table: &mut Table, meeting: Cid, expected: usize) {
    let Seen { fold, log } = table.seen_by(ADA);
    let suggested = runs_next(fold, log, &meeting, &[]).expect("somebody").node;
    assert_eq!(table.who(suggested), expected);
    let text = "I run the next one".into();
    table.act(expected, promises::Command::Make { text, due: None, from: Some(meeting) });
}

/// Everybody has these notes of the one meeting there was, whatever the order in which all of it came.
fn assert_all_have(table: &Table, meeting: Cid, file: &str) {
    let first = table.seen_by(ADA);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/minutes").join(file);
    if std::env::var_os("PACELINE_RECORD").is_some() {
        fs::write(&path, first.notes(meeting)).expect("it can be written");
    }
    let expected = fs::read_to_string(path).expect("it is committed: make it with PACELINE_RECORD=1");
    let shuffled: Vec<Seen> = (0..12).map(|seed| Seen::all(table, seed)).collect();
    for seen in table.all().chain(&shuffled) {
        assert_eq!(seen.notes(meeting), expected, "record it anew with PACELINE_RECORD=1");
        assert_eq!(seen.fold.digest(), first.fold.digest());
        assert_eq!(seen.log.len(), table.written.len());
        assert_eq!(seen.fold.meetings().all.iter().map(|it| it.cid).collect::<Vec<_>>(), [meeting]);
        assert!(seen.fold.meetings().open.iter().next().is_none());
        for round in first.fold.rounds().of_meeting(meeting) {
            let [theirs, ours] = [seen, first].map(|it| it.fold.rounds().sheet(it.round(round.cid)));
            assert_eq!(theirs, ours, "{}", round.question);
        }
    }
}

fn now(seen: &Seen, turns: Cid) -> Option<NodeId> {
    seen.round(turns).now
}

fn stand_up(cut: bool) -> (Table, Cid) {
    let mut table = four(41);
    let meeting = table.begin(ADA, &form_of("stand-up"), "Stand-up, 28 Nov", &[ADA, CLEO, EVA, BEN]);
    let [done, next, stuck, turns] = [0, 1, 2, 3].map(|at| table.seen_by(EVA).nth_round(meeting, at));
    for (who, name) in [(ADA, "Ada"), (BEN, "Ben"), (CLEO, "Cleo"), (EVA, "Eva")] {
        table.act(who, says(done, &format!("{name} has painted")));
    }
    let brushes = table.act(CLEO, says(stuck, "no long brushes"));
    table.act(BEN, does("no long brushes", "2026-11-29", brushes));

    // Eva's phone is locked, and Dan comes late.
    table.sides([&[ADA, BEN, CLEO, DAN]]);
    table.comes(DAN, "Dan");
    let state = Turn::Joined;
    table.act(DAN, Rounds::Turn { round: turns, node: table.node(DAN), state });
    let speaks = |table: &Table, who: usize| {
        for at in [ADA, BEN, CLEO, DAN] {
            assert_eq!(now(table.seen_by(at), turns).map(|it| table.who(it)), Some(who), "as {at} sees it");
        }
    };
    let turn = |table: &Table, who: usize, state| Rounds::Turn { round: turns, node: table.node(who), state };

    // Two press at once: one step. One takes it back, for all.
    speaks(&table, ADA);
    table.at_once([ADA, BEN].map(|who| (who, turn(&table, ADA, Turn::Spoken))));
    speaks(&table, CLEO);
    table.act(CLEO, turn(&table, ADA, Turn::Again));
    speaks(&table, ADA);
    hands_over(&mut table, meeting, ADA, BEN, "You know the paint");
    let claim = table.act(CLEO, posts(PostKind::Update, "The door is dry by noon.\nAnd the *window*, too"));

    // Cut in two: both sides go on.
    if cut {
        table.sides([&[ADA, BEN], &[CLEO, DAN]]);
    }
    table.at_once([(ADA, turn(&table, ADA, Turn::Spoken)), (CLEO, turn(&table, ADA, Turn::Spoken))]);
    table.at_once([(BEN, says(next, "the second coat")), (DAN, says(done, "I was late"))]);
    let wrong = table.act(BEN, posts(PostKind::Question, "Who has the key?"));
    if cut {
        assert_eq!(table.seen_by(CLEO).fold.post(&wrong).map(|it| it.cid), None, "they are apart");
    }
    table.sides([&[ADA, BEN, CLEO, DAN]]);
    speaks(&table, CLEO);
    table.act(BEN, tells(claim, Stance::Correct, "It takes a day"));
    table.act(DAN, tells(wrong, Stance::Question, "Which key?"));

    // Who is away when its turn comes has it later, and so has who was late.
    table.act(CLEO, turn(&table, CLEO, Turn::Spoken));
    speaks(&table, EVA);
    table.act(ADA, turn(&table, EVA, Turn::Away));
    speaks(&table, BEN);
    table.act(BEN, turn(&table, BEN, Turn::Spoken));
    speaks(&table, DAN);
    table.act(DAN, Rounds::Pass { round: turns });
    table.sides([&[ADA, BEN, CLEO, DAN, EVA]]);
    speaks(&table, EVA);
    table.act(EVA, turn(&table, EVA, Turn::Spoken));
    assert!(table.all().all(|it| now(it, turns).is_none()), "all have spoken");
    table.act(BEN, meetings::Command::Close { meeting, note: "Same time tomorrow".into() });
    runs_the_next(&mut table, meeting, CLEO);
    (table, meeting)
}

#[test]
fn the_stand_up_of_five_has_the_same_notes_for_all_cut_in_two_or_not() {
    for cut in [false, true] {
        let (table, meeting) = stand_up(cut);
        assert_all_have(&table, meeting, "stand-up.md");
    }
}

const NOTES: [(usize, &str); 4] =
    [(ADA, "the build is fast"), (BEN, "reviews take days"), (CLEO, "slow reviews again"), (EVA, "the lift is broken")];

/// What can be read in a round.
fn open_texts(seen: &Seen, round: Cid) -> Vec<String> {
    let answers = seen.fold.rounds().answers_in(round).filter(|it| it.opened && !it.apart);
    answers.filter_map(|it| it.text.as_deref().map(str::to_owned)).collect()
}

fn retro(cut: bool) -> (Table, Cid) {
    let form = form_of("retro");
    let mut table = four(42);
    let meeting = table.begin(ADA, &form, "Retro, 28 Nov", &[]);
    let round = table.seen_by(EVA).nth_round(meeting, 0);
    let notes = NOTES.map(|(who, text)| table.act(who, says(round, text)));
    for seen in table.all() {
        assert!(NOTES.iter().all(|(_, text)| !format!("{:?}", seen.fold.rounds()).contains(text)), "they are hidden");
    }

    // Eva's phone is locked from here on, and Dan comes late.
    table.sides([&[ADA, BEN, CLEO, DAN]]);
    table.comes(DAN, "Dan");
    for who in [ADA, BEN, CLEO, DAN] {
        table.act(who, Rounds::Done { round });
    }
    // On both sides, or here and there at once, somebody has all shown.
    let half: &[usize] = &[CLEO, DAN];
    if cut {
        table.sides([&[ADA, BEN], half]);
    }
    table.at_once([ADA, CLEO].map(|who| (who, Rounds::Reveal { round })));
    table.show(round);
    if cut {
        // Two who have shares are on this side, one on the other.
        assert_eq!(open_texts(table.seen_by(ADA), round).len(), 4);
        assert_eq!(open_texts(table.seen_by(CLEO), round), ["slow reviews again"]);
    }
    table.sides([&[ADA, BEN, CLEO, DAN]]);
    table.show(round);
    for who in [ADA, BEN, CLEO, DAN] {
        assert_eq!(open_texts(table.seen_by(who), round), NOTES.map(|it| it.1), "as {who} sees it");
    }

    let [fast, days, slow, lift] = notes;
    table.act(CLEO, Rounds::Place { answer: slow, under: Some(Under::Answer(days)) });
    let Seen { fold, .. } = table.seen_by(DAN);
    let groups = fold.rounds().groups(fold.round(&round).expect("a round"), None);
    let firsts: Vec<Cid> = groups.iter().filter_map(|it| it.first()).map(|it| it.cid).collect();
    assert_eq!(firsts, [fast, days, lift]);
    let options: Vec<Title> = firsts.iter().map(|it| it.to_string().as_str().try_into().expect("a title")).collect();
    let budget = form.number(&["meeting", "notes", "dots"]).expect("dots").try_into().expect("so many");
    let ask = Ask::Dots(Dots { budget, options: options.try_into().expect("few") });
    let question = "Vote".into();
    let vote = Rounds::Open { question, ask, sealed: false, meeting: Some(meeting), order: vec![], many: false };
    let vote = table.act(ADA, vote);
    let dots = |given: &[(Cid, u64)]| {
        let given = given.iter().map(|(to, many)| (to.to_string(), *many)).collect();
        Rounds::Answer { round: vote, answer: Said::Dots(given) }
    };
    table.act(CLEO, dots(&[(days, 1)]));
    table.act(CLEO, dots(&[(days, 2), (lift, 1)]));
    table.act(BEN, dots(&[(days, 1), (lift, 1)]));
    table.act(DAN, dots(&[(fast, 1)]));
    table.act(ADA, Rounds::Close { round: vote });
    let Seen { fold, .. } = table.seen_by(BEN);
    let votes = fold.round(&vote).expect("a round");
    let groups = fold.rounds().groups(fold.round(&round).expect("a round"), Some(votes));
    assert_eq!(
        groups.iter().map(|it| (it.answers[0].cid, it.dots)).collect::<Vec<_>>(),
        [(days, 3), (lift, 2), (fast, 1)]
    );

    let seconds = form.number(&["meeting", "notes", "talk_seconds"]).expect("a time");
    let talks = |about| meetings::Command::Timer { seconds, about: Some(about) };
    let about = |table: &Table, note| {
        for seen in [ADA, BEN, CLEO, DAN].map(|it| table.seen_by(it)) {
            assert_eq!(seen.meeting(meeting).timer.as_ref().and_then(|it| it.about), Some(note));
        }
    };
    table.act(ADA, talks(days));
    table.act(CLEO, does("ask for smaller changes", "2026-12-12", days));
    // Two press at once: one step, and it is taken back.
    table.at_once([(ADA, talks(lift)), (BEN, talks(lift))]);
    about(&table, lift);
    table.act(DAN, talks(days));
    about(&table, days);
    hands_over(&mut table, meeting, ADA, DAN, "You have fresh eyes");
    let claim = table.act(DAN, posts(PostKind::Update, "The lift was mended on Friday"));

    table.sides([&[ADA, BEN, CLEO, DAN, EVA]]);
    assert_eq!(open_texts(table.seen_by(EVA), round).len(), 4);
    table.act(EVA, tells(claim, Stance::Correct, "It is broken still"));
    let later = NewItem {
        title: "The coffee machine".into(),
        kind: meetings::ItemKind::Talk,
        minutes: None,
        tags: vec![],
        meeting: None,
        about: None,
    };
    table.act(EVA, meetings::Command::Add(later));
    table.act(BEN, tells(claim, Stance::Question, "Who mended it?"));
    table.act(DAN, talks(lift));
    table.act(DAN, talks(fast));
    table.act(CLEO, meetings::Command::Close { meeting, note: "Thanks, all".into() });
    runs_the_next(&mut table, meeting, BEN);
    (table, meeting)
}

#[test]
fn the_retro_of_five_has_the_same_notes_for_all_cut_in_two_or_not() {
    for cut in [false, true] {
        let (table, meeting) = retro(cut);
        assert_all_have(&table, meeting, "retro.md");
    }
}
