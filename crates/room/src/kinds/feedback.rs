//! Feedback and the loops it opens.
//!
//! A loop is answered by its addressee alone: the author of the post, the holder of the term. Of several answers the
//! latest by `(depth, cid)` counts, so "noted" may become "adjusted". Feedback that was withdrawn stays withdrawn. A
//! correction *stands* until it is withdrawn or answered with "adjusted": whoever is corrected cannot lift the mark by
//! noting or declining, since then both views are what others need to see.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{List, Note, bodies, posts::Posts};
use crate::{
    Cid, Ix, NodeId,
    fold::{
        IgnoredReason, change_shared,
        step::{Key, Step},
        words::{Home, WordsTable},
    },
    limits,
};

/// How feedback stands to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Stance {
    Appreciate,
    BuildOn,
    Question,
    Concern,
    Correct,
}

impl Stance {
    /// Whether it asks its addressee for an answer.
    pub const fn opens_loop(self) -> bool {
        matches!(self, Self::Question | Self::Concern | Self::Correct)
    }
}

/// How an addressee closes a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Answer {
    Adjusted,
    Noted,
    Declined,
}

/// Links that support feedback.
pub type Sources = List<Note, { limits::TAGS }>;

bodies! {
    /// A short signal on a post, a term (named by its first transfer) or a decision.
    FeedbackGiven {
        /// What it is about.
        target: Cid,
        /// How it stands to it.
        stance: Stance,
        /// The words block.
        [optional] words: Option<Cid>,
        /// Links that support it.
        [optional] sources: Sources,
    }
    /// Closes a loop; by its addressee.
    FeedbackAnswered {
        /// The feedback.
        feedback: Cid,
        /// How.
        answer: Answer,
        /// What changed, or why not: a words block.
        [optional] words: Option<Cid>,
        /// The edit, post or handoff that changed something.
        [optional] by: Option<Cid>,
    }
}

/// Where feedback stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum FeedbackState {
    /// Asks for nothing.
    Given,
    /// An open loop.
    Open,
    Adjusted,
    Noted,
    Declined,
    Withdrawn,
}

/// Feedback on a post, a term or a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Feedback {
    /// Its event.
    pub cid: Cid,
    /// Who gives it.
    pub author: NodeId,
    /// What it is about.
    pub target: Cid,
    /// Who is asked for an answer: the author of the post, the holder of the term.
    #[serde(skip)]
    pub addressee: Option<NodeId>,
    /// How it stands to it.
    pub stance: Stance,
    /// Its words, if any and here.
    pub text: Option<Arc<str>>,
    /// Links that support it.
    #[serde(skip)]
    pub sources: Vec<String>,
    /// Where it stands.
    pub state: FeedbackState,
    /// The answer's words, if any and here.
    #[serde(skip)]
    pub answer: Option<Arc<str>>,
    /// What the answer says has changed.
    #[serde(skip)]
    pub answered_by: Option<Cid>,
    /// The author's clock, Unix milliseconds.
    #[serde(skip)]
    pub at: u64,
}

#[derive(Debug, Clone)]
struct Record {
    key: Key,
    ix: Ix,
    words: Option<Cid>,
    /// The latest answer and its words.
    answer: Option<(Key, Option<Cid>)>,
}

/// All feedback.
#[derive(Debug, Clone, Default)]
pub(crate) struct Loops {
    records: HashMap<Cid, Record>,
    shown: BTreeMap<Key, Arc<Feedback>>,
    by_target: HashMap<Cid, BTreeSet<Key>>,
}

impl Loops {
    /// Takes in feedback on something by `addressee`; the caller has found it in the event's past.
    pub(crate) fn give(
        &mut self,
        step: &mut Step,
        words: &mut WordsTable,
        posts: &mut Posts,
        body: &FeedbackGiven,
        addressee: NodeId,
    ) {
        let (key, event, cid) = (step.key(), step.event(), step.entry.cid);
        let text = body.words.and_then(|it| words.settle(&it, step.ix, Home::Feedback(cid)));
        let feedback = Feedback {
            cid,
            author: event.author,
            target: body.target,
            addressee: Some(addressee),
            stance: body.stance,
            text,
            sources: body.sources.to_strings(),
            state: if body.stance.opens_loop() { FeedbackState::Open } else { FeedbackState::Given },
            answer: None,
            answered_by: None,
            at: event.at,
        };
        if stands(&feedback) {
            posts.correction(&body.target, true);
        }
        self.shown.insert(key, Arc::new(feedback));
        self.by_target.entry(body.target).or_default().insert(key);
        self.records.insert(cid, Record { key, ix: step.ix, words: body.words, answer: None });
    }

    pub(crate) fn answer(
        &mut self,
        step: &mut Step,
        words: &mut WordsTable,
        posts: &mut Posts,
        body: &FeedbackAnswered,
    ) -> Result<(), IgnoredReason> {
        let (key, author) = (step.key(), step.event().author);
        let (record, shown) = self.find(step, &body.feedback)?;
        if shown.addressee != Some(author) {
            return Err(IgnoredReason::NotAddressee);
        }
        if !shown.stance.opens_loop() {
            return Err(IgnoredReason::NoLoop);
        }
        let text = body.words.and_then(|it| words.settle(&it, step.ix, Home::Answer(body.feedback)));
        if record.answer.is_some_and(|(latest, _)| latest > key) {
            return Ok(());
        }
        record.answer = Some((key, body.words));
        let by = body.by.filter(|it| step.seen(it).is_some());
        change(shown, posts, |feedback| {
            feedback.answer = text;
            feedback.answered_by = by;
            if feedback.state != FeedbackState::Withdrawn {
                feedback.state = match body.answer {
                    Answer::Adjusted => FeedbackState::Adjusted,
                    Answer::Noted => FeedbackState::Noted,
                    Answer::Declined => FeedbackState::Declined,
                };
            }
        });
        Ok(())
    }

    /// Its author took the feedback back.
    pub(crate) fn take_back(&mut self, posts: &mut Posts, feedback: &Cid) {
        let Some(shown) = self.records.get(feedback).and_then(|record| self.shown.get_mut(&record.key)) else { return };
        change(shown, posts, |feedback| {
            feedback.state = FeedbackState::Withdrawn;
            feedback.text = None;
        });
    }

    /// Its author took the words of an answer back; the answer stands.
    pub(crate) fn take_answer_back(&mut self, feedback: &Cid, answer: Key) {
        let Some(record) = self.records.get_mut(feedback) else { return };
        let Some(latest) = record.answer.as_mut().filter(|latest| latest.0 == answer) else { return };
        latest.1 = None;
        if let Some(shown) = self.shown.get_mut(&record.key) {
            change_shared(shown, |feedback| feedback.answer = None);
        }
    }

    /// Words of feedback have come.
    pub(crate) fn fill(&mut self, feedback: &Cid, words: &Cid, text: &Arc<str>) {
        let Some(record) = self.records.get(feedback).filter(|record| record.words == Some(*words)) else { return };
        if let Some(shown) = self.shown.get_mut(&record.key).filter(|it| it.state != FeedbackState::Withdrawn) {
            change_shared(shown, |feedback| feedback.text = Some(text.clone()));
        }
    }

    /// Words of an answer have come.
    pub(crate) fn fill_answer(&mut self, feedback: &Cid, words: &Cid, text: &Arc<str>) {
        let Some(record) = self.records.get(feedback) else { return };
        if record.answer.is_some_and(|(_, latest)| latest == Some(*words))
            && let Some(shown) = self.shown.get_mut(&record.key)
        {
            change_shared(shown, |feedback| feedback.answer = Some(text.clone()));
        }
    }

    pub(crate) fn get(&self, feedback: &Cid) -> Option<&Arc<Feedback>> {
        self.shown.get(&self.records.get(feedback)?.key)
    }

    pub(crate) fn on(&self, target: &Cid) -> impl DoubleEndedIterator<Item = &Arc<Feedback>> {
        self.by_target.get(target).into_iter().flatten().filter_map(|key| self.shown.get(key))
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Feedback>> {
        self.shown.values()
    }

    /// The feedback of that name, if it is in the event's past.
    fn find(&mut self, step: &mut Step, cid: &Cid) -> Result<(&mut Record, &mut Arc<Feedback>), IgnoredReason> {
        let record = self.records.get_mut(cid).filter(|it| step.saw(it.ix)).ok_or(IgnoredReason::TargetNotSeen)?;
        let shown = self.shown.get_mut(&record.key).ok_or(IgnoredReason::TargetNotSeen)?;
        Ok((record, shown))
    }
}

/// Whether this is a correction that counts against its target.
fn stands(feedback: &Feedback) -> bool {
    feedback.stance == Stance::Correct && !matches!(feedback.state, FeedbackState::Withdrawn | FeedbackState::Adjusted)
}

/// Changes feedback, and tells its target if a correction begins or ceases to stand.
fn change(shown: &mut Arc<Feedback>, posts: &mut Posts, change: impl FnOnce(&mut Feedback)) {
    let before = stands(shown);
    change_shared(shown, change);
    let after = stands(shown);
    if before != after {
        posts.correction(&shown.target, after);
    }
}
