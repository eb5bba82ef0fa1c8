//! What is to be decided, as it is shown: who decides, who of them was new, and whether a closing would hold.

use std::{ops::Range, rc::Rc};

use paceline_room::{
    Cid,
    body::{
        Introduced,
        decisions::{Ballot, BallotCast, DecisionClosed, Effect, ProposalWithdrawn, Proposed},
    },
};

use super::hall::{Hall, ME};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

fn hall(people: usize) -> Hall {
    let mut hall = Hall::new(people);
    introduce(&mut hall, 0..people);
    hall
}

fn introduce(hall: &mut Hall, people: Range<usize>) {
    for who in people {
        let name = format!("somebody {who}").as_str().try_into().unwrap();
        hall.write(who, Introduced { name, strengths: Default::default(), hue: 0_u64.try_into().unwrap() });
    }
}

fn propose(hall: &mut Hall, who: usize) -> Cid {
    propose_that(hall, who, None)
}

fn propose_that(hall: &mut Hall, who: usize, effect: Option<Effect>) -> Cid {
    let stored = hall.say(who, "at four", |words| {
        let title = "Tea".try_into().unwrap();
        Proposed { title, words, policy: None, effect, trial: false, review_on: None, meeting: None, about: None }
            .into()
    });
    hall.bring(&stored);
    stored.cid
}

fn says(hall: &mut Hall, who: usize, proposal: Cid, stance: Ballot) {
    let stored = hall.write(who, BallotCast { proposal, version: proposal, stance, words: None });
    hall.bring(&stored);
}

#[test]
fn a_poll_says_who_decides_and_whether_it_would_be_decided_now_until_it_is() {
    let mut hall = hall(3);
    hall.load();
    assert!(hall.take().polls.is_empty());
    let tea = propose(&mut hall, 1);
    let before = hall.take();
    let [poll] = &*before.polls else { panic!("one poll") };
    let mut all: Vec<_> = (0..3).map(|it| hall.node(it)).collect();
    all.sort_unstable();
    assert_eq!((poll.proposal, &poll.electors, poll.quorum, poll.holds), (tea, &all, 2, false));
    says(&mut hall, 1, tea, Ballot::Consent);
    assert!(!hall.take().polls[0].holds, "one does not decide for three");
    says(&mut hall, 2, tea, Ballot::Consent);
    assert!(hall.take().polls[0].holds);
    says(&mut hall, ME, tea, Ballot::Object);
    assert!(!hall.take().polls[0].holds, "somebody objects");
    says(&mut hall, ME, tea, Ballot::Consent);
    let open = hall.take();
    assert!(open.polls[0].holds);
    assert!(Rc::ptr_eq(&hall.take().polls, &open.polls), "nothing came");
    let closed = hall.write(ME, DecisionClosed { proposal: tea, version: tea });
    hall.bring(&closed);
    assert!(hall.take().polls.is_empty(), "it is decided");
    let coffee = propose(&mut hall, 2);
    assert_eq!(hall.take().polls.len(), 1);
    let withdrawn = hall.write(2, ProposalWithdrawn { proposal: coffee });
    hall.bring(&withdrawn);
    assert!(hall.take().polls.is_empty(), "it was taken back");
}

#[test]
fn once_the_room_is_raised_beyond_this_build_nobody_is_asked_with_it() {
    let mut hall = hall(3);
    hall.load();
    let effect = 2_u64.try_into().ok().map(Effect::Version);
    let (open, next) = (propose(&mut hall, 1), propose_that(&mut hall, 2, effect));
    (0..3).for_each(|who| says(&mut hall, who, next, Ballot::Consent));
    let before = hall.take();
    assert_eq!(before.polls.iter().map(|it| it.proposal).collect::<Vec<_>>(), [next, open]);
    let closed = hall.write(1, DecisionClosed { proposal: next, version: next });
    hall.bring(&closed);
    let now = hall.take();
    assert!(now.polls.is_empty());
    assert_eq!(now.lists.raised.iter().map(|it| (it.to, it.cid, it.by)).collect::<Vec<_>>(), [(2, closed.cid, next)]);
}

#[test]
fn of_many_open_proposals_the_newest_sixteen_are_polled() {
    let mut hall = hall(2);
    hall.load();
    let all: Vec<_> = (0..20).map(|_| propose(&mut hall, 1)).collect();
    let polled: Vec<_> = hall.take().polls.iter().map(|it| it.proposal).collect();
    assert_eq!(polled, all.into_iter().rev().take(16).collect::<Vec<_>>());
}

#[test]
fn who_came_on_the_day_of_a_proposal_is_new_unless_the_room_is_as_young() {
    let mut young = hall(3);
    young.load();
    propose(&mut young, 1);
    assert!(young.take().polls[0].new.is_empty(), "all came together");
    let mut room = Hall::new(4);
    introduce(&mut room, 0..2);
    room.at = Some(room.clock + 2 * DAY_MS);
    introduce(&mut room, 2..4);
    room.load();
    propose(&mut room, 1);
    let now = room.take();
    let mut new = vec![room.node(2), room.node(3)];
    new.sort_unstable();
    assert_eq!((now.polls[0].electors.len(), &now.polls[0].new), (4, &new));
}
