//! The name of a block: CIDv1, codec dag-cbor, hash sha2-256. Only the digest is kept, since the rest never varies.

use std::{fmt, str::FromStr};

use ::cid::multihash::Multihash;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, Sha256};

/// Multicodec of dag-cbor.
const DAG_CBOR: u64 = 0x71;
/// Multihash code of sha2-256.
const SHA2_256: u64 = 0x12;

/// A CIDv1 (dag-cbor, sha2-256). Shown in base32; in blocks an IPLD link (CBOR tag 42).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cid([u8; 32]);

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
        self.to_general().fmt(f)
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

    fn from_str(text: &str) -> Result<Self, CidError> {
        let general = ::cid::Cid::from_str(text).map_err(|_| CidError)?;
        Self::try_from(&general)
    }
}

impl Serialize for Cid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.to_general().serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Cid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
        } else {
            Self::try_from(&::cid::Cid::deserialize(deserializer)?).map_err(D::Error::custom)
        }
    }
}
