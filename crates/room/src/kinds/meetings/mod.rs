//! Meetings: a room outlives them. A meeting has an edge: it is opened, has roles, an agenda and rounds of its own, and is closed.
//!
//! **Open.** No opening is ignored, and none is merged into another: a meeting goes on until a closing that names it stands. Several
//! that go on are *shown* as one ([`Fold::meeting_now`]), led by the one that most persons follow.
//!
//! **Closed.** A closing names all meetings that its author has seen. One beside which two other persons acted in a meeting (by who was
//! joined to whom when it was opened) does not end that meeting: it was said by somebody who did not know that it went on. Whoever
//! has seen both may say it again.
//!
//! **Agenda.** An item is for a meeting or for later. Of what is said about one thing the latest `(depth, cid)` counts. It forbids nothing.

mod apart;
mod bodies;
mod commands;
#[cfg(any(test, feature = "test-utils"))]
mod growth;
pub mod state;

use std::{collections::BTreeSet as Set, sync::Arc};

use self::{
    apart::Steps,
    state::{CameTo, Ended, Item, Meeting, MeetingLists, Timer},
};
pub use self::{
    apart::{Did, MeetingStep},
    bodies::{
        AgendaAt, AgendaItemAdded, AgendaItemChanged, AgendaItemDone, FormSeconds, ItemKind, MeetingClosed,
        MeetingOpened, MeetingValues, Order, Prompts, RoleOf, Seconds, TimerSet,
    },
    commands::{Command, NewItem},
};
use super::{Body, Capability, Kind, UNNAMED, persons::Persons};
use crate::{
    Cid, Fold, Ix, Log, NodeId,
    clock::Clock,
    cost::{BTreeMap, HashMap},
    fold::{
        IgnoredReason,
        past::{Look, Past},
        step::{Key, Step},
        subjects::Owner,
        words::Home,
    },
    limits,
    log::Entry,
};

/// So many other persons who acted beside a closing keep a meeting going.
const GO_ON: usize = 2;

/// A closing, as far as it is about one meeting.
#[derive(Debug, Clone)]
struct Closing {
    ix: Ix,
    /// Whose it is, by its home when the meeting was opened.
    by: NodeId,
    /// Who acted beside it, so too; no more than it takes.
    beside: Vec<NodeId>,
}

impl Closing {
    fn stands(&self) -> bool {
        self.beside.len() < GO_ON
    }

    fn acted_beside(&mut self, who: NodeId) {
        if who != self.by && !self.beside.contains(&who) && self.stands() {
            self.beside.push(who);
        }
    }
}

/// What is known of a meeting beside what is shown.
#[derive(Debug, Clone)]
struct Record {
    key: Key,
    /// Closings that stand, by their place in the log.
    closings: BTreeMap<Key, Closing>,
    /// The latest act in it of each chain.
    acts: Clock,
    /// What moved it on.
    steps: Steps,
}

/// The latest word on each of an item's fields.
#[derive(Debug, Clone)]
struct Latest {
    title: Key,
    minutes: Key,
    order: Key,
    meeting: Key,
    done: Key,
}

impl Latest {
    fn none() -> Self {
        let none = (0, UNNAMED);
        Self { title: none, minutes: none, order: none, meeting: none, done: none }
    }
}

/// All meetings and items.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meetings {
    meetings: HashMap<Cid, Record>,
    /// By the item's event: where it is shown, and what was said of it.
    items: HashMap<Cid, (state::ItemPlace, Latest)>,
    /// The last words that came with closings, by these: the meetings that each may have ended, and the text.
    last_words: HashMap<Cid, (Vec<Cid>, Option<Arc<str>>)>,
    pub(crate) lists: MeetingLists,
    /// Meetings that the event being taken in is an act in, or ends; none between events.
    touched: Vec<Cid>,
    version: u64,
}

/// Something about meetings.
#[derive(Debug)]
pub(crate) enum Fact {
    /// With the place of the meeting it goes on with, one in its past.
    Opened(Box<MeetingOpened>, Option<Key>),
    /// Those of the named that are meetings in its past.
    Closed(Vec<Cid>, Option<Cid>),
    /// Both in its past.
    RoleOf(RoleOf),
    /// With the meeting and the place of the post, both in its past.
    Added(Box<AgendaItemAdded>, Option<Cid>, Option<Key>),
    /// The item is in its past, and so is the meeting.
    Changed(Box<AgendaItemChanged>),
    /// The item is in its past.
    Done(Cid, Option<String>),
    /// Both in its past, as far as it names them.
    At(AgendaAt),
    /// The meeting is in its past; what it is about need not be. Whether that is, and is an answer.
    Timer(TimerSet, bool),
}

fn is_meeting(body: &Body) -> bool {
    matches!(body, Body::MeetingOpened(_))
}

fn is_item(body: &Body) -> bool {
    matches!(body, Body::AgendaItemAdded(_))
}

fn is_answer(body: &Body) -> bool {
    matches!(body, Body::Answered(_) | Body::Sealed(_))
}

/// An event of that sort in the past. All of these sorts count, whatever their past.
fn has(past: &Past, cid: &Cid, is: fn(&Body) -> bool) -> bool {
    past.seen(cid).is_some_and(|ix| is(&past.look.entry(ix).event.body))
}

fn seen(past: &Past, cid: &Cid, is: fn(&Body) -> bool) -> Result<(), IgnoredReason> {
    if has(past, cid, is) { Ok(()) } else { Err(IgnoredReason::TargetNotSeen) }
}

impl Kind for MeetingOpened {
    type Of = Meetings;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let meeting = |ix: &Ix| is_meeting(&past.look.entry(*ix).event.body);
        let resumes = self.resumes.and_then(|it| past.seen(&it)).filter(meeting).map(|ix| past.look.entry(ix).key());
        Ok(Fact::Opened(Box::new(self.clone()), resumes))
    }
}

impl Kind for MeetingClosed {
    type Of = Meetings;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let named: Set<Cid> = self.meetings.iter().copied().filter(|it| has(past, it, is_meeting)).collect();
        if named.is_empty() {
            return Err(IgnoredReason::TargetNotSeen);
        }
        Ok(Fact::Closed(named.into_iter().collect(), self.words))
    }

    /// The words go, and the end stands.
    fn taken_back(&self, meetings: &mut Meetings, entry: &Entry, _: &mut Step) {
        meetings.set_last_word(&entry.cid, None);
    }
}

impl Kind for RoleOf {
    type Of = Meetings;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        seen(past, &self.meeting, is_meeting)?;
        seen(past, &self.baton, |it| matches!(it, Body::BatonOpened(_)))?;
        Ok(Fact::RoleOf(self.clone()))
    }
}

impl Kind for AgendaItemAdded {
    type Of = Meetings;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let meeting = self.meeting.filter(|it| has(past, it, is_meeting));
        let post = self.about.and_then(|it| past.subject(&it)).filter(|it| it.owner == Owner::Posts);
        let about = post.map(|it| past.look.entry(it.ix).key());
        Ok(Fact::Added(Box::new(self.clone()), meeting, about))
    }

    /// It is on no agenda any more, whatever is said of it.
    fn taken_back(&self, meetings: &mut Meetings, entry: &Entry, _: &mut Step) {
        meetings.remove(&entry.cid);
    }
}

impl Kind for AgendaItemChanged {
    type Of = Meetings;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        seen(past, &self.item, is_item)?;
        let meeting = self.meeting.filter(|it| !self.later && has(past, it, is_meeting));
        Ok(Fact::Changed(Box::new(Self { meeting, ..self.clone() })))
    }
}

impl Kind for AgendaItemDone {
    type Of = Meetings;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        seen(past, &self.item, is_item)?;
        Ok(Fact::Done(self.item, (!self.again).then(|| self.outcome.to_string())))
    }
}

impl Kind for AgendaAt {
    type Of = Meetings;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        seen(past, &self.meeting, is_meeting)?;
        self.item.map_or(Ok(()), |it| seen(past, &it, is_item))?;
        Ok(Fact::At(self.clone()))
    }
}

impl Kind for TimerSet {
    type Of = Meetings;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        seen(past, &self.meeting, is_meeting)?;
        let to_answer = self.about.is_some_and(|it| has(past, &it, is_answer));
        Ok(Fact::Timer(self.clone(), to_answer))
    }
}

impl Capability for Meetings {
    type Fact = Fact;

    fn take(&mut self, fact: Fact, step: &mut Step) {
        let key = step.key();
        match fact {
            Fact::Opened(opened, resumes) => self.open(*opened, resumes, step),
            Fact::Closed(named, words) => self.close(&named, words, step),
            Fact::RoleOf(RoleOf { meeting, baton }) => {
                self.act(&meeting, step);
                self.lists.roles.insert((meeting, key), Arc::new(baton));
                self.version += 1;
            }
            Fact::Added(added, meeting, about) => {
                if let Some(meeting) = meeting {
                    self.act(&meeting, step);
                }
                self.add(*added, meeting, about, step);
            }
            Fact::Changed(it) => {
                if let Some(meeting) = it.meeting {
                    self.act(&meeting, step);
                }
                self.change_item(*it, (key, step.event().author));
            }
            Fact::Done(item, done) => {
                self.set_item(&item, (key, step.event().author), |it| &mut it.done, |it| it.done = done);
            }
            Fact::At(AgendaAt { meeting, item, seconds }) => {
                self.act(&meeting, step);
                let by = step.event().author;
                self.change(&meeting, |it| {
                    if it.here.is_none_or(|before| before.said < key) {
                        it.here = Some(CameTo { said: key, by, item });
                    }
                });
                if let Some(seconds) = seconds {
                    self.set_timer(&meeting, seconds.get(), item, step);
                }
            }
            Fact::Timer(TimerSet { meeting, seconds, about }, to_answer) => {
                self.act(&meeting, step);
                self.note_step(&meeting, step, to_answer);
                self.set_timer(&meeting, seconds.get(), about, step);
            }
        }
    }

    fn words(&mut self, home: &Home, text: &Arc<str>) {
        self.set_last_word(&home.at, Some(text));
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl Meetings {
    fn open(&mut self, opened: MeetingOpened, resumes: Option<Key>, step: &Step) {
        let (key, event, cid) = (step.key(), step.event(), step.entry.cid);
        let MeetingOpened { title, form, prompts, call_link, values, .. } = opened;
        let meeting = Meeting {
            cid,
            title: title.into(),
            form: form.into(),
            prompts: prompts.into_strings(),
            call_link: call_link.into(),
            values,
            resumes,
            author: event.author,
            at: event.at,
            depth: event.depth,
            ended: None,
            here: None,
            timer: None,
        };
        self.meetings.insert(
            cid,
            Record { key, closings: BTreeMap::default(), acts: Clock::default(), steps: Steps::default() },
        );
        self.put(key, &Arc::new(meeting));
    }

    fn close(&mut self, named: &[Cid], words: Option<Cid>, step: &mut Step) {
        let (ix, cid) = (step.ix, step.entry.cid);
        if let Some(words) = words {
            let text = step.common.words.settle(&words, Home { at: cid, by: ix });
            self.last_words.insert(cid, (named.to_vec(), text));
        }
        named.iter().for_each(|meeting| self.note_step(meeting, step, false));
        self.touched.extend(named);
    }

    /// Somebody acts in a meeting: it goes on beside those who close it without having seen that.
    #[inline(never)]
    pub(crate) fn act(&mut self, meeting: &Cid, step: &Step) {
        self.note_step(meeting, step, false);
        let Some(record) = self.meetings.get_mut(meeting) else { return };
        record.acts.set(step.entry.chain, step.entry.place);
        self.touched.push(*meeting);
    }

    /// Whether what was just taken in ends meetings, or keeps them going.
    pub(crate) fn settle(&mut self, persons: &Persons, step: &Step) {
        for meeting in std::mem::take(&mut self.touched) {
            let Some(opening) = step.look.log.find(&meeting) else { continue };
            let home = |node: NodeId| persons.home_at(node, step.look, opening);
            match &step.event().body {
                Body::MeetingClosed(_) => self.settle_end(&meeting, home, step),
                _ => self.settle_act(&meeting, home, step),
            }
        }
    }

    fn settle_end(&mut self, meeting: &Cid, home: impl Fn(NodeId) -> NodeId, step: &Step) {
        let Some(record) = self.meetings.get_mut(meeting) else { return };
        let mut closing = Closing { ix: step.ix, by: home(step.event().author), beside: Vec::new() };
        record.acts.beyond(step.entry.clock(), &mut |chain| {
            closing.acted_beside(home(step.look.log.chain(chain).author));
            closing.stands()
        });
        if closing.stands() {
            record.closings.insert(step.key(), closing);
            self.judge_end(meeting, step.look);
        }
    }

    fn settle_act(&mut self, meeting: &Cid, home: impl Fn(NodeId) -> NodeId, step: &Step) {
        let Some(record) = self.meetings.get_mut(meeting).filter(|it| !it.closings.is_empty()) else { return };
        let (who, mut fell) = (home(step.event().author), Vec::new());
        for (key, closing) in &mut record.closings {
            if !step.look.is_ancestor(closing.ix, step.ix) {
                closing.acted_beside(who);
            }
            if !closing.stands() {
                fell.push(*key);
            }
        }
        for key in &fell {
            record.closings.remove(key);
        }
        if !fell.is_empty() {
            self.judge_end(meeting, step.look);
        }
    }

    /// The first closing that stands ends it.
    fn judge_end(&mut self, meeting: &Cid, look: &Look) {
        let first = self.meetings.get(meeting).and_then(|it| it.closings.first_key_value());
        let ended = first.map(|((depth, cid), closing)| {
            let event = &look.entry(closing.ix).event;
            let text = self.last_words.get(cid).and_then(|(_, text)| text.clone());
            Ended { cid: *cid, depth: *depth, by: event.author, at: event.at, text }
        });
        self.change(meeting, |it| {
            if it.ended.as_ref().map(|it| it.cid) != ended.as_ref().map(|it| it.cid) {
                it.ended = ended;
            }
        });
    }

    fn set_last_word(&mut self, closing: &Cid, text: Option<&Arc<str>>) {
        let Some((named, last)) = self.last_words.get_mut(closing) else { return };
        *last = text.cloned();
        for meeting in named.clone() {
            self.change(&meeting, |it| {
                if let Some(ended) = it.ended.as_mut().filter(|it| it.cid == *closing) {
                    ended.text = text.cloned();
                }
            });
        }
    }

    /// Shows a meeting where it belongs now.
    fn put(&mut self, key: Key, meeting: &Arc<Meeting>) {
        self.version += 1;
        self.lists.all.insert(key, meeting.clone());
        match meeting.ended {
            None => self.lists.open.insert(key, meeting.clone()),
            Some(_) => _ = self.lists.open.remove(&key),
        }
    }

    fn change(&mut self, meeting: &Cid, change: impl FnOnce(&mut Meeting)) {
        let Some(key) = self.meetings.get(meeting).map(|it| it.key) else { return };
        if self.lists.all.change(&key, change)
            && let Some(changed) = self.lists.all.get(&key).cloned()
        {
            self.put(key, &changed);
        }
    }

    /// The latest counts.
    fn set_timer(&mut self, meeting: &Cid, seconds: u64, about: Option<Cid>, step: &Step) {
        let (set, by, set_at) = (step.key(), step.event().author, step.event().at);
        self.change(meeting, |it| {
            if it.timer.as_ref().is_none_or(|before| before.set < set) {
                it.timer = Some(Timer { set, by, seconds, set_at, about });
            }
        });
    }

    fn add(&mut self, added: AgendaItemAdded, meeting: Option<Cid>, about: Option<Key>, step: &Step) {
        let AgendaItemAdded { title, kind, order, minutes, tags, .. } = added;
        let (cid, author, depth) = (step.entry.cid, step.event().author, step.event().depth);
        let (title, minutes, tags) = (title.into(), minutes.map(|it| it.get()), tags.into_strings());
        let item = Item {
            cid,
            author,
            depth,
            title,
            kind,
            minutes,
            tags,
            about,
            meeting,
            done: None,
            order,
            last: (step.key(), author),
        };
        self.items.insert(cid, (item.place(), Latest::none()));
        self.show(Arc::new(item));
    }

    /// Shows an item where it belongs.
    fn show(&mut self, item: Arc<Item>) {
        if let Some((_, post)) = item.about {
            self.lists.about.insert((post, item.key()), item.clone());
        }
        self.lists.items.insert(item.place(), item);
        self.version += 1;
    }

    fn remove(&mut self, item: &Cid) {
        let Some((place, _)) = self.items.remove(item) else { return };
        let gone = self.lists.items.remove(&place);
        if let Some((post, key)) = gone.and_then(|it| Some((it.about?.1, it.key()))) {
            self.lists.about.remove(&(post, key));
        }
        self.version += 1;
    }

    fn change_item(&mut self, it: AgendaItemChanged, said: (Key, NodeId)) {
        let AgendaItemChanged { item, title, minutes, order, meeting, later } = it;
        if !title.is_empty() {
            self.set_item(&item, said, |it| &mut it.title, |it| it.title = title.into());
        }
        if let Some(minutes) = minutes {
            self.set_item(&item, said, |it| &mut it.minutes, |it| it.minutes = Some(minutes.get()));
        }
        if let Some(order) = order {
            self.set_item(&item, said, |it| &mut it.order, |it| it.order = order);
        }
        if later || meeting.is_some() {
            self.set_item(&item, said, |it| &mut it.meeting, |it| it.meeting = meeting);
        }
    }

    /// Sets one field, if nothing later was said of it.
    fn set_item(
        &mut self,
        item: &Cid,
        word: (Key, NodeId),
        latest: fn(&mut Latest) -> &mut Key,
        set: impl FnOnce(&mut Item),
    ) {
        let Some((place, said)) = self.items.get_mut(item) else { return };
        let before = latest(said);
        if *before > word.0 {
            return;
        }
        *before = word.0;
        let Some(shown) = self.lists.items.get(place) else { return };
        let mut now = Item::clone(shown);
        set(&mut now);
        now.last = now.last.max(word);
        if now != **shown {
            let to = now.place();
            if to != *place {
                self.lists.items.remove(place);
                *place = to;
            }
            self.show(Arc::new(now));
        }
    }
}

/// The meetings that go on, shown as one.
#[derive(Debug, Clone, PartialEq)]
pub struct MeetingNow {
    /// The one that most persons follow.
    pub leading: Arc<Meeting>,
    /// All of them, in display order: a few, however many there are.
    pub all: Vec<Arc<Meeting>>,
}

impl Fold {
    /// All meetings and what is on their agendas.
    pub fn meetings(&self) -> &MeetingLists {
        &self.capabilities.meetings.lists
    }

    /// What is shown of the meetings that go on. Looks at everybody only while several do.
    pub fn meeting_now(&self, log: &Log) -> Option<MeetingNow> {
        let all: Vec<_> = self.meetings().open.iter().take(limits::MEETINGS_AT_ONCE).cloned().collect();
        let leading = match &all[..] {
            [] => return None,
            [one] => one.clone(),
            several => self.most_followed(log, several)?,
        };
        Some(MeetingNow { leading, all })
    }

    /// Each person follows by its first event with exactly one of the openings in its past.
    fn most_followed(&self, log: &Log, openings: &[Arc<Meeting>]) -> Option<Arc<Meeting>> {
        let openings: Vec<_> = openings.iter().filter_map(|it| Some((log.find(&it.cid)?, it))).collect();
        // By person, of its nodes' votes the first.
        let mut votes: BTreeMap<NodeId, (Key, Cid)> = BTreeMap::default();
        for (chain, of) in log.chains() {
            let first = |ix| log.first_in_chain_after(chain, ix);
            let firsts = openings.iter().filter_map(|(ix, it)| Some((first(*ix)?, it.cid)));
            let mut firsts: Vec<_> = firsts.map(|(ix, opening)| (log.entry(ix).key(), opening)).collect();
            firsts.sort_unstable();
            let vote = match firsts[..] {
                [] => continue,
                [vote] => vote,
                // Two at once are no vote, nor is any later event of that chain.
                [one, other, ..] if one.0 == other.0 => continue,
                [vote, ..] => vote,
            };
            let person = self.joined().home_of(of.author);
            votes.entry(person).and_modify(|it| *it = vote.min(*it)).or_insert(vote);
        }
        let followed = |opening: &Cid| votes.values().filter(|(_, it)| it == opening).count();
        let leading = openings.iter().map(|(_, it)| (followed(&it.cid), std::cmp::Reverse(it.cid), *it));
        leading.max_by_key(|(many, cid, _)| (*many, *cid)).map(|(.., it)| it.clone())
    }

    /// An item by name.
    pub fn agenda_item(&self, item: &Cid) -> Option<&Arc<Item>> {
        let meetings = &self.capabilities.meetings;
        meetings.lists.items.get(&meetings.items.get(item)?.0)
    }

    /// A meeting by name.
    pub fn meeting(&self, meeting: &Cid) -> Option<&Arc<Meeting>> {
        let meetings = &self.capabilities.meetings;
        meetings.lists.all.get(&meetings.meetings.get(meeting)?.key)
    }
}
