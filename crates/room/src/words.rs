//! The words block: free text that rides beside an event, linked by CID, so that it can be dropped when its author
//! takes it back while the log still verifies.

use serde::{Deserialize, Serialize};

use crate::{Cid, NodeId, encode::encode, limits};

/// Free text of one event: canonical DAG-CBOR `[room, author, seq, salt, text]`.
///
/// The salt keeps short texts from being guessed from their CID after they were dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words(
    /// The room.
    pub Cid,
    /// Who says it.
    pub NodeId,
    /// The `seq` of the event that links it.
    pub u64,
    /// 16 random bytes.
    pub serde_bytes::ByteArray<16>,
    /// The text, at most [`limits::WORDS_BYTES`].
    pub String,
);

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
    /// The text.
    pub fn text(&self) -> &str {
        &self.4
    }

    /// The canonical block and its name.
    pub fn encode(&self) -> Result<(Cid, Vec<u8>), WordsError> {
        if self.4.len() > limits::WORDS_BYTES {
            return Err(WordsError::TooLarge);
        }
        let block = encode(self).map_err(|_| WordsError::NotCanonical)?;
        Ok((Cid::of(&block), block))
    }

    /// Reads a block; the caller has checked that its CID is the one linked.
    pub fn decode(block: &[u8]) -> Result<Self, WordsError> {
        if block.len() > limits::WORDS_BLOCK_BYTES {
            return Err(WordsError::TooLarge);
        }
        let words: Self = serde_ipld_dagcbor::from_slice(block).map_err(|_| WordsError::NotCanonical)?;
        let (_, again) = words.encode()?;
        if again == block { Ok(words) } else { Err(WordsError::NotCanonical) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Keypair;

    fn words(text: &str) -> Words {
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
    fn words_over_their_limit_are_neither_made_nor_read() {
        let long = words(&"x".repeat(limits::WORDS_BYTES + 1));
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
        for wrong in [&[][..], b"\xa0", cut, &more, &longer_number, &six, &four] {
            assert_eq!(Words::decode(wrong), Err(WordsError::NotCanonical), "{wrong:02x?}");
        }
    }
}
