//! Answers that say the same, as they are voted on and talked about: one group, with all the dots that any of them got.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use super::state::{Answer, Round, RoundLists};
use crate::{Cid, kinds::posts::WordsState};

/// Answers that say the same; one that nothing else says stands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// In display order; never empty.
    pub answers: Vec<Arc<Answer>>,
    /// How many dots they got, all together.
    pub dots: u64,
}

impl Group {
    /// The first of its answers, by which it is named.
    pub fn first(&self) -> Option<&Arc<Answer>> {
        self.answers.first()
    }

    /// Whether this is one of its answers.
    pub fn has(&self, answer: &Cid) -> bool {
        self.answers.iter().any(|it| it.cid == *answer)
    }
}

impl RoundLists {
    /// What can be seen of what was answered in a round, those that say the same as one, and without what was taken back. With a round of dots for these answers those
    /// come first that got most; among equals, and without it, as they are displayed. Looks at all that was answered in both.
    pub fn groups(&self, round: &Round, votes: Option<&Round>) -> Vec<Group> {
        let mut at: BTreeMap<Cid, usize> = BTreeMap::new();
        let mut groups: Vec<Group> = Vec::new();
        let is_there = |it: &Answer| it.opened && it.words != Some(WordsState::Retracted);
        for placed in self.sheet(round).answers.into_iter().filter(|it| is_there(&it.answer)) {
            let next = groups.len();
            let at = *at.entry(placed.group).or_insert(next);
            match groups.get_mut(at) {
                Some(group) => group.answers.push(placed.answer),
                None => groups.push(Group { answers: vec![placed.answer], dots: 0 }),
            }
        }
        if let Some(totals) = votes.and_then(|it| self.sheet(it).totals) {
            for group in &mut groups {
                let dots = group.answers.iter().filter_map(|it| totals.get(&it.cid.to_string()));
                group.dots = dots.sum();
            }
            groups.sort_by_key(|it| Reverse(it.dots));
        }
        groups
    }
}
