//! Events as NIP-01 has them, and the throw-away keys that sign them (BIP-340 Schnorr signatures over secp256k1).
//!
//! Signatures of events that come in are *not* checked: the envelope inside proves who wrote it, and a relay that makes events up
//! gains nothing that it could not do by dropping or repeating them.

use k256::schnorr::SigningKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::keys::hex;

/// The kind of our events: in the range 20000-29999 that NIP-01 calls ephemeral, and not in its list of kinds in use.
pub(crate) const KIND: u32 = 25_715;
/// The tag that names the topic. Relays index tags of one letter (NIP-01); `x` says nothing about what it is.
pub(crate) const TOPIC_TAG: &str = "x";

/// An event. Hexadecimal fields stay texts: they are only compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    /// Sha-256 of the canonical form.
    pub(crate) id: String,
    /// The x coordinate of the author's key.
    pub(crate) pubkey: String,
    /// Unix seconds.
    pub(crate) created_at: u64,
    pub(crate) kind: u32,
    pub(crate) tags: Vec<Vec<String>>,
    pub(crate) content: String,
    /// Over `id`.
    pub(crate) sig: String,
}

impl Event {
    /// Whether it is one of ours, under that topic.
    pub(crate) fn is_about(&self, topic: &str) -> bool {
        let names =
            |tag: &Vec<String>| matches!(tag.as_slice(), [name, value, ..] if name == TOPIC_TAG && value == topic);
        self.kind == KIND && self.tags.iter().any(names)
    }
}

/// A key that is used under one topic by one tab, and then thrown away.
pub(crate) struct ThrowAway {
    key: SigningKey,
    pubkey: String,
}

impl ThrowAway {
    /// From random bytes. `None` for the few (one in 2^128) that are no key.
    pub(crate) fn from_secret(secret: &[u8; 32]) -> Option<Self> {
        let key = SigningKey::from_bytes(&(*secret).into()).ok()?;
        let pubkey = hex(&key.verifying_key().to_bytes());
        Some(Self { key, pubkey })
    }

    /// Signs an event of [`KIND`]. `aux`: fresh random bytes, as BIP-340 recommends.
    pub(crate) fn event(&self, topic: &str, content: String, created_at: u64, aux: &[u8; 32]) -> Option<Event> {
        let tags = vec![vec![TOPIC_TAG.to_owned(), topic.to_owned()]];
        let id = id(&self.pubkey, created_at, KIND, &tags, &content);
        let sig = self.key.sign_raw(&id, aux).ok()?.to_bytes();
        let pubkey = self.pubkey.clone();
        Some(Event { id: hex(&id), pubkey, created_at, kind: KIND, tags, content, sig: hex(&sig) })
    }
}

/// The id: sha-256 of `[0,pubkey,created_at,kind,tags,content]` in JSON without blanks (NIP-01).
fn id(pubkey: &str, created_at: u64, kind: u32, tags: &[Vec<String>], content: &str) -> [u8; 32] {
    let canonical = serde_json::to_vec(&(0, pubkey, created_at, kind, tags, content));
    Sha256::digest(canonical.expect("texts and numbers encode into memory")).into()
}

#[cfg(test)]
mod tests {
    use k256::schnorr::{Signature, VerifyingKey};

    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    fn unhex32(text: &str) -> [u8; 32] {
        unhex(text).try_into().unwrap()
    }

    /// Secret, public key, auxiliary randomness, message, signature: vectors 0 to 3 of BIP-340's `test-vectors.csv`.
    const BIP_340: [[&str; 5]; 4] = [
        [
            "0000000000000000000000000000000000000000000000000000000000000003",
            "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca821525f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0",
        ],
        [
            "b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfef",
            "dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659",
            "0000000000000000000000000000000000000000000000000000000000000001",
            "243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89",
            "6896bd60eeae296db48a229ff71dfe071bde413e6d43f917dc8dcf8c78de33418906d11ac976abccb20b091292bff4ea897efcb639ea871cfa95f6de339e4b0a",
        ],
        [
            "c90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b14e5c9",
            "dd308afec5777e13121fa72b9cc1b7cc0139715309b086c960e18fd969774eb8",
            "c87aa53824b4d7ae2eb035a2b5bbbccc080e76cdc6d1692c4b0b62d798e6d906",
            "7e2d58d8b3bcdf1abadec7829054f90dda9805aab56c77333024b9d0a508b75c",
            "5831aaeed7b44bb74e5eab94ba9d4294c49bcf2a60728d8b4c200f50dd313c1bab745879a5ad954a72c45a91c3a51d3c7adea98d82f8481e0e1e03674a6f3fb7",
        ],
        [
            "0b432b2677937381aef05bb02a66ecd012773062cf3fa2549e44f58ed2401710",
            "25d1dff95105f5253c4022f628a996ad3a0d95fbf21d468a1b33f8c160d8f517",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "7eb0509757e246f19449885651611cb965ecc1a187dd51b64fda1edc9637d5ec97582b9cb13db3933705b32ba982af5af25fd78881ebb32771fc5922efc66ea3",
        ],
    ];

    #[test]
    fn signatures_are_those_of_bip_340() {
        for [secret, public, aux, message, signature] in BIP_340 {
            let author = ThrowAway::from_secret(&unhex32(secret)).unwrap();
            assert_eq!(author.pubkey, public);
            let made = author.key.sign_raw(&unhex(message), &unhex32(aux)).unwrap();
            assert_eq!(hex(&made.to_bytes()), signature);
        }
    }

    #[test]
    fn bytes_that_are_no_key_are_none() {
        assert!(ThrowAway::from_secret(&[0; 32]).is_none());
        assert!(ThrowAway::from_secret(&[255; 32]).is_none());
    }

    fn is_signed(event: &Event) -> bool {
        let id = id(&event.pubkey, event.created_at, event.kind, &event.tags, &event.content);
        let key = VerifyingKey::from_bytes(&unhex32(&event.pubkey).into()).unwrap();
        let signature = Signature::try_from(unhex(&event.sig).as_slice()).unwrap();
        event.id == hex(&id) && key.verify_raw(&id, &signature).is_ok()
    }

    /// One that other clients wrote and relays carry, of December 2021; it is in the tests of the `nostr` crate.
    const REAL: &str = r#"{"id":"2be17aa3031bdcb006f0fce80c146dea9c1c0268b0af2398bb673365c6444d45",
        "pubkey":"f86c44a2de95d9149b51c6a29afeabba264c18e2fa7c49de93424a0c56947785",
        "created_at":1640839235,"kind":4,
        "tags":[["p","13adc511de7e1cfcf1c6b7f6365fb5a03442d7bcacf565ea57fa7770912c023d"]],
        "content":"uRuvYr585B80L6rSJiHocw==?iv=oh6LVqdsYYol3JfFnXTbPA==",
        "sig":"a5d9290ef9659083c490b303eb7ee41356d8778ff19f2f91776c8dc4443388a64ffcf336e61af4c25c05ac3ae952d1ced889ed655b67790891222aaa15b99fdd"}"#;

    #[test]
    fn the_id_and_signature_of_a_real_event_are_right() {
        let event: Event = serde_json::from_str(REAL).unwrap();
        assert!(is_signed(&event));
    }

    #[test]
    fn an_event_is_signed_by_its_throw_away_key_and_is_about_its_topic() {
        let author = ThrowAway::from_secret(&[7; 32]).unwrap();
        let event = author.event("ab", "bm90aGluZw==".into(), 1_700_000_000, &[9; 32]).unwrap();
        assert!(is_signed(&event));
        assert!(event.is_about("ab") && !event.is_about("abc"));
        let changed = Event { created_at: 1_700_000_001, ..event };
        assert!(!is_signed(&changed));
    }

    #[test]
    fn an_event_of_another_kind_or_without_the_tag_is_not_ours() {
        let author = ThrowAway::from_secret(&[7; 32]).unwrap();
        let event = author.event("ab", String::new(), 0, &[9; 32]).unwrap();
        assert!(!Event { kind: 1, ..event.clone() }.is_about("ab"));
        assert!(!Event { tags: vec![vec!["t".into(), "ab".into()], vec!["x".into()], vec![]], ..event }.is_about("ab"));
    }
}
