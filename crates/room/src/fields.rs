//! What stands in the fields of a body: texts, lists and numbers that carry their limit in their type.
//!
//! One that is over it cannot be made, so a body that exists can be written, and one that is read and does not fit is
//! [`Unknown`](crate::Unknown): no other list has to know the limits. Reading never cuts anything off.

use std::{fmt, ops::Deref};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error as _},
};
use serde_bytes::ByteBuf;

use crate::{Cid, EventError, limits, scan::Reader};

/// A text of at most so many characters.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Short<const MOST: usize>(String);

/// A title or a name.
pub type Title = Short<{ limits::TITLE_CHARS }>;
/// A purpose, a word that comes with an act, an address.
pub type Note = Short<{ limits::NOTE_CHARS }>;
/// A tag, a strength, the name of a form.
pub type Tag = Short<{ limits::TAG_CHARS }>;

/// At most so many of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct List<T, const MOST: usize>(Vec<T>);

/// Tags, or strengths.
pub type Tags = List<Tag, { limits::TAGS }>;

/// Events that something builds on: at least one, and at most as many as an event has parents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tips(List<Cid, { limits::PARENTS }>);

/// A number from one to the other, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Within<const LEAST: u64, const MOST: u64>(u64);

/// So many bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bytes<const LEAST: usize, const MOST: usize>(Box<[u8]>);

impl<const MOST: usize> Short<MOST> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> TryFrom<String> for Short<MOST> {
    type Error = EventError;

    fn try_from(text: String) -> Result<Self, EventError> {
        if is_short(&text, MOST) { Ok(Self(text)) } else { Err(EventError::FieldTooLong) }
    }
}

impl<const MOST: usize> TryFrom<&str> for Short<MOST> {
    type Error = EventError;

    fn try_from(text: &str) -> Result<Self, EventError> {
        String::from(text).try_into()
    }
}

impl<const MOST: usize> From<Short<MOST>> for String {
    fn from(text: Short<MOST>) -> Self {
        text.0
    }
}

impl<const MOST: usize> Deref for Short<MOST> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> fmt::Display for Short<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de, const MOST: usize> Deserialize<'de> for Short<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

impl<T, const MOST: usize> Default for List<T, MOST> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MOST: usize> TryFrom<Vec<T>> for List<T, MOST> {
    type Error = EventError;

    fn try_from(items: Vec<T>) -> Result<Self, EventError> {
        if items.len() <= MOST { Ok(Self(items)) } else { Err(EventError::FieldTooLong) }
    }
}

impl<T, const MOST: usize> Deref for List<T, MOST> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for List<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

impl<const LENGTH: usize, const MOST: usize> List<Short<LENGTH>, MOST> {
    /// These texts.
    ///
    /// # Errors
    /// One of them is too long, or there are too many.
    pub fn of(texts: Vec<String>) -> Result<Self, EventError> {
        texts.into_iter().map(Short::try_from).collect::<Result<Vec<_>, _>>()?.try_into()
    }

    /// The texts without their limits.
    pub fn into_strings(self) -> Vec<String> {
        self.0.into_iter().map(String::from).collect()
    }
}

impl TryFrom<Vec<Cid>> for Tips {
    type Error = EventError;

    fn try_from(tips: Vec<Cid>) -> Result<Self, EventError> {
        if tips.is_empty() { Err(EventError::OutOfRange) } else { tips.try_into().map(Self) }
    }
}

impl Deref for Tips {
    type Target = [Cid];

    fn deref(&self) -> &[Cid] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Tips {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

impl<const LEAST: u64, const MOST: u64> Within<LEAST, MOST> {
    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl<const LEAST: u64, const MOST: u64> TryFrom<u64> for Within<LEAST, MOST> {
    type Error = EventError;

    fn try_from(number: u64) -> Result<Self, EventError> {
        if (LEAST..=MOST).contains(&number) { Ok(Self(number)) } else { Err(EventError::OutOfRange) }
    }
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Within<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

impl<const LEAST: usize, const MOST: usize> TryFrom<Vec<u8>> for Bytes<LEAST, MOST> {
    type Error = EventError;

    fn try_from(bytes: Vec<u8>) -> Result<Self, EventError> {
        match bytes.len() {
            few if few < LEAST => Err(EventError::OutOfRange),
            many if many > MOST => Err(EventError::FieldTooLong),
            _ => Ok(Self(bytes.into())),
        }
    }
}

impl<const LEAST: usize, const MOST: usize> Deref for Bytes<LEAST, MOST> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<const LEAST: usize, const MOST: usize> Serialize for Bytes<LEAST, MOST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de, const LEAST: usize, const MOST: usize> Deserialize<'de> for Bytes<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ByteBuf::deserialize(deserializer)?.into_vec().try_into().map_err(D::Error::custom)
    }
}

/// Whether a text has at most so many characters.
pub(crate) fn is_short(text: &str, most: usize) -> bool {
    // A text has at most as many characters as bytes, and most texts are short.
    text.len() <= most || text.chars().take(most + 1).count() <= most
}

/// A field that may be absent; there and empty it would be a second way of saying the same.
pub(crate) trait Optional {
    fn is_empty(&self) -> bool;
}

impl<T> Optional for Option<T> {
    fn is_empty(&self) -> bool {
        self.is_none()
    }
}

impl<T, const MOST: usize> Optional for List<T, MOST> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const MOST: usize> Optional for Short<MOST> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads an optional field that is there.
pub(crate) fn given<'de, T: Deserialize<'de> + Optional, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let value = T::deserialize(deserializer)?;
    if value.is_empty() { Err(D::Error::custom("empty")) } else { Ok(value) }
}

/// The fields of a body, each as it is encoded. What reads a field is made once for each type and not for each kind: kinds are many.
pub(crate) struct Fields<'a>(Vec<(&'a [u8], &'a [u8])>);

impl<'a> Fields<'a> {
    /// Of a body in a block that was found canonical, unless it is no map.
    pub(crate) fn of(content: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(content);
        let mut fields = Vec::new();
        let mut last = None;
        for _ in 0..reader.map().ok()? {
            let key = reader.key(last).ok()?;
            let start = reader.at();
            reader.value(0).ok()?;
            fields.push((key, content.get(start..reader.at())?));
            last = Some(key);
        }
        reader.end().ok()?;
        Some(Self(fields))
    }

    /// One that has to be there.
    pub(crate) fn needed<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        read(self.take(name)?)
    }

    /// One that is absent rather than empty.
    pub(crate) fn optional<T: DeserializeOwned + Optional + Default>(&mut self, name: &str) -> Option<T> {
        match self.take(name) {
            Some(bytes) => read(bytes).filter(|it: &T| !it.is_empty()),
            None => Some(T::default()),
        }
    }

    /// Whether there is no field that nobody asked for.
    pub(crate) fn all_read(&self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self, name: &str) -> Option<&'a [u8]> {
        let at = self.0.iter().position(|(key, _)| *key == name.as_bytes())?;
        Some(self.0.swap_remove(at).1)
    }
}

/// What is encoded there, if it is of this type.
#[inline(never)]
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_ipld_dagcbor::from_slice(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_counted_in_characters_and_not_made_over_its_limit() {
        assert_eq!(Short::<2>::try_from("é").map(String::from), Ok("é".into()));
        assert_eq!(Short::<2>::try_from("éé").map(String::from), Ok("éé".into()));
        assert_eq!(Short::<2>::try_from("ééé"), Err(EventError::FieldTooLong));
        assert_eq!(Short::<0>::try_from(""), Ok(Short::default()));
    }

    #[test]
    fn a_list_is_not_made_over_its_limit() {
        assert_eq!(List::<u8, 2>::try_from(vec![1, 2]).map(|it| it.len()), Ok(2));
        assert_eq!(List::<u8, 2>::try_from(vec![1, 2, 3]), Err(EventError::FieldTooLong));
        let tips = |many| Tips::try_from(vec![Cid::of(b"tip"); many]).map(|it| it.len());
        assert_eq!((tips(0), tips(1)), (Err(EventError::OutOfRange), Ok(1)));
        let most = limits::PARENTS;
        assert_eq!((tips(most), tips(most + 1)), (Ok(most), Err(EventError::FieldTooLong)));
    }

    #[test]
    fn a_number_is_not_made_out_of_its_range() {
        let number = |it| Within::<3, 4>::try_from(it).map(Within::get);
        assert_eq!((number(3), number(4)), (Ok(3), Ok(4)));
        assert_eq!((number(2), number(5)), (Err(EventError::OutOfRange), Err(EventError::OutOfRange)));
    }

    #[test]
    fn what_is_over_its_limit_is_not_read() {
        let read = |bytes: &[u8]| serde_ipld_dagcbor::from_slice::<Short<2>>(bytes).map(String::from).ok();
        assert_eq!((read(b"\x62ab"), read(b"\x63abc")), (Some("ab".into()), None));
        let read = |bytes: &[u8]| serde_ipld_dagcbor::from_slice::<List<u8, 1>>(bytes).map(|it| it.to_vec()).ok();
        assert_eq!((read(b"\x81\x07"), read(b"\x82\x07\x07")), (Some(vec![7]), None));
        let read = |bytes: &[u8]| serde_ipld_dagcbor::from_slice::<Bytes<1, 2>>(bytes).map(|it| it.to_vec()).ok();
        assert_eq!((read(b"\x40"), read(b"\x42ab"), read(b"\x43abc")), (None, Some(b"ab".to_vec()), None));
        let read = |bytes: &[u8]| serde_ipld_dagcbor::from_slice::<Within<0, 7>>(bytes).map(Within::get).ok();
        assert_eq!((read(b"\x07"), read(b"\x08")), (Some(7), None));
    }
}
