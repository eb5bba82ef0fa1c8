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

use super::{Ballot, Carried, Decisions, ProposalState, Record, Watched, electors::home, standing::Held};
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

/// Who has said more than this to one proposal has said nothing.
const MOST: usize = 64;
/// So many late ballots of a person are tried, each with what came before it.
const TRIED: usize = 16;

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
    /// What these and others say.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            consents: self.consents + other.consents,
            objections: self.objections + other.objections,
            foreign: self.foreign + other.foreign,
            aside: self.aside + other.aside,
        }
    }

    /// Whether it is decided. `sole`: nobody else is an elector.
    pub(super) fn carries(self, policy: Policy, quorum: usize, sole: bool) -> bool {
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

    /// So many who say this.
    pub(super) fn of(&mut self, says: Says) -> Option<&mut usize> {
        match says {
            Says::Consent => Some(&mut self.consents),
            Says::Aside => Some(&mut self.aside),
            Says::Nothing => None,
            Says::Foreign => Some(&mut self.foreign),
            Says::Object => Some(&mut self.objections),
        }
    }
}

/// What one person says to a version in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    Consent,
    Aside,
    Nothing,
    /// It objects, and is no elector.
    Foreign,
    Object,
}

impl Says {
    /// The more, the sooner it is decided.
    fn helps(self, policy: Policy) -> u8 {
        match self {
            Self::Consent => 3,
            Self::Aside => {
                if policy == Policy::Unanimous {
                    1
                } else {
                    2
                }
            }
            Self::Nothing => {
                if policy == Policy::Unanimous {
                    2
                } else {
                    1
                }
            }
            Self::Foreign | Self::Object => 0,
        }
    }
}

/// Which of what was said is asked for.
type Asked<'a> = &'a dyn Fn(&Said) -> bool;

/// Of whom something counts.
pub(super) struct Asking<'a> {
    /// Whether what a person said is an elector's.
    pub(super) weighs: &'a dyn Fn(&NodeId, &Said) -> bool,
    /// Whether an elector has seen what somebody says who is none.
    pub(super) vouched: &'a dyn Fn(&Said) -> bool,
}

/// What one person says to a version.
#[derive(Debug, Default)]
struct Voice<'a> {
    /// Objections that stand.
    objections: Vec<&'a Said>,
    /// What else it says.
    stance: Option<Ballot>,
    /// Those of its ballots that count, each for the version it names.
    counting: Vec<Ix>,
}

/// Of what stands in one chain about one version the last: it has all before it in its past, and is about the same.
fn last_of_each<'a>(said: &[&'a Said], look: &Look) -> Vec<&'a Said> {
    let mut last: Vec<(ChainIx, &Said)> = Vec::new();
    for it in said.iter().rev() {
        let chain = look.entry(it.ix).chain;
        if !last.iter().any(|(of, other)| *of == chain && other.version == it.version) {
            last.push((chain, it));
        }
    }
    last.into_iter().rev().map(|(_, it)| it).collect()
}

impl Decisions {
    /// All that one person says, of what is asked. `weighs`: whether it is an elector's.
    fn voice<'a>(
        &self,
        record: &'a Record,
        person: &NodeId,
        version: Ix,
        view: &View,
        asked: &dyn Fn(&Said) -> bool,
        weighs: &dyn Fn(&Said) -> bool,
    ) -> Voice<'a> {
        let Some(chains) = record.said.get(person) else { return Voice::default() };
        let look = view.look();
        let seen = chains.values().flat_map(|all| all.iter().take_while(|it| view.has(it.ix)));
        // In which chains it stands depends on what came first here; how many it is does not.
        let said: Vec<&Said> = seen.filter(|it| asked(it)).take(MOST + 1).collect();
        if said.len() > MOST {
            return Voice::default();
        }
        let said = last_of_each(&said, look);
        let after = |one: &Said, other: &Said| one.ix != other.ix && look.is_ancestor(one.ix, other.ix);
        let is_last = |it: &&Said| !said.iter().any(|other| it.version == other.version && after(it, other));
        let lifts = |it: &Said, other: &Said| after(it, other) && look.is_ancestor(it.version, other.version);
        let stands = |it: &&Said| {
            it.stance == Ballot::Object
                && look.is_ancestor(it.version, version)
                && !said.iter().any(|other| lifts(it, other))
        };
        let objections: Vec<_> = said.iter().copied().filter(stands).collect();
        let named: Vec<_> = said.iter().copied().filter(|it| is_last(it) && it.version == version).collect();
        let first = named.iter().find(|it| weighs(it)).map(|it| it.stance);
        let agree = named.iter().filter(|it| weighs(it)).all(|it| Some(it.stance) == first);
        let stance = first.filter(|_| agree && first != Some(Ballot::Object));
        let is_open = |it: &&Said| !said.iter().any(|other| lifts(it, other));
        // Who has relented has not objected.
        let counts = |it: &&Said| if it.stance == Ballot::Object { is_open(it) } else { is_last(it) };
        let counting = said.iter().copied().filter(counts).map(|it| it.ix).collect();
        Voice { objections, stance, counting }
    }

    /// What all say, by what is asked for. What is `late` counts where it helps, and where it does not, for nothing.
    pub(super) fn tally(&self, record: &Record, version: Ix, view: &View, ask: &Asking, late: &BTreeSet<Ix>) -> Tally {
        let mut tally = Tally::default();
        for person in record.said.keys() {
            let says = self.says(record, person, version, view, ask, late);
            tally.of(says).into_iter().for_each(|many| *many += 1);
        }
        tally
    }

    /// What one person says.
    pub(super) fn says(
        &self,
        record: &Record,
        person: &NodeId,
        version: Ix,
        view: &View,
        ask: &Asking,
        late: &BTreeSet<Ix>,
    ) -> Says {
        let says = |asked: &dyn Fn(&Said) -> bool| {
            let voice = self.voice(record, person, version, view, asked, &|it| (ask.weighs)(person, it));
            if voice.objections.iter().any(|it| (ask.weighs)(person, it)) {
                return Says::Object;
            }
            if voice.objections.iter().any(|it| (ask.vouched)(it)) {
                return Says::Foreign;
            }
            match voice.stance {
                Some(Ballot::Consent | Ballot::Concern) => Says::Consent,
                Some(Ballot::StandAside) => Says::Aside,
                Some(Ballot::Object) | None => Says::Nothing,
            }
        };
        let all = says(&|_| true);
        match record.said.get(person).filter(|_| !late.is_empty()) {
            Some(chains) => Self::at_best(record, chains, late, view.look(), all, &says),
            None => all,
        }
    }

    /// What a person says who is not held to what is late: whatever of it helps counts, so that who relented has relented, and
    /// nothing that is late undoes it. `says` tells of what is asked; `all`: of everything.
    fn at_best(
        record: &Record,
        chains: &BTreeMap<ChainIx, Vec<Said>>,
        late: &BTreeSet<Ix>,
        look: &Look,
        all: Says,
        says: &dyn Fn(Asked) -> Says,
    ) -> Says {
        let keyed = chains.values().flatten().filter(|it| late.contains(&it.ix));
        let tried: BTreeMap<Key, Ix> = keyed.map(|it| (look.entry(it.ix).key(), it.ix)).collect();
        let upto = |last: Option<Ix>| {
            says(&|it| !late.contains(&it.ix) || last.is_some_and(|last| look.is_ancestor(it.ix, last)))
        };
        let without = if tried.is_empty() { all } else { upto(None) };
        let tried = tried.values().take(TRIED).map(|it| upto(Some(*it)));
        tried.chain([without, all]).max_by_key(|it| it.helps(record.policy)).unwrap_or(all)
    }

    /// Whether a closing of that version holds for who writes it, and by how many; `None` if not.
    pub(super) fn holds(&self, record: &Record, key: &Key, past: &Past) -> Option<Held> {
        let (view, persons) = (&View::Past(past), &past.fold.capabilities.persons);
        let own = home(record, past.author, past.look, persons);
        let may = record.policy != Policy::Advice || own == record.proposer;
        if let Some((like, closed)) = record.like(key, past).filter(|_| may) {
            return Some(Held { quorum: closed.quorum, sole: closed.sole, like: Some(like) });
        }
        let (version, _) = record.versions.get(key)?;
        let is_strict = matches!(record.policy, Policy::Consent | Policy::Unanimous);
        let objects = |it: &NodeId| {
            let voice = self.voice(record, it, *version, view, &|_| true, &|it| it.elector);
            voice.objections.iter().any(|it| it.elector)
        };
        if !may || is_strict && std::iter::once(own).chain(record.objects(view)).any(|it| objects(&it)) {
            return None;
        }
        let electors = self.electors(record, view, persons);
        let (quorum, sole) = (electors.quorum(record), electors.people.len() == 1);
        let vouched = |it: &Said| sole || self.is_vouched(record, it.ix, None, view, persons);
        let weighs = |person: &NodeId, it: &Said| it.elector || electors.people.contains_key(person);
        let ask = Asking { weighs: &weighs, vouched: &vouched };
        let tally = self.tally(record, *version, view, &ask, &BTreeSet::default());
        tally.carries(record.policy, quorum, sole).then_some(Held { quorum, sole, like: None })
    }

    /// Whether an elector's event that has this in its past, and not the closing, is there.
    pub(super) fn is_vouched(
        &self,
        record: &Record,
        said: Ix,
        closing: Option<Ix>,
        view: &View,
        persons: &Persons,
    ) -> bool {
        let look = view.look();
        view.chains_since(said).into_iter().any(|chain| {
            let first = look.first_after(chain, said).filter(|ix| *ix != said && view.has(*ix));
            // What its author had seen before is its author's affair when that was first seen.
            let is_news = |ix: &Ix| {
                let prev = look.entry(*ix).event.prev.and_then(|it| look.log.find(&it));
                !prev.is_some_and(|it| look.is_ancestor(said, it))
            };
            first.filter(is_news).is_some_and(|ix| self.vouches(record, ix, closing, look, persons))
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
        record.heard.insert(watched.ix);
        for closed in record.closings.values_mut().filter(|it| !look.is_ancestor(it.ix, event)) {
            if let Some(vouched) = &mut closed.vouched {
                vouched.insert(watched.ix);
            }
        }
    }

    /// The version that is carried, and the first closing of it that stands.
    pub(super) fn carried(&self, record: &Record, view: &View, persons: &Persons) -> Option<(Key, Key)> {
        let mut carried: Option<(Key, Key)> = None;
        for (key, closed) in &record.closings {
            let is_new = carried.is_none_or(|(version, _)| version < closed.version);
            if is_new && view.has(closed.ix) && self.stands(record, closed, view, persons, None).does {
                carried = Some((closed.version, *key));
            }
        }
        carried
    }

    /// Shows where a proposal stands, and of these people which of their ballots count.
    pub(super) fn show(&mut self, proposal: &Cid, people: &BTreeSet<NodeId>, look: &Look, persons: &Persons) {
        let changed = self.weigh_closings(proposal, people, look, persons);
        if changed.is_some() {
            self.show_standing(proposal, look);
        }
        let Some(record) = self.records.get(proposal) else { return };
        let (view, carried) = (View::All(look), record.carried);
        let withdrawn = self.withdrawal(record, &view);
        let state = match (carried, withdrawn) {
            (Some(_), _) => ProposalState::Carried,
            (None, Some(_)) => ProposalState::Withdrawn,
            (None, None) if record.closings.is_empty() => ProposalState::Open,
            (None, None) => ProposalState::Suspended,
        };
        let counting: Vec<_> = people.iter().flat_map(|it| self.counting(record, it, &view)).collect();
        let (mut effect, mut decided) = (None, None);
        if let Some((version, key)) = carried {
            effect = record.versions.get(&version).and_then(|(_, it)| Some((key, it.clone()?)));
            decided = record.closings.get(&key).map(|closed| {
                let (event, (depth, closing)) = (&look.entry(closed.ix).event, key);
                Carried { version: version.1, closing, depth, by: event.author, at: event.at }
            });
        }
        for (key, suspended) in changed.into_iter().flatten() {
            self.version += u64::from(self.lists.closings.change(&(*proposal, key), |it| it.suspended = suspended));
        }
        for (key, counts) in counting {
            self.change_ballot(*proposal, key, |it| it.counts = counts);
        }
        self.change(proposal, |it| (it.state, it.carried, it.withdrawn) = (state, decided, withdrawn));
        self.take_effect(proposal, effect);
    }

    /// Finds what is carried, and shows what came too late; watches what may yet.
    fn show_standing(&mut self, proposal: &Cid, look: &Look) {
        let Some(record) = self.records.get_mut(proposal) else { return };
        let (mut carried, mut late) = (None::<(Key, Key)>, BTreeSet::new());
        for (key, closed) in &record.closings {
            let Some((_, stands)) = &closed.stood else { continue };
            if stands.does && carried.is_none_or(|(version, _)| version < closed.version) {
                carried = Some((closed.version, *key));
            }
            late.extend(stands.late.iter().map(|ix| look.entry(*ix).key()));
        }
        record.carried = carried;
        self.show_late(proposal, late);
        self.watch_tense(proposal, look);
    }

    /// Shows which ballots came too late, by all that is here now.
    fn show_late(&mut self, proposal: &Cid, late: BTreeSet<Key>) {
        let Some(record) = self.records.get_mut(proposal) else { return };
        let before = std::mem::replace(&mut record.late, late.clone());
        for key in before.symmetric_difference(&late) {
            self.change_ballot(*proposal, *key, |it| it.late = late.contains(key));
        }
    }

    /// Of each closing that is new: which objections of those who are no electors an elector had seen who had not seen it. All that was
    /// heard when it was last settled came here before the closing.
    pub(super) fn vouch_for_closings(&mut self, proposal: &Cid) {
        let Some(record) = self.records.get_mut(proposal).filter(|it| it.weak) else { return };
        for key in &record.latest[record.asked..] {
            let closed = record.closings.get_mut(key);
            closed.into_iter().for_each(|it| it.vouched = Some(record.heard.iter().copied().collect()));
        }
        record.asked = record.latest.len();
    }

    /// The withdrawal that stands.
    fn withdrawal(&self, record: &Record, view: &View) -> Option<Key> {
        let voice = self.voice(record, &record.proposer, record.ix, view, &|_| true, &|it| it.elector);
        let look = view.look();
        let is = |it: &&&Said| matches!(look.entry(it.ix).event.body, crate::Body::ProposalWithdrawn(_));
        voice.objections.iter().filter(is).map(|it| look.entry(it.ix).key()).min()
    }

    /// Which ballots of a person count, each by its key.
    fn counting(&self, record: &Record, person: &NodeId, view: &View) -> Vec<(Key, bool)> {
        let (look, voice) = (view.look(), self.voice(record, person, record.ix, view, &|_| true, &|it| it.elector));
        let Some(chains) = record.said.get(person) else { return Vec::new() };
        let counts = |it: &Said| {
            let is_alone = || record.closings.values().any(|it| it.sole);
            let is_strict = matches!(record.policy, Policy::Consent | Policy::Unanimous);
            let is_heard =
                || is_strict && record.heard.contains(&it.ix) || is_alone() && record.policy != Policy::Advice;
            voice.counting.contains(&it.ix) && (it.elector || it.stance == Ballot::Object && is_heard())
        };
        // Of whom there are more than that none counts any more.
        let said = chains.values().flatten().take(MOST + 1);
        said.map(|it| (look.entry(it.ix).key(), counts(it))).collect()
    }
}
