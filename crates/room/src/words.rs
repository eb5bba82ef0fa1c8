//! The words block: free text that rides beside an event, linked by CID, so that it can be dropped when its author
//! takes it back while the log still verifies.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::{Body, Cid, EventError, NodeId, encode::encode, limits, scan::Reader};

/// Free text of one event: canonical DAG-CBOR `[room, author, seq, salt, text]`.
///
/// The salt keeps short texts from being guessed from their CID after they were dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words(
    /// The room.
    pub Cid,
    /// Who says it.
    pub NodeId,
    /// The `seq` of the event that links it, or of an earlier one.
    pub u64,
    /// 16 random bytes.
    pub serde_bytes::ByteArray<16>,
    /// The text.
    pub Text,
);

/// What is said: at most [`limits::WORDS_BYTES`] in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// One text.
    One(String),
    /// Several, in order.
    List(Vec<String>),
}

/// What stands between several texts while they are one: ASCII's record separator. Nobody types it.
const BETWEEN: char = '\u{1e}';

/// Several texts as one.
pub fn several(texts: &[&str]) -> String {
    texts.iter().map(|it| it.replace(BETWEEN, " ")).collect::<Vec<_>>().join(&BETWEEN.to_string())
}

/// The texts that are one.
pub fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(BETWEEN)
}

/// Whether the words of a kind are several texts.
pub(crate) fn are_several(body: &Body) -> bool {
    matches!(body, Body::BallotCast(_))
}

impl Text {
    /// What was said with that.
    pub fn of(body: &Body, text: &str) -> Self {
        if are_several(body) { Self::List(parts(text).map(String::from).collect()) } else { text.into() }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::One(text)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::One(text.into())
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(text) => serializer.serialize_str(text),
            Self::List(texts) => texts.serialize(serializer),
        }
    }
}

/// Why a words block is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// More than [`limits::WORDS_BYTES`] of text.
    #[error("the text is longer than {} KiB", limits::WORDS_BYTES / 1024)]
    TooLarge,
    /// Not DAG-CBOR of the right shape, or not in canonical form.
    #[error("the words block is not canonical DAG-CBOR")]
    NotCanonical,
}

impl Words {
    /// The text; several as lines, where only one is expected.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.4 {
            Text::One(text) => text.into(),
            Text::List(texts) => texts.join("\n").into(),
        }
    }

    /// The texts as one that can be taken apart again.
    pub fn whole(&self) -> Cow<'_, str> {
        match &self.4 {
            Text::One(text) => text.into(),
            Text::List(texts) => several(&texts.iter().map(String::as_str).collect::<Vec<_>>()).into(),
        }
    }

    /// The canonical block and its name.
    pub fn encode(&self) -> Result<(Cid, Vec<u8>), WordsError> {
        let block = encode(self).map_err(|_| WordsError::NotCanonical)?;
        self.check(&block)?;
        Ok((Cid::of(&block), block))
    }

    fn check(&self, block: &[u8]) -> Result<(), WordsError> {
        let bytes = match &self.4 {
            Text::One(text) => text.len(),
            Text::List(texts) => texts.iter().map(String::len).sum(),
        };
        let fits = bytes <= limits::WORDS_BYTES && block.len() <= limits::WORDS_BLOCK_BYTES;
        if fits { Ok(()) } else { Err(WordsError::TooLarge) }
    }

    /// Reads a block; the caller has checked that its CID is the one linked.
    pub fn decode(block: &[u8]) -> Result<Self, WordsError> {
        if block.len() > limits::WORDS_BLOCK_BYTES {
            return Err(WordsError::TooLarge);
        }
        let words = Self::read(block).map_err(|_| WordsError::NotCanonical)?;
        words.check(block)?;
        Ok(words)
    }

    fn read(block: &[u8]) -> Result<Self, EventError> {
        const FIELDS: u64 = 5;
        let mut reader = Reader::new(block);
        if reader.list()? != FIELDS {
            return Err(EventError::Malformed);
        }
        let (room, author) = (reader.cid()?, NodeId::from_bytes(reader.bytes()?));
        let (seq, salt) = (reader.number()?, serde_bytes::ByteArray::new(reader.bytes()?));
        let text = match reader.is_list() {
            false => Text::One(reader.text()?.into()),
            true => Text::List((0..reader.list()?).map(|_| reader.text().map(String::from)).collect::<Result<_, _>>()?),
        };
        reader.end()?;
        Ok(Self(room, author, seq, salt, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Keypair;

    fn words(text: impl Into<Text>) -> Words {
        let node = Keypair::from_secret([1; 32]).node();
        Words(Cid::of(b"room"), node, 3, serde_bytes::ByteArray::new([9; 16]), text.into())
    }

    #[test]
    fn words_up_to_their_limit_are_made_and_read() {
        for text in ["", "some words", &"x".repeat(limits::WORDS_BYTES)] {
            let (cid, block) = words(text).encode().unwrap();
            assert_eq!(Cid::of(&block), cid);
            assert_eq!(Words::decode(&block), Ok(words(text)));
        }
    }

    #[test]
    fn several_texts_are_one_block_within_the_same_limit() {
        let list = |texts: &[&str]| words(Text::List(texts.iter().map(|it| (*it).to_owned()).collect()));
        for texts in [&[][..], &["one"], &["one", "", "drei"], &["x"; 4_000]] {
            let (cid, block) = list(texts).encode().unwrap();
            assert_eq!((Cid::of(&block), Words::decode(&block)), (cid, Ok(list(texts))));
            assert_eq!(block, serde_ipld_dagcbor::to_vec(&list(texts)).unwrap());
            assert_eq!(list(texts).text(), texts.join("\n"));
        }
        let half = "x".repeat(limits::WORDS_BYTES / 2);
        assert!(list(&[&half, &half]).encode().is_ok());
        for over in [list(&[&half, &half, "x"]), list(&[""; limits::WORDS_BLOCK_BYTES])] {
            assert_eq!(over.encode(), Err(WordsError::TooLarge));
            let block = serde_ipld_dagcbor::to_vec(&over).unwrap();
            assert_eq!(Words::decode(&block), Err(WordsError::TooLarge));
        }
    }

    #[test]
    fn words_over_their_limit_are_neither_made_nor_read() {
        let long = words("x".repeat(limits::WORDS_BYTES + 1));
        assert_eq!(long.encode(), Err(WordsError::TooLarge));
        let block = serde_ipld_dagcbor::to_vec(&long).unwrap();
        assert_eq!(Words::decode(&block), Err(WordsError::TooLarge));
        assert_eq!(Words::decode(&[0; limits::WORDS_BLOCK_BYTES + 1]), Err(WordsError::TooLarge));
    }

    #[test]
    fn words_have_one_shape_and_one_spelling() {
        let (_, block) = words("some words").encode().unwrap();
        let seq = block.iter().rposition(|it| *it == 3).unwrap();
        let cut = &block[..block.len() - 1];
        let more = [&block[..], &[0]].concat();
        let longer_number = [&block[..seq], &[0x18, 3], &block[seq + 1..]].concat();
        let six = [&[0x86][..], &block[1..], &[0]].concat();
        let four = [&[0x84][..], &block[1..]].concat();
        let text = &block[..block.len() - "some words".len() - 1];
        let number = [text, &[0x07]].concat();
        let list_of_numbers = [text, &[0x82, 0x61, b'x', 0x07]].concat();
        let longer_list = [text, &[0x98, 1, 0x60]].concat();
        let endless_list = [text, &[0x9b], &u64::MAX.to_be_bytes()].concat();
        let wrong_texts: [&[u8]; 4] = [&number, &list_of_numbers, &longer_list, &endless_list];
        for wrong in [&[][..], b"\xa0", cut, &more, &longer_number, &six, &four].into_iter().chain(wrong_texts) {
            assert_eq!(Words::decode(wrong), Err(WordsError::NotCanonical), "{wrong:02x?}");
        }
    }
}
