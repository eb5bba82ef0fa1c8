//! One rule for signatures: the edge cases on which Ed25519 implementations disagree, each with its verdict. The vectors
//! are made by `vectors/signatures.py`, an implementation of the curve that shares nothing with ours.

use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use paceline_room::{Keypair, NodeId};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    signatures: Vec<Case>,
    keys_not_canonical: Vec<Hex<32>>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    accept: bool,
    only_cofactored: bool,
    key: Hex<32>,
    message: String,
    signature: Hex<64>,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Hex<const N: usize>([u8; N]);

impl<const N: usize> TryFrom<String> for Hex<N> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        hex(&text).try_into().map(Self).map_err(|_| format!("not {N} bytes: {text}"))
    }
}

fn hex(text: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits");
    (0..text.len()).step_by(2).map(byte).collect()
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/signatures.json")).expect("the vectors are of this shape")
}

fn strict(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|it| it.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}

#[test]
fn every_known_edge_case_gets_its_one_verdict() {
    for case in vectors().signatures {
        let verdict = NodeId::from_bytes(case.key.0).verify(&hex(&case.message), &case.signature.0);
        assert_eq!(verdict, case.accept, "{}", case.name);
    }
}

#[test]
fn our_verdict_differs_from_verify_strict_only_where_the_cofactor_decides() {
    for case in vectors().signatures {
        let differs = strict(&case.key.0, &hex(&case.message), &case.signature.0) != case.accept;
        assert_eq!(differs, case.only_cofactored, "{}", case.name);
    }
}

#[test]
fn the_edge_cases_tell_other_rules_from_ours() {
    let lenient = |case: &Case| {
        let key = VerifyingKey::from_bytes(&case.key.0);
        key.is_ok_and(|it| it.verify(&hex(&case.message), &Signature::from_bytes(&case.signature.0)).is_ok())
    };
    let cases = vectors().signatures;
    assert!(cases.iter().filter(|it| it.accept).count() >= 8);
    assert!(cases.iter().filter(|it| it.accept && !lenient(it)).count() >= 5);
    assert!(cases.iter().filter(|it| !it.accept && lenient(it)).count() >= 16);
    assert_eq!(cases.iter().filter(|it| it.name.starts_with("published ")).count(), 12);
}

#[test]
fn a_key_spelt_in_another_way_is_no_key() {
    for key in vectors().keys_not_canonical {
        assert!(VerifyingKey::from_bytes(&key.0).is_ok(), "the curve library takes it for a point");
        assert!(NodeId::from_bytes(key.0).verifier().is_none());
    }
}

proptest! {
    #[test]
    fn damaged_signatures_are_judged_as_verify_strict_does(
        secret: [u8; 32], message: Vec<u8>, at in 0..96_usize, flip in 0..=255_u8,
    ) {
        let keypair = Keypair::from_secret(secret);
        let mut key = *keypair.node().as_bytes();
        let mut signature = keypair.sign(&message);
        match at.checked_sub(64) {
            None => signature[at] ^= flip,
            Some(at) => key[at] ^= flip,
        }
        let verdict = NodeId::from_bytes(key).verify(&message, &signature);
        prop_assert_eq!(verdict, strict(&key, &message, &signature));
        prop_assert_eq!(verdict, flip == 0);
    }
}
