//! Whose turn it is in a round that is spoken.
//!
//! About one person only that counts which no other such word has in its past; of several: spoken, passed, again, joined, away. Who
//! is in the order has its seat there; who comes later, or was away, sits at the end. *Now* is whom the latest word that ended or
//! undid a turn names, if that person waits, else the first who does. So it is a function of the log alone, and of two who press
//! *next* at once each says the same of the same person: one step.
//!
//! A turn that is undone beside the end of another's comes at the end, and takes the word from nobody.

use super::{
    bodies::Turn,
    state::{Round, Seat},
};
use crate::{
    Ix, NodeId,
    cost::{BTreeMap, HashMap},
    fold::step::{Key, Step},
    ix::ChainIx,
    kinds::UNNAMED,
    limits,
};

/// Where somebody sits: in the order, or at the end since some event.
type Place = (bool, Key);

/// A word about somebody's turn.
#[derive(Debug, Clone)]
struct Word {
    key: Key,
    ix: Ix,
    turn: Turn,
    /// Another's turn ended beside it.
    beside: bool,
}

/// Somebody in the round.
#[derive(Debug, Clone)]
struct Sitting {
    home: Place,
    place: Place,
    /// What no other word about this person has in its past.
    words: Vec<Word>,
}

impl Sitting {
    /// What counts of what was said.
    fn counts(&self) -> Option<&Word> {
        let first = |it: &Word| (it.turn == Turn::Joined).then_some(std::cmp::Reverse(it.key));
        self.words.iter().max_by_key(|it| (it.turn, first(it), it.key))
    }
}

/// The turns of one round.
#[derive(Debug, Clone, Default)]
pub(super) struct Turns {
    people: HashMap<NodeId, Sitting>,
    seats: BTreeMap<Place, NodeId>,
    /// Words that stand and ended or undid a turn, and whose each made it.
    steps: BTreeMap<Key, Option<NodeId>>,
    /// Those of them that undid one, and whose.
    undone: BTreeMap<Key, (Ix, NodeId)>,
    /// The last two ends of turns that each chain has, of different people.
    ended: BTreeMap<ChainIx, [Option<(u32, NodeId)>; 2]>,
}

impl Turns {
    /// Before anybody has spoken.
    pub(super) fn new(order: &[NodeId]) -> Self {
        let mut turns = Self::default();
        for (at, node) in (0..).zip(order) {
            turns.sit(*node, (false, (at, UNNAMED)));
        }
        turns
    }

    fn sit(&mut self, node: NodeId, at: Place) {
        self.people.insert(node, Sitting { home: at, place: at, words: Vec::new() });
        self.seats.insert(at, node);
    }

    /// Takes in a word about somebody.
    pub(super) fn take(&mut self, step: &Step, person: NodeId, turn: Turn, next: Option<NodeId>) {
        let (key, ix) = (step.key(), step.ix);
        if !self.people.contains_key(&person) {
            self.sit(person, (true, key));
        }
        let ends = matches!(turn, Turn::Spoken | Turn::Passed);
        let beside = turn == Turn::Again && self.ended_beside(step, person);
        let Some(sitting) = self.people.get_mut(&person) else { return };
        if sitting.home.0 {
            // The first word by which somebody came is the same whichever is heard first.
            sitting.home = sitting.home.min((true, key));
        }
        let (steps, undone) = (&mut self.steps, &mut self.undone);
        sitting.words.retain(|it| {
            crate::cost::look(1);
            let stands = !step.look.is_ancestor(it.ix, ix);
            if !stands {
                steps.remove(&it.key);
                undone.remove(&it.key);
            }
            stands
        });
        sitting.words.push(Word { key, ix, turn, beside });
        if ends || (turn == Turn::Again && !beside) {
            steps.insert(key, next);
        }
        if turn == Turn::Again && !beside {
            undone.insert(key, (ix, person));
        }
        if ends {
            self.end(step, person);
        }
        self.seat(person);
    }

    /// Whether the turn of another ended in an event that this one has not seen.
    fn ended_beside(&self, step: &Step, person: NodeId) -> bool {
        let seen = |chain: &ChainIx| step.entry.clock().get(*chain);
        self.ended.iter().any(|(chain, ends)| {
            let of_another = ends.iter().flatten().find(|(_, node)| *node != person);
            of_another.is_some_and(|(place, _)| *place > seen(chain))
        })
    }

    /// A turn ends: what undid another's beside it comes at the end.
    fn end(&mut self, step: &Step, person: NodeId) {
        let (entry, ends) = (step.entry, self.ended.entry(step.entry.chain).or_default());
        let latest = Some((entry.place, person));
        // A chain grows at its end.
        *ends = match ends {
            [Some((_, before)), second] if *before == person => [latest, *second],
            [first, _] => [latest, *first],
        };
        let beside = |(again, of): &(Ix, NodeId)| *of != person && !step.look.is_ancestor(*again, step.ix);
        let late: Vec<_> = self.undone.iter().filter(|(_, it)| beside(it)).map(|(key, it)| (*key, it.1)).collect();
        for (key, of) in late {
            self.undone.remove(&key);
            self.steps.remove(&key);
            let words = self.people.get_mut(&of).map(|it| &mut it.words);
            if let Some(word) = words.and_then(|it| it.iter_mut().find(|it| it.key == key)) {
                word.beside = true;
            }
            self.seat(of);
        }
    }

    /// Seats somebody where it belongs now.
    fn seat(&mut self, person: NodeId) {
        let Some(sitting) = self.people.get_mut(&person) else { return };
        let to = match sitting.counts() {
            Some(word) if matches!(word.turn, Turn::Away | Turn::Joined) || word.beside => (true, word.key),
            _ => sitting.home,
        };
        self.seats.remove(&sitting.place);
        sitting.place = to;
        self.seats.insert(to, person);
    }

    /// Shows it.
    pub(super) fn show(&self, round: &mut Round) {
        let seats = self.seats.iter().take(2 * limits::ORDER).map(|(_, node)| {
            let turn = self.people.get(node).and_then(Sitting::counts).map(|it| it.turn);
            Seat { node: *node, turn }
        });
        round.seats = seats.collect();
        let waits =
            |node: &NodeId| round.seats.iter().any(|it| it.node == *node && it.waits() && it.turn != Some(Turn::Away));
        let named = self.steps.last_key_value().and_then(|(_, next)| *next).filter(waits);
        let mut waiting = round.seats.iter().filter(|it| it.waits()).map(|it| it.node);
        round.now = named.or_else(|| waiting.clone().next());
        round.next = waiting.find(|it| Some(*it) != round.now);
    }
}
