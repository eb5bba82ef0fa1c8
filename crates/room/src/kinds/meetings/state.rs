//! Meetings and what is on their agenda, as they are shown.

use std::sync::Arc;

use serde::Serialize;

use super::{
    super::{
        UNNAMED,
        posts::{Post, WordsState},
    },
    bodies::{ItemKind, MeetingValues, Order},
};
use crate::{
    Cid, NodeId, Tree,
    fold::{Key, List},
    limits,
};

/// A meeting with its agenda, as `window.paceline.state()` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeetingWhole {
    /// Its opening.
    pub cid: Cid,
    /// What it is called.
    pub title: String,
    /// Name of its form.
    pub form: String,
    /// Whether it goes on.
    pub state: MeetingState,
    /// The item it has come to.
    pub at: Option<Cid>,
    /// Its agenda in order.
    pub items: Vec<ItemWhole>,
    /// The time that was set last.
    pub timer: Option<Timer>,
}

/// An item, as `window.paceline.state()` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemWhole {
    /// Its event.
    pub cid: Cid,
    /// What. If a post says it, how that begins; empty once its words are gone.
    pub title: String,
    /// The post that it is about.
    pub about: Option<Cid>,
    /// How long it is meant to take.
    pub minutes: Option<u64>,
    /// Where it stands.
    pub state: ItemState,
    /// What came of it.
    pub outcome: Option<String>,
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemState {
    /// On the agenda of a meeting that goes on.
    Planned,
    /// Done with.
    Done,
    /// For later: of no meeting, or not done when its meeting ended.
    Backlog,
}

/// Whether a meeting goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum MeetingState {
    Open,
    Closed,
}

/// A meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Its opening.
    pub cid: Cid,
    /// What it is called.
    pub title: String,
    /// Name of its form.
    pub form: String,
    /// What each is asked to say.
    pub prompts: Vec<String>,
    /// Where it talks.
    pub call_link: String,
    /// What else its form says of it.
    pub values: MeetingValues,
    /// The place of the meeting it goes on with, if that was one in its past.
    pub resumes: Option<Key>,
    /// Who opened it.
    pub author: NodeId,
    /// Its author's clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    pub depth: u64,
    /// How it ended, if it has.
    pub ended: Option<Ended>,
    /// Where it has come to.
    pub here: Option<CameTo>,
    /// The time that runs.
    pub timer: Option<Timer>,
}

impl Meeting {
    /// Whether it goes on.
    pub fn state(&self) -> MeetingState {
        if self.ended.is_some() { MeetingState::Closed } else { MeetingState::Open }
    }

    /// Its place among all.
    pub fn key(&self) -> Key {
        (self.depth, self.cid)
    }

    /// Whether something is broken, and what is said meanwhile is its log.
    pub fn is_incident(&self) -> bool {
        self.values.update_seconds.is_some()
    }
}

/// What a meeting has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CameTo {
    /// The event that says so.
    pub said: Key,
    /// Who said it.
    pub by: NodeId,
    /// The item; none: it is before the first.
    pub item: Option<Cid>,
}

/// How a meeting ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The first closing, in the order of the log, that stands.
    pub cid: Cid,
    /// Its depth.
    pub depth: u64,
    /// Who closed it.
    pub by: NodeId,
    /// Their clock, Unix milliseconds.
    pub at: u64,
    /// Their last word, if there is one and it is here.
    pub text: Option<Arc<str>>,
}

/// Time that was given to something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timer {
    /// The event that set it.
    #[serde(skip)]
    pub set: Key,
    /// Who set it.
    #[serde(skip)]
    pub by: NodeId,
    /// How long; 0: it was stopped.
    pub seconds: u64,
    /// The clock of who set it, Unix milliseconds: to be shown, and to count from nowhere.
    pub set_at: u64,
    /// What for.
    pub about: Option<Cid>,
}

/// Something on an agenda, or for later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its event.
    pub cid: Cid,
    /// Who added it.
    pub author: NodeId,
    /// Its depth in the log.
    pub depth: u64,
    /// What; empty if the post that it is about says it ([`Item::titled`]).
    pub title: String,
    /// What is done about it.
    pub kind: ItemKind,
    /// How long it is meant to take.
    pub minutes: Option<u64>,
    /// Tags.
    pub tags: Vec<String>,
    /// The place of the post that it is about.
    pub about: Option<Key>,
    /// The meeting it is for.
    pub meeting: Option<Cid>,
    /// What came of it, once it is done.
    pub done: Option<String>,
    /// Where it stands.
    pub order: Order,
    /// The latest word on it, and whose that is.
    pub last: (Key, NodeId),
}

/// Where an item stands on a meeting's agenda, or among what is for later.
pub type ItemPlace = (Cid, Order, NodeId, Cid);

/// All meetings and items in the orders in which they are looked for. Cheap to copy and to compare.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MeetingLists {
    /// In display order.
    pub all: Tree<Key, Meeting>,
    /// Those that go on.
    pub open: Tree<Key, Meeting>,
    /// By meeting and order; what is for no meeting is for later.
    pub items: Tree<ItemPlace, Item>,
    /// Those that are about posts, by the post.
    pub about: Tree<(Cid, Key), Item>,
    /// The batons that are roles, by meeting, in the order in which they became so.
    pub roles: Tree<(Cid, Key), Cid>,
}

/// So far is looked back along meetings that go on with one another.
const LINE: usize = 16;

/// Stands for no meeting, where a place names one.
pub(super) const LATER: Cid = UNNAMED;

/// What an item is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemTitle<'a> {
    /// So.
    Given(&'a str),
    /// As a post says.
    Said(&'a str),
    /// As a post said whose author has taken the words back.
    TakenBack,
    /// As a post says whose words are not here.
    Missing,
}

impl Item {
    /// Its place in the log.
    pub fn key(&self) -> Key {
        (self.depth, self.cid)
    }

    /// What it is called, and if that is for a post to say: what the post says now.
    pub fn titled<'a>(&'a self, posts: &'a List<Post>) -> ItemTitle<'a> {
        let post = self.about.filter(|_| self.title.is_empty()).and_then(|it| posts.get(&it));
        match post.map(|it| (it.words, it.text.as_deref())) {
            None => ItemTitle::Given(&self.title),
            Some((WordsState::Retracted, _)) => ItemTitle::TakenBack,
            Some((_, Some(text))) => ItemTitle::Said(text),
            Some((_, None)) => ItemTitle::Missing,
        }
    }

    pub(super) fn place(&self) -> ItemPlace {
        (self.meeting.unwrap_or(LATER), self.order.clone(), self.author, self.cid)
    }
}

impl MeetingLists {
    /// What is on the agenda of a meeting, in order; without one, what is for later of itself.
    pub fn agenda(&self, meeting: Option<Cid>) -> impl Iterator<Item = &Arc<Item>> {
        let meeting = meeting.unwrap_or(LATER);
        let first = (meeting, Order::least(), NodeId::from_bytes([0; 32]), UNNAMED);
        self.items.from(&first).take_while(move |((of, ..), _)| *of == meeting).map(|(_, it)| it)
    }

    /// The items about a post, in the order in which they were made.
    pub fn about(&self, post: Cid) -> impl Iterator<Item = &Arc<Item>> {
        self.about.from(&(post, (0, UNNAMED))).take_while(move |((of, _), _)| *of == post).map(|(_, it)| it)
    }

    /// What is on the agenda of a meeting and of those that it goes on with, theirs first.
    pub fn on_agenda<'a>(&'a self, meeting: &'a Meeting) -> impl Iterator<Item = &'a Arc<Item>> {
        let line: Vec<_> = self.line(meeting).collect();
        line.into_iter().rev().flat_map(|it| self.agenda(Some(it.cid)))
    }

    /// What a meeting has come to, or one that it goes on with.
    pub fn here(&self, meeting: &Meeting) -> Option<CameTo> {
        self.line(meeting).find_map(|it| it.here)
    }

    /// What was not done in the last meeting that ended, but for those that this one goes on with.
    pub fn left_before<'a>(&'a self, meeting: &Meeting) -> impl Iterator<Item = &'a Arc<Item>> {
        let last = self.all.iter().rev().find(|it| !self.goes_on(&it.key()) && it.key() < meeting.key());
        last.into_iter().flat_map(|it| self.agenda(Some(it.cid))).filter(|it| it.done.is_none())
    }

    /// What is for later: first what is for no meeting, then what meetings left.
    pub fn for_later(&self) -> impl Iterator<Item = &Arc<Item>> {
        let left = self.all.iter().filter(|it| !self.goes_on(&it.key()));
        let left = left.flat_map(|it| self.agenda(Some(it.cid)));
        self.agenda(None).chain(left).filter(|it| it.done.is_none())
    }

    /// Whether an item is for later: of no meeting that goes on, and not done.
    pub fn is_for_later(&self, item: &Item) -> bool {
        let mut open = self.open.iter().take(limits::MEETINGS_AT_ONCE);
        let goes_on = open.any(|it| self.line(it).any(|it| Some(it.cid) == item.meeting));
        item.done.is_none() && !goes_on
    }

    /// A meeting, and those that it goes on with, the latest first.
    pub fn line<'a>(&'a self, of: &'a Meeting) -> impl Iterator<Item = &'a Meeting> {
        std::iter::successors(Some(of), |it| self.all.get(&it.resumes?).map(|it| &**it)).take(LINE)
    }

    /// Whether a meeting goes on, itself or in one that goes on with it.
    pub fn goes_on(&self, meeting: &Key) -> bool {
        let mut open = self.open.iter().take(limits::MEETINGS_AT_ONCE);
        self.open.get(meeting).is_some() || open.any(|it| self.line(it).any(|it| it.key() == *meeting))
    }

    /// The roles of a meeting.
    pub fn roles_of(&self, meeting: Cid) -> impl Iterator<Item = Cid> {
        self.roles.from(&(meeting, (0, UNNAMED))).take_while(move |((of, _), _)| *of == meeting).map(|(_, it)| **it)
    }

    /// Where an item stands.
    pub fn state_of(&self, item: &Item, of: Option<&Meeting>) -> ItemState {
        match (&item.done, of) {
            (Some(_), _) => ItemState::Done,
            (None, Some(meeting)) if self.goes_on(&meeting.key()) => ItemState::Planned,
            _ => ItemState::Backlog,
        }
    }

    /// Everything, as it is told to scripts.
    pub(crate) fn whole(&self, posts: &List<Post>) -> Vec<MeetingWhole> {
        self.all.iter().map(|it| self.whole_of(it, posts)).collect()
    }

    fn whole_of(&self, it: &Meeting, posts: &List<Post>) -> MeetingWhole {
        MeetingWhole {
            cid: it.cid,
            title: it.title.clone(),
            form: it.form.clone(),
            state: it.state(),
            at: it.here.as_ref().and_then(|it| it.item),
            items: self.agenda(Some(it.cid)).map(|item| self.told(item, Some(it), posts)).collect(),
            timer: it.timer.clone(),
        }
    }

    fn told(&self, item: &Item, of: Option<&Meeting>, posts: &List<Post>) -> ItemWhole {
        let outcome = item.done.clone().filter(|it| !it.is_empty());
        let title = match item.titled(posts) {
            ItemTitle::Given(title) => title.into(),
            ItemTitle::Said(text) => {
                text.lines().next().unwrap_or_default().chars().take(limits::TITLE_CHARS).collect()
            }
            ItemTitle::TakenBack | ItemTitle::Missing => String::new(),
        };
        let (cid, about, minutes) = (item.cid, item.about.map(|(_, post)| post), item.minutes);
        ItemWhole { cid, title, about, minutes, state: self.state_of(item, of), outcome }
    }

    /// What is for later: first what is for no meeting, then what meetings left.
    pub(crate) fn backlog(&self, posts: &List<Post>) -> Vec<ItemWhole> {
        let left = self.all.iter().filter(|it| it.ended.is_some());
        let left = left.flat_map(|it| self.agenda(Some(it.cid)).map(|item| self.told(item, Some(it), posts)));
        let all = self.agenda(None).map(|item| self.told(item, None, posts)).chain(left);
        all.filter(|it| it.state == ItemState::Backlog).collect()
    }
}
