//! What scripts say about decisions, as they say it.

use paceline_room::{
    Cid, NodeId,
    body::{
        Policy, Title,
        decisions::{Ballot, Changed, Command, Effect, Handing},
    },
};
use serde::Deserialize;

use super::values::{bad_argument, day};
use crate::session::Outcome;

/// A proposal.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    title: String,
    text: String,
    policy: Option<Policy>,
    effect: Option<EffectFor>,
    #[serde(default)]
    trial: bool,
    review_on: Option<String>,
    meeting: Option<Cid>,
    about: Option<Cid>,
}

impl Proposal {
    /// The command.
    pub fn command(self) -> Outcome<Command> {
        let Self { title, text, policy, effect, trial, review_on, meeting, about } = self;
        let effect = effect.map(EffectFor::effect).transpose()?;
        Ok(Command::Propose { title, text, policy, effect, trial, review_on: day(review_on)?, meeting, about })
    }
}

/// What somebody says to a proposal.
#[derive(Deserialize)]
pub struct BallotFor {
    stance: Ballot,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    fix: String,
}

impl BallotFor {
    /// The command.
    pub fn command(self, proposal: Cid) -> Command {
        let Self { stance, reason, fix } = self;
        Command::Cast { proposal, version: None, stance, reason, fix }
    }
}

/// One of these.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct EffectFor {
    title: Option<String>,
    purpose: Option<String>,
    values: Option<ValuesFor>,
    behind_notice: Option<NodeId>,
    no_notice: Option<NodeId>,
    version: Option<u64>,
    hand_baton: Option<HandFor>,
    close_baton: Option<Cid>,
}

/// Those that change.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct ValuesFor {
    policy: Option<Policy>,
    quorum: Option<u64>,
    quorum_cap: Option<u64>,
    grace: Option<u64>,
    prompts: Vec<String>,
}

#[derive(Deserialize)]
struct HandFor {
    baton: Cid,
    to: NodeId,
}

impl EffectFor {
    fn effect(self) -> Outcome<Effect> {
        let unfit = || {
            bad_argument(
                "effect: one of title, purpose, values, behindNotice, noNotice, version, handBaton, closeBaton, within its limits",
            )
        };
        let Self { title, purpose, values, behind_notice, no_notice, version, hand_baton, close_baton } = self;
        let title = title.map(|it| it.try_into().map(Effect::Title).map_err(|_| unfit()));
        let purpose = purpose.map(|it| it.try_into().map(Effect::Purpose).map_err(|_| unfit()));
        let values = values.map(|it| it.changed().map(Effect::Values).ok_or_else(unfit));
        let notice = behind_notice.map(|it| Ok(Effect::BehindNotice(it)));
        let lifted = no_notice.map(|it| Ok(Effect::NoNotice(it)));
        let version = version.map(|it| it.try_into().map(Effect::Version).map_err(|_| unfit()));
        let hand = hand_baton.map(|HandFor { baton, to }| Ok(Effect::HandBaton(Handing { baton, to })));
        let close = close_baton.map(|it| Ok(Effect::CloseBaton(it)));
        let mut all: Vec<_> =
            [title, purpose, values, notice, lifted, version, hand, close].into_iter().flatten().collect();
        all.pop().filter(|_| all.is_empty()).unwrap_or_else(|| Err(unfit()))
    }
}

impl ValuesFor {
    /// If they are within their limits.
    fn changed(self) -> Option<Changed> {
        let Self { policy, quorum, quorum_cap, grace, prompts } = self;
        let prompts: Option<Vec<Title>> = prompts.into_iter().map(|it| it.try_into().ok()).collect();
        Some(Changed {
            policy,
            quorum: quorum.map(TryInto::try_into).transpose().ok()?,
            quorum_cap: quorum_cap.map(TryInto::try_into).transpose().ok()?,
            grace: grace.map(TryInto::try_into).transpose().ok()?,
            prompts: prompts?.try_into().ok()?,
        })
    }
}
