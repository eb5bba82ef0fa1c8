//! What was decided and is looked at again once its day has come: kept or dropped, which weigh the same. Either is proposed, and all are asked.

use std::sync::Arc;

use gloo::timers::callback::Timeout;
use paceline_room::{
    Cid, limits,
    state::{Proposal, ProposalState, Version},
};
use yew::prelude::*;

use super::Decisions;
use crate::{
    browser, excerpt,
    hooks::use_commands,
    people,
    session::Review,
    texts::{changing, t},
    when,
};

/// Properties of [`Reviewed`].
#[derive(PartialEq, Properties)]
pub struct ReviewedProps {
    /// All.
    pub all: Decisions,
    /// What was decided.
    pub proposal: Arc<Proposal>,
}

/// Both answers, or where that is asked already.
#[component]
pub fn Reviewed(props: &ReviewedProps) -> Html {
    let ReviewedProps { all, proposal } = props;
    if let Some(it) = all.following(proposal) {
        return html! { <Follows proposal={it} /> };
    }
    if all.newer || !all.comes_up(proposal) {
        return html! {};
    }
    html! { <Keep all={all.clone()} proposal={proposal.clone()} /> }
}

/// Two presses, neither of which is the expected one.
#[component]
fn Keep(props: &ReviewedProps) -> Html {
    let ReviewedProps { all, proposal } = props;
    let commands = use_commands(format!("review {}", proposal.cid));
    let busy = commands.busy;
    let answer = |handle: &'static str, review: Review, words: String| {
        let (commands, all, proposal) = (commands.clone(), all.clone(), proposal.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            let (cid, (title, text)) = (proposal.cid, words_of(&all, &proposal, review));
            commands.run(|session| async move {
                let proposed = session.propose_again(cid, review, title, text).await?;
                // Once it is drawn.
                Timeout::new(0, move || lead_to(proposed)).forget();
                Ok(())
            });
        });
        html! { <button type="button" class="button plain" data-testid={handle} aria-disabled={busy} {onclick}>{ words }</button> }
    };
    html! {
        <div class="review" role="group" aria-label={t!("review-question")} data-testid="review">
            <p>{ t!("review-question") }</p>
            <div class="row">
                { answer("review-keep", Review::Keep, t!("review-keep")) }
                { answer("review-drop", Review::Drop, t!("review-drop")) }
            </div>
        </div>
    }
}

/// What is proposed: it is called after what was decided first, however often that was looked at.
fn words_of(all: &Decisions, proposal: &Proposal, review: Review) -> (String, String) {
    let decided = carried(all, proposal);
    let first = first_of(all, proposal);
    let called = carried(all, &first).unwrap_or_else(|| first.version.clone());
    let called = people::titled(&called.title);
    let named = match review {
        Review::Keep => t!("review-keep-title", title = called),
        Review::Drop => t!("review-drop-title", title = called),
    };
    let title = excerpt::title(&named, limits::TITLE_CHARS);
    let text = match review {
        Review::Keep => decided.and_then(|it| it.text.as_deref().map(str::to_owned)),
        Review::Drop => proposal.carried.as_ref().map(|it| t!("review-drop-words", day = when::day(it.at))),
    };
    let text = text.unwrap_or_else(|| title.clone());
    (title, text)
}

/// The version that was decided.
fn carried(all: &Decisions, proposal: &Proposal) -> Option<Arc<Version>> {
    let carried = proposal.carried.as_ref()?;
    all.lists.versions_of(proposal.cid).find(|it| it.cid == carried.version).cloned()
}

/// What was decided before anybody looked at it again.
fn first_of(all: &Decisions, proposal: &Proposal) -> Arc<Proposal> {
    let mut first = Arc::new(proposal.clone());
    // What comes before is higher up in the log: this ends.
    while let Some(before) = all.looked_at(&first) {
        first = before;
    }
    first
}

#[derive(PartialEq, Properties)]
struct FollowsProps {
    proposal: Arc<Proposal>,
}

/// It is asked already, or decided since: there.
#[component]
fn Follows(props: &FollowsProps) -> Html {
    let it = &props.proposal;
    let title = excerpt::excerpt(&people::titled(&it.version.title), excerpt::QUOTED);
    let said = match it.state {
        ProposalState::Carried => t!("review-settled", title = title),
        _ => t!("review-asked", title = title),
    };
    let cid = it.cid;
    html! {
        <div class="review" data-testid="review-follows" data-cid={cid.to_string()} data-state={super::value(it.state)}>
            <p>{ changing(said) }</p>
            <button type="button" class="quiet-button" data-testid="review-open" onclick={move |_: MouseEvent| lead_to(cid)}>{ t!("review-open") }</button>
        </div>
    }
}

/// Brings a proposal into sight, and the keyboard to it; rather where all of them stand than in the talk.
fn lead_to(proposal: Cid) {
    let shown = format!("[data-testid='proposal'][data-cid='{proposal}']");
    if let Some(it) = browser::find(&format!(".view {shown}")).or_else(|| browser::find(&shown)) {
        it.scroll_into_view();
        browser::focus(&it);
    }
}
