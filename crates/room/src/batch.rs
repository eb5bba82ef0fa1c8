//! Many signatures checked by one equation, with the verdict that each would get alone.
//!
//! **The equation** is the sum of what [`Verifier`] asks of each, times a random coefficient `z` each:
//! `[8]([sum z S]B - sum [z]R - sum over authors [sum z k]A) = 0`. What stands in it is unpacked under the same rule before: `S` below
//! the group's order, key and `R` in canonical form and not of small order. If all are good it holds; if one is bad it holds
//! for one in 2^128 choices of coefficients. These come from SHA-512 over the whole batch and a secret, so that nobody can write signatures
//! whose faults cancel each other. Only with the cofactor does the sum agree with the single check where points have a part of small
//! order: see [`Verifier`].
//!
//! A batch that does not hold is halved until the bad ones are found; so one that sends bad ones can make others' work double. Whoever
//! hands them over is told ([`Verdict::Spoilt`]) and checks what comes from there alone.
//!
//! *Absent*: randomness. The secret is passed in.

use std::{cell::Cell, fmt};

use curve25519_dalek::{
    constants::ED25519_BASEPOINT_POINT,
    edwards::EdwardsPoint,
    scalar::Scalar,
    traits::{IsIdentity as _, VartimeMultiscalarMul as _},
};
use litemap::LiteMap;
use serde::Serialize;
use sha2::{Digest as _, Sha512};
use zeroize::Zeroizing;

use crate::{
    NodeId,
    node::{Claim, Verifier},
};

/// Signatures that are checked at once by who does not measure how long that takes.
pub const LOT: usize = 256;
/// The most that are checked at once: the more, the less each costs, but with more than these hardly so, and a task gets longer.
pub const MOST: usize = 1_024;
/// With fewer it is faster to check one by one.
const LEAST: usize = 4;
/// What coefficients are hashed under.
const DOMAIN: &[u8] = b"paceline/batch/1";

/// What became of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is its author's.
    Good,
    /// It is not, which cost no more than checking it alone.
    Bad,
    /// It is not, and others had to be checked again because of it.
    Spoilt,
}

/// What was checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Equations of several signatures: multiplications of many points at once.
    pub multiplications: u64,
    /// Signatures that were good by such an equation.
    pub together: u64,
    /// Signatures that were checked alone, or needed no check to be refused.
    pub alone: u64,
    /// Those that spoilt a batch.
    pub spoilt: u64,
}

impl Counts {
    /// All signatures.
    pub const fn all(&self) -> u64 {
        self.together + self.alone
    }
}

/// A signature to be checked.
#[derive(Debug)]
struct Asked {
    /// `None`: it is bad, whatever the equation says.
    claim: Option<Claim>,
    /// Not with others.
    apart: bool,
}

/// Signatures to be checked together.
#[derive(Debug, Default)]
pub struct Batch {
    asked: Vec<Asked>,
    /// Keys that were not at hand; `None` for what is no key.
    keys: LiteMap<NodeId, Option<Verifier>>,
}

impl Batch {
    /// With room for so many.
    pub fn with_capacity(many: usize) -> Self {
        Self { asked: Vec::with_capacity(many), keys: LiteMap::new() }
    }

    /// Adds one, with the author's key if it is at hand. The verdicts come in this order.
    pub fn push(&mut self, author: &NodeId, key: Option<&Verifier>, message: &[u8], signature: &[u8; 64]) {
        let key = match key {
            Some(key) => Some(key),
            None => {
                if !self.keys.contains_key(author) {
                    self.keys.insert(*author, author.verifier());
                }
                self.keys.get(author).and_then(Option::as_ref)
            }
        };
        self.asked.push(Asked { claim: key.and_then(|it| it.claim(message, signature)), apart: false });
    }

    /// Adds one that is bad already.
    pub(crate) fn push_bad(&mut self) {
        self.asked.push(Asked { claim: None, apart: false });
    }

    /// The one that was added last is checked alone.
    pub fn set_apart(&mut self) {
        if let Some(last) = self.asked.last_mut() {
            last.apart = true;
        }
    }

    /// How many were added.
    pub const fn len(&self) -> usize {
        self.asked.len()
    }

    /// Whether none was.
    pub const fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }
}

/// One that may stand in the equation.
struct Term<'a> {
    /// Its place among all.
    at: usize,
    claim: &'a Claim,
    minus_r: EdwardsPoint,
}

/// Checks batches.
pub struct Batcher {
    secret: Zeroizing<[u8; 32]>,
    counts: Cell<Counts>,
}

impl Batcher {
    /// With a secret that who writes signatures cannot know; with the same one the same work is done again.
    pub fn new(secret: [u8; 32]) -> Self {
        Self { secret: Zeroizing::new(secret), counts: Cell::default() }
    }

    /// What was checked so far.
    pub const fn counts(&self) -> Counts {
        self.counts.get()
    }

    /// The verdict on each, in the order in which they were added.
    pub fn check(&self, batch: &Batch) -> Vec<Verdict> {
        let mut verdicts = vec![Verdict::Bad; batch.len()];
        let mut terms = Vec::with_capacity(batch.len());
        for (at, Asked { claim, apart }) in batch.asked.iter().enumerate() {
            let Some(claim) = claim else { continue };
            if *apart {
                give(&mut verdicts, at, if claim.holds() { Verdict::Good } else { Verdict::Bad });
            } else if let Some(minus_r) = claim.minus_r() {
                terms.push(Term { at, claim, minus_r });
            }
        }
        self.count(|it| it.alone += (batch.len() - terms.len()) as u64);
        for terms in terms.chunks(MOST) {
            self.search(terms, false, Verdict::Bad, &mut verdicts);
        }
        verdicts
    }

    /// Finds the bad ones by halves; whether there was one. `spoilt`: it is known already that there is; `bad` is what they are then.
    fn search(&self, terms: &[Term], spoilt: bool, bad: Verdict, verdicts: &mut [Verdict]) -> bool {
        if terms.len() < LEAST {
            return self.one_by_one(terms, bad, verdicts);
        }
        if !spoilt && self.holds(terms) {
            self.count(|it| it.together += terms.len() as u64);
            terms.iter().for_each(|it| give(verdicts, it.at, Verdict::Good));
            return false;
        }
        let (left, right) = terms.split_at(terms.len() / 2);
        let in_left = self.search(left, false, Verdict::Spoilt, verdicts);
        self.search(right, !in_left, Verdict::Spoilt, verdicts) || in_left
    }

    fn one_by_one(&self, terms: &[Term], bad: Verdict, verdicts: &mut [Verdict]) -> bool {
        let mut found = false;
        for term in terms {
            let good = term.claim.holds();
            found |= !good;
            give(verdicts, term.at, if good { Verdict::Good } else { bad });
            self.count(|it| {
                it.alone += 1;
                it.spoilt += u64::from(!good && bad == Verdict::Spoilt);
            });
        }
        found
    }

    /// Whether the equation holds.
    fn holds(&self, terms: &[Term]) -> bool {
        self.count(|it| it.multiplications += 1);
        let weights = self.weights(terms);
        let (mut base, mut authors) = (Scalar::ZERO, LiteMap::<NodeId, (Scalar, EdwardsPoint)>::new());
        for (term, z) in terms.iter().zip(&weights) {
            let ((s, k), (author, minus)) = (term.claim.scalars(), term.claim.key());
            base += z * s;
            match authors.get_mut(&author) {
                Some((sum, _)) => *sum += z * k,
                None => _ = authors.insert(author, (z * k, minus)),
            }
        }
        let (mut scalars, mut points) = (weights, Vec::with_capacity(terms.len() + authors.len() + 1));
        points.extend(terms.iter().map(|it| it.minus_r));
        for (scalar, point) in authors.into_iter().map(|(_, it)| it).chain([(base, ED25519_BASEPOINT_POINT)]) {
            scalars.push(scalar);
            points.push(point);
        }
        EdwardsPoint::vartime_multiscalar_mul(&scalars, &points).mul_by_cofactor().is_identity()
    }

    /// A coefficient of 128 bits for each.
    fn weights(&self, terms: &[Term]) -> Vec<Scalar> {
        let mut all = Sha512::new();
        all.update(DOMAIN);
        all.update(&self.secret[..]);
        terms.iter().flat_map(|it| it.claim.parts()).for_each(|part| all.update(part));
        let seed = all.finalize();
        let mut weights = Vec::with_capacity(terms.len() * 2 + 1);
        for four in 0..terms.len().div_ceil(4) as u32 {
            let mut hash = Sha512::new();
            hash.update(seed);
            hash.update(four.to_le_bytes());
            let parts = <[u8; 64]>::from(hash.finalize());
            weights.extend(parts.as_chunks().0.iter().map(|it| Scalar::from(u128::from_le_bytes(*it))));
        }
        weights.truncate(terms.len());
        weights
    }

    fn count(&self, add: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.get();
        add(&mut counts);
        self.counts.set(counts);
    }
}

fn give(verdicts: &mut [Verdict], at: usize, verdict: Verdict) {
    if let Some(it) = verdicts.get_mut(at) {
        *it = verdict;
    }
}

impl fmt::Debug for Batcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batcher({:?})", self.counts.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Keypair;

    fn claim(secret: u8, message: &[u8]) -> Claim {
        let keypair = Keypair::from_secret([secret; 32]);
        let signature = keypair.sign(message);
        keypair.node().verifier().and_then(|it| it.claim(message, &signature)).unwrap()
    }

    fn weights(secret: u8, claims: &[Claim]) -> Vec<Scalar> {
        let term = |(at, claim)| Term { at, claim, minus_r: claim.minus_r().unwrap() };
        let terms: Vec<Term> = claims.iter().enumerate().map(term).collect();
        Batcher::new([secret; 32]).weights(&terms)
    }

    #[test]
    fn coefficients_come_of_all_that_is_checked_and_of_the_secret_and_of_nothing_else() {
        let claims: Vec<Claim> = (0..9).map(|n| claim(n % 2 + 1, &[n])).collect();
        let of_all = weights(1, &claims);
        assert_eq!(of_all, weights(1, &claims));
        let others = [
            weights(2, &claims),
            weights(1, &claims[..8]),
            // Another message, another author, another order.
            weights(1, &[&claims[..8], &[claim(1, &[99])]].concat()),
            weights(1, &[&claims[..8], &[claim(3, &[8])]].concat()),
            weights(1, &[&claims[1..], &claims[..1]].concat()),
        ];
        for other in &others {
            assert!(other.iter().all(|it| !of_all.contains(it)));
        }
        for (at, it) in of_all.iter().enumerate() {
            assert!(!of_all[..at].contains(it), "each has its own");
            assert!(it.as_bytes()[16..].iter().all(|byte| *byte == 0), "128 bits");
        }
    }

    #[test]
    fn what_is_kept_secret_does_not_show_in_debug_output() {
        assert!(!format!("{:?}", Batcher::new([0xab; 32])).contains("171"));
    }
}
