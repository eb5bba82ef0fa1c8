//! Who decides about a proposal.
//!
//! Its *origins* are the authors in its past, who made it among them. Electors are these, and the authors in the past of any event that one
//! of them wrote without having seen it: so nobody is left out by whoever chooses what the proposal has seen, and a key that was made later
//! and claims to be older is vouched for by nobody. They are counted by person, as joined in the proposal's past. As of when it is
//! asked, more of them may be known; never fewer.

use super::{Decisions, Record, outcome::View};
use crate::{
    Ix, NodeId,
    clock::Clock,
    cost::{BTreeMap, BTreeSet},
    fold::past::Look,
    kinds::persons::Persons,
};

/// Electors of a proposal, as of some time.
#[derive(Debug, Default)]
pub(super) struct Electors {
    /// By home: whether any of its nodes had said anything but its name, and these nodes.
    pub(super) people: BTreeMap<NodeId, (bool, BTreeSet<NodeId>)>,
}

impl Electors {
    pub(super) fn homes(&self) -> Vec<NodeId> {
        self.people.keys().copied().collect()
    }

    /// How many must have balloted: the share of those who had said something, or of all, if those are fewer than half; not more than the
    /// cap; two where there are two.
    pub(super) fn quorum(&self, record: &Record) -> usize {
        let all = self.people.len();
        let said = self.people.values().filter(|it| it.0).count();
        let asked = if 2 * said < all { all } else { said };
        let share = (asked as u64 * record.share).div_ceil(100).min(record.cap);
        usize::try_from(share).unwrap_or(usize::MAX).max(all.min(2))
    }
}

/// Whether an author is in the past of a proposal, or made it.
fn is_origin(record: &Record, author: &NodeId, look: &Look) -> bool {
    let clock = look.entry(record.ix).clock();
    look.log.chains_of(author).any(|(chain, _)| clock.get(chain) > 0)
}

impl Decisions {
    /// What the origins had seen, each with its last event before it saw the proposal.
    fn horizon(&self, record: &Record, view: &View) -> Clock {
        let look = view.look();
        let mut clock = look.entry(record.ix).clock().clone();
        for chain in view.chains_since(record.ix) {
            let before = look.first_after(chain, record.ix).map_or(u32::MAX, |ix| look.entry(ix).place - 1);
            let last = before.min(view.of_chain(chain));
            if last <= clock.get(chain) {
                continue;
            }
            let chain = look.log.chain(chain);
            if is_origin(record, &chain.author, look)
                && let Some(ix) = chain.events.get(last as usize - 1)
            {
                clock.join(look.entry(*ix).clock());
            }
        }
        clock
    }

    /// All electors.
    pub(super) fn electors(&self, record: &Record, view: &View, persons: &Persons) -> Electors {
        let (look, horizon, mut electors) = (view.look(), self.horizon(record, view), Electors::default());
        horizon.beyond(&Clock::default(), &mut |chain| {
            let author = look.log.chain(chain).author;
            let spoke = self.spoke.get(&chain).is_some_and(|it| *it <= horizon.get(chain));
            let (said, nodes) = electors.people.entry(home(record, author, look, persons)).or_default();
            *said |= spoke;
            nodes.insert(author);
            true
        });
        electors
    }

    /// Whether an author is one of them.
    pub(super) fn is_elector(&self, record: &Record, author: NodeId, view: &View, persons: &Persons) -> bool {
        let look = view.look();
        if is_origin(record, &author, look) {
            return true;
        }
        // A node that joined somebody afterwards is somebody of its own.
        let horizon = self.horizon(record, view);
        let is_in = |node: &NodeId| look.log.chains_of(node).any(|(chain, _)| horizon.get(chain) > 0);
        is_in(&author) || is_in(&home(record, author, look, persons))
    }
}

/// By which node a person was known when it was proposed.
pub(super) fn home(record: &Record, node: NodeId, look: &Look, persons: &Persons) -> NodeId {
    home_at(record.ix, node, look, persons)
}

pub(super) fn home_at(proposal: Ix, node: NodeId, look: &Look, persons: &Persons) -> NodeId {
    persons.home_at(node, look, proposal)
}
