//! One signed, immutable entry of the room's log, and its one canonical encoding.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::{Body, Cid, Keypair, NodeId, limits};

/// The format this build writes and reads.
pub const VERSION: u64 = 1;
/// What every signature of an event covers before the map without `sig`.
const DOMAIN: &[u8] = b"paceline/event/1";

/// What an author is about to sign. Made by [`crate::log::Log::draft`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The room; absent in the founding event itself.
    pub room: Option<Cid>,
    /// Who writes.
    pub author: NodeId,
    /// Position in the author's own chain.
    pub seq: u64,
    /// The author's previous event.
    pub prev: Option<Cid>,
    /// Tips of the log the author has seen, `prev` apart; deepest first.
    pub parents: Vec<Cid>,
    /// 1 + the largest depth among `prev` and `parents`; 1 without any.
    pub depth: u64,
    /// The author's wall clock, Unix milliseconds. Never decides anything.
    pub at: u64,
    /// What is said.
    pub body: Body,
}

/// A signed event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Format version.
    pub v: u64,
    /// The room; absent in the founding event itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<Cid>,
    /// Who wrote it.
    pub author: NodeId,
    /// Position in the author's own chain.
    pub seq: u64,
    /// The author's previous event; absent at `seq` 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Cid>,
    /// Tips of the log the author had seen, `prev` apart; deepest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<Cid>,
    /// 1 + the largest depth among `prev` and `parents`; 1 without any.
    pub depth: u64,
    /// The author's wall clock, Unix milliseconds. Never decides anything.
    pub at: u64,
    /// What is said.
    pub body: Body,
    /// Ed25519 over the domain and the map without `sig`.
    #[serde(default = "unsigned", skip_serializing_if = "is_unsigned")]
    pub sig: ByteArray<64>,
}

/// Stands for "no signature" while the bytes to sign are made; never a valid signature (its R is not canonical).
fn unsigned() -> ByteArray<64> {
    ByteArray::new([0xff; 64])
}

fn is_unsigned(sig: &ByteArray<64>) -> bool {
    **sig == [0xff; 64]
}

/// Why a block is refused before the log is even asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum EventError {
    /// Over [`limits::BLOCK_BYTES`].
    #[error("the block is larger than {} KiB", limits::BLOCK_BYTES / 1024)]
    TooLarge,
    /// Not a DAG-CBOR map of the event's shape.
    #[error("the block is not an event")]
    Malformed,
    /// An event, but not in the one canonical encoding.
    #[error("the block is not in canonical form")]
    NotCanonical,
    /// Written by a newer format than this build reads.
    #[error("the event is of a newer format")]
    NewerVersion,
    /// The signature is not the author's.
    #[error("the signature is not the author's")]
    BadSignature,
    /// A title, name, tag, note or list over its limit.
    #[error("a field is over its limit")]
    FieldTooLong,
}

impl EventError {
    /// The stable name under which refusals are counted.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::Malformed => "malformed",
            Self::NotCanonical => "not-canonical",
            Self::NewerVersion => "newer-version",
            Self::BadSignature => "bad-signature",
            Self::FieldTooLong => "field-too-long",
        }
    }
}

impl Draft {
    /// Signs the draft: the event, its block and the block's name.
    pub fn sign(self, keypair: &Keypair) -> Result<(Cid, Event, Vec<u8>), EventError> {
        let Self { room, author, seq, prev, parents, depth, at, body } = self;
        let mut event = Event { v: VERSION, room, author, seq, prev, parents, depth, at, body, sig: unsigned() };
        event.sig = ByteArray::new(keypair.sign(&event.signed_bytes()?));
        event.check_limits()?;
        let block = serde_ipld_dagcbor::to_vec(&event).map_err(|_| EventError::Malformed)?;
        if block.len() > limits::BLOCK_BYTES {
            return Err(EventError::TooLarge);
        }
        Ok((Cid::of(&block), event, block))
    }
}

impl Event {
    /// Reads a block: size, shape, canonical form and limits, but *not* the signature.
    pub fn decode(block: &[u8]) -> Result<Self, EventError> {
        if block.len() > limits::BLOCK_BYTES {
            return Err(EventError::TooLarge);
        }
        let event: Self = serde_ipld_dagcbor::from_slice(block).map_err(|_| EventError::Malformed)?;
        if event.v > VERSION {
            return Err(EventError::NewerVersion);
        }
        let again = serde_ipld_dagcbor::to_vec(&event).map_err(|_| EventError::Malformed)?;
        if again != block {
            return Err(EventError::NotCanonical);
        }
        event.check_limits()?;
        Ok(event)
    }

    /// Whether the signature is the author's.
    pub fn verify(&self) -> Result<(), EventError> {
        let signed = self.signed_bytes()?;
        if self.author.verify(&signed, &self.sig) { Ok(()) } else { Err(EventError::BadSignature) }
    }

    /// Everything the author has seen directly: `prev` and `parents`.
    pub fn seen(&self) -> impl Iterator<Item = &Cid> {
        self.prev.iter().chain(&self.parents)
    }

    /// The bytes a signature covers.
    fn signed_bytes(&self) -> Result<Vec<u8>, EventError> {
        let mut bare = self.clone();
        bare.sig = unsigned();
        let mut bytes = DOMAIN.to_vec();
        serde_ipld_dagcbor::to_writer(&mut bytes, &bare).map_err(|_| EventError::Malformed)?;
        Ok(bytes)
    }

    /// Fields within [`limits`]. Unknown kinds are bounded by the block alone.
    fn check_limits(&self) -> Result<(), EventError> {
        let chars = |text: &str, most: usize| text.len() <= most || text.chars().count() <= most;
        let tags = |list: &[String]| list.len() <= limits::TAGS && list.iter().all(|tag| chars(tag, limits::TAG_CHARS));
        let fine = self.parents.len() <= limits::PARENTS
            && match &self.body {
                Body::RoomFounded(it) => {
                    chars(&it.title, limits::TITLE_CHARS)
                        && chars(&it.purpose, limits::NOTE_CHARS)
                        && chars(&it.form, limits::TAG_CHARS)
                }
                Body::Introduced(it) => chars(&it.name, limits::TITLE_CHARS) && tags(&it.strengths) && it.hue < 12,
                Body::Posted(it) => tags(&it.tags) && it.mentions.len() <= limits::TAGS,
                Body::FeedbackGiven(it) => {
                    it.sources.len() <= limits::TAGS && it.sources.iter().all(|it| chars(it, limits::NOTE_CHARS))
                }
                Body::BatonOpened(it) => chars(&it.title, limits::TITLE_CHARS) && tags(&it.strengths),
                Body::BatonOffered(it) => chars(&it.note, limits::NOTE_CHARS),
                Body::BatonDeclined(it) => chars(&it.why, limits::NOTE_CHARS),
                Body::BatonReleased(it) => chars(&it.note, limits::NOTE_CHARS),
                Body::BatonClosed(it) => chars(&it.outcome, limits::NOTE_CHARS),
                Body::BatonReclaimed(it) => !it.tips.is_empty() && it.tips.len() <= limits::PARENTS,
                Body::Nominated(it) => chars(&it.why, limits::NOTE_CHARS),
                _ => true,
            };
        if fine { Ok(()) } else { Err(EventError::FieldTooLong) }
    }
}
