//! How an answer is sealed until all are shown, and opened: commitments, encryption, and a key that two of the others can put
//! together. Pure: all that must not be guessed comes from the author's own signing key, so a tab that was reloaded opens what it
//! sealed without having kept anything. Deliberately knows neither events nor who may open when: bytes in, bytes out.
//!
//! | what travels | what it is |
//! | --- | --- |
//! | commit | SHA-256 over domain, room, round, author, salt and answer; of a text the digest of its plain words block, which has a salt, too |
//! | cipher | XChaCha20-Poly1305 under the key, bound to room, round, author and commit; its length tells nothing of a number, choice or dots, of a text only what it is above 1 KiB, in steps of 256 |
//! | share | a point of a line per byte (`seal/line.rs`), its SHA-256, and the share itself sealed to one node (`seal/letter.rs`) |
//!
//! The nonce is a pseudorandom function of key and content (as in SIV modes, RFC 8452): were a place in the chain ever sealed
//! for twice, two contents would still not share one.

mod cipher;
mod letter;
mod line;
#[cfg(test)]
mod tests;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_bytes::ByteArray;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use self::cipher::{KEY, NONCE, derive, open_with, seal_with};
pub use self::line::SHARE;
use crate::{Cid, Keypair, NodeId, Words, limits, words::Text};

/// Bytes of a salt.
pub const SALT: usize = 16;
/// Shares that a key is left in at most.
pub const SHARES: usize = 16;
/// Bytes of a text that can be sealed at most: encrypted and spelled in base64 it still is a text within its limit.
pub const TEXT_BYTES: usize = limits::WORDS_BYTES * 3 / 4 - 512;

/// Bytes before what is padded, which say how long it is.
const LENGTH: usize = 2;
/// What an answer that is no text is padded to: dots for as many options as there may be fit, with the salt.
const ANSWER_LENGTH: usize = 128;
/// What a text is padded to: what most people write is of one length, and what is longer of few.
const TEXT_LEAST: usize = 1024;
/// What a longer one is padded to multiples of.
const TEXT_STEP: usize = 256;

/// What something sealed is an answer to, and whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The room.
    pub room: Cid,
    /// The round.
    pub round: Cid,
    /// Whose answer.
    pub author: NodeId,
}

/// What is sealed, for all to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// By this it is known when it is opened.
    pub commit: [u8; 32],
    /// The content, encrypted; [`to_text`] spells that of a text.
    pub cipher: Vec<u8>,
    /// Shares of the key: any two open it. None if there are not two others.
    pub shares: Vec<ClosedShare>,
}

/// A share of a key, for one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedShare {
    /// For this node.
    pub to: NodeId,
    /// SHA-256 of the share.
    pub hash: [u8; 32],
    /// The share, encrypted for that node.
    pub sealed: Vec<u8>,
}

/// An answer that is no text, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAnswer {
    /// What kept it from being guessed.
    pub salt: [u8; SALT],
    /// The answer.
    pub answer: Vec<u8>,
}

/// More than [`TEXT_BYTES`], or an answer longer than any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what is to be sealed is too long")]
pub struct TooLong;

/// Whether this answer with this salt is what was committed to there.
pub fn fits(place: &Place, commit: &[u8], salt: &[u8], answer: &[u8]) -> bool {
    commit == commit_of(place, salt, answer)
}

/// Whether this is the share that the hash is of.
pub fn share_fits(hash: &[u8], share: &[u8]) -> bool {
    share.len() == SHARE && hash == share_hash(share)
}

/// Opens an answer that is no text with two shares; `None` if they, the cipher and the commit do not belong together.
pub fn open_answer(place: &Place, commit: &[u8], cipher: &[u8], shares: [&[u8]; 2]) -> Option<OpenAnswer> {
    Key::of_shares(shares)?.open_answer(place, commit, cipher)
}

/// Opens a text with two shares: the plain words block.
pub fn open_words(place: &Place, commit: &[u8], text: &str, shares: [&[u8]; 2]) -> Option<Vec<u8>> {
    Key::of_shares(shares)?.open_words(place, commit, text)
}

/// The share that was sealed to this node.
pub fn open_share(keypair: &Keypair, place: &Place, hash: &[u8], sealed: &[u8]) -> Option<[u8; SHARE]> {
    let share = letter::open(keypair, &place.said(), sealed)?;
    let share = <[u8; SHARE]>::try_from(share).ok()?;
    share_fits(hash, &share).then_some(share)
}

/// How an encrypted text is spelled, so that it can be a text itself.
pub fn to_text(cipher: &[u8]) -> String {
    STANDARD.encode(cipher)
}

/// What an author seals with, and opens again, at one place of its own chain.
pub struct Own<'a> {
    keypair: &'a Keypair,
    place: Place,
    seq: u64,
    key: Key,
    salt: Zeroizing<[u8; SALT]>,
}

impl<'a> Own<'a> {
    /// For the event of its chain that has this position.
    pub fn new(keypair: &'a Keypair, room: Cid, round: Cid, seq: u64) -> Self {
        let place = Place { room, round, author: keypair.node() };
        let at = [&place.said()[..], &seq.to_be_bytes()].concat();
        let secret = Zeroizing::new(keypair.to_secret());
        let key = Key(derive(&*secret, &[b"paceline/sealed/key/1", &at]));
        let salt = derive(&*secret, &[b"paceline/sealed/salt/1", &at]);
        Self { keypair, place, seq, key, salt }
    }

    /// Seals an answer that is no text, in its canonical form, and leaves the key to these nodes.
    pub fn seal_answer(&self, answer: &[u8], to: &[NodeId]) -> Result<Closed, TooLong> {
        let plain = Zeroizing::new([&self.salt[..], answer].concat());
        if plain.len() > ANSWER_LENGTH - LENGTH {
            return Err(TooLong);
        }
        Ok(self.close(commit_of(&self.place, &*self.salt, answer), &plain, ANSWER_LENGTH, to))
    }

    /// Seals a text, and leaves the key to these nodes.
    pub fn seal_words(&self, text: impl Into<Text>, to: &[NodeId]) -> Result<Closed, TooLong> {
        let text = text.into();
        let Place { room, author, .. } = self.place;
        let words = Words(room, author, self.seq, ByteArray::new(*self.salt), text);
        let (cid, block) = words.encode().map_err(|_| TooLong)?;
        if LENGTH + block.len() > TEXT_BYTES + TEXT_STEP {
            return Err(TooLong);
        }
        let length = (LENGTH + block.len()).next_multiple_of(TEXT_STEP).max(TEXT_LEAST);
        Ok(self.close(*cid.digest(), &block, length, to))
    }

    /// Opens what was sealed by [`Own::seal_answer`].
    pub fn open_answer(&self, commit: &[u8], cipher: &[u8]) -> Option<OpenAnswer> {
        self.key.open_answer(&self.place, commit, cipher)
    }

    /// Opens what was sealed by [`Own::seal_words`]: the plain words block.
    pub fn open_words(&self, commit: &[u8], text: &str) -> Option<Vec<u8>> {
        self.key.open_words(&self.place, commit, text)
    }

    fn close(&self, commit: [u8; 32], plain: &[u8], length: usize, to: &[NodeId]) -> Closed {
        let cipher = self.key.encrypt(&self.place, &commit, plain, length);
        Closed { commit, shares: self.shares(&cipher, to), cipher }
    }

    fn shares(&self, cipher: &[u8], to: &[NodeId]) -> Vec<ClosedShare> {
        // One share opens nothing: with one other alone it would be of no use.
        let to = to.get(..SHARES).unwrap_or(to);
        let at = [&self.place.said()[..], &self.seq.to_be_bytes()].concat();
        let secret = Zeroizing::new(self.keypair.to_secret());
        let slope = derive(&*secret, &[b"paceline/sealed/slope/1", &at]);
        let mut shares = Vec::new();
        for (x, to) in (1..).zip(to) {
            let share = line::point(&self.key.0, &slope, x);
            // Nothing is ever sealed with one of these twice: it depends on all that is sealed with it.
            let once = derive(&*secret, &[b"paceline/sealed/once/1", &at, &[x], to.as_bytes(), cipher]);
            if let Some(sealed) = letter::seal(&once, to, &self.place.said(), &*share) {
                shares.push(ClosedShare { to: *to, hash: share_hash(&*share), sealed });
            }
        }
        if shares.len() < 2 { Vec::new() } else { shares }
    }
}

impl Place {
    /// What is bound into everything that belongs here.
    fn said(&self) -> [u8; 96] {
        let mut said = [0; 96];
        let (room, rest) = said.split_at_mut(32);
        let (round, author) = rest.split_at_mut(32);
        room.copy_from_slice(self.room.digest());
        round.copy_from_slice(self.round.digest());
        author.copy_from_slice(self.author.as_bytes());
        said
    }
}

struct Key(Zeroizing<[u8; KEY]>);

impl Key {
    fn of_shares([one, other]: [&[u8]; 2]) -> Option<Self> {
        line::meet(one.try_into().ok()?, other.try_into().ok()?).map(Self)
    }

    fn open_answer(&self, place: &Place, commit: &[u8], cipher: &[u8]) -> Option<OpenAnswer> {
        let plain = self.decrypt(place, commit, cipher)?;
        let (salt, answer) = plain.split_first_chunk::<SALT>()?;
        let opened = OpenAnswer { salt: *salt, answer: answer.to_vec() };
        fits(place, commit, salt, answer).then_some(opened)
    }

    fn open_words(&self, place: &Place, commit: &[u8], text: &str) -> Option<Vec<u8>> {
        let block = self.decrypt(place, commit, &STANDARD.decode(text).ok()?)?;
        (Cid::of(&block).digest() == commit).then_some(block)
    }

    /// `length`: what it is padded to, at least [`LENGTH`] more than it has.
    fn encrypt(&self, place: &Place, commit: &[u8; 32], plain: &[u8], length: usize) -> Vec<u8> {
        let mut padded = Zeroizing::new(vec![0; length]);
        // Whoever calls has bounded it far below what two bytes hold.
        let length = (plain.len() as u16).to_be_bytes();
        for (to, from) in padded.iter_mut().zip(length.iter().chain(plain)) {
            *to = *from;
        }
        let nonce = derive::<NONCE>(&*self.0, &[b"paceline/sealed/nonce/1", commit, &padded]);
        seal_with(&self.0, &nonce, &Self::bound(place, commit), &padded)
    }

    fn decrypt(&self, place: &Place, commit: &[u8], cipher: &[u8]) -> Option<Vec<u8>> {
        let (nonce, cipher) = cipher.split_first_chunk::<NONCE>()?;
        let padded = Zeroizing::new(open_with(&self.0, nonce, &Self::bound(place, commit), cipher)?);
        let (length, plain) = padded.split_first_chunk::<LENGTH>()?;
        Some(plain.get(..usize::from(u16::from_be_bytes(*length)))?.to_vec())
    }

    fn bound(place: &Place, commit: &[u8]) -> Vec<u8> {
        [b"paceline/sealed/1", &place.said()[..], commit].concat()
    }
}

fn commit_of(place: &Place, salt: &[u8], answer: &[u8]) -> [u8; 32] {
    sha256(&[b"paceline/answer/1", &place.said(), salt, answer])
}

fn share_hash(share: &[u8]) -> [u8; 32] {
    sha256(&[share])
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    parts.iter().for_each(|it| hash.update(it));
    hash.finalize().into()
}
