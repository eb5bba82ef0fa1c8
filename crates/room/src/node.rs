//! Who a node is: an Ed25519 key, shown as the libp2p PeerId derived from it.

use std::{fmt, str::FromStr};

use curve25519_dalek::{
    constants::ED25519_BASEPOINT_POINT,
    edwards::{CompressedEdwardsY, EdwardsPoint},
    montgomery::MontgomeryPoint,
    scalar::{Scalar, clamp_integer},
    traits::IsIdentity as _,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha512};
use zeroize::Zeroizing;

/// What stands before the 32 key bytes in a PeerId: identity multihash, 36 bytes, protobuf `{type: Ed25519, key}`
/// (libp2p specs, `peer-ids/peer-ids.md`).
const PEER_ID_PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// The most characters of 38 bytes in base58.
const TEXT_CHARS: usize = 52;

/// A node's public key. Written as its PeerId (`12D3KooW...`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId([u8; 32]);

/// The text is not the PeerId of an Ed25519 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the PeerId of an Ed25519 key")]
pub struct NodeIdError;

impl NodeId {
    /// From the 32 bytes of a public key (not checked to be a point: verification does that).
    pub const fn from_bytes(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The 32 bytes of the public key.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether `signature` is this node's over `message`: see [`Verifier`] for the rule.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.verifier().is_some_and(|it| it.verify(message, signature))
    }

    /// The key made ready to check many signatures; `None` if it can have none: not a point, not in canonical form, or
    /// of small order.
    pub fn verifier(&self) -> Option<Verifier> {
        Some(Verifier { key: self.0, minus: -point(&self.0)? })
    }

    /// The key as one of X25519 (RFC 7748, section 4.1), under the same rule.
    pub(crate) fn to_x25519(self) -> Option<[u8; 32]> {
        Some(point(&self.0)?.to_montgomery().to_bytes())
    }
}

/// A node's key, unpacked: saves a tenth of the time of a check where an author is heard more than once.
///
/// **The rule** is the first form of RFC 8032, with the cofactor: `[8][S]B = [8]R + [8][k]A`, `S` below the group's order,
/// key and `R` in canonical form and not of small order. It is the only equation under which checking one by one and in
/// batches always agree. Other verdicts on the same bytes would split a room; the known edge cases are in
/// `tests/signatures.rs`.
#[derive(Debug, Clone)]
pub struct Verifier {
    key: [u8; 32],
    /// The point, negated.
    minus: EdwardsPoint,
}

impl Verifier {
    /// Whether `signature` is this node's over `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.claim(message, signature).is_some_and(|it| it.holds())
    }

    /// What is left to check of a signature; `None` if its `S` is not below the group's order.
    pub(crate) fn claim(&self, message: &[u8], signature: &[u8; 64]) -> Option<Claim> {
        let (r, s) = (*signature.first_chunk()?, *signature.last_chunk()?);
        let s = Option::from(Scalar::from_canonical_bytes(s))?;
        Some(Claim { k: hashed(&[&r, &self.key, message]), key: self.clone(), r, s })
    }
}

/// A signature of a good key, taken apart: what is left to check is `R`, and the equation.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    key: Verifier,
    r: [u8; 32],
    s: Scalar,
    /// What the message is hashed to, with `R` and the key.
    k: Scalar,
}

impl Claim {
    /// The rule, on this one alone.
    pub(crate) fn holds(&self) -> bool {
        let Self { key, r, s, k } = self;
        let expected = EdwardsPoint::vartime_double_scalar_mul_basepoint(k, &key.minus, s);
        // What was signed as RFC 8032 says fits without the cofactor already, which spares unpacking R: bytes that are the form of a
        // computed point are a canonical form, and of small order exactly if they are one of the eight.
        if expected.compress().as_bytes() == r {
            return !SMALL_ORDER.contains(r);
        }
        point(r).is_some_and(|r| (expected - r).mul_by_cofactor().is_identity())
    }

    /// Its `R`, negated; `None` if the rule allows no such one.
    pub(crate) fn minus_r(&self) -> Option<EdwardsPoint> {
        Some(-point(&self.r)?)
    }

    /// Whose it is, and the key's point, negated.
    pub(crate) const fn key(&self) -> (NodeId, EdwardsPoint) {
        (NodeId(self.key.key), self.key.minus)
    }

    /// `S` and `k`.
    pub(crate) const fn scalars(&self) -> (&Scalar, &Scalar) {
        (&self.s, &self.k)
    }

    /// Everything that the verdict depends on: key, `R`, `S`, `k`.
    pub(crate) const fn parts(&self) -> [&[u8; 32]; 4] {
        [&self.key.key, &self.r, self.s.as_bytes(), self.k.as_bytes()]
    }
}

/// What the hash of these parts stands for, as a scalar.
fn hashed(parts: &[&[u8]]) -> Scalar {
    let mut hash = Sha512::new();
    for part in parts {
        hash.update(part);
    }
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
}

/// The point of that form, if it is the canonical one and the point not of small order.
fn point(packed: &[u8; 32]) -> Option<EdwardsPoint> {
    // Told by its bytes, it needs no arithmetic.
    let may_be = is_canonical(packed) && !SMALL_ORDER.contains(packed);
    if may_be { CompressedEdwardsY(*packed).decompress() } else { None }
}

/// Whether the y of a packed point is below 2^255 - 19. (That x = 0 has no sign is left to the list below: both points with x = 0 are of
/// small order.)
fn is_canonical(point: &[u8; 32]) -> bool {
    let [least, middle @ .., most] = point;
    *least < 0xed || most & 0x7f != 0x7f || middle.iter().any(|it| *it != 0xff)
}

/// The encodings of the eight points whose order divides the cofactor ("Taming the Many EdDSAs", Chalkias, Garillot, Nikolaenko 2020,
/// table 1), but for the four above 2^255 - 19. The last two, with x = 0 and a sign, are not canonical.
const SMALL_ORDER: [[u8; 32]; 10] = {
    const fn ends(first: u8, last: u8, middle: u8) -> [u8; 32] {
        let mut point = [middle; 32];
        point[0] = first;
        point[31] = last;
        point
    }
    const fn signed(mut point: [u8; 32]) -> [u8; 32] {
        point[31] |= 0x80;
        point
    }
    const EIGHTH: [u8; 32] = [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ];
    const OTHER_EIGHTH: [u8; 32] = [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ];
    [
        ends(1, 0, 0),
        ends(0xec, 0x7f, 0xff),
        [0; 32],
        signed([0; 32]),
        EIGHTH,
        signed(EIGHTH),
        OTHER_EIGHTH,
        signed(OTHER_EIGHTH),
        signed(ends(1, 0, 0)),
        signed(ends(0xec, 0x7f, 0xff)),
    ]
};

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 38];
        bytes[..6].copy_from_slice(&PEER_ID_PREFIX);
        bytes[6..].copy_from_slice(&self.0);
        f.write_str(&bs58::encode(bytes).into_string())
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_string();
        write!(f, "NodeId(..{})", &text[text.len() - 6..])
    }
}

impl FromStr for NodeId {
    type Err = NodeIdError;

    fn from_str(text: &str) -> Result<Self, NodeIdError> {
        // Base58 takes time that grows with the square of the length.
        if text.len() > TEXT_CHARS {
            return Err(NodeIdError);
        }
        let bytes = bs58::decode(text).into_vec().map_err(|_| NodeIdError)?;
        let key = bytes.strip_prefix(&PEER_ID_PREFIX).ok_or(NodeIdError)?;
        Ok(Self(key.try_into().map_err(|_| NodeIdError)?))
    }
}

impl Serialize for NodeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_bytes(&self.0) }
    }
}

impl<'de> Deserialize<'de> for NodeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
        } else {
            let key = <serde_bytes::ByteArray<32>>::deserialize(deserializer)?;
            Ok(Self(key.into_array()))
        }
    }
}

/// A node's signing key.
///
/// Signing is RFC 8032, section 5.1.6, on the curve of `curve25519-dalek`, all of it in constant time. `ed25519-dalek` would
/// do the same with 30 KiB of precomputed multiples: faster at what a person does once a minute, but the thirtieth part of a
/// first visit, since they do not compress. The tests hold the two against each other.
#[derive(Clone)]
pub struct Keypair {
    secret: Zeroizing<[u8; 32]>,
    node: NodeId,
}

impl Keypair {
    /// From 32 secret bytes, which must come from a secure source.
    pub fn from_secret(secret: [u8; 32]) -> Self {
        let secret = Zeroizing::new(secret);
        let (scalar, _) = expanded(&secret);
        Self { node: NodeId(times_base(&scalar)), secret }
    }

    /// The 32 secret bytes.
    pub fn to_secret(&self) -> [u8; 32] {
        *self.secret
    }

    /// The public half.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// Signs `message` (deterministic, RFC 8032).
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let (scalar, prefix) = expanded(&self.secret);
        let nonce = Zeroizing::new(hashed(&[&*prefix, message]));
        let r = times_base(&nonce);
        let s = *nonce + hashed(&[&r, &self.node.0, message]) * *scalar;
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&r);
        signature[32..].copy_from_slice(s.as_bytes());
        signature
    }

    /// What this key and another of X25519 agree on (RFC 7748, section 6.1); `None` if anybody could know it, since the other one is
    /// of small order.
    pub(crate) fn agree(&self, other: &[u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
        let hash = Zeroizing::new(<[u8; 64]>::from(Sha512::digest(&self.secret[..])));
        let secret = Zeroizing::new(*hash.first_chunk::<32>()?);
        let agreed = Zeroizing::new(MontgomeryPoint(*other).mul_clamped(*secret).to_bytes());
        (*agreed != [0; 32]).then_some(agreed)
    }
}

/// What a secret stands for: the scalar, and what makes nonces.
fn expanded(secret: &[u8; 32]) -> (Zeroizing<Scalar>, Zeroizing<[u8; 32]>) {
    let hash = Zeroizing::new(<[u8; 64]>::from(Sha512::digest(secret)));
    let mut scalar = Zeroizing::new([0; 32]);
    let mut prefix = Zeroizing::new([0; 32]);
    scalar.copy_from_slice(&hash[..32]);
    prefix.copy_from_slice(&hash[32..]);
    (Zeroizing::new(Scalar::from_bytes_mod_order(clamp_integer(*scalar))), prefix)
}

/// Without precomputed multiples of the base point: see [`Keypair`].
fn times_base(scalar: &Scalar) -> [u8; 32] {
    (ED25519_BASEPOINT_POINT * scalar).compress().to_bytes()
}

impl fmt::Debug for Keypair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keypair({:?})", self.node())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The PeerId of the secret `[1; 32]`, as js-libp2p shows it.
    const PEER_ID: &str = "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5";

    #[test]
    fn a_node_is_shown_as_its_peer_id_and_read_back() {
        let node = Keypair::from_secret([1; 32]).node();
        assert_eq!(node.to_string(), PEER_ID);
        assert_eq!(PEER_ID.parse(), Ok(node));
        assert_eq!(serde_json::from_str::<NodeId>(&serde_json::to_string(&node).unwrap()).unwrap(), node);
    }

    #[test]
    fn what_is_not_the_peer_id_of_an_ed25519_key_is_no_node() {
        // Of an RSA key; too short; too long; not base58.
        let long = "1".repeat(1 << 20);
        for text in ["QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", &PEER_ID[..51], &long, "12D3KooW0OIl", ""] {
            assert_eq!(text.parse::<NodeId>(), Err(NodeIdError), "{}", &text[..text.len().min(70)]);
        }
    }

    #[test]
    fn points_of_small_order_are_known_by_their_bytes_with_a_sign_where_none_belongs_too() {
        let canonical = curve25519_dalek::constants::EIGHT_TORSION.map(|it| it.compress().to_bytes());
        assert!(canonical.iter().all(|it| SMALL_ORDER[..8].contains(it)));
        for packed in SMALL_ORDER {
            assert!(CompressedEdwardsY(packed).decompress().unwrap().is_small_order(), "{packed:x?}");
            assert!(is_canonical(&packed) && point(&packed).is_none());
        }
        assert_eq!(crate::sorted::set(SMALL_ORDER).len(), 10);
    }

    #[test]
    fn a_secret_does_not_show_in_debug_output() {
        let keypair = Keypair::from_secret([7; 32]);
        assert_eq!(format!("{keypair:?}"), format!("Keypair({:?})", keypair.node()));
    }
}
