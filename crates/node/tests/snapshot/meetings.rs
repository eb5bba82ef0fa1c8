//! A room in which meetings were held for a year: what is done in a meeting costs the same as in a young room. Counted; times are
//! printed, and decide nothing.

use std::time::Duration;

use paceline_room::{
    Body, Cid, Fold,
    body::{
        AgendaAt, AgendaItemAdded, AgendaItemChanged, AgendaItemDone, Answered, BatonOpened, BatonTaken, Introduced,
        MeetingClosed, MeetingOpened, Promised, RevealOpened, RoleOf, RoundClosed, RoundOpened, Sealed, ThemePlaced,
        TimerSet, TurnDone,
        meetings::{ItemKind, Order},
        rounds::{Ask, Command, Said, Spoken, True, Turn, Under, Value},
    },
    command::Asker,
    cost, limits,
    minutes::minutes,
    suggest::runs_next,
};

use super::hall::Hall;

const PEOPLE: usize = 10;
/// What a list's path may cost more in a room that is ten times as large: one level of half-filled pages, in each list that an event
/// changes, copied and compared.
const LOGARITHMS: u64 = 32 * 4;

/// How much was done in a room.
#[derive(Clone, Copy)]
struct Size {
    posts: usize,
    rounds: usize,
    meetings: usize,
    items: usize,
}

const YOUNG: Size = Size { posts: 1_000, rounds: 20, meetings: 5, items: 50 };
const OLD: Size = Size { posts: 10_000, rounds: 200, meetings: 50, items: 500 };

struct Room {
    hall: Hall,
    fold: Fold,
    folded: usize,
    meeting: Cid,
}

impl Room {
    /// A room of that size in whose last meeting everything can be done.
    fn new(size: Size) -> Self {
        let hall = Hall::new(PEOPLE);
        let meeting = hall.log.room();
        let mut room = Self { hall, fold: Fold::default(), folded: 0, meeting };
        room.follow();
        for who in 0..PEOPLE {
            let (name, hue) = (format!("somebody {who}").as_str().try_into().unwrap(), 0_u64.try_into().unwrap());
            room.write(who, Introduced { name, strengths: Default::default(), hue });
        }
        for nth in 0..size.meetings {
            if nth > 0 {
                let meetings = vec![room.meeting].try_into().unwrap();
                room.write(nth % PEOPLE, MeetingClosed { meetings, words: None });
            }
            room.meet(nth);
            for at in 0..size.posts / size.meetings {
                room.hall.post(at % PEOPLE, "something");
                room.follow();
            }
            for at in 0..size.rounds / size.meetings {
                room.ask(nth + at);
            }
        }
        for _ in 0..size.items {
            let order = room.last_place();
            room.write(1, room.item(order));
        }
        room.hall.load();
        room.hall.link(1);
        for who in 1..PEOPLE {
            room.hall.beacon(who, 1, |_| {});
        }
        room.hall.take();
        let lists = room.fold.lists();
        assert_eq!(lists.posts.len(), size.posts);
        assert_eq!(lists.rounds.all.len(), size.rounds);
        assert_eq!((lists.meetings.all.len(), lists.meetings.open.len()), (size.meetings, 1));
        assert_eq!(lists.meetings.agenda(Some(room.meeting)).count(), size.items);
        room
    }

    fn follow(&mut self) {
        let Self { hall, fold, folded, .. } = self;
        hall.log.entries_after(*folded).for_each(|(ix, _)| _ = fold.apply(&hall.log, ix));
        *folded = hall.log.len();
    }

    fn write(&mut self, who: usize, body: impl Into<Body>) -> Cid {
        let cid = self.hall.write(who, body).cid;
        self.follow();
        assert_eq!(self.fold.why_ignored(&cid), None);
        cid
    }

    fn meet(&mut self, nth: usize) {
        let who = nth % PEOPLE;
        let (form, prompts, call_link) = Default::default();
        let title = "Stand-up".try_into().unwrap();
        self.meeting = self
            .write(who, MeetingOpened { title, form, prompts, call_link, resumes: None, values: Default::default() });
        let title = "Runs it".try_into().unwrap();
        let baton = self.write(who, BatonOpened { title, strengths: Default::default(), minutes: None, need: None });
        self.write(who, RoleOf { meeting: self.meeting, baton });
        self.write(who, BatonTaken { baton, tip: baton });
    }

    fn open(&mut self, ask: Ask, sealed: bool) -> Cid {
        let order: Vec<_> = (0..PEOPLE).map(|it| self.hall.node(it)).collect();
        let (question, order) = ("what?".try_into().unwrap(), order.try_into().unwrap());
        let many = matches!(ask, Ask::Words(_));
        self.write(0, RoundOpened { question, ask, sealed, meeting: Some(self.meeting), order, many })
    }

    /// Asks everybody for something, and everybody answers.
    fn ask(&mut self, nth: usize) {
        match nth % 3 {
            0 => {
                let round = self.open(choice(), false);
                (0..PEOPLE).for_each(|who| _ = self.write(who, chosen(round)));
                self.write(0, RoundClosed { round, how: None });
            }
            1 => {
                let round = self.open(Ask::Spoken(Spoken::default()), false);
                (0..PEOPLE).for_each(|who| _ = self.write(who, self.turn(round, who)));
            }
            _ => {
                let round = self.open(choice(), true);
                (1..4).for_each(|who| _ = self.write(who, self.seal(round, who)));
                self.write(0, RevealOpened { round });
                (1..4).for_each(|who| _ = self.write(who, self.show(round, who)));
            }
        }
    }

    fn turn(&self, round: Cid, who: usize) -> TurnDone {
        let (node, next) = (self.hall.node(who), Some(self.hall.node((who + 1) % PEOPLE)));
        TurnDone { round, node, state: Turn::Spoken, next }
    }

    fn seal(&self, round: Cid, who: usize) -> Sealed {
        let answer = Command::Answer { round, answer: Said::Choice(1) };
        match answer.sealed(&self.fold, &self.hall.log, self.hall.key(who)) {
            Ok(Command::Seal { sealed, .. }) => sealed,
            other => panic!("it seals: {other:?}"),
        }
    }

    /// What somebody's tab writes by itself once a round is shown.
    fn show(&self, round: Cid, who: usize) -> Body {
        let key = self.hall.key(who);
        let opening = self.fold.opening(&self.hall.log, key, &round, limits::SHARES).expect("something to show");
        let asker = Asker { fold: &self.fold, log: &self.hall.log, node: key.node(), silence: &|_| 0 };
        opening.ask(asker).expect("it counts").into_body(None)
    }

    fn last_place(&self) -> Order {
        let last = self.fold.meetings().agenda(Some(self.meeting)).last();
        Order::between(last.map(|it| &it.order), None).unwrap()
    }

    fn item(&self, order: Order) -> AgendaItemAdded {
        let (title, minutes, tags) = ("budget".try_into().unwrap(), None, Default::default());
        AgendaItemAdded { title, kind: ItemKind::Talk, order, meeting: Some(self.meeting), minutes, tags, about: None }
    }

    /// What is done in the meeting that goes on, and what each costs: to take in, and the snapshot that follows.
    fn costs(&mut self) -> Vec<(&'static str, u64, u64)> {
        let from = self.hall.written.len();
        let mut names = Vec::new();
        let meeting = self.meeting;
        macro_rules! done {
            ($name:literal, $who:expr, $body:expr) => {{
                names.push($name);
                let body = $body;
                self.write($who, body)
            }};
        }
        let round = done!("a round", 0, {
            let (question, order) = ("what?".try_into().unwrap(), Default::default());
            let (ask, sealed, many, meeting) = (choice(), false, false, Some(meeting));
            RoundOpened { question, ask, sealed, meeting, order, many }
        });
        done!("an answer", 1, chosen(round));
        done!("the same answered anew", 1, chosen(round));
        done!("its end", 1, RoundClosed { round, how: None });
        let notes = self.open(Ask::Words(True), false);
        names.push("a round of notes");
        let note = |it: &mut Self| {
            let cid =
                it.hall.say(1, "a note", |words| Answered { round: notes, answer: None, words: Some(words) }.into());
            it.follow();
            cid.cid
        };
        let [one, other] = [note(self), note(self)];
        names.extend(["a note", "another"]);
        done!("two that say the same", 2, ThemePlaced { answer: other, round: notes, under: Some(Under::Answer(one)) });
        let turns = self.open(Ask::Spoken(Spoken::default()), false);
        names.push("a go-round");
        for who in 0..3 {
            done!("a turn", who, self.turn(turns, who));
        }
        let hidden = self.open(choice(), true);
        names.push("a sealed round");
        for who in 1..4 {
            done!("a sealed answer", who, self.seal(hidden, who));
        }
        done!("a reveal", 5, RevealOpened { round: hidden });
        done!("what is shown", 1, self.show(hidden, 1));
        done!("a share", 4, self.show(hidden, 4));
        done!("another share", 5, self.show(hidden, 5));
        self.hall.say(2, "I will", |words| Promised { words, due: None, from: Some(one) }.into());
        self.follow();
        names.push("a promise");
        let item = done!("an item at the end", 3, self.item(self.last_place()));
        let first = self.fold.meetings().agenda(Some(meeting)).next().map(|it| it.order.clone());
        done!("the same at the beginning", 3, {
            let (title, order) = (Default::default(), Order::between(None, first.as_ref()).ok());
            AgendaItemChanged { item, title, minutes: None, order, meeting: None, later: false }
        });
        done!("where it is", 3, AgendaAt { meeting, item: Some(item), seconds: None });
        done!("an item is done", 3, AgendaItemDone { item, outcome: Default::default(), again: false });
        done!("a timer", 3, TimerSet { meeting, seconds: 60_u64.try_into().unwrap(), about: None });
        done!("the end", 3, MeetingClosed { meetings: vec![meeting].try_into().unwrap(), words: None });
        done!("the next one", 4, {
            let (form, prompts, call_link) = Default::default();
            let title = "Retro".try_into().unwrap();
            MeetingOpened { title, form, prompts, call_link, resumes: None, values: Default::default() }
        });
        let news = self.hall.written[from..].to_vec();
        assert_eq!(news.len(), names.len());
        let mut costs = Vec::new();
        for (name, stored) in names.into_iter().zip(news) {
            let (_, taken_in) = cost::of(|| self.hall.bring(&stored));
            let (_, shown) = cost::of(|| self.hall.take());
            costs.push((name, taken_in, shown));
        }
        self.hall.now += 1_000;
        let (_, shown) = cost::of(|| self.hall.take());
        costs.push(("a second without events", 0, shown));
        let last = self.hall.take();
        assert_eq!(last.events, self.hall.log.len());
        assert_eq!(last.lists.rounds.answers_in(hidden).filter(|it| it.opened).count(), 2);
        costs
    }
}

fn choice() -> Ask {
    let options = ["yes", "no"].map(|it| it.try_into().unwrap()).to_vec();
    Ask::Choice(options.try_into().unwrap())
}

fn chosen(round: Cid) -> Answered {
    Answered { round, answer: Some(Value::Choice(0_u64.try_into().unwrap())), words: None }
}

/// What is above the law, of what was done in a young room and in an old one.
fn above(young: &[(&'static str, u64, u64)], old: &[(&'static str, u64, u64)]) -> Vec<String> {
    assert_eq!(young.len(), old.len());
    let pairs = young.iter().zip(old);
    let above = pairs.filter(|(young, old)| old.1 > young.1 + LOGARITHMS || old.2 > young.2 + LOGARITHMS);
    above.map(|(young, old)| format!("{young:?}, {old:?}")).collect()
}

#[expect(clippy::disallowed_methods, reason = "printed, never asserted")]
fn timed<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let began = std::time::Instant::now();
    (act(), began.elapsed())
}

#[test]
fn what_is_done_in_a_meeting_costs_the_same_after_ten_thousand_posts_and_two_hundred_rounds() {
    let [young, old] = [YOUNG, OLD].map(|size| {
        let (mut room, made) = timed(|| Room::new(size));
        let (costs, took) = timed(|| room.costs());
        let of_all = room.hall.log.len();
        eprintln!("{of_all} events made and loaded in {made:?}; {} of a meeting in {took:?}", costs.len());
        costs
    });
    for (young, old) in young.iter().zip(&old) {
        eprintln!("{}: {} + {}, in an old room {} + {}", young.0, young.1, young.2, old.1, old.2);
    }
    assert_eq!(above(&young, &old), [""; 0]);
}

#[test]
fn each_event_of_a_year_of_meetings_costs_what_one_of_a_month_does() {
    let each = [YOUNG, OLD].map(|size| {
        let room = Room::new(size);
        let (fold, looked_at) = cost::of(|| {
            let mut fold = Fold::default();
            room.hall.log.entries().for_each(|(ix, _)| _ = fold.apply(&room.hall.log, ix));
            fold
        });
        assert_eq!(fold.digest(), room.fold.digest());
        looked_at / room.hall.log.len() as u64
    });
    eprintln!("looks an event: {} in a young room, {} in an old one", each[0], each[1]);
    assert!(each[1] <= each[0] + 8, "{each:?}");
}

#[test]
fn the_notes_of_a_meeting_cost_what_was_written_since_it_began_and_who_runs_the_next_one_less() {
    let [young, old] = [YOUNG, OLD].map(|size| {
        let room = Room::new(size);
        let (fold, log) = (&room.fold, &room.hall.log);
        // The one before the last: in both rooms the same was written since.
        let meeting = fold.meetings().all.iter().rev().nth(1).expect("several").cid;
        let (notes, looked_at) = cost::of(|| minutes(fold, log, &meeting).expect("a meeting"));
        assert_eq!((notes.rounds.len(), notes.attended.len(), notes.roles.len()), (4, PEOPLE, 1));
        let (next, suggesting) = cost::of(|| runs_next(fold, log, &meeting, &[]));
        assert!(next.is_some());
        eprintln!("{} events: the notes look at {looked_at}, a suggestion at {suggesting}", log.len());
        (looked_at, suggesting)
    });
    assert!(old.0 <= young.0 + LOGARITHMS, "{young:?}, {old:?}");
    // It looks back on 32 meetings, where the young room has five.
    assert!(old.1 <= young.1 * 32 / 4 + LOGARITHMS, "{young:?}, {old:?}");
}

#[test]
fn a_walk_over_the_log_at_each_step_would_be_seen() {
    let small = Size { posts: 100, rounds: 2, meetings: 1, items: 5 };
    let [young, old] = [small, YOUNG].map(|size| {
        let mut room = Room::new(size);
        cost::planted(|| room.costs())
    });
    let events = old.len() - 1;
    assert_eq!(above(&young, &old).len(), events, "each event");
}
