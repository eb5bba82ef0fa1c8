//! Everybody: who wrote in the room, and who is here without having written. In the order in which they are shown, each called
//! so that nobody passes for somebody else. A person who has several nodes stands there once, and is found by each of them.

use std::sync::Arc;

use paceline_mesh::{
    Replica,
    replica::{Changed, Here},
};
use paceline_room::{
    Cid, Fold, NodeId, Tree,
    cost::{BTreeMap, BTreeSet},
    fold::Key,
    state::Person,
};

/// How names are made fit to be shown: what letters are is not known here.
#[derive(Debug, Clone, Copy)]
pub struct Naming {
    /// What to call a node by the name it gave itself.
    pub called: fn(&NodeId, &str) -> String,
    /// What is equal for names that look alike.
    pub likeness: fn(&str) -> String,
    /// What tells a node apart from others who are called alike.
    pub mark: fn(&NodeId) -> String,
}

/// A person and whether they are here.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonView {
    /// From the log; for somebody without events yet a placeholder with an empty name. Of several nodes it is the home, as the one of
    /// them that introduced itself last calls itself.
    pub person: Arc<Person>,
    /// All its nodes that are known here, its home first.
    pub nodes: Arc<[NodeId]>,
    /// How many of them are here or away, and not gone.
    pub tabs: usize,
    /// What it is called here: told apart from others, and safe to show.
    pub name: Arc<str>,
    /// Presence: of several nodes that which is nearest. This node is always here.
    pub here: Here,
    /// Whether this node is it, or is one of its.
    pub me: bool,
    called: Arc<str>,
    likeness: Arc<str>,
    rank: Rank,
}

impl PersonView {
    /// Whether others are called alike, so that its name carries a mark.
    pub fn is_marked(&self) -> bool {
        self.name != self.called
    }

    /// Whether it has written anything.
    pub fn has_written(&self) -> bool {
        is_written(&self.rank.1)
    }
}

/// This node first, then those here, those away, those gone; each in order of their first event, then who has none.
type Rank = (u8, Key);

/// Everybody, in the order in which they are shown, and by name.
#[derive(Debug, Clone, Default)]
pub struct People {
    by_node: Tree<NodeId, PersonView>,
    shown: Tree<Rank, PersonView>,
    gone: usize,
}

/// The same as long as nothing of anybody changed.
impl PartialEq for People {
    fn eq(&self, other: &Self) -> bool {
        self.by_node == other.by_node
    }
}

impl People {
    /// The person who has this node.
    pub fn find(&self, node: &NodeId) -> Option<&Arc<PersonView>> {
        self.by_node.get(node)
    }

    /// This node first, then those present, then those gone.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<PersonView>> {
        self.shown.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether there is nobody, not even this node.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The person at this node.
    pub fn me(&self) -> Option<&Arc<PersonView>> {
        self.shown.iter().next().filter(|it| it.me)
    }

    /// How many of them are gone.
    pub fn gone(&self) -> usize {
        self.gone
    }
}

/// A node by itself.
struct Single {
    /// Its first event.
    place: Key,
    person: Arc<Person>,
    here: Here,
}

/// Keeps everybody up to date.
pub struct Crowd {
    me: NodeId,
    naming: Naming,
    people: People,
    singles: BTreeMap<NodeId, Single>,
    /// Who was joined to whom when everybody was looked at last.
    home: Tree<NodeId, NodeId>,
    /// Who is called alike, by likeness.
    alike: BTreeSet<(Arc<str>, NodeId)>,
    /// Those without events: how they are drawn depends on how the others are.
    unwritten: BTreeSet<NodeId>,
}

impl Crowd {
    /// Nobody yet.
    pub fn new(me: NodeId, naming: Naming) -> Self {
        let mut unwritten = BTreeSet::new();
        unwritten.insert(me);
        Self {
            me,
            naming,
            people: People::default(),
            singles: BTreeMap::default(),
            home: Tree::default(),
            alike: BTreeSet::new(),
            unwritten,
        }
    }

    /// Everybody.
    pub fn people(&self) -> &People {
        &self.people
    }

    pub(super) fn follow(
        &mut self,
        replica: &Replica,
        before: &Tree<Key, Person>,
        now: &Tree<Key, Person>,
        changed: &Changed,
    ) {
        let mut touched = Vec::new();
        for change in now.since(before) {
            // Who moved in the order is looked at by where it is now.
            if let Some(person) = change.now {
                self.look_at(replica, person.node, Some((*change.key, person.clone())));
                touched.push(person.node);
            }
        }
        let mut again: Vec<NodeId> = changed.nodes.iter().copied().collect();
        if changed.all {
            again.extend(replica.everybody());
        }
        if now != before || self.people.is_empty() {
            again.extend(&self.unwritten);
        }
        for node in again {
            let known = self.singles.get(&node).filter(|it| is_written(&it.place));
            let first = known.map(|it| (it.place, it.person.clone()));
            self.look_at(replica, node, first);
            touched.push(node);
        }
        let joined = replica.fold().joined();
        for change in joined.home.since(&self.home) {
            let homes = [change.before, change.now].into_iter().flatten().map(|it| **it);
            touched.extend(homes.chain([*change.key]));
        }
        self.home = joined.home.clone();
        touched.into_iter().for_each(|it| self.gather(replica.fold(), it));
    }

    fn look_at(&mut self, replica: &Replica, node: NodeId, first: Option<(Key, Arc<Person>)>) {
        let presence = replica.presence_of(&node).map_or(Here::Gone, |it| it.here);
        let here = if node == self.me { Here::Here } else { presence };
        let unwritten = || {
            let hue = replica.fold().free_hue(&node);
            let person = Person { node, name: String::new(), strengths: Vec::new(), hue, split: false };
            ((u64::MAX, Cid::from_digest(*node.as_bytes())), Arc::new(person))
        };
        if first.is_none() && here == Here::Gone {
            self.unwritten.remove(&node);
            self.singles.remove(&node);
            return;
        }
        if first.is_none() {
            self.unwritten.insert(node);
        } else {
            self.unwritten.remove(&node);
        }
        let (place, person) = first.unwrap_or_else(unwritten);
        self.singles.insert(node, Single { place, person, here });
    }

    /// Shows the person who has this node now.
    fn gather(&mut self, fold: &Fold, node: NodeId) {
        let joined = fold.joined();
        let home = joined.home_of(node);
        let nodes: Vec<NodeId> = joined.nodes_of(home).filter(|it| self.singles.contains_key(it)).collect();
        // Who stood there by itself before.
        for it in nodes.iter().chain([&node]).filter(|it| **it != home || nodes.is_empty()) {
            self.unshow(it);
        }
        if !self.singles.contains_key(&node) {
            self.people.by_node.remove(&node);
        }
        let singles: Vec<&Single> = nodes.iter().filter_map(|it| self.singles.get(it)).collect();
        let Some(first) = singles.first() else { return };
        let here = singles.iter().map(|it| it.here).min().unwrap_or(Here::Gone);
        let tabs = singles.iter().filter(|it| it.here != Here::Gone).count();
        let (place, mut person) = (first.place, first.person.clone());
        if let (Some(latest), [_, _, ..]) = (fold.latest_of(&nodes), &singles[..]) {
            let split = singles.iter().any(|it| it.person.split);
            person = Arc::new(Person { node: home, split, ..(**latest).clone() });
        }
        self.show_all(place, person, nodes.into(), (here, tabs));
    }

    /// Shows somebody who has one node; `place`: the first event.
    pub fn show(&mut self, place: Key, person: Arc<Person>, here: Here) {
        let nodes = [person.node].into();
        self.show_all(place, person, nodes, (here, usize::from(here != Here::Gone)));
    }

    fn show_all(&mut self, place: Key, person: Arc<Person>, nodes: Arc<[NodeId]>, (here, tabs): (Here, usize)) {
        let node = person.node;
        let before = self.shown_by(&node);
        let me = nodes.contains(&self.me);
        let rank = if me { 0 } else { 1 + here as u8 };
        let named = before.as_ref().filter(|it| it.person.name == person.name);
        let (called, likeness) = match named {
            Some(it) => (it.called.clone(), it.likeness.clone()),
            None => {
                let called = (self.naming.called)(&node, &person.name);
                let likeness = (self.naming.likeness)(&called);
                (called.into(), likeness.into())
            }
        };
        if before.as_ref().is_none_or(|it| it.likeness != likeness) {
            if let Some(before) = &before {
                self.leave(&before.likeness, node);
            }
            self.alike.insert((likeness.clone(), node));
            if let [one, other] = *self.first_alike(&likeness) {
                // Of two the other was alone; of three all are told apart already.
                self.rename(if one == node { other } else { one });
            }
        }
        let name = self.name(&called, &likeness, node);
        let view = PersonView { person, nodes, tabs, name, here, me, called, likeness, rank: (rank, place) };
        if before.as_deref() != Some(&view) {
            self.put(before, view);
        }
    }

    /// The person who is shown by this node, and not by another that it has joined.
    fn shown_by(&self, node: &NodeId) -> Option<Arc<PersonView>> {
        self.people.find(node).filter(|it| it.person.node == *node).cloned()
    }

    fn unshow(&mut self, node: &NodeId) {
        let Some(before) = self.shown_by(node) else { return };
        self.people.by_node.remove(node);
        self.people.shown.remove(&before.rank);
        self.people.gone -= usize::from(before.here == Here::Gone);
        self.leave(&before.likeness, *node);
    }

    fn leave(&mut self, likeness: &Arc<str>, node: NodeId) {
        self.alike.remove(&(likeness.clone(), node));
        if let [last] = *self.first_alike(likeness) {
            self.rename(last);
        }
    }

    /// The first of those called alike: three at most.
    fn first_alike(&self, likeness: &Arc<str>) -> Vec<NodeId> {
        let first = (likeness.clone(), NodeId::from_bytes([0; 32]));
        let alike = self.alike.range(first..).take_while(|(it, _)| it == likeness);
        alike.map(|(_, node)| *node).take(3).collect()
    }

    fn name(&self, called: &Arc<str>, likeness: &Arc<str>, node: NodeId) -> Arc<str> {
        match self.first_alike(likeness).len() {
            0 | 1 => called.clone(),
            _ => format!("{called} ·{}", (self.naming.mark)(&node)).into(),
        }
    }

    /// What makes names alike is known better than before: everybody is compared anew.
    pub fn liken_anew(&mut self) {
        let all: Vec<Arc<PersonView>> = self.people.iter().cloned().collect();
        self.alike = BTreeSet::new();
        for it in &all {
            let likeness: Arc<str> = (self.naming.likeness)(&it.called).into();
            self.alike.insert((likeness.clone(), it.person.node));
            self.put(Some(it.clone()), PersonView { likeness, ..(**it).clone() });
        }
        all.iter().for_each(|it| self.rename(it.person.node));
    }

    /// Somebody is called alike another now, or not any more.
    fn rename(&mut self, node: NodeId) {
        let Some(before) = self.shown_by(&node) else { return };
        let name = self.name(&before.called, &before.likeness, node);
        if before.name != name {
            let view = PersonView { name, ..(*before).clone() };
            self.put(Some(before), view);
        }
    }

    fn put(&mut self, before: Option<Arc<PersonView>>, now: PersonView) {
        if let Some(before) = before {
            self.people.gone -= usize::from(before.here == Here::Gone);
            if before.rank != now.rank {
                self.people.shown.remove(&before.rank);
            }
        }
        self.people.gone += usize::from(now.here == Here::Gone);
        let (rank, now) = (now.rank, Arc::new(now));
        for node in now.nodes.iter() {
            self.people.by_node.insert(*node, now.clone());
        }
        self.people.shown.insert(rank, now);
    }
}

fn is_written((depth, _): &Key) -> bool {
    *depth < u64::MAX
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        static KNOWS_DIGITS: Cell<bool> = const { Cell::new(false) };
    }

    const NAMING: Naming = Naming {
        called: |_, name| name.to_owned(),
        likeness: |name| if KNOWS_DIGITS.get() { name.replace('0', "o") } else { name.to_owned() },
        mark: |node| node.as_bytes()[0].to_string(),
    };

    #[test]
    fn who_is_called_alike_is_told_apart_as_soon_as_that_is_known() {
        let mut crowd = Crowd::new(NodeId::from_bytes([9; 32]), NAMING);
        for (at, name) in (1..).zip(["opener", "0pener", "Ben", "Ben", "Cleo"]) {
            let person = Person {
                node: NodeId::from_bytes([at; 32]),
                name: name.into(),
                strengths: Vec::new(),
                hue: 0,
                split: false,
            };
            crowd.show((u64::from(at), Cid::from_digest([at; 32])), person.into(), Here::Here);
        }
        let names = |crowd: &Crowd| crowd.people().iter().map(|it| it.name.to_string()).collect::<Vec<_>>();
        assert_eq!(names(&crowd), ["opener", "0pener", "Ben ·3", "Ben ·4", "Cleo"]);
        KNOWS_DIGITS.set(true);
        crowd.liken_anew();
        assert_eq!(names(&crowd), ["opener ·1", "0pener ·2", "Ben ·3", "Ben ·4", "Cleo"]);
        assert_eq!(
            crowd.people().find(&NodeId::from_bytes([2; 32])).map(|it| it.name.to_string()),
            Some("0pener ·2".into())
        );
    }
}
