//! The kinds of events: what each one says. A keyed union on the wire, `{"posted": {...}}`; a kind this build does
//! not know is kept whole, so that it can be stored, forwarded and shown as "from a newer version".

use ipld_core::ipld::Ipld;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor},
    ser::SerializeMap,
};

use crate::{Cid, NodeId, limits};

/// What a post is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the words of the room
pub enum PostKind {
    Update,
    Question,
    Idea,
    Need,
    Driver,
}

/// How feedback stands to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Stance {
    Appreciate,
    BuildOn,
    Question,
    Concern,
    Correct,
}

impl Stance {
    /// Whether it asks its addressee for an answer.
    pub const fn opens_loop(self) -> bool {
        matches!(self, Self::Question | Self::Concern | Self::Correct)
    }
}

/// How an addressee closes a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Answer {
    Adjusted,
    Noted,
    Declined,
}

/// How the room decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Policy {
    Consent,
    Majority,
    Unanimous,
    Advice,
}

/// The values of a form that decide anything; they travel in the founding event so that all builds agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormValues {
    /// How proposals are decided.
    pub policy: Policy,
    /// Share of the electorate that must have balloted, in per cent.
    pub quorum: u8,
    /// The most ballots a quorum may ask for.
    pub quorum_cap: u16,
    /// Silence after which a step-in is offered, in seconds.
    pub grace: u32,
}

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident = $key:literal { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),* })*

        /// What an event says.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(missing_docs)] // each variant is described at its struct
        pub enum Body {
            $($name($name),)*
            /// A kind from a newer version: its name and its content.
            Unknown(String, Box<Ipld>),
        }

        impl Body {
            /// The kind's name on the wire and in `window.paceline`.
            pub fn kind(&self) -> &str {
                match self { $(Self::$name(_) => $key,)* Self::Unknown(kind, _) => kind }
            }
        }

        $(impl From<$name> for Body { fn from(body: $name) -> Self { Self::$name(body) } })*

        impl Serialize for Body {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(1))?;
                match self {
                    $(Self::$name(body) => map.serialize_entry($key, body)?,)*
                    Self::Unknown(kind, content) => map.serialize_entry(kind, content.as_ref())?,
                }
                map.end()
            }
        }

        impl<'de> Deserialize<'de> for Body {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct BodyVisitor;
                impl<'de> Visitor<'de> for BodyVisitor {
                    type Value = Body;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a map with one key, the kind")
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
                        let kind: String = map.next_key()?.ok_or_else(|| A::Error::custom("an empty body"))?;
                        let body = match kind.as_str() {
                            $($key => Body::$name(map.next_value()?),)*
                            _ => { let content = map.next_value()?; Body::Unknown(kind, Box::new(content)) }
                        };
                        match map.next_key::<String>()? { None => Ok(body), Some(_) => Err(A::Error::custom("a body of two kinds")) }
                    }
                }
                deserializer.deserialize_map(BodyVisitor)
            }
        }
    };
}

bodies! {
    /// Founds the room: the first event, whose CID is the room's.
    RoomFounded = "room-founded" {
        /// Version of the fold that gives the log its meaning.
        fold: u32,
        /// What the room is called.
        title: String,
        /// What it is for.
        purpose: String,
        /// Name of the form.
        form: String,
        /// The form's deciding values.
        values: FormValues,
        /// 16 random bytes: two rooms of one title are two rooms.
        nonce: serde_bytes::ByteArray<16>,
    }
    /// Says who this node is; the latest wins.
    Introduced = "introduced" {
        /// What to call it.
        name: String,
        /// What it says it is good at.
        strengths: Vec<String>,
        /// One of 12 hues, 0 to 11.
        hue: u8,
    }
    /// Something said to everyone.
    Posted = "posted" {
        /// What it is.
        kind: PostKind,
        /// The words block.
        words: Cid,
        /// The post it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Cid>,
        /// Tags.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<String>,
        /// Nodes it speaks to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<NodeId>,
    }
    /// New words for one's own post; the latest wins.
    Edited = "edited" {
        /// The post.
        post: Cid,
        /// The words block.
        words: Cid,
    }
    /// Takes back one's own post: the words go, the trace stays.
    Retracted = "retracted" {
        /// The post.
        post: Cid,
    }
    /// A short signal on a post, a term (named by its first transfer) or a decision.
    FeedbackGiven = "feedback-given" {
        /// What it is about.
        target: Cid,
        /// How it stands to it.
        stance: Stance,
        /// The words block.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<Cid>,
        /// Links that support it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sources: Vec<String>,
    }
    /// Closes a loop; by its addressee.
    FeedbackAnswered = "feedback-answered" {
        /// The feedback.
        feedback: Cid,
        /// How.
        answer: Answer,
        /// What changed, or why not: a words block.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<Cid>,
        /// The edit, post or handoff that changed something.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Cid>,
    }
    /// Takes back one's own feedback, words too.
    FeedbackWithdrawn = "feedback-withdrawn" {
        /// The feedback.
        feedback: Cid,
    }
    /// Opens a baton, free.
    BatonOpened = "baton-opened" {
        /// What is led.
        title: String,
        /// Strengths it calls for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        strengths: Vec<String>,
        /// How long a term is meant to be, in minutes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minutes: Option<u32>,
        /// The need it answers: a post.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        need: Option<Cid>,
    }
    /// The holder offers the baton; dies with its tip.
    BatonOffered = "baton-offered" {
        /// The baton.
        baton: Cid,
        /// The transfer that is current for the author.
        tip: Cid,
        /// To whom.
        to: NodeId,
        /// A word with it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    }
    /// The offerer takes an offer back.
    BatonOfferWithdrawn = "baton-offer-withdrawn" {
        /// The offer.
        offer: Cid,
    }
    /// The one it was offered to says no.
    BatonDeclined = "baton-declined" {
        /// The offer.
        offer: Cid,
        /// Why.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
    }
    /// Transfer: the named node accepts.
    BatonAccepted = "baton-accepted" {
        /// The baton.
        baton: Cid,
        /// What it builds on.
        tip: Cid,
        /// The offer or the closing of a decision.
        by: Cid,
    }
    /// Transfer: a free baton is taken.
    BatonTaken = "baton-taken" {
        /// The baton.
        baton: Cid,
        /// What it builds on.
        tip: Cid,
    }
    /// Transfer: somebody steps in for a holder who vanished.
    BatonSteppedIn = "baton-stepped-in" {
        /// The baton.
        baton: Cid,
        /// What it builds on.
        tip: Cid,
        /// How long the holder was silent, in milliseconds.
        silent_for: u64,
    }
    /// Transfer: the holder before a run of step-ins is back.
    BatonReclaimed = "baton-reclaimed" {
        /// The baton.
        baton: Cid,
        /// Every end of the run that the author has seen.
        tips: Vec<Cid>,
    }
    /// Transfer: the holder lets go; the baton is free.
    BatonReleased = "baton-released" {
        /// The baton.
        baton: Cid,
        /// What it builds on.
        tip: Cid,
        /// A word with it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    }
    /// Transfer: the work is done; the baton goes.
    BatonClosed = "baton-closed" {
        /// The baton.
        baton: Cid,
        /// What it builds on.
        tip: Cid,
        /// What came of it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        outcome: String,
        /// The closing of a decision that closes it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Cid>,
    }
    /// Names somebody for a baton (encoded only, so far).
    Nominated = "nominated" {
        /// The baton.
        baton: Cid,
        /// Who.
        node: NodeId,
        /// Why.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
    }
    /// Stands beside the holder, first in line to step in (encoded only, so far).
    Shadowing = "shadowing" {
        /// The baton.
        baton: Cid,
    }
}

impl Body {
    /// The words block this event links, if any. A kind this build does not know names it `words` too, so that its
    /// words are kept and passed on.
    pub fn words(&self) -> Option<Cid> {
        match self {
            Self::Posted(body) => Some(body.words),
            Self::Edited(body) => Some(body.words),
            Self::FeedbackGiven(body) => body.words,
            Self::FeedbackAnswered(body) => body.words,
            Self::Unknown(_, content) => match content.as_ref() {
                Ipld::Map(fields) => match fields.get("words")? {
                    Ipld::Link(link) => Cid::try_from(link).ok(),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// The baton that this event would move, be it a transfer.
    pub fn transfers(&self) -> Option<Cid> {
        match self {
            Self::BatonAccepted(it) => Some(it.baton),
            Self::BatonTaken(it) => Some(it.baton),
            Self::BatonSteppedIn(it) => Some(it.baton),
            Self::BatonReclaimed(it) => Some(it.baton),
            Self::BatonReleased(it) => Some(it.baton),
            Self::BatonClosed(it) => Some(it.baton),
            _ => None,
        }
    }

    /// Numbers mean something.
    pub(crate) fn is_in_range(&self) -> bool {
        match self {
            Self::RoomFounded(it) => it.values.quorum <= 100,
            Self::Introduced(it) => it.hue < HUES,
            Self::BatonSteppedIn(it) => it.silent_for <= limits::NUMBER,
            Self::BatonReclaimed(it) => !it.tips.is_empty(),
            _ => true,
        }
    }

    /// Texts and lists within [`limits`]. What stands in an unknown kind is bounded by the block alone.
    pub(crate) fn is_within_limits(&self) -> bool {
        match self {
            Self::RoomFounded(it) => {
                chars(&it.title, limits::TITLE_CHARS)
                    && chars(&it.purpose, limits::NOTE_CHARS)
                    && chars(&it.form, limits::TAG_CHARS)
            }
            Self::Introduced(it) => chars(&it.name, limits::TITLE_CHARS) && tags(&it.strengths),
            Self::Posted(it) => tags(&it.tags) && it.mentions.len() <= limits::TAGS,
            Self::FeedbackGiven(it) => {
                it.sources.len() <= limits::TAGS && it.sources.iter().all(|it| chars(it, limits::NOTE_CHARS))
            }
            Self::BatonOpened(it) => chars(&it.title, limits::TITLE_CHARS) && tags(&it.strengths),
            Self::BatonOffered(it) => chars(&it.note, limits::NOTE_CHARS),
            Self::BatonDeclined(it) => chars(&it.why, limits::NOTE_CHARS),
            Self::BatonReleased(it) => chars(&it.note, limits::NOTE_CHARS),
            Self::BatonClosed(it) => chars(&it.outcome, limits::NOTE_CHARS),
            Self::BatonReclaimed(it) => it.tips.len() <= limits::PARENTS,
            Self::Nominated(it) => chars(&it.why, limits::NOTE_CHARS),
            Self::Unknown(kind, _) => chars(kind, limits::TAG_CHARS),
            Self::Edited(_)
            | Self::Retracted(_)
            | Self::FeedbackAnswered(_)
            | Self::FeedbackWithdrawn(_)
            | Self::BatonOfferWithdrawn(_)
            | Self::BatonAccepted(_)
            | Self::BatonTaken(_)
            | Self::BatonSteppedIn(_)
            | Self::Shadowing(_) => true,
        }
    }
}

/// Hues a node can choose from.
pub const HUES: u8 = 12;

fn chars(text: &str, most: usize) -> bool {
    // A text has at most as many characters as bytes, and most texts are short.
    text.len() <= most || text.chars().take(most + 1).count() <= most
}

fn tags(list: &[String]) -> bool {
    list.len() <= limits::TAGS && list.iter().all(|tag| chars(tag, limits::TAG_CHARS))
}
