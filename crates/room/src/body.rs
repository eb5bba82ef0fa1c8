//! The kinds of events: what each one says. A keyed union on the wire, `{"posted": {...}}`.
//!
//! The table of kinds is closed: a body that does not fit one exactly (kind, field, type, range, limit, an empty field
//! written out) is [`Body::Unknown`] to every build, for good, so that what a log means never depends on the build. An
//! unknown body is kept whole in its block, with its words. Reading a body never decides whether an event is admitted.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap};

use crate::{Cid, EventError, NodeId, encode::Raw, limits, scan::Reader};

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
            /// What is in no table of this build, or does not fit it.
            Unknown(Unknown),
        }

        impl Body {
            /// The kind's name on the wire and in `window.paceline`.
            pub fn kind(&self) -> &str {
                match self { $(Self::$name(_) => $key,)* Self::Unknown(it) => &it.kind }
            }

            /// A body that fits its kind, limits apart.
            fn fitting(kind: &str, content: &[u8]) -> Option<Self> {
                match kind {
                    $($key => serde_ipld_dagcbor::from_slice(content).ok().map(Self::$name),)*
                    _ => None,
                }
            }
        }

        $(impl From<$name> for Body { fn from(body: $name) -> Self { Self::$name(body) } })*

        impl Serialize for Body {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(1))?;
                match self {
                    $(Self::$name(body) => map.serialize_entry($key, body)?,)*
                    Self::Unknown(it) => map.serialize_entry(&it.kind, &Raw(&it.content))?,
                }
                map.end()
            }
        }
    };
}

/// A body from a newer version, or one that does not fit its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The kind's name.
    pub kind: Box<str>,
    /// The words block it links.
    pub words: Option<Cid>,
    /// What is to be written. Of an event that was read it stands in its block, and not here once more.
    pub(crate) content: Box<[u8]>,
}

/// A field that may be absent; there and empty it would be a second way of saying the same.
trait Optional {
    fn is_empty(&self) -> bool;
}

impl<T> Optional for Option<T> {
    fn is_empty(&self) -> bool {
        self.is_none()
    }
}

impl<T> Optional for Vec<T> {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl Optional for String {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

/// Reads an optional field that is there.
fn given<'de, T: Deserialize<'de> + Optional, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let value = T::deserialize(deserializer)?;
    if value.is_empty() { Err(D::Error::custom("empty")) } else { Ok(value) }
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
    /// Raises the version of the fold, once a decision carries it (so far it changes nothing).
    FoldRaised = "fold-raised" {
        /// The version after this event.
        to: u32,
        /// The closing of the decision.
        closing: Cid,
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
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        reply_to: Option<Cid>,
        /// Tags.
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        tags: Vec<String>,
        /// Nodes it speaks to.
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        mentions: Vec<NodeId>,
    }
    /// New words for one's own post; the latest wins.
    Edited = "edited" {
        /// The post.
        post: Cid,
        /// The words block.
        words: Cid,
    }
    /// Takes back an event of one's own, mostly a post: the words go, those of its edits too, and the trace stays.
    Retracted = "retracted" {
        /// The event.
        post: Cid,
    }
    /// A short signal on a post, a term (named by its first transfer) or a decision.
    FeedbackGiven = "feedback-given" {
        /// What it is about.
        target: Cid,
        /// How it stands to it.
        stance: Stance,
        /// The words block.
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        words: Option<Cid>,
        /// Links that support it.
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        sources: Vec<String>,
    }
    /// Closes a loop; by its addressee.
    FeedbackAnswered = "feedback-answered" {
        /// The feedback.
        feedback: Cid,
        /// How.
        answer: Answer,
        /// What changed, or why not: a words block.
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        words: Option<Cid>,
        /// The edit, post or handoff that changed something.
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        by: Option<Cid>,
    }
    /// Takes back one's own feedback, or any event of one's own, just as [`Retracted`] does.
    FeedbackWithdrawn = "feedback-withdrawn" {
        /// The event.
        feedback: Cid,
    }
    /// Opens a baton, free.
    BatonOpened = "baton-opened" {
        /// What is led.
        title: String,
        /// Strengths it calls for.
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        strengths: Vec<String>,
        /// How long a term is meant to be, in minutes.
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        minutes: Option<u32>,
        /// The need it answers: a post.
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
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
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
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
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
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
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        note: String,
    }
    /// Transfer: the work is done; the baton goes.
    BatonClosed = "baton-closed" {
        /// The baton.
        baton: Cid,
        /// What it builds on.
        tip: Cid,
        /// What came of it.
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        outcome: String,
        /// The closing of a decision that closes it.
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        by: Option<Cid>,
    }
    /// Names somebody for a baton (encoded only, so far).
    Nominated = "nominated" {
        /// The baton.
        baton: Cid,
        /// Who.
        node: NodeId,
        /// Why.
        #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "given")]
        why: String,
    }
    /// Stands beside the holder, first in line to step in (encoded only, so far).
    Shadowing = "shadowing" {
        /// The baton.
        baton: Cid,
    }
}

impl Body {
    /// Reads the body of an event in a block that was found canonical, by the table of version 1.
    pub(crate) fn read(kind: &str, content: &[u8], founding: bool) -> Self {
        let fits = |body: &Self| body.check().is_ok() && matches!(body, Self::RoomFounded(_)) == founding;
        Self::fitting(kind, content).filter(fits).unwrap_or_else(|| {
            Self::Unknown(Unknown { kind: kind.into(), words: words_in(content), content: Box::default() })
        })
    }

    /// The same body, to whom its kind means nothing.
    pub(crate) fn into_unknown(self) -> Self {
        match self {
            Self::Unknown(_) => self,
            known => {
                Self::Unknown(Unknown { kind: known.kind().into(), words: known.words(), content: Box::default() })
            }
        }
    }

    /// The words block this event links, if any: under the field `words` at the top of its body, whatever its kind.
    pub fn words(&self) -> Option<Cid> {
        match self {
            Self::Posted(body) => Some(body.words),
            Self::Edited(body) => Some(body.words),
            Self::FeedbackGiven(body) => body.words,
            Self::FeedbackAnswered(body) => body.words,
            Self::Unknown(body) => body.words,
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

    /// Whether its kind allows it. What does not is never written, and is unknown where it is read.
    pub(crate) fn check(&self) -> Result<(), EventError> {
        if !self.is_in_range() {
            Err(EventError::OutOfRange)
        } else if !self.is_within_limits() {
            Err(EventError::FieldTooLong)
        } else {
            Ok(())
        }
    }

    /// The word that somebody wrote with it, if it is an act that carries one itself.
    pub fn note(&self) -> Option<&str> {
        let note = match self {
            Self::BatonOffered(it) => &it.note,
            Self::BatonDeclined(it) => &it.why,
            Self::BatonReleased(it) => &it.note,
            Self::BatonClosed(it) => &it.outcome,
            _ => return None,
        };
        Some(note.as_str()).filter(|it| !it.is_empty())
    }

    /// Numbers mean something.
    fn is_in_range(&self) -> bool {
        match self {
            Self::RoomFounded(it) => it.fold == FOLD_VERSION && it.values.quorum <= 100,
            Self::Introduced(it) => it.hue < HUES,
            Self::BatonSteppedIn(it) => it.silent_for <= limits::NUMBER,
            Self::BatonReclaimed(it) => !it.tips.is_empty(),
            _ => true,
        }
    }

    /// Texts and lists within [`limits`]. What stands in an unknown kind is bounded by the block alone.
    fn is_within_limits(&self) -> bool {
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
            Self::Unknown(it) => chars(&it.kind, limits::TAG_CHARS),
            Self::FoldRaised(_)
            | Self::Edited(_)
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

/// The words block that an unknown body links.
fn words_in(content: &[u8]) -> Option<Cid> {
    const WORDS: &[u8] = b"words";
    let mut reader = Reader::new(content);
    let mut last = None;
    for _ in 0..reader.map().ok()? {
        let key = reader.key(last).ok()?;
        if key == WORDS {
            return reader.cid().ok();
        }
        reader.value(0).ok()?;
        last = Some(key);
    }
    None
}

/// The version of the fold that this build knows, and founds rooms with.
pub const FOLD_VERSION: u32 = 1;
/// Hues a node can choose from.
pub const HUES: u8 = 12;

fn chars(text: &str, most: usize) -> bool {
    // A text has at most as many characters as bytes, and most texts are short.
    text.len() <= most || text.chars().take(most + 1).count() <= most
}

fn tags(list: &[String]) -> bool {
    list.len() <= limits::TAGS && list.iter().all(|tag| chars(tag, limits::TAG_CHARS))
}
