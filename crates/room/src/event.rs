//! One signed, immutable entry of the room's log, and its one canonical encoding.
//!
//! Whether a block is an event depends on its form and its envelope alone. What its body means is looked at afterwards
//! and changes nothing about that: see [`Body`].

use std::ops::Range;

use serde::Serialize;
use serde_bytes::ByteArray;

use crate::{Body, Cid, Keypair, NodeId, batch::Batch, encode::encode, limits, node::Verifier, scan::Reader};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Format version.
    pub v: u64,
    /// The room; absent in the founding event itself.
    pub room: Option<Cid>,
    /// Who wrote it.
    pub author: NodeId,
    /// Position in the author's own chain.
    pub seq: u64,
    /// The author's previous event; absent at `seq` 0.
    pub prev: Option<Cid>,
    /// Tips of the log the author had seen, `prev` apart; deepest first.
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

/// An event on its way into a block; its entries are put in order by the encoder.
#[derive(Serialize)]
struct Unsigned<'a> {
    v: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<Cid>,
    author: NodeId,
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    prev: Option<Cid>,
    #[serde(skip_serializing_if = "<[Cid]>::is_empty")]
    parents: &'a [Cid],
    depth: u64,
    at: u64,
    body: &'a Body,
    #[serde(skip_serializing_if = "Option::is_none")]
    sig: Option<ByteArray<64>>,
}

/// Where in a block its signature stands.
#[derive(Debug, Clone)]
pub(crate) struct Signature {
    /// Entries of the event's map.
    entries: u64,
    /// The entry `sig`, key and value.
    entry: Range<usize>,
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
    /// Parents or the name of the kind over their limit; of what is to be written, a title, name, tag, note or list too.
    #[error("a field is over its limit")]
    FieldTooLong,
    /// A number over [`limits::NUMBER`]; of what is to be written, one beyond what its field means, too.
    #[error("a number is out of its range")]
    OutOfRange,
    /// Belongs to no room and does not stand at the beginning of one; of what is to be written, also what founds a room
    /// elsewhere, or does not found one there.
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
    /// Signs the draft: the event, its block and the block's name. What its kind does not allow is not written.
    pub fn sign(self, keypair: &Keypair) -> Result<(Cid, Event, Vec<u8>), EventError> {
        let Self { room, author, seq, prev, parents, depth, at, body } = self;
        body.check()?;
        if matches!(body, Body::RoomFounded(_)) != room.is_none() && !matches!(body, Body::Unknown(_)) {
            return Err(EventError::WrongFounding);
        }
        let mut unsigned =
            Unsigned { v: VERSION, room, author, seq, prev, parents: &parents, depth, at, body: &body, sig: None };
        let signed = encode(&unsigned).map_err(|_| EventError::Malformed)?;
        let sig = ByteArray::new(keypair.sign(&[DOMAIN, &signed].concat()));
        unsigned.sig = Some(sig);
        let block = encode(&unsigned).map_err(|_| EventError::Malformed)?;
        if block.len() > limits::BLOCK_BYTES {
            return Err(EventError::TooLarge);
        }
        let event = match body {
            // Read as everybody will read it.
            Body::Unknown(_) => Event::decode(&block)?,
            body => Event { v: VERSION, room, author, seq, prev, parents, depth, at, body, sig },
        };
        event.check()?;
        Ok((Cid::of(&block), event, block))
    }
}

impl Event {
    /// Reads a block: size, canonical form and envelope, but *not* the signature. For blocks whose signature was checked
    /// before they were stored.
    pub fn decode(block: &[u8]) -> Result<Self, EventError> {
        Self::read(block).map(|(event, _)| event)
    }

    /// Reads a block and checks its author's signature.
    pub fn decode_and_verify(block: &[u8]) -> Result<Self, EventError> {
        let (event, signature) = Self::read(block)?;
        event.verify_read(block, &signature, None)?;
        Ok(event)
    }

    /// The block, written again from what was read of it: for tests. `None`: what is unknown is not kept beside its block.
    #[cfg(any(test, feature = "test-utils"))]
    pub fn encode(&self) -> Option<Vec<u8>> {
        let Self { v, room, author, seq, prev, ref parents, depth, at, ref body, sig } = *self;
        let known = !matches!(body, Body::Unknown(_));
        let event = Unsigned { v, room, author, seq, prev, parents, depth, at, body, sig: Some(sig) };
        known.then(|| encode(&event).ok()).flatten()
    }

    /// Everything the author has seen directly: `prev` and `parents`.
    pub fn seen(&self) -> impl Iterator<Item = &Cid> {
        self.prev.iter().chain(&self.parents)
    }

    /// Reads a block; where its signature stands is needed to check it.
    pub(crate) fn read(block: &[u8]) -> Result<(Self, Signature), EventError> {
        if block.len() > limits::BLOCK_BYTES {
            return Err(EventError::TooLarge);
        }
        let mut reader = Reader::new(block);
        let entries = reader.map()?;
        let (mut version, mut author, mut seq, mut depth, mut at) = (None, None, None, None, None);
        let (mut room, mut prev, mut parents, mut body, mut signature) = (None, None, Vec::new(), None, None);
        let mut last = None;
        for _ in 0..entries {
            let start = reader.at();
            let key = reader.key(last)?;
            last = Some(key);
            match key {
                // The shortest key comes first. A newer format may be of any shape, as long as it is canonical.
                b"v" => version = Some(reader.number()?),
                _ if version.is_some_and(|it| it > VERSION) => reader.value(1)?,
                b"at" => at = Some(reader.number()?),
                b"seq" => seq = Some(reader.number()?),
                b"sig" => signature = Some((reader.bytes()?, start..reader.at())),
                b"body" => body = Some(read_body(block, &mut reader)?),
                b"prev" => prev = Some(link(&mut reader)?),
                b"room" => room = Some(link(&mut reader)?),
                b"depth" => depth = Some(reader.number()?),
                b"author" => author = Some(NodeId::from_bytes(reader.bytes()?)),
                b"parents" => parents = links(&mut reader)?,
                _ => return Err(EventError::Malformed),
            }
        }
        reader.end()?;
        match version {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => return Err(EventError::NewerVersion),
            _ => return Err(EventError::Malformed),
        }
        let lacks = EventError::Malformed;
        let (kind, content) = body.ok_or(lacks)?;
        let (sig, entry) = signature.ok_or(lacks)?;
        let event = Self {
            v: VERSION,
            room,
            author: author.ok_or(lacks)?,
            seq: seq.ok_or(lacks)?,
            prev,
            parents,
            depth: depth.ok_or(lacks)?,
            at: at.ok_or(lacks)?,
            body: Body::read(kind, content, room.is_none()),
            sig: ByteArray::new(sig),
        };
        event.check()?;
        Ok((event, Signature { entries, entry }))
    }

    /// Whether the signature of an event just read from `block` is its author's, whose key may be at hand.
    pub(crate) fn verify_read(
        &self,
        block: &[u8],
        signature: &Signature,
        key: Option<&Verifier>,
    ) -> Result<(), EventError> {
        let signed = signed_bytes(block, signature)?;
        let good = match key {
            Some(key) => key.verify(&signed, &self.sig),
            None => self.author.verify(&signed, &self.sig),
        };
        if good { Ok(()) } else { Err(EventError::BadSignature) }
    }

    /// Leaves that to a batch.
    pub(crate) fn join(&self, block: &[u8], signature: &Signature, key: Option<&Verifier>, batch: &mut Batch) {
        match signed_bytes(block, signature) {
            Ok(signed) => batch.push(&self.author, key, &signed, &self.sig),
            Err(_) => batch.push_bad(),
        }
    }

    /// What can be said of an envelope without knowing its past.
    fn check(&self) -> Result<(), EventError> {
        if [self.seq, self.depth, self.at].iter().any(|it| *it > limits::NUMBER) {
            return Err(EventError::OutOfRange);
        }
        if self.parents.len() > limits::PARENTS {
            return Err(EventError::FieldTooLong);
        }
        let first = self.seq == 0 && self.prev.is_none() && self.parents.is_empty() && self.depth == 1;
        if self.room.is_some() || first { Ok(()) } else { Err(EventError::WrongFounding) }
    }
}

/// Kind and content of a body: a map of one entry.
fn read_body<'a>(block: &'a [u8], reader: &mut Reader<'a>) -> Result<(&'a str, &'a [u8]), EventError> {
    /// The event's map and the body's are around the content.
    const AROUND: usize = 2;
    if reader.map()? != 1 {
        return Err(EventError::Malformed);
    }
    let kind = reader.text()?;
    if kind.chars().take(limits::TAG_CHARS + 1).count() > limits::TAG_CHARS {
        return Err(EventError::FieldTooLong);
    }
    let start = reader.at();
    reader.value(AROUND)?;
    Ok((kind, block.get(start..reader.at()).ok_or(EventError::Malformed)?))
}

/// A link in the envelope; without one the field is absent.
fn link(reader: &mut Reader) -> Result<Cid, EventError> {
    if reader.is_null() { Err(EventError::NotCanonical) } else { reader.cid() }
}

/// The parents; without any the field is absent.
fn links(reader: &mut Reader) -> Result<Vec<Cid>, EventError> {
    match reader.list()? {
        0 => Err(EventError::NotCanonical),
        many if many > limits::PARENTS as u64 => Err(EventError::FieldTooLong),
        some => (0..some).map(|_| reader.cid()).collect(),
    }
}

/// What a signature covers: the domain, and the block without its entry `sig`. In the canonical form the entries of a
/// map stand on their own, so taking one out gives the canonical form of what is left.
fn signed_bytes(block: &[u8], signature: &Signature) -> Result<Vec<u8>, EventError> {
    /// The first byte of a map of up to 23 entries, but for their number.
    const MAP: u8 = 5 << 5;
    let Signature { entries, entry } = signature;
    let (before, after) = block.get(1..entry.start).zip(block.get(entry.end..)).ok_or(EventError::Malformed)?;
    // An event has ten entries at most, so their number stands in the first byte.
    let fewer = entries.checked_sub(1).filter(|it| *it < 23).ok_or(EventError::Malformed)?;
    Ok([DOMAIN, &[MAP | fewer as u8], before, after].concat())
}
