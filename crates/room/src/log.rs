//! All events of the room that were admitted, and the order of cause and effect among them.
//!
//! Admission asks: right room, canonical, signature good, `prev` is the author's event with `seq` - 1, all parents
//! known, `depth` exact. What lacks a parent is reported as pending (the caller keeps it, bounded, and asks for the
//! parents); what is wrong is refused with one reason. What an event says is never asked: every build admits the same
//! events, whatever it understands of them. Of the body only the kinds of the room's [`Table`] are understood.
//!
//! **Causality.** Each author's events form *chains*, linked by `prev`. An honest author has one chain; an
//! equivocation starts another. Each event carries a clock: for every chain, how many of that chain's events are in its
//! past (itself included). So "is `a` in the past of `b`?" is one comparison, whatever the log's length, and along a
//! chain the answer changes once, so that the first event of an author that saw `a` is found by binary search.

mod tips;
mod unverified;

use std::{
    cmp::Reverse,
    collections::btree_map,
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

use hashbrown::HashTable;

pub use crate::ix::{ChainIx, Ix};
use crate::{
    Body, Cid, Draft, Event, EventError, NodeId, Table,
    clock::Clock,
    cost::{self, BTreeMap, BTreeSet, look, looking},
    limits,
    node::Verifier,
};
pub use tips::{Rank, Tips};
pub use unverified::Unverified;

/// For fewer events no room is made beforehand: the log grows by itself.
const MANY: usize = 1_024;
/// For more events no room is made at once: how many are on their way is what others say.
const MOST_ROOM: usize = 16 * MANY;

/// An admitted event.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The block's name.
    pub cid: Cid,
    /// The event.
    pub event: Event,
    /// The block itself.
    pub block: Arc<[u8]>,
    /// The author's chain it stands in.
    pub chain: ChainIx,
    /// Its place in that chain, from 1.
    pub place: u32,
    clock: Clock,
    /// The one event that it builds on, if it is one: its chain, and its place there. Who has that, lacks nothing but this.
    ground: Option<(ChainIx, u32)>,
    /// Whether nothing builds on it yet.
    is_tip: bool,
}

impl Entry {
    /// By what events are shown in order: it respects causality and is the same everywhere.
    pub fn key(&self) -> (u64, Cid) {
        (self.event.depth, self.cid)
    }

    fn rank(&self) -> Rank {
        (Reverse(self.event.depth), self.cid)
    }

    /// What the event has seen, itself included.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }
}

/// One chain of one author.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Whose.
    pub author: NodeId,
    /// Its events in order; chains that fork off another start where they differ.
    pub events: Vec<Ix>,
}

/// What somebody has of a log.
#[derive(Debug, Clone, Default)]
pub struct Seen(Clock);

/// What became of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// Admitted under this number.
    Admitted(Ix),
    /// Was there before.
    Known(Ix),
    /// In order as far as can be told, but these are not here yet.
    Pending(Vec<Cid>),
}

/// Why a block is refused for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Refusal {
    /// The block itself is wrong.
    #[error(transparent)]
    Event(#[from] EventError),
    /// Belongs to another room.
    #[error("the event belongs to another room")]
    WrongRoom,
    /// `depth` is not 1 + the largest of what it has seen.
    #[error("the event's depth is not what its past says")]
    WrongDepth,
    /// `prev` is not the author's event with `seq` - 1, or there where `seq` is 0, or absent elsewhere.
    #[error("the event does not follow its author's previous one")]
    WrongPrev,
    /// Parents repeat, contain `prev`, are not deepest first, or are missing altogether.
    #[error("the event's parents are not in order")]
    WrongParents,
    /// Builds on an event that was refused.
    #[error("the event builds on one that was refused")]
    RefusedParent,
    /// Builds on an event of a newer format.
    #[error("the event builds on one of a newer format")]
    NewerParent,
}

impl Refusal {
    /// Whether an honest forwarder cannot have passed it on: it forwards what it has admitted, and only a newer build
    /// admits what this one cannot read.
    pub const fn is_held_against_forwarder(self) -> bool {
        !matches!(self, Self::Event(EventError::NewerVersion) | Self::NewerParent)
    }

    /// The stable name under which refusals are counted.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Event(error) => error.code(),
            Self::WrongRoom => "wrong-room",
            Self::WrongDepth => "wrong-depth",
            Self::WrongPrev => "wrong-prev",
            Self::WrongParents => "wrong-parents",
            Self::RefusedParent => "refused-parent",
            Self::NewerParent => "newer-parent",
        }
    }
}

/// What is kept of an author.
#[derive(Debug, Clone)]
struct Author {
    key: Verifier,
    chains: Vec<ChainIx>,
}

/// Numbers of events by their names. A name stands in its event's entry alone, so that finding an event is looking at it.
#[derive(Debug, Clone, Default)]
struct ByCid {
    table: HashTable<Ix>,
    hash: RandomState,
}

impl ByCid {
    fn find<'a>(&self, cid: &Cid, entries: &'a [Entry]) -> Option<(Ix, &'a Entry)> {
        look(1);
        let entry = |ix: &Ix| entries.get(ix.0 as usize);
        let ix = self.table.find(self.hash.hash_one(cid), |ix| entry(ix).is_some_and(|it| it.cid == *cid))?;
        Some((*ix, entry(ix)?))
    }

    /// The last of the entries.
    fn insert(&mut self, ix: Ix, entries: &[Entry]) {
        look(1);
        let Self { table, hash } = self;
        let hash = |ix: &Ix| entries.get(ix.0 as usize).map_or(0, |it| hash.hash_one(it.cid));
        table.insert_unique(hash(&ix), ix, hash);
    }
}

/// What an event builds on, and what follows from that.
struct Ground {
    /// The author's event before it, and the chain of that.
    prev: Option<(Ix, ChainIx)>,
    clock: Clock,
    /// If it is one event: the chain of that, and its place there.
    alone: Option<(ChainIx, u32)>,
    /// What nothing had built on.
    tips: Vec<Ix>,
}

/// All admitted events of one room.
#[derive(Debug, Clone)]
pub struct Log {
    room: Cid,
    entries: Vec<Entry>,
    by_cid: ByCid,
    chains: Vec<Chain>,
    authors: BTreeMap<NodeId, Author>,
    /// Chains of authors that have several.
    twins: Clock,
    tips: Tips,
    table: Table,
    bytes: usize,
    #[cfg(any(test, feature = "test-utils"))]
    mask: crate::testing::Mask,
}

impl Log {
    /// An empty log of the room whose founding event has this CID.
    pub fn new(room: Cid) -> Self {
        Self {
            room,
            entries: Vec::new(),
            by_cid: ByCid::default(),
            chains: Vec::new(),
            authors: BTreeMap::new(),
            twins: Clock::default(),
            tips: Tips::default(),
            table: Table::default(),
            bytes: 0,
            #[cfg(any(test, feature = "test-utils"))]
            mask: crate::testing::Mask::default(),
        }
    }

    /// A log of a build that lacks some kinds and fields.
    #[cfg(any(test, feature = "test-utils"))]
    pub fn with_mask(room: Cid, mask: crate::testing::Mask) -> Self {
        Self { mask, ..Self::new(room) }
    }

    /// So many events are on their way: if they are many, room for them is made once.
    pub fn make_room(&mut self, coming: usize) {
        if coming >= MANY && self.entries.capacity() - self.entries.len() < coming {
            self.entries.reserve_exact(coming.min(MOST_ROOM));
        }
    }

    /// The room.
    pub fn room(&self) -> Cid {
        self.room
    }

    /// By which kinds its founding event has events read; what comes of raises is the fold's to say. Before the founding event is here
    /// nothing else is, either.
    pub fn table(&self) -> Table {
        self.table
    }

    /// How many events are admitted.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Bytes of all blocks.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether nothing is admitted, not even the founding event.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The event of that number.
    ///
    /// # Panics
    /// If the number comes from another log.
    pub fn entry(&self, ix: Ix) -> &Entry {
        look(1);
        &self.entries[ix.0 as usize]
    }

    /// The number of an admitted event.
    pub fn find(&self, cid: &Cid) -> Option<Ix> {
        self.by_cid.find(cid, &self.entries).map(|(ix, _)| ix)
    }

    /// All events in the order of admission: parents before children.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (Ix, &Entry)> {
        looking(self.entries.iter().enumerate().map(|(ix, entry)| (Ix(ix as u32), entry)))
    }

    /// Those after the first so many.
    pub fn entries_after(&self, known: usize) -> impl Iterator<Item = (Ix, &Entry)> {
        let after = self.entries.get(known..).unwrap_or_default();
        looking((known..).zip(after).map(|(ix, entry)| (Ix(ix as u32), entry)))
    }

    /// Events that nobody has built on yet, in the order of parents.
    pub fn tips(&self) -> &Tips {
        &self.tips
    }

    /// Every author with at least one event.
    pub fn authors(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.authors.keys().copied()
    }

    /// All chains, in the order in which they began here.
    pub fn chains(&self) -> impl ExactSizeIterator<Item = (ChainIx, &Chain)> {
        looking(self.chains.iter().enumerate().map(|(ix, chain)| (ChainIx(ix as u32), chain)))
    }

    /// The first author whose key begins with these bytes.
    pub fn author_of(&self, short: &[u8; 8]) -> Option<NodeId> {
        let mut least = [0; 32];
        least.iter_mut().zip(short).for_each(|(byte, of)| *byte = *of);
        let (author, _) = self.authors.range(NodeId::from_bytes(least)..).next()?;
        author.as_bytes().starts_with(short).then_some(*author)
    }

    /// The chains of an author: one, or more once it is split.
    pub fn chains_of(&self, author: &NodeId) -> impl Iterator<Item = (ChainIx, &Chain)> {
        let chains = self.authors.get(author).into_iter().flat_map(|it| &it.chains);
        looking(chains.map(|ix| (*ix, &self.chains[ix.0 as usize])))
    }

    /// A chain by its number.
    pub(crate) fn chain(&self, chain: ChainIx) -> &Chain {
        look(1);
        &self.chains[chain.0 as usize]
    }

    /// Whether two events of this author share a `seq`.
    pub fn is_split(&self, author: &NodeId) -> bool {
        self.authors.get(author).is_some_and(|it| it.chains.len() > 1)
    }

    /// The chains of all authors that are split.
    pub(crate) fn twins(&self) -> &Clock {
        &self.twins
    }

    /// Whether `a` is `b` or in its past.
    pub fn is_ancestor(&self, a: Ix, b: Ix) -> bool {
        let a = self.entry(a);
        self.entry(b).clock.get(a.chain) >= a.place
    }

    /// Somebody has this event, and all before it.
    pub fn see(&self, seen: &mut Seen, ix: Ix) {
        if !self.is_seen(seen, ix) {
            seen.0.join(&self.entry(ix).clock);
        }
    }

    /// Whether an event is among what somebody has.
    pub fn is_seen(&self, seen: &Seen, ix: Ix) -> bool {
        let entry = self.entry(ix);
        seen.0.get(entry.chain) >= entry.place
    }

    /// How many events of `chain` are in the past of `ix` (itself included).
    pub fn seen_of_chain(&self, ix: Ix, chain: ChainIx) -> u32 {
        self.entry(ix).clock.get(chain)
    }

    /// The first event of `chain` that has `a` in its past (or is `a`), by binary search.
    pub fn first_in_chain_after(&self, chain: ChainIx, a: Ix) -> Option<Ix> {
        self.first_in_chain(chain, self.entry(a))
    }

    /// The same, of an event that is at hand.
    pub(crate) fn first_in_chain(&self, chain: ChainIx, a: &Entry) -> Option<Ix> {
        let events = &self.chains[chain.0 as usize].events;
        let has = |ix: &Ix| self.entry(*ix).clock.get(a.chain) >= a.place;
        // Most chains that have not are those that end before it.
        events.last().filter(|ix| has(ix))?;
        events.get(events.partition_point(|ix| !has(ix))).copied()
    }

    /// The founding event of a new room, to be signed; its CID is then the room's.
    pub fn founding_draft(author: NodeId, at: u64, body: Body) -> Draft {
        Draft { room: None, author, seq: 0, prev: None, parents: Vec::new(), depth: 1, at, body }
    }

    /// The next event of `author`, who has seen all tips. The caller signs it and offers it back to [`Log::admit`].
    pub fn draft(&self, author: NodeId, at: u64, body: Body) -> Draft {
        cost::ground(|| self.entries());
        let (prev, parents) = self.next(&author);
        let depth = 1 + prev.iter().chain(&parents).map(|ix| self.entry(*ix).event.depth).max().unwrap_or(0);
        Draft {
            room: Some(self.room),
            author,
            seq: prev.map_or(0, |ix| self.entry(ix).event.seq + 1),
            prev: prev.map(|ix| self.entry(ix).cid),
            parents: parents.into_iter().map(|ix| self.entry(ix).cid).collect(),
            depth,
            at,
            body,
        }
    }

    /// The author's latest event, and the tips that its next one names beside it.
    fn next(&self, author: &NodeId) -> (Option<Ix>, Vec<Ix>) {
        let prev = self.last_of(author);
        (prev, self.tips.iter().filter(|ix| Some(*ix) != prev).take(limits::PARENTS).collect())
    }

    /// The author's latest event, on which its next one goes on.
    pub(crate) fn last_of(&self, author: &NodeId) -> Option<Ix> {
        let last = self.chains_of(author).filter_map(|(_, chain)| chain.events.last());
        last.max_by_key(|ix| self.entry(**ix).event.seq).copied()
    }

    /// What the author's next event will have seen, itself apart.
    pub(crate) fn draft_clock(&self, author: &NodeId) -> Clock {
        let (prev, parents) = self.next(author);
        joined(prev.iter().chain(&parents).map(|ix| self.entry(*ix)))
    }

    /// Checks a block in full and admits it if all it builds on is here.
    pub fn admit(&mut self, block: &[u8]) -> Result<Admission, Refusal> {
        let cid = Cid::of(block);
        if let Some(ix) = self.find(&cid) {
            return Ok(Admission::Known(ix));
        }
        let event = self.check(&cid, block)?;
        self.admit_verified(cid, event, block.into())
    }

    /// Everything that can be said of a block without what it builds on: encoding, limits, room and signature.
    pub fn check(&self, cid: &Cid, block: &[u8]) -> Result<Event, Refusal> {
        self.read(cid, block)?.verify(block)
    }

    /// The same but for the signature, which costs most and needs nothing of the log.
    pub fn read(&self, cid: &Cid, block: &[u8]) -> Result<Unverified, Refusal> {
        let (event, signature) = Event::read(block)?;
        // What costs least comes first.
        self.check_room(cid, &event)?;
        check_links(&event)?;
        let key = self.authors.get(&event.author).map(|author| author.key.clone());
        Ok(Unverified { event, signature, key })
    }

    /// Admits an event whose encoding and signature are known to be good: one's own, one that [`Log::check`] returned,
    /// or one read back from storage.
    pub fn admit_verified(&mut self, cid: Cid, event: Event, block: Arc<[u8]>) -> Result<Admission, Refusal> {
        if let Some(ix) = self.find(&cid) {
            return Ok(Admission::Known(ix));
        }
        self.check_room(&cid, &event)?;
        check_first(&event)?;
        let (mut seen, mut missing) = (Vec::new(), Vec::new());
        for cid in event.seen() {
            match self.by_cid.find(cid, &self.entries) {
                Some(it) => seen.push(it),
                None => missing.push(*cid),
            }
        }
        if !missing.is_empty() {
            check_distinct(&event)?;
            return Ok(Admission::Pending(missing));
        }
        let ground = Ground::of(&event, &seen)?;
        if let btree_map::Entry::Vacant(author) = self.authors.entry(event.author) {
            let key = event.author.verifier().ok_or(EventError::BadSignature)?;
            author.insert(Author { key, chains: Vec::new() });
        }
        Ok(Admission::Admitted(self.insert(cid, event, block, ground)))
    }

    fn check_room(&self, cid: &Cid, event: &Event) -> Result<(), Refusal> {
        // An event without a room founds one: its own.
        if event.room.as_ref().unwrap_or(cid) == &self.room { Ok(()) } else { Err(Refusal::WrongRoom) }
    }

    /// What parents are ordered by: the deepest first, then by CID.
    pub fn rank(&self, ix: &Ix) -> Rank {
        self.entry(*ix).rank()
    }

    fn insert(&mut self, cid: Cid, mut event: Event, block: Arc<[u8]>, ground: Ground) -> Ix {
        let ix = Ix(self.entries.len() as u32);
        if event.room.is_none() {
            self.table = Table::of(&event.body);
        } else {
            event.body = self.table.read(event.body);
        }
        #[cfg(any(test, feature = "test-utils"))]
        {
            event.body = self.mask.read(event.body, &block);
        }
        let Ground { prev, mut clock, alone, tips } = ground;
        for tip in tips {
            let entry = &mut self.entries[tip.0 as usize];
            entry.is_tip = false;
            self.tips.remove(&entry.rank());
        }
        let chain = self.chain_after(prev, event.author);
        let events = &mut self.chains[chain.0 as usize].events;
        events.push(ix);
        let place = events.len() as u32;
        clock.set(chain, place);
        self.tips.insert((Reverse(event.depth), cid), ix);
        self.bytes += block.len();
        self.entries.push(Entry { cid, event, block, chain, place, clock, ground: alone, is_tip: true });
        self.by_cid.insert(ix, &self.entries);
        ix
    }

    /// The chain of `prev`, if the next event is the first to go on with it; else a new one.
    fn chain_after(&mut self, prev: Option<(Ix, ChainIx)>, author: NodeId) -> ChainIx {
        let going_on = prev.filter(|(ix, chain)| self.chains[chain.0 as usize].events.last() == Some(ix));
        going_on.map(|(_, chain)| chain).unwrap_or_else(|| {
            let chain = ChainIx(self.chains.len() as u32);
            self.chains.push(Chain { author, events: Vec::new() });
            if let Some(author) = self.authors.get_mut(&author) {
                author.chains.push(chain);
                let new = match *author.chains {
                    [] | [_] => &[],
                    [_, _] => &author.chains[..],
                    [.., _] => std::slice::from_ref(&chain),
                };
                new.iter().for_each(|chain| self.twins.set(*chain, 1));
            }
            chain
        })
    }
}

impl Ground {
    /// `seen`: the entries of what the event builds on, each of which is looked at here and no more.
    fn of(event: &Event, seen: &[(Ix, &Entry)]) -> Result<Self, Refusal> {
        let (prev, parents) = seen.split_at(usize::from(event.prev.is_some()));
        let prev = prev.first();
        let follows = |prev: &Event| prev.author == event.author && prev.seq.checked_add(1) == Some(event.seq);
        if prev.is_some_and(|(_, it)| !follows(&it.event)) {
            return Err(Refusal::WrongPrev);
        }
        // Those that fall are distinct.
        let falls = parents.windows(2).all(|pair| pair[0].1.rank() < pair[1].1.rank());
        if !falls || prev.is_some_and(|(prev, _)| parents.iter().any(|(ix, _)| ix == prev)) {
            return Err(Refusal::WrongParents);
        }
        let deepest = seen.iter().map(|(_, it)| it.event.depth).max().unwrap_or(0);
        if deepest.checked_add(1) != Some(event.depth) {
            return Err(Refusal::WrongDepth);
        }
        let tips = seen.iter().filter(|(_, it)| it.is_tip).map(|(ix, _)| *ix).collect();
        let clock = joined(seen.iter().map(|(_, it)| *it));
        let alone = match seen {
            [(_, it)] => Some((it.chain, it.place)),
            _ => None,
        };
        Ok(Self { prev: prev.map(|(ix, it)| (*ix, it.chain)), clock, alone, tips })
    }
}

/// What has all of these in its past. What is there already with another brings nothing; what builds on one that is there brings
/// itself, and all such are put in at once.
fn joined<'a>(seen: impl Iterator<Item = &'a Entry>) -> Clock {
    let (mut clock, mut alone) = (Clock::default(), Vec::new());
    for entry in seen {
        if clock.get(entry.chain) >= entry.place {
            continue;
        }
        match entry.ground {
            // Of several in a chain the last is joined or noted first.
            Some((chain, place)) if clock.get(chain) >= place => alone.push((entry.chain, entry.place)),
            _ => clock.join(&entry.clock),
        }
    }
    if !alone.is_empty() {
        clock.join(&Clock::of(alone));
    }
    clock
}

/// What links alone say.
fn check_links(event: &Event) -> Result<(), Refusal> {
    check_first(event)?;
    check_distinct(event)
}

/// `seq` 0 has no `prev` and all others have one, and only the founding event stands on nothing.
fn check_first(event: &Event) -> Result<(), Refusal> {
    if event.prev.is_some() != (event.seq > 0) {
        return Err(Refusal::WrongPrev);
    }
    if event.seen().next().is_none() && event.room.is_some() { Err(Refusal::WrongParents) } else { Ok(()) }
}

/// Nothing is named twice.
fn check_distinct(event: &Event) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    if event.seen().all(|it| seen.insert(it)) { Ok(()) } else { Err(Refusal::WrongParents) }
}
