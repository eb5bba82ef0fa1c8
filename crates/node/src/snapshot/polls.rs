//! What is to be decided: who decides about it, and whether it would be decided if this node said so now.

use std::rc::Rc;

use paceline_mesh::Replica;
use paceline_room::{
    Cid, Log, NodeId,
    body::decisions::DecisionClosed,
    fold::Lists,
    state::{PersonLists, Proposal, ProposalState},
};

use super::when::same;

/// So many proposals at most: the newest of those that are not decided.
const OPEN: usize = 16;
/// Of so many proposals, the newest.
const LOOKED_AT: usize = 256;
/// Who was there for less than this when something was proposed was new, in milliseconds: a day, by the clocks of who wrote.
const NEW_MS: u64 = 24 * 60 * 60 * 1_000;

/// Something that is not decided, or is not any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// The proposal.
    pub proposal: Cid,
    /// Who decides, by their homes when it was proposed, in order.
    pub electors: Vec<NodeId>,
    /// Of them those whose first event is less than a day older than the proposal; nobody in a room that is as young itself.
    pub new: Vec<NodeId>,
    /// How many must have balloted.
    pub quorum: usize,
    /// It would be decided if this node closed it now.
    pub holds: bool,
}

/// Those of now: looked at anew when something came, and only while something is to be decided.
/// `before`: how many events there were, and what was to be decided.
pub(super) fn polls(before: (usize, &Rc<[Poll]>), replica: &Replica, lists: &Lists, me: NodeId) -> Rc<[Poll]> {
    let (events, before) = before;
    if events == replica.log().len() {
        return before.clone();
    }
    // In a room that is newer than this build nobody decides anything with it.
    if replica.fold().is_newer() {
        return same(before, Vec::new());
    }
    let newest = lists.decisions.all.iter().rev().take(LOOKED_AT);
    let open = newest.filter(|it| is_to_be_decided(it)).take(OPEN);
    same(before, open.filter_map(|it| poll(it, replica, &lists.persons, me)).collect())
}

/// Whether its latest version is not decided, and not taken back.
fn is_to_be_decided(it: &Proposal) -> bool {
    match it.state {
        ProposalState::Open | ProposalState::Suspended => true,
        ProposalState::Carried => it.carried.as_ref().is_none_or(|carried| carried.version != it.version.cid),
        ProposalState::Withdrawn => false,
    }
}

fn poll(it: &Proposal, replica: &Replica, persons: &PersonLists, me: NodeId) -> Option<Poll> {
    let (fold, log, proposal) = (replica.fold(), replica.log(), it.cid);
    let electorate = fold.electorate(log, &proposal)?;
    let closing = DecisionClosed { proposal, version: it.version.cid };
    let since = it.at.saturating_sub(NEW_MS);
    let founded = log.find(&log.room()).map(|ix| log.entry(ix).event.at);
    let new = electorate.electors.iter().filter(|elector| is_new(log, persons, **elector, since));
    Some(Poll {
        proposal,
        new: if founded.is_some_and(|at| at < since) { new.copied().collect() } else { Vec::new() },
        quorum: electorate.quorum,
        holds: fold.judge(log, me, &closing.into()).is_ok(),
        electors: electorate.electors,
    })
}

/// Whether a person wrote nothing before that.
fn is_new(log: &Log, persons: &PersonLists, elector: NodeId, since: u64) -> bool {
    let mut firsts = persons.nodes_of(elector).filter_map(|node| log.chains_of(&node).next()?.1.events.first());
    firsts.all(|ix| log.entry(*ix).event.at >= since)
}
