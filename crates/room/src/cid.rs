//! The name of a block: CIDv1, codec dag-cbor, hash sha2-256. Only the digest is kept, since the rest never varies.

use std::{
    cmp::Ordering,
    fmt::{self, Write as _},
    str::FromStr,
};

use ::cid::{multihash::Multihash, serde::CID_SERDE_PRIVATE_IDENTIFIER};
use base32ct::{Base32Unpadded, Encoding as _};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, Visitor},
};
use serde_bytes::Bytes;
use sha2::{Digest, Sha256};

/// Multicodec of dag-cbor.
const DAG_CBOR: u64 = 0x71;
/// Multihash code of sha2-256.
const SHA2_256: u64 = 0x12;

/// What the binary form of every CID of ours begins with: version, codec, hash, length of the digest.
const START: [u8; 4] = [0x01, DAG_CBOR as u8, SHA2_256 as u8, 32];
/// What the text of a CID in lower-case base32 begins with (multibase).
const BASE32: char = 'b';
/// Characters of a CID: `b`, and 36 bytes at five bits a letter.
const TEXT_CHARS: usize = 59;

/// A CIDv1 (dag-cbor, sha2-256). Shown in base32; in blocks an IPLD link (CBOR tag 42).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cid([u8; 32]);

/// That of the bytes. Nearly always the first eight decide, which are compared as one number: names are compared all the time.
impl Ord for Cid {
    fn cmp(&self, other: &Self) -> Ordering {
        let head = |it: &Self| it.0.first_chunk().map_or(0, |it| u64::from_be_bytes(*it));
        head(self).cmp(&head(other)).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Cid {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Bytes with their name: who has one has hashed them, and nobody needs to again.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    cid: Cid,
    bytes: &'a [u8],
}

impl<'a> Named<'a> {
    /// Hashes them.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { cid: Cid::of(bytes), bytes }
    }

    /// Their name.
    pub const fn cid(&self) -> Cid {
        self.cid
    }

    /// The bytes.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// The text or link is not a CIDv1 with dag-cbor and sha2-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a CIDv1 with dag-cbor and sha2-256")]
pub struct CidError;

impl Cid {
    /// The name of these bytes.
    pub fn of(block: &[u8]) -> Self {
        Self(Sha256::digest(block).into())
    }

    /// From a bare sha2-256 digest.
    pub const fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The bare sha2-256 digest.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.0
    }

    /// As the general type of the `cid` crate.
    pub fn to_general(self) -> ::cid::Cid {
        let hash = Multihash::wrap(SHA2_256, &self.0).expect("32 bytes fit a 64-byte multihash");
        ::cid::Cid::new_v1(DAG_CBOR, hash)
    }

    /// The binary form: version, codec, hash, length, digest.
    pub fn to_bytes(&self) -> [u8; 36] {
        let mut bytes = [0; 36];
        let (start, digest) = bytes.split_at_mut(START.len());
        start.copy_from_slice(&START);
        digest.copy_from_slice(&self.0);
        bytes
    }

    /// From the binary form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CidError> {
        let digest = bytes.strip_prefix(&START).ok_or(CidError)?;
        Ok(Self(digest.try_into().map_err(|_| CidError)?))
    }
}

/// Whether these bytes are a CIDv1 and nothing else, whatever its codec and hash: the numbers before the digest in their
/// shortest form, and a digest of just the length they say.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    /// Bytes of a number in a CID: seven bits each, 63 in all (the multiformats' bound).
    const NUMBER_BYTES: usize = 9;
    fn number(rest: &mut &[u8]) -> Option<u64> {
        let mut number = 0;
        for nth in 0..NUMBER_BYTES {
            let (byte, after) = rest.split_first()?;
            *rest = after;
            number |= u64::from(byte & 0x7f) << (7 * nth);
            if byte & 0x80 == 0 {
                return (*byte != 0 || nth == 0).then_some(number);
            }
        }
        None
    }
    if Cid::from_bytes(bytes).is_ok() {
        return true;
    }
    let mut rest = bytes;
    let [version, codec, hash, length] = [(); 4].map(|()| number(&mut rest));
    version == Some(1) && codec.is_some() && hash.is_some() && length == Some(rest.len() as u64)
}

impl TryFrom<&::cid::Cid> for Cid {
    type Error = CidError;

    fn try_from(general: &::cid::Cid) -> Result<Self, CidError> {
        let right =
            general.version() == ::cid::Version::V1 && general.codec() == DAG_CBOR && general.hash().code() == SHA2_256;
        let digest = general.hash().digest().try_into().map_err(|_| CidError)?;
        if right { Ok(Self(digest)) } else { Err(CidError) }
    }
}

impl fmt::Display for Cid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; TEXT_CHARS - 1];
        let text = Base32Unpadded::encode(&self.to_bytes(), &mut text).map_err(|_| fmt::Error)?;
        f.write_char(BASE32)?;
        f.write_str(text)
    }
}

impl fmt::Debug for Cid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_string();
        write!(f, "Cid(..{})", &text[text.len() - 8..])
    }
}

impl FromStr for Cid {
    type Err = CidError;

    /// Reads the text that [`Display`](fmt::Display) writes, and no other spelling of it.
    fn from_str(text: &str) -> Result<Self, CidError> {
        let letters = text.strip_prefix(BASE32).ok_or(CidError)?;
        let mut bytes = [0; 36];
        let cid = Base32Unpadded::decode(letters, &mut bytes).map_err(|_| CidError).and_then(Self::from_bytes)?;
        // The last letter holds two bits that belong to no byte.
        if cid.to_string() == text { Ok(cid) } else { Err(CidError) }
    }
}

impl Serialize for Cid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_newtype_struct(CID_SERDE_PRIVATE_IDENTIFIER, Bytes::new(&self.to_bytes()))
        }
    }
}

impl<'de> Deserialize<'de> for Cid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
        } else {
            deserializer.deserialize_newtype_struct(CID_SERDE_PRIVATE_IDENTIFIER, LinkVisitor)
        }
    }
}

/// Reads a link as `ipld-core` marks one for its codecs; straight from the bytes, which is most of what an event holds.
struct LinkVisitor;

impl<'de> Visitor<'de> for LinkVisitor {
    type Value = Cid;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a link")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cid, D::Error> {
        deserializer.deserialize_bytes(self)
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Cid, E> {
        Cid::from_bytes(bytes).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_their_bytes_are() {
        let mut all: Vec<[u8; 32]> = vec![[0; 32], [0xff; 32]];
        for at in [0, 1, 7, 8, 9, 31] {
            for byte in [1, 0x7f, 0x80, 0xff] {
                let mut one = [0x40; 32];
                one[at] = byte;
                all.push(one);
            }
        }
        for (a, b) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
            assert_eq!(Cid::from_digest(*a).cmp(&Cid::from_digest(*b)), a.cmp(b));
        }
    }

    const TEXT: &str = "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua";

    #[test]
    fn text_and_bytes_lead_back_to_the_same_name() {
        let cid: Cid = TEXT.parse().unwrap();
        assert_eq!(cid.to_string(), TEXT);
        assert_eq!(Cid::from_bytes(&cid.to_bytes()), Ok(cid));
        assert_eq!(Cid::try_from(&cid.to_general()), Ok(cid));
        assert_eq!(serde_json::from_str::<Cid>(&serde_json::to_string(&cid).unwrap()).unwrap(), cid);
    }

    #[test]
    fn the_empty_map_has_the_name_that_ipld_gives_it() {
        assert_eq!(Cid::of(b"\xa0").to_string(), TEXT);
    }

    #[test]
    fn a_whole_cid_is_told_from_one_with_bytes_missing_or_behind_it() {
        let cid: Cid = TEXT.parse().unwrap();
        let own = cid.to_bytes();
        let raw = ::cid::Cid::new_v1(0x55, *cid.to_general().hash()).to_bytes();
        let long_codec = [&[1, 0x80, 0x80, 1, 0x12, 32][..], cid.digest()].concat();
        let identity = [1, 0x71, 0, 0];
        for whole in [&own[..], &raw, &long_codec, &identity] {
            assert!(is_whole(whole), "{whole:02x?}");
            assert!(!is_whole(&[whole, &[0]].concat()) && !is_whole(&whole[..whole.len() - 1]));
        }
        let padded = [&[1, 0xf1, 0, 0x12, 32][..], cid.digest()].concat();
        let version_0 = [&[0x12, 32][..], cid.digest()].concat();
        let version_2 = [&[2][..], &own[1..]].concat();
        let endless = [&[1][..], &[0xff; 12]].concat();
        for wrong in [&[][..], &[1], &padded, &version_0, &version_2, &endless] {
            assert!(!is_whole(wrong), "{wrong:02x?}");
        }
    }

    #[test]
    fn no_other_spelling_codec_or_hash_is_a_name() {
        let cid: Cid = TEXT.parse().unwrap();
        let upper = TEXT.to_uppercase();
        let spelt = cid.to_general().to_string_of_base(::cid::multibase::Base::Base58Btc).unwrap();
        let raw = ::cid::Cid::new_v1(0x55, *cid.to_general().hash()).to_string();
        let path = format!("/ipfs/{TEXT}");
        let long = "z".repeat(1 << 20);
        // Five bits a letter: the last letter has bits to spare, which must be zero.
        let spare = format!("{}b", &TEXT[..58]);
        for text in ["", "b", &upper, &spelt, &raw, &path, &long, &spare, &TEXT[..58], "é"] {
            assert_eq!(text.parse::<Cid>(), Err(CidError), "{}", &text[..text.len().min(70)]);
        }
    }
}
