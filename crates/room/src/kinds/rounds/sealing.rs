//! Whether what is shown is what was sealed.

use sha2::{Digest as _, Sha256};

use super::bodies::{RoundOpened, Sealed, Value};
use crate::{Cid, NodeId, encode::encode, seal};

/// Whose answer in which round a seal holds.
pub(super) struct Place<'a> {
    pub(super) room: Cid,
    pub(super) round: Cid,
    pub(super) author: NodeId,
    pub(super) opened: &'a RoundOpened,
    pub(super) sealed: &'a Sealed,
}

impl Place<'_> {
    /// Whether this, which is no text, is what was sealed, and an answer.
    pub(super) fn fits(&self, value: &Value, salt: &[u8]) -> bool {
        let Ok(answer) = encode(value) else { return false };
        let place = seal::Place { room: self.room, round: self.round, author: self.author };
        self.opened.ask.fits(value) && seal::fits(&place, &self.sealed.commit, salt, &answer)
    }

    /// Whether these words, plain, are what was sealed.
    pub(super) fn fits_words(&self, words: &Cid) -> bool {
        self.sealed.words.is_some() && words.digest()[..] == self.sealed.commit[..]
    }

    /// The place among the shares of the one for that node that this is.
    pub(super) fn share(&self, to: NodeId, share: &[u8]) -> Option<usize> {
        let hash = Sha256::digest(share);
        self.sealed.shares.iter().position(|it| it.to == to && it.hash[..] == hash[..])
    }
}
