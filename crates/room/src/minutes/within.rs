//! What belongs to a meeting: what has its opening in its past and not its end.

use std::sync::Arc;

use crate::{
    Cid, Fold, Ix, Log,
    fold::{Key, List},
    state::{Baton, BatonState, Meeting, Term, TermBy},
};

/// What lies between the opening of a meeting and its end, and of those that it goes on with.
pub(crate) struct Within<'a> {
    pub(super) log: &'a Log,
    /// The openings and ends, the latest first.
    pub(super) spans: Vec<(Ix, Option<Ix>)>,
}

impl<'a> Within<'a> {
    pub(crate) fn new(fold: &Fold, log: &'a Log, meeting: &Meeting) -> Self {
        let end = |it: &Meeting| it.ended.as_ref().and_then(|it| log.find(&it.cid));
        let line = fold.meetings().line(meeting);
        Self { log, spans: line.filter_map(|it| Some((log.find(&it.cid)?, end(it)))).collect() }
    }

    pub(crate) fn has(&self, cid: &Cid) -> bool {
        let Some(ix) = self.log.find(cid) else { return false };
        let after = |it: Ix| self.log.is_ancestor(it, ix);
        self.spans.iter().any(|(opening, end)| after(*opening) && !end.is_some_and(after))
    }

    /// Whether the meeting had ended.
    pub(super) fn is_over(&self, cid: &Cid) -> bool {
        self.end().zip(self.log.find(cid)).is_some_and(|(end, ix)| self.log.is_ancestor(end, ix))
    }

    /// Its end.
    pub(super) fn end(&self) -> Option<Ix> {
        self.spans.first()?.1
    }

    /// Of a list in the order of the log what belongs to the meeting.
    pub(super) fn of<T>(&self, list: &List<T>, from: Key, cid: fn(&T) -> Cid) -> Vec<Arc<T>> {
        list.from(&from).map(|(_, it)| it).filter(|it| self.has(&cid(it))).cloned().collect()
    }
}

/// A role that was added by mistake: who added it took it and ended it in one step, without a word.
pub(crate) fn is_mistake(baton: &Baton) -> bool {
    let in_one_step =
        |it: &Term| it.by == TermBy::Taken && it.until == Some(baton.tip) && baton.tip_depth == it.depth + 1;
    let is_over = baton.state == BatonState::Closed && baton.notes.is_empty();
    is_over && baton.terms.len() == 1 && baton.terms.last().is_some_and(in_one_step)
}
