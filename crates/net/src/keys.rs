//! Every key that comes from a room's secret: HKDF-SHA256 (RFC 5869) with the room's digest as salt and one `info` per use,
//! so that no key says anything about another.
//!
//! | `info` | what for |
//! | --- | --- |
//! | `paceline/topic/1` + day (8 bytes, big endian) | where members meet on public rendezvous, a new one each UTC day |
//! | `paceline/local/1` | where tabs of one browser meet: nobody outside sees the name, so it may stay |
//! | `paceline/seal/1` | seals envelopes |
//! | `paceline/addressee/1` | marks envelopes, so that receivers pick theirs without opening any |
//! | `paceline/membership/1` | proves membership over a fresh connection |
//! | `paceline/hand/1` | seals what people carry by hand |
//! | `paceline/relays/1` | which relays of a list its members use |
//! | `paceline/storage/1` | a part of the database's name |

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::link::RoomLink;

/// Milliseconds of a UTC day.
pub(crate) const DAY_MS: u64 = 86_400_000;

/// The keys of one room.
#[derive(Clone)]
pub struct RoomKeys {
    hkdf: Hkdf<Sha256>,
    /// Seals envelopes (XChaCha20-Poly1305).
    pub(crate) seal: [u8; 32],
    /// Seals what people carry by hand (XChaCha20-Poly1305).
    pub(crate) hand: [u8; 32],
    /// Marks envelopes (HMAC-SHA256).
    pub(crate) addressee: [u8; 32],
    /// Proves membership (HMAC-SHA256).
    pub(crate) membership: [u8; 32],
    /// Scores relays (HMAC-SHA256).
    pub(crate) relays: [u8; 32],
}

impl RoomKeys {
    /// Derives them.
    pub fn new(link: &RoomLink) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(link.room.digest()), &link.secret);
        let seal = expand(&hkdf, &[b"paceline/seal/1"]);
        let hand = expand(&hkdf, &[b"paceline/hand/1"]);
        let addressee = expand(&hkdf, &[b"paceline/addressee/1"]);
        let membership = expand(&hkdf, &[b"paceline/membership/1"]);
        let relays = expand(&hkdf, &[b"paceline/relays/1"]);
        Self { hkdf, seal, hand, addressee, membership, relays }
    }

    /// Where members meet on public rendezvous on that day (see [`day_of`]).
    pub fn topic(&self, day: u64) -> [u8; 32] {
        expand(&self.hkdf, &[b"paceline/topic/1", &day.to_be_bytes()])
    }

    /// Where tabs of one browser meet, in hexadecimal.
    pub fn local_name(&self) -> String {
        hex(&expand::<16>(&self.hkdf, &[b"paceline/local/1"]))
    }

    /// Names the room's databases in this browser.
    pub fn storage_key(&self) -> [u8; 32] {
        expand(&self.hkdf, &[b"paceline/storage/1"])
    }
}

impl fmt::Debug for RoomKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoomKeys").finish_non_exhaustive()
    }
}

/// The UTC day of a Unix time in milliseconds.
pub const fn day_of(unix_ms: u64) -> u64 {
    unix_ms / DAY_MS
}

fn expand<const N: usize>(hkdf: &Hkdf<Sha256>, info: &[&[u8]]) -> [u8; N] {
    let mut out = [0; N];
    hkdf.expand_multi_info(info, &mut out).expect("at most 32 bytes are asked for, HKDF gives 8160");
    out
}

/// HMAC-SHA256 over the parts in a row. Callers keep every part but the last at a fixed length.
pub(crate) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use paceline_room::Cid;

    use super::*;

    fn keys() -> RoomKeys {
        RoomKeys::new(&RoomLink { room: Cid::of(b"a room"), secret: [7; 32] })
    }

    /// The values come from an independent HKDF of ten lines over Python's `hmac` and `hashlib`.
    #[test]
    fn keys_are_the_ones_an_independent_hkdf_derives() {
        let keys = keys();
        assert_eq!(hex(&keys.topic(20_000)), "0837dffaa6a65a59562cfc6a0319543151c0ab48787f1865e5fcdadb38fb24eb");
        assert_eq!(keys.local_name(), "e392cf20acadeb7ca58e4b8af03a9572");
        assert_eq!(hex(&keys.seal), "a3edbbbea2f1fdd140e3c41d7cc2fef3af72bdc65fc43d1127277d5760193608");
        assert_eq!(hex(&keys.addressee), "8eb7c7414ee127dd048099f6bbc2d26e8c7a5b45aad6369eca94f25bee4fd734");
        assert_eq!(hex(&keys.membership), "b5aac3e6d36f722a04aef7b90b081848adf669cda9fb8777615b190d6eb1e678");
        assert_eq!(hex(&keys.relays), "8dae321a74a88900b60916b6d69548ca4d15ce8afb8eb51b1ff012dfbfe3b4b3");
        assert_eq!(hex(&keys.storage_key()[..16]), "a3ce95b6c60dcce9faee397ab7159a4b");
    }

    #[test]
    fn every_key_is_described() {
        let names = |text: &'static str| -> std::collections::BTreeSet<&'static str> {
            text.split(['`', '"']).filter(|it| it.starts_with("paceline/") && it.ends_with("/1")).collect()
        };
        let described = include_str!("../../../docs/format.md").split("## Keys from the secret").nth(1).unwrap();
        let described = names(described.split("\n## ").next().unwrap());
        let code = names(include_str!("keys.rs").split("#[cfg(test)]").next().unwrap());
        assert_eq!(code.len(), 8);
        assert_eq!(code, described);
    }

    #[test]
    fn the_topic_changes_at_midnight_utc() {
        let keys = keys();
        assert_eq!(keys.topic(day_of(DAY_MS - 1)), keys.topic(0));
        assert_ne!(keys.topic(day_of(DAY_MS)), keys.topic(0));
    }

    #[test]
    fn rooms_with_one_secret_share_no_key() {
        let other = RoomKeys::new(&RoomLink { room: Cid::of(b"another room"), secret: [7; 32] });
        assert_ne!(other.seal, keys().seal);
        assert_ne!(other.topic(1), keys().topic(1));
        assert_ne!(other.storage_key(), keys().storage_key());
    }
}
