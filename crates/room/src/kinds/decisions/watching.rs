//! What is watched of a proposal while something may yet be late: who goes on with a closing.

use super::{Closed, Decisions, Record, Watched, Why, outcome::View};
use crate::{
    Cid, Ix,
    clock::Clock,
    cost::BTreeSet,
    fold::{past::Look, step::Step},
    ix::ChainIx,
};

impl Decisions {
    /// What is watched and comes into sight with this event.
    #[inline(never)]
    pub(super) fn meet_watched(&mut self, step: &Step) {
        let (entry, log) = (step.entry, step.look.log);
        let nothing = Clock::default();
        let before = entry.event.prev.and_then(|it| log.find(&it)).map_or(&nothing, |ix| log.entry(ix).clock());
        let (watched, met) = (&self.watched, &mut self.met);
        entry.clock().beyond(before, &mut |chain| {
            let (from, to) = (before.get(chain), entry.clock().get(chain));
            let all = watched.get(&chain).map_or(&[][..], Vec::as_slice);
            let new = all[all.partition_point(|it| it.place <= from)..].iter().take_while(|it| it.place <= to);
            met.extend(new.filter(|it| it.ix != step.ix).map(|it| (step.ix, *it)));
            true
        });
    }

    /// Watches what may yet be late, and nothing else of that proposal for that.
    pub(super) fn watch_tense(&mut self, proposal: &Cid, look: &Look) {
        let Some(record) = self.records.get_mut(proposal) else { return };
        let tense = record.tense();
        let before = std::mem::replace(&mut record.tense, tense.clone());
        let gone = before.iter().filter(|it| tense.binary_search(it).is_err());
        gone.for_each(|ix| self.unwatch(proposal, look, *ix));
        for ix in tense.into_iter().filter(|it| before.binary_search(it).is_err()) {
            let author = look.entry(ix).event.author;
            self.watch(*proposal, look, ix, Why::Tense);
            self.watched_authors.entry(author).or_default().insert(*proposal);
            let record = self.records.get_mut(proposal);
            record.into_iter().for_each(|it| *it.tense_authors.entry(author).or_default() += 1);
        }
    }

    fn unwatch(&mut self, proposal: &Cid, look: &Look, ix: Ix) {
        let entry = look.entry(ix);
        if let Some(watched) = self.watched.get_mut(&entry.chain) {
            watched.retain(|it| it.proposal != *proposal || it.why != Why::Tense || it.ix != ix);
        }
        let author = entry.event.author;
        let many = self.records.get_mut(proposal).and_then(|it| it.tense_authors.get_mut(&author));
        let is_left = many.is_some_and(|many| {
            *many = many.saturating_sub(1);
            *many > 0
        });
        if let Some(watched) = self.watched_authors.get_mut(&author).filter(|_| !is_left) {
            watched.remove(proposal);
        }
    }

    /// One chain more has met a closing.
    pub(super) fn meet(&mut self, event: Ix, watched: &Watched, look: &Look) {
        let Some(record) = self.records.get_mut(&watched.proposal) else { return };
        record.crossed.insert(look.entry(event).chain);
        let closed = record.closings.get_mut(&look.entry(watched.ix).key());
        closed.and_then(|it| it.met.as_mut()).into_iter().for_each(|it| *it += 1);
    }
}

impl Record {
    /// Besides who closed, nobody has gone on whose chains have not met the closing: whether so many are too few for most.
    pub(super) fn are_few(&self, met: usize) -> bool {
        self.least.is_some_and(|least| 2 * (met + 1) <= least)
    }
}

/// Chains that have met any of these closings that stands in another: each of these has met as many at most.
pub(super) fn crossing<'a>(closings: impl Iterator<Item = &'a Closed>, look: &Look) -> BTreeSet<ChainIx> {
    let (mut first, mut earliest) = (Clock::default(), None::<Ix>);
    for closed in closings {
        let entry = look.entry(closed.ix);
        let before = first.get(entry.chain);
        if before == 0 || entry.place < before {
            first.set(entry.chain, entry.place);
        }
        earliest = Some(earliest.map_or(closed.ix, |it| it.min(closed.ix)));
    }
    let Some(earliest) = earliest else { return BTreeSet::new() };
    let has_met = |chain: ChainIx, last: Ix| {
        let clock = look.entry(last).clock();
        if first.get(chain) == 0 {
            return clock.reaches_any(&first);
        }
        let mut others = first.clone();
        others.set(chain, 0);
        clock.reaches_any(&others)
    };
    // What came here before all of them has met none.
    let lasts = look.log.chains().filter_map(|(chain, it)| Some((chain, *it.events.last()?)));
    lasts.filter(|(chain, last)| *last > earliest && has_met(*chain, *last)).map(|(chain, _)| chain).collect()
}

/// How many chains have met an event, itself apart.
pub(super) fn met_by(ix: Ix, look: &Look) -> usize {
    let chains = View::All(look).chains_since(ix).into_iter();
    chains.filter(|chain| look.first_after(*chain, ix).is_some_and(|it| it != ix)).count()
}
