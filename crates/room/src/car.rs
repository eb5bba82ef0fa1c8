//! The room as a file: CARv1 (<https://ipld.io/specs/transport/car/carv1/>), which any IPLD tool reads. Its first root is the
//! founding event, the others are the log's tips: so whoever leaves an event out is found out, the last one too. Then come all
//! events in display order, each with its words after it where they are at hand. Earlier builds named the founding event alone.
//!
//! The reader takes the file piece by piece, holds at most one block of it, or its header, and checks every block against its name. It
//! deliberately says nothing of what the blocks mean: they go through the same checks as blocks from the network.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Cid, Ix, Log, encode::encode, limits, sorted};

/// Bytes of a CID.
const CID_BYTES: usize = 36;
/// Bytes of a block with its CID, the larger of an event and of words.
const SECTION_BYTES: usize = CID_BYTES + limits::BLOCK_BYTES;
/// Tips that a header names at most; of a log with more, which only harm makes, it names the founding event alone.
const TIPS: usize = 32_768;
/// Bytes of a root in a header: a head of two each for tag and length, a zero, the CID.
const ROOT_BYTES: usize = 2 + 2 + 1 + CID_BYTES;
/// Bytes of a header: those of the founding event and all tips, and what stands around them.
const HEADER_BYTES: usize = (1 + TIPS) * ROOT_BYTES + 64;
/// Bytes of the number before header and block: seven bits each, and neither is over 2^21.
const LENGTH_BYTES: usize = 3;

/// Why a file is not read, or not on. Blocks are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CarError {
    /// The file does not begin with the header of a CAR.
    #[error("this is not a CAR file")]
    NotCar,
    /// A CAR of another version than 1.
    #[error("this is a CAR file of version {0}; only version 1 is read")]
    Version(u64),
    /// It has no root, or one that no room can have, or one twice.
    #[error("this CAR file does not hold a room")]
    NotARoom,
    /// The length before a block is no length, or more than a block can have.
    #[error("block {block} has a damaged length, or is larger than any block of a room")]
    BadLength {
        /// Which.
        block: usize,
    },
    /// A block's name is not a CIDv1 with dag-cbor and sha2-256.
    #[error("block {block} has a damaged name, or is not of a room")]
    BadName {
        /// Which.
        block: usize,
    },
    /// A block is not what its name says.
    #[error("block {block} is damaged")]
    Damaged {
        /// Which.
        block: usize,
    },
    /// The file ends within a block, or within the header (block 0).
    #[error("the file ends in the middle of block {block}")]
    Truncated {
        /// Which.
        block: usize,
    },
    /// The founding event is not in the file.
    #[error("the room's founding event is not in the file")]
    NoFounding,
}

#[derive(Serialize, Deserialize)]
struct Header {
    #[serde(default)]
    roots: Vec<::cid::Cid>,
    version: u64,
}

/// The whole log as a CAR. `words` looks up words blocks; those that are not here or were taken back are left out.
pub fn export(log: &Log, mut words: impl FnMut(&Cid) -> Option<Arc<[u8]>>) -> Vec<u8> {
    let mut file = header(log);
    let mut order: Vec<(u64, Cid, Ix)> = log.entries().map(|(ix, entry)| (entry.event.depth, entry.cid, ix)).collect();
    order.sort_unstable();
    let mut written = BTreeSet::new();
    for (_, cid, ix) in order {
        let entry = log.entry(ix);
        append(&mut file, &cid, &entry.block);
        let link = entry.event.body.words().filter(|it| written.insert(*it));
        if let Some((cid, block)) = link.and_then(|it| Some((it, words(&it)?))) {
            append(&mut file, &cid, &block);
        }
    }
    file
}

/// The beginning of the CAR of a log.
fn header(log: &Log) -> Vec<u8> {
    let founding = log.room();
    let mut roots = vec![founding.to_general()];
    let mut tips: Vec<(u64, Cid)> = log.tips().iter().map(|ix| log.entry(ix).key()).collect();
    tips.sort_unstable();
    if tips.len() <= TIPS {
        roots.extend(tips.iter().filter(|(_, cid)| *cid != founding).map(|(_, cid)| cid.to_general()));
    }
    let header = Header { roots, version: 1 };
    let header = encode(&header).expect("links and a number can be encoded");
    let mut file = Vec::new();
    append_length(&mut file, header.len());
    file.extend(header);
    file
}

/// Appends one block.
fn append(file: &mut Vec<u8>, cid: &Cid, block: &[u8]) {
    append_length(file, CID_BYTES + block.len());
    file.extend(cid.to_bytes());
    file.extend(block);
}

/// An unsigned LEB128 number, as short as can be.
fn append_length(file: &mut Vec<u8>, mut length: usize) {
    while length > 0x7f {
        file.push(length as u8 | 0x80);
        length >>= 7;
    }
    file.push(length as u8);
}

/// A block of a file, checked against its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarBlock {
    /// Where its section begins, in bytes from the beginning of the file.
    pub at: u64,
    /// Its name.
    pub cid: Cid,
    /// Its bytes.
    pub block: Arc<[u8]>,
}

/// Reads a CAR piece by piece: [`Reader::push`] each piece, then [`Reader::finish`].
#[derive(Debug, Clone, Default)]
pub struct Reader {
    /// What has come and is not read: less than one section between calls.
    rest: Vec<u8>,
    /// Bytes before that.
    at: u64,
    /// Once the header was read: the founding event, and then the tips, if it names them.
    roots: Vec<Cid>,
    /// Blocks read.
    blocks: usize,
    founding: bool,
    failed: Option<CarError>,
}

impl Reader {
    /// At the beginning of a file.
    pub fn new() -> Self {
        Self::default()
    }

    /// The room, once the header was read.
    pub fn room(&self) -> Option<Cid> {
        self.roots.first().copied()
    }

    /// The tips that the header names beside the founding event; none in files of earlier builds, and of a room that nobody has
    /// written in.
    pub fn tips(&self) -> &[Cid] {
        self.roots.get(1..).unwrap_or_default()
    }

    /// Where the section begins that comes next, or that could not be read: bytes from the beginning of the file.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// How many good blocks were read.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// Takes the next piece of the file, of any size; appends the blocks that it completes to `blocks`. After an error,
    /// blocks that came before it stand, and nothing more is read.
    pub fn push(&mut self, piece: &[u8], blocks: &mut Vec<CarBlock>) -> Result<(), CarError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.rest.extend_from_slice(piece);
        let mut rest = std::mem::take(&mut self.rest);
        let read = self.sections(&rest, blocks);
        self.failed = read.err();
        rest.drain(..read?);
        self.rest = rest;
        Ok(())
    }

    /// The file has ended: whether it was whole. Returns how many blocks it had.
    pub fn finish(self) -> Result<usize, CarError> {
        match self.failed {
            Some(error) => Err(error),
            None if self.roots.is_empty() && self.rest.is_empty() => Err(CarError::NotCar),
            None if self.roots.is_empty() => Err(CarError::Truncated { block: 0 }),
            None if !self.rest.is_empty() => Err(CarError::Truncated { block: self.blocks + 1 }),
            None if !self.founding => Err(CarError::NoFounding),
            None => Ok(self.blocks),
        }
    }

    /// Reads all that is complete; returns how many bytes that were.
    fn sections(&mut self, bytes: &[u8], blocks: &mut Vec<CarBlock>) -> Result<usize, CarError> {
        let mut rest = bytes;
        loop {
            let room = self.room();
            let (most, error) = match room {
                None => (HEADER_BYTES, CarError::NotCar),
                Some(_) => (SECTION_BYTES, CarError::BadLength { block: self.blocks + 1 }),
            };
            let (section, after) = match split(rest, most) {
                Split::Section(section, after) => (section, after),
                Split::More => return Ok(bytes.len() - rest.len()),
                Split::BadLength => return Err(error),
            };
            match room {
                None => self.roots = read_header(section)?,
                Some(root) => {
                    let block = read_block(section, self.blocks + 1, self.at)?;
                    self.founding |= block.cid == root;
                    self.blocks += 1;
                    blocks.push(block);
                }
            }
            self.at += (rest.len() - after.len()) as u64;
            rest = after;
        }
    }
}

/// What a piece of a file begins with.
enum Split<'a> {
    /// A section, and what follows it.
    Section(&'a [u8], &'a [u8]),
    /// More has to come first.
    More,
    /// A length that no section has.
    BadLength,
}

fn split(bytes: &[u8], most: usize) -> Split<'_> {
    let mut length = 0_usize;
    for (nth, byte) in bytes.iter().take(LENGTH_BYTES).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * nth);
        if byte & 0x80 == 0 {
            // A last byte of zero says nothing: the same length, longer.
            let shortest = *byte != 0 || nth == 0;
            if !shortest || !(1..=most).contains(&length) {
                return Split::BadLength;
            }
            let section = bytes.get(nth + 1..).and_then(|rest| rest.split_at_checked(length));
            return section.map_or(Split::More, |(section, after)| Split::Section(section, after));
        }
    }
    if bytes.len() < LENGTH_BYTES { Split::More } else { Split::BadLength }
}

fn read_header(section: &[u8]) -> Result<Vec<Cid>, CarError> {
    let header: Header = serde_ipld_dagcbor::from_slice(section).map_err(|_| CarError::NotCar)?;
    if header.version != 1 {
        return Err(CarError::Version(header.version));
    }
    let roots: Result<Vec<Cid>, _> = header.roots.iter().map(Cid::try_from).collect();
    let roots = roots.map_err(|_| CarError::NotARoom)?;
    let distinct = sorted::set(roots.iter().copied()).len() == roots.len();
    if distinct && !roots.is_empty() { Ok(roots) } else { Err(CarError::NotARoom) }
}

fn read_block(section: &[u8], nth: usize, at: u64) -> Result<CarBlock, CarError> {
    let (name, block) = section.split_at_checked(CID_BYTES).ok_or(CarError::BadName { block: nth })?;
    let cid = Cid::from_bytes(name).map_err(|_| CarError::BadName { block: nth })?;
    if Cid::of(block) == cid {
        Ok(CarBlock { at, cid, block: block.into() })
    } else {
        Err(CarError::Damaged { block: nth })
    }
}
