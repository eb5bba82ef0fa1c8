//! What authors took back: any event of one's own, whether it counts or not, and with it all edits of it; or the first words of a post
//! alone, which leaves its edits.
//!
//! What is taken back loses its words on every honest node, whenever they arrive; the trace stays. Of an event whole this holds by
//! author and name alone, so that a build to which the event means nothing drops its words just the same.

#[cfg(any(test, feature = "test-utils"))]
mod growth;

use super::{Capability, Kind, bodies, feedback::FeedbackState, posts::WordsState};
use crate::{
    Body, Cid, Ix,
    command::{Ask, Asker, CommandError, Saying},
    cost::{BTreeSet, HashMap},
    fold::{IgnoredReason, past::Past, step::Step, subjects::Owner},
};

bodies! {
    /// Takes back an event of one's own, mostly a post: the words go, those of its edits too, and the trace stays.
    Retracted {
        /// The event.
        post: Cid,
        /// Of a post: its first words alone, and not those of its edits.
        [optional] alone: bool,
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

/// What is taken back.
#[derive(Debug)]
pub(crate) enum Fact {
    /// An event, and all edits of it.
    Whole(Ix),
    /// The first words of a post.
    Opening(Ix),
}

impl Kind for Retracted {
    type Of = TakenBack;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let target = own(past, &self.post)?;
        if !self.alone {
            return Ok(Fact::Whole(target));
        }
        let is_post = past.subject(&self.post).is_some_and(|it| it.owner == Owner::Posts);
        if is_post { Ok(Fact::Opening(target)) } else { Err(IgnoredReason::TargetNotSeen) }
    }
}

impl Kind for FeedbackWithdrawn {
    type Of = TakenBack;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        own(past, &self.feedback).map(Fact::Whole)
    }
}

impl Capability for TakenBack {
    type Fact = Fact;

    fn take(&mut self, fact: Fact, step: &mut Step) {
        let target = match fact {
            Fact::Opening(target) => return step.opening_taken_back = Some(target),
            Fact::Whole(target) => target,
        };
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
    /// Take one version of a post of one's own back: its words go, those of the others stay.
    RetractVersion {
        /// The event that says it: the post, or an edit of it.
        version: Cid,
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
                let said = asker.plain(Retracted { post, alone: false })?;
                let gone = asker.fold.post(&post).is_some_and(|it| it.words == WordsState::Retracted);
                if gone { Err(CommandError::NotFound) } else { Ok(said) }
            }
            Self::RetractVersion { version } => {
                let event = asker.event(&version)?;
                // An edit has no edits itself.
                let (post, alone) = match &event.body {
                    Body::Edited(edited) => (edited.post, false),
                    _ => (version, true),
                };
                let said = asker.plain(Retracted { post: version, alone })?;
                let is_there = asker.fold.capabilities.posts.has_version(&post, &(event.depth, version));
                if is_there { Ok(said) } else { Err(CommandError::NotFound) }
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
