//! One pass over the bytes of a block, before anything is built from them: are they one map in canonical DAG-CBOR
//! (the IPLD specification's strict form), not nested too deeply, and where does its signature stand?
//!
//! It walks with a stack of fixed size and allocates nothing, so hostile bytes cost one look at each of them. It
//! deliberately knows nothing of an event's fields but `v` and `sig`.

use std::ops::Range;

use crate::{EventError, limits};

/// What the pass found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scan {
    /// The value of `v`, if it is a number.
    pub(crate) version: Option<u64>,
    /// Entries of the map.
    pub(crate) entries: u64,
    /// Where the entry `sig`, key and value, stands.
    pub(crate) sig: Option<Range<usize>>,
}

/// CBOR's tag for links: the only one DAG-CBOR has.
const TAG_LINK: u64 = 42;

/// Checks a whole block.
pub(crate) fn scan(block: &[u8]) -> Result<Scan, EventError> {
    let mut reader = Reader { rest: block, whole: block.len() };
    let (major, entries) = reader.head()?;
    if major != 5 {
        return Err(EventError::Malformed);
    }
    let mut scan = Scan { version: None, entries, sig: None };
    let mut last: &[u8] = &[];
    for nth in 0..entries {
        let start = reader.at();
        let key = reader.key(nth == 0, last)?;
        last = key;
        if key == b"v" {
            scan.version = reader.peek_number();
        }
        reader.value()?;
        if key == b"sig" {
            scan.sig = Some(start..reader.at());
        }
    }
    // One block, one event: bytes that follow would give the same event another name.
    if reader.rest.is_empty() { Ok(scan) } else { Err(EventError::NotCanonical) }
}

/// Whether bytes are one value in canonical form, whatever it is and whoever it is for.
pub(crate) fn check(bytes: &[u8]) -> Result<(), EventError> {
    let mut reader = Reader { rest: bytes, whole: bytes.len() };
    reader.value()?;
    if reader.rest.is_empty() { Ok(()) } else { Err(EventError::NotCanonical) }
}

/// A list or map that is being walked.
#[derive(Clone, Copy)]
struct Level<'a> {
    left: u64,
    /// In a map: the key before, since keys must rise.
    key: Option<&'a [u8]>,
    first: bool,
}

#[derive(Clone)]
struct Reader<'a> {
    rest: &'a [u8],
    whole: usize,
}

impl<'a> Reader<'a> {
    fn at(&self) -> usize {
        self.whole - self.rest.len()
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

    fn peek_number(&self) -> Option<u64> {
        match self.clone().head() {
            Ok((0, number)) => Some(number),
            _ => None,
        }
    }

    /// A key: text, and after the key before (shorter first, then by bytes).
    fn key(&mut self, first: bool, last: &[u8]) -> Result<&'a [u8], EventError> {
        let (major, length) = self.head()?;
        if major != 3 {
            return Err(EventError::Malformed);
        }
        let key = self.text(length)?;
        if first || (last.len(), last) < (key.len(), key) { Ok(key) } else { Err(EventError::NotCanonical) }
    }

    fn text(&mut self, length: u64) -> Result<&'a [u8], EventError> {
        let text = self.take(length)?;
        std::str::from_utf8(text).map(str::as_bytes).map_err(|_| EventError::Malformed)
    }

    /// One value, with all that stands in it.
    fn value(&mut self) -> Result<(), EventError> {
        // The event's own map is the first level.
        const DEPTH: usize = limits::NESTING - 1;
        let mut levels = [Level { left: 0, key: None, first: true }; DEPTH];
        let mut depth = 0;
        loop {
            if let Some(level) = self.item()? {
                *levels.get_mut(depth).ok_or(EventError::TooDeep)? = level;
                depth += 1;
            }
            // Up from everything that is complete now, to where the next value is due.
            loop {
                let Some(level) = depth.checked_sub(1).and_then(|top| levels.get_mut(top)) else { return Ok(()) };
                if let Some(left) = level.left.checked_sub(1) {
                    level.left = left;
                    if let Some(last) = level.key {
                        level.key = Some(self.key(level.first, last)?);
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
            3 => drop(self.text(argument)?),
            4 => return Ok(Some(Level { left: argument, key: None, first: true })),
            5 => return Ok(Some(Level { left: argument, key: Some(&[]), first: true })),
            6 => self.link(argument)?,
            _ => self.simple(argument)?,
        }
        Ok(None)
    }

    /// A link: tag 42 on bytes, the first of which is zero.
    fn link(&mut self, tag: u64) -> Result<(), EventError> {
        let (major, length) = self.head()?;
        let bytes = if (tag, major) == (TAG_LINK, 2) { self.take(length)? } else { return Err(EventError::Malformed) };
        if bytes.first() == Some(&0) { Ok(()) } else { Err(EventError::Malformed) }
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
