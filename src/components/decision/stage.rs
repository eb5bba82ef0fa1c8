//! Where a meeting is with what it decides: the step follows from who has answered. What is asked about a proposal before anybody objects
//! stands right behind it in the chain of who proposed it: nothing else can, since all of it is one step.

use std::sync::Arc;

use paceline_room::{
    NodeId,
    body::rounds::Ask,
    state::{Meeting, Proposal, ProposalState, Round},
};

use crate::{
    forms::DECIDE,
    session::{Here, RoomView},
};

/// What is done with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// What is not understood.
    Questions,
    /// What each thinks of it.
    Reactions,
    /// Whether it would do harm.
    Objections,
    /// It is decided.
    Decided,
}

impl Stage {
    /// As in `data-step`.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Questions => "questions",
            Self::Reactions => "reactions",
            Self::Objections => "objections",
            Self::Decided => "decided",
        }
    }
}

/// A proposal, with what is asked about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Staged {
    /// It.
    pub proposal: Arc<Proposal>,
    /// What is not understood.
    pub questions: Option<Arc<Round>>,
    /// What each thinks of it.
    pub reactions: Option<Arc<Round>>,
    /// What is done now.
    pub stage: Stage,
}

/// Whether a meeting is held to decide something.
pub fn decides(meeting: &Meeting) -> bool {
    meeting.form == DECIDE
}

/// The proposals of a meeting and of those that it goes on with, in the order of the log.
pub fn proposals_in(room: &RoomView, meeting: &Meeting) -> Vec<Arc<Proposal>> {
    let line: Vec<_> = room.meetings.line(meeting).map(|it| it.cid).collect();
    line.into_iter().rev().flat_map(|it| room.decisions.of_meeting(it)).cloned().collect()
}

/// Those that are not decided.
pub fn open_in(room: &RoomView, meeting: &Meeting) -> Vec<Arc<Proposal>> {
    let mut all = proposals_in(room, meeting);
    all.retain(|it| matches!(it.state, ProposalState::Open | ProposalState::Suspended));
    all
}

/// Whether there is nothing left to decide in a meeting that was held for that, and whether anything was.
pub fn is_done(room: &RoomView, meeting: &Meeting) -> bool {
    let all = proposals_in(room, meeting);
    let is_open = |it: &Arc<Proposal>| matches!(it.state, ProposalState::Open | ProposalState::Suspended);
    if all.is_empty() { !decides(meeting) } else { !all.iter().any(is_open) }
}

/// Whether a round asks about a proposal of its meeting: it stands first or second behind one in the chain of its author.
pub fn is_about_proposal(room: &RoomView, round: &Round) -> bool {
    if !asks_about(round) {
        return false;
    }
    let Some((_, meeting)) = round.meeting else { return false };
    room.decisions.of_meeting(meeting).any(|it| behind(it, round).is_some())
}

fn asks_about(round: &Round) -> bool {
    matches!(round.ask, Ask::Words(_)) && round.many && !round.sealed
}

/// How far behind a proposal a round stands, if it is of it.
fn behind(proposal: &Proposal, round: &Round) -> Option<u64> {
    let far = round.depth.checked_sub(proposal.depth).filter(|it| matches!(it, 1 | 2));
    far.filter(|_| round.author == proposal.author && asks_about(round))
}

/// Where a meeting is with a proposal.
pub fn staged(room: &RoomView, proposal: &Arc<Proposal>) -> Staged {
    let all = || proposal.meeting.into_iter().flat_map(|(_, meeting)| room.rounds.of_meeting(meeting));
    let find = |far: u64| all().find(|it| behind(proposal, it) == Some(far)).cloned();
    let mut now =
        Staged { proposal: proposal.clone(), questions: find(1), reactions: find(2), stage: Stage::Objections };
    let others_answered =
        room.decisions.ballots_of(proposal.cid).any(|it| !room.joined.is_same(it.node, proposal.author));
    now.stage = match (&now.questions, &now.reactions) {
        _ if matches!(proposal.state, ProposalState::Carried | ProposalState::Withdrawn) => Stage::Decided,
        (Some(questions), Some(reactions)) if reactions.closed.is_none() && !others_answered => {
            if waiting_in(room, proposal, questions).is_empty() { Stage::Reactions } else { Stage::Questions }
        }
        _ => Stage::Objections,
    };
    now
}

/// Who is here, has not proposed it, and has said nothing in a round.
fn waiting_in(room: &RoomView, proposal: &Proposal, round: &Round) -> Vec<NodeId> {
    let here = room.people.iter().filter(|it| it.here == Here::Here).map(|it| room.joined.home_of(it.person.node));
    let mut homes: Vec<_> = here.filter(|it| !room.joined.is_same(*it, proposal.author)).collect();
    homes.sort_unstable();
    homes.dedup();
    homes.retain(|it| !has_part(room, round, *it));
    homes
}

fn has_part(room: &RoomView, round: &Round, node: NodeId) -> bool {
    room.rounds.parts_in(round.cid).any(|it| it.node == node && (it.answered || it.passed || it.done))
}

impl Staged {
    /// Whom the step waits for.
    pub fn waiting(&self, room: &RoomView) -> Vec<NodeId> {
        let round = match self.stage {
            Stage::Questions => self.questions.as_ref(),
            Stage::Reactions => self.reactions.as_ref(),
            Stage::Objections | Stage::Decided => None,
        };
        round.map(|it| waiting_in(room, &self.proposal, it)).unwrap_or_default()
    }

    /// What the person here is asked: at their own pace, as long as questions and reactions are asked for.
    pub fn mine(&self, room: &RoomView) -> Option<Stage> {
        if room.joined.is_same(self.proposal.author, room.me)
            || !matches!(self.stage, Stage::Questions | Stage::Reactions)
        {
            return None;
        }
        let me = room.joined.home_of(room.me);
        let is_open = |round: &Option<Arc<Round>>| round.as_ref().is_some_and(|it| !has_part(room, it, me));
        [(Stage::Questions, &self.questions), (Stage::Reactions, &self.reactions)]
            .into_iter()
            .find(|(_, round)| is_open(round))
            .map(|(stage, _)| stage)
    }
}
