//! What somebody just did about an agenda or what is for later: who, what, and for a while the way back.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid, NodeId,
    body::{meetings::Command, taking_back},
    command,
    fold::Key,
    state::{CameTo, Item, MeetingLists},
};
use yew::prelude::*;

use super::super::now::{called, notes_in, titled};
use crate::{
    components::undo::Undo,
    hooks::{seconds_left, use_commands},
    session::{Connection, Countdown, RoomView},
    texts::t,
};

/// Whose steps are told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scope {
    /// Of the meeting at this place: its agenda, where it is, its time. None: what is for later.
    pub of: Option<Key>,
    /// The time is that of the agenda.
    pub time: bool,
    /// What is for later is told elsewhere on the screen.
    pub beside_later: bool,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq)]
struct Done {
    /// The event.
    said: Key,
    by: NodeId,
    what: What,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Added(Arc<Item>),
    Finished(Arc<Item>),
    Again(Arc<Item>, String),
    /// It stood before another, on that agenda.
    Parked(Arc<Item>, Option<Cid>),
    Brought(Vec<Arc<Item>>),
    Moved(Arc<Item>, Option<Cid>),
    Changed(Arc<Item>, Arc<Item>),
    /// Where the meeting was, and how long that had still.
    Came(Option<Arc<Item>>, Option<Cid>, Option<u64>),
    /// How long it is now, how long it was still, and what for.
    Timed(u64, u64, Option<Cid>),
}

/// What was seen before.
#[derive(Clone, PartialEq)]
struct Seen {
    lists: MeetingLists,
    here: Option<CameTo>,
    timer: Option<Countdown>,
    set: Option<Key>,
}

impl Seen {
    fn of(room: &RoomView, scope: Scope) -> Self {
        let meeting = scope.of.and_then(|it| room.meetings.all.get(&it));
        let set = meeting.and_then(|it| it.timer.as_ref()).map(|it| it.set);
        let here = meeting.and_then(|it| room.meetings.here(it));
        Self { lists: room.meetings.clone(), here, timer: room.timer, set }
    }

    /// What comes after an item on its agenda.
    fn after(&self, item: &Item) -> Option<Cid> {
        self.lists.agenda(item.meeting).skip_while(|it| it.cid != item.cid).nth(1).map(|it| it.cid)
    }
}

/// Properties of [`Taken`].
#[derive(PartialEq, Properties)]
pub struct TakenProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// Whose steps.
    pub scope: Scope,
}

/// Says it, and takes it back.
#[component]
pub fn Taken(props: &TakenProps) -> Html {
    let TakenProps { room, scope } = props;
    let commands = use_commands(format!("undo agenda {:?}", scope.of.map(|it| it.1)));
    let done = use_latest(room, *scope);
    let undo = {
        let back = done.as_ref().map(|it| back(room, it)).unwrap_or_default();
        Callback::from(move |()| {
            let back = back.clone();
            commands.run(|session| async move {
                for command in back {
                    session.act(command).await?;
                }
                Ok(())
            });
        })
    };
    let text = done.as_ref().map(|it| told(room, it)).unwrap_or_default();
    html! { <Undo of={done.map(|it| AttrValue::from(it.said.1.to_string()))} {text} {undo} /> }
}

/// The last step that this page saw come. What is caught up is no news.
#[hook]
fn use_latest(room: &RoomView, scope: Scope) -> Option<Done> {
    let seen = use_mut_ref(|| (Seen::of(room, scope), None::<Done>));
    let (before, latest) = &mut *seen.borrow_mut();
    let now = Seen::of(room, scope);
    if now != *before {
        let catching_up = matches!(room.connection, Connection::Connecting | Connection::CatchingUp);
        let steps = steps(room, scope, before, &now).into_iter().filter(|it| it.by == room.me || !catching_up);
        if let Some(step) = steps.max_by_key(|it| it.said) {
            *latest = Some(match (latest.take(), step) {
                // What is brought back one after the other goes back together.
                (
                    Some(Done { what: What::Brought(mut all), by: before, .. }),
                    Done { said, by, what: What::Brought(more) },
                ) if before == by => {
                    all.retain(|it| more.iter().all(|other| other.cid != it.cid));
                    all.extend(more);
                    Done { said, by, what: What::Brought(all) }
                }
                (_, step) => step,
            });
        }
        let gone = |item: &Arc<Item>| now.lists.items.iter().all(|it| it.cid != item.cid);
        if matches!(latest, Some(Done { what: What::Added(it), .. }) if gone(it)) {
            *latest = None;
        }
        *before = now;
    }
    latest.clone()
}

/// What was done between these.
fn steps(room: &RoomView, scope: Scope, before: &Seen, now: &Seen) -> Vec<Done> {
    let on_agenda = |it: &Item, lists: &MeetingLists| match scope.of.and_then(|key| lists.all.get(&key)) {
        Some(meeting) => lists.line(meeting).any(|of| it.meeting == Some(of.cid)),
        None => lists.is_for_later(it),
    };
    let changed = now.lists.items.since(&before.lists.items);
    let was = |cid: Cid| changed.iter().filter_map(|it| it.before).find(|it| it.cid == cid);
    let mut all: Vec<Done> = Vec::new();
    let mut brought: Option<Done> = None;
    for item in changed.iter().filter_map(|it| it.now) {
        let was = was(item.cid);
        let here = [on_agenda(item, &now.lists), was.is_some_and(|it| on_agenda(it, &before.lists))];
        let later = now.lists.is_for_later(item) || was.is_some_and(|it| before.lists.is_for_later(it));
        // What is kept for later while a meeting goes on is told in its card, too.
        let kept = was.is_none() && later && scope.of.is_some();
        if here == [false; 2] && !kept || scope.beside_later && later || was.is_some_and(|it| it.last == item.last) {
            continue;
        }
        let Some(what) = changed_to(before, now, was, item) else { continue };
        let (said, by) = item.last;
        let done = Done { said, by, what };
        match (&mut brought, done) {
            (
                Some(Done { said, by, what: What::Brought(all) }),
                Done { what: What::Brought(more), said: other, by: other_by },
            ) if *by == other_by => {
                all.extend(more);
                *said = (*said).max(other);
            }
            (none @ None, done @ Done { what: What::Brought(_), .. }) => *none = Some(done),
            (_, done) => all.push(done),
        }
    }
    all.extend(brought);
    all.extend(scope.of.and_then(|it| moved_on(room, scope, it, before, now)));
    all
}

/// What became of an item.
fn changed_to(before: &Seen, now: &Seen, was: Option<&Arc<Item>>, item: &Arc<Item>) -> Option<What> {
    let it = item.clone();
    let Some(was) = was else {
        // What is about a message is told beside the messages.
        let is_new = item.last.0.1 == item.cid && item.about.is_none();
        return is_new.then_some(What::Added(it));
    };
    Some(match (&was.done, &item.done) {
        (None, Some(_)) => What::Finished(it),
        (Some(outcome), None) => What::Again(it, outcome.clone()),
        _ if before.lists.is_for_later(was) && !now.lists.is_for_later(item) => What::Brought(vec![it]),
        _ if was.meeting != item.meeting => What::Parked(was.clone(), before.after(was)),
        _ if was.order != item.order => What::Moved(it, before.after(was)),
        _ if was.title != item.title || was.minutes != item.minutes => What::Changed(it, was.clone()),
        _ => return None,
    })
}

/// Where the meeting came to, or what was said of its time.
fn moved_on(room: &RoomView, scope: Scope, meeting: Key, before: &Seen, now: &Seen) -> Option<Done> {
    let item = |cid: Cid| room.meetings.items.iter().find(|it| it.cid == cid).cloned();
    let left = |of: Option<Cid>| before.timer.filter(|it| it.about == of).map(|it| seconds_left(it.ends));
    if let Some(here) = now.here.filter(|it| before.here != Some(*it)) {
        let from = before.here.and_then(|it| it.item);
        let what = What::Came(here.item.and_then(item), from, from.and_then(|_| left(from)));
        return Some(Done { said: here.said, by: here.by, what });
    }
    let meeting = room.meetings.all.get(&meeting)?;
    let timer = meeting.timer.as_ref().filter(|it| now.set != before.set && Some(it.set) == now.set)?;
    // The time of what is asked and of whose turn it is belongs to these.
    let on_agenda = |about: Cid| room.meetings.on_agenda(meeting).any(|it| it.cid == about);
    let of_agenda = scope.time && timer.about.is_none_or(on_agenda);
    // Of a note that is talked about, and was before.
    let is_note =
        |about| notes_in(room, meeting).iter().any(|it| room.rounds.answers_in(it.round.cid).any(|it| it.cid == about));
    let of_note = timer.about.is_some_and(|it| before.timer.and_then(|it| it.about) == Some(it) && is_note(it));
    let what = What::Timed(timer.seconds, left(timer.about).unwrap_or(0), timer.about);
    (of_agenda || of_note).then_some(Done { said: timer.set, by: timer.by, what })
}

/// What takes it back.
fn back(room: &RoomView, done: &Done) -> Vec<command::Command> {
    let to = |item: Cid, before: Option<Cid>, meeting| Command::Change {
        item,
        title: None,
        minutes: None,
        before: Some(before),
        meeting,
    };
    let all = match &done.what {
        // Only who added it can take it away; another keeps it for later.
        What::Added(it) if it.author == room.me => return vec![taking_back::Command::Retract { post: it.cid }.into()],
        What::Added(it) if it.meeting.is_some() => vec![to(it.cid, None, Some(None))],
        What::Added(it) => vec![Command::Done { item: it.cid, outcome: String::new() }],
        What::Finished(it) => vec![Command::Again { item: it.cid }],
        What::Again(it, outcome) => vec![Command::Done { item: it.cid, outcome: outcome.clone() }],
        What::Parked(was, before) => vec![to(was.cid, *before, Some(was.meeting))],
        What::Brought(all) => all.iter().map(|it| to(it.cid, None, Some(None))).collect(),
        What::Moved(it, before) => vec![to(it.cid, *before, None)],
        What::Changed(it, was) => {
            let title = (was.title != it.title).then(|| was.title.clone());
            vec![Command::Change { item: it.cid, title, minutes: was.minutes, before: None, meeting: None }]
        }
        What::Came(_, from, seconds) => vec![Command::At { item: *from, seconds: *seconds }],
        What::Timed(_, seconds, about) => vec![Command::Timer { seconds: *seconds, about: *about }],
    };
    all.into_iter().map(Into::into).collect()
}

/// Who did what.
fn told(room: &RoomView, done: &Done) -> String {
    let by = called(room, &done.by);
    let title = |it: &Item| titled(room, it);
    match &done.what {
        What::Added(it) if it.meeting.is_none() => t!("agenda-kept", by = by, title = title(it)),
        What::Added(it) => t!("agenda-added", by = by, title = title(it)),
        What::Finished(it) => t!("agenda-finished", by = by, title = title(it)),
        What::Again(it, _) => t!("agenda-unfinished", by = by, title = title(it)),
        What::Parked(it, _) => t!("agenda-kept", by = by, title = title(it)),
        What::Brought(all) => match &all[..] {
            [it] => t!("agenda-brought-one", by = by, title = title(it)),
            all => t!("agenda-brought", by = by, n = all.len()),
        },
        What::Moved(it, _) => t!("agenda-moved", by = by, title = title(it)),
        What::Changed(it, _) => t!("agenda-changed", by = by, title = title(it)),
        What::Came(Some(it), ..) => t!("apart-item", by = by, title = title(it)),
        What::Came(None, ..) => t!("agenda-went-back", by = by),
        What::Timed(0, ..) => t!("agenda-stopped", by = by),
        What::Timed(seconds, ..) => t!("agenda-timed", by = by, time = format!("{}:{:02}", seconds / 60, seconds % 60)),
    }
}
