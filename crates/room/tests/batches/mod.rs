//! What batches of signatures must do, natively and in a page: the same verdicts as one by one.

use paceline_room::{
    Keypair, NodeId,
    batch::{Batch, Batcher, Counts, LOT, MOST, Verdict},
};
use serde::Deserialize;

/// Among how many honest ones each edge case is hidden, itself included.
const AMONG: [usize; 5] = [1, 2, 4, 64, 1_024];
/// Who wrote the honest ones.
const AUTHORS: usize = 8;

#[derive(Deserialize)]
struct Vectors {
    signatures: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    accept: bool,
    only_cofactored: bool,
    key: String,
    message: String,
    signature: String,
}

/// A signature with all that it is checked against.
#[derive(Clone)]
pub struct Signed {
    author: NodeId,
    message: Vec<u8>,
    /// What anybody may have changed.
    pub signature: [u8; 64],
}

impl Signed {
    fn is_good(&self) -> bool {
        self.author.verify(&self.message, &self.signature)
    }
}

fn hex(text: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits");
    (0..text.len()).step_by(2).map(byte).collect()
}

/// So many honest ones.
pub fn honest(count: usize) -> Vec<Signed> {
    let keys: Vec<Keypair> = (1..=AUTHORS).map(|n| Keypair::from_secret([n as u8; 32])).collect();
    let signed = |(n, keypair): (usize, &Keypair)| {
        let message = format!("message {n}").into_bytes();
        Signed { author: keypair.node(), signature: keypair.sign(&message), message }
    };
    (0..count).zip(keys.iter().cycle()).map(signed).collect()
}

/// The verdicts on all of them together, and what they cost.
pub fn together(all: &[Signed]) -> (Vec<Verdict>, Counts) {
    let (batcher, mut batch) = (Batcher::new([3; 32]), Batch::default());
    for (n, it) in all.iter().enumerate() {
        // The key is at hand or not: that changes nothing.
        let key = if n % 2 == 0 { it.author.verifier() } else { None };
        batch.push(&it.author, key.as_ref(), &it.message, &it.signature);
    }
    (batcher.check(&batch), batcher.counts())
}

/// Exactly those are good that are good alone; returns how many are not.
pub fn assert_as_alone(all: &[Signed], what: &str) -> usize {
    let alone: Vec<bool> = all.iter().map(Signed::is_good).collect();
    let good: Vec<bool> = together(all).0.into_iter().map(|it| it == Verdict::Good).collect();
    assert_eq!(good, alone, "{what}");
    alone.iter().filter(|it| !**it).count()
}

pub fn every_known_edge_case_gets_its_one_verdict_in_any_batch() {
    let text = include_str!("../vectors/signatures.json");
    let cases = serde_json::from_str::<Vectors>(text).expect("the vectors are of this shape").signatures;
    assert!(cases.iter().filter(|it| it.accept && it.only_cofactored).count() >= 5, "the cofactor decides some");
    let honest = honest(AMONG[4]);
    for (nth, case) in cases.iter().enumerate() {
        let Ok(signature) = hex(&case.signature).try_into() else { panic!("64 bytes: {}", case.name) };
        let Ok(key) = hex(&case.key).try_into() else { panic!("32 bytes: {}", case.name) };
        let signed = Signed { author: NodeId::from_bytes(key), message: hex(&case.message), signature };
        for among in AMONG {
            let (mut all, at) = (honest[..among].to_vec(), nth * 7 % among);
            all[at] = signed.clone();
            let (verdicts, counts) = together(&all);
            let good: Vec<bool> = verdicts.into_iter().map(|it| it == Verdict::Good).collect();
            let expected: Vec<bool> = (0..among).map(|it| it != at || case.accept).collect();
            assert_eq!(good, expected, "{} among {among}", case.name);
            // Without the cofactor it would be found good all the same, but by halves.
            let fit = !case.accept || among < 4 || counts.multiplications == among.div_ceil(MOST) as u64;
            assert!(fit, "{} among {among}: {counts:?}", case.name);
        }
    }
    // All at once, several of one key among them.
    let all = cases.iter().map(|case| Signed {
        author: NodeId::from_bytes(hex(&case.key).try_into().expect("32 bytes")),
        message: hex(&case.message),
        signature: hex(&case.signature).try_into().expect("64 bytes"),
    });
    let bad = assert_as_alone(&all.collect::<Vec<_>>(), "all cases together");
    assert_eq!(bad, cases.iter().filter(|it| !it.accept).count());
}

pub fn a_batch_of_honest_signatures_is_one_multiplication() {
    for many in [LOT, MOST] {
        let (verdicts, counts) = together(&honest(many));
        assert_eq!(verdicts, vec![Verdict::Good; many]);
        assert_eq!(counts, Counts { multiplications: 1, together: many as u64, ..Counts::default() });
    }
    let (_, counts) = together(&honest(MOST + LOT));
    assert_eq!(counts, Counts { multiplications: 2, together: (MOST + LOT) as u64, ..Counts::default() });
}

/// Adds that to the little-endian number at this place of a signature.
fn shift(signature: &mut [u8; 64], at: usize, by: i16) {
    let mut carry = by;
    for byte in &mut signature[at..] {
        let sum = i16::from(*byte) + carry;
        (*byte, carry) = (sum.rem_euclid(256) as u8, sum.div_euclid(256));
    }
}

pub fn faults_that_cancel_each_other_do_not_pass() {
    /// Where `S` begins.
    const S: usize = 32;
    let honest = honest(64);
    for (first, second) in [(0, 8), (0, 1), (5, 60)] {
        // Of one author and of two: the sums are what they would be.
        let mut all = honest.clone();
        shift(&mut all[first].signature, S, 1);
        shift(&mut all[second].signature, S, -1);
        assert_eq!(assert_as_alone(&all, "S"), 2);
        // What was signed is another's.
        let mut all = honest.clone();
        (all[first].signature, all[second].signature) = (all[second].signature, all[first].signature);
        assert_eq!(assert_as_alone(&all, "exchanged"), 2);
        // The same with R alone, and with S alone.
        for range in [0..S, S..64] {
            let mut all = honest.clone();
            let of_first = all[first].signature;
            all[first].signature[range.clone()].copy_from_slice(&honest[second].signature[range.clone()]);
            all[second].signature[range.clone()].copy_from_slice(&of_first[range]);
            assert_eq!(assert_as_alone(&all, "a half exchanged"), 2);
        }
    }
}

pub fn those_that_spoil_are_found_and_named() {
    let mut all = honest(LOT);
    shift(&mut all[77].signature, 32, 1);
    let (verdicts, counts) = together(&all);
    let spoilt: Vec<usize> = (0..LOT).filter(|at| verdicts[*at] != Verdict::Good).collect();
    assert_eq!((spoilt, verdicts[77]), (vec![77], Verdict::Spoilt));
    // Halves down to a few: what is checked once more each time is the half in which it is.
    assert!(counts.multiplications <= 15, "{counts:?}");
    assert_eq!((counts.spoilt, counts.all()), (1, LOT as u64));
    // What can be refused without the equation spoils nothing.
    let mut all = honest(MOST);
    all[77].signature[32..].fill(0xff);
    all[78].signature[..32].fill(0xff);
    let (verdicts, counts) = together(&all);
    assert_eq!((verdicts[77], verdicts[78], counts.multiplications, counts.spoilt), (Verdict::Bad, Verdict::Bad, 1, 0));
}
