//! How people who are here reach each other: who is linked with whom, as far as it is told, and what follows of it. Pure.

use paceline_mesh::Replica;
use paceline_room::NodeId;

/// Persons that are looked at, this node's first: a lobby of more is told of these.
const PERSONS: usize = 32;
/// Nodes of one person that are looked at: a person can join any number.
const NODES_OF_ONE: usize = 8;

/// How one person reaches another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// They are linked.
    Directly,
    /// Both are linked with this one, by its place.
    Through(usize),
    /// By way of several others.
    Around,
    /// Not at all, as far as this node knows.
    Cut,
}

/// Who of some persons is linked with whom. Persons are known by their places; the first is at this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ways {
    /// For each person, with whom it is linked, in order.
    linked: Vec<Vec<usize>>,
    /// For each person the first one that it reaches: those with the same reach each other.
    islands: Vec<usize>,
}

impl Ways {
    /// Of these persons, each with its nodes, as a node knows of it now.
    pub fn among<T: AsRef<[NodeId]>>(replica: &Replica, persons: &[T]) -> Self {
        let persons = persons.get(..PERSONS).unwrap_or(persons);
        let nodes = persons.iter().enumerate();
        let nodes = nodes.flat_map(|(at, it)| it.as_ref().iter().take(NODES_OF_ONE).map(move |node| (*node, at)));
        let (nodes, whose): (Vec<_>, Vec<_>) = nodes.unzip();
        let person = |at: usize| whose.get(at).copied();
        let links = replica.links_among(&nodes);
        Self::new(persons.len(), links.into_iter().filter_map(|(a, b)| Some((person(a)?, person(b)?))))
    }

    /// Of so many persons with these links. A link of somebody who is not among them counts for nothing.
    pub fn new(persons: usize, links: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut linked = vec![Vec::new(); persons];
        let mut islands: Vec<usize> = (0..persons).collect();
        for (a, b) in links {
            if a == b || a.max(b) >= persons {
                continue;
            }
            for (one, other) in [(a, b), (b, a)] {
                if let Some(known) = linked.get_mut(one)
                    && let Err(place) = known.binary_search(&other)
                {
                    known.insert(place, other);
                }
            }
            if let (Some(x), Some(y)) = (islands.get(a).copied(), islands.get(b).copied()) {
                islands.iter_mut().filter(|it| **it == x.max(y)).for_each(|it| *it = x.min(y));
            }
        }
        Self { linked, islands }
    }

    /// How many persons these are.
    pub fn persons(&self) -> usize {
        self.linked.len()
    }

    /// How one of them reaches another.
    pub fn between(&self, a: usize, b: usize) -> Way {
        let links = |at: usize| self.linked.get(at).map_or(&[][..], |it| it);
        if links(a).contains(&b) {
            return Way::Directly;
        }
        match links(a).iter().find(|it| links(b).contains(it)) {
            Some(through) => Way::Through(*through),
            None if self.islands.get(a) == self.islands.get(b) => Way::Around,
            None => Way::Cut,
        }
    }

    /// Whether one of them reaches all others, directly or through some.
    pub fn reaches_all(&self, at: usize) -> bool {
        self.islands.get(at).is_some_and(|it| self.islands.iter().all(|other| other == it))
    }

    /// Which two of those who are not at this node are not linked, and how they reach each other.
    pub fn apart(&self) -> impl Iterator<Item = (usize, usize, Way)> {
        let pairs = (1..self.persons()).flat_map(|a| (a + 1..self.persons()).map(move |b| (a, b)));
        let ways = pairs.map(|(a, b)| (a, b, self.between(a, b)));
        ways.filter(|(_, _, way)| *way != Way::Directly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(ways: &Ways) -> Vec<bool> {
        (0..ways.persons()).map(|at| ways.reaches_all(at)).collect()
    }

    #[test]
    fn where_all_are_linked_nobody_is_apart() {
        let ways = Ways::new(4, [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (3, 2), (2, 3)]);
        assert_eq!(ways.apart().count(), 0);
        assert_eq!(ticks(&ways), [true; 4]);
        assert_eq!(ways.between(3, 1), Way::Directly);
    }

    #[test]
    fn whom_only_this_node_links_reach_each_other_through_it() {
        let ways = Ways::new(3, [(0, 1), (0, 2)]);
        assert_eq!(ways.apart().collect::<Vec<_>>(), [(1, 2, Way::Through(0))]);
        assert_eq!(ticks(&ways), [true; 3]);
    }

    #[test]
    fn along_a_line_the_ends_reach_each_other_around() {
        let ways = Ways::new(4, [(0, 1), (1, 2), (2, 3)]);
        assert_eq!(ways.between(0, 2), Way::Through(1));
        assert_eq!(ways.between(0, 3), Way::Around);
        assert_eq!(ways.apart().collect::<Vec<_>>(), [(1, 3, Way::Through(2))]);
        assert_eq!(ticks(&ways), [true; 4]);
    }

    #[test]
    fn of_two_islands_nobody_reaches_all() {
        let ways = Ways::new(5, [(0, 1), (2, 3), (3, 4), (2, 4)]);
        assert_eq!(ticks(&ways), [false; 5]);
        assert_eq!(ways.between(0, 3), Way::Cut);
        assert_eq!(ways.between(2, 3), Way::Directly);
        assert_eq!(ways.apart().count(), 3, "the one beside this node, from each of the other island");
    }

    #[test]
    fn who_is_alone_reaches_all_and_nobody_reaches_nobody() {
        assert_eq!(ticks(&Ways::new(1, [])), [true]);
        assert_eq!(ticks(&Ways::new(0, [])), [false; 0]);
        assert_eq!(Ways::new(0, [(0, 1)]).apart().count(), 0);
    }

    #[test]
    fn links_with_those_who_are_not_here_are_nobodys_way() {
        let made_up = (0..200).flat_map(|a| (0..200).map(move |b| (a, b))).filter(|(a, b)| a.max(b) > &2);
        let ways = Ways::new(3, made_up.chain([(0, 1), (1, 1)]));
        assert_eq!(ticks(&ways), [false; 3]);
        assert_eq!(ways.apart().collect::<Vec<_>>(), [(1, 2, Way::Cut)]);
    }
}
