//! What counts of what was said, and when something is decided.
//!
//! Of a person's ballots those count that none of its others has in its past, each for the version that it names; of several on one version
//! an objection, otherwise none if they differ. An objection stands through amendments, until its author ballots, having it in the past, on
//! the version it is about or one that came of that. Who is no elector may object, once an elector has seen that who had not seen the closing.
//!
//! A closing that held for its author *stands* unless what its author had not seen keeps it from that, and is not *late*: more than half of
//! the electors that a ballot knew of had gone on with the closing and without it, or its own author had, for [`GONE_ON`] events. What is
//! late stays late.
//!
//! Where somebody decided alone, since nobody else was there, whoever comes may object, and nobody goes on instead of them.

use super::{Ballot, Carried, Closed, Decisions, ProposalState, Record, Watched, electors::home};
use crate::{
    Cid, Ix, NodeId,
    cost::BTreeSet,
    fold::{
        past::{Look, Past},
        step::Key,
    },
    ix::ChainIx,
    kinds::{Policy, persons::Persons},
    limits,
};

/// Whoever writes so many events with a closing, and only then objects, has gone on with it.
const GONE_ON: u32 = 20;
/// Of each chain so many ballots on a proposal are looked at, the last.
const LAST: usize = 16;

/// Something that somebody said to a version.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) ix: Ix,
    pub(super) version: Ix,
    pub(super) stance: Ballot,
    /// By an elector, by all that it has seen.
    pub(super) elector: bool,
}

/// As of when something is asked.
pub(super) enum View<'a> {
    /// What somebody has seen who writes.
    Past(&'a Past<'a>),
    /// What the author of an event had seen.
    Before(&'a Look<'a>, Ix),
    All(&'a Look<'a>),
}

impl<'a> View<'a> {
    pub(super) fn look(&self) -> &'a Look<'a> {
        match self {
            Self::Past(past) => past.look,
            Self::Before(look, _) | Self::All(look) => look,
        }
    }

    pub(super) fn has(&self, ix: Ix) -> bool {
        match self {
            Self::Past(past) => past.has(ix),
            Self::Before(look, event) => ix != *event && look.is_ancestor(ix, *event),
            Self::All(_) => true,
        }
    }

    /// How many events of that chain.
    pub(super) fn of_chain(&self, chain: ChainIx) -> u32 {
        match self {
            Self::Past(past) => past.before_in_chain(chain),
            Self::Before(look, event) => {
                let entry = look.entry(*event);
                entry.clock().get(chain) - u32::from(entry.chain == chain)
            }
            Self::All(look) => look.log.chain(chain).events.len() as u32,
        }
    }

    /// Chains of which there is more than the event `ix` had seen.
    pub(super) fn chains_since(&self, ix: Ix) -> Vec<ChainIx> {
        match self {
            Self::Past(past) => past.chains_since(ix),
            Self::Before(look, event) => {
                let mut chains = Vec::new();
                look.entry(*event).clock().beyond(look.entry(ix).clock(), &mut |chain| {
                    chains.push(chain);
                    true
                });
                chains
            }
            Self::All(look) => {
                let clock = look.entry(ix).clock();
                let more = look.log.chains().filter(|(chain, it)| it.events.len() as u32 > clock.get(*chain));
                more.map(|(chain, _)| chain).collect()
            }
        }
    }
}

/// What all said to a version, by persons.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    consents: usize,
    /// Of electors.
    objections: usize,
    /// Of others.
    foreign: usize,
    aside: usize,
}

impl Tally {
    /// Whether it is decided. `sole`: nobody else is an elector.
    fn carries(self, policy: Policy, quorum: usize, sole: bool) -> bool {
        let Self { consents, objections, foreign, aside } = self;
        let (ballots, all) = (consents + objections + aside, objections + foreign);
        let is_carried = match policy {
            Policy::Advice => true,
            Policy::Majority => consents > if sole { all } else { objections },
            Policy::Consent => all == 0 && consents > 0,
            Policy::Unanimous => all == 0 && aside == 0 && consents > 0,
        };
        ballots >= quorum && is_carried
    }
}

/// What one person says to a version.
#[derive(Debug, Default)]
struct Voice<'a> {
    /// Objections that stand.
    objections: Vec<&'a Said>,
    /// What else it says.
    stance: Option<Ballot>,
    /// Those of its ballots that count.
    counting: Vec<Ix>,
}

/// Whether a closing stands.
#[derive(Debug, Default)]
struct Stands {
    does: bool,
    /// What would keep it from that, but came too late.
    late: BTreeSet<Ix>,
    /// All that it had not seen, if with it nothing would be decided.
    outside: BTreeSet<Ix>,
}

impl Decisions {
    /// All that one person says, of what is asked.
    fn voice<'a>(
        &self,
        record: &'a Record,
        person: &NodeId,
        version: Ix,
        view: &View,
        asked: &dyn Fn(&Said) -> bool,
    ) -> Voice<'a> {
        let Some(chains) = record.said.get(person) else { return Voice::default() };
        let look = view.look();
        let mut said: Vec<&Said> = Vec::new();
        let mut many = 0;
        for all in chains.values() {
            let seen = all.partition_point(|it| view.has(it.ix));
            let last = all.get(seen.saturating_sub(LAST)..seen).unwrap_or_default();
            many += usize::from(!last.is_empty());
            said.extend(last.iter().filter(|it| asked(it)));
        }
        if many > limits::SIDE_BY_SIDE {
            return Voice::default();
        }
        let after = |one: &Said, other: &Said| one.ix != other.ix && look.is_ancestor(one.ix, other.ix);
        let is_last = |it: &&Said| !said.iter().any(|other| after(it, other));
        let stands = |it: &&Said| {
            let lifts = |other: &&Said| after(it, other) && look.is_ancestor(it.version, other.version);
            it.stance == Ballot::Object && look.is_ancestor(it.version, version) && !said.iter().any(lifts)
        };
        let objections: Vec<_> = said.iter().copied().filter(stands).collect();
        let named: Vec<_> = said.iter().copied().filter(|it| is_last(it) && it.version == version).collect();
        let first = named.iter().find(|it| it.elector).map(|it| it.stance);
        let agree = named.iter().filter(|it| it.elector).all(|it| Some(it.stance) == first);
        let stance = first.filter(|_| agree && first != Some(Ballot::Object));
        let counting = objections.iter().chain(&named).map(|it| it.ix).collect();
        Voice { objections, stance, counting }
    }

    /// What all say, of what is asked. `vouched`: whether an elector has seen what somebody says who is none.
    fn tally(
        &self,
        record: &Record,
        version: Ix,
        view: &View,
        asked: &dyn Fn(&Said) -> bool,
        vouched: &dyn Fn(&Said) -> bool,
    ) -> Tally {
        let mut tally = Tally::default();
        for person in record.said.keys() {
            let voice = self.voice(record, person, version, view, asked);
            if voice.objections.iter().any(|it| it.elector) {
                tally.objections += 1;
            } else if voice.objections.iter().any(|it| vouched(it)) {
                tally.foreign += 1;
            } else {
                match voice.stance {
                    Some(Ballot::Consent | Ballot::Concern) => tally.consents += 1,
                    Some(Ballot::StandAside) => tally.aside += 1,
                    Some(Ballot::Object) | None => {}
                }
            }
        }
        tally
    }

    /// Whether a closing of that version would hold for who writes it now, and by how many; `None` if not.
    pub(super) fn holds(
        &self,
        proposal: &Cid,
        version: &Key,
        by: NodeId,
        view: &View,
        persons: &Persons,
    ) -> Option<(usize, bool)> {
        let record = self.records.get(proposal)?;
        let (version, _) = record.versions.get(version)?;
        let electors = self.electors(record, view, persons);
        let (quorum, sole) = (electors.quorum(record), electors.people.len() == 1);
        let vouched = |it: &Said| sole || self.is_vouched(record, it.ix, None, view, persons);
        let tally = self.tally(record, *version, view, &|_| true, &vouched);
        let may = record.policy != Policy::Advice || home(record, by, view.look(), persons) == record.proposer;
        (may && tally.carries(record.policy, quorum, sole)).then_some((quorum, sole))
    }

    /// Whether an elector's event that has this in its past, and not the closing, is there.
    fn is_vouched(&self, record: &Record, said: Ix, closing: Option<Ix>, view: &View, persons: &Persons) -> bool {
        let look = view.look();
        view.chains_since(said).into_iter().any(|chain| {
            let first = look.first_after(chain, said).filter(|ix| *ix != said && view.has(*ix));
            first.is_some_and(|ix| self.vouches(record, ix, closing, look, persons))
        })
    }

    /// Whether what this event has seen is vouched for by it.
    fn vouches(&self, record: &Record, event: Ix, closing: Option<Ix>, look: &Look, persons: &Persons) -> bool {
        let sees = closing.is_some_and(|it| look.is_ancestor(it, event));
        !sees && self.is_elector(record, look.entry(event).event.author, &View::Before(look, event), persons)
    }

    /// Somebody has seen what one said who is no elector.
    pub(super) fn vouch(&mut self, event: Ix, watched: &Watched, look: &Look, persons: &Persons) {
        let Some(record) = self.records.get(&watched.proposal) else { return };
        if !self.vouches(record, event, None, look, persons) {
            return;
        }
        let Some(record) = self.records.get_mut(&watched.proposal) else { return };
        for closed in record.closings.values_mut().filter(|it| !look.is_ancestor(it.ix, event)) {
            if let Some(vouched) = &mut closed.vouched {
                vouched.insert(watched.ix);
            }
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

    /// Whether most had gone on.
    fn is_late(&self, record: &Record, said: Ix, closed: &Closed, view: &View, persons: &Persons) -> bool {
        let look = view.look();
        let wrote = |node: &NodeId| {
            let chains = look.log.chains_of(node).map(|(chain, _)| self.without(chain, said, closed.ix, view));
            chains.fold(0, u32::saturating_add)
        };
        if wrote(&look.entry(said).event.author) >= GONE_ON {
            return true;
        }
        if closed.sole {
            return false;
        }
        let electors = self.electors(record, &View::Before(look, said), persons);
        let went_on = electors.people.values().filter(|(_, nodes)| nodes.iter().any(|it| wrote(it) > 0)).count();
        2 * went_on > electors.people.len()
    }

    /// Whether a closing stands.
    fn stands(&self, record: &Record, closed: &Closed, view: &View, persons: &Persons) -> Stands {
        let look = view.look();
        let Some((version, _)) = record.versions.get(&closed.version) else { return Stands::default() };
        let is_inside = |it: &Said| look.is_ancestor(it.ix, closed.ix);
        let all = record.said.values().flat_map(|it| it.values()).flatten();
        let outside: Vec<_> = all.filter(|it| view.has(it.ix) && !is_inside(it)).collect();
        if outside.is_empty() || record.policy == Policy::Advice {
            return Stands { does: true, ..Stands::default() };
        }
        let vouched = |it: &Said| {
            closed.sole
                || match (is_inside(it), view, &closed.vouched) {
                    (true, ..) => self.is_vouched(record, it.ix, None, &View::Before(look, closed.ix), persons),
                    (false, View::All(_), Some(vouched)) => vouched.contains(&it.ix),
                    (false, ..) => self.is_vouched(record, it.ix, Some(closed.ix), view, persons),
                }
        };
        let carries = |asked: &dyn Fn(&Said) -> bool| {
            let tally = self.tally(record, *version, view, asked, &vouched);
            tally.carries(record.policy, closed.quorum, closed.sole)
        };
        if carries(&|_| true) {
            return Stands { does: true, ..Stands::default() };
        }
        let outside: BTreeSet<_> = outside.into_iter().map(|it| it.ix).collect();
        let late = outside.iter().filter(|it| self.is_late(record, **it, closed, view, persons));
        let late: BTreeSet<_> = late.copied().collect();
        let does = carries(&|it| !late.contains(&it.ix));
        Stands { does, late, outside }
    }

    /// The version that is carried, and the first closing of it that stands.
    pub(super) fn carried(&self, record: &Record, view: &View, persons: &Persons) -> Option<(Key, Key)> {
        let mut carried: Option<(Key, Key)> = None;
        for (key, closed) in &record.closings {
            let is_new = carried.is_none_or(|(version, _)| version < closed.version);
            if is_new && view.has(closed.ix) && self.stands(record, closed, view, persons).does {
                carried = Some((closed.version, *key));
            }
        }
        carried
    }

    /// Shows where a proposal stands, and of these people which of their ballots count.
    pub(super) fn show(&mut self, proposal: &Cid, people: &BTreeSet<NodeId>, look: &Look, persons: &Persons) {
        self.vouch_for_closings(proposal, look, persons);
        let Some(record) = self.records.get(proposal) else { return };
        let view = View::All(look);
        let (mut carried, mut shown): (Option<(Key, Key)>, _) = (None, Vec::new());
        let (mut late, mut tense) = (BTreeSet::new(), BTreeSet::new());
        for (key, closed) in &record.closings {
            let stands = self.stands(record, closed, &view, persons);
            if !stands.does {
                tense.extend(stands.outside);
                tense.insert(closed.ix);
            } else if carried.is_none_or(|(version, _)| version < closed.version) {
                carried = Some((closed.version, *key));
            }
            late.extend(stands.late.into_iter().map(|ix| look.entry(ix).key()));
            shown.push((*key, !stands.does));
        }
        let withdrawn = self.withdrawal(record, &view);
        let state = match (carried, withdrawn) {
            (Some(_), _) => ProposalState::Carried,
            (None, Some(_)) => ProposalState::Withdrawn,
            (None, None) if shown.is_empty() => ProposalState::Open,
            (None, None) => ProposalState::Suspended,
        };
        let latest = record.versions.last_key_value().map_or(record.ix, |(_, (ix, _))| *ix);
        let counting: Vec<_> = people.iter().flat_map(|it| self.counting(record, it, latest, &view, persons)).collect();
        let (mut effect, mut decided) = (None, None);
        if let Some((version, key)) = carried {
            effect = record.versions.get(&version).and_then(|(_, it)| Some((key, it.clone()?)));
            decided = record.closings.get(&key).map(|closed| {
                let (event, (depth, closing)) = (&look.entry(closed.ix).event, key);
                Carried { version: version.1, closing, depth, by: event.author, at: event.at }
            });
        }
        for (key, suspended) in shown {
            self.version += u64::from(self.lists.closings.change(&(*proposal, key), |it| it.suspended = suspended));
        }
        for (key, counts) in counting {
            self.change_ballot(*proposal, key, |it| it.counts = counts);
        }
        for key in late {
            self.change_ballot(*proposal, key, |it| it.late = true);
        }
        self.watch_tense(proposal, &tense, look);
        self.change(proposal, |it| (it.state, it.carried, it.withdrawn) = (state, decided, withdrawn));
        self.take_effect(proposal, effect);
    }

    /// Of each closing that is new: which objections of those who are no electors an elector had seen who had not seen it.
    fn vouch_for_closings(&mut self, proposal: &Cid, look: &Look, persons: &Persons) {
        let Some(record) = self.records.get(proposal) else { return };
        let mut found = Vec::new();
        for (key, closed) in record.closings.iter().filter(|(_, it)| it.vouched.is_none()) {
            let said = record.said.values().flat_map(|it| it.values()).flatten();
            let foreign = said.filter(|it| !it.elector && it.stance == Ballot::Object);
            let outside = foreign.filter(|it| !look.is_ancestor(it.ix, closed.ix)).map(|it| it.ix);
            let view = View::All(look);
            let vouched = outside.filter(|it| self.is_vouched(record, *it, Some(closed.ix), &view, persons));
            found.push((*key, vouched.collect()));
        }
        let Some(record) = self.records.get_mut(proposal) else { return };
        for (key, vouched) in found {
            if let Some(closed) = record.closings.get_mut(&key) {
                closed.vouched = Some(vouched);
            }
        }
    }

    /// The withdrawal that stands.
    fn withdrawal(&self, record: &Record, view: &View) -> Option<Key> {
        let voice = self.voice(record, &record.proposer, record.ix, view, &|_| true);
        let look = view.look();
        let is = |it: &&&Said| matches!(look.entry(it.ix).event.body, crate::Body::ProposalWithdrawn(_));
        voice.objections.iter().filter(is).map(|it| look.entry(it.ix).key()).min()
    }

    /// Which ballots of a person count, each by its key.
    fn counting(
        &self,
        record: &Record,
        person: &NodeId,
        version: Ix,
        view: &View,
        persons: &Persons,
    ) -> Vec<(Key, bool)> {
        let (look, voice) = (view.look(), self.voice(record, person, version, view, &|_| true));
        let Some(chains) = record.said.get(person) else { return Vec::new() };
        let counts = |it: &Said| {
            let is_alone = || record.closings.values().any(|it| it.sole);
            let is_heard = || is_alone() || self.is_vouched(record, it.ix, None, view, persons);
            voice.counting.contains(&it.ix) && (it.elector || it.stance == Ballot::Object && is_heard())
        };
        // One more than is looked at: it has counted until now.
        let last = |all: &Vec<Said>| all.len().saturating_sub(LAST + 1);
        let said = chains.values().flat_map(|all| all.get(last(all)..).unwrap_or_default());
        said.map(|it| (look.entry(it.ix).key(), counts(it))).collect()
    }
}
