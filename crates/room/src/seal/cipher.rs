//! The cipher under which everything is sealed, and how keys come from secrets.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a key.
pub(super) const KEY: usize = 32;
/// Bytes of a nonce.
pub(super) const NONCE: usize = 24;

/// The nonce and what is encrypted with it.
pub(super) fn seal_with(key: &[u8; KEY], nonce: &[u8; NONCE], bound: &[u8], plain: &[u8]) -> Vec<u8> {
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(XNonce::from_slice(nonce), Payload { msg: plain, aad: bound })
        .expect("a message of some kilobytes is within what the cipher takes");
    [&nonce[..], &sealed].concat()
}

pub(super) fn open_with(key: &[u8; KEY], nonce: &[u8; NONCE], bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let payload = Payload { msg: sealed, aad: bound };
    XChaCha20Poly1305::new(key.into()).decrypt(XNonce::from_slice(nonce), payload).ok()
}

/// HKDF-SHA-256 (RFC 5869) without salt. What stands in the parts is told apart by its first, a name that ends in a version.
pub(super) fn derive<const N: usize>(secret: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; N]> {
    let mut out = Zeroizing::new([0; N]);
    Hkdf::<Sha256>::new(None, secret)
        .expand_multi_info(parts, &mut *out)
        .expect("some dozen bytes are within what it makes");
    out
}
