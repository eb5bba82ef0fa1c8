//! Proposals in the stream, where they can be answered outside of any meeting, and the moments at which something was decided.

use std::sync::Arc;

use paceline_room::{
    Cid,
    fold::Key,
    state::{Proposal, ProposalState},
};
use yew::prelude::*;

use super::super::card::{Around, Kind, Moment};
use crate::{
    components::{decision::ProposalView, disc::disc_of, doubtful::doubtful},
    people,
    texts::{changing, t},
    when,
};

/// The cards of proposals in the stream.
pub const CARDS: Kind = Kind {
    changed: |before, now| {
        let changed = now.decisions.all.since(&before.decisions.all);
        let was = changed.iter().filter_map(|it| it.before).flat_map(moments).map(|(key, _)| (key, None));
        let is = changed.iter().filter_map(|it| it.now).flat_map(moments).map(|(key, it)| (key, Some(it)));
        was.chain(is).collect()
    },
};

/// That it was proposed, and that it was decided.
fn moments(it: &Arc<Proposal>) -> impl Iterator<Item = (Key, Moment)> + use<> {
    let proposed = it.clone();
    let first: Moment = Box::new(move |around| match proposed.state {
        // What is over is told in a line: all of it stands among what was agreed.
        ProposalState::Open | ProposalState::Suspended => card(around, &proposed),
        // Where this page is older than the room, this is what it can be brought back by.
        ProposalState::Carried if around.decisions.newer && around.decisions.raises(&proposed) => {
            card(around, &proposed)
        }
        ProposalState::Carried | ProposalState::Withdrawn => {
            let told = |name: &str| t!("road-proposed", name = name.to_owned(), title = title(&proposed));
            line(around, proposed.key(), proposed.author, proposed.at, told)
        }
    });
    let decided = it.clone();
    let last = it.carried.as_ref().map(|carried| {
        let (key, by, at) = ((carried.depth, carried.closing), carried.by, carried.at);
        let draw: Moment = Box::new(move |around| {
            line(around, key, by, at, |name| t!("road-decided", name = name.to_owned(), title = title(&decided)))
        });
        (key, draw)
    });
    std::iter::once((it.key(), first)).chain(last)
}

fn card(around: &Around, it: &Arc<Proposal>) -> Html {
    html! { <div class="card" key={it.cid.to_string()}><ProposalView all={around.decisions.clone()} proposal={it.clone()} /></div> }
}

fn title(it: &Proposal) -> String {
    people::titled(&it.version.title).to_string()
}

fn line(
    around: &Around,
    (depth, event): (u64, Cid),
    by: paceline_room::NodeId,
    at: u64,
    told: impl Fn(&str) -> String,
) -> Html {
    let (person, name, here) = around.person(&by);
    html! {
        <p class="handoff" key={event.to_string()} data-testid="decision-line">
            { disc_of(&person, &name, here, false) }
            <span>{ changing(told(&name)) }</span>
            <time datetime={when::iso(at)}>{ when::clock(at) }</time>
            if around.is_doubtful(depth, event) { { doubtful() } }
        </p>
    }
}
