//! What is said in rounds.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    Cid, EventError, NodeId,
    fields::Bytes,
    kinds::{List, Tag, Title, Within, bodies, meetings::Seconds},
    limits,
};

bodies! {
    /// Asks everybody for something.
    RoundOpened {
        /// What for, in words.
        question: Title,
        /// What for.
        ask: Ask,
        /// Nobody sees what others answer until all show.
        [optional] sealed: bool,
        /// The meeting it is of.
        [optional] meeting: Option<Cid>,
        /// Who speaks in which order.
        [optional] order: List<NodeId, { limits::ORDER }>,
        /// Words: each says as many things as it likes.
        [optional] many: bool,
    }
    /// An answer in an open round; a person's latest counts.
    Answered {
        /// The round.
        round: Cid,
        /// What is no text.
        [optional] answer: Option<Value>,
        /// The text: the words block.
        [optional] words: Option<Cid>,
    }
    /// An answer in a sealed round, which only its author, or two shares, can open.
    Sealed {
        /// The round.
        round: Cid,
        /// By this it is known when it is opened: what it is a hash of stands in `docs/format.md`; of a text the digest of the plain words block.
        commit: Bytes<32, 32>,
        /// What is no text, encrypted.
        [optional] answer: Option<Bytes<1, { limits::SEALED_BYTES }>>,
        /// The text: the words block holds the plain words block, encrypted, in base64.
        [optional] words: Option<Cid>,
        /// Shares of the key: any two open it.
        [optional] shares: List<Share, { limits::SHARES }>,
    }
    /// All may show what they answered.
    RevealOpened {
        /// The round.
        round: Cid,
    }
    /// Shows what its author sealed.
    Revealed {
        /// What was sealed.
        sealed: Cid,
        /// The reveal that this follows, one that has the seal in its past.
        by: Cid,
        /// What is no text.
        [optional] answer: Option<Value>,
        /// What kept that from being guessed.
        [optional] salt: Option<Bytes<16, 16>>,
        /// The text: the plain words block.
        [optional] words: Option<Cid>,
    }
    /// Gives a share of the key of what somebody sealed.
    ShareOpened {
        /// What was sealed.
        sealed: Cid,
        /// The reveal that this follows, one that has the seal in its past.
        by: Cid,
        /// The share, as its hash in the seal has it.
        share: Bytes<33, 64>,
    }
    /// Its author has said all it has to say.
    AnswerDone {
        /// The round.
        round: Cid,
        /// Nothing, that is.
        [optional] passed: bool,
    }
    /// What has become of somebody's turn, and whose it is now.
    TurnDone {
        /// The round.
        round: Cid,
        /// Somebody.
        node: NodeId,
        /// What has become of its turn.
        state: Turn,
        /// Whose turn it is now, unless it is that of the first who waits.
        [optional] next: Option<NodeId>,
    }
    /// The round is over, or is not after all: the latest says which.
    RoundClosed {
        /// The round.
        round: Cid,
        /// If it is not plainly over.
        [optional] how: Option<End>,
    }
    /// Puts an answer under a title, or to one that says the same; the latest counts.
    ThemePlaced {
        /// The answer.
        answer: Cid,
        /// Its round.
        round: Cid,
        /// Under what; without it, under nothing.
        [optional] under: Option<Under>,
    }
}

/// What a round asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// A text.
    Words(True),
    /// A number.
    Scale(Scale),
    /// One of these, by its place among them.
    Choice(List<Title, { limits::CHOICES }>),
    /// Points for some of these.
    Dots(Dots),
    /// That each speaks in turn; what is written beside it is words.
    Spoken(Spoken),
}

/// A number between two ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The least.
    pub min: Mark,
    /// The most.
    pub max: Mark,
    /// What the least stands for.
    pub low: Tag,
    /// What the most stands for.
    pub high: Tag,
}

/// Points for options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dots {
    /// How many each has.
    pub budget: Within<1, { limits::DOTS }>,
    /// For what: texts; one that is the name of an event stands for that, an answer or an item.
    pub options: List<Title, { limits::OPTIONS }>,
}

/// Turns to speak.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// How long each is meant to.
    #[serde(
        default,
        skip_serializing_if = "crate::fields::Optional::is_empty",
        deserialize_with = "crate::fields::given"
    )]
    pub seconds: Option<Seconds>,
}

/// An answer that is no text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// On a scale.
    Number(Mark),
    /// One of the choices.
    Choice(Within<0, { limits::CHOICES as u64 - 1 }>),
    /// For each option in turn.
    Dots(List<Within<0, { limits::DOTS }>, { limits::OPTIONS }>),
}

/// One person's share of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The node it is sealed to.
    pub to: NodeId,
    /// SHA-256 of the share.
    pub hash: Bytes<32, 32>,
    /// The share, encrypted for that node.
    pub sealed: Bytes<1, { limits::SHARE_BYTES }>,
}

/// What has become of somebody's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// Is away, and comes last.
    Away,
    /// Has come, and comes last.
    Joined,
    /// Has its turn again: what ended it is undone.
    Again,
    /// Had it, and let it go.
    Passed,
    /// Had it.
    Spoken,
}

/// How a round is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It is not: its end is undone.
    Again,
    /// It was not meant: as long as nobody has answered, it is as if nothing had been asked.
    Undone,
}

/// What an answer stands under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Under {
    /// A title.
    Title(Title),
    /// Another answer, which says the same.
    Answer(Cid),
}

/// A number on a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(i64);

impl Mark {
    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for Mark {
    type Error = EventError;

    fn try_from(number: i64) -> Result<Self, EventError> {
        if (-limits::SCALE..=limits::SCALE).contains(&number) { Ok(Self(number)) } else { Err(EventError::OutOfRange) }
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

/// Stands where there is nothing to say but that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct True;

impl Serialize for True {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl<'de> Deserialize<'de> for True {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if bool::deserialize(deserializer)? { Ok(Self) } else { Err(D::Error::custom("not true")) }
    }
}

impl Ask {
    /// Whether anything can be answered: a scale has two ends, options are distinct and not empty.
    pub fn is_sound(&self) -> bool {
        let distinct = |options: &[Title], least: usize| {
            let twice = |at: usize, it: &Title| options.get(..at).is_some_and(|before| before.contains(it));
            options.len() >= least && !options.iter().enumerate().any(|(at, it)| it.is_empty() || twice(at, it))
        };
        match self {
            Self::Words(_) | Self::Spoken(_) => true,
            Self::Scale(it) => it.min < it.max,
            Self::Choice(options) => distinct(options, 2),
            Self::Dots(it) => distinct(&it.options, 1),
        }
    }

    /// Whether it is answered by a text.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Words(_) | Self::Spoken(_))
    }

    /// Whether this answers it.
    pub fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Scale(it), Value::Number(mark)) => (it.min..=it.max).contains(mark),
            (Self::Choice(options), Value::Choice(at)) => at.get() < options.len() as u64,
            (Self::Dots(it), Value::Dots(dots)) => {
                let spent: u64 = dots.iter().map(|it| it.get()).sum();
                dots.len() == it.options.len() && spent <= it.budget.get()
            }
            _ => false,
        }
    }

    /// The options that it names.
    pub fn options(&self) -> &[Title] {
        match self {
            Self::Choice(options) => options,
            Self::Dots(it) => &it.options,
            _ => &[],
        }
    }
}
