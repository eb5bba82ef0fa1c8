//! Who has met which branch, that is, has it in the past of one of its events, and since when.
//!
//! **Nothing is kept of who meets all of a fork at once.** It says nothing of any two of them; and whoever builds on what has
//! met all or none has itself met all or none. So as long as each event beside the branches' own chains has met all or none, only who builds
//! on such a chain can be the first to tell them apart: an event looks at its parents' own branches, and at no others. Who has met all is
//! found, among the chains, if another branch comes.
//!
//! **Branches that are told apart** are kept in stretches of one chain that the same have met: an event meets the branches of a chain from where
//! the event before it in its own chain has seen it up to where it has, and makes one note for each stretch of it.

use std::{collections::BTreeMap as Sorted, mem};

use super::{Branch, Place};
use crate::{
    Ix, Log, NodeId,
    clock::Clock,
    cost::BTreeMap,
    fold::step::{Key, Step},
    ix::ChainIx,
    log::Entry,
};

/// Who has met a branch, its author apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum By {
    #[default]
    Nobody,
    One(NodeId),
    Many,
}

/// Who has met some branches.
#[derive(Debug, Clone)]
pub(super) struct Met {
    /// Of each chain of others the place of its first event that has.
    pub(super) since: Clock,
    pub(super) by: By,
    /// Since it was last asked; and an author that is split.
    is_stirred: bool,
    by_twin: bool,
    /// It was asked before.
    is_known: bool,
}

/// By nobody.
pub(super) static UNMET: Met =
    Met { since: Clock::NOTHING, by: By::Nobody, is_stirred: false, by_twin: false, is_known: false };

impl Default for Met {
    fn default() -> Self {
        UNMET.clone()
    }
}

impl Met {
    fn add(&mut self, author: NodeId, chain: ChainIx, place: u32) {
        if self.since.get(chain) == 0 {
            self.since.set(chain, place);
        }
        self.by = match self.by {
            By::Nobody => By::One(author),
            By::One(it) if it == author => self.by,
            _ => By::Many,
        };
    }
}

/// A fork by its tip, and a branch in it.
type InFork = (Ix, Key);

/// Of all branches that go on against others.
#[derive(Debug, Clone, Default)]
pub(super) struct WhoMet {
    /// Those that nobody has met, or that all have met with all others of their fork.
    waiting: BTreeMap<Place, InFork>,
    /// All others.
    apart: BTreeMap<Place, InFork>,
    /// Who has met them: from this one on up to the next in the same chain.
    met: BTreeMap<Place, Met>,
    /// Where somebody has met something since it was last asked.
    stirred: Vec<Place>,
}

impl WhoMet {
    /// Who has met this branch, which does not wait.
    pub(super) fn of(&self, place: Place) -> &Met {
        self.stretch(place).map_or(&UNMET, |(_, met)| met)
    }

    /// Who has met what stands there, and from where on.
    fn stretch(&self, place: Place) -> Option<(&Place, &Met)> {
        self.met.range(Place::all(place.chain, 0, place.place)).next_back()
    }

    /// Another branch.
    pub(super) fn wait(&mut self, place: Place, of: InFork) {
        self.waiting.insert(place, of);
    }

    /// From now on it is known who has met it; until now, these.
    pub(super) fn tell_apart(&mut self, place: Place, of: InFork, met: Met) {
        if self.waiting.remove(&place).is_none() {
            return;
        }
        if met.by == By::Nobody && self.stretch(place).is_some_and(|(_, it)| it.by == By::Nobody) {
            self.apart.insert(place, of);
            return;
        }
        self.split_after(place);
        self.apart.insert(place, of);
        self.met.insert(place, met);
    }

    /// It goes on against others no more.
    pub(super) fn remove(&mut self, place: Place) {
        if self.waiting.remove(&place).is_none() {
            self.split_after(place);
            self.apart.remove(&place);
            self.met.remove(&place);
        }
    }

    /// What comes after it in its chain is met by those who have met it so far, whoever meets it later.
    fn split_after(&mut self, place: Place) {
        if let Some(next) = self.apart.range(place.later()).next().map(|(next, _)| *next) {
            self.split(next);
        }
    }

    /// A stretch begins with this one.
    fn split(&mut self, place: Place) {
        if let Some((from, met)) = self.stretch(place)
            && *from != place
        {
            let met = met.clone();
            if met.is_stirred {
                self.stirred.push(place);
            }
            self.met.insert(place, met);
        }
    }

    /// Branches that wait, and on which this event builds, or on what builds on them in their own chain. By their forks.
    pub(super) fn meets_alone(&self, step: &Step, before: &Clock) -> Sorted<Ix, Sorted<Key, Place>> {
        let mut found: Sorted<Ix, Sorted<Key, Place>> = Sorted::new();
        if self.waiting.is_empty() {
            return found;
        }
        // A twin goes on from an event in another chain of its author.
        let prev = step.event().prev.iter().filter(|_| step.entry.place == 1);
        for parent in prev.chain(&step.event().parents).filter_map(|it| step.look.log.find(it)) {
            let parent = step.look.entry(parent);
            let from = before.get(parent.chain).saturating_add(1);
            if parent.chain != step.entry.chain && from <= parent.place {
                for (place, (tip, key)) in self.waiting.range(Place::all(parent.chain, from, parent.place)) {
                    found.entry(*tip).or_default().insert(*key, *place);
                }
            }
        }
        found
    }

    /// An event meets what it has seen and the one before it has not.
    pub(super) fn meet(&mut self, step: &Step, before: &Clock) {
        let (log, now) = (step.look.log, step.entry.clock());
        let (most, mut chains) = (self.apart.len(), Vec::new());
        if most == 0 {
            return;
        }
        now.beyond(before, &mut |chain| {
            chains.push(chain);
            chains.len() <= most
        });
        if chains.len() > most {
            chains.clear();
            let mut next = self.apart.keys().next().copied();
            while let Some(Place { chain, .. }) = next {
                chains.push(chain);
                let end = Place { chain, place: u32::MAX, ix: Ix(u32::MAX) };
                next = self.apart.range(end..).next().map(|(place, _)| *place);
            }
        }
        let author = step.event().author;
        for chain in chains {
            let (from, to) = (before.get(chain).saturating_add(1), now.get(chain));
            if from > to {
                continue;
            }
            let Some(first) = self.apart.range(Place::all(chain, from, to)).next().map(|(place, _)| *place) else {
                continue;
            };
            // One's own branch has no vote of one's own.
            if log.chain(chain).author == author {
                continue;
            }
            let last = *Place::all(chain, from, to).end();
            self.split(first);
            self.split_after(last);
            let is_twin = log.is_split(&author);
            for (place, met) in self.met.range_mut(first..=last) {
                met.add(author, step.entry.chain, step.entry.place);
                met.by_twin |= is_twin;
                if !mem::replace(&mut met.is_stirred, true) {
                    self.stirred.push(*place);
                }
            }
        }
    }

    /// Calls back with each branch that somebody has met since it was last asked, whether that is so for the first time, and whether an
    /// author that is split has.
    pub(super) fn take_stirred(&mut self, each: &mut dyn FnMut((Place, InFork), bool, bool)) {
        for from in mem::take(&mut self.stirred) {
            let Some(met) = self.met.get_mut(&from).filter(|met| met.is_stirred) else { continue };
            met.is_stirred = false;
            let (by_twin, is_first) = (mem::take(&mut met.by_twin), !mem::replace(&mut met.is_known, true));
            let next = self.met.range(from.later()).next().map(|(next, _)| *next);
            let last = next.unwrap_or(*Place::all(from.chain, 0, u32::MAX).end());
            for (place, of) in self.apart.range(from..=last).take_while(|(place, _)| Some(**place) != next) {
                each((*place, *of), is_first, by_twin);
            }
        }
    }
}

/// Who has met a branch that may have been here for long, its author apart, of the first so many events; and whether any chain but its
/// own has.
pub(super) fn who_met(log: &Log, branch: Branch, known: usize) -> (Met, bool) {
    let (mut met, mut by_others) = (Met::default(), false);
    let since = (branch.ix.0 as usize + 1, known);
    find(log, log.entry(branch.ix), since, &mut |author, chain, place| {
        by_others = true;
        if author != branch.author {
            met.add(author, chain, place);
        }
    });
    (met, by_others)
}

/// Who has met branches of a fork all at once: first with the event `seen`, and before the event `until`. The same for each of them: that
/// its own author is among those is left to who counts.
pub(super) fn who_met_all(log: &Log, branches: [Ix; 2], seen: Ix, until: Ix) -> Vec<(NodeId, ChainIx, u32)> {
    let (mut all, [one, other]) = (Vec::new(), branches.map(|ix| log.entry(ix)));
    let since = (seen.0 as usize, until.0 as usize);
    find(log, one, since, &mut |author, chain, place| all.push((author, chain, place)));
    // In the chain of one of them it is told by another.
    if let Some(first) = log.first_in_chain(one.chain, other).filter(|first| *first < until) {
        all.push((one.event.author, one.chain, log.entry(first).place));
    }
    all
}

/// What is the same of all branches that these have met, but for who speaks for them: that is for others than their authors.
pub(super) struct Together {
    since: Clock,
    /// As many different authors as it takes to know for each branch.
    authors: Vec<NodeId>,
}

impl Together {
    pub(super) fn of(all: Vec<(NodeId, ChainIx, u32)>) -> Self {
        let mut it = Self { since: Clock::default(), authors: Vec::new() };
        for (author, chain, place) in all {
            it.since.set(chain, place);
            if it.authors.len() < 3 && !it.authors.contains(&author) {
                it.authors.push(author);
            }
        }
        it
    }

    /// Who has met the branch of this author.
    pub(super) fn met(&self, author: NodeId) -> Met {
        let mut others = self.authors.iter().filter(|it| **it != author);
        let by = match (others.next(), others.next()) {
            (None, _) => return Met::default(),
            (Some(one), None) => By::One(*one),
            _ => By::Many,
        };
        Met { since: self.since.clone(), by, ..Met::default() }
    }
}

/// Each chain but its own that has an event in its past, since when, of the events from one number up to another, before which none
/// has: found among these, or by halving in each chain, whichever is less.
fn find(log: &Log, it: &Entry, (from, to): (usize, usize), each: &mut dyn FnMut(NodeId, ChainIx, u32)) {
    let has = |entry: &Entry| entry.clock().get(it.chain) >= it.place;
    if to.saturating_sub(from) < log.chains().len() {
        let some = log.entries_after(from).take(to.saturating_sub(from));
        for (_, entry) in some.filter(|(_, entry)| entry.chain != it.chain && has(entry)) {
            let before = entry.event.prev.filter(|_| entry.place > 1).and_then(|it| log.find(&it));
            if !before.is_some_and(|before| has(log.entry(before))) {
                each(entry.event.author, entry.chain, entry.place);
            }
        }
    } else {
        for (chain, of) in log.chains().filter(|(chain, _)| *chain != it.chain) {
            if let Some(first) = log.first_in_chain(chain, it).filter(|first| (first.0 as usize) < to) {
                each(of.author, chain, log.entry(first).place);
            }
        }
    }
}
