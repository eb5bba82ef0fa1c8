//! Several acts in one step: each sees those before it, one write holds them all, and whatever happens all are there or none is.

use std::{cell::RefCell, rc::Rc};

use paceline_node::{Acts, MOST_ACTS, Made, Named, NodeError, Surroundings, Told};
use paceline_room::{
    Body, Cid,
    body::{
        batons, decisions,
        meetings::{self, ItemKind, NewItem},
        people,
        rounds::{self, Ask, Spoken, True},
    },
    testing::World,
};
use paceline_store::{Store, StoreError};

use crate::{
    world::{Disk, Fault, Place, Seat, TestKey, spread},
    writing::founder,
};

/// Events of a meeting that begins: opened, its role, two items, turns, their time.
pub const EVENTS: usize = 8;

/// What a meeting begins with, and what its opening, its role and its turns are called in the step.
pub fn meeting() -> (Acts, [Made; 3]) {
    let mut acts = Acts::default();
    let meeting = acts.beside(open("Weekly"));
    let role = batons::Command::Open { title: "Runs it".into(), need: None, strengths: vec![], minutes: None };
    let baton = acts.beside(role);
    acts.after(move |it| Ok(meetings::Command::RoleOf { meeting: it.of(meeting)?, baton: it.of(baton)? }.into()));
    acts.after(move |it| Ok(batons::Command::Take { baton: it.of(baton)? }.into()));
    for title in ["first", "second"] {
        acts.after(move |it| Ok(item(title, it.of(meeting)?).into()));
    }
    let turns = acts.after(move |it| {
        let (question, ask) = ("Who is next?".into(), Ask::Spoken(Spoken { seconds: 60_u64.try_into().ok() }));
        let meeting = Some(it.of(meeting)?);
        Ok(rounds::Command::Open { question, ask, sealed: false, meeting, order: vec![], many: false }.into())
    });
    acts.after(move |it| Ok(meetings::Command::Timer { seconds: 60, about: Some(it.of(turns)?) }.into()));
    (acts, [meeting, baton, turns])
}

fn open(title: &str) -> meetings::Command {
    let (title, form, call_link, values) = (title.into(), "weekly".into(), String::new(), Default::default());
    meetings::Command::Open { title, form, prompts: vec![], call_link, resumes: None, values }
}

fn item(title: &str, meeting: Cid) -> meetings::Command {
    let (title, kind, tags) = (title.to_owned(), ItemKind::Talk, vec![]);
    meetings::Command::Add(NewItem { title, kind, minutes: None, tags, meeting: Some(Some(meeting)), about: None })
}

/// How many events of meetings that began a node holds of its own.
pub fn begun(seat: &Seat) -> usize {
    let replica = seat.node.replica();
    let own = replica.log().entries().filter(|(_, it)| it.event.author == seat.node.me);
    let is_part = |body: &Body| {
        matches!(
            body,
            Body::MeetingOpened(_)
                | Body::BatonOpened(_)
                | Body::RoleOf(_)
                | Body::BatonTaken(_)
                | Body::AgendaItemAdded(_)
                | Body::RoundOpened(_)
                | Body::TimerSet(_)
        )
    };
    own.filter(|(_, it)| is_part(&it.event.body)).count()
}

type Outcome = Rc<RefCell<Option<Result<Vec<Cid>, NodeError>>>>;

fn ask(place: &Place, seat: &Seat, acts: Acts) -> Outcome {
    let (node, outcome) = (seat.node.clone(), Outcome::default());
    let told = outcome.clone();
    place.spawn(Box::pin(async move {
        let done = node.act_all(acts).await;
        *told.borrow_mut() = Some(done);
    }));
    outcome
}

#[test]
fn what_is_done_in_one_step_is_one_write_and_each_act_sees_those_before_it() {
    let (place, seat) = founder(&mut World::new(21));
    let (before, (acts, made)) = (seat.disk.ended(), meeting());
    let outcome = ask(&place, &seat, acts);
    spread(&place, &[&seat], || outcome.borrow().is_some());
    let names = outcome.take().expect("an end").expect("all of it");
    assert_eq!((names.len(), begun(&seat)), (EVENTS, EVENTS));
    assert_eq!(seat.disk.ended() - before, 1, "one write");
    assert_eq!(seat.key.mark.get(), Some(1 + EVENTS as u64));
    let [meeting, baton, turns] = made.map(|it| Named::new(&names).of(it).expect("of this step"));
    let replica = seat.node.replica();
    let fold = replica.fold();
    assert!(names.iter().all(|it| fold.why_ignored(it).is_none()), "all of it counts");
    assert_eq!(fold.meetings().roles_of(meeting).collect::<Vec<_>>(), [baton]);
    assert_eq!(fold.baton(&baton).and_then(|it| it.holder), Some(seat.node.me));
    let items: Vec<_> = fold.meetings().agenda(Some(meeting)).map(|it| it.title.as_str()).collect();
    assert_eq!(items, ["first", "second"], "in this order");
    let of_meeting: Vec<_> = fold.rounds().of_meeting(meeting).map(|it| it.cid).collect();
    assert_eq!(of_meeting, [turns]);
    let timer = fold.meeting(&meeting).and_then(|it| it.timer.clone()).expect("a time");
    assert_eq!((timer.seconds, timer.about), (60, Some(turns)));
}

#[test]
fn what_is_asked_about_a_proposal_stands_right_behind_it_as_the_page_takes_it_to() {
    let (place, seat) = founder(&mut World::new(29));
    let outcome = ask(&place, &seat, meeting().0);
    spread(&place, &[&seat], || outcome.borrow().is_some());
    let meeting = outcome.take().expect("an end").expect("all of it")[0];
    let mut acts = Acts::default();
    let (title, text) = ("Tea".to_owned(), "At four.".to_owned());
    let proposed = decisions::Command::Propose {
        title,
        text,
        policy: None,
        effect: None,
        trial: false,
        review_on: None,
        meeting: Some(meeting),
        about: None,
    };
    acts.beside(proposed);
    for question in ["Questions", "Reactions"] {
        let (question, ask, meeting) = (question.to_owned(), Ask::Words(True), Some(meeting));
        acts.beside(rounds::Command::Open { question, ask, sealed: false, meeting, order: vec![], many: true });
    }
    let outcome = ask(&place, &seat, acts);
    spread(&place, &[&seat], || outcome.borrow().is_some());
    let names = outcome.take().expect("an end").expect("all of it");
    let replica = seat.node.replica();
    let depth = |it: &Cid| replica.log().find(it).map(|ix| replica.log().entry(ix).event.depth).expect("it is here");
    let depths: Vec<_> = names.iter().map(depth).collect();
    assert_eq!(depths, [depths[0], depths[0] + 1, depths[0] + 2]);
    let fold = replica.fold();
    assert!(fold.proposal(&names[0]).is_some() && names[1..].iter().all(|it| fold.round(it).is_some()));
}

#[test]
fn a_step_ends_a_meeting_and_begins_the_next_and_what_it_does_beside_is_the_same() {
    let (place, seat) = founder(&mut World::new(22));
    let outcome = ask(&place, &seat, meeting().0);
    spread(&place, &[&seat], || outcome.borrow().is_some());
    let first = outcome.take().expect("an end").expect("all of it")[0];
    let mut acts = Acts::default();
    acts.beside(meetings::Command::Close { meeting: first, note: String::new() });
    let next = acts.beside(open("The next"));
    acts.after(|_| Ok(meetings::Command::Timer { seconds: 30, about: None }.into()));
    acts.naming(move |it| {
        Ok(people::Command::Introduce { name: it.of(next)?.to_string(), strengths: vec![], hue: None }.into())
    });
    let outcome = ask(&place, &seat, acts);
    spread(&place, &[&seat], || outcome.borrow().is_some());
    let names = outcome.take().expect("an end").expect("all of it");
    let replica = seat.node.replica();
    let fold = replica.fold();
    let now = fold.meeting_now(replica.log()).expect("one goes on");
    assert_eq!((now.all.len(), now.leading.cid), (1, names[1]));
    assert_eq!(now.leading.timer.as_ref().map(|it| it.seconds), Some(30), "the time is the new one's");
    assert_eq!(fold.person(&seat.node.me).map(|it| it.name.clone()), Some(names[1].to_string()));
}

#[test]
fn what_was_left_is_brought_back_in_one_step_and_in_this_order() {
    let (place, seat) = founder(&mut World::new(27));
    let titles: Vec<String> = (0..6).map(|it| format!("left {it}")).collect();
    let mut acts = Acts::default();
    for title in titles.clone() {
        let (kind, tags, meeting) = (ItemKind::Talk, vec![], Some(None));
        acts.beside(meetings::Command::Add(NewItem { title, kind, minutes: None, tags, meeting, about: None }));
    }
    let now = acts.beside(open("Weekly"));
    let outcome = ask(&place, &seat, acts);
    spread(&place, &[&seat], || outcome.borrow().is_some());
    let names = outcome.take().expect("an end").expect("all of it");
    let now = Named::new(&names).of(now).expect("of this step");
    let mut acts = Acts::default();
    for item in names.into_iter().take(titles.len()) {
        let (before, meeting) = (Some(None), Some(Some(now)));
        let back = meetings::Command::Change { item, title: None, minutes: None, before, meeting };
        acts.after(move |_| Ok(back.into()));
    }
    let outcome = ask(&place, &seat, acts);
    spread(&place, &[&seat], || outcome.borrow().is_some());
    assert!(matches!(outcome.take(), Some(Ok(_))));
    let replica = seat.node.replica();
    let agenda = replica.fold().meetings().agenda(Some(now));
    assert_eq!(agenda.map(|it| it.title.clone()).collect::<Vec<_>>(), titles);
}

#[test]
fn whenever_it_ends_within_a_step_all_of_it_is_there_or_nothing_and_nothing_was_sent_that_is_not() {
    let mut world = World::new(23);
    let (place, seat) = founder(&mut world);
    let peer = Seat::open(&place, world.room(), world.keypair(1), Disk::default(), Rc::default());
    seat.link(&peer);
    spread(&place, &[&seat, &peer], || peer.len() == seat.len());
    let outcome = ask(&place, &seat, meeting().0);
    let (mut none, mut all, mut sent) = (0, 0, 0);
    loop {
        for landed in 0..1_usize << seat.disk.begun() {
            let elsewhere = Place::default();
            let key = Rc::new(TestKey::default());
            key.mark.set(seat.key.mark.get());
            let disk = seat.disk.after_crash(landed, 0);
            let again = Seat::open(&elsewhere, world.room(), world.keypair(0), disk, key);
            assert!(again.whole);
            assert!(peer.events_of(seat.node.me).is_subset(&again.events_of(seat.node.me)), "it was sent and is lost");
            match begun(&again) {
                0 => none += 1,
                EVENTS => all += 1,
                some => panic!("{some} of {EVENTS} events are there"),
            }
        }
        let heard = peer.events_of(seat.node.me).len() as u64;
        assert!(heard <= seat.key.mark.get().map_or(0, |it| it + 1), "it was sent before it was noted");
        sent += usize::from(heard > 2);
        if place.has_task() {
            place.run_task();
        } else if seat.disk.begun() > 0 {
            seat.disk.end_write();
        } else if peer.disk.begun() > 0 {
            peer.disk.end_write();
        } else if seat.has_message() {
            seat.deliver_message(&[&peer]);
        } else if peer.has_message() {
            peer.deliver_message(&[&seat]);
        } else if peer.len() == seat.len() && outcome.borrow().is_some() {
            break;
        } else {
            assert!(place.fire_timer(), "nothing is left to wait for");
        }
    }
    assert!(matches!(&*outcome.borrow(), Some(Ok(_))));
    assert!(none > 2 && all > 2 && sent > 2, "{none} {all} {sent}");
    assert_eq!(peer.digest(), seat.digest());
}

#[test]
fn a_step_of_which_one_act_is_refused_leaves_nothing() {
    let (place, seat) = founder(&mut World::new(24));
    let (mut acts, [meeting, ..]) = meeting();
    acts.after(move |it| Ok(meetings::Command::Close { meeting: it.of(meeting)?, note: String::new() }.into()));
    acts.after(move |it| Ok(item("too late", it.of(meeting)?).into()));
    let (len, ended) = (seat.len(), seat.disk.ended());
    let outcome = ask(&place, &seat, acts);
    spread(&place, &[&seat], || outcome.borrow().is_some());
    assert_eq!(outcome.take(), Some(Err(NodeError::Refused("not-found"))));
    assert_eq!((seat.len(), seat.disk.ended(), seat.key.mark.get()), (len, ended, Some(1)));
    // What is asked for afterwards goes on where the chain was.
    let outcome = ask(&place, &seat, self::meeting().0);
    spread(&place, &[&seat], || outcome.borrow().is_some());
    assert!(matches!(outcome.take(), Some(Ok(names)) if names.len() == EVENTS));
}

#[test]
fn a_step_that_storage_refuses_leaves_nothing_and_is_told_once() {
    let (place, seat) = founder(&mut World::new(25));
    seat.disk.set_fault(Some(Fault::Full(seat.disk.ended(), 1)));
    let len = seat.len();
    let outcome = ask(&place, &seat, meeting().0);
    spread(&place, &[&seat], || outcome.borrow().is_some());
    let full = NodeError::Store(StoreError::Full);
    assert_eq!(outcome.take(), Some(Err(full.clone())));
    assert_eq!((seat.len(), begun(&seat), seat.disk.counts().events), (len, 0, len));
    let told = seat.told.borrow().iter().filter(|it| **it == Told::Failed(full.clone())).count();
    assert_eq!(told, 1);
    let outcome = ask(&place, &seat, meeting().0);
    spread(&place, &[&seat], || outcome.borrow().is_some());
    assert_eq!(begun(&seat), EVENTS);
}

#[test]
fn a_step_has_an_end_may_be_empty_and_names_nothing_of_another() {
    let (place, seat) = founder(&mut World::new(26));
    let introduce = || people::Command::Introduce { name: "Ann".into(), strengths: vec![], hue: Some(1) };
    let many = |many: usize| {
        let mut acts = Acts::default();
        (0..many).for_each(|_| _ = acts.beside(introduce()));
        acts
    };
    let mut strange = many(1);
    let [.., turns] = meeting().1;
    strange.naming(move |it| Ok(meetings::Command::Timer { seconds: 1, about: Some(it.of(turns)?) }.into()));
    let hidden = many(1).each(|_| Err(NodeError::Refused("nothing-to-see")));
    let ends = [
        (many(0), Ok(0)),
        (many(MOST_ACTS), Ok(MOST_ACTS)),
        (many(MOST_ACTS + 1), Err(NodeError::TooLong)),
        (strange, Err(NodeError::NotFound)),
        (hidden, Err(NodeError::Refused("nothing-to-see"))),
    ];
    for (acts, end) in ends {
        let outcome = ask(&place, &seat, acts);
        spread(&place, &[&seat], || outcome.borrow().is_some());
        assert_eq!(outcome.take().map(|it| it.map(|names| names.len())), Some(end));
    }
    assert_eq!(seat.len(), 2 + MOST_ACTS);
}
