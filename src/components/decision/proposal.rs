//! One proposal: what it says, where it stands, what was said to it, and what the person here can do.

use std::sync::Arc;

use paceline_room::{
    Cid,
    body::decisions::Command,
    state::{Proposal, ProposalState},
};
use yew::prelude::*;

use super::{
    Decisions,
    amend::{AMEND, AmendProps, take_up},
    ballots::{BallotBox, Ballots},
    close::Close,
    review::Reviewed,
    text::Text,
    value,
};
use crate::{
    components::{more::names, opened::opened},
    hooks::{use_commands, use_draft},
    people,
    session::Place,
    texts::{changing, t},
    when,
};

/// Properties of [`ProposalView`].
#[derive(Clone, PartialEq, Properties)]
pub struct ProposalViewProps {
    /// All.
    pub all: Decisions,
    /// The proposal.
    pub proposal: Arc<Proposal>,
    /// Whether it is time to answer: before that questions are asked.
    #[prop_or(true)]
    pub asks: bool,
    /// The next press may stand in it.
    #[prop_or_default]
    pub primary: bool,
}

/// Draws it.
#[component]
pub fn ProposalView(props: &ProposalViewProps) -> Html {
    let ProposalViewProps { all, proposal, asks, primary } = props;
    let cid = proposal.cid;
    let drafting = use_draft(Place::Amendment(cid));
    let changes = use_state(|| !drafting.draft.is_empty());
    let mine = proposal.author == all.me && !all.newer && proposal.state != ProposalState::Withdrawn;
    let set = |to: bool| {
        let changes = changes.setter();
        Callback::from(move |()| changes.set(to))
    };
    let says = !use_draft(Place::Ballot(cid)).draft.is_empty();
    let is_open = all.poll(&cid).is_some();
    let on_fix = (mine && is_open).then(|| {
        let (all, proposal, drafting, open) = (all.clone(), proposal.clone(), drafting.clone(), set(true));
        Callback::from(move |ballot: Cid| {
            let cast = all.lists.ballots_of(cid).find(|it| it.cid == ballot);
            let Some(fix) = cast.and_then(|it| it.fix.clone()) else { return };
            take_up(&drafting, proposal.version.text.as_deref().unwrap_or_default(), ballot.to_string(), &fix);
            open.emit(());
        })
    });
    let title = people::titled(&proposal.version.title).to_string();
    let changing_text = mine && *changes;
    // One press is next: that of the form which is open, of a fix that can be used, or of what decides.
    let next = *primary && !changing_text && !says;
    let fixes = on_fix.is_some() && all.objections(proposal).iter().any(|it| it.fix.is_some());
    html! {
        <article class={classes!("proposal", value(proposal.state))} data-testid="proposal" data-cid={cid.to_string()} data-state={value(proposal.state)}
            data-version={proposal.version.cid.to_string()} aria-label={title.clone()} tabindex="-1">
            <p class="hint">{ changing(proposed_by(all, proposal)) }</p>
            // No heading: it stands below others of any rank.
            <p class="proposal-title" dir="auto">{ changing(title) }</p>
            <Text all={all.clone()} proposal={proposal.clone()} />
            <p class="proposal-stands" role="status" data-testid="proposal-stands">{ changing(stands(all, proposal, *asks)) }</p>
            <div><Reviewed all={all.clone()} proposal={proposal.clone()} /></div>
            <Ballots all={all.clone()} proposal={proposal.clone()} {on_fix} primary={next} />
            <div>if *asks && may_answer(all, proposal) { { answer(all, proposal, *primary && !changing_text) } }</div>
            <div>if *asks { <Close all={all.clone()} proposal={proposal.clone()} primary={next && !fixes} /> }</div>
            <div>if changing_text { { opened(AMEND, AmendProps { proposal: proposal.clone(), on_close: set(false), primary: *primary }) } }</div>
            <div>if mine && !changing_text { <Own proposal={cid} open={proposal.state == ProposalState::Open} on_change={set(true)} /> }</div>
        </article>
    }
}

fn proposed_by(all: &Decisions, it: &Proposal) -> String {
    t!("proposal-by", name = all.called(it.author), day = when::day(it.at))
}

/// Where it stands, in a sentence or two.
fn stands(all: &Decisions, it: &Proposal, asks: bool) -> String {
    let against = all.objections(it);
    let objectors = || names(against.iter().map(|it| all.called(it.node)).collect::<Vec<_>>().iter());
    let (missing, poll) = (all.missing(it), all.poll(&it.cid));
    let answered = || {
        let of = poll.map_or(0, |it| it.electors.len());
        t!("proposal-answered", n = of.saturating_sub(missing.len()), of = of)
    };
    let told = match (it.state, &it.carried) {
        (ProposalState::Withdrawn, _) => t!("proposal-withdrawn", name = all.called(it.author)),
        (ProposalState::Carried, Some(carried)) => {
            let version = match carried.version == it.version.cid {
                true => String::new(),
                false => t!("proposal-decided-before"),
            };
            let decided = t!("proposal-decided", name = all.called(carried.by), day = when::day(carried.at));
            format!("{decided} {version}")
        }
        (ProposalState::Suspended, _) if against.is_empty() => t!("proposal-suspended"),
        (ProposalState::Suspended, _) => t!("proposal-suspended-by", names = objectors()),
        _ if !against.is_empty() => t!("proposal-not-decided", names = objectors()),
        _ if !asks => String::new(),
        _ => answered(),
    };
    let new = poll.filter(|it| !it.new.is_empty()).map(|it| {
        let names = names(it.new.iter().map(|it| all.called(*it)).collect::<Vec<_>>().iter());
        t!("proposal-new-electors", n = it.new.len(), of = it.electors.len(), names = names)
    });
    [Some(told), new].into_iter().flatten().filter(|it| !it.trim().is_empty()).collect::<Vec<_>>().join(" ")
}

/// What is decided may still be objected to; what was taken back not.
fn may_answer(all: &Decisions, it: &Proposal) -> bool {
    (!all.newer || all.raises(it)) && it.state != ProposalState::Withdrawn
}

fn answer(all: &Decisions, it: &Arc<Proposal>, primary: bool) -> Html {
    let own = all.own(it).map(|it| it.stance);
    let decides = match all.poll(&it.cid) {
        Some(poll) => poll.electors.iter().any(|it| all.is_me(*it)),
        // Who decided is not looked up any more: who answered did.
        None => own.is_some(),
    };
    html! { <BallotBox proposal={it.clone()} {own} {decides} {primary} /> }
}

#[derive(PartialEq, Properties)]
struct OwnProps {
    proposal: Cid,
    open: bool,
    on_change: Callback<()>,
}

/// What only who proposed it can do.
#[component]
fn Own(props: &OwnProps) -> Html {
    let proposal = props.proposal;
    let commands = use_commands(format!("withdraw {proposal}"));
    let busy = commands.busy;
    let withdraw = Callback::from(move |_: MouseEvent| commands.act(Command::Withdraw { proposal }));
    html! {
        <div class="row tight">
            <button type="button" class="quiet-button" data-testid="proposal-edit" onclick={props.on_change.reform(|_: MouseEvent| ())}>{ t!("amend-open") }</button>
            if props.open { <button type="button" class="quiet-button" data-testid="proposal-withdraw" aria-disabled={busy} onclick={withdraw}>{ t!("proposal-withdraw") }</button> }
        </div>
    }
}
