//! A set of places in a list that grows and shrinks in its middle, one bit each.

use paceline_room::cost::look;

/// Bits of a word.
const BITS: usize = u64::BITS as usize;
/// Words of a cache line, which are counted together.
const LINE: usize = 8;

/// Those that are in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Places(Vec<u64>);

impl Places {
    /// Whether this one is.
    pub(super) fn has(&self, at: usize) -> bool {
        self.0.get(at / BITS).is_some_and(|word| word >> (at % BITS) & 1 == 1)
    }

    /// Takes one in, or out.
    pub(super) fn set(&mut self, at: usize, on: bool) {
        if self.0.len() <= at / BITS && on {
            self.0.resize(at / BITS + 1, 0);
        }
        if let Some(word) = self.0.get_mut(at / BITS) {
            *word = *word & !(1 << (at % BITS)) | u64::from(on) << (at % BITS);
        }
    }

    /// Another came into the list at this place, and is not in the set: those from there on move up.
    pub(super) fn insert(&mut self, at: usize) {
        let mut carry = 0;
        let mut below = (1 << (at % BITS)) - 1;
        look(self.0.len().saturating_sub(at / BITS).div_ceil(LINE));
        for word in self.0.iter_mut().skip(at / BITS) {
            let next = *word >> (BITS - 1);
            *word = *word & below | (*word & !below) << 1 | carry;
            (carry, below) = (next, 0);
        }
        if carry == 1 {
            self.0.push(1);
        }
    }

    /// The one at this place left the list: those behind it move down.
    pub(super) fn remove(&mut self, at: usize) {
        look(self.0.len().saturating_sub(at / BITS).div_ceil(LINE));
        let mut carry = 0;
        let first = at / BITS;
        for (nth, word) in self.0.iter_mut().enumerate().skip(first).rev() {
            let below = if nth == first { (1 << (at % BITS)) - 1 } else { 0 };
            let next = *word & 1;
            *word = *word & below | *word >> 1 & !below | carry << (BITS - 1);
            carry = next;
        }
    }

    /// The first so many of a list of `len` that are not in it.
    pub(super) fn lacking(&self, len: usize, most: usize) -> Vec<usize> {
        let mut lacking = Vec::new();
        for nth in 0..len.div_ceil(BITS) {
            look(usize::from(nth % LINE == 0));
            let mut word = !self.0.get(nth).copied().unwrap_or(0);
            while word != 0 {
                let at = nth * BITS + word.trailing_zeros() as usize;
                if at >= len || lacking.len() == most {
                    return lacking;
                }
                lacking.push(at);
                word &= word - 1;
            }
        }
        lacking
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_what_a_list_of_yes_and_no_is(steps in prop::collection::vec((0_u8..4, any::<prop::sample::Index>()), 0..600)) {
            let (mut places, mut list) = (Places::default(), Vec::<bool>::new());
            for (what, which) in steps {
                match what {
                    0 | 1 => {
                        let at = which.index(list.len() + 1);
                        places.insert(at);
                        list.insert(at, false);
                        if what == 1 {
                            places.set(at, true);
                            list[at] = true;
                        }
                    }
                    2 if !list.is_empty() => {
                        let at = which.index(list.len());
                        places.remove(at);
                        list.remove(at);
                    }
                    3 if !list.is_empty() => {
                        let at = which.index(list.len());
                        list[at] = !list[at];
                        places.set(at, list[at]);
                    }
                    _ => {}
                }
            }
            let has: Vec<bool> = (0..list.len()).map(|at| places.has(at)).collect();
            let lacking: Vec<usize> = (0..list.len()).filter(|at| !list[*at]).collect();
            prop_assert_eq!(&has, &list);
            prop_assert_eq!(&places.lacking(list.len(), 3)[..], &lacking[..lacking.len().min(3)]);
            prop_assert_eq!(&places.lacking(list.len(), usize::MAX), &lacking);
        }
    }
}
