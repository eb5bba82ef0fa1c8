//! What decisions change: the room's rules, as a view has decided them.

use std::collections::{BTreeMap, BTreeSet};

use paceline_room::{
    Body, NodeId,
    body::{FormValues, RoomFounded, decisions::Effect},
};

use super::{Oracle, View};

/// What the room's rules are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRules {
    pub title: String,
    pub purpose: String,
    pub values: FormValues,
    /// Whose posts stand behind a notice.
    pub notices: BTreeSet<NodeId>,
}

impl Oracle {
    /// What a version changes, an amendment as the version before unless it says otherwise.
    fn effect(&self, version: usize) -> Option<Effect> {
        match self.body(version) {
            Body::Proposed(it) => it.effect.clone(),
            Body::Amended(it) => it.effect.clone().or_else(|| {
                let proposal = self.is_version_of(version)?;
                self.effect(*self.versions(proposal, &self.past[version]).last()?)
            }),
            _ => None,
        }
    }

    /// The effects that stand in a view, in order.
    fn effects(&self, view: &View) -> Vec<(usize, Effect)> {
        let proposals = view.iter().copied().filter(|it| self.is_proposal(*it));
        let carried = proposals.filter_map(|it| self.carried(it, view));
        let effects = carried.filter_map(|(version, closing)| Some((closing, self.effect(version)?)));
        let in_order: BTreeMap<usize, Effect> = effects.collect();
        in_order.into_iter().collect()
    }

    /// The room's rules as a view has decided them.
    pub fn room(&self, view: &View) -> RoomRules {
        let Body::RoomFounded(founded) = self.body(0) else { panic!("a room is founded first") };
        let RoomFounded { title, purpose, values, .. } = founded;
        let mut room = RoomRules {
            title: title.to_string(),
            purpose: purpose.to_string(),
            values: values.clone(),
            notices: BTreeSet::new(),
        };
        for (_, effect) in self.effects(view) {
            match effect {
                Effect::Title(it) => room.title = it.to_string(),
                Effect::Purpose(it) => room.purpose = it.to_string(),
                Effect::Values(it) => {
                    let values = &mut room.values;
                    values.policy = it.policy.unwrap_or(values.policy);
                    values.quorum = it.quorum.unwrap_or(values.quorum);
                    values.quorum_cap = it.quorum_cap.map_or(values.quorum_cap, |it| u16::try_from(it.get()).unwrap());
                    values.grace = it.grace.map_or(values.grace, |it| u32::try_from(it.get()).unwrap());
                }
                Effect::BehindNotice(it) => _ = room.notices.insert(it),
                Effect::NoNotice(it) => _ = room.notices.remove(&it),
                Effect::Version(_) | Effect::HandBaton(_) | Effect::CloseBaton(_) => {}
            }
        }
        room
    }

    pub(super) fn room_before(&self, proposal: usize) -> RoomRules {
        self.decided.or(proposal, || self.room(&self.past[proposal]))
    }
}
