//! What was decided and is looked at again: what keeps it, and what sets it back. Either is proposed and decided as anything else; here is only
//! what it would change.
//!
//! Of a rule that another decision has made what it is since, neither says anything: that one stands.

use super::{Changed, Decisions, Effect, Rule, Rules};
use crate::{Cid, Fold, NodeId, fold::step::Key};

impl Decisions {
    /// What had been decided about the room before something was.
    fn rules_before(&self, decided: &Key) -> Rules {
        let mut rules = Rules::default();
        for (_, proposal) in self.effects.range(..decided) {
            if let Some((_, effect)) = self.in_effect.get(proposal) {
                rules.change(effect, *proposal);
            }
        }
        rules
    }
}

impl Fold {
    /// What a decision changes in the room, as far as it still is what the room goes by; none, too, of a mandate: that is made use of, or not.
    pub fn kept(&self, proposal: &Cid) -> Option<Effect> {
        let (_, effect) = self.capabilities.decisions.in_effect.get(proposal)?;
        match effect {
            Effect::BehindNotice(node) | Effect::NoNotice(node) => {
                self.has_last_word(*node, proposal).then(|| effect.clone())
            }
            effect => self.as_in(self.rules(), proposal, effect),
        }
    }

    /// What sets that back to what the room went by before; none where nothing can.
    pub fn set_back(&self, proposal: &Cid) -> Option<Effect> {
        let decisions = &self.capabilities.decisions;
        let (decided, effect) = decisions.in_effect.get(proposal)?;
        match effect {
            Effect::BehindNotice(node) | Effect::NoNotice(node) => {
                let before = decisions.effects.range(..decided).rev().map(|(_, it)| it);
                let was_behind = decisions.on_notice(*node, before).is_some_and(|(_, is_behind)| is_behind);
                let back = if was_behind { Effect::BehindNotice(*node) } else { Effect::NoNotice(*node) };
                self.has_last_word(*node, proposal).then_some(back)
            }
            effect => self.as_in(&decisions.rules_before(decided), proposal, effect),
        }
    }

    /// Whether nothing else was decided since about what a node has written.
    fn has_last_word(&self, node: NodeId, proposal: &Cid) -> bool {
        let decisions = &self.capabilities.decisions;
        let last = decisions.on_notice(node, decisions.effects.values().rev());
        last.is_some_and(|(by, _)| by == *proposal)
    }

    /// Those rules that this decision has made what they are: what they are by others, or as the room was founded.
    fn as_in(&self, rules: &Rules, proposal: &Cid, effect: &Effect) -> Option<Effect> {
        let (now, founded) = (self.rules(), self.capabilities.founding.body.as_ref()?);
        match effect {
            Effect::Title(_) if is_by(&now.title, proposal) => {
                let title = rules.title.as_ref().map_or_else(|| founded.title.as_str(), |it| &it.is);
                title.try_into().ok().map(Effect::Title)
            }
            Effect::Purpose(_) if is_by(&now.purpose, proposal) => {
                let purpose = rules.purpose.as_ref().map_or_else(|| founded.purpose.as_str(), |it| &it.is);
                purpose.try_into().ok().map(Effect::Purpose)
            }
            Effect::Values(_) => {
                let is = rules.of(&founded.values);
                let changed = Changed {
                    policy: is_by(&now.policy, proposal).then_some(is.policy),
                    quorum: is_by(&now.quorum, proposal).then_some(is.quorum),
                    quorum_cap: within(is_by(&now.quorum_cap, proposal), is.quorum_cap),
                    grace: within(is_by(&now.grace, proposal), is.grace),
                    prompts: prompts(rules, is_by(&now.prompts, proposal)),
                };
                (changed != Changed::default()).then_some(Effect::Values(changed))
            }
            _ => None,
        }
    }
}

fn is_by<T>(rule: &Option<Rule<T>>, proposal: &Cid) -> bool {
    rule.as_ref().is_some_and(|it| it.by == *proposal)
}

/// A number, if it is one that a decision can say: a founding says others, too.
fn within<T: TryFrom<u64>>(asked: bool, is: impl Into<u64>) -> Option<T> {
    T::try_from(is.into()).ok().filter(|_| asked)
}

/// What each is asked; a decision cannot say that it is nothing.
fn prompts(rules: &Rules, asked: bool) -> super::RoomPrompts {
    let said = rules.prompts.as_ref().filter(|_| asked).map(|it| it.is.as_slice()).unwrap_or_default();
    let titles: Vec<_> = said.iter().filter_map(|it| it.as_str().try_into().ok()).collect();
    titles.try_into().unwrap_or_default()
}
