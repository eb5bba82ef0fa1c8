//! Promises: what somebody says that they will do, of themselves or because they were asked.
//!
//! Nobody gives anybody a task. An ask waits until somebody takes it up, whoever that is, by promising from it; then the two are
//! one row, that of the promise. Who else promises from the same ask has a row of their own: each answers for what they said.
//! Only who promised keeps or drops it, at any tab or device of theirs. Of several such ends the latest by `(depth, cid)` counts, as with answers to feedback: so
//! what was dropped may still be kept, and of two that one author wrote side by side all builds show the same.
//!
//! Who is still on it says so, and until when: the latest such word that stands says by when the promise is due. It changes no end, and does not
//! count once an end is in its past; it may be taken back, and then the word before it says so again.
//!
//! Who takes back the words of an ask, a promise or a drop takes nothing else back: the row stays, and says so.

mod commands;
#[cfg(any(test, feature = "test-utils"))]
mod growth;

use std::{collections::HashMap, sync::Arc};

use serde::Serialize;

pub use self::commands::Command;
use super::{Body, Capability, Kind, UNNAMED, bodies, posts::WordsState};
use crate::{
    Cid, Day, Fold, Ix, NodeId, Tree,
    clock::Clock,
    cost::BTreeMap,
    fold::{
        Common, IgnoredReason,
        past::Past,
        step::{Key, News, Step},
        subjects::{Owner, Subject},
        words::Home,
    },
    log::Entry,
};

bodies! {
    /// Asks somebody to do something: only an ask.
    Asked {
        /// Who is asked.
        node: NodeId,
        /// What for: the words block.
        words: Cid,
    }
    /// Says that its author will do something.
    Promised {
        /// What: the words block.
        words: Cid,
        /// By when.
        [optional] due: Option<Day>,
        /// What it comes from: an ask, whoever was asked, a post, an answer in a round, an item of an agenda, or a
        /// meeting, whose next one its author will run.
        [optional] from: Option<Cid>,
    }
    /// It is done; by who promised it.
    PromiseKept {
        /// The promise.
        promise: Cid,
        /// The post that shows it.
        [optional] evidence: Option<Cid>,
    }
    /// It will not be done; by who promised it.
    PromiseDropped {
        /// The promise.
        promise: Cid,
        /// Why: the words block.
        words: Cid,
    }
    /// It goes on; by who promised it.
    PromiseRenewed {
        /// The promise.
        promise: Cid,
        /// By when it is due from now on; without, by no day.
        [optional] due: Option<Day>,
    }
}

/// Where an ask or a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromiseState {
    /// Nobody has promised it.
    Asked,
    /// Somebody has.
    Promised,
    /// And has done it.
    Kept,
    /// And will not do it.
    Dropped,
}

/// An ask, or a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// Its event: the ask as long as it is only asked, then the promise.
    pub cid: Cid,
    /// Who promised it, or is asked to.
    pub node: NodeId,
    /// Its words, if they are here.
    pub text: Option<Arc<str>>,
    /// Where it stands.
    pub state: PromiseState,
    /// By when, as was said last.
    pub due: Option<Day>,
    /// That it goes on, as was said last.
    pub renewed: Option<Renewed>,
    /// The ask or post that it comes from; `None` also where it names something else, or what was not in its past.
    pub from: Option<Cid>,
    /// The depth of that in the log: with it, a post or an ask is found among all.
    #[serde(skip)]
    pub from_depth: u64,
    /// Who wrote the event: of an ask who asks.
    #[serde(skip)]
    pub author: NodeId,
    /// Where its words are.
    #[serde(skip)]
    pub words: WordsState,
    /// Somebody has taken this ask up: it has no row beside the promise.
    #[serde(skip)]
    pub taken: bool,
    /// How it ended.
    #[serde(skip)]
    pub end: Option<End>,
    /// Whether a correction stands against it.
    #[serde(skip)]
    pub contested: bool,
    /// The author's clock, Unix milliseconds.
    #[serde(skip)]
    pub at: u64,
    /// Its depth in the log.
    #[serde(skip)]
    pub depth: u64,
    /// By when, as was said first.
    #[serde(skip)]
    pub first_due: Option<Day>,
}

/// That a promise goes on: what was said last, and how often it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Renewed {
    /// How often.
    pub times: usize,
    /// The author's clock, Unix milliseconds.
    pub at: u64,
    /// The event.
    #[serde(skip)]
    pub cid: Cid,
    /// Its depth in the log.
    #[serde(skip)]
    pub depth: u64,
}

/// A word that a promise goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The event.
    pub cid: Cid,
    /// Its depth in the log.
    pub depth: u64,
    /// Where the promise stands in the log.
    pub promise: Key,
    /// By when it is due from then on.
    pub due: Option<Day>,
    /// Who said so.
    pub by: NodeId,
    /// The author's clock, Unix milliseconds.
    pub at: u64,
}

/// The end of a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The event.
    pub cid: Cid,
    /// The place in the log of the post that shows that it was kept.
    pub evidence: Option<Key>,
    /// Where the words are that say why it was dropped; kept without words.
    pub words: Option<WordsState>,
    /// Those words, if they are here.
    pub why: Option<Arc<str>>,
    /// The author's clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    pub depth: u64,
}

#[derive(Debug, Clone)]
struct Record {
    key: Key,
    ix: Ix,
    /// The latest event that ended it.
    end: Option<(Key, Ix)>,
    /// The first end of each chain.
    ended: Clock,
    /// Words that it goes on, as far as they stand.
    renewals: BTreeMap<Key, Arc<Renewal>>,
}

/// All asks and promises.
#[derive(Debug, Clone, Default)]
pub(crate) struct Promises {
    records: HashMap<Cid, Record>,
    pub(crate) lists: PromiseLists,
    version: u64,
}

/// Asks and promises in the orders in which they are looked for. Cheap to copy and to compare.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PromiseLists {
    /// All in display order, asks that were taken up, too.
    pub all: Tree<Key, Promise>,
    /// Those that are asked or promised and no more, by who is to do them.
    pub open: Tree<(NodeId, Key), Promise>,
    /// Those that were kept or dropped, in display order.
    pub done: Tree<Key, Promise>,
    /// By the ask or the post that they come from.
    pub from: Tree<(Cid, Key), Promise>,
    /// Words that one goes on, as far as they stand, in display order.
    pub renewals: Tree<Key, Renewal>,
    /// Where those stand that ended, by the end that counts.
    pub ends: Tree<Key, Key>,
}

impl PromiseLists {
    /// The rows that wait for somebody.
    pub fn open_of(&self, node: NodeId) -> impl Iterator<Item = &Arc<Promise>> {
        self.open.from(&(node, FIRST)).take_while(move |((of, _), _)| *of == node).map(|(_, it)| it)
    }

    /// What was promised from that ask or post.
    pub fn promised_from(&self, from: Cid) -> impl Iterator<Item = &Arc<Promise>> {
        self.from.from(&(from, FIRST)).take_while(move |((of, _), _)| *of == from).map(|(_, it)| it)
    }

    /// Puts it where it belongs now.
    fn put(&mut self, key: Key, it: &Arc<Promise>) {
        let (by_node, is_done) = ((it.node, key), matches!(it.state, PromiseState::Kept | PromiseState::Dropped));
        self.all.insert(key, it.clone());
        if is_done || it.taken {
            self.open.remove(&by_node);
        } else {
            self.open.insert(by_node, it.clone());
        }
        if is_done {
            self.done.insert(key, it.clone());
        }
        if let Some(from) = it.from {
            self.from.insert((from, key), it.clone());
        }
    }
}

/// Before all that is in a log.
const FIRST: Key = (0, UNNAMED);

/// An ask, a promise, or how one ended.
#[derive(Debug)]
pub(crate) enum Fact {
    /// Only an ask.
    Asked(Asked),
    /// With the place of what it comes from, something of the sort in its past.
    Promised { words: Cid, due: Option<Day>, from: Option<Key> },
    /// By who promised; with the place of the evidence, a post in its past.
    Kept { promise: Cid, evidence: Option<Key> },
    /// By who promised.
    Dropped(PromiseDropped),
    /// By who promised, who has seen no end.
    Renewed(PromiseRenewed),
}

impl Kind for Asked {
    type Of = Promises;

    fn judge(&self, _: &Past) -> Result<Fact, IgnoredReason> {
        Ok(Fact::Asked(self.clone()))
    }

    fn taken_back(&self, promises: &mut Promises, entry: &Entry, _: &mut Step) {
        promises.take_words_back(&entry.cid);
    }
}

impl Kind for Promised {
    type Of = Promises;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let from = self.from.and_then(|it| {
            place(past, &it, |subject| is_post(subject) || is_ask(past, &it)).or_else(|| answer_or_item(past, &it))
        });
        Ok(Fact::Promised { words: self.words, due: self.due, from })
    }

    fn taken_back(&self, promises: &mut Promises, entry: &Entry, _: &mut Step) {
        promises.take_words_back(&entry.cid);
    }
}

impl Kind for PromiseKept {
    type Of = Promises;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        by_the_doer(past, &self.promise)?;
        let evidence = self.evidence.and_then(|it| place(past, &it, is_post));
        Ok(Fact::Kept { promise: self.promise, evidence })
    }
}

impl Kind for PromiseDropped {
    type Of = Promises;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        by_the_doer(past, &self.promise)?;
        Ok(Fact::Dropped(self.clone()))
    }

    /// The words of the drop go, and the drop stands.
    fn taken_back(&self, promises: &mut Promises, entry: &Entry, _: &mut Step) {
        promises.change(&self.promise, |promise| {
            if let Some(end) = promise.end.as_mut().filter(|it| it.cid == entry.cid) {
                (end.words, end.why) = (Some(WordsState::Retracted), None);
            }
        });
    }
}

impl Kind for PromiseRenewed {
    type Of = Promises;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        by_the_doer(past, &self.promise)?;
        let record = past.fold.capabilities.promises.records.get(&self.promise);
        match record.is_some_and(|it| past.has_any(&it.ended)) {
            true => Err(IgnoredReason::Over),
            false => Ok(Fact::Renewed(self.clone())),
        }
    }

    /// Then the word before it counts again.
    fn taken_back(&self, promises: &mut Promises, entry: &Entry, _: &mut Step) {
        let Some(record) = promises.records.get_mut(&self.promise) else { return };
        if record.renewals.remove(&entry.key()).is_some() {
            promises.lists.renewals.remove(&entry.key());
            promises.show_renewed(&self.promise);
        }
    }
}

/// Where in the log something stands, if it is in the past and something of that sort.
fn place(past: &Past, cid: &Cid, is: impl Fn(&Subject) -> bool) -> Option<Key> {
    let subject = past.subject(cid).filter(|it| is(it))?;
    Some((past.look.entry(subject.ix).event.depth, *cid))
}

/// Where in the log an answer, an item of an agenda or a meeting stands, if it is in the past and counts.
fn answer_or_item(past: &Past, cid: &Cid) -> Option<Key> {
    let ix = past.seen(cid).filter(|_| past.fold.why_ignored(cid).is_none())?;
    let entry = past.look.entry(ix);
    let is = matches!(
        &entry.event.body,
        Body::Answered(_) | Body::Sealed(_) | Body::AgendaItemAdded(_) | Body::MeetingOpened(_)
    );
    is.then(|| entry.key())
}

/// Nothing but a post can be pointed at as one.
fn is_post(subject: &Subject) -> bool {
    subject.owner == Owner::Posts
}

fn is_ask(past: &Past, cid: &Cid) -> bool {
    let promises = &past.fold.capabilities.promises;
    past.subject(cid).is_some() && promises.get(cid).is_some_and(|it| it.state == PromiseState::Asked)
}

/// Only who promised says how it ended, from whichever of its nodes.
fn by_the_doer(past: &Past, promise: &Cid) -> Result<(), IgnoredReason> {
    let subject = past.subject(promise).filter(|it| it.owner == Owner::Promises && !is_ask(past, promise));
    let doer = subject.ok_or(IgnoredReason::TargetNotSeen)?.answers_to;
    if past.is_author(doer) { Ok(()) } else { Err(IgnoredReason::NotAuthor) }
}

impl Capability for Promises {
    type Fact = Fact;

    fn take(&mut self, fact: Fact, step: &mut Step) {
        match fact {
            Fact::Asked(Asked { node, words }) => self.begin(step, PromiseState::Asked, node, &words, None, None),
            Fact::Promised { words, due, from } => {
                let doer = step.event().author;
                self.begin(step, PromiseState::Promised, doer, &words, due, from);
                if let Some((_, ask)) = from {
                    self.change(&ask, |it| it.taken = it.state == PromiseState::Asked);
                }
            }
            Fact::Kept { promise, evidence } => {
                self.end(step, &promise, PromiseState::Kept, evidence, None);
            }
            Fact::Dropped(PromiseDropped { promise, words }) => {
                self.end(step, &promise, PromiseState::Dropped, None, Some(words));
            }
            Fact::Renewed(PromiseRenewed { promise, due }) => self.renew(step, &promise, due),
        }
    }

    /// What was taken back claims nothing, so it is not contested.
    fn hear(&mut self, news: &News, common: &Common) {
        let News::Marked(cid) = news;
        let marked = common.subjects.is_marked(cid);
        self.change(cid, |it| it.contested = marked && it.words != WordsState::Retracted);
    }

    fn words(&mut self, home: &Home, text: &Arc<str>) {
        let Some(record) = self.records.get(&home.at) else { return };
        let is_own = record.ix == home.by;
        let is_why = record.end.is_some_and(|(_, by)| by == home.by);
        self.change(&home.at, |it| {
            if is_own && it.words != WordsState::Retracted {
                (it.words, it.text) = (WordsState::Here, Some(text.clone()));
            } else if let Some(end) = it.end.as_mut().filter(|_| is_why) {
                (end.words, end.why) = (Some(WordsState::Here), Some(text.clone()));
            }
        });
    }

    fn version(&self) -> u64 {
        self.version
    }
}

/// Words that are here, or are on their way.
fn state_of(text: &Option<Arc<str>>) -> WordsState {
    if text.is_some() { WordsState::Here } else { WordsState::Missing }
}

impl Promises {
    fn begin(
        &mut self,
        step: &mut Step,
        state: PromiseState,
        node: NodeId,
        words: &Cid,
        due: Option<Day>,
        from: Option<Key>,
    ) {
        let (key, event, cid) = (step.key(), step.event(), step.entry.cid);
        let text = step.common.words.settle(words, Home { at: cid, by: step.ix });
        let promise = Promise {
            cid,
            node,
            words: state_of(&text),
            text,
            state,
            due,
            renewed: None,
            from: from.map(|(_, cid)| cid),
            from_depth: from.map_or(0, |(depth, _)| depth),
            author: event.author,
            taken: false,
            end: None,
            contested: false,
            at: event.at,
            depth: event.depth,
            first_due: due,
        };
        self.lists.put(key, &Arc::new(promise));
        let (ended, renewals) = (Clock::default(), BTreeMap::default());
        self.records.insert(cid, Record { key, ix: step.ix, end: None, ended, renewals });
        self.version += 1;
        step.is_subject(Owner::Promises, event.author);
    }

    fn end(&mut self, step: &mut Step, promise: &Cid, state: PromiseState, evidence: Option<Key>, words: Option<Cid>) {
        let (key, home) = (step.key(), Home { at: *promise, by: step.ix });
        let why = words.and_then(|it| step.common.words.settle(&it, home));
        let Some(record) = self.records.get_mut(promise) else { return };
        if record.ended.get(step.entry.chain) == 0 {
            record.ended.set(step.entry.chain, step.entry.place);
        }
        if record.end.is_some_and(|(latest, _)| latest > key) {
            return;
        }
        let before = record.end.replace((key, step.ix));
        before.into_iter().for_each(|(end, _)| _ = self.lists.ends.remove(&end));
        self.lists.ends.insert(key, Arc::new(record.key));
        let (at, words) = (step.event().at, words.map(|_| state_of(&why)));
        let end = End { cid: step.entry.cid, evidence, words, why, at, depth: step.event().depth };
        self.change(promise, |it| (it.state, it.end) = (state, Some(end)));
    }

    fn renew(&mut self, step: &mut Step, promise: &Cid, due: Option<Day>) {
        let (key, event, cid) = (step.key(), step.event(), step.entry.cid);
        let Some(record) = self.records.get_mut(promise) else { return };
        let renewal = Renewal { cid, depth: event.depth, promise: record.key, due, by: event.author, at: event.at };
        let renewal = Arc::new(renewal);
        record.renewals.insert(key, renewal.clone());
        self.lists.renewals.insert(key, renewal);
        self.show_renewed(promise);
    }

    /// The latest word that it goes on says by when.
    fn show_renewed(&mut self, promise: &Cid) {
        let Some(record) = self.records.get(promise) else { return };
        let (latest, times) = (record.renewals.last_key_value().map(|(_, it)| it.clone()), record.renewals.len());
        self.change(promise, |it| {
            it.due = latest.as_ref().map_or(it.first_due, |it| it.due);
            it.renewed = latest.map(|it| Renewed { times, at: it.at, cid: it.cid, depth: it.depth });
        });
    }

    fn take_words_back(&mut self, cid: &Cid) {
        self.change(cid, |it| (it.words, it.text, it.contested) = (WordsState::Retracted, None, false));
    }

    fn get(&self, cid: &Cid) -> Option<&Arc<Promise>> {
        self.lists.all.get(&self.records.get(cid)?.key)
    }

    /// Changes what is shown, keeping the `Arc` where nothing differs.
    fn change(&mut self, cid: &Cid, change: impl FnOnce(&mut Promise)) {
        let Some(key) = self.records.get(cid).map(|record| record.key) else { return };
        if self.lists.all.change(&key, change)
            && let Some(changed) = self.lists.all.get(&key).cloned()
        {
            self.version += 1;
            self.lists.put(key, &changed);
        }
    }
}

impl Fold {
    /// Asks and promises in display order; an ask that was taken up has no row beside its promise.
    pub fn promises(&self) -> impl DoubleEndedIterator<Item = &Arc<Promise>> {
        self.asks_and_promises().filter(|it| !it.taken)
    }

    /// All of them, asks that were taken up, too.
    pub fn asks_and_promises(&self) -> impl DoubleEndedIterator<Item = &Arc<Promise>> {
        self.capabilities.promises.lists.all.iter()
    }

    /// Whether something can be promised from it: a post, an ask whose author still asks, an answer, an item of an agenda, a meeting.
    pub fn may_promise_from(&self, from: &Cid) -> bool {
        let asks = |it: &Arc<Promise>| it.state == PromiseState::Asked && it.words != WordsState::Retracted;
        let is_said =
            || self.round_of(from).is_some() || self.agenda_item(from).is_some() || self.meeting(from).is_some();
        self.post(from).is_some() || self.promise(from).is_some_and(asks) || is_said()
    }

    /// An ask or a promise by name.
    pub fn promise(&self, cid: &Cid) -> Option<&Arc<Promise>> {
        self.capabilities.promises.get(cid)
    }
}
