//! What nodes say to one another once membership is proved: messages in canonical DAG-CBOR, and nothing else.
//!
//! A message is a map of one entry: its kind, and a map of named parts. A part that this build does not know is skipped and
//! counted, and so is a message of a kind that it does not know: whoever sent it runs a newer build and is no offender. What is
//! not in canonical form, lacks a part or breaks a bound is. With builds from before the first release the same messages are
//! exchanged in another [`Form`]; who speaks which is agreed on when a lane opens.
//!
//! Two lanes, so that what is live never waits behind what is bulk. Every message is bounded before it is decoded
//! ([`LIVE_BYTES`], [`BULK_BYTES`]), lists inside it after ([`MessageError::TooMany`]). Names of blocks travel as bare digests,
//! since all else in a CID never varies. This module decides nothing: it only reads and writes. `docs/format.md` describes it.

mod behind;
mod codec;
mod floor;
mod names;
#[cfg(test)]
mod tests;

use paceline_room::{Cid, Keypair, NodeId, canonical, limits};
use serde_bytes::{ByteArray, ByteBuf};

pub use behind::Behind;
pub use codec::Form;
use codec::{Only, PLACED_VERSION, Read, Reader, Value, Write, Writer, next, record};
pub use floor::{Floor, TimeLeft};
pub use names::{Cids, ShortId, ShortIds};

/// Bytes of one message on the live lane: an event block and its words at their largest fit.
pub const LIVE_BYTES: usize = 64 * 1024;
/// Bytes of one message on the bulk lane.
pub const BULK_BYTES: usize = 256 * 1024;
/// Names in one list of the live lane.
pub const LIVE_CIDS: usize = 1024;
/// Names in one list of the bulk lane.
pub const BULK_CIDS: usize = 4096;
/// Authors in one version vector: of a room of that many, those who were here first.
pub const SINCE_AUTHORS: usize = 1024;
/// Names in the answer to one.
pub const AHEAD_CIDS: usize = 2048;
/// Posts that go ahead of a stream of everything: a page to read.
pub const NEWEST: usize = 30;
/// Tips that a hello or a beacon reports.
pub const TIPS: usize = 64;
/// Links that a beacon lists (by [`ShortId`]).
pub const LINKS: usize = 128;
/// Missing words that a beacon lists (by [`ShortId`]).
pub const MISSING_WORDS: usize = 32;
/// Bytes of a relayed message: what one sealed envelope of signalling takes at most.
pub const RELAYED_BYTES: usize = 16 * 1024;
/// Links that a relayed message crosses at most.
pub const RELAYED_LINKS: u8 = 3;
/// What a beacon's signature covers before its bytes.
/// Bytes of a beacon at most: twice what [`TIPS`], [`LINKS`] and [`MISSING_WORDS`] take, for what later builds add.
pub const BEACON_BYTES: usize = 8 * 1024;
const BEACON_DOMAIN: &[u8] = b"paceline/beacon/1";

const _: () = assert!(limits::BLOCK_BYTES + limits::WORDS_BLOCK_BYTES + 128 <= LIVE_BYTES);

/// A place in the order of display and reconciliation: depth, then name.
pub type Key = (u64, Cid);

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
    /// Of a kind or version that this build does not know: written by a newer one, which is no offence.
    #[error("the message is of a newer version")]
    Newer,
    /// A list over its limit.
    #[error("a list in the message is over its limit")]
    TooMany,
    /// The beacon's signature is not its node's.
    #[error("the beacon's signature is not its node's")]
    BadBeacon,
}

/// The stable name under which messages of kinds unknown here are counted.
pub const NEWER_MESSAGE: &str = "newer-message";
/// The stable name under which messages with parts unknown here are counted.
pub const NEWER_FIELD: &str = "newer-field";

impl MessageError {
    /// The stable name under which refusals are counted.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::Malformed | Self::TooMany => "bad-message",
            Self::Newer => NEWER_MESSAGE,
            Self::BadBeacon => "bad-beacon",
        }
    }
}

/// What is urgent and small.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// A relayed message on its way to a member.
    Carry(Carry),
}

/// What is said first on a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello(
    /// How many events the sender has admitted.
    pub u64,
    /// Tips of what it has admitted, deepest first, at most [`TIPS`].
    pub Cids,
    /// The latest beacon it has of the receiver, who counts on from there (so a reload needs no clock and no storage).
    pub Option<Signed>,
    /// It knows of more.
    pub Behind,
);

/// An event on its way through the room.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announce(
    /// Names.
    pub Cids,
    /// For each, how many links it crossed to reach the sender.
    pub ByteBuf,
);

/// Small bytes for a member who may not be a neighbour, sealed by whoever wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carry(
    /// For whom.
    pub NodeId,
    /// How many links it may cross after this one; below [`RELAYED_LINKS`].
    pub u8,
    /// The message, at most [`RELAYED_BYTES`].
    pub ByteBuf,
);

/// A beacon as signed bytes, so that it can be passed on unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed(
    /// The encoded [`Beacon`].
    pub ByteBuf,
    /// Ed25519 over the domain and those bytes.
    pub ByteArray<64>,
);

/// Whether a node is at its tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its tab is visible.
    Here,
    /// Its tab is hidden.
    Away,
    /// It leaves on purpose.
    Gone,
}

/// What a node says of itself every few seconds and on change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beacon {
    /// The room.
    pub room: ByteArray<32>,
    /// Who speaks.
    pub node: NodeId,
    /// Counts up; an older one is never believed over a newer.
    pub counter: u64,
    /// At its tab or not.
    pub state: State,
    /// Tips of what it has *stored*, at most [`TIPS`]: it holds all their ancestors.
    pub tips: Cids,
    /// How many events it has stored.
    pub events: u64,
    /// Words of stored events that it wants and has not stored, at most [`MISSING_WORDS`].
    pub missing_words: ShortIds,
    /// More words are missing than are listed.
    pub more_missing: bool,
    /// Whom it is linked with, at most [`LINKS`].
    pub links: ShortIds,
    /// It listens where newcomers call: at a server that is reached now.
    pub listens: bool,
    /// What it says of the meeting that goes on.
    pub floor: Option<Floor>,
    /// It knows of more than it has.
    pub behind: Behind,
}

record!(Hello { 0: "events", 1: "tips", 2: "beacon", 3: "behind" });
record!(Push { 0: "block", 1: "words", 2: "hops", 3: "direct" });
record!(Announce { 0: "events", 1: "hops" });
record!(Carry { 0: "to", 1: "hops", 2: "letter" });
record!(Signed { 0: "beacon", 1: "sig" });
// A beacon is small and goes out all the time.
record!(Beacon {
    room: "r",
    node: "n",
    counter: "c",
    state: "s",
    tips: "t",
    events: "e",
    missing_words: "w",
    more_missing: "m",
    links: "l",
    listens: "h",
    floor: "f",
    behind: "b",
});

impl Write for State {
    fn write(&self, to: &mut Writer) {
        to.text(match self {
            Self::Here => "here",
            Self::Away => "away",
            Self::Gone => "gone",
        });
    }
}

impl Read for State {
    fn read(from: &mut Reader, value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(b"here") => Some(Self::Here),
            Value::Text(b"away") => Some(Self::Away),
            Value::Text(b"gone") => Some(Self::Gone),
            // Something between here and gone.
            Value::Text(_) => {
                from.newer += 1;
                Some(Self::Away)
            }
            _ => None,
        }
    }
}

impl Signed {
    /// Signs a beacon.
    pub fn new(beacon: &Beacon, keypair: &Keypair) -> Self {
        Self::of(Writer::alone(beacon), keypair)
    }

    fn of(bytes: Vec<u8>, keypair: &Keypair) -> Self {
        let sig = keypair.sign(&[BEACON_DOMAIN, &bytes].concat());
        Self(ByteBuf::from(bytes), ByteArray::new(sig))
    }

    fn is_short(&self) -> bool {
        self.0.len() <= BEACON_BYTES
    }

    /// Reads it, without checking the signature.
    pub fn read(&self, room: &Cid) -> Result<Beacon, MessageError> {
        self.read_and_count(room).map(|(beacon, _)| beacon)
    }

    /// The same, with the number of parts that this build does not know.
    pub fn read_and_count(&self, room: &Cid) -> Result<(Beacon, usize), MessageError> {
        canonical::check(&self.0).map_err(|_| MessageError::Malformed)?;
        let mut from = Reader { form: Form::Named, newer: 0 };
        let beacon = next(&mut &self.0[..]).and_then(|value| Beacon::read(&mut from, value));
        let beacon = beacon.ok_or(MessageError::Malformed)?;
        if *beacon.room != *room.digest() {
            return Err(MessageError::BadBeacon);
        }
        let few = beacon.tips.0.len() <= TIPS
            && beacon.missing_words.0.len() <= MISSING_WORDS
            && beacon.links.0.len() <= LINKS;
        if few { Ok((beacon, from.newer)) } else { Err(MessageError::TooMany) }
    }

    /// Whether `node` signed it.
    pub fn is_signed_by(&self, node: &NodeId) -> bool {
        node.verify(&[BEACON_DOMAIN, &self.0].concat(), &self.1)
    }
}

/// What may take its time.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// A version vector: which events of these authors come after those that are here?
    Since(Since),
    /// Answers a [`Bulk::Since`]: names, in turns between the authors, at most [`AHEAD_CIDS`].
    Ahead(Cids),
}

/// How far the chains of some authors are here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Since(
    /// Whose, at most [`SINCE_AUTHORS`].
    pub ShortIds,
    /// For each, the first `seq` that is not here.
    pub Vec<u64>,
);

/// What one side of a finished reconciliation holds and the other does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Have(
    /// Names of events, in order of depth.
    pub Cids,
    /// Whether that is all; if not, begin a reconciliation yourself.
    pub bool,
);

/// A request for blocks by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want(
    /// Comes back in the answers.
    pub u64,
    /// Events, with their words.
    pub Cids,
    /// Words alone.
    pub Cids,
);

/// Some of the blocks asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks(
    /// Of the request.
    pub u64,
    /// Events, in the order in which they were asked for.
    pub Vec<Item>,
    /// Words asked for alone.
    pub Vec<ByteBuf>,
    /// Asked for and not here.
    pub Cids,
    /// The last answer to this request; what is still lacking may be asked for again.
    pub bool,
);

/// An event block and, if it has words and they are at hand, theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item(
    /// The event.
    pub ByteBuf,
    /// Its words.
    pub Option<ByteBuf>,
);

/// A request for everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream(
    /// Depth of the last event received, 0 for none.
    pub u64,
    /// Its digest.
    pub ByteArray<32>,
    /// Pages to send now.
    pub u8,
);

/// A page of everything.
#[derive(Debug, Clone, PartialEq, Eq)]
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

record!(Since { 0: "authors", 1: "seqs" });
record!(Have { 0: "events", 1: "all" });
record!(Want { 0: "serial", 1: "events", 2: "words" });
record!(Blocks { 0: "serial", 1: "items", 2: "words", 3: "lacking", 4: "last" });
record!(Item { 0: "block", 1: "words" });
record!(Stream { 0: "depth", 1: "event", 2: "pages" });
record!(Page { 0: "items", 1: "left", 2: "depth", 3: "event" });

impl Live {
    /// The message in bytes.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_as(Form::Named)
    }

    /// The message in bytes, for who speaks that form.
    pub fn encode_as(&self, form: Form) -> Vec<u8> {
        let (kind, content): (_, &dyn Write) = match self {
            Self::Hello(hello) => ("hello", hello),
            Self::Push(push) => ("push", push),
            Self::Announce(announce) => ("announce", announce),
            Self::Graft(cids) => ("graft", &Only("events", cids)),
            Self::Prune => ("prune", &()),
            Self::Beacon(signed) => ("beacon", signed),
            Self::Carry(carry) => ("carry", carry),
        };
        Writer::message(form, kind, content)
    }

    /// Reads a message, in whichever form.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        Self::decode_and_count(bytes).map(|(message, _)| message)
    }

    /// The same, with the number of parts that this build does not know.
    pub fn decode_and_count(bytes: &[u8]) -> Result<(Self, usize), MessageError> {
        let (mut from, kind, value) = open(bytes, LIVE_BYTES)?;
        let from = &mut from;
        let message = match kind {
            b"hello" => Hello::read(from, value).map(Self::Hello),
            b"push" => Push::read(from, value).map(Self::Push),
            b"announce" => Announce::read(from, value).map(Self::Announce),
            b"graft" => from.only(value, "events").map(Self::Graft),
            b"prune" => <()>::read(from, value).map(|()| Self::Prune),
            b"beacon" => <Signed as Read>::read(from, value).map(Self::Beacon),
            b"carry" => Carry::read(from, value).map(Self::Carry),
            _ => return Err(MessageError::Newer),
        };
        let message = message.ok_or(MessageError::Malformed)?;
        let few = match &message {
            Self::Hello(hello) => hello.1.0.len() <= TIPS && hello.2.as_ref().is_none_or(Signed::is_short),
            Self::Announce(announce) => announce.0.0.len() <= LIVE_CIDS && announce.0.0.len() == announce.1.len(),
            Self::Graft(cids) => cids.0.len() <= LIVE_CIDS,
            Self::Carry(carry) => carry.1 < RELAYED_LINKS && carry.2.len() <= RELAYED_BYTES,
            Self::Push(_) | Self::Prune => true,
            Self::Beacon(beacon) => beacon.is_short(),
        };
        if few { Ok((message, from.newer)) } else { Err(MessageError::TooMany) }
    }
}

impl Bulk {
    /// The message in bytes.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_as(Form::Named)
    }

    /// The message in bytes, for who speaks that form.
    pub fn encode_as(&self, form: Form) -> Vec<u8> {
        let (kind, content): (_, &dyn Write) = match self {
            Self::Round(ranges) => ("round", &Only("ranges", ranges)),
            Self::Answer(ranges) => ("answer", &Only("ranges", ranges)),
            Self::Have(have) => ("have", have),
            Self::Want(want) => ("want", want),
            Self::Blocks(blocks) => ("blocks", blocks),
            Self::Stream(stream) => ("stream", stream),
            Self::More(pages) => ("more", &Only("pages", pages)),
            Self::Page(page) => ("page", page),
            Self::Newest(items) => ("newest", &Only("items", items)),
            Self::Since(since) => ("since", since),
            Self::Ahead(cids) => ("ahead", &Only("events", cids)),
        };
        Writer::message(form, kind, content)
    }

    /// Reads a message, in whichever form.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        Self::decode_and_count(bytes).map(|(message, _)| message)
    }

    /// The same, with the number of parts that this build does not know.
    pub fn decode_and_count(bytes: &[u8]) -> Result<(Self, usize), MessageError> {
        let (mut from, kind, value) = open(bytes, BULK_BYTES)?;
        let from = &mut from;
        let message = match kind {
            b"round" => from.only(value, "ranges").map(Self::Round),
            b"answer" => from.only(value, "ranges").map(Self::Answer),
            b"have" => Have::read(from, value).map(Self::Have),
            b"want" => Want::read(from, value).map(Self::Want),
            b"blocks" => Blocks::read(from, value).map(Self::Blocks),
            b"stream" => Stream::read(from, value).map(Self::Stream),
            b"more" => from.only(value, "pages").map(Self::More),
            b"page" => Page::read(from, value).map(Self::Page),
            b"newest" => from.only(value, "items").map(Self::Newest),
            b"since" => Since::read(from, value).map(Self::Since),
            b"ahead" => from.only(value, "events").map(Self::Ahead),
            _ => return Err(MessageError::Newer),
        };
        let message = message.ok_or(MessageError::Malformed)?;
        let few = match &message {
            Self::Have(have) => have.0.0.len() <= BULK_CIDS,
            Self::Want(want) => want.1.0.len() + want.2.0.len() <= BULK_CIDS,
            Self::Blocks(blocks) => blocks.3.0.len() <= BULK_CIDS,
            Self::Newest(items) => items.len() <= NEWEST,
            Self::Since(since) => since.0.0.len() <= SINCE_AUTHORS && since.0.0.len() == since.1.len(),
            Self::Ahead(cids) => cids.0.len() <= AHEAD_CIDS,
            Self::Round(_) | Self::Answer(_) | Self::Stream(_) | Self::More(_) | Self::Page(_) => true,
        };
        if few { Ok((message, from.newer)) } else { Err(MessageError::TooMany) }
    }
}

/// Checks size and form of a message and says of which kind it is.
fn open(bytes: &[u8], most: usize) -> Result<(Reader, &[u8], Value<'_>), MessageError> {
    if bytes.len() > most {
        return Err(MessageError::TooLarge);
    }
    canonical::check(bytes).map_err(|_| MessageError::Malformed)?;
    let mut rest = bytes;
    let (form, message) = match next(&mut rest) {
        Some(Value::List(2, mut parts)) => match (next(&mut parts), next(&mut parts)) {
            (Some(Value::Number(PLACED_VERSION)), Some(message)) => (Form::Placed, message),
            (Some(Value::Number(version)), _) if version > PLACED_VERSION => return Err(MessageError::Newer),
            _ => return Err(MessageError::Malformed),
        },
        Some(message) => (Form::Named, message),
        None => return Err(MessageError::Malformed),
    };
    let (kind, value) = match (form, message) {
        (_, Value::Map(1, mut entry)) => (next(&mut entry), next(&mut entry)),
        (Form::Placed, kind) => (Some(kind), Some(Value::Null)),
        (Form::Named, _) => (None, None),
    };
    match (kind, value) {
        (Some(Value::Text(kind)), Some(value)) => Ok((Reader { form, newer: 0 }, kind, value)),
        _ => Err(MessageError::Malformed),
    }
}
