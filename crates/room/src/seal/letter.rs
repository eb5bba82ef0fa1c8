//! Some bytes for one node alone, from nobody in particular: a key made for this once agrees by X25519 (RFC 7748) with the key
//! that the node signs with, turned into one of that curve, and HKDF-SHA-256 over the agreement and both public keys gives the key
//! of the cipher. That is the base mode of HPKE (RFC 9180) in shape, and libsodium's `crypto_box_seal` in use; the labels are ours.
//! A node that signs and agrees with one key pair keeps both secure (Thormarker, *On using the same key pair for Ed25519 and an
//! X25519 based KEM*, 2021).

use curve25519_dalek::{constants::X25519_BASEPOINT, montgomery::MontgomeryPoint};
use zeroize::Zeroizing;

use super::cipher::{KEY, NONCE, derive, open_with, seal_with};
use crate::{Keypair, NodeId};

/// A key seals once, so there is nothing to tell its messages apart by.
const ONLY: [u8; NONCE] = [0; NONCE];

/// `once`: 32 secret bytes that are used for nothing else. `None` if nobody can have that key.
pub(super) fn seal(once: &[u8; 32], to: &NodeId, bound: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let ours = X25519_BASEPOINT.mul_clamped(*once).to_bytes();
    let theirs = to.to_x25519()?;
    let agreed = Zeroizing::new(MontgomeryPoint(theirs).mul_clamped(*once).to_bytes());
    let sealed = seal_with(&key(&agreed, &ours, &theirs), &ONLY, bound, plain);
    Some([&ours[..], sealed.get(NONCE..)?].concat())
}

/// What was sealed for this node.
pub(super) fn open(keypair: &Keypair, bound: &[u8], letter: &[u8]) -> Option<Vec<u8>> {
    let (ours, sealed) = letter.split_first_chunk::<32>()?;
    let agreed = keypair.agree(ours)?;
    open_with(&key(&agreed, ours, &keypair.node().to_x25519()?), &ONLY, bound, sealed)
}

fn key(agreed: &[u8; 32], ours: &[u8; 32], theirs: &[u8; 32]) -> Zeroizing<[u8; KEY]> {
    derive(agreed, &[b"paceline/sealed/share/1", ours, theirs])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_read_by_its_addressee_alone_and_only_where_it_belongs() {
        let keys = [1, 2].map(|it| Keypair::from_secret([it; 32]));
        let letter = seal(&[9; 32], &keys[0].node(), b"here", b"a share").unwrap();
        assert_eq!(open(&keys[0], b"here", &letter).as_deref(), Some(&b"a share"[..]));
        assert_eq!(open(&keys[0], b"there", &letter), None);
        assert_eq!(open(&keys[1], b"here", &letter), None);
        for at in 0..letter.len() {
            let mut changed = letter.clone();
            changed[at] ^= 1;
            assert_eq!(open(&keys[0], b"here", &changed), None, "byte {at}");
            assert_eq!(open(&keys[0], b"here", &letter[..at]), None, "the first {at} bytes");
        }
    }

    #[test]
    fn nothing_is_sealed_for_a_key_that_nobody_can_have_and_nothing_opened_that_anybody_could_have_sealed() {
        // Not a point; of small order.
        for key in [[2; 32], [0; 32]] {
            assert_eq!(seal(&[9; 32], &NodeId::from_bytes(key), b"", b""), None);
        }
        // With a point of small order everybody agrees on nothing.
        let keypair = Keypair::from_secret([1; 32]);
        let nothing = key(&[0; 32], &[0; 32], &keypair.node().to_x25519().unwrap());
        let letter = [&[0; 32][..], &seal_with(&nothing, &ONLY, b"", b"x")[NONCE..]].concat();
        assert_eq!(open(&keypair, b"", &letter), None);
    }
}
