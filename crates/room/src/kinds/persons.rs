//! One person, several tabs and devices.
//!
//! A key is a node. Two nodes are joined by two words: each says of the other that it is the same person, the second having seen
//! the first. Who said it first is *home*, the other has *joined* it. Either ends it, and then both words are spent. It is never
//! transitive: who has joined nobody can be joined by others, and who has others cannot join.
//!
//! Whether a word joins is judged by its own past. Of joins that happened side by side the smallest `(depth, cid)` that stands
//! counts; a home that has itself joined another keeps nobody. A join that does not count for that leaves its author alone, and
//! free to join another: the later join of one node ends its earlier one.
//!
//! Joining is about counting and about names. It gives no right over batons, none over the other's words, and no vote more.
//!
//! **Cost.** Of an author's joins only the latest of each of its chains can stand; whether it does is found by halving in the
//! chains of both. Whom a node has named is bounded ([`limits::ALSO_ME`]), so looking for those who joined it is, too. Only an
//! author's own twins make it dearer: a look for each, in what is about that author; of more than a few nothing stands.

#[cfg(any(test, feature = "test-utils"))]
mod growth;

use serde::Serialize;
use std::sync::Arc;

use super::{Capability, Kind, bodies};
use crate::{
    Fold, Ix, NodeId, Tree,
    command::{Ask, Asker, CommandError, Saying},
    cost::{BTreeMap, BTreeSet, HashMap},
    fold::{
        IgnoredReason,
        past::{Look, Past},
        step::{Key, Step},
    },
    ix::ChainIx,
    limits,
    log::Entry,
};

bodies! {
    /// Says that another node is the same person as its author.
    AlsoMe {
        /// The other.
        node: NodeId,
    }
    /// Says that it is not, or no more.
    NotMe {
        /// The other.
        node: NodeId,
    }
}

/// Somebody, by all its nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Whole {
    /// Its home first, then those that joined it.
    pub nodes: Vec<NodeId>,
    /// As the latest introduction of any of them has it.
    pub name: String,
}

/// Who is joined to whom, as all that is here has it. Cheap to copy and to compare.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PersonLists {
    /// The home of each node that has joined one.
    pub home: Tree<NodeId, NodeId>,
    /// Those that joined a home, by it.
    pub joined: Tree<(NodeId, NodeId), NodeId>,
    /// Who says of a node that it is the same person and has not taken that back, by that node; those that are joined, too.
    pub claims: Tree<(NodeId, NodeId), NodeId>,
}

/// Before all other nodes.
const FIRST: NodeId = NodeId::from_bytes([0; 32]);

impl PersonLists {
    /// The node by which a person is known: its home, or itself.
    pub fn home_of(&self, node: NodeId) -> NodeId {
        self.home.get(&node).map_or(node, |it| **it)
    }

    /// All nodes of the person who has this one, its home first.
    pub fn nodes_of(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let home = self.home_of(node);
        let joined = self.joined.from(&(home, FIRST)).take_while(move |((of, _), _)| *of == home);
        std::iter::once(home).chain(joined.map(|(_, it)| **it))
    }

    /// Who says that this node is the same person, and waits for its word.
    pub fn claimants(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let claims = self.claims.from(&(node, FIRST)).take_while(move |((of, _), _)| *of == node);
        claims.map(|(_, by)| **by).filter(move |by| !self.is_same(node, *by))
    }

    /// Whether both are nodes of one person.
    pub fn is_same(&self, one: NodeId, other: NodeId) -> bool {
        self.home_of(one) == self.home_of(other)
    }
}

/// Events of one sort by the chain they stand in, each chain's in its order.
#[derive(Debug, Clone, Default)]
struct Said(BTreeMap<ChainIx, Vec<(u32, Ix)>>);

impl Said {
    fn push(&mut self, entry: &Entry, ix: Ix) {
        self.0.entry(entry.chain).or_default().push((entry.place, ix));
    }

    /// What is seen and in the past of nothing else that is. Who has said it more often side by side than [`limits::SIDE_BY_SIDE`] has said
    /// nothing. In which chain a twin stands depends on what came first here; what has seen what does not.
    fn latest(&self, seen: &Seen) -> Vec<Ix> {
        let (look, mut latest) = (seen.look(), BTreeMap::new());
        for (chain, all) in &self.0 {
            let before = all.partition_point(|(place, _)| *place <= seen.of_chain(*chain));
            let last = all.get(..before).unwrap_or_default().iter().rev().map(|(_, ix)| *ix).find(|ix| seen.has(*ix));
            if let Some(ix) = last {
                latest.insert(look.entry(ix).key(), ix);
            }
        }
        // The deepest first: nothing has a deeper one in its past.
        let mut beside: Vec<Ix> = Vec::new();
        for ix in latest.values().rev() {
            if !beside.iter().any(|later| look.is_ancestor(*ix, *later)) {
                beside.push(*ix);
            }
            if beside.len() > limits::SIDE_BY_SIDE {
                return Vec::new();
            }
        }
        beside
    }

    /// How many of them are seen.
    fn count(&self, seen: &Seen) -> usize {
        self.0.iter().map(|(chain, all)| all.partition_point(|(place, _)| *place <= seen.of_chain(*chain))).sum()
    }

    /// Whether one that is seen has this in its past.
    fn is_after(&self, ix: Ix, seen: &Seen) -> bool {
        self.0.values().any(|all| {
            let first = all.partition_point(|(_, it)| !seen.look().is_ancestor(ix, *it));
            // The event itself may end what it joins anew.
            let next = all.get(first..).into_iter().flatten().map(|(_, it)| *it).find(|it| *it != ix);
            next.is_some_and(|it| seen.has(it))
        })
    }
}

/// As of when something is asked: in the past of an event, or by all that is here.
enum Seen<'a> {
    In(&'a Past<'a>),
    /// What the author of an event had seen.
    Before(&'a Look<'a>, Ix),
    All(&'a Look<'a>),
}

impl<'a> Seen<'a> {
    fn look(&self) -> &'a Look<'a> {
        match self {
            Self::In(past) => past.look,
            Self::Before(look, _) | Self::All(look) => look,
        }
    }

    fn has(&self, ix: Ix) -> bool {
        match self {
            Self::In(past) => past.has(ix),
            Self::Before(look, event) => ix != *event && look.is_ancestor(ix, *event),
            Self::All(_) => true,
        }
    }

    fn of_chain(&self, chain: ChainIx) -> u32 {
        match self {
            Self::In(past) => past.seen_of_chain(chain),
            Self::Before(look, event) => look.entry(*event).clock().get(chain),
            Self::All(_) => u32::MAX,
        }
    }
}

/// All that was said about being the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Persons {
    /// By who said it of whom.
    said: HashMap<(NodeId, NodeId), Said>,
    /// What ends it, by the two in their order.
    ended: HashMap<(NodeId, NodeId), Said>,
    /// The words that joined their author to another.
    joins: HashMap<NodeId, Said>,
    /// Who ever joined a node.
    joiners: HashMap<NodeId, BTreeSet<NodeId>>,
    /// The first words of a node about each other.
    named: HashMap<NodeId, Said>,
    pub(crate) lists: PersonLists,
    version: u64,
}

/// What was said of another node.
#[derive(Debug)]
pub(crate) enum Fact {
    /// That it is the same person: nothing comes of it before it says so, too.
    Offered(NodeId),
    /// The same, and so its author has joined it.
    Joined(NodeId),
    /// That it is not.
    Parted(NodeId),
}

impl Kind for AlsoMe {
    type Of = Persons;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let (persons, seen, home) = (&past.fold.capabilities.persons, Seen::In(past), self.node);
        if home == past.author {
            return Err(IgnoredReason::Oneself);
        }
        let joins = persons.stands((home, past.author), &seen)
            && persons.home(past.author, &seen).is_none()
            && persons.join(home, &seen).is_none()
            && persons.joined_to(past.author, &seen).next().is_none()
            && persons.has_named(home, &seen) <= limits::ALSO_ME;
        Ok(if joins { Fact::Joined(home) } else { Fact::Offered(home) })
    }
}

impl Kind for NotMe {
    type Of = Persons;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let (persons, seen) = (&past.fold.capabilities.persons, Seen::In(past));
        let either = [(past.author, self.node), (self.node, past.author)];
        let was_said = either.iter().filter_map(|it| persons.said.get(it)).any(|it| !it.latest(&seen).is_empty());
        if was_said { Ok(Fact::Parted(self.node)) } else { Err(IgnoredReason::TargetNotSeen) }
    }
}

impl Capability for Persons {
    type Fact = Fact;

    fn take(&mut self, fact: Fact, step: &mut Step) {
        let (author, entry, ix) = (step.event().author, step.entry, step.ix);
        let other = match fact {
            Fact::Offered(it) | Fact::Joined(it) => {
                let said = self.said.entry((author, it)).or_default();
                if said.0.is_empty() {
                    self.named.entry(author).or_default().push(entry, ix);
                }
                said.push(entry, ix);
                it
            }
            Fact::Parted(it) => {
                self.ended.entry(pair(author, it)).or_default().push(entry, ix);
                it
            }
        };
        if matches!(fact, Fact::Joined(_)) {
            self.supersede(author, step);
            self.joins.entry(author).or_default().push(entry, ix);
            self.joiners.entry(other).or_default().insert(author);
        }
        self.show([author, other], step.look);
        self.show_claim(author, other, step.look);
        if matches!(fact, Fact::Parted(_)) {
            self.show_claim(other, author, step.look);
        }
    }

    fn version(&self) -> u64 {
        self.version
    }
}

/// Two nodes, whichever said something of the other.
fn pair(one: NodeId, other: NodeId) -> (NodeId, NodeId) {
    (one.min(other), one.max(other))
}

/// The node that an event of this capability is about.
fn about(entry: &Entry) -> Option<NodeId> {
    match &entry.event.body {
        super::Body::AlsoMe(it) => Some(it.node),
        _ => None,
    }
}

impl Persons {
    /// Whether one node has said that the other is the same, and neither has said otherwise since.
    fn stands(&self, (by, of): (NodeId, NodeId), seen: &Seen) -> bool {
        let mut said = self.said.get(&(by, of)).into_iter().flat_map(|it| it.latest(seen));
        said.any(|it| !self.is_over(it, pair(by, of), seen))
    }

    fn is_over(&self, ix: Ix, pair: (NodeId, NodeId), seen: &Seen) -> bool {
        self.ended.get(&pair).is_some_and(|it| it.is_after(ix, seen))
    }

    /// How many others a node has named.
    fn has_named(&self, node: NodeId, seen: &Seen) -> usize {
        self.named.get(&node).map_or(0, |it| it.count(seen))
    }

    /// The joins of a node that stand, each with the home it names: one, but for what was written side by side.
    fn standing(&self, node: NodeId, seen: &Seen) -> impl Iterator<Item = (Key, NodeId)> {
        let latest = self.joins.get(&node).into_iter().flat_map(|it| it.latest(seen));
        latest.filter_map(move |ix| {
            let entry = seen.look().entry(ix);
            let home = about(entry)?;
            (!self.is_over(ix, pair(node, home), seen)).then(|| (entry.key(), home))
        })
    }

    /// The join of a node that counts: of two that each joined the other side by side only one has.
    fn join(&self, node: NodeId, seen: &Seen) -> Option<NodeId> {
        let counts = |(key, home): &(Key, NodeId)| !self.standing(*home, seen).any(|it| it.1 == node && it.0 < *key);
        self.standing(node, seen).filter(counts).min().map(|(_, home)| home)
    }

    /// The home that a node has joined.
    fn home(&self, node: NodeId, seen: &Seen) -> Option<NodeId> {
        self.join(node, seen).filter(|home| self.join(*home, seen).is_none())
    }

    /// Those that have joined a node.
    fn joined_to(&self, home: NodeId, seen: &Seen) -> impl Iterator<Item = NodeId> {
        let ever = self.joiners.get(&home).into_iter().flat_map(|it| it.iter().copied());
        ever.filter(move |it| self.home(*it, seen) == Some(home))
    }

    /// The node by which a person was known in that past.
    pub(crate) fn home_in(&self, node: NodeId, past: &Past) -> NodeId {
        self.home(node, &Seen::In(past)).unwrap_or(node)
    }

    /// The same in the past of an event.
    pub(crate) fn home_at(&self, node: NodeId, look: &Look, event: Ix) -> NodeId {
        self.home(node, &Seen::Before(look, event)).unwrap_or(node)
    }

    /// Whether both were nodes of one person in that past.
    pub(crate) fn were_same(&self, one: NodeId, other: NodeId, past: &Past) -> bool {
        one == other || self.home_in(one, past) == self.home_in(other, past)
    }

    /// A node joins: what is left of its earlier joins is over.
    fn supersede(&mut self, node: NodeId, step: &Step) {
        let Some(joins) = self.joins.get(&node) else { return };
        let seen = |all: &Vec<(u32, Ix)>| {
            let before = all.partition_point(|(_, ix)| step.look.is_ancestor(*ix, step.ix));
            about(step.look.entry(all.get(before.checked_sub(1)?)?.1))
        };
        let homes: Vec<_> = joins.0.values().filter_map(seen).collect();
        for home in homes {
            self.ended.entry(pair(node, home)).or_default().push(step.entry, step.ix);
            self.show_claim(node, home, step.look);
            self.show_claim(home, node, step.look);
        }
    }

    /// Shows whether one says of another that it is the same person, as it is now.
    fn show_claim(&mut self, by: NodeId, of: NodeId, look: &Look) {
        let stands = self.stands((by, of), &Seen::All(look));
        if stands == self.lists.claims.get(&(of, by)).is_some() {
            return;
        }
        self.version += 1;
        if stands {
            self.lists.claims.insert((of, by), Arc::new(by));
        } else {
            self.lists.claims.remove(&(of, by));
        }
    }

    /// Shows these two, and those that ever joined them, as it is now.
    fn show(&mut self, two: [NodeId; 2], look: &Look) {
        let seen = Seen::All(look);
        let joiners = two.iter().filter_map(|it| self.joiners.get(it)).flat_map(|it| it.iter().copied());
        let changed: Vec<_> = two.into_iter().chain(joiners).map(|it| (it, self.home(it, &seen))).collect();
        for (node, home) in changed {
            let before = self.lists.home.get(&node).map(|it| **it);
            if before == home {
                continue;
            }
            self.version += 1;
            if let Some(before) = before {
                self.lists.joined.remove(&(before, node));
                self.lists.home.remove(&node);
            }
            if let Some(home) = home {
                self.lists.joined.insert((home, node), Arc::new(node));
                self.lists.home.insert(node, Arc::new(home));
            }
        }
    }
}

impl Fold {
    /// Who is joined to whom.
    pub fn joined(&self) -> &PersonLists {
        &self.capabilities.persons.lists
    }

    /// Everybody, each once, in the order of their homes' first events.
    pub fn persons(&self) -> impl Iterator<Item = Whole> {
        let lists = self.joined();
        let homes = self.people().filter(|it| lists.home.get(&it.node).is_none());
        homes.map(move |home| {
            let nodes: Vec<_> = lists.nodes_of(home.node).collect();
            Whole { name: self.latest_of(&nodes).map_or_else(String::new, |it| it.name.clone()), nodes }
        })
    }

    /// Of these nodes of one person the one that introduced itself last.
    pub fn latest_of(&self, nodes: &[NodeId]) -> Option<&Arc<crate::state::Person>> {
        let people = &self.capabilities.people;
        nodes.iter().max_by_key(|it| people.introduced(it)).and_then(|it| people.get(it))
    }

    /// Whether that node has said that this one is the same person, which waits for this one's word.
    pub fn is_claimed_by(&self, log: &crate::Log, node: NodeId, by: NodeId) -> bool {
        let look = Look::new(log);
        !self.joined().is_same(node, by) && self.capabilities.persons.stands((by, node), &Seen::All(&look))
    }
}

/// What a person may do.
#[derive(Debug, Clone)]
pub enum Command {
    /// Say that another node is the same person.
    AlsoMe {
        /// The other.
        node: NodeId,
    },
    /// Say that it is not.
    NotMe {
        /// The other.
        node: NodeId,
    },
}

impl Ask for Command {
    fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
        match self {
            Self::AlsoMe { node } if asker.fold.person(&node).is_none() => Err(CommandError::NotFound),
            Self::AlsoMe { node } => asker.plain(AlsoMe { node }),
            Self::NotMe { node } => asker.plain(NotMe { node }),
        }
    }
}
