//! Proposals as several views draw them: in the stream, in a meeting, among what was agreed. Here is what they are drawn from; whether
//! anything is decided the room says, and nobody here.

mod amend;
mod ballots;
mod close;
mod form;
mod proposal;
mod review;
pub mod stage;
mod text;

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid, Day, NodeId,
    body::{
        Policy,
        decisions::{Ballot, Effect},
    },
    sorted,
    state::{Cast, DecisionLists, PersonLists, Proposal, ProposalState},
};

pub use self::{form::Propose, proposal::ProposalView};
use crate::{
    due, people,
    session::{Here, People, Poll, Postponed, RoomView},
    texts::t,
};

/// Of so many proposals, the newest, it is looked for what follows from another.
const LOOKED_AT: usize = 256;

/// What proposals are drawn from. Equal as long as nothing of it changed.
#[derive(Clone, PartialEq)]
pub struct Decisions {
    /// All of them.
    pub lists: DecisionLists,
    /// What is to be decided.
    pub polls: Rc<[Poll]>,
    /// What the person here waits with.
    pub postponed: Rc<[Postponed]>,
    /// Everybody.
    pub people: People,
    /// Who is one person.
    pub joined: PersonLists,
    /// This node.
    pub me: NodeId,
    /// How the room decides.
    pub policy: Option<Policy>,
    /// What is said here only a newer version knows.
    pub newer: bool,
    /// By which version the room goes on.
    pub version: u32,
}

impl Decisions {
    /// Takes it from a snapshot.
    pub fn of(room: &RoomView) -> Self {
        Self {
            lists: room.decisions.clone(),
            polls: room.polls.clone(),
            postponed: room.postponed.clone(),
            people: room.people.clone(),
            joined: room.joined.clone(),
            me: room.me,
            policy: room.values.as_ref().map(|it| it.policy),
            newer: room.newer,
            version: room.version,
        }
    }

    /// What to call somebody: the person here is *you*.
    pub fn called(&self, node: NodeId) -> String {
        if self.is_me(node) { t!("you-subject") } else { people::name_in(&self.people, &node) }
    }

    /// Whether somebody is the person here.
    pub fn is_me(&self, node: NodeId) -> bool {
        self.joined.is_same(node, self.me)
    }

    /// Who decides about a proposal, as long as that is open.
    pub fn poll(&self, proposal: &Cid) -> Option<&Poll> {
        self.polls.iter().find(|it| it.proposal == *proposal)
    }

    /// What the person here said last to the latest version.
    pub fn own(&self, proposal: &Proposal) -> Option<Arc<Cast>> {
        self.answers(proposal).filter(|it| self.is_me(it.node)).last().cloned()
    }

    /// Who of those who decide has said nothing to the latest version.
    pub fn missing(&self, proposal: &Proposal) -> Vec<NodeId> {
        let Some(poll) = self.poll(&proposal.cid) else { return Vec::new() };
        let answered = sorted::set(self.answers(proposal).map(|it| it.node));
        poll.electors.iter().copied().filter(|it| !answered.contains(it)).collect()
    }

    /// Those of them who are not here.
    pub fn absent(&self, missing: &[NodeId]) -> Vec<NodeId> {
        let is_here = |it: &NodeId| {
            let here = |node: NodeId| self.people.find(&node).is_some_and(|it| it.here == Here::Here);
            self.joined.nodes_of(*it).any(here)
        };
        missing.iter().copied().filter(|it| !is_here(it)).collect()
    }

    /// Whether some version of it would raise the room: where that is newer than this page it is answered all the same.
    pub fn raises(&self, it: &Proposal) -> bool {
        self.lists.versions_of(it.cid).any(|it| matches!(it.effect, Some(Effect::Version(_))))
    }

    /// Until when the person here waits with something that is not decided, and whether that day has come.
    pub fn postponed_until(&self, proposal: &Cid) -> Option<(Day, bool)> {
        let (_, day) = self.postponed.iter().find(|(it, _)| it == proposal)?;
        Some((*day, due::today().is_none_or(|today| *day <= today)))
    }

    /// Objections that stand, in the order of the log.
    pub fn objections(&self, proposal: &Proposal) -> Vec<Arc<Cast>> {
        let all = self.lists.ballots_of(proposal.cid);
        all.filter(|it| it.counts && it.stance == Ballot::Object).cloned().collect()
    }

    /// Whether the person here is asked: one of those who decide, who has said nothing to the latest version.
    pub fn asks_me(&self, proposal: &Proposal) -> bool {
        let decides = self.poll(&proposal.cid).is_some_and(|it| it.electors.iter().any(|it| self.is_me(*it)));
        decides && self.own(proposal).is_none()
    }

    /// Whether the day has come on which something that was decided is looked at again.
    pub fn comes_up(&self, it: &Proposal) -> bool {
        let day = it.review_on.filter(|_| it.state == ProposalState::Carried);
        day.zip(due::today()).is_some_and(|(day, today)| day <= today)
    }

    /// What was proposed last when something that was decided was looked at again, unless it was taken back.
    pub fn following(&self, it: &Proposal) -> Option<Arc<Proposal>> {
        let later = self.lists.all.iter().rev().take(LOOKED_AT).take_while(|later| later.key() > it.key());
        let mut follows = later.filter(|later| later.about == Some(it.cid));
        follows.find(|it| it.state != ProposalState::Withdrawn).cloned()
    }

    /// What was decided before that a proposal looks at again.
    pub fn looked_at(&self, it: &Proposal) -> Option<Arc<Proposal>> {
        let about = it.about?;
        let mut earlier = self.lists.all.iter().rev().take(LOOKED_AT).filter(|earlier| earlier.key() < it.key());
        earlier.find(|earlier| earlier.cid == about).cloned()
    }

    /// What was said to the latest version, and counts.
    fn answers<'a>(&'a self, proposal: &'a Proposal) -> impl Iterator<Item = &'a Arc<Cast>> {
        let all = self.lists.ballots_of(proposal.cid);
        all.filter(|it| it.version == proposal.version.cid && it.counts)
    }
}

/// As in `data-state`.
pub const fn value(state: ProposalState) -> &'static str {
    match state {
        ProposalState::Open => "open",
        ProposalState::Carried => "carried",
        ProposalState::Suspended => "suspended",
        ProposalState::Withdrawn => "withdrawn",
    }
}

/// How something is decided, in words.
pub fn decided_by(policy: Policy) -> String {
    match policy {
        Policy::Advice => t!("policy-advice"),
        Policy::Majority => t!("policy-majority"),
        Policy::Consent => t!("policy-consent"),
        Policy::Unanimous => t!("policy-unanimous"),
    }
}
