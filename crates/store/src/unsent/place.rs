//! Where something is written.

use std::{fmt, str::FromStr};

use paceline_room::{Cid, body::Stance};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Where something is written, and so what it is about. As text it is part of records' keys: never change one, add another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A post to everyone.
    Composer,
    /// The answer to a post.
    Reply(Cid),
    /// New words for an own post.
    Edit(Cid),
    /// Taking an own post back.
    Retract(Cid),
    /// Feedback on a post or a term.
    Feedback(Cid, Stance),
    /// The answer to feedback.
    Answer(Cid),
    /// A baton that is to be opened.
    BatonOpen,
    /// The offer of a baton.
    BatonOffer(Cid),
    /// The word with which a baton is released or closed.
    BatonWord(Cid),
    /// Why an offer is declined.
    BatonDecline(Cid),
}

/// Stances as they stand in records.
const STANCES: [(Stance, &str); 5] = [
    (Stance::Appreciate, "appreciate"),
    (Stance::BuildOn, "build-on"),
    (Stance::Question, "question"),
    (Stance::Concern, "concern"),
    (Stance::Correct, "correct"),
];

impl Place {
    /// The event that it is about.
    pub const fn target(&self) -> Option<Cid> {
        match self {
            Self::Composer | Self::BatonOpen => None,
            Self::Reply(cid)
            | Self::Edit(cid)
            | Self::Retract(cid)
            | Self::Feedback(cid, _)
            | Self::Answer(cid)
            | Self::BatonOffer(cid)
            | Self::BatonWord(cid)
            | Self::BatonDecline(cid) => Some(*cid),
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Composer => "composer",
            Self::Reply(_) => "reply",
            Self::Edit(_) => "edit",
            Self::Retract(_) => "retract",
            Self::Feedback(..) => "feedback",
            Self::Answer(_) => "answer",
            Self::BatonOpen => "baton-open",
            Self::BatonOffer(_) => "baton-offer",
            Self::BatonWord(_) => "baton-word",
            Self::BatonDecline(_) => "baton-decline",
        }
    }
}

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
        let (cid, last) = (parts.next().map(Cid::from_str), parts.next());
        let place = match (name, cid, last) {
            ("composer", None, None) => Self::Composer,
            ("baton-open", None, None) => Self::BatonOpen,
            ("feedback", Some(Ok(cid)), Some(stance)) => {
                let (stance, _) = STANCES.iter().find(|(_, it)| *it == stance).ok_or(UnknownPlace)?;
                Self::Feedback(cid, *stance)
            }
            (_, Some(Ok(cid)), None) => match name {
                "reply" => Self::Reply(cid),
                "edit" => Self::Edit(cid),
                "retract" => Self::Retract(cid),
                "answer" => Self::Answer(cid),
                "baton-offer" => Self::BatonOffer(cid),
                "baton-word" => Self::BatonWord(cid),
                "baton-decline" => Self::BatonDecline(cid),
                _ => return Err(UnknownPlace),
            },
            _ => return Err(UnknownPlace),
        };
        if parts.next().is_some() { Err(UnknownPlace) } else { Ok(place) }
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
