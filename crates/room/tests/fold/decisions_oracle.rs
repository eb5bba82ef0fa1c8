//! Section 5 of the room's design once more, as plainly as it can be written: whole sets of ancestors, every ballot weighed
//! from scratch for every closing. Slow, and good for two things: to be compared with, and to show what an earlier draft of
//! that section would have let through ([`Rules`]).
//!
//! Who is joined to whom (section 10) is asked of a fold of the past in question alone; it has its own tests.

mod effects;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use paceline_room::{
    Body, Cid, NodeId,
    body::{
        Policy,
        decisions::{Ballot, Effect},
    },
    state::{PersonLists, ProposalState},
};

pub use effects::RoomRules;

use crate::{properties::fold, sim::Written};

/// Events, by their numbers in `(depth, cid)` order; closed under causality.
pub type View = BTreeSet<usize>;

/// What an earlier draft said otherwise. By default nothing does: these are the rules in force.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// Who decides.
    pub electors: Electors,
    /// A proposal is decided as it asks, more strictly or less.
    pub as_it_asks: bool,
    /// What a closing has not seen counts for nothing.
    pub closed_is_closed: bool,
    /// An objection is to one version.
    pub of_one_version: bool,
    /// Who is alone decides for all.
    pub alone: bool,
    /// Only electors object.
    pub newcomers_are_silent: bool,
    /// Nothing is ever late.
    pub never_late: bool,
}

/// What is asked of what came too late.
#[derive(Debug, Clone, Copy)]
enum Late {
    All,
    None,
    /// This, and what was said before it.
    Upto(usize),
}

/// Who decides about a proposal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Electors {
    /// Authors in its past, its proposer, and whom one of these had seen in an event without it.
    #[default]
    Seen,
    /// Authors in its past and its proposer.
    InItsPast,
    /// These, and whoever has written an event without it.
    Beside,
}

/// A ballot, or a withdrawal.
#[derive(Debug, Clone, Copy)]
struct Cast {
    event: usize,
    person: NodeId,
    version: usize,
    stance: Ballot,
}

/// What persons say to a version, each with whether it is an elector.
type Stances = BTreeMap<NodeId, (Ballot, bool)>;

/// What the oracle says of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub state: ProposalState,
    /// The version that has effect, with the first closing by which it does.
    pub carried: Option<(Cid, Cid)>,
    pub versions: Vec<Cid>,
    /// Closings that hold in their own past, and whether they are suspended.
    pub closings: Vec<(Cid, bool)>,
    /// Ballots that would keep a closing from standing, but came too late for it.
    pub late: BTreeSet<Cid>,
}

pub struct Oracle {
    rules: Rules,
    room: Cid,
    /// In `(depth, cid)` order: parents before children.
    events: Vec<Written>,
    at: BTreeMap<Cid, usize>,
    past: Vec<View>,
    // What follows from an event's past alone, once it was found.
    homes: Known<usize, PersonLists>,
    electors: Known<(usize, usize), BTreeSet<NodeId>>,
    closes: Known<usize, Option<(usize, usize)>>,
    decided: Known<usize, RoomRules>,
}

struct Known<K, V>(RefCell<BTreeMap<K, V>>);

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: Ord, V: Clone> Known<K, V> {
    fn or(&self, key: K, find: impl FnOnce() -> V) -> V {
        if let Some(known) = self.0.borrow().get(&key) {
            return known.clone();
        }
        let found = find();
        self.0.borrow_mut().insert(key, found.clone());
        found
    }
}

/// Events with a closing and without a ballot after which its author is late by itself.
const GONE_ON: usize = 20;
/// So many late ballots of a person are tried, each with what came before it.
const TRIED: usize = 16;
/// Who has cast more ballots on one proposal has cast none.
const MOST: usize = 64;

impl Oracle {
    pub fn new(room: Cid, written: &[Written]) -> Self {
        Self::by(Rules::default(), room, written)
    }

    pub fn by(rules: Rules, room: Cid, written: &[Written]) -> Self {
        let mut events = written.to_vec();
        events.sort_by_key(|(cid, event, _)| (event.depth, *cid));
        let at: BTreeMap<Cid, usize> = events.iter().enumerate().map(|(at, it)| (it.0, at)).collect();
        let mut past: Vec<View> = Vec::new();
        for (_, event, _) in &events {
            let seen = event.seen().map(|it| at[it]);
            past.push(seen.flat_map(|it| past[it].iter().copied().chain([it])).collect());
        }
        let (homes, electors, closes, decided) = Default::default();
        Self { rules, room, events, at, past, homes, electors, closes, decided }
    }

    pub fn whole(&self) -> View {
        (0..self.events.len()).collect()
    }

    /// What an event has in its past.
    pub fn past_of(&self, cid: &Cid) -> View {
        self.past[self.at[cid]].clone()
    }

    pub fn proposals(&self) -> Vec<Cid> {
        let all = (0..self.events.len()).filter(|it| self.is_proposal(*it));
        all.map(|it| self.cid(it)).collect()
    }

    fn cid(&self, event: usize) -> Cid {
        self.events[event].0
    }

    fn author(&self, event: usize) -> NodeId {
        self.events[event].1.author
    }

    fn body(&self, event: usize) -> &Body {
        &self.events[event].1.body
    }

    /// Whether an event has another strictly in its past.
    fn has(&self, event: usize, other: usize) -> bool {
        self.past[event].contains(&other)
    }

    fn seen(&self, by: usize, cid: &Cid) -> Option<usize> {
        self.at.get(cid).copied().filter(|it| self.has(by, *it))
    }

    /// The node by which an author was known in the past of an event.
    fn home(&self, of: usize, node: NodeId) -> NodeId {
        let lists = self.homes.or(of, || {
            let past: Vec<Written> = self.past[of].iter().map(|it| self.events[*it].clone()).collect();
            fold(self.room, &past).fold.joined().clone()
        });
        lists.home_of(node)
    }

    /// Whether the author of an event is, in its past, the person who wrote this.
    fn is_by_author_of(&self, event: usize, of: usize) -> bool {
        let (one, other) = (self.author(event), self.author(of));
        one == other || self.home(event, one) == self.home(event, other)
    }

    /// The proposal that an event names, if it had seen it.
    fn proposal(&self, by: usize, cid: &Cid) -> Option<usize> {
        self.seen(by, cid).filter(|it| self.is_proposal(*it))
    }

    /// Whether it proposes anything: nothing less strict than the room, and nothing that advice would change.
    fn is_proposal(&self, event: usize) -> bool {
        let Body::Proposed(it) = self.body(event) else { return false };
        let rooms = self.room_before(event).values.policy;
        let is_strict = it.policy.is_none_or(|it| strictness(it) >= strictness(rooms));
        (is_strict || self.rules.as_it_asks) && self.may_have(event, it.effect.as_ref())
    }

    fn may_have(&self, proposal: usize, effect: Option<&Effect>) -> bool {
        effect.is_none() || self.policy(proposal) != Policy::Advice
    }

    /// The proposal of which an event is a version: itself, or an amendment by who proposed it.
    fn is_version_of(&self, event: usize) -> Option<usize> {
        match self.body(event) {
            Body::Proposed(_) => self.is_proposal(event).then_some(event),
            Body::Amended(it) => {
                let proposal = self.proposal(event, &it.proposal)?;
                let may = self.is_by_author_of(event, proposal) && self.may_have(proposal, it.effect.as_ref());
                may.then_some(proposal)
            }
            _ => None,
        }
    }

    fn versions(&self, proposal: usize, view: &View) -> Vec<usize> {
        view.iter().copied().filter(|it| self.is_version_of(*it) == Some(proposal)).collect()
    }

    /// The version that an event names, if it had seen it.
    fn version(&self, by: usize, proposal: usize, cid: &Cid) -> Option<usize> {
        self.seen(by, cid).filter(|it| self.is_version_of(*it) == Some(proposal))
    }

    fn cast(&self, event: usize) -> Option<(usize, Cast)> {
        let (proposal, version, stance, by) = match self.body(event) {
            Body::BallotCast(it) => {
                let proposal = self.proposal(event, &it.proposal)?;
                (proposal, self.version(event, proposal, &it.version)?, it.stance, event)
            }
            // Whichever of their nodes says so: it is the word of who proposed.
            Body::ProposalWithdrawn(it) => {
                let proposal = self.proposal(event, &it.proposal).filter(|it| self.is_by_author_of(event, *it))?;
                (proposal, proposal, Ballot::Object, proposal)
            }
            _ => return None,
        };
        let person = self.home(proposal, self.author(by));
        Some((proposal, Cast { event, person, version, stance }))
    }

    /// Whether a ballot, an amendment, a withdrawal or a closing means anything.
    pub fn counts(&self, cid: &Cid) -> bool {
        let event = self.at[cid];
        match self.body(event) {
            Body::Proposed(_) | Body::Amended(_) => self.is_version_of(event).is_some(),
            Body::BallotCast(_) | Body::ProposalWithdrawn(_) => self.cast(event).is_some(),
            Body::DecisionClosed(_) => self.closes(event).is_some(),
            _ => true,
        }
    }

    fn casts(&self, proposal: usize, view: &View) -> Vec<Cast> {
        let all = view.iter().filter_map(|it| self.cast(*it));
        all.filter(|(of, _)| *of == proposal).map(|(_, it)| it).collect()
    }

    /// What those had seen who decide first: the authors in a proposal's past, and who made it, as of what they wrote without it.
    fn horizon(&self, proposal: usize, view: &View) -> View {
        let before: View = self.past[proposal].iter().copied().chain([proposal]).collect();
        let first: BTreeSet<NodeId> = before.iter().map(|it| self.author(*it)).collect();
        let without = view.iter().copied().filter(|it| *it != proposal && !self.has(*it, proposal));
        let seen: View = match self.rules.electors {
            Electors::InItsPast => View::new(),
            Electors::Seen => {
                let theirs = without.filter(|it| first.contains(&self.author(*it)));
                theirs.flat_map(|it| self.past[it].iter().copied().chain([it])).collect()
            }
            Electors::Beside => without.collect(),
        };
        before.union(&seen).copied().collect()
    }

    /// Who decides about a proposal, as a view has it, by person: whoever wrote any of that.
    fn electors(&self, proposal: usize, view: &View) -> BTreeSet<NodeId> {
        self.horizon(proposal, view).iter().map(|it| self.home(proposal, self.author(*it))).collect()
    }

    /// The same in the past of an event.
    fn electors_for(&self, proposal: usize, event: usize) -> BTreeSet<NodeId> {
        self.electors.or((proposal, event), || self.electors(proposal, &self.past[event]))
    }

    fn policy(&self, proposal: usize) -> Policy {
        let Body::Proposed(body) = self.body(proposal) else { panic!("a proposal") };
        body.policy.unwrap_or_else(|| self.room_before(proposal).values.policy)
    }

    /// How many must have balloted.
    fn quorum(&self, proposal: usize, view: &View) -> usize {
        let electors = self.electors(proposal, view);
        let is_more = |it: &&usize| !matches!(self.body(**it), Body::RoomFounded(_) | Body::Introduced(_));
        let said = self.horizon(proposal, view);
        let wrote: BTreeSet<NodeId> =
            said.iter().filter(is_more).map(|it| self.home(proposal, self.author(*it))).collect();
        let active = electors.intersection(&wrote).count();
        let base = if active * 2 < electors.len() { electors.len() } else { active };
        let values = self.room_before(proposal).values;
        let share = (base * usize::try_from(values.quorum.get()).unwrap()).div_ceil(100);
        share.min(values.quorum_cap.into()).max(electors.len().min(2))
    }

    /// The proposal and version that a closing closes, if it holds in its own past.
    fn closes(&self, closing: usize) -> Option<(usize, usize)> {
        self.closes.or(closing, || {
            let named = self.names(closing)?;
            self.passes(closing, named, &self.past[closing]).then_some(named)
        })
    }

    fn names(&self, closing: usize) -> Option<(usize, usize)> {
        let Body::DecisionClosed(it) = self.body(closing) else { return None };
        let proposal = self.proposal(closing, &it.proposal)?;
        Some((proposal, self.version(closing, proposal, &it.version)?))
    }

    /// Whether with what a view has the version may be closed by this closing. What is late does no harm: of each person what it
    /// says without it, with all of it and with what came up to each of it is asked, and the best of these counts.
    fn passes(&self, closing: usize, named: (usize, usize), view: &View) -> bool {
        let all = self.stances(closing, named, view, Late::All);
        if self.is_enough(closing, named, &all) {
            return true;
        }
        let policy = self.policy(named.0);
        let mut tried = vec![(None, all), (None, self.stances(closing, named, view, Late::None))];
        let mut late = BTreeMap::<NodeId, usize>::new();
        for cast in self.casts(named.0, view).into_iter().filter(|it| !self.has(closing, it.event)) {
            let many = late.entry(cast.person).or_default();
            if *many < TRIED && self.is_late(closing, &cast, named.0, view) {
                *many += 1;
                let with = self.stances(closing, named, view, Late::Upto(cast.event));
                tried.push((Some(cast.person), with));
            }
        }
        let persons: BTreeSet<NodeId> = tried.iter().flat_map(|it| it.1.keys()).copied().collect();
        let best = |person: NodeId| {
            let said = tried.iter().filter(|it| it.0.is_none_or(|it| it == person)).map(|it| it.1.get(&person));
            let it = said.max_by_key(|it| helps(it.map(|it| it.0), policy)).expect("two at least");
            it.map(|it| (person, *it))
        };
        self.is_enough(closing, named, &persons.into_iter().filter_map(best).collect())
    }

    fn is_enough(&self, closing: usize, (proposal, _): (usize, usize), stances: &Stances) -> bool {
        let many = |wanted: &[Ballot]| stances.values().filter(|it| wanted.contains(&it.0)).count();
        let electors = stances.values().filter(|it| it.1).count();
        let agree = many(&[Ballot::Consent, Ballot::Concern]);
        let object = many(&[Ballot::Object]);
        let enough = electors >= self.quorum(proposal, &self.past[closing]);
        enough
            && match self.policy(proposal) {
                Policy::Advice => {
                    let [by, of] = [closing, proposal].map(|it| self.home(proposal, self.author(it)));
                    by == of
                }
                Policy::Majority => agree > object,
                Policy::Consent => agree > 0 && object == 0,
                Policy::Unanimous => agree > 0 && agree == stances.len(),
            }
    }

    /// What each person says to a version, as far as it counts for a closing, and whether as an elector.
    fn stances(&self, closing: usize, (proposal, version): (usize, usize), view: &View, late: Late) -> Stances {
        let (all, asked) = self.asked(closing, proposal, view, late);
        let persons: BTreeSet<NodeId> = asked.iter().map(|it| it.0.person).collect();
        let stance = |person: NodeId| {
            let theirs: Vec<&(Cast, bool)> = asked.iter().filter(|it| it.0.person == person).collect();
            let stands = |it: &Cast| {
                it.stance == Ballot::Object
                    && self.reaches(version, it.version)
                    && !all.iter().any(|other| {
                        other.person == person
                            && self.has(other.event, it.event)
                            && self.reaches(other.version, it.version)
                    })
            };
            let last = |it: &Cast| {
                it.version == version
                    && !theirs.iter().any(|other| other.0.version == version && self.has(other.0.event, it.event))
            };
            let objections: Vec<_> = theirs.iter().filter(|it| stands(&it.0)).collect();
            if !objections.is_empty() {
                return Some((person, (Ballot::Object, objections.iter().any(|it| it.1))));
            }
            let said: BTreeSet<Ballot> = theirs.iter().filter(|it| last(&it.0)).map(|it| it.0.stance).collect();
            let one = said.first().filter(|it| said.len() == 1 && **it != Ballot::Object)?;
            Some((person, (*one, true)))
        };
        persons.into_iter().filter_map(stance).collect()
    }

    /// Whether an objection to one version is one to another.
    fn reaches(&self, version: usize, objected: usize) -> bool {
        version == objected || !self.rules.of_one_version && self.has(version, objected)
    }

    /// Ballots that a closing is weighed against: all that are not late, and those of them that count, each with whether it is an
    /// elector's.
    fn asked(&self, closing: usize, proposal: usize, view: &View, late: Late) -> (Vec<Cast>, Vec<(Cast, bool)>) {
        let electors = self.electors_for(proposal, closing);
        let alone = electors.len() == 1 && !self.rules.alone;
        let policy = self.policy(proposal);
        let vouching = matches!(policy, Policy::Consent | Policy::Unanimous) && !self.rules.newcomers_are_silent;
        let is_in_time = |it: &Cast| {
            let beside = !self.has(closing, it.event);
            let asked = |it: &Cast| match late {
                Late::All => true,
                Late::Upto(last) if it.event == last || self.has(last, it.event) => true,
                _ => !self.is_late(closing, it, proposal, view),
            };
            !beside || !self.rules.closed_is_closed && asked(it)
        };
        let here: Vec<Cast> = self.casts(proposal, view).into_iter().filter(is_in_time).collect();
        let here = self.within_bounds(here);
        let counted = here.iter().filter_map(|it| {
            let is_elector = if self.has(closing, it.event) {
                electors.contains(&it.person)
            } else {
                self.electors_for(proposal, it.event).contains(&it.person)
            };
            let anybodys = alone && policy != Policy::Advice || vouching && self.is_seen(closing, it, proposal, view);
            (is_elector || it.stance == Ballot::Object && anybodys).then_some((*it, is_elector))
        });
        let counted = counted.collect();
        (here, counted)
    }

    /// Whether an elector has seen a ballot without the closing: as of the first event with it, after one of theirs without it.
    fn is_seen(&self, closing: usize, cast: &Cast, proposal: usize, view: &View) -> bool {
        let before = |it: usize| self.events[it].1.prev.map(|prev| self.at[&prev]);
        let is_news = |it: &usize| before(*it).is_none_or(|it| it != cast.event && !self.has(it, cast.event));
        let after = view.iter().filter(|it| self.has(**it, cast.event) && is_news(it));
        let mut without = after.filter(|it| **it != closing && !self.has(**it, closing));
        without.any(|it| self.electors_for(proposal, *it).contains(&self.home(proposal, self.author(*it))))
    }

    fn is_late(&self, closing: usize, cast: &Cast, proposal: usize, view: &View) -> bool {
        if self.rules.never_late {
            return false;
        }
        let with = |it: &usize| self.has(*it, closing) && *it != cast.event && !self.has(*it, cast.event);
        let on: Vec<NodeId> = view.iter().copied().filter(with).map(|it| self.author(it)).collect();
        if on.iter().filter(|it| **it == self.author(cast.event)).count() >= GONE_ON {
            return true;
        }
        if self.electors_for(proposal, closing).len() == 1 && !self.rules.alone {
            return false;
        }
        let electors = self.electors_for(proposal, cast.event);
        let on: BTreeSet<NodeId> = on.into_iter().map(|it| self.home(proposal, it)).collect();
        electors.intersection(&on).count() * 2 > electors.len()
    }

    /// Without the ballots of who has cast too many.
    fn within_bounds(&self, casts: Vec<Cast>) -> Vec<Cast> {
        let many = |person: NodeId| casts.iter().filter(|it| it.person == person).count();
        casts.iter().copied().filter(|it| many(it.person) <= MOST).collect()
    }

    /// The closings of a proposal in a view that hold in their own past.
    fn closings(&self, proposal: usize, view: &View) -> Vec<(usize, usize)> {
        let all = view.iter().filter_map(|it| Some((*it, self.closes(*it)?)));
        all.filter(|(_, (of, _))| *of == proposal).map(|(closing, (_, version))| (closing, version)).collect()
    }

    fn is_suspended(&self, closing: usize, view: &View) -> bool {
        let named = self.names(closing).expect("a closing that holds");
        !self.passes(closing, named, view)
    }

    /// The version of a proposal that has effect in a view, and the first closing by which it does.
    fn carried(&self, proposal: usize, view: &View) -> Option<(usize, usize)> {
        let standing = self.closings(proposal, view).into_iter().filter(|(it, _)| !self.is_suspended(*it, view));
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        standing.for_each(|(closing, version)| _ = first.entry(version).or_insert(closing));
        first.pop_last()
    }

    pub fn said(&self, cid: &Cid, view: &View) -> Said {
        let proposal = self.at[cid];
        let closings = self.closings(proposal, view);
        let closings: Vec<_> = closings.into_iter().map(|(it, _)| (it, self.is_suspended(it, view))).collect();
        let casts = self.casts(proposal, view);
        let is_withdrawn = casts.iter().any(|it| {
            matches!(self.body(it.event), Body::ProposalWithdrawn(_))
                && !casts.iter().any(|other| {
                    other.person == it.person
                        && self.has(other.event, it.event)
                        && matches!(self.body(other.event), Body::BallotCast(_))
                })
        });
        let carried = self.carried(proposal, view);
        let state = match (carried, is_withdrawn) {
            (Some(_), _) => ProposalState::Carried,
            (None, true) => ProposalState::Withdrawn,
            (None, false) if !closings.is_empty() => ProposalState::Suspended,
            _ => ProposalState::Open,
        };
        let late = closings.iter().flat_map(|(closing, _)| {
            let named = self.names(*closing).expect("a closing that holds");
            let fails = !self.is_enough(*closing, named, &self.stances(*closing, named, view, Late::All));
            let outside = casts.iter().filter(move |it| fails && !self.has(*closing, it.event));
            outside.filter(|it| self.is_late(*closing, it, proposal, view)).map(|it| it.event).collect::<Vec<_>>()
        });
        let late = late.filter(|it| matches!(self.body(*it), Body::BallotCast(_))).map(|it| self.cid(it)).collect();
        Said {
            state,
            carried: carried.map(|(version, closing)| (self.cid(version), self.cid(closing))),
            versions: self.versions(proposal, view).into_iter().map(|it| self.cid(it)).collect(),
            closings: closings.into_iter().map(|(it, suspended)| (self.cid(it), suspended)).collect(),
            late,
        }
    }

    /// Those who decide about a proposal in a view, and how many must have balloted.
    pub fn electorate(&self, cid: &Cid, view: &View) -> (BTreeSet<NodeId>, usize) {
        (self.electors(self.at[cid], view), self.quorum(self.at[cid], view))
    }

    /// Objections of no electors that count all the same for some closing: since an elector has seen them, and since who
    /// proposed is alone.
    pub fn of_newcomers(&self, cid: &Cid, view: &View) -> [usize; 2] {
        let proposal = self.at[cid];
        let mut found: [BTreeSet<usize>; 2] = Default::default();
        for (closing, _) in self.closings(proposal, view) {
            let alone = self.electors_for(proposal, closing).len() == 1;
            let (_, asked) = self.asked(closing, proposal, view, Late::None);
            found[usize::from(alone)].extend(asked.iter().filter(|it| !it.1).map(|it| it.0.event));
        }
        found.map(|it| it.len())
    }
}

/// The more, the sooner it is decided.
fn helps(stance: Option<Ballot>, policy: Policy) -> usize {
    let aside = usize::from(policy != Policy::Unanimous);
    match stance {
        Some(Ballot::Consent | Ballot::Concern) => 3,
        Some(Ballot::StandAside) => 1 + aside,
        None => 2 - aside,
        Some(Ballot::Object) => 0,
    }
}

fn strictness(policy: Policy) -> usize {
    [Policy::Advice, Policy::Majority, Policy::Consent, Policy::Unanimous]
        .iter()
        .position(|it| *it == policy)
        .expect("one of them")
}
