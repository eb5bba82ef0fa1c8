//! Envelopes: the small sealed and signed messages by which nodes that are not linked yet find one another, over carriers
//! that must neither read nor forge them (relays, other tabs, a person with a piece of paper).
//!
//! ```text
//! outside:  version 1 | nonce 24 | room mark 8 | addressee tag 8 | sealed
//! sealed:   XChaCha20-Poly1305(seal key, nonce, signature 64 | content); the bytes before it are authenticated too
//! content:  canonical DAG-CBOR [`Content`]; the signature covers "paceline/envelope/1" and the content
//! mark:     HMAC(addressee key, 0 | nonce)             tells the room's envelopes from others
//! tag:      HMAC(addressee key, 1 | nonce | addressee) tells whose it is; for all: 32 zero bytes as addressee
//! ```
//!
//! Mark and tag change with the nonce, so a carrier that lacks the key sees nothing but random bytes; a receiver drops
//! what is not for it before it unseals or verifies anything. Whether an envelope is *fresh* is judged by
//! [`crate::freshness`], what it says by `message`.
//!
//! Version, nonce and mark stand in their places in every version, so that an envelope of this room in a newer one is told from a
//! stranger's. Fields of the content that this build does not know are skipped.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use paceline_room::{Cid, Keypair, NodeId, canonical};
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};
use sha2::{Digest, Sha256};

use crate::keys::{RoomKeys, mac};

/// The largest envelope: a session description with many candidates is about 4 KiB.
pub const MAX_ENVELOPE: usize = 16 * 1024;
/// The version this build writes and reads.
pub const ENVELOPE_VERSION: u8 = 1;

pub(crate) const DOMAIN: &[u8] = b"paceline/envelope/1";
const NONCE_LEN: usize = 24;
const TAG_LEN: usize = 8;
const HEADER_LEN: usize = 1 + NONCE_LEN + TAG_LEN + TAG_LEN;
const SIGNATURE_LEN: usize = 64;
/// Stands for "everybody" where an addressee would be; not the key of anybody.
const EVERYBODY: [u8; 32] = [0; 32];

/// 16 random bytes that name one run of a node: a new one each time it goes online.
pub type Run = [u8; 16];

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The room's founding event.
    pub room: Cid,
    /// Who wrote it.
    pub from: NodeId,
    /// For whom; absent: for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NodeId>,
    /// The attempt to connect that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ByteArray<16>>,
    /// The sender's run.
    pub run: ByteArray<16>,
    /// Counts the sender's envelopes of this run; with `run` it makes the nonce that is never used twice.
    pub count: u64,
    /// The addressee's run as the sender knows it. Whoever is addressed reads only what echoes its present run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub echo: Option<ByteArray<16>>,
    /// What it says: a message in DAG-CBOR.
    pub body: ByteBuf,
}

/// Why an envelope is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Larger than [`MAX_ENVELOPE`].
    #[error("the envelope is larger than {MAX_ENVELOPE} bytes")]
    TooLarge,
    /// Too short, or not canonical inside.
    #[error("the envelope is malformed")]
    Malformed,
    /// Of a newer version, by a member.
    #[error("the envelope is of a newer version")]
    Newer,
    /// Marked with another room's key.
    #[error("the envelope is from outside the room")]
    Foreign,
    /// For another member.
    #[error("the envelope is for another node")]
    NotForMe,
    /// The seal does not fit: changed on its way, or made without the key.
    #[error("the envelope's seal is broken")]
    Forged,
    /// Sealed with this room's key, but its content names another room.
    #[error("the envelope names another room")]
    WrongRoom,
    /// Not signed by whom it names as sender.
    #[error("the envelope's signature is wrong")]
    BadSignature,
}

impl EnvelopeError {
    /// The stable code under which it is counted; `None`: nothing is wrong with it.
    pub const fn code(self) -> Option<&'static str> {
        match self {
            Self::TooLarge => Some("envelope-too-large"),
            Self::Malformed => Some("malformed-envelope"),
            Self::Newer => Some("newer-envelope"),
            Self::Foreign => Some("foreign-envelope"),
            Self::NotForMe => None,
            Self::Forged => Some("forged-envelope"),
            Self::WrongRoom => Some("wrong-envelope-room"),
            Self::BadSignature => Some("bad-envelope-signature"),
        }
    }
}

/// An envelope that was opened, or is being sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What it says.
    pub content: Content,
    /// Sha-256 of the content: what an answer to it repeats.
    pub hash: [u8; 32],
    /// There are fields in it that this build does not know.
    pub newer: bool,
}

/// Signs and seals. `nonce` must be random. Returns the envelope and the hash of its content.
pub fn seal(keys: &RoomKeys, keypair: &Keypair, content: &Content, nonce: &[u8; NONCE_LEN]) -> (Vec<u8>, [u8; 32]) {
    let bytes = encode(content);
    let signature = keypair.sign(&[DOMAIN, &bytes].concat());
    seal_raw(keys, content.to.as_ref(), &signature, &bytes, nonce)
}

/// The signature of a content, and its hash.
pub(crate) fn sign(keypair: &Keypair, content: &Content) -> ([u8; SIGNATURE_LEN], [u8; 32]) {
    let bytes = encode(content);
    (keypair.sign(&[DOMAIN, &bytes].concat()), Sha256::digest(&bytes).into())
}

/// A content that was carried otherwise, if whom it names has signed it.
pub(crate) fn check(signature: &[u8; SIGNATURE_LEN], content: Content) -> Option<Opened> {
    let bytes = encode(&content);
    let signed = content.from.verify(&[DOMAIN, &bytes].concat(), signature);
    signed.then(|| Opened { content, hash: Sha256::digest(&bytes).into(), newer: false })
}

pub(crate) fn seal_raw(
    keys: &RoomKeys,
    to: Option<&NodeId>,
    signature: &[u8; SIGNATURE_LEN],
    content: &[u8],
    nonce: &[u8; NONCE_LEN],
) -> (Vec<u8>, [u8; 32]) {
    let mut envelope = Vec::with_capacity(HEADER_LEN + SIGNATURE_LEN + content.len() + 16);
    envelope.push(ENVELOPE_VERSION);
    envelope.extend_from_slice(nonce);
    envelope.extend_from_slice(&room_mark(keys, nonce));
    envelope.extend_from_slice(&addressee_tag(keys, nonce, to));
    let plain = [signature, content].concat();
    let sealed = XChaCha20Poly1305::new(&keys.seal.into())
        .encrypt(XNonce::from_slice(nonce), Payload { msg: &plain, aad: &envelope })
        .expect("a message of some kilobytes is within what the cipher takes");
    envelope.extend_from_slice(&sealed);
    (envelope, Sha256::digest(content).into())
}

/// Opens an envelope that came in, cheapest checks first.
pub fn open(keys: &RoomKeys, room: &Cid, me: &NodeId, envelope: &[u8]) -> Result<Opened, EnvelopeError> {
    if envelope.len() > MAX_ENVELOPE {
        return Err(EnvelopeError::TooLarge);
    }
    let (header, sealed) = envelope.split_at_checked(HEADER_LEN).ok_or(EnvelopeError::Malformed)?;
    let (&version, rest) = header.split_first().ok_or(EnvelopeError::Malformed)?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or(EnvelopeError::Malformed)?;
    let (mark, tag) = rest.split_first_chunk::<TAG_LEN>().ok_or(EnvelopeError::Malformed)?;
    if version < ENVELOPE_VERSION {
        return Err(EnvelopeError::Malformed);
    }
    if *mark != room_mark(keys, nonce) {
        return Err(EnvelopeError::Foreign);
    }
    if version > ENVELOPE_VERSION {
        return Err(EnvelopeError::Newer);
    }
    let for_all = tag == addressee_tag(keys, nonce, None);
    if !for_all && tag != addressee_tag(keys, nonce, Some(me)) {
        return Err(EnvelopeError::NotForMe);
    }
    let plain = XChaCha20Poly1305::new(&keys.seal.into())
        .decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: header })
        .map_err(|_| EnvelopeError::Forged)?;
    let (signature, bytes) = plain.split_first_chunk::<SIGNATURE_LEN>().ok_or(EnvelopeError::Malformed)?;
    let content = decode(bytes)?;
    if content.to != (!for_all).then_some(*me) {
        return Err(EnvelopeError::Malformed);
    }
    if content.room != *room {
        return Err(EnvelopeError::WrongRoom);
    }
    if !content.from.verify(&[DOMAIN, bytes].concat(), signature) {
        return Err(EnvelopeError::BadSignature);
    }
    // What is known of a canonical content and written again is the same, unless there is more in it.
    let newer = encode(&content) != bytes;
    Ok(Opened { content, hash: Sha256::digest(bytes).into(), newer })
}

fn encode(content: &Content) -> Vec<u8> {
    serde_ipld_dagcbor::to_vec(content).expect("a struct of plain fields encodes into memory")
}

/// Only the canonical form is read: what is signed has one.
fn decode(bytes: &[u8]) -> Result<Content, EnvelopeError> {
    canonical::check(bytes).map_err(|_| EnvelopeError::Malformed)?;
    serde_ipld_dagcbor::from_slice(bytes).map_err(|_| EnvelopeError::Malformed)
}

fn room_mark(keys: &RoomKeys, nonce: &[u8; NONCE_LEN]) -> [u8; TAG_LEN] {
    shorten(mac(&keys.addressee, &[&[0], nonce]))
}

fn addressee_tag(keys: &RoomKeys, nonce: &[u8; NONCE_LEN], to: Option<&NodeId>) -> [u8; TAG_LEN] {
    shorten(mac(&keys.addressee, &[&[1], nonce, &to.map_or(EVERYBODY, |node| *node.as_bytes())]))
}

fn shorten(mac: [u8; 32]) -> [u8; TAG_LEN] {
    let [a, b, c, d, e, f, g, h, ..] = mac;
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::link::RoomLink;

    const NONCE: [u8; NONCE_LEN] = [3; NONCE_LEN];

    fn room() -> Cid {
        Cid::of(b"a room")
    }

    fn keys() -> RoomKeys {
        RoomKeys::new(&RoomLink { room: room(), secret: [7; 32] })
    }

    fn key(n: u8) -> Keypair {
        Keypair::from_secret([n; 32])
    }

    fn content(to: Option<NodeId>) -> Content {
        Content {
            room: room(),
            from: key(1).node(),
            to,
            session: Some(ByteArray::new([4; 16])),
            run: ByteArray::new([5; 16]),
            count: 1,
            echo: to.map(|_| ByteArray::new([6; 16])),
            body: ByteBuf::from(b"hello".to_vec()),
        }
    }

    fn open_as(n: u8, envelope: &[u8]) -> Result<Opened, EnvelopeError> {
        open(&keys(), &room(), &key(n).node(), envelope)
    }

    #[test]
    fn the_addressee_reads_what_was_written() {
        let content = content(Some(key(2).node()));
        let (envelope, hash) = seal(&keys(), &key(1), &content, &NONCE);
        assert_eq!(open_as(2, &envelope), Ok(Opened { content, hash, newer: false }));
    }

    #[test]
    fn everybody_reads_what_is_for_everybody() {
        let content = content(None);
        let (envelope, hash) = seal(&keys(), &key(1), &content, &NONCE);
        assert_eq!(open_as(2, &envelope), Ok(Opened { content: content.clone(), hash, newer: false }));
        assert_eq!(open_as(3, &envelope), Ok(Opened { content, hash, newer: false }));
    }

    #[test]
    fn others_put_it_aside_without_counting_it() {
        let (envelope, _) = seal(&keys(), &key(1), &content(Some(key(2).node())), &NONCE);
        assert_eq!(open_as(3, &envelope), Err(EnvelopeError::NotForMe));
        assert_eq!(EnvelopeError::NotForMe.code(), None);
    }

    #[test]
    fn another_secret_is_foreign() {
        let other = RoomKeys::new(&RoomLink { room: room(), secret: [8; 32] });
        let (envelope, _) = seal(&other, &key(1), &content(None), &NONCE);
        assert_eq!(open_as(2, &envelope), Err(EnvelopeError::Foreign));
    }

    #[test]
    fn a_changed_byte_breaks_mark_tag_or_seal() {
        let (envelope, _) = seal(&keys(), &key(1), &content(None), &NONCE);
        for at in 0..envelope.len() {
            let mut changed = envelope.clone();
            changed[at] ^= 1;
            let expected = match at {
                0 => EnvelopeError::Malformed,
                1..33 => EnvelopeError::Foreign,
                33..41 => EnvelopeError::NotForMe,
                _ => EnvelopeError::Forged,
            };
            assert_eq!(open_as(2, &changed), Err(expected), "byte {at}");
        }
    }

    #[test]
    fn a_members_forged_signature_is_named() {
        let content = content(None);
        let (envelope, _) = seal(&keys(), &key(9), &content, &NONCE);
        assert_eq!(open_as(2, &envelope), Err(EnvelopeError::BadSignature));
    }

    #[test]
    fn a_member_that_names_another_room_is_named() {
        let content = Content { room: Cid::of(b"another"), ..content(None) };
        let (envelope, _) = seal(&keys(), &key(1), &content, &NONCE);
        assert_eq!(open_as(2, &envelope), Err(EnvelopeError::WrongRoom));
    }

    #[test]
    fn too_large_is_named_before_anything_is_read() {
        assert_eq!(open_as(2, &vec![1; MAX_ENVELOPE + 1]), Err(EnvelopeError::TooLarge));
    }

    #[test]
    fn content_that_is_no_canonical_map_is_malformed() {
        let mut bytes = encode(&content(None));
        bytes.push(0);
        let signature = key(1).sign(&[DOMAIN, &bytes].concat());
        let (envelope, _) = seal_raw(&keys(), None, &signature, &bytes, &NONCE);
        assert_eq!(open_as(2, &envelope), Err(EnvelopeError::Malformed));
    }

    /// Signs and seals whatever bytes.
    fn sealed(bytes: &[u8]) -> Vec<u8> {
        seal_raw(&keys(), None, &key(1).sign(&[DOMAIN, bytes].concat()), bytes, &NONCE).0
    }

    #[test]
    fn fields_of_a_later_build_are_skipped_and_covered_by_hash_and_signature() {
        let mut bytes = encode(&content(None));
        // The last in order of a map of so many entries.
        bytes[0] += 1;
        bytes.extend(b"\x67zzzzzzz\xa1\x61a\x82\x01\xf6");
        let opened = open_as(2, &sealed(&bytes)).unwrap();
        assert_eq!(opened, Opened { content: content(None), hash: Sha256::digest(&bytes).into(), newer: true });
        let changed =
            seal_raw(&keys(), None, &key(1).sign(&[DOMAIN, &encode(&content(None))].concat()), &bytes, &NONCE);
        assert_eq!(open_as(2, &changed.0), Err(EnvelopeError::BadSignature));
    }

    #[test]
    fn content_in_another_form_or_order_is_malformed() {
        let good = encode(&content(None));
        let count = good.windows(7).position(|it| it == b"\x65count\x01").unwrap() + 6;
        let longer = [&good[..count], b"\x18\x01", &good[count + 1..]].concat();
        let twice = [&[good[0] + 1], &good[1..], b"\x65count\x01"].concat();
        for bytes in [longer, twice] {
            assert_eq!(open_as(2, &sealed(&bytes)), Err(EnvelopeError::Malformed));
        }
    }

    #[test]
    fn a_newer_version_is_told_from_a_strangers() {
        let (mut envelope, _) = seal(&keys(), &key(1), &content(None), &NONCE);
        envelope[0] = ENVELOPE_VERSION + 1;
        assert_eq!(open_as(2, &envelope), Err(EnvelopeError::Newer));
        envelope[25] ^= 1;
        assert_eq!(open_as(2, &envelope), Err(EnvelopeError::Foreign));
    }

    #[test]
    fn a_tag_for_everybody_on_content_for_one_is_malformed() {
        let bytes = encode(&content(Some(key(2).node())));
        let signature = key(1).sign(&[DOMAIN, &bytes].concat());
        let (envelope, _) = seal_raw(&keys(), None, &signature, &bytes, &NONCE);
        assert_eq!(open_as(2, &envelope), Err(EnvelopeError::Malformed));
    }

    #[test]
    fn each_error_is_counted_under_its_own_code() {
        use EnvelopeError::{BadSignature, Foreign, Forged, Malformed, Newer, TooLarge, WrongRoom};
        let codes =
            [TooLarge, Malformed, Newer, Foreign, Forged, WrongRoom, BadSignature].map(|error| error.code().unwrap());
        let mut unique = codes.to_vec();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), codes.len());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(open_as(2, &bytes).is_err());
        }

        #[test]
        fn any_content_of_a_member_is_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (envelope, _) = seal_raw(&keys(), None, &[0; 64], &bytes, &NONCE);
            prop_assert!(open_as(2, &envelope).is_err());
        }
    }
}
