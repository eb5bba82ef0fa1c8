//! Members: the persons whom reach counts. A person is one as long as any of its nodes is here, or has written something and was
//! heard from in the last days. This node's own view: others may count otherwise, and nothing else follows from it.
//!
//! When somebody was here is what this node has seen. Of the time before it began there is only the log: the `at` of the event of
//! each that came last, which may be wrong, and decides nothing but this. One that lies ahead is as good as now.

use paceline_mesh::{Replica, replica::Here};
use paceline_room::{
    Fold, NodeId, Tree,
    cost::{BTreeMap, BTreeSet, look},
};

/// For so long after it was heard from somebody is a member, in milliseconds.
const HEARD_WITHIN: u64 = 14 * 24 * 3_600_000;
/// Before all other nodes.
const FIRST: NodeId = NodeId::from_bytes([0; 32]);

#[derive(Debug, Default)]
struct Heard {
    /// The time in its event that came last, if it has written any.
    said: Option<u64>,
    /// When it was here last, by this node's clock.
    met: u64,
    here: bool,
}

impl Heard {
    /// When it was heard from last. Who has written nothing is nobody once it has gone.
    fn last(&self) -> Option<u64> {
        self.said.map(|it| it.max(self.met))
    }
}

/// Of whom something may be otherwise.
pub(super) struct Moved {
    pub home: NodeId,
    /// It is a member now and was none, or the other way around.
    pub change: Option<Change>,
}

/// Somebody came to the members, or went; at which place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Came(usize),
    Went(usize),
}

/// Who is one.
#[derive(Debug)]
pub(super) struct Members {
    me: NodeId,
    nodes: BTreeMap<NodeId, Heard>,
    /// Those that have written, by when they were heard from.
    by_time: BTreeSet<(u64, NodeId)>,
    /// Who was heard from before this is gone.
    after: u64,
    /// The homes of all members, in order.
    homes: Vec<NodeId>,
    joined: Tree<NodeId, NodeId>,
    /// Nodes of which something changed.
    touched: BTreeSet<NodeId>,
}

impl Members {
    pub(super) fn new(me: NodeId) -> Self {
        let mut touched = BTreeSet::new();
        touched.insert(me);
        Self {
            me,
            nodes: BTreeMap::new(),
            by_time: BTreeSet::new(),
            after: 0,
            homes: Vec::new(),
            joined: Tree::default(),
            touched,
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.homes.len()
    }

    /// The place of a member in the order of all.
    pub(super) fn place(&self, home: &NodeId) -> Result<usize, usize> {
        look(1);
        self.homes.binary_search(home)
    }

    /// The member of that place.
    pub(super) fn at(&self, place: usize) -> Option<NodeId> {
        self.homes.get(place).copied()
    }

    /// All nodes that something is known of.
    pub(super) fn nodes(&self) -> Vec<NodeId> {
        self.nodes.keys().copied().collect()
    }

    /// It has written this.
    pub(super) fn wrote(&mut self, author: NodeId, at: u64) {
        self.hear(author, |it| it.said = Some(at));
    }

    /// Looks whether it is here.
    pub(super) fn meet(&mut self, replica: &Replica, node: NodeId, clock: u64) {
        let here = replica.presence_of(&node).is_some_and(|it| it.here != Here::Gone);
        if !here && self.nodes.get(&node).is_none_or(|it| !it.here) {
            return;
        }
        self.hear(node, |it| (it.here, it.met) = (here, it.met.max(clock)));
    }

    fn hear(&mut self, node: NodeId, change: impl FnOnce(&mut Heard)) {
        if node == self.me {
            return;
        }
        let mut heard = self.nodes.remove(&node).unwrap_or_default();
        if let Some(last) = heard.last() {
            self.by_time.remove(&(last, node));
        }
        change(&mut heard);
        if let Some(last) = heard.last() {
            self.by_time.insert((last, node));
        }
        if heard.here || heard.said.is_some() {
            self.nodes.insert(node, heard);
        }
        self.touched.insert(node);
    }

    /// Who may be a member now or not any more: by their homes, and by themselves those that have joined another. What came and went
    /// is told in the order in which it happened to the list.
    pub(super) fn settle(&mut self, fold: &Fold, clock: u64) -> Vec<Moved> {
        // A clock may go back, too: then who had gone by it is a member again.
        let after = clock.saturating_sub(HEARD_WITHIN);
        let (from, to) = (self.after.min(after), self.after.max(after));
        if from < to {
            let passed: Vec<NodeId> = self.by_time.range((from, FIRST)..(to, FIRST)).map(|(_, node)| *node).collect();
            self.touched.extend(passed);
        }
        self.after = after;
        let joined = fold.joined();
        for change in joined.home.since(&self.joined) {
            let homes = [change.before, change.now].into_iter().flatten().map(|it| **it);
            self.touched.extend(homes.chain([*change.key]));
        }
        self.joined = joined.home.clone();
        let touched = std::mem::take(&mut self.touched);
        let mut homes = BTreeSet::new();
        homes.extend(touched.iter().flat_map(|it| [*it, joined.home_of(*it)]));
        homes.iter().map(|home| self.move_one(fold, *home)).collect()
    }

    fn move_one(&mut self, fold: &Fold, home: NodeId) -> Moved {
        let joined = fold.joined();
        let is_heard = |it: &Heard| it.here || it.last().is_some_and(|last| last >= self.after);
        let is_member = |node: &NodeId| *node == self.me || self.nodes.get(node).is_some_and(is_heard);
        let is = joined.home_of(home) == home && joined.nodes_of(home).any(|it| is_member(&it));
        let change = match (self.place(&home), is) {
            (Ok(place), false) => {
                self.homes.remove(place);
                Some(Change::Went(place))
            }
            (Err(place), true) => {
                self.homes.insert(place, home);
                Some(Change::Came(place))
            }
            _ => None,
        };
        Moved { home, change }
    }
}
