//! How what a message says stands in bytes: records of named parts, nothing else.
//!
//! Written by hand rather than derived, because three things are wanted of it that serde's derives have not: one description of a
//! record for both [`Form`]s, the count of parts that this build does not know, and little weight in the page. It reads only bytes that
//! passed [`paceline_room::canonical::check`], so nothing in here need be strict about spelling; still no byte is trusted.

use paceline_room::NodeId;
use serde_bytes::{ByteArray, ByteBuf};

/// How the parts of a record stand in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// By name, in a map: `/paceline/2`. Parts may be added.
    #[default]
    Named,
    /// By place, in a list: `/paceline/1`, as builds before the first release speak. Nothing can be added.
    Placed,
}

/// The version that stands before a message in the form [`Form::Placed`].
pub(super) const PLACED_VERSION: u64 = 1;

/// What can stand in a message.
pub(super) trait Write {
    /// Writes it.
    fn write(&self, to: &mut Writer);

    /// Whether it is left out of a map.
    fn is_absent(&self) -> bool {
        false
    }

    /// Whether it was added after [`Form::Placed`], which has no place for it.
    fn is_later(&self) -> bool {
        false
    }
}

/// What can be read from a message.
pub(super) trait Read: Sized {
    /// Reads it; `None`: it is none.
    fn read(from: &mut Reader, value: Value<'_>) -> Option<Self>;

    /// What it is when it is left out.
    fn absent() -> Option<Self> {
        None
    }
}

/// Puts a message together.
pub(super) struct Writer {
    form: Form,
    out: Vec<u8>,
}

impl Writer {
    /// One message, of that kind.
    pub(super) fn message(form: Form, kind: &str, content: &dyn Write) -> Vec<u8> {
        let mut to = Self { form, out: Vec::new() };
        if form == Form::Placed {
            to.head(4, 2);
            to.head(0, PLACED_VERSION);
            if content.is_absent() {
                to.text(kind);
                return to.out;
            }
        }
        to.head(5, 1);
        to.text(kind);
        content.write(&mut to);
        to.out
    }

    /// A record by itself.
    pub(super) fn alone(record: &dyn Write) -> Vec<u8> {
        let mut to = Self { form: Form::Named, out: Vec::new() };
        record.write(&mut to);
        to.out
    }

    fn head(&mut self, major: u8, argument: u64) {
        let major = major << 5;
        let bytes = argument.to_be_bytes();
        let (info, length) = match argument {
            0..=23 => return self.out.push(major | argument as u8),
            24..=0xff => (24, 1),
            0x100..=0xffff => (25, 2),
            0x1_0000..=0xffff_ffff => (26, 4),
            _ => (27, 8),
        };
        self.out.push(major | info);
        self.out.extend(bytes.iter().skip(8 - length));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.head(3, text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }

    pub(super) fn bytes(&mut self, length: usize, bytes: impl Iterator<Item = u8>) {
        self.head(2, length as u64);
        self.out.extend(bytes);
    }

    /// A record, of parts in the order of their places.
    pub(super) fn record(&mut self, parts: &[(&str, &dyn Write)]) {
        match (self.form, parts) {
            (Form::Named, _) => {
                fn rank(name: &str) -> (usize, &str) {
                    (name.len(), name)
                }
                let present = || parts.iter().filter(|(_, part)| !part.is_absent());
                self.head(5, present().count() as u64);
                let mut after = None;
                // In canonical order, shorter names first. There are few, so looking for the next each time is cheap.
                while let Some((name, part)) =
                    present().filter(|it| after < Some(rank(it.0))).min_by_key(|it| rank(it.0))
                {
                    self.text(name);
                    part.write(self);
                    after = Some(rank(name));
                }
            }
            (Form::Placed, [(_, part)]) => part.write(self),
            (Form::Placed, _) => {
                let placed = || parts.iter().filter(|(_, part)| !part.is_later());
                self.head(4, placed().count() as u64);
                placed().for_each(|(_, part)| part.write(self));
            }
        }
    }
}

/// One value in a message; lists and maps are looked into when their turn comes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Text(&'a [u8]),
    Flag(bool),
    Null,
    List(u64, &'a [u8]),
    Map(u64, &'a [u8]),
    /// What no message of this build holds: a negative number, a float, a link.
    Other,
}

/// Takes a message apart.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) form: Form,
    /// Parts that this build does not know.
    pub(super) newer: usize,
}

impl Reader {
    /// The parts of a record, by their places.
    pub(super) fn record<'a>(
        &mut self,
        value: Value<'a>,
        names: &[&str],
        parts: &mut [Option<Value<'a>>],
    ) -> Option<()> {
        match (self.form, value, names) {
            (Form::Named, Value::Map(count, mut rest), _) => {
                for _ in 0..count {
                    let Value::Text(name) = next(&mut rest)? else { return None };
                    let value = next(&mut rest)?;
                    let place = names.iter().position(|it| it.as_bytes() == name);
                    match place.and_then(|place| parts.get_mut(place)) {
                        Some(part) => *part = Some(value),
                        None => self.newer += 1,
                    }
                }
                Some(())
            }
            (Form::Placed, value, [_]) => {
                *parts.first_mut()? = Some(value);
                Some(())
            }
            // What was added later has no place, and is absent; what has to be there and is not is missed then.
            (Form::Placed, Value::List(count, mut rest), _) if count <= names.len() as u64 => {
                for part in parts.iter_mut().take(count as usize) {
                    *part = Some(next(&mut rest)?).filter(|it| !matches!(it, Value::Null));
                }
                Some(())
            }
            (Form::Placed, Value::Null, []) => Some(()),
            _ => None,
        }
    }

    /// A part as what it should be.
    pub(super) fn part<T: Read>(&mut self, part: Option<Value<'_>>) -> Option<T> {
        match part {
            Some(value) => T::read(self, value),
            None => T::absent(),
        }
    }

    /// The only part of a record.
    pub(super) fn only<T: Read>(&mut self, value: Value<'_>, name: &str) -> Option<T> {
        let mut parts = [None];
        self.record(value, &[name], &mut parts)?;
        let [part] = parts;
        self.part(part)
    }
}

/// The next value of what passed the check of the canonical form.
pub(super) fn next<'a>(rest: &mut &'a [u8]) -> Option<Value<'a>> {
    let (major, info, argument) = head(rest)?;
    Some(match major {
        0 => Value::Number(argument),
        2 => Value::Bytes(take(rest, argument)?),
        3 => Value::Text(take(rest, argument)?),
        4 => Value::List(argument, skip(rest, argument)?),
        5 => Value::Map(argument, skip(rest, argument.checked_mul(2)?)?),
        6 => skip(rest, 1).map(|_| Value::Other)?,
        7 if info == 20 || info == 21 => Value::Flag(info == 21),
        7 if info == 22 => Value::Null,
        _ => Value::Other,
    })
}

fn head(rest: &mut &[u8]) -> Option<(u8, u8, u64)> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    let (major, info) = (first >> 5, first & 31);
    let length = match info {
        0..=23 => return Some((major, info, info.into())),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let argument = take(rest, length)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    Some((major, info, argument))
}

fn take<'a>(rest: &mut &'a [u8], count: u64) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(usize::try_from(count).ok()?)?;
    *rest = after;
    Some(taken)
}

/// Goes past so many values, with all that is in them.
fn skip<'a>(rest: &mut &'a [u8], count: u64) -> Option<&'a [u8]> {
    let start = *rest;
    let mut left = count;
    while left > 0 {
        let (major, _, argument) = head(rest)?;
        let inside = match major {
            2 | 3 => take(rest, argument).map(|_| 0)?,
            4 => argument,
            5 => argument.checked_mul(2)?,
            6 => 1,
            _ => 0,
        };
        left = (left - 1).checked_add(inside)?;
    }
    start.get(..start.len() - rest.len())
}

/// Describes a record: its fields in the order of their places, each with its name.
macro_rules! record {
    ($name:ident { $($field:tt: $part:literal),* $(,)? }) => {
        impl Write for $name {
            fn write(&self, to: &mut Writer) {
                to.record(&[$(($part, &self.$field)),*]);
            }
        }

        impl Read for $name {
            fn read(from: &mut Reader, value: Value<'_>) -> Option<Self> {
                const NAMES: &[&str] = &[$($part),*];
                let mut parts = [None; NAMES.len()];
                from.record(value, NAMES, &mut parts)?;
                let mut parts = parts.into_iter();
                Some(Self { $($field: from.part(parts.next()?)?),* })
            }
        }
    };
}
pub(super) use record;

/// A record of one part.
pub(super) struct Only<'a>(pub(super) &'a str, pub(super) &'a dyn Write);

impl Write for Only<'_> {
    fn write(&self, to: &mut Writer) {
        to.record(&[(self.0, self.1)]);
    }
}

/// A record without parts.
impl Write for () {
    fn write(&self, to: &mut Writer) {
        to.record(&[]);
    }

    fn is_absent(&self) -> bool {
        true
    }
}

impl Read for () {
    fn read(from: &mut Reader, value: Value<'_>) -> Option<Self> {
        from.record(value, &[], &mut [])
    }
}

impl Write for u64 {
    fn write(&self, to: &mut Writer) {
        to.head(0, *self);
    }
}

impl Read for u64 {
    fn read(_: &mut Reader, value: Value<'_>) -> Option<Self> {
        if let Value::Number(number) = value { Some(number) } else { None }
    }
}

impl Write for u8 {
    fn write(&self, to: &mut Writer) {
        to.head(0, u64::from(*self));
    }
}

impl Read for u8 {
    fn read(from: &mut Reader, value: Value<'_>) -> Option<Self> {
        Self::try_from(u64::read(from, value)?).ok()
    }
}

impl Write for bool {
    fn write(&self, to: &mut Writer) {
        to.out.push(0xf4 | u8::from(*self));
    }
}

impl Read for bool {
    fn read(_: &mut Reader, value: Value<'_>) -> Option<Self> {
        if let Value::Flag(flag) = value { Some(flag) } else { None }
    }
}

impl Write for ByteBuf {
    fn write(&self, to: &mut Writer) {
        to.bytes(self.len(), self.iter().copied());
    }
}

impl Read for ByteBuf {
    fn read(_: &mut Reader, value: Value<'_>) -> Option<Self> {
        if let Value::Bytes(bytes) = value { Some(Self::from(bytes)) } else { None }
    }
}

impl<const N: usize> Write for ByteArray<N> {
    fn write(&self, to: &mut Writer) {
        to.bytes(N, self.iter().copied());
    }
}

impl<const N: usize> Read for ByteArray<N> {
    fn read(_: &mut Reader, value: Value<'_>) -> Option<Self> {
        if let Value::Bytes(bytes) = value { Some(Self::new(bytes.try_into().ok()?)) } else { None }
    }
}

impl Write for NodeId {
    fn write(&self, to: &mut Writer) {
        to.bytes(32, self.as_bytes().iter().copied());
    }
}

impl Read for NodeId {
    fn read(from: &mut Reader, value: Value<'_>) -> Option<Self> {
        Some(Self::from_bytes(ByteArray::read(from, value)?.into_array()))
    }
}

impl<T: Write> Write for Option<T> {
    fn write(&self, to: &mut Writer) {
        match self {
            Some(it) => it.write(to),
            None => to.out.push(0xf6),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Read> Read for Option<T> {
    fn read(from: &mut Reader, value: Value<'_>) -> Option<Self> {
        T::read(from, value).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Write> Write for Vec<T> {
    fn write(&self, to: &mut Writer) {
        to.head(4, self.len() as u64);
        self.iter().for_each(|it| it.write(to));
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(from: &mut Reader, value: Value<'_>) -> Option<Self> {
        let Value::List(count, mut rest) = value else { return None };
        (0..count).map(|_| T::read(from, next(&mut rest)?)).collect()
    }
}
