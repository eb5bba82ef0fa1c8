//! What a person may do with asks and promises.

use super::{Asked, PromiseDropped, PromiseKept, PromiseRenewed, PromiseState, Promised};
use crate::{
    Cid, Day, NodeId,
    command::{Ask, Asker, CommandError, Saying},
    kinds::UNNAMED,
};

/// What a person may do.
#[derive(Debug, Clone)]
pub enum Command {
    /// Ask somebody to do something.
    Ask {
        /// Whom.
        node: NodeId,
        /// What for.
        text: String,
    },
    /// Promise something.
    Make {
        /// What.
        text: String,
        /// By when.
        due: Option<Day>,
        /// The ask, the post, the answer or the item that it comes from.
        from: Option<Cid>,
    },
    /// Say that it is done.
    Keep {
        /// The promise, or the ask that it comes from: they are one row.
        promise: Cid,
        /// The post that shows it.
        evidence: Option<Cid>,
    },
    /// Say that it will not be done.
    Drop {
        /// The promise, or the ask that it comes from.
        promise: Cid,
        /// Why.
        why: String,
    },
    /// Say that it goes on.
    Renew {
        /// The promise, or the ask that it comes from.
        promise: Cid,
        /// By when it is due from now on.
        due: Option<Day>,
    },
}

impl Ask for Command {
    fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
        match self {
            Self::Ask { node, text } => asker.worded(Some(said(text)?), Asked { node, words: UNNAMED }),
            Self::Make { text, due, from } => {
                let text = said(text)?;
                if from.is_some_and(|it| !asker.fold.may_promise_from(&it)) {
                    return Err(CommandError::NotFound);
                }
                asker.worded(Some(text), Promised { words: UNNAMED, due, from })
            }
            Self::Keep { promise, evidence } => {
                let promise = row(asker, promise);
                if evidence.is_some_and(|it| asker.fold.post(&it).is_none()) {
                    return Err(CommandError::NotFound);
                }
                let said = asker.plain(PromiseKept { promise, evidence })?;
                still(asker, &promise, &[PromiseState::Promised, PromiseState::Dropped]).map(|()| said)
            }
            Self::Drop { promise, why } => {
                let (why, promise) = (said(why)?, row(asker, promise));
                let said = asker.worded(Some(why), PromiseDropped { promise, words: UNNAMED })?;
                still(asker, &promise, &[PromiseState::Promised]).map(|()| said)
            }
            Self::Renew { promise, due } => asker.plain(PromiseRenewed { promise: row(asker, promise), due }),
        }
    }

    fn typed(&self) -> Vec<&str> {
        match self {
            Self::Ask { text, .. } | Self::Make { text, .. } | Self::Drop { why: text, .. } => vec![text.trim()],
            Self::Keep { .. } | Self::Renew { .. } => Vec::new(),
        }
    }

    fn is_independent(&self) -> bool {
        matches!(self, Self::Ask { .. } | Self::Make { .. })
    }
}

fn said(text: String) -> Result<String, CommandError> {
    if text.trim().is_empty() { Err(CommandError::EmptyText) } else { Ok(text) }
}

/// The asker's latest promise from that ask, at whichever tab; anything else is what it is.
fn row(asker: Asker, cid: Cid) -> Cid {
    let lists = &asker.fold.capabilities.promises.lists;
    let mine = lists.promised_from(cid).filter(|it| asker.fold.joined().is_same(it.node, asker.node)).last();
    match asker.fold.promise(&cid).is_some_and(|it| it.taken) {
        true => mine.map_or(cid, |it| it.cid),
        false => cid,
    }
}

/// What is over is not ended once more, though it would count.
fn still(asker: Asker, promise: &Cid, states: &[PromiseState]) -> Result<(), CommandError> {
    let stands = asker.fold.promise(promise).is_some_and(|it| states.contains(&it.state));
    if stands { Ok(()) } else { Err(CommandError::NotFound) }
}
