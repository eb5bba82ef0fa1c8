//! Decisions: what in other tools an admin does, here a decision does.
//!
//! **Who decides** is fixed by what was seen, never by a list: see `electors.rs`. **What counts** of what was said, and when something is
//! decided: see `outcome.rs`. A closing counts if it holds by what its author has seen, and that never changes; whether it *stands* depends on
//! what it has not seen, until that is late. So nobody carries a thing by being quick, by amending a comma or by leaving an objection out,
//! and nobody topples it a year later.
//!
//! **What it changes**: see `effects.rs`. There is no other way in which any of that changes. What keeps it or sets it back once it is looked at
//! again: `reviews.rs`.
//!
//! Nothing here knows a clock: a day on which something is looked at again is for those who look at it.

pub mod bodies;
mod commands;
pub mod effects;
mod electors;
#[cfg(any(test, feature = "test-utils"))]
mod growth;
mod judging;
mod mandates;
mod outcome;
mod reviews;
mod standing;
pub mod state;
mod watching;

use std::sync::Arc;

pub(crate) use self::mandates::Mandate;
pub use self::{
    bodies::{
        Amended, Ballot, BallotCast, Changed, DecisionClosed, Effect, Grace, Handing, ProposalWithdrawn, Proposed,
        QuorumCap, RoomPrompts,
    },
    commands::Command,
    effects::{Rule, Rules},
    state::{
        Carried, Cast, CastWhole, Closing, DecisionLists, Electorate, Proposal, ProposalState, ProposalWhole, Version,
    },
};
use self::{
    effects::Raising,
    electors::home_at,
    outcome::{Said, View},
    standing::{Asked, Held, Stands, Weighed},
};
use super::{Body, Capability, Policy, persons::Persons, posts::WordsState};
use crate::{
    Cid, Fold, Ix, Log, NodeId,
    cost::{BTreeMap, BTreeSet, HashMap},
    fold::{
        past::Look,
        step::{Key, Step},
        subjects::Owner,
        words::Home,
    },
    ix::ChainIx,
    words,
};

/// A proposal, and all that was said about it.
#[derive(Debug, Clone)]
struct Record {
    key: Key,
    ix: Ix,
    /// By their home when they proposed it.
    proposer: NodeId,
    policy: Policy,
    /// Share of the electors that must have balloted, in per cent, and the most that this may ask for.
    share: u64,
    cap: u64,
    /// With what each changes.
    versions: BTreeMap<Key, (Ix, Option<Effect>)>,
    /// Of each person, by their home when it was proposed, what they said: by the chain it stands in, each chain's in its order.
    said: BTreeMap<NodeId, BTreeMap<ChainIx, Vec<Said>>>,
    /// All of that in the order in which it came here; by chains the place of the last of it, and what each author said.
    order: Vec<Ix>,
    chains: BTreeMap<ChainIx, u32>,
    casters: BTreeMap<NodeId, Vec<Ix>>,
    /// Some of it was said by who is no elector; and by whom.
    weak: bool,
    strangers: BTreeSet<NodeId>,
    /// Objections of these that an elector has heard.
    heard: BTreeSet<Ix>,
    /// Closings that hold; in the order in which they came here.
    closings: BTreeMap<Key, Closed>,
    latest: Vec<Key>,
    /// How many of these were asked what they had not seen.
    asked: usize,
    /// The version that is carried, and the first closing of it that stands.
    carried: Option<(Key, Key)>,
    /// Objections of electors, and whose they are, in the order in which they came here.
    objected: Vec<(Ix, NodeId)>,
    /// Versions that were closed, each with the closing that came first.
    closed: BTreeMap<Key, Key>,
    /// What all say to each of these, once that matters.
    weighed: BTreeMap<Key, Weighed>,
    /// How many electors there are at least, once it was asked.
    least: Option<usize>,
    /// Chains that have met a closing that stands in another, of those that are watched.
    crossed: BTreeSet<ChainIx>,
    /// How often somebody wrote of whom something may be late by that.
    turns: u64,
    /// What is watched since it may yet be late, or something may be late for it; and how much of that each author wrote.
    tense: Vec<Ix>,
    tense_authors: BTreeMap<NodeId, usize>,
    /// Ballots that are shown as late.
    late: BTreeSet<Key>,
}

/// A closing that holds.
#[derive(Debug, Clone)]
struct Closed {
    ix: Ix,
    version: Key,
    /// How many had to have balloted.
    quorum: usize,
    /// Nobody else was an elector.
    sole: bool,
    /// What an elector who had not seen the closing has seen, of those who are none; once it is known.
    vouched: Option<BTreeSet<Ix>>,
    /// What had come here before it, and it had not seen; and after how many of all said things it came.
    beside: Arc<[Ix]>,
    from: usize,
    /// How many chains have met it, once that matters; and whether that is watched.
    met: Option<usize>,
    is_watched: bool,
    /// What those say of it who are no electors, or were none, once it is known.
    strangers: Option<Weighed>,
    /// Whether it stands, and by what.
    stood: Option<(Asked, Stands)>,
}

/// Where something with words stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Version(Cid, Key),
    Ballot(Cid, Key),
}

/// What is watched: whether somebody sees it for the first time matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Watched {
    place: u32,
    ix: Ix,
    proposal: Cid,
    why: Why,
}

/// Why something is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It may yet be late, or something may be late for it.
    Tense,
    /// Said by somebody who is no elector: an elector who sees it vouches for it.
    Foreign,
    /// A closing: how many go on with it is counted.
    Closing,
}

/// All decisions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Decisions {
    records: HashMap<Cid, Record>,
    /// Of which proposal each version and each ballot is, and where it stands.
    said: HashMap<Cid, Place>,
    /// The first event of each chain that says anything.
    spoke: HashMap<ChainIx, u32>,
    /// Of each chain, in its order.
    watched: HashMap<ChainIx, Vec<Watched>>,
    /// Whose every event may make something late.
    watched_authors: HashMap<NodeId, BTreeSet<Cid>>,
    /// Who has met what is watched since it was last settled.
    met: Vec<(Ix, Watched)>,
    /// What is to be judged anew, and what of whom is to be shown anew.
    stale: BTreeMap<Cid, BTreeSet<NodeId>>,
    /// Proposals of which a version changes how the room decides.
    ruling: BTreeSet<Cid>,
    /// What has effect, by the first closing that stands.
    effects: BTreeMap<Key, Cid>,
    in_effect: HashMap<Cid, (Key, Effect)>,
    /// Of these those for a version of the fold.
    pub(crate) raising: Raising,
    pub(crate) lists: DecisionLists,
    version: u64,
}

/// What counts.
#[derive(Debug)]
pub(crate) enum Fact {
    /// With how it is decided, by the rules of its past; the meeting and what it came from, as far as they were there.
    Proposed(Box<Terms>),
    /// What it is called, and what it changes.
    Amended(Arc<str>, Option<Effect>),
    /// By whom, of which proposal and version, and whether that is an elector.
    Said { person: NodeId, proposal: Cid, version: Key, stance: Ballot, elector: bool },
    /// Of which version, and how many had to have balloted of how many.
    Closed { version: Key, held: Held },
}

/// How a proposal is decided.
#[derive(Debug)]
pub(crate) struct Terms {
    proposer: NodeId,
    policy: Policy,
    share: u64,
    cap: u64,
    meeting: Option<Key>,
    about: Option<Cid>,
}

impl Capability for Decisions {
    type Fact = Fact;

    fn take(&mut self, fact: Fact, step: &mut Step) {
        match (&step.event().body, fact) {
            (Body::Proposed(it), Fact::Proposed(terms)) => self.propose(it, *terms, step),
            (Body::Amended(it), Fact::Amended(title, effect)) => self.amend(it, title, effect, step),
            (Body::DecisionClosed(it), Fact::Closed { version, held }) => self.close(it.proposal, version, held, step),
            (_, Fact::Said { person, proposal, version, stance, elector }) => {
                self.say(person, proposal, version, stance, elector, step);
            }
            _ => {}
        }
    }

    fn every(&mut self, step: &mut Step) {
        let entry = step.entry;
        let says = !matches!(entry.event.body, Body::RoomFounded(_) | Body::Introduced(_));
        if says && !self.spoke.contains_key(&entry.chain) {
            self.spoke.insert(entry.chain, entry.place);
        }
        if let Some(proposals) = self.watched_authors.get(&entry.event.author) {
            for proposal in proposals {
                self.stale.entry(*proposal).or_default();
                self.records.get_mut(proposal).into_iter().for_each(|it| it.turns += 1);
            }
        }
        if !self.watched.is_empty() {
            self.meet_watched(step);
        }
    }

    fn words(&mut self, home: &Home, text: &Arc<str>) {
        match self.said.get(&home.at).copied() {
            Some(Place::Version(proposal, key)) => self.change_version(proposal, key, |it| {
                if it.words != WordsState::Retracted {
                    (it.words, it.text) = (WordsState::Here, Some(text.clone()));
                }
            }),
            Some(Place::Ballot(proposal, key)) => self.change_ballot(proposal, key, |it| {
                if it.words == Some(WordsState::Missing) {
                    it.words = Some(WordsState::Here);
                    (it.reason, it.fix) = parts(text);
                }
            }),
            None => {}
        }
    }

    fn version(&self) -> u64 {
        self.version
    }
}

/// Why, and what would fix it.
fn parts(text: &str) -> (Option<Arc<str>>, Option<Arc<str>>) {
    let mut parts = words::parts(text).map(|it| Some(it.trim()).filter(|it| !it.is_empty()).map(Arc::from));
    (parts.next().flatten(), parts.next().flatten())
}

/// Words that are here, or are on their way.
fn state_of<T>(text: Option<&T>) -> WordsState {
    if text.is_some() { WordsState::Here } else { WordsState::Missing }
}

impl Decisions {
    fn propose(&mut self, it: &Proposed, terms: Terms, step: &mut Step) {
        let (key, cid, event) = (step.key(), step.entry.cid, step.event());
        let Terms { proposer, policy, share, cap, meeting, about } = terms;
        step.is_subject(Owner::Decisions, event.author);
        let version = self.new_version(cid, it.title.as_str().into(), &it.words, &it.effect, None, step);
        let record = Record {
            key,
            ix: step.ix,
            proposer,
            policy,
            share,
            cap,
            versions: BTreeMap::from_iter([(key, (step.ix, it.effect.clone()))]),
            said: BTreeMap::new(),
            order: Vec::new(),
            chains: BTreeMap::new(),
            casters: BTreeMap::new(),
            weak: false,
            strangers: BTreeSet::new(),
            heard: BTreeSet::new(),
            closings: BTreeMap::new(),
            latest: Vec::new(),
            asked: 0,
            carried: None,
            objected: Vec::new(),
            closed: BTreeMap::new(),
            weighed: BTreeMap::new(),
            least: None,
            crossed: BTreeSet::new(),
            turns: 0,
            tense: Vec::new(),
            tense_authors: BTreeMap::new(),
            late: BTreeSet::new(),
        };
        let proposal = Proposal {
            cid,
            author: event.author,
            at: event.at,
            depth: event.depth,
            policy,
            trial: it.trial,
            review_on: it.review_on,
            meeting,
            about,
            version,
            versions: 1,
            state: ProposalState::Open,
            carried: None,
            withdrawn: None,
        };
        self.lists.all.insert(key, Arc::new(proposal));
        if let Some((_, meeting)) = meeting {
            self.lists.of_meeting.insert((meeting, key), Arc::new(cid));
            step.acts_in = Some(meeting);
        }
        self.records.insert(cid, record);
        self.rules_with(cid, &it.effect);
        self.version += 1;
    }

    /// Notes that a version of a proposal would change how the room decides.
    fn rules_with(&mut self, proposal: Cid, effect: &Option<Effect>) {
        if matches!(effect, Some(Effect::Values(_))) {
            self.ruling.insert(proposal);
        }
    }

    fn new_version(
        &mut self,
        proposal: Cid,
        title: Arc<str>,
        words: &Cid,
        effect: &Option<Effect>,
        fix: Option<Cid>,
        step: &mut Step,
    ) -> Arc<Version> {
        let (key, cid, event) = (step.key(), step.entry.cid, step.event());
        let text = step.common.words.settle(words, Home { at: cid, by: step.ix });
        let version = Arc::new(Version {
            cid,
            proposal,
            author: event.author,
            at: event.at,
            depth: event.depth,
            title,
            words: state_of(text.as_ref()),
            text,
            effect: effect.clone(),
            fix,
        });
        self.said.insert(cid, Place::Version(proposal, key));
        self.lists.versions.insert((proposal, key), version.clone());
        version
    }

    fn amend(&mut self, it: &Amended, title: Arc<str>, effect: Option<Effect>, step: &mut Step) {
        let key = step.key();
        let is_of = |fix: &Cid| matches!(self.said.get(fix), Some(Place::Ballot(of, _)) if *of == it.proposal);
        let fix = it.fix.filter(is_of);
        self.new_version(it.proposal, title, &it.words, &effect, fix, step);
        self.rules_with(it.proposal, &effect);
        if let Some(record) = self.records.get_mut(&it.proposal) {
            record.versions.insert(key, (step.ix, effect));
        }
        self.show_latest(&it.proposal);
        self.acted(&it.proposal, step);
    }

    /// Shows the latest version with its proposal.
    fn show_latest(&mut self, proposal: &Cid) {
        let Some(record) = self.records.get(proposal) else { return };
        let (latest, versions) = (record.versions.last_key_value().map(|(key, _)| *key), record.versions.len());
        let version = latest.and_then(|key| self.lists.versions.get(&(*proposal, key)).cloned());
        let Some(version) = version else { return };
        self.change(proposal, |it| (it.version, it.versions) = (version, versions));
    }

    fn say(&mut self, person: NodeId, proposal: Cid, version: Key, stance: Ballot, elector: bool, step: &mut Step) {
        let (key, cid, event) = (step.key(), step.entry.cid, step.event());
        let Some(record) = self.records.get_mut(&proposal) else { return };
        let Some((version_ix, _)) = record.versions.get(&version) else { return };
        let said = Said { ix: step.ix, version: *version_ix, stance, elector };
        let chain = record.said.entry(person).or_default().entry(step.entry.chain).or_default();
        chain.push(said);
        record.order.push(step.ix);
        record.casters.entry(event.author).or_default().push(step.ix);
        record.chains.insert(step.entry.chain, step.entry.place);
        if !elector {
            record.weak = true;
            record.strangers.insert(person);
        }
        if elector && stance == Ballot::Object {
            record.objected.push((step.ix, person));
        }
        if let Body::BallotCast(it) = &event.body {
            let text = it.words.and_then(|it| step.common.words.settle_whole(&it, Home { at: cid, by: step.ix }));
            let (reason, fix) = text.as_deref().map(parts).unwrap_or_default();
            let cast = Cast {
                cid,
                proposal,
                node: person,
                author: event.author,
                at: event.at,
                depth: event.depth,
                version: version.1,
                stance,
                reason,
                fix,
                words: it.words.map(|_| state_of(text.as_ref())),
                counts: false,
                late: false,
            };
            self.said.insert(cid, Place::Ballot(proposal, key));
            self.lists.ballots.insert((proposal, key), Arc::new(cast));
        }
        if stance == Ballot::Object && !elector {
            self.watch(proposal, step.look, step.ix, Why::Foreign);
        }
        self.stale.entry(proposal).or_default().insert(person);
        self.version += 1;
        self.acted(&proposal, step);
    }

    fn close(&mut self, proposal: Cid, of: Key, held: Held, step: &mut Step) {
        let (key, cid, event, version) = (step.key(), step.entry.cid, step.event(), of.1);
        let Some(record) = self.records.get(&proposal) else { return };
        let (beside, from) = self.beside(record, step.ix, held.like, step.look);
        let is_tense = !record.tense.is_empty();
        let Held { quorum, sole, .. } = held;
        let (ix, met, is_watched) = (step.ix, is_tense.then_some(0), is_tense);
        let (vouched, strangers, stood) = Default::default();
        let closed = Closed { ix, version: of, quorum, sole, vouched, beside, from, met, is_watched, strangers, stood };
        let Some(record) = self.records.get_mut(&proposal) else { return };
        let people = self.stale.entry(proposal).or_default();
        // Where somebody was alone it counts what anybody objects.
        if sole {
            people.extend(record.said.keys().copied());
        }
        record.closings.insert(key, closed);
        record.latest.push(key);
        record.closed.entry(of).or_insert(key);
        if is_tense {
            self.watch(proposal, step.look, step.ix, Why::Closing);
        }
        let shown = Closing { cid, by: event.author, at: event.at, version, suspended: false };
        self.lists.closings.insert((proposal, key), Arc::new(shown));
        self.version += 1;
        self.acted(&proposal, step);
    }

    fn watch(&mut self, proposal: Cid, look: &Look, ix: Ix, why: Why) {
        let entry = look.entry(ix);
        let watched = Watched { place: entry.place, ix, proposal, why };
        let all = self.watched.entry(entry.chain).or_default();
        all.insert(all.partition_point(|it| it.place <= watched.place), watched);
    }

    /// What is done about a proposal of a meeting is done in the meeting.
    fn acted(&self, proposal: &Cid, step: &mut Step) {
        step.acts_in = self.get(proposal).and_then(|it| it.meeting).map(|(_, meeting)| meeting);
    }

    /// A proposal by name.
    pub(crate) fn get(&self, proposal: &Cid) -> Option<&Arc<Proposal>> {
        self.lists.all.get(&self.records.get(proposal)?.key)
    }

    /// Changes what is shown, keeping the `Arc` where nothing differs.
    fn change(&mut self, proposal: &Cid, change: impl FnOnce(&mut Proposal)) {
        let Some(key) = self.records.get(proposal).map(|it| it.key) else { return };
        self.version += u64::from(self.lists.all.change(&key, change));
    }

    fn change_ballot(&mut self, proposal: Cid, key: Key, change: impl FnOnce(&mut Cast)) {
        self.version += u64::from(self.lists.ballots.change(&(proposal, key), change));
    }

    fn change_version(&mut self, proposal: Cid, key: Key, change: impl FnOnce(&mut Version)) {
        if self.lists.versions.change(&(proposal, key), change) {
            self.version += 1;
            self.show_latest(&proposal);
        }
    }

    /// Its author has taken back the words of a version or of a ballot; what was said stands.
    fn take_words_back(&mut self, cid: &Cid) {
        match self.said.get(cid).copied() {
            Some(Place::Version(proposal, key)) => {
                self.change_version(proposal, key, |it| (it.words, it.text) = (WordsState::Retracted, None));
            }
            Some(Place::Ballot(proposal, key)) => self.change_ballot(proposal, key, |it| {
                if it.words.is_some() {
                    (it.words, it.reason, it.fix) = (Some(WordsState::Retracted), None, None);
                }
            }),
            None => {}
        }
    }

    /// Judges anew what has changed since it was last settled.
    pub(crate) fn settle(&mut self, log: &Log, persons: &Persons) {
        if !self.stale.is_empty() || !self.met.is_empty() {
            self.settle_stale(log, persons);
        }
    }

    #[inline(never)]
    fn settle_stale(&mut self, log: &Log, persons: &Persons) {
        let look = Look::new(log);
        let stale: Vec<Cid> = self.stale.keys().copied().collect();
        stale.iter().for_each(|proposal| self.vouch_for_closings(proposal));
        for (event, watched) in std::mem::take(&mut self.met) {
            if watched.why == Why::Closing {
                self.meet(event, &watched, &look);
                continue;
            }
            let people = self.stale.entry(watched.proposal).or_default();
            if watched.why == Why::Foreign {
                let author = look.entry(watched.ix).event.author;
                let proposal = self.records.get(&watched.proposal).map(|it| it.ix);
                people.extend(proposal.map(|it| home_at(it, author, &look, persons)));
                self.vouch(event, &watched, &look, persons);
            }
        }
        for (proposal, people) in std::mem::take(&mut self.stale) {
            self.show(&proposal, &people, &look, persons);
        }
    }
}

impl Fold {
    /// All decisions.
    pub fn decisions(&self) -> &DecisionLists {
        &self.capabilities.decisions.lists
    }

    /// A proposal by name.
    pub fn proposal(&self, proposal: &Cid) -> Option<&Arc<Proposal>> {
        self.capabilities.decisions.get(proposal)
    }

    /// What the room's rules are now, and by which decisions.
    pub fn rules(&self) -> &Rules {
        &self.capabilities.decisions.lists.rules
    }

    /// Who decides about a proposal, by all that is here.
    pub fn electorate(&self, log: &Log, proposal: &Cid) -> Option<Electorate> {
        let (decisions, look) = (&self.capabilities.decisions, Look::new(log));
        let record = decisions.records.get(proposal)?;
        let electors = decisions.electors(record, &View::All(&look), &self.capabilities.persons);
        let quorum = electors.quorum(record);
        Some(Electorate { electors: electors.homes(), quorum })
    }

    /// All proposals in their whole.
    pub(crate) fn proposals_whole(&self, log: &Log) -> Vec<ProposalWhole> {
        let lists = self.decisions();
        let whole = |it: &Arc<Proposal>| ProposalWhole {
            cid: it.cid,
            version: it.version.cid,
            title: it.version.title.clone(),
            text: it.version.text.clone(),
            policy: it.policy,
            state: it.state,
            ballots: lists.ballots_of(it.cid).map(|it| it.whole()).collect(),
            quorum: self.electorate(log, &it.cid).map_or(0, |it| it.quorum),
            review_on: it.review_on,
            about: it.about,
            carried: it.carried.as_ref().map(|it| it.version),
        };
        lists.all.iter().map(whole).collect()
    }
}
