//! One pass over the bytes of a block, before anything is built from them: are they canonical DAG-CBOR (the IPLD
//! specification's strict form), not nested too deeply?
//!
//! This alone decides the form, so that every build admits the same blocks whatever it understands of them: shortest
//! definite heads; unique text keys, shorter first; UTF-8; tag 42 only on a zero and a whole CIDv1; false, true, null;
//! finite 64-bit floats but -0; at most [`limits::NESTING`] levels. It walks with a stack of fixed size and allocates
//! nothing, so hostile bytes cost one look at each of them. It deliberately knows nothing of events.

use crate::{Cid, EventError, cid::is_whole, limits};

/// CBOR's tag for links: the only one DAG-CBOR has.
const TAG_LINK: u64 = 42;
/// Null, the one spelling of nothing.
const NULL: u8 = 0xf6;

/// Whether bytes are one value in canonical form, whatever it is and whoever it is for.
pub(crate) fn check(bytes: &[u8]) -> Result<(), EventError> {
    let mut reader = Reader::new(bytes);
    reader.value(0)?;
    reader.end()
}

/// A list or map that is being walked.
#[derive(Clone, Copy)]
struct Level<'a> {
    left: u64,
    /// In a map: the key before, since keys must rise.
    key: Option<&'a [u8]>,
    first: bool,
}

/// One item of a block. What stands in a list or map comes after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Item<'a> {
    Number(u64),
    /// So much below -1.
    Negative(u64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(u64),
    Map(u64),
    /// The CID alone.
    Link(&'a [u8]),
    Bool(bool),
    Null,
    Float(f64),
}

/// Where the pass has got to.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    whole: usize,
}

impl<'a> Reader<'a> {
    /// At the beginning of these bytes.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, whole: bytes.len() }
    }

    /// How many bytes were read.
    pub(crate) fn at(&self) -> usize {
        self.whole - self.rest.len()
    }

    /// One block, one thing: bytes that follow would give the same another name.
    pub(crate) fn end(&self) -> Result<(), EventError> {
        if self.rest.is_empty() { Ok(()) } else { Err(EventError::NotCanonical) }
    }

    /// Whether null comes next.
    pub(crate) fn is_null(&self) -> bool {
        self.rest.first() == Some(&NULL)
    }

    /// Whether a list comes next.
    pub(crate) fn is_list(&self) -> bool {
        self.rest.first().is_some_and(|first| first >> 5 == 4)
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], EventError> {
        let count = usize::try_from(count).map_err(|_| EventError::Malformed)?;
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(EventError::Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Major type and argument of the next item, in the shortest form. Of major type 7 the argument is not looked at.
    fn head(&mut self) -> Result<(u8, u64), EventError> {
        let (&first, rest) = self.rest.split_first().ok_or(EventError::Malformed)?;
        self.rest = rest;
        let (major, info) = (first >> 5, first & 31);
        if major == 7 {
            return Ok((major, info.into()));
        }
        let (bytes, least) = match info {
            0..=23 => return Ok((major, info.into())),
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            // Of a length that is told at the end: CBOR, but not DAG-CBOR.
            31 if (2..=5).contains(&major) => return Err(EventError::NotCanonical),
            _ => return Err(EventError::Malformed),
        };
        let argument = self.take(bytes)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        if argument < least { Err(EventError::NotCanonical) } else { Ok((major, argument)) }
    }

    /// The argument of the next item, which is of this major type.
    fn expect(&mut self, wanted: u8) -> Result<u64, EventError> {
        let (major, argument) = self.head()?;
        if major == wanted { Ok(argument) } else { Err(EventError::Malformed) }
    }

    /// A number, not negative.
    pub(crate) fn number(&mut self) -> Result<u64, EventError> {
        self.expect(0)
    }

    /// So many bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], EventError> {
        let length = self.expect(2)?;
        self.take(length)?.try_into().map_err(|_| EventError::Malformed)
    }

    /// A text.
    pub(crate) fn text(&mut self) -> Result<&'a str, EventError> {
        let length = self.expect(3)?;
        self.utf8(length)
    }

    /// How many items the next list has; they come after it.
    pub(crate) fn list(&mut self) -> Result<u64, EventError> {
        self.expect(4)
    }

    /// How many entries the next map has; they come after it.
    pub(crate) fn map(&mut self) -> Result<u64, EventError> {
        self.expect(5)
    }

    /// A link to a block of ours.
    pub(crate) fn cid(&mut self) -> Result<Cid, EventError> {
        let tag = self.expect(6)?;
        let length = self.expect(2)?;
        let bytes = self.take(length)?.strip_prefix(&[0]).filter(|_| tag == TAG_LINK);
        bytes.and_then(|it| Cid::from_bytes(it).ok()).ok_or(EventError::Malformed)
    }

    /// A key: text, and after the key before (shorter first, then by bytes).
    pub(crate) fn key(&mut self, last: Option<&[u8]>) -> Result<&'a [u8], EventError> {
        let key = self.text()?.as_bytes();
        let rises = last.is_none_or(|last| (last.len(), last) < (key.len(), key));
        if rises { Ok(key) } else { Err(EventError::NotCanonical) }
    }

    fn utf8(&mut self, length: u64) -> Result<&'a str, EventError> {
        std::str::from_utf8(self.take(length)?).map_err(|_| EventError::Malformed)
    }

    /// The next item, of a block that was found canonical.
    pub(crate) fn next(&mut self) -> Result<Item<'a>, EventError> {
        let (major, argument) = self.head()?;
        Ok(match (major, argument) {
            (0, number) => Item::Number(number),
            (1, number) => Item::Negative(number),
            (2, length) => Item::Bytes(self.take(length)?),
            (3, length) => Item::Text(self.utf8(length)?),
            (4, count) => Item::List(count),
            (5, count) => Item::Map(count),
            (6, _) => {
                let length = self.expect(2)?;
                Item::Link(self.take(length)?.get(1..).unwrap_or_default())
            }
            (_, 20 | 21) => Item::Bool(argument == 21),
            (_, 27) => {
                let bits = self.take(8)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
                Item::Float(f64::from_bits(bits))
            }
            _ => Item::Null,
        })
    }

    /// One value, with all that stands in it; so many lists and maps are around it.
    pub(crate) fn value(&mut self, around: usize) -> Result<(), EventError> {
        let mut levels = [Level { left: 0, key: None, first: true }; limits::NESTING];
        let mut depth = 0;
        loop {
            if let Some(level) = self.item()? {
                if around + depth >= limits::NESTING {
                    return Err(EventError::TooDeep);
                }
                *levels.get_mut(depth).ok_or(EventError::TooDeep)? = level;
                depth += 1;
            }
            // Up from everything that is complete now, to where the next value is due.
            loop {
                let Some(level) = depth.checked_sub(1).and_then(|top| levels.get_mut(top)) else { return Ok(()) };
                if let Some(left) = level.left.checked_sub(1) {
                    level.left = left;
                    if let Some(last) = level.key {
                        level.key = Some(self.key((!level.first).then_some(last))?);
                        level.first = false;
                    }
                    break;
                }
                depth -= 1;
            }
        }
    }

    /// One item; what stands in a list or map comes after it.
    fn item(&mut self) -> Result<Option<Level<'a>>, EventError> {
        let (major, argument) = self.head()?;
        match major {
            0 | 1 => {}
            2 => drop(self.take(argument)?),
            3 => drop(self.utf8(argument)?),
            4 => return Ok(Some(Level { left: argument, key: None, first: true })),
            5 => return Ok(Some(Level { left: argument, key: Some(&[]), first: true })),
            6 => self.link(argument)?,
            _ => self.simple(argument)?,
        }
        Ok(None)
    }

    /// A link: tag 42 on bytes, which are a zero and a whole CIDv1.
    fn link(&mut self, tag: u64) -> Result<(), EventError> {
        let (major, length) = self.head()?;
        let bytes = if (tag, major) == (TAG_LINK, 2) { self.take(length)? } else { return Err(EventError::Malformed) };
        let cid = bytes.strip_prefix(&[0]).ok_or(EventError::Malformed)?;
        if is_whole(cid) { Ok(()) } else { Err(EventError::NotCanonical) }
    }

    /// False, true, null, or a finite number of 64 bits; zero has no sign.
    fn simple(&mut self, info: u64) -> Result<(), EventError> {
        match info {
            20..=22 => Ok(()),
            25 | 26 => Err(EventError::NotCanonical),
            27 => {
                let bits = self.take(8)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
                let number = f64::from_bits(bits);
                if number.is_finite() && bits != (-0.0_f64).to_bits() { Ok(()) } else { Err(EventError::NotCanonical) }
            }
            _ => Err(EventError::Malformed),
        }
    }
}
