//! What came and is not admitted yet, and in which order it is worked off: in turns live events (fairly among neighbours,
//! within budgets), what was asked for ahead of its order, and all else that was asked for; then imports. In each line what was
//! checked already and waited for its parents comes first. Queues are bounded; what finds no room is dropped without blame and
//! found again by catching up.
//!
//! | of four turns | first | then | then |
//! | --- | --- | --- | --- |
//! | two | live | ahead | the rest |
//! | one | ahead | live | the rest |
//! | one | the rest | ahead | live |
//!
//! It checks nothing: [`crate::Replica`] does, one event at a time.

use std::{collections::VecDeque, sync::Arc};

use paceline_room::{
    Cid, Event, Log, NodeId, Words,
    cost::{BTreeMap, LiteMap},
};

use crate::{
    budgets::{AUTHOR, Bucket, FORWARDER, NEWCOMER_EVENTS, NEWCOMERS},
    pending::{Arrival, Checked, Source},
    time::Millis,
    want_list::Turn,
};
#[cfg(feature = "test-utils")]
use {crate::queue::Queue, paceline_room::limits};

/// Live events of one neighbour that wait to be checked.
pub const LIVE_QUEUE: usize = 1024;
/// Bytes of events and their words of one neighbour that wait to be checked: as many of the largest as a burst has.
pub const LIVE_QUEUE_BYTES: usize = 8 * 1024 * 1024;
/// Bulk events of a line up to which more are asked for: half a second of checking.
pub const BULK_ROOM: usize = 4096;
/// Bytes of bulk, words included, up to which more is asked for.
pub const BULK_ROOM_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of bulk, words included, beyond which what comes is dropped: nobody was asked for that much.
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

/// What came of what was asked for.
#[derive(Debug, Default)]
struct Line {
    /// Checked, and its parents have come.
    ready: VecDeque<Checked>,
    /// By the order in which they came.
    unchecked: BTreeMap<u64, Arrival>,
    bytes: usize,
}

impl Line {
    fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.unchecked.is_empty()
    }

    fn next(&mut self) -> Option<Next> {
        if let Some(checked) = self.ready.pop_front() {
            return Some(Next::Checked(Box::new(checked)));
        }
        let (_, arrival) = self.unchecked.pop_first()?;
        self.bytes -= arrival.bytes();
        Some(Next::Unchecked(arrival))
    }
}

/// Live events of one neighbour.
#[derive(Debug, Default)]
struct LiveLine {
    arrivals: VecDeque<Arrival>,
    bytes: usize,
}

/// All queues.
#[derive(Debug, Default)]
pub struct Ingest {
    ahead: Line,
    rest: Line,
    /// Counts turns.
    turns: u8,
    /// Counts what came of what was asked for.
    came: u64,
    live: LiteMap<NodeId, LiveLine>,
    served: Option<NodeId>,
    forwarders: LiteMap<NodeId, Bucket>,
    parked: LiteMap<Payer, VecDeque<Checked>>,
    authors: LiteMap<Payer, Bucket>,
    raw: VecDeque<Arc<[u8]>>,
    imports: BTreeMap<(u64, Cid), Arrival>,
    import_words: BTreeMap<Cid, Arc<[u8]>>,
    /// Everything that is anywhere between arrival and admission, pending ones too; where in its line, if it stands in one unchecked.
    waiting: BTreeMap<Cid, Option<u64>>,
    /// Imported events whose signatures are being verified.
    verifying_imports: usize,
}

impl Ingest {
    /// Whether the event is between arrival and admission.
    pub fn is_waiting(&self, cid: &Cid) -> bool {
        self.waiting.contains_key(cid)
    }

    /// The event is admitted, refused or dropped.
    pub fn done(&mut self, cid: &Cid) {
        self.waiting.remove(cid);
    }

    /// How many events are between arrival and admission, pending ones too.
    pub fn count(&self) -> usize {
        self.waiting.len()
    }

    /// Whether something waits that was asked for, or waits for what it builds on; what is live comes and goes all the time.
    pub fn has_bulk(&self) -> bool {
        !self.ahead.is_empty() || !self.rest.is_empty()
    }

    const fn line(&mut self, turn: Turn) -> &mut Line {
        match turn {
            Turn::Ahead => &mut self.ahead,
            Turn::InOrder => &mut self.rest,
        }
    }

    /// Whether more bulk may be asked for.
    pub fn has_room(&self, turn: Turn) -> bool {
        let line = match turn {
            Turn::Ahead => &self.ahead,
            Turn::InOrder => &self.rest,
        };
        line.unchecked.len() < BULK_ROOM && line.bytes < BULK_ROOM_BYTES
    }

    /// Queues a live event. Returns false if its forwarder's queue is full.
    pub fn push_live(&mut self, peer: NodeId, arrival: Arrival) -> bool {
        let queue = self.live.entry(peer).or_default();
        let fits = queue.arrivals.len() < LIVE_QUEUE && queue.bytes < LIVE_QUEUE_BYTES;
        if fits {
            self.waiting.insert(arrival.cid, None);
            queue.bytes += arrival.bytes();
            queue.arrivals.push_back(arrival);
        }
        fits
    }

    /// Queues an event that was asked for.
    pub fn push_bulk(&mut self, arrival: Arrival) -> bool {
        let fits = self.line(arrival.turn).bytes < BULK_MOST_BYTES;
        if fits {
            self.came += 1;
            let (place, line) = (self.came, self.line(arrival.turn));
            line.bytes += arrival.bytes();
            let cid = arrival.cid;
            line.unchecked.insert(place, arrival);
            self.waiting.insert(cid, Some(place));
        }
        fits
    }

    /// What goes ahead builds on it: it goes ahead too, if it stands in the other line. Whether it did.
    pub fn hasten(&mut self, cid: &Cid) -> bool {
        let place = self.waiting.get(cid).copied().flatten();
        let Some(arrival) = place.and_then(|place| self.rest.unchecked.remove(&place)) else { return false };
        self.rest.bytes -= arrival.bytes();
        self.push_bulk(Arrival { turn: Turn::Ahead, ..arrival })
    }

    /// Nothing more is taken: what was asked for and is not checked yet is let go of.
    pub fn drop_unchecked(&mut self) {
        for line in [&mut self.ahead, &mut self.rest] {
            line.bytes = 0;
            for (_, arrival) in std::mem::take(&mut line.unchecked) {
                self.waiting.remove(&arrival.cid);
            }
        }
    }

    /// Queues a checked event whose parents have come, or that storage held.
    pub fn push_ready(&mut self, checked: Checked) {
        self.waiting.insert(checked.arrival.cid, None);
        self.line(checked.arrival.turn).ready.push_back(checked);
    }

    /// All checked events whose parents have come.
    pub fn take_ready(&mut self) -> VecDeque<Checked> {
        let mut ready = std::mem::take(&mut self.ahead.ready);
        ready.append(&mut self.rest.ready);
        ready
    }

    /// Queues blocks of an import.
    pub fn push_import(&mut self, blocks: Vec<Arc<[u8]>>) {
        self.raw.extend(blocks);
    }

    /// Whether an import is still being worked off.
    pub fn is_importing(&self) -> bool {
        let import = |checked: &Checked| checked.arrival.source == Source::Import;
        !self.raw.is_empty()
            || !self.imports.is_empty()
            || self.verifying_imports > 0
            || self.rest.ready.iter().any(import)
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

    /// How full it is, with so many links and so many events that wait for their parents.
    #[cfg(feature = "test-utils")]
    pub fn queues(&self, links: usize, pending: usize) -> Vec<Queue> {
        let live: Vec<usize> = self.live.values().map(|it| it.arrivals.len()).collect();
        let live_bytes = self.live.values().map(|it| it.bytes).max().unwrap_or(0);
        let parked: Vec<usize> = self.parked.values().map(VecDeque::len).collect();
        let in_lines = [&self.ahead, &self.rest].map(|it| it.ready.len() + it.unchecked.len());
        let queued = in_lines.iter().chain(&live).chain(&parked).sum::<usize>() + self.imports.len();
        let one = limits::BLOCK_BYTES + limits::WORDS_BLOCK_BYTES;
        vec![
            Queue::new("live events of one neighbour", live.into_iter().max().unwrap_or(0), LIVE_QUEUE),
            Queue::new("bytes of live events of one neighbour", live_bytes, LIVE_QUEUE_BYTES + one),
            Queue::new("budgets of neighbours", self.forwarders.len().max(self.live.len()), links),
            Queue::new("bytes of bulk", self.ahead.bytes.max(self.rest.bytes), BULK_MOST_BYTES + one),
            Queue::new("events of one author over budget", parked.into_iter().max().unwrap_or(0), PARKED),
            Queue::new("budgets of authors", self.authors.len(), MAX_AUTHORS + 2),
            Queue::new("names of what is on its way into the log", self.waiting.len(), queued + pending),
        ]
    }

    /// The neighbour's link is gone: what it sent is still good, and nobody's share is measured any more.
    pub fn forget(&mut self, peer: &NodeId) {
        self.forwarders.remove(peer);
        for arrival in self.live.remove(peer).unwrap_or_default().arrivals {
            let cid = arrival.cid;
            if !self.push_bulk(arrival) {
                self.waiting.remove(&cid);
            }
        }
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
        !self.ahead.is_empty()
            || !self.rest.is_empty()
            || !self.raw.is_empty()
            || !self.imports.is_empty()
            || self.next_wake().is_some_and(|at| at <= now)
    }

    /// When a budget lets the next event through.
    pub fn next_wake(&self) -> Option<Millis> {
        let live = self
            .live
            .iter()
            .map(|(peer, _)| self.forwarders.get(peer).map_or(0, |bucket| bucket.ready_at(FORWARDER, 1)));
        let parked = self
            .parked
            .keys()
            .map(|payer| self.authors.get(payer).map_or(0, |bucket| bucket.ready_at(rate_of(payer), 1)));
        live.chain(parked).min()
    }

    /// The next thing to work off.
    pub fn next(&mut self, log: &Log, now: Millis) -> Option<Next> {
        self.turns = self.turns.wrapping_add(1);
        let first = match self.turns % 4 {
            1 => self.ahead.next(),
            3 => self.rest.next().or_else(|| self.ahead.next()),
            _ => None,
        };
        let next = first.or_else(|| self.next_pushed(now)).or_else(|| self.ahead.next()).or_else(|| self.rest.next());
        if next.is_some() {
            return next;
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

    fn next_pushed(&mut self, now: Millis) -> Option<Next> {
        match self.next_parked(now) {
            Some(checked) => Some(Next::Paid(Box::new(checked))),
            None => self.next_live(now).map(Next::Unchecked),
        }
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
            let Some(line) = self.live.get_mut(&peer) else { continue };
            let arrival = line.arrivals.pop_front();
            line.bytes -= arrival.as_ref().map_or(0, Arrival::bytes);
            if line.arrivals.is_empty() {
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
        if log.find(&cid).is_some() || self.waiting.contains_key(&cid) {
            return Some((cid, ImportRefusal::Known));
        }
        match Event::decode(&block) {
            Ok(event) => {
                self.waiting.insert(cid, None);
                let arrival =
                    Arrival { cid, block, words: None, source: Source::Import, turn: Turn::InOrder, live: None };
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
