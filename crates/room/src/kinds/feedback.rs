//! Feedback and the loops it opens.
//!
//! A loop is answered by its addressee alone, at any tab or device of theirs: the author of the post, the holder of the term. Of several answers the
//! latest by `(depth, cid)` counts, so "noted" may become "adjusted". Feedback that was withdrawn stays withdrawn. A
//! correction *stands* until it is withdrawn or answered with "adjusted": whoever is corrected cannot lift the mark by
//! noting or declining, since then both views are what others need to see.

#[cfg(any(test, feature = "test-utils"))]
mod growth;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Capability, Kind, List, Note, bodies};
use crate::{
    Cid, Ix, NodeId, Table, Tree,
    command::{Ask, Asker, CommandError, Saying},
    cost::HashMap,
    fold::{
        IgnoredReason,
        past::Past,
        step::{Key, Step},
        words::Home,
    },
    limits,
    log::Entry,
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
    /// The depth of that in the log: with it, a post is found among all.
    #[serde(skip)]
    pub target_depth: u64,
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
    /// The latest answer.
    answer: Option<(Key, Ix)>,
}

/// All feedback.
#[derive(Debug, Clone, Default)]
pub(crate) struct Loops {
    records: HashMap<Cid, Record>,
    pub(crate) shown: Tree<Key, Feedback>,
    /// The same by what it is about.
    pub(crate) on: Tree<(Cid, Key), Feedback>,
    version: u64,
}

/// A signal, or an answer to one.
#[derive(Debug)]
pub(crate) enum Fact {
    /// To somebody.
    Given { given: Box<FeedbackGiven>, depth: u64, addressee: NodeId },
    /// By the addressee; what it says has changed something is in its past.
    Answered(FeedbackAnswered),
}

impl Kind for FeedbackGiven {
    type Of = Loops;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let subject = past.subject(&self.target).ok_or(IgnoredReason::TargetNotSeen)?;
        let depth = past.look.entry(subject.ix).event.depth;
        Ok(Fact::Given { given: Box::new(self.clone()), depth, addressee: subject.answers_to })
    }

    fn taken_back(&self, loops: &mut Loops, entry: &Entry, step: &mut Step) {
        loops.change(step, &entry.cid, |feedback| {
            feedback.state = FeedbackState::Withdrawn;
            feedback.text = None;
        });
    }
}

impl Kind for FeedbackAnswered {
    type Of = Loops;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let loops = &past.fold.capabilities.feedback;
        let record = loops.records.get(&self.feedback).filter(|it| past.has(it.ix));
        let shown = record.and_then(|it| loops.shown.get(&it.key)).ok_or(IgnoredReason::TargetNotSeen)?;
        if !shown.addressee.is_some_and(|it| past.is_author(it)) {
            return Err(IgnoredReason::NotAddressee);
        }
        if !shown.stance.opens_loop() {
            return Err(IgnoredReason::NoLoop);
        }
        let by = self.by.filter(|it| past.seen(it).is_some());
        Ok(Fact::Answered(Self { by, ..self.clone() }))
    }

    /// The words of the answer go, and the answer stands.
    fn taken_back(&self, loops: &mut Loops, entry: &Entry, step: &mut Step) {
        let latest = loops.records.get(&self.feedback).and_then(|it| it.answer);
        if latest.is_some_and(|(key, _)| key == entry.key()) {
            loops.change(step, &self.feedback, |feedback| feedback.answer = None);
        }
    }
}

impl Capability for Loops {
    type Fact = Fact;

    fn take(&mut self, fact: Fact, step: &mut Step) {
        match fact {
            Fact::Given { given, depth, addressee } => self.give(step, *given, depth, addressee),
            Fact::Answered(answered) => self.answer(step, &answered),
        }
    }

    fn words(&mut self, home: &Home, text: &Arc<str>) {
        let Some(record) = self.records.get(&home.at) else { return };
        let is_answer = record.answer.is_some_and(|(_, by)| by == home.by);
        let is_given = record.ix == home.by;
        self.set(record.key, |feedback| {
            if is_given && feedback.state != FeedbackState::Withdrawn {
                feedback.text = Some(text.clone());
            } else if is_answer {
                feedback.answer = Some(text.clone());
            }
        });
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl Loops {
    fn give(&mut self, step: &mut Step, given: FeedbackGiven, target_depth: u64, addressee: NodeId) {
        let (key, event, cid) = (step.key(), step.event(), step.entry.cid);
        let home = Home { at: cid, by: step.ix };
        let text = given.words.and_then(|it| step.common.words.settle(&it, home));
        let feedback = Feedback {
            cid,
            author: event.author,
            target: given.target,
            target_depth,
            addressee: Some(addressee),
            stance: given.stance,
            text,
            sources: given.sources.into_strings(),
            state: if given.stance.opens_loop() { FeedbackState::Open } else { FeedbackState::Given },
            answer: None,
            answered_by: None,
            at: event.at,
        };
        if stands(&feedback) {
            step.correct(&given.target, true);
        }
        let feedback = Arc::new(feedback);
        self.on.insert((given.target, key), feedback.clone());
        self.shown.insert(key, feedback);
        self.records.insert(cid, Record { key, ix: step.ix, answer: None });
        self.version += 1;
    }

    fn answer(&mut self, step: &mut Step, answered: &FeedbackAnswered) {
        let FeedbackAnswered { feedback, answer, words, by } = answered;
        let (key, home) = (step.key(), Home { at: *feedback, by: step.ix });
        let text = words.and_then(|it| step.common.words.settle(&it, home));
        let Some(record) = self.records.get_mut(feedback) else { return };
        if record.answer.is_some_and(|(latest, _)| latest > key) {
            return;
        }
        record.answer = Some((key, step.ix));
        self.change(step, feedback, |feedback| {
            feedback.answer = text;
            feedback.answered_by = *by;
            if feedback.state != FeedbackState::Withdrawn {
                feedback.state = match answer {
                    Answer::Adjusted => FeedbackState::Adjusted,
                    Answer::Noted => FeedbackState::Noted,
                    Answer::Declined => FeedbackState::Declined,
                };
            }
        });
    }

    /// Changes feedback, and marks its target anew if a correction begins or ceases to stand.
    fn change(&mut self, step: &mut Step, feedback: &Cid, change: impl FnOnce(&mut Feedback)) {
        let Some(key) = self.records.get(feedback).map(|record| record.key) else { return };
        let standing = |loops: &Self| loops.shown.get(&key).map(|it| (it.target, stands(it)));
        let before = standing(self);
        self.set(key, change);
        if let Some((target, stands)) = standing(self).filter(|after| Some(*after) != before) {
            step.correct(&target, stands);
        }
    }

    /// Changes what is shown, in both orders.
    fn set(&mut self, key: Key, change: impl FnOnce(&mut Feedback)) {
        if self.shown.change(&key, change)
            && let Some(feedback) = self.shown.get(&key)
        {
            self.version += 1;
            self.on.insert((feedback.target, key), feedback.clone());
        }
    }

    pub(crate) fn get(&self, feedback: &Cid) -> Option<&Arc<Feedback>> {
        self.shown.get(&self.records.get(feedback)?.key)
    }
}

/// Feedback on a post or a term, in display order.
pub fn on<'a>(list: &'a Tree<(Cid, Key), Feedback>, target: &Cid) -> impl Iterator<Item = &'a Arc<Feedback>> {
    let target = *target;
    let first = (target, (0, Cid::from_digest([0; 32])));
    list.from(&first).take_while(move |((of, _), _)| *of == target).map(|(_, it)| it)
}

/// Whether this is a correction that counts against its target.
fn stands(feedback: &Feedback) -> bool {
    feedback.stance == Stance::Correct && !matches!(feedback.state, FeedbackState::Withdrawn | FeedbackState::Adjusted)
}

/// What a person may do.
#[derive(Debug, Clone)]
pub enum Command {
    /// Signal how one stands to a post or a term.
    Give {
        /// What it is about.
        target: Cid,
        /// How one stands to it.
        stance: Stance,
        /// The words, if any.
        text: Option<String>,
        /// Links that support it.
        sources: Vec<String>,
    },
    /// Close a loop that was opened to oneself.
    Answer {
        /// The feedback.
        feedback: Cid,
        /// How.
        answer: Answer,
        /// The words, if any.
        text: String,
        /// What has changed something.
        by: Option<Cid>,
    },
}

impl Ask for Command {
    fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
        match self {
            Self::Give { target, stance, text, sources } => {
                let given = FeedbackGiven { target, stance, words: None, sources: Sources::of(sources)? };
                // In a newer room others may know what it is about, where this build does not.
                match asker.fold.table() {
                    Table::Newer => asker.event(&target).map(|_| Saying::unjudged(text, given)),
                    Table::One => asker.worded(text, given),
                }
            }
            Self::Answer { feedback, answer, text, by } => {
                asker.worded(Some(text), FeedbackAnswered { feedback, answer, words: None, by })
            }
        }
    }

    fn typed(&self) -> Vec<&str> {
        match self {
            Self::Give { text, .. } => text.as_deref().into_iter().collect(),
            Self::Answer { text, .. } => vec![text],
        }
    }

    fn is_independent(&self) -> bool {
        matches!(self, Self::Give { .. })
    }
}
