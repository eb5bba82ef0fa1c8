//! Whether a room's file is whole and as its authors wrote it: who wrote what, or the first fault with its place.
//!
//! It asks more than an import does. An import takes what is good of any file; here every block has to be there that the header or
//! another block names, in the order in which [`car`](crate::car) writes them. Words may be missing: their author may have taken
//! them back. Files of earlier builds name no tips, and say nothing of what came last: [`Report::names_tips`].
//!
//! It takes the file piece by piece, and checks signatures together as they are when they are received: [`batch`](crate::batch). So
//! up to [`LOT`] events wait for their verdicts, and the fault of one is told when those are there; it is still the first of the file
//! that is told, since whatever is found meanwhile waits for them.
//!
//! Deliberately absent: what events mean, and any sentence for people but in English.

use std::{collections::BTreeMap, fmt, mem, sync::Arc};

use crate::{
    Admission, Body, Cid, Log, NodeId, Words,
    batch::{Batch, Batcher, Counts, LOT},
    car::{CarBlock, CarError, Reader},
    log::{Refusal, Unverified},
    sorted,
    words::WordsError,
};

/// Where in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Bytes from the beginning of the file to the section.
    pub at: u64,
    /// The block, counted from 1; 0 is the header.
    pub block: usize,
    /// Its name, if it can be read.
    pub cid: Option<Cid>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.block {
            0 => write!(f, "header at byte {}", self.at)?,
            block => write!(f, "block {block} at byte {}", self.at)?,
        }
        self.cid.map_or(Ok(()), |cid| write!(f, " ({cid})"))
    }
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The file cannot be read on.
    #[error(transparent)]
    File(#[from] CarError),
    /// An event that is none, or is not its author's.
    #[error(transparent)]
    Event(#[from] Refusal),
    /// It builds on an event that does not stand before it.
    #[error("it builds on {0}, which is not before it in the file")]
    MissingParent(Cid),
    /// The header names a tip that is not there.
    #[error("the header names {0}, which is not in the file")]
    MissingTip(Cid),
    /// Nothing builds on it, and the header does not name it.
    #[error("nothing builds on this event, and the header does not name it")]
    UnnamedTip,
    /// It was there before.
    #[error("the block is in the file twice")]
    Twice,
    /// Neither an event nor words.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// Words that are of no event of their author.
    #[error("no event of their author's in the file has these words")]
    StrayWords,
}

/// The first fault of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What.
    pub reason: Reason,
}

/// Who wrote how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Who.
    pub node: NodeId,
    /// What it called itself last; empty if it never did.
    pub name: String,
    /// Whether two of its events share a number.
    pub split: bool,
    /// Its events, by kind.
    pub kinds: BTreeMap<String, usize>,
    /// How many of its words are in the file.
    pub words: usize,
}

impl Author {
    /// How many events it wrote.
    pub fn events(&self) -> usize {
        self.kinds.values().sum()
    }
}

/// What a file holds, in which every signature is good and nothing is missing that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The room.
    pub room: Cid,
    /// What it was founded as; empty in a room of a newer version.
    pub title: String,
    /// Events, each signed by its author.
    pub events: usize,
    /// Words that are in the file.
    pub words: usize,
    /// Words that events name and that are not: taken back, or not at hand where the file was made.
    pub lacking: usize,
    /// Whether the header names the last events; if not, some may have been left out at the end.
    pub names_tips: bool,
    /// In the order of their first events.
    pub authors: Vec<Author>,
}

/// Words in the file.
struct Found {
    place: Place,
    cid: Cid,
    author: NodeId,
    seq: u64,
}

/// An event in good order but for its signature, and for what it builds on.
struct Waiting {
    place: Place,
    cid: Cid,
    block: Arc<[u8]>,
    unverified: Unverified,
}

/// Takes a file: [`Verifier::push`] each piece, then [`Verifier::finish`].
pub struct Verifier {
    reader: Reader,
    batcher: Batcher,
    log: Option<Log>,
    /// In the order of the file.
    waiting: Vec<Waiting>,
    /// Where each event stands, by its number in the log.
    places: Vec<Place>,
    words: BTreeMap<Cid, Found>,
    /// Blocks looked at.
    blocks: usize,
    failed: Option<Fault>,
}

/// What a whole file holds, or its first fault; the secret is as in [`Verifier::new`].
///
/// # Errors
/// See [`Reason`].
pub fn verify(file: &[u8], secret: [u8; 32]) -> Result<Report, Fault> {
    let mut verifier = Verifier::new(secret);
    verifier.push(file)?;
    verifier.finish()
}

impl Verifier {
    /// With a secret that who wrote the file cannot know: see [`Batcher::new`].
    pub fn new(secret: [u8; 32]) -> Self {
        Self {
            reader: Reader::default(),
            batcher: Batcher::new(secret),
            log: None,
            waiting: Vec::new(),
            places: Vec::new(),
            words: BTreeMap::new(),
            blocks: 0,
            failed: None,
        }
    }

    /// Takes the next piece of the file, of any size. After a fault nothing more is read.
    ///
    /// # Errors
    /// The first fault of the file, as soon as it is found: that of an event perhaps by a later piece, or by [`Verifier::finish`].
    pub fn push(&mut self, piece: &[u8]) -> Result<(), Fault> {
        let read = match self.failed {
            Some(fault) => Err(fault),
            None => self.read(piece),
        };
        self.failed = read.err();
        read
    }

    /// How signatures were checked so far.
    pub const fn signatures(&self) -> Counts {
        self.batcher.counts()
    }

    /// The file has ended.
    ///
    /// # Errors
    /// Its first fault.
    pub fn finish(mut self) -> Result<Report, Fault> {
        if let Some(fault) = self.failed {
            return Err(fault);
        }
        self.settle()?;
        let (at, tips) = (self.reader.at(), self.reader.tips().to_vec());
        self.reader.finish().map_err(|error| unread(error, at))?;
        let log = self.log.ok_or_else(|| unread(CarError::NoFounding, at))?;
        let whole = Whole { log, places: self.places, words: self.words };
        whole.check_tips(&tips)?;
        whole.report(!tips.is_empty())
    }

    fn read(&mut self, piece: &[u8]) -> Result<(), Fault> {
        let mut blocks = Vec::new();
        let read = self.reader.push(piece, &mut blocks);
        let taken = blocks.into_iter().try_for_each(|it| self.take_next(it));
        // What came before a fault of the file comes first.
        let read = taken.and_then(|()| read.map_err(|error| unread(error, self.reader.at())));
        if read.is_err() {
            self.settle()?;
        }
        read
    }

    fn take_next(&mut self, block: CarBlock) -> Result<(), Fault> {
        self.blocks += 1;
        if self.blocks == 1 && self.reader.room() != Some(block.cid) {
            return Err(unread(CarError::NoFounding, 0));
        }
        let place = Place { at: block.at, block: self.blocks, cid: Some(block.cid) };
        self.take(block, place).map_err(|reason| Fault { place, reason })?;
        if self.waiting.len() >= LOT { self.settle() } else { Ok(()) }
    }

    fn take(&mut self, block: CarBlock, place: Place) -> Result<(), Reason> {
        // Events are maps and words are lists, so neither is ever taken for the other.
        const LIST: u8 = 4;
        let CarBlock { cid, block, .. } = block;
        if block.first().is_some_and(|first| first >> 5 == LIST) {
            let words = Words::decode(&block)?;
            if self.reader.room() != Some(words.0) {
                return Err(Reason::StrayWords);
            }
            let found = Found { place, cid, author: words.1, seq: words.2 };
            return self.words.insert(cid, found).map_or(Ok(()), |_| Err(Reason::Twice));
        }
        let Some(room) = self.reader.room() else { return Err(CarError::NotCar.into()) };
        let unverified = self.log.get_or_insert_with(|| Log::new(room)).read(&cid, &block)?;
        self.waiting.push(Waiting { place, cid, block, unverified });
        Ok(())
    }

    /// Verifies what waits, and admits it, in the order of the file.
    fn settle(&mut self) -> Result<(), Fault> {
        let Some(log) = &mut self.log else { return Ok(()) };
        let waiting = mem::take(&mut self.waiting);
        let mut batch = Batch::with_capacity(waiting.len());
        waiting.iter().for_each(|it| it.unverified.join(&it.block, &mut batch));
        for (it, verdict) in waiting.into_iter().zip(self.batcher.check(&batch)) {
            let Waiting { place, cid, block, unverified } = it;
            let event = unverified.judged(verdict);
            let reason = match event.and_then(|event| log.admit_verified(cid, event, block)) {
                Ok(Admission::Admitted(_)) => {
                    self.places.push(place);
                    continue;
                }
                Ok(Admission::Known(_)) => Reason::Twice,
                Ok(Admission::Pending(missing)) => match missing.first() {
                    Some(missing) => Reason::MissingParent(*missing),
                    None => continue,
                },
                Err(refusal) => refusal.into(),
            };
            return Err(Fault { place, reason });
        }
        Ok(())
    }
}

/// A file of which every block is good.
struct Whole {
    log: Log,
    places: Vec<Place>,
    words: BTreeMap<Cid, Found>,
}

impl Whole {
    /// The header names the tips, and nothing else, if it names any.
    fn check_tips(&self, named: &[Cid]) -> Result<(), Fault> {
        let header = Place { at: 0, block: 0, cid: None };
        if let Some(missing) = named.iter().find(|it| self.log.find(it).is_none()) {
            return Err(Fault { place: header, reason: Reason::MissingTip(*missing) });
        }
        let named = sorted::set(named.iter().copied());
        let mut tips = self.log.tips().iter();
        let unnamed = tips.find(|ix| !named.is_empty() && !named.contains(&self.log.entry(*ix).cid));
        let place = unnamed.and_then(|ix| self.places.get(ix.0 as usize));
        place.map_or(Ok(()), |place| Err(Fault { place: *place, reason: Reason::UnnamedTip }))
    }

    fn report(self, names_tips: bool) -> Result<Report, Fault> {
        let Self { log, words, .. } = &self;
        let (mut title, mut authors, mut numbers) = (String::new(), Vec::<Author>::new(), BTreeMap::new());
        let (mut strays, mut lacking) = (sorted::set(words.keys().copied()), sorted::set([]));
        for (_, entry) in log.entries() {
            let event = &entry.event;
            let at = *numbers.entry(event.author).or_insert_with(|| {
                let (node, split) = (event.author, log.is_split(&event.author));
                authors.push(Author { node, name: String::new(), split, kinds: BTreeMap::new(), words: 0 });
                authors.len() - 1
            });
            let Some(author) = authors.get_mut(at) else { continue };
            *author.kinds.entry(event.body.kind().to_owned()).or_default() += 1;
            match &event.body {
                // In the order of a file the last one is the latest.
                Body::Introduced(it) => author.name = it.name.to_string(),
                Body::RoomFounded(it) => title = it.title.to_string(),
                _ => {}
            }
            let Some(link) = event.body.words() else { continue };
            match words.get(&link) {
                None => _ = lacking.insert(link),
                Some(it) if it.author == event.author && it.seq <= event.seq => {
                    author.words += usize::from(strays.remove(&link));
                }
                Some(_) => {}
            }
        }
        let mut stray: Vec<&Found> = words.values().filter(|it| strays.contains(&it.cid)).collect();
        sorted::short_list(&mut stray, |it| it.place.at);
        if let Some(found) = stray.first() {
            return Err(Fault { place: found.place, reason: Reason::StrayWords });
        }
        Ok(Report {
            room: log.room(),
            title,
            events: log.len(),
            words: words.len(),
            lacking: lacking.len(),
            names_tips: names_tips || log.len() == 1,
            authors,
        })
    }
}

/// Where a file cannot be read on.
fn unread(error: CarError, at: u64) -> Fault {
    let block = match error {
        CarError::NotCar | CarError::Version(_) | CarError::NotARoom | CarError::NoFounding => 0,
        CarError::BadLength { block }
        | CarError::BadName { block }
        | CarError::Damaged { block }
        | CarError::Truncated { block } => block,
    };
    let at = if block == 0 { 0 } else { at };
    Fault { place: Place { at, block, cid: None }, reason: error.into() }
}
