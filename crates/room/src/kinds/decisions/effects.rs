//! What decisions change: the room's own rules, and who may take over what.
//!
//! Nothing else changes any of this. What is carried has effect from the first closing of it that stands; in that order, and the later wins.
//! Of one proposal only its latest version that is carried has any.

use std::{ops::Bound, sync::Arc};

use serde::Serialize;

use super::{Changed, Decisions, Effect, outcome::View, state::FIRST};
use crate::{
    Body, Cid, Ix, NodeId,
    cost::{BTreeMap, BTreeSet},
    fold::{past::Past, step::Key},
    kinds::{FormValues, Policy},
};

/// A rule of the room, and the proposal that made it what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule<T> {
    /// What it is.
    pub is: T,
    /// Since this was carried.
    pub by: Cid,
}

/// Rules that a decision has changed; of what is left out the founding has its say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// What the room is called.
    pub title: Option<Rule<Arc<str>>>,
    /// What it is for.
    pub purpose: Option<Rule<Arc<str>>>,
    /// How it decides.
    pub policy: Option<Rule<Policy>>,
    /// Share of the electors that must have balloted, in per cent.
    pub quorum: Option<Rule<u64>>,
    /// The most ballots a quorum may ask for.
    pub quorum_cap: Option<Rule<u64>>,
    /// Silence after which somebody may take over, in seconds.
    pub grace: Option<Rule<u64>>,
    /// What each is asked to say.
    pub prompts: Option<Rule<Vec<String>>>,
}

/// How a room decides, at some time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deciding {
    pub(super) policy: Policy,
    pub(super) share: u64,
    pub(super) cap: u64,
}

impl Deciding {
    fn founded(values: Option<&FormValues>) -> Self {
        let Some(it) = values else { return Self { policy: Policy::Consent, share: 50, cap: u64::from(u16::MAX) } };
        Self { policy: it.policy, share: it.quorum.get(), cap: u64::from(it.quorum_cap) }
    }

    fn change(&mut self, to: &Changed) {
        self.policy = to.policy.unwrap_or(self.policy);
        self.share = to.quorum.map_or(self.share, |it| it.get());
        self.cap = to.quorum_cap.map_or(self.cap, |it| it.get());
    }
}

impl Rules {
    pub(super) fn change(&mut self, effect: &Effect, by: Cid) {
        match effect {
            Effect::Title(it) => self.title = Some(Rule { is: it.as_str().into(), by }),
            Effect::Purpose(it) => self.purpose = Some(Rule { is: it.as_str().into(), by }),
            Effect::Values(it) => {
                put(&mut self.policy, it.policy, by);
                put(&mut self.quorum, it.quorum.map(|it| it.get()), by);
                put(&mut self.quorum_cap, it.quorum_cap.map(|it| it.get()), by);
                put(&mut self.grace, it.grace.map(|it| it.get()), by);
                let prompts = (!it.prompts.is_empty()).then(|| it.prompts.clone().into_strings());
                put(&mut self.prompts, prompts, by);
            }
            Effect::BehindNotice(_)
            | Effect::NoNotice(_)
            | Effect::Version(_)
            | Effect::HandBaton(_)
            | Effect::CloseBaton(_) => {}
        }
    }

    /// What the founding said, as it was changed.
    pub(crate) fn of(&self, founded: &FormValues) -> FormValues {
        let mut values = founded.clone();
        if let Some(it) = &self.policy {
            values.policy = it.is;
        }
        if let Some(it) = self.quorum.as_ref().and_then(|it| it.is.try_into().ok()) {
            values.quorum = it;
        }
        if let Some(it) = self.quorum_cap.as_ref().and_then(|it| u16::try_from(it.is).ok()) {
            values.quorum_cap = it;
        }
        if let Some(it) = self.grace.as_ref().and_then(|it| u32::try_from(it.is).ok()) {
            values.grace = it;
        }
        values
    }
}

/// Decisions in effect for a version of the fold, by that.
#[derive(Debug, Clone, Default)]
pub(crate) struct Raising {
    by: BTreeMap<u64, BTreeSet<Key>>,
    /// Rises whenever they change.
    pub(crate) version: u64,
}

impl Raising {
    fn change(&mut self, effect: &Effect, change: impl FnOnce(&mut BTreeSet<Key>)) {
        if let Effect::Version(to) = effect {
            change(self.by.entry(to.get()).or_default());
            self.version += 1;
        }
    }

    /// The first for that version after what took effect by another.
    fn first(&self, to: u32, after: Key) -> Option<Key> {
        self.by.get(&u64::from(to))?.range((Bound::Excluded(after), Bound::Unbounded)).next().copied()
    }
}

fn put<T>(rule: &mut Option<Rule<T>>, is: Option<T>, by: Cid) {
    if let Some(is) = is {
        *rule = Some(Rule { is, by });
    }
}

impl Decisions {
    /// How the room decides for who writes now.
    pub(super) fn rules_in(&self, past: &Past) -> Deciding {
        let (founding, persons) = (&past.fold.capabilities.founding, &past.fold.capabilities.persons);
        let mut deciding = Deciding::founded(founding.body.as_ref().map(|it| &it.values));
        let (view, mut changes) = (View::Past(past), BTreeMap::new());
        for proposal in &self.ruling {
            let Some(record) = self.records.get(proposal).filter(|it| past.has(it.ix)) else { continue };
            let Some((version, closing)) = self.carried(record, &view, persons) else { continue };
            if let Some((_, Some(Effect::Values(changed)))) = record.versions.get(&version) {
                changes.insert(closing, changed);
            }
        }
        changes.values().for_each(|it| deciding.change(it));
        deciding
    }

    /// What a proposal has as its effect now, from that closing on.
    pub(super) fn take_effect(&mut self, proposal: &Cid, effect: Option<(Key, Effect)>) {
        let before = self.in_effect.get(proposal).cloned();
        if before == effect {
            return;
        }
        if let Some((key, effect)) = &before {
            self.effects.remove(key);
            self.in_effect.remove(proposal);
            self.raising.change(effect, |it| _ = it.remove(key));
        }
        if let Some((key, effect)) = &effect {
            self.effects.insert(*key, *proposal);
            self.raising.change(effect, |it| _ = it.insert(*key));
            self.in_effect.insert(*proposal, (*key, effect.clone()));
        }
        let is_rule = |it: &Option<(Key, Effect)>| {
            matches!(it, Some((_, Effect::Title(_) | Effect::Purpose(_) | Effect::Values(_))))
        };
        if is_rule(&before) || is_rule(&effect) {
            self.show_rules();
        }
        let node = |it: Option<(Key, Effect)>| match it {
            Some((_, Effect::BehindNotice(node) | Effect::NoNotice(node))) => Some(node),
            _ => None,
        };
        [node(before), node(effect)].into_iter().flatten().for_each(|it| self.show_notice(it));
    }

    fn show_rules(&mut self) {
        let mut rules = Rules::default();
        for proposal in self.effects.values() {
            if let Some((_, effect)) = self.in_effect.get(proposal) {
                rules.change(effect, *proposal);
            }
        }
        if *self.lists.rules != rules {
            self.lists.rules = Arc::new(rules);
            self.version += 1;
        }
    }

    /// Those in effect by which a room goes on from one version up to another, each one above that before it in the order in which they take
    /// effect: their proposals, and the closings by which they do.
    pub(crate) fn raised(&self, from: u32, up_to: u32) -> Vec<(u32, Cid, Key)> {
        let (mut all, mut last) = (Vec::new(), FIRST);
        for to in from.saturating_add(1)..=up_to {
            let Some(key) = self.raising.first(to, last) else { break };
            let Some(proposal) = self.effects.get(&key) else { break };
            all.push((to, *proposal, key));
            last = key;
        }
        all
    }

    /// Whether this says something to a proposal of which some version would raise the room: it can keep that from being so.
    pub(crate) fn is_about_raise(&self, body: &Body) -> bool {
        let proposal = match body {
            Body::BallotCast(it) => it.proposal,
            Body::ProposalWithdrawn(it) => it.proposal,
            Body::DecisionClosed(it) => it.proposal,
            _ => return false,
        };
        let raises = |(_, effect): &(Ix, Option<Effect>)| matches!(effect, Some(Effect::Version(_)));
        self.records.get(&proposal).is_some_and(|it| it.versions.values().any(raises))
    }

    /// Whether what a node has written stands behind a notice.
    fn show_notice(&mut self, node: NodeId) {
        match self.on_notice(node, self.effects.values().rev()) {
            Some((by, true)) => self.lists.notices.insert(node, Arc::new(by)),
            _ => _ = self.lists.notices.remove(&node),
        }
        self.version += 1;
    }

    /// By which of these what a node has written stands behind a notice, or does no longer: the first that says it.
    pub(super) fn on_notice<'a>(
        &self,
        node: NodeId,
        mut proposals: impl Iterator<Item = &'a Cid>,
    ) -> Option<(Cid, bool)> {
        proposals.find_map(|proposal| match self.in_effect.get(proposal) {
            Some((_, Effect::BehindNotice(it))) if *it == node => Some((*proposal, true)),
            Some((_, Effect::NoNotice(it))) if *it == node => Some((*proposal, false)),
            _ => None,
        })
    }
}
