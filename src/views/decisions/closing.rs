//! Who decides, once all have answered: the tab of who answered last, and if that is gone, after a moment, another. Nobody presses anything.

use gloo::timers::callback::Timeout;
use paceline_room::{
    Cid, NodeId,
    state::{Proposal, ProposalState},
};
use yew::prelude::*;

use crate::{
    components::{decision::Decisions, undo::Undo},
    hooks::use_commands,
    people,
    session::Here,
    texts::t,
};

/// So much longer the next one waits, in milliseconds: that suffices where anybody is there, and if not, two who close are one decision.
const NEXT_MS: u32 = 2_000;
/// So many wait for each other at most.
const MOST: usize = 5;
/// So many proposals are looked at, the newest.
const LOOKED_AT: usize = 256;

/// Properties of [`Closing`].
#[derive(PartialEq, Properties)]
pub struct ClosingProps {
    /// All.
    pub all: Decisions,
}

/// Decides what all have answered, and says what was decided.
#[component]
pub fn Closing(props: &ClosingProps) -> Html {
    let all = &props.all;
    let newest = || all.lists.all.iter().rev().take(LOOKED_AT);
    let open = newest().filter(|it| all.poll(&it.cid).is_some_and(|it| it.holds));
    let ready = open.filter(|it| !all.newer && all.missing(it).is_empty());
    let closes = ready.map(|it| {
        let wait = u32::try_from(turn(all, it)).unwrap_or(u32::MAX).saturating_mul(NEXT_MS);
        html! { <Close key={it.version.cid.to_string()} proposal={it.cid} {wait} /> }
    });
    let decided = newest().filter(|it| it.state == ProposalState::Carried);
    let last = decided.filter_map(|it| Some((it, it.carried.as_ref()?))).max_by_key(|(_, it)| (it.depth, it.closing));
    let text = last.map(|(it, carried)| {
        t!("decided-by", title = people::titled(&it.version.title), name = all.called(carried.by))
    });
    let of = last.map(|(_, it)| AttrValue::from(it.closing.to_string()));
    html! {
        <div class="decides">
            <div>{ for closes }</div>
            <Undo {of} text={text.unwrap_or_default()} undo={Callback::noop()} told_only={true} />
        </div>
    }
}

/// How many come before the person here: none before who answered last, then those who are here and decide, in one order everywhere.
fn turn(all: &Decisions, proposal: &Proposal) -> usize {
    let last = all.lists.ballots_of(proposal.cid).filter(|it| it.counts).last().map(|it| it.author);
    if last == Some(all.me) {
        return 0;
    }
    let is_here = |it: &NodeId| all.people.find(it).is_some_and(|it| it.here == Here::Here);
    let electors = all.poll(&proposal.cid).map(|it| it.electors.as_slice()).unwrap_or_default();
    let before = electors.iter().filter(|it| is_here(it) && Some(**it) != last && **it < all.me);
    1 + before.take(MOST).count()
}

#[derive(PartialEq, Properties)]
struct CloseProps {
    proposal: Cid,
    wait: u32,
}

/// Decides after a while, unless it was decided meanwhile: then this is not drawn any more.
#[component]
fn Close(props: &CloseProps) -> Html {
    let CloseProps { proposal, wait } = *props;
    let commands = use_commands(format!("close {proposal}"));
    use_effect_with((proposal, wait), move |_| {
        let timeout = Timeout::new(wait, move || commands.run(|session| async move { session.decide(proposal).await }));
        move || drop(timeout)
    });
    html! {}
}
