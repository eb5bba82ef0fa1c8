//! What authors took back: any event of one's own, whether it counts or not, and with it all edits of it.
//!
//! What is taken back loses its words on every honest node, whenever they arrive; the trace stays. This holds by author
//! and name alone, so that a build to which the event means nothing drops its words just the same.

use std::collections::{BTreeSet, HashMap};

use super::bodies;
use crate::{
    Cid, Ix,
    fold::{IgnoredReason, step::Step},
};

bodies! {
    /// Takes back an event of one's own, mostly a post: the words go, those of its edits too, and the trace stays.
    Retracted {
        /// The event.
        post: Cid,
    }
    /// Takes back one's own feedback, or any event of one's own, just as [`Retracted`] does.
    FeedbackWithdrawn {
        /// The event.
        feedback: Cid,
    }
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub(crate) struct TakenBack {
    events: BTreeSet<Ix>,
    /// Edits, whether they count or not, by what they name.
    edits: HashMap<Cid, Vec<Ix>>,
}

impl TakenBack {
    /// The step is an edit of `post`. Whether its words are taken back already: with the post, by the same author.
    pub(crate) fn edit(&mut self, step: &mut Step, post: &Cid) -> bool {
        step.touched += 1;
        self.edits.entry(*post).or_default().push(step.ix);
        let post = step.log.find(post).filter(|ix| self.events.contains(ix));
        post.is_some_and(|ix| step.log.entry(ix).event.author == step.event().author) && self.events.insert(step.ix)
    }

    /// The step takes back `target`. Returns what loses its words by that.
    pub(crate) fn take(&mut self, step: &mut Step, target: &Cid) -> Result<Vec<Ix>, IgnoredReason> {
        let ix = step.seen(target).ok_or(IgnoredReason::TargetNotSeen)?;
        let author = step.event().author;
        if step.log.entry(ix).event.author != author {
            return Err(IgnoredReason::NotAuthor);
        }
        if !self.events.insert(ix) {
            return Ok(Vec::new());
        }
        let mut taken = vec![ix];
        let edits = self.edits.get(target).into_iter().flatten();
        for edit in edits {
            step.touched += 1;
            if step.log.entry(*edit).event.author == author && self.events.insert(*edit) {
                taken.push(*edit);
            }
        }
        Ok(taken)
    }
}
