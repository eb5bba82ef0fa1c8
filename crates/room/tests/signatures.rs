//! One rule for signatures: the edge cases on which Ed25519 implementations disagree, each with its verdict. The vectors
//! are made by `vectors/signatures.py`, an implementation of the curve that shares nothing with ours.

use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
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

/// RFC 8032, section 7.1, tests 1 to 3: secret, public key, message, signature.
const RFC_8032: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

#[test]
fn keys_and_signatures_are_those_of_the_standard() {
    for [secret, key, message, signature] in RFC_8032 {
        let Ok(Hex(secret)) = secret.to_owned().try_into() else { panic!("32 bytes") };
        let keypair = Keypair::from_secret(secret);
        assert_eq!(keypair.to_secret(), secret);
        assert_eq!(keypair.node().as_bytes()[..], hex(key));
        assert_eq!(keypair.sign(&hex(message))[..], hex(signature));
    }
}

proptest! {
    #[test]
    fn keys_and_signatures_are_those_that_others_make(secret: [u8; 32], message: Vec<u8>) {
        let (ours, theirs) = (Keypair::from_secret(secret), SigningKey::from_bytes(&secret));
        prop_assert_eq!(*ours.node().as_bytes(), theirs.verifying_key().to_bytes());
        prop_assert_eq!(ours.sign(&message), theirs.sign(&message).to_bytes());
    }

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
