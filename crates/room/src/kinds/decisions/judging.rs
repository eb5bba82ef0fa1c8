//! What counts about decisions, by each event's own past.

use super::{
    Amended, Ballot, BallotCast, DecisionClosed, Decisions, Fact, Place, ProposalWithdrawn, Proposed, Record, Terms,
    electors::home, outcome::View,
};
use crate::{
    Body, Cid,
    fold::{
        IgnoredReason,
        past::Past,
        step::{Key, Step},
        subjects::Owner,
    },
    kinds::{Kind, Policy},
    log::Entry,
};

fn of<'a>(past: &Past<'a>) -> &'a Decisions {
    &past.fold.capabilities.decisions
}

/// A proposal in the past.
fn record<'a>(past: &Past<'a>, proposal: &Cid) -> Result<&'a Record, IgnoredReason> {
    let record = of(past).records.get(proposal).filter(|it| past.has(it.ix));
    record.ok_or(IgnoredReason::TargetNotSeen)
}

/// A version of it in the past.
fn version(past: &Past, proposal: &Cid, version: &Cid) -> Result<Key, IgnoredReason> {
    past.seen(version).ok_or(IgnoredReason::TargetNotSeen)?;
    match of(past).said.get(version) {
        Some(Place::Version(of, key)) if of == proposal => Ok(*key),
        _ => Err(IgnoredReason::TargetNotSeen),
    }
}

impl Kind for Proposed {
    type Of = Decisions;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let persons = &past.fold.capabilities.persons;
        let rules = of(past).rules_in(past);
        let policy = self.policy.unwrap_or(rules.policy);
        if policy < rules.policy {
            return Err(IgnoredReason::LooserPolicy);
        }
        if policy == Policy::Advice && self.effect.is_some() {
            return Err(IgnoredReason::OnlyAdvice);
        }
        let meeting = self.meeting.and_then(|it| past.seen(&it)).map(|ix| past.look.entry(ix));
        let meeting = meeting.filter(|it| matches!(it.event.body, Body::MeetingOpened(_)));
        let comes_from = |owner: Owner| matches!(owner, Owner::Posts | Owner::Decisions);
        let about = self.about.filter(|it| past.subject(it).is_some_and(|it| comes_from(it.owner)));
        Ok(Fact::Proposed(Box::new(Terms {
            proposer: persons.home_in(past.author, past),
            policy,
            share: rules.share,
            cap: rules.cap,
            meeting: meeting.map(Entry::key),
            about,
        })))
    }

    fn taken_back(&self, decisions: &mut Decisions, entry: &Entry, _: &mut Step) {
        decisions.take_words_back(&entry.cid);
    }
}

impl Kind for Amended {
    type Of = Decisions;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let record = record(past, &self.proposal)?;
        if !past.is_author(past.look.entry(record.ix).event.author) {
            return Err(IgnoredReason::NotAuthor);
        }
        if record.policy == Policy::Advice && self.effect.is_some() {
            return Err(IgnoredReason::OnlyAdvice);
        }
        // What it does not say is as in the latest version that it has seen.
        let before = record.versions.iter().rev().find(|(_, (ix, _))| past.has(*ix));
        let (key, (_, effect)) = before.ok_or(IgnoredReason::TargetNotSeen)?;
        let before = of(past).lists.versions.get(&(self.proposal, *key));
        let title = match self.title.is_empty() {
            true => before.map(|it| it.title.clone()).unwrap_or_else(|| "".into()),
            false => self.title.as_str().into(),
        };
        Ok(Fact::Amended(title, self.effect.clone().or_else(|| effect.clone())))
    }

    fn taken_back(&self, decisions: &mut Decisions, entry: &Entry, _: &mut Step) {
        decisions.take_words_back(&entry.cid);
    }
}

/// Somebody says something to a version.
fn said(past: &Past, proposal: Cid, version: Key, stance: Ballot) -> Result<Fact, IgnoredReason> {
    let (record, persons) = (record(past, &proposal)?, &past.fold.capabilities.persons);
    let person = home(record, past.author, past.look, persons);
    let elector = of(past).is_elector(record, past.author, &View::Past(past), persons);
    Ok(Fact::Said { person, proposal, version, stance, elector })
}

impl Kind for BallotCast {
    type Of = Decisions;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        record(past, &self.proposal)?;
        let version = version(past, &self.proposal, &self.version)?;
        said(past, self.proposal, version, self.stance)
    }

    fn taken_back(&self, decisions: &mut Decisions, entry: &Entry, _: &mut Step) {
        decisions.take_words_back(&entry.cid);
    }
}

impl Kind for ProposalWithdrawn {
    type Of = Decisions;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let record = record(past, &self.proposal)?;
        if !past.is_author(past.look.entry(record.ix).event.author) {
            return Err(IgnoredReason::NotAuthor);
        }
        let (key, proposer) = (record.key, record.proposer);
        Ok(Fact::Said {
            person: proposer,
            proposal: self.proposal,
            version: key,
            stance: Ballot::Object,
            elector: true,
        })
    }
}

impl Kind for DecisionClosed {
    type Of = Decisions;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let record = record(past, &self.proposal)?;
        let version = version(past, &self.proposal, &self.version)?;
        let held = of(past).holds(record, &version, past).ok_or(IgnoredReason::NotDecided)?;
        Ok(Fact::Closed { version, held })
    }
}
