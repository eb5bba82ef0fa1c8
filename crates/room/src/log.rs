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

use std::{cmp::Reverse, collections::btree_map, ops::Bound, sync::Arc};

pub use crate::ix::{ChainIx, Ix};
use crate::{
    Body, Cid, Draft, Event, EventError, NodeId, Table,
    clock::Clock,
    cost::{self, BTreeMap, BTreeSet, HashMap, look, looking},
    event::Signature,
    limits,
    node::Verifier,
};

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
}

impl Entry {
    /// By what events are shown in order: it respects causality and is the same everywhere.
    pub fn key(&self) -> (u64, Cid) {
        (self.event.depth, self.cid)
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

/// The order of parents.
pub type Rank = (Reverse<u64>, Cid);

/// Events that nothing builds on, in the order of parents: the deepest first, then by CID.
#[derive(Debug, Clone, Default)]
pub struct Tips(BTreeMap<Rank, Ix>);

impl Tips {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Ix> + '_ {
        self.0.values().copied()
    }

    /// As many of them as shall be named at once, and once around: the first after this one, or from the first on.
    pub fn after(&self, after: Option<&Rank>, most: usize) -> Vec<(Rank, Ix)> {
        let from = after.map_or(Bound::Unbounded, |it| Bound::Excluded(*it));
        let rest = self.0.range((from, Bound::Unbounded));
        let all = rest.chain(after.into_iter().flat_map(|it| self.0.range(..=*it)));
        all.take(most).map(|(rank, ix)| (*rank, *ix)).collect()
    }

    /// One more.
    pub fn insert(&mut self, rank: Rank, ix: Ix) {
        self.0.insert(rank, ix);
    }

    /// Something builds on it.
    pub fn remove(&mut self, rank: &Rank) {
        self.0.remove(rank);
    }
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

/// An event whose signature is yet to be verified: wherever that is fastest.
#[derive(Debug)]
pub struct Unverified {
    event: Event,
    signature: Signature,
    /// Its author's, if it is at hand.
    key: Option<Verifier>,
}

impl Unverified {
    /// Verifies the signature of the block that was read.
    pub fn verify(self, block: &[u8]) -> Result<Event, Refusal> {
        self.event.verify_read(block, &self.signature, self.key.as_ref())?;
        Ok(self.event)
    }
}

/// All admitted events of one room.
#[derive(Debug, Clone)]
pub struct Log {
    room: Cid,
    entries: Vec<Entry>,
    by_cid: HashMap<Cid, Ix>,
    chains: Vec<Chain>,
    authors: BTreeMap<NodeId, Author>,
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
            by_cid: HashMap::new(),
            chains: Vec::new(),
            authors: BTreeMap::new(),
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

    /// The room.
    pub fn room(&self) -> Cid {
        self.room
    }

    /// By which kinds its events are read. Before the founding event is here nothing else is, either.
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
        self.by_cid.get(cid).copied()
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
        let events = &self.chains[chain.0 as usize].events;
        events.get(events.partition_point(|ix| !self.is_ancestor(a, *ix))).copied()
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
        let prev = self
            .chains_of(author)
            .filter_map(|(_, chain)| chain.events.last())
            .max_by_key(|ix| self.entry(**ix).event.seq)
            .copied();
        (prev, self.tips.iter().filter(|ix| Some(*ix) != prev).take(limits::PARENTS).collect())
    }

    /// What the author's next event will have seen, itself apart.
    pub(crate) fn draft_clock(&self, author: &NodeId) -> Clock {
        let (prev, parents) = self.next(author);
        self.joined(prev, &parents)
    }

    fn joined(&self, prev: Option<Ix>, parents: &[Ix]) -> Clock {
        let mut clock = prev.map_or_else(Clock::default, |prev| self.entry(prev).clock.clone());
        for seen in parents {
            clock.join(&self.entry(*seen).clock);
        }
        clock
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
        check_links(&event)?;
        let missing: Vec<Cid> = event.seen().filter(|it| !self.by_cid.contains_key(it)).copied().collect();
        if !missing.is_empty() {
            return Ok(Admission::Pending(missing));
        }
        let prev = event.prev.and_then(|it| self.find(&it));
        let parents: Vec<Ix> = event.parents.iter().filter_map(|it| self.find(it)).collect();
        self.check_prev(&event, prev)?;
        self.check_parents(&parents)?;
        self.check_depth(&event, prev, &parents)?;
        if let btree_map::Entry::Vacant(author) = self.authors.entry(event.author) {
            let key = event.author.verifier().ok_or(EventError::BadSignature)?;
            author.insert(Author { key, chains: Vec::new() });
        }
        Ok(Admission::Admitted(self.insert(cid, event, block, prev, &parents)))
    }

    fn check_room(&self, cid: &Cid, event: &Event) -> Result<(), Refusal> {
        // An event without a room founds one: its own.
        if event.room.as_ref().unwrap_or(cid) == &self.room { Ok(()) } else { Err(Refusal::WrongRoom) }
    }

    fn check_prev(&self, event: &Event, prev: Option<Ix>) -> Result<(), Refusal> {
        let Some(prev) = prev.map(|ix| &self.entry(ix).event) else { return Ok(()) };
        let follows = prev.author == event.author && prev.seq.checked_add(1) == Some(event.seq);
        if follows { Ok(()) } else { Err(Refusal::WrongPrev) }
    }

    fn check_parents(&self, parents: &[Ix]) -> Result<(), Refusal> {
        let falls = |pair: &[Ix]| self.rank(&pair[0]) < self.rank(&pair[1]);
        if parents.windows(2).all(falls) { Ok(()) } else { Err(Refusal::WrongParents) }
    }

    fn check_depth(&self, event: &Event, prev: Option<Ix>, parents: &[Ix]) -> Result<(), Refusal> {
        let deepest = prev.iter().chain(parents).map(|ix| self.entry(*ix).event.depth).max().unwrap_or(0);
        if deepest.checked_add(1) == Some(event.depth) { Ok(()) } else { Err(Refusal::WrongDepth) }
    }

    /// What parents are ordered by: the deepest first, then by CID.
    pub fn rank(&self, ix: &Ix) -> Rank {
        let entry = self.entry(*ix);
        (Reverse(entry.event.depth), entry.cid)
    }

    fn insert(&mut self, cid: Cid, mut event: Event, block: Arc<[u8]>, prev: Option<Ix>, parents: &[Ix]) -> Ix {
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
        let mut clock = self.joined(prev, parents);
        for seen in prev.iter().chain(parents) {
            let rank = self.rank(seen);
            self.tips.remove(&rank);
        }
        let chain = self.chain_after(prev, event.author);
        let events = &mut self.chains[chain.0 as usize].events;
        events.push(ix);
        let place = events.len() as u32;
        clock.set(chain, place);
        self.tips.insert((Reverse(event.depth), cid), ix);
        self.by_cid.insert(cid, ix);
        self.bytes += block.len();
        self.entries.push(Entry { cid, event, block, chain, place, clock });
        ix
    }

    /// The chain of `prev`, if the next event is the first to go on with it; else a new one.
    fn chain_after(&mut self, prev: Option<Ix>, author: NodeId) -> ChainIx {
        let going_on = prev
            .map(|ix| self.entry(ix).chain)
            .filter(|chain| self.chains[chain.0 as usize].events.last() == prev.as_ref());
        going_on.unwrap_or_else(|| {
            let chain = ChainIx(self.chains.len() as u32);
            self.chains.push(Chain { author, events: Vec::new() });
            if let Some(author) = self.authors.get_mut(&author) {
                author.chains.push(chain);
            }
            chain
        })
    }
}

/// What links alone say: `seq` 0 has no `prev` and all others have one, nothing is named twice, and only the founding
/// event stands on nothing.
fn check_links(event: &Event) -> Result<(), Refusal> {
    if event.prev.is_some() != (event.seq > 0) {
        return Err(Refusal::WrongPrev);
    }
    let mut seen = BTreeSet::new();
    let twice = !event.seen().all(|it| seen.insert(it));
    if twice || (seen.is_empty() && event.room.is_some()) { Err(Refusal::WrongParents) } else { Ok(()) }
}
