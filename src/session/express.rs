//! The commands that a page's forms stand for, by the place where something is written.

pub(super) mod decisions;
mod promises;

use paceline_node::NodeError;
use paceline_room::{
    Cid, NodeId,
    body::{Answer, PostKind, batons, feedback, posts, rounds, taking_back},
    command::Command,
    limits,
};
use paceline_store::{Draft, Place, Unsent};

use super::names::is_visible;
use crate::markdown::mentions;

/// Whether there is anything to see in what was typed. The room says where nothing at all will not do.
pub fn seen(command: Command) -> Result<Command, NodeError> {
    let unseen = |text: &&str| !text.is_empty() && !is_visible(text);
    if command.typed().iter().any(unseen) { Err(NodeError::Refused("nothing-to-see")) } else { Ok(command) }
}

/// The command that an intent stands for, or why it is none.
pub fn express(unsent: Unsent) -> Result<Command, NodeError> {
    let Unsent { place, act, draft, .. } = unsent;
    seen(match place {
        Place::Composer => post(draft, None),
        Place::Reply(target) => post(draft, Some(target)),
        Place::Edit(post) => posts::Command::Edit { post, text: draft.text }.into(),
        Place::Retract(post) => taking_back::Command::Retract { post }.into(),
        Place::Version(version) => taking_back::Command::RetractVersion { version }.into(),
        Place::Feedback(target, stance) => {
            let sources = draft.field("sources").lines().map(str::trim).filter(|it| !it.is_empty());
            let sources = sources.map(str::to_owned).collect();
            let text = Some(draft.text).filter(|it| !it.is_empty());
            feedback::Command::Give { target, stance, text, sources }.into()
        }
        Place::Answer(feedback) => {
            let answer = match act.as_str() {
                "adjusted" => Answer::Adjusted,
                "declined" => Answer::Declined,
                _ => Answer::Noted,
            };
            feedback::Command::Answer { feedback, answer, text: draft.text, by: None }.into()
        }
        Place::BatonOpen => {
            let minutes = draft.field("minutes").parse().ok();
            batons::Command::Open { title: draft.text, need: None, strengths: vec![], minutes }.into()
        }
        Place::BatonOffer(baton) => {
            let to = draft.field("to").parse().map_err(|_| NodeError::NotFound)?;
            batons::Command::Offer { baton, to, note: draft.text }.into()
        }
        Place::Nomination(baton) => {
            let node = draft.field("node").parse().map_err(|_| NodeError::NotFound)?;
            batons::Command::Nominate { baton, node, why: draft.text }.into()
        }
        Place::BatonWord(baton) if act == "close" => batons::Command::Close { baton, outcome: draft.text }.into(),
        Place::BatonWord(baton) => batons::Command::Release { baton, note: draft.text }.into(),
        Place::Promise => promises::new(draft)?.into(),
        Place::PromiseFrom(from) => promises::make(draft, Some(from)).into(),
        Place::PromiseWord(promise) => promises::drop(draft, promise).into(),
        Place::Proposal => decisions::proposed(draft, None)?.into(),
        Place::ProposalFrom(post) => decisions::proposed(draft, Some(post))?.into(),
        Place::Amendment(proposal) => decisions::amended(draft, proposal).into(),
        Place::Ballot(proposal) => decisions::cast(draft, &act, proposal).into(),
        Place::Round(round) => rounds::Command::Answer { round, answer: rounds::Said::Text(note(draft)) }.into(),
        Place::Line(_) | Place::Incident => post(draft, None),
        Place::BatonDecline(offer) => batons::Command::Decline { offer, why: draft.text }.into(),
    })
}

/// What is answered in a round, with the sort that was chosen for it.
fn note(draft: Draft) -> String {
    match draft.field("sort") {
        "" => draft.text,
        sort => format!("{sort}: {}", draft.text.trim_start()),
    }
}

/// Who was chosen to be named, and is named in what is sent.
fn mentioned(draft: &Draft) -> Vec<NodeId> {
    let chosen = draft.field("mentions").lines().filter_map(|it| it.split_once(' '));
    let named = chosen.filter(|(_, name)| mentions::find(&draft.text, name).is_some());
    let mut nodes: Vec<NodeId> = named.filter_map(|(node, _)| node.parse().ok()).collect();
    nodes.truncate(limits::TAGS);
    nodes
}

fn post(draft: Draft, reply_to: Option<Cid>) -> Command {
    let kind = PostKind::named(draft.field("kind")).unwrap_or(PostKind::Update);
    let tags = draft.field("tags").split_whitespace().map(str::to_owned).collect();
    let mentions = mentioned(&draft);
    posts::Command::Post { kind, text: draft.text, reply_to, tags, mentions }.into()
}
