//! The terms of a baton, what was said with them, and who is named for it: lists that are shared, so that a copy of a baton costs the same however long it
//! was led. Deliberately one list behind all: a page carries the code of a shared list once more for each thing that it holds.

use std::{fmt, marker::PhantomData, sync::Arc};

use serde::{Serialize, Serializer};

use super::state::{Nomination, Note, Term};
use crate::{Tree, fold::step::Key};

/// What stands in a history.
pub enum Line {
    /// A term.
    Term(Term),
    /// A word.
    Note(Note),
    /// Somebody who is named.
    Nomination(Nomination),
}

/// What a history can be of.
pub trait InHistory: Sized {
    /// As a line, and by what it is put in order.
    fn line(self) -> (Key, Line);
    /// From a line.
    fn of(line: &Line) -> Option<&Self>;
}

impl InHistory for Term {
    fn line(self) -> (Key, Line) {
        ((self.depth, self.from), Line::Term(self))
    }

    fn of(line: &Line) -> Option<&Self> {
        match line {
            Line::Term(term) => Some(term),
            _ => None,
        }
    }
}

impl InHistory for Note {
    fn line(self) -> (Key, Line) {
        ((self.depth, self.cid), Line::Note(self))
    }

    fn of(line: &Line) -> Option<&Self> {
        match line {
            Line::Note(note) => Some(note),
            _ => None,
        }
    }
}

impl InHistory for Nomination {
    fn line(self) -> (Key, Line) {
        ((self.depth, self.cid), Line::Nomination(self))
    }

    fn of(line: &Line) -> Option<&Self> {
        match line {
            Line::Nomination(it) => Some(it),
            _ => None,
        }
    }
}

/// All of one kind, by `(depth, cid)`. Equal if all in it is.
pub struct History<T> {
    lines: Tree<Key, Line>,
    of: PhantomData<T>,
}

impl<T: InHistory> History<T> {
    /// In order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.lines.iter().filter_map(|line| T::of(line))
    }

    /// The last.
    pub fn last(&self) -> Option<&T> {
        self.iter().next_back()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Puts one in, or in the place of the one before.
    pub fn put(&mut self, it: T) {
        let (key, line) = it.line();
        self.lines.insert(key, Arc::new(line));
    }

    /// Takes one out.
    pub(super) fn remove(&mut self, key: &Key) {
        self.lines.remove(key);
    }

    /// The one of this key.
    pub(super) fn get(&self, key: &Key) -> Option<&T> {
        T::of(self.lines.get(key)?)
    }
}

impl<T> Default for History<T> {
    fn default() -> Self {
        Self { lines: Tree::default(), of: PhantomData }
    }
}

impl<T> Clone for History<T> {
    fn clone(&self) -> Self {
        Self { lines: self.lines.clone(), of: PhantomData }
    }
}

impl<T: InHistory + PartialEq> PartialEq for History<T> {
    fn eq(&self, other: &Self) -> bool {
        self.lines == other.lines || self.iter().eq(other.iter())
    }
}

impl<T: InHistory + Eq> Eq for History<T> {}

impl<T: InHistory + fmt::Debug> fmt::Debug for History<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: InHistory + Serialize> Serialize for History<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
