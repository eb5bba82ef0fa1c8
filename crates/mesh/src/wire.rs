//! What nodes say to one another once membership is proved: versioned messages in DAG-CBOR, and nothing else.
//!
//! Two lanes, so that what is live never waits behind what is bulk. Every message is bounded before it is decoded
//! ([`LIVE_BYTES`], [`BULK_BYTES`]), lists inside it after ([`MessageError::TooMany`]). Names of blocks travel as bare
//! digests, since all else in a CID never varies. This module decides nothing: it only reads and writes.

use paceline_room::{Cid, Keypair, NodeId, limits};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, de::Error as _};
use serde_bytes::{ByteArray, ByteBuf};

/// The version this build speaks; the first item of every message.
pub const VERSION: u64 = 1;
/// Bytes of one message on the live lane: an event block and its words at their largest fit.
pub const LIVE_BYTES: usize = 64 * 1024;
/// Bytes of one message on the bulk lane.
pub const BULK_BYTES: usize = 256 * 1024;
/// Names in one list of the live lane.
pub const LIVE_CIDS: usize = 1024;
/// Names in one list of the bulk lane.
pub const BULK_CIDS: usize = 4096;
/// Posts that go ahead of a stream of everything: a page to read.
pub const NEWEST: usize = 30;
/// Tips that a hello or a beacon reports.
pub const TIPS: usize = 64;
/// Links that a beacon lists (by [`ShortId`]).
pub const LINKS: usize = 128;
/// Missing words that a beacon lists (by [`ShortId`]).
pub const MISSING_WORDS: usize = 32;
/// Bytes of a letter: what one sealed envelope of signalling takes at most.
pub const LETTER_BYTES: usize = 16 * 1024;
/// Links that a letter crosses at most.
pub const LETTER_LINKS: u8 = 3;
/// What a beacon's signature covers before its bytes.
const BEACON_DOMAIN: &[u8] = b"paceline/beacon/1";

const _: () = assert!(limits::BLOCK_BYTES + limits::WORDS_BLOCK_BYTES + 64 <= LIVE_BYTES);

/// A place in the order of display and reconciliation: depth, then name.
pub type Key = (u64, Cid);

/// The first 8 bytes of a node's key or of a digest: enough to tell apart what a beacon lists. Whoever grinds a
/// collision only makes a node look linked, or words look missing, that are not.
pub type ShortId = [u8; 8];

/// The short form of a node.
pub fn short_node(node: &NodeId) -> ShortId {
    short(node.as_bytes())
}

/// The short form of a name.
pub fn short_cid(cid: &Cid) -> ShortId {
    short(cid.digest())
}

fn short(bytes: &[u8; 32]) -> ShortId {
    let [a, b, c, d, e, f, g, h, ..] = *bytes;
    [a, b, c, d, e, f, g, h]
}

/// Why a message is refused before anything acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum MessageError {
    /// Over its lane's limit.
    #[error("the message is over its lane's limit")]
    TooLarge,
    /// Not a message of this protocol.
    #[error("the message cannot be read")]
    Malformed,
    /// Of a version this build does not speak.
    #[error("the message is of a newer version")]
    NewerVersion,
    /// A list over its limit.
    #[error("a list in the message is over its limit")]
    TooMany,
    /// The beacon's signature is not its node's.
    #[error("the beacon's signature is not its node's")]
    BadBeacon,
}

impl MessageError {
    /// The stable name under which refusals are counted.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::Malformed | Self::TooMany => "bad-message",
            Self::NewerVersion => "newer-message",
            Self::BadBeacon => "bad-beacon",
        }
    }
}

/// Names of blocks, on the wire one byte string of digests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cids(pub Vec<Cid>);

impl Serialize for Cids {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0.iter().flat_map(|cid| *cid.digest()).collect::<Vec<u8>>())
    }
}

impl<'de> Deserialize<'de> for Cids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = ByteBuf::deserialize(deserializer)?;
        let (digests, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(D::Error::custom("not whole digests"));
        }
        Ok(Self(digests.iter().map(|digest| Cid::from_digest(*digest)).collect()))
    }
}

/// Short ids, on the wire one byte string.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShortIds(pub Vec<ShortId>);

impl Serialize for ShortIds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0.concat())
    }
}

impl<'de> Deserialize<'de> for ShortIds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = ByteBuf::deserialize(deserializer)?;
        let (ids, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(D::Error::custom("not whole short ids"));
        }
        Ok(Self(ids.to_vec()))
    }
}

/// What is urgent and small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Live {
    /// The first message on a link, both ways.
    Hello(Hello),
    /// An event and its words.
    Push(Push),
    /// Names of events the sender holds and did not push here.
    Announce(Announce),
    /// Push me these, and what comes from now on. Empty: only the latter.
    Graft(Cids),
    /// Stop pushing, announce instead.
    Prune,
    /// A node's presence, the sender's own or passed on.
    Beacon(Signed),
    /// A letter on its way to a member.
    Carry(Carry),
}

/// What is said first on a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello(
    /// How many events the sender has admitted.
    pub u64,
    /// Tips of what it has admitted, deepest first, at most [`TIPS`].
    pub Cids,
    /// The latest beacon it has of the receiver, who counts on from there (so a reload needs no clock and no storage).
    pub Option<Signed>,
);

/// An event on its way through the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push(
    /// The event block.
    pub ByteBuf,
    /// The words block, if it has one and it is at hand.
    pub Option<ByteBuf>,
    /// How many links it has crossed before this one.
    pub u8,
    /// From its author, who pushed it to all its links: those it is linked with need no second copy.
    pub bool,
);

/// What could be asked for with [`Live::Graft`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announce(
    /// Names.
    pub Cids,
    /// For each, how many links it crossed to reach the sender.
    pub ByteBuf,
);

/// Small bytes for a member who may not be a neighbour, sealed by whoever wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carry(
    /// For whom.
    pub NodeId,
    /// How many links it may cross after this one; below [`LETTER_LINKS`].
    pub u8,
    /// The letter, at most [`LETTER_BYTES`].
    pub ByteBuf,
);

/// A beacon as signed bytes, so that it can be passed on unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed(
    /// The encoded [`Beacon`].
    pub ByteBuf,
    /// Ed25519 over the domain and those bytes.
    pub ByteArray<64>,
);

/// Whether a node is at its tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its tab is visible.
    Here,
    /// Its tab is hidden.
    Away,
    /// It leaves on purpose.
    Gone,
}

/// What a node says of itself every few seconds and on change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beacon {
    /// The room.
    #[serde(rename = "r")]
    pub room: ByteArray<32>,
    /// Who speaks.
    #[serde(rename = "n")]
    pub node: NodeId,
    /// Counts up; an older one is never believed over a newer.
    #[serde(rename = "c")]
    pub counter: u64,
    /// At its tab or not.
    #[serde(rename = "s")]
    pub state: State,
    /// Tips of what it has *stored*, at most [`TIPS`]: it holds all their ancestors.
    #[serde(rename = "t")]
    pub tips: Cids,
    /// How many events it has stored.
    #[serde(rename = "e")]
    pub events: u64,
    /// Words of stored events that it wants and has not stored, at most [`MISSING_WORDS`].
    #[serde(rename = "w")]
    pub missing_words: ShortIds,
    /// More words are missing than are listed.
    #[serde(rename = "m")]
    pub more_missing: bool,
    /// Whom it is linked with, at most [`LINKS`].
    #[serde(rename = "l")]
    pub links: ShortIds,
    /// It listens where newcomers call: at a server that is reached now.
    #[serde(rename = "h")]
    pub listens: bool,
}

impl Signed {
    /// Signs a beacon.
    pub fn new(beacon: &Beacon, keypair: &Keypair) -> Result<Self, MessageError> {
        let bytes = serde_ipld_dagcbor::to_vec(beacon).map_err(|_| MessageError::Malformed)?;
        let sig = keypair.sign(&[BEACON_DOMAIN, &bytes].concat());
        Ok(Self(ByteBuf::from(bytes), ByteArray::new(sig)))
    }

    /// Reads it, without checking the signature.
    pub fn read(&self, room: &Cid) -> Result<Beacon, MessageError> {
        let beacon: Beacon = serde_ipld_dagcbor::from_slice(&self.0).map_err(|_| MessageError::Malformed)?;
        if *beacon.room != *room.digest() {
            return Err(MessageError::BadBeacon);
        }
        let few = beacon.tips.0.len() <= TIPS
            && beacon.missing_words.0.len() <= MISSING_WORDS
            && beacon.links.0.len() <= LINKS;
        if few { Ok(beacon) } else { Err(MessageError::TooMany) }
    }

    /// Whether `node` signed it.
    pub fn is_signed_by(&self, node: &NodeId) -> bool {
        node.verify(&[BEACON_DOMAIN, &self.0].concat(), &self.1)
    }
}

/// What may take its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bulk {
    /// A round of reconciliation, by who began it (a negentropy message).
    Round(ByteBuf),
    /// The other side's answer to a round.
    Answer(ByteBuf),
    /// Ends a reconciliation: what the other side lacks.
    Have(Have),
    /// Send me these blocks.
    Want(Want),
    /// Answers a [`Bulk::Want`], in as many messages as it takes.
    Blocks(Blocks),
    /// Send me all you hold after this place, in order of display, so many pages now.
    Stream(Stream),
    /// So many pages more.
    More(u8),
    /// One page of a stream.
    Page(Page),
    /// The newest posts, in order of display, before the first page of a long stream: for the eyes, since they cannot be
    /// admitted before all the rest is.
    Newest(Vec<Item>),
}

/// What one side of a finished reconciliation holds and the other does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Have(
    /// Names of events, in order of depth.
    pub Cids,
    /// Whether that is all; if not, begin a reconciliation yourself.
    pub bool,
);

/// A request for blocks by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want(
    /// Comes back in the answers.
    pub u64,
    /// Events, with their words.
    pub Cids,
    /// Words alone.
    pub Cids,
);

/// Some of the blocks asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocks(
    /// Of the request.
    pub u64,
    /// Events in order of depth.
    pub Vec<Item>,
    /// Words asked for alone.
    pub Vec<ByteBuf>,
    /// Asked for and not here.
    pub Cids,
    /// The last answer to this request; what is still lacking may be asked for again.
    pub bool,
);

/// An event block and, if it has words and they are at hand, theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item(
    /// The event.
    pub ByteBuf,
    /// Its words.
    pub Option<ByteBuf>,
);

/// A request for everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream(
    /// Depth of the last event received, 0 for none.
    pub u64,
    /// Its digest.
    pub ByteArray<32>,
    /// Pages to send now.
    pub u8,
);

/// A page of everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page(
    /// Events in order of display.
    pub Vec<Item>,
    /// Events still to come after this page.
    pub u64,
    /// Depth of the last event on it.
    pub u64,
    /// Its digest.
    pub ByteArray<32>,
);

impl Live {
    /// The message in bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads a message.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        let message = decode(bytes, LIVE_BYTES)?;
        let few = match &message {
            Self::Hello(hello) => hello.1.0.len() <= TIPS,
            Self::Announce(announce) => announce.0.0.len() <= LIVE_CIDS && announce.0.0.len() == announce.1.len(),
            Self::Graft(cids) => cids.0.len() <= LIVE_CIDS,
            Self::Carry(carry) => carry.1 < LETTER_LINKS && carry.2.len() <= LETTER_BYTES,
            Self::Push(_) | Self::Prune | Self::Beacon(_) => true,
        };
        if few { Ok(message) } else { Err(MessageError::TooMany) }
    }
}

impl Bulk {
    /// The message in bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads a message.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        let message = decode(bytes, BULK_BYTES)?;
        let few = match &message {
            Self::Have(have) => have.0.0.len() <= BULK_CIDS,
            Self::Want(want) => want.1.0.len() + want.2.0.len() <= BULK_CIDS,
            Self::Blocks(blocks) => blocks.3.0.len() <= BULK_CIDS,
            Self::Newest(items) => items.len() <= NEWEST,
            Self::Round(_) | Self::Answer(_) | Self::Stream(_) | Self::More(_) | Self::Page(_) => true,
        };
        if few { Ok(message) } else { Err(MessageError::TooMany) }
    }
}

fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    // Plain data into memory: nothing here can fail, and an empty message is refused by whoever gets it.
    serde_ipld_dagcbor::to_vec(&(VERSION, message)).unwrap_or_default()
}

fn decode<T: DeserializeOwned>(bytes: &[u8], most: usize) -> Result<T, MessageError> {
    if bytes.len() > most {
        return Err(MessageError::TooLarge);
    }
    // A two-item array whose first item is a small number: enough to tell a newer version from noise.
    if let [0x82, version @ 0..24, ..] = bytes
        && u64::from(*version) > VERSION
    {
        return Err(MessageError::NewerVersion);
    }
    let (version, message): (u64, T) = serde_ipld_dagcbor::from_slice(bytes).map_err(|_| MessageError::Malformed)?;
    if version == VERSION { Ok(message) } else { Err(MessageError::Malformed) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cids(count: usize) -> Cids {
        Cids((0..count as u64).map(|number| Cid::of(&number.to_le_bytes())).collect())
    }

    fn beacon() -> Beacon {
        Beacon {
            room: ByteArray::new([1; 32]),
            node: Keypair::from_secret([2; 32]).node(),
            counter: 3,
            state: State::Away,
            tips: cids(2),
            events: 4,
            missing_words: ShortIds(vec![[5; 8]]),
            more_missing: true,
            links: ShortIds(vec![[6; 8], [7; 8]]),
            listens: true,
        }
    }

    fn signed() -> Signed {
        Signed::new(&beacon(), &Keypair::from_secret([2; 32])).unwrap()
    }

    #[test]
    fn every_message_reads_back_as_it_was_written() {
        let block = || ByteBuf::from(vec![1, 2, 3]);
        let digest = ByteArray::new([9; 32]);
        let live = [
            Live::Hello(Hello(7, cids(3), Some(signed()))),
            Live::Push(Push(block(), Some(block()), 3, true)),
            Live::Announce(Announce(cids(2), ByteBuf::from(vec![0, 1]))),
            Live::Graft(cids(1)),
            Live::Prune,
            Live::Beacon(signed()),
            Live::Carry(Carry(beacon().node, 2, block())),
        ];
        for message in live {
            assert_eq!(Live::decode(&message.encode()), Ok(message));
        }
        let bulk = [
            Bulk::Round(block()),
            Bulk::Answer(block()),
            Bulk::Have(Have(cids(2), false)),
            Bulk::Want(Want(1, cids(2), cids(1))),
            Bulk::Blocks(Blocks(1, vec![Item(block(), None)], vec![block()], cids(1), true)),
            Bulk::Stream(Stream(8, digest, 4)),
            Bulk::More(2),
            Bulk::Newest(vec![Item(block(), Some(block())), Item(block(), None)]),
            Bulk::Page(Page(vec![Item(block(), Some(block()))], 1, 8, digest)),
        ];
        for message in bulk {
            assert_eq!(Bulk::decode(&message.encode()), Ok(message));
        }
    }

    #[test]
    fn the_largest_event_fits_a_live_message_and_two_a_bulk_one() {
        let block = || ByteBuf::from(vec![0; limits::BLOCK_BYTES]);
        let words = || Some(ByteBuf::from(vec![0; limits::WORDS_BLOCK_BYTES]));
        assert!(Live::Push(Push(block(), words(), u8::MAX, true)).encode().len() <= LIVE_BYTES);
        let items = vec![Item(block(), words()), Item(block(), words())];
        assert!(Bulk::Page(Page(items, u64::MAX, u64::MAX, ByteArray::new([0; 32]))).encode().len() <= BULK_BYTES);
    }

    #[test]
    fn a_message_over_its_lanes_limit_is_too_large() {
        assert_eq!(Live::decode(&vec![0; LIVE_BYTES + 1]), Err(MessageError::TooLarge));
        assert_eq!(Bulk::decode(&vec![0; BULK_BYTES + 1]), Err(MessageError::TooLarge));
    }

    #[test]
    fn a_message_of_a_newer_version_is_told_from_noise() {
        let mut bytes = Live::Prune.encode();
        bytes[1] = 2;
        assert_eq!(Live::decode(&bytes), Err(MessageError::NewerVersion));
        bytes[1] = 0;
        assert_eq!(Live::decode(&bytes), Err(MessageError::Malformed));
        assert_eq!(Live::decode(b"noise"), Err(MessageError::Malformed));
    }

    #[test]
    fn a_list_over_its_limit_is_too_many() {
        assert_eq!(Live::decode(&Live::Graft(cids(LIVE_CIDS + 1)).encode()), Err(MessageError::TooMany));
        assert_eq!(Live::decode(&Live::Hello(Hello(0, cids(TIPS + 1), None)).encode()), Err(MessageError::TooMany));
        assert_eq!(Bulk::decode(&Bulk::Have(Have(cids(BULK_CIDS + 1), true)).encode()), Err(MessageError::TooMany));
        let newest = Bulk::Newest(vec![Item(ByteBuf::new(), None); NEWEST + 1]);
        assert_eq!(Bulk::decode(&newest.encode()), Err(MessageError::TooMany));
        let want = Bulk::Want(Want(1, cids(BULK_CIDS), cids(1)));
        assert_eq!(Bulk::decode(&want.encode()), Err(MessageError::TooMany));
        let lame = Live::Announce(Announce(cids(2), ByteBuf::from(vec![0])));
        assert_eq!(Live::decode(&lame.encode()), Err(MessageError::TooMany));
        let letter = |links, bytes| Live::Carry(Carry(beacon().node, links, ByteBuf::from(vec![0; bytes])));
        assert!(Live::decode(&letter(LETTER_LINKS - 1, LETTER_BYTES).encode()).is_ok());
        assert_eq!(Live::decode(&letter(LETTER_LINKS, 1).encode()), Err(MessageError::TooMany));
        assert_eq!(Live::decode(&letter(0, LETTER_BYTES + 1).encode()), Err(MessageError::TooMany));
        let key = Keypair::from_secret([2; 32]);
        let room = Cid::from_digest([1; 32]);
        let long = Signed::new(&Beacon { tips: cids(TIPS + 1), ..beacon() }, &key).unwrap();
        assert_eq!(long.read(&room), Err(MessageError::TooMany));
    }

    #[test]
    fn a_beacon_speaks_for_its_node_in_its_room() {
        let (room, key) = (Cid::from_digest([1; 32]), Keypair::from_secret([2; 32]));
        assert_eq!(signed().read(&room), Ok(beacon()));
        assert!(signed().is_signed_by(&key.node()));
        assert!(!signed().is_signed_by(&Keypair::from_secret([3; 32]).node()));
        assert_eq!(signed().read(&Cid::from_digest([2; 32])), Err(MessageError::BadBeacon));
        let mut changed = signed();
        let last = changed.0.len() - 1;
        changed.0[last] ^= 1;
        assert!(!changed.is_signed_by(&key.node()));
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = Live::decode(&bytes);
            let _ = Bulk::decode(&bytes);
            let _ = Signed(ByteBuf::from(bytes), ByteArray::new([0; 64])).read(&Cid::from_digest([1; 32]));
        }

        #[test]
        fn no_changed_byte_makes_a_decoder_panic(at in 0usize..200, to in any::<u8>()) {
            let item = Item(ByteBuf::from(vec![1; 40]), Some(ByteBuf::from(vec![2; 40])));
            let mut bytes = Bulk::Page(Page(vec![item.clone(), item], 1, 2, ByteArray::new([0; 32]))).encode();
            let at = at % bytes.len();
            bytes[at] = to;
            let _ = Bulk::decode(&bytes);
            let mut bytes = Live::Hello(Hello(1, cids(2), Some(signed()))).encode();
            let at = at % bytes.len();
            bytes[at] = to;
            let _ = Live::decode(&bytes);
        }
    }
}
