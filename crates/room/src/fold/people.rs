//! Who wrote in the room, and what each says about itself.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::step::{Key, Step};
use crate::{NodeId, body::Introduced, state::Person};

#[derive(Debug, Clone)]
struct Record {
    /// The person's first event: its place among the people.
    first: Key,
    /// The latest introduction.
    introduced: Option<Key>,
}

/// All authors.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    records: HashMap<NodeId, Record>,
    shown: BTreeMap<Key, Arc<Person>>,
}

impl People {
    /// Takes note of an event's author.
    pub(super) fn note(&mut self, step: &mut Step) {
        let (key, node) = (step.key(), step.event().author);
        step.touched += 1;
        let record = self.records.entry(node).or_insert_with(|| {
            let person = Person { node, name: String::new(), strengths: Vec::new(), hue: 0, split: false };
            self.shown.insert(key, Arc::new(person));
            Record { first: key, introduced: None }
        });
        // Only the twin of a first event can come before the first that was known.
        if key < record.first {
            if let Some(person) = self.shown.remove(&record.first) {
                self.shown.insert(key, person);
            }
            record.first = key;
        }
        if step.log.is_split(&node)
            && let Some(person) = self.shown.get_mut(&record.first).filter(|person| !person.split)
        {
            Arc::make_mut(person).split = true;
        }
    }

    /// Takes in an introduction; [`People::note`] came before.
    pub(super) fn introduce(&mut self, step: &mut Step, body: &Introduced) {
        let key = step.key();
        let Some(record) = self.records.get_mut(&step.event().author) else { return };
        if record.introduced.is_some_and(|latest| latest > key) {
            return;
        }
        record.introduced = Some(key);
        if let Some(person) = self.shown.get_mut(&record.first) {
            let person = Arc::make_mut(person);
            person.name.clone_from(&body.name);
            person.strengths.clone_from(&body.strengths);
            person.hue = body.hue;
        }
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Person>> {
        self.shown.values()
    }

    pub(super) fn get(&self, node: &NodeId) -> Option<&Arc<Person>> {
        self.shown.get(&self.records.get(node)?.first)
    }
}
