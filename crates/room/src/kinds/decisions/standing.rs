//! Whether a closing that held stands, by all that is here.
//!
//! That is asked again and again: whenever somebody says something to what was closed, and whenever somebody goes on with it. So
//! it is kept what each person says to a version in the end, and for each closing what it came to and by what ([`Asked`]): only
//! what has changed is weighed anew, and nobody is asked whether they had gone on before so many have written after the closing
//! that it could matter: how many may have is found once for all closings of a proposal (`watching.rs`). What those say who are no electors
//! is kept for each closing apart, for not each has seen the same electors. A closing that has seen nothing that another of the same version had not holds as that one does.

use std::{cell::OnceCell, fmt, sync::Arc};

use super::{
    Closed, Decisions, Effect, Record, Why,
    outcome::{Asking, Said, Says, Tally, View},
    watching::{crossing, met_by},
};
use crate::{
    Cid, Ix, NodeId,
    cost::{BTreeMap, BTreeSet},
    fold::{
        past::{Look, Past},
        step::Key,
    },
    ix::ChainIx,
    kinds::{Policy, persons::Persons},
};

/// Whoever writes so many events with a closing, and only then objects, has gone on with it.
const GONE_ON: u32 = 20;
/// So many closings are asked whether they had seen the same.
const ALIKE: usize = 4;
/// Of so many closings of a proposal it is kept what those say who are no electors.
const KEPT: usize = 64;

/// How a closing holds.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    /// How many had to have balloted.
    pub(super) quorum: usize,
    /// Nobody else was an elector.
    pub(super) sole: bool,
    /// One of the same version that had seen the same, of what matters.
    pub(super) like: Option<Key>,
}

impl fmt::Debug for Held {
    /// What is judged: by which other closing that was found depends on what came here first.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Held").field("quorum", &self.quorum).field("sole", &self.sole).finish()
    }
}

/// Whether a closing stands.
#[derive(Debug, Default, Clone)]
pub(super) struct Stands {
    pub(super) does: bool,
    /// What would keep it from that, but came too late.
    pub(super) late: BTreeSet<Ix>,
    /// With all that it had not seen nothing would be decided, and some of that is not late.
    pub(super) open: bool,
    /// How many chains had met it, if that had to be counted.
    met: Option<usize>,
}

/// What is found once for all closings that are asked.
pub(super) struct Now<'a> {
    /// These are asked.
    asked: Vec<&'a Closed>,
    /// Who wrote much of all who said anything, and of them who has met a closing of another.
    hasty: OnceCell<(Vec<NodeId>, Vec<NodeId>)>,
    crossed: OnceCell<BTreeSet<ChainIx>>,
}

impl<'a> Now<'a> {
    fn new(asked: Vec<&'a Closed>) -> Self {
        Self { asked, hasty: OnceCell::new(), crossed: OnceCell::new() }
    }

    /// Chains that have met any closing of another, with those that were not watched.
    fn crossed(&self, record: &Record, look: &Look) -> &BTreeSet<ChainIx> {
        self.crossed.get_or_init(|| {
            let mut crossed = crossing(self.asked.iter().copied().filter(|it| !it.is_watched), look);
            crossed.extend(record.crossed.iter().copied());
            crossed
        })
    }

    /// Who may have gone on alone with a closing: who wrote much, and has met any or closed.
    fn hasty(&self, record: &Record, closed: &Closed, look: &Look) -> Vec<NodeId> {
        let (all, crossed) = self.hasty.get_or_init(|| {
            let (all, crossed) = (record.hasty(look), self.crossed(record, look));
            let has_met = |it: &NodeId| look.log.chains_of(it).any(|(chain, _)| crossed.contains(&chain));
            let crossed = all.iter().copied().filter(|it| !crossed.is_empty() && has_met(it)).collect();
            (all, crossed)
        });
        let (own, mut hasty) = (look.entry(closed.ix).event.author, crossed.clone());
        if let (Ok(_), Err(at)) = (all.binary_search(&own), hasty.binary_search(&own)) {
            hasty.insert(at, own);
        }
        hasty
    }
}

/// By what a closing was found to stand or not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    said: usize,
    met: Option<usize>,
    few: bool,
    turns: u64,
    vouched: usize,
}

/// What all say to a version in the end.
#[derive(Debug, Default, Clone)]
pub(super) struct Weighed {
    says: BTreeMap<NodeId, Says>,
    tally: Tally,
}

impl Weighed {
    fn put(&mut self, person: NodeId, says: Says) {
        let before = self.says.insert(person, says).and_then(|it| self.tally.of(it));
        before.into_iter().for_each(|many| *many -= 1);
        self.tally.of(says).into_iter().for_each(|many| *many += 1);
    }

    fn remove(&mut self, person: &NodeId) {
        let before = self.says.remove(person).and_then(|it| self.tally.of(it));
        before.into_iter().for_each(|many| *many -= 1);
    }
}

impl Closed {
    /// What those have in common that had not seen the same.
    fn alike(&self) -> (usize, *const Ix) {
        (self.from, self.beside.as_ptr())
    }
}

impl Record {
    /// A closing of the same version that had seen all that matters of what who writes now has seen, and no more.
    pub(super) fn like(&self, version: &Key, past: &Past) -> Option<(Key, &Closed)> {
        let latest = self.latest.iter().rev().filter_map(|key| Some((*key, self.closings.get(key)?)));
        let mut of_it = latest.filter(|(_, it)| it.version == *version).take(ALIKE);
        of_it.find(|(_, it)| !self.weak && past.covers(it.ix) && self.is_no_news(it.ix, past))
    }

    /// Whether in what somebody has seen since that event nothing was said to this, or written without it.
    fn is_no_news(&self, since: Ix, past: &Past) -> bool {
        let (look, clock) = (past.look, past.look.entry(since).clock());
        past.chains_since(since).into_iter().all(|chain| {
            let seen = clock.get(chain);
            let next = look.log.chain(chain).events.get(seen as usize);
            let last = self.chains.get(&chain).copied().unwrap_or(0);
            last <= seen && next.is_none_or(|ix| !past.has(*ix) || look.is_ancestor(self.ix, *ix))
        })
    }

    /// Whether something was said that a closing had not seen.
    fn is_argued(&self) -> bool {
        self.closed.values().filter_map(|it| self.closings.get(it)).any(|it| self.is_beside(it))
    }

    fn is_beside(&self, closed: &Closed) -> bool {
        closed.from < self.order.len() || !closed.beside.is_empty()
    }

    /// Who has written so much, of those who said anything, that it may have gone on alone.
    fn hasty(&self, look: &Look) -> Vec<NodeId> {
        let wrote = |author: &NodeId| look.log.chains_of(author).map(|(_, it)| it.events.len()).sum::<usize>();
        self.casters.keys().copied().filter(|author| wrote(author) > GONE_ON as usize).collect()
    }

    /// What these said, of what a closing had not seen: by whichever of both is less.
    fn outside_of(&self, closed: &Closed, hasty: &[NodeId], look: &Look) -> Vec<Ix> {
        if hasty.is_empty() {
            return Vec::new();
        }
        let outside = closed.beside.len() + self.order.len() - closed.from;
        let theirs: Vec<_> = hasty.iter().filter_map(|author| self.casters.get(author)).collect();
        if theirs.iter().map(|it| it.len()).sum::<usize>() < outside {
            let is_outside = |it: &Ix| !look.is_ancestor(*it, closed.ix);
            return theirs.into_iter().flatten().copied().filter(is_outside).collect();
        }
        let is_theirs = |it: &Ix| hasty.binary_search(&look.entry(*it).event.author).is_ok();
        self.outside(closed).filter(is_theirs).collect()
    }

    /// Whether somebody objects, of the last who did.
    pub(super) fn objects<'a>(&'a self, view: &'a View) -> impl Iterator<Item = NodeId> + 'a {
        let last = self.objected.iter().rev().take(ALIKE);
        last.filter(|(ix, _)| view.has(*ix)).map(|(_, person)| *person)
    }

    /// What somebody who has not seen it said, and is not late, to any closing.
    pub(super) fn tense(&self) -> Vec<Ix> {
        let (mut tense, mut alike) = (Vec::new(), BTreeSet::new());
        for closed in self.closings.values() {
            let Some((_, stands)) = closed.stood.as_ref().filter(|(_, it)| it.open) else { continue };
            tense.push(closed.ix);
            if !stands.late.is_empty() || alike.insert(closed.alike()) {
                tense.extend(self.outside(closed).filter(|it| !stands.late.contains(it)));
            }
        }
        tense.sort_unstable();
        tense.dedup();
        tense
    }

    /// What all say where a closing has to stand, as far as it is kept.
    fn kept(&self, closed: &Closed) -> Option<Tally> {
        let tally = self.weighed.get(&closed.version)?.tally;
        if self.weak { Some(tally.with(closed.strangers.as_ref()?.tally)) } else { Some(tally) }
    }

    /// All that a closing had not seen.
    fn outside<'a>(&'a self, closed: &'a Closed) -> impl Iterator<Item = Ix> + 'a {
        closed.beside.iter().chain(&self.order[closed.from..]).copied()
    }

    /// What whether a closing stands depends on.
    fn asks(&self, closed: &Closed) -> Asked {
        if !self.weak && !self.is_beside(closed) {
            return Asked::default();
        }
        let vouched = closed.vouched.as_ref().map_or(0, |it| it.len());
        let few = closed.met.is_none() && self.are_few(self.crossed.len());
        Asked { said: self.order.len(), met: closed.met, few, turns: self.turns, vouched }
    }
}

impl Decisions {
    /// Of a closing that is new: what was said before it came here, and it had not seen; and after how much of all it came.
    pub(super) fn beside(&self, record: &Record, closing: Ix, like: Option<Key>, look: &Look) -> (Arc<[Ix]>, usize) {
        match like.and_then(|key| record.closings.get(&key)) {
            Some(closed) => (closed.beside.clone(), closed.from),
            None => {
                let unseen = record.order.iter().copied().filter(|ix| !look.is_ancestor(*ix, closing));
                (unseen.collect(), record.order.len())
            }
        }
    }

    /// Weighs anew which closings stand, as far as anything has changed; of these people what they say. Which of them now do, or do
    /// not, if any was weighed.
    pub(super) fn weigh_closings(
        &mut self,
        proposal: &Cid,
        people: &BTreeSet<NodeId>,
        look: &Look,
        persons: &Persons,
    ) -> Option<Vec<(Key, bool)>> {
        self.ask_least(proposal, look, persons);
        self.weigh_people(proposal, people, look);
        self.weigh_strangers(proposal, people, look, persons);
        let record = self.records.get(proposal)?;
        let asked = record.closings.iter().map(|(key, it)| (*key, record.asks(it), it));
        let is_changed = |asks: &Asked, it: &Closed| it.stood.as_ref().is_none_or(|(before, _)| before != asks);
        let changed: Vec<_> = asked.filter(|(_, asks, it)| is_changed(asks, it)).collect();
        let (view, now) = (View::All(look), Now::new(changed.iter().map(|it| it.2).collect()));
        let stands = |it: &Closed| self.stands(record, it, &view, persons, Some(&now));
        let found: Vec<_> = changed.iter().map(|(key, asks, it)| (*key, (*asks, stands(it)))).collect();
        let crossed = now.crossed.into_inner();
        if found.is_empty() {
            return None;
        }
        let record = self.records.get_mut(proposal)?;
        record.crossed = crossed.unwrap_or_else(|| std::mem::take(&mut record.crossed));
        let (mut changed, mut unwatched) = (Vec::new(), Vec::new());
        for (key, stood) in found {
            let Some(closed) = record.closings.get_mut(&key) else { continue };
            if closed.stood.as_ref().is_none_or(|(_, it)| it.does) != stood.1.does {
                changed.push((key, !stood.1.does));
            }
            if stood.1.open {
                unwatched.extend((!closed.is_watched).then_some(closed.ix));
                closed.is_watched = true;
                closed.met = closed.met.or(stood.1.met);
            }
            closed.stood = Some(stood);
        }
        unwatched.into_iter().for_each(|ix| self.watch(*proposal, look, ix, Why::Closing));
        Some(changed)
    }

    /// Finds how many electors there are at least, once something was closed.
    fn ask_least(&mut self, proposal: &Cid, look: &Look, persons: &Persons) {
        let is_unasked = |it: &&Record| it.least.is_none() && it.is_argued();
        let Some(record) = self.records.get(proposal).filter(is_unasked) else { return };
        let least = self.electors(record, &View::Before(look, record.ix), persons).people.len();
        self.records.get_mut(proposal).into_iter().for_each(|it| it.least = Some(least));
    }

    /// Keeps what these people say to each version that was closed by who had not seen all; of one that is new here, what all say.
    fn weigh_people(&mut self, proposal: &Cid, people: &BTreeSet<NodeId>, look: &Look) {
        let Some(record) = self.records.get_mut(proposal) else { return };
        let is_asked = |it: &Key| record.weak || record.closings.get(it).is_some_and(|it| record.is_beside(it));
        let versions: Vec<Key> = record.closed.iter().filter(|it| is_asked(it.1)).map(|it| *it.0).collect();
        let mut weighed = std::mem::take(&mut record.weighed);
        let Some(record) = self.records.get(proposal) else { return };
        for key in versions {
            let Some((version, _)) = record.versions.get(&key) else { continue };
            let ask = Asking { weighs: &|_, it| it.elector, vouched: &|_| false };
            let says = |person: &NodeId| {
                let view = View::All(look);
                (*person, self.says(record, person, *version, &view, &ask, &BTreeSet::default()))
            };
            match weighed.get_mut(&key) {
                Some(weighed) => {
                    for person in people {
                        if record.strangers.contains(person) {
                            weighed.remove(person);
                        } else {
                            weighed.put(*person, says(person).1);
                        }
                    }
                }
                None => {
                    let mut all = Weighed::default();
                    let known = record.said.keys().filter(|it| !record.weak || !record.strangers.contains(it));
                    known.map(says).for_each(|(person, it)| all.put(person, it));
                    weighed.insert(key, all);
                }
            }
        }
        if let Some(record) = self.records.get_mut(proposal) {
            record.weighed = weighed;
        }
    }

    /// Keeps for each closing what those of these people say of it who are no electors, or were none.
    fn weigh_strangers(&mut self, proposal: &Cid, people: &BTreeSet<NodeId>, look: &Look, persons: &Persons) {
        let Some(record) = self.records.get(proposal).filter(|it| it.weak) else { return };
        let changed: Vec<&NodeId> = people.iter().filter(|it| record.strangers.contains(it)).collect();
        let (view, mut found) = (View::All(look), Vec::new());
        for key in record.latest.iter().take(KEPT) {
            let Some(closed) = record.closings.get(key) else { continue };
            let Some((version, _)) = record.versions.get(&closed.version) else { continue };
            let asked = if closed.strangers.is_some() { changed.clone() } else { record.strangers.iter().collect() };
            let says = |ask: &Asking| -> Vec<_> {
                let says = |it: &NodeId| self.says(record, it, *version, &view, ask, &BTreeSet::default());
                asked.into_iter().map(|it| (*it, says(it))).collect()
            };
            found.push((*key, self.asking(record, closed, &view, persons, says)));
        }
        let Some(record) = self.records.get_mut(proposal) else { return };
        for (key, says) in found {
            let strangers = record.closings.get_mut(&key).map(|it| it.strangers.get_or_insert_default());
            strangers.into_iter().for_each(|it| says.iter().for_each(|(person, says)| it.put(*person, *says)));
        }
    }

    /// How many events of a chain have the closing, and not what was said.
    fn without(&self, chain: ChainIx, said: Ix, closing: Ix, view: &View) -> u32 {
        let look = view.look();
        let place = |ix: Ix| look.entry(ix).place;
        let Some(first) = look.first_after(chain, closing) else { return 0 };
        let from = place(first) + u32::from(first == closing);
        let until = look.first_after(chain, said).map_or(u32::MAX, place);
        until.min(view.of_chain(chain) + 1).saturating_sub(from)
    }

    /// How many events of an author have the closing.
    fn wrote_after(&self, author: &NodeId, closing: Ix, view: &View) -> u32 {
        let after = |chain: ChainIx| {
            let first = view.look().first_after(chain, closing).map(|ix| view.look().entry(ix).place);
            first.map_or(0, |first| (view.of_chain(chain) + 1).saturating_sub(first))
        };
        view.look().log.chains_of(author).map(|(chain, _)| after(chain)).fold(0, u32::saturating_add)
    }

    /// Whether most had gone on. `few`: too few have for that. What keeps a room from a version that pages may not know is never late: they
    /// can do little until somebody says it.
    fn is_late(&self, record: &Record, said: Ix, closed: &Closed, view: &View, persons: &Persons, few: bool) -> bool {
        if matches!(record.versions.get(&closed.version), Some((_, Some(Effect::Version(_))))) {
            return false;
        }
        let look = view.look();
        let wrote = |node: &NodeId| {
            let chains = look.log.chains_of(node).map(|(chain, _)| self.without(chain, said, closed.ix, view));
            chains.fold(0, u32::saturating_add)
        };
        if wrote(&look.entry(said).event.author) >= GONE_ON {
            return true;
        }
        if closed.sole || few {
            return false;
        }
        let electors = self.electors(record, &View::Before(look, said), persons);
        let went_on = electors.people.values().filter(|(_, nodes)| nodes.iter().any(|it| wrote(it) > 0)).count();
        2 * went_on > electors.people.len()
    }

    /// Whether a closing stands; where all is asked that is here, with those whose authors may have gone on with it for long.
    pub(super) fn stands(
        &self,
        record: &Record,
        closed: &Closed,
        view: &View,
        persons: &Persons,
        now: Option<&Now>,
    ) -> Stands {
        let Some((version, _)) = record.versions.get(&closed.version) else { return Stands::default() };
        let mut outside = record.outside(closed).filter(|it| view.has(*it));
        if !record.weak && outside.next().is_none() || record.policy == Policy::Advice {
            return Stands { does: true, ..Stands::default() };
        }
        let carries = |late: &BTreeSet<Ix>| self.carries(record, closed, *version, view, persons, late);
        let kept = now.and_then(|_| record.kept(closed));
        let with_all = kept.map(|it| it.carries(record.policy, closed.quorum, closed.sole));
        if with_all.unwrap_or_else(|| carries(&BTreeSet::default())) {
            return Stands { does: true, ..Stands::default() };
        }
        let are_few = |now: &Now| closed.met.is_none() && record.are_few(now.crossed(record, view.look()).len());
        let met = now.filter(|it| !are_few(it)).map(|_| closed.met.unwrap_or_else(|| met_by(closed.ix, view.look())));
        let few = now.is_some() && met.is_none_or(|it| record.are_few(it));
        // What was late is late.
        let before = closed.stood.as_ref().filter(|_| now.is_some()).map(|(_, it)| it.late.clone());
        let mut late = before.unwrap_or_default();
        let asked: Vec<Ix> = match now.filter(|_| few) {
            Some(it) => record.outside_of(closed, &it.hasty(record, closed, view.look()), view.look()),
            None => record.outside(closed).filter(|it| view.has(*it)).collect(),
        };
        let mut much = BTreeMap::new();
        let mut may = |it: &Ix| {
            let author = view.look().entry(*it).event.author;
            !few || *much.entry(author).or_insert_with(|| self.wrote_after(&author, closed.ix, view) >= GONE_ON)
        };
        let is_new = |it: &Ix| !late.contains(it) && may(it) && self.is_late(record, *it, closed, view, persons, few);
        let new: Vec<Ix> = asked.into_iter().filter(is_new).collect();
        late.extend(new);
        let does = !late.is_empty() && carries(&late);
        let open = late.is_empty() || record.outside(closed).any(|it| view.has(it) && !late.contains(&it));
        Stands { does, late, open, met }
    }

    /// Whether what a closing says is decided with all that is said, but for what is late.
    fn carries(
        &self,
        record: &Record,
        closed: &Closed,
        version: Ix,
        view: &View,
        persons: &Persons,
        late: &BTreeSet<Ix>,
    ) -> bool {
        let tally = |ask: &Asking| self.tally(record, version, view, ask, late);
        let tally = self.asking(record, closed, view, persons, tally);
        tally.carries(record.policy, closed.quorum, closed.sole)
    }

    /// What is asked where a closing has to stand: what was said before it weighs as it had seen who decides.
    fn asking<T>(
        &self,
        record: &Record,
        closed: &Closed,
        view: &View,
        persons: &Persons,
        ask: impl FnOnce(&Asking) -> T,
    ) -> T {
        let look = view.look();
        let is_inside = |it: &Said| look.is_ancestor(it.ix, closed.ix);
        let vouched = |it: &Said| {
            closed.sole
                || match (view, &closed.vouched) {
                    (View::All(_), Some(vouched)) => vouched.contains(&it.ix),
                    _ => self.is_vouched(record, it.ix, Some(closed.ix), view, persons),
                }
        };
        let electors = OnceCell::new();
        let all = || electors.get_or_init(|| self.electors(record, &View::Before(look, closed.ix), persons));
        let was_elector = |person: &NodeId| all().people.contains_key(person);
        let weighs = |person: &NodeId, it: &Said| it.elector || is_inside(it) && was_elector(person);
        ask(&Asking { weighs: &weighs, vouched: &vouched })
    }
}
