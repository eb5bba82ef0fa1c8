//! What is proposed: the text, what it changes in the room, and what earlier versions said.

use std::sync::Arc;

use paceline_room::{
    body::{FOLD_VERSION, decisions::Effect},
    state::{Proposal, Version, WordsState},
};
use yew::prelude::*;

use super::{Decisions, decided_by};
use crate::{
    components::{
        more::{NODES_WITHIN, WITHIN, Which, use_shown},
        written::Written,
    },
    difference::{Piece, difference},
    due, excerpt, people,
    texts::{changing, t},
};

/// Versions of a proposal.
const VERSIONS: &str = "versions";

/// Properties of [`Text`].
#[derive(PartialEq, Properties)]
pub struct TextProps {
    /// All.
    pub all: Decisions,
    /// The proposal.
    pub proposal: Arc<Proposal>,
}

/// Draws it.
#[component]
pub fn Text(props: &TextProps) -> Html {
    let TextProps { all, proposal } = props;
    let stricter = all.policy.is_some_and(|it| it != proposal.policy).then(|| decided_by(proposal.policy));
    let review = proposal.review_on.map(|day| match proposal.trial {
        true => t!("proposal-trial", day = due::told(day)),
        false => t!("proposal-review", day = due::told(day)),
    });
    let again = all.looked_at(proposal).map(|it| {
        let title = excerpt::excerpt(&people::titled(&it.version.title), excerpt::QUOTED);
        t!("proposal-follows", title = title)
    });
    html! {
        <div class="proposal-says">
            <div class="said" key={proposal.version.cid.to_string()}>{ words(&proposal.version) }</div>
            <ul class="plain-list hint">
                if let Some(it) = proposal.version.effect.as_ref().and_then(|it| changes(all, it)) { <li key="changes" data-testid="proposal-changes">{ changing(it) }</li> }
                if let Some(it) = again { <li key="again">{ changing(it) }</li> }
                if let Some(it) = stricter { <li key="policy">{ changing(it) }</li> }
                if let Some(it) = review { <li key="review">{ changing(it) }</li> }
            </ul>
            if proposal.versions > 1 { <Versions all={all.clone()} proposal={proposal.clone()} /> }
        </div>
    }
}

fn words(it: &Version) -> Html {
    match (it.words, &it.text) {
        (WordsState::Retracted, _) => html! { <p class="trace">{ t!("retracted") }</p> },
        (_, Some(text)) => html! { <Written text={text.clone()} nodes={NODES_WITHIN} /> },
        (_, None) => html! { <p class="trace">{ t!("words-missing") }</p> },
    }
}

/// What a decision changes in the room, in words.
pub fn changes(all: &Decisions, effect: &Effect) -> Option<String> {
    Some(match effect {
        Effect::Title(it) => t!("changes-title", words = people::titled(it)),
        Effect::Purpose(it) if it.is_empty() => t!("changes-no-purpose"),
        Effect::Purpose(it) => t!("changes-purpose", words = it.to_string()),
        Effect::Values(it) => {
            let mut told = Vec::new();
            told.extend(it.policy.map(|it| t!("changes-policy", words = decided_by(it))));
            told.extend(it.quorum.map(|it| t!("changes-quorum", n = it.get())));
            told.extend(it.grace.map(|it| t!("changes-grace", n = it.get())));
            told.extend((!it.prompts.is_empty()).then(|| {
                let prompts: Vec<_> = it.prompts.iter().map(ToString::to_string).collect();
                t!("changes-prompts", words = prompts.join(" · "))
            }));
            told.join(" ")
        }
        Effect::BehindNotice(node) => t!("changes-notice", name = all.called(*node)),
        Effect::NoNotice(node) => t!("changes-no-notice", name = all.called(*node)),
        Effect::HandBaton(it) => t!("changes-hand", name = all.called(it.to)),
        Effect::CloseBaton(_) => t!("changes-close"),
        Effect::Version(to) => goes_on(all, to.get()),
    })
}

/// In which version the room would go on, and what keeps it from that.
fn goes_on(all: &Decisions, to: u64) -> String {
    let goes_on = t!("changes-version", n = to);
    let but = match u64::from(all.version) + 1 {
        next if to > next => t!("changes-version-not-next"),
        next if to == next && to > u64::from(FOLD_VERSION) => t!("changes-version-unknown", n = to),
        _ => return goes_on,
    };
    format!("{goes_on} {but}")
}

/// What changed from each version to the next, the latest first; open where it changed last.
#[component]
fn Versions(props: &TextProps) -> Html {
    let TextProps { all, proposal } = props;
    let much = use_shown();
    let which: Which = (VERSIONS, Some(proposal.cid));
    let versions: Vec<_> = all.lists.versions_of(proposal.cid).cloned().collect();
    let pairs = versions.iter().zip(versions.iter().skip(1)).rev().take(much.of(which, WITHIN));
    html! {
        <details class="versions" open={true} data-testid="versions" data-count={versions.len().to_string()}>
            <summary>{ changing(t!("proposal-versions", n = versions.len())) }</summary>
            <ul class="plain-list">{ for pairs.map(|(before, now)| version(all, before, now)) }</ul>
            { much.more(which, WITHIN, versions.len().saturating_sub(1)) }
        </details>
    }
}

fn version(all: &Decisions, before: &Version, now: &Version) -> Html {
    let taken_up = now.fix.and_then(|fix| all.lists.ballots_of(now.proposal).find(|it| it.cid == fix));
    let who = match taken_up {
        Some(it) => t!("version-fix", by = all.called(now.author), name = all.called(it.node)),
        None => t!("version-by", by = all.called(now.author)),
    };
    let shown = match (&before.text, &now.text) {
        (Some(before), Some(now)) => {
            html! { <p class="difference" dir="auto">{ for difference(before, now).iter().map(piece) }</p> }
        }
        _ => words(now),
    };
    html! {
        <li key={now.cid.to_string()} data-testid="version" data-cid={now.cid.to_string()}>
            <p class="hint">{ changing(who) }</p>
            { shown }
        </li>
    }
}

fn piece(it: &Piece) -> Html {
    match *it {
        Piece::Same(words) => html! { <span>{ words.to_owned() }</span> },
        Piece::Gone(words) => html! { <del>{ words.to_owned() }</del> },
        Piece::Come(words) => html! { <ins>{ words.to_owned() }</ins> },
    }
}
