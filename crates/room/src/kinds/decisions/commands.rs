//! What a person may do about decisions.

use super::bodies::{Amended, Ballot, BallotCast, DecisionClosed, Effect, ProposalWithdrawn, Proposed};
use crate::{
    Cid, Day,
    command::{Ask, Asker, CommandError, Saying},
    kinds::{Policy, UNNAMED},
    words,
};

/// What a person may do.
#[derive(Debug, Clone)]
pub enum Command {
    /// Propose something.
    Propose {
        /// What it is called.
        title: String,
        /// What is proposed.
        text: String,
        /// How it is decided, if more strictly than the room does.
        policy: Option<Policy>,
        /// What it changes.
        effect: Option<Effect>,
        /// It is tried until it is looked at again.
        trial: bool,
        /// When it is looked at again.
        review_on: Option<Day>,
        /// The meeting in which it is decided.
        meeting: Option<Cid>,
        /// The post that it comes from, or the proposal that is looked at again by it.
        about: Option<Cid>,
    },
    /// Change the text of one's own proposal.
    Amend {
        /// The proposal.
        proposal: Cid,
        /// What is proposed now.
        text: String,
        /// What it is called now, if something else.
        title: Option<String>,
        /// The ballot whose fix it takes up.
        fix: Option<Cid>,
    },
    /// Say something to its latest version.
    Cast {
        /// The proposal.
        proposal: Cid,
        /// The version that was read; without, whichever is the latest.
        version: Option<Cid>,
        /// What is said.
        stance: Ballot,
        /// Why.
        reason: String,
        /// What would fix it.
        fix: String,
    },
    /// Decide: close the latest version that can be.
    Close {
        /// The proposal.
        proposal: Cid,
    },
    /// Take one's own proposal back.
    Withdraw {
        /// The proposal.
        proposal: Cid,
    },
}

impl Ask for Command {
    fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
        let decisions = &asker.fold.capabilities.decisions;
        let latest = |proposal: &Cid| decisions.get(proposal).map(|it| it.version.cid).ok_or(CommandError::NotFound);
        match self {
            Self::Propose { title, text, policy, effect, trial, review_on, meeting, about } => {
                let (title, text) = (said(&title)?.try_into()?, said(&text)?.to_owned());
                let body = Proposed { title, words: UNNAMED, policy, effect, trial, review_on, meeting, about };
                asker.worded(Some(text), body)
            }
            Self::Amend { proposal, text, title, fix } => {
                let (text, title) = (said(&text)?.to_owned(), title.unwrap_or_default());
                let title = title.trim().try_into()?;
                asker.worded(Some(text), Amended { proposal, words: UNNAMED, title, effect: None, fix })
            }
            Self::Cast { proposal, version: read, stance, reason, fix } => {
                let version = latest(&proposal)?;
                if read.is_some_and(|it| it != version) {
                    return Err(CommandError::TextChanged);
                }
                let (reason, fix) = (reason.trim(), fix.trim());
                if stance == Ballot::Object && reason.is_empty() {
                    return Err(CommandError::EmptyText);
                }
                let text = match (reason, fix) {
                    ("", "") => None,
                    both => Some(words::several(&[both.0, both.1])),
                };
                let words = text.is_some().then_some(UNNAMED);
                asker.worded(text, BallotCast { proposal, version, stance, words })
            }
            Self::Close { proposal } => asker.plain(DecisionClosed { proposal, version: latest(&proposal)? }),
            Self::Withdraw { proposal } => asker.plain(ProposalWithdrawn { proposal }),
        }
    }

    fn typed(&self) -> Vec<&str> {
        match self {
            Self::Propose { title, text, .. } => vec![title.trim(), text.trim()],
            Self::Amend { text, .. } => vec![text.trim()],
            Self::Cast { stance: Ballot::Object, reason, .. } => vec![reason.trim()],
            Self::Cast { .. } | Self::Close { .. } | Self::Withdraw { .. } => Vec::new(),
        }
    }
}

fn said(text: &str) -> Result<&str, CommandError> {
    let text = text.trim();
    if text.is_empty() { Err(CommandError::EmptyText) } else { Ok(text) }
}
