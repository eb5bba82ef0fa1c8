//! What else decisions have made of the room: what stands behind a notice, and who may take over or end which role, with the decision that says so.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid, NodeId,
    body::{Handing, decisions::Effect},
    state::{Baton, BatonState, Proposal, ProposalState, TermBy},
};
use yew::prelude::*;

use super::decided::told;
use crate::{
    components::more::{WITHIN, Which, use_shown},
    people,
    session::{Lets, RoomView},
    texts::{changing, t},
};

/// The lists.
const NOTICES: Which = ("notices", None);
const MANDATES: Which = ("mandates", None);
/// Of so many proposals, the newest, it is looked for what they let somebody do.
const LOOKED_AT: usize = 256;

/// What has become of what a decision lets somebody do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// It can be done.
    Open,
    /// It was done.
    Used,
    /// It was not, and cannot be any more.
    Over,
    /// What was decided does not stand any more: whom it displaced may take it back.
    Back(NodeId),
}

impl Stands {
    /// As in `data-state`.
    const fn value(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Used => "used",
            Self::Over => "over",
            Self::Back(_) => "back",
        }
    }
}

/// What a decision lets somebody do with a role.
struct Mandate {
    proposal: Cid,
    baton: Arc<Baton>,
    /// Who leads then; none: anybody ends it.
    to: Option<NodeId>,
    stands: Stands,
}

/// Properties of [`Notices`] and [`Mandates`].
#[derive(PartialEq, Properties)]
pub struct StandingProps {
    /// The room.
    pub room: Rc<RoomView>,
}

/// Draws whose words stand behind a notice.
#[component]
pub fn Notices(props: &StandingProps) -> Html {
    let (room, much) = (&props.room, use_shown());
    let all = &room.decisions.notices;
    if all.is_empty() {
        return html! {};
    }
    let row = |(node, by): (&NodeId, &Arc<Cid>)| {
        let words = t!("changes-notice", name = people::name_in(&room.people, node));
        html! {
            <li key={node.to_string()} data-testid="rule-notice" data-node={node.to_string()}>
                <span>{ changing(words) }</span><span class="hint">{ changing(told(room, **by)) }</span>
            </li>
        }
    };
    html! {
        <>
            <h4>{ t!("rules-notices") }</h4>
            <ul class="plain-list standing">{ for all.entries().take(much.of(NOTICES, WITHIN)).map(row) }</ul>
            { much.more(NOTICES, WITHIN, all.len()) }
        </>
    }
}

/// Draws who may take over or end what.
#[component]
pub fn Mandates(props: &StandingProps) -> Html {
    let (room, much) = (&props.room, use_shown());
    let newest = room.decisions.all.iter().rev().take(LOOKED_AT);
    let all: Vec<Mandate> = newest.filter_map(|it| mandate(room, it)).collect();
    if all.is_empty() {
        return html! {};
    }
    let row = |it: &Mandate| {
        html! {
            <li key={it.proposal.to_string()} data-testid="rule-mandate" data-cid={it.baton.cid.to_string()} data-state={it.stands.value()}>
                <strong dir="auto">{ changing(people::titled(&it.baton.title)) }</strong>
                <span>{ changing(words(room, it)) }</span><span class="hint">{ changing(told(room, it.proposal)) }</span>
            </li>
        }
    };
    html! {
        <>
            <h4>{ t!("rules-mandates") }</h4>
            <ul class="plain-list standing">{ for all.iter().take(much.of(MANDATES, WITHIN)).map(row) }</ul>
            { much.more(MANDATES, WITHIN, all.len()) }
        </>
    }
}

fn words(room: &RoomView, it: &Mandate) -> String {
    let name = |node: &NodeId| people::name_in(&room.people, node);
    match (it.stands, &it.to) {
        (Stands::Back(before), _) => t!("mandate-back", name = name(&before)),
        (Stands::Open, Some(to)) => t!("mandate-may-take", name = name(to)),
        (Stands::Used, Some(to)) => t!("mandate-took", name = name(to)),
        (Stands::Over, Some(to)) => t!("mandate-not-taken", name = name(to)),
        (Stands::Open, None) => t!("mandate-may-end"),
        (Stands::Used, None) => t!("mandate-ended"),
        (Stands::Over, None) => t!("mandate-not-ended"),
    }
}

/// What a proposal lets somebody do, if it was decided; the room says whether it can be done.
fn mandate(room: &RoomView, it: &Proposal) -> Option<Mandate> {
    let open = room.mandates.iter().find(|mandate| mandate.proposal == it.cid);
    let version = match (&it.carried, it.state) {
        (Some(carried), ProposalState::Carried) => carried.version,
        // What does not stand any more is told as long as something follows from that.
        _ => open.and_then(|_| room.decisions.closings_of(it.cid).last()).map(|it| it.version)?,
    };
    let version = room.decisions.versions_of(it.cid).find(|it| it.cid == version)?;
    let (baton, to) = match version.effect.as_ref()? {
        Effect::HandBaton(Handing { baton, to }) => (baton, Some(*to)),
        Effect::CloseBaton(baton) => (baton, None),
        _ => return None,
    };
    let baton = room.batons.iter().find(|it| it.cid == *baton)?.clone();
    let stands = match open.map(|it| it.lets) {
        Some(Lets::Back(before)) => Stands::Back(before),
        Some(Lets::Lead(_) | Lets::Close) => Stands::Open,
        None if is_used(it, &baton, to) => Stands::Used,
        None => Stands::Over,
    };
    Some(Mandate { proposal: it.cid, baton, to, stands })
}

/// Whether it was done: of a role that was to be ended it suffices that it is.
fn is_used(it: &Proposal, baton: &Baton, to: Option<NodeId>) -> bool {
    let since = it.carried.as_ref().map_or(0, |it| it.depth);
    match to {
        Some(to) => baton.terms.iter().any(|it| it.by == TermBy::Decision && it.holder == to && it.depth > since),
        None => baton.state == BatonState::Closed,
    }
}
