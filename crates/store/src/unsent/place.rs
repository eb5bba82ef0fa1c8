//! Where something is written.

use std::{fmt, str::FromStr};

use paceline_room::{Cid, body::Stance};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The one table of places. A name is part of records' keys: never change one, add another.
macro_rules! places {
    (
        alone { $($(#[$alone_doc:meta])* $alone:ident = $alone_name:literal,)* }
        about { $($(#[$about_doc:meta])* $about:ident = $about_name:literal,)* }
    ) => {
        /// Where something is written, and so what it is about. As text it is part of records' keys.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Place {
            $($(#[$alone_doc])* $alone,)*
            $($(#[$about_doc])* $about(Cid),)*
            /// Feedback on a post or a term.
            Feedback(Cid, Stance),
        }

        impl Place {
            /// The event that it is about.
            pub const fn target(&self) -> Option<Cid> {
                match self {
                    $(Self::$alone => None,)*
                    $(Self::$about(cid) => Some(*cid),)*
                    Self::Feedback(cid, _) => Some(*cid),
                }
            }

            const fn name(&self) -> &'static str {
                match self {
                    $(Self::$alone => $alone_name,)*
                    $(Self::$about(_) => $about_name,)*
                    Self::Feedback(..) => FEEDBACK,
                }
            }

            fn named(name: &str, about: Option<Cid>) -> Option<Self> {
                match (name, about) {
                    $(($alone_name, None) => Some(Self::$alone),)*
                    $(($about_name, Some(cid)) => Some(Self::$about(cid)),)*
                    _ => None,
                }
            }

            /// Those about nothing, and those about this.
            #[cfg(test)]
            pub(super) fn all(cid: Cid) -> Vec<Self> {
                vec![$(Self::$alone,)* $(Self::$about(cid),)* Self::Feedback(cid, Stance::BuildOn)]
            }
        }
    };
}

places! {
    alone {
        /// A post to everyone.
        Composer = "composer",
        /// A baton that is to be opened.
        BatonOpen = "baton-open",
        /// A promise, or an ask.
        Promise = "promise",
        /// Something for all to decide.
        Proposal = "proposal",
        /// What is broken, before anybody is told.
        Incident = "incident",
    }
    about {
        /// The answer to a post.
        Reply = "reply",
        /// New words for an own post.
        Edit = "edit",
        /// Taking an own post back.
        Retract = "retract",
        /// Taking one version of an own post back.
        Version = "version",
        /// The answer to feedback.
        Answer = "answer",
        /// The offer of a baton.
        BatonOffer = "baton-offer",
        /// Who is named for a baton, and why.
        Nomination = "nomination",
        /// The word with which a baton is released or closed.
        BatonWord = "baton-word",
        /// Why an offer is declined.
        BatonDecline = "baton-decline",
        /// A promise from a post or an ask.
        PromiseFrom = "promise-from",
        /// Why a promise is dropped.
        PromiseWord = "promise-word",
        /// The answer in a round.
        Round = "round",
        /// A line in the log of an incident.
        Line = "line",
        /// Something for all to decide that comes from a post.
        ProposalFrom = "proposal-from",
        /// Another text for a proposal.
        Amendment = "amendment",
        /// Why somebody objects to a proposal or worries about it, and what would fix it.
        Ballot = "ballot",
    }
}

impl Place {
    /// Whether something is taken back there: nothing is written, and only who said it can.
    pub const fn takes_back(&self) -> bool {
        matches!(self, Self::Retract(_) | Self::Version(_))
    }
}

/// The one place that says more than what it is about.
const FEEDBACK: &str = "feedback";
/// Stances as they stand in records.
const STANCES: [(Stance, &str); 5] = [
    (Stance::Appreciate, "appreciate"),
    (Stance::BuildOn, "build-on"),
    (Stance::Question, "question"),
    (Stance::Concern, "concern"),
    (Stance::Correct, "correct"),
];

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if let Some(cid) = self.target() {
            write!(f, "/{cid}")?;
        }
        match self {
            Self::Feedback(_, stance) => {
                let name = STANCES.iter().find(|(it, _)| it == stance).map_or("", |(_, name)| name);
                write!(f, "/{name}")
            }
            _ => Ok(()),
        }
    }
}

/// Not a place that this build knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place that this build knows")]
pub struct UnknownPlace;

impl FromStr for Place {
    type Err = UnknownPlace;

    fn from_str(text: &str) -> Result<Self, UnknownPlace> {
        let mut parts = text.split('/');
        let name = parts.next().unwrap_or_default();
        let about = parts.next().map(Cid::from_str).transpose().map_err(|_| UnknownPlace)?;
        let last = parts.next();
        if parts.next().is_some() {
            return Err(UnknownPlace);
        }
        let place = match (last, about) {
            (None, about) => Self::named(name, about),
            (Some(stance), Some(cid)) if name == FEEDBACK => {
                STANCES.iter().find(|(_, it)| *it == stance).map(|(it, _)| Self::Feedback(cid, *it))
            }
            (Some(_), _) => None,
        };
        place.ok_or(UnknownPlace)
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
