//! What no build of this room's version understands: it is kept whole, words too, stored and passed on, and shown as what
//! it calls itself.

#[cfg(any(test, feature = "test-utils"))]
mod growth;

use std::sync::Arc;

use serde::Serialize;

use super::{Capability, Kind};
use crate::{
    Cid, NodeId, Tree,
    command::{Ask, Asker, CommandError, Saying},
    fold::{
        IgnoredReason,
        past::Past,
        step::{Key, Step},
    },
    scan::Reader,
};

/// A body from a newer version, or one that does not fit its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The kind's name.
    pub kind: Box<str>,
    /// The words block it links.
    pub words: Option<Cid>,
    /// What is to be written. Of an event that was read it stands in its block, and not here once more.
    pub(crate) content: Box<[u8]>,
}

impl Unknown {
    /// What stands in a block under this name.
    pub(crate) fn read(kind: &str, content: &[u8]) -> Self {
        Self { kind: kind.into(), words: words_in(content), content: Box::default() }
    }
}

/// An event that no build of this room's version understands: kept whole, words too, stored and passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownEvent {
    /// Its name.
    pub cid: Cid,
    /// Who wrote it.
    pub author: NodeId,
    /// What it calls its kind.
    pub kind: Box<str>,
    /// The author's clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    #[serde(skip)]
    pub depth: u64,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unknowns {
    pub(crate) shown: Tree<Key, UnknownEvent>,
}

impl Kind for Unknown {
    type Of = Unknowns;

    fn judge(&self, _: &Past) -> Result<Box<str>, IgnoredReason> {
        Ok(self.kind.clone())
    }
}

impl Capability for Unknowns {
    /// What it calls its kind.
    type Fact = Box<str>;

    fn take(&mut self, kind: Box<str>, step: &mut Step) {
        let (event, cid) = (step.event(), step.entry.cid);
        let unknown = UnknownEvent { cid, author: event.author, kind, at: event.at, depth: event.depth };
        self.shown.insert(step.key(), Arc::new(unknown));
    }

    fn version(&self) -> u64 {
        // Nothing of them ever changes or goes.
        self.shown.len() as u64
    }
}

/// What a person may do with it: nothing.
#[derive(Debug, Clone)]
pub enum Command {}

impl Ask for Command {
    fn ask(self, _: Asker) -> Result<Saying, CommandError> {
        match self {}
    }
}

/// The words block that an unknown body links.
fn words_in(content: &[u8]) -> Option<Cid> {
    const WORDS: &[u8] = b"words";
    let mut reader = Reader::new(content);
    let mut last = None;
    for _ in 0..reader.map().ok()? {
        let key = reader.key(last).ok()?;
        if key == WORDS {
            return reader.cid().ok();
        }
        reader.value(0).ok()?;
        last = Some(key);
    }
    None
}
