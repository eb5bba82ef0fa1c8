//! Which reveal of a sealed round counts, and what was sealed.
//!
//! Anybody may open a reveal, and several may side by side. Of these the one counts that most of those follow who were there when the
//! round was opened, each by the first of what it shows; of equals the first in the order of the log.

use std::{cmp::Reverse, sync::Arc};

use super::bodies::Value;
use crate::{
    Cid, Ix, NodeId,
    cost::{BTreeMap, BTreeSet, HashMap},
    fold::step::Key,
    seal,
};

/// The reveals of one round.
#[derive(Debug, Clone, Default)]
pub(super) struct Reveals {
    all: BTreeMap<Key, (Ix, usize)>,
    /// By how many follow each.
    ranked: BTreeSet<(usize, Reverse<Key>)>,
    /// Of each person the first of what it shows, and the reveal that this follows.
    votes: HashMap<NodeId, (Key, Key)>,
}

impl Reveals {
    pub(super) fn open(&mut self, key: Key, ix: Ix) {
        self.all.insert(key, (ix, 0));
        self.ranked.insert((0, Reverse(key)));
    }

    /// Somebody shows something, following a reveal.
    pub(super) fn follow(&mut self, person: NodeId, shown: Key, reveal: Key) {
        let before = self.votes.get(&person).copied();
        if before.is_some_and(|(first, _)| first < shown) {
            return;
        }
        self.votes.insert(person, (shown, reveal));
        if let Some((_, before)) = before {
            self.count(&before, |it| it.saturating_sub(1));
        }
        self.count(&reveal, |it| it + 1);
    }

    fn count(&mut self, reveal: &Key, change: fn(usize) -> usize) {
        let Some((_, many)) = self.all.get_mut(reveal) else { return };
        self.ranked.remove(&(*many, Reverse(*reveal)));
        *many = change(*many);
        self.ranked.insert((*many, Reverse(*reveal)));
    }

    /// All, in display order.
    pub(super) fn all(&self) -> impl Iterator<Item = Ix> {
        self.all.values().map(|(ix, _)| *ix)
    }

    /// The one that counts.
    pub(super) fn leading(&self) -> Option<(Key, Ix)> {
        let (_, Reverse(key)) = self.ranked.last()?;
        self.all.get(key).map(|(ix, _)| (*key, *ix))
    }
}

/// Something that was sealed.
#[derive(Debug, Clone)]
pub(super) struct Seal {
    pub(super) round: Cid,
    pub(super) key: Key,
    pub(super) ix: Ix,
    pub(super) person: NodeId,
    /// Its author took its words back.
    pub(super) retracted: bool,
    /// It is a text.
    pub(super) is_text: bool,
    /// The text as it was encrypted, if it is one and is here.
    pub(super) cipher: Option<Arc<str>>,
    /// What binds it to where it belongs.
    pub(super) at: seal::Place,
    /// By this it is known when it is opened.
    pub(super) commit: [u8; 32],
    /// Shares of the key that were given, by their places in the seal.
    pub(super) shares: BTreeMap<usize, Box<[u8]>>,
    /// What was sealed, once that is known.
    pub(super) content: Option<Content>,
}

/// What was sealed.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// What is no text.
    Value(Value),
    /// A text, if it is here.
    Text(Option<Arc<str>>),
}
