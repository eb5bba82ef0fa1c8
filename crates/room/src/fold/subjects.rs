//! What can be pointed at: by feedback, replies and needs. One table for all capabilities, so that none has to know the
//! others' kinds.

use crate::{Cid, Ix, NodeId, cost::HashMap};

pub(crate) use crate::kinds::Owner;

/// Something that can be pointed at: a post, a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The event that made it.
    pub(crate) ix: Ix,
    /// Whose it is.
    pub(crate) owner: Owner,
    /// Who is asked to answer for it.
    pub(crate) answers_to: NodeId,
    /// Corrections that stand against it.
    pub(crate) corrections: u32,
}

/// All subjects, by the event that made them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subjects(HashMap<Cid, Subject>);

impl Subjects {
    pub(crate) fn add(&mut self, cid: Cid, subject: Subject) {
        self.0.insert(cid, subject);
    }

    pub(crate) fn get(&self, cid: &Cid) -> Option<&Subject> {
        self.0.get(cid)
    }

    /// Whether a correction stands against it.
    pub(crate) fn is_marked(&self, cid: &Cid) -> bool {
        self.get(cid).is_some_and(|it| it.corrections > 0)
    }

    /// A correction begins or ceases to stand. Returns whether that changed the mark.
    pub(crate) fn correct(&mut self, cid: &Cid, stands: bool) -> bool {
        let before = self.is_marked(cid);
        if let Some(subject) = self.0.get_mut(cid) {
            let corrections = subject.corrections;
            subject.corrections = if stands { corrections.saturating_add(1) } else { corrections.saturating_sub(1) };
        }
        before != self.is_marked(cid)
    }
}
