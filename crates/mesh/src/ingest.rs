//! What came and is not admitted yet, and in which order it is worked off: what was checked already, then live events
//! (fairly among neighbours, within budgets), then bulk, then imports. Queues are bounded; what finds no room is dropped
//! without blame and found again by catching up.
//!
//! It checks nothing: [`crate::Replica`] does, one event at a time.

use std::{collections::VecDeque, sync::Arc};

use paceline_room::{
    Cid, Event, Log, NodeId, Words,
    cost::{BTreeMap, BTreeSet, LiteMap},
};

use crate::{
    budgets::{AUTHOR, Bucket, FORWARDER, NEWCOMER_EVENTS, NEWCOMERS},
    pending::{Arrival, Checked, Source},
    time::Millis,
};

/// Live events of one neighbour that wait to be checked.
pub const LIVE_QUEUE: usize = 1024;
/// Bulk events up to which more are asked for: half a second of checking.
pub const BULK_ROOM: usize = 4096;
/// Bytes of bulk up to which more is asked for.
pub const BULK_ROOM_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of bulk beyond which what comes is dropped: nobody was asked for that much.
pub const BULK_MOST_BYTES: usize = 64 * 1024 * 1024;
/// Checked events of one author that wait for its budget.
pub const PARKED: usize = 512;
/// Authors with a budget of their own; keys are free, but only admitted events make one.
const MAX_AUTHORS: usize = 4096;
/// Words of an import that wait for their events: a whole large room's.
const IMPORT_WORDS: usize = 1 << 20;

/// What is worked off next.
#[derive(Debug)]
pub enum Next {
    /// To be checked in full.
    Unchecked(Arrival),
    /// To be admitted if its parents are here and its author is within budget.
    Checked(Box<Checked>),
    /// To be admitted: its author has paid for it now.
    Paid(Box<Checked>),
    /// A block of an import was read; nothing to admit yet.
    Read(Option<(Cid, ImportRefusal)>),
}

/// Why a block of an import is not even queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportRefusal {
    /// In the log already.
    Known,
    /// Neither event nor words: the code.
    Bad(&'static str),
}

/// A checked event whose author is over budget waits under this key: its author, or all newcomers.
type Payer = Option<NodeId>;

/// All queues.
#[derive(Debug, Default)]
pub struct Ingest {
    ready: VecDeque<Checked>,
    live: LiteMap<NodeId, VecDeque<Arrival>>,
    served: Option<NodeId>,
    forwarders: LiteMap<NodeId, Bucket>,
    bulk: VecDeque<Arrival>,
    bulk_bytes: usize,
    parked: LiteMap<Payer, VecDeque<Checked>>,
    authors: LiteMap<Payer, Bucket>,
    raw: VecDeque<Arc<[u8]>>,
    imports: BTreeMap<(u64, Cid), Arrival>,
    import_words: BTreeMap<Cid, Arc<[u8]>>,
    /// Everything that is anywhere between arrival and admission, pending ones too.
    waiting: BTreeSet<Cid>,
    /// Imported events whose signatures are being verified.
    verifying_imports: usize,
}

impl Ingest {
    /// Whether the event is between arrival and admission.
    pub fn is_waiting(&self, cid: &Cid) -> bool {
        self.waiting.contains(cid)
    }

    /// The event is admitted, refused or dropped.
    pub fn done(&mut self, cid: &Cid) {
        self.waiting.remove(cid);
    }

    /// How many events are between arrival and admission, pending ones too.
    pub fn count(&self) -> usize {
        self.waiting.len()
    }

    /// Whether more bulk may be asked for.
    pub fn has_room(&self) -> bool {
        self.bulk.len() < BULK_ROOM && self.bulk_bytes < BULK_ROOM_BYTES
    }

    /// Queues a live event. Returns false if its forwarder's queue is full.
    pub fn push_live(&mut self, peer: NodeId, arrival: Arrival) -> bool {
        let queue = self.live.entry(peer).or_default();
        let fits = queue.len() < LIVE_QUEUE;
        if fits {
            self.waiting.insert(arrival.cid);
            queue.push_back(arrival);
        }
        fits
    }

    /// Queues an event that was asked for.
    pub fn push_bulk(&mut self, arrival: Arrival) -> bool {
        let fits = self.bulk_bytes < BULK_MOST_BYTES;
        if fits {
            self.waiting.insert(arrival.cid);
            self.bulk_bytes += arrival.block.len();
            self.bulk.push_back(arrival);
        }
        fits
    }

    /// Queues a checked event whose parents have come, or that storage held.
    pub fn push_ready(&mut self, checked: Checked) {
        self.waiting.insert(checked.arrival.cid);
        self.ready.push_back(checked);
    }

    /// All checked events whose parents have come.
    pub fn take_ready(&mut self) -> VecDeque<Checked> {
        std::mem::take(&mut self.ready)
    }

    /// Queues blocks of an import.
    pub fn push_import(&mut self, blocks: Vec<Arc<[u8]>>) {
        self.raw.extend(blocks);
    }

    /// Whether an import is still being worked off.
    pub fn is_importing(&self) -> bool {
        let import = |checked: &Checked| checked.arrival.source == Source::Import;
        !self.raw.is_empty() || !self.imports.is_empty() || self.verifying_imports > 0 || self.ready.iter().any(import)
    }

    /// The signature of an event from there is being verified.
    pub fn begin_verifying(&mut self, source: &Source) {
        self.verifying_imports += usize::from(*source == Source::Import);
    }

    /// It is verified, or refused.
    pub fn end_verifying(&mut self, source: &Source) {
        self.verifying_imports = self.verifying_imports.saturating_sub(usize::from(*source == Source::Import));
    }

    /// Imported words that no imported event has taken, once all were read.
    pub fn take_import_words(&mut self) -> BTreeMap<Cid, Arc<[u8]>> {
        std::mem::take(&mut self.import_words)
    }

    /// The neighbour's link is gone: what it sent is still good.
    pub fn forget(&mut self, peer: &NodeId) {
        self.forwarders.remove(peer);
    }

    /// Charges the author of a live event; if it is over budget, keeps the event until it is not.
    pub fn afford(&mut self, checked: Checked, log: &Log, now: Millis) -> Result<Checked, Parked> {
        let author = checked.event.author;
        let written: usize = log.chains_of(&author).map(|(_, chain)| chain.events.len()).sum();
        let is_new = written < NEWCOMER_EVENTS
            || (self.authors.len() > MAX_AUTHORS && !self.authors.contains_key(&Some(author)));
        let payer = (!is_new).then_some(author);
        let rate = rate_of(&payer);
        let bucket = self.authors.entry(payer).or_insert_with(|| Bucket::new(rate, now));
        let queue = self.parked.entry(payer).or_default();
        if queue.is_empty() && bucket.take(rate, 1, now) {
            self.parked.remove(&payer);
            return Ok(checked);
        }
        let cid = checked.arrival.cid;
        if queue.len() < PARKED {
            queue.push_back(checked);
            Err(Parked::Later)
        } else {
            self.waiting.remove(&cid);
            Err(Parked::Dropped)
        }
    }

    /// Whether anything can be worked off now.
    pub fn has_work(&self, now: Millis) -> bool {
        !self.ready.is_empty()
            || !self.bulk.is_empty()
            || !self.raw.is_empty()
            || !self.imports.is_empty()
            || self.next_wake().is_some_and(|at| at <= now)
    }

    /// When a budget lets the next event through.
    pub fn next_wake(&self) -> Option<Millis> {
        let live = self.live.iter().filter(|(_, queue)| !queue.is_empty());
        let live = live.map(|(peer, _)| self.forwarders.get(peer).map_or(0, |bucket| bucket.ready_at(FORWARDER, 1)));
        let parked = self
            .parked
            .keys()
            .map(|payer| self.authors.get(payer).map_or(0, |bucket| bucket.ready_at(rate_of(payer), 1)));
        live.chain(parked).min()
    }

    /// The next thing to work off.
    pub fn next(&mut self, log: &Log, now: Millis) -> Option<Next> {
        if let Some(checked) = self.ready.pop_front() {
            return Some(Next::Checked(Box::new(checked)));
        }
        if let Some(checked) = self.next_parked(now) {
            return Some(Next::Paid(Box::new(checked)));
        }
        if let Some(arrival) = self.next_live(now) {
            return Some(Next::Unchecked(arrival));
        }
        if let Some(arrival) = self.bulk.pop_front() {
            self.bulk_bytes -= arrival.block.len();
            return Some(Next::Unchecked(arrival));
        }
        if let Some(block) = self.raw.pop_front() {
            return Some(Next::Read(self.read_import(block, log)));
        }
        let (_, mut arrival) = self.imports.pop_first()?;
        arrival.words = Event::decode(&arrival.block)
            .ok()
            .and_then(|event| event.body.words())
            .and_then(|cid| self.import_words.remove(&cid));
        Some(Next::Unchecked(arrival))
    }

    fn next_parked(&mut self, now: Millis) -> Option<Checked> {
        let payers: Vec<Payer> = self.parked.keys().copied().collect();
        for payer in payers {
            let rate = rate_of(&payer);
            let bucket = self.authors.entry(payer).or_insert_with(|| Bucket::new(rate, now));
            if !bucket.take(rate, 1, now) {
                continue;
            }
            let checked = self.parked.get_mut(&payer).and_then(VecDeque::pop_front);
            if self.parked.get(&payer).is_some_and(VecDeque::is_empty) {
                self.parked.remove(&payer);
            }
            return checked;
        }
        None
    }

    fn next_live(&mut self, now: Millis) -> Option<Arrival> {
        let after = self.live.keys().copied().filter(|peer| Some(*peer) > self.served);
        let order: Vec<NodeId> =
            after.chain(self.live.keys().copied().filter(|peer| Some(*peer) <= self.served)).collect();
        for peer in order {
            let bucket = self.forwarders.entry(peer).or_insert_with(|| Bucket::new(FORWARDER, now));
            if !bucket.take(FORWARDER, 1, now) {
                continue;
            }
            self.served = Some(peer);
            let arrival = self.live.get_mut(&peer).and_then(VecDeque::pop_front);
            if self.live.get(&peer).is_some_and(VecDeque::is_empty) {
                self.live.remove(&peer);
            }
            if arrival.is_some() {
                return arrival;
            }
        }
        None
    }

    fn read_import(&mut self, block: Arc<[u8]>, log: &Log) -> Option<(Cid, ImportRefusal)> {
        let cid = Cid::of(&block);
        if log.find(&cid).is_some() || self.waiting.contains(&cid) {
            return Some((cid, ImportRefusal::Known));
        }
        match Event::decode(&block) {
            Ok(event) => {
                self.waiting.insert(cid);
                let arrival = Arrival { cid, block, words: None, source: Source::Import, live: None };
                self.imports.insert((event.depth, cid), arrival);
                None
            }
            Err(_) if Words::decode(&block).is_ok() && self.import_words.len() < IMPORT_WORDS => {
                self.import_words.insert(cid, block);
                None
            }
            Err(error) => Some((cid, ImportRefusal::Bad(error.code()))),
        }
    }
}

/// What became of an event whose author is over budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parked {
    /// It waits.
    Later,
    /// Too many wait: catching up finds it again.
    Dropped,
}

fn rate_of(payer: &Payer) -> crate::budgets::Rate {
    if payer.is_some() { AUTHOR } else { NEWCOMERS }
}
