//! Events that are in order as far as can be told, and wait for others that they build on.
//!
//! It is bounded in all, and each forwarder has a share, so that one peer's orphans cannot push out another's. Whoever
//! is over its share loses its own deepest events first: what is nearest to the log is the most likely to be wanted
//! next. Nothing is lost by that for good, since a dropped event is one that was never admitted: it is asked for again
//! when something else builds on it, or by catching up.
//!
//! It deliberately asks nobody for anything: it says what is missing.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use crate::{Admission, Cid, Event, Ix, Log, log::Refusal};

/// How much may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Blocks in all.
    pub blocks: usize,
    /// Their bytes in all. What is kept to find them again takes at most some three times as much (a link in a block
    /// has 41 bytes).
    pub bytes: usize,
    /// Blocks of one forwarder.
    pub blocks_of_one: usize,
    /// Bytes of one forwarder.
    pub bytes_of_one: usize,
}

impl Default for Capacity {
    fn default() -> Self {
        Self { blocks: 8_192, bytes: 8 << 20, blocks_of_one: 2_048, bytes_of_one: 2 << 20 }
    }
}

/// How many refused events are remembered, so that what builds on them is refused at once.
pub const REFUSED: usize = 4_096;

/// What came of one block, and of those that had waited for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt<P> {
    /// Where the block was in the log before, or waited already under its name.
    pub known: bool,
    /// Newly admitted, parents first.
    pub admitted: Vec<Ix>,
    /// Refused for good: the block itself, and what had waited for it.
    pub refused: Vec<Refused<P>>,
    /// What the block waits for and is neither in the log nor waiting: ask the forwarder.
    pub missing: Vec<Cid>,
    /// Dropped because there was no room for it.
    pub dropped: Vec<Cid>,
}

impl<P> Default for Receipt<P> {
    fn default() -> Self {
        Self { known: false, admitted: Vec::new(), refused: Vec::new(), missing: Vec::new(), dropped: Vec::new() }
    }
}

/// An event that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused<P> {
    /// Its name.
    pub cid: Cid,
    /// Why.
    pub why: Refusal,
    /// Who forwarded it.
    pub from: P,
}

#[derive(Debug, Clone)]
struct Waiting<P> {
    depth: u64,
    block: Arc<[u8]>,
    from: P,
    missing: BTreeSet<Cid>,
}

#[derive(Debug, Clone, Default)]
struct Share {
    waiting: BTreeSet<(u64, Cid)>,
    bytes: usize,
}

/// The events that wait. `P` names forwarders.
#[derive(Debug, Clone)]
pub struct Pending<P> {
    capacity: Capacity,
    waiting: BTreeMap<Cid, Waiting<P>>,
    bytes: usize,
    shares: BTreeMap<P, Share>,
    /// For each event that is not admitted: those that wait for it.
    children: BTreeMap<Cid, BTreeSet<Cid>>,
    refused: BTreeMap<Cid, Refusal>,
    refused_order: VecDeque<Cid>,
}

impl<P> Default for Pending<P> {
    fn default() -> Self {
        Self::new(Capacity::default())
    }
}

impl<P> Pending<P> {
    /// Nothing waits yet.
    pub fn new(capacity: Capacity) -> Self {
        Self {
            capacity,
            waiting: BTreeMap::new(),
            bytes: 0,
            shares: BTreeMap::new(),
            children: BTreeMap::new(),
            refused: BTreeMap::new(),
            refused_order: VecDeque::new(),
        }
    }

    /// How many events wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Bytes of the blocks that wait.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether this event waits.
    pub fn contains(&self, cid: &Cid) -> bool {
        self.waiting.contains_key(cid)
    }

    /// Why this event was refused, if it was lately.
    pub fn refusal(&self, cid: &Cid) -> Option<Refusal> {
        self.refused.get(cid).copied()
    }

    /// All that something waits for and that is not here at all.
    pub fn missing(&self) -> impl Iterator<Item = Cid> + '_ {
        self.children.keys().filter(|it| !self.waiting.contains_key(it)).copied()
    }
}

impl<P: Ord + Clone> Pending<P> {
    /// Takes a block from a forwarder: checks it in full and admits it to `log`, with all that had waited for it; or
    /// keeps it until what it builds on is here; or refuses it, with all that had waited for it.
    pub fn receive(&mut self, log: &mut Log, block: &[u8], from: P) -> Receipt<P> {
        let mut receipt = Receipt::default();
        let cid = Cid::of(block);
        if log.find(&cid).is_some() {
            receipt.known = true;
        } else if self.contains(&cid) {
            receipt.known = true;
            receipt.missing = self.lacks(&cid);
        } else {
            match self.check(log, &cid, block) {
                Ok(event) => self.place(log, (cid, event, block.into()), from, &mut receipt),
                Err(why) => self.refuse(cid, why, from, &mut receipt),
            }
        }
        receipt
    }

    /// Admits what waited for `cid`, which has come into `log` by another way: written here, or read from storage.
    pub fn admitted(&mut self, log: &mut Log, cid: Cid) -> Receipt<P> {
        let mut receipt = Receipt::default();
        self.release(log, cid, &mut receipt);
        receipt
    }

    /// What an event that waits lacks in the end: through others that wait, down to what is not here at all.
    pub fn missing_of(&self, cid: &Cid) -> Vec<Cid> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::from([*cid]);
        let mut next = vec![*cid];
        while let Some(cid) = next.pop() {
            match self.waiting.get(&cid) {
                Some(waiting) => next.extend(waiting.missing.iter().filter(|it| seen.insert(**it))),
                None => drop(found.insert(cid)),
            }
        }
        found.into_iter().collect()
    }

    /// What it builds on itself and is not here at all. Whoever forwarded its parents was asked for theirs.
    fn lacks(&self, cid: &Cid) -> Vec<Cid> {
        let missing = self.waiting.get(cid).into_iter().flat_map(|it| &it.missing);
        missing.filter(|it| !self.waiting.contains_key(it)).copied().collect()
    }

    fn check(&self, log: &Log, cid: &Cid, block: &[u8]) -> Result<Event, Refusal> {
        if let Some(why) = self.refusal(cid) {
            return Err(why);
        }
        let event = log.check(cid, block)?;
        let parent = event.seen().find_map(|it| self.refusal(it));
        parent.map_or(Ok(event), |why| Err(why.of_child()))
    }

    fn place(&mut self, log: &mut Log, it: (Cid, Event, Arc<[u8]>), from: P, receipt: &mut Receipt<P>) {
        let (cid, event, block) = it;
        let depth = event.depth;
        match log.admit_verified(cid, event, block.clone()) {
            Ok(Admission::Admitted(ix)) => {
                receipt.admitted.push(ix);
                self.release(log, cid, receipt);
            }
            Ok(Admission::Known(_)) => receipt.known = true,
            Ok(Admission::Pending(missing)) => {
                self.keep(cid, Waiting { depth, block, from, missing: missing.into_iter().collect() });
                receipt.missing = self.lacks(&cid);
                self.make_room(receipt);
            }
            Err(why) => self.refuse(cid, why, from, receipt),
        }
    }

    /// Admits what waited for `cid` alone, then what waited for that, always the next in display order.
    fn release(&mut self, log: &mut Log, cid: Cid, receipt: &mut Receipt<P>) {
        let mut ready = self.unlock(&cid);
        while let Some((_, cid)) = ready.pop_first() {
            let Some(Waiting { block, from, .. }) = self.take(&cid) else { continue };
            // Its signature was checked before it was kept.
            let admission =
                Event::decode(&block).map_err(Refusal::from).and_then(|event| log.admit_verified(cid, event, block));
            match admission {
                Ok(Admission::Admitted(ix)) => {
                    receipt.admitted.push(ix);
                    ready.append(&mut self.unlock(&cid));
                }
                Ok(Admission::Known(_) | Admission::Pending(_)) => {}
                Err(why) => self.refuse(cid, why, from, receipt),
            }
        }
    }

    /// Takes `cid` off the lists of what is missing; returns those that lack nothing now.
    fn unlock(&mut self, cid: &Cid) -> BTreeSet<(u64, Cid)> {
        let mut ready = BTreeSet::new();
        for child in self.children.remove(cid).unwrap_or_default() {
            if let Some(waiting) = self.waiting.get_mut(&child) {
                waiting.missing.remove(cid);
                if waiting.missing.is_empty() {
                    ready.insert((waiting.depth, child));
                }
            }
        }
        ready
    }

    /// Refuses `cid`, and everything that waited for it, in turn.
    fn refuse(&mut self, cid: Cid, why: Refusal, from: P, receipt: &mut Receipt<P>) {
        let mut next = VecDeque::from([Refused { cid, why, from }]);
        while let Some(refused) = next.pop_front() {
            self.remember(refused.cid, refused.why);
            for child in self.children.get(&refused.cid).cloned().unwrap_or_default() {
                if let Some(Waiting { from, .. }) = self.take(&child) {
                    next.push_back(Refused { cid: child, why: refused.why.of_child(), from });
                }
            }
            receipt.refused.push(refused);
        }
    }

    fn remember(&mut self, cid: Cid, why: Refusal) {
        if self.refused.insert(cid, why).is_none() {
            self.refused_order.push_back(cid);
        }
        if self.refused_order.len() > REFUSED {
            self.refused_order.pop_front().map(|oldest| self.refused.remove(&oldest));
        }
    }

    fn keep(&mut self, cid: Cid, waiting: Waiting<P>) {
        for parent in &waiting.missing {
            self.children.entry(*parent).or_default().insert(cid);
        }
        let share = self.shares.entry(waiting.from.clone()).or_default();
        share.waiting.insert((waiting.depth, cid));
        share.bytes += waiting.block.len();
        self.bytes += waiting.block.len();
        self.waiting.insert(cid, waiting);
    }

    fn take(&mut self, cid: &Cid) -> Option<Waiting<P>> {
        let waiting = self.waiting.remove(cid)?;
        for parent in &waiting.missing {
            if let Some(children) = self.children.get_mut(parent) {
                children.remove(cid);
                if children.is_empty() {
                    self.children.remove(parent);
                }
            }
        }
        if let Some(share) = self.shares.get_mut(&waiting.from) {
            share.waiting.remove(&(waiting.depth, *cid));
            share.bytes -= waiting.block.len();
            if share.waiting.is_empty() {
                self.shares.remove(&waiting.from);
            }
        }
        self.bytes -= waiting.block.len();
        Some(waiting)
    }

    /// Drops the deepest of whoever is over its share, then of whoever has most, until all fits.
    fn make_room(&mut self, receipt: &mut Receipt<P>) {
        while let Some(cid) = self.over_share().or_else(|| self.over_all()) {
            if self.take(&cid).is_none() {
                return;
            }
            receipt.dropped.push(cid);
        }
    }

    fn over_share(&self) -> Option<Cid> {
        let Capacity { blocks_of_one, bytes_of_one, .. } = self.capacity;
        let over = |share: &&Share| share.waiting.len() > blocks_of_one || share.bytes > bytes_of_one;
        self.shares.values().find(over)?.waiting.last().map(|(_, cid)| *cid)
    }

    fn over_all(&self) -> Option<Cid> {
        let Capacity { blocks, bytes, .. } = self.capacity;
        // In blocks or in bytes: who has most of what there is too much of.
        let greatest = if self.waiting.len() > blocks {
            self.shares.values().max_by_key(|it| it.waiting.len())
        } else if self.bytes > bytes {
            self.shares.values().max_by_key(|it| it.bytes)
        } else {
            None
        };
        greatest?.waiting.last().map(|(_, cid)| *cid)
    }
}
