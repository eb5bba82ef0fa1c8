//! One signed, immutable entry of the room's log, and its one canonical encoding.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::{
    Body, Cid, Keypair, NodeId,
    encode::encode,
    limits,
    node::Verifier,
    scan::{Scan, scan},
};

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
    pub sig: ByteArray<64>,
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
    /// Lists and maps inside one another beyond [`limits::NESTING`].
    #[error("the block is nested deeper than {} levels", limits::NESTING)]
    TooDeep,
    /// CBOR, but not in the one canonical encoding of an event.
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
    /// A number over [`limits::NUMBER`], or beyond what its field means.
    #[error("a number is out of its range")]
    OutOfRange,
    /// Founds a room without being its first event, or is a first event that does not found one.
    #[error("only the founding event founds a room, and it stands on nothing")]
    WrongFounding,
}

impl EventError {
    /// The stable name under which refusals are counted.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::Malformed => "malformed",
            Self::TooDeep => "too-deep",
            Self::NotCanonical => "not-canonical",
            Self::NewerVersion => "newer-version",
            Self::BadSignature => "bad-signature",
            Self::FieldTooLong => "field-too-long",
            Self::OutOfRange => "out-of-range",
            Self::WrongFounding => "wrong-founding",
        }
    }
}

impl Draft {
    /// Signs the draft: the event, its block and the block's name.
    pub fn sign(self, keypair: &Keypair) -> Result<(Cid, Event, Vec<u8>), EventError> {
        let Self { room, author, seq, prev, parents, depth, at, body } = self;
        let sig = ByteArray::new([0; 64]);
        let mut event = Event { v: VERSION, room, author, seq, prev, parents, depth, at, body, sig };
        event.check()?;
        let mut block = event.encode()?;
        let scan = scan(&block)?;
        event.sig = ByteArray::new(keypair.sign(&signed_bytes(&block, &scan)?));
        // The signature is the end of its entry, and its length never varies.
        let sig =
            scan.sig.and_then(|entry| block.get_mut(entry)?.last_chunk_mut::<64>()).ok_or(EventError::Malformed)?;
        *sig = *event.sig;
        Ok((Cid::of(&block), event, block))
    }
}

impl Event {
    /// Reads a block: size, shape, canonical form and limits, but *not* the signature. For blocks whose signature was
    /// checked before they were stored.
    pub fn decode(block: &[u8]) -> Result<Self, EventError> {
        Self::read(block).map(|(event, _)| event)
    }

    /// Reads a block and checks its author's signature.
    pub fn decode_and_verify(block: &[u8]) -> Result<Self, EventError> {
        let (event, scan) = Self::read(block)?;
        event.verify_read(block, &scan, None)?;
        Ok(event)
    }

    /// Everything the author has seen directly: `prev` and `parents`.
    pub fn seen(&self) -> impl Iterator<Item = &Cid> {
        self.prev.iter().chain(&self.parents)
    }

    /// Reads a block; where its parts stand is needed to check the signature.
    pub(crate) fn read(block: &[u8]) -> Result<(Self, Scan), EventError> {
        if block.len() > limits::BLOCK_BYTES {
            return Err(EventError::TooLarge);
        }
        let scan = scan(block)?;
        match scan.version {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => return Err(EventError::NewerVersion),
            _ => return Err(EventError::Malformed),
        }
        let event: Self = serde_ipld_dagcbor::from_slice(block).map_err(|_| EventError::Malformed)?;
        // Canonical CBOR can still say one thing in two ways: a field that is absent, or there and empty.
        if event.encode()? != block {
            return Err(EventError::NotCanonical);
        }
        event.check()?;
        Ok((event, scan))
    }

    /// Whether the signature of an event just read from `block` is its author's, whose key may be at hand.
    pub(crate) fn verify_read(&self, block: &[u8], scan: &Scan, key: Option<&Verifier>) -> Result<(), EventError> {
        let signed = signed_bytes(block, scan)?;
        let good = match key {
            Some(key) => key.verify(&signed, &self.sig),
            None => self.author.verify(&signed, &self.sig),
        };
        if good { Ok(()) } else { Err(EventError::BadSignature) }
    }

    fn encode(&self) -> Result<Vec<u8>, EventError> {
        let block = encode(self).map_err(|_| EventError::Malformed)?;
        if block.len() > limits::BLOCK_BYTES { Err(EventError::TooLarge) } else { Ok(block) }
    }

    /// What can be said of an event without knowing its past.
    fn check(&self) -> Result<(), EventError> {
        let within = |numbers: &[u64]| numbers.iter().all(|it| *it <= limits::NUMBER);
        if !within(&[self.seq, self.depth, self.at]) || !self.body.is_in_range() {
            return Err(EventError::OutOfRange);
        }
        if self.parents.len() > limits::PARENTS || !self.body.is_within_limits() {
            return Err(EventError::FieldTooLong);
        }
        let first = self.seq == 0 && self.prev.is_none() && self.parents.is_empty() && self.depth == 1;
        match (&self.room, &self.body) {
            (None, Body::RoomFounded(_)) if first => Ok(()),
            (None, _) | (Some(_), Body::RoomFounded(_)) => Err(EventError::WrongFounding),
            (Some(_), _) => Ok(()),
        }
    }
}

/// What a signature covers: the domain, and the block without its entry `sig`. In the canonical form the entries of a
/// map stand on their own, so taking one out gives the canonical form of what is left.
fn signed_bytes(block: &[u8], scan: &Scan) -> Result<Vec<u8>, EventError> {
    /// The first byte of a map of up to 23 entries, but for their number.
    const MAP: u8 = 5 << 5;
    let sig = scan.sig.clone().ok_or(EventError::Malformed)?;
    let (before, after) = block.get(1..sig.start).zip(block.get(sig.end..)).ok_or(EventError::Malformed)?;
    // An event has ten entries at most, so their number stands in the first byte.
    let fewer = scan.entries.checked_sub(1).filter(|it| *it < 23).ok_or(EventError::Malformed)?;
    Ok([DOMAIN, &[MAP | fewer as u8], before, after].concat())
}
