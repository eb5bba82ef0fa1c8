//! What is to be decided: who decides about it, and whether it would be decided if this node said so now.

use std::{collections::BTreeSet, rc::Rc};

use paceline_mesh::Replica;
use paceline_room::{
    Cid, Log, NodeId,
    body::decisions::DecisionClosed,
    fold::Lists,
    limits,
    state::{PersonLists, Proposal, ProposalState},
};

use super::{before::Before, when::same};

/// So many proposals at most: the newest of those that are not decided.
const OPEN: usize = 16;
/// Of so many proposals, the newest.
const LOOKED_AT: usize = 256;
/// Of so many events that are new each is asked whether it had seen what is to be decided; of more none is.
const ASKED: usize = 64;
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

/// Those of now, each looked at anew when something came that may matter to it.
pub(super) fn polls(before: Before<Poll>, replica: &Replica, lists: &Lists, me: NodeId) -> Rc<[Poll]> {
    if before.events == replica.log().len() {
        return before.shown.clone();
    }
    // In a room that is newer than this build nobody decides anything with it.
    if replica.fold().is_newer() {
        return same(before.shown, Vec::new());
    }
    let (newest, news) = (lists.decisions.all.iter().rev().take(LOOKED_AT), News::since(&before, replica, lists));
    let open = newest.filter(|it| is_to_be_decided(it)).take(OPEN);
    let now = open.filter_map(|it| news.kept(it).cloned().or_else(|| poll(it, replica, &lists.persons, me)));
    same(before.shown, now.collect())
}

/// What came since the snapshot before.
struct News<'a> {
    before: &'a Before<'a, Poll>,
    log: &'a Log,
    /// Proposals about which something is shown that was not.
    told: BTreeSet<Cid>,
    /// So much, or of such a kind, that everything is looked at.
    is_much: bool,
}

impl<'a> News<'a> {
    fn since(before: &'a Before<'a, Poll>, replica: &'a Replica, lists: &Lists) -> Self {
        let (log, was, now) = (replica.log(), &before.lists.decisions, &lists.decisions);
        let ballots = now.ballots.since(&was.ballots).into_iter().map(|it| it.key.0);
        let closings = now.closings.since(&was.closings).into_iter().map(|it| it.key.0);
        let all = now.all.since(&was.all).into_iter().map(|it| it.key.1);
        let is_much = log.len() - before.events > ASKED
            || lists.persons != before.lists.persons
            || log.tips().iter().take(limits::PARENTS + 1).count() > limits::PARENTS;
        Self { before, log, told: ballots.chain(closings).chain(all).collect(), is_much }
    }

    /// What was known of a proposal, if nothing that came changes it: all of that had seen it, and says nothing to it.
    fn kept(&self, it: &Proposal) -> Option<&'a Poll> {
        if self.is_much || self.told.contains(&it.cid) {
            return None;
        }
        let ix = self.log.find(&it.cid)?;
        let mut new = self.log.entries_after(self.before.events);
        let known = self.before.shown.iter().find(|poll| poll.proposal == it.cid)?;
        new.all(|(new, _)| self.log.is_ancestor(ix, new)).then_some(known)
    }
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
