//! One event on its way into the fold: what is taken reads it, writes what is common, and reports what changed.

use std::collections::BTreeSet;

use super::{
    Common,
    past::Look,
    subjects::{Owner, Subject},
};
use crate::{Cid, Event, Ix, NodeId, log::Entry};

/// The order of display and of "latest wins": it respects causality and is the same everywhere.
pub type Key = (u64, Cid);

/// What one capability tells all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// Whether a correction stands against this subject has changed.
    Marked(Cid),
}

/// The event being folded, with the log it stands in.
pub(crate) struct Step<'a> {
    pub(crate) look: &'a Look<'a>,
    pub(crate) ix: Ix,
    pub(crate) entry: &'a Entry,
    /// What all capabilities share.
    pub(crate) common: &'a mut Common,
    /// What the event's author took back by it.
    pub(crate) taken_back: Vec<Ix>,
    /// The post of which it took the first words back, and not the edits.
    pub(crate) opening_taken_back: Option<Ix>,
    /// The meeting in which this is an act, if its own capability does not know that.
    pub(crate) acts_in: Option<Cid>,
    pub(crate) news: Vec<News>,
    pub(crate) drop_words: BTreeSet<Cid>,
    /// To which version it raises its author's chain.
    pub(crate) raises_to: Option<u32>,
}

impl<'a> Step<'a> {
    pub(crate) fn new(look: &'a Look<'a>, ix: Ix, common: &'a mut Common) -> Self {
        Self {
            look,
            ix,
            entry: look.entry(ix),
            common,
            taken_back: Vec::new(),
            opening_taken_back: None,
            acts_in: None,
            news: Vec::new(),
            drop_words: BTreeSet::new(),
            raises_to: None,
        }
    }

    pub(crate) fn event(&self) -> &'a Event {
        &self.entry.event
    }

    pub(crate) fn key(&self) -> Key {
        self.entry.key()
    }

    /// This event is something that others can point at: whose, and who answers for it.
    pub(crate) fn is_subject(&mut self, owner: Owner, answers_to: NodeId) {
        let subject = Subject { ix: self.ix, owner, answers_to, corrections: 0 };
        self.common.subjects.add(self.entry.cid, subject);
    }

    /// A correction of this subject begins or ceases to stand.
    pub(crate) fn correct(&mut self, subject: &Cid, stands: bool) {
        if self.common.subjects.correct(subject, stands) {
            self.news.push(News::Marked(*subject));
        }
    }

    /// What `ix` links is wanted no more.
    pub(crate) fn void_words(&mut self, ix: Ix) {
        if let Some(words) = self.look.entry(ix).event.body.words()
            && self.common.words.void(&words, ix)
        {
            self.drop_words.insert(words);
        }
    }
}
