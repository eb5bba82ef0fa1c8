//! A name for the *set* of admitted events, whatever the order they came in: the sum of their CIDs' digests modulo
//! 2^256. It tells whether two nodes hold the same log; it is not a commitment against somebody who crafts many events
//! in order to make two sums meet, and nothing rests on it that would need one.

use crate::Cid;

/// The sum so far, least significant word first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SetDigest([u64; 4]);

impl SetDigest {
    /// Takes in one more member. The caller sees to it that each comes once.
    pub(super) fn add(&mut self, cid: &Cid) {
        let (words, _) = cid.digest().as_chunks::<8>();
        let mut carry = false;
        for (sum, word) in self.0.iter_mut().zip(words) {
            let (partial, first) = sum.overflowing_add(u64::from_le_bytes(*word));
            let (total, second) = partial.overflowing_add(u64::from(carry));
            (*sum, carry) = (total, first || second);
        }
    }

    /// Lower-case hex, most significant digit first.
    pub(super) fn to_hex(self) -> String {
        self.0.iter().rev().map(|word| format!("{word:016x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(cids: &[[u8; 32]]) -> String {
        let mut digest = SetDigest::default();
        cids.iter().for_each(|it| digest.add(&Cid::from_digest(*it)));
        digest.to_hex()
    }

    #[test]
    fn the_order_does_not_matter_and_the_members_do() {
        let (a, b, c) = ([0xfe; 32], [0x81; 32], [0x07; 32]);
        assert_eq!(sum(&[a, b, c]), sum(&[c, a, b]));
        assert_ne!(sum(&[a, b]), sum(&[a, c]));
        assert_ne!(sum(&[a]), sum(&[]));
    }

    #[test]
    fn the_sum_carries_from_word_to_word() {
        let mut one = [0; 32];
        one[0] = 1;
        let mut low_word_full = [0; 32];
        low_word_full[..8].fill(0xff);
        let carried = format!("{}1{}", "0".repeat(47), "0".repeat(16));
        assert_eq!(sum(&[low_word_full, one]), carried);
        assert_eq!(sum(&[[0xff; 32], one]), "0".repeat(64), "beyond 2^256 it wraps");
    }
}
