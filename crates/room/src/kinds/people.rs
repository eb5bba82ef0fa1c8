//! Who wrote in the room, and what each says about itself.
//!
//! **Hues.** What somebody introduced itself with stands. Who has not yet is given one: each of the first [`HUES`] people, in
//! the order of their first events, the first hue from its key's on that none of those has. So the first twelve differ as
//! long as they chose what `Fold::free_hue` offered, which is what the page does; whoever comes later has its key's.
//! A first event, and an introduction, look at twelve people for it.

#[cfg(any(test, feature = "test-utils"))]
mod growth;

use std::sync::Arc;

use serde::Serialize;

use super::{Capability, Kind, Tags, Title, Within, bodies};
use crate::{
    NodeId, Tree,
    command::{Ask, Asker, CommandError, Saying},
    cost::HashMap,
    fold::{
        IgnoredReason,
        past::Past,
        step::{Key, Step},
    },
};

/// Hues a node can choose from.
pub const HUES: u8 = 12;
/// One of them.
pub type Hue = Within<0, { HUES as u64 - 1 }>;

bodies! {
    /// Says who this node is; the latest wins.
    Introduced {
        /// What to call it.
        name: Title,
        /// What it says it is good at.
        strengths: Tags,
        /// One of 12 hues, 0 to 11.
        hue: Hue,
    }
}

/// Somebody with at least one event in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Who.
    pub node: NodeId,
    /// What to call it; empty until it introduced itself.
    pub name: String,
    /// What it says it is good at.
    pub strengths: Vec<String>,
    /// 0 to 11.
    pub hue: u8,
    /// Two of its events share a position: shown to all, takes away only its voice as a witness.
    pub split: bool,
}

#[derive(Debug, Clone)]
struct Record {
    /// The person's first event: its place among the people.
    first: Key,
    /// The latest introduction.
    introduced: Option<Key>,
    /// It is shown that it has several chains.
    is_split: bool,
}

/// All authors.
#[derive(Debug, Clone, Default)]
pub(crate) struct People {
    records: HashMap<NodeId, Record>,
    pub(crate) shown: Tree<Key, Person>,
    /// How many are shown with each hue.
    wearers: [u32; HUES as usize],
    /// The first after those who are given hues.
    beyond: Option<Key>,
    version: u64,
}

impl Kind for Introduced {
    type Of = People;

    fn judge(&self, _: &Past) -> Result<Introduced, IgnoredReason> {
        Ok(self.clone())
    }
}

impl Capability for People {
    type Fact = Introduced;

    fn take(&mut self, introduced: Introduced, step: &mut Step) {
        let key = step.key();
        let Some(record) = self.records.get_mut(&step.event().author) else { return };
        if record.introduced.is_some_and(|latest| latest > key) {
            return;
        }
        record.introduced = Some(key);
        let (first, Introduced { name, strengths, hue }) = (record.first, introduced);
        let hue = hue.get() as u8;
        let mut before = hue;
        self.change(&first, |person| {
            before = std::mem::replace(&mut person.hue, hue);
            person.name = name.into();
            person.strengths = strengths.into_strings();
        });
        count(&mut self.wearers, before, -1);
        count(&mut self.wearers, hue, 1);
        self.give_hues(&first);
    }

    fn every(&mut self, step: &mut Step) {
        self.note(step);
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl People {
    /// Takes note of an event's author.
    fn note(&mut self, step: &Step) {
        let (key, node) = (step.key(), step.event().author);
        let mut is_new = false;
        let record = self.records.entry(node).or_insert_with(|| {
            let hue = own_hue(&node);
            let person = Person { node, name: String::new(), strengths: Vec::new(), hue, split: false };
            self.shown.insert(key, Arc::new(person));
            count(&mut self.wearers, hue, 1);
            self.version += 1;
            is_new = true;
            Record { first: key, introduced: None, is_split: false }
        });
        // Only the twin of a first event can come before the first that was known.
        if key < record.first {
            if let Some(person) = self.shown.remove(&record.first) {
                self.shown.insert(key, person);
            }
            record.first = key;
            self.version += 1;
            is_new = true;
        }
        let first = record.first;
        let says_who = record.introduced.is_none() && matches!(step.event().body, crate::Body::Introduced(_));
        // Another chain begins with its first event.
        if step.entry.place == 1 && !record.is_split && step.look.log.is_split(&node) {
            record.is_split = true;
            self.change(&first, |person| person.split = true);
        }
        // Who introduces itself by this has not chosen before that is taken.
        if is_new && !says_who {
            self.give_hues(&first);
        }
    }

    /// Gives hues to those of the first people who have not chosen one, after this one came, or chose.
    fn give_hues(&mut self, after: &Key) {
        if self.beyond.is_some_and(|beyond| *after > beyond) {
            return;
        }
        let first = usize::from(HUES);
        let mut taken = [false; HUES as usize];
        let mut take = |hue: u8| taken.get_mut(usize::from(hue)).is_some_and(|it| !std::mem::replace(it, true));
        // One beyond them: whom a newcomer has just pushed out.
        let (mut others, mut beyond) = (Vec::new(), None);
        for (at, (key, person)) in self.shown.entries().take(first + 1).enumerate() {
            beyond = Some(*key).filter(|_| at == first);
            if self.records.get(&person.node).is_none_or(|it| it.introduced.is_none()) {
                others.push((*key, own_hue(&person.node), person.hue));
            } else if at < first {
                take(person.hue);
            }
        }
        self.beyond = beyond;
        for (key, own, before) in others {
            let is_given = beyond.is_none_or(|beyond| key < beyond);
            let free = if is_given { hues_from(own).find(|hue| take(*hue)) } else { None };
            let hue = free.unwrap_or(own);
            if hue != before {
                self.wear(&key, hue);
            }
        }
    }

    /// Shows somebody with this hue.
    fn wear(&mut self, key: &Key, hue: u8) {
        if let Some(before) = self.shown.get(key).map(|it| it.hue).filter(|before| *before != hue) {
            count(&mut self.wearers, before, -1);
            count(&mut self.wearers, hue, 1);
            self.change(key, |person| person.hue = hue);
        }
    }

    /// Changes what is shown, keeping the `Arc` where nothing differs.
    fn change(&mut self, key: &Key, change: impl FnOnce(&mut Person)) {
        self.version += u64::from(self.shown.change(key, change));
    }

    /// A hue for somebody who introduces itself without choosing one: the one it is shown with, if nobody else has that,
    /// else the one that fewest others have, in the order that its key gives, so that those who join side by side rarely
    /// take the same.
    pub(crate) fn free_hue(&self, node: &NodeId) -> u8 {
        let worn = self.get(node).map(|person| person.hue);
        let others = |hue: u8| {
            let all = self.wearers.get(usize::from(hue)).copied().unwrap_or_default();
            all.saturating_sub(u32::from(worn == Some(hue)))
        };
        let own = worn.unwrap_or_else(|| own_hue(node));
        hues_from(own).min_by_key(|hue| others(*hue)).unwrap_or(own)
    }

    /// The latest introduction of a node.
    pub(crate) fn introduced(&self, node: &NodeId) -> Option<Key> {
        self.records.get(node)?.introduced
    }

    pub(crate) fn get(&self, node: &NodeId) -> Option<&Arc<Person>> {
        self.shown.get(&self.records.get(node)?.first)
    }
}

/// What a person may do.
#[derive(Debug, Clone)]
pub enum Command {
    /// Say who it is. Without a hue it keeps the one it is shown with, or takes one that few others have.
    Introduce {
        /// What to call it.
        name: String,
        /// What it is good at.
        strengths: Vec<String>,
        /// Any number: it wraps around.
        hue: Option<u8>,
    },
}

impl Ask for Command {
    fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
        let Self::Introduce { name, strengths, hue } = self;
        let (name, strengths) = (name.trim(), Tags::of(strengths)?);
        if name.is_empty() {
            return Err(CommandError::EmptyText);
        }
        let chosen = asker.fold.person(&asker.node).filter(|it| !it.name.is_empty()).map(|it| it.hue);
        let hue = hue.or(chosen).unwrap_or_else(|| asker.fold.free_hue(&asker.node));
        let (name, hue) = (name.try_into()?, u64::from(hue % HUES).try_into()?);
        asker.plain(Introduced { name, strengths, hue })
    }

    fn typed(&self) -> Vec<&str> {
        let Self::Introduce { name, .. } = self;
        vec![name.trim()]
    }

    fn is_independent(&self) -> bool {
        true
    }
}

/// The hue that follows from a key: that of somebody who has not written anything, and where the search for a free one
/// begins.
pub fn own_hue(node: &NodeId) -> u8 {
    node.as_bytes()[7] % HUES
}

fn count(wearers: &mut [u32; HUES as usize], hue: u8, more: i32) {
    if let Some(count) = wearers.get_mut(usize::from(hue)) {
        *count = count.saturating_add_signed(more);
    }
}

/// All hues, from this one on.
fn hues_from(first: u8) -> impl Iterator<Item = u8> {
    (0..HUES).map(move |it| (first + it) % HUES)
}
