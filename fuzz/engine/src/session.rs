//! The inputs of one target, one after the other.

use crate::{Chance, Target, mutate::mutate};

/// Inputs that are kept to go on from.
const KEPT: usize = 256;

/// A stream of inputs: first the seeds as they are, then ever new ones.
#[derive(Debug)]
pub struct Session<'a> {
    target: &'a Target,
    seeds: &'a [Vec<u8>],
    kept: Vec<Vec<u8>>,
    chance: Chance,
    tried: u64,
    read: u64,
}

impl<'a> Session<'a> {
    /// From these seeds; the same number gives the same inputs.
    pub fn new(target: &'a Target, seeds: &'a [Vec<u8>], seed: u64) -> Self {
        Self { target, seeds, kept: Vec::new(), chance: Chance::new(seed), tried: 0, read: 0 }
    }

    /// The next input.
    pub fn next_input(&mut self) -> Vec<u8> {
        let nth = usize::try_from(self.tried).ok();
        self.tried += 1;
        if let Some(seed) = nth.and_then(|nth| self.seeds.get(nth)) {
            return seed.clone();
        }
        let (target, chance) = (self.target, &mut self.chance);
        let mut input = match chance.below(8) {
            0..3 => (target.make)(chance),
            3 => chance.of(self.seeds).cloned().unwrap_or_default(),
            _ => chance.of(&self.kept).cloned().unwrap_or_default(),
        };
        // What is valid has properties, too.
        if chance.once_in(16) {
            return input;
        }
        let other = chance.of(&self.kept).cloned().unwrap_or_default();
        mutate(&mut input, chance, target.words, &other, target.most);
        input
    }

    /// Whether something was read in an input that this session made: then it goes on from there.
    pub fn told(&mut self, input: Vec<u8>, read: bool) {
        if !read {
            return;
        }
        self.read += 1;
        if self.kept.len() < KEPT {
            self.kept.push(input);
        } else if self.chance.once_in(16) {
            let at = self.chance.below(KEPT);
            if let Some(place) = self.kept.get_mut(at) {
                *place = input;
            }
        }
    }

    /// How many inputs there were.
    pub const fn tried(&self) -> u64 {
        self.tried
    }

    /// In how many of them something was read.
    pub const fn read(&self) -> u64 {
        self.read
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{attempt, shrink};

    /// Reads bytes that begin with `ok`, and must not be given a `7` among them.
    const PLANTED: Target = Target {
        name: "planted",
        check: |bytes| {
            let read = bytes.starts_with(b"ok");
            assert!(!(read && bytes.contains(&b'7')), "a seven was read");
            read
        },
        make: |chance| [b"ok".to_vec(), chance.bytes(20).into_iter().map(|it| it | 0x80).collect()].concat(),
        words: &[],
        most: 100,
    };

    fn inputs(seed: u64) -> Vec<Vec<u8>> {
        let seeds = [b"ok, a seed".to_vec()];
        let mut session = Session::new(&PLANTED, &seeds, seed);
        let next = |_| {
            let input = session.next_input();
            session.told(input.clone(), input.starts_with(b"ok"));
            input
        };
        (0..500).map(next).collect()
    }

    #[test]
    fn one_seed_means_one_run_and_it_begins_with_the_seeds() {
        assert_eq!(inputs(1), inputs(1));
        assert_ne!(inputs(1), inputs(2));
        assert_eq!(inputs(3).first().map(Vec::as_slice), Some(&b"ok, a seed"[..]));
    }

    #[test]
    fn a_planted_fault_is_found_and_made_as_small_as_can_be() {
        let mut session = Session::new(&PLANTED, &[], 1);
        let found = std::iter::from_fn(|| {
            let input = session.next_input();
            let fault = attempt(PLANTED.check, &input);
            session.told(input.clone(), fault == Ok(true));
            Some((input, fault))
        });
        let (input, fault) = found.take(100_000).find_map(|(input, it)| Some((input, it.err()?))).expect("it is found");
        assert!(fault.why.contains("a seven was read"), "{fault:?}");
        let small = shrink(input, |it| attempt(PLANTED.check, it).err().is_some_and(|it| it.place == fault.place));
        assert_eq!(small, b"ok7");
        assert!(session.read() > 0 && session.read() < session.tried());
    }
}
