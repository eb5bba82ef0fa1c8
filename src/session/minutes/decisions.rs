//! What notes say of decisions.

use paceline_room::{
    body::decisions::Ballot,
    minutes::{DecisionEntry, DecisionWording, Wording},
    state::{Cast, ProposalState},
};

use super::Words;
use crate::{texts::t, when};

impl DecisionWording for Words {
    fn decision(&self, it: &DecisionEntry) -> String {
        let proposal = &it.proposal;
        let by = self.name(&proposal.author);
        let stands = match (proposal.state, &proposal.carried) {
            (ProposalState::Carried, Some(carried)) => t!("minutes-decided", day = when::day(carried.at)),
            (ProposalState::Withdrawn, _) => t!("minutes-withdrawn"),
            (ProposalState::Suspended, _) => t!("minutes-suspended"),
            _ => t!("minutes-undecided"),
        };
        match proposal.review_on {
            Some(day) => t!("minutes-proposed-review", stands = stands, name = by, day = day.to_string()),
            None => t!("minutes-proposed", stands = stands, name = by),
        }
    }

    fn ballot(&self, it: &Cast) -> String {
        match it.stance {
            Ballot::Consent => t!("minutes-consents"),
            Ballot::Concern => t!("minutes-worries"),
            Ballot::Object if it.late => t!("minutes-objected-late"),
            Ballot::Object if it.counts => t!("minutes-objects"),
            Ballot::Object => t!("minutes-objected"),
            Ballot::StandAside => t!("minutes-aside"),
        }
    }

    fn fix(&self) -> String {
        t!("minutes-fix")
    }

    fn before(&self) -> String {
        t!("minutes-before")
    }
}
