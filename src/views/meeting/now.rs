//! What of a room the meeting's screens look at.

use std::sync::Arc;

use paceline_room::{
    Cid, Day, NodeId,
    body::{
        meetings::{FormSeconds, MeetingValues},
        rounds::{Ask, Value},
    },
    state::{Baton, Item, ItemTitle, Meeting, Round},
};

use crate::{
    browser,
    components::decision::stage::is_about_proposal,
    due::in_days,
    excerpt,
    forms::NoteValues,
    people,
    session::{Countdown, RoomView},
    texts::t,
    when,
};

/// A meeting in which nothing was set for so long, in milliseconds, and that began on another day, was left open.
const LEFT_AFTER_MS: u64 = 6 * 60 * 60 * 1_000;

/// The meeting that goes on, unless it was left open and forgotten: the next one starts beside it with one press.
pub fn going(room: &RoomView) -> Option<&Arc<Meeting>> {
    room.meeting.as_ref().filter(|it| !was_left(it))
}

/// Whether a meeting was left open on another day, by this tab's clock. What is broken stays so until somebody says that it is over.
pub fn was_left(meeting: &Meeting) -> bool {
    if meeting.is_incident() {
        return false;
    }
    let last = meeting.timer.as_ref().map_or(meeting.at, |it| it.set_at.max(meeting.at));
    let now = browser::now();
    now.saturating_sub(last) > LEFT_AFTER_MS && when::day(meeting.at) != when::day(now)
}

/// The round in which each speaks in turn, if the meeting has one.
pub fn turns_of(room: &RoomView, meeting: &Meeting) -> Option<Arc<Round>> {
    room.rounds
        .in_meeting(&room.meetings, meeting)
        .find(|it| matches!(it.ask, Ask::Spoken(_)) && it.closed.is_none())
        .cloned()
}

/// How long each speaks, in seconds.
pub fn seconds_of(round: &Round) -> Option<u64> {
    match &round.ask {
        Ask::Spoken(it) => it.seconds.map(|it| it.get()),
        _ => None,
    }
}

/// The rounds in which each writes what all may read at once.
pub fn asked_in(room: &RoomView, meeting: &Meeting) -> Vec<Arc<Round>> {
    room.rounds
        .in_meeting(&room.meetings, meeting)
        .filter(|it| matches!(it.ask, Ask::Words(_)) && !it.sealed && !it.is_undone() && !is_about_proposal(room, it))
        .cloned()
        .collect()
}

/// What else is asked: to choose, to vote, to rate.
pub fn others_in(room: &RoomView, meeting: &Meeting) -> Vec<Arc<Round>> {
    let notes = notes_in(room, meeting);
    let all = room.rounds.in_meeting(&room.meetings, meeting);
    let is_vote = |it: &Round| notes.iter().any(|notes| is_on(room, it, &notes.round));
    all.filter(|it| !it.ask.is_text() && !it.is_undone() && !is_vote(it)).cloned().collect()
}

/// What was asked last beside what the meeting's form asks, undone or not.
pub fn asked_last(room: &RoomView, meeting: &Meeting) -> Option<Arc<Round>> {
    let all = || room.rounds.in_meeting(&room.meetings, meeting);
    let is_notes = |it: &Round| it.sealed && it.many;
    let of_form = meeting.values.write_seconds.and_then(|_| all().find(|it| is_notes(it))).map(|it| it.cid);
    let is_vote = |it: &Round| all().any(|notes| is_notes(notes) && is_on(room, it, notes));
    let beside = all().filter(|it| {
        let is_asked = meeting.prompts.iter().any(|prompt| **prompt == *it.question) && it.ask.is_text();
        !is_asked
            && !is_about_proposal(room, it)
            && !matches!(it.ask, Ask::Spoken(_))
            && of_form != Some(it.cid)
            && !is_vote(it)
    });
    beside.max_by_key(|it| it.key()).cloned()
}

/// What the person here has answered where all may see it.
pub fn own_of(room: &RoomView, round: Option<&Round>) -> Option<Value> {
    room.rounds.answers_in(round?.cid).find(|it| it.node == home(room))?.value.clone()
}

/// Notes that are hidden until all show theirs, and the votes on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Notes {
    /// What is written.
    pub round: Arc<Round>,
    /// What is voted on, once somebody has opened that.
    pub vote: Option<Arc<Round>>,
}

/// What is done with notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Write,
    Vote,
    Talk,
}

impl Notes {
    /// What is done now.
    pub fn step(&self) -> Step {
        match &self.vote {
            _ if self.round.reveal.is_none() => Step::Write,
            Some(vote) if vote.closed.is_some() => Step::Talk,
            _ => Step::Vote,
        }
    }
}

impl Step {
    /// As in `data-step`.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Vote => "vote",
            Self::Talk => "discuss",
        }
    }
}

/// Whether a round asks for votes on what was written in another.
fn is_on(room: &RoomView, vote: &Round, notes: &Round) -> bool {
    let first = vote.ask.options().first().and_then(|it| it.parse::<Cid>().ok());
    let is_dots = matches!(vote.ask, Ask::Dots(_));
    is_dots && first.is_some_and(|first| room.rounds.answers_in(notes.cid).any(|it| it.cid == first))
}

/// The notes of a meeting: of each round of them with the round of votes on what was written in it. Of several, opened side by side, the
/// one in which most have voted, or else the first.
pub fn notes_in(room: &RoomView, meeting: &Meeting) -> Vec<Notes> {
    let all = || room.rounds.in_meeting(&room.meetings, meeting);
    let notes = all().filter(|it| it.sealed && it.many && matches!(it.ask, Ask::Words(_)) && !it.is_undone());
    let with_vote = |round: &Arc<Round>| {
        let on = all().filter(|it| is_on(room, it, round) && !it.is_undone());
        let vote = on.min_by_key(|it| (std::cmp::Reverse(it.answered), it.key()));
        Notes { round: round.clone(), vote: vote.cloned() }
    };
    notes.map(with_vote).collect()
}

/// The item that a meeting has come to, as long as that is on its agenda and not done.
pub fn here_of(room: &RoomView, meeting: &Meeting) -> Option<Arc<Item>> {
    let here = room.meetings.here(meeting)?.item?;
    room.meetings.on_agenda(meeting).find(|it| it.cid == here && it.done.is_none()).cloned()
}

/// The time that runs in a meeting. Of an incident it is known where nobody here has seen it being set, too: a reminder that comes by the
/// clock of who set it is better than none.
pub fn timer_of(room: &RoomView, meeting: &Meeting) -> Option<Countdown> {
    let set = || meeting.timer.as_ref().filter(|it| meeting.is_incident() && it.seconds > 0);
    let by_clock = || {
        let it = set()?;
        let ends = (it.set_at + it.seconds * 1_000).saturating_sub(browser::now()) + browser::uptime() as u64;
        // Whole seconds: it is reckoned anew with each drawing.
        Some(Countdown { set: it.set.1, about: it.about, seconds: it.seconds, ends: ends.next_multiple_of(1_000) })
    };
    room.timer.or_else(by_clock)
}

/// The time of what is on the agenda, if it runs: of what the meeting is at, or of the talk as a whole.
pub fn running(room: &RoomView, meeting: &Meeting) -> Option<Countdown> {
    let here = here_of(room, meeting).map(|it| it.cid);
    timer_of(room, meeting).filter(|it| it.about.is_none() || it.about == here)
}

/// What something on an agenda is called.
pub fn titled(room: &RoomView, item: &Item) -> String {
    match item.titled(&room.posts) {
        ItemTitle::Given(words) => people::titled(words).to_string(),
        ItemTitle::Said(words) => excerpt::excerpt(words, excerpt::QUOTED),
        ItemTitle::TakenBack | ItemTitle::Missing => t!("later-taken-back"),
    }
}

/// How a meeting does with notes: as its opening says, and as is usual where that says nothing.
pub fn notes_of(meeting: &Meeting) -> NoteValues {
    let MeetingValues { write_seconds, dots, vote_seconds, talk_seconds, .. } = &meeting.values;
    let (usual, seconds) = (NoteValues::default(), |it: &Option<FormSeconds>| it.map(|it| it.get()));
    NoteValues {
        write_seconds: seconds(write_seconds).unwrap_or(usual.write_seconds),
        dots: dots.map_or(usual.dots, |it| it.get()),
        vote_seconds: seconds(vote_seconds).unwrap_or(usual.vote_seconds),
        talk_seconds: seconds(talk_seconds).unwrap_or(usual.talk_seconds),
    }
}

/// Whether it is held for something else than what is on its agenda.
pub fn asks(meeting: &Meeting) -> bool {
    let MeetingValues { seconds_each, write_seconds, dots, vote_seconds, talk_seconds, .. } = &meeting.values;
    let times = [seconds_each, write_seconds, vote_seconds, talk_seconds];
    !meeting.prompts.is_empty() || dots.is_some() || times.into_iter().any(Option::is_some)
}

/// When the next meeting of this form is held, as a rule: by then is done what is promised in it.
pub fn next_time(meeting: &Meeting) -> Option<Day> {
    in_days(meeting.values.every_days?.get().try_into().ok()?)
}

/// What meetings of this form are called, without their day, as far as the meeting says so.
pub fn form_title(meeting: &Meeting) -> &str {
    Some(&*meeting.values.title).filter(|it| !it.is_empty()).unwrap_or(&meeting.title)
}

/// The role of who runs it: the first that was tied to it.
pub fn runs(room: &RoomView, meeting: &Meeting) -> Option<Arc<Baton>> {
    let baton = room.meetings.roles_of(meeting.cid).next()?;
    room.batons.iter().find(|it| it.cid == baton).cloned()
}

/// Whether the person at this tab runs it.
pub fn is_mine(room: &RoomView, meeting: &Meeting) -> bool {
    runs(room, meeting).and_then(|it| it.holder).is_some_and(|it| room.joined.is_same(it, room.me))
}

/// What to call somebody here: the person at this tab is *you*.
pub fn called(room: &RoomView, node: &NodeId) -> String {
    if room.joined.is_same(*node, room.me) { t!("you-subject") } else { people::name_in(&room.people, node) }
}

/// Who ended whose turn.
pub fn ended_turn(room: &RoomView, by: String, of: &NodeId) -> String {
    if room.joined.is_same(*of, room.me) {
        t!("turn-was-yours", by = by)
    } else {
        t!("turn-was", by = by, name = people::name_in(&room.people, of))
    }
}

/// By which the person at this tab is known.
pub fn home(room: &RoomView) -> NodeId {
    room.joined.home_of(room.me)
}
