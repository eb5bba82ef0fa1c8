//! Hostile logs beside a benign one of equal length: what an event costs there, and what it costs in an ordinary meeting. The
//! meeting is recorded (`vectors/meeting.car`); the recipe that made it is here and makes the same bytes. Each hostile log is the
//! worst of several, over what its kind leaves to choose.
//!
//! An event may cost three times one of the meeting, whatever it says: however many others it names, however many transfers it is the
//! first of its chain to see, and however many batons it changes. Where decisions are attacked it may cost three times one of a room of as
//! many people that decides ([`deciding`]). All are folded as what is loaded or caught up is: in slices. How long
//! that took is printed beside the count, so that whoever lowers one sees whether the other falls.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use paceline_room::{
    Admission, Cid, Event, Log,
    body::{
        Answer, Ballot, BallotCast, BatonAccepted, BatonOffered, DecisionClosed, Edited, FeedbackAnswered,
        FeedbackGiven, Mentions, PostKind, Posted, PromiseKept, Promised, Proposed, Retracted, Stance, Tags,
    },
    car::{Reader, export},
    cost,
    fold::Folding,
    state::TermBy,
    testing::{
        World,
        hostile::{Harm, Knobs, Transfer},
    },
};

/// Events of the meeting, and of each log beside it.
const EVENTS: usize = 400;
/// Events of a log that shows what its kind is about.
const TRIED: usize = 128;
/// Logs of each kind that are tried.
const DRAWS: u64 = 8;
/// So many events are taken in before votes are counted: as loading and catching up do (`EVENTS` in `crates/node/src/slice.rs`).
const SLICE: usize = 16;
/// An event of a hostile log may cost so many times what one of the meeting costs.
const MOST: u64 = 3;
const PEOPLE: usize = 8;

/// Harm done with decisions: set beside a room that decides, as it should, for an answer weighs more than a post.
const DECISIONS: [Harm; 8] = [
    Harm::Ballots,
    Harm::Closings,
    Harm::ClosingsApart,
    Harm::Objections,
    Harm::Strangers,
    Harm::Amendments,
    Harm::Withdrawals,
    Harm::Mandates,
];

/// A meeting as any other: eight who see each other's events at once or soon, post, answer, correct, promise, and pass the lead on.
struct Meeting {
    world: World,
    drawn: u64,
    posts: Vec<(usize, Cid)>,
    asked: Vec<(usize, Cid)>,
    promises: Vec<(usize, Cid)>,
    leads: Vec<(Cid, usize, Cid)>,
}

impl Meeting {
    fn held() -> World {
        let mut world = World::new(13);
        (0..PEOPLE).for_each(|who| _ = world.introduce(who, "somebody"));
        world.sync_all();
        let leads = (0..3).map(|who| {
            let baton = world.open_baton(who, "lead");
            (baton, who, world.take(who, baton, baton))
        });
        let leads = leads.collect();
        world.sync_all();
        let (posts, asked, promises) = Default::default();
        let mut meeting = Self { world, drawn: 0, posts, asked, promises, leads };
        let mut last = 0;
        while meeting.world.blocks().len() < EVENTS {
            let who = meeting.draw(PEOPLE);
            match meeting.draw(16) {
                0 => meeting.world.sync_all(),
                // Now and then two write at once.
                1 | 2 => {}
                _ => meeting.world.send(last, who),
            }
            meeting.act(who);
            last = who;
        }
        meeting.world
    }

    fn draw(&mut self, most: usize) -> usize {
        self.drawn = self.drawn.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.drawn ^ (self.drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 33) as usize % most
    }

    /// One of those that `who` has seen, the later the likelier.
    fn seen(&mut self, who: usize, all: &[(usize, Cid)]) -> Option<(usize, Cid)> {
        let back = self.draw(12) + 1;
        let it = *all.get(all.len().checked_sub(back)?)?;
        self.world.log(who).find(&it.1).map(|_| it)
    }

    fn act(&mut self, who: usize) {
        let (posts, asked, promises) = (self.posts.clone(), self.asked.clone(), self.promises.clone());
        let post = self.seen(who, &posts);
        match (self.draw(20), post) {
            (0..=2, Some((_, post))) => {
                let words = self.world.say(who, "an answer to that");
                let (tags, mentions) = (Tags::default(), Mentions::default());
                let answer = Posted { kind: PostKind::Idea, words, reply_to: Some(post), tags, mentions };
                let answer = self.world.write(who, answer);
                self.posts.push((who, answer));
            }
            (3..=6, Some((_, target))) => {
                let stances = [Stance::Appreciate, Stance::BuildOn, Stance::Question, Stance::Correct];
                let stance = stances[self.draw(stances.len())];
                let words = Some(self.world.say(who, "what about this")).filter(|_| stance != Stance::Appreciate);
                let given = FeedbackGiven { target, stance, words, sources: Default::default() };
                let given = self.world.write(who, given);
                if let Some((author, _)) = post.filter(|_| stance.opens_loop()) {
                    self.asked.push((author, given));
                }
            }
            (7 | 8, _) => {
                if let Some((author, feedback)) = self.seen(who, &asked).filter(|it| it.0 == who) {
                    let words = Some(self.world.say(author, "so it is"));
                    let answer = FeedbackAnswered { feedback, answer: Answer::Noted, words, by: None };
                    self.world.write(author, answer);
                }
            }
            (9, Some((author, post))) if author == who => {
                let words = self.world.say(who, "said better");
                self.world.write(who, Edited { post, words });
            }
            (10, Some((author, post))) if author == who => _ = self.world.write(who, Retracted { post, alone: false }),
            (11, from) => {
                let words = self.world.say(who, "it will be done");
                let promise = self.world.write(who, Promised { words, due: None, from: from.map(|it| it.1) });
                self.promises.push((who, promise));
            }
            (12, evidence) => {
                if let Some((_, promise)) = self.seen(who, &promises).filter(|it| it.0 == who) {
                    self.world.write(who, PromiseKept { promise, evidence: evidence.map(|it| it.1) });
                }
            }
            (13, _) => self.hand_on(),
            _ => {
                let post = self.world.post(who, "something that is worth a sentence or two");
                self.posts.push((who, post));
            }
        }
    }

    fn hand_on(&mut self) {
        self.world.sync_all();
        let (at, to) = (self.draw(self.leads.len()), self.draw(PEOPLE));
        let (baton, holder, tip) = self.leads[at];
        if holder != to {
            let offer = BatonOffered { baton, tip, to: self.world.author(to), note: Default::default() };
            let by = self.world.write(holder, offer);
            self.world.send(holder, to);
            self.leads[at] = (baton, to, self.world.write(to, BatonAccepted { baton, tip, by }));
        }
    }
}

/// A room that decides, as it should: the same eight propose in turn, all answer once, who proposed it closes, and somebody posts in
/// between. Everybody hears at once of what was said; nothing is late.
fn deciding() -> (Cid, Vec<Vec<u8>>) {
    let mut world = World::new(17);
    (0..PEOPLE).for_each(|who| _ = world.introduce(who, "somebody"));
    world.sync_all();
    for round in 0.. {
        let proposer = round % PEOPLE;
        let proposal = propose(&mut world, proposer);
        world.sync_all();
        for at in 0..PEOPLE {
            let who = (proposer + at) % PEOPLE;
            if at % 2 == 1 {
                world.post(who, "something that is worth a sentence or two");
            }
            let stance = if (round + at) % 7 == 0 { Ballot::Concern } else { Ballot::Consent };
            world.write(who, BallotCast { proposal, version: proposal, stance, words: None });
            world.sync_all();
        }
        world.write(proposer, DecisionClosed { proposal, version: proposal });
        world.sync_all();
        if world.blocks().len() >= EVENTS {
            break;
        }
    }
    (world.room(), world.blocks().iter().take(EVENTS).map(|it| it.block.to_vec()).collect())
}

fn propose(world: &mut World, who: usize) -> Cid {
    let (title, words) = ("A title".try_into().unwrap_or_default(), world.say(who, "what is proposed"));
    let (policy, effect, trial, review_on, meeting, about) = (None, None, false, None, None, None);
    world.write(who, Proposed { title, words, policy, effect, trial, review_on, meeting, about })
}

fn recorded() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/meeting.car")
}

/// The recorded meeting: its room and its blocks, without words.
fn meeting() -> (Cid, Vec<Vec<u8>>) {
    let (mut reader, mut blocks) = (Reader::new(), Vec::new());
    reader.push(&fs::read(recorded()).expect("it is committed"), &mut blocks).expect("a CAR");
    let room = reader.room().expect("it names its room");
    (room, blocks.into_iter().map(|it| it.block.to_vec()).collect())
}

/// What these events cost to admit and fold, in looks, and how long that took without checking what they are signed with.
#[expect(clippy::disallowed_methods, reason = "times are printed, and nothing is asserted of them")]
fn cost_of(room: Cid, blocks: &[Vec<u8>]) -> (u64, Duration) {
    let (mut log, mut fold) = (Log::new(room), Folding::default());
    let events: Vec<_> =
        blocks.iter().map(|block| (Cid::of(block), Event::decode(block).expect("an event"), block)).collect();
    let began = Instant::now();
    let slices = || {
        let mut events = events.into_iter().peekable();
        while events.peek().is_some() {
            for (cid, event, block) in events.by_ref().take(SLICE) {
                match log.admit_verified(cid, event, block.as_slice().into()).expect("a valid event") {
                    Admission::Admitted(ix) => drop(fold.take(&log, ix)),
                    other => panic!("{other:?}"),
                }
            }
            fold.settle(&log);
        }
    };
    let looks = cost::of(slices).1;
    (looks, began.elapsed())
}

/// How long it takes to check, admit and fold them, as an import does.
#[expect(clippy::disallowed_methods, reason = "times are printed, and nothing is asserted of them")]
fn import(room: Cid, blocks: &[Vec<u8>]) -> Duration {
    let (mut log, mut fold, began) = (Log::new(room), Folding::default(), Instant::now());
    for slice in blocks.chunks(SLICE) {
        for block in slice {
            if let Ok(Admission::Admitted(ix)) = log.admit(block) {
                fold.take(&log, ix);
            }
        }
        fold.settle(&log);
    }
    assert_eq!(log.len(), blocks.len());
    began.elapsed()
}

#[test]
fn the_recorded_meeting_is_what_its_recipe_makes() {
    let file = export(&Meeting::held().whole(), |_| None);
    if std::env::var_os("PACELINE_RECORD").is_some() {
        fs::write(recorded(), &file).expect("written");
    }
    assert!(fs::read(recorded()).expect("it is committed") == file, "record it anew with PACELINE_RECORD=1");
}

/// So many looks, and over how many events.
#[derive(Clone, Copy)]
struct Cost(u64, usize);

impl Cost {
    fn each(self) -> f64 {
        self.0 as f64 / self.1 as f64
    }

    /// Whether it is more, an event, than so many times another.
    fn is_over(self, times: u64, other: Self) -> bool {
        self.0 * other.1 as u64 > times * other.0 * self.1 as u64
    }
}

/// What a log costs, told.
fn told(name: &str, (room, blocks): (Cid, Vec<Vec<u8>>)) -> Cost {
    let ((spent, folded), took) = (cost_of(room, &blocks), import(room, &blocks));
    let (cost, many) = (Cost(spent, blocks.len()), blocks.len());
    println!("{name}, {many}: {:.1} looks an event, folded in {folded:?}, imported in {took:?}", cost.each());
    cost
}

#[test]
fn an_event_of_a_hostile_log_costs_at_most_three_times_one_of_a_meeting_or_of_a_room_that_decides() {
    let (met, decided) = (told("a meeting", meeting()), told("a room that decides", deciding()));
    let mut wrong = Vec::new();
    for harm in Harm::ALL {
        let log = |knobs| {
            let scene = harm.log(knobs, EVENTS);
            let blocks: Vec<Vec<u8>> = scene.blocks().iter().map(|it| it.block.to_vec()).collect();
            (Cost(cost_of(scene.room(), &blocks).0, blocks.len()), knobs, scene.room(), blocks)
        };
        let worst = (0..DRAWS).map(Knobs::drawn).map(log).max_by(|one, other| one.0.each().total_cmp(&other.0.each()));
        let (theirs, knobs, room, blocks) = worst.expect("some are drawn");
        told(&format!("{harm:?}, {knobs:?}"), (room, blocks));
        let ours = if DECISIONS.contains(&harm) { decided } else { met };
        if theirs.is_over(MOST, ours) {
            let (theirs, ours) = (theirs.each(), ours.each());
            wrong.push(format!("{harm:?}: {theirs:.1} looks an event, {:.2} times {ours:.1}", theirs / ours));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_room_that_decides_has_carried_what_it_closed_with_every_ballot_heard() {
    let (room, blocks) = deciding();
    let (mut log, mut fold) = (Log::new(room), Folding::default());
    for block in &blocks {
        match log.admit(block).expect("a valid event") {
            Admission::Admitted(ix) => drop(fold.take(&log, ix)),
            other => panic!("{other:?}"),
        }
    }
    fold.settle(&log);
    let fold = fold.settled();
    let lists = fold.decisions();
    assert_eq!(
        (blocks.len(), log.entries().filter(|(_, it)| fold.why_ignored(&it.cid).is_some()).count()),
        (EVENTS, 0)
    );
    assert!(lists.all.len() > 20 && lists.closings.len() + 1 >= lists.all.len());
    assert!(lists.closings.iter().all(|it| !it.suspended) && lists.ballots.iter().all(|it| it.counts && !it.late));
    assert!(lists.all.iter().filter(|it| it.carried.is_some()).count() == lists.closings.len());
}

#[test]
fn each_kind_of_harm_does_what_it_is_about() {
    for harm in Harm::ALL {
        let scene = harm.log(Knobs { keys: 4, ground: 6, branches: 4 }, TRIED);
        let (log, state) = (&scene.log, scene.fold.state(&scene.log));
        let entries = || log.entries().map(|(_, it)| it);
        let chains = log.authors().map(|it| log.chains_of(&it).count()).max().unwrap_or(0);
        let lists = scene.fold.decisions();
        let terms = || state.batons.iter().flat_map(|it| it.terms.iter());
        let done = match harm {
            Harm::Lanes | Harm::Promises => chains > 20,
            Harm::Joins => entries().any(|it| it.event.parents.len() == 2 && it.chain.0 > 40),
            Harm::Wide | Harm::Deep => entries().any(|it| it.event.parents.len() > 40),
            Harm::People => log.authors().count() > 100,
            Harm::Edits | Harm::SharedWords => entries().filter(|it| it.event.body.kind() == "retracted").count() > 40,
            Harm::Unknown => state.unknown.len() > 100,
            Harm::Posts => state.posts.iter().filter(|it| it.text.is_none()).count() > 100,
            Harm::Corrections => state.feedback.len() > 40,
            Harm::Handoffs => terms().count() > 30,
            Harm::Endings => entries().filter(|it| it.event.body.kind() == "baton-accepted").count() > 40,
            Harm::StandIns => terms().filter(|it| it.by == TermBy::Reclaimed).count() > 10,
            Harm::Takers => terms().filter(|it| it.parallel).count() > 100,
            Harm::Crowd => terms().filter(|it| it.parallel).count() > 60 && entries().any(|it| it.place > 2),
            Harm::Ballots => lists.ballots.len() > 60 && lists.ballots.iter().filter(|it| it.counts).count() > 20,
            Harm::Closings => lists.closings.iter().filter(|it| !it.suspended).count() > 60,
            Harm::ClosingsApart => lists.closings.iter().filter(|it| it.suspended).count() > 10,
            Harm::Objections => {
                lists.closings.iter().any(|it| it.suspended)
                    && lists.ballots.iter().filter(|it| it.stance == Ballot::Object).count() > 60
            }
            Harm::Strangers => lists.ballots.iter().filter(|it| it.stance == Ballot::Object && it.counts).count() > 40,
            Harm::Amendments => lists.versions.len() > 20 && lists.ballots.len() > 40,
            Harm::Withdrawals => entries().filter(|it| it.event.body.kind() == "proposal-withdrawn").count() > 40,
            Harm::Mandates => terms().filter(|it| it.by == TermBy::Decision).count() > 4,
            Harm::Sides
            | Harm::Forks(Transfer::Taken | Transfer::Accepted | Transfer::SteppedIn | Transfer::Reclaimed) => {
                state.batons.len() > 5 && terms().filter(|it| it.parallel).count() > 5
            }
            Harm::Forks(Transfer::Released | Transfer::Closed) => {
                state.batons.len() > 5
                    && chains > 20
                    && state.batons.iter().all(|it| it.holder.is_none() || !it.settled)
            }
        };
        assert!(done, "{harm:?}");
    }
}
