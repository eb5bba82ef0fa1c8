//! What changed since somebody looked last, besides the log and what it means: of that, the lists' own states tell.

use std::collections::BTreeSet;

use paceline_room::{Cid, NodeId};

/// So many are named of each; beyond that whoever looks looks at all, of which there are fewer.
const NAMED: usize = 2048;

/// Who and what is to be looked at again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// Nodes whose presence changed, or what they say they have stored.
    pub nodes: BTreeSet<NodeId>,
    /// Words that are wanted and not here, or not stored yet, since then.
    pub words: BTreeSet<Cid>,
    /// They were too many to name: everything.
    pub all: bool,
}

impl Changed {
    /// Everything is to be looked at: for who looks for the first time.
    pub fn all() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// This node.
    pub fn node(&mut self, node: NodeId) {
        self.nodes.insert(node);
        self.bound();
    }

    /// These words.
    pub fn words(&mut self, words: Cid) {
        self.words.insert(words);
        self.bound();
    }

    /// What changed later, too.
    pub fn add(&mut self, later: Self) {
        self.nodes.extend(later.nodes);
        self.words.extend(later.words);
        self.all |= later.all;
        self.bound();
    }

    fn bound(&mut self) {
        if self.all || self.nodes.len() > NAMED || self.words.len() > NAMED {
            *self = Self::all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_can_be_named_is_everything_and_stays_so() {
        let mut changed = Changed::default();
        for at in 0..=NAMED {
            assert!(!changed.all, "{at}");
            changed.node(NodeId::from_bytes(Cid::of(&at.to_le_bytes()).digest().to_owned()));
        }
        let mut before = Changed::default();
        before.words(Cid::of(b"words"));
        before.add(changed.clone());
        assert_eq!((&changed, &before), (&Changed::all(), &Changed::all()));
        before.node(NodeId::from_bytes([1; 32]));
        assert_eq!(before, Changed::all());
    }
}
