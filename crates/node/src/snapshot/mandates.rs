//! What decisions let somebody do with batons, as long as nobody has done it.

use std::rc::Rc;

use paceline_mesh::Replica;
use paceline_room::{
    Body, Cid, NodeId,
    body::{BatonAccepted, BatonClosed, BatonReclaimed, decisions::Effect},
    fold::Lists,
    state::{Proposal, ProposalState},
};

use super::{before::Before, when::same};

/// So many at most: those of the newest decisions.
const SHOWN: usize = 16;
/// Of so many proposals, the newest.
const LOOKED_AT: usize = 256;

/// What a decision lets somebody do with a baton.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// The baton.
    pub baton: Cid,
    /// The proposal.
    pub proposal: Cid,
    /// What is to be cited.
    pub closing: Cid,
    /// What, and who may.
    pub lets: Lets,
}

/// What is let be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lets {
    /// This node takes it over.
    Lead(NodeId),
    /// Anybody ends it.
    Close,
    /// This node, whom the decision displaced, takes it back: what was decided does not stand any more.
    Back(NodeId),
}

/// Those of now: looked at anew when something was decided, or a baton moved; and while there are any when anything came. It is asked of the
/// judge, as if who may had seen what is here.
pub(super) fn mandates(before: Before<Mandate>, replica: &Replica, lists: &Lists, me: NodeId) -> Rc<[Mandate]> {
    let is_same = before.lists.decisions == lists.decisions && before.lists.batons == lists.batons;
    if before.events == replica.log().len() || (is_same && before.shown.is_empty()) {
        return before.shown.clone();
    }
    let newest = lists.decisions.all.iter().rev().take(LOOKED_AT);
    same(before.shown, newest.filter_map(|it| mandate(it, replica, lists, me)).take(SHOWN).collect())
}

fn mandate(it: &Proposal, replica: &Replica, lists: &Lists, me: NodeId) -> Option<Mandate> {
    let decisions = &lists.decisions;
    let (version, closing) = match (&it.carried, it.state) {
        (Some(carried), ProposalState::Carried) => (carried.version, carried.closing),
        (_, ProposalState::Suspended) => decisions.closings_of(it.cid).last().map(|it| (it.version, it.cid))?,
        _ => return None,
    };
    let effect = decisions.versions_of(it.cid).find(|it| it.cid == version)?.effect.clone()?;
    let (Effect::CloseBaton(baton) | Effect::HandBaton(paceline_room::body::Handing { baton, .. })) = &effect else {
        return None;
    };
    let (baton, fold) = (*baton, replica.fold());
    let shown = fold.baton(&baton)?;
    let tip = shown.tip;
    let (lets, who, body): (_, _, Body) = match (effect, it.state) {
        (Effect::HandBaton(to), ProposalState::Carried) => {
            let is_lead = shown.holder == Some(to.to);
            let accepted = BatonAccepted { baton, tip, by: closing };
            (Some(Lets::Lead(to.to)).filter(|_| !is_lead), to.to, accepted.into())
        }
        (Effect::CloseBaton(_), ProposalState::Carried) => {
            (Some(Lets::Close), me, BatonClosed { baton, tip, outcome: Default::default(), by: Some(closing) }.into())
        }
        _ => {
            let by = shown.mandate?;
            let displaced = shown.displaced.filter(|_| decisions.closings_of(it.cid).any(|it| it.cid == by))?;
            let tips = vec![tip].try_into().ok()?;
            (Some(Lets::Back(displaced)), displaced, BatonReclaimed { baton, tips }.into())
        }
    };
    fold.judge(replica.log(), who, &body).ok()?;
    Some(Mandate { baton, proposal: it.cid, closing, lets: lets? })
}
