//! Rounds: everybody is asked for the same at once: words, a number, a choice, dots, or to speak in turn.
//!
//! **Answers.** One a person, as joined when the round was opened, the latest `(depth, cid)`; where each may say many things, all.
//! What is no answer to what was asked counts for nothing.
//!
//! **Sealed** rounds show who has answered and nothing else until they are revealed. What most reveal is the result: a seal that their
//! reveal has not seen stands beside it, so that nobody answers last. See `reveals.rs`.
//!
//! **Turns** of a round that is spoken: see `turns.rs`. A turn is no baton, and forbids nothing.
//!
//! The end of a round, and of its meeting, is for those who look at it: nothing that is said later is ignored for it.

mod bodies;
mod commands;
pub mod groups;
#[cfg(any(test, feature = "test-utils"))]
mod growth;
mod judging;
mod openings;
mod reveals;
mod sealing;
pub mod state;
mod turns;

use std::{ops::Bound, sync::Arc};

pub use self::{
    bodies::{
        AnswerDone, Answered, Ask, Dots, End, Mark, RevealOpened, Revealed, RoundClosed, RoundOpened, Scale, Sealed,
        Share, ShareOpened, Spoken, ThemePlaced, True, Turn, TurnDone, Under, Value,
    },
    commands::{Command, Said},
    openings::{Opening, OwnAnswer},
};
use self::{
    reveals::{Content, Reveals, Seal},
    sealing::Place,
    state::{Answer, Closed, Part, Reveal, Round, RoundLists},
    turns::Turns,
};
use super::{Body, Capability, posts::WordsState};
use crate::{
    Cid, Fold, NodeId,
    cost::{BTreeMap, BTreeSet, HashMap},
    fold::{
        past::Look,
        step::{Key, Step},
        words::Home,
    },
    seal,
};

/// What is known of a round beside what is shown.
#[derive(Debug, Clone)]
struct Record {
    key: Key,
    /// All closings that were not taken back: the first after the last of those by which it goes on ends it.
    closings: BTreeMap<Key, Closed>,
    /// All by which it goes on, and that were not taken back.
    goes_on: BTreeSet<Key>,
    /// Of each person the answer that is shown, where that is one.
    latest: HashMap<NodeId, Key>,
    /// What each last said of being done: whether it passed.
    done: HashMap<NodeId, (Key, bool)>,
    turns: Turns,
    reveals: Reveals,
    /// What was sealed.
    seals: BTreeMap<Key, NodeId>,
    /// Of each person what was sealed last that the reveal has not seen, where that is one.
    apart: HashMap<NodeId, Key>,
}

/// All rounds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rounds {
    records: HashMap<Cid, Record>,
    /// Where each answer stands if it is shown, seals too.
    answers: HashMap<Cid, (Cid, Key)>,
    seals: HashMap<Cid, Seal>,
    /// What each answer was put under last.
    under: HashMap<Cid, (Key, Option<Under>, NodeId)>,
    pub(crate) lists: RoundLists,
    version: u64,
}

/// Something about rounds. People are known by their homes when the round was opened.
#[derive(Debug)]
pub(crate) enum Fact {
    /// With who is in the order, each once, and the meeting, one in its past.
    Opened(Vec<NodeId>, Option<Key>),
    /// By whom.
    Answered(NodeId),
    /// By whom.
    Sealed(NodeId),
    /// The round is sealed.
    RevealOpened,
    /// The reveal, and by whom, if they were there when the round was opened.
    Revealed(Key, Option<NodeId>),
    /// Which of the shares.
    ShareOpened(usize),
    /// By whom.
    Done(NodeId),
    /// Whose turn, and whose comes then.
    Turn(NodeId, Option<NodeId>),
    /// All is said.
    Closed,
    /// Both are answers of the round.
    Placed,
}

impl Capability for Rounds {
    type Fact = Fact;

    fn take(&mut self, fact: Fact, step: &mut Step) {
        let key = step.key();
        match (&step.event().body, fact) {
            (Body::RoundOpened(it), Fact::Opened(order, meeting)) => self.open(it, &order, meeting, step),
            (Body::Answered(it), Fact::Answered(person)) => self.answer(it, person, step),
            (Body::Sealed(it), Fact::Sealed(person)) => self.seal(it, person, step),
            (Body::RevealOpened(it), Fact::RevealOpened) => {
                if let Some(record) = self.records.get_mut(&it.round) {
                    record.reveals.open(key, step.ix);
                }
                self.judge_reveal(&it.round, step);
            }
            (Body::Revealed(it), Fact::Revealed(reveal, person)) => self.reveal(it, reveal, person, step),
            (Body::ShareOpened(it), Fact::ShareOpened(at)) => {
                self.take_share(it, at, step);
            }
            (Body::AnswerDone(it), Fact::Done(person)) => {
                let Some(record) = self.records.get_mut(&it.round) else { return };
                if record.done.get(&person).is_none_or(|(before, _)| *before < key) {
                    record.done.insert(person, (key, it.passed));
                }
                self.show_part(&it.round, person);
                self.acted(&it.round, step);
            }
            (Body::TurnDone(it), Fact::Turn(person, next)) => {
                let Some(record) = self.records.get_mut(&it.round) else { return };
                record.turns.take(step, person, it.state, next);
                let turns = &record.turns;
                self.version += u64::from(self.lists.all.change(&record.key, |round| turns.show(round)));
                self.acted(&it.round, step);
            }
            (Body::RoundClosed(it), Fact::Closed) => {
                let Some(record) = self.records.get_mut(&it.round) else { return };
                if it.how == Some(End::Again) {
                    record.goes_on.insert(key);
                } else {
                    let (cid, event, undone) = (step.entry.cid, step.event(), it.how == Some(End::Undone));
                    record.closings.insert(key, Closed { cid, by: event.author, at: event.at, undone });
                }
                self.judge_end(&it.round);
                self.acted(&it.round, step);
            }
            (Body::ThemePlaced(it), Fact::Placed) => {
                if self.under.get(&it.answer).is_none_or(|(before, ..)| *before < key) {
                    let (under, by) = (it.under.clone(), step.event().author);
                    self.under.insert(it.answer, (key, under.clone(), by));
                    self.change_answer(&it.answer, |it| (it.under, it.placed_by) = (under, Some(by)));
                }
                self.acted(&it.round, step);
            }
            _ => {}
        }
    }

    fn words(&mut self, home: &Home, text: &Arc<str>) {
        if !self.answers.contains_key(&home.at) {
            return;
        }
        let Some(seal) = self.seals.get_mut(&home.at) else {
            self.change_answer(&home.at, |it| {
                if it.words == Some(WordsState::Missing) {
                    (it.words, it.text) = (Some(WordsState::Here), Some(text.clone()));
                }
            });
            return;
        };
        if seal.retracted {
            return;
        }
        if seal.ix == home.by {
            seal.cipher = Some(text.clone());
            seal.open_by_shares(None);
        } else {
            seal.content = Some(Content::Text(Some(text.clone())));
        }
        self.show_content(&home.at);
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl Rounds {
    fn open(&mut self, opened: &RoundOpened, order: &[NodeId], meeting: Option<Key>, step: &mut Step) {
        let (key, event, cid) = (step.key(), step.event(), step.entry.cid);
        let turns = if matches!(opened.ask, Ask::Spoken(_)) { Turns::new(order) } else { Turns::default() };
        let mut round = Round {
            cid,
            author: event.author,
            at: event.at,
            depth: event.depth,
            question: opened.question.as_str().into(),
            ask: opened.ask.clone(),
            sealed: opened.sealed,
            many: opened.many && matches!(opened.ask, Ask::Words(_)),
            meeting,
            seats: Vec::new(),
            now: None,
            next: None,
            closed: None,
            reveal: None,
            answered: 0,
            passed: 0,
            done: 0,
            said: 0,
        };
        turns.show(&mut round);
        self.lists.all.insert(key, Arc::new(round));
        if let Some((_, meeting)) = meeting {
            self.lists.of_meeting.insert((meeting, key), Arc::new(cid));
            step.acts_in = Some(meeting);
        }
        let record = Record {
            key,
            closings: BTreeMap::default(),
            goes_on: BTreeSet::default(),
            latest: HashMap::default(),
            done: HashMap::default(),
            turns,
            reveals: Reveals::default(),
            seals: BTreeMap::default(),
            apart: HashMap::default(),
        };
        self.records.insert(cid, record);
        self.version += 1;
    }

    /// The first closing that stands since it last went on ends it.
    fn judge_end(&mut self, round: &Cid) {
        let Some(record) = self.records.get(round) else { return };
        let since = record.goes_on.last().map_or(Bound::Unbounded, |it| Bound::Excluded(*it));
        let first = record.closings.range((since, Bound::Unbounded)).next().map(|(_, it)| it.clone());
        self.change(round, |round| {
            if round.closed != first {
                round.closed = first;
            }
        });
    }

    /// Its author has taken back that a round is over, or that it is not.
    fn take_end_back(&mut self, round: &Cid, end: Key) {
        let Some(record) = self.records.get_mut(round) else { return };
        record.closings.remove(&end);
        record.goes_on.remove(&end);
        self.judge_end(round);
    }

    /// One thing more was said in a round in which each may say many, or one was taken back.
    fn count_said(&mut self, round: &Cid, change: fn(usize) -> usize) {
        self.change(round, |it| {
            if it.many {
                it.said = change(it.said);
            }
        });
    }

    /// What is done in a round of a meeting is done in the meeting.
    fn acted(&self, round: &Cid, step: &mut Step) {
        step.acts_in = self.get(round).and_then(|it| it.meeting).map(|(_, meeting)| meeting);
    }

    fn answer(&mut self, answered: &Answered, person: NodeId, step: &mut Step) {
        let (round, key, event, cid) = (answered.round, step.key(), step.event(), step.entry.cid);
        let text = answered.words.and_then(|it| step.common.words.settle(&it, Home { at: cid, by: step.ix }));
        let Some(many) = self.get(&round).map(|it| it.many) else { return };
        let Some(record) = self.records.get_mut(&round) else { return };
        let before = record.latest.get(&person).copied();
        if !many && before.is_some_and(|before| before > key) {
            return;
        }
        record.latest.insert(person, before.map_or(key, |it| it.max(key)));
        if let Some(before) = before.filter(|_| !many) {
            self.lists.answers.remove(&(round, before));
        }
        let here = if text.is_some() { WordsState::Here } else { WordsState::Missing };
        self.show_answer(
            round,
            Answer {
                cid,
                node: person,
                author: event.author,
                at: event.at,
                depth: event.depth,
                value: answered.answer.clone(),
                words: answered.words.map(|_| here),
                text,
                opened: true,
                apart: false,
                under: None,
                placed_by: None,
            },
        );
        self.count_said(&round, |it| it + 1);
        self.show_part(&round, person);
        self.acted(&round, step);
    }

    fn seal(&mut self, sealed: &Sealed, person: NodeId, step: &mut Step) {
        let (round, key, cid) = (sealed.round, step.key(), step.entry.cid);
        let cipher = sealed.words.and_then(|it| step.common.words.settle(&it, Home { at: cid, by: step.ix }));
        let shares = BTreeMap::default();
        let at = seal::Place { room: step.look.log.room(), round, author: step.event().author };
        // Its length is that of its type.
        let commit = sealed.commit.first_chunk().copied().unwrap_or_default();
        let (ix, retracted, content, is_text) = (step.ix, false, None, sealed.words.is_some());
        let seal = Seal { round, key, ix, person, retracted, is_text, cipher, at, commit, shares, content };
        self.seals.insert(cid, seal);
        self.answers.insert(cid, (round, key));
        let Some(record) = self.records.get_mut(&round) else { return };
        record.seals.insert(key, person);
        record.latest.entry(person).and_modify(|it| *it = key.max(*it)).or_insert(key);
        self.count_said(&round, |it| it + 1);
        self.show_part(&round, person);
        self.acted(&round, step);
        if self.get(&round).is_some_and(|it| it.reveal.is_some()) {
            self.show_apart(&cid, step.look);
        }
    }

    fn reveal(&mut self, revealed: &Revealed, reveal: Key, person: Option<NodeId>, step: &mut Step) {
        let home = Home { at: revealed.sealed, by: step.ix };
        let text = revealed.words.and_then(|it| step.common.words.settle(&it, home));
        let Some(seal) = self.seals.get_mut(&revealed.sealed) else { return };
        match (&revealed.answer, &mut seal.content) {
            (Some(value), _) => seal.content = Some(Content::Value(value.clone())),
            (None, Some(Content::Text(Some(_)))) => {}
            (None, content) => *content = Some(Content::Text(text.filter(|_| !seal.retracted))),
        }
        let round = seal.round;
        if let (Some(person), Some(record)) = (person, self.records.get_mut(&round)) {
            record.reveals.follow(person, step.key(), reveal);
        }
        self.judge_reveal(&round, step);
        self.show_content(&revealed.sealed);
    }

    fn take_share(&mut self, it: &ShareOpened, place: usize, step: &mut Step) {
        let Some(seal) = self.seals.get_mut(&it.sealed) else { return };
        seal.shares.insert(place, it.share.to_vec().into());
        let round = seal.round;
        let find = |cid: &Cid| step.look.log.find(cid).map(|ix| &step.look.entry(ix).event.body);
        if let (Some(Body::Sealed(sealed)), Some(Body::RoundOpened(opened))) = (find(&it.sealed), find(&round)) {
            let seal::Place { room, round, author } = seal.at;
            let place = Place { room, round, author, opened, sealed };
            seal.open_by_shares(sealed.answer.is_some().then_some(&place));
        }
        self.show_content(&it.sealed);
        self.acted(&round, step);
    }

    /// Which reveal counts; if that is another than before, what it has seen is shown.
    fn judge_reveal(&mut self, round: &Cid, step: &mut Step) {
        self.acted(round, step);
        let Some(record) = self.records.get_mut(round) else { return };
        let Some(((_, cid), ix)) = record.reveals.leading() else { return };
        let event = &step.look.entry(ix).event;
        let reveal = Some(Reveal { cid, by: event.author, at: event.at });
        let Some(shown) = self.lists.all.get(&record.key).filter(|it| it.reveal != reveal) else { return };
        let many = shown.many;
        record.apart = HashMap::default();
        // Of each person the last that is shown: in the result, and beside it.
        let mut last: std::collections::BTreeMap<(NodeId, bool), Vec<Cid>> = Default::default();
        for ((_, seal), person) in &record.seals {
            let Some(at) = step.look.log.find(seal) else { continue };
            let apart = !step.look.is_ancestor(at, ix);
            let of = last.entry((*person, apart)).or_default();
            if !many {
                of.clear();
            }
            of.push(*seal);
        }
        for key in record.seals.keys() {
            self.lists.answers.remove(&(*round, *key));
        }
        self.change(round, |it| it.reveal = reveal);
        for ((_, apart), seals) in last {
            for seal in seals {
                self.show_seal(&seal, apart, step.look);
            }
        }
    }

    /// Shows what was sealed after the reveal, or beside it.
    fn show_apart(&mut self, cid: &Cid, look: &Look) {
        let Some(seal) = self.seals.get(cid) else { return };
        let (round, key, person) = (seal.round, seal.key, seal.person);
        let Some(many) = self.get(&round).map(|it| it.many) else { return };
        let Some(record) = self.records.get(&round) else { return };
        if !many && let Some(before) = record.apart.get(&person).copied() {
            if before > key {
                return;
            }
            self.lists.answers.remove(&(round, before));
        }
        self.show_seal(cid, true, look);
    }

    fn show_seal(&mut self, cid: &Cid, apart: bool, look: &Look) {
        let Some(seal) = self.seals.get(cid) else { return };
        let event = &look.entry(seal.ix).event;
        let (round, key, node) = (seal.round, seal.key, seal.person);
        let answer = Answer {
            cid: *cid,
            node,
            author: event.author,
            at: event.at,
            depth: event.depth,
            value: None,
            words: None,
            text: None,
            opened: false,
            apart,
            under: None,
            placed_by: None,
        };
        if apart && let Some(record) = self.records.get_mut(&round) {
            record.apart.insert(node, key);
        }
        self.show_answer(round, answer);
        self.show_content(cid);
    }

    /// Shows what was sealed, if that is known and the seal is shown.
    fn show_content(&mut self, cid: &Cid) {
        let Some(Seal { content, retracted, is_text, .. }) = self.seals.get(cid) else { return };
        // Of a text that its author took back nothing is left to open.
        let content = content.clone().or((*retracted && *is_text).then_some(Content::Text(None)));
        let (Some(content), retracted) = (content, *retracted) else { return };
        self.change_answer(cid, |it| {
            it.opened = true;
            match content {
                Content::Value(value) => it.value = Some(value),
                Content::Text(_) if retracted => (it.words, it.text) = (Some(WordsState::Retracted), None),
                Content::Text(text) => {
                    it.words = Some(if text.is_some() { WordsState::Here } else { WordsState::Missing });
                    it.text = text;
                }
            }
        });
    }

    fn show_answer(&mut self, round: Cid, answer: Answer) {
        let (key, cid) = ((answer.depth, answer.cid), answer.cid);
        let (under, placed_by) = match self.under.get(&cid) {
            Some((_, under, by)) => (under.clone(), Some(*by)),
            None => (None, None),
        };
        self.answers.insert(cid, (round, key));
        self.lists.answers.insert((round, key), Arc::new(Answer { under, placed_by, ..answer }));
        self.version += 1;
    }

    /// Shows what part somebody has.
    fn show_part(&mut self, round: &Cid, person: NodeId) {
        let Some(record) = self.records.get(round) else { return };
        let (answered, said) = (record.latest.contains_key(&person), record.done.get(&person).map(|it| it.1));
        let part = Part { node: person, answered, passed: !answered && said == Some(true), done: said == Some(false) };
        let at = (*round, person);
        let before = self.lists.parts.get(&at).map(|it| Part::clone(it));
        if before.as_ref() == Some(&part) {
            return;
        }
        let counts = |it: &Part| [it.answered, it.passed, it.done].map(usize::from);
        let (was, is) = (before.as_ref().map_or([0; 3], counts), counts(&part));
        self.lists.parts.insert(at, Arc::new(part));
        self.version += 1;
        self.change(round, |it| {
            let [answered, passed, done] = [&mut it.answered, &mut it.passed, &mut it.done];
            for (at, many) in [answered, passed, done].into_iter().enumerate() {
                let of = |counts: &[usize; 3]| counts.get(at).copied().unwrap_or(0);
                *many = *many + of(&is) - of(&was);
            }
        });
    }

    fn take_words_back(&mut self, cid: &Cid) {
        let goes_now;
        let Some((round, _)) = self.answers.get(cid).copied() else { return };
        if let Some(seal) = self.seals.get_mut(cid) {
            goes_now = !std::mem::replace(&mut seal.retracted, true);
            seal.cipher = None;
            if let Some(Content::Text(text)) = &mut seal.content {
                *text = None;
            }
            self.show_content(cid);
        } else {
            let mut went = false;
            self.change_answer(cid, |it| {
                if it.words.is_some() {
                    went = it.words != Some(WordsState::Retracted);
                    (it.words, it.text) = (Some(WordsState::Retracted), None);
                }
            });
            goes_now = went;
        }
        if goes_now {
            self.count_said(&round, |it| it.saturating_sub(1));
        }
    }

    fn get(&self, round: &Cid) -> Option<&Arc<Round>> {
        self.lists.all.get(&self.records.get(round)?.key)
    }

    /// Changes what is shown, keeping the `Arc` where nothing differs.
    fn change(&mut self, round: &Cid, change: impl FnOnce(&mut Round)) {
        let Some(key) = self.records.get(round).map(|it| it.key) else { return };
        self.version += u64::from(self.lists.all.change(&key, change));
    }

    fn change_answer(&mut self, answer: &Cid, change: impl FnOnce(&mut Answer)) {
        let Some(at) = self.answers.get(answer) else { return };
        self.version += u64::from(self.lists.answers.change(at, change));
    }
}

impl Fold {
    /// All rounds and what was answered in them.
    pub fn rounds(&self) -> &RoundLists {
        &self.capabilities.rounds.lists
    }

    /// The round of an answer that counts, opened or not.
    pub fn round_of(&self, answer: &Cid) -> Option<Cid> {
        let rounds = &self.capabilities.rounds;
        rounds.answers.get(answer).map(|it| it.0)
    }

    /// A round by name.
    pub fn round(&self, round: &Cid) -> Option<&Arc<Round>> {
        self.capabilities.rounds.get(round)
    }
}
