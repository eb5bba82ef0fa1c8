//! How authors stand to two branches of one fork: one bit for each author, counted for 256 at a time. An author is named by its first
//! chain.

use std::sync::Arc;

use super::Side;
use crate::{
    Ix, Log,
    clock::{self, Clock, Leaf, Mask},
    ix::ChainIx,
};

/// What comes of two branches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    /// Electors' votes for each.
    pub(super) votes: [usize; 2],
    /// Authors, electors or not, who built on each alone.
    pub(super) built: [usize; 2],
    /// Electors that have met neither.
    pub(super) silent: usize,
}

impl Count {
    /// The same of the other beside the one.
    pub(super) const fn turned(self) -> Self {
        let ([one, other], [ours, theirs]) = (self.votes, self.built);
        Self { votes: [other, one], built: [theirs, ours], ..self }
    }

    /// Whether this one of the two leads by more than those could change who have met neither.
    pub(super) const fn is_settled(self, which: usize) -> bool {
        self.votes[which].saturating_sub(self.votes[1 - which]) > self.silent
    }
}

/// What those have said who have met two branches, be they electors or not: the same for all pairs between two stretches.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// The chains in which the two stand.
    chains: [ChainIx; 2],
    /// Since when who has met each.
    since: [Clock; 2],
    /// Of each author three bits: it has met either; a chain of it met the first of the two alone; or the second.
    authors: Clock,
}

/// Such bits: it has met either, and these alone.
const fn bits(alone: [bool; 2]) -> u32 {
    1 | (alone[0] as u32) << 1 | (alone[1] as u32) << 2
}

/// A branch beside another.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    /// The other.
    pub(super) beside: Ix,
    /// Who may vote: fixed as soon as both are here.
    electors: Clock,
    said: Arc<Said>,
    pub(super) count: Count,
}

impl Said {
    fn nothing(sides: [Side; 2]) -> Self {
        Self { chains: sides.map(|(it, _)| it.place.chain), since: Default::default(), authors: Clock::default() }
    }

    /// With what was said since: looks at those who have met either of them since.
    fn and(&self, log: &Log, sides: [Side; 2]) -> Self {
        let (mut said, [one, other]) = (self.clone(), sides.map(|(_, met)| &met.since));
        let mut twins = Vec::new();
        let is_new = |[one, other, before, other_before, _]: [clock::Id; 5]| one != before || other != other_before;
        let clocks = [one, other, &self.since[0], &self.since[1], log.twins()];
        clock::beside(clocks, &is_new, &mut |first, [one, other, before, other_before, split]| {
            let split = split.any();
            let new = either(apart(one.any(), before.any()), apart(other.any(), other_before.any()));
            let (alone, single) = (met_alone(one, other), without(apart(new, split), first, self.chains));
            said.authors.raise(first, [single, both(alone[0], single), both(alone[1], single)]);
            let new = lanes(first, both(new, split));
            twins.extend(new.map(|(lane, chain)| (chain, alone.map(|it| has(&it, lane)))));
        });
        for (chain, alone) in twins {
            let Some(voter) = voter(log, chain, sides) else { continue };
            said.authors.set(voter, said.authors.get(voter) | bits(alone));
        }
        Self { since: [one.clone(), other.clone()], ..said }
    }

    /// Whether it is of these.
    fn is_of(&self, sides: [Side; 2]) -> bool {
        self.chains == sides.map(|(it, _)| it.place.chain)
            && self.since.iter().zip(sides).all(|(since, (_, met))| since.is_same(&met.since))
    }
}

impl Pair {
    /// Whether nobody has met one of them since.
    pub(super) fn is_of(&self, sides: [Side; 2]) -> bool {
        self.said.is_of(sides)
    }

    /// Counts all votes. `before`: what was counted of these earlier; `last`: what was said of others.
    pub(super) fn counted(log: &Log, before: Option<&Self>, sides: [Side; 2], last: &mut Vec<Arc<Said>>) -> Self {
        let said = match last.iter().find(|said| said.is_of(sides)) {
            Some(said) => said.clone(),
            None => {
                let said = Arc::new(match before {
                    Some(before) => before.said.and(log, sides),
                    None => Said::nothing(sides).and(log, sides),
                });
                last.insert(0, said.clone());
                last.truncate(super::LAST);
                said
            }
        };
        let electors = before.map_or_else(|| electors(log, sides), |pair| pair.electors.clone());
        let mut count = Count::default();
        let any = |all: [clock::Id; 2]| all.iter().any(Option::is_some);
        clock::beside([&said.authors, &electors], &any, &mut |_, [authors, electors]| {
            let ([met, one, other], electors) = ([0, 1, 2].map(|bit| authors.bit(bit)), electors.any());
            // Whose chains disagree has no vote.
            for (which, alone) in [apart(one, other), apart(other, one)].into_iter().enumerate() {
                count.built[which] += many(alone);
                count.votes[which] += many(both(alone, electors));
            }
            count.silent += many(apart(electors, met));
        });
        Self { beside: sides[1].0.branch.ix, electors, said, count }
    }
}

/// Authors with an event in both branches' pasts, the branches' own apart.
fn electors(log: &Log, sides: [Side; 2]) -> Clock {
    let [one, other] = sides.map(|(it, _)| log.entry(it.branch.ix).clock());
    let own = sides.map(|(it, _)| it.place.chain);
    let (mut electors, mut twins) = (Clock::default(), Vec::new());
    let in_both = |[one, other, _]: [clock::Id; 3]| one.is_some() && other.is_some();
    clock::beside([one, other, log.twins()], &in_both, &mut |first, [one, other, split]| {
        let (all, split) = (both(one.any(), other.any()), split.any());
        electors.raise(first, [without(apart(all, split), first, own)]);
        twins.extend(lanes(first, both(all, split)).map(|(_, chain)| chain));
    });
    for voter in twins.into_iter().filter_map(|chain| voter(log, chain, sides)) {
        electors.set(voter, 1);
    }
    electors
}

/// By which chain its author votes, unless it is one of the branches' own.
fn voter(log: &Log, chain: ChainIx, sides: [Side; 2]) -> Option<ChainIx> {
    let author = log.chain(chain).author;
    let is_own = sides.iter().any(|(it, _)| it.branch.author == author);
    log.chains_of(&author).next().map(|(chain, _)| chain).filter(|_| !is_own)
}

/// Chains that met one earlier than the other, or no other; of each of the two.
fn met_alone(one: &Leaf, other: &Leaf) -> [Mask; 2] {
    let alone = |it: &Leaf, other: &Leaf| {
        let (has, has_other) = (it.any(), other.any());
        either(both(has, other.above(it)), apart(has, has_other))
    };
    [alone(one, other), alone(other, one)]
}

/// The lanes of these, and which chains they are.
fn lanes(first: ChainIx, mask: Mask) -> impl Iterator<Item = (u32, ChainIx)> {
    (0..mask.len() as u32 * u64::BITS)
        .filter(move |lane| has(&mask, *lane))
        .map(move |lane| (lane, ChainIx(first.0 + lane)))
}

fn has(mask: &Mask, lane: u32) -> bool {
    mask.get((lane / u64::BITS) as usize).is_some_and(|word| word >> (lane % u64::BITS) & 1 == 1)
}

/// Without these chains.
fn without(mut mask: Mask, first: ChainIx, chains: [ChainIx; 2]) -> Mask {
    for chain in chains {
        let lane = chain.0.wrapping_sub(first.0);
        if let Some(word) = mask.get_mut((lane / u64::BITS) as usize) {
            *word &= !(1 << (lane % u64::BITS));
        }
    }
    mask
}

fn pairwise(mut one: Mask, other: Mask, of: fn(u64, u64) -> u64) -> Mask {
    one.iter_mut().zip(other).for_each(|(one, other)| *one = of(*one, other));
    one
}

fn both(one: Mask, other: Mask) -> Mask {
    pairwise(one, other, |one, other| one & other)
}

fn either(one: Mask, other: Mask) -> Mask {
    pairwise(one, other, |one, other| one | other)
}

/// What is in one and not in the other.
fn apart(one: Mask, other: Mask) -> Mask {
    pairwise(one, other, |one, other| one & !other)
}

fn many(mask: Mask) -> usize {
    mask.iter().map(|it| it.count_ones() as usize).sum()
}
