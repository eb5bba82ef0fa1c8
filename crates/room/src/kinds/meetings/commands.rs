//! What a person may do about meetings and their agendas.

use super::{
    AgendaAt, AgendaItemAdded, AgendaItemChanged, AgendaItemDone, MeetingClosed, MeetingOpened, RoleOf, TimerSet,
    bodies::{ItemKind, MeetingValues, Order},
    state::Item,
};
use crate::{
    Cid,
    command::{Ask, Asker, CommandError, Saying},
    kinds::{List, UNNAMED, posts::WordsState},
    limits,
};

/// Something to put on an agenda.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// What.
    pub title: String,
    /// What is done about it.
    pub kind: ItemKind,
    /// How long it is meant to take.
    pub minutes: Option<u64>,
    /// Tags.
    pub tags: Vec<String>,
    /// The meeting, or none: it is for later. If that is not said, the one that goes on.
    pub meeting: Option<Option<Cid>>,
    /// The post that it is about: without a title the words of that are shown.
    pub about: Option<Cid>,
}

impl NewItem {
    /// Something to talk about, for later.
    pub fn talk(title: String) -> Self {
        Self { title, kind: ItemKind::Talk, minutes: None, tags: Vec::new(), meeting: Some(None), about: None }
    }
}

/// What a person may do.
#[derive(Debug, Clone)]
pub enum Command {
    /// Open a meeting.
    Open {
        /// What it is called.
        title: String,
        /// Name of its form.
        form: String,
        /// What each is asked to say.
        prompts: Vec<String>,
        /// Where it talks, if elsewhere.
        call_link: String,
        /// The meeting it goes on with.
        resumes: Option<Cid>,
        /// What its form says besides.
        values: MeetingValues,
    },
    /// End a meeting, and all others that go on.
    Close {
        /// The meeting.
        meeting: Cid,
        /// A last word.
        note: String,
    },
    /// Make a baton a role of a meeting.
    RoleOf {
        /// The meeting.
        meeting: Cid,
        /// The baton.
        baton: Cid,
    },
    /// Put something on the agenda, after all that is there.
    Add(NewItem),
    /// Change what is given.
    Change {
        /// The item.
        item: Cid,
        /// What.
        title: Option<String>,
        /// How long.
        minutes: Option<u64>,
        /// The item of the same agenda that it comes before; `Some(None)`: it comes last.
        before: Option<Option<Cid>>,
        /// The meeting that it is for; `Some(None)`: none, it is for later.
        meeting: Option<Option<Cid>>,
    },
    /// Say that an item is done with.
    Done {
        /// The item.
        item: Cid,
        /// What came of it.
        outcome: String,
    },
    /// Say that it is not, after all.
    Again {
        /// The item.
        item: Cid,
    },
    /// Say that its meeting has come to this item, or what goes on now, if it is of no such meeting.
    At {
        /// The item; none: it is before the first, after all.
        item: Option<Cid>,
        /// How long for it; if that is not said, as long as it is meant to take, or without an end.
        seconds: Option<u64>,
    },
    /// Give time to something in the meeting that goes on; 0 stops it.
    Timer {
        /// How long.
        seconds: u64,
        /// What for.
        about: Option<Cid>,
    },
}

impl Ask for Command {
    fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
        match self {
            Self::Open { title, form, prompts, call_link, resumes, values } => {
                let (title, prompts) = (named(&title)?, List::of(prompts)?);
                let (form, call_link) = (form.try_into()?, call_link.try_into()?);
                if resumes.is_some_and(|it| asker.fold.meeting(&it).is_none_or(|it| it.ended.is_none())) {
                    return Err(CommandError::NotFound);
                }
                asker.plain(MeetingOpened { title, form, prompts, call_link, resumes, values })
            }
            Self::Close { meeting, note } => {
                goes_on(asker, &meeting)?;
                let open = asker.fold.meetings().open.iter().map(|it| it.cid).filter(|it| *it != meeting);
                let meetings: Vec<_> = std::iter::once(meeting).chain(open).take(limits::PARENTS).collect();
                let words = (!note.trim().is_empty()).then_some(UNNAMED);
                asker.worded(Some(note), MeetingClosed { meetings: meetings.try_into()?, words })
            }
            Self::RoleOf { meeting, baton } => {
                goes_on(asker, &meeting)?;
                asker.plain(RoleOf { meeting, baton })
            }
            Self::Add(NewItem { title, kind, minutes, tags, meeting, about }) => {
                let meeting = meeting.unwrap_or_else(|| goes_on_now(asker).ok());
                meeting.map_or(Ok(()), |it| goes_on(asker, &it))?;
                let last = asker.fold.meetings().agenda(meeting).last().map(|it| it.order.clone());
                let title = match about {
                    Some(post) => may_be_about(asker, &post).and_then(|()| Ok(title.trim().try_into()?))?,
                    None => named(&title)?,
                };
                let order = Order::between(last.as_ref(), None)?;
                let (minutes, tags) = (minutes.map(TryInto::try_into).transpose()?, List::of(tags)?);
                asker.plain(AgendaItemAdded { title, kind, order, meeting, minutes, tags, about })
            }
            Self::Change { item, title, minutes, before, meeting } => {
                let now = found(asker, &item)?;
                let agenda = meeting.unwrap_or(now.meeting);
                if let Some(to) = meeting.flatten() {
                    goes_on(asker, &to)?;
                }
                let order = match before {
                    None => None,
                    Some(before) => Some(place(asker, &item, agenda, before)?),
                };
                let title = title.map(|it| named(&it)).transpose()?.unwrap_or_default();
                let minutes = minutes.map(TryInto::try_into).transpose()?;
                if title.is_empty() && minutes.is_none() && order.is_none() && meeting.is_none() {
                    return Err(CommandError::EmptyText);
                }
                let later = meeting == Some(None);
                asker.plain(AgendaItemChanged { item, title, minutes, order, meeting: meeting.flatten(), later })
            }
            Self::Done { item, outcome } => {
                not_done(asker, &item, true)?;
                asker.plain(AgendaItemDone { item, outcome: outcome.try_into()?, again: false })
            }
            Self::Again { item } => {
                not_done(asker, &item, false)?;
                asker.plain(AgendaItemDone { item, outcome: Default::default(), again: true })
            }
            Self::At { item, seconds } => {
                let found = item.map(|it| found(asker, &it)).transpose()?;
                let its = found.and_then(|it| it.meeting).filter(|it| goes_on(asker, it).is_ok());
                let meeting = its.map_or_else(|| goes_on_now(asker), Ok)?;
                let meant = || found.and_then(|it| it.minutes).map_or(0, |it| it * 60);
                let seconds = Some(seconds.unwrap_or_else(meant).try_into()?);
                asker.plain(AgendaAt { meeting, item, seconds })
            }
            Self::Timer { seconds, about } => {
                asker.plain(TimerSet { meeting: goes_on_now(asker)?, seconds: seconds.try_into()?, about })
            }
        }
    }

    fn typed(&self) -> Vec<&str> {
        match self {
            Self::Open { title, .. } | Self::Add(NewItem { title, about: None, .. }) => vec![title.trim()],
            Self::Add(NewItem { title, .. }) if !title.trim().is_empty() => vec![title.trim()],
            Self::Change { title: Some(title), .. } => vec![title.trim()],
            _ => Vec::new(),
        }
    }
}

fn named(title: &str) -> Result<crate::kinds::Title, CommandError> {
    let title = title.trim();
    if title.is_empty() { Err(CommandError::EmptyText) } else { Ok(title.try_into()?) }
}

/// A post whose words are not taken back, and of which nobody has made an item that waits.
fn may_be_about(asker: Asker, post: &Cid) -> Result<(), CommandError> {
    asker.fold.post(post).filter(|it| it.words != WordsState::Retracted).ok_or(CommandError::NotFound)?;
    let waits = asker.fold.meetings().about(*post).any(|it| it.done.is_none());
    if waits { Err(CommandError::ForLater) } else { Ok(()) }
}

fn goes_on(asker: Asker, meeting: &Cid) -> Result<(), CommandError> {
    let meeting = asker.fold.meeting(meeting).ok_or(CommandError::NotFound)?;
    if meeting.ended.is_none() { Ok(()) } else { Err(CommandError::NotFound) }
}

fn goes_on_now(asker: Asker) -> Result<Cid, CommandError> {
    asker.fold.meeting_now(asker.log).map(|it| it.leading.cid).ok_or(CommandError::NotFound)
}

fn found<'a>(asker: Asker<'a>, item: &Cid) -> Result<&'a Item, CommandError> {
    asker.fold.agenda_item(item).map(|it| &**it).ok_or(CommandError::NotFound)
}

fn not_done(asker: Asker, item: &Cid, not: bool) -> Result<(), CommandError> {
    if found(asker, item)?.done.is_none() == not { Ok(()) } else { Err(CommandError::NotFound) }
}

/// A place on an agenda before an item, or last; the item that moves apart.
fn place(asker: Asker, item: &Cid, agenda: Option<Cid>, before: Option<Cid>) -> Result<Order, CommandError> {
    let mut after = None;
    for it in asker.fold.meetings().agenda(agenda).filter(|it| it.cid != *item) {
        if Some(it.cid) == before {
            return Ok(Order::between(after, Some(&it.order))?);
        }
        after = Some(&it.order);
    }
    if before.is_some() { Err(CommandError::NotFound) } else { Ok(Order::between(after, None)?) }
}
