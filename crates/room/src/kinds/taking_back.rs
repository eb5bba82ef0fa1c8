//! What authors took back: any event of one's own, whether it counts or not, and with it all edits of it.
//!
//! What is taken back loses its words on every honest node, whenever they arrive; the trace stays. This holds by author
//! and name alone, so that a build to which the event means nothing drops its words just the same.

#[cfg(any(test, feature = "test-utils"))]
mod growth;

use super::{Capability, Kind, bodies, feedback::FeedbackState, posts::WordsState};
use crate::{
    Cid, Ix,
    command::{Ask, Asker, CommandError, Saying},
    cost::{BTreeSet, HashMap},
    fold::{IgnoredReason, past::Past, step::Step},
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

impl Kind for Retracted {
    type Of = TakenBack;

    fn judge(&self, past: &Past) -> Result<Ix, IgnoredReason> {
        own(past, &self.post)
    }
}

impl Kind for FeedbackWithdrawn {
    type Of = TakenBack;

    fn judge(&self, past: &Past) -> Result<Ix, IgnoredReason> {
        own(past, &self.feedback)
    }
}

impl Capability for TakenBack {
    /// What is taken back.
    type Fact = Ix;

    fn take(&mut self, target: Ix, step: &mut Step) {
        if !self.events.insert(target) {
            return;
        }
        step.taken_back.push(target);
        let target = step.look.entry(target);
        for edit in self.edits.get(&target.cid).into_iter().flatten() {
            if step.look.entry(*edit).event.author == target.event.author && self.events.insert(*edit) {
                step.taken_back.push(*edit);
            }
        }
    }

    /// An edit of what its author has taken back already loses its words at once.
    fn every(&mut self, step: &mut Step) {
        let Some(post) = step.event().body.goes_with() else { return };
        self.edits.entry(post).or_default().push(step.ix);
        let post = step.look.log.find(&post).filter(|ix| self.events.contains(ix));
        let gone = post.is_some_and(|ix| step.look.entry(ix).event.author == step.event().author);
        if gone && self.events.insert(step.ix) {
            step.void_words(step.ix);
        }
    }
}

/// What a person may do.
#[derive(Debug, Clone)]
pub enum Command {
    /// Take a post of one's own back, or any other event: its words go.
    Retract {
        /// The event.
        post: Cid,
    },
    /// Take feedback of one's own back.
    Withdraw {
        /// The feedback.
        feedback: Cid,
    },
}

impl Ask for Command {
    fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
        match self {
            Self::Retract { post } => {
                let said = asker.plain(Retracted { post })?;
                let gone = asker.fold.post(&post).is_some_and(|it| it.words == WordsState::Retracted);
                if gone { Err(CommandError::NotFound) } else { Ok(said) }
            }
            Self::Withdraw { feedback } => {
                let given = asker.fold.feedback_by_cid(&feedback).ok_or(CommandError::NotFound)?;
                match given.state {
                    FeedbackState::Withdrawn => Err(CommandError::NotYours),
                    _ => asker.plain(FeedbackWithdrawn { feedback }),
                }
            }
        }
    }
}

/// The event of that name, which its author may take back.
fn own(past: &Past, target: &Cid) -> Result<Ix, IgnoredReason> {
    let ix = past.seen(target).ok_or(IgnoredReason::TargetNotSeen)?;
    if past.look.entry(ix).event.author == past.author { Ok(ix) } else { Err(IgnoredReason::NotAuthor) }
}
