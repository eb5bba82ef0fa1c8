//! Who is named for a baton, by whom and why: what a room hears before it decides who leads.
//!
//! Nothing here moves anything: a decision gives the mandate, and whom it names accepts. Of each author what it said last stands, so that who
//! says much is heard once, and whom it named first, if that was somebody else: minds change after hearing.

use std::sync::Arc;

use super::Batons;
use crate::{
    Ix, NodeId, cost,
    fold::step::{Key, Step},
    state::{Baton, Nomination},
};

/// What somebody said about one baton.
#[derive(Debug, Clone)]
pub(super) struct Named {
    first: (Key, NodeId),
    last: Nomination,
}

impl Named {
    fn key(&self) -> Key {
        (self.last.depth, self.last.cid)
    }

    /// As it is shown.
    fn told(&self) -> Nomination {
        let before = Some(self.first.1).filter(|it| *it != self.last.node);
        Nomination { before, ..self.last.clone() }
    }
}

impl Batons {
    pub(super) fn nominate(&mut self, step: &Step, opening: Ix, node: NodeId, why: &str) {
        let Some(baton) = self.nodes.get(&opening).map(|it| it.key) else { return };
        let ((depth, cid), event) = (step.key(), step.event());
        let (author, at, why) = (event.author, event.at, Arc::from(why));
        let said = Nomination { cid, author, node, before: None, why, at, depth };
        let known = self.named.get(&(opening, author)).cloned();
        let named = match &known {
            None => Named { first: ((depth, cid), node), last: said },
            Some(it) => Named {
                first: it.first.min(((depth, cid), node)),
                last: if it.key() < (depth, cid) { said } else { it.last.clone() },
            },
        };
        if let Some(shown) = self.shown.get_mut(&baton) {
            cost::unshare(shown, Baton::weight);
            let nominations = &mut Arc::make_mut(shown).nominations;
            known.iter().for_each(|it| nominations.remove(&it.key()));
            nominations.put(named.told());
            self.version += 1;
        }
        self.named.insert((opening, author), named);
    }
}
