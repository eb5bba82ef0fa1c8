//! The minutes of a meeting: who was there, what each said, what was agreed, who led, what stays open. From the log alone, at any moment
//! of the meeting and after it; ordered by depth and name, so that equal logs give equal minutes.
//!
//! Sentences, names and dates are the caller's: this crate has no language and no clock. What belongs to a meeting is what has its
//! opening in its past and not its end. **Cost.** It looks at what was written since the meeting began, when it is asked for.

mod decisions;
mod html;
pub mod incident;
mod markdown;
mod within;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use self::incident::{Moment, moments};
pub use decisions::{DecisionEntry, DecisionWording};
pub use html::html;
pub use markdown::{Heading, Wording, markdown};
pub(crate) use within::{Within, is_mistake};

use crate::{
    Cid, Day, Fold, Log, NodeId,
    body::Stance,
    fold::Key,
    state::{
        Act, Baton, Feedback, FeedbackState, Item, Meeting, Placed, Post, Promise, PromiseState, Renewal, Round, Sheet,
    },
};

/// What a meeting came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minutes {
    /// The meeting.
    pub meeting: Arc<Meeting>,
    /// Who acted in it, by their homes, in the order of their homes' first events.
    pub attended: Vec<NodeId>,
    /// If it was an incident: its log, from the first line on.
    pub timeline: Vec<Moment>,
    /// What was asked of everybody, with what came of it.
    pub rounds: Vec<(Arc<Round>, Sheet)>,
    /// What it decided, or left open.
    pub decisions: Vec<DecisionEntry>,
    /// What was on its agenda, in order.
    pub agenda: Vec<Entry>,
    /// What had been promised before and was kept or dropped in it, or goes on as was said in it; and what was promised in it.
    pub promises: Vec<PromiseEntry>,
    /// Its roles.
    pub roles: Vec<Role>,
    /// Posts of the meeting against which a correction stands, with these.
    pub contested: Vec<(Arc<Post>, Vec<Arc<Feedback>>)>,
    /// What was asked in the meeting and is not answered; what corrects a post that is told above stands there.
    pub open: Vec<Arc<Feedback>>,
    /// What is for later, and was put there in this meeting or left by it.
    pub later: Vec<Entry>,
}

/// Something on an agenda, with the post that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// It.
    pub item: Arc<Item>,
    /// The post.
    pub about: Option<Arc<Post>>,
}

/// What was promised, as the meeting has it: what is said later of by when changes no notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromiseEntry {
    /// It.
    pub promise: Arc<Promise>,
    /// By when.
    pub due: Option<Day>,
    /// It was said in the meeting that it goes on.
    pub renewed: bool,
}

/// Who had a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// What it is called.
    pub title: String,
    /// Its holders in order, with when they began and ended, and the word that each began or ended with.
    pub terms: Vec<Held>,
}

/// A holder's time with a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Who.
    pub holder: NodeId,
    /// When it began, by its author's clock, Unix milliseconds.
    pub began: u64,
    /// When it ended, if it has: with the meeting at the latest.
    pub ended: Option<u64>,
    /// Beside another's, which the room went on with.
    pub parallel: bool,
    /// What was said with an offer, with letting go and with the end.
    pub words: Vec<(NodeId, Arc<str>)>,
}

/// What was said in a meeting of promises that go on: the latest word of each, by their places.
pub fn renewed_in(fold: &Fold, log: &Log, meeting: &Cid) -> BTreeMap<Key, Arc<Renewal>> {
    let Some(meeting) = fold.meeting(meeting) else { return BTreeMap::new() };
    let began = fold.meetings().line(meeting).last().map_or(meeting.key(), |it| it.key());
    renewed(fold, &Within::new(fold, log, meeting), began)
}

fn renewed(fold: &Fold, within: &Within, began: Key) -> BTreeMap<Key, Arc<Renewal>> {
    let said = within.of(&fold.lists().promises.renewals, began, |it| it.cid);
    said.into_iter().map(|it| (it.promise, it)).collect()
}

/// The minutes of a meeting, if it is one.
pub fn minutes(fold: &Fold, log: &Log, meeting: &Cid) -> Option<Minutes> {
    let meeting = fold.meeting(meeting)?.clone();
    let within = Within::new(fold, log, &meeting);
    let lists = fold.lists();
    let line: Vec<_> = lists.meetings.line(&meeting).collect();
    let began = line.last().map_or(meeting.key(), |it| it.key());
    let posts = within.of(&lists.posts, began, |it| it.cid);
    let said = within.of(&lists.feedback, began, |it| it.cid);
    let mut promised = within.of(&lists.promises.all, began, |it| it.cid);
    // Who runs the next one says so after the end.
    promised.extend(lists.promises.promised_from(meeting.cid).filter(|it| !within.has(&it.cid)).cloned());
    let renewed = renewed(fold, &within, began);
    let ended = lists.promises.ends.from(&began).filter(|((_, end), _)| within.has(end)).map(|(_, it)| **it);
    let answered: BTreeSet<Key> = ended.chain(renewed.keys().copied()).filter(|(_, it)| !within.has(it)).collect();
    let before = answered.iter().filter_map(|it| lists.promises.all.get(it)).cloned();
    let promised = before.chain(promised);
    let promised = promised.filter(|it| it.state != PromiseState::Asked && !it.taken).map(|promise| {
        let renewal = renewed.get(&(promise.depth, promise.cid));
        let due = renewal.map_or(promise.first_due, |it| it.due);
        PromiseEntry { promise, due, renewed: renewal.is_some() }
    });
    let promises = promised.collect();
    let contested = posts.into_iter().filter(|it| it.contested).map(|post| {
        let on = fold.feedback_on(&post.cid);
        let corrects = |it: &&Arc<Feedback>| it.stance == Stance::Correct && it.state == FeedbackState::Open;
        let corrections = on.filter(corrects).cloned().collect();
        (post, corrections)
    });
    let contested: Vec<_> = contested.collect();
    let is_told =
        |it: &Feedback| it.stance == Stance::Correct && contested.iter().any(|(post, _)| post.cid == it.target);
    let asks = |it: &Feedback| it.stance.opens_loop() && it.state == FeedbackState::Open && !is_told(it);
    let rounds = lists.rounds.in_meeting(&lists.meetings, &meeting).filter(|it| !it.is_undone());
    let agenda: Vec<_> = line.iter().rev().flat_map(|it| lists.meetings.agenda(Some(it.cid))).cloned().collect();
    let left = agenda.iter().filter(|it| it.done.is_none() && meeting.ended.is_some());
    let put_off = lists.meetings.agenda(None).filter(|it| within.has(&it.cid));
    let entry =
        |item: &Arc<Item>| Entry { item: item.clone(), about: item.about.and_then(|it| lists.posts.get(&it)).cloned() };
    Some(Minutes {
        attended: attended(fold, &within),
        timeline: moments(fold, log, &meeting).into_iter().rev().collect(),
        rounds: rounds.map(|it| (it.clone(), lists.rounds.sheet(it))).collect(),
        promises,
        roles: roles(fold, &line, &within),
        decisions: decisions::decided(fold, &lists, &within, &line, began),
        open: said.into_iter().filter(|it| asks(it)).collect(),
        contested,
        later: put_off.chain(left).map(entry).collect(),
        agenda: agenda.iter().map(entry).collect(),
        meeting,
    })
}

/// The roles of meetings that go on with one another, each once.
fn roles(fold: &Fold, line: &[&Meeting], within: &Within) -> Vec<Role> {
    let mut seen = BTreeSet::new();
    let all = line.iter().rev().flat_map(|it| fold.meetings().roles_of(it.cid));
    let batons = all.filter(|it| seen.insert(*it)).filter_map(|it| fold.baton(&it));
    batons.filter(|it| !is_mistake(it)).map(|it| role(it, within)).collect()
}

/// Who wrote anything between its opening and its end, and who opened it.
pub(crate) fn attended(fold: &Fold, within: &Within) -> Vec<NodeId> {
    let log = within.log;
    let mut homes = BTreeSet::new();
    for (opening, _) in &within.spans {
        homes.insert(fold.joined().home_of(log.entry(*opening).event.author));
        for (chain, of) in log.chains() {
            let first = log.first_in_chain_after(chain, *opening);
            if first.is_some_and(|ix| within.has(&log.entry(ix).cid)) {
                homes.insert(fold.joined().home_of(of.author));
            }
        }
    }
    fold.people().map(|it| it.node).filter(|it| homes.contains(it)).collect()
}

/// What was a role in the meeting: it ends with that, though nothing moves the baton then, and what becomes of it later is not told.
fn role(baton: &Baton, within: &Within) -> Role {
    let over = within.end().map(|it| within.log.entry(it).event.at);
    let words = |term: Cid| {
        let notes = baton.notes.iter().filter(move |it| it.term == term && it.act != Act::Declined);
        notes.filter(|it| !within.is_over(&it.cid)).map(|it| (it.author, it.text.clone())).collect()
    };
    let held = baton.terms.iter().filter(|it| !within.is_over(&it.from)).map(|it| Held {
        holder: it.holder,
        began: it.began,
        ended: it.ended.into_iter().chain(over).min(),
        parallel: it.parallel,
        words: words(it.from),
    });
    Role { title: baton.title.clone(), terms: held.collect() }
}

/// What answers say: the first of each group, with the others of it.
pub(crate) fn grouped(sheet: &Sheet) -> Vec<(&Placed, Vec<&Placed>)> {
    let firsts = sheet.answers.iter().filter(|it| it.group == it.answer.cid);
    let others = |first: &Placed| {
        let others = sheet.answers.iter().filter(|it| it.group == first.group && it.answer.cid != first.answer.cid);
        others.collect()
    };
    firsts.map(|it| (it, others(it))).collect()
}
